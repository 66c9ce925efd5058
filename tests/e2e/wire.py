"""wire.py - atoll's messages, from messages.def, for tests that speak them."""
import hashlib
import re
import struct

from gateway import ROOT

SOURCE = (ROOT / "gateway/wire/messages.def").read_bytes()
INTERNAL_ROWS = SOURCE[: SOURCE.index(b"/* === lasting links")]
PROTOCOL = int(hashlib.sha256(INTERNAL_ROWS).hexdigest()[:16], 16)
LASTING_MAX = 0xFFFF  # numbers of internal messages are above


class Message:
    def __init__(self, number, text):
        head = [w.strip() for w in text.split("FIELD(")[0].split(",")]
        lasting = re.match(r"LASTING\((\d+)\)", head[2])
        self.number = int(lasting[1]) if lasting else LASTING_MAX + number
        self.name = head[0]
        self.sender, self.receiver = head[3], head[4]
        self.fds = int(re.match(r"\d+", head[5]).group())
        self.fields = re.findall(r"FIELD\((\w+), (\w+)\)", text)


def read_messages():
    text = re.sub(r"/\*.*?\*/", "", SOURCE.decode(), flags=re.S)
    rows = text.split("MESSAGE(")[1:]
    return [Message(i + 1, row) for i, row in enumerate(rows)]


MESSAGES = {m.name: m for m in read_messages()}
BY_NUMBER = {m.number: m for m in MESSAGES.values()}


def counted(data):
    data = data if isinstance(data, bytes) else data.encode()
    return struct.pack("<I", len(data)) + data


def put(kind, value):
    if kind == "u32":
        return struct.pack("<I", value or 0)
    if kind == "u64":
        return struct.pack("<Q", value or 0)
    if kind == "ids":
        ids = value or []
        return struct.pack(f"<{len(ids) + 1}I", len(ids), *ids)
    if kind == "numbers":
        numbers = value or []
        return struct.pack(f"<I{len(numbers)}Q", len(numbers), *numbers)
    if kind == "strings":
        texts = [t.encode() + b"\0" for t in value or []]
        return struct.pack("<I", len(texts)) + counted(b"".join(texts))
    return counted(value or b"")


def encode(name, /, **values):
    """The bytes of a message; a serial or fields that are not given are zero or empty."""
    m = MESSAGES[name]
    serial = values.pop("serial", 0)
    body = b"".join(put(kind, values.pop(field, None)) for kind, field in m.fields)
    assert not values, f"{name} has no {values}"
    return struct.pack("<II", m.number, serial) + body


def decode(data):
    """(name, {field: value}) of a message with numbers and texts only."""
    m = BY_NUMBER[struct.unpack_from("<I", data)[0]]
    at, values = 8, {}  # after type and serial
    for kind, field in m.fields:
        if kind in ("u32", "u64"):
            values[field] = int.from_bytes(data[at : at + int(kind[1:]) // 8], "little")
            at += int(kind[1:]) // 8
        else:
            n = int.from_bytes(data[at : at + 4], "little")
            values[field] = data[at + 4 : at + 4 + n].decode(errors="replace")
            at += 4 + n
    return m.name, values


def not_from(sender, receiver):
    """Messages that this one may not send to that one."""
    return [
        m
        for m in MESSAGES.values()
        if not (m.sender in (sender, "ANY") and m.receiver in (receiver, "ANY"))
    ]


# What no decoder may accept, whoever sends it.  (A lasting message may end before
# any of its fields and go on after the last.)
MALFORMED = {
    "no such message": struct.pack("<II", 2 * LASTING_MAX, 0),
    "message 0": struct.pack("<II", 0, 0),
    "half a number": b"\1\0",
    "only a number": encode("LOG")[:4],
    "only a number and a serial": encode("ADMIN_LINE")[:8],
    "cut": encode("LOG", text="x" * 100)[:-1],
    "one byte more": encode("ADMIN_LINE", text="x") + b"\0",
    "a text too long": encode("LOG", text="x" * 512),
    "a length beyond the end": encode("LOG")[:-4] + b"\xff\xff\xff\xff",
    "a NUL in a text": encode("LOG", text="a\0b"),
    "not a name": encode("SEAT_OPEN", lab="../etc"),
    "too large": b"\1" * 200000,
}
