"""configs/: the files that we ship are accepted, and say what holds."""
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("ATOLL_BUILD", ROOT / "build"))
IMAGES = Path("/var/lib/atoll/images")

pytestmark = pytest.mark.quick


def atolld(*args):
    return subprocess.run(
        [BUILD / "atolld", *args],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
    )


@pytest.fixture
def configs(tmp_path):
    """A copy of configs/ with host keys, and images that need not be built."""
    there = shutil.copytree(ROOT / "configs", tmp_path / "configs")
    for folder in there, there / "demo":
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", ""]
            + ["-f", folder / "ssh_host_ed25519_key"],
            check=True,
        )
    for name in "debian-dev", "busybox", "packets", "debian-admin", "debian-web":
        etc = tmp_path / "images" / name / "rootfs/etc"
        etc.mkdir(parents=True)
        (etc / "passwd").write_text("root:x:0:0::/root:/bin/sh\nstudent:x:1000:1000::/home/student:/bin/sh\n")
        (etc / "group").write_text("root:x:0:\nstudent:x:1000:\n")
        (etc.parent / "bin").mkdir()
        for shell in "sh", "bash":
            (etc.parent / "bin" / shell).touch(mode=0o755)
    return there


def with_images(conf, text):
    """The file, with image_dir where the fixture has its images."""
    text = re.sub(r"(?m)^image_dir = .*\n", "", text)
    conf.write_text(text + f'image_dir = "{conf.parents[0]}/images";\n')
    images = conf.parent / "images"
    if not images.exists():
        source = next(p for p in conf.parents if (p / "images").is_dir())
        images.symlink_to(source / "images")
    return conf


def effective(conf):
    done = atolld("-T", "-c", conf)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_atoll_conf_shows_every_option_at_its_default(configs):
    full = with_images(configs / "atoll.conf", (configs / "atoll.conf").read_text())
    least = configs / "least.conf"
    with_images(
        least,
        'listen = ( { address = "0.0.0.0"; }, { address = "::"; } );\n'
        'host_keys = [ "ssh_host_ed25519_key" ];\n',
    )
    shown, default = effective(full), effective(least)
    assert shown == default
    text = (ROOT / "configs/atoll.conf").read_text()
    for name in re.findall(r"(?m)^(\w+) = ", default):
        if name != "labs":
            assert re.search(rf"(?m)^{name} = ", text), f"{name} is missing"


def test_the_example_lab_shows_every_option_at_its_default(configs):
    conf = with_images(configs / "atoll.conf", (configs / "atoll.conf").read_text())
    example = configs / "labs/example.conf"
    shown = effective(conf)
    for name in re.findall(r"(?m)^\s+(\w+) = ", shown[shown.index("labs = ") :]):
        if name not in ("name", "file"):
            assert re.search(rf"(?m)^(#[ \t].*\b)?{name} = ", example.read_text()), name
    example.write_text(
        'image = "debian-dev"; title = "An example"; groups = [ "cs101" ];\n'
        'environment = { LANG = "C.UTF-8"; };\n'
    )
    assert effective(conf) == shown


def test_every_sample_lab_with_a_check_has_staff_and_what_tests_it():
    for conf in (ROOT / "configs/labs").glob("*.conf"):
        text = conf.read_text()
        if re.search("(?m)^check = ", text):
            assert re.search('(?m)^solve = ".+";', text), f"{conf}: no solve"
            assert re.search("(?m)^staff = ", text), f"{conf}: no staff"


def test_the_demo_is_accepted(configs):
    conf = configs / "demo/atoll.conf"
    done = atolld("-t", "-c", with_images(conf, conf.read_text()))
    assert done.returncode == 0, done.stderr


def test_the_demo_listens_on_loopback_only():
    text = (ROOT / "configs/demo/atoll.conf").read_text()
    assert set(re.findall(r'address = "(.*?)"', text)) == {"127.0.0.1", "::1"}


def test_the_demo_passwords_are_what_it_says(configs):
    """Hashes are checked here: a wrong one is a demo that nobody can enter."""
    crypt = pytest.importorskip("crypt")
    text = (ROOT / "configs/demo/atoll.conf").read_text()
    pairs = re.findall(r'name = "(\w+)";\s+password = "(.*?)"', text)
    assert [name for name, _ in pairs] == ["demo", "guest", "teacher"]
    for name, stored in pairs:
        assert crypt.crypt(name, stored) == stored
