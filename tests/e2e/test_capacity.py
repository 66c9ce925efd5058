"""More students than places: a place in line and a line that says so."""
import contextlib
import re
import subprocess
import time
from pathlib import Path

import paramiko
import pytest

import gateway as g
from gateway import wait_until

pytestmark = pytest.mark.quick


@pytest.fixture(scope="module")
def two(start_gateway):
    return start_gateway(
        labs={"box": {}, "stay": {"linger": 60}},
        sandboxes_max=2,
        accounts=["ann", "bob", "eve", "joe"],
        connections_per_account=3,
    )


def leave(shell):
    shell.type("exit")
    shell.end()


def test_the_third_waits_in_line_and_gets_in_when_one_leaves(two):
    ann, bob = two.shell("ann+box"), two.shell("bob+box")
    eve = two.terminal("eve+box")
    eve.expect("atoll: all 2 places are taken: you are number 1 in the queue")
    joe = two.terminal("joe+box")
    joe.expect("you are number 2 in")
    assert two.status()["waiting"] == 2
    assert sorted(s["state"] for s in two.ls()) == ["live", "live", "queued", "queued"]
    leave(ann)
    eve.expect_prompt()
    assert eve.run("hostname")[0] == "box\n"
    joe.expect("you are number 1 in")
    leave(bob)
    joe.expect_prompt()
    leave(eve)
    leave(joe)
    two.wait_no_sandbox()


def test_a_command_waits_too_and_is_told_on_stderr(two):
    ann, bob = two.shell("ann+box"), two.shell("bob+box")
    waiting = two.ssh_start("eve+box", "echo in")
    wait_until(lambda: two.status()["waiting"] == 1, "it waits")
    leave(ann)
    out, err = waiting.communicate(timeout=g.PATIENCE)
    assert (out, waiting.returncode) == ("in\n", 0)
    assert "all 2 places are taken: you are number 1 in the queue" in err
    leave(bob)
    two.wait_no_sandbox()


@contextlib.contextmanager
def open_channel(gw, login):
    """A client that has a channel, and has not said yet what it is for."""
    with paramiko.SSHClient() as client:
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        client.connect("127.0.0.1", gw.port, login, key_filename=str(gw.keys.student),
                       allow_agent=False, look_for_keys=False)
        channel = client.get_transport().open_session(timeout=g.PATIENCE)
        channel.settimeout(g.PATIENCE)
        yield channel


def test_a_sandbox_is_built_while_the_request_is_on_its_way(two):
    with open_channel(two, "ann+box") as channel:
        wait_until(lambda: [s["state"] for s in two.ls()] == ["live"], "it is built")
        channel.exec_command("hostname")
        assert channel.recv(100) == b"box\n"
    two.wait_no_sandbox()


def test_a_channel_without_a_request_leaves_no_sandbox(two):
    with open_channel(two, "ann+box"):
        wait_until(lambda: two.ls() != [], "it is asked for")
    two.wait_no_sandbox()


def test_who_asks_in_line_hears_its_place(two):
    ann, bob = two.shell("ann+box"), two.shell("bob+box")
    with open_channel(two, "eve+box") as channel:
        wait_until(lambda: two.status()["waiting"] == 1, "it waits")
        channel.exec_command("echo in")
        assert b"you are number 1 in the queue" in channel.recv_stderr(500)
        leave(ann)
        assert channel.recv(10) == b"in\n"
    leave(bob)
    two.wait_no_sandbox()


@pytest.mark.longer
def test_who_leaves_the_line_makes_no_sandbox(two):
    ann, bob = two.shell("ann+box"), two.shell("bob+box")
    eve = two.terminal("eve+box")
    eve.expect("places are taken")
    joe = two.terminal("joe+box")
    joe.expect("you are number 2 in")
    eve.close()
    joe.expect("you are number 1 in")
    leave(ann)
    joe.expect_prompt()
    leave(bob)
    leave(joe)
    two.wait_no_sandbox()
    assert two.status()["waiting"] == 0


def test_a_place_in_line_needs_no_second_sandbox_for_who_has_one(two):
    ann, bob = two.shell("ann+box"), two.shell("bob+box")
    assert two.out("ann+box", "echo shared") == "shared\n"
    leave(ann)
    leave(bob)
    two.wait_no_sandbox()


def test_connections_of_an_account_are_limited_with_a_reason(two):
    shells = [two.shell("ann+box") for _ in range(3)]
    done = two.ssh("ann+box", "true", options=["LogLevel=INFO"])
    assert done.returncode == 255
    assert "ann has 3 connections already" in done.stderr
    assert "connections_per_account" in done.stderr
    assert two.out("bob+box", "echo fine") == "fine\n"
    leave(shells.pop())
    assert two.out("ann+box", "echo fine") == "fine\n"
    for shell in shells:
        leave(shell)
    two.wait_no_sandbox()


def test_logins_that_ask_for_nothing_count_and_end(new_gateway):
    gw = new_gateway(accounts=["ann"], connections_per_account=3, unused_timeout="2s")
    idle = []
    for _ in range(3):
        t = paramiko.Transport(gw.connect())
        t.connect(username="ann", password="secret")
        idle.append(t)
    done = gw.ssh("ann", "true", options=["LogLevel=INFO"])
    assert done.returncode == 255 and "ann has 3 connections already" in done.stderr
    gw.wait_log("login refused name=ann method=key .*reason=connections_per_account")
    wait_until(lambda: not any(t.is_active() for t in idle), "they have ended")
    assert gw.out("ann", "sleep 3; echo used") == "used\n"
    wait_until(lambda: gw.status()["connections"] == 0, "nobody is there")


