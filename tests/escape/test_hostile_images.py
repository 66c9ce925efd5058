"""Images that attack the making of their sandboxes.

Each is busybox with something wrong.  A sandbox of it either works as any
other, or is refused with a reason; nothing of the host is touched or seen."""
import os
import re
import shutil
import struct
import subprocess
import threading

import pytest

import gateway as g
import probe

CANARY = "the host's own words\n"


def replace(rootfs, path, make, canary):
    target = rootfs / path
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
    elif target.is_symlink() or target.exists():
        target.unlink()
    make(target, canary)


def link(to):
    return lambda target, canary: target.symlink_to(to.replace("CANARY", str(canary)))


def file(target, _canary):
    target.write_text("")


def directory(target, _canary):
    target.mkdir()


def fifo(target, _canary):
    os.mkfifo(target)


def nothing(_target, _canary):
    pass


def device(target, _canary):
    os.mknod(target, 0o666 | 0o020000, os.makedev(1, 3))
    target.chmod(0o666)


def setuid(target, _canary):
    shutil.copy(probe.PROBE, target)
    target.chmod(0o6755)


def file_capabilities(target, _canary):
    """CAP_SYS_CHROOT in effect, which the bounding set has; see the kernel's
    vfs_cap_data."""
    shutil.copy(probe.PROBE, target)
    target.chmod(0o755)
    data = struct.pack("<5I", 0x02000001, 1 << 18, 0, 0, 0)
    os.setxattr(target, "security.capability", data)


def own_program(target, _canary):
    """CVE-2019-5736: the interpreter is whatever reads this."""
    target.write_text("#!/proc/self/exe\n")
    target.chmod(0o755)


def huge(target, _canary):
    with open(target, "wb") as f:
        f.truncate(1 << 30)


# what is where, and what comes of it: a sandbox, or a reason to refuse one
WORKS = None
IMAGES = {
    "dev is a link to etc": ("dev", link("/etc"), "not|symbolic|Too many levels"),
    "dev is a link out": ("dev", link("CANARY"), "symbolic|Too many levels"),
    "dev is a file": ("dev", file, "Not a directory"),
    "dev is a fifo": ("dev", fifo, "Not a directory"),
    "no dev": ("dev", nothing, WORKS),
    "proc is a link to tmp": ("proc", link("/tmp"), "Too many levels"),
    "proc is a link to itself": ("proc", link("proc"), "Too many levels"),
    "proc is a file": ("proc", file, "Not a directory"),
    "no proc": ("proc", nothing, WORKS),
    "sys is a link out": ("sys", link("CANARY"), "Too many levels"),
    "sys is a fifo": ("sys", fifo, "Not a directory"),
    "hosts is a link out": ("etc/hosts", link("CANARY/words"), WORKS),
    "hosts is a directory": ("etc/hosts", directory, WORKS),
    "hosts is a fifo": ("etc/hosts", fifo, WORKS),
    "hostname is a device": ("etc/hostname", device, WORKS),
    "resolv.conf is a link to proc": ("etc/resolv.conf", link("/proc/1/environ"), WORKS),
    "etc is a link out": ("etc", link("CANARY"), "etc"),
    "tmp is a link to the root": ("tmp", link("/"), WORKS),
    "tmp is a link out": ("tmp", link("CANARY"), WORKS),
    "home is a link to init's root": ("home/student", link("/proc/1/root/.."), WORKS),
    "passwd is a link out": ("etc/passwd", link("CANARY/passwd"), "passwd"),
    "passwd is a fifo": ("etc/passwd", fifo, "passwd"),
    "passwd is huge": ("etc/passwd", huge, "passwd|student"),
    "the shell is a link out": ("bin/sh", link("CANARY/shell"), "no such|not found|No such"),
    "the shell is a device": ("bin/sh", device, "denied"),
    "where lab goes is a link out": ("usr/local", link("CANARY"), WORKS),
    "where lab goes is a file": ("usr/local", file, WORKS),
    "where lab goes is a fifo": ("usr/local", fifo, WORKS),
    "a device": ("dev0", device, WORKS),
    "a set-id program": ("suid", setuid, WORKS),
    "a program with file capabilities": ("suid", file_capabilities, WORKS),
}


@pytest.fixture(scope="module")
def canary(tmp_path_factory):
    """What such images would like to reach."""
    top = tmp_path_factory.mktemp("host")
    top.chmod(0o777)
    (top / "words").write_text(CANARY)
    (top / "words").chmod(0o666)
    (top / "passwd").write_text("student:x:0:0::/:/bin/sh\n")
    yield top
    assert sorted(p.name for p in top.iterdir()) == ["passwd", "words"]
    assert (top / "words").read_text() == CANARY


