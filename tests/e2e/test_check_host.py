"""atoll check-host: what this host holds, what it lacks, and how to cure it."""
import ctypes
import json
import os
import re
import resource
import subprocess
from pathlib import Path

import pytest

import gateway as g

pytestmark = pytest.mark.quick


# Root that may not raise its limits, which an administrator's root may.
FEW_FILES = ["setpriv", "--bounding-set=-sys_resource", "prlimit", "--nofile=4096:4096"]


def check_host(gw, *args, under=(), **how):
    return subprocess.run(
        [*under, g.BUILD / "atoll", "-c", gw.config_file, *args, "check-host"],
        capture_output=True,
        text=True,
        timeout=g.PATIENCE,
        **how,
    )


def report(gw, **how):
    done = check_host(gw, "--json", **how)
    found = json.loads(done.stdout)
    return done.returncode, {r["check"]: r for r in found["rows"]}, found


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(start=False, sandboxes_max=20,
                         labs={"box": {"memory": "128M", "pids": 40, "inodes": 100},
                               "disk": {"storage": "disk", "disk": "64M"}})


def test_this_host_is_fit(gw):
    """It runs our tests, so there is no error; the numbers are the host's own."""
    status, rows, found = report(gw)
    assert status == 0, rows
    assert all(r["state"] in ("ok", "warning") for r in rows.values())
    with open("/proc/sys/kernel/pty/max") as pty, open("/proc/sys/kernel/pty/reserve") as kept:
        assert rows["terminals"]["started"] == int(pty.read()) - int(kept.read())
    with open("/proc/meminfo") as f:
        total = int(f.readline().split()[1]) >> 10
    assert rows["memory"]["full"] == total // 256
    with open("/proc/sys/net/ipv4/tcp_mem") as f:
        part = 4 if os.path.exists("/sys/fs/cgroup/memory") else 1  # version 1 counts it beside the lab's memory
        assert rows["memory of TCP"]["full"] == int(f.read().split()[2]) * resource.getpagesize() // ((256 << 20) // part)
    with open("/proc/sys/net/core/bpf_jit_limit") as f:
        assert rows["compiled filters"]["started"] == int(f.read()) // (96 << 10) - 1
    for check, name in (("receive buffers", "rmem_max"), ("send buffers", "wmem_max")):
        with open(f"/proc/sys/net/core/{name}") as f:
            most = int(f.read())
        assert rows[check]["found"].startswith(f"net.core.{name} = {most}: one socket holds up to {2 * most >> 10}K; "
                                               "the smallest lab, with 128M of memory, may fill 32768K")
        assert rows[check]["state"] == ("ok" if 2 * most <= 32 << 20 else "warning")
    assert "sandboxes_max = 20, labs: 2" in rows["configuration"]["found"]
    assert found["started"] == min(r["started"] for r in rows.values() if "started" in r)
    assert rows[found["started_by"]]["started"] == found["started"]
    assert found["full"] == min(r["full"] for r in rows.values() if "full" in r)
    assert rows[found["full_by"]]["full"] == found["full"]


@pytest.mark.parametrize("under, found, cure", [
    (["setpriv", "--bounding-set=-sys_admin,-setfcap"],
     "missing: CAP_SYS_ADMIN CAP_SETFCAP", "docker run --privileged"),
    (["unshare", "--user", "--map-root-user"],
     "this is root of a user namespace", "on the host itself")])
def test_in_a_container_the_missing_capability_is_named(gw, under, found, cure):
    """And no newer kernel is asked for."""
    done = check_host(gw, under=under)
    assert done.returncode == 1, done
    assert found in done.stdout and cure in done.stdout
    assert "see capabilities above" in done.stdout
    assert "Linux 5.19" not in done.stdout


def test_landlock_is_told_with_its_version(gw):
    version = ctypes.CDLL(None, use_errno=True).syscall(444, None, 0, 1)  # landlock_create_ruleset
    row = report(gw)[1]["Landlock"]
    if version > 0:
        assert row["state"] == "ok" and row["found"].startswith(f"version {version}: monitor, loader and recorder")
    else:
        assert row["state"] == "warning" and "lsm=" in row["cure"]


