"""The enrolment sheet on paper: a page to print, handed over in person (PROTOCOL §1.3)."""

from __future__ import annotations

from html import escape
from pathlib import Path

from cencomm.cli.files import write_new
from cencomm.cli.output import Output
from cencomm.crypto.enrolment import Sheet

_GROUP = 5
_GROUPS_A_LINE = 8
_PREFIX = "cencomm1:"

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Enrolment sheet {account}</title>
<style>
@page {{ margin: 20mm }}
body {{ font: 12pt/1.5 sans-serif; max-width: 46em; margin: 2em auto; color: #000; background: #fff }}
dt {{ font-size: 9pt }} dd {{ margin: 0 0 .6em; font-weight: bold; overflow-wrap: anywhere }}
pre {{ font: 14pt/1.7 monospace; border: 1px solid; padding: 1em; white-space: pre-wrap }}
</style></head><body>
<h1>CENcomm enrolment sheet</h1>
<p>Give this page in person. Whoever holds it and knows the password can read as this account. Keep it after enrolling:
it is needed for a new device and for a forgotten password.</p>
<dl><dt>Name</dt><dd>{name}</dd><dt>Account</dt><dd>{account}</dd><dt>Server</dt><dd>{server}</dd>
<dt>Deployment</dt><dd>{deployment}</dd></dl>
<p>Type or paste this text when <code>cencomm enrol</code> asks for it; spaces and line breaks do not matter.</p>
<pre>{text}</pre>
</body></html>
"""


def page(sheet: Sheet) -> str:
    """The sheet as one HTML page without anything from elsewhere."""
    return _PAGE.format(
        name=escape(sheet.display_name),
        account=escape(sheet.account),
        server=escape(sheet.server_url),
        deployment=sheet.deployment_id.hex(),
        text=escape(in_groups(sheet.text())),
    )


def in_groups(text: str) -> str:
    """The sheet's text in groups of five characters that an eye can follow."""
    body = text.removeprefix(_PREFIX)
    groups = [body[start : start + _GROUP] for start in range(0, len(body), _GROUP)]
    lines = [" ".join(groups[start : start + _GROUPS_A_LINE]) for start in range(0, len(groups), _GROUPS_A_LINE)]
    return "\n".join([_PREFIX, *lines])


def from_groups(typed: str) -> str:
    """The sheet's text as it was, whatever spaces and line breaks were typed."""
    return "".join(typed.split())


def hand_out(output: Output, sheet: Sheet, target: Path | None) -> None:
    """Print the sheet's text and, where a file is wanted, write the page to print."""
    text = sheet.text()
    if target is not None:
        write_new(target, page(sheet).encode())
    printed = f"\nThe page to print is {target}: delete the file once it is printed." if target is not None else ""
    output.say(
        f"Enrolment sheet of {sheet.account} ({sheet.display_name}). Hand it over in person.\n{text}{printed}",
        {"account": sheet.account, "sheet": text, "file": str(target) if target is not None else None},
    )
