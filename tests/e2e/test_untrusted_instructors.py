"""What instructors write reaches their students, and nothing of the host.

Their lab files, images and programs are read by root.  Whatever they name is
opened once, is theirs or everybody's, and is what was checked."""
import os
import shutil
import stat
import subprocess
import threading

import pytest

import gateway as g

MALLORY = 4711  # who writes lab files, and is not root


def errors(done):
    return [line for line in done.stderr.splitlines() if ": warning: " not in line]


def refused(conf, says):
    done = conf.check()
    assert done.returncode == 1, done
    assert any(says in e for e in errors(done)), done.stderr
    return done


def accepted(conf):
    done = conf.check()
    assert done.returncode == 0, done.stderr


def give(conf, lab="box", **options):
    """A lab file of mallory's."""
    conf.write_lab(lab, options)
    os.chown(conf.labs_dir / f"{lab}.conf", MALLORY, MALLORY)


@pytest.fixture
def conf(new_gateway):
    return new_gateway(start=False)


# --- images -----------------------------------------------------------------


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir(mode=0o755)
    (folder / "one/rootfs").mkdir(parents=True)
    subprocess.run(["cp", "-a", g.IMAGES / "busybox/rootfs", folder / "one"], check=True)
    return folder


@pytest.fixture
def imaged(new_gateway, images):
    return new_gateway(start=False, image_dir=images, labs={"box": {"image": "one"}})


def test_a_rootfs_that_is_a_link_is_refused(imaged, images):
    accepted(imaged)
    shutil.rmtree(images / "one/rootfs")
    (images / "one/rootfs").symlink_to("/")
    refused(imaged, "image one: " + str(images) + "/one/rootfs: rootfs is a symbolic link")


def test_an_image_that_is_a_link_is_refused(imaged, images):
    (images / "one").rename(images / "two")
    (images / "one").symlink_to("two")
    refused(imaged, "one is a symbolic link, and an image has none on the way to its rootfs")


@pytest.mark.parametrize("part", ["", "one", "one/rootfs"])
def test_an_image_is_in_nobody_else_s_hands(imaged, images, part):
    os.chown(images / part, MALLORY, -1)
    refused(imaged, "is not owned by root")
    os.chown(images / part, 0, 0)
    (images / part).chmod(0o775)
    refused(imaged, "can be written by others (mode 0775)")
    (images / part).chmod(0o755)
    accepted(imaged)


# --- files that a lab names -------------------------------------------------


PROGRAMS = ["setup", "check", "solve"]
TEXTS = ["banner_file", "motd_file", "help_file"]


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret"
    path.write_text("#!/bin/sh\necho root only\n")
    path.chmod(0o600)
    return path


def naming(option, path):
    """solve goes with a check only."""
    return {option: path, "check": path} if option == "solve" else {option: path}


@pytest.mark.parametrize("option", PROGRAMS + TEXTS)
def test_a_file_that_its_author_may_not_read_is_refused(conf, secret, option):
    give(conf, **naming(option, secret))
    done = refused(conf, "not everybody may read it, and it is not of the owner of this file")
    assert f"box.conf:" in done.stderr and option in done.stderr
    (conf.labs_dir / "link").symlink_to(secret)
    give(conf, **naming(option, "link"))
    refused(conf, "not everybody may read it")
    os.chown(secret, MALLORY, -1)
    secret.parent.chmod(0o755)
    accepted_way(conf, secret)
    accepted(conf)


def accepted_way(conf, path):
    """Let everybody reach it, as far as pytest's folders are ours."""
    for folder in path.parents:
        if folder == g.Path("/"):
            break
        if folder.stat().st_mode & stat.S_IXOTH == 0:
            folder.chmod(folder.stat().st_mode | stat.S_IXOTH)


@pytest.mark.parametrize("option", ["setup", "help_file"])
def test_a_file_where_its_author_may_not_come_is_refused(conf, secret, option):
    secret.chmod(0o644)
    accepted_way(conf, secret)
    hidden = secret.parent / "hidden"
    hidden.mkdir(mode=0o700)
    secret.rename(hidden / "secret")
    give(conf, **{option: hidden / "secret"})
    refused(conf, f"not everybody may enter {hidden}, and it is not of the owner of this file")
    os.chown(hidden, MALLORY, -1)
    accepted(conf)


def test_what_lies_beside_the_lab_file_is_its_author_s_to_use(conf):
    (conf.labs_dir / "setup").write_text("#!/bin/sh\n")
    (conf.labs_dir / "setup").chmod(0o644)
    conf.labs_dir.chmod(0o750)
    give(conf, setup="setup")
    accepted(conf)


