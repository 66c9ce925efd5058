"""atoll upgrade: the installed programs take over, and nobody notices."""
import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

import gateway as g
from builds import add_a_field, change, compile_programs, copy_tree, installed_programs
from gateway import wait_until


def upgrade(gw, *time):
    done = gw.atoll("upgrade", *time)
    assert done.returncode == 0, f"{done}\n{gw.tail}"
    return done.stdout


def refusal(gw, *time):
    """Why there is none; and the gateway goes on."""
    pid = gw.monitor
    done = gw.atoll("upgrade", *time)
    assert done.returncode == 1, f"{done}\n{gw.tail}"
    assert g.is_alive(pid)
    return done.stderr


@pytest.fixture
def folder():
    with installed_programs() as folder:
        yield folder


@pytest.fixture
def installed(folder, new_gateway):
    """A gateway whose programs can be replaced, as a package does it."""
    gw = new_gateway(start=False, libexec_dir=folder)
    gw.program = folder / "atolld"

    def install(name, program):
        shutil.copy(program, folder / f"{name}.new")
        (folder / f"{name}.new").chmod(0o755)
        os.replace(folder / f"{name}.new", folder / name)

    gw.install = install
    return gw.start()


@pytest.fixture
def broken(tmp_path):
    """A program that does not start.  No script: the monitor may run no shell."""
    path = tmp_path / "broken"
    source = '#include <stdio.h>\nint main(void) { fputs("libgone.so.7: cannot open\\n", stderr); return 1; }\n'
    subprocess.run(["cc", "-x", "c", "-o", path, "-"], input=source, text=True, check=True)
    return path


# --- who is in --------------------------------------------------------------


class Typist(threading.Thread):
    """Somebody who types a line each tenth of a second, and sees each come back."""

    def __init__(self, gw, user):
        super().__init__()
        self.terminal = gw.shell(user)
        self.terminal.type("stty -echo; echo re''ady; cat")
        self.terminal.expect("ready\r\n")
        self.is_over = threading.Event()
        self.trouble, self.typed, self.slowest = None, 0, 0

    def run(self):
        while not self.is_over.is_set():
            begun = time.monotonic()
            self.typed += 1
            self.terminal.send(f"key {self.typed}\n")
            try:
                self.terminal.expect(rf"^key {self.typed}\r\n")
            except AssertionError as e:
                self.trouble = e
                return
            self.slowest = max(self.slowest, time.monotonic() - begun)
            time.sleep(0.1)

    def end(self):
        self.is_over.set()
        self.join()
        assert self.trouble is None
        return self.typed


def numbers(n):
    return "".join(f"{i}\n" for i in range(1, n + 1))


def test_who_types_and_who_copies_files_notice_nothing(new_gateway):
    people = [f"p{i:02}" for i in range(20)]
    gw = new_gateway(accounts=people)
    typists = [Typist(gw, p) for p in people]
    downloads = [gw.ssh_start(p, "i=0; while [ $i -lt 300 ]; do i=$((i+1)); seq 1 200; usleep 5000; done")
                 for p in people[:5]]
    uploads = [gw.ssh_start(p, "sha256sum") for p in people[5:10]]
    sums = [hashlib.sha256() for _ in uploads]
    readers = []
    for d in downloads:
        d.read = []
        readers.append(threading.Thread(target=lambda d=d: d.read.append(d.stdout.read())))
    for t in [*typists, *readers]:
        t.start()
    before = gw.monitor, gw.builder, sorted(gw.inits()), [s["sandbox"] for s in gw.ls()]
    for turn in range(3):
        for i, (u, digest) in enumerate(zip(uploads, sums)):
            text = f"{turn} {i}" * 30000
            digest.update(text.encode())
            u.stdin.write(text)
            u.stdin.flush()
        assert "20 sandboxes went on" in upgrade(gw)
    assert before == (gw.monitor, gw.builder, sorted(gw.inits()), [s["sandbox"] for s in gw.ls()])
    for u, digest in zip(uploads, sums):
        u.stdin.close()
        assert u.stdout.read().split()[0] == digest.hexdigest()
        assert u.wait(g.PATIENCE) == 0
    for d, reader in zip(downloads, readers):
        reader.join()
        assert d.wait(g.PATIENCE) == 0
        assert d.read[0] == numbers(200) * 300
    for t in typists:
        assert t.end() > 3


