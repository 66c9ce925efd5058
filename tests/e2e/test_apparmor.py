"""The AppArmor profile of sandboxes: taken where it is there, required or left out as
configured, and what it refuses in the log with its seat.

What it refuses is refused by others, too: so it is shown by itself, on the host, for
root (aa-exec).  A kernel without AppArmor has the tests of the other half.
"""
import json
import os
import re
import subprocess
import time
from pathlib import Path

import pytest

import gateway as g
from apparmor import HAS_APPARMOR, IS_LOADED
from privileged import AS_ROOT, TRACE, compile_program

loaded = pytest.mark.skipif(not IS_LOADED, reason="the profile atoll-sandbox is not loaded here")
without = pytest.mark.skipif(HAS_APPARMOR, reason="this kernel has AppArmor")

pytestmark = pytest.mark.quick

IT = "atoll-sandbox (enforce)"
CURRENT = "cat /proc/self/attr/apparmor/current"


def label(pid):
    """What a process runs under, as the host sees it."""
    return Path(f"/proc/{pid}/attr/apparmor/current").read_text().strip("\0\n")


def host_rows(gw):
    done = subprocess.run([g.BUILD / "atoll", "-c", gw.config_file, "--json", "check-host"],
                          capture_output=True, text=True, timeout=g.PATIENCE)
    rows = {r["check"]: r for r in json.loads(done.stdout)["rows"]}
    return done.returncode, rows["AppArmor profile"]


# --- where it is loaded -----------------------------------------------------------


@pytest.fixture(scope="module")
def gw(start_gateway, tmp_path_factory):
    programs = tmp_path_factory.mktemp("programs")
    compile_program(programs, "trace", TRACE)
    compile_program(programs, "as-root", AS_ROOT)
    lab = {"mounts": [{"source": programs, "target": "/srv/in"}], "setup": "see.setup", "disk": "32M"}
    gw = start_gateway(start=False, accounts=["demo", "eve"], labs={
        "box": lab, "root": {**lab, "user": "root"}, "debug": {**lab, "seccomp": "debug"},
        "setuid": {**lab, "setuid": True},
        "required": {"apparmor": "required"}, "off": {"apparmor": "off"}})
    (gw.labs_dir / "see.setup").write_text("#!/bin/sh -e\n" + CURRENT + " >/etc/setup-was\n"
                                           "cp /srv/in/* /bin\nchmod 4755 /bin/as-root\n")
    (gw.labs_dir / "see.setup").chmod(0o755)
    return gw.start()


@loaded
@pytest.mark.parametrize("lab", ["box", "root", "debug", "setuid", "required"])
def test_every_process_of_a_sandbox_runs_under_it(gw, lab):
    shell = gw.shell(f"demo+{lab}")
    [init] = gw.inits()
    pids = [init, *g.descendants(init)]
    assert len(pids) >= 2
    assert {label(p) for p in pids} == {IT}
    shell.close()
    if lab != "required":
        assert gw.out(f"demo+{lab}", "cat /etc/setup-was") == f"{IT}\n"
    gw.wait_no_sandbox()


@loaded
def test_one_that_stood_ready_does_too(new_gateway):
    gw = new_gateway(labs={"warm": {"warm": 1}})
    [ready] = g.wait_until(gw.inits, "one stands ready")
    assert label(ready) == IT
    assert gw.out("demo+warm", CURRENT) == f"{IT}\n"


@loaded
def test_a_lab_may_go_without(gw):
    shell = gw.shell("demo+off")
    [init] = gw.inits()
    assert IT not in {label(p) for p in [init, *g.descendants(init)]}
    shell.close()
    gw.wait_no_sandbox()


@loaded
def test_our_own_processes_do_not(gw):
    assert not any("atoll-sandbox" in label(p) for p in gw.family())


@loaded
def test_what_it_refuses_is_told_with_the_seat(gw):
    """By the file's name: what is mounted there is empty, and was read before."""
    since = len(gw.lines)
    with gw.ssh_start("eve+box", "head -c 1 /proc/kcore; sleep 100") as stays:
        assert "ermission denied" in stays.stderr.readline()
        said = gw.wait_log("AppArmor refused", since).string
        stays.kill()
    assert re.search(r'<4>sandbox=\d+ account=eve lab=box AppArmor refused account=eve lab=box operation=open what="/proc/kcore"'
                     r' wanted=r program="head" pid=\d+ untold=0$', said), said


