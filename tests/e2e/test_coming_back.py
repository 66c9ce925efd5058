"""A terminal whose connection was lost: what its student finds who comes back."""
import contextlib
import os
import shutil
import signal
import subprocess
import time

import paramiko
import pytest

import clients
import gateway as g
from cable import Cable
from gateway import wait_until
from glass import Glass, hears_all

pytestmark = pytest.mark.longer

BACK = r"atoll: your terminal of \d\d:\d\d is back"
LINE = "your terminal of"


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(
        connections_per_account=20,
        accounts=["demo", *(f"s{n}" for n in range(40))],
        labs={
            "box": {"linger": "5m", "reattach": True},
            "plain": {"linger": "5m", "reattach": False},
            "brief": {"linger": "2s", "reattach": True},
            "root": {"linger": "5m", "reattach": True, "user": "root"},
        },
    )


@pytest.fixture
def user(gw, request):
    """An account that nobody else used."""
    gw.used = getattr(gw, "used", -1) + 1
    return f"s{gw.used}"


def cut(gw, t):
    """The client is killed: its kernel says FIN, and nobody closes a channel."""
    before = gw.sessions()
    t.child.kill(signal.SIGKILL)
    t.child.wait()
    wait_until(lambda: len(gw.sessions()) < len(before), "its session is gone")


def back(gw, user, **how):
    """A terminal that is the old one."""
    t = gw.terminal(user, **how)
    t.expect(BACK)
    return t


def test_the_shell_is_the_one_that_was_left(gw, user):
    t = gw.shell(f"{user}+box")
    t.run("word=kept; cd /tmp")
    cut(gw, t)
    t = back(gw, f"{user}+box")
    t.type("")
    t.expect_prompt()
    assert t.run("echo $word $PWD")[0] == "kept /tmp\n"
    t.type("exit 3")
    assert t.end()[1] == 3


def test_what_was_printed_meanwhile_is_there(gw, user):
    t = gw.shell(f"{user}+box")
    t.type("(while ! test -e /tmp/go; do sleep 0.1; done; echo LA''TE; touch /tmp/done) &")
    t.expect_prompt()
    cut(gw, t)
    gw.out(f"{user}+box", "touch /tmp/go; while ! test -e /tmp/done; do sleep 0.1; done")
    t = gw.terminal(f"{user}+box")
    t.expect_all(BACK, "LATE")


def test_a_program_that_prints_much_does_not_wait_for_a_reader(gw, user):
    t = gw.shell(f"{user}+box")
    t.type("while ! test -e /tmp/go; do sleep 0.1; done; seq 1 300000; touch /tmp/done")
    t.expect("done\r\n")
    cut(gw, t)
    gw.out(f"{user}+box", "touch /tmp/go; while ! test -e /tmp/done; do sleep 0.1; done")
    t = gw.terminal(f"{user}+box")
    t.expect_all(BACK, "300000")
    t.type("")
    t.expect_prompt()
    assert t.run("echo $((20 + 22))")[0] == "42\n"


def test_the_one_that_was_left_last_comes_first_and_then_the_other(gw, user):
    for word in ("first", "second"):
        t = gw.shell(f"{user}+box")
        t.run(f"word={word}")
        g.terminals.remove(t)
        globals()[word] = t
    cut(gw, globals()["first"])
    cut(gw, globals()["second"])
    words = []
    for _ in range(2):
        t = back(gw, f"{user}+box")
        t.type("")
        t.expect_prompt()
        words.append(t.run("echo $word")[0])
    assert words == ["second\n", "first\n"]
    third = gw.shell(f"{user}+box")
    assert third.run("echo $word")[0] == "\n"


def test_two_who_are_there_keep_their_own(gw, user):
    one = gw.shell(f"{user}+box")
    one.run("word=one")
    two = gw.terminal(f"{user}+box")
    two.expect_prompt()
    assert LINE not in two.child.before
    assert two.run("echo $word")[0] == "\n"
    assert one.run("echo $word")[0] == "one\n"