def test_who_logs_in_meanwhile_waits_and_gets_in(new_gateway):
    gw = new_gateway(accounts=[f"p{i}" for i in range(4)])
    trouble, over = [], threading.Event()

    def log_in(name, by_password):
        while not over.is_set():
            done = (gw.ssh_password(name, "secret", "echo in") if by_password
                    else gw.ssh(name, "echo in"))
            # Nor is anybody told that there is no place.
            if (done.returncode, done.stdout) != (0, "in\n") or "places" in done.stderr:
                trouble.append(done)

    threads = [threading.Thread(target=log_in, args=(f"p{i}", i == 0)) for i in range(4)]
    for t in threads:
        t.start()
    done = [gw.atoll("upgrade") for _ in range(15)]
    over.set()
    for t in threads:
        t.join()
    assert trouble == []
    assert [d.stderr for d in done if d.returncode != 0] == []


def test_who_waits_for_a_place_keeps_it_and_gets_in(new_gateway):
    gw = new_gateway(accounts=["first", "second", "third"], sandboxes_max=1)
    first = gw.shell("first")
    second = gw.terminal("second")
    second.expect("number 1 in the queue")
    third = gw.terminal("third")
    wait_until(lambda: gw.status()["waiting"] == 2, "both wait")
    upgrade(gw)
    assert [s["state"] for s in sorted(gw.ls(), key=lambda s: s["sandbox"])] == ["live", "queued", "queued"]
    first.close()
    second.expect_prompt()
    assert [s["state"] for s in sorted(gw.ls(), key=lambda s: s["sandbox"])] == ["live", "queued"]
    second.close()
    third.expect_prompt()


# --- what was known ---------------------------------------------------------


def test_what_atoll_says_is_the_same_and_times_run_on(new_gateway):
    gw = new_gateway(labs={"box": {}, "stay": {"linger": "4s"}, "short": {"time_limit": "8s"}},
                     accounts=["demo", "other", "third"])
    kept = gw.shell("demo+box")
    begun = time.monotonic()
    short = gw.shell("third+short")
    gw.out("other+stay", "true")
    wait_until(lambda: any(s["state"] == "lingering" for s in gw.ls()), "it lingers")
    left = time.monotonic()
    before, was = gw.ls(), gw.status()
    upgrade(gw)
    after, now = gw.ls(), gw.status()
    changing = ("cpu_us", "memory", "pids")
    assert [{k: v for k, v in s.items() if k not in changing} for s in before] == [
        {k: v for k, v in s.items() if k not in changing} for s in after]
    for same in ("listen", "cgroup", "started", "connections", "sandboxes", "accounts"):
        assert was[same] == now[same]
    wait_until(lambda: not any(s["lab"] == "stay" for s in gw.ls()), "the lingering one ends", 8)
    assert 3 < time.monotonic() - left < 8
    assert "time" in short.end()[0]
    assert 6 < time.monotonic() - begun < 13
    assert kept.run("echo here") == ("here\n", 0)


def first_line(gw):
    """What a client is told at once."""
    with gw.connect() as client:
        return client.recv(1000)


def test_a_guessers_penalty_lasts(new_gateway):
    gw = new_gateway(penalty="1h", penalty_failures=5)
    for name in ("admin", "oracle"):
        assert gw.ssh_password(name, "wrong", "true").returncode != 0
    gw.wait_log("address penalised")
    assert b"too many failed logins" in first_line(gw)
    upgrade(gw)
    assert b"too many failed logins" in first_line(gw)


