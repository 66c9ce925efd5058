"""A sandbox meets its own limit, its student reads which, nobody else notices."""
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

import gateway as g
from gateway import wait_until

pytestmark = pytest.mark.quick


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(
        labs={
            "small": {"memory": "32M", "disk": "8M", "inodes": 500, "pids": 20, "cpus": 0.5,
                      "open_files": 16},
            "slow": {"cpus": 0.25},
            "wide": {"cpus": 2.0, "pids": 200},
        },
        accounts=["demo", "bob"],
        connections_per_account=20,
    )


@pytest.fixture
def t(gw):
    yield gw.shell("demo+small")


@pytest.fixture
def neighbour(gw):
    """Someone who works meanwhile, and must not notice."""
    yield gw.shell("bob+small")


def works(terminal):
    began = time.monotonic()
    assert terminal.run("echo $((40 + 2))")[0] == "42\n"
    return time.monotonic() - began


# --- memory -----------------------------------------------------------------


def test_out_of_memory_ends_the_hog_and_names_the_limit(t, neighbour):
    t.type("dd if=/dev/zero of=/dev/null bs=100M count=1; echo sta''tus $?")
    t.expect_all(
        "atoll: out of memory: the limit of this sandbox is memory = 32M; a process was ended",
        r"status 137\r\n[^\n]*\$ ",
    )
    t.type("")
    t.expect_prompt()
    works(t)  # the shell lives
    neighbour.type("echo on''ly")
    neighbour.expect(r"only\r\n")
    assert "out of memory" not in neighbour.child.before


def test_out_of_memory_is_told_without_a_terminal_too(gw):
    keeper = gw.shell("demo+small")
    done = gw.ssh("demo+small", "dd if=/dev/zero of=/dev/null bs=100M count=1; sleep 1; echo after")
    assert done.stdout == "after\n"
    assert "out of memory: the limit of this sandbox is memory = 32M" in done.stderr
    keeper.close()


@pytest.mark.parametrize("command", ["exec {}", "{}; exit $?"])
def test_the_reason_of_a_death_comes_before_the_end(gw, command):
    """Though the builder tells of the limit later than init of the death."""
    wait_until(lambda: gw.inits() == [], "no sandbox")
    hog = "dd if=/dev/zero of=/dev/null bs=100M count=1"
    with gw.ssh_start("demo+small", f"echo here; read go; {command.format(hog)}") as client:
        assert client.stdout.readline() == "here\n"
        [init] = gw.inits()
        [shell] = Path(f"/proc/{init}/task/{init}/children").read_text().split()
        os.kill(gw.builder, signal.SIGSTOP)
        try:
            client.stdin.write("go\n")
            client.stdin.flush()
            wait_until(lambda: not g.is_alive(int(shell)), "it was killed")
        finally:
            os.kill(gw.builder, signal.SIGCONT)
        _, said = client.communicate(timeout=g.PATIENCE)
    assert "out of memory: the limit of this sandbox is memory = 32M" in said


def test_the_smallest_open_files_is_enough_for_a_start(gw):
    """Whatever init itself has open, for others of the seat."""
    shells = [gw.shell("demo+small") for _ in range(3)]
    assert gw.out("demo+small", "ls /proc/self/fd; ulimit -n") == "0\n1\n2\n3\n16\n"
    for shell in shells:
        shell.close()


def test_swap_does_not_help(gw):
    """Memory and swap together: 32M of both, not 32M and the host's swap."""
    shell = gw.shell("demo+small")
    [init] = gw.inits()
    path = [line.split(":")[2] for line in open(f"/proc/{init}/cgroup") if ":memory:" in line]
    if path:
        with open(f"/sys/fs/cgroup/memory{path[0].strip()}/memory.memsw.limit_in_bytes") as f:
            assert int(f.read()) == 32 << 20
    else:
        unified = [line.split("::")[1] for line in open(f"/proc/{init}/cgroup") if "0::" in line]
        with open(f"/sys/fs/cgroup{unified[0].strip()}/memory.swap.max") as f:
            assert f.read() == "0\n"
    shell.close()


# --- processes --------------------------------------------------------------


def test_a_fork_bomb_meets_its_limit_and_the_neighbour_does_not(gw, t, neighbour):
    t.type("b() { b | b & }; b")
    t.expect("atoll: too many processes: the limit of this sandbox is pids = 20")
    print("neighbour's answer, seconds:", round(works(neighbour), 3))
    [seat] = [s for s in gw.ls() if s["account"] == "demo"]
    assert seat["pids"] <= 20
    t.close()
    wait_until(lambda: [s["account"] for s in gw.ls()] == ["bob"], "the bomb is gone",
               details=lambda: gw.tail)
    works(neighbour)


def test_a_command_that_finds_no_process_left_is_told(gw, t):
    t.type("for i in $(seq 30); do sleep 60 & done")
    t.expect("too many processes: the limit of this sandbox is pids = 20")
    done = gw.ssh("demo+small", "true")
    assert done.returncode != 0
    assert "too many processes (pids limit)" in done.stderr


# --- the writable layer -----------------------------------------------------


