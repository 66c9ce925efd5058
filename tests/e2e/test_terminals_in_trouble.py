"""A terminal that waits, and what can go wrong just when its student comes back."""
import contextlib
import os
import re
import signal
import threading
import time

import paramiko
import pytest

import gateway as g
from gateway import wait_until

pytestmark = pytest.mark.longer


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(
        connections_per_account=20,
        accounts=[f"s{n}" for n in range(40)],
        labs={
            "box": {"linger": "5m", "reattach": True},
            "brief": {"linger": "1s", "reattach": True},
        },
    )


@pytest.fixture
def user(gw):
    """An account that nobody else used."""
    gw.used = getattr(gw, "used", -1) + 1
    return f"s{gw.used}"


def cut(gw, t):
    before = gw.sessions()
    t.child.kill(signal.SIGKILL)
    t.child.wait()
    wait_until(lambda: len(gw.sessions()) < len(before), "its session is gone")


def init_of(gw, user):
    [seat] = [s for s in gw.ls() if s["account"] == user]
    init = gw.init_of(seat['sandbox'])
    return init


@contextlib.contextmanager
def connected(gw, user):
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    client.connect("127.0.0.1", gw.port, user, key_filename=str(gw.keys.student),
                   allow_agent=False, look_for_keys=False)
    try:
        yield client
    finally:
        before = len(gw.sessions())
        client.close()
        wait_until(lambda: len(gw.sessions()) < before, "its session is gone")


def read_until(channel, words):
    channel.settimeout(g.PATIENCE)
    text = b""
    while words not in text:
        block = channel.recv(65536)
        assert block, text
        text += block
    return text


# --- odd sizes -------------------------------------------------------------------


SIZES = [(0, 0), (1, 1), (65535, 65535), (0, 65535), (65535, 1), (1 << 16, 1 << 31)]


def is_so_now(client, size):
    def look():
        return f"attached  {size} " in client.exec_command("lab terminals")[1].read().decode()

    return look


@pytest.mark.parametrize("rows, cols", SIZES)
def test_a_window_of_any_size_has_a_shell_and_comes_back_in_any_other(gw, user, rows, cols):
    """As asked for, by a window change, and when its student is back."""
    with connected(gw, f"{user}+box") as client:
        channel = client.invoke_shell(width=cols, height=rows)
        channel.sendall(b"word=kept; echo s''et\r")
        read_until(channel, b"set\r\n")
        for back_and_forth in (24, 80), (rows, cols), (40, 100), (rows, cols):
            channel.resize_pty(width=back_and_forth[1], height=back_and_forth[0])
        # What stty(1) says of the kernel's numbers is its own.
        size = [n if n < 1 << 16 else 0 for n in (cols, rows)]
        size = "-" if size == [0, 0] else "%dx%d" % tuple(size)
        wait_until(is_so_now(client, size), f"it is {size}")
    with connected(gw, f"{user}+box") as client:
        channel = client.invoke_shell()
        read_until(channel, b"is back")
        channel.sendall(b"echo $word-$word\r")
        read_until(channel, b"kept-kept\r\n")
    began = time.monotonic()
    with connected(gw, f"{user}+box") as client:
        channel = client.invoke_shell(width=cols, height=rows)
        channel.sendall(b"\recho $word+$word; echo D''ONE\r")
        assert b"kept+kept" in read_until(channel, b"DONE").replace(b"\r\n", b"")
        assert time.monotonic() - began < 10
        wait_until(is_so_now(client, size), f"it is {size}")


# --- sftp beside it ----------------------------------------------------------------


def test_sftp_leaves_the_terminal_where_it_is(gw, user):
    with connected(gw, f"{user}+box") as client:
        channel = client.invoke_shell()
        channel.sendall(b"word=kept; echo s''et\r")
        read_until(channel, b"set\r\n")
    with connected(gw, f"{user}+box") as client, client.open_sftp() as sftp:
        with sftp.open("/tmp/there", "w") as there:
            there.write("sent")
        assert client.exec_command("cat /tmp/there")[1].read() == b"sent"
        assert "waiting" in client.exec_command("lab terminals")[1].read().decode()
        channel = client.invoke_shell()
        read_until(channel, b"is back")
        channel.sendall(b"echo $word-$word\r")
        read_until(channel, b"kept-kept\r\n")


