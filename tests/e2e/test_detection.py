"""A seat that looks hostile: who is told, what follows, and who is left alone."""
import shutil
import time

import pytest

import gateway as g
from privileged import compile_program

# "calls NAME...": makes each of these calls, with arguments that mean nothing, and says
# what came of it.  "calls storm NAME SECONDS": one as often as it can be made.
CALLS = r"""
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
static const struct { const char *name; long number, argument; } calls[] = {
	{ "bpf", SYS_bpf, 9999 }, { "mount", SYS_mount, 1 }, { "setns", SYS_setns, -1 },
	{ "umount2", SYS_umount2, 1 }, { "pivot_root", SYS_pivot_root, 1 },
	{ "unshare", SYS_unshare, CLONE_NEWUSER }, { "userfaultfd", SYS_userfaultfd, -1 },
	{ "perf_event_open", SYS_perf_event_open, 1 }, { "finit_module", SYS_finit_module, -1 },
	{ "io_uring_setup", SYS_io_uring_setup, 0 }, { "getppid", SYS_getppid, 0 },
	{ "sethostname", SYS_sethostname, 1 }, { "keyctl", SYS_keyctl, 9999 },
};
static int find(const char *name)
{
	for (unsigned i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i].name, name) == 0)
			return i;
	exit(2);
}
static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}
int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "storm") == 0) {
		double begun = now(), seconds = atof(argv[3]);
		int at = find(argv[2]), n = 0;
		while (now() - begun < seconds)
			for (int i = 0; i < 10; i++, n++)
				syscall(calls[at].number, calls[at].argument, 0, 0, 0, 0);
		printf("%d %.3f\n", n, (now() - begun) * 1e6 / n);
		return 0;
	}
	for (int i = 1; i < argc; i++) {
		int at = find(argv[i]);
		errno = 0;
		syscall(calls[at].number, calls[at].argument, 0, 0, 0, 0);
		printf("%s %d\n", argv[i], errno);
	}
	return 0;
}
"""
PROBE = "bpf setns mount umount2 pivot_root unshare"
EPERM, ENOSYS = 1, 38


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    return compile_program(tmp_path_factory.mktemp("calls"), "calls", CALLS)


def put(gw, program, seat="bob+c101"):
    """The program is in that seat's home, which stays."""
    done = gw.ssh(seat, "cat >calls; chmod 755 calls", stdin=program.read_bytes(), text=False)
    assert done.returncode == 0, done
    return seat


@pytest.fixture(scope="module")
def site(start_gateway):
    return start_gateway(
        accounts=["bob", "eve", {"name": "ann", "groups": ["teachers"]}, {"name": "mia", "groups": ["maths"]}],
        labs={
            "c101": {"staff": ["teachers"], "linger": "1h"},
            "root": {"staff": ["teachers"], "linger": "1h", "user": "root"},
            "gdb": {"linger": "1h", "seccomp": "debug"},
            "suid": {"linger": "1h", "setuid": True},
            "ctf": {"staff": ["teachers"], "linger": "1h", "respond": {"probes": "expected"}},
        },
    )


@pytest.fixture
def gw(site):
    yield site
    for seat in site.ls():
        site.atoll("kill", seat["seat"])


def row(gw, seat="bob+c101"):
    [found] = [s for s in gw.ls() if s["seat"] == seat]
    return found


def signs(gw, seat="bob+c101"):
    return row(gw, seat)["signs"]


def told(sign, answer, seat="account=bob lab=c101"):
    return rf"{seat} seat looks hostile sign={sign} answer={answer}: "


# --- probes ------------------------------------------------------------------


