"""The administrator's tool against a gateway that works."""
import grp
import json
import os
import re
import subprocess
import tempfile
import time

import pytest

import gateway as g
from gateway import wait_until

pytestmark = pytest.mark.quick


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(
        labs={"box": {"memory": "64M", "disk": "8M", "pids": 30}, "stay": {"linger": 60}},
        accounts=["ann", "bob"],
        sandboxes_max=5,
    )


@pytest.fixture(autouse=True)
def empty(gw):
    yield
    while g.terminals:
        g.terminals.pop().close()
    for seat in gw.ls():
        gw.atoll("kill", seat["seat"])
    gw.wait_no_sandbox()


def test_status_tells_what_there_is(gw):
    before = gw.status()
    assert (before["labs"], before["accounts"], before["sandboxes_max"]) == (2, 2, 5)
    assert before["listen"] == f"127.0.0.1:{gw.port}"
    assert before["cgroup"] in ("v1", "v2", "hybrid")
    assert (before["connections"], before["sandboxes"], before["waiting"]) == (0, 0, 0)
    age = time.time() - time.mktime(time.strptime(before["started"] + "UTC", "%Y-%m-%dT%H:%M:%SZ%Z"))
    assert -2 < age < 3600
    shell = gw.shell("ann+box")
    stranger = gw.connect()
    now = wait_until(lambda: (s := gw.status())["unauthenticated"] == 1 and s, "the stranger")
    assert (now["connections"], now["sandboxes"]) == (2, 1)
    stranger.close()
    shell.close()


def test_status_is_a_table_for_people(gw):
    out = gw.atoll("status").stdout
    assert re.search(rf"^listening +127\.0\.0\.1:{gw.port}$", out, re.M)
    assert re.search(r"^sandboxes +0 of 5$", out, re.M)


def test_ls_shows_each_seat_with_sensible_numbers(gw):
    ann, bob = gw.shell("ann+box"), gw.shell("bob+stay")
    again = gw.shell("ann+box")
    ann.run("sleep 600 & sleep 601 & true")
    ann.run("head -c 20000000 /dev/zero | sha256sum; dd if=/dev/zero of=/tmp/x bs=1M count=4")
    one, two = gw.ls()
    assert (one["seat"], one["account"], one["lab"]) == ("ann+box", "ann", "box")
    assert (one["state"], one["address"], one["connections"]) == ("live", "127.0.0.1", 2)
    assert one["memory_max"] == 64 << 20 and one["pids_max"] == 30
    assert 4 << 20 < one["memory"] < 64 << 20
    assert 5 <= one["pids"] <= 10  # init, two shells, two sleeps
    assert 10_000 < one["cpu_us"] < 20_000_000
    assert (two["seat"], two["connections"]) == ("bob+stay", 1)
    assert one["sandbox"] != two["sandbox"]
    del ann, bob, again


def test_ls_is_a_table_for_people(gw):
    shell = gw.shell("ann+box")
    head, row = gw.atoll("ls").stdout.splitlines()
    assert head.split() == "SEAT STATE ADDRESS SINCE MEMORY CPU PIDS CONNS".split()
    assert row.split()[:3] == ["ann+box", "live", "127.0.0.1"]
    assert re.search(r" \d+/30 +1$", row)
    shell.close()


def test_ls_of_a_lab_that_is_not_there_fails(gw):
    done = gw.atoll("ls", "nolab")
    assert (done.returncode, done.stderr) == (1, "atoll: there is no lab of that name\n")


def test_ls_of_nobody_is_empty(gw):
    assert gw.ls() == []
    assert len(gw.atoll("ls").stdout.splitlines()) == 1


def test_kill_tells_the_student_and_ends_the_sandbox(gw):
    shell, other = gw.shell("ann+box"), gw.shell("bob+box")
    done = gw.atoll("kill", "ann+box")
    assert (done.returncode, done.stderr) == (0, "")
    # When the tool returns the sandbox is gone.
    assert [s["seat"] for s in gw.ls()] == ["bob+box"]
    assert len(gw.sandbox_cgroups()) in (1, 3, 4)  # of bob's, one a hierarchy
    text, status = shell.end()
    assert "atoll: your sandbox was ended by the administrator" in text
    assert status == 255
    assert other.run("echo here")[0] == "here\n"
    gw.wait_log("admin uid=0 pid=[0-9]+ kill account=ann lab=box")


