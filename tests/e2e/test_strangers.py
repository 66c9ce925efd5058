"""Who is kept out, who is not, and what they are told."""
import contextlib
import re
import socket
import struct
import subprocess
import threading
import time

import paramiko
import pytest

import gateway as g

ANYWHERE = "127.0.0.0/8"


def connect_from(gw, source, port=0):
    """A bare connection from a loopback address."""
    return socket.create_connection(
        ("127.0.0.1", gw.port), timeout=g.PATIENCE, source_address=(source, port)
    )


def read_all(s):
    """What the gateway says until it hangs up."""
    s.settimeout(g.PATIENCE)
    got = b""
    with contextlib.suppress(ConnectionResetError):
        while True:
            more = s.recv(4096)
            if not more:
                break
            got += more
    return got


def knock(gw, source):
    """The identification, or the line that says why not."""
    with connect_from(gw, source) as s:
        s.settimeout(g.PATIENCE)
        return s.makefile("rb").readline().decode().strip()


def guess(gw, source, user, password="wrong"):
    """One password, from an address; True when it was right."""
    t = paramiko.Transport(connect_from(gw, source))
    try:
        t.start_client(timeout=g.PATIENCE)
        t.auth_password(user, password)
        return True
    except paramiko.AuthenticationException:
        return False
    finally:
        t.close()


def ssh_from(gw, source, *command, user="demo", **how):
    return gw.ssh(user, *command, options=[f"BindAddress={source}"], **how)


# --- lists of addresses -----------------------------------------------------


def test_only_listed_networks_may_connect(new_gateway):
    gw = new_gateway(allow_from=["127.0.0.64/26", "::1"])
    assert ssh_from(gw, "127.0.0.70", "echo in").stdout == "in\n"
    assert knock(gw, "127.0.0.7") == "atoll: connections from 127.0.0.7 are not allowed here"
    gw.wait_log(r"refused address=127\.0\.0\.7 .*not allowed here")
    done = ssh_from(gw, "127.0.0.7", "true")
    assert done.returncode == 255


def test_a_denied_address_is_denied_although_its_network_is_allowed(new_gateway):
    gw = new_gateway(allow_from=[ANYWHERE], deny_from=["127.0.0.66"])
    assert knock(gw, "127.0.0.65").startswith("SSH-2.0-")
    assert "not allowed here" in knock(gw, "127.0.0.66")


def test_openssh_shows_the_reason(new_gateway):
    """An unencrypted SSH_MSG_DISCONNECT: what people read without -v."""
    gw = new_gateway(deny_from=["127.0.0.66"])
    options = ["BindAddress=127.0.0.66", "LogLevel=INFO"]
    done = gw.ssh("demo", "true", options=options)
    assert "connections from 127.0.0.66 are not allowed here" in done.stderr


def test_lists_change_at_a_reload(new_gateway):
    gw = new_gateway()
    assert knock(gw, "127.0.0.66").startswith("SSH-2.0-")
    gw.write_config(deny_from=["127.0.0.66"])
    assert gw.atoll("reload").returncode == 0
    assert "not allowed here" in knock(gw, "127.0.0.66")


@pytest.mark.parametrize("option", ["allow_from", "deny_from", "proxy_from"])
def test_what_is_no_network_is_an_error_with_its_line(new_gateway, option):
    gw = new_gateway(start=False, **{option: ["127.0.0.1", "lab.example.org"]})
    done = gw.check()
    assert done.returncode == 1
    assert re.search(rf":\d+: {option}: \"lab.example.org\" is not an address", done.stderr)


# --- penalties --------------------------------------------------------------


@pytest.fixture
def strict(new_gateway):
    """Two new names are two too many."""
    return new_gateway(penalty="3s", penalty_failures=8)


def test_guessing_names_is_stopped_and_told_for_how_long(strict):
    assert not guess(strict, "127.0.0.66", "admin")
    assert not guess(strict, "127.0.0.66", "oracle")
    strict.wait_log(r"address penalised address=127\.0\.0\.66 seconds=3")
    told = knock(strict, "127.0.0.66")
    assert re.fullmatch(
        r"atoll: too many failed logins from 127\.0\.0\.66; try again in [123] seconds", told
    )
    # Nobody else is concerned, and it ends.
    assert knock(strict, "127.0.0.67").startswith("SSH-2.0-")
    g.wait_until(
        lambda: knock(strict, "127.0.0.66").startswith("SSH-2.0-"), "the penalty is over"
    )