@pytest.mark.parametrize("option", PROGRAMS)
@pytest.mark.parametrize("make, says", [
    (lambda p: os.mkfifo(p), "not a file"),
    (lambda p: os.mknod(p, 0o666 | stat.S_IFCHR, os.makedev(1, 5)), "not a file"),
    (lambda p: p.mkdir(), "not a file"),
    (lambda p: p.write_text("no program\n"), "is no program"),
    (lambda p: p.write_bytes(b"#!/bin/sh\n" + bytes(4 << 20)), "is no program"),
])
def test_what_is_no_program_is_refused_at_once(conf, option, make, says):
    make(conf.labs_dir / "it")
    give(conf, **naming(option, "it"))
    refused(conf, says)


def test_a_setup_that_is_swapped_meanwhile_is_the_one_that_was_checked(new_gateway, secret):
    """Between two names of it, its author may point it elsewhere: each load
    takes the author's own, or refuses."""
    gw = new_gateway(start=False, accounts=["demo"])
    (gw.labs_dir / "mine").write_text("#!/bin/sh\necho mine >/told\n")
    (gw.labs_dir / "mine").chmod(0o755)
    secret.write_text("#!/bin/sh\necho stolen >/told\n")
    (gw.labs_dir / "setup").symlink_to("mine")
    give(gw, setup="setup")
    gw.start()
    done = threading.Event()

    def swap():
        for name in ("a", "b"):
            (gw.labs_dir / name).unlink(missing_ok=True)
        while not done.is_set():
            for to in (secret, "mine"):
                os.symlink(to, gw.labs_dir / "a")
                os.rename(gw.labs_dir / "a", gw.labs_dir / "setup")

    swapper = threading.Thread(target=swap)
    swapper.start()
    codes = []
    try:
        for _ in range(12):
            reload = gw.atoll("reload")
            codes.append(reload.returncode)
            if reload.returncode != 0:
                assert "not everybody may read it" in reload.stderr, reload
            assert gw.out("demo+box", "cat /told") == "mine\n"
    finally:
        done.set()
        swapper.join()
    print(f"{codes.count(0)} of {len(codes)} loads were taken")
    gw.stop()


# --- @include ---------------------------------------------------------------


@pytest.mark.parametrize("before", ["", " \t", "\n\n"])
def test_a_lab_file_includes_nothing(conf, secret, before):
    secret.write_text('title = "stolen";\n')
    path = conf.labs_dir / "box.conf"
    path.write_text(f'{before}@include "{secret}"\n' + path.read_text())
    done = refused(conf, f"box.conf:{before.count(chr(10)) + 1}: @include is for atoll.conf")
    assert "stolen" not in done.stdout + done.stderr


def test_a_manifest_includes_nothing(imaged, images, secret):
    (images / "one/manifest.conf").write_text(f'@include "{secret}"\n')
    refused(imaged, "manifest.conf:1: @include is for atoll.conf")


def test_a_manifest_is_a_file_of_the_image(imaged, images, secret):
    (images / "one/manifest.conf").symlink_to(secret)
    refused(imaged, "manifest.conf: Too many levels of symbolic links")


def test_atoll_conf_may_include(conf):
    (conf.folder / "more.conf").write_text("auth_tries = 3;\n")
    text = conf.config_file.read_text()
    conf.config_file.write_text(text + f'@include "{conf.folder}/more.conf"\n')
    accepted(conf)


@pytest.mark.parametrize("make", [
    lambda p: os.mkfifo(p),
    lambda p: p.symlink_to("/dev/zero"),
    lambda p: p.write_bytes(b"title = \"x\";\0" * 2),
    lambda p: p.write_text("#" * (1 << 20) + "\n"),
])
def test_a_lab_file_is_a_text(conf, make):
    make(conf.labs_dir / "odd.conf")
    refused(conf, "odd.conf: ")


# --- mounts -----------------------------------------------------------------


@pytest.fixture
def shared(tmp_path):
    """A directory of this host where set-id bits mean nothing."""
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o777)
    with g.nosuid(folder):
        yield folder


def test_labs_of_others_have_mounts_of_the_list_only(new_gateway, shared):
    conf = new_gateway(start=False)
    rows = [{"source": shared, "target": "/x"}]
    conf.write_lab("box", {"mounts": rows})
    accepted(conf)
    give(conf, mounts=rows)
    refused(conf, "lists nothing, only labs that are root's may have mounts, and "
                  f"{conf.labs_dir}/box.conf is not owned by root")
    os.chown(conf.labs_dir / "box.conf", 0, 0)
    (conf.labs_dir / "box.conf").chmod(0o664)
    refused(conf, "box.conf can be written by others (mode 0664)")
    (conf.labs_dir / "box.conf").chmod(0o644)
    os.chown(conf.labs_dir, MALLORY, -1)
    refused(conf, f"{conf.labs_dir} is not owned by root")
    listed = new_gateway(start=False, mount_sources=[shared])
    give(listed, mounts=rows)
    accepted(listed)


