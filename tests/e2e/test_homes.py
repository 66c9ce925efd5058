"""Homes that outlive sandboxes: home = "persistent" and home = "seat"."""
import json
import os
import shutil
import signal
import stat
import subprocess
from pathlib import Path

import pytest

import gateway as g
from gateway import wait_until

MIB = 1 << 20

KEPT = {"home": "persistent", "home_disk": "24M", "home_inodes": 500}
LABS = {
    "one": KEPT,
    "two": KEPT,
    "root": {**KEPT, "user": "root"},
    "seat": {**KEPT, "home": "seat"},
    "fresh": {},
}


def attached(gw):
    return g.loop_files(gw.homes)


def wait_closed(gw):
    gw.wait_no_sandbox()
    wait_until(lambda: not attached(gw), "no loop device", details=lambda: str(attached(gw)))


def a_gateway(factory, **how):
    gw = factory(**how)
    gw.homes = gw.folder / "state/homes"
    return gw


@pytest.fixture(scope="module")
def gw(start_gateway):
    gw = a_gateway(start_gateway, labs=LABS, accounts=["demo", "bob", "carol"])
    yield gw
    gw.stop()
    assert not attached(gw)


# --- what is kept -----------------------------------------------------------


def test_what_is_in_the_home_is_there_next_time(gw):
    gw.out("demo+one", "echo kept >note; mkdir d; ln -s note link; chmod 600 note; echo x >/tmp/x")
    wait_closed(gw)
    out = gw.out("demo+one", "cat link; stat -c '%a %u %g' note d; ls /tmp; pwd")
    assert out == "kept\n600 1000 1000\n755 1000 1000\n/home/student\n"


def test_labs_share_the_home_of_an_account_and_nobody_else_has_it(gw):
    gw.out("demo+one", "echo shared >shared")
    assert gw.out("demo+two", "cat shared") == "shared\n"
    assert gw.ssh("bob+one", "cat shared").returncode == 1
    assert gw.ssh("demo+seat", "cat shared").returncode == 1
    assert gw.ssh("demo+fresh", "cat shared").returncode == 1


def test_a_home_of_a_seat_is_of_that_lab_only(gw):
    gw.out("demo+seat", "echo seat >seat")
    assert gw.ssh("demo+one", "cat seat").returncode == 1
    assert gw.out("demo+seat", "cat seat") == "seat\n"
    assert {"demo", "demo+seat"} <= set(os.listdir(gw.homes))


def test_a_fresh_home_is_fresh(gw):
    gw.out("demo+fresh", "echo x >x")
    assert gw.ssh("demo+fresh", "cat x").returncode == 1


def test_two_sandboxes_share_a_home_at_the_same_time(gw):
    one, two = gw.shell("carol+one"), gw.shell("carol+two")
    assert len(attached(gw)) == 1
    one.run("echo from one >x")
    assert two.run("cat x")[0] == "from one\n"
    one.close()
    wait_until(lambda: len(gw.inits()) == 1, "one sandbox has gone")
    assert two.run("echo from two >>x; cat x")[0] == "from one\nfrom two\n"
    two.close()
    wait_closed(gw)
    assert gw.out("carol+two", "cat x") == "from one\nfrom two\n"


def test_ids_on_disk_are_those_inside(gw):
    gw.out("bob+root", "rm -rf w; echo r >r; echo w >w; chown 1000:1000 w; chmod u+s r")
    wait_closed(gw)
    image = gw.homes / "bob"
    assert image.stat().st_uid == 0 and stat.S_IMODE(image.stat().st_mode) == 0o600
    assert stat.S_IMODE(gw.homes.stat().st_mode) == 0o700
    for name, uid in ("r", 0), ("w", 1000):
        said = subprocess.run(["debugfs", "-R", f"stat {name}", image],
                              capture_output=True, text=True)
        assert f"User:{uid:6}" in said.stdout, said


def test_no_device_and_no_setuid_in_a_home(gw):
    gw.ssh("bob+root", "mknod /root/dev b 7 0")
    out = gw.out("bob+root", "ls /root/dev 2>&1; grep ' /root ' /proc/mounts")
    assert "nosuid" in out and "nodev" in out and "No such file" in out


@pytest.mark.parametrize("signalled", ["builder", "supervisor"])
def test_it_survives_a_crash(new_gateway, signalled):
    gw = a_gateway(new_gateway, labs={"box": KEPT})
    t = gw.shell("demo")
    t.run("echo kept >note; sync; dd if=/dev/zero of=big bs=1M count=4")
    assert len(attached(gw)) == 1
    os.kill(gw.builder if signalled == "builder" else gw.pid, signal.SIGKILL)
    gw.wait_end()
    wait_until(lambda: not attached(gw), "no loop device")
    gw.start()
    assert gw.out("demo", "cat note; stat -c %s big") == f"kept\n{4 * MIB}\n"