def test_other_connections_of_a_penalised_address_are_ended(strict):
    with connect_from(strict, "127.0.0.66") as idle, connect_from(strict, "127.0.0.67") as other:
        assert idle.recv(8) == other.recv(8) == b"SSH-2.0-"
        guess(strict, "127.0.0.66", "admin")
        guess(strict, "127.0.0.66", "oracle")
        read_all(idle)  # returns when it was ended, long before login_grace
        other.settimeout(0.5)
        with contextlib.suppress(TimeoutError):
            while other.recv(4096):
                pass
            raise AssertionError("the neighbour was ended too")


def test_typing_errors_of_an_account_are_not_guessing(strict):
    for _ in range(8):
        assert not guess(strict, "127.0.0.66", "demo")
    assert ssh_from(strict, "127.0.0.66", "echo in").stdout == "in\n"


def test_a_classroom_with_beginners_is_spared(strict):
    """After one login four times as much is allowed."""
    assert guess(strict, "127.0.0.66", "demo", "secret")
    for name in ("ailce", "bbo", "crol", "daev", "evee", "farnk"):
        assert not guess(strict, "127.0.0.66", name)
    assert ssh_from(strict, "127.0.0.66", "echo in").stdout == "in\n"
    assert not guess(strict, "127.0.0.66", "geroge")
    strict.wait_log("address penalised address=127.0.0.66")


def test_a_student_who_gets_it_right_at_last_takes_the_errors_back(strict):
    """Twenty times three errors and a login: sixty errors in all."""
    def login():
        t = paramiko.Transport(connect_from(strict, "127.0.0.66"))
        t.start_client(timeout=g.PATIENCE)
        for password in ("wrong", "wrong", "wrong", "secret"):
            with contextlib.suppress(paramiko.AuthenticationException):
                t.auth_password("demo", password)
        assert t.is_authenticated()
        t.close()

    for _ in range(20):
        login()
    assert "penalised" not in strict.log


def test_zero_penalises_nobody(new_gateway):
    gw = new_gateway(penalty=0, penalty_failures=5)
    for i in range(4):
        guess(gw, "127.0.0.66", f"name{i}")
    assert knock(gw, "127.0.0.66").startswith("SSH-2.0-")


def test_wrong_keys_are_no_guessing(strict):
    """Nobody guesses a key, and a client may have many."""
    for name in ("admin", "oracle", "demo", "root"):
        done = ssh_from(strict, "127.0.0.66", "true", user=name, key=strict.keys.stranger)
        assert done.returncode == 255
    assert knock(strict, "127.0.0.66").startswith("SSH-2.0-")


# --- the PROXY protocol -----------------------------------------------------

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def header(source="192.0.2.7", port=40000, tlvs=b""):
    body = socket.inet_aton(source) + socket.inet_aton("192.0.2.1")
    body += struct.pack(">HH", port, 22) + tlvs
    return SIGNATURE + b"\x21\x11" + struct.pack(">H", len(body)) + body


def header6(source="2001:db8::9", port=40000):
    body = socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, "::1")
    body += struct.pack(">HH", port, 22)
    return SIGNATURE + b"\x21\x21" + struct.pack(">H", len(body)) + body


LOCAL = SIGNATURE + b"\x20\0\0\0"


class Balancer:
    """Puts a header before each connection, and passes bytes on."""

    def __init__(self, gw, first, source="127.0.0.99", joined=False):
        self.gw, self.first, self.source, self.joined = gw, first, source, joined
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listening.accept()
                server = connect_from(self.gw, self.source)
                server.settimeout(None)
                spoken = client.recv(4096) if self.joined else b""
                server.sendall(self.first + spoken)
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=self.pump, args=pair, daemon=True).start()

    @staticmethod
    def pump(a, b):
        with contextlib.suppress(OSError):
            while True:
                got = a.recv(65536)
                if not got:
                    break
                b.sendall(got)
            b.shutdown(socket.SHUT_WR)

    def close(self):
        self.listening.close()


@pytest.fixture
def balanced(new_gateway):
    """127.0.0.99 is the load balancer."""
    return new_gateway(proxy_from=["127.0.0.99"])


