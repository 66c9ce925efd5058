"""A seat that looks hostile: who is told, what follows, and who is left alone."""
import os
import re
import shlex
import shutil
import subprocess
import tarfile
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import gateway as g
from builds import change, compile_programs, copy_tree, installed_programs
from ordinary import COURSES, HEAVY, MUST_END_WELL, PREPARE, fit, host_programs
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


# --- what a file may say ------------------------------------------------------


@pytest.mark.quick
def test_what_follows_is_said_once_and_of_use(new_gateway):
    gw = new_gateway(start=False, respond=[{"probes": "tell"}, {}], labs={
        "lock": {"respond": {"probes": "freeze", "lock": True}},
        "twice": {"respond": [{}, {}]},
        "word": {"respond": {"load": "shout"}},
        "key": {"respond": {"sleep": "tell"}},
        "good": {"respond": {"limits": "end", "lock": True}}})
    said = gw.check().stderr
    for why in (r"atoll\.conf:\d+: respond is there twice",
                r"lock\.conf:\d+: respond\.lock locks the account of a seat that is ended: set probes, load or "
                r'limits to "end", or leave lock out',
                r"twice\.conf:\d+: respond is there twice",
                r'word\.conf:\d+: load = "shout" must be "expected", "tell", "slow", "freeze" or "end"',
                r"key\.conf:\d+: unknown option sleep"):
        assert re.search(why, said), said
    assert "good.conf" not in said


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


# --- limits ------------------------------------------------------------------


def test_memory_that_runs_out_again_and_again_is_a_sign(new_gateway):
    gw = new_gateway(accounts=["bob", {"name": "ann", "groups": ["teachers"]}],
                     labs={"c101": {"staff": ["teachers"], "linger": "1h", "memory": "32M", "disk": "8M"}})
    hog = "dd if=/dev/zero of=/dev/null bs=100M count=1"
    for _ in range(2):
        gw.ssh("bob+c101", hog)
    time.sleep(1.5)
    assert signs(gw) == []
    for _ in range(4):
        gw.ssh("bob+c101", hog)
    gw.wait_log(told("limits", "tell") + "five processes ended for memory in five minutes")
    assert signs(gw) == ["limits"]


# --- load --------------------------------------------------------------------


@pytest.fixture
def hasty(tmp_path):
    """A folder with the programs, whose monitor looks each five seconds in place of each
    minute, and takes half of what a lab gives for all of it: this machine has other work."""
    tree = tmp_path / "hasty"
    copy_tree(tree)
    signs = tree / "gateway/monitor/seats/signs.h"
    change(signs, r"^#define SIGN_LOAD_MS\s+600000", "#define SIGN_LOAD_MS 50000", 1)
    change(signs, r"^#define SIGN_SAMPLE_MS\s+60000", "#define SIGN_SAMPLE_MS 5000", 1)
    change(signs, r"^#define SIGN_LOAD_PERCENT\s+90", "#define SIGN_LOAD_PERCENT 50", 1)
    with installed_programs() as folder:
        shutil.copy(compile_programs(tree, "monitor")["monitor"], folder / "atoll-monitor")
        yield folder


@pytest.mark.slow
@pytest.mark.skipif(g.SANITIZED, reason="its monitor is compiled without the sanitizers")
def test_all_its_processor_with_nobody_typing_is_a_sign(new_gateway, hasty):
    """The numbers themselves are of tests/unit/test_signs.c."""
    gw = new_gateway(start=False, accounts=["bob", "eve", "mia", "ida"], libexec_dir=hasty,
                     labs={"c101": {"linger": "1h", "cpus": 0.05},
                           "jobs": {"linger": "1h", "cpus": 0.05, "respond": {"load": "expected"}}})
    gw.program = hasty / "atolld"
    gw.start()
    shells = {seat: gw.shell(seat) for seat in ("bob+c101", "eve+c101", "mia+jobs", "ida+c101")}
    begun = time.monotonic()
    for seat in ("bob+c101", "eve+c101", "mia+jobs"):
        shells[seat].type("while :; do :; done")
    while not signs(gw, "bob+c101"):
        assert time.monotonic() - begun < 300, row(gw)
        time.sleep(2)
        shells["eve+c101"].send("x")  # she types
    assert time.monotonic() - begun >= 50
    gw.wait_log(told("load", "tell") + "90 percent and more of what its lab gives, for ten minutes")
    assert signs(gw, "bob+c101") == ["load"]
    for seat in ("eve+c101", "mia+jobs", "ida+c101"):
        assert signs(gw, seat) == [], seat
    assert len([line for line in gw.lines if "looks hostile" in line]) == 1


