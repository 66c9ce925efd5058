"""The line that each side begins with (RFC 4253, section 4.2), and what becomes
of those who begin with another."""
import contextlib
import ctypes
import re
import socket
import subprocess

import paramiko
import pytest

import gateway as g
import packets as p
from packets import Packets

pytestmark = pytest.mark.quick

OURS = re.compile(r"SSH-2\.0-OpenSSH_9\.99_compatible_atoll\r\n")


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(connections_per_account=20, login_grace=60)


def dialogue(gw, *said, half_close=False):
    """All that the gateway says to who says this, and then nothing more."""
    with socket.create_connection(("127.0.0.1", gw.port), timeout=g.PATIENCE) as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        got = b""
        with contextlib.suppress(OSError):  # it may have heard enough, and be gone
            for part in said:
                s.sendall(part)
            if half_close:
                s.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):  # after what was said
            while more := s.recv(4096):
                got += more
        return got.decode()


# --- ours -------------------------------------------------------------------


def test_it_is_said_to_who_says_nothing(gw):
    with socket.create_connection(("127.0.0.1", gw.port), timeout=5) as s:
        assert OURS.fullmatch(s.makefile(newline="").readline())


def test_it_is_taken_for_openssh_where_that_matters(gw):
    """node's ssh2, of lib/client.js: with strictVendor, its default, it forwards
    Unix sockets only then.  OpenSSH itself: compat.c, for eow@openssh.com."""
    with socket.create_connection(("127.0.0.1", gw.port), timeout=5) as s:
        software = s.makefile(newline="").readline().strip().removeprefix("SSH-2.0-")
    assert re.match(r"OpenSSH_(?:(?![0-4])\d)|(?:\d{2,})", software)
    assert re.match(r"OpenSSH.*", software)
    assert re.fullmatch(r"[!-,.-~]+", software)  # RFC 4253: no blank, no minus


def test_libssh_finds_a_version_in_it(gw):
    lib = ctypes.CDLL("libssh.so.4")
    lib.ssh_new.restype = ctypes.c_void_p
    lib.ssh_get_error.restype = ctypes.c_char_p
    ssh = ctypes.c_void_p(lib.ssh_new())
    host, port, no = ctypes.c_char_p(b"127.0.0.1"), ctypes.c_uint(gw.port), ctypes.c_bool(False)
    process_config = 36  # enum ssh_options_e
    assert lib.ssh_options_set(ssh, process_config, ctypes.byref(no)) == 0
    assert lib.ssh_options_set(ssh, 0, host) == 0
    assert lib.ssh_options_set(ssh, 1, ctypes.byref(port)) == 0
    assert lib.ssh_connect(ssh) == 0, lib.ssh_get_error(ssh)
    assert lib.ssh_get_openssh_version(ssh) == 9 << 16 | 99 << 8
    lib.ssh_disconnect(ssh)
    lib.ssh_free(ssh)


# --- theirs -----------------------------------------------------------------


@pytest.mark.parametrize("said, answer", [
    (b"quit\n", "Invalid SSH identification string.\r\n"),
    (b"GET / HTTP/1.0\r\n\r\n", "Invalid SSH identification string.\r\n"),
    (b"GET / HTTP/1.0\r\nX: " + b"y" * 8000 + b"\r\n\r\n", "Invalid SSH identification string.\r\n"),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "Invalid SSH identification string.\r\n"),
    (b"\n", "Invalid SSH identification string.\r\n"),
    (b"\0", "Invalid SSH identification string.\r\n"),
    (b"SSH-1.5-old\n", "Protocol major versions differ.\r\n"),
    (b"SSH-3.0-new\r\n", "Protocol major versions differ.\r\n"),
    (b"SSH-\r\n", "Protocol major versions differ.\r\n"),
    (b"SSH-2.0-" + b"x" * 300, "Too long an SSH identification string.\r\n"),
    (b"SSH-2.0-" + b"x" * 246 + b"\r\n", "Too long an SSH identification string.\r\n"),
])
@pytest.mark.parametrize("half_close", [False, True])
def test_who_speaks_something_else_is_told_who_we_are_and_why_not(gw, said, answer, half_close):
    """At once, in one piece or in two: the login grace is a minute."""
    got = dialogue(gw, said[:2], said[2:], half_close=half_close)
    ours = OURS.match(got)
    assert ours and got[ours.end():] == answer


