"""atoll lab ...: what an instructor does with lab files."""
import subprocess
from pathlib import Path

import pytest

import gateway as g

ISLET = Path(__file__).parent / "islet"
REFUSED = "not one that a lab may have"


def atoll(*args, **how):
    return subprocess.run([g.BUILD / "atoll", *args], capture_output=True, text=True, **how)


def convert(tmp_path, text):
    file = tmp_path / "islet.conf"
    file.write_text(text)
    return atoll("lab", "from-islet", file)


def settings_of(lab, factory):
    """What atolld -T says of a lab file, by way of an image that has its user."""
    gw = factory(start=False, labs={"converted": lab})
    done = gw.check("-T")
    assert done.returncode == 0, done.stderr
    return done.stdout


# --- ISLET ------------------------------------------------------------------


def test_a_file_of_islets_becomes_a_lab(new_gateway):
    done = atoll("lab", "from-islet", ISLET / "islet.conf", ISLET / "sniffing.conf")
    assert done.returncode == 0, done.stderr
    lab = done.stdout
    # What the test's image lacks.
    lab = lab.replace('"packet-lab"', '"busybox"').replace('"demo"', '"student"')
    lab = lab.replace('swap = "10M"', 'swap = 0')
    out = settings_of(lab, new_gateway)
    for line in [
        'title = "Packets, a training image"',
        "memory = 268435456",
        "cpu_weight = 50",
        'hostname = "packets"',
        'workdir = "/home/demo"',
        'capabilities = [ "net_raw", "kill" ]',
        "time_limit = 28800",
        'storage = "disk"',
        "disk = 1073741824",
        "linger = 0",
        "open = true",
    ]:
        assert line in out
    assert 'swap = "10M"' in done.stdout
    assert 'nofile = "256:512"' in lab and 'nproc = "50"' in lab
    assert 'source = "/var/tmp"; target = "/submit"; writable = true' in lab
    assert 'PLATFORM = "islet"' in lab and 'IMAGE = "example/packet-lab:1.2"' in lab
    said = done.stderr
    assert f"{ISLET}/islet.conf:17: source" in said
    for line in [
        "sniffing.conf:2: IMAGE",
        "sniffing.conf:18: capability net_admin is " + REFUSED,
        "ULIMIT_CORE",
        "docker's --dns",
        "ssh -L 8080:localhost:8080",
        "MISSING is not set",
        "DAYS",
    ]:
        assert line in said, said


def test_the_student_reads_what_islets_did(new_gateway):
    done = atoll("lab", "from-islet", ISLET / "islet.conf", ISLET / "sniffing.conf")
    motd = done.stdout[done.stdout.index("motd"):done.stdout.index("mounts")]
    gw = new_gateway(labs={"box": 'image = "busybox"; open = true;\n' + motd})
    t = gw.shell()
    assert "  /\\  $ `\r\n Packets\r\n" in t.child.before
    assert 'materials are in "/exercises"' in t.child.before


@pytest.mark.parametrize(
    "text, said",
    [
        ('IMAGE=x\nMOTD="$(touch {0})"\n', "not run"),
        ("IMAGE=x\nMOTD=`touch {0}`\n", "not run"),
        ('IMAGE=x\nMOTD="`touch {0}`"\n', "not run"),
        ("IMAGE=x\ntouch {0}\n", "touch {0}: a command, which is not run"),
        ("IMAGE=x; touch {0}\n", "not run"),
        ("IMAGE=x\nMOTD=${{X:-$(touch {0})}}\n", "more than a variable"),
        ("IMAGE=x\n. {0}\n", "that file is not read"),
        ("IMAGE=x\nA=b|touch {0}\n", "is not understood"),
        ("IMAGE=x\nMOTD=$(echo $(touch {0}) )\n", "not run"),
    ],
)
def test_nothing_of_it_is_executed(tmp_path, text, said):
    victim = tmp_path / "victim"
    done = convert(tmp_path, text.format(victim))
    assert done.returncode == 0, done.stderr
    assert said.format(victim) in done.stderr
    assert not victim.exists()
    assert 'image = "x"' in done.stdout


