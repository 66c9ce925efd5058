"""A writable layer on disk: as large as the lab says, and gone afterwards."""
import os
import signal
import subprocess
from pathlib import Path

import pytest

import gateway as g
from gateway import wait_until

MIB = 1 << 20

LABS = {
    "small": {"storage": "disk", "memory": "64M", "disk": "16M", "inodes": 500},
    "large": {"storage": "disk", "memory": "64M", "disk": "1G", "inodes": 16384, "user": "root"},
    "memory": {},
}


# --- a state_dir of each kind -----------------------------------------------


def run(*argv):
    return subprocess.run(argv, capture_output=True, text=True)


class Mounted:
    """A file system in a file, mounted while the tests of a module run."""

    def __init__(self, folder, options, *mkfs):
        self.image, self.at = folder / "image", folder / "mnt"
        self.at.mkdir()
        with open(self.image, "wb") as f:
            f.truncate(3 << 30)
        done = run(*mkfs, str(self.image))
        if done.returncode == 0:
            done = run("mount", "-o", f"loop,{options}", str(self.image), str(self.at))
        self.error = (done.stderr.splitlines() or ["?"])[0] if done.returncode else None

    def end(self):
        if self.error is None:
            subprocess.run(["umount", self.at], check=True)
        self.image.unlink()


@pytest.fixture(scope="module", params=["loop", "quota"])
def state_dir(request, tmp_path_factory):
    """A directory on a file system without project quota, or with it."""
    if request.param == "loop":
        yield None
        return
    folder = tmp_path_factory.mktemp("state")
    mounted = Mounted(folder, "prjquota", "mke2fs", "-q", "-t", "ext4", "-O", "quota,project")
    try:
        if mounted.error is not None:
            pytest.skip(f"this kernel has no project quota: {mounted.error}")
        yield mounted.at
    finally:
        mounted.end()


@pytest.fixture(scope="module")
def gw(state_dir, start_gateway):
    gw = start_gateway(labs=LABS, accounts=["demo", "bob"],
                       **({} if state_dir is None else {"state_dir": state_dir}))
    gw.store = (state_dir or gw.folder / "state") / "sandboxes"
    kind = "loop-device" if state_dir is None else "project-quota"
    gw.wait_log(f"writable layers on disk by={kind}")
    yield gw
    gw.stop()
    assert os.listdir(gw.store) == []
    assert g.loop_files(gw.store) == []


# --- room -------------------------------------------------------------------


def test_more_than_the_memory_fits_on_the_disk(gw):
    t = gw.shell("demo+large")
    out, _ = t.run("dd if=/dev/zero of=/root/big bs=1M count=300 2>&1 | tail -1; "
                        "sync; stat -c %s /root/big", timeout=120)
    assert str(300 * MIB) in out
    zeros = "dd if=/dev/zero bs=1M count=300 2>/dev/null | md5sum"
    out, _ = t.run(f'[ "$({zeros})" = "$(md5sum </root/big)" ] && echo al""ike', timeout=120)
    assert "alike" in out
    assert "out of memory" not in t.child.before + out
    [seat] = [s for s in gw.ls() if s["lab"] == "large"]
    assert seat["memory"] <= 64 * MIB
    t.close()
    gw.wait_no_sandbox()


def test_df_says_what_the_lab_says(gw):
    out = gw.out("demo+large", "df -k / | tail -1; df -i / | tail -1").split("\n")
    available = int(out[0].split()[3]) * 1024
    assert 1024 * MIB * 0.98 <= available <= 1024 * MIB * 1.02
    files = int(out[1].split()[3])
    assert 16384 - 32 <= files <= 16384 + 256


def test_a_full_disk_is_told(gw):
    t = gw.shell("demo+small")
    neighbour = gw.shell("bob+small")
    out, _ = t.run("dd if=/dev/zero of=/tmp/big bs=64k; echo; sleep 1.5")
    assert "No space left on device" in out or "Disk quota exceeded" in out
    assert "atoll: disk full: the limit of this sandbox is disk = 16M" in out + t.child.before
    size = int(t.run("stat -c %s /tmp/big")[0])
    assert 15 * MIB < size <= 17 * MIB
    assert t.run("rm /tmp/big; echo fine >/tmp/small; cat /tmp/small")[0] == "fine\n"
    assert neighbour.run("dd if=/dev/zero of=/tmp/x bs=1M count=10 && rm /tmp/x")[1] == 0
    for shell in (t, neighbour):
        shell.close()


