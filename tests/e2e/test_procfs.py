"""procfs = "sandbox": /proc tells of the sandbox's own limits, by lxcfs."""
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

import gateway as g
import lxcfs

pytestmark = [
    pytest.mark.quick,
    pytest.mark.skipif(lxcfs.missing() is not None, reason=str(lxcfs.missing())),
]
needs_debian = pytest.mark.skipif(
    not g.HAS_DEBIAN,
    reason=f"no image debian-dev in {g.IMAGES}: make it with images/build debian-dev",
)
HOST_CPUS = os.cpu_count()
SMALL = {"procfs": "sandbox", "memory": "200M", "disk": "16M", "cpus": 1}
JAVA = Path("/usr/lib/jvm")
COUNTS_CPUS = """
public class Cpus {
    public static void main(String[] args) {
        System.out.println(Runtime.getRuntime().availableProcessors());
    }
}
"""
GO_COUNTS_CPUS = """
package main

import ("fmt"; "runtime")

func main() { fmt.Println(runtime.NumCPU(), runtime.GOMAXPROCS(0)) }
"""


@pytest.fixture
def own_lxcfs(tmp_path):
    served = lxcfs.Lxcfs(tmp_path / "served").start()
    yield served
    served.end()


@pytest.fixture(scope="module")
def shared_lxcfs(tmp_path_factory):
    """With load averages, which the package's unit leaves out."""
    served = lxcfs.Lxcfs(tmp_path_factory.mktemp("served") / "a", "-l").start()
    yield served
    served.end()


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """The host's java and a program in Go, for labs to show."""
    top = tmp_path_factory.mktemp("programs")
    os.chmod(top, 0o755)
    if shutil.which("javac"):
        (top / "Cpus.java").write_text(COUNTS_CPUS)
        subprocess.run(["javac", "-d", top, top / "Cpus.java"], check=True)
    if shutil.which("go"):
        (top / "cpus.go").write_text(GO_COUNTS_CPUS)
        env = {**os.environ, "CGO_ENABLED": "0", "GOCACHE": str(top / "cache"), "GO111MODULE": "off"}
        subprocess.run(["go", "build", "-o", top / "cpus", top / "cpus.go"], check=True, env=env)
    return top


@pytest.fixture(scope="module")
def gw(start_gateway, shared_lxcfs, programs):
    labs = {
        "own": SMALL,
        "half": {**SMALL, "cpus": 0.5},
        "wide": {**SMALL, "cpus": HOST_CPUS},
        "rooted": {**SMALL, "user": "root", "capabilities": ["sys_nice"]},
        "warm": {**SMALL, "warm": 1},
        "host": {"memory": "200M", "cpus": 1},
    }
    if g.HAS_DEBIAN:
        mounts = [{"source": programs, "target": "/programs"}]
        if JAVA.is_dir():
            mounts.append({"source": JAVA, "target": "/usr/lib/jvm"})
        labs["dev"] = {**SMALL, "memory": "512M", "image": "debian-dev", "mounts": mounts}
    return start_gateway(labs=labs, accounts=["demo", "eve"], lxcfs=shared_lxcfs.at)


def first_number(gw, user, command):
    return int(gw.out(user, command).split()[0])


# --- what a student sees ------------------------------------------------------


@pytest.mark.parametrize("lab", ["own", "half", "rooted", "warm"])
def test_there_is_one_processor(gw, lab):
    out = gw.out(f"demo+{lab}", "nproc; grep -c ^processor /proc/cpuinfo; grep -c ^cpu[0-9] /proc/stat; "
                                "cat /sys/devices/system/cpu/online").split()
    assert out[:3] == ["1", "1", "1"] and out[3].isdigit(), out


def test_more_processors_than_the_host_has_are_all_of_them(gw):
    assert first_number(gw, "demo+wide", "nproc") == HOST_CPUS


def test_memory_and_swap_are_the_lab_s(gw):
    found = dict(line.split(":") for line in gw.out("demo+own", "cat /proc/meminfo").splitlines())
    assert found["MemTotal"].split() == [str(200 << 10), "kB"]
    assert int(found["MemFree"].split()[0]) <= 200 << 10
    assert found["SwapTotal"].split() == ["0", "kB"]
    assert len(gw.out("demo+own", "cat /proc/swaps").splitlines()) == 1  # the names of columns


def test_the_sandbox_was_just_started(gw):
    assert float(gw.out("demo+own", "cat /proc/uptime").split()[0]) < 60


def test_the_load_is_the_sandbox_s_own(gw):
    """Of a sandbox that has just begun: nothing, whatever the host does."""
    assert gw.out("demo+own", "cat /proc/loadavg").split()[:3] == ["0.00", "0.00", "0.00"]


def test_a_lab_without_it_sees_the_host_s(gw):
    assert first_number(gw, "demo+host", "nproc") == HOST_CPUS
    assert "lxcfs" not in gw.out("demo+host", "cat /proc/self/mountinfo")
    meminfo = Path("/proc/meminfo").read_text().splitlines()[0]
    assert gw.out("demo+host", "head -n 1 /proc/meminfo").strip() == meminfo