def test_what_a_file_says_stays_a_text(new_gateway, tmp_path):
    """No quotation of a shell's leads out of one of libconfig's."""
    text = 'IMAGE=busybox\nVIRTUSER=student\n' \
           'MOTD=\'a"; open = false; b = "\\\'\nDESCRIPTION="x\\\\\\"y\x01\t"\n'
    done = convert(tmp_path, text)
    assert done.returncode == 0, done.stderr
    out = settings_of(done.stdout, new_gateway)
    assert "open = true" in out
    assert 'motd = "a\\"; open = false; b = \\"\\\\"' in out


@pytest.mark.parametrize(
    "text, said",
    [
        ('IMAGE="x\n', "line 1: a quotation that does not end"),
        ("X=y\n", "names no IMAGE"),
        ('PLUGIN="restart"\n', "is a plugin of ISLET's menu"),
        ("", "names no IMAGE"),
    ],
)
def test_what_is_none_of_islets_is_refused(tmp_path, text, said):
    done = convert(tmp_path, text)
    assert done.returncode == 1
    assert said in done.stderr and done.stdout == ""


def test_files_that_are_none(tmp_path):
    (tmp_path / "binary").write_bytes(b"IMAGE=x\0y")
    (tmp_path / "large").write_bytes(b"#" * (2 << 20))
    for file in [tmp_path, tmp_path / "missing", tmp_path / "binary", tmp_path / "large",
                 Path("/dev/zero")]:
        done = atoll("lab", "from-islet", file)
        assert done.returncode == 1 and done.stdout == "", file
    assert atoll("lab").returncode == 2
    assert atoll("lab", "from-islet").returncode == 2
    assert atoll("lab", "nothing", "x").returncode == 2


def test_every_key_of_islets_is_in_the_page():
    source = (g.ROOT / "gateway/admin/islet.c").read_text()
    page = (g.ROOT / "configs/atoll-islet.7").read_text()
    table = source[source.index("} rules[] = {"):source.index("rule_of(")]
    keys = [line.split('"')[1] for line in table.splitlines() if line.startswith('\t{ "')]
    assert len(keys) > 50
    missing = [k for k in keys if k.rstrip("*") not in page]
    assert not missing


# --- new --------------------------------------------------------------------


def test_a_new_lab_file_is_one_to_begin_with(new_gateway, tmp_path):
    done = atoll("lab", "new", "c101", cwd=tmp_path)
    assert done.returncode == 0 and "atoll reload" in done.stdout
    text = (tmp_path / "c101.conf").read_text()
    out = settings_of(text.replace("debian-dev", "busybox"), new_gateway)
    assert 'title = "c101"' in out
    # What stands there as a comment is right as well.
    said = text.replace("debian-dev", "busybox").replace("# groups", "groups")
    said = said.replace("# time_limit", "time_limit").replace("# home_disk", "home_disk")
    assert 'groups = [ "cs101" ]' in settings_of(said, new_gateway)


def test_a_new_lab_file_overwrites_nothing(tmp_path):
    (tmp_path / "c101.conf").write_text("mine")
    done = atoll("lab", "new", "c101", cwd=tmp_path)
    assert done.returncode == 1 and "File exists" in done.stderr
    assert (tmp_path / "c101.conf").read_text() == "mine"
    (tmp_path / "link.conf").symlink_to(tmp_path / "elsewhere")
    assert atoll("lab", "new", "link", cwd=tmp_path).returncode == 1
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("name", ["../x", "a b", "", "A", "x" * 33, "a+b", "-x"])
def test_a_lab_cannot_be_called_anything(tmp_path, name):
    done = atoll("lab", "new", name, cwd=tmp_path)
    assert done.returncode in (1, 2)
    assert list(tmp_path.iterdir()) == []
