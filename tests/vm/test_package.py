"""The Debian package on a real system: installed, used, upgraded, removed.

One life, told in order: each test goes on where the one before it ended.
"""
import contextlib
import os
import re
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
import gateway as g  # noqa: E402
from gateway import wait_until  # noqa: E402

DEB = Path("/work/deb/atoll.deb")
NEWER = Path("/work/deb/newer.deb")
GROUP = Path("/sys/fs/cgroup/system.slice/atolld.service")
ETC = Path("/etc/atoll")
KEY = ETC / "ssh_host_ed25519_key"
CONF = ETC / "atoll.conf"
STATE = Path("/var/lib/atoll")
BUILD_IMAGE = "/usr/share/atoll/images/build"
PROFILES = Path("/sys/kernel/security/apparmor/profiles")
SLOW = 120  # seconds: an emulated machine

BOX = """\
image = "busybox";
open = true;
memory = "64M"; cpus = 0.5; pids = 32; disk = "16M";
"""


# --- doing things -----------------------------------------------------------


def run(*argv, ok=True):
    done = subprocess.run(argv, capture_output=True, text=True, timeout=SLOW)
    if ok:
        assert done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}\n{journal()}"
    return done


def journal(lines=40):
    done = subprocess.run(
        ["journalctl", "-u", "atolld", "-n", str(lines), "-o", "cat", "--no-pager"],
        capture_output=True,
        text=True,
    )
    return done.stdout


def show(what):
    return run("systemctl", "show", "-P", what, "atolld").stdout.strip()


def is_active():
    return run("systemctl", "is-active", "--quiet", "atolld", ok=False).returncode == 0


def install(deb):
    return run("dpkg", "-i", str(deb))


def ssh(command, password="secret", ok=True, stdin=None):
    argv = ["sshpass", "-p", password, "ssh", "-p", "2222", "-F", "none"]
    for option in (
        "StrictHostKeyChecking=no",
        "UserKnownHostsFile=/dev/null",
        "PubkeyAuthentication=no",
        "NumberOfPasswordPrompts=1",
        "LogLevel=ERROR",
    ):
        argv += ["-o", option]
    done = subprocess.run(
        [*argv, "alice@127.0.0.1", command],
        capture_output=True,
        text=True,
        timeout=SLOW,
        stdin=stdin,
    )
    if ok:
        assert done.returncode == 0, f"{done.stdout}{done.stderr}\n{journal()}"
    return done


def configure():
    """An account and a lab, as an organizer would."""
    text = CONF.read_text()
    account = {"name": "alice", "password": g.yescrypt("secret")}
    assert "\naccounts = ();" in text
    CONF.write_text(text.replace("\naccounts = ();", f"\naccounts = {g.libconfig([account])};"))
    (ETC / "labs/box.conf").write_text(BOX)


# --- looking ----------------------------------------------------------------


def processes(group):
    """Names of the processes in a control group."""
    pids = (group / "cgroup.procs").read_text().split()
    return sorted(g.proc_status(p).get("Name", "gone") for p in pids)


def number(file, key):
    return int(re.search(rf"^{key} (\d+)$", file.read_text(), re.M).group(1))


def inodes(groups):
    """Of those that are still there."""
    found = set()
    for group in groups:
        with contextlib.suppress(FileNotFoundError):
            found.add(group.stat().st_ino)
    return found


def groups():
    return sorted((GROUP / "labs").glob("s*"))


def sandboxes():
    """The groups of those, without what was made ahead and waits."""
    return [d for d in groups() if int(d.name[1:]) < g.OWN_NUMBERS or g.has_init(d)]


def atoll_mounts():
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return [line for line in lines if "atoll" in line]


def atoll_processes():
    names = {p: g.proc_status(p).get("Name", "") for p in g.all_processes()}
    return sorted(n for n in names.values() if n.startswith("atoll"))


def assert_stopped():
    """No process, group, mount or socket of a service that ran."""
    assert not is_active()
    assert atoll_processes() == []
    assert not GROUP.exists()
    assert atoll_mounts() == []
    assert not Path("/run/atoll").exists()


@pytest.fixture
def student():
    """Somebody who stays: a process of theirs, and their sandbox's group."""
    argv = ["sshpass", "-p", "secret", "ssh", "-p", "2222", "-F", "none", "-tt"]
    argv += ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
    argv += ["-o", "PubkeyAuthentication=no", "-o", "LogLevel=ERROR", "alice@127.0.0.1"]
    terminal = g.Terminal(argv)
    terminal.expect_prompt(SLOW)
    yield terminal
    terminal.close()


# --- installed --------------------------------------------------------------


