"""An image is replaced while its sandboxes run."""
import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

import gateway as g

pytestmark = pytest.mark.longer


class Images:
    """A directory of images with a recipe "one", whose busybox says which."""

    def __init__(self, folder):
        self.folder, self.recipes = folder / "images", folder / "recipes"
        self.recipe = self.recipes / "one/recipe"
        self.recipe.parent.mkdir(parents=True)

    def tool(self, *args, socket="/nonexistent"):
        path = f"{g.BUILD}:{os.environ['PATH']}"
        done = subprocess.run(
            [g.ATOLL_IMAGE, "-d", self.folder, *args],
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, "PATH": path, "ATOLL_IMAGE_SYNC": "no"},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def build(self, which, socket="/nonexistent"):
        """A version in which /etc/which says which; its digest."""
        text = f'#!/bin/sh\nset -e\n{g.ROOT}/images/busybox/recipe "$1"\n'
        self.recipe.write_text(text + f'echo {which} >"$1/rootfs/etc/which"\n')
        self.recipe.chmod(0o755)
        self.said = self.tool("build", "-r", self.recipes, "-s", socket, "one")
        return self.row()["sha256"]

    def row(self):
        return json.loads(self.tool("list", "--json"))[0]

    def old(self):
        return list(self.folder.glob(".one.old.*"))


@pytest.fixture
def images_of_ours(tmp_path):
    return Images(tmp_path)


@pytest.fixture
def gateway(new_gateway, images_of_ours):
    """Its two labs have the same image, of which there is a first version."""
    images_of_ours.first = images_of_ours.build("first")
    labs = {"a": {"image": "one"}, "b": {"image": "one"}}
    return new_gateway(labs=labs, accounts=("ann", "bob"), image_dir=images_of_ours.folder)


def which(terminal):
    out, status = terminal.run("cat /etc/which")
    assert status == 0, out
    return out.strip()


def test_new_sandboxes_get_the_new_version_and_the_old_goes_with_its_last(
    gateway, images_of_ours
):
    early, other = gateway.shell("ann+a"), gateway.shell("bob+b")
    second = images_of_ours.build("second", socket=gateway.run_dir / "admin.sock")
    assert "reloaded: new sandboxes get this version of one" in images_of_ours.said
    assert second != images_of_ours.first
    late = gateway.shell("bob+a")
    assert which(late) == "second"
    for terminal in (early, other):
        assert which(terminal) == "first"
        # What it has not read yet is there, too.
        assert terminal.run("find / -xdev -type f | xargs cat >/dev/null")[1] == 0
    assert len(images_of_ours.old()) == 1
    assert images_of_ours.row()["old_versions"] == 1
    early.type("exit")
    early.end()
    gateway.wait_log(r"account=ann lab=a sandbox ended")
    assert which(other) == "first" and len(images_of_ours.old()) == 1
    other.type("exit")
    other.end()
    gateway.wait_log(r"old image removed name=\.one\.old\.")
    assert images_of_ours.old() == []
    assert which(late) == "second"


def test_the_log_says_which_digest_a_session_ran(gateway, images_of_ours):
    first = images_of_ours.first
    early = gateway.shell("ann+a")
    gateway.wait_log(rf"account=ann lab=a sandbox ready .* image=one sha256={first}$")
    gateway.wait_log(rf"seated lab=a sandbox=\d+ image=one sha256={first}$")
    second = images_of_ours.build("second", socket=gateway.run_dir / "admin.sock")
    since = len(gateway.lines)
    gateway.ssh("ann+a", "true")
    gateway.wait_log(rf"seated lab=a sandbox=\d+ image=one sha256={first}$", since)
    gateway.ssh("bob+a", "true")
    gateway.wait_log(rf"seated lab=a sandbox=\d+ image=one sha256={second}$", since)
    early.close()


def test_without_a_reload_nothing_changes(gateway, images_of_ours):
    images_of_ours.build("second")
    assert "after atoll reload" in images_of_ours.said
    assert which(gateway.shell("ann+a")) == "first"
    assert gateway.atoll("reload").returncode == 0
    assert which(gateway.shell("bob+a")) == "second"


def test_an_image_that_nobody_sits_in_is_replaced_at_the_reload(gateway, images_of_ours):
    images_of_ours.build("second", socket=gateway.run_dir / "admin.sock")
    gateway.wait_log(r"old image removed name=\.one\.old\.")
    assert images_of_ours.old() == []
    assert which(gateway.shell("ann+a")) == "second"
    assert "cannot remove" not in gateway.log


def test_a_removed_image_keeps_its_sandboxes_and_the_reload_says_what_misses(
    gateway, images_of_ours
):
    t = gateway.shell("ann+a")
    images_of_ours.tool("remove", "-f", "one")
    assert t.run("find / -xdev -type f | xargs cat >/dev/null")[1] == 0
    refused = gateway.atoll("reload")
    assert refused.returncode == 1 and "build it with 'atoll-image build one'" in refused.stderr
    gateway.write_lab("a", {"image": "busybox"})
    gateway.write_lab("b", {"image": "busybox"})
    shutil.copytree(g.IMAGES / "busybox", images_of_ours.folder / "busybox", symlinks=True)
    assert gateway.atoll("reload").returncode == 0
    assert len(images_of_ours.old()) == 1
    t.type("exit")
    t.end()
    gateway.wait_log(r"old image removed name=\.one\.old\.")
    assert images_of_ours.old() == []


def test_what_a_killed_builder_left_goes_at_the_next_start(gateway, images_of_ours):
    gateway.shell("ann+a")
    images_of_ours.build("second")
    os.kill(gateway.builder, signal.SIGKILL)
    gateway.child.wait(timeout=g.PATIENCE)
    assert len(images_of_ours.old()) == 1
    gateway.start()
    gateway.wait_log(r"old image removed name=\.one\.old\.")
    assert images_of_ours.old() == []
    assert which(gateway.shell("ann+a")) == "second"


def test_a_gateway_that_stops_lets_go_of_its_images(gateway, images_of_ours):
    t = gateway.shell("ann+a")
    images_of_ours.build("second")
    t.close()
    gateway.stop()
    g.wait_until(
        lambda: images_of_ours.tool("prune") is not None and not images_of_ours.old(),
        "the old version is removed",
    )
    assert images_of_ours.row()["used"] is False
