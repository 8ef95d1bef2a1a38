"""Says the wire's frames and contents in MessagePack as msgspec writes them, and reads back what the browser wrote.

Reads one JSON object {"frames": {name: hex}, "contents": {name: hex}} from standard input; writes
{"server": {name: hex}, "client": {name: hex}, "contents": {name: hex}, "same": {name: bool}}.
"""

from __future__ import annotations

import json
import sys

from cencomm.ids import CugId
from cencomm.wire import content, frames
from cencomm.wire.encoding import encode

CUG = CugId(bytes(range(16)))
REF = bytes(range(16, 32))
HASH = bytes(range(32))
TIME = 1_790_000_000_123

SERVER = {
    "ready": frames.Ready(TIME, "KE/otieno/laptop", frames.Limits(1, 70_000, 100, 5_000_000_000)),
    "events": frames.Events(
        CUG,
        (
            frames.Event(1, TIME, frames.EventKind.RECORD, "KE/otieno/laptop", REF, b"body"),
            frames.Event(2, TIME, frames.EventKind.GROUP, "KE/é/laptop", REF, b"", HASH),
        ),
    ),
    "caught_up": frames.CaughtUp(CUG, 2**40),
    "stored": frames.Stored(CUG, REF, 300, TIME),
    "refused": frames.Refused(None, REF, "groups.stale_epoch", {"epoch": 3, "none": None, "yes": True, "word": "a"}),
    "notice": frames.Notice(frames.NoticeKind.ADMITTED, CUG),
    "pong": frames.Pong(7),
    "present": frames.Present(CUG, ("KE/otieno", "KE/é")),
    "writes": frames.Writes(CUG, "KE/otieno"),
}
CLIENT = {
    "subscribe": frames.Subscribe(CUG, 128),
    "unsubscribe": frames.Unsubscribe(CUG),
    "send": frames.Send(CUG, REF, frames.EventKind.RECORD, b"x" * 300),
    "commit": frames.Commit(CUG, REF, b"body", b"info", (frames.WelcomeFor("KE/otieno/laptop", HASH, b"welcome"),)),
    "start_group": frames.StartGroup(CUG, REF, b"start"),
    "ping": frames.Ping(2**33),
    "watch": frames.Watch(CUG),
    "unwatch": frames.Unwatch(CUG),
    "typing": frames.Typing(CUG),
}
ANSWERS = {"a": "é\u202e", "n": -5, "big": 2**40, "yes": True, "codes": ["x", "y"], "rows": [{"q": 1}, {}]}
CONTENTS = {
    "chat": content.Chat("أهلا 👋"),
    "chat_full": content.Chat("ready", "en", REF, ("KE/otieno",)),
    "chat_files": content.Chat(
        "",
        files=(
            content.Attachment(HASH, 262_160, HASH, 9, "seal.jpg", "image/jpeg"),
            content.Attachment(HASH, 262_160, HASH, 9, "صورة.bin"),
        ),
    ),
    "form": content.Form(HASH, "simplified_seizure", "1", REF, ANSWERS),
    "form_replacing": content.Form(HASH, "simplified_seizure", "1", REF, {}, REF),
    "template": content.Template(b"{}"),
    "profile": content.Profile("Tiger", "OT26", "about"),
    "profile_short": content.Profile("Tiger"),
    "history_keys": content.HistoryKeys((content.HistoryKey(CUG, 70_000, HASH),)),
    "history_request": content.HistoryRequest(((CUG, 1), (REF, 2))),
    "history_request_empty": content.HistoryRequest(),
    "extraction": content.Extraction(HASH, 10, 12),
    "released": content.Released(REF, REF, "0c" * 16, "submitted", ("reporting_country", "item[0].product")),
    "released_nothing": content.Released(REF, REF, "0c" * 16, "withdrawn"),
    "left": content.Left("moved"),
    "left_silently": content.Left(),
}


def main() -> None:
    given = json.load(sys.stdin)
    same = {
        name: frames.decode_client_frame(bytes.fromhex(data)) == CLIENT[name] for name, data in given["frames"].items()
    }
    same |= {
        name: content.decode_content(bytes.fromhex(data)) == CONTENTS[name] for name, data in given["contents"].items()
    }
    said = {
        "server": {name: encode(frame).hex() for name, frame in SERVER.items()},
        "client": {name: encode(frame).hex() for name, frame in CLIENT.items()},
        "contents": {name: encode(one).hex() for name, one in CONTENTS.items()},
        "same": same,
    }
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
