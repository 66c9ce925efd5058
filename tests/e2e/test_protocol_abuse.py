"""Clients that break the protocol: bounded memory and CPU, an answer at once,
and nobody else notices."""
import contextlib
import socket
import subprocess
import time

import paramiko
import pytest

import gateway as g
import packets as p
from packets import Packets

pytestmark = pytest.mark.quick

MB = 1 << 20
MEMORY_MAX = 6 * 1024  # KiB of one session, whatever its client does


@pytest.fixture(scope="module")
def gw(start_gateway):
    """A login grace so long that no test can wait for it."""
    return start_gateway(
        connections_per_account=20, login_grace=120, auth_tries=4,
        labs={"box": {"linger": "1m", "cpus": 2.0, "pids": 200}},
    )


@pytest.fixture
def client(gw):
    with Packets(gw) as c:
        yield c.login()


# --- channels that nobody could use -----------------------------------------


@pytest.mark.parametrize("size", [1, 9, 10, 11, 255])
def test_a_channel_of_tiny_packets_is_refused(client, size):
    """libssh would write to it for ever (10), or a byte at a time (11)."""
    assert client.open(packet=size) is None
    assert client.answer("echo fine") == b"fine\n"
    assert client.cpu_seconds() < 1


def test_a_channel_of_no_packets_ends_the_connection(gw, client):
    since = len(gw.lines)
    client.send(p.CHANNEL_OPEN, "session", 0, MB, 0)
    assert "a channel without packets" in client.expect_end(timeout=5)
    gw.wait_log("the client broke the protocol", since)


def test_the_last_words_reach_who_breaks_the_protocol_at_once(gw):
    """While the session still sends what belongs to the login: one in ten lost them."""
    for _ in range(40):
        with Packets(gw) as c:
            c.login()
            c.send(p.CHANNEL_OPEN, "session", 0, MB, 0)
            assert "a channel without packets" in c.expect_end(timeout=5)


def test_small_packets_are_not_exceeded(client):
    client.run("head -c 5000 /dev/zero", packet=256)
    data, status, sizes = client.output()
    assert (len(data), status) == (5000, 0)
    assert max(sizes) <= 256


@pytest.mark.parametrize("kind", ["x11", "forwarded-tcpip", "tun@openssh.com", "", "nonsense" * 99,
                                  "session\0x", "direct-tcpip\0"])
def test_an_unknown_kind_of_channel_is_refused(client, kind):
    assert client.refusal(kind, "", 0, "", 0) == (3, "unknown type of channel")
    assert client.answer("echo fine") == b"fine\n"


def test_a_channel_before_the_login_gets_nothing(gw):
    with Packets(gw) as c:
        c.ask_for_login()
        c.send(p.CHANNEL_OPEN, "session", 0, MB, 32768)
        c.expect_end()
    assert gw.out("demo", "echo fine") == "fine\n"


def test_ten_thousand_opens_do_not_grow_the_session(client):
    opened = []
    for number in range(10000):
        client.send(p.CHANNEL_OPEN, "session", number, MB, 32768)
    for number in range(10000):
        kind, m = client.expect(p.OPEN_CONFIRMATION, p.OPEN_FAILURE)
        assert m.get_int() == number
        if kind == p.OPEN_CONFIRMATION:
            opened.append(m.get_int())
    assert len(opened) == 32
    client.assert_within(MEMORY_MAX)
    for channel in opened:
        client.send(p.CLOSE, channel)
    for _ in opened:
        client.expect(p.CLOSE, ignore=(p.EOF,))
    assert client.answer("echo fine") == b"fine\n"


def test_a_hundred_sessions_one_after_the_other(client):
    client.answer("true")
    before = client.private_kib()
    for number in range(100):
        channel = client.run(f"echo {number}; exit 3", number)
        assert client.output()[:2] == (b"%d\n" % number, 3)
        client.send(p.CLOSE, channel)
    client.assert_within(before + 256)