def test_a_gateway_that_drains_goes_on_draining(new_gateway):
    gw = new_gateway(accounts=["demo", "other"])
    t = gw.shell("demo")
    assert gw.atoll("drain", "1h").returncode == 0
    upgrade(gw)
    assert "starts no new sandbox: log in again in" in gw.ssh("other", "true").stderr
    t.type("exit")
    t.end()
    assert gw.wait_end() == 0


def test_a_kept_home_is_the_same_and_can_be_entered(new_gateway):
    gw = new_gateway(labs={"box": {"home": "persistent"}})
    t = gw.shell()
    t.run("echo mine > ~/file")
    upgrade(gw)
    assert t.run("cat ~/file") == ("mine\n", 0)
    t.type("exit")
    t.end()
    gw.wait_no_sandbox()
    assert gw.out("demo", "cat ~/file") == "mine\n"


# --- again and again --------------------------------------------------------


def memory(pid):
    return int(g.proc_status(pid)["VmRSS"].split()[0])


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def filters(pid):
    """Of seccomp.  The sanitizers' builds have none, which is not to be compared."""
    return 1 if g.SANITIZED else int(g.proc_status(pid)["Seccomp_filters"])


def test_twenty_in_a_row_cost_no_memory_and_no_descriptor(new_gateway):
    gw = new_gateway(accounts=["demo", "other"])
    terminals = [gw.shell("demo"), gw.shell("other")]
    for _ in range(3):
        upgrade(gw)
    both = gw.monitor, gw.builder

    before = [(memory(p), descriptors(p)) for p in both]
    for _ in range(20):
        upgrade(gw)
    for p, (m0, d0) in zip(both, before):
        # The zygotes of before go when they have nobody any more, some time after.
        wait_until(lambda p=p, d0=d0: descriptors(p) <= d0, f"{p} has {d0} descriptors",
                   details=lambda p=p: str(descriptors(p)))
        assert g.SANITIZED or memory(p) < m0 * 1.25 + 1000, before
    assert filters(gw.monitor) == 1  # that of the first, and no other on top of it
    for t in terminals:
        assert t.run("echo here") == ("here\n", 0)


@pytest.mark.parametrize("ms", range(0, 60, 6))
def test_a_stop_in_the_middle_stops_it(new_gateway, ms):
    gw = new_gateway()
    t = gw.shell()
    family = gw.family()
    argv = [g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "upgrade"]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        time.sleep(ms / 1000)
        os.kill(gw.pid, signal.SIGTERM)
        assert gw.wait_end() == 0, gw.tail
    gw.assert_nothing_left(family)
    assert "shutting down" in t.end()[0]


def children(pid):
    return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_stop_while_the_next_builder_is_tried_stops_it(installed, tmp_path):
    """Its answer comes to a monitor that has given the upgrade up."""
    gw = installed
    t = gw.shell()  # the monitor waits for the end of its sandbox
    slow = tmp_path / "slow"
    slow.write_text(f'#!/bin/sh\nsleep 1\nexec {g.BUILD}/atoll-builder "$@"\n')
    gw.install("atoll-builder", slow)
    argv = [g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "upgrade"]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as tool:
        g.wait_until(lambda: any(Path(f"/proc/{n}/comm").read_text() == "atoll-builder\n" for n in children(gw.builder)),
                     "the next builder is tried")
        os.kill(gw.pid, signal.SIGTERM)
        assert "the gateway hung up" in tool.communicate(timeout=g.PATIENCE)[1]
    assert gw.wait_end() == 0, gw.tail
    assert "shutting down" in t.end()[0]
    assert not any("impossible" in line for line in gw.lines)


# --- another build ----------------------------------------------------------


