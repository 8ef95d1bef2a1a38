"""Templates with one flaw each, and why the Python client refuses them.

Reads {}; writes [[document, reason], …]; the first is sound and has an empty reason.
"""

from __future__ import annotations

import copy
import json
import sys

from cencomm.templates_forms.errors import TemplateMalformed
from cencomm.templates_forms.model import Template
from tests.unit.templates_forms.forms import small_data
from tests.unit.templates_forms.test_checking import FLAWS


def main() -> None:
    said = [[json.dumps(small_data()), ""]]
    for spoil in FLAWS.values():
        data = copy.deepcopy(small_data())
        spoil(data)
        try:
            Template.decode_unchecked(json.dumps(data).encode())
        except TemplateMalformed as error:
            said.append([json.dumps(data), str(error.facts["reason"])])
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