@loaded
def test_a_flood_of_refusals_is_told_in_few_lines(gw):
    since, began = len(gw.lines), time.monotonic()
    gw.ssh("demo+box", "for i in $(seq 50); do head -c 1 /proc/kcore; done; sleep 1")
    gw.wait_no_sandbox()
    said = [line for line in gw.lines[since:] if "AppArmor refused account=demo" in line]
    assert 1 <= len(said) <= 6 + (time.monotonic() - began) // 10, said


DEBUGGED = r"""
#include <unistd.h>
int deep(int n) { return n == 0 ? (int)write(1, "bottom\n", 7) : deep(n - 1); }
int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		pause();
	return deep(3) != 7;
}
"""


@loaded
@pytest.mark.skipif(not g.HAS_DEBIAN, reason="no image debian-dev")
def test_gdb_debugs_and_attaches(new_gateway):
    gw = new_gateway(labs={"gdb": {"image": "debian-dev", "seccomp": "debug", "memory": "256M", "cpus": 2, "linger": "1m"}})
    assert gw.out("demo+gdb", CURRENT) == f"{IT}\n"
    assert gw.ssh("demo+gdb", "cat >a.c && gcc -g -o a a.c", stdin=DEBUGGED).returncode == 0
    said = gw.out("demo+gdb", "gdb -batch -ex 'break deep if n == 0' -ex run -ex bt -ex 'print n' -ex cont ./a >ran 2>&1 & "
                              "./a waits & gdb -batch -p $! -ex bt -ex detach 2>&1; kill $!; "
                              "strace -o calls -e trace=write ./a; wait; cat ran calls")
    for shown in ("deep (n=3)", "$1 = 0", "exited normally", "main (argc=2", "detached", 'write(1, "bottom\\n", 7)'):
        assert shown in said, said
    gw.stop()


@loaded
def test_processes_of_a_sandbox_signal_and_trace_each_other(gw):
    assert gw.out("demo+box", "sleep 100 & kill $! && wait $!; echo $?") == "143\n"
    assert gw.ssh("demo+debug", "trace /bin/true").returncode == 0
    assert gw.ssh("demo+root", "kill -0 1").returncode == 0
    shell = gw.shell("demo+box")
    shell.type("sh -c 'echo be''gun; exec sleep 100'")
    shell.expect("begun\r\n")
    shell.send("\x03")
    shell.expect_prompt()
    shell.close()


@loaded
def test_writing_goes_on_as_before(gw):
    """As packages do: files, owners, links, pipes, terminals, memory that is shared."""
    for lab in ("box", "root", "setuid"):
        assert gw.out(f"demo+{lab}", """cd /tmp && mkdir -p a/b && echo x >a/b/c && ln -s c a/b/d && ln a/b/c e &&
            chmod 600 a/b/c && mkfifo f && rm -r a f && echo y >/dev/shm/z && cp /bin/busybox . && ./busybox cat e""") == "x\n"
    assert gw.out("demo+root", """mkdir -p /usr/lib/new /var/lib/x && cp -a /bin/busybox /usr/lib/new && mv /usr/lib/new /var/lib/x &&
        chown -R 1000:1000 /var/lib/x && chmod 4755 /var/lib/x/new/busybox && rm -r /var/lib/x && echo done""") == "done\n"


@loaded
def test_set_uid_programs_go_on_working(gw):
    assert gw.out("demo+setuid", f"as-root /bin/sh -c 'id -u; {CURRENT}'") == f"0\n{IT}\n"


@loaded
def test_it_is_there_says_check_host(gw):
    status, row = host_rows(gw)
    assert (status, row["state"], row["found"]) == (0, "ok", "the profile atoll-sandbox is loaded")
    assert "go without" not in gw.log


# Each is done by root of this host, once without and once under the profile; the
# first must work, so that what refuses the second is the profile.  AppArmor knows
# mount(2), as busybox calls it, and not mount_setattr(2).
ALONE = {
    "mount": "busybox mount -t tmpfs none {0}",
    "remount": "busybox mount -o remount,nosuid {1}",
    "umount": "busybox umount {1}",
    "sysctl": "cat /proc/sys/vm/swappiness >{0}/is && cat {0}/is >/proc/sys/vm/swappiness",
    "sysrq": "echo h >/proc/sysrq-trigger",
    "sysfs": "cat /sys/class/net/lo/mtu >{0}/is && cat {0}/is >/sys/class/net/lo/mtu",
    "kcore": "head -c 1 /proc/kcore",
    "userns": "unshare --user true",
}
# Of AppArmor 4, and a kernel that has it.
HAS_USERNS = Path("/sys/kernel/security/apparmor/features/namespaces/userns_create").exists()