@pytest.fixture(scope="module")
def following(tmp_path_factory):
    """Programs of a build whose every row has a field more, and which speaks of
    nothing internal as ours does."""
    tree = tmp_path_factory.mktemp("following")
    copy_tree(tree)
    rows = tree / "gateway/wire/messages.def"
    rows.write_text(add_a_field(rows.read_text()))
    change(rows, r"^MESSAGE\(LOAD, load, INTERNAL, MONITOR, BUILDER, 0\)",
           "MESSAGE(LOAD, load, INTERNAL, MONITOR, BUILDER, 0, FIELD(text, later))", 1)
    change(tree / "Makefile", r"^VERSION\s*:=.*", "VERSION := 9.9", 1)
    return compile_programs(tree, "", "monitor", "loader", "builder", "session", "init", "lab")


@pytest.mark.slow
def test_the_tool_of_the_next_build_brings_it_about_and_all_go_on(installed, following):
    gw = installed
    typist = Typist(gw, "demo")
    typist.start()
    tool = following.pop("")
    for name, path in following.items():
        gw.install(path.name, path)
    asked = subprocess.run([tool, "-s", gw.run_dir / "admin.sock", "status"], capture_output=True, text=True)
    assert asked.returncode == 1
    assert "another build" in asked.stderr
    done = subprocess.run([tool, "-s", gw.run_dir / "admin.sock", "upgrade"], capture_output=True, text=True)
    assert done.returncode == 0, f"{done}\n{gw.tail}"
    assert done.stdout == "upgraded from 0.1 to 9.9: 1 connection and 1 sandbox went on\n"
    time.sleep(0.5)  # of typing
    assert typist.end() > 3
    assert gw.out("demo", "echo in") == "in\n"
    typist.terminal.close()
    gw.wait_log("sandbox ended")
    assert gw.out("demo", "echo again") == "again\n"


@pytest.mark.slow
def test_a_crash_between_the_programs_and_the_upgrade_ends_it_with_the_reason(installed, following):
    """The monitor that is installed cannot talk to the builder that runs."""
    gw = installed
    gw.shell()
    family = gw.family()
    gw.install("atoll-monitor", following["monitor"])
    os.kill(gw.monitor, signal.SIGKILL)
    assert gw.wait_end() == 1
    assert "another build" in gw.log
    gw.assert_nothing_left(family)


def test_what_the_configuration_says_by_then_is_in_force(new_gateway):
    gw = new_gateway()
    upgrade(gw)  # nothing has changed
    assert gw.out("demo", "echo in") == "in\n"
    gw.write_config(accounts=[gw.account("late")])
    upgrade(gw)
    assert gw.out("late", "echo in") == "in\n"
    assert gw.ssh("demo", "true").returncode != 0
    gw.write_lab("box", {"image": "nowhere"})
    assert gw.atoll("reload").returncode == 1
    gw.write_lab("box", {})
    assert gw.atoll("reload").returncode == 0
    assert gw.out("late", "echo in") == "in\n"


# --- refused ----------------------------------------------------------------


def test_a_broken_configuration_is_a_reason(new_gateway):
    gw = new_gateway()
    t = gw.shell()
    gw.write_lab("box", {"pids": -5})
    assert "pids" in refusal(gw)
    assert t.run("echo here") == ("here\n", 0)
    assert gw.out("demo", "echo in") == "in\n"


@pytest.mark.parametrize("name", ["atoll-monitor", "atoll-builder", "atoll-session", "atoll-init", "atoll-lab", "atoll-keys", "atoll-staff", "atoll-recorder", "atoll-signer", "atoll-web", "atoll-net", "atoll-names", "atoll-collector", "atoll-publish", "atoll-browser"])
def test_a_program_that_does_not_start_is_a_reason(installed, broken, name):
    gw = installed
    t = gw.shell()
    gw.install(name, broken)
    said = refusal(gw)
    assert f"the installed {name}: libgone.so.7: cannot open" in said
    assert t.run("echo here") == ("here\n", 0)
    gw.install(name, g.BUILD / name)
    upgrade(gw)
    assert t.run("echo here") == ("here\n", 0)
    for pid in (gw.monitor, gw.builder):
        assert "(deleted)" not in os.readlink(f"/proc/{pid}/exe")
    assert gw.out("demo", "echo in") == "in\n"