# --- what follows ------------------------------------------------------------


@pytest.fixture
def lab(new_gateway, program):
    """A gateway whose lab answers probes so, with bob in it, and that shell of his."""
    def make(answer, **more):
        gw = new_gateway(
            accounts=["bob", {"name": "ann", "groups": ["teachers"]}],
            labs={"c101": {"staff": ["teachers"], "linger": "1h", "cpus": 0.5, "time_limit": "2h",
                           "respond": {"probes": answer, **more}}})
        put(gw, program)
        gw.out("bob+c101", "echo kept >kept; chmod 644 kept")
        return gw
    return make


def provoke(gw, answer):
    since = len(gw.lines)
    gw.ssh_start("bob+c101", f"./calls {PROBE}")
    gw.wait_log(told("probes", answer), since)


def quota(gw):
    """Of the only sandbox: percent of a processor."""
    [file] = [f for group in gw.sandbox_cgroups() for name in ("cpu.max", "cpu.cfs_quota_us")
              if (f := Path(group) / name).exists()]
    return int(file.read_text().split()[0]) / 1000


def wait_restraint(gw, how):
    g.wait_until(lambda: row(gw)["restraint"] == how, how, details=lambda: row(gw))


def test_slow_leaves_it_little_of_the_processor_and_thaw_gives_it_back(lab):
    gw = lab("slow")
    t = gw.shell("bob+c101")
    assert quota(gw) == 50
    provoke(gw, "slow")
    t.expect("atoll: this sandbox was slowed, because it looked hostile: ask your instructor")
    wait_restraint(gw, "slowed")
    assert quota(gw) == 5
    assert "live, slowed: probes" in gw.atoll("ls").stdout
    # It goes on, slower.
    assert gw.out("bob+c101", "cat kept") == "kept\n"
    done = gw.ssh("ann", "atoll thaw bob+c101")
    assert (done.returncode, done.stdout) == (0, "bob+c101 goes on as before\n"), done
    t.expect("atoll: this sandbox goes on as before")
    gw.wait_log(r"staff=ann conn=\d+ thaw account=bob lab=c101")
    assert quota(gw) == 50 and row(gw)["restraint"] == "none" and signs(gw) == []
    done = gw.atoll("thaw", "bob+c101")
    assert done.returncode == 1 and "neither slowed nor frozen" in done.stderr
    # A sign that comes again is told again.
    provoke(gw, "slow")
    wait_restraint(gw, "slowed")
    gw.stop()


def frozen(lab):
    gw = lab("freeze")
    t = gw.shell("bob+c101")
    t.type("i=0; while true; do i=$((i+1)); echo $i >count; usleep 10000; done")
    t.expect("done\r\n")
    provoke(gw, "freeze")
    t.expect("atoll: this sandbox was frozen, because it looked hostile: nothing in it is lost; ask your instructor")
    wait_restraint(gw, "frozen")
    return gw


def counted(gw, folder):
    """What its program had counted to, as an export shows it."""
    with open(folder / "out.tar", "wb") as out:
        assert subprocess.run([g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "lab", "export", "bob+c101"],
                              stdout=out, timeout=g.PATIENCE).returncode == 0
    with tarfile.open(folder / "out.tar") as tar:
        [name] = [n for n in tar.getnames() if n.endswith("/count")]
        return tar.extractfile(name).read()


def test_freeze_stops_everything_and_leaves_it_to_be_looked_at(lab, tmp_path):
    gw = frozen(lab)
    assert "live, frozen: probes" in gw.atoll("ls").stdout
    one = counted(gw, tmp_path)
    time.sleep(0.3)
    assert counted(gw, tmp_path) == one
    # Who comes back reads why not, and time goes on being given.
    back = gw.ssh("bob+c101", "true")
    assert back.returncode != 0 and "your sandbox is frozen: nothing in it is lost; ask your instructor" in back.stderr
    assert gw.ssh("ann", "atoll extend bob+c101 20m").returncode == 0
    # Its last connection leaves: it waits for who looks at it.
    for shell in g.terminals:
        shell.close()
    g.wait_until(lambda: row(gw)["connections"] == 0, "bob has left", details=lambda: row(gw))
    time.sleep(1.5)
    assert row(gw)["restraint"] == "frozen"
    assert gw.ssh("ann", "atoll thaw bob+c101").returncode == 0
    assert gw.out("bob+c101", "cat kept") == "kept\n"
    gw.stop()