def test_ten_sessions_share_a_connection(gw, tmp_path):
    control = f"ControlPath={tmp_path}/mux"
    master = subprocess.Popen(
        gw.ssh_argv("demo", "cat", options=[control, "ControlMaster=yes"]),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=g.client_environment(),
    )
    g.wait_until((tmp_path / "mux").exists, "the master listens")
    argv = gw.ssh_argv("demo", "read x; echo $x; exit 5", options=[control])
    clients = [subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                env=g.client_environment()) for _ in range(10)]
    g.wait_until(lambda: gw.ls()[0]["pids"] >= 12, "all of them run")
    assert [seat["connections"] for seat in gw.ls()] == [1]
    for n, child in enumerate(clients):
        assert child.communicate(f"{n}\n", timeout=g.PATIENCE)[0] == f"{n}\n"
        assert child.returncode == 5
    master.communicate(b"", timeout=g.PATIENCE)


# --- what comes after a close, and out of turn ------------------------------


def test_what_comes_after_a_close_is_ignored(client):
    """libssh's callbacks must not fire for a channel that was freed."""
    for number in range(20):
        channel = client.run("cat", number)
        client.send(p.DATA, channel, "x" * 1000)
        client.send(p.CLOSE, channel)
        client.send(p.DATA, channel, "after close")
        client.send(p.WINDOW_ADJUST, channel, MB)
        client.request(channel, "exec", "echo again", reply=False)
        client.request(channel, "window-change", 1, 2, 3, 4, reply=False)
        client.request(channel, "signal", "KILL", reply=False)
        client.send(p.EOF, channel)
        client.send(p.CLOSE, channel)
        client.expect(p.CLOSE, ignore=(p.DATA, p.EOF, p.CHANNEL_REQUEST, p.WINDOW_ADJUST))
        client.send(p.DATA, channel, "after both closed")
        client.request(channel, "shell", reply=False)
        client.send(p.CLOSE, channel)
    assert client.answer("echo fine") == b"fine\n"


@pytest.mark.parametrize("kind", [p.DATA, p.EXTENDED_DATA, p.EOF, p.CLOSE, p.WINDOW_ADJUST,
                                  p.OPEN_CONFIRMATION, p.OPEN_FAILURE, p.CHANNEL_SUCCESS])
def test_a_channel_that_never_was_harms_nobody(gw, client, kind):
    client.send(kind, 4242, 1, 32768, MB)
    client.send(p.CHANNEL_REQUEST, 4242, "exec", True, "true")
    client.send(p.GLOBAL_REQUEST, "nonsense@example.org", True)
    got, _ = client.expect(p.REQUEST_FAILURE, None, p.DISCONNECT, ignore=(p.CHANNEL_FAILURE, 3))
    if got == p.REQUEST_FAILURE:
        assert client.answer("echo fine") == b"fine\n"
    assert gw.out("demo", "echo fine") == "fine\n"


def test_unknown_requests_are_answered_with_no(client):
    channel = client.open()
    for name, *fields in (("nonsense@example.org", "more"), ("", 1), ("x" * 5000,),
                          ("x11-req", False, "MIT-MAGIC-COOKIE-1", "00" * 16, 0)):
        client.request(channel, name, *fields)
        client.expect(p.CHANNEL_FAILURE)
        client.request(channel, name, *fields, reply=False)
    for name in ("nonsense@example.org", "streamlocal-forward@openssh.com", "",
                 "hostkeys-prove-00@openssh.com", "x" * 5000):
        client.send(p.GLOBAL_REQUEST, name, True)
        client.expect(p.REQUEST_FAILURE)
        client.send(p.GLOBAL_REQUEST, name, False)
    client.request(channel, "exec", "echo fine")
    client.expect(p.CHANNEL_SUCCESS)
    assert client.output()[:2] == (b"fine\n", 0)


def test_a_channel_runs_one_thing_only(client):
    channel = client.run("cat")
    for name, *fields in (("exec", "true"), ("shell",), ("subsystem", "sftp"),
                          ("pty-req", "xterm", 80, 24, 0, 0, b"\0"), ("env", "LANG", "C")):
        client.request(channel, name, *fields)
        client.expect(p.CHANNEL_FAILURE)
    client.send(p.DATA, channel, "still here")
    client.send(p.EOF, channel)
    assert client.output()[0] == b"still here"


def test_a_promise_of_no_more_sessions_is_held(client):
    channel = client.run("cat")
    client.send(p.GLOBAL_REQUEST, "no-more-sessions@openssh.com", False)
    assert client.refusal("session") == (1, "your client has said that it opens no more sessions: connect again")
    client.send(p.EOF, channel)
    assert client.output()[1] == 0