def test_kill_ends_a_lingering_sandbox(gw):
    gw.out("ann+stay", "true")
    wait_until(lambda: [s["state"] for s in gw.ls()] == ["lingering"], "it lingers")
    assert gw.atoll("kill", "ann+stay").returncode == 0
    assert gw.ls() == []


def test_a_killed_student_may_come_back(gw):
    gw.shell("ann+box")
    assert gw.atoll("kill", "ann+box").returncode == 0
    assert gw.out("ann+box", "echo back") == "back\n"


@pytest.mark.parametrize("seat", ["ann+box", "nobody+box", "ann+nothing"])
def test_kill_of_a_seat_that_is_not_there_fails(gw, seat):
    done = gw.atoll("kill", seat)
    assert done.returncode == 1
    assert "there is no such seat" in done.stderr


def test_reload_answers_when_the_new_configuration_is_in_force(gw):
    gw.write_lab("extra", {})
    assert gw.atoll("reload").returncode == 0
    assert gw.out("ann+extra", "hostname") == "extra\n"
    (gw.labs_dir / "extra.conf").unlink()
    assert gw.atoll("reload").returncode == 0
    assert gw.status()["labs"] == 2


def test_a_reload_that_fails_says_each_error_and_changes_nothing(gw):
    gw.write_lab("broken", 'image = "busybox";\npids = 1;\nmemory = "x";\n')
    done = gw.atoll("reload")
    (gw.labs_dir / "broken.conf").unlink()
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert f"{gw.labs_dir}/broken.conf:2: pids = 1 is outside 4..4194304" in lines
    assert any(line.startswith(f"{gw.labs_dir}/broken.conf:3: memory") for line in lines)
    assert lines[-1] == "atoll: the old configuration stays in force"
    assert gw.status()["labs"] == 2


def test_two_reloads_at_once_are_both_answered(gw):
    argv = [g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "reload"]
    tools = [subprocess.Popen(argv) for _ in range(8)]
    assert [t.wait(timeout=g.PATIENCE) for t in tools] == [0] * 8


@pytest.mark.parametrize(
    "words", [[], ["fly"], ["kill"], ["kill", "a"], ["ls", "x", "y"], ["ls", "X"], ["--wrong", "ls"]],
    ids=lambda w: " ".join(w) or "nothing",
)
def test_wrong_usage_is_2(gw, words):
    done = gw.atoll(*words)
    assert done.returncode == 2
    assert done.stdout == "" and done.stderr != ""


def test_without_a_daemon_it_is_1_and_says_so(tmp_path):
    done = subprocess.run([g.BUILD / "atoll", "-s", tmp_path / "admin.sock", "ls"],
                          capture_output=True, text=True)
    assert done.returncode == 1
    assert "no gateway answers at" in done.stderr


def test_a_failure_is_json_too(gw):
    done = gw.atoll("--json", "kill", "ann+box")
    assert done.returncode == 1
    assert json.loads(done.stdout)["status"] == 1


@pytest.fixture
def reachable(new_gateway):
    """A gateway whose run_dir anybody can reach: only the socket's mode holds."""
    with tempfile.TemporaryDirectory(prefix="atoll-e2e.") as top:
        os.chmod(top, 0o755)
        gw = new_gateway(run_dir=f"{top}/run")
        gw.run_dir = g.Path(top) / "run"
        yield gw
        gw.stop()


def as_user(gw, uid, gid, *words):
    return subprocess.run(
        ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups",
         g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", *words],
        capture_output=True, text=True, timeout=g.PATIENCE,
    )


def test_an_ordinary_user_is_refused(reachable):
    done = as_user(reachable, 65534, 65534, "ls")
    assert done.returncode == 1
    assert "is for root and the members of group atoll only" in done.stderr


def test_a_member_of_the_group_is_served(reachable):
    done = as_user(reachable, 65534, grp.getgrnam("atoll").gr_gid, "ls")
    assert done.returncode == 0, done.stderr


def test_a_socket_that_somebody_opened_wide_still_asks_who_it_is(reachable):
    os.chmod(reachable.run_dir / "admin.sock", 0o666)
    done = as_user(reachable, 65534, 65534, "status")
    assert done.returncode == 1
    assert "hung up" in done.stderr
    reachable.wait_log("administrator refused uid=65534")