def test_it_installs_and_serves_at_once():
    install(DEB)
    assert is_active(), journal()
    assert show("Type") == "notify"
    assert re.search(r"ready address=0\.0\.0\.0 port=2222", journal())


def test_control_groups_are_version_2():
    assert "cgroups found mode=v2" in journal()


def test_the_host_key_is_this_machine_s_own():
    mode = KEY.stat()
    assert stat.S_IMODE(mode.st_mode) == 0o600
    assert (mode.st_uid, mode.st_gid) == (0, 0)
    listed = run("dpkg", "-L", "atoll").stdout
    assert "/etc/atoll/atoll.conf" in listed
    assert "ssh_host" not in listed


def test_nobody_can_log_in_yet():
    done = ssh("true", ok=False)
    assert done.returncode in (5, 255)  # sshpass, ssh: refused
    assert "ermission denied" in done.stderr or done.returncode == 5
    assert "accounts=0" in journal()


def monitor():
    """The one that serves, a child of the unit's main process."""
    pids = (GROUP / "supervisor/cgroup.procs").read_text().split()
    [pid] = [int(p) for p in pids if g.proc_status(p).get("Name") == "atoll-monitor"
             and g.parent_of(p) == int(show("MainPID"))]
    return pid


def test_the_monitor_has_given_root_up():
    assert g.proc_status(int(show("MainPID")))["Name"] == "atolld"
    status = g.proc_status(monitor())
    assert set(status["Uid"].split()) != {"0"}
    assert int(status["CapPrm"], 16) == int(status["CapBnd"], 16) == 0
    assert status["NoNewPrivs"] == "1"


def test_the_directories_are_root_s():
    for path in (ETC, STATE, Path("/run/atoll")):
        assert path.stat().st_uid == 0, path
        assert not path.stat().st_mode & 0o022, path


def test_the_builder_holds_no_capability_that_the_unit_denies():
    pids = (GROUP / "supervisor/cgroup.procs").read_text().split()
    [builder] = [p for p in pids if g.proc_status(p)["Name"] == "atoll-builder"]
    allowed = set(show("CapabilityBoundingSet").split())
    have = int(g.proc_status(builder)["CapBnd"], 16)
    assert have
    assert len(allowed) >= have.bit_count()
    assert "cap_sys_module" not in allowed
    # Else set-uid programs would work in no lab.
    assert g.proc_status(builder)["NoNewPrivs"] == "0"


def test_the_sandboxes_have_an_apparmor_profile():
    installed = Path("/etc/apparmor.d/atoll-sandbox")
    run("apparmor_parser", "-Q", str(installed))
    text = installed.read_text()
    assert ("userns" in text) == Path("/etc/apparmor.d/abi/4.0").exists()
    if not PROFILES.exists():
        pytest.skip("the kernel runs without AppArmor")
    assert "atoll-sandbox (enforce)" in PROFILES.read_text()
    # It was there before the service, which looks when it starts.
    assert "go without" not in journal()


def test_an_apparmor_profile_is_loaded_where_the_parser_knows_it():
    installed = Path("/etc/apparmor.d/atoll-builder")
    if not Path("/etc/apparmor.d/abi/4.0").exists():
        assert not installed.exists()
        pytest.skip("this AppArmor has no rule for user namespaces")
    assert installed.exists()
    run("apparmor_parser", "-Q", str(installed))
    if not PROFILES.exists():
        pytest.skip("the kernel runs without AppArmor")
    assert "atoll-builder (unconfined)" in PROFILES.read_text()


# --- used -------------------------------------------------------------------


def test_an_organizer_adds_an_image_a_lab_and_an_account():
    run(BUILD_IMAGE, "busybox")
    configure()
    run("atolld", "-t")
    run("systemctl", "reload", "atolld")
    assert "labs=1 accounts=1" in journal()


def test_a_student_gets_a_shell():
    assert ssh("id -un; hostname; cat /proc/1/comm").stdout.splitlines()[0] == "student"


def test_one_student_is_followed_in_the_journal():
    wait_until(lambda: "connection ended" in run("atoll", "log", "alice+box", "--since", "1h", ok=False).stdout,
               "the end of one", SLOW, journal)
    said = run("atoll", "log", "alice").stdout
    assert re.search(r"^conn=\d+ account=alice login method=", said, re.M), said
    fields = run("journalctl", "-u", "atolld", "-o", "json", "ATOLL_ACCOUNT=alice", "ATOLL_LAB=box").stdout
    assert '"ATOLL_SANDBOX"' in fields and '"_TRANSPORT":"journal"' in fields


needs_apparmor = pytest.mark.skipif(not PROFILES.exists(), reason="the kernel runs without AppArmor")


def refusals():
    return re.findall("AppArmor refused account=alice lab=box operation=open .*", journal(500))