@pytest.fixture
def balancer(balanced):
    made = []

    def make(first, **how):
        made.append(Balancer(balanced, first, **how))
        return made[-1].port

    yield make
    for b in made:
        b.close()


@pytest.mark.parametrize(
    "first, address",
    [(header(), "192.0.2.7"), (header6(), "2001:db8::9"),
     (header(tlvs=b"\x02\0\x04host" + b"\x04\x04\0" + bytes(1024)), "192.0.2.7"),
     (LOCAL, "127.0.0.99")],
    ids=["ipv4", "ipv6", "with-tlvs", "local"],
)
def test_the_client_behind_a_balancer_is_who_counts(balanced, balancer, first, address):
    since = len(balanced.lines)
    running = balanced.ssh_start("demo", "echo in; read x", port=balancer(first))
    assert running.stdout.readline() == "in\n"
    [row] = balanced.ls()
    assert row["address"] == address
    running.communicate("x\n", timeout=g.PATIENCE)
    assert running.returncode == 0
    assert balanced.wait_log(rf"login method=key address={re.escape(address)} port=", since)


def test_a_header_byte_by_byte_is_read(balanced):
    with connect_from(balanced, "127.0.0.99") as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in header():
            s.sendall(bytes([byte]))
        s.settimeout(g.PATIENCE)
        assert s.recv(8) == b"SSH-2.0-"


def test_no_byte_after_the_header_is_lost(balanced, balancer):
    """Header and identification in one segment: the session reads the latter."""
    port = balancer(header(), joined=True)
    assert balanced.out("demo", "echo in", port=port) == "in\n"


def test_nobody_else_may_say_who_they_are(balanced):
    since = len(balanced.lines)
    with connect_from(balanced, "127.0.0.98") as s:
        s.sendall(header(source="192.0.2.8"))
        read_all(s)
    balanced.wait_log(r"connection ended address=127\.0\.0\.98", since)
    assert "192.0.2.8" not in balanced.log


@pytest.mark.parametrize(
    "junk, why",
    [(b"SSH-2.0-client\r\n", "not the header of version 2"),
     (b"PROXY TCP4 192.0.2.7 192.0.2.1 40000 22\r\n", "not the header of version 2"),
     (SIGNATURE + b"\x21\x11\xff\xff", "longer than any honest header"),
     (SIGNATURE + b"\x21\x11\0\x04\x7f\0\0\1", "too short for its addresses")],
    ids=["none", "version-1", "too-long", "too-short"],
)
def test_a_balancer_that_says_anything_else_is_refused(balanced, junk, why):
    with connect_from(balanced, "127.0.0.99") as s:
        s.sendall(junk)
        told = read_all(s)
    assert told.startswith(b"atoll: no PROXY protocol header from an address of proxy_from")
    balanced.wait_log(rf"refused address=127\.0\.0\.99 .*{why}")
    assert balanced.out("demo", "echo fine") == "fine\n"


def test_a_header_that_does_not_come_is_not_waited_for(balanced):
    began = time.monotonic()
    with connect_from(balanced, "127.0.0.99") as s:
        s.sendall(header()[:20])
        assert b"it did not come" in read_all(s)
    assert 4 < time.monotonic() - began < 10


def test_lists_and_penalties_hold_for_the_client_behind_a_balancer(new_gateway):
    gw = new_gateway(
        proxy_from=["127.0.0.99"], allow_from=["192.0.2.0/24"], penalty_failures=8
    )

    def told(source, user=None):
        with contextlib.closing(connect_from(gw, "127.0.0.99")) as s:
            s.sendall(header(source=source))
            if user is None:
                return s.makefile("rb").readline()
            t = paramiko.Transport(s)
            t.start_client(timeout=g.PATIENCE)
            with pytest.raises(paramiko.AuthenticationException):
                t.auth_password(user, "wrong")
            t.close()

    assert b"connections from 198.51.100.1 are not allowed here" in told("198.51.100.1")
    assert told("192.0.2.9").startswith(b"SSH-2.0-")
    told("192.0.2.9", "admin")
    told("192.0.2.9", "oracle")
    gw.wait_log(r"address penalised address=192\.0\.2\.9")
    assert b"too many failed logins from 192.0.2.9" in told("192.0.2.9")
    assert told("192.0.2.10").startswith(b"SSH-2.0-")
