"""Whether the Python client takes designed templates, byte for byte.

Reads {"documents": [document, …]}; writes [reason, …], empty where the document is a template in canonical form.
"""

from __future__ import annotations

import json
import sys

from cencomm.errors import DomainError
from cencomm.templates_forms.model import Template


def reason(document: str) -> str:
    try:
        Template.decode(document.encode())
    except DomainError as error:
        return f"{error.code} {error.facts}"
    return ""


if __name__ == "__main__":
    json.dump([reason(document) for document in json.load(sys.stdin)["documents"]], sys.stdout)
