"""atoll-image import: what a tar, docker save or an OCI archive becomes, and
that nothing of a hostile one ends anywhere but in its image."""
import gzip
import importlib
import io
import json
import os
import random
import shutil
import signal
import stat
import subprocess
import tarfile
from pathlib import Path

import pytest

import gateway as g
from archives import BASE, docker_save, entry, folder, link, mutate, tar_bytes, write_tar

pytestmark = [
    pytest.mark.longer,
    pytest.mark.skipif(os.geteuid() != 0, reason="an import needs root"),
]


def left(out):
    return {p.name for p in out.iterdir()} - {".lock"}


# --- what comes in --------------------------------------------------------------


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz", "w:bz2"])
def test_a_tar_becomes_an_image(atoll_image, out, tmp_path, mode):
    extra = [
        link("bin/bash", "sh"),
        link("bin/hard", "bin/sh", tarfile.LNKTYPE),
        entry("etc/owned", content=b"x", uid=7, gid=9, mode=0o600),
        entry("opt/no/parents", content=b"deep"),
    ]
    done = atoll_image("import", "one", write_tar(tmp_path / "t.tar", BASE + extra, mode))
    assert done.returncode == 0, done.stderr
    root = out / "one/rootfs"
    assert os.readlink(root / "bin/bash") == "sh"
    assert (root / "bin/hard").stat().st_ino == (root / "bin/sh").stat().st_ino
    assert stat.S_IMODE((root / "bin/sh").stat().st_mode) == 0o4755
    owned = (root / "etc/owned").stat()
    assert (owned.st_uid, owned.st_gid, stat.S_IMODE(owned.st_mode)) == (7, 9, 0o600)
    assert (root / "opt/no/parents").read_text() == "deep"
    assert atoll_image("verify", "one").returncode == 0
    row = json.loads(atoll_image("list", "--json").stdout)[0]
    assert row["name"] == "one" and row["file"] == "t.tar" and row["signed"] is False
    assert done.stdout.startswith(f"one sha256:{row['sha256']} ")


def test_users_of_the_host_do_not_get_at_what_is_in_an_image(atoll_image, out, tmp_path):
    """Its set-id programs would be the host's, and its /home that of whoever has the number."""
    extra = [entry("home/student/file", content=b"x", uid=1000, gid=1000, mode=0o666)]
    assert atoll_image("import", "one", write_tar(tmp_path / "t.tar", BASE + extra)).returncode == 0
    argv = ["cat", "one/rootfs/home/student/file"]
    assert subprocess.run(argv, cwd=out, capture_output=True).stdout == b"x"
    done = subprocess.run(
        ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups", *argv],
        cwd=out, capture_output=True, text=True)
    assert done.returncode == 1 and "Permission denied" in done.stderr


def test_a_tar_of_an_image_is_the_same_image(atoll_image, out, tmp_path):
    assert atoll_image("build", "busybox").returncode == 0
    tar = tmp_path / "t.tar"
    subprocess.run(["tar", "-C", out / "busybox/rootfs", "-cf", tar, "."], check=True)
    key = g.Keys.make(tmp_path / "key")
    assert atoll_image("import", "-k", key, "copy", tar).returncode == 0
    rows = {r["name"]: r for r in json.loads(atoll_image("list", "--json").stdout)}
    assert rows["copy"]["sha256"] == rows["busybox"]["sha256"]
    assert rows["copy"]["signed"] and not rows["busybox"]["signed"]


def test_capabilities_of_files_are_kept_and_other_attributes_are_not(atoll_image, out, tmp_path):
    capability = bytes.fromhex("0100000200200000000000000000000000000000")
    headers = {
        "SCHILY.xattr.security.capability": capability.decode("latin-1"),
        "SCHILY.xattr.trusted.overlay.redirect": "/etc",
    }
    entries = [*BASE, entry("bin/ping", content=b"x", pax_headers=headers)]
    done = atoll_image("import", "one", write_tar(tmp_path / "t.tar", entries))
    assert done.returncode == 0, done.stderr
    assert os.listxattr(out / "one/rootfs/bin/ping") == ["security.capability"]
    assert "left out: bin/ping: attribute trusted.overlay.redirect" in done.stdout


def test_device_nodes_are_left_out_and_told(atoll_image, out, tmp_path):
    node = entry("dev/sda", tarfile.BLKTYPE, devmajor=8, devminor=0)
    done = atoll_image("import", "one", write_tar(tmp_path / "t.tar", [*BASE, node]))
    assert done.returncode == 0, done.stderr
    assert "left out: dev/sda: device node" in done.stdout
    assert not (out / "one/rootfs/dev/sda").exists()


