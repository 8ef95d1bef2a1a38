"""Write cencomm/i18n/territories.json: CLDR's names of countries and territories in the six languages, through Babel.

They are kept, not looked up when they are needed: an extraction is verified by making its tables again, on another
machine or in a browser, and both must have the same names whatever release of CLDR is installed there.
"""

from __future__ import annotations

import json
from pathlib import Path

from babel import Locale

from cencomm.i18n import LANGUAGES

TARGET = Path(__file__).parent.parent / "cencomm" / "i18n" / "territories.json"


def main() -> None:
    names = {language: dict(Locale.parse(language).territories) for language in LANGUAGES}
    TARGET.write_text(json.dumps(names, ensure_ascii=False, sort_keys=True, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
