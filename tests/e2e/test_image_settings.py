"""What an image says of how its programs are run is what its labs have: Env, User,
WorkingDir, Entrypoint and Cmd of docker's."""
import os
import re
import subprocess

import pytest

import gateway as g
from archives import Saved, docker_save, entry, folder, oci_archive, tar_bytes

pytestmark = [
    pytest.mark.longer,
    pytest.mark.skipif(os.geteuid() != 0, reason="an import needs root"),
]

# As golang's, node's and conda's have it.
CONFIG = {
    "Env": ["PATH=/opt/tool/bin:/usr/local/bin:/usr/bin:/bin", "TOOL_VERSION=1.2 \"3\"",
            "EMPTY=", "TWO=a\nb", "HOME=/root", "ATOLL_LAB=fake", "no variable", "=x"],
    "User": "1000:1000",
    "WorkingDir": "/srv/app",
    "Entrypoint": ["tool"],
    "Cmd": ["--greet", "it's"],
}
# As Debian's.
PROFILE = b"""PATH="/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"
export PATH
for i in /etc/profile.d/*.sh; do . "$i"; done
"""
TOOL = b"#!/bin/sh\necho \"tool $* in $PWD\"\n"


def busybox():
    """The image's tree, as the lowest layer."""
    done = subprocess.run(["tar", "-C", g.IMAGES / "busybox/rootfs", "-c", "."],
                          capture_output=True, check=True)
    return done.stdout


def layers():
    return [busybox(), tar_bytes([
        entry("opt/tool/bin/tool", content=TOOL, mode=0o755), folder("srv/app", uid=1000),
        entry("etc/profile", content=PROFILE), folder("etc/profile.d")])]


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    top = tmp_path_factory.mktemp("settings")
    images = top / "images"
    saved = docker_save(top / "t.tar", [Saved(layers(), config=CONFIG)])
    done = subprocess.run([g.ATOLL_IMAGE, "-d", images, "import", "tool", saved],
                          capture_output=True, text=True,
                          env={**os.environ, "ATOLL_IMAGE_SYNC": "no"})
    assert done.returncode == 0, done.stderr
    return images, done.stdout


def new_lab(images, folder, *args):
    config = folder / "site.conf"
    config.write_text(f'image_dir = "{images}";\n')
    return subprocess.run([g.BUILD / "atoll", "-c", config, "lab", "new", *args], cwd=folder,
                          capture_output=True, text=True)


@pytest.fixture(scope="module")
def gw(start_gateway, images, tmp_path_factory):
    folder = tmp_path_factory.mktemp("new")
    done = new_lab(images[0], folder, "--image", "tool", "made")
    assert done.returncode == 0, done.stderr
    made = (folder / "made.conf").read_text().replace("open = false", "open = true")
    labs = {"box": {"image": "tool"}, "own": {"image": "tool", "environment": {"MINE": "1"}},
            "workshop": made}
    return start_gateway(image_dir=images[0], labs=labs)


def test_a_lab_without_environment_has_the_images(gw):
    said = gw.out("demo+box", "env; which tool; pwd")
    assert re.search("^PATH=/opt/tool/bin:/usr/local/bin:/usr/bin:/bin(:/.atoll/bin)?$", said, re.M)
    assert 'TOOL_VERSION=1.2 "3"\n' in said and "EMPTY=\n" in said and "TWO=a\nb\n" in said
    assert "HOME=/home/student\n" in said and "USER=student\n" in said
    assert "ATOLL_LAB=fake" not in said
    assert said.endswith("/opt/tool/bin/tool\n/home/student\n")


def test_a_login_shell_has_its_path_too(gw):
    """Though /etc/profile sets another."""
    t = gw.shell("demo+box")
    said, status = t.run('tool here; echo "$PATH"; echo "$TOOL_VERSION"')
    t.close()
    assert status == 0 and said.splitlines() == [
        "tool here in /home/student",
        "/opt/tool/bin:/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games", '1.2 "3"']


def test_a_labs_own_environment_is_all_it_has(gw):
    said = gw.out("demo+own", "env")
    assert "MINE=1\n" in said and "TOOL_VERSION" not in said
    assert "PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games" in said


def test_a_new_lab_of_an_image_starts_what_the_image_does(gw):
    t = gw.terminal("demo+workshop")
    t.expect(r"tool --greet it's in /srv/app\r\n")
    t.close()
    said = gw.out("demo+workshop", "pwd; env")
    assert said.startswith("/srv/app\n") and 'TOOL_VERSION=1.2 "3"\n' in said


def test_import_prints_the_lines_and_the_manifest_keeps_them(images):
    folder, said = images
    for line in ('image = "tool";', 'user = "student";', 'workdir = "/srv/app";',
                 'command = [ "/opt/tool/bin/tool", "--greet", "it\'s" ];',
                 'PATH = "/opt/tool/bin:/usr/local/bin:/usr/bin:/bin";',
                 'TOOL_VERSION = "1.2 \\"3\\"";', "'atoll lab new --image tool LAB'"):
        assert line in said
    assert "HOME" not in said
    kept = (folder / "tool/manifest.conf").read_text()
    assert '\tuser = "1000:1000";' in kept and '\tworkdir = "/srv/app";' in kept
    assert '\tentrypoint = [ "tool" ];' in kept and '\tcommand = [ "--greet", "it\'s" ];' in kept
    assert '"HOME=/root"' in kept  # as the image has it
    verify = subprocess.run([g.ATOLL_IMAGE, "-d", folder, "verify", "tool"], capture_output=True)
    assert verify.returncode == 0


