"""Namespaces are made before anybody wants them: the next sandbox is one of those."""
import os
import re
import signal

import pytest

import gateway as g
from gateway import wait_until

SPARES = 2  # as many as the builder makes
LABS = {"box": {}, "kept": {"home": "persistent", "home_disk": "24M", "home_inodes": 500},
        "limited": {"disk": "24M", "pids": 33}}


def wait_spares(gw):
    """Once somebody has been there, and has left the builder in peace."""
    return wait_until(lambda: len(found := set(gw.spares())) == SPARES and found,
                      f"{SPARES} spares", details=lambda: f"{gw.family()}\n{gw.tail}")


@pytest.fixture
def gw(new_gateway):
    gw = new_gateway(accounts=["demo", "eve"], labs=LABS)
    assert gw.spares() == []  # nobody has been there
    assert gw.out("demo+box", "echo on") == "on\n"
    wait_spares(gw)
    return gw


@pytest.mark.quick
def test_the_next_sandbox_is_one_of_them_and_another_is_made(gw):
    before = wait_spares(gw)
    t = gw.shell("demo+limited")
    [init] = gw.inits()
    assert init in before
    after = wait_spares(gw)
    assert before - {init} < after
    u = gw.shell("eve+box")
    [other] = set(gw.inits()) - {init}
    assert other in before  # the older one
    groups = [open(f"/proc/{p}/cgroup").read() for p in (init, other)]
    assert groups[0] != groups[1]
    [seat] = [s for s in gw.ls() if s["account"] == "demo"]
    [limit] = [d for d in map(g.Path, gw.sandbox_cgroups())
               if d.name == gw.group_of(seat["sandbox"]) and (d / "pids.max").exists()]
    assert (limit / "pids.max").read_text() == "33\n"
    assert t.run("hostname")[0] == "limited\n" and u.run("hostname")[0] == "box\n"
    gw.stop()  # and nothing is left of those that wait


def test_one_that_waits_keeps_no_home_busy(gw):
    before = wait_spares(gw)
    t = gw.shell("demo+kept")
    t.run("echo mine >~/file")
    assert wait_spares(gw) - before  # made beside the open home
    t.type("exit")
    t.end()
    gw.wait_log("account=demo lab=kept sandbox ended")
    wait_until(lambda: not g.loop_files(gw.folder), "the home is closed")
    assert gw.out("demo+kept", "cat ~/file") == "mine\n"


def test_killed_ones_are_nobodys_loss(gw):
    for pid in gw.spares():
        os.kill(pid, signal.SIGKILL)
    assert gw.out("eve+box", "echo on") == "on\n"
    wait_spares(gw)
    assert len([line for line in gw.lines if "no namespaces can be made ahead: one was killed" in line]) <= 2
    gw.stop()


def test_they_outlive_the_monitor(gw):
    before = wait_spares(gw)
    gw.crash()
    assert set(gw.spares()) == before
    t = gw.shell("demo+box")
    assert set(gw.inits()) < before
    assert t.run("echo on")[0] == "on\n"


def test_they_end_with_the_builder(gw):
    family, spares = gw.family(), wait_spares(gw)
    os.kill(gw.builder, signal.SIGKILL)
    assert gw.wait_end() == 1
    wait_until(lambda: not any(map(g.is_alive, [*family, *spares])), "all are gone")
    gw.start()
    assert not [d for d in gw.cgroups() if re.search(r"/s\d+$", d)]
    gw.stop()


@pytest.mark.parametrize("command", ["reload", "upgrade"])
def test_none_of_before_is_used_after(gw, command):
    t = gw.shell("demo+box")
    before = wait_spares(gw)
    done = gw.atoll(command)
    assert done.returncode == 0, done.stderr
    wait_until(lambda: not before & set(gw.spares()), "they are gone")
    assert gw.out("eve+box", "echo new") == "new\n"
    assert wait_spares(gw).isdisjoint(before)
    assert t.run("echo old")[0] == "old\n"
    gw.stop()


def test_none_is_kept_for_nobody(gw):
    t = gw.shell("demo+box")
    wait_spares(gw)
    assert gw.atoll("drain").returncode == 0
    wait_until(lambda: gw.spares() == [], "none is there")
    assert t.run("echo on")[0] == "on\n"
