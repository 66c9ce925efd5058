"""What a student finds inside, and what is not there."""
import os
import re
import subprocess

import pytest

import gateway as g
from gateway import wait_until

pytestmark = pytest.mark.quick


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """Directories of the host that the lab shows."""
    top = tmp_path_factory.mktemp("shared")
    for name in ("exercises", "handin"):
        (top / name).mkdir()
        (top / name / "task").write_text("do it\n")
    (top / "notice").write_text("read me\n")
    (top / "handin").chmod(0o1777)
    with g.nosuid(top / "handin"):
        yield top


@pytest.fixture(scope="module")
def gw(start_gateway, shared):
    mounts = [
        {"source": shared / "exercises", "target": "/exercises"},
        {"source": shared / "handin", "target": "/srv/hand/in", "writable": True},
        {"source": shared / "notice", "target": "/etc/notice"},
    ]
    return start_gateway(
        labs={
            "box": {"hostname": "desk", "environment": {"COURSE": "c 101", "PAGER": "cat"},
                    "mounts": mounts},
            "root": {"user": "root"},
            "raw": {"capabilities": ["net_raw"]},
            "stay": {"linger": 2},
        },
        accounts=["demo", "eve"],
        connections_per_account=20,
    )


def lines(gw, user, *command):
    return gw.out(user, *command).splitlines()


# --- who and where ----------------------------------------------------------


def test_the_student_is_the_lab_s_user(gw):
    assert gw.out("demo+box", "id") == "uid=1000(student) gid=1000(student)\n"


def test_the_host_name_is_the_lab_s(gw):
    assert lines(gw, "demo+box", "hostname; cat /etc/hostname") == ["desk", "desk"]
    assert lines(gw, "demo+root", "hostname") == ["root"]
    hosts = gw.out("demo+box", "cat /etc/hosts")
    assert re.search(r"^127\.0\.0\.1\s+localhost", hosts, re.M) and "desk" in hosts


def test_the_lab_s_environment_is_there(gw):
    assert gw.out("demo+box", 'echo "$COURSE/$PAGER"') == "c 101/cat\n"


def test_process_1_is_init_and_nobody_of_the_host_is_seen(gw):
    out = lines(gw, "demo+box", "ps -o pid,comm")[1:]
    assert out[0].split()[:2] == ["1", "atoll-init"]
    assert len(out) <= 3  # init, the shell, ps


def test_the_student_cannot_harm_init(gw):
    assert gw.ssh("demo+box", "kill -9 1").returncode == 1
    assert gw.out("demo+root", "kill -9 1; kill -TERM 1; sleep 0.2; echo alive") == "alive\n"
    assert gw.ssh("demo+box", "ls /proc/1/fd").returncode != 0


def test_nothing_of_the_gateway_s_descriptors_is_inherited(gw):
    assert lines(gw, "demo+box", "ls /proc/self/fd; ls -l /proc/self/fd >/dev/null") == list("0123")
    held = lines(gw, "demo+root", "for p in /proc/[0-9]*; do ls -l $p/fd 2>/dev/null; done")
    assert not [line for line in held if str(gw.folder) in line or "cgroup" in line]


def test_every_namespace_is_its_own(gw):
    inside = lines(gw, "demo+box", "for n in user mnt pid net ipc uts cgroup; do "
                                     "readlink /proc/self/ns/$n; done")
    host = [os.readlink(f"/proc/self/ns/{n}") for n in "user mnt pid net ipc uts cgroup".split()]
    assert len(inside) == 7 and not set(inside) & set(host)


# --- rights -----------------------------------------------------------------


def test_the_student_s_process_has_no_capability_and_is_filtered(gw):
    status = dict(
        line.split(":", 1) for line in lines(gw, "demo+box", "cat /proc/self/status")
    )
    get = {k: v.strip() for k, v in status.items()}
    assert (get["CapEff"], get["CapPrm"], get["CapInh"], get["CapAmb"]) == ("0" * 16,) * 4
    assert (get["Seccomp"], get["NoNewPrivs"]) == ("2", "1")
    bounding = int(get["CapBnd"], 16)
    for bit, name in {21: "sys_admin", 12: "net_admin", 13: "net_raw", 16: "sys_module",
                      19: "sys_ptrace", 25: "sys_time", 27: "mknod", 39: "bpf"}.items():
        assert not bounding >> bit & 1, name


def test_a_capability_of_the_lab_is_there_and_no_other(gw):
    status = gw.out("demo+raw", "grep Cap /proc/self/status")
    assert f"CapEff:\t{1 << 13:016x}" in status
    assert gw.ssh("demo+raw", "ping -c 1 127.0.0.1").returncode == 0
    assert gw.ssh("demo+box", "ping -c 1 127.0.0.1").returncode != 0