def test_a_new_channel_of_a_connection_that_is_there_is_told_at_once(lab):
    gw = lab("freeze")
    argv = gw.ssh_argv("bob+c101", options=["ControlMaster=auto", "ControlPersist=60",
                                            f"ControlPath={gw.folder}/control"])

    def start():
        # No pipe for its stderr: the connection's own process keeps it.
        with open(gw.folder / "said", "w+") as said:
            done = subprocess.run([*argv, "cat kept"], stdin=subprocess.DEVNULL, stdout=said,
                                  stderr=said, timeout=g.PATIENCE, env=g.client_environment())
            said.seek(0)
            return done.returncode, said.read()

    assert start() == (0, "kept\n")
    provoke(gw, "freeze")
    wait_restraint(gw, "frozen")
    status, said = start()
    assert status == 255 and "your sandbox is frozen: nothing in it is lost" in said
    assert gw.ssh("ann", "atoll thaw bob+c101").returncode == 0
    assert start() == (0, "kept\n")
    subprocess.run([argv[0], "-O", "exit", *argv[1:]], capture_output=True, timeout=g.PATIENCE)
    gw.stop()


def test_kill_ends_a_frozen_one(lab):
    gw = frozen(lab)
    begun = time.monotonic()
    assert gw.ssh("ann", "atoll kill bob+c101").returncode == 0
    assert time.monotonic() - begun < 5
    assert gw.ls() == [] or [s["seat"] for s in gw.ls()] == []
    assert gw.out("bob+c101", "echo new") == "new\n"
    family = gw.family()
    gw.stop()
    gw.assert_nothing_left(family)


def test_a_gateway_that_ends_takes_a_frozen_one_with_it(lab):
    gw = frozen(lab)
    family = gw.family()
    gw.stop()
    gw.assert_nothing_left(family)


@pytest.mark.longer
def test_an_upgrade_and_a_crash_forget_nothing(lab, tmp_path):
    gw = frozen(lab)
    one = counted(gw, tmp_path)
    done = gw.atoll("upgrade")
    assert done.returncode == 0, done
    assert row(gw)["restraint"] == "frozen" and signs(gw) == ["probes"]
    gw.crash()
    assert row(gw)["restraint"] == "frozen"
    assert counted(gw, tmp_path) == one
    assert "is frozen" in gw.ssh("bob+c101", "true").stderr
    assert gw.atoll("thaw", "bob+c101").returncode == 0
    # And calls are answered and counted as before both.
    assert gw.out("bob+c101", "./calls bpf") == f"bpf {EPERM}\n"
    provoke(gw, "freeze")
    wait_restraint(gw, "frozen")
    gw.stop()


def test_end_ends_it_and_locks_the_account(new_gateway, program):
    gw = new_gateway(accounts=["conf"], labs={"c101": {"linger": "1h", "respond": {"probes": "end", "lock": True}}})
    done = subprocess.run([g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "account", "add", "bob", "--stdin"],
                          input="a good long secret\n", text=True, capture_output=True, timeout=g.PATIENCE)
    assert done.returncode == 0, done
    key = gw.folder / "key.pub"
    key.write_text(g.Keys.public(gw.keys.student) + "\n")
    assert gw.atoll("account", "key", "add", "bob", str(key)).returncode == 0
    for who, locked in (("bob", True), ("conf", False)):
        seat = put(gw, program, f"{who}+c101")
        t = gw.shell(seat)
        t.type(f"./calls {PROBE}")
        t.expect("your sandbox was ended, because it looked hostile: ask your instructor" if not locked
                 else "(your sandbox was ended, because it looked hostile|your account was locked)")
        gw.wait_log(told("probes", "end", f"account={who} lab=c101"))
        g.wait_until(lambda: gw.ls() == [], "its sandbox is gone")
        again = gw.ssh(seat, "echo new")
        assert (again.returncode == 0) != locked, again
    gw.wait_log(r"account=conf lab=c101 the account cannot be locked")
    gw.stop()


@pytest.mark.parametrize("respond", [{}, {"probes": "freeze"}, {"probes": "end", "lock": True}])
def test_who_is_gone_in_a_moment_was_seen_all_the_same(new_gateway, program, respond):
    """A sandbox that lives for less than a second, since it does not linger."""
    gw = new_gateway(labs={"c101": {"linger": "0s", "respond": respond}})
    for n in range(1, 6):
        since = len(gw.lines)
        done = gw.ssh("demo+c101", f"cat >/tmp/calls; chmod 755 /tmp/calls; /tmp/calls {PROBE}",
                      stdin=program.read_bytes(), text=False)
        assert done.returncode == 0, done
        gw.wait_log(told("probes", respond.get("probes", "tell"), "account=demo lab=c101"), since)
        gw.wait_log(r"account=demo lab=c101 sandbox ended", since)
    if "lock" in respond:
        gw.wait_log(r"account=demo lab=c101 the account cannot be locked")
    assert not [line for line in gw.lines if "cannot freeze" in line]
    gw.stop()