# A host that shows neither cgroup2 nor version 1's freezer, where no lab needs them.
NO_FREEZER = ["unshare", "-m", "sh", "-c", "for at in $(awk '$3 == \"cgroup2\" || $4 ~ /(^|,)freezer(,|$)/ { print $2 }' "
              "/proc/mounts); do umount -l $at; done; exec \"$@\"", "sh"]


def test_a_host_that_cannot_freeze_is_told_to_whom_it_concerns(gw, new_gateway):
    assert report(gw)[1]["freezer"]["state"] == "ok"
    row = report(gw, under=NO_FREEZER)[1]["freezer"]
    assert (row["state"], row["found"]) == ("ok", 'none: respond may not say "freeze"')
    # A lab that wants it: -t and the start say so, with the line.
    cold = new_gateway(start=False, labs={"c101": {"respond": {"limits": "freeze"}}})
    assert report(cold)[1]["freezer"]["state"] == "ok"
    done = subprocess.run([*NO_FREEZER, g.BUILD / "atolld", "-t", "-c", cold.config_file],
                          capture_output=True, text=True, timeout=g.PATIENCE)
    assert done.returncode == 1
    assert re.search(r'c101\.conf:\d+: "freeze" cannot be done on this host: mount cgroup2, or the freezer of version 1',
                     done.stderr), done.stderr
    assert 'or say "slow"' in report(cold, under=NO_FREEZER)[1]["configuration"]["found"]


def test_people_get_a_table(gw):
    done = check_host(gw)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["CHECK", "STATE", "HOLDS", "FOUND"]
    at = lines[0].index("STATE")
    rows = [line for line in lines[1:-3] if line[0] != " "]
    assert all(line[at:].split()[0] in ("ok", "warning") for line in rows)
    assert lines[-2].endswith("give out.") and "sandboxes can be started" in lines[-2]


