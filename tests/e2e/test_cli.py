"""The command line as people use it: one process for each command, from the root ceremony to a verified extraction."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.postgres import free_port
from tests.servers import RunningServer

PASSWORD = "a fair wind for Mombasa"
TITLE = "Operation Tiger"
ANSWERS = {
    "reporting_country": "KE",
    "national_case_ref": "KE-1",
    "sharing_targets": ["group"],
    "offence_at": "2016-03-01",
    "offence_country": "KE",
    "location_type": "unknown",
    "offence_place": "Mombasa",
    "direction": "import",
    "departure_country": "XX",
    "destination_country": "XX",
    "unknown_reason": "not stated",
    "transport_mode": "0",
    "traffic_type": "unknown",
    "item": [
        {
            "heading": "drugs",
            "product": "cannabis_resin",
            "quantity": "1.50",
            "unit": "KGM",
            "quantity_basis": "unknown",
        }
    ],
    "detection_method": "unknown",
    "source_text": "=1+1 \u202e مرحبا",
}


@dataclass
class Shell:
    """One person's terminal: his own profile, a home that is empty otherwise."""

    home: Path

    def run(self, *words: str, profile: str = "profile", typed: str = "") -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("CENCOMM_")}
        environment = {"HOME": str(self.home), "CENCOMM_PASSWORD": PASSWORD, "COLUMNS": "80", "LC_ALL": "C.UTF-8"}
        return subprocess.run(
            [sys.executable, "-m", "cencomm.cli.main", "--profile", str(self.home / profile), *words],
            cwd=self.home,
            env=clean | environment,
            input=typed,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def __call__(self, *words: str, profile: str = "profile", typed: str = "") -> str:
        """What a command prints that must succeed."""
        done = self.run(*words, profile=profile, typed=typed)
        assert done.returncode == 0, f"{words}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def lines(self, *words: str, profile: str = "profile") -> list[dict[str, object]]:
        """What a command says to a program."""
        return [json.loads(line) for line in self("--json", *words, profile=profile).splitlines()]


@dataclass
class People:
    """A deployment with three officers, enrolled and certified by typing commands."""

    secretariat: Shell
    ncp: Shell
    organiser: Shell
    officer: Shell
    sheets: dict[str, str]


def home(tmp_path: Path, name: str) -> Shell:
    (tmp_path / name).mkdir()
    return Shell(tmp_path / name)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    tmp_path = tmp_path_factory.mktemp("cli")
    shells = {name: home(tmp_path, name) for name in ("secretariat", "ncp", "organiser", "officer")}
    data, port = tmp_path / "data", free_port()
    server = RunningServer(data, f"sqlite:///{data}/cencomm.sqlite3", port=port)
    secretariat, ncp = shells["secretariat"], shells["ncp"]
    made = secretariat.lines("init", "--name", "Test", "--server-url", server.url, "--data-dir", str(data))
    sheets = {"secretariat": str(made[-1]["sheet"])}
    with server:
        secretariat("enrol", sheets["secretariat"], "--device", "desk")
        sheets["KE"] = str(secretariat.lines("invite", "KE", "Contact point KE")[0]["sheet"])
        ncp("enrol", sheets["KE"])
        assert [each["account"] for each in secretariat.lines("requests", "--save", "carry")] == ["KE"]
        secretariat("ceremony", "ncp", "carry/KE.request")
        secretariat("certify", "--certificate", "carry/KE.certificate")
        for account, shell in (("KE/chief", shells["organiser"]), ("KE/otieno", shells["officer"])):
            sheets[account] = str(
                ncp.lines("invite", account, "Name of <b>", "--sheet", f"{account[3:]}.html")[0]["sheet"]
            )
            shell("enrol", sheets[account], "--device", "laptop")
        ncp("certify", "--all", "--yes")
        yield People(secretariat, ncp, shells["organiser"], shells["officer"], sheets)


def test_an_operation_from_opening_to_a_verified_extraction(people: People) -> None:
    organiser, officer = people.organiser, people.officer
    assert officer("cugs")
    organiser("open", TITLE, "--code", "OT26")
    organiser("admit", TITLE, "KE/otieno")
    assert [each["title"] for each in officer.lines("cugs")] == [TITLE]
    assert {each["officer"] for each in officer.lines("members", TITLE)} == {"KE/chief", "KE/otieno"}
    assert "simplified_seizure" in officer("templates", TITLE)

    (officer.home / "seal.bin").write_bytes(bytes(range(256)) * 2_000)
    officer("send", TITLE, "hello \x1b[2J", "--lang", "en", "--file", "seal.bin")
    organiser("send", TITLE, typed="from stdin\n")
    (officer.home / "answers.json").write_text(json.dumps(ANSWERS))
    officer("submit", TITLE, "simplified_seizure", "-f", "answers.json", "national_case_ref=KE-2")
    refused = officer.run("submit", TITLE, "simplified_seizure", "reporting_country=KE")
    assert refused.returncode == 1
    assert "An answer is needed here." in refused.stderr

    seen = organiser.lines("watch", TITLE, "--once")
    assert [each["text"] for each in seen if each["kind"] == "chat"] == ["hello \x1b[2J", "from stdin"]
    (form,) = [each for each in seen if each["kind"] == "form"]
    assert form["answers"] == ANSWERS | {"national_case_ref": "KE-2"}
    assert "\x1b" not in organiser("watch", TITLE, "--once")
    attached = next(each for each in seen if each.get("files"))
    assert "'seal.bin'" in str(attached["files"])
    organiser("save", TITLE, str(attached["seq"]))
    assert (organiser.home / "seal.bin").read_bytes() == (officer.home / "seal.bin").read_bytes()
    again = organiser.run("save", TITLE, str(attached["seq"]))
    assert again.returncode == 1
    assert "exists already" in again.stderr

    assert officer.run("extract", TITLE, "mine").returncode == 1
    assert not (officer.home / "mine").exists()
    organiser("sign-in", people.sheets["KE/chief"], "--device", "archive", profile="fresh")
    (extracted,) = organiser.lines("extract", TITLE, "out.zip", profile="fresh")
    assert (extracted["forms"], extracted["unopened"]) == (1, 0)
    assert "Everything fits." in organiser("verify", "out.zip")
    assert any(each["kind"] == "extraction" for each in officer.lines("watch", TITLE, "--once"))

    data = bytearray((organiser.home / "out.zip").read_bytes())
    data[len(data) // 2] ^= 1
    (organiser.home / "altered.zip").write_bytes(data)
    assert organiser.run("verify", "altered.zip").returncode == 4

    assert organiser.run("remove", TITLE, "KE/otieno", typed="n\n").returncode == 1
    organiser("remove", TITLE, "KE/otieno", "--yes")
    late = officer.run("send", TITLE, "after")
    assert late.returncode == 1
    assert "not a member" in late.stderr


def test_chat_in_the_terminal_sends_what_is_typed(people: People) -> None:
    people.organiser("open", "Chat", "--code", "C")
    people.organiser("chat", "Chat", typed="one\ntwo\n/who\n/quit\n")
    seen = people.organiser.lines("watch", "Chat", "--once")
    assert [each["text"] for each in seen if each["kind"] == "chat"] == ["one", "two"]


def test_a_closed_group_takes_nothing(people: People) -> None:
    people.organiser("open", "Short")
    people.organiser("close", "Short", "--yes")
    assert people.organiser.run("send", "Short", "late").returncode == 1


def test_a_new_password_and_a_forgotten_one(people: People) -> None:
    shell = people.ncp
    done = shell.run("password", typed="another fair wind\nanother fair wind\n")
    assert done.returncode == 0, done.stderr
    assert shell.run("requests").returncode == 1
    assert shell.run("recover", people.sheets["KE"], profile="again").returncode == 0
    assert shell.run("requests", profile="again").returncode == 0


def test_devices_are_listed_and_a_device_is_revoked(people: People) -> None:
    assert {each["device"] for each in people.officer.lines("devices")} == {"KE/otieno/laptop"}
    again = "again" if (people.ncp.home / "again").exists() else "profile"
    assert people.ncp.run("revoke", "KE/otieno/laptop", typed="n\n", profile=again).returncode == 1
    people.ncp("revoke", "KE/otieno/laptop", "--yes", profile=again)


def test_without_a_server_the_sentence_and_the_exit_code_say_so(people: People, tmp_path: Path) -> None:
    sheet = people.sheets["KE/otieno"]
    wrong = people.officer.run("sign-in", sheet[:-4] + "AAAA", profile="none")
    assert wrong.returncode == 1
    assert wrong.stderr.strip()
    assert not (people.officer.home / "none").exists()


def test_the_server_ends_on_a_signal(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    port = str(free_port())
    shell("init", "--name", "T", "--server-url", f"http://127.0.0.1:{port}", "--data-dir", "data")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CENCOMM_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "cencomm.cli.main", "serve", "--data-dir", "data", "--port", port],
        cwd=tmp_path,
        env=clean,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == f"Serving at http://127.0.0.1:{port}"
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) in (0, -signal.SIGTERM)