@pytest.mark.longer
@pytest.mark.parametrize("where", ["/tmp", "/home/student"])
def test_a_full_disk_is_told(t, neighbour, where):
    out, status = t.run(f"dd if=/dev/zero of={where}/big bs=64k; echo; sleep 1.5")
    assert "No space left on device" in out
    text = out + (t.child.before or "")
    assert "atoll: disk full: the limit of this sandbox is disk = 8M" in text
    size = int(t.run(f"stat -c %s {where}/big")[0])
    assert 7 << 20 < size <= 8 << 20
    assert t.run(f"rm {where}/big; echo fine >{where}/small; cat {where}/small")[0] == "fine\n"
    assert neighbour.run("dd if=/dev/zero of=/tmp/x bs=1M count=4 2>&1 | tail -1; rm /tmp/x")[1] == 0


@pytest.mark.longer
def test_too_many_files_are_told(t):
    out, _ = t.run("i=0; while true >/tmp/f$i; do i=$((i + 1)); done; sleep 1.5; echo made $i")
    assert "No space left on device" in out
    assert "atoll: too many files: the limit of this sandbox is inodes = 500" in out
    made = int(out.split("made ")[1])
    assert 400 < made <= 500


def test_shared_memory_counts_as_memory(gw, t):
    out, _ = t.run("dd if=/dev/zero of=/dev/shm/x bs=1M count=64 2>&1; ls -l /dev/shm")
    [seat] = [s for s in gw.ls() if s["account"] == "demo"]
    assert seat["memory"] <= 32 << 20


HOG = """
#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>
int main(void)
{
	int n = 0;
	while (inotify_init() != -1)
		n++;
	printf("%d\\n", n);
	fflush(stdout);
	return sleep(60) != 0;
}
"""


def test_inotify_instances_of_a_sandbox_are_not_the_host_s(new_gateway, tmp_path):
    """They count for root of the host too: one sandbox could take them all."""
    (tmp_path / "hog.c").write_text(HOG)
    subprocess.run(["gcc", "-static", "-o", tmp_path / "hog", tmp_path / "hog.c"], check=True)
    tmp_path.chmod(0o755)
    gw = new_gateway(labs={"box": {"mounts": [{"source": tmp_path, "target": "/hog"}]}},
                     accounts=["demo", "bob"])
    hogs = [gw.terminal(f"{who}+box", "/hog/hog") for who in ("demo", "bob")]
    for hog in hogs:
        hog.expect(r"^16\r\n")
    done = gw.ssh("demo+box", "echo 99999 >/proc/sys/user/max_inotify_instances")
    assert done.returncode != 0


# --- open files -------------------------------------------------------------


@pytest.mark.slow
def test_open_files_of_a_process_are_limited(t):
    assert t.run("ulimit -n; ulimit -Hn")[0] == "16\n16\n"
    out, _ = t.run("for i in $(seq 20); do set -- $@ /etc/passwd; done; "
                   "timeout 2 tail -f $@ >/dev/null")
    assert "Too many open files" in out
    assert t.run("ulimit -n 100")[1] != 0


def test_ptys_of_a_sandbox_are_not_the_host_s(gw):
    """Its terminal lies on a devpts of its own, and is the first one there."""
    shell = gw.shell("demo+small")
    out, status = shell.run("stat -c '%d %n' $(tty)")
    assert status == 0
    device, name = out.split()
    assert int(device) != os.stat("/dev/pts").st_dev
    assert name == "/dev/pts/0"
    shell.close()


# --- processor --------------------------------------------------------------


def used(gw, account, lab):
    [seat] = [s for s in gw.ls() if (s["account"], s["lab"]) == (account, lab)]
    return seat["cpu_us"]


@pytest.mark.slow
def test_a_busy_loop_gets_its_share_of_a_processor(gw):
    shell = gw.shell("demo+slow")
    before, began = used(gw, "demo", "slow"), time.monotonic()
    shell.run("timeout 3 sh -c 'while :; do :; done'")
    share = (used(gw, "demo", "slow") - before) / 1e6 / (time.monotonic() - began)
    print("share of a processor:", round(share, 3))
    # A period's worth of slack above; a loaded machine may give less.
    assert 0.02 < share < 0.35
    shell.close()


def test_a_busy_neighbour_does_not_stop_the_others(gw):
    busy = gw.shell("demo+wide")
    busy.run("for i in 1 2 3 4 5 6 7 8; do (while :; do :; done) & done; true")
    other = gw.shell("bob+wide")
    times = sorted(works(other) for _ in range(20))
    print("answers beside eight loops, seconds: median", round(times[10], 3), "worst",
          round(times[-1], 3))
    assert times[10] < 2
    busy.close()
    wait_until(lambda: all(s["account"] != "demo" for s in gw.ls()), "the loops are gone")


@pytest.mark.longer
def test_the_reasons_are_in_the_log(gw):
    """What the tests above ran into."""
    for text in ("out of memory", "too many processes", "disk full", "too many files"):
        gw.wait_log(rf"account=demo lab=small limit hit limit={text}", timeout=1)