@pytest.mark.slow
def test_a_build_that_cannot_read_what_this_one_leaves_is_a_reason(installed, tmp_path):
    gw = installed
    t = gw.shell()
    tree = tmp_path / "older"
    copy_tree(tree)
    change(tree / "gateway/wire/lasting.h", r"^#define LASTING_STATE\s+\d+", "#define LASTING_STATE 0", 1)
    gw.install("atoll-builder", compile_programs(tree, "builder")["builder"])
    assert ("the installed atoll-builder: the state is that of a newer build (it can be read from"
            " number 1 on, ours is 0)" in refusal(gw))
    assert t.run("echo here") == ("here\n", 0)


@pytest.mark.slow
def test_a_build_that_needs_more_than_the_jail_allows_is_a_reason(installed, tmp_path):
    """The monitor's jail outlives its program: monitor_jail.h."""
    gw = installed
    t = gw.shell()
    tree = tmp_path / "needy"
    copy_tree(tree)
    header = tree / "gateway/monitor/monitor_jail.h"
    change(header, r"^#define MONITOR_JAIL\s+\d+", "#define MONITOR_JAIL 4001", 1)
    change(header, r"^#define MONITOR_JAIL_OLDEST\s+\d+", "#define MONITOR_JAIL_OLDEST 4001", 1)
    gw.install("atoll-monitor", compile_programs(tree, "monitor")["monitor"])
    assert ("the installed atoll-monitor: the gateway runs with what a monitor of another build may do (jail 1,"
            " ours is 4001), and this one needs more: restart the gateway" in refusal(gw))
    assert t.run("echo here") == ("here\n", 0)


@pytest.mark.slow
@pytest.mark.skipif(g.SANITIZED, reason="the sanitizers' builds have no filter to look at")
def test_a_build_from_before_there_was_a_jail_becomes_one_with_it(installed, tmp_path):
    gw = installed
    tree = tmp_path / "free"
    copy_tree(tree)
    change(tree / "gateway/monitor/main.c", r"monitor_jail_enter\(&m->jail, takeover_program\(\), m->state_dir,\s*e\)",
           "(void)m, (void)e, 0", 1)
    gw.install("atoll-monitor", compile_programs(tree, "monitor")["monitor"])
    gw.stop()
    gw.start()
    t = gw.shell()
    assert filters(gw.monitor) == 0
    gw.install("atoll-monitor", g.BUILD / "atoll-monitor")
    upgrade(gw)
    assert filters(gw.monitor) == 1
    assert t.run("echo here") == ("here\n", 0)
    add = gw.atoll("account", "add", "zoe", "--key", f"{gw.keys.student}.pub")
    assert add.returncode == 0, add
    upgrade(gw)
    assert filters(gw.monitor) == 1
    assert gw.out("demo", "echo in") == "in\n"


WITHOUT_LANDLOCK = """#!/usr/bin/python3
import ctypes, os, struct, sys
# seccomp(2): ENOSYS for landlock_create_ruleset, which is 444 everywhere
code = [(0x20, 0, 0, 0), (0x15, 0, 1, 444), (0x06, 0, 0, 0x00050026), (0x06, 0, 0, 0x7fff0000)]
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *c) for c in code))
program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", 4, ctypes.addressof(code)))
assert ctypes.CDLL(None).prctl(22, 2, program, 0, 0) == 0
os.execv(ATOLLD, [ATOLLD, *sys.argv[1:]])
"""


