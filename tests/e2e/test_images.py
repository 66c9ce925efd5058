"""images/build and images/digest: what an image is, and what is left when a
build fails or is killed."""
import fcntl
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

IMAGES = Path(__file__).resolve().parents[2] / "images"

pytestmark = [
    pytest.mark.longer,
    pytest.mark.skipif(os.geteuid() != 0, reason="images/build needs root"),
]


@pytest.fixture
def images(tmp_path):
    """A copy of images/, so that a test can add recipes."""
    return shutil.copytree(IMAGES, tmp_path / "images")


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def build(images, out, *args):
    return subprocess.run(
        [images / "build", "-d", out, *args],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "ATOLL_IMAGE_SYNC": "no"},
    )


def add_recipe(images, name, text):
    recipe = images / name / "recipe"
    recipe.parent.mkdir(parents=True, exist_ok=True)
    recipe.write_text("#!/bin/sh\nset -e\n" + text)
    recipe.chmod(0o755)


SMALL = 'mkdir "$1/rootfs"; echo {0} >"$1/rootfs/a"; : >"$1/packages"; echo none >"$1/suite"\n'


def manifest(out, name, key):
    for line in (out / name / "manifest.conf").read_text().splitlines():
        if line.startswith(key + " = "):
            return line.split(" = ", 1)[1].strip('";')
    raise KeyError(key)


def entries(out):
    return {p.name for p in out.iterdir()} - {".lock"}


def test_busybox_is_built_and_its_shell_runs(images, out):
    done = build(images, out, "busybox")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("busybox sha256:")
    root = out / "busybox/rootfs"
    who = subprocess.run(
        ["chroot", "--userspec=1000:1000", root, "/bin/sh", "-c", "whoami"],
        capture_output=True,
        text=True,
    )
    assert who.stdout == "student\n"
    assert (root / "tmp").stat().st_mode & 0o7777 == 0o1777


def test_manifest_holds_the_digest_of_the_tree(images, out):
    build(images, out, "busybox")
    shown = subprocess.run(
        [images / "digest", out / "busybox/rootfs"], capture_output=True, text=True
    )
    assert manifest(out, "busybox", "sha256") == shown.stdout.strip()


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "etc/passwd").open("a").write("x"),
        lambda root: (root / "etc/passwd").chmod(0o600),
        lambda root: os.chown(root / "etc/passwd", 1, 0),
        lambda root: os.setxattr(root / "etc/passwd", "user.x", b"1"),
        lambda root: (root / "etc/new").mkdir(),
        lambda root: (root / "bin/sh").unlink(),
        lambda root: os.replace(root / "bin/sh", root / "bin/sh2"),
    ],
    ids="content mode owner xattr added removed renamed".split(),
)
def test_any_change_of_the_tree_changes_the_digest(images, out, change):
    build(images, out, "busybox")
    change(out / "busybox/rootfs")
    shown = subprocess.run(
        [images / "digest", out / "busybox/rootfs"], capture_output=True, text=True
    )
    assert len(shown.stdout.strip()) == 64
    assert manifest(out, "busybox", "sha256") != shown.stdout.strip()


def test_it_is_rebuilt_only_when_asked_or_when_the_recipe_changed(images, out):
    add_recipe(images, "small", SMALL.format("one"))
    assert "sha256:" in build(images, out, "small").stdout
    assert build(images, out, "small").stdout == "small is up to date\n"
    assert "sha256:" in build(images, out, "-f", "small").stdout
    add_recipe(images, "small", SMALL.format("two"))
    assert "sha256:" in build(images, out, "small").stdout
    assert (out / "small/rootfs/a").read_text() == "two\n"


def test_a_version_that_is_used_stays_as_long_as_it_is(images, out):
    add_recipe(images, "small", SMALL.format("one"))
    build(images, out, "small")
    old = os.open(out / "small/rootfs", os.O_RDONLY)
    fcntl.flock(old, fcntl.LOCK_SH)
    add_recipe(images, "small", SMALL.format("two"))
    build(images, out, "small")
    with open(os.open("a", os.O_RDONLY, dir_fd=old)) as f:
        assert f.read() == "one\n"
    assert (out / "small/rootfs/a").read_text() == "two\n"
    assert len(entries(out)) == 2
    os.close(old)
    build(images, out, "-f", "small")
    assert entries(out) == {"small"}


def test_recipes_of_ones_own_come_first(images, out, tmp_path):
    add_recipe(images, "small", SMALL.format("ours"))
    add_recipe(tmp_path / "own", "small", SMALL.format("mine"))
    assert "sha256:" in build(images, out, "-r", tmp_path / "own", "small").stdout
    assert (out / "small/rootfs/a").read_text() == "mine\n"


def test_a_failing_build_leaves_the_old_image_and_nothing_else(images, out):
    add_recipe(images, "small", SMALL.format("one"))
    build(images, out, "small")
    add_recipe(
        images, "small", 'mkdir "$1/rootfs"; mount -t tmpfs x "$1/rootfs"; echo no; exit 3\n'
    )
    done = build(images, out, "small")
    assert done.returncode == 1
    assert "no\n" in done.stderr
    assert (out / "small/rootfs/a").read_text() == "one\n"
    assert entries(out) == {"small"}
    assert str(out) not in Path("/proc/self/mountinfo").read_text()


def processes_below(path):
    found = []
    for environ in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(path).encode() in environ.read_bytes():
                found.append(environ.parent.name)
        except OSError:
            pass
    return found


def test_a_killed_build_leaves_nothing(images, out):
    add_recipe(
        images,
        "slow",
        'mkdir "$1/rootfs"; mount -t tmpfs x "$1/rootfs"; : >"$1/began"; sleep 600\n',
    )
    running = subprocess.Popen([images / "build", "-d", out, "slow"])
    deadline = time.monotonic() + 10
    while not list(out.glob(".slow.build.*/began")):
        assert time.monotonic() < deadline, "the recipe did not start"
        time.sleep(0.01)
    running.send_signal(signal.SIGTERM)
    assert running.wait(timeout=20) == 143
    assert entries(out) == set()
    assert processes_below(out) == []


def test_an_unknown_recipe_lists_the_known_ones(images, out):
    done = build(images, out, "windows")
    assert done.returncode == 2
    assert "debian-dev" in done.stderr
    assert build(images, out, "../images/busybox").returncode == 2
    assert not out.exists()
