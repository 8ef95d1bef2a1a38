"""CUGs over HTTP: opening, closing and reading, for members, the removed and strangers (both databases)."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cencomm.crypto.events import Closing
from cencomm.crypto.head import start
from cencomm.ids import CugId, new_client_ref, new_cug_id
from cencomm.wire.frames import Stored
from tests.delivery_stand import Server, prepare, running
from tests.unit.crypto.people import DUBOIS, NOW_MS, OTIENO, SILVA, Person
from tests.unit.groups.members import Made, Member

NOBODY = Person(DUBOIS.officer_id, "unknown")


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()


@dataclass
class Stand:
    server: Server

    async def get(self, person: Person, path: str) -> tuple[int, Any]:
        async with self.server.http(person) as http:
            answer = await http.get(path)
        return answer.status_code, answer.json()

    async def post(self, person: Person, path: str, **fields: bytes) -> tuple[int, Any]:
        async with self.server.http(person) as http:
            answer = await http.post(path, json={name: b64(value) for name, value in fields.items()})
        return answer.status_code, answer.json()

    async def open(self, person: Person = OTIENO) -> Member:
        cug_id = new_cug_id()
        member = Member.opening(person, cug_id)
        status, answer = await self.post(
            person, "/v1/cugs", cug_id=cug_id, client_ref=new_client_ref(), group_start=member.start_body()
        )
        assert (status, answer) == (201, {"seq": 1, "server_time_ms": NOW_MS})
        return member

    async def commit(self, member: Member, made: Made) -> int:
        async with self.server.session(member.person) as link:
            answer = await link.ask(made.frame)
        assert isinstance(answer, Stored), answer
        member.merge(made)
        return answer.seq

    async def close(self, person: Person, cug_id: CugId) -> tuple[int, Any]:
        body = Closing(cug_id, NOW_MS, start(cug_id)).signed(person.device_seed).encode()
        return await self.post(person, f"/v1/cugs/{cug_id.hex()}/close", client_ref=new_client_ref(), body=body)


@pytest.fixture
async def stand(database_url: str, tmp_path: Path) -> AsyncIterator[Stand]:
    await prepare(database_url, [OTIENO, SILVA, DUBOIS])
    async with running(database_url, tmp_path) as server:
        yield Stand(server)


class TestOpening:
    async def test_the_same_request_again_is_harmless_and_another_is_refused(self, stand: Stand) -> None:
        cug_id, ref = new_cug_id(), new_client_ref()
        body = Member.opening(OTIENO, cug_id).start_body()
        for _ in range(2):
            status, answer = await stand.post(OTIENO, "/v1/cugs", cug_id=cug_id, client_ref=ref, group_start=body)
            assert (status, answer["seq"]) == (201, 1)
        other = Member.opening(SILVA, cug_id).start_body()
        status, answer = await stand.post(
            SILVA, "/v1/cugs", cug_id=cug_id, client_ref=new_client_ref(), group_start=other
        )
        assert (status, answer["code"]) == (409, "groups.exists")
        assert (await stand.get(SILVA, "/v1/cugs"))[1]["cugs"] == []

    async def test_what_is_refused_opens_nothing(self, stand: Stand) -> None:
        cug_id = new_cug_id()
        body = Member.opening(OTIENO, cug_id).start_body()
        for person, given, status, code in (
            (SILVA, body, 403, "groups.wrong_device"),
            (OTIENO, b"garbage", 400, "crypto.malformed"),
            (OTIENO, b"x" * (3 * 1024 * 1024), 413, "wire.too_large"),
            (NOBODY, body, 401, "accounts.not_signed_in"),
        ):
            answer = await stand.post(person, "/v1/cugs", cug_id=cug_id, client_ref=new_client_ref(), group_start=given)
            assert (answer[0], answer[1]["code"]) == (status, code)
        assert (await stand.get(OTIENO, "/v1/cugs"))[1]["cugs"] == []


class TestReading:
    async def test_a_member_reads_everything_a_session_needs(self, stand: Stand) -> None:
        organiser = await stand.open()
        made = organiser.admitting(SILVA)
        assert await stand.commit(organiser, made) == 2
        path = f"/v1/cugs/{organiser.cug_id.hex()}"
        status, cug = await stand.get(SILVA, path)
        assert status == 200
        assert (cug["state"], cug["role"], cug["member"], cug["epoch"], cug["last_seq"]) == (
            "open",
            "officer",
            True,
            1,
            2,
        )
        assert (cug["admitted_seq"], cug["removed_seq"]) == (2, None)
        _, members = await stand.get(SILVA, f"{path}/members")
        assert [(m["account"], m["role"], m["devices"]) for m in members["members"]] == [
            ("BR/silva", "officer", ["BR/silva/laptop"]),
            ("KE/otieno", "organiser", ["KE/otieno/laptop"]),
        ]
        assert members["members"][0]["display_name"] == "Officer BR/silva"
        _, info = await stand.get(SILVA, f"{path}/group-info")
        assert base64.urlsafe_b64decode(info["group_info"]) == made.frame.group_info
        assert (info["epoch"], info["seq"]) == (1, 2)
        _, welcome = await stand.get(SILVA, f"{path}/welcome")
        assert base64.urlsafe_b64decode(welcome["welcome"]) == made.frame.welcomes[0].welcome
        assert (await stand.get(OTIENO, f"{path}/welcome"))[1]["code"] == "groups.no_welcome"

    async def test_a_stranger_is_told_that_there_is_no_such_group(self, stand: Stand) -> None:
        organiser = await stand.open()
        for cug_id in (organiser.cug_id.hex(), new_cug_id().hex()):
            for path in ("", "/members", "/group-info", "/welcome"):
                status, answer = await stand.get(DUBOIS, f"/v1/cugs/{cug_id}{path}")
                assert (status, answer["code"]) == (404, "groups.unknown")

    async def test_the_removed_sees_his_place_and_no_more(self, stand: Stand) -> None:
        organiser = await stand.open()
        await stand.commit(organiser, organiser.admitting(SILVA))
        await stand.commit(organiser, organiser.removing(SILVA))
        await stand.commit(organiser, organiser.commit())
        path = f"/v1/cugs/{organiser.cug_id.hex()}"
        _, cug = await stand.get(SILVA, path)
        assert (cug["member"], cug["removed_seq"], cug["last_seq"]) == (False, 3, 3)
        for part in ("/members", "/group-info", "/welcome"):
            status, answer = await stand.get(SILVA, path + part)
            assert (status, answer["code"]) == (403, "groups.not_member")

    async def test_pages_follow_each_other_without_loss(self, stand: Stand) -> None:
        opened = sorted([(await stand.open()).cug_id for _ in range(5)])
        seen: list[str] = []
        path = "/v1/cugs?limit=2"
        while True:
            _, page = await stand.get(OTIENO, path)
            seen += [cug["cug_id"] for cug in page["cugs"]]
            if page["next"] is None:
                break
            path = f"/v1/cugs?limit=2&after={page['next']}"
        assert seen == [b64(cug_id) for cug_id in opened]

    @pytest.mark.parametrize("cursor", ["%00", "a", "%ff%fe"])
    async def test_a_cursor_of_nobodys_making_is_refused(self, stand: Stand, cursor: str) -> None:
        organiser = await stand.open()
        assert (await stand.get(OTIENO, f"/v1/cugs?after={cursor}"))[0] == 400
        status, _ = await stand.get(OTIENO, f"/v1/cugs/{organiser.cug_id.hex()}/members?after={cursor}")
        assert status in (200, 400)


class TestClosing:
    async def test_the_organiser_closes_once_for_all(self, stand: Stand) -> None:
        organiser = await stand.open()
        await stand.commit(organiser, organiser.admitting(SILVA))
        status, answer = await stand.close(SILVA, organiser.cug_id)
        assert (status, answer["code"]) == (403, "groups.role_not_allowed")
        assert await stand.close(OTIENO, organiser.cug_id) == (200, {"seq": 3, "server_time_ms": NOW_MS})
        status, answer = await stand.close(OTIENO, organiser.cug_id)
        assert (status, answer["code"]) == (409, "groups.closed")
        _, cug = await stand.get(SILVA, f"/v1/cugs/{organiser.cug_id.hex()}")
        assert (cug["state"], cug["member"], cug["last_seq"]) == ("closed", True, 3)