def test_a_student_is_added_where_there_is_none(atoll_image, out, tmp_path):
    entries = [
        folder("etc"),
        entry("etc/passwd", content=b"root:x:0:0::/root:/bin/sh"),
        entry("bin/sh", content=b"#!", mode=0o755),
    ]
    tar = write_tar(tmp_path / "t.tar", entries)
    assert atoll_image("import", "--add-user", "student", "one", tar).returncode == 0
    assert (out / "one/rootfs/etc/passwd").read_text().splitlines()[1:] == [
        "student:x:1000:1000::/home/student:/bin/sh"
    ]
    assert (out / "one/rootfs/home/student").stat().st_uid == 1000
    again = atoll_image("import", "--add-user", "root", "one", tar)
    assert again.returncode == 1 and "user root is in the image already" in again.stderr


# --- what does not --------------------------------------------------------------

HUGE = entry("etc/huge", content=b"x" * 2048)
HOSTILE = {
    "dots": ([entry("../escaped", content=b"x")], "leads out of the image"),
    "dots inside": ([entry("etc/../../escaped", content=b"x")], "leads out of the image"),
    "absolute": ([entry("/tmp/escaped", content=b"x")], "an absolute path"),
    "through a link": (
        [link("etc/out", "{outside}"), entry("etc/out/escaped", content=b"x")],
        "on the way is a link",
    ),
    "through a relative link": (
        [link("etc/out", "../../../.."), entry("etc/out/escaped", content=b"x")],
        "on the way is a link",
    ),
    "over a link's target": (
        [link("etc/out", "{outside}/escaped"), entry("etc/more", content=b"y")],
        None,
    ),
    "file in place of a link": (
        [link("etc/out", "{outside}/escaped"), entry("etc/out", content=b"x")],
        None,
    ),
    "hard link to the host": (
        [link("etc/shadow", "/etc/shadow", tarfile.LNKTYPE)],
        "'/etc/shadow' is not there",
    ),
    "hard link with dots": (
        [link("etc/shadow", "../../../../../../../../etc/shadow", tarfile.LNKTYPE)],
        "leads out of the image",
    ),
    "hard link through a link": (
        [link("etc/out", "{outside}"), link("etc/s", "etc/out/secret", tarfile.LNKTYPE)],
        "on the way is a link",
    ),
    "hard link to a link": (
        [link("etc/out", "{outside}/secret"), link("etc/s", "etc/out", tarfile.LNKTYPE)],
        None,
    ),
    "hard link to a directory": ([link("etc/s", "etc", tarfile.LNKTYPE)], "for a directory"),
    "hard link to nothing": ([link("etc/s", "etc/none", tarfile.LNKTYPE)], "is not there"),
    "a directory replaced": ([entry("etc", content=b"x")], "was a directory before"),
    "an owner that no sandbox has": (
        [entry("etc/o", uid=70000)],
        "a sandbox has 0 to 65535 only",
    ),
    "a name too long": ([entry("n" * 300, content=b"x")], "name too long"),
    "a path too long": ([entry("n/" * 3000 + "n", content=b"x")], "no path"),
    "a path too deep": ([entry("n/" * 1500 + "n", content=b"x")], "400 directories deep"),
    "no etc/passwd": ([], "not a root filesystem"),
    "etc elsewhere": ([link("etc", "{outside}")], "not a root filesystem"),
}


def planted(entries, outside):
    for member, content in entries:
        member.linkname = member.linkname.replace("{outside}", str(outside))
        yield member, content


@pytest.mark.parametrize("attack", HOSTILE)
def test_nothing_of_a_hostile_tar_ends_elsewhere(atoll_image, out, tmp_path, attack):
    entries, refusal = HOSTILE[attack]
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("host's")
    (outside / "passwd").write_text("host's")
    base = [] if "etc" in attack.split(" ") or attack.startswith("no ") else BASE
    base = base or [folder("usr")]
    tar = write_tar(tmp_path / "t.tar", [*base, *planted(entries, outside)])
    done = atoll_image("import", "one", tar)
    assert sorted(p.name for p in outside.iterdir()) == ["passwd", "secret"]
    assert not (tmp_path / "escaped").exists() and not Path("/tmp/escaped").exists()
    assert (outside / "secret").stat().st_nlink == 1
    assert Path("/etc/shadow").stat().st_nlink == 1
    if refusal is None:
        assert done.returncode == 0, done.stderr
        return
    assert done.returncode == 1
    assert refusal.lower() in done.stderr.lower() and str(tar) in done.stderr
    assert "Traceback" not in done.stderr
    assert left(out) == set()