@pytest.mark.parametrize("how, said", [
    ("exit 3", r"exit status 3"), ("kill -KILL $$", r"signal KILL"),
], ids=["exit", "signal"])
def test_one_that_ended_is_shown_once_and_then_a_new_shell(gw, user, how, said):
    t = gw.shell(f"{user}+box")
    t.run("echo $$ >/tmp/pid")
    t.type(f"echo LAST''-WORDS; while ! test -e /tmp/go; do sleep 0.1; done; {how}")
    t.expect("LAST-WORDS\r\n")
    cut(gw, t)
    gw.out(f"{user}+box", "touch /tmp/go; while kill -0 $(cat /tmp/pid) 2>&-; do sleep 0.1; done")
    t = gw.terminal(f"{user}+box")
    t.expect("LAST-WORDS")
    t.expect(rf"atoll: your terminal of \d\d:\d\d has ended while you were away: {said}\r\n")
    t.expect_prompt()
    assert t.run("echo new")[0] == "new\n"
    other = gw.shell(f"{user}+box")
    assert LINE not in other.child.before


def test_the_window_may_have_another_size_now(gw, user):
    t = gw.shell(f"{user}+box")
    assert t.run("stty size")[0] == "24 400\n"
    cut(gw, t)
    t = back(gw, f"{user}+box", rows=50, cols=200)
    t.type("")
    t.expect_prompt()
    assert t.run("stty size")[0] == "50 200\n"


def test_the_program_draws_anew_even_in_a_window_of_the_same_size(gw, user):
    t = gw.shell(f"{user}+box")
    t.type("sh -c 'trap \"echo DRA\"\"WN\" WINCH; while :; do sleep 0.1; done'")
    t.expect("done'\r\n")
    cut(gw, t)
    t = back(gw, f"{user}+box")
    t.expect("DRAWN")


# --- a connection that nobody knows to be gone --------------------------------


@pytest.fixture
def cable(gw):
    cable = Cable(gw.port)
    yield cable
    cable.close()


def test_the_train_leaves_the_tunnel_and_the_shell_is_where_it_was(gw, user, cable):
    old = gw.shell(f"{user}+box", port=cable.port)
    old.run("word=kept")
    cable.cut.set()
    began = time.monotonic()
    t = back(gw, f"{user}+box")
    assert time.monotonic() - began < 5
    t.type("")
    t.expect_prompt()
    assert t.run("echo $word")[0] == "kept\n"
    cable.cut.clear()
    old.expect("atoll: taken over by your new connection")
    assert old.end()[1] == 255
    assert t.run("echo $word")[0] == "kept\n"


def test_a_client_that_is_frozen_is_taken_over(gw, user):
    old = gw.shell(f"{user}+box")
    old.run("word=kept")
    old.child.kill(signal.SIGSTOP)
    t = back(gw, f"{user}+box")
    old.child.kill(signal.SIGCONT)
    old.expect("atoll: taken over by your new connection")
    t.type("")
    t.expect_prompt()
    assert t.run("echo $word")[0] == "kept\n"


def test_the_second_shell_of_a_connection_looks_for_the_dead_too(gw, user, cable, tmp_path):
    """The other one came, and was cut, after the first shell had started."""
    options = ["ControlMaster=auto", f"ControlPath={tmp_path}/mux"]
    first = gw.shell(f"{user}+box", options=options)
    old = gw.shell(f"{user}+box", port=cable.port)
    old.run("word=kept")
    cable.cut.set()
    t = back(gw, f"{user}+box", options=options)
    t.type("")
    t.expect_prompt()
    assert t.run("echo $word")[0] == "kept\n"
    assert first.run("echo $word")[0] == "\n"


def test_those_who_answer_stay_and_nobody_waits_for_long(gw, user):
    live = [gw.shell(f"{user}+box") for _ in range(3)]
    began = time.monotonic()
    t = gw.shell(f"{user}+box")
    assert time.monotonic() - began < 1.5
    for other in [*live, t]:
        assert other.run("echo $((20 + 22))")[0] == "42\n"


def test_a_command_does_not_wait_for_the_dead(gw, user, cable):
    old = gw.shell(f"{user}+box", port=cable.port)
    old.run("word=kept")
    cable.cut.set()
    began = time.monotonic()
    assert gw.out(f"{user}+box", "echo now") == "now\n"
    assert time.monotonic() - began < 1.5
    cable.cut.clear()
    assert old.run("echo $word")[0] == "kept\n"


