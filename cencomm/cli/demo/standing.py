"""`cencomm serve --demo`: a server with a small operation in it, made once and kept in the data folder.

DATA_DIR/demo/server        what the server keeps
DATA_DIR/demo/profiles      a device of each person, ready to use with --profile
DATA_DIR/demo/accounts.json who there is; written last
DATA_DIR/demo/core.done     the CEN core has its demonstration data
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

from cencomm.cli.demo import cast as casting
from cencomm.cli.demo import core, server, wanted
from cencomm.cli.demo.cast import PASSWORD, SECRETARIAT, Cast
from cencomm.cli.demo.play import Play, cast_roles
from cencomm.cli.output import Output
from cencomm.cli.sheets import sign_in_link
from cencomm.crypto.enrolment import parse_sheet
from cencomm.crypto.group_context import Role
from cencomm.settings import DATABASE_FILE, Settings
from cencomm.templates_forms.model import standard

FOLDER = "demo"
ACCOUNTS = "accounts.json"
_RECORDS = 40
_SEED = 7


async def prepare(settings: Settings, output: Output) -> Settings:
    """Make the operation unless it is there, and print how to use it; gives the settings to serve it with."""
    place = settings.data_dir / FOLDER
    if not (place / ACCOUNTS).exists():
        output.note(output.text("demo.making"))
        await _make(settings, place, output)
    here = demo_settings(settings, place)
    await core.fill(here, place / core.DONE)
    accounts = json.loads((place / ACCOUNTS).read_text(encoding="utf-8"))
    _show(output, place, [_at(each, settings.public_url) for each in accounts])
    core.show(output, settings.public_url)
    return here


def _at(account: dict[str, str], url: str) -> dict[str, str]:
    """The account with its sheet for the address that is served now, and the link that brings it to a browser."""
    sheet = replace(parse_sheet(account["sheet"]), server_url=url)
    return {**account, "sheet": sheet.text(), "link": sign_in_link(sheet)}


def demo_settings(settings: Settings, place: Path) -> Settings:
    """The same server on the demonstration's own data; a real deployment beside it is not touched."""
    data = place / "server"
    return replace(settings, data_dir=data, database_url=f"sqlite:///{data / DATABASE_FILE}", cen=True)


async def _make(settings: Settings, place: Path, output: Output) -> None:
    """Build beside the final place: what was interrupted is thrown away and made anew."""
    partial = place.with_name(f"{FOLDER}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.rmtree(place, ignore_errors=True)
    (partial / "server").mkdir(parents=True)
    forms = wanted.made_up(_RECORDS, _SEED)
    roles = cast_roles(wanted.administrations(forms))
    here = demo_settings(settings, partial)
    cast, code = await casting.found(partial, here)
    async with server.running(here, partial / "server.log"):
        with output.progress() as progress:
            task = progress.add_task(output.text("demo.enrolling"), total=None)
            await casting.enrol_everybody(cast, code, roles.everybody, lambda _name: progress.advance(task))
            task = progress.add_task(output.text("demo.reporting"), total=len(forms))
            play = Play(cast, roles, forms, standard(wanted.TEMPLATE), lambda _step: None, all_stay=True)
            await play.run(lambda number: progress.advance(task, number))
    (partial / ACCOUNTS).write_text(json.dumps(_accounts(cast), ensure_ascii=False, indent=1), encoding="utf-8")
    partial.rename(place)


def _accounts(cast: Cast) -> list[dict[str, str]]:
    return [
        {
            "account": name,
            "name": sheet.display_name,
            "sheet": sheet.text(),
            "profile": cast.profile(name).relative_to(cast.folder).as_posix(),
        }
        for name, sheet in sorted(cast.sheets.items())
    ]


def _show(output: Output, place: Path, accounts: list[dict[str, str]]) -> None:
    """Who there is, each with the link that signs in at a browser once the password is given."""
    people = [each for each in accounts if "/" in each["account"]]
    people += [each for each in accounts if each["account"] == SECRETARIAT]
    output.say(output.text("demo.password", password=PASSWORD), {"password": PASSWORD})
    output.say("\n" + output.text("demo.links") + "\n")
    output.links(
        output.columns("role", "name", "account"),
        [
            ((output.text(f"role.{_role(each['account'])}"), each["name"], each["account"]), each["link"])
            for each in people
        ],
        [{**each, "profile": str(place / each["profile"])} for each in people],
    )
    if not output.as_json:
        _show_first_steps(output, place, people)


def _show_first_steps(output: Output, place: Path, people: list[dict[str, str]]) -> None:
    organiser = next(each for each in people if _role(each["account"]) == Role.ORGANISER)
    output.say("\n" + output.text("demo.all_sheets", file=str(place / ACCOUNTS)))
    output.say(
        f"\n{output.text('demo.try')}\n"
        f"  export CENCOMM_PASSWORD='{PASSWORD}'\n"
        f"  cencomm --profile {place / organiser['profile']} cugs\n"
        + output.text("demo.own_device", command="cencomm --profile ./mine sign-in SHEET")
        + "\n"
    )


def _role(account: str) -> str:
    """What the account is in the operation, by the names that the play gives (`text.cli.role.<role>`)."""
    name = account.rpartition("/")[2]
    return name if name in (SECRETARIAT, Role.ORGANISER, "removed") else Role.OFFICER.value