def with_pax_size(data, size):
    """A tar whose first header says that it is a header of that size."""
    block = bytearray(data[:512])
    block[124:136] = b"%011o\0" % size
    block[156:157] = b"x"
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block) + data[512:]


DAMAGED = {
    "empty": lambda data: b"",
    "no tar": lambda data: b"hello\n" * 500,
    "cut in a file": lambda data: data[: 512 * 3 + 10],
    "cut between files": lambda data: data[: 512 * 3],
    "a broken header": lambda data: data[: 512 * 3] + b"\xff" * 512 + data[512 * 4 :],
    "cut gzip": lambda data: gzip.compress(data)[:-30],
    "gigabytes of header": lambda data: with_pax_size(data, 5 << 30),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_tar_is_refused_in_one_line(atoll_image, out, tmp_path, damage):
    tar = tmp_path / "t.tar"
    tar.write_bytes(DAMAGED[damage](tar_bytes(BASE)))
    done = atoll_image("import", "one", tar)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "Traceback" not in done.stderr
    assert left(out) == set()


def test_whatever_the_bytes_are_it_is_unpacked_there_or_refused(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(g.ROOT / "images/lib"))
    unpack = importlib.import_module("unpack")
    failed = importlib.import_module("error").Failed
    links = [link("bin/bash", "sh"), link("bin/hard", "bin/sh", tarfile.LNKTYPE)]
    entries = [*BASE, *links, entry("etc/x", content=b"x" * 900), entry("n" * 150)]
    seeds = [tar_bytes(entries), tar_bytes(entries, "w:gz")]
    chance, came = random.Random(1), {True: 0, False: 0}
    for _ in range(400):
        root = tmp_path / "root"
        root.mkdir()
        data = mutate(chance, chance.choice(seeds))
        try:
            unpack.unpack(io.BytesIO(data), root, unpack.Limits(1 << 24, 1000))
            came[True] += 1
        except failed:
            came[False] += 1
        shutil.rmtree(root)
        assert list(tmp_path.iterdir()) == []
    assert min(came.values()) > 50


def test_names_command_no_terminal(atoll_image, out, tmp_path):
    name = "etc/\x1b[31mred\udcff"
    entries = [
        *BASE,
        entry(name, tarfile.CHRTYPE),
        entry("etc/\x1b[2Jset", content=b"x", mode=0o4755),
    ]
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for member, content in entries:
            tar.addfile(member, io.BytesIO(content))
    (tmp_path / "t.tar").write_bytes(buffer.getvalue())
    done = atoll_image("import", "one", tmp_path / "t.tar")
    assert done.returncode == 0, done.stderr
    assert "left out: etc/?[31mred?: device node" in done.stdout
    assert "/etc/?[2Jset" in atoll_image("audit", "one").stdout
    assert atoll_image("verify", "one").returncode == 0


def test_too_much_is_refused_before_it_is_written(atoll_image, out, tmp_path):
    bomb = [*BASE, entry("etc/zeros", content=bytes(50 << 20))]
    tar = write_tar(tmp_path / "t.tar.gz", bomb, "w:gz")
    assert tar.stat().st_size < 1 << 20
    done = atoll_image("import", "--max-size", "10M", "one", tar)
    assert done.returncode == 1 and "more than 10 MB in all; --max-size" in done.stderr
    many = [*BASE, *(folder(f"d{i}") for i in range(100))]
    done = atoll_image(
        "import", "--max-files", "50", "one", write_tar(tmp_path / "many.tar", many)
    )
    assert done.returncode == 1 and "more than 50 files; --max-files" in done.stderr
    assert left(out) == set()


def test_more_than_there_is_room_for_is_refused(atoll_image, out, tmp_path):
    """Its directory of images is a file system of 8 MB."""
    out.mkdir()
    bomb = [*BASE, entry("etc/zeros", content=bytes(10 << 20))]
    tar = write_tar(tmp_path / "t.tar.gz", bomb, "w:gz")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", out], check=True)
    try:
        done = atoll_image("import", "one", tar)
        assert done.returncode == 1 and "has room for no more" in done.stderr
        assert left(out) == set()
    finally:
        subprocess.run(["umount", out], check=True)


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".x", "-x", "a" * 33, "A", "a b"])
def test_a_name_that_is_none_is_refused(atoll_image, out, tmp_path, name):
    tar = write_tar(tmp_path / "t.tar", BASE)
    done = atoll_image("import", "--", name, tar)
    assert done.returncode == 1 and "is no name for an image" in done.stderr
    assert not out.exists()