@needs_apparmor
def test_a_student_is_under_the_profile_and_what_it_refuses_is_told():
    """By the unit's rights: whoever starts the builder gives it CAP_AUDIT_READ."""
    assert ssh("cat /proc/self/attr/apparmor/current").stdout == "atoll-sandbox (enforce)\n"
    assert ssh("head -c 1 /proc/kcore", ok=False).returncode != 0
    wait_until(refusals, "it is told", SLOW, journal)
    assert 'what="/proc/kcore" wanted=r program="head"' in refusals()[-1]
    rows = run("atoll", "check-host").stdout
    assert "the profile atoll-sandbox is loaded" in rows
    assert "the kernel tells them" in rows


SWITCH = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_unconfined")


@pytest.mark.skipif(not SWITCH.exists(), reason="this kernel does not restrict changes of profile")
def test_the_builder_s_own_profile_lets_sandboxes_take_theirs():
    """Where that is restricted, as on Ubuntu, who is unconfined could only add it."""
    [builder] = [p for p in (GROUP / "supervisor/cgroup.procs").read_text().split()
                 if g.proc_status(p)["Name"] == "atoll-builder"]
    current = Path(f"/proc/{builder}/attr/apparmor/current").read_text()
    assert current == "atoll-builder (unconfined)\n"
    before = SWITCH.read_text()
    SWITCH.write_text("1")
    try:
        assert ssh("cat /proc/self/attr/apparmor/current").stdout == "atoll-sandbox (enforce)\n"
        assert ssh("sleep 100 & kill $! && wait $!; echo $?").stdout == "143\n"
    finally:
        SWITCH.write_text(before)


def test_a_broken_file_fails_the_reload_and_changes_nothing():
    (ETC / "labs/broken.conf").write_text("memory = ;\n")
    done = run("systemctl", "reload", "atolld", ok=False)
    assert done.returncode != 0
    (ETC / "labs/broken.conf").unlink()
    assert is_active()
    ssh("true")


def test_our_processes_are_in_a_leaf_beside_the_labs(student):
    assert processes(GROUP) == []
    names = processes(GROUP / "supervisor")
    assert {"atolld", "atoll-monitor", "atoll-builder", "atoll-session"} <= set(names)
    for group in (GROUP, GROUP / "labs"):
        enabled = set((group / "cgroup.subtree_control").read_text().split())
        assert {"cpu", "memory", "pids"} <= enabled, group
    assert (GROUP / "labs/cpu.weight").read_text() == "33\n"  # the leaf has 100


def test_a_sandbox_s_group_has_the_limits_of_its_lab(student):
    [group] = sandboxes()
    limits = {
        f: (group / f).read_text().strip()
        for f in ("memory.max", "memory.swap.max", "cpu.max", "pids.max")
        if (group / f).exists()
    }
    assert limits.pop("memory.swap.max", "0") == "0"
    assert limits == {"memory.max": str(64 << 20), "cpu.max": "50000 100000", "pids.max": "32"}
    assert "atoll-init" in processes(group)
    assert len(processes(group)) >= 2


def test_the_group_is_gone_with_the_student():
    ssh("true")
    wait_until(lambda: not sandboxes(), "no group of a sandbox", SLOW)


def test_too_much_memory_is_met_by_the_limit(student):
    [group] = sandboxes()
    student.type("x=0123456789; while :; do x=$x$x; done")
    student.expect("atoll: .*memory = ", SLOW)
    assert number(group / "memory.events", "oom_kill") > 0


def test_too_many_processes_are_met_by_the_limit(student):
    [group] = sandboxes()
    student.type("for i in $(seq 40); do sleep 100 & done")
    student.expect("atoll: .*pids = ", SLOW)
    assert int((group / "pids.current").read_text()) <= 32


def test_too_much_disk_is_met_by_the_limit(student):
    student.type("dd if=/dev/zero of=/tmp/full bs=1M")
    student.expect("atoll: .*disk = ", SLOW)


def test_processor_time_is_held_to_the_limit(student):
    [group] = sandboxes()
    student.type("while :; do :; done")
    wait_until(lambda: number(group / "cpu.stat", "nr_throttled") > 2, "the limit is felt", SLOW)


def test_the_device_policy_of_the_unit_holds_below_it():
    """For root in a group of the unit, where no sandbox's own rules are."""
    read = "head -c 1 /dev/vda"
    run("sh", "-c", read)
    move = f"echo $$ >{GROUP}/supervisor/cgroup.procs"
    done = run("sh", "-c", f"{move}; head -c 1 /dev/zero && {read}", ok=False)
    assert done.returncode != 0
    assert "Operation not permitted" in done.stderr


# --- accidents --------------------------------------------------------------


