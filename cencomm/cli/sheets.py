"""The enrolment sheet on paper: a page to print, handed over in person (PROTOCOL §1.3)."""

from __future__ import annotations

from html import escape
from pathlib import Path
from urllib.parse import unquote

import segno

from cencomm.cli.files import write_new
from cencomm.cli.output import Output
from cencomm.cli.output import text as text_of
from cencomm.crypto.enrolment import Sheet
from cencomm.i18n import is_right_to_left

_GROUP = 5
_GROUPS_A_LINE = 8

_PAGE = """<!doctype html>
<html lang="{language}" dir="{direction}"><head><meta charset="utf-8"><title>{title} {account}</title>
<style>
@page {{ margin: 20mm }}
body {{ font: 12pt/1.5 sans-serif; max-width: 46em; margin: 2em auto; color: #000; background: #fff }}
dt {{ font-size: 9pt }} dd {{ margin: 0 0 .6em; font-weight: bold; overflow-wrap: anywhere }}
svg {{ float: inline-end; width: 45mm; height: 45mm; margin: 0 0 1em 1em }}
pre {{ font: 14pt/1.7 monospace; border: 1px solid; padding: 1em; white-space: pre-wrap }}
</style></head><body>
<h1>{title}</h1>
<p>{keep}</p>
{picture}
<dl><dt>{name_label}</dt><dd><bdi>{name}</bdi></dd><dt>{account_label}</dt><dd><bdi dir="ltr">{account}</bdi></dd>
<dt>{server_label}</dt><dd><bdi dir="ltr">{server}</bdi></dd>
<dt>{deployment_label}</dt><dd><bdi dir="ltr">{deployment}</bdi></dd></dl>
<p>{before_command}<code dir="ltr">cencomm enrol</code>{after_command}</p>
<pre dir="ltr">{text}</pre>
</body></html>
"""


def page(sheet: Sheet, language: str) -> str:
    """The sheet as one HTML page in the reader's language, without anything from elsewhere."""
    before_command, _, after_command = text_of("sheet.type", language, command="\0").partition("\0")
    words = {
        "title": text_of("sheet.title", language),
        "keep": text_of("sheet.keep", language),
        "before_command": before_command,
        "after_command": after_command,
        **{f"{each}_label": text_of(f"sheet.{each}", language) for each in ("name", "account", "server", "deployment")},
    }
    return _PAGE.format(
        language=language,
        direction="rtl" if is_right_to_left(language) else "ltr",
        **{key: escape(word) for key, word in words.items()},
        name=escape(sheet.display_name),
        account=escape(sheet.account),
        server=escape(sheet.server_url),
        deployment=sheet.deployment_id.hex(),
        picture=segno.make(sign_in_link(sheet), error="l", micro=False).svg_inline(border=2, unit=None, omitsize=True),
        text=escape(in_groups(sheet.text())),
    )


def sign_in_link(sheet: Sheet) -> str:
    """Opens the browser client with the sheet in hand; what stands after `#` never reaches the server."""
    return f"{sheet.server_url}/#sheet={sheet.text()}"


def in_groups(text: str) -> str:
    """The text of a sheet or a device code in groups of five characters that an eye can follow."""
    prefix, _, body = text.partition(":")
    groups = [body[start : start + _GROUP] for start in range(0, len(body), _GROUP)]
    lines = [" ".join(groups[start : start + _GROUPS_A_LINE]) for start in range(0, len(groups), _GROUPS_A_LINE)]
    return "\n".join([f"{prefix}:", *lines])


def from_groups(typed: str) -> str:
    """The text as it was, whatever spaces and line breaks were typed; of a whole link the code in it."""
    text = "".join(typed.split())
    return unquote(text.rpartition("=")[2]) if "#" in text else text


def hand_out(output: Output, sheet: Sheet, target: Path | None) -> None:
    """Print the sheet's text and, where a file is wanted, write the page to print."""
    text = sheet.text()
    if target is not None:
        write_new(target, page(sheet, output.language).encode())
    said = [output.text("sheet.handed", account=sheet.account, name=sheet.display_name), text]
    if target is not None:
        said.append(output.text("sheet.printed", file=str(target)))
    output.say(
        "\n".join(said),
        {"account": sheet.account, "sheet": text, "file": str(target) if target is not None else None},
    )