def test_a_journal_is_replayed_after_a_power_cut(new_gateway):
    """The file as it is while the home is in use, as a dead host leaves it."""
    gw = a_gateway(new_gateway, labs={"box": KEPT})
    t = gw.shell("demo")
    t.run("mkdir -p a/b; echo kept >a/b/note; sync")
    copy = gw.folder / "copy"
    shutil.copyfile(gw.homes / "demo", copy)
    said = subprocess.run(["dumpe2fs", "-h", copy], capture_output=True, text=True).stdout
    assert "needs_recovery" in said
    t.close()
    wait_closed(gw)
    gw.stop()
    copy.replace(gw.homes / "demo")
    gw.start()
    assert gw.out("demo", "cat a/b/note") == "kept\n"


def test_a_home_that_met_errors_is_mended_or_says_so(new_gateway):
    gw = a_gateway(new_gateway, labs={"box": KEPT})
    gw.out("demo", "echo kept >note")
    wait_closed(gw)
    image = gw.homes / "demo"
    subprocess.run(["debugfs", "-w", "-R", "set_super_value state 2", image],
                   check=True, capture_output=True)
    assert gw.out("demo", "cat note") == "kept\n"
    gw.wait_log("a damaged home was mended")
    wait_closed(gw)
    with open(image, "r+b") as f:
        f.write(bytes(MIB))
    done = gw.ssh("demo", "true")
    assert done.returncode != 0 and "could not be built" in done.stderr
    gw.wait_log("home demo: .*e2fsck")


# --- what it begins with ----------------------------------------------------


def own_image(folder):
    """A copy of busybox, to be changed: its image_dir."""
    images = folder / "images"
    images.mkdir()
    subprocess.run(["cp", "-a", g.IMAGES / "busybox", images / "own"], check=True)
    (images / "own/manifest.conf").unlink(missing_ok=True)
    return images


def test_it_begins_as_the_images_home(new_gateway, tmp_path):
    images = own_image(tmp_path)
    skel = images / "own/rootfs/home/student"
    (skel / "deep/er").mkdir(parents=True)
    (skel / "deep/er/file").write_text("hello")
    (skel / "deep/er/file").chmod(0o640)
    os.utime(skel / "deep/er/file", (1e9, 1e9))
    os.mkfifo(skel / "fifo")
    os.symlink("/etc/shadow", skel / "link")
    os.symlink("/", skel / "root")
    for path in [skel / "deep", skel / "deep/er", skel / "link"]:
        os.lchown(path, 1000, 1000)
    os.chown(skel / "deep/er/file", 7, 8)
    gw = a_gateway(new_gateway, labs={"box": {**KEPT, "image": "own"}}, image_dir=images)
    out = gw.out("demo", "stat -c '%a %u %g %Y' deep/er/file; readlink link; readlink root; ls; ls -ld .")
    assert out.startswith("640 7 8 1000000000\n/etc/shadow\n/\ndeep\nlink\nroot\n")
    assert "student" in out.splitlines()[-1]
    gw.out("demo", "rm link; echo changed >own")
    (skel / "new").write_text("too late")
    assert gw.out("demo", "ls") == "deep\nown\nroot\n"


# --- limits -----------------------------------------------------------------


def test_a_full_home_is_told(gw):
    t = gw.shell("bob+seat")
    out, _ = t.run("dd if=/dev/zero of=big bs=64k; sleep 1.5", timeout=60)
    out += t.child.before
    assert "No space left on device" in out
    assert "atoll: home full: the limit of this sandbox is home_disk = 24M" in out
    size = int(t.run("stat -c %s big")[0])
    assert 22 * MIB < size <= 34 * MIB
    assert t.run("rm big; echo fine >small; cat small")[0] == "fine\n"
    out, _ = t.run("i=0; while true >f$i; do i=$((i + 1)); done; sleep 1.5; echo made $i", 60)
    assert "atoll: too many files in the home" in out + t.child.before
    assert 450 < int(out.split("made ")[1].split()[0]) <= 700
    t.close()