def test_a_promise_of_no_more_sessions_is_answered(client):
    for name in "no-more-sessions@openssh.com", "no-more-sessions@openssh.com\0":
        client.send(p.GLOBAL_REQUEST, name, True)
        client.expect(p.REQUEST_FAILURE if "\0" in name else p.REQUEST_SUCCESS)


def test_host_keys_are_proved_three_times_and_no_others_at_all(client):
    """A signature costs, so a client that goes on asking gets none."""
    assert client.answer("echo fine") == b"fine\n"
    own = client.host_keys[4:]
    assert own.startswith(b"\0\0\0\x0bssh-ed25519")
    prove = "hostkeys-prove-00@openssh.com"
    for keys in (own,), (own,), (b"no key",):
        client.send(p.GLOBAL_REQUEST, prove, True, *keys)
        client.expect(p.REQUEST_FAILURE if keys == (b"no key",) else p.REQUEST_SUCCESS)
    for keys in (own,), (), (own,) * 50:
        client.send(p.GLOBAL_REQUEST, prove, True, *keys)
        client.expect(p.REQUEST_FAILURE)
    assert client.answer("echo fine") == b"fine\n"


def test_too_many_sessions_are_refused_as_a_shortage(client):
    for number in range(32):
        assert client.open(number) is not None
    assert client.refusal("session") == (4, "too many sessions on this connection: close one, or connect again")


def test_every_request_that_wants_an_answer_has_one(client):
    """libssh takes some for told, and a client that waits would wait for ever."""
    channel = client.open()
    for name, *fields in (("signal", "NONE"), ("exit-status", 0), ("window-change", 80, 24, 0, 0),
                          ("exit-signal", "TERM", False, "", ""), ("xon-xoff", True)):
        client.request(channel, name, *fields, reply=False)
    for name, *fields in (("window-change", 80, 24, 0, 0), ("exit-status", 0), ("signal", "NONE"),
                          ("exit-signal", "TERM", False, "", ""), ("xon-xoff", True), ("signal",)):
        client.request(channel, name, *fields)
        assert client.expect(p.CHANNEL_FAILURE).get_int() == 0, name
    client.request(channel, "pty-req", "xterm", 80, 24, 0, 0, b"\0")
    client.expect(p.CHANNEL_SUCCESS)
    client.request(channel, "window-change", 81, 25, 0, 0)
    client.expect(p.CHANNEL_SUCCESS)
    client.request(channel, "exec", "stty size; sleep 100")
    client.expect(p.CHANNEL_SUCCESS)
    m = client.expect(p.DATA, ignore=(p.WINDOW_ADJUST,))
    m.get_int()
    assert m.get_text() == "25 81\r\n"
    client.request(channel, "signal", "KILL")
    client.expect(p.CHANNEL_SUCCESS)
    assert client.output()[1] == "exit-signal"


@pytest.mark.parametrize("name, fields", [
    ("exec", ["echo in\0vain"]), ("exec", ["\0"]), ("exec\0", ["echo in vain"]),
    ("env", ["LANG\0", "C"]), ("env", ["LANG", "C\0"]), ("subsystem", ["sftp\0"]),
    ("pty-req", ["xterm\0", 80, 24, 0, 0, b"\0"]), ("signal", ["KILL\0"]), ("shell\0", []),
])
def test_a_nul_cuts_nothing_off(client, name, fields):
    """libssh would take what stands before it for all of it."""
    channel = client.open()
    client.request(channel, name, *fields, reply=False)
    client.request(channel, name, *fields)
    client.expect(p.CHANNEL_FAILURE)
    client.request(channel, "exec", "echo fine")
    client.expect(p.CHANNEL_SUCCESS)
    assert client.output()[:2] == (b"fine\n", 0)


def test_what_comes_after_the_end_of_input_is_no_input(gw, client):
    since = len(gw.lines)
    channel = client.run("sleep 0.3; cat")
    client.send(p.DATA, channel, "before")
    client.send(p.EOF, channel)
    client.send(p.DATA, channel, "after")
    client.send(p.EXTENDED_DATA, channel, 1, "after")
    client.send(p.EOF, channel)
    client.send(p.DATA, channel, "after")
    assert client.output()[:2] == (b"before", 0)
    gw.wait_log("input dropped reason=.it came after its end", since)
    assert sum("input dropped" in line for line in gw.lines[since:]) == 1


