"""packets.py - a client that says what no client would say.

The key exchange is paramiko's; every packet of the login and of channels is
made, and looked at, by the test."""
import contextlib
import queue
import socket
import threading
import time

import paramiko

import gateway as g

DISCONNECT, SERVICE_REQUEST, SERVICE_ACCEPT, KEXINIT = 1, 5, 6, 20
USERAUTH_REQUEST, USERAUTH_FAILURE, USERAUTH_SUCCESS = 50, 51, 52
PK_OK = INFO_REQUEST = 60
INFO_RESPONSE = 61
GLOBAL_REQUEST, REQUEST_SUCCESS, REQUEST_FAILURE = 80, 81, 82
CHANNEL_OPEN, OPEN_CONFIRMATION, OPEN_FAILURE = 90, 91, 92
WINDOW_ADJUST, DATA, EXTENDED_DATA, EOF, CLOSE = 93, 94, 95, 96, 97
CHANNEL_REQUEST, CHANNEL_SUCCESS, CHANNEL_FAILURE = 98, 99, 100

CONNECTION = "ssh-connection"


def message(kind, *fields):
    """Texts are counted, numbers have 32 bits, raw bytes come as bytearray."""
    m = paramiko.Message()
    m.add_byte(bytes([kind]))
    for f in fields:
        if isinstance(f, bool):
            m.add_boolean(f)
        elif isinstance(f, int):
            m.add_int(f)
        elif isinstance(f, bytearray):
            m.add_bytes(bytes(f))
        else:
            m.add_string(f)
    return m