@pytest.mark.quick
def test_five_different_calls_in_a_minute_are_told_to_staff_and_the_log(gw, program):
    since = len(gw.lines)
    put(gw, program)
    teacher, other = gw.shell("ann+c101"), gw.shell("mia+c101")
    gw.out("bob+c101", "./calls bpf setns mount umount2")
    t = gw.shell("bob+c101")
    t.type("./calls pivot_root")
    teacher.expect(r"atoll: bob\+c101: a program seems to look for a way out of the sandbox "
                   r"\(refused calls: bpf, setns, mount, umount2, pivot_root\)")
    gw.wait_log(told("probes", "tell") + "refused calls: bpf, setns, mount, umount2, pivot_root", since)
    assert signs(gw) == ["probes"] and row(gw)["trapped_calls"] == 5
    assert "live: probes" in gw.atoll("ls").stdout
    assert "live: probes" in gw.ssh("ann", "atoll ls c101").stdout
    # Neither the student nor who is not staff reads of it; and it is told once.
    gw.out("bob+c101", f"./calls {PROBE}")
    g.wait_until(lambda: row(gw)["trapped_calls"] == 11, "all were counted")
    for shell in (t, other):
        shell.type("exit")
        said, _ = shell.end()
        assert "way out" not in said
    assert len([line for line in gw.lines[since:] if "looks hostile" in line]) == 1


@pytest.mark.parametrize("seat", ["bob+c101", "bob+root", "bob+gdb", "bob+suid"])
def test_the_answers_are_those_of_before(gw, program, seat):
    put(gw, program, seat)
    assert gw.out(seat, f"./calls {PROBE} io_uring_setup keyctl") == "".join(
        f"{name} {EPERM}\n" for name in f"{PROBE} io_uring_setup".split()) + f"keyctl {ENOSYS}\n"


def test_what_ordinary_programs_try_is_no_sign(gw, program):
    since = len(gw.lines)
    put(gw, program)
    # Curiosity: one call many times.  Not listed: what a lesson may be about.
    gw.out("bob+c101", "for i in 1 2 3 4 5 6; do ./calls unshare io_uring_setup sethostname keyctl; done")
    # Four, and another one later: a minute is tests/unit/test_signs.c.
    gw.out("bob+c101", "./calls bpf mount setns")
    g.wait_until(lambda: row(gw)["trapped_calls"] == 15, "all were counted", details=lambda: row(gw))
    assert signs(gw) == []
    assert not [line for line in gw.lines[since:] if "looks hostile" in line]


def test_where_probes_are_expected_nothing_is_told_or_counted(gw, program):
    since = len(gw.lines)
    put(gw, program, "bob+ctf")
    shown = gw.out("bob+ctf", f"./calls {PROBE} userfaultfd perf_event_open")
    assert shown.count(f" {EPERM}\n") == 8
    time.sleep(1)
    assert signs(gw, "bob+ctf") == [] and row(gw, "bob+ctf")["trapped_calls"] == 0
    assert not [line for line in gw.lines[since:] if "looks hostile" in line]


def test_a_storm_of_calls_slows_nobody_but_itself(gw, program):
    put(gw, program)
    with gw.ssh_start("bob+c101", "./calls storm bpf 3") as storm:
        begun = time.monotonic()
        for _ in range(5):
            gw.out("eve+c101", "true")
        assert time.monotonic() - begun < 3
        count = int(storm.communicate(timeout=g.PATIENCE)[0].split()[0])
    assert 200 < count < 3 * 200 + 50, count
    # Killed while they wait for their answers.
    gw.ssh("bob+c101", "for i in 1 2 3 4 5 6; do ./calls storm mount 20 & done; sleep 0.5; kill -9 -1")
    assert gw.out("bob+c101", "./calls bpf") == f"bpf {EPERM}\n"


def test_a_setup_that_tries_such_calls_gets_its_answer(new_gateway, program):
    """Nobody is there yet who could be told."""
    gw = new_gateway(labs={"c101": {"setup": "c101.setup", "linger": "1h", "warm": 1,
                                    "mounts": [{"source": program.parent, "target": "/srv/in"}]}}, start=False)
    setup = gw.labs_dir / "c101.setup"
    setup.write_text(f"#!/bin/sh -e\n/srv/in/calls {PROBE} >/root/said\nchmod 644 /root/said\ncp /root/said /tmp\n")
    setup.chmod(0o755)
    gw.start()
    for _ in range(2):
        assert gw.out("demo+c101", "cat /tmp/said").count(f" {EPERM}\n") == 6
        assert row(gw, "demo+c101")["trapped_calls"] == 0
        gw.atoll("kill", "demo+c101")
    gw.stop()