@pytest.fixture(scope="module")
def images(tmp_path_factory, canary):
    top = tmp_path_factory.mktemp("images")
    done = subprocess.run([g.ROOT / "images/build", "-d", g.IMAGES, "busybox"],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return top


def make_image(images, canary, name, path, make):
    rootfs = images / name / "rootfs"
    rootfs.parent.mkdir()
    subprocess.run(["cp", "-a", g.IMAGES / "busybox/rootfs", rootfs], check=True)
    replace(rootfs, path, make, canary)


@pytest.mark.parametrize("what", IMAGES)
def test_image(new_gateway, images, canary, what):
    path, make, refused = IMAGES[what]
    make_image(images, canary, "evil", path, make)
    try:
        check(new_gateway, images, canary, path, refused)
    finally:
        shutil.rmtree(images / "evil")


def check(new_gateway, images, canary, path, refused):
    gw = new_gateway(start=False, image_dir=images, labs={"evil": {"image": "evil"}})
    asked = gw.check()
    if asked.returncode != 0:  # refused before anybody came
        assert refused and re.search(refused, asked.stderr), asked.stderr
        return
    gw.start()
    done = gw.ssh("demo", "cat /etc/hosts /etc/hostname /etc/resolv.conf; ls -d /dev/null /proc/1; "
                          "echo x >/tmp/mine; echo x >/etc/hosts; echo x >>/dev0; /suid run; "
                          "echo done", timeout=30)
    said = done.stdout + done.stderr
    assert CANARY not in said and str(os.getpid()) not in said
    if refused:
        assert "done\n" not in done.stdout
        if not re.search(refused, said):
            gw.wait_log(refused)
        return
    assert done.stdout.endswith("done\n"), said
    assert "127.0.0.1\tlocalhost" in done.stdout and "/proc/1\n" in done.stdout
    if path == "dev0":
        assert "/dev0: Permission denied" in done.stderr
    if path == "suid":
        # The probe's own answers: it has no more rights than its user.
        assert "processes: become a user beyond the map\tEINVAL" in done.stdout
        assert "processes: leave by a second chroot\tEPERM" in done.stdout
        assert "processes: take all capabilities\tEPERM" in done.stdout
    gw.stop()


def test_the_interpreter_is_init_itself(new_gateway, images, canary):
    """A process whose program is the host's atoll-init: it cannot be written."""
    make_image(images, canary, "exe", "bin/hook", own_program)
    before = (g.BUILD / "atoll-init").read_bytes()
    for user in ("student", "root"):
        gw = new_gateway(image_dir=images, labs={"evil": {"image": "exe", "user": user,
                                                          "command": ["/bin/hook"]}})
        with gw.ssh_start("demo") as hook:  # becomes atoll-init, or ends
            done = gw.ssh("demo", "for p in /proc/[0-9]*; do "
                                  "for i in 1 2 3; do echo x 2>&1 >$p/exe; done; done; echo done")
            hook.kill()
            hook.communicate()
        assert done.stdout.endswith("done\n"), done
        gw.stop()
    assert (g.BUILD / "atoll-init").read_bytes() == before
    shutil.rmtree(images / "exe")


@pytest.fixture
def hand(tmp_path):
    folder = tmp_path / "hand"
    folder.mkdir()
    with g.nosuid(folder):
        yield folder


def test_a_mount_point_that_students_change_meanwhile(new_gateway, images, canary, hand, tmp_path):
    """A mount below a writable mount: one sandbox swaps the mount point for a
    link while others are made.  They get it where it belongs, or are refused."""
    task = tmp_path / "task"
    for d in (tmp_path, hand, task):
        d.mkdir(exist_ok=True)
        d.chmod(0o777)
    (hand / "in").mkdir(mode=0o777)
    (hand / "in").chmod(0o777)
    (task / "words").write_text("task\n")
    mounts = [{"source": hand, "target": "/srv", "writable": True},
              {"source": task, "target": "/srv/in"}]
    gw = new_gateway(image_dir=g.IMAGES, connections_per_account=30, accounts=["demo", "eve"],
                     labs={"race": {"mounts": mounts},
                           "swap": {"mounts": mounts[:1]}})
    swapper = gw.ssh_start("eve+swap", "cd /srv; while :; do rmdir in; ln -s /etc in; echo x; "
                                       "rm in; ln -s /proc/1/root/etc in; rm in; mkdir in; done")
    seen = []

    def visit(account):
        for _ in range(15):
            assert swapper.stdout.readline() == "x\n", swapper.stderr.read()
            done = gw.ssh(f"{account}+race", "cat /srv/in/words; cat /etc/words; cat /etc/hosts")
            seen.append(done)

    threads = [threading.Thread(target=visit, args=(a,)) for a in ("demo", "eve")]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    swapper.kill()
    swapper.communicate()
    assert len(seen) == 30
    good = [d for d in seen if "localhost" in d.stdout]
    for done in seen:
        assert "'/etc/words': No such file" in done.stderr or "localhost" not in done.stdout, done
    print(f"{len(good)} of {len(seen)} were made, the others refused")
    assert all("mount /srv/in" in line for line in gw.lines if "cannot build" in line)
    gw.stop()
