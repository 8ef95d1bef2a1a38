"""The people of the demonstration."""

from __future__ import annotations

import asyncio
from pathlib import Path

from cencomm.cli.demo.cast import Cast, at_once, found
from cencomm.settings import Settings


async def test_the_ceremony_makes_a_root_and_a_deployment(tmp_path: Path) -> None:
    settings = Settings.from_environment({"CENCOMM_DATA_DIR": str(tmp_path)})
    cast, code = await found(tmp_path, settings)
    assert cast.root_file.exists()
    assert code
    assert cast.profile("KE/otieno") == tmp_path / "profiles" / "KE-otieno" / "laptop"
    assert isinstance(cast, Cast)


async def test_a_few_at_the_same_time_and_all_of_them() -> None:
    running, most, done = 0, 0, 0

    async def work() -> None:
        nonlocal running, most, done
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        done += 1

    await at_once([work() for _ in range(20)])
    assert done == 20
    assert 1 < most <= 4
