"""A seat that looks hostile: who is told, what follows, and who is left alone."""
import os
import re
import shutil
import signal
import subprocess
import tarfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import gateway as g
from builds import change, compile_programs, copy_tree, installed_programs
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
    assert back.returncode != 0 and "your sandbox is frozen, because it looked hostile" in back.stderr
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
    since, before = len(gw.lines), gw.monitor
    os.kill(before, signal.SIGKILL)
    gw.wait_log(r"ready address=", since)
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

ORDINARY = {
    "gcc": "echo 'int main(void){return 0;}' >a.c && gcc -O2 -Wall -o a a.c && ./a",
    "g++": "echo '#include <thread>\nint main(){std::thread t([]{}); t.join();}' >b.cc && g++ -o b b.cc && ./b",
    "make": "printf 'all: x y z\\nx y z:\\n\\ttrue\\n' >Makefile && make -j4",
    "gdb": "gcc -g -o a a.c && gdb -batch -ex 'break main' -ex run -ex bt -ex cont ./a",
    "strace": "strace -f -o /dev/null sh -c 'ls; true'",
    "ltrace": "ltrace -o /dev/null ls",
    "valgrind": "valgrind -q ./a",
    "perf": "perf stat true",
    "python3": "python3 -c 'import asyncio, multiprocessing, sqlite3, subprocess, ctypes, ssl; "
               "subprocess.run([\"true\"]); asyncio.run(asyncio.sleep(0)); multiprocessing.Pool(2).map(abs, [1, 2])'",
    "pip": "python3 -m pip --version",
    "perl": "perl -MSocket -e 'print qx(date)'",
    "ruby": "ruby -e 'puts 1'",
    "node": "node -e 'require(\"fs\").readFile(\"/etc/passwd\", () => {}); require(\"dns\").lookup(\"localhost\", () => {})'",
    "java": "java -version",
    "go": "go version",
    "rustc": "rustc --version",
    "vim": "vim -es -c 'norm ihello' -c wq v.txt",
    "vi": "printf 'ihello\\033:wq\\n' | vi w.txt",
    "nano": "nano --version",
    "emacs": "emacs --batch --eval '(print 1)'",
    "git": "git init -q r && cd r && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m x && git log && git gc -q",
    "tmux": "tmux -L x new -d 'sleep 1' && tmux -L x ls && tmux -L x kill-server",
    "screen": "screen -dmS x sleep 1; screen -ls; screen -S x -X quit",
    "apt-get": "apt-get -s install bash; apt-cache policy bash",
    "apt-get update": "apt-get update",
    "dpkg": "dpkg -l bash; dpkg -S /bin/ls",
    "tar": "tar czf t.tgz /etc/passwd && tar xzf t.tgz",
    "xz": "xz -T2 -k a.c && xz -d -f a.c.xz",
    "zip": "zip z.zip a.c && unzip -o z.zip",
    "ssh-keygen": "ssh-keygen -q -t ed25519 -N '' -f k",
    "ssh": "ssh -o BatchMode=yes -o ConnectTimeout=1 127.0.0.1 true",
    "gpg": "gpg --batch --list-keys",
    "openssl": "openssl speed -seconds 1 -evp aes-128-gcm",
    "curl": "curl -s http://127.0.0.1:1/",
    "wget": "wget -q -T 1 -t 1 http://127.0.0.1:1/",
    "nc": "nc -w 1 127.0.0.1 1",
    "socat": "socat -u OPEN:/etc/passwd STDOUT",
    "ping": "ping -c 1 -W 1 127.0.0.1",
    "traceroute": "traceroute -m 1 127.0.0.1",
    "ip": "ip addr; ip route; ip netns",
    "ss": "ss -antup",
    "tcpdump": "timeout 1 tcpdump -i lo -c 1",
    "nmap": "nmap -p 22 127.0.0.1",
    "dig": "dig +time=1 +tries=1 @127.0.0.1 localhost",
    "ps": "ps aux; pgrep sh",
    "top": "top -bn1",
    "htop": "htop --version",
    "lsof": "lsof -p $$",
    "free": "free; vmstat; uptime; nproc; lscpu",
    "df": "df; du -s /usr/bin; lsblk; findmnt",
    "dmesg": "dmesg",
    "mount": "mount; mount -t tmpfs none /mnt",
    "umount": "umount /mnt",
    "unshare": "unshare -r true",
    "nsenter": "nsenter -t 1 -m true",
    "sudo": "sudo -n true",
    "su": "echo | su -c true",
    "passwd": "passwd -S",
    "hostname": "hostname; hostname other",
    "date": "date; date -s 2026-01-01",
    "crontab": "crontab -l",
    "at": "atq",
    "man": "man ls",
    "less": "less -F /etc/passwd",
    "awk": "awk 'BEGIN { print 1 }'",
    "sed": "sed s/a/b/ /etc/passwd",
    "find": "find / -xdev -name '*.conf' 2>/dev/null | xargs grep -l root 2>/dev/null | head -3",
    "bash": "for i in $(seq 50); do (true) & done; wait; ulimit -a; trap : EXIT",
    "zsh": "zsh -c true",
    "busybox": "busybox ls",
    "sqlite3": "sqlite3 x.db 'create table t(a)'",
    "rsync": "rsync -a /etc/skel/ s/",
    "cmake": "cmake --version",
    "bc": "echo 2^200 | bc",
    "stress-ng cpu": "stress-ng --class cpu --sequential 1 -t 1",
    "stress-ng memory": "stress-ng --vm 1 --vm-bytes 8M --malloc 1 --stack 1 -t 1",
    "stress-ng io": "stress-ng --hdd 1 --hdd-bytes 1M --pipe 1 --poll 1 --sock 1 -t 1",
    "stress-ng processes": "stress-ng --fork 1 --exec 1 --switch 1 --mutex 1 -t 1",
}