def test_a_link_to_a_lab_of_root_s_is_whose_it_leads_to(conf, shared):
    """The folder of links is mallory's; the file is not."""
    (conf.folder / "mine").mkdir()
    conf.write_lab("box", {"mounts": [{"source": shared, "target": "/x"}]})
    (conf.labs_dir / "box.conf").rename(conf.folder / "mine/real.conf")
    os.chown(conf.folder / "mine", MALLORY, -1)
    (conf.labs_dir / "box.conf").symlink_to(conf.folder / "mine/real.conf")
    refused(conf, f"{conf.folder}/mine is not owned by root")


def test_a_writable_mount_wants_a_source_without_set_id(conf, shared, tmp_path):
    plain = tmp_path / "plain"
    plain.mkdir()
    conf.write_lab("box", {"mounts": [{"source": plain, "target": "/x"}]})
    accepted(conf)
    conf.write_lab("box", {"mounts": [{"source": plain, "target": "/x", "writable": True}]})
    refused(conf, f"mount source {plain}, writable: set-id programs work at {plain} of this host")
    conf.write_lab("box", {"mounts": [{"source": shared, "target": "/x", "writable": True}]})
    accepted(conf)
    (shared / "below").mkdir()
    conf.write_lab("box", {"mounts": [{"source": shared / "below", "target": "/x",
                                       "writable": True}]})
    accepted(conf)


@pytest.mark.parametrize("what", ["", "below", "above"])
def test_no_other_mount_may_honour_what_is_left_there(conf, shared, tmp_path, what):
    """The same files by another way, on which set-id bits work."""
    (shared / "below").mkdir()
    other = tmp_path / "other"
    other.mkdir()
    source = {"": shared, "below": shared / "below", "above": tmp_path}[what]
    wanted = shared
    conf.write_lab("box", {"mounts": [{"source": wanted, "target": "/x", "writable": True}]})
    accepted(conf)
    # a bind mount of tmp_path has the plain directory, and not the nosuid mount over it
    subprocess.run(["mount", "--bind", source, other], check=True)
    subprocess.run(["mount", "-o", "remount,bind,suid", other], check=True)
    try:
        at = other / "shared" if what == "above" else other
        refused(conf, f"set-id programs work at {at} of this host")
    finally:
        subprocess.run(["umount", other], check=True)
    accepted(conf)


def test_root_of_a_sandbox_leaves_no_program_that_is_root_of_the_host(new_gateway, shared):
    gw = new_gateway(accounts=["demo"], labs={
        "root": {"user": "root",
                 "mounts": [{"source": shared, "target": "/srv/shared", "writable": True}]}})
    shutil.copy("/usr/bin/id", shared / "id")
    gw.out("demo+root", "cd /srv/shared; cp /bin/busybox .; chown 0:0 id busybox; chmod 6755 id busybox")
    assert (shared / "id").stat().st_mode & 0o6000 == 0o6000
    assert (shared / "id").stat().st_uid == 0
    accepted_way(gw, shared)
    for program in ([shared / "id", "-u"], [shared / "busybox", "id", "-u"]):
        done = subprocess.run(program, capture_output=True, text=True,
                              user=65534, group=65534, extra_groups=[], cwd="/")
        assert (done.returncode, done.stdout) == (0, "65534\n"), done
    gw.stop()


@pytest.mark.parametrize("home", ["persistent", "seat"])
def test_a_home_leaves_no_program_that_is_root_of_the_host(new_gateway, home):
    """No mount of the host's shows it, and the builder's own honours no set-id;
    what is exported has lost the bits, see test_export.py."""
    gw = new_gateway(accounts=["demo"], labs={
        "root": {"user": "root", "home": home, "home_disk": "16M", "home_inodes": 512}})
    gw.out("demo+root", "cp /bin/busybox /root/mine; chmod 6755 /root/mine")
    out = gw.out("demo+root", "grep ' /root ' /proc/mounts; stat -c %a /root/mine")
    assert "nosuid" in out and out.endswith("6755\n")
    with gw.ssh_start("demo+root", "echo in; cat") as stays:
        assert stays.stdout.readline() == "in\n"
        hosts = g.Path("/proc/self/mounts").read_text()
        assert "/homes" not in hosts
        own = g.Path(f"/proc/{gw.builder}/mounts").read_text().splitlines()
        [line] = [m for m in own if " homes/" in m or "/homes/" in m]
        assert "nosuid" in line and "nodev" in line
        stays.stdin.close()
    assert stat.S_IMODE((gw.folder / "state/homes").stat().st_mode) == 0o700
    gw.stop()