class Packets:
    """A connection after its key exchange."""

    def __init__(self, gw, behind_newkeys=()):
        self.gw = gw
        before = set(gw.sessions())
        self.sock = socket.create_connection(("127.0.0.1", gw.port), timeout=g.PATIENCE)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.transport = paramiko.Transport(self.sock)
        self.got = queue.Queue()
        self.is_over = False
        self.may_read = threading.Event()
        self.may_read.set()
        self.read = self.transport.packetizer.read_message
        self.transport.packetizer.read_message = self.divert
        if behind_newkeys:
            self.activate = self.transport._activate_outbound
            self.transport._activate_outbound = lambda: self.pipeline(behind_newkeys)
        self.transport.start_client(timeout=g.PATIENCE)
        new = set(gw.sessions()) - before
        self.pid = new.pop() if len(new) == 1 else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """The socket first: paramiko would read a flood to its end."""
        self.is_over = True
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.may_read.set()
        self.transport.close()

    def divert(self):
        """What is not of the key exchange goes to the test."""
        while True:
            self.may_read.wait()
            if self.is_over:
                raise EOFError
            try:
                kind, m = self.read()
            except Exception:
                self.got.put((None, None))
                raise
            if kind < 50 and kind not in (DISCONNECT, SERVICE_ACCEPT):
                return kind, m
            if not self.is_announcement(kind, m):
                self.got.put((kind, m))

    def is_announcement(self, kind, m):
        """The host's keys, which come after the login and want no answer."""
        if kind != GLOBAL_REQUEST:
            return False
        named = m.get_text()
        if named == "hostkeys-00@openssh.com":
            m.get_boolean()
            self.host_keys = m.get_remainder()
            return True
        m.rewind()
        return False

    def pipeline(self, packets):
        """Our NEWKEYS, and at once what comes after it, in one segment."""
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        self.activate()
        for m in packets:
            self.transport.packetizer.send_message(m)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)

    def send(self, kind, *fields):
        self.transport._send_user_message(message(kind, *fields))

    def receive(self, timeout=g.PATIENCE):
        """The next packet; (None, None) when the connection is over."""
        return self.got.get(timeout=timeout)

    def expect(self, *kinds, ignore=(), timeout=g.PATIENCE):
        """The next packet, which must be one of these."""
        while True:
            kind, m = self.receive(timeout)
            if kind in kinds:
                return m if len(kinds) == 1 else (kind, m)
            assert kind in ignore, f"packet {kind} instead of {kinds}"

    def expect_end(self, timeout=g.PATIENCE):
        """The connection ends; returns what was said last."""
        text = ""
        while True:
            kind, m = self.receive(timeout)
            if kind is None:
                return text
            if kind == DISCONNECT:
                m.get_int()
                text = m.get_text()

    # --- login --------------------------------------------------------------

    def ask_for_login(self):
        self.send(SERVICE_REQUEST, "ssh-userauth")
        self.expect(SERVICE_ACCEPT)

    def login(self, user="demo", password="secret"):
        self.ask_for_login()
        self.send(USERAUTH_REQUEST, user, CONNECTION, "password", False, password)
        self.expect(USERAUTH_SUCCESS)
        return self

    def expect_refusal(self):
        """Refused at once: the login grace is longer than this."""
        began = time.monotonic()
        self.expect(USERAUTH_FAILURE, timeout=5)
        return time.monotonic() - began

    def publickey(self, key, user="demo", algorithm=None, signed=True, spoil=b""):
        """A request with a signature over it, or only the question."""
        algorithm = algorithm or key.get_name()
        fields = [user, CONNECTION, "publickey", signed, algorithm, key.asbytes()]
        if signed:
            blob = paramiko.Message()
            blob.add_string(self.transport.session_id)
            blob.add_bytes(message(USERAUTH_REQUEST, *fields).asbytes() + spoil)
            signature = key.sign_ssh_data(blob.asbytes(), algorithm)
            fields.append(signature.asbytes())
        self.send(USERAUTH_REQUEST, *fields)

    # --- channels -----------------------------------------------------------

    def open(self, number=0, window=1 << 20, packet=32768, kind="session"):
        """Ask for a channel; the gateway's number of it, None when refused."""
        self.send(CHANNEL_OPEN, kind, number, window, packet)
        kind, m = self.expect(OPEN_CONFIRMATION, OPEN_FAILURE, ignore=(WINDOW_ADJUST, DATA))
        assert m.get_int() == number
        if kind == OPEN_FAILURE:
            return None
        channel, self.window = m.get_int(), m.get_int()
        return channel

    def refusal(self, kind, *fields, number=7, window=1 << 20, packet=32768):
        """Why a channel of this kind is not opened: the number and the text."""
        self.send(CHANNEL_OPEN, kind, number, window, packet, *fields)
        m = self.expect(OPEN_FAILURE, ignore=(WINDOW_ADJUST, DATA), timeout=5)
        assert m.get_int() == number
        why = m.get_int(), m.get_text()
        assert m.get_text() == "" and not m.get_remainder()
        return why

    def request(self, channel, name, *fields, reply=True):
        self.send(CHANNEL_REQUEST, channel, name, reply, *fields)

    def run(self, command, number=0, **how):
        """A new channel with a command on it."""
        channel = self.open(number, **how)
        self.request(channel, "exec", command)
        of_others = (DATA,) if number > 0 else ()
        self.expect(CHANNEL_SUCCESS, ignore=(WINDOW_ADJUST, *of_others))
        return channel

    def output(self, *kinds):
        """What comes on channels until one of them is closed: the bytes of
        stdout, the exit status, and the sizes of the packets."""
        data, status, sizes = b"", None, []
        while True:
            kind, m = self.receive()
            assert kind is not None, "the connection ended"
            if kind == DATA:
                m.get_int()
                block = m.get_binary()
                data += block
                sizes.append(len(block))
            elif kind == CHANNEL_REQUEST:
                m.get_int()
                name = m.get_text()
                m.get_boolean()
                status = m.get_int() if name == "exit-status" else name
            elif kind == CLOSE:
                return data, status, sizes

    def answer(self, command):
        """What a command prints, on a channel of its own."""
        channel = self.run(command, number=99)
        data, status, _ = self.output()
        self.send(CLOSE, channel)
        assert status == 0
        return data

    # --- the process --------------------------------------------------------

    def private_kib(self):
        """Memory that only this session has."""
        with open(f"/proc/{self.pid}/smaps_rollup") as f:
            rows = dict(line.split()[:2] for line in f if line.endswith("kB\n"))
        return int(rows["Private_Dirty:"])

    def assert_within(self, kib):
        """The sanitizers' own memory counts too: nothing to see with them."""
        got = self.private_kib()
        assert g.SANITIZED or got < kib, f"{got} KiB"

    def cpu_seconds(self):
        with open(f"/proc/{self.pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def wait_still(self):
        """Nothing moves any more."""
        seen = []

        def still():
            seen.append(self.cpu_seconds())
            return len(seen) > 25 and seen[-1] == seen[-25]

        g.wait_until(still, "the session waits")