def test_root_of_a_sandbox_administers_its_own_files_only(gw):
    assert gw.out("demo+root", "id -u; pwd; touch /etc/x /usr/y; chown 5:5 /etc/x; "
                               "ls -ln /etc/x | cut -c1-30") .splitlines()[:2] == ["0", "/root"]
    for command in (
        "mount -t tmpfs none /mnt", "mknod /tmp/sda b 8 0", "unshare -U true",
        "echo x >/proc/sys/kernel/hostname", "hostname evil", "swapoff -a", "chroot /proc/1/root/..  ls /work",
        "dmesg", "ifconfig lo down", "mount -o remount,rw /sys", "umount /proc",
    ):
        done = gw.ssh("demo+root", command)
        assert done.returncode != 0, f"{command}: {done}"


def test_root_may_remove_and_rename_what_the_image_has(gw):
    out = gw.out("demo+root", "mv /srv /srv2 && rmdir /srv2 && rm -r /home/student && "
                              "mv /etc/group /etc/group2 && ls / && ls /home")
    assert "srv" not in out


def test_no_way_to_more_rights(gw):
    for command in ("su -c id", "unshare -U id", "unshare -r id", "unshare -n id",
                    "nsenter -t 1 -m id"):
        assert gw.ssh("demo+box", command).returncode != 0, command


# --- file systems -----------------------------------------------------------


def test_the_image_looks_as_root_made_it(gw):
    out = lines(gw, "demo+box", "stat -c '%u:%g %n' / /etc/passwd /bin/busybox /home/student")
    assert out == ["0:0 /", "0:0 /etc/passwd", "0:0 /bin/busybox", "1000:1000 /home/student"]


def test_home_and_tmp_are_writable_and_the_rest_is_not(gw):
    assert gw.out("demo+box", "touch ~/a /tmp/b /var/tmp/c /dev/shm/d && echo fine") == "fine\n"
    done = gw.ssh("demo+box", "for d in / /etc /usr /bin /run /root; do touch $d/x; done")
    assert done.stderr.count("Permission denied") == 6, done.stderr


def test_writes_do_not_reach_the_image(gw):
    manifest = (g.IMAGES / "busybox/manifest.conf").read_text()
    want = re.search(r'^sha256 = "(\w+)"', manifest, re.M).group(1)
    gw.out("demo+root", "echo x >>/etc/passwd; rm /bin/ls; mkdir /new; chmod 777 /etc")
    shown = subprocess.run([g.ROOT / "images/digest", g.IMAGES / "busybox/rootfs"],
                           capture_output=True, text=True)
    assert shown.stdout.strip() == want


def test_the_next_sandbox_is_fresh(gw):
    gw.out("demo+box", "echo x >~/kept; echo y >/tmp/kept")
    gw.wait_no_sandbox()
    assert gw.out("demo+box", "ls -A ~ /tmp") == "/home/student:\n\n/tmp:\n"


def test_proc_tells_little_about_the_host(gw):
    for path in ("kcore", "keys", "locks", "timer_list", "sched_debug", "interrupts"):
        if os.path.exists(f"/proc/{path}"):
            assert gw.out("demo+root", f"head -c 100 /proc/{path} | wc -c") == "0\n", path
    for path in ("/proc/acpi", "/proc/scsi", "/sys/firmware"):
        if os.path.isdir(path):
            assert gw.out("demo+root", f"ls {path}") == "", path


@pytest.mark.parametrize(
    "path", ["/proc/sys/vm/swappiness", "/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger",
             "/sys/kernel/mm/transparent_hugepage/enabled"],
)
def test_what_belongs_to_the_host_is_read_only(gw, path):
    if not os.path.exists(path):
        pytest.skip(f"this kernel has no {path}")
    done = gw.ssh("demo+root", f"echo x >{path}")
    assert done.returncode != 0
    assert "Read-only file system" in done.stderr or "Permission denied" in done.stderr


def test_user_namespaces_are_off_inside(gw):
    assert gw.out("demo+root", "cat /proc/sys/user/max_user_namespaces") == "0\n"


def test_only_harmless_devices_are_there(gw):
    found = set(gw.out("demo+box", "ls /dev").split())
    devices = {"null", "zero", "full", "random", "urandom", "tty"}
    others = {"pts", "ptmx", "shm", "mqueue", "fd", "stdin", "stdout", "stderr", "blank"}
    assert devices <= found
    assert found <= devices | others, found - devices - others
    out = gw.out("demo+box", "head -c 3 /dev/zero | wc -c; head -c 9 /dev/urandom | wc -c; "
                             "echo x >/dev/null; echo x >/dev/full || echo full")
    assert out == "3\n9\nfull\n"
    assert gw.ssh("demo+box", "touch /dev/x").returncode != 0


