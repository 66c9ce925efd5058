"""Several channels and connections of an account, and other accounts."""
import subprocess

import pytest

import gateway as g
from gateway import wait_until

pytestmark = pytest.mark.quick


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(
        labs={"box": {}, "other": {}},
        accounts=["ann", "bob"],
    )


PIDNS = "readlink /proc/self/ns/pid"


def test_two_connections_of_one_account_are_in_one_sandbox(gw):
    one = gw.shell("ann+box")
    one.run("echo hello >/tmp/from-one")
    assert gw.out("ann+box", "cat /tmp/from-one") == "hello\n"
    assert one.run(PIDNS)[0] == gw.out("ann+box", PIDNS)
    assert len(gw.inits()) == 1
    one.close()


def test_one_account_has_a_sandbox_for_each_lab(gw):
    one = gw.shell("ann+box")
    two = gw.shell("ann+other")
    assert one.run(PIDNS)[0] != two.run(PIDNS)[0]
    assert [s["lab"] for s in gw.ls()] == ["box", "other"]
    one.close()
    two.close()
    gw.wait_no_sandbox()


def test_accounts_do_not_see_each_other(gw):
    ann = gw.shell("ann+box")
    bob = gw.shell("bob+box")
    ann.run("echo mine >/tmp/secret; sleep 7654 & true")
    assert ann.run(PIDNS)[0] != bob.run(PIDNS)[0]
    out, _ = bob.run("ls /tmp; ps; cat /proc/mounts; hostname")
    assert "secret" not in out and "7654" not in out
    for ns in ("user", "mnt", "net", "ipc", "uts", "cgroup"):
        read = f"readlink /proc/self/ns/{ns}"
        assert ann.run(read)[0] != bob.run(read)[0]
    ann.close()
    bob.close()


def test_live_sandboxes_have_different_ids(gw):
    """Read from outside: /proc/PID/uid_map of each init."""
    ann, bob = gw.shell("ann+box"), gw.shell("bob+box")
    ranges = {}
    for kind in ("uid_map", "gid_map"):
        found = []
        for pid in gw.inits():
            inside, outside, count = map(int, open(f"/proc/{pid}/{kind}").read().split())
            assert inside == 0 and count == 65536
            assert outside >= 65536  # nobody of the host
            found.append((outside, outside + count))
        ranges[kind] = sorted(found)
        assert len(found) == 2
        assert ranges[kind][0][1] <= ranges[kind][1][0], "ranges overlap"
    assert ranges["uid_map"] == ranges["gid_map"]
    for line in open("/etc/passwd"):
        uid = int(line.split(":")[2])
        assert not any(lo <= uid < hi for lo, hi in ranges["uid_map"])
    ann.close()
    bob.close()


def test_a_sandbox_built_at_once_by_two_connections_is_one(gw):
    gw.wait_no_sandbox()
    children = [gw.ssh_start("ann+box", f"{PIDNS}; cat") for _ in range(5)]
    found = {child.stdout.readline() for child in children}
    for child in children:
        child.communicate("", timeout=g.PATIENCE)
    assert len(found) == 1 and found != {""}


@pytest.fixture
def master(gw, tmp_path):
    """A connection that others go through."""
    path = tmp_path / "master"
    argv = gw.ssh_argv("ann+box", options=[f"ControlPath={path}"])
    child = subprocess.Popen(
        [argv[0], "-M", "-N", *argv[1:]], stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE, env=g.client_environment(),
    )
    wait_until(path.exists, "the master is connected")
    yield path
    g.hang_up(child)


def test_many_channels_of_one_connection_do_not_mix(gw, master):
    before = len(gw.sessions())
    options = [f"ControlPath={master}"]
    children = [
        gw.ssh_start("ann+box", f"cat; echo {n}; echo {n} >&2; exit {n}", options=options)
        for n in range(8)
    ]
    assert len(gw.sessions()) == before
    for n, child in enumerate(children):
        out, err = child.communicate(f"in {n}\n", timeout=g.PATIENCE)
        assert (out, err, child.returncode) == (f"in {n}\n{n}\n", f"{n}\n", n)


def test_a_shell_and_a_command_share_a_connection(gw, master):
    options = [f"ControlPath={master}"]
    shell = gw.shell("ann+box", options=options)
    shell.run("touch /tmp/x; sleep 300 & true")
    assert gw.out("ann+box", "ls /tmp", options=options) == "x\n"
    shell.type("exit")
    shell.end()
    assert gw.out("ann+box", "ls /tmp", options=options) == "x\n"


def test_a_channel_that_stands_still_does_not_stop_the_others(gw, master):
    options = [f"ControlPath={master}"]
    stuck = gw.ssh_start("ann+box", "cat /dev/zero", options=options)
    stuck.stdout.read(1)  # and no more
    assert gw.out("ann+box", "echo through", options=options, timeout=g.PATIENCE) == "through\n"
    stuck.kill()
    stuck.wait()


def test_the_first_to_leave_does_not_end_the_sandbox(gw):
    one, two = gw.shell("ann+box"), gw.shell("ann+box")
    two.run("touch /tmp/stays")
    one.type("exit")
    one.end()
    assert two.run("ls /tmp")[0] == "stays\n"
    two.type("exit")
    two.end()
    gw.wait_no_sandbox()
    assert gw.out("ann+box", "ls -A /tmp") == ""