# --- what does not wait ------------------------------------------------------


def test_a_shell_that_was_left_by_exit_is_over(gw, user):
    t = gw.shell(f"{user}+box")
    t.run("word=old")
    t.type("exit")
    assert t.end()[1] == 0
    t = gw.shell(f"{user}+box")
    assert LINE not in t.child.before
    assert t.run("echo $word")[0] == "\n"


def test_a_command_and_sftp_leave_the_terminal_where_it_is(gw, user):
    t = gw.shell(f"{user}+box")
    t.run("word=kept")
    cut(gw, t)
    t = gw.terminal(f"{user}+box", "echo command; tty")
    text, status = t.end()
    assert text.startswith("command\r\n/dev/pts/") and status == 0
    assert gw.ssh(f"{user}+box", stdin="echo script\n").stdout == "script\n"
    t = back(gw, f"{user}+box")
    t.type("")
    t.expect_prompt()
    assert t.run("echo $word")[0] == "kept\n"


def test_without_reattach_the_shell_is_hung_up_as_ever(gw, user):
    t = gw.shell(f"{user}+plain")
    t.type("sh -c 'trap \"touch /tmp/hung-up; exit\" HUP; echo S\"\"ET; while :; do sleep 0.1; done'")
    t.expect("SET\r\n")
    cut(gw, t)
    gw.out(f"{user}+plain", "while ! test -e /tmp/hung-up; do sleep 0.1; done")
    t = gw.shell(f"{user}+plain")
    assert LINE not in t.child.before


def test_it_waits_for_as_long_as_its_sandbox_lingers(gw, user):
    t = gw.shell(f"{user}+brief")
    t.run("word=old")
    since = len(gw.lines)
    cut(gw, t)
    gw.wait_log(f"account={user} lab=brief sandbox ended", since)
    t = gw.shell(f"{user}+brief")
    assert LINE not in t.child.before
    assert t.run("echo $word")[0] == "\n"


# --- who else may end --------------------------------------------------------


def test_a_session_that_is_killed_costs_nothing(gw, user):
    before = gw.sessions()
    t = gw.shell(f"{user}+box")
    t.run("word=kept")
    [session] = set(gw.sessions()) - set(before)
    os.kill(session, signal.SIGKILL)
    t.end()
    t = back(gw, f"{user}+box")
    t.type("")
    t.expect_prompt()
    assert t.run("echo $word")[0] == "kept\n"


def test_a_channel_that_the_client_closes_is_over(gw, user):
    with paramiko_of(gw, f"{user}+box") as client:
        channel = client.invoke_shell()
        channel.sendall(b"sh -c 'trap \"touch /tmp/hung-up; exit\" HUP; echo S\"\"ET;"
                        b" while :; do sleep 0.1; done'\r")
        read_until(channel, b"SET\r\n")
        channel.close()
        gw.out(f"{user}+box", "while ! test -e /tmp/hung-up; do sleep 0.1; done")
    t = gw.shell(f"{user}+box")
    assert LINE not in t.child.before


def test_a_reload_that_turns_it_off_leaves_those_that_wait(new_gateway):
    gw = new_gateway(labs={"box": {"linger": "5m", "reattach": True}})
    t = gw.shell()
    t.run("word=kept")
    cut(gw, t)
    gw.write_lab("box", {"linger": "5m", "reattach": False})
    assert gw.atoll("reload").returncode == 0
    t = back(gw, "demo")
    t.type("")
    t.expect_prompt()
    assert t.run("echo $word")[0] == "kept\n"
    assert gw.atoll("kill", "demo+box").returncode == 0
    t.end()
    t = gw.shell()
    cut(gw, t)
    assert LINE not in gw.shell().child.before


def test_sixteen_wait_and_one_more_is_hung_up(gw, user):
    with paramiko_of(gw, f"{user}+box") as client:
        channels = [client.invoke_shell() for _ in range(17)]
        for n, channel in enumerate(channels):
            channel.sendall(f"echo $((20 + {n}))\r".encode())
            read_until(channel, f"\n{20 + n}\r\n".encode())
    with paramiko_of(gw, f"{user}+box") as client:
        said = []
        for _ in range(17):
            channel = client.invoke_shell()
            said.append(LINE.encode() in read_until(channel, b"$ "))
        assert said == [True] * 16 + [False]