# --- who is left alone -------------------------------------------------------

LONGEST = 40  # seconds of a session: this machine has other work
# In each, the programs of this host; "suid" has its image's, which are set-uid.
KINDS = {
    "plain": {"mounts": host_programs()},
    "debug": {"mounts": host_programs(), "seccomp": "debug"},
    "root": {"mounts": host_programs(), "user": "root"},
    "suid": {"image": "debian-admin", "setuid": True, "setup": "admin.setup"},
}


class Course:
    """What one student does in one sandbox: more than others do in an hour."""

    def __init__(self, gw, kind, course):
        self.kind, self.course, self.seat = kind, course, f"{course}+{kind}"
        self.ended = {}
        # One connection, a channel for each: logging in is tested elsewhere.
        self.argv = gw.ssh_argv(self.seat, options=["ControlMaster=auto", "ControlPersist=60",
                                                    f"ControlPath={gw.folder}/{self.seat}"])
        self.start(PREPARE)
        for name, command in COURSES[course].items():
            if name in HEAVY and kind != "debug":
                continue
            program = name.split()[0]
            status, said = self.start(f"export TERM=xterm PATH=$PATH:/usr/sbin:/sbin; command -v {program} >/dev/null || exit 99; "
                                      f"timeout -k 1 {LONGEST} bash -c {shlex.quote(command)} >/tmp/.said 2>&1; "
                                      "status=$?; tail -c 200 /tmp/.said; exit $status")
            if status != 99:
                self.ended[name] = status, said
        time.sleep(1)  # until the builder has told
        self.calls, self.signs = row(gw, self.seat)["trapped_calls"], signs(gw, self.seat)
        subprocess.run([self.argv[0], "-O", "exit", *self.argv[1:]], capture_output=True, timeout=g.PATIENCE)

    def start(self, command):
        with tempfile.TemporaryFile() as out:  # no pipe: the connection's own process keeps it
            done = subprocess.run([*self.argv, command], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                  timeout=g.PATIENCE * 3, env=g.client_environment())
            out.seek(max(0, out.seek(0, os.SEEK_END) - 300))
            return done.returncode, out.read().decode(errors="replace")


@pytest.mark.slow
@pytest.mark.skipif(not g.HAS_DEBIAN or not (g.IMAGES / "debian-admin/rootfs").is_dir(),
                    reason="no image debian-dev, or no debian-admin")
@pytest.mark.skipif(not fit(g.IMAGES / "debian-dev/rootfs"),
                    reason="this host is another Debian than the image: its programs do not fit")
def test_ordinary_sessions_are_no_sign(new_gateway, capsys):
    """Over a hundred in sandboxes of each kind, side by side."""
    gw = new_gateway(accounts=list(COURSES), labs={
        kind: {"image": "debian-dev", "linger": "1h", "memory": "1G", "disk": "256M", "pids": 256, **lab}
        for kind, lab in KINDS.items()}, start=False)
    shutil.copy(g.ROOT / "configs/labs/admin.setup", gw.labs_dir)
    gw.start()
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda both: Course(gw, *both), [(kind, course) for course in COURSES for kind in KINDS]))
    with capsys.disabled():
        print("\nsandbox  course           sessions  ended well  refused calls that count  signs")
        for c in done:
            well = [status for status, _ in c.ended.values()].count(0)
            print(f"{c.kind:8} {c.course:16} {len(c.ended):8} {well:11} {c.calls:25}  {', '.join(c.signs) or 'none'}")
        ended = {name for c in done for name in c.ended}
        well = {name for c in done for name, (status, _) in c.ended.items() if status == 0}
        print(f"{len(ended)} different ones, {len(well)} ended well somewhere; of no sandbox: "
              + ", ".join(name for course in COURSES.values() for name in course if name not in ended))
    for kind in KINDS:
        assert sum(len(c.ended) for c in done if c.kind == kind) >= 100, kind
    nowhere = {name: [c.ended.get(name) for c in done if name in COURSES[c.course]] for name in MUST_END_WELL - well}
    assert not nowhere
    assert [(c.seat, c.signs) for c in done if c.signs] == []
    assert not [line for line in gw.lines if "looks hostile" in line]
    gw.stop()