@needs_debian
def test_debian_s_programs_agree(gw):
    out = gw.out("demo+dev", "nproc; free -m | awk '/^Mem:/ { print $2 }'; "
                             "LC_ALL=C top -bn1 | grep -c '^%Cpu'; LC_ALL=C top -bn1 | grep 'MiB Mem'; uptime")
    cpus, memory, top_cpus, top_memory, uptime = out.splitlines()
    assert (cpus, memory, top_cpus) == ("1", "512", "1")
    assert "512.0 total" in top_memory
    assert "up 0 min" in uptime and "load average: 0." in uptime


@needs_debian
def test_python_and_make_see_one_processor(gw):
    code = "import os; print(os.cpu_count(), len(os.sched_getaffinity(0)))"
    assert gw.out("demo+dev", f"python3 -c '{code}'") == "1 1\n"
    makefile = r"all: ; @echo $(filter -j%,$(MAKEFLAGS))"
    assert gw.out("demo+dev", f"cd /tmp; echo '{makefile}' >Makefile; make -j$(nproc)") == "-j1\n"


@needs_debian
@pytest.mark.skipif(not shutil.which("go"), reason="no go here")
def test_go_sees_one_processor(gw):
    assert gw.out("demo+dev", "/programs/cpus") == "1 1\n"


@needs_debian
@pytest.mark.skipif(not shutil.which("javac") or not JAVA.is_dir(), reason="no java here")
def test_java_sees_one_processor(gw):
    assert gw.out("demo+dev", "$(ls -d /usr/lib/jvm/*/bin/java | head -n 1) -Xshare:off -cp /programs Cpus") == "1\n"


def test_an_instructor_s_check_finds_the_site_s_lxcfs(gw):
    done = subprocess.run([g.BUILD / "atoll", "-c", gw.config_file, "lab", "check", gw.labs_dir / "own.conf"],
                          capture_output=True, text=True, timeout=g.PATIENCE * 2)
    assert done.returncode == 0, done


# --- what a student cannot do ---------------------------------------------------


@needs_debian
@pytest.mark.skipif(HOST_CPUS < 2, reason="this host has one processor")
def test_nobody_widens_it(gw):
    code = f"import os; os.sched_setaffinity(0, range({HOST_CPUS})); print(len(os.sched_getaffinity(0)))"
    assert gw.out("demo+dev", f"python3 -c '{code}'") == "1\n"


def test_not_even_root_with_sys_nice(gw):
    done = gw.ssh("demo+rooted", f"taskset -c 0-{HOST_CPUS - 1} nproc")
    assert done.stdout == "1\n", done


def test_the_files_are_read_only(gw):
    for name in ("proc/meminfo", "sys/devices/system/cpu/online"):
        assert "Read-only" in gw.ssh("demo+rooted", f"echo 1 >/{name}").stderr
    mounts = [line for line in gw.out("demo+own", "cat /proc/self/mountinfo").splitlines() if "lxcfs" in line]
    assert len(mounts) == 7
    for line in mounts:
        assert line.split()[5].split(",")[:4] == ["ro", "nosuid", "nodev", "noexec"], line
        assert str(gw.folder.parent) not in line


def test_nothing_else_of_lxcfs_is_there(gw):
    """It has the control groups of the whole host, too."""
    assert gw.out("demo+rooted", "ls -d /scratch /lxcfs /proc/cgroup 2>/dev/null; true") == ""
    mounts = gw.out("demo+own", "cat /proc/self/mountinfo")
    roots = {line.split()[3] for line in mounts.splitlines() if "lxcfs" in line}
    assert all(root.startswith(("/proc/", "/sys/devices/system/cpu")) for root in roots), roots


@pytest.mark.skipif(HOST_CPUS < 2, reason="this host has one processor")
def test_two_sandboxes_have_different_processors(new_gateway, shared_lxcfs):
    gw = new_gateway(labs={"own": SMALL}, accounts=["demo", "eve"], lxcfs=shared_lxcfs.at)
    one, two = gw.shell("demo+own"), gw.shell("eve+own")
    places = {t.run("cat /sys/devices/system/cpu/online")[0].strip() for t in (one, two)}
    assert len(places) == 2
    one.close()
    two.close()


@pytest.mark.skipif(HOST_CPUS < 2, reason="this host has one processor")
def test_two_that_compute_do_not_share_a_processor_while_another_is_idle(new_gateway, shared_lxcfs):
    """They met on it, because others who do nothing had the places between."""
    gw = new_gateway(labs={"own": SMALL}, accounts=[f"u{n}" for n in range(2 * HOST_CPUS)], lxcfs=shared_lxcfs.at)
    place = "cat /sys/devices/system/cpu/online"
    terminals = [gw.shell(f"u{n}+own") for n in range(2 * HOST_CPUS)]
    places = [t.run(place)[0].strip() for t in terminals]
    [one, two] = [t for t, at in zip(terminals, places) if at == "0"]
    for t in one, two:
        t.run("while :; do :; done & true")
    g.wait_until(lambda: one.run(place)[0] != two.run(place)[0], "one of them is elsewhere")
    assert one.run("nproc")[0] == two.run("nproc")[0] == "1\n"
    for t in terminals:
        t.close()
    gw.wait_no_sandbox()