# --- every client ------------------------------------------------------------


@contextlib.contextmanager
def paramiko_of(gw, user):
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
        block = channel.recv(4096)
        assert block, text
        text += block
    return text


@pytest.mark.parametrize("kind", [clients.OpenSSH, clients.Dropbear, clients.PuTTY],
                         ids=lambda kind: kind.name.split()[-2 if " " in kind.name else 0].strip(","))
def test_any_client_is_back_where_it_was(new_gateway, kind, tmp_path):
    gw = new_gateway(labs={"dev": {"linger": "5m", "reattach": True}})
    argv = kind(gw, tmp_path).argv(None, tty=True)
    t = g.Terminal(argv)
    t.expect_prompt()
    t.run("word=kept")
    cut(gw, t)
    t = g.Terminal(argv)
    t.expect(BACK)
    t.type("")
    t.expect_prompt()
    assert t.run("echo $word")[0] == "kept\n"
    t.type("exit 4")
    assert t.end()[1] == 4
    t = g.Terminal(argv)
    t.expect_prompt()
    assert LINE not in t.child.before
    t.type("exit")
    t.end()


def test_a_library_that_drops_its_connection_is_back_where_it_was(gw, user):
    with paramiko_of(gw, f"{user}+box") as client:
        channel = client.invoke_shell()
        channel.sendall(b"word=kept; echo s''et\r")
        read_until(channel, b"\nset\r\n")
    with paramiko_of(gw, f"{user}+box") as client:
        channel = client.invoke_shell()
        read_until(channel, b"is back")
        channel.sendall(b"echo $word-$word\r")
        read_until(channel, b"kept-kept\r\n")


# --- what it looks like --------------------------------------------------------


@pytest.mark.skipif(not g.HAS_DEBIAN, reason="no image debian-dev")
@pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux")
@pytest.mark.parametrize("program, ready, leave", [
    ("seq 1000 >/tmp/n; seq 100; less /tmp/n", "\n22\n", "q"),
    ("seq 1000 >/tmp/n; seq 100; vi /tmp/n", "\n22\n", ":q\r"),
    ("cd /tmp; python3 -q", ">>>", "exit()\r"),
], ids=["less", "vi", "python"])
def test_the_train_leaves_the_tunnel_and_the_program_is_where_it_was(
        new_gateway, tmp_path, program, ready, leave):
    gw = new_gateway(labs={"dev": {"image": "debian-dev", "linger": "5m", "reattach": True,
                                   "memory": "256M", "command": ["/bin/bash", "-l"]}})
    argv = gw.ssh_argv("demo")
    argv.insert(1, "-tt")
    looks = []
    for n in range(2):
        (tmp_path / str(n)).mkdir()
        glass = Glass(tmp_path / str(n), argv)
        try:
            if n == 0:
                glass.wait_for("student@dev")
                glass.keys(program + "\r")
                glass.wait_for(ready)
                glass.still()
                glass.keys("\x0c")  # without the line of how it began
                looks.append(glass.still())
                glass.run("kill-pane")
                wait_until(lambda: not gw.sessions(), "its session is gone")
            else:
                glass.wait_for(ready)
                looks.append(glass.still())
                hears_all(gw, "demo")
                glass.keys(leave)
                glass.wait_for("student@dev")
                glass.keys("echo $((20 + 22)); exit\r")
        finally:
            glass.close()
    assert looks[0] == looks[1]


@pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux")
@pytest.mark.parametrize("row", [24, 1], ids=["at the top", "at the bottom"])
@pytest.mark.parametrize("how", ["time", "key", "output"])
def test_who_comes_back_is_told_so_and_then_all_is_as_it_was(new_gateway, glasses, how, row):
    """In the row where the cursor is not; until a key, output, or two seconds."""
    gw = new_gateway(labs={"box": {"linger": "5m", "reattach": True}})
    argv = gw.ssh_argv("demo")
    argv.insert(1, "-tt")
    glass = glasses(argv)
    glass.wait_for("$")
    glass.keys(f"clear; seq 100; test {row} = 1 && clear;"
               " (while ! test -e /tmp/go; do sleep 0.1; done; echo OUTPUT) &\r")
    wait_until(lambda: ("100" if row == 24 else "\n\n\n") in glass.look()[0], "it stands there")
    before = glass.still()
    lose(gw, glass)
    glass = glasses(argv)
    glass.wait_for("atoll: your terminal of")
    note = glass.look()[0].split("\n")[24 - row]
    if note.strip():  # it may be gone by now, on a slow machine
        assert "is back" in note and note.startswith("\033[7m")
    if how == "key":
        glass.keys("k")
    elif how == "output":
        gw.out("demo", "touch /tmp/go")
        glass.wait_for("OUTPUT")
    after = glass.still()
    if how == "key":
        assert after[0].replace("$ k", "$") == before[0]
    elif how == "time":
        assert after == before


DEV = {"image": "debian-dev", "linger": "5m", "reattach": True, "memory": "256M",
       "command": ["/bin/bash", "-l"]}

# Draws much, and draws nothing anew: a corner is drawn once, and what is below it never.
DRAWS = r"""
import sys, time, tty
tty.setcbreak(0)
size, pause = int(sys.argv[1]), float(sys.argv[2])
say = lambda text: (sys.stdout.write(text), sys.stdout.flush())
say("\033[?1049h\033[2J\033[3;60HCORNER")
for i in range(size // 1024):
    say("".join("\033[%d;1H\033[3%dmround %d\033[m" % (k + 4, k % 8, i) for k in range(16)).ljust(1024, "\0"))
    time.sleep(pause)
say("\033[24;1HREADY")
open("/tmp/drawn", "w").close()
sys.stdin.read(1)
say("\033[?1049l")
"""


@pytest.fixture
def glasses(tmp_path):
    """A function that opens a terminal."""
    opened = []

    def see(argv, rows=24, cols=80):
        folder = tmp_path / f"glass{len(opened)}"
        folder.mkdir()
        opened.append(Glass(folder, argv, rows, cols))
        return opened[-1]
    yield see
    for glass in opened:
        glass.close()


def lose(gw, glass):
    """The client is killed; its server ends by itself with its last window."""
    before = len(gw.sessions())
    glass.run("kill-server")
    wait_until(lambda: len(gw.sessions()) < before, "its session is gone")


@pytest.mark.skipif(not g.HAS_DEBIAN, reason="no image debian-dev")
@pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux")
@pytest.mark.parametrize("pause, is_there", [(0.01, True), (0.01, False), (0, True), (0, False)],
                         ids=["slowly", "slowly and away", "at once", "at once and away"])
def test_however_much_a_program_draws_what_it_drew_once_is_there(new_gateway, glasses, pause, is_there):
    """More than the ring holds, while the student looks on or is away."""
    gw = new_gateway(accounts=["cut", "whole"], labs={"dev": DEV})
    looks = {}
    for name in ("whole", "cut"):
        argv = gw.ssh_argv(name)
        argv.insert(1, "-tt")
        glass = glasses(argv)
        glass.wait_for("student@dev")
        gw.ssh(name, "cat >/tmp/draws; touch /tmp/wait", stdin=DRAWS)
        glass.keys("clear; seq 3; while test -e /tmp/wait; do sleep 0.1; done;"
                   f" python3 /tmp/draws {400 << 10} {pause}\r")
        glass.wait_for("\n3\n")
        if name == "cut" and not is_there:
            lose(gw, glass)
        gw.out(name, "rm /tmp/wait; while ! test -e /tmp/drawn; do sleep 0.1; done")
        if name == "cut" and is_there:
            glass.wait_for("READY")
            lose(gw, glass)
        if name == "cut":
            glass = glasses(argv)
        glass.wait_for("READY")
        during = glass.still()
        glass.keys("q")
        glass.wait_for("\n2\n")
        looks[name] = during, glass.still()
    if pause > 0:  # else much was lost, and only what is below is certain
        assert "CORNER" in looks["whole"][0][0]
        assert looks["cut"][0] == looks["whole"][0]
    assert looks["cut"][1] == looks["whole"][1]