def test_a_failed_import_leaves_the_image_that_was_there(atoll_image, out, tmp_path):
    atoll_image("import", "one", write_tar(tmp_path / "t.tar", BASE))
    bad = write_tar(tmp_path / "bad.tar", [*BASE, entry("../x", content=b"x")])
    assert atoll_image("import", "one", bad).returncode == 1
    assert left(out) == {"one"}
    assert atoll_image("verify", "one").returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_import_leaves_nothing(atoll_image, out, tmp_path, number):
    """It has unpacked the first of many files when the signal comes."""
    whole = write_tar(tmp_path / "whole.tar", BASE)
    many = [entry(f"f{i}", content=bytes(1 << 20)) for i in range(200)]
    big = write_tar(tmp_path / "big.tar", [*BASE, *many])
    running = subprocess.Popen(
        [g.ATOLL_IMAGE, "-d", out, "import", "one", big],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "ATOLL_IMAGE_SYNC": "no"},
    )
    g.wait_until(lambda: list(out.glob(".one.build.*/rootfs/f0")), "the import begins")
    running.send_signal(number)
    assert running.wait(timeout=g.PATIENCE) != 0
    assert not (out / "one").exists()
    if number == signal.SIGKILL:
        assert left(out) != set()
        assert "1 unfinished removed" in atoll_image("prune").stdout
    assert left(out) == set()
    assert atoll_image("import", "one", whole).returncode == 0


# --- layers ---------------------------------------------------------------------


needs_tools = pytest.mark.skipif(
    not (shutil.which("skopeo") and shutil.which("umoci")), reason="no skopeo and umoci"
)
LAYERS = [
    [*BASE, entry("etc/old", content=b"1"), entry("etc/kept", content=b"1")],
    [entry("etc/.wh.old"), entry("etc/kept", content=b"2"), entry("new", content=b"2")],
]


def assert_layers(root):
    assert not (root / "etc/old").exists()
    assert (root / "etc/kept").read_text() == "2" == (root / "new").read_text()
    assert (root / "home/student").stat().st_uid == 1000


@needs_tools
def test_docker_save_and_oci_archives_become_images(atoll_image, out, tmp_path):
    saved = docker_save(tmp_path / "with:colon.tar", LAYERS)
    done = atoll_image("import", "one", saved)
    assert done.returncode == 0, done.stderr
    assert_layers(out / "one/rootfs")
    shutil.copy(saved, tmp_path / "saved.tar")
    subprocess.run(
        ["skopeo", "--insecure-policy", "copy", "-q", f"docker-archive:{tmp_path}/saved.tar"]
        + [f"oci-archive:{tmp_path}/oci.tar"],
        check=True,
    )
    done = atoll_image("import", "two", tmp_path / "oci.tar")
    assert done.returncode == 0, done.stderr
    assert_layers(out / "two/rootfs")
    rows = {r["name"]: r for r in json.loads(atoll_image("list", "--json").stdout)}
    assert rows["one"]["sha256"] == rows["two"]["sha256"]
    assert left(out) == {"one", "two"}


@needs_tools
@pytest.mark.parametrize(
    "layer, refusal",
    [
        ([entry("../../escaped", content=b"x")], "leads out of the image"),
        ([entry("zeros", content=bytes(20 << 20))], "more than 10 MB in all"),
    ],
    ids=["dots", "huge"],
)
def test_a_hostile_layer_is_refused(atoll_image, out, tmp_path, layer, refusal):
    saved = docker_save(tmp_path / "t.tar", [BASE, layer])
    done = atoll_image("import", "--max-size", "10M", "one", saved)
    assert done.returncode == 1 and refusal in done.stderr
    assert left(out) == set() and not (tmp_path / "escaped").exists()


@needs_tools
def test_a_layer_cannot_write_through_the_links_of_another(atoll_image, out, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    layers = [[*BASE, link("out", str(outside))], [entry("out/escaped", content=b"x")]]
    atoll_image("import", "one", docker_save(tmp_path / "t.tar", layers))
    assert list(outside.iterdir()) == []