# --- without lxcfs ----------------------------------------------------------------


def test_it_is_refused_without_lxcfs(new_gateway, tmp_path):
    (tmp_path / "none").mkdir()
    gw = new_gateway(start=False, labs={"own": SMALL}, lxcfs=tmp_path / "none")
    gw.start(ready=False)
    gw.wait_log(r'lxcfs: not mounted at \S+/none, and lab own has procfs = "sandbox"'
                r".*apt install lxcfs && systemctl enable --now lxcfs")
    assert gw.child.wait(timeout=g.PATIENCE) != 0
    gw.forget()


@pytest.mark.skipif(not Path("/sys/fs/cgroup/cpuset").is_dir(), reason="cpuset of version 1 is not mounted here")
def test_it_is_refused_without_cpuset(new_gateway, own_lxcfs):
    gw = new_gateway(start=False, labs={"own": SMALL}, lxcfs=own_lxcfs.at)
    hidden = f"umount /sys/fs/cgroup/cpuset && exec {gw.program} -c {gw.config_file}"
    done = subprocess.run(["unshare", "--mount", "sh", "-c", hidden], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=g.PATIENCE)
    assert done.returncode != 0
    assert 'lab own: procfs = "sandbox" needs the cgroup controller cpuset: name it in Delegate=' in done.stderr


def check_host(gw):
    done = subprocess.run([g.BUILD / "atoll", "-c", gw.config_file, "--json", "check-host"],
                          capture_output=True, text=True, timeout=g.PATIENCE)
    [row] = [r for r in json.loads(done.stdout)["rows"] if r["check"] == "lxcfs"]
    return done.returncode, row


def test_check_host_tells_of_it(new_gateway, tmp_path, own_lxcfs):
    gw = new_gateway(start=False, labs={"own": SMALL}, lxcfs=own_lxcfs.at)
    status, row = check_host(gw)
    assert row["state"] == "ok" and row["found"].startswith(f"mounted at {own_lxcfs.at}")
    own_lxcfs.kill()
    own_lxcfs.unmount()
    status, row = check_host(gw)
    assert (status, row["state"]) == (1, "error") and "lab own" in row["found"]
    assert row["cure"] == "apt install lxcfs && systemctl enable --now lxcfs"
    gw.write_lab("own", {})
    status, row = check_host(gw)
    assert row["state"] == "ok" and "may not have" in row["found"]


# --- lxcfs in trouble -----------------------------------------------------------------


@pytest.fixture
def troubled(new_gateway, own_lxcfs):
    return new_gateway(labs={"own": SMALL, "host": {}}, accounts=["demo", "eve"], lxcfs=own_lxcfs.at)


def test_a_killed_lxcfs_hangs_nobody(troubled, own_lxcfs):
    """What lives reads an error; what is new is refused with the reason, until lxcfs runs again."""
    gw = troubled
    t = gw.shell("demo+own")
    assert t.run("nproc")[0].strip() == "1"
    own_lxcfs.kill()
    assert "not connected" in t.run("cat /proc/meminfo")[0]
    assert t.run("nproc; echo goes on")[0].split() == ["1", "goes", "on"]
    assert gw.ssh("eve+own", "true").returncode != 0
    gw.wait_log(r"account=eve.*cannot build: lxcfs: .*systemctl restart lxcfs")
    assert gw.out("eve+host", "echo fine") == "fine\n"
    own_lxcfs.unmount()
    own_lxcfs.start()
    assert "204800 kB" in gw.out("eve+own", "head -n 1 /proc/meminfo")
    t.close()
    gw.wait_no_sandbox()


def test_an_lxcfs_that_hangs_hangs_nobody(troubled, own_lxcfs):
    gw = troubled
    t = gw.shell("demo+own")
    own_lxcfs.pause()
    try:
        assert gw.ssh("eve+own", "true").returncode != 0
        gw.wait_log(r"account=eve.*cannot build: lxcfs does not answer: systemctl restart lxcfs")
        assert gw.out("eve+host", "echo fine") == "fine\n"
        t.type("cat /proc/meminfo")  # it hangs, and goes with the sandbox
        t.close()
        gw.wait_no_sandbox()
        gw.stop()
    finally:
        own_lxcfs.go_on()


def test_an_upgrade_keeps_the_processors(troubled, own_lxcfs):
    gw = troubled
    t = gw.shell("demo+own")
    gw.atoll("upgrade")
    assert t.run("nproc; head -n 1 /proc/meminfo")[0].split() == ["1", "MemTotal:", "204800", "kB"]
    assert gw.out("eve+own", "nproc") == "1\n"
    t.close()
    gw.wait_no_sandbox()
    family = gw.family()
    gw.stop()
    gw.assert_nothing_left(family)
