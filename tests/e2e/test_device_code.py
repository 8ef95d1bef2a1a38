"""A new device by the code of an old one, without the sheet; the code alone, or a wrong password, opens nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cencomm.client import account
from cencomm.client.api import Client
from cencomm.client.device_codes import device_code
from cencomm.client.errors import ServerRefused, WrongPassword
from cencomm.crypto.device_code import parse_device_code
from tests.e2e.world import COST, PASSWORD, World, operation, texts
from tests.postgres import one_of_the_databases as database_url  # noqa: F401  a fixture

WRONG = "another wind altogether"
PATIENCE_SECONDS = 30


async def test_a_new_device_reads_on_by_code_and_password(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "phone"
    async with world.officer("NL/organiser") as organiser, world.officer("KE/otieno") as otieno:
        cug, _ = await operation(organiser, otieno)
        await cug.send_text("before the phone")
        with pytest.raises(WrongPassword):
            await device_code(otieno, WRONG)
        shown = (await device_code(otieno, PASSWORD)).text()
        code = parse_device_code(shown)
        with pytest.raises((ServerRefused, WrongPassword)):
            await account.sign_in_new_device(folder, code, WRONG, device="phone", cost=COST)
        assert not folder.exists() or not list(folder.iterdir())

        await account.sign_in_new_device(folder, code, PASSWORD, device="phone", cost=COST)
        async with Client.open(folder, PASSWORD) as phone:
            await phone.connect()
            view = await phone.wait_for_cug(cug.id)
            await cug.send_text("after it")
            await cug.flush(PATIENCE_SECONDS)
            await view.wait_seq(cug.last_seq, PATIENCE_SECONDS)
            async with asyncio.timeout(PATIENCE_SECONDS):
                while texts(view) != ["before the phone", "after it"]:  # the key of the past comes by the vault
                    await asyncio.sleep(0.1)
            assert phone.account.device_id == "KE/otieno/phone"
