"""atoll lab export: what a student has changed, as an archive."""
import io
import os
import signal
import subprocess
import tarfile
from pathlib import Path

import pytest

import gateway as g
from gateway import wait_until

LABS = {
    "box": {"linger": "1h", "memory": "256M", "disk": "32M"},
    "root": {"linger": "1h", "user": "root", "disk": "64M", "memory": "256M", "inodes": 30000},
    "kept": {"home": "seat", "home_disk": "16M", "home_inodes": 500},
    "disk": {"storage": "disk", "disk": "64M"},
}


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(labs=LABS, accounts=["demo", "bob", "carol"])


def export(gw, seat):
    """The archive's bytes and what was said beside."""
    done = subprocess.run(
        [g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "lab", "export", seat],
        capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr.decode()


def unpack(data):
    """Member by name, as Python reads it; GNU tar must agree."""
    said = subprocess.run(["tar", "-tf", "-"], input=data, capture_output=True)
    assert said.returncode == 0, said.stderr
    found = tarfile.open(fileobj=io.BytesIO(data)).getmembers()
    members = {m.name: m for m in found}
    assert len(members) == len(found), "a path comes twice"
    for name in members:
        above = [str(p) for p in Path(name).parents if str(p) in members]
        assert all(members[p].isdir() for p in above), f"{name} is below what is no directory"
    return members


def test_the_work_of_a_student_is_in_it(gw):
    t = gw.shell("demo+box")
    t.run("mkdir -p work/deep; echo hello >work/deep/file; chmod 640 work/deep/file; "
          "ln -s /etc/shadow work/link; touch -d '2020-01-02 03:04:05' work/deep/file; "
          "ln work/deep/file work/second; mkfifo work/fifo; chmod 600 work/fifo")
    data, said = export(gw, "demo+box")
    assert said == ""
    members = unpack(data)
    file = members["home/student/work/deep/file"]
    names = {"home/student/work/deep/file", "home/student/work/second"}
    [linked] = [n for n in names if members[n].islnk()]
    [real] = names - {linked}
    assert members[linked].linkname == real
    assert (file.mode, file.uid, file.gid, file.mtime) == (0o640, 1000, 1000, 1577934245)
    assert members["home/student/work/link"].linkname == "/etc/shadow"
    assert members["home/student/work/fifo"].isfifo()
    archive = tarfile.open(fileobj=io.BytesIO(data))
    assert archive.extractfile(real).read() == b"hello\n"
    # Nothing that was not changed.
    assert "bin/busybox" not in members
    t.close()


def test_a_lingering_seat_can_be_exported_and_an_absent_one_not(gw):
    gw.out("bob+box", "echo left >left")
    wait_until(lambda: any(s["state"] == "lingering" for s in gw.ls()
                           if s["account"] == "bob"), "bob lingers")
    assert "home/student/left" in unpack(export(gw, "bob+box")[0])
    for seat, status, said in [("carol+box", 1, "no sandbox"), ("carol", 2, "not a seat"),
                               ("nobody+nothing", 1, "no sandbox")]:
        done = gw.atoll("lab", "export", seat)
        assert done.returncode == status and said in done.stderr


def test_what_was_removed_is_told_as_a_whiteout(gw):
    t = gw.shell("demo+root")
    t.run("rm /etc/passwd; rm -r /home")
    members = unpack(export(gw, "demo+root")[0])
    assert "etc/.wh.passwd" in members and ".wh.home" in members
    t.close()


def test_a_kept_home_is_in_it(gw):
    t = gw.shell("demo+kept")
    t.run("echo x >mine; echo y >/tmp/other; chmod 600 mine")
    members = unpack(export(gw, "demo+kept")[0])
    assert members["home/student/mine"].uid == 1000
    assert "tmp/other" in members
    t.close()


def test_a_layer_on_disk_too(gw):
    t = gw.shell("demo+disk")
    t.run("dd if=/dev/urandom of=big bs=1M count=5; md5sum big >sum")
    data, _ = export(gw, "demo+disk")
    archive = tarfile.open(fileobj=io.BytesIO(data))
    big = archive.extractfile("home/student/big").read()
    import hashlib
    said = archive.extractfile("home/student/sum").read().decode().split()[0]
    assert hashlib.md5(big).hexdigest() == said
    t.close()


# --- hostile trees ----------------------------------------------------------


def test_holes_take_no_room(gw, tmp_path):
    t = gw.shell("demo+box")
    t.run("rm -rf s; mkdir s; cd s; truncate -s 100G huge; truncate -s 1G some; "
          "echo begin | dd of=some conv=notrunc 2>/dev/null; "
          "echo middle | dd of=some bs=1 seek=500000000 conv=notrunc 2>/dev/null; cd")
    data, _ = export(gw, "demo+box")
    assert len(data) < 4 << 20
    subprocess.run(["tar", "-xSf", "-", "-C", tmp_path, "home/student/s"], input=data, check=True)
    some = tmp_path / "home/student/s/some"
    assert some.stat().st_size == 1 << 30
    with open(some, "rb") as f:
        assert f.read(6) == b"begin\n"
        f.seek(500000000)
        assert f.read(8) == b"middle\n\0"
    assert (tmp_path / "home/student/s/huge").stat().st_size == 100 << 30
    t.run("rm -r s")
    t.close()


@pytest.fixture(scope="module")
def linked(start_gateway, tmp_path_factory):
    """A root whose home is kept below a directory that can be moved away."""
    images = tmp_path_factory.mktemp("images")
    root = images / "linked/rootfs"
    root.parent.mkdir()
    subprocess.run(["cp", "-a", g.IMAGES / "busybox/rootfs", root], check=True)
    (root / "home/root").mkdir()
    passwd = (root / "etc/passwd").read_text().splitlines()
    rest = [line for line in passwd if not line.startswith("root:")]
    (root / "etc/passwd").write_text("\n".join(["root:x:0:0::/home//./root/:/bin/sh", *rest, ""]))
    lab = {"image": "linked", "user": "root", "home": "seat", "home_disk": "16M",
           "home_inodes": 500, "linger": "1h"}
    return start_gateway(image_dir=images, labs={"box": lab})


@pytest.mark.parametrize("way", ["link", "folder"])
def test_a_link_in_place_of_the_home_leads_no_reader_out(linked, tmp_path, way):
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    t = linked.shell("demo+box")
    t.run("mkdir -p mine/deep; echo kept >mine/deep/file; cd /; mv /home /moved")
    if way == "link":
        t.run(f"ln -s {outside} /home")
    else:
        t.run(f"mkdir -p /home/root; ln -s {outside} /home/root/mine")
    data, said = export(linked, "demo+box")
    t.run("rm -rf /home; mv /moved /home")
    t.close()
    unpack(data)
    assert "1 files are left out" in said and "in the way of the home" in said
    tarfile.open(fileobj=io.BytesIO(data)).extractall(inside)
    assert list(outside.iterdir()) == []
    assert (inside / "home/root/mine/deep/file").read_text() == "kept\n"


def test_a_file_that_is_called_as_a_whiteout_is_none(gw):
    """.wh.x would say that x was removed: of the image, and of who applies it."""
    t = gw.shell("bob+root")
    t.run("mkdir /root/w; cd /root/w; echo real >.wh.x; echo other >_.wh.x; mkdir .wh..wh..opq; "
          "echo 1 >.wh..wh..opq/f; ln .wh.x second; ln -s / .wh.l; rm /etc/passwd; cd /")
    data, said = export(gw, "bob+root")
    t.run("rm -r /root/w")
    t.close()
    members = unpack(data)
    removed = [n for n in members if Path(n).name.startswith(".wh.")]
    assert removed == ["etc/.wh.passwd"]
    assert "4 files that begin with .wh. begin with _.wh. here" in said
    archive = tarfile.open(fileobj=io.BytesIO(data))
    for name, text in [("_.wh.x", b"real\n"), ("__.wh.x", b"other\n"), ("second", b"real\n"),
                       ("_.wh..wh..opq/f", b"1\n")]:
        assert archive.extractfile(f"root/w/{name}").read() == text
    assert members["root/w/_.wh.l"].issym()


def test_odd_names_stay_in_their_place(gw, tmp_path):
    long = "x" * 250
    gw.out("carol+box",
        f"mkdir n && cd n && mkdir -p {long}/{long}/{long} && echo deep >{long}/{long}/{long}/f; "
        "echo 1 >'new\nline'; echo 2 >./-rf; echo 3 >\"$(printf 'a\\377\\001b')\"; "
        "echo 4 >.wh.fake; ln -s ../../../../../../etc/passwd up; "
        f"ln -s {'y' * 300} longlink; ln -s / root; ln -s . loop")
    data, _ = export(gw, "carol+box")
    done = subprocess.run(["tar", "-xf", "-", "-C", tmp_path, "--delay-directory-restore"],
                          input=data, capture_output=True)
    assert done.returncode == 0, done.stderr
    n = tmp_path / "home/student/n"
    assert (n / long / long / long / "f").read_text() == "deep\n"
    assert (n / "new\nline").read_text() == "1\n" and (n / "-rf").read_text() == "2\n"
    assert b"a\xff\x01b" in os.listdir(bytes(n))
    assert os.readlink(n / "longlink") == "y" * 300
    members = unpack(data)
    assert not any(name.startswith(("/", "..")) for name in members)
    assert members["home/student/n/root"].issym()
    assert not any(name.startswith("home/student/n/root/") for name in members)


def test_a_tree_without_end_is_cut_and_told(gw):
    gw.out("bob+root",
        "cd /root; for i in $(seq 600); do mkdir d && cd d && echo $i >f || break; done; "
        "cd /root; for i in $(seq 3000); do echo >f$i; done; "
        "(nc -l -U sock >/dev/null 2>&1 &) ; true")
    data, said = export(gw, "bob+root")
    assert "left out" in said
    members = unpack(data)
    depth = max(name.split("/").count("d") for name in members)
    assert 200 < depth <= 256
    assert sum(name.startswith("root/f") for name in members) == 3000


def test_many_names_of_one_file_do_not_multiply_it(gw):
    t = gw.shell("demo+root")
    t.run("cd /tmp; dd if=/dev/zero of=big bs=1M count=8 2>/dev/null; "
          "for i in $(seq 2000); do ln big l$i; done", timeout=60)
    data, _ = export(gw, "demo+root")
    assert len(data) < 16 << 20
    t.close()


def test_files_that_change_meanwhile_do_no_harm(gw):
    gw.out("demo+box",
        "mkdir c; (while test -d c; do echo x >c/a; mv c/a c/b; ln -s /etc c/d; rm -rf c/d; "
        "mkdir c/d; rmdir c/d; dd if=/dev/zero of=c/g bs=64k count=4; >c/g; done "
        ">/dev/null 2>&1 &) ; true")
    for _ in range(10):
        members = unpack(export(gw, "demo+box")[0])
        assert not any(name.startswith("home/student/c/d/") for name in members)
    gw.out("demo+box", "until rm -rf c 2>/dev/null; do :; done")


def test_what_the_student_may_not_read_is_root_of_the_sandboxs(gw):
    """Modes inside hide nothing from the instructor, and nothing of the host is seen."""
    t = gw.shell("demo+root")
    t.run("mkdir -m 0 /secret; echo x >/secret/x; chmod 0 /secret/x; chown 1234:4321 /secret/x")
    members = unpack(export(gw, "demo+root")[0])
    assert (members["secret/x"].uid, members["secret/x"].gid) == (1234, 4321)
    t.close()


def test_nobody_unpacks_set_id_programs(gw):
    t = gw.shell("demo+root")
    t.run("cp /bin/busybox /root/su; chmod 6755 /root/su; mkdir /root/d; chmod 3777 /root/d")
    members = unpack(export(gw, "demo+root")[0])
    assert members["root/su"].mode == 0o755 and members["root/d"].mode == 0o1777
    t.close()


def test_a_sandbox_that_ends_ends_its_export(gw):
    t = gw.shell("carol+root")
    t.run("dd if=/dev/urandom of=/root/big bs=1M count=40 2>/dev/null", timeout=60)
    child = subprocess.Popen(
        [g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "lab", "export", "carol+root"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout.read(1024)  # it has begun, and waits for its reader
    assert gw.atoll("kill", "carol+root").returncode == 0
    out, err = child.communicate(timeout=20)
    assert child.returncode == 1 and b"killed" in err
    t.close()


def test_a_killed_builder_takes_its_exports_along(new_gateway):
    gw = new_gateway(labs={"box": {"disk": "64M", "memory": "256M"}})
    t = gw.shell("demo+box")
    t.run("dd if=/dev/urandom of=big bs=1M count=20 2>/dev/null", timeout=60)
    child = subprocess.Popen(
        [g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "lab", "export", "demo+box"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout.read(1024)  # it has begun, and waits for its reader
    [helper] = set(gw.pids_of("atoll-builder")) - {gw.builder}
    held = {os.readlink(f"/proc/{helper}/fd/{fd}") for fd in os.listdir(f"/proc/{helper}/fd")}
    assert not any(str(gw.run_dir) in name for name in held)  # such as the gateway's lock
    os.kill(gw.builder, signal.SIGKILL)
    assert gw.wait_end() == 1
    wait_until(lambda: not g.is_alive(helper), "the export is gone")
    gw.start()
    child.communicate(timeout=20)
    t.close()


def test_the_reader_may_go_away(gw):
    t = gw.shell("carol+root")
    t.run("dd if=/dev/urandom of=/root/big bs=1M count=20 2>/dev/null", timeout=60)
    child = subprocess.Popen(
        [g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "lab", "export", "carol+root"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    child.stdout.read(1024)
    child.stdout.close()
    assert child.wait(timeout=20) == 1
    assert t.run("echo on")[0] == "on\n"
    t.close()
