"""Files on this device, without a server (with one: tests/e2e/test_files.py)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cencomm.client import files
from cencomm.client.errors import FileUnreadable, ServerMisbehaved, ServerRefused, ServerUnreachable
from cencomm.client.files import Files, patiently
from cencomm.client.model import AttachingRow
from cencomm.crypto.files import FileRefused
from cencomm.wire.content import Attachment, Chat
from cencomm.wire.http import UploadOut
from tests.unit.client.stand import Stand, api_of

DONE = UploadOut(stored=True, received=1, chunk_bytes=1)


class Server:
    """Gives the answers of a list, one for each question, the last one for ever."""

    def __init__(self, *answers: Exception | UploadOut) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def ask(self, *_: object) -> UploadOut:
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "RETRY_SECONDS", 0.0)


@pytest.mark.parametrize(
    "cut",
    [
        ServerUnreachable(),
        ServerRefused("server.too_many_requests"),
        ServerRefused("files.not_stored"),
        ServerMisbehaved(reason="status:502"),
    ],
    ids=str,
)
async def test_what_passes_by_itself_is_tried_again(cut: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(cut, cut, DONE)
    assert await patiently(server.ask) == DONE
    assert server.asked == 3
    monkeypatch.setattr(files, "PATIENCE_SECONDS", -1.0)
    with pytest.raises(type(cut)):
        await patiently(Server(cut).ask)


@pytest.mark.parametrize("final", [ServerRefused("files.full"), ServerMisbehaved(reason="answer:x")], ids=str)
async def test_what_does_not_is_asked_once(final: Exception) -> None:
    server = Server(final, DONE)
    with pytest.raises(type(final)):
        await patiently(server.ask)
    assert server.asked == 1


def opened(tmp_path: Path, **answers: Server) -> Files:
    stand = Stand(tmp_path)
    here, _ = stand.operation("KE/otieno", "FR/dupont")
    api, _ = api_of(stand, here.memory.device)
    for name, server in answers.items():
        setattr(api, name, server.ask)
    return Files(here, api, stand.profile(here.memory.device))


async def test_a_file_that_cannot_be_read_leaves_nothing(tmp_path: Path) -> None:
    here = opened(tmp_path)
    with pytest.raises(FileUnreadable):
        await here.attach([tmp_path / "none"], Chat("text"))
    assert here.waiting() == []
    assert not list(tmp_path.rglob("*.part"))


async def test_a_message_waits_with_its_files_until_they_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PATIENCE_SECONDS", -1.0)
    begin = Server(ServerUnreachable(), DONE)
    here = opened(tmp_path, begin_upload=begin)
    (tmp_path / "note").write_bytes(b"evidence")
    with pytest.raises(ServerUnreachable):
        await here.attach([tmp_path / "note"], Chat("text"))
    [row] = here.waiting()
    assert isinstance(row, AttachingRow)
    [file] = row.files
    [sealed] = list(tmp_path.rglob(file.hash.hex()))
    assert b"evidence" not in sealed.read_bytes()
    assert file.key.hex() not in repr(row)
    await here.take_up()
    assert here.waiting() == []
    assert not sealed.exists()


async def test_ciphertext_that_is_gone_can_never_be_sent_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PATIENCE_SECONDS", -1.0)
    begin = Server(ServerUnreachable(), UploadOut(stored=False, received=0, chunk_bytes=1))
    here = opened(tmp_path, begin_upload=begin, cancel_upload=Server(DONE))
    (tmp_path / "note").write_bytes(b"evidence")
    with pytest.raises(ServerUnreachable):
        await here.attach([tmp_path / "note"], Chat("text"))
    for sealed in tmp_path.rglob(here.waiting()[0].files[0].hash.hex()):
        sealed.unlink()
    await here.take_up()
    assert here.waiting() == []


async def test_what_a_crash_left_of_a_sealing_goes_and_what_another_process_seals_stays(tmp_path: Path) -> None:
    here = opened(tmp_path, begin_upload=Server(DONE))
    (tmp_path / "note").write_bytes(b"evidence")
    await here.attach([tmp_path / "note"], Chat("text"))
    [folder] = [path for path in tmp_path.rglob("files/*") if path.is_dir()]
    (folder / "left").write_bytes(b"x")
    (folder / "fresh").write_bytes(b"x")
    os.utime(folder / "left", (0, 0))
    await here.take_up()
    assert [path.name for path in folder.iterdir()] == ["fresh"]


@pytest.mark.parametrize(
    "lie",
    [
        lambda state: {"upload_chunk": state(received=0)},
        lambda state: {"upload_chunk": state(received=1), "finish_upload": state(received=1)},
    ],
    ids=["it stands still", "it is never stored"],
)
async def test_a_server_that_leads_in_circles_is_left(
    tmp_path: Path, lie: Callable[[Callable[..., Server]], dict[str, Server]]
) -> None:
    def state(received: int) -> Server:
        return Server(UploadOut(stored=False, received=received, chunk_bytes=1))

    here = opened(tmp_path, begin_upload=state(0), **lie(state))
    (tmp_path / "note").write_bytes(b"evidence")
    with pytest.raises(ServerMisbehaved):
        await here.attach([tmp_path / "note"], Chat("text"))
    assert len(here.waiting()) == 1


async def test_a_size_that_does_not_fit_is_refused_before_anything_is_fetched(tmp_path: Path) -> None:
    fetch = Server(DONE)
    here = opened(tmp_path, file_chunk=fetch)
    with pytest.raises(FileRefused):
        await here.save(Attachment(b"h" * 32, 272, b"k" * 32, 9_999, "note"), tmp_path / "saved")
    assert fetch.asked == 0
    assert not (tmp_path / "saved").exists()