def test_too_few_open_files_are_an_error_with_its_cure(new_gateway):
    gw = new_gateway(start=False, sandboxes_max=1000)
    status, rows, found = report(gw, under=FEW_FILES)
    assert status == 1
    row = rows["open files of the builder"]
    assert (row["state"], row["started"]) == ("error", (4096 - 256) // 8)
    assert "raise it to 8256" in row["cure"]
    assert found["started_by"] == "open files of the builder"


def test_too_little_memory_for_idle_shells_is_a_warning(tmp_path, new_gateway):
    """A host that says of itself that it has 640 MB."""
    gw = new_gateway(start=False, sandboxes_max=1000)
    small = tmp_path / "meminfo"
    small.write_text(f"MemTotal: {640 << 10} kB\n")
    lie = f'mount --bind {small} /proc/meminfo && exec "$@"'
    status, rows, found = report(gw, under=["unshare", "-m", "sh", "-c", lie, "sh"])
    assert status == 0
    row = rows["memory, of a shell"]
    assert (row["state"], row["started"]) == ("warning", 409)
    assert "set sandboxes_max to 409" in row["cure"]
    assert (found["started"], found["started_by"]) == (409, "memory, of a shell")


@pytest.fixture
def container():
    """What puts a program into a container that may have 1000 processes and 640 MB."""
    top = Path("/sys/fs/cgroup")
    is_v2 = (top / "cgroup.controllers").exists()
    if is_v2 and not {"pids", "memory"} <= set((top / "cgroup.subtree_control").read_text().split()):
        pytest.skip("this host's root group gives no limits to the groups in it")
    tops = [top] if is_v2 else [(top / name).resolve() for name in ("memory", "cpu", "pids")]
    groups = [top / f"atoll-test-{os.getpid()}" for top in tops]
    for group in groups:
        group.mkdir()
    (groups[0] / ("memory.max" if is_v2 else "memory.limit_in_bytes")).write_text("640M")
    (groups[-1] / "pids.max").write_text("1000")
    enter = "".join(f"echo $$ >{group}/cgroup.procs && " for group in groups)
    binds = "".join(f"mount --bind {group} {top} && " for top, group in zip(tops, groups))
    yield ["sh", "-c", f'{enter} exec unshare -C -m "$@"', "sh", "sh", "-c", f'{binds} exec "$@"', "sh"]
    for group in groups:
        g.wait_until(lambda: not (group / "cgroup.procs").read_text(), "the container is empty")
        group.rmdir()


def test_of_a_container_its_own_limits_count(container, new_gateway):
    gw = new_gateway(start=False, sandboxes_max=1000)
    status, rows, found = report(gw, under=container)
    assert status == 1
    row = rows["processes of this container"]
    assert (row["state"], row["started"]) == ("error", (1000 - 32) // 3)
    assert "give the container 3032 or more (docker run --pids-limit)" in row["cure"]
    assert found["started_by"] == "processes of this container"
    assert rows["memory, of a shell"]["found"].startswith("640M")
    assert rows["memory"]["found"].startswith("640M")


def test_the_daemon_says_the_same_and_does_not_start(new_gateway):
    gw = new_gateway(start=False, sandboxes_max=1000)
    done = subprocess.run([*FEW_FILES, g.BUILD / "atolld", "-c", gw.config_file],
                          capture_output=True, text=True, timeout=g.PATIENCE)
    assert done.returncode == 1
    assert "<3>open files of the builder: 4096, 8 each: raise it to 8256" in done.stderr
    assert "ready address" not in done.stderr


def test_the_table_goes_on_without_a_good_configuration(gw, new_gateway):
    broken = new_gateway(start=False, nonsense=1)
    status, rows, found = report(broken)
    assert status == 1
    assert "nonsense" in rows["configuration"]["found"]
    assert rows["namespaces"]["state"] == "ok"
    assert "started" not in found


def test_namespaces_that_a_host_forbids_are_an_error(gw):
    """In a user namespace of its own, where the host's root may lower them."""
    inner = "echo 0 >/proc/sys/user/max_net_namespaces && exec \"$@\""
    status, rows, _ = report(gw, under=["unshare", "-Ur", "sh", "-c", inner, "sh"])
    assert status == 1
    assert rows["namespaces"]["state"] == "error"
    assert "must not be 0" in rows["namespaces"]["cure"]


def test_it_leaves_a_running_gateway_alone(new_gateway):
    gw = new_gateway()
    shell = gw.shell()
    status, _, _ = report(gw)
    assert status == 0
    assert shell.run("echo still here")[0] == "still here\n"
    shell.close()


def test_it_is_for_root(gw):
    done = check_host(gw, user=65534)
    assert done.returncode == 1
    assert done.stderr == "atoll: check-host must be run as root: try sudo\n"


@pytest.fixture
def on_btrfs(tmp_path):
    """A directory of a file system that writes each block anew."""
    image, at = tmp_path / "image", tmp_path / "mnt"
    at.mkdir()
    with open(image, "wb") as f:
        f.truncate(256 << 20)
    subprocess.run(["mkfs.btrfs", "-q", image], check=True)
    done = subprocess.run(["mount", "-o", "loop", image, at], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"this kernel has no btrfs: {done.stderr.strip()}")
    yield at
    subprocess.run(["umount", at], check=True)


def test_homes_on_a_file_system_that_keeps_no_room_are_warned_of(on_btrfs, new_gateway):
    gw = new_gateway(start=False, state_dir=on_btrfs,
                     labs={"box": {"home": "persistent", "home_disk": "32M", "home_inodes": 500}})
    status, rows, _ = report(gw)
    assert status == 0
    assert rows["room of homes"]["state"] == "warning"
    assert rows["room of homes"]["found"] == (
        f"state_dir {on_btrfs} is on btrfs, where each write takes new blocks: "
        "what is reserved for a home is not kept for it")
    assert "ext4 or xfs" in rows["room of homes"]["cure"]