def test_requests_to_log_in_are_ignored_after_the_login(client):
    """RFC 4252, 5.3; a client may have sent them before it learned of that."""
    for _ in range(3):
        client.send(p.USERAUTH_REQUEST, "demo", p.CONNECTION, "password", False, "wrong")
        client.send(p.USERAUTH_REQUEST, "demo", p.CONNECTION, "none")
        client.send(p.INFO_RESPONSE, 1, "secret")
    assert client.answer("echo fine") == b"fine\n"
    client.send(p.GLOBAL_REQUEST, "nonsense@example.org", True)
    client.expect(p.REQUEST_FAILURE)


@pytest.mark.parametrize("service", ["ssh-connection", "nonsense@example.org", "", "ssh-userauth\0"])
def test_a_service_that_is_none_is_refused(gw, service):
    since = len(gw.lines)
    with Packets(gw) as c:
        c.send(p.SERVICE_REQUEST, service)
        assert "service" in c.expect_end(timeout=5)
    gw.wait_log("the client broke the protocol", since)


@pytest.mark.parametrize("user, service, method, rest", [
    ("demo", "ssh-nonsense", "password", [False, "secret"]),
    ("demo", "", "password", [False, "secret"]),
    ("demo\0x", p.CONNECTION, "password", [False, "secret"]),
    ("demo", p.CONNECTION + "\0", "password", [False, "secret"]),
    ("demo", p.CONNECTION, "password\0", [False, "secret"]),
    ("demo", p.CONNECTION, "password", [False, "secret\0"]),
])
def test_a_login_for_something_else_is_refused(gw, user, service, method, rest):
    with Packets(gw) as c:
        c.ask_for_login()
        c.send(p.USERAUTH_REQUEST, user, service, method, *rest)
        c.expect_refusal()
        c.send(p.USERAUTH_REQUEST, "demo", p.CONNECTION, "password", False, "secret")
        c.expect(p.USERAUTH_SUCCESS)


def test_an_answer_with_a_nul_is_wrong(gw):
    with Packets(gw) as c:
        c.ask_for_login()
        for answer, kind in ("secret\0", p.USERAUTH_FAILURE), ("secret", p.USERAUTH_SUCCESS):
            c.send(p.USERAUTH_REQUEST, "demo", p.CONNECTION, "keyboard-interactive", "", "")
            c.expect(p.INFO_REQUEST)
            c.send(p.INFO_RESPONSE, 1, answer)
            c.expect(kind)


@pytest.mark.parametrize("cut", range(0, 20, 3))
def test_a_request_cut_short_harms_nobody(gw, client, cut):
    body = p.message(p.CHANNEL_REQUEST, client.open(), "pty-req", True, "xterm", 80, 24, 0, 0,
                     b"\x03\0\0\0\x08\0").asbytes()
    client.send(body[0], bytearray(body[1:-1 - cut]))
    client.send(p.GLOBAL_REQUEST, "nonsense@example.org", True)
    client.expect(p.REQUEST_FAILURE, None, p.DISCONNECT, ignore=(p.CHANNEL_FAILURE, p.CHANNEL_SUCCESS))
    assert gw.out("demo", "echo fine") == "fine\n"


# --- windows ----------------------------------------------------------------


def test_who_ignores_the_window_is_ended(gw, client):
    since = len(gw.lines)
    channel = client.run("echo up; exec sleep 300")
    client.expect(p.DATA)
    block = b"x" * 32000
    most = 0
    # paramiko may drop what it sends when the connection is over, and say nothing.
    with contextlib.suppress(EOFError, OSError, paramiko.SSHException):
        for n in range(4000):  # 128 MB, if nobody minds
            client.send(p.DATA, channel, block)
            if n % 20 == 0:
                most = max(most, client.private_kib())
    gw.wait_log("the client ignored the receive window", since)
    # libssh holds what was sent until it is told, and twice while it grows.
    assert g.SANITIZED or most < 3 * MEMORY_MAX, f"{most} KiB"
    assert gw.out("demo", "echo fine") == "fine\n"