def test_a_home_grows_and_never_shrinks(new_gateway):
    gw = a_gateway(new_gateway, labs={"box": KEPT})

    def room():
        return int(gw.out("demo", "df -k . | tail -1").split()[1]) * 1024

    gw.out("demo", "dd if=/dev/urandom of=big bs=1M count=10; md5sum big >sum; sync")
    before = room()
    gw.write_lab("box", {**KEPT, "home_disk": "600M"})
    assert gw.atoll("reload").returncode == 0
    wait_closed(gw)
    assert room() > 590 * MIB > before
    assert gw.out("demo", "md5sum -c sum") == "big: OK\n"
    gw.out("demo", "dd if=/dev/zero of=bigger bs=1M count=200 && rm bigger", timeout=120)
    gw.write_lab("box", KEPT)
    assert gw.atoll("reload").returncode == 0
    assert room() > 590 * MIB
    wait_closed(gw)
    done = subprocess.run(["e2fsck", "-fn", gw.homes / "demo"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    # What was deleted takes no room outside.
    assert (gw.homes / "demo").stat().st_blocks * 512 < 100 * MIB


# --- trouble ----------------------------------------------------------------


@pytest.mark.parametrize(
    "lab, said",
    [
        ({"home": "kept"}, 'home = "kept" must be "fresh", "persistent" or "seat"'),
        ({"home": "seat", "home_disk": "1M"}, "home_disk"),
        ({"home": "seat", "home_disk": "16M", "home_inodes": 5000}, "at most one for each 4K"),
        ({"home": "seat", "mounts": [{"source": "/tmp", "target": "/home/"}]},
         "would hide the home of user student"),
    ],
)
def test_what_cannot_be_is_refused_at_load(new_gateway, lab, said):
    done = new_gateway(start=False, labs={"box": lab}).check()
    assert done.returncode == 1
    assert said in done.stderr


def test_the_home_of_a_user_cannot_be_the_root(new_gateway, tmp_path):
    images = own_image(tmp_path)
    passwd = images / "own/rootfs/etc/passwd"
    passwd.write_text(passwd.read_text().replace("/home/student", "/"))
    lab = {**KEPT, "image": "own"}
    done = new_gateway(start=False, labs={"box": lab}, image_dir=images).check()
    assert done.returncode == 1
    assert "give that user a directory of its own" in done.stderr


def test_labs_that_share_homes_of_different_users_are_told_so(new_gateway):
    done = new_gateway(start=False, labs=LABS).check()
    assert done.returncode == 0
    assert "files of the one are not the other's" in done.stderr


def test_a_mount_may_lie_in_the_home(new_gateway, tmp_path):
    tmp_path.chmod(0o755)
    (tmp_path / "x").write_text("exercise")
    lab = {**KEPT, "mounts": [{"source": tmp_path, "target": "/home/student/ex"}]}
    gw = a_gateway(new_gateway, labs={"box": lab})
    assert gw.out("demo", "cat ex/x; echo mine >mine") == "exercise"
    assert gw.out("demo", "cat ex/x mine") == "exercisemine\n"


def test_a_home_that_others_could_swap_is_refused(new_gateway):
    gw = a_gateway(new_gateway, start=False, labs={"box": KEPT})
    gw.homes.mkdir(mode=0o755)
    gw.start(ready=False)
    gw.wait_log("homes is not root's alone")
    assert gw.wait_end() == 1


def test_a_link_in_place_of_a_home_is_not_followed(new_gateway):
    gw = a_gateway(new_gateway, labs={"box": KEPT})
    victim = gw.folder / "victim"
    victim.write_bytes(b"precious" * 1000)
    (gw.homes / "demo").symlink_to(victim)
    assert gw.ssh("demo", "true").returncode != 0
    gw.wait_log("cannot build: home demo: open: Too many levels")
    assert victim.read_bytes() == b"precious" * 1000


def test_many_logins_at_once_open_one_home(gw):
    clients = [gw.ssh_start("carol+" + lab, "echo hi; sleep 1") for lab in ("one", "two") * 4]
    for c in clients:
        assert c.communicate(timeout=60)[0] == "hi\n"
    for _ in range(10):
        assert gw.out("carol+one", "echo hi") == "hi\n"
    wait_closed(gw)


# --- the administrator ------------------------------------------------------


def test_the_administrator_sees_and_removes_homes(new_gateway):
    gw = a_gateway(new_gateway, labs=LABS, accounts=["demo", "bob"])
    assert json.loads(gw.atoll("--json", "homes").stdout) == []
    gw.out("demo+one", "dd if=/dev/urandom of=big bs=1M count=5")
    gw.out("demo+seat", "true")
    t = gw.shell("bob+seat")
    wait_until(lambda: len(gw.ls()) == len(attached(gw)) == 1, "only bob is there")
    homes = {h["home"]: h for h in json.loads(gw.atoll("--json", "homes").stdout)}
    assert list(homes) == ["bob+seat", "demo", "demo+seat"]
    assert 5 * MIB <= homes["demo"]["used"] < 12 * MIB
    assert homes["demo"]["lab"] == "" and homes["demo"]["sandboxes"] == 0
    assert homes["bob+seat"]["sandboxes"] == 1
    table = gw.atoll("homes").stdout.splitlines()
    assert [line.split()[0] for line in table] == ["HOME", *homes]
    done = gw.atoll("home-remove", "bob")
    assert done.returncode == 1 and "in use" in done.stderr
    assert gw.atoll("home-remove", "demo+seat").returncode == 0
    assert sorted(os.listdir(gw.homes)) == ["bob+seat", "demo"]
    gw.out("demo+seat", "true")
    wait_until(lambda: len(gw.ls()) == len(attached(gw)) == 1, "only bob is there again")
    assert gw.atoll("home-remove", "demo").returncode == 0
    assert os.listdir(gw.homes) == ["bob+seat"]
    done = gw.atoll("home-remove", "demo")
    assert done.returncode == 1 and "no such home" in done.stderr
    assert gw.atoll("home-remove", "../bob").returncode == 2
    assert gw.out("demo+one", "ls") == ""
    t.close()