def test_no_mount_of_the_host_is_seen(gw):
    mounts = gw.out("demo+box", "cat /proc/self/mountinfo")
    groups = [line for line in mounts.splitlines() if "cgroup" in line]
    assert len(groups) == (1 if g.HAS_CGROUP2 else 0), groups  # test_cgroups_inside.py
    points = [line.split()[4] for line in mounts.splitlines()]
    assert points[0] == "/"
    for point in points[1:]:
        assert point.startswith(
            ("/dev", "/proc", "/sys", "/exercises", "/srv/hand", "/etc/notice", "/.atoll",
             "/usr/local/bin/lab")
        )


def test_mountinfo_tells_no_path_of_what_is_ours(gw):
    roots = {}
    for line in gw.out("demo+box", "cat /proc/self/mountinfo").splitlines():
        words = line.split()
        roots[words[4]] = words[3]
        assert str(g.BUILD) not in line and str(gw.folder) not in line
    assert roots["/usr/local/bin/lab"] == "/atoll-lab"
    assert roots["/dev"] == "/dev"


# --- the lab's mounts -------------------------------------------------------


def test_a_mount_is_read_only(gw, shared):
    assert gw.out("demo+box", "cat /exercises/task") == "do it\n"
    done = gw.ssh("demo+box", "echo x >/exercises/new")
    assert "Read-only file system" in done.stderr
    assert [p.name for p in (shared / "exercises").iterdir()] == ["task"]


def test_a_file_may_be_mounted(gw):
    assert gw.out("demo+box", "cat /etc/notice") == "read me\n"
    assert gw.ssh("demo+box", "echo x >/etc/notice").returncode != 0


def test_a_writable_mount_keeps_what_students_write_under_their_id(gw, shared):
    gw.out("demo+box", "echo mine >/srv/hand/in/work")
    made = shared / "handin/work"
    assert made.read_text() == "mine\n"
    assert made.stat().st_uid == 1000  # as inside, not as one of the sandbox's range
    assert gw.out("eve+box", "cat /srv/hand/in/work; stat -c %u /srv/hand/in/work") == "mine\n1000\n"
    made.unlink()


def test_devices_and_set_id_do_not_work_in_a_mount(gw, shared):
    os.mknod(shared / "handin/null", 0o666 | 0o020000, os.makedev(1, 3))
    os.chmod(shared / "handin/null", 0o666)
    done = gw.ssh("demo+box", "echo x >/srv/hand/in/null")
    (shared / "handin/null").unlink()
    assert done.returncode != 0


# --- the network ------------------------------------------------------------


def test_the_loopback_is_up_and_alone(gw):
    names = re.findall(r"^\d+: (\w+)", gw.out("demo+box", "ip link"), re.M)
    assert names == ["lo"]
    assert "127.0.0.1/8" in gw.out("demo+box", "ip addr")
    assert gw.out("demo+box", "ip route; cat /proc/net/route | wc -l").splitlines()[-1] == "1"
    out = gw.out("demo+box", "(nc -l -p 4000 -e echo hi &) ; "
                             "for i in 1 2 3 4 5 6 7 8 9; do nc 127.0.0.1 4000 </dev/null && break; "
                             "usleep 100000; done")
    assert out == "hi\n"


def test_the_host_s_network_is_out_of_reach(gw):
    done = gw.ssh("demo+box", f"nc -w 2 127.0.0.1 {gw.port} </dev/null")
    assert done.returncode != 0 and "SSH-2.0" not in done.stdout
    done = gw.ssh("demo+box", "nc -w 2 192.0.2.1 80 </dev/null")
    assert done.returncode != 0


# --- staying and leaving ----------------------------------------------------


@pytest.mark.longer
def test_a_lingering_sandbox_waits_for_its_student_and_then_ends(gw):
    gw.out("demo+stay", "echo here >/tmp/mark; sleep 300 >/dev/null 2>&1 </dev/null &")
    [seat] = wait_until(lambda: [s for s in gw.ls() if s["state"] == "lingering"], "it lingers")
    assert seat["connections"] == 0 and seat["pids"] >= 2
    assert gw.out("demo+stay", "cat /tmp/mark; ps | grep -c 'sleep 30[0]'") == "here\n1\n"
    since = len(gw.lines)
    gw.wait_log(r"lab=stay sandbox ended", since, timeout=10)
    gw.wait_no_sandbox()
    assert gw.ls() == []


def test_the_end_of_a_sandbox_is_logged_with_what_it_used(gw):
    gw.wait_no_sandbox()
    since = len(gw.lines)
    gw.out("eve+box", "head -c 50000000 /dev/zero | sha256sum")
    got = gw.wait_log(r"account=eve lab=box sandbox ended seconds=(\d+) cpu_ms=(\d+) "
                      r"memory_peak_kib=(\d+)", since)
    assert int(got.group(2)) > 0 and int(got.group(3)) > 100


def test_the_log_and_the_tool_agree_on_the_sandbox_s_number(gw):
    shell = gw.shell("eve+box")
    [seat] = [s for s in gw.ls() if s["account"] == "eve"]
    assert gw.wait_log(rf"sandbox={seat['sandbox']} account=eve lab=box sandbox ready")
    shell.close()
