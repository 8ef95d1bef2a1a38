"""Parts sample answers of a template as the Python client does; reads {"document": json}, writes what it made."""

from __future__ import annotations

import json
import sys

from cencomm.templates_forms.model import Template
from cencomm.templates_forms.parts import misplaced, split
from cencomm.templates_forms.samples import sample_records


def main() -> None:
    template = Template.decode_unchecked(json.load(sys.stdin)["document"].encode())
    cases = []
    for sample in sample_records(10):
        answers = {**sample.answers, "not_in_the_template": "x"}
        public, personal = split(template, answers)
        outside = list(misplaced(template, answers))
        cases.append({"answers": answers, "public": public, "personal": personal, "misplaced": outside})
    said = {"hash": template.hash.hex(), "document": template.encode().decode(), "cases": cases}
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
