"""What versions of templates change, as the Python client says it.

Reads {}; writes {"templates": [document, …], "pairs": [[old, new, [[kind, key, [code, …]], …]], …]} with the templates
by their number: the ones that ship, and each of them changed by chance.
"""

from __future__ import annotations

import copy
import json
import sys
from random import Random
from typing import Any

from cencomm.templates_forms.difference import differences
from cencomm.templates_forms.errors import TemplateMalformed
from cencomm.templates_forms.model import STANDARD, Template, standard

VARIANTS = 6


def changed(data: dict[str, Any], source: Random) -> dict[str, Any]:
    """A copy with a few members changed, taken out, moved or added."""
    made = copy.deepcopy(data)
    for _ in range(source.randrange(1, 6)):
        group = source.choice(made["groups"])
        fields = [child for child in group["children"] if child["kind"] == "field" and child["type"] != "derived"]
        match source.randrange(8):
            case 0:
                source.choice(fields)["labels"]["en"] = "Renamed"
            case 1:
                source.choice(fields)["required"] = source.choice(["", "true()", "false()"])
            case 2:
                source.choice(fields)["hints"] = {"en": "A hint"}
            case 3:
                group["children"].append(
                    {"kind": "field", "key": f"new_{source.randrange(99)}", "type": "int", "labels": {"en": "New"}}
                )
            case 4:
                source.shuffle(group["children"])
            case 5:
                codes = source.choice(made["code_lists"])["codes"]
                codes.append({"key": f"new{source.randrange(99)}", "labels": {"en": "New"}})
            case 6:
                source.choice(made["rules"])["level"] = "info"
            case 7:
                source.choice(made["rules"])["messages"]["fr"] = "Autrement"
    return made


def main() -> None:
    source = Random(3)  # noqa: S311  the same templates in every run
    templates, pairs = [], []
    for name in STANDARD:
        family = [standard(name)]
        plain = json.loads(family[0].encode())
        while len(family) <= VARIANTS:
            try:
                family.append(Template.decode_unchecked(json.dumps(changed(plain, source)).encode()))
            except TemplateMalformed:
                continue  # a key was given twice
        first = len(templates)
        templates += [template.encode().decode() for template in family]
        for old, new in [(0, number) for number in range(1, VARIANTS + 1)] + [(2, 1), (1, 1)]:
            said = [[one.kind, one.key, list(one.codes)] for one in differences(family[old], family[new])]
            pairs.append([first + old, first + new, said])
    json.dump({"templates": templates, "pairs": pairs}, sys.stdout)


if __name__ == "__main__":
    main()