@pytest.mark.parametrize("write", ["docker", "oci"])
@pytest.mark.parametrize("config, lines, absent", [
    ({}, ['user = "student";'], ["workdir", "command", "environment"]),
    ({"User": "root", "Cmd": ["/bin/sh"]}, ['user = "root";'], ["command"]),  # its shell
    ({"User": "student:daemon", "Cmd": ["sh", "-c", "x"]},
     ['user = "student";', 'command = [ "/bin/sh", "-c", "x" ];'], ["workdir"]),
    ({"User": "4711"}, ["# no user 4711 in its etc/passwd: --add-user"], ["user ="]),
    ({"Cmd": "none of these", "Env": {"a": 1}, "User": 7, "WorkingDir": ["x"]},
     ['user = "student";'], ["workdir", "environment"]),
    ({"Env": None, "Cmd": None, "Entrypoint": None}, ['user = "student";'], ["environment"]),
    ({"WorkingDir": "relative", "Cmd": ["./x", "\x1b[31m"]},
     ['user = "student";'], ["command", "workdir"]),
])
def test_what_is_odd_is_left_alone(atoll_image, out, tmp_path, write, config, lines, absent):
    image = Saved(layers(), config=config)
    saved = (docker_save(tmp_path / "t.tar", [image]) if write == "docker" else
             oci_archive(tmp_path / "t.tar", image))
    done = atoll_image("import", "one", saved)
    assert done.returncode == 0, done.stderr
    for line in lines:
        assert line in done.stdout
    for word in absent:
        assert word not in "\n".join(x for x in done.stdout.splitlines() if x.startswith("  ")
                                     and not x.startswith("  #"))


def test_an_added_user_is_the_labs(atoll_image, out, tmp_path):
    saved = docker_save(tmp_path / "t.tar", [Saved(layers(), config=CONFIG)])
    done = atoll_image("import", "--add-user", "alice", "one", saved)
    assert done.returncode == 0 and '  user = "alice";' in done.stdout


def test_a_new_lab_needs_an_image_that_is_there(images, tmp_path):
    for args, said in [(("c1", "--image", "none"), "image none: "), (("--image", "tool"), "usage"),
                       (("c1", "--image"), "usage"), (("c1", "--image", "../x"), "cannot be the name")]:
        done = new_lab(images[0], tmp_path, *args)
        assert done.returncode != 0 and said in done.stderr
        assert not list(tmp_path.glob("c*.conf"))
    done = new_lab(images[0], tmp_path, "c1", "--image=tool")
    assert done.returncode == 0 and 'image = "tool";' in (tmp_path / "c1.conf").read_text()
    done = new_lab(images[0], tmp_path, "c1", "--image=tool")
    assert done.returncode == 1 and "c1.conf: choose another name, or remove it" in done.stderr
    done = new_lab(images[0], tmp_path, "c2")
    assert done.returncode == 0 and 'image = "debian-dev";' in (tmp_path / "c2.conf").read_text()


def test_more_than_a_sandbox_can_be_told_is_refused(new_gateway, atoll_image, out, tmp_path):
    many = [f"V{i}=x" for i in range(65)]
    saved = docker_save(tmp_path / "t.tar", [Saved(layers(), config={"Env": many})])
    assert atoll_image("import", "one", saved).returncode == 0
    gw = new_gateway(start=False, image_dir=out, labs={"box": {"image": "one"}})
    done = gw.check()
    assert done.returncode == 1
    assert re.search(r"box\.conf:\d+: image one has an environment of 65 variables", done.stderr)
    assert "give the lab an environment of its own" in done.stderr
    gw.write_lab("box", {"image": "one", "environment": {"A": "1"}})
    assert gw.check().returncode == 0


def test_names_that_libconfig_has_not_are_kept(new_gateway, atoll_image, out, tmp_path):
    config = {"Env": ["_JAVA_OPTIONS=-Xmx64m", "A=1"]}
    saved = docker_save(tmp_path / "t.tar", [Saved(layers(), config=config)])
    done = atoll_image("import", "tool", saved)
    assert '    "_JAVA_OPTIONS=-Xmx64m",\n    "A=1"\n' in done.stdout
    done = new_lab(out, tmp_path, "--image", "tool", "made")
    assert done.returncode == 0, done.stderr
    made = (tmp_path / "made.conf").read_text().replace("open = false", "open = true")
    gw = new_gateway(image_dir=out, labs={"made": made, "box": {"image": "tool"}})
    for lab in ("made", "box"):
        assert "_JAVA_OPTIONS=-Xmx64m\n" in gw.out(f"demo+{lab}", "env")
