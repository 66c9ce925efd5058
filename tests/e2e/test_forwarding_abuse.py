"""Clients that forward and break the protocol at it: an answer at once, bounded
memory and CPU, and nobody else notices."""
import contextlib

import pytest

import forwarding as f
import gateway as g
import packets as p
from packets import Packets

pytestmark = pytest.mark.quick

MB = 1 << 20
ECHO, DEAF, FLOOD, BACK = 7001, 7002, 7003, 7100


@pytest.fixture(scope="module")
def gw(start_gateway):
    gw = start_gateway(
        connections_per_account=20, login_grace=120,
        labs={"box": {"linger": "5m", "cpus": 2.0, "pids": 500}},
    )
    f.serve(gw, "demo", ECHO, "cat")
    f.serve(gw, "demo", DEAF, f.write_program(gw, "demo", "sleep 1000"))
    f.serve(gw, "demo", FLOOD, f.write_program(gw, "demo", "cat /dev/zero"))
    return gw


@pytest.fixture
def client(gw):
    with Packets(gw) as c:
        yield c.login()


def dial(client, port, number=0, host="127.0.0.1", window=MB, packet=32768):
    """The gateway's number of a channel to that port; None when refused."""
    client.send(p.CHANNEL_OPEN, "direct-tcpip", number, window, packet, host, port, "127.0.0.1", 9)
    kind, m = client.expect(p.OPEN_CONFIRMATION, p.OPEN_FAILURE, ignore=(p.WINDOW_ADJUST, p.DATA))
    assert m.get_int() == number
    return m.get_int() if kind == p.OPEN_CONFIRMATION else None


def listen(client, port=BACK):
    client.send(p.GLOBAL_REQUEST, "tcpip-forward", True, "localhost", port)
    client.expect(p.REQUEST_SUCCESS)


def alive(gw):
    return gw.out("demo", "echo fine") == "fine\n"


# --- direct-tcpip -----------------------------------------------------------


@pytest.mark.parametrize("size", [1, 9, 10, 11, 255])
def test_a_channel_of_tiny_packets_is_refused(client, size):
    assert dial(client, ECHO, packet=size) is None
    assert client.answer("echo fine") == b"fine\n"
    assert client.cpu_seconds() < 1


def test_before_the_login_there_is_nothing(gw):
    before = len(gw.inits())
    with Packets(gw) as c:
        c.ask_for_login()
        c.send(p.CHANNEL_OPEN, "direct-tcpip", 0, MB, 32768, "127.0.0.1", ECHO, "", 0)
        c.expect_end()
    with Packets(gw) as c:
        c.ask_for_login()
        c.send(p.GLOBAL_REQUEST, "tcpip-forward", True, "", BACK)
        c.expect_end()
    assert len(gw.inits()) == before and alive(gw)


@pytest.mark.parametrize("host, port", [
    ("", 80), ("x" * 30000, 80), ("127.0.0.1\0.example.org", 1), ("127.0.0.1", 0),
    ("127.0.0.1", 65536), ("127.0.0.1", 0xFFFFFFFF), ("%s%n", 1),
])
def test_an_odd_destination_is_refused(client, host, port):
    """Of a port's 32 bits libssh keeps 16."""
    assert dial(client, port, host=host) is None
    assert client.answer("echo fine") == b"fine\n"


def test_a_shell_cannot_be_had_on_a_forwarded_port(client):
    channel = dial(client, ECHO)
    for name, field in (("exec", ["id"]), ("shell", []), ("subsystem", ["sftp"]),
                        ("env", ["LANG", "C"]),
                        ("pty-req", ["xterm", 80, 24, 0, 0, b""])):
        client.request(channel, name, *field)
        client.expect(p.CHANNEL_FAILURE, ignore=(p.WINDOW_ADJUST,))
    client.send(p.DATA, channel, b"still a port")
    m = client.expect(p.DATA, ignore=(p.WINDOW_ADJUST,))
    m.get_int()
    assert m.get_binary() == b"still a port"


def test_no_more_sessions_leaves_ports_alone(client):
    """OpenSSH's client promises that, and then forwards."""
    client.send(p.GLOBAL_REQUEST, "no-more-sessions@openssh.com", False)
    assert dial(client, ECHO) is not None
    assert client.open(5) is None


