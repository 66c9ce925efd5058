"""A sandbox sees its own control group and no other, on a host with version 2."""
import pytest

import gateway as g

pytestmark = pytest.mark.quick
needs_v2 = pytest.mark.skipif(
    not g.HAS_CGROUP2,
    reason="this host's controllers are in version 1: the machines of tests/vm have version 2",
)
GROUP = "/sys/fs/cgroup"
LIMITS = {"memory": "96M", "disk": "16M", "cpus": 0.5, "pids": 33}


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(
        labs={"box": LIMITS, "root": {**LIMITS, "user": "root", "capabilities": ["sys_nice", "net_raw"]},
              "setuid": {**LIMITS, "user": "root", "setuid": True}},
        accounts=["demo", "eve"],
    )


def mount_of_it(gw, lab):
    return [line.split() for line in gw.out(f"demo+{lab}", "cat /proc/self/mountinfo").splitlines()
            if line.split()[4].startswith(GROUP)]


@needs_v2
@pytest.mark.parametrize("lab", ["box", "root", "setuid"])
def test_the_limits_are_the_lab_s(gw, lab):
    out = gw.out(f"demo+{lab}", f"cd {GROUP}; cat memory.max cpu.max pids.max; cat /proc/self/cgroup")
    assert out.splitlines() == [str(96 << 20), "50000 100000", "33", "0::/"]


@needs_v2
def test_what_it_uses_is_its_own(gw):
    pids, memory = gw.out("demo+box", f"cat {GROUP}/pids.current {GROUP}/memory.current").split()
    assert 1 < int(pids) < 33 and 0 < int(memory) < 96 << 20


@needs_v2
@pytest.mark.parametrize("lab", ["box", "root", "setuid"])
def test_it_is_one_read_only_mount(gw, lab):
    [line] = mount_of_it(gw, lab)
    assert (line[3], line[4]) == ("/", GROUP)
    assert line[5].split(",")[:4] == ["ro", "nosuid", "nodev", "noexec"]
    assert line[line.index("-") + 1] == "cgroup2"


@needs_v2
@pytest.mark.parametrize("lab", ["box", "root", "setuid"])
def test_there_is_no_group_but_its_own(gw, lab):
    other = gw.shell("eve+box")
    inside = f"find {GROUP} -type d; grep -c . {GROUP}/cgroup.procs; grep -cx 0 {GROUP}/cgroup.procs"
    groups, processes, strangers = gw.ssh(f"demo+{lab}", inside).stdout.split()
    assert (groups, strangers) == (GROUP, "0") and int(processes) < 10
    other.close()


@needs_v2
@pytest.mark.parametrize("lab", ["root", "setuid"])
@pytest.mark.parametrize("command", [
    "mkdir {}/x", "echo 1 >{}/cgroup.procs", "echo max >{}/memory.max", "echo max >{}/cpu.max",
    "echo 1 >{}/cgroup.freeze", "echo 1 >{}/cgroup.kill", "echo +memory >{}/cgroup.subtree_control",
    "chmod 777 {}/cgroup.procs", "chown 0 {}", "mount -o remount,rw {}",
])
def test_root_inside_changes_nothing(gw, lab, command):
    assert gw.ssh(f"demo+{lab}", command.format(GROUP)).returncode != 0
    assert gw.out(f"demo+{lab}", f"cat {GROUP}/memory.max") == f"{96 << 20}\n"


@pytest.mark.skipif(g.HAS_CGROUP2, reason="this host has version 2: the other tests are for that")
def test_with_version_1_nothing_is_there(gw):
    """As atoll.conf(5) says; a mount of cgroup2 would show that of the host."""
    assert mount_of_it(gw, "box") == []
    assert gw.out("demo+box", f"ls -A {GROUP}") == ""
