"""Whoever is killed, in whatever state: what must end ends, and the rest goes on."""
import contextlib
import os
import random
import signal
import time

import paramiko
import pytest

import gateway as g
from cable import Cable
from gateway import is_alive, wait_until

pytestmark = pytest.mark.quick

LABS = {"box": {}, "stay": {"linger": 60}, "brief": {"linger": 1}}

# A job that nothing but SIGKILL ends.
STUBBORN = "sh -c 'trap \"\" HUP TERM INT; while :; do sleep 1; done'"


# --- a connection in each state ---------------------------------------------


@contextlib.contextmanager
def before_login(gw):
    """Connected, and silent."""
    known = set(gw.sessions())
    with gw.connect() as s:
        s.settimeout(g.PATIENCE)
        assert s.recv(8) == b"SSH-2.0-"
        yield s.close, lambda: [p for p in gw.sessions() if p not in known]


@contextlib.contextmanager
def during_login(gw):
    """Keys are exchanged, and a password was wrong once."""
    known = set(gw.sessions())
    t = paramiko.Transport(("127.0.0.1", gw.port))
    t.start_client(timeout=g.PATIENCE)
    with pytest.raises(paramiko.AuthenticationException):
        t.auth_password("demo", "wrong")
    yield t.close, lambda: [p for p in gw.sessions() if p not in known]
    t.close()


@contextlib.contextmanager
def building(gw):
    """The builder stands still with the order for a sandbox before it."""
    known = set(gw.sessions())
    builder = gw.builder
    os.kill(builder, signal.SIGSTOP)
    since = len(gw.lines)
    client = gw.ssh_start("demo+box", "cat")
    try:
        gw.wait_log("login method=key", since)
        wait_until(lambda: gw.status()["sandboxes"] == 1, "it is asked for")
        yield client.kill, lambda: [p for p in gw.sessions() if p not in known]
    finally:
        with contextlib.suppress(OSError):
            os.kill(builder, signal.SIGCONT)
        finish(client)


@contextlib.contextmanager
def running(gw, lab="box"):
    """A shell with jobs in the background that ignore SIGHUP and SIGTERM."""
    known = set(gw.sessions())
    shell = gw.shell(f"demo+{lab}")
    shell.run(f"{STUBBORN} & (setsid {STUBBORN} &) ; nohup sleep 600 >/dev/null 2>&1 & true")
    yield (
        lambda: shell.child.kill(signal.SIGKILL),
        lambda: [p for p in gw.sessions() if p not in known],
    )
    shell.close()


@contextlib.contextmanager
def lingering(gw):
    """Nobody is connected; the sandbox waits, with jobs."""
    gw.out("demo+stay", f"{STUBBORN} >/dev/null 2>&1 </dev/null &")
    wait_until(lambda: [s["state"] for s in gw.ls()] == ["lingering"], "it lingers")
    yield None, list


def finish(client):
    client.kill()
    client.communicate()


STATES = [before_login, during_login, building, running, lingering]
CONNECTED = STATES[:4]


def by_name(functions):
    return pytest.mark.parametrize("state", functions, ids=lambda f: f.__name__)


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(labs=LABS, keepalive=1, keepalive_tries=2)


def all_quiet(gw):
    """No session, no sandbox, and the next student is served."""
    wait_until(lambda: not gw.sessions(), "every session has ended",
               details=lambda: f"{gw.sessions()}\n{gw.tail}")
    gw.wait_no_sandbox()
    assert gw.out("demo+box", "echo fine") == "fine\n"
    gw.wait_no_sandbox()


# --- the client -------------------------------------------------------------


@by_name(CONNECTED)
def test_a_client_that_is_killed_leaves_nothing(gw, state):
    with state(gw) as (kill_client, _):
        kill_client()
    all_quiet(gw)


@by_name(CONNECTED)
def test_a_session_process_that_is_killed_leaves_nothing(gw, state):
    since = len(gw.lines)
    with state(gw) as (_, sessions):
        [pid] = wait_until(sessions, "its session process")
        os.kill(pid, signal.SIGKILL)
        gw.wait_log("session was killed by signal 9", since)
    all_quiet(gw)


def test_a_killed_session_does_not_end_the_others_of_its_seat(gw):
    with running(gw) as (_, sessions):
        [victim] = sessions()
        other = gw.shell("demo+box")
        os.kill(victim, signal.SIGKILL)
        wait_until(lambda: not is_alive(victim), "it is gone")
        assert other.run("echo $((1 + 1))")[0] == "2\n"
        other.close()
    all_quiet(gw)


