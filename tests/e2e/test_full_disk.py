"""A state_dir that is full: nobody's home is damaged, and the rest goes on."""
import os
import subprocess
import threading
import time

import pytest

import gateway as g
from gateway import wait_until

pytestmark = pytest.mark.slow

MIB = 1 << 20
RESERVE = 64 * MIB
STUDENTS = [f"s{i}" for i in range(20)]
HOME = {"home": "persistent", "home_disk": "16M", "home_inodes": 200, "pids": 16}


@pytest.fixture
def small(tmp_path):
    """An ext4 of 1 GB in a file, mounted."""
    image, at = tmp_path / "image", tmp_path / "state"
    at.mkdir()
    with open(image, "wb") as f:
        f.truncate(1 << 30)
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-m", "0", image], check=True)
    subprocess.run(["mount", "-o", "loop", image, at], check=True)
    try:
        yield at
    finally:
        wait_until(lambda: subprocess.run(["umount", at]).returncode == 0, "unmounted")


@pytest.fixture
def a_gateway(small, new_gateway):
    """state_dir is unmounted after the gateway has ended."""

    def make(**how):
        gw = new_gateway(state_dir=str(small), **how)
        made.append(gw)
        return gw

    made = []
    yield make
    for gw in made:
        gw.stop()


def left(at):
    st = os.statvfs(at)
    return st.f_bavail * st.f_frsize


def fill(at):
    """Everything that is free, at once, by somebody who is none of ours."""
    with open(at / "filler", "wb") as f:
        size = left(at)
        while size > 0:
            try:
                os.posix_fallocate(f.fileno(), f.tell(), size)
                f.seek(0, os.SEEK_END)
                size = left(at)
            except OSError:
                size //= 2


def damaged(at):
    """What e2fsck finds in homes that nobody uses."""
    found = []
    for home in sorted((at / "homes").iterdir()):
        done = subprocess.run(["e2fsck", "-fn", home], capture_output=True, text=True)
        if done.returncode != 0:
            found.append(f"{home.name}: {done.stdout}")
    return found


def test_a_full_disk_in_the_middle_of_writes_damages_no_home(a_gateway, small):
    gw = a_gateway(labs={"box": HOME}, accounts=STUDENTS, login_grace="60s")
    write = ("echo ready; read go; for i in 1 2 3 4 5 6 7 8 9 10 11 12; do"
             " dd if=/dev/urandom of=f$i bs=1M count=1 conv=fsync 2>/dev/null || exit 1;"
             " [ $i = 6 ] && { echo half; read go; }; done; sha256sum f* >sums; sync; echo all")
    clients = [gw.ssh_start(s, write) for s in STUDENTS]
    for c in clients:
        assert c.stdout.readline() == "ready\n", gw.tail
    # ext4 begins what it does in the background within five seconds of a mount
    # (EXT4_DEF_LI_MAX_START_DELAY): what was reserved must be so after it, too.
    time.sleep(6)
    for c in clients:
        c.stdin.write("go\n")
        c.stdin.flush()
    for c in clients:
        assert c.stdout.readline() == "half\n"
    fill(small)
    assert left(small) < MIB
    ends = [None] * len(clients)

    def finish(i):
        ends[i] = clients[i].communicate("go\n", timeout=90)[0]

    threads = [threading.Thread(target=finish, args=(i,)) for i in range(len(clients))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert ends == ["all\n"] * len(clients), gw.tail
    gw.wait_no_sandbox()
    wait_until(lambda: not damaged(small), "no home is damaged", 30,
               lambda: "\n".join(damaged(small)))
    (small / "filler").unlink()
    for s in STUDENTS[:3]:
        assert "FAILED" not in gw.out(s, "sha256sum -c sums")


def test_who_cannot_have_a_whole_home_is_told_and_the_database_keeps_its_room(a_gateway, small):
    big = {**HOME, "home_disk": "400M"}
    gw = a_gateway(labs={"big": big}, accounts=["one", "two", "three"])
    held = [gw.ssh_start(s, "echo in; cat") for s in ("one", "two")]
    assert [c.stdout.readline() for c in held] == ["in\n"] * 2
    refused = gw.ssh("three", "true")
    assert refused.returncode != 0
    gw.wait_log("home three: state_dir has .* reserve of 64M: the home is 4..M")
    assert left(small) > RESERVE
    assert gw.atoll("account", "add", "nina", "--generate").returncode == 0
    for c in held:
        c.stdin.close()
    gw.wait_no_sandbox()
    # What was never written is room again.
    wait_until(lambda: left(small) > 700 * MIB, "room", details=lambda: str(left(small)))
    assert gw.out("three", "echo in") == "in\n"


def test_layers_on_disk_are_whole_or_refused(a_gateway, small):
    lab = {"storage": "disk", "memory": "64M", "disk": "400M", "inodes": 500}
    gw = a_gateway(labs={"big": lab, "plain": {}}, accounts=["one", "two", "three"])
    held = [gw.ssh_start(f"{s}+big", "echo in; cat") for s in ("one", "two")]
    assert [c.stdout.readline() for c in held] == ["in\n"] * 2
    assert gw.ssh("three+big", "true").returncode != 0
    gw.wait_log("state_dir has .*: the lab's disk is 4..M")
    assert gw.out("three+plain", "echo in") == "in\n"
    assert gw.atoll("reload").returncode == 0
    for c in held:
        c.stdin.close()
    gw.wait_no_sandbox()
    assert gw.out("three+big", "echo in") == "in\n"


def test_no_room_refuses_that_labs_sandboxes_only(a_gateway, small):
    with open(small / "filler", "wb") as f:
        os.posix_fallocate(f.fileno(), 0, 700 * MIB)
    lab = {"storage": "disk", "memory": "64M", "disk": "500M", "inodes": 500}
    gw = a_gateway(labs={"big": lab, "plain": {}})
    assert gw.out("demo+plain", "echo in") == "in\n"
    assert gw.ssh("demo+big", "true").returncode != 0
    gw.wait_log("state_dir has .*: the lab's disk is 5..M")
    assert gw.atoll("reload").returncode == 0
    told = gw.check()
    assert told.returncode == 0
    assert "big.conf" in told.stderr and "its sandboxes are refused" in told.stderr
    host = subprocess.run([g.BUILD / "atoll", "-c", gw.config_file, "check-host"],
                          capture_output=True, text=True)
    assert "sandboxes are refused until there is room" in host.stdout, host