@pytest.mark.longer
def test_thousands_of_opens_do_not_grow_the_session(client):
    opened = []
    for number in range(3000):
        channel = dial(client, ECHO if number % 2 else 9, number)
        opened += [] if channel is None else [channel]
    assert len(opened) == 64
    client.assert_within(6 * 1024)
    for channel in opened:
        client.send(p.CLOSE, channel)
    for _ in opened:
        client.expect(p.CLOSE, ignore=(p.EOF,))
    assert dial(client, ECHO, 9999) is not None


def test_who_ignores_the_window_is_left(gw, client):
    """The server behind it reads nothing, so all of it would pile up."""
    since = len(gw.lines)
    channel = dial(client, DEAF)
    with contextlib.suppress(OSError, EOFError):  # paramiko may say nothing
        for _ in range(5000):
            client.send(p.DATA, channel, bytes(32768))
    gw.wait_log("the client ignored the receive window", since)
    assert alive(gw)


def test_who_never_reads_costs_little(client):
    dial(client, FLOOD, window=0x7FFFFFFF)
    client.may_read.clear()
    client.wait_still()
    client.assert_within(6 * 1024)


@pytest.mark.parametrize("last", [p.EOF, p.CLOSE])
def test_what_was_sent_before_the_end_arrives(gw, client, last):
    """Even when the channel is closed at once after it."""
    gw.out("demo", "rm -f /tmp/got; setsid nc -l -p 7009 >/tmp/got 2>/dev/null </dev/null & "
                   "until netstat -ltn | grep -q ':7009 '; do sleep 0.05; done")
    channel = dial(client, 7009)
    for _ in range(20):
        client.send(p.DATA, channel, b"x" * 30000)
    client.send(last, channel)
    g.wait_until(lambda: gw.out("demo", "wc -c </tmp/got").strip() == "600000", "all of it")
    gw.out("demo", "rm /tmp/got")


# --- tcpip-forward ----------------------------------------------------------


@pytest.mark.parametrize("host, port", [("x" * 30000, 8000), ("example.org", 8000), ("::2", 8000),
                                        ("127.0.0.1", 22)])
def test_an_odd_port_is_refused(client, host, port):
    client.send(p.GLOBAL_REQUEST, "tcpip-forward", True, host, port)
    client.expect(p.REQUEST_FAILURE)
    client.send(p.GLOBAL_REQUEST, "cancel-tcpip-forward", True, host, port)
    client.expect(p.REQUEST_FAILURE)
    assert client.answer("echo fine") == b"fine\n"


def test_nobody_cancels_another_s_port(gw, client):
    listen(client)
    with Packets(gw) as other:
        other.login()
        other.send(p.GLOBAL_REQUEST, "cancel-tcpip-forward", True, "localhost", BACK)
        other.expect(p.REQUEST_FAILURE)
    assert f":{BACK} " in gw.out("demo", "netstat -ltn")


@pytest.mark.parametrize("size", [0, 1, 10, 255])
def test_an_answer_with_tiny_packets_ends_the_connection(gw, client, size):
    since = len(gw.lines)
    listen(client)
    gw.out("demo", f"nc 127.0.0.1 {BACK} </dev/zero >/dev/null 2>&1 &")
    m = client.expect(p.CHANNEL_OPEN)
    assert m.get_text() == "forwarded-tcpip"
    client.send(p.OPEN_CONFIRMATION, m.get_int(), 0, MB, size)
    assert "packets that are too small" in client.expect_end(timeout=5)
    gw.wait_log("the client broke the protocol", since)


def test_who_never_answers_our_opens_keeps_nothing_up(gw, client):
    listen(client)
    gw.out("demo", f"for i in $(seq 100); do nc 127.0.0.1 {BACK} </dev/null >/dev/null 2>&1 & done")
    for _ in range(64):
        assert client.expect(p.CHANNEL_OPEN).get_text() == "forwarded-tcpip"
    assert client.answer("echo fine") == b"fine\n"
    client.assert_within(6 * 1024)
    client.wait_still()
    gw.out("demo", "killall nc 2>/dev/null; true")


def test_answers_to_what_was_not_asked_are_ignored_or_end_it(gw, client):
    for kind, fields in ((p.OPEN_CONFIRMATION, (77, 0, MB, 32768)),
                         (p.OPEN_FAILURE, (77, 1, "", "")), (p.DATA, (77, b"x")),
                         (p.WINDOW_ADJUST, (77, MB)), (p.EOF, (77,)), (p.CLOSE, (77,))):
        client.send(kind, *fields)
    kind, _ = client.receive(timeout=1) if not client.got.empty() else (p.DATA, None)
    assert kind is None or client.answer("echo fine") == b"fine\n"
    assert alive(gw)