@pytest.mark.slow
def test_a_client_that_stops_answering_is_ended(gw):
    """SIGSTOP: the connection stands, but nobody answers a keepalive."""
    since = len(gw.lines)
    client = gw.ssh_start("demo+box", "echo up; cat")
    assert client.stdout.readline() == "up\n"
    client.send_signal(signal.SIGSTOP)
    gw.wait_log("keepalives went unanswered", since)
    gw.wait_no_sandbox()
    client.send_signal(signal.SIGCONT)
    finish(client)
    all_quiet(gw)


@pytest.mark.slow
@pytest.mark.parametrize("lab, lingers", [("box", False), ("stay", True)])
def test_a_cut_cable_ends_the_connection(gw, lab, lingers):
    cable = Cable(gw.port)
    shell = gw.shell(f"demo+{lab}", port=cable.port)
    shell.run(f"{STUBBORN} & true")
    since = len(gw.lines)
    cable.cut.set()
    gw.wait_log("keepalives went unanswered", since)
    if lingers:
        [seat] = wait_until(gw.ls, "the seat")
        assert seat["state"] == "lingering"
        assert gw.atoll("kill", "demo+stay").returncode == 0
    gw.wait_no_sandbox()
    cable.close()
    all_quiet(gw)


@pytest.mark.slow
def test_a_client_that_answers_is_left_alone(gw):
    """For longer than keepalive * tries."""
    since = len(gw.lines)
    assert gw.out("demo+box", "sleep 4; echo still here") == "still here\n"
    assert not [line for line in gw.lines[since:] if "keepalives" in line]


# --- in the sandbox ---------------------------------------------------------


def test_init_that_is_killed_ends_its_sandbox_only(gw):
    keeper = gw.shell("demo+stay")
    with running(gw, "box"):
        inits = {os.readlink(f"/proc/{p}/ns/pid"): p for p in gw.inits()}
        keepers = keeper.run("readlink /proc/self/ns/pid")[0].strip()
        [victim] = [p for ns, p in inits.items() if ns != keepers]
        os.kill(victim, signal.SIGKILL)
        wait_until(lambda: gw.inits() == [inits[keepers]], "the sandbox is gone")
    assert keeper.run("echo alive")[0] == "alive\n"
    keeper.close()
    assert gw.atoll("kill", "demo+stay").returncode == 0
    all_quiet(gw)


def test_the_student_is_told_that_the_sandbox_ended(gw):
    shell = gw.shell("demo+box")
    [init] = gw.inits()
    os.kill(init, signal.SIGKILL)
    text, status = shell.end()
    assert "atoll: the sandbox has ended" in text and status == 255
    all_quiet(gw)


def test_init_that_is_killed_while_it_lingers_ends_the_seat(gw):
    with lingering(gw):
        [init] = gw.inits()
        os.kill(init, signal.SIGKILL)
        wait_until(lambda: gw.ls() == [], "the seat is gone")
    all_quiet(gw)


def test_jobs_that_ignore_signals_end_with_the_last_connection(gw):
    with running(gw):
        pass  # the client leaves in order
    all_quiet(gw)


@pytest.mark.longer
def test_jobs_that_ignore_signals_end_when_the_linger_time_is_over(gw):
    with running(gw, "brief"):
        pass
    all_quiet(gw)


# --- the zygote -------------------------------------------------------------


@pytest.mark.longer
def test_a_killed_zygote_is_replaced_and_sessions_go_on(gw):
    shell = gw.shell("demo+box")
    since = len(gw.lines)
    os.kill(gw.zygote, signal.SIGKILL)
    gw.wait_log("lost the zygote", since)
    assert gw.out("demo+box", "echo new") == "new\n"
    assert shell.run("echo old")[0] == "old\n"
    shell.close()
    all_quiet(gw)


# --- the builder and the monitor --------------------------------------------


def start_again(gw, seat="demo+box"):
    """On the same directories: it sweeps, and serves."""
    gw.start()
    assert gw.sandbox_cgroups() == []
    assert gw.out(seat, "echo again") == "again\n"
    gw.stop()


def wait_all_gone(gw, family):
    wait_until(
        lambda: not [p for p in family if is_alive(p)], "every process of it has ended",
        details=lambda: str({p: n for p, n in family.items() if is_alive(p)}) + gw.tail,
    )