def test_a_kernel_without_landlock_is_a_line_in_the_log(folder, new_gateway):
    gw = new_gateway(start=False)
    gw.program = folder / "start"
    gw.program.write_text(WITHOUT_LANDLOCK.replace("ATOLLD", repr(str(g.BUILD / "atolld"))))
    gw.program.chmod(0o755)
    gw.start()
    warning = "this kernel has no Landlock"
    assert gw.log.count(warning) == 1
    t = gw.shell()
    upgrade(gw)
    assert gw.log.count(warning) == 2
    assert t.run("echo here") == ("here\n", 0)


def test_a_gateway_from_before_there_was_a_supervisor_needs_a_restart(new_gateway):
    """What such an atolld has the new one try, and shows to whoever asked."""
    gw = new_gateway(start=False)
    done = gw.check("-u", "0", "-R")
    assert done.returncode == 1
    assert done.stderr == "the gateway is of a build without a supervisor: restart it\n"


@contextlib.contextmanager
def export(gw):
    """One that is under way until its output is read."""
    with subprocess.Popen([g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "lab", "export", "demo+box"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as tool:
        gw.wait_log("export account=demo")
        yield tool
        out, err = tool.communicate(timeout=g.PATIENCE)
        assert tool.returncode == 0, err
        assert len(out) > 4000000


def test_an_export_that_runs_is_a_reason(new_gateway):
    gw = new_gateway()
    t = gw.shell()
    t.run("head -c 4000000 /dev/urandom > /tmp/x")
    with export(gw):
        assert "an export is running: try again" in refusal(gw, "0")
        said = refusal(gw, "2s")
        assert "waiting: an export is running\n" in said
        assert "an export is running: try again" in said
        assert gw.out("demo", "echo in") == "in\n"
    upgrade(gw, "0")


def test_an_export_is_waited_for_and_logins_go_on(new_gateway):
    gw = new_gateway()
    t = gw.shell()
    t.run("head -c 4000000 /dev/urandom > /tmp/x")
    argv = [g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "upgrade"]
    with export(gw):
        tool = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert tool.stderr.readline() == "atoll: waiting: an export is running\n"
        for _ in range(3):
            assert gw.out("demo", "echo in") == "in\n"
    assert "upgraded from" in tool.communicate(timeout=g.PATIENCE)[0]
    assert tool.returncode == 0
    assert t.run("echo here") == ("here\n", 0)


def test_a_span_that_is_none_is_refused(new_gateway):
    done = new_gateway(start=False).atoll("upgrade", "soon")
    assert done.returncode == 2
    assert '"soon" is no span of time' in done.stderr


def test_scripts_get_an_object(new_gateway):
    gw = new_gateway()
    done = gw.atoll("--json", "upgrade")
    said = json.loads(done.stdout)
    assert said["status"] == 0
    assert said["text"].startswith("upgraded from ")


# --- a host that is short of something -----------------------------------------


@pytest.fixture
def full_disk(tmp_path):
    """A state_dir with no byte left; fill() makes it so."""
    at = tmp_path / "state"
    at.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", at], check=True)

    def fill():
        with open(at / "filler", "wb", buffering=0) as f, contextlib.suppress(OSError):
            while True:
                f.write(b"0" * 4096)

    yield at, fill
    wait_until(lambda: subprocess.run(["umount", at]).returncode == 0, "unmounted")


def test_a_full_disk_is_no_obstacle(full_disk, new_gateway):
    """What the next build is left is in memory."""
    at, fill = full_disk
    gw = new_gateway(state_dir=str(at), labs={"box": {"linger": "1h"}})
    t = gw.shell()
    fill()
    with open(at / "more", "wb", buffering=0) as f, pytest.raises(OSError):
        f.write(b"0" * 65536)
    upgrade(gw)
    assert t.run("echo here") == ("here\n", 0)
    assert gw.out("demo", "echo in") == "in\n"
    t.close()
    gw.stop()