def restarted(before):
    """systemd has started it anew, and it serves."""
    wait_until(
        lambda: is_active() and show("MainPID") not in ("0", before), "a restart", SLOW, journal
    )
    ssh("true")


@pytest.mark.parametrize("who", ["atoll-builder", "atolld"])
def test_a_killed_process_leaves_nothing_and_all_starts_anew(who, student):
    before = show("MainPID")
    old = inodes(sandboxes())
    assert len(old) == 1
    pids = (GROUP / "supervisor/cgroup.procs").read_text().split()
    [pid] = [p for p in pids if g.proc_status(p).get("Name") == who]
    os.kill(int(pid), signal.SIGKILL)
    restarted(before)
    wait_until(lambda: not old & inodes(groups()), "the old sandbox is gone", SLOW)


def test_a_crash_of_the_monitor_ends_no_sandbox_and_the_service_stays_active(student):
    main, before, old = show("MainPID"), monitor(), inodes(sandboxes())
    assert len(old) == 1
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: "goes on after a crash sandboxes=1" in journal(), "another serves", SLOW, journal)
    assert monitor() != before
    assert is_active() and show("MainPID") == main
    assert inodes(sandboxes()) == old
    ssh("true")


# --- upgraded, stopped, removed ---------------------------------------------


def test_an_upgrade_ends_nobody_and_keeps_key_configuration_and_state(student):
    kept = [KEY, CONF, ETC / "labs/box.conf", STATE / "images/busybox/manifest.conf"]
    before = [p.read_bytes() for p in kept]
    pid = show("MainPID"), monitor()
    old = inodes(sandboxes())
    assert len(old) == 1
    done = install(NEWER)
    assert "upgraded from" in done.stdout, f"{done.stdout}{done.stderr}\n{journal()}"
    assert [p.read_bytes() for p in kept] == before
    assert is_active(), journal()
    assert (show("MainPID"), monitor()) == pid
    for p in (GROUP / "supervisor/cgroup.procs").read_text().split():
        if g.proc_status(p).get("Name") in ("atoll-monitor", "atoll-builder"):
            assert "(deleted)" not in os.readlink(f"/proc/{p}/exe")
    assert inodes(sandboxes()) == old
    ssh("true")
    if PROFILES.exists():
        count = len(refusals())
        student.type("head -c 1 /proc/kcore")
        wait_until(lambda: len(refusals()) > count, "it is told by the new builder", SLOW, journal)


def test_an_upgrade_whose_unit_has_changed_says_what_to_do(student):
    """What systemd does for it, it does at the next start."""
    pid = show("MainPID")
    unit = Path("/lib/systemd/system/atolld.service")
    unit.write_text(unit.read_text().replace("RestartSec=1", "RestartSec=2"))
    done = install(NEWER)
    assert "its unit atolld.service has changed" in done.stderr
    assert "systemctl restart atolld" in done.stderr
    assert show("MainPID") == pid
    ssh("true")


def test_a_stop_leaves_nothing_and_fails_nothing(student):
    run("systemctl", "stop", "atolld")
    assert show("Result") == "success", journal()
    assert_stopped()
    run("systemctl", "start", "atolld")
    ssh("true")


def test_a_removed_package_leaves_what_was_configured(student):
    run("dpkg", "-r", "atoll")
    assert_stopped()
    for gone in ("/usr/sbin/atolld", "/usr/libexec/atoll", "/usr/share/atoll"):
        assert not Path(gone).exists(), gone
    for kept in (KEY, CONF, ETC / "labs/box.conf", STATE / "images/busybox"):
        assert kept.exists(), kept
    assert list(Path("/etc/apparmor.d").glob("atoll*")) == []
    if PROFILES.exists():
        assert "atoll-" not in PROFILES.read_text()


def test_installed_again_it_goes_on_as_before():
    key = KEY.read_bytes()
    install(DEB)
    assert KEY.read_bytes() == key
    ssh("true")


def test_a_purged_package_leaves_its_users_and_nothing_else():
    run("dpkg", "-P", "atoll")
    assert_stopped()
    for gone in (ETC, STATE, Path("/run/atoll")):
        assert not gone.exists(), gone
    assert list(Path("/etc/apparmor.d").glob("atoll*")) == []
    links = Path("/etc/systemd/system").glob("*/atolld.service")
    assert [str(p) for p in links if p.is_symlink()] == []
    for user in ("atoll", "_atoll", "_atoll_rec", "_atoll_key", "_atoll_web", "_atoll_net", "_atoll_dns", "_atoll_col", "_atoll_pub", "_atoll_brw"):
        run("getent", "passwd", user)
    if PROFILES.exists():
        assert "atoll-" not in PROFILES.read_text()