# --- at the last moment ------------------------------------------------------------


def test_who_comes_when_the_linger_time_is_over_has_a_shell(gw, user):
    """Each time some milliseconds later: the old one or a new one, and no error."""
    old = new = n = 0
    t = gw.shell(f"{user}+brief")
    # A busy machine sees later that a link is cut, and the time begins then.
    while n < 12 or (new == 0 and n < 60):
        t.run("word=kept")
        cut(gw, t)
        time.sleep(0.7 + n * 0.05)
        n += 1
        t = gw.terminal(f"{user}+brief")
        t.expect(r"\$ ")
        t.type("")
        t.expect_prompt()
        word = t.run("echo .$word.")[0]
        assert word in (".kept.\n", "..\n")
        old += word == ".kept.\n"
        new += word == "..\n"
    assert old > 0 and new > 0, (old, new)


class Watch(threading.Thread):
    """Does something to the next process that an init starts."""

    def __init__(self, init, act):
        super().__init__(daemon=True)
        self.init, self.act, self.seen = init, act, None
        self.known = self.children()
        self.is_over = threading.Event()
        self.start()

    def children(self):
        return set(open(f"/proc/{self.init}/task/{self.init}/children").read().split())

    def run(self):
        while not self.is_over.is_set():
            for child in self.children() - self.known:
                self.seen = int(child)
                self.act(self)
                return

    def end(self):
        self.is_over.set()
        self.join()
        return self.seen


def kill(watch):
    with contextlib.suppress(ProcessLookupError):
        os.kill(watch.seen, signal.SIGKILL)


def stop(watch):
    with contextlib.suppress(ProcessLookupError):
        os.kill(watch.seen, signal.SIGSTOP)


def stop_and_kill_init(watch):
    stop(watch)
    os.kill(watch.init, signal.SIGKILL)


@pytest.mark.parametrize("act", [kill, stop], ids=["killed", "stopped"])
def test_who_has_no_painter_has_the_text(gw, user, act):
    t = gw.shell(f"{user}+box")
    t.run("word=kept")
    t.type("echo BE''FORE")
    t.expect("BEFORE\r\n")
    t.expect_prompt()
    seen = 0
    for _ in range(30):
        cut(gw, t)
        watch = Watch(init_of(gw, user), act)
        began = time.monotonic()
        t = gw.terminal(f"{user}+box", rows=40, cols=200)
        t.expect("BEFORE")
        assert time.monotonic() - began < 5
        seen += watch.end() is not None
        t.type("")
        t.expect_prompt()
        assert t.run("echo $word")[0] == "kept\n"
        if seen == 3:
            return
        t.type("echo BE''FORE")
        t.expect("BEFORE\r\n")
        t.expect_prompt()
    raise AssertionError(f"only {seen} were met")


def test_an_init_that_is_killed_while_it_has_a_picture_made_ends_that_sandbox_alone(gw, user):
    other = gw.shell("s39+box")
    t = gw.shell(f"{user}+box")
    t.run("word=kept")
    since = len(gw.lines)
    for _ in range(30):
        cut(gw, t)
        watch = Watch(init_of(gw, user), stop_and_kill_init)
        t = gw.terminal(f"{user}+box", rows=40, cols=200)
        t.expect(r"atoll: .*(is back|has ended)")
        if watch.end():
            break
    text, status = t.child.after + t.end()[0], t.child.exitstatus
    assert "the sandbox has ended" in text and status == 255
    gw.wait_log(f"account={user} lab=box sandbox ended", since)
    t = gw.shell(f"{user}+box")
    assert t.run("echo .$word.")[0] == "..\n"
    assert other.run("echo $((20 + 22))")[0] == "42\n"