def test_too_many_files_are_told(gw):
    t = gw.shell("demo+small")
    out, _ = t.run("i=0; while true >/tmp/f$i; do i=$((i + 1)); done; sleep 1.5; echo made $i")
    assert "No space left on device" in out or "Disk quota exceeded" in out
    assert "atoll: too many files: the limit of this sandbox is inodes = 500" in out
    assert 450 < int(out.split("made ")[1]) <= 520
    t.close()


def test_a_directory_of_the_image_can_be_removed_and_renamed(gw):
    done = gw.ssh("demo+large", "mv /home /home2 && rm -r /home2 /etc/passwd && ls / /etc")
    assert done.returncode == 0, done.stderr
    assert "home" not in done.stdout and "passwd" not in done.stdout


def test_no_device_file_and_no_other_layer_can_be_reached(gw):
    done = gw.ssh("demo+large", "mknod /root/x b 7 0; ls /lost+found /upper; cat /proc/mounts")
    assert "mknod: /root/x" in done.stderr
    assert "/lost+found" in done.stderr and "/upper" in done.stderr
    assert "loop" not in done.stdout


# --- the end ----------------------------------------------------------------


def make_a_mess(gw):
    """Many files, a deep tree, names that a removal might trip over."""
    t = gw.shell("demo+large")
    t.run("cd /root; mkdir 0 1 2 3; echo x >0/x; ln -s / 1/link; mkfifo 2/fifo; "
          "for i in $(seq 800); do mkdir 0 && cd 0 && echo $i >f || break; done; cd /root; "
          "for i in $(seq 300); do echo $i >f$i; done; chmod 0 0 f1", timeout=60)
    return t


def test_nothing_is_left_of_what_was_written(gw):
    host = Path(gw.folder, "untouched")
    host.write_text("still here")
    make_a_mess(gw).close()
    gw.wait_no_sandbox()
    assert os.listdir(gw.store) == []
    assert host.read_text() == "still here"
    assert gw.out("demo+large", "ls /root") == ""


def test_a_large_sandbox_is_gone_at_once(gw):
    """Nobody waits for 300 MB to reach a disk on which nobody will read them."""
    t = gw.shell("demo+large")
    t.run("dd if=/dev/zero of=/root/big bs=1M count=300", timeout=120)
    since = len(gw.lines)
    assert gw.atoll("kill", "demo+large").returncode == 0
    gw.wait_log("sandbox ended", since, timeout=5)
    gw.wait_no_sandbox()
    t.close()


def test_a_sandbox_of_memory_takes_nothing_of_the_store(gw):
    t = gw.shell("demo+memory")
    assert os.listdir(gw.store) == []
    out, _ = t.run("grep ' / ' /proc/mounts")
    assert "volatile" not in out
    t.close()


def test_a_killed_builder_leaves_nothing_after_the_next_start(gw):
    make_a_mess(gw)
    os.kill(gw.builder, signal.SIGKILL)
    gw.wait_end()
    wait_until(lambda: not gw.pids_of("atoll-init"), "the sandboxes are gone")
    gw.start()
    assert os.listdir(gw.store) == []
    wait_until(lambda: not g.loop_files(gw.store), "no loop device")
    assert gw.out("demo+large", "ls /root") == ""


# --- configuration ----------------------------------------------------------


@pytest.mark.parametrize(
    "lab, said",
    [
        ({"storage": "tape"}, 'storage = "tape" must be "memory" or "disk"'),
        ({"disk": "512M"}, 'counts there, unless storage = "disk"'),
        ({"storage": "disk", "disk": "1M", "inodes": 1000}, "at most one for each 4K of disk"),
    ],
)
def test_what_cannot_be_is_refused_at_load(new_gateway, lab, said):
    done = new_gateway(start=False, labs={"box": lab}).check()
    assert done.returncode == 1
    assert said in done.stderr


@pytest.mark.parametrize("size", ["512K", "40M", "150M", "900M"])
def test_every_size_has_the_room_it_says(new_gateway, size):
    """The builder checks each against its superblock."""
    gw = new_gateway(labs={"box": {"storage": "disk", "disk": size, "inodes": 64}})
    out = gw.out("demo+box", "df -k / | tail -1")
    wanted = int(size[:-1]) * (1 if size.endswith("K") else 1024)
    # The generated files and directories are a few blocks.
    assert wanted - 64 <= int(out.split()[3]) <= wanted * 1.02 + 512