def test_asking_again_and_again_is_told_and_not_logged(new_gateway):
    gw = new_gateway(labs={"box": {}})
    t = paramiko.Transport(gw.connect())
    t.connect(username="demo+elsewhere", password="secret")
    told = []
    for _ in range(60):
        with t.open_session() as channel:
            channel.exec_command("true")
            told.append(channel.makefile_stderr("rb").read().decode())
    t.close()
    assert "elsewhere is not a lab of yours" in told[0]
    assert "ask for a lab too often: wait a moment" in told[-1]
    assert 20 <= gw.log.count("seat refused") <= 40
    assert gw.out("demo+box", "echo in") == "in\n"


def test_clients_that_have_not_logged_in_are_limited_and_told_before_the_ssh_version(start_gateway):
    gw = start_gateway(unauthenticated_max=4)
    clients = [gw.connect() for _ in range(4)]
    wait_until(lambda: gw.status()["unauthenticated"] == 4, "four that have not logged in")
    with gw.connect() as s:
        text = s.makefile("rb").readline()
        assert text == (b"atoll: too many connections are waiting to log in"
                        b" (unauthenticated_max); try again in a moment\r\n")
        assert s.recv(1) == b""
    gw.wait_log(r"refused address=127\.0\.0\.1 port=\d+ reason=too many connections")
    for s in clients:
        s.close()
    wait_until(lambda: gw.status()["unauthenticated"] == 0, "they left")
    assert gw.out("demo", "echo fine") == "fine\n"


def test_one_address_cannot_lock_out_another(start_gateway):
    """127.0.0.2 is somebody else."""
    gw = start_gateway(unauthenticated_max=4, listen=[{"address": "0.0.0.0", "port": 0}])
    clients = [gw.connect() for _ in range(4)]
    wait_until(lambda: gw.status()["unauthenticated"] == 4, "four that have not logged in")
    argv = gw.ssh_argv("demo", "echo in", options=["BindAddress=127.0.0.2"])
    done = subprocess.run(argv, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          timeout=g.PATIENCE, env=g.client_environment())
    assert done.stdout == "in\n", done.stderr
    # The oldest of them made room.
    clients[0].settimeout(g.PATIENCE)
    while clients[0].recv(4096):
        pass
    for s in clients:
        s.close()


@pytest.mark.slow
def test_fifty_students_at_once_all_get_a_prompt(start_gateway):
    names = [f"s{n}" for n in range(50)]
    gw = start_gateway(accounts=names, labs={"box": {"memory": "16M", "disk": "4M"}})
    began = time.monotonic()
    terminals = [gw.terminal(name) for name in names]
    for t in terminals:
        t.expect_prompt(timeout=60)
    print("the last of fifty at the prompt after", round(time.monotonic() - began, 2), "s")
    assert len(gw.ls()) == 50
    ranges = [
        tuple(map(int, open(f"/proc/{p}/uid_map").read().split()))[1] for p in gw.inits()
    ]
    ranges.sort()
    assert len(ranges) == 50
    assert all(b - a >= 65536 for a, b in zip(ranges, ranges[1:]))
    for t in terminals:
        t.child.send("exit\r")
    for t in terminals:
        assert t.end()[1] == 0
    gw.wait_no_sandbox()
    assert not [line for line in gw.lines if re.match(r"<[34]>(?!open files)", line)]


@pytest.mark.slow
def test_a_storm_of_connections_that_say_nothing_is_survived(start_gateway):
    gw = start_gateway(login_grace=2)
    clients = [gw.connect() for _ in range(200)]
    assert gw.out("demo", "echo through") == "through\n"
    wait_until(lambda: gw.status()["connections"] == 0, "the grace time is over")
    for s in clients:
        s.close()
    assert gw.sessions() == []


@contextlib.contextmanager
def without_forks(pid):
    """A control group of its own, in which this process can start no other."""
    v1 = Path("/sys/fs/cgroup/pids")
    top = v1 if v1.is_dir() else Path("/sys/fs/cgroup")
    [line] = [
        line for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines()
        if (":pids:" in line if v1.is_dir() else line.startswith("0::"))
    ]
    home = top / line.split(":", 2)[2].lstrip("/")
    group = top / f"atoll-test-{pid}"
    group.mkdir()
    try:
        (group / "pids.max").write_text("1")
        (group / "cgroup.procs").write_text(str(pid))
        yield
    finally:
        with contextlib.suppress(OSError):
            (home / "cgroup.procs").write_text(str(pid))
        wait_until(lambda: not (group / "cgroup.procs").read_text(), "it is empty")
        group.rmdir()


def come_and_be_told(gw):
    """Each is in the log: in a line of its own, or among those of its second."""
    since = len(gw.lines)
    clients = [gw.connect() for _ in range(30)]
    for s in clients:
        s.sendall(b"SSH-2.0-test\r\n")
    for s in clients:
        told = s.makefile("rb").read()
        assert told.startswith(b"atoll: this host cannot start another process (Resource temp")
        s.close()
    def logged():
        lines = gw.lines[since:]
        own = sum("cannot start another process" in line for line in lines)
        return own + sum(int(n) for n in re.findall(r"refused more connections=(\d+)", "\n".join(lines)))

    wait_until(lambda: logged() == 30, "all are in the log", details=lambda: gw.tail)
    assert "cannot start another process" in gw.ssh("ann+box", "true").stderr


def test_at_the_limit_of_processes_a_client_is_told(new_gateway):
    gw = new_gateway(accounts=["ann"])
    shell = gw.shell("ann+box")
    with without_forks(gw.zygote):
        come_and_be_told(gw)
        assert shell.run("echo still here") == ("still here\n", 0)
    assert gw.out("ann+box", "echo again") == "again\n"