def test_who_sends_far_more_than_the_window_is_ended(gw, client):
    """Although the gateway could hold it: libssh accepts what it did not offer."""
    since = len(gw.lines)
    channel = client.run("exec sleep 300")
    with contextlib.suppress(EOFError, OSError, paramiko.SSHException):
        for _ in range(3 * MB // 32000):
            client.send(p.DATA, channel, b"x" * 32000)
    gw.wait_log("the client ignored the receive window", since)


def test_who_uses_all_of_the_window_again_and_again_is_not(client):
    """The window is counted on both sides, and both come to the same."""
    channel = client.run("wc -c")
    client.send(p.GLOBAL_REQUEST, "nonsense@example.org", True)
    client.expect(p.REQUEST_FAILURE, ignore=(p.WINDOW_ADJUST,))
    sent, room = 0, client.window
    while sent < 20 * MB:
        while room < 32000:
            m = client.expect(p.WINDOW_ADJUST)
            m.get_int()
            room += m.get_int()
        client.send(p.DATA, channel, b"x" * 32000)
        room -= 32000
        sent += 32000
    client.send(p.EOF, channel)
    assert client.output()[:2] == (b"%d\n" % sent, 0)


def test_thousands_of_tiny_packets_may_come_in_one_read(client):
    """libssh handles each inside the call that handled the one before."""
    channel = client.run("cat")
    data = bytes(i & 255 for i in range(4000))
    client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
    for i in range(len(data)):
        client.send(p.DATA, channel, data[i : i + 1])
    client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)
    client.send(p.EOF, channel)
    assert client.output()[:2] == (data, 0)


def test_who_never_reads_costs_little(client):
    """The largest window there is, as PuTTY asks for, and then silence."""
    client.run("cat /dev/zero", window=(1 << 31) - 1)
    client.may_read.clear()
    client.wait_still()
    client.assert_within(MEMORY_MAX)


def test_who_never_reads_on_every_channel_costs_little(client):
    for number in range(20):
        channel = client.open(number, window=(1 << 31) - 1)
        client.request(channel, "exec", "cat /dev/zero", reply=False)
    client.may_read.clear()
    client.wait_still()
    client.assert_within(MEMORY_MAX)


def test_a_window_that_grows_past_its_end_harms_nobody(gw, client):
    channel = client.run("cat", window=MB)
    for _ in range(10):
        client.send(p.WINDOW_ADJUST, channel, 0xFFFFFFFF)
    client.send(p.DATA, channel, "x")
    client.send(p.EOF, channel)
    client.expect(p.CLOSE, None, p.DISCONNECT, ignore=(p.DATA, p.EOF, p.CHANNEL_REQUEST, p.WINDOW_ADJUST))
    assert gw.out("demo", "echo fine") == "fine\n"


# --- keys again and again ---------------------------------------------------


def test_a_storm_of_new_keys_is_survived(client):
    channel = client.run("cat")
    before = client.private_kib()
    for n in range(40):
        client.send(p.DATA, channel, b"%03d" % n)
        client.transport.renegotiate_keys()
    client.send(p.EOF, channel)
    assert client.output()[0] == b"".join(b"%03d" % n for n in range(40))
    client.assert_within(before + 512)


def test_answers_go_on_after_packets_had_to_wait_for_new_keys(client):
    """libssh keeps these in the buffers in which they were written, and lets go of
    them when they are sent."""
    channel, ending = client.run("cat"), client.run("sleep 0.5; exit 3", number=1)
    client.may_read.clear()
    client.send(p.DATA, channel, "x")
    client.expect(p.WINDOW_ADJUST)  # nothing is read behind it
    client.transport._send_kex_init()
    time.sleep(1)  # an exit status, an end and a close wait now
    client.may_read.set()
    assert client.output()[1] == 3
    client.send(p.CLOSE, ending)
    for _ in range(20):
        client.request(channel, "window-change", 80, 24, 0, 0)
        client.expect(p.CHANNEL_FAILURE, ignore=(p.DATA,))  # it has no terminal
    client.send(p.EOF, channel)
    assert client.output()[1] == 0


def test_key_exchanges_that_are_begun_and_never_ended(gw, client):
    client.run("cat")
    try:
        for _ in range(2000):
            client.transport.packetizer.send_message(p.message(
                p.KEXINIT, bytearray(16), *["curve25519-sha256", "ssh-ed25519"],
                *["aes128-ctr"] * 2, *["hmac-sha2-256"] * 2, *["none"] * 2, "", "", False, 0))
    except (EOFError, OSError):
        pass
    g.wait_until(lambda: not g.is_alive(client.pid), "it is ended")
    assert gw.out("demo", "echo fine") == "fine\n"