@loaded
@pytest.mark.parametrize("what", ALONE)
def test_it_refuses_by_itself(what, tmp_path):
    if what == "userns" and not (HAS_USERNS and Path("/etc/apparmor.d/abi/4.0").exists()):
        pytest.skip("this AppArmor has no rule for user namespaces")
    at = tmp_path / "at"
    at.mkdir()
    other = tmp_path / "other"
    other.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "none", other], check=True)
    command = ALONE[what].format(at, other)
    try:
        for under in (["aa-exec", "-p", "atoll-sandbox", "--"], []):
            done = subprocess.run([*under, "sh", "-c", command], capture_output=True, text=True)
            assert (done.returncode == 0) == (not under), (under, done)
    finally:
        for mounted in (at, other):
            while os.path.ismount(mounted):
                subprocess.run(["umount", mounted], check=True)


# --- what is configured -------------------------------------------------------------


def test_a_lab_is_not_less_than_its_site(new_gateway):
    gw = new_gateway(start=False, apparmor="required", labs={
        "same": {"apparmor": "required"}, "as": {"apparmor": "site"}, "none": {},
        "tries": {"apparmor": "try"}, "off": {"apparmor": "off"}})
    said = gw.check().stderr
    for lab, how in (("tries", "try"), ("off", "off")):
        assert re.search(rf'{lab}.conf:\d+: apparmor = "{how}" is less than the site\'s, which is "required"'
                         ": leave it out", said), said
    assert not re.search("(same|as|none).conf", said)


def test_what_it_may_be_is_said(new_gateway):
    gw = new_gateway(start=False, apparmor="maybe", labs={"box": {"apparmor": "yes"}})
    said = gw.check().stderr
    assert re.search(r'atoll.conf:\d+: apparmor = "maybe".*"try", "required" or "off"', said), said
    assert re.search(r'box.conf:\d+: apparmor = "yes".*"try", "required", "off" or "site"', said), said


# --- where there is none ------------------------------------------------------------


@without
def test_by_default_sandboxes_go_without(new_gateway):
    gw = new_gateway(labs={"box": {}, "tries": {"apparmor": "try"}, "off": {"apparmor": "off"}})
    gw.wait_log("<6>AppArmor is not in force: sandboxes go without a profile")
    for lab in ("box", "tries", "off"):
        assert gw.out(f"demo+{lab}", "id -un") == "student\n"
    status, row = host_rows(gw)
    assert (status, row["state"], row["found"]) == (0, "ok", "AppArmor is not in force")


@without
@pytest.mark.parametrize("site, lab", [("required", {}), ("try", {"apparmor": "required"})])
def test_required_is_refused_at_the_start(new_gateway, site, lab):
    gw = new_gateway(start=False, apparmor=site, labs={"box": lab})
    gw.start(ready=False)
    gw.wait_log('AppArmor profile: AppArmor is not in force, and lab box has apparmor = "required"'
                ': boot a kernel with AppArmor, .* or say apparmor = "try"')
    assert gw.child.wait(timeout=g.PATIENCE) != 0
    gw.forget()
    status, row = host_rows(gw)
    assert (status, row["state"]) == (1, "error")
    assert "boot a kernel with AppArmor" in row["cure"]


@without
def test_required_is_refused_at_a_reload_and_changes_nothing(new_gateway):
    gw = new_gateway(labs={"box": {}})
    gw.write_lab("box", {"apparmor": "required"})
    done = gw.atoll("reload")
    assert done.returncode != 0
    assert 'lab box has apparmor = "required"' in done.stderr
    assert gw.out("demo+box", "id -un") == "student\n"


@without
def test_off_says_nothing(new_gateway):
    gw = new_gateway(apparmor="off", labs={"box": {}})
    assert gw.out("demo+box", "id -un") == "student\n"
    assert "AppArmor" not in gw.log
    assert host_rows(gw)[1]["found"] == 'AppArmor is not in force; no lab has apparmor = "try"'