@pytest.mark.parametrize("said", [b"", b"S", b"SSH-2.0-half a line"])
def test_who_stops_before_the_end_of_the_line_is_told_who_we_are(gw, said):
    assert OURS.fullmatch(dialogue(gw, said, half_close=True))


def test_what_they_said_is_logged_and_cannot_forge_a_line(gw):
    since = len(gw.lines)
    dialogue(gw, b'GET /"\x1b[2J reason="x\r\nSecond: line\r\n')
    line = gw.wait_log("no SSH client said=(.*)", since).group(1)
    assert line == r'"GET /\x22\x1b[2J reason=\x22x"'
    gw.wait_log("the client broke the protocol", since)


def test_a_line_may_come_byte_by_byte(gw):
    with socket.create_connection(("127.0.0.1", gw.port), timeout=g.PATIENCE) as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        f = s.makefile("rb")
        assert OURS.fullmatch(f.readline().decode())
        for byte in b"SSH-2.0-slow\r\n":
            s.sendall(bytes([byte]))
        assert f.read(6)[5] == p.KEXINIT


@pytest.mark.parametrize("version", ["2.0", "1.99"])
@pytest.mark.parametrize("length", [12, 125, 126, 127, 128, 200, 253])
def test_a_line_as_long_as_the_rfc_allows_logs_in(gw, monkeypatch, version, length):
    """libssh takes 127 bytes of it, and hashes all of it with the keys."""
    prefix = f"SSH-{version}-"
    monkeypatch.setattr(paramiko.Transport, "_PROTO_ID", version)
    monkeypatch.setattr(paramiko.Transport, "_CLIENT_ID", "x" * (length - len(prefix)))
    since = len(gw.lines)
    with Packets(gw) as c:
        c.login()
        assert c.answer("echo fine") == b"fine\n"
    got = gw.wait_log(f'login method=password client="({prefix}x+)"', since)
    assert len(got.group(1)) == length


def test_the_stand_in_for_long_lines_may_be_a_client_s_own(gw, monkeypatch):
    monkeypatch.setattr(paramiko.Transport, "_CLIENT_ID", "longer_than_libssh_reads")
    with Packets(gw) as c:
        c.login()
        assert c.answer("echo fine") == b"fine\n"


# --- faults that end a connection -------------------------------------------


def test_what_went_wrong_is_logged_once(gw):
    since = len(gw.lines)
    with Packets(gw) as c:
        c.login()
        c.send(p.CHANNEL_REQUEST)  # cut short
        c.transport.packetizer._Packetizer__socket.sendall(b"\xff" * 64)  # no packet at all
        c.expect_end()
    gw.wait_log('protocol error what=".+"', since)
    gw.wait_log("session over reason=.the client broke the protocol", since)
    assert sum("protocol error" in line for line in gw.lines[since:]) == 1


def test_a_client_without_a_common_algorithm_is_logged(gw):
    since = len(gw.lines)
    done = gw.ssh("demo", "true", options=["KexAlgorithms=diffie-hellman-group14-sha1"])
    assert done.returncode == 255
    gw.wait_log('protocol error what=".*kex', since)
    gw.wait_log("no key exchange was agreed", since)


def test_a_client_s_own_reason_is_logged(gw):
    since = len(gw.lines)
    with Packets(gw) as c:
        c.login()
        c.send(p.DISCONNECT, 2, 'Corrupted "MAC"\n on input', "")
        c.expect_end()
    got = gw.wait_log('client disconnects why="(.*)"', since).group(1)
    assert got == r"2:Corrupted \x22MAC\x22\x0a on input"
    gw.wait_log("session over reason=.the client left", since)


def test_who_just_leaves_is_no_fault(gw):
    since = len(gw.lines)
    assert gw.ssh("demo", "true").returncode == 0
    with Packets(gw) as c:
        c.login()
    gw.wait_log("session over reason=.the client left", since)
    g.wait_until(lambda: sum("session over" in line for line in gw.lines[since:]) == 2, "both are over")
    assert not [line for line in gw.lines[since:] if "protocol error" in line or "disconnects" in line]


def test_nc_is_told_too(gw):
    """As people look whether a port is that of a gateway."""
    done = subprocess.run(["busybox", "nc", "127.0.0.1", str(gw.port)], input=b"quit\n",
                          capture_output=True, timeout=g.PATIENCE)
    assert OURS.match(done.stdout.decode())