KINDS = {"plain": {}, "debug": {"seccomp": "debug"}, "root": {"user": "root"}, "suid": {"setuid": True}}


def ordinary_sessions(gw, lab):
    """One after the other in one sandbox, which is more than one student does in a minute:
    what each was refused that counts, and those that the image has no program for."""
    rows, before, missing = [], 0, []
    for name, command in ORDINARY.items():
        program = name.split()[0]
        done = gw.ssh(f"demo+{lab}", f"command -v {program} >/dev/null || exit 99; ({command}) >/dev/null 2>&1 </dev/null; "
                                     "sleep 0.6")  # until the builder has told
        if done.returncode == 99:
            missing.append(name)
            continue
        after = row(gw, f"demo+{lab}")["trapped_calls"]
        rows.append((name, after - before))
        before = after
    return rows, missing


@pytest.mark.slow
@pytest.mark.skipif(not g.HAS_DEBIAN, reason="no image debian-dev")
def test_ordinary_sessions_are_no_sign(new_gateway, capsys):
    """In a sandbox of each kind, side by side."""
    gw = new_gateway(labs={lab: {"image": "debian-dev", "linger": "1h", "memory": "512M", "disk": "256M", "pids": 256,
                                 **more} for lab, more in KINDS.items()})
    with ThreadPoolExecutor() as pool:
        done = dict(zip(KINDS, pool.map(lambda lab: ordinary_sessions(gw, lab), KINDS)))
    for lab, (rows, missing) in done.items():
        with capsys.disabled():
            print(f"\n{lab}: {len(rows)} ordinary sessions, signs {signs(gw, f'demo+{lab}')};"
                  f" not in the image: {', '.join(missing)}")
            print("  refused calls that count: " + (", ".join(f"{n} {c}" for n, c in rows if c) or "none"))
        assert len(rows) > 30, missing
        assert signs(gw, f"demo+{lab}") == []
    assert not [line for line in gw.lines if "looks hostile" in line]
    gw.stop()