@by_name(STATES)
def test_a_killed_builder_ends_the_gateway_with_an_error(new_gateway, state):
    gw = new_gateway(labs=LABS)
    with state(gw):
        family = gw.family()
        os.kill(gw.builder, signal.SIGKILL)
        assert gw.wait_end() == 1
        gw.wait_log("builder ended: killed by signal 9")
        wait_all_gone(gw, family)
        assert gw.mounts() == []
    start_again(gw)


@pytest.mark.longer
@by_name(STATES)
def test_a_killed_monitor_ends_connections_and_no_sandbox(new_gateway, state):
    """Who comes back within the time that is theirs: see test_crash.py."""
    gw = new_gateway(labs=LABS)
    with state(gw) as (_, sessions):
        theirs, inits, since = sessions(), gw.inits(), len(gw.lines)
        os.kill(gw.monitor, signal.SIGKILL)
        gw.wait_log("the monitor has crashed", since)
        if state is building:
            os.kill(gw.builder, signal.SIGCONT)
        gw.wait_log("ready address=", since)
        wait_until(lambda: not [p for p in theirs if is_alive(p)], "its sessions have ended")
        assert gw.inits() == inits
        assert gw.out("demo+stay", "echo in") == "in\n"
    if state is not running:
        assert gw.out("demo+box", "echo in") == "in\n"
    gw.stop()


@pytest.mark.longer
@by_name(STATES)
def test_a_killed_supervisor_takes_everything_with_it(new_gateway, state):
    gw = new_gateway(labs=LABS)
    with state(gw):
        family = gw.family()
        os.kill(gw.pid, signal.SIGKILL)
        assert gw.wait_end() == -signal.SIGKILL
    wait_all_gone(gw, family)
    # The builder lived on and cleaned up.
    gw.assert_nothing_left(family)
    start_again(gw)


@by_name([running, lingering])
def test_monitor_and_builder_killed_at_once_are_swept_at_the_next_start(new_gateway, state):
    gw = new_gateway(labs=LABS)
    with state(gw):
        family = gw.family()
        builder = gw.builder
        os.kill(builder, signal.SIGSTOP)  # so that it cannot clean up
        os.kill(gw.monitor, signal.SIGKILL)
        os.kill(builder, signal.SIGKILL)
        assert gw.wait_end() == 1
        wait_all_gone(gw, family)
        assert gw.sandbox_cgroups() != []
    start_again(gw)


def storm(gw, count=6):
    """Clients that come at the same moment, each to a sandbox of its own."""
    return [gw.ssh_start(f"s{i}+box", "true") for i in range(count)]


@pytest.mark.slow
def test_a_builder_killed_in_the_middle_of_builds_keeps_nobody_waiting(new_gateway):
    """Thirty times, at a moment that nobody chose: the gateway ends with an error
    within seconds, nothing of it is left, and the next one can start."""
    gw = new_gateway(labs={"box": {}}, accounts=[f"s{i}" for i in range(6)], start=False)
    moments = random.Random(7)
    for _ in range(30):
        gw.start()
        builder, clients = gw.builder, storm(gw)
        gw.wait_log("login method=key")
        time.sleep(moments.uniform(0, 0.06))  # the moment is what is tried
        family = gw.family()
        os.kill(builder, signal.SIGKILL)
        assert gw.wait_end(timeout=10) == 1, gw.tail
        assert "builder ended: killed by signal 9" in gw.log
        for client in clients:
            client.kill()
            finish(client)
        wait_all_gone(gw, family)
    start_again(gw, "s0+box")


# --- the orderly end --------------------------------------------------------


@by_name(STATES)
def test_an_orderly_end_leaves_nothing(new_gateway, state):
    gw = new_gateway(labs=LABS)
    with state(gw):
        if state is building:
            os.kill(gw.builder, signal.SIGCONT)
        gw.stop()


def test_the_student_is_told_that_the_gateway_stops(new_gateway):
    gw = new_gateway(labs=LABS)
    shell = gw.shell("demo+box")
    gw.stop()
    text, status = shell.end()
    assert "shutting down" in text
    assert status == 255


@pytest.mark.longer
def test_a_second_signal_does_not_wait(new_gateway):
    gw = new_gateway(labs=LABS)
    with building(gw):  # its builder does not answer
        family = gw.family()
        gw.child.send_signal(signal.SIGTERM)
        gw.wait_log("stopping reason")
        assert gw.child.poll() is None
        gw.child.send_signal(signal.SIGTERM)
        gw.wait_end(timeout=3)
    wait_all_gone(gw, family)
    start_again(gw)
