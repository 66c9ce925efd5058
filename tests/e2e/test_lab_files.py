"""atoll lab ...: what an instructor does with lab files."""
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

import gateway as g

ISLET = Path(__file__).parent / "islet"
REFUSED = "not one that a lab may have"


def atoll(*args, beside=g.BUILD, **how):
    return subprocess.run([beside / "atoll", *args], capture_output=True, text=True, **how)


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


def test_a_file_of_islets_becomes_a_lab(new_gateway, tmp_path):
    done = atoll("lab", "from-islet", ISLET / "islet.conf", ISLET / "sniffing.conf")
    assert done.returncode == 0, done.stderr
    lab = done.stdout
    # What the test's image lacks.
    lab = lab.replace('"packet-lab"', '"busybox"').replace('"demo"', '"student"')
    lab = lab.replace('swap = "10M"', 'swap = 0')
    # It is writable, and /var/tmp honours set-id bits.
    with g.nosuid(tmp_path):
        out = settings_of(lab.replace('"/var/tmp"', f'"{tmp_path}"'), new_gateway)
    for line in [
        'title = "Packets, a training image"',
        "memory = 268435456",
        "cpu_weight = 50",
        'hostname = "packets"',
        'workdir = "/home/demo"',
        "capabilities = [ ]",  # docker's are not the processes' of a user
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
        "sniffing.conf:18: capability net_admin was for set-id programs",
        "sniffing.conf:19: capability net_raw was for set-id programs",
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
    assert "banner = " in motd
    gw = new_gateway(labs={"box": 'image = "busybox"; open = true;\n' + motd})
    t = gw.shell()
    assert "  /\\  $ `\r\n Packets\r\n" in t.child.before
    assert 'materials are in "/exercises"' in t.child.before


@pytest.mark.parametrize(
    "text, hidden",
    [("", False), ('ENABLE="yes"\n', False), ("ENABLE=no\n", True), ("VISIBLE=no\n", True),
     ("VISIBLE=no\nENABLE=yes\n", False)],
)
def test_what_islets_menu_did_not_show_is_hidden(tmp_path, text, hidden):
    assert ("hidden = true" in convert(tmp_path, "IMAGE=x\n" + text).stdout) == hidden


def test_a_banner_that_is_too_long_is_told(tmp_path):
    done = convert(tmp_path, 'IMAGE=x\nBANNER="' + "#" * 5000 + '"\n')
    assert done.returncode == 0 and "banner_file" in done.stderr
    assert "banner =" not in done.stdout


def test_variables_of_variables_come_to_an_end(tmp_path):
    done = convert(tmp_path, "IMAGE=x\nA=aaaaaaaa\n" + "A=$A$A\n" * 100)
    assert done.returncode == 0 and "makes this value too long" in done.stderr
    assert len(done.stderr) < 1 << 20


def test_a_percent_sign_of_islets_is_no_placeholder(tmp_path, new_gateway):
    done = convert(tmp_path, "IMAGE=x\nMOTD='100%sure, 5 %'\n")
    assert done.returncode == 0, done.stderr
    lab = done.stdout.replace(f'image = "', 'image = "busybox"; # "')
    assert 'motd = "100%%sure, 5 %%"' in settings_of(lab, new_gateway)


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
    source = (g.ROOT / "gateway/islet/islet_keys.c").read_text()
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


# --- check ------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path, images):
    """Where an instructor has lab files, with a site of its own."""
    tmp_path.chmod(0o755)
    (tmp_path / "site.conf").write_text(f'image_dir = "{images}";\n')

    def program(name, text):
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)

    def lab(name, **options):
        (tmp_path / f"{name}.conf").write_text(
            g.settings({"image": "busybox", "open": True, **options}))
        return f"{name}.conf"

    def check(*files, **how):
        return atoll("-c", "site.conf", "lab", "check", *files, cwd=tmp_path, timeout=120, **how)

    return program, lab, check


@pytest.fixture
def clean():
    before = set(Path("/tmp").glob("atoll-check-*"))
    yield
    assert set(Path("/tmp").glob("atoll-check-*")) == before


root = pytest.mark.skipif(os.geteuid() != 0, reason="sandboxes are root's to start")


@root
def test_a_good_lab_is_tried(folder, clean):
    program, lab, check = folder
    program("setup.sh", "echo $ATOLL_LAB >/home/student/lab")
    program("check.sh", "echo points 1/3 one; test -f /home/student/lab && echo points 1/1 two")
    good = lab("good", setup="setup.sh", check="check.sh", home="seat")
    plain = lab("plain")
    done = check(good, plain)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "good.conf: check: Points: 2 of 4" in done.stdout
    assert "good.conf: ok: a sandbox starts in" in done.stdout
    assert "plain.conf: ok" in done.stdout and "it has no check" in done.stdout


@root
def test_sandboxes_that_stand_ready_are_counted_as_the_site_has_places(folder, clean, tmp_path):
    _, lab, check = folder
    done = check(lab("ready", warm=3))
    assert done.returncode == 0 and done.stderr == "", done
    with open(tmp_path / "site.conf", "a") as site:
        site.write("sandboxes_max = 2;\n")
    done = check("ready.conf")
    assert done.returncode == 1
    assert "ready.conf:3: warm = 3 is more than sandboxes_max of the site, which is 2" in done.stderr


@root
@pytest.mark.parametrize(
    "options, setup, said",
    [
        ({"setup": "s.sh"}, "echo no disk today; exit 3",
         "bad.conf: the lab's setup failed (exit status 3): no disk today"),
        ({"setup": "s.sh", "setup_time": "1s"}, "sleep 100", "bad.conf: the lab's setup"),
        ({"check": "s.sh", "check_time": "1s"}, "sleep 100",
         "bad.conf: check did not end with a result"),
        ({"check": "s.sh"}, "echo points 2/2 all", "a fresh sandbox has all points"),
        ({"memory": "900000G", "disk": "1M"}, "", "bad.conf:"),
        ({"user": "nobody"}, "", "bad.conf: the student's shell"),
    ],
)
def test_what_only_a_sandbox_shows_is_told(folder, clean, options, setup, said):
    program, lab, check = folder
    program("s.sh", setup)
    done = check(lab("bad", **options))
    assert said in done.stderr, done
    assert done.returncode == (0 if "fresh" in said else 1)


def test_every_error_of_every_file_is_told(folder, clean):
    _, lab, check = folder
    a = lab("a", pids=1, foo=2)
    b = lab("b", mounts=[{"source": "/nonexistent", "target": "/x"}])
    done = check(a, b)
    assert done.returncode == 1 and done.stdout == ""
    assert "a.conf:4: unknown option foo" in done.stderr
    assert "a.conf:3: pids = 1 is outside" in done.stderr
    assert "b.conf:3: mount source /nonexistent" in done.stderr
    assert "/tmp/atoll-check" not in done.stderr


def test_files_that_are_no_labs(folder, clean, tmp_path):
    _, lab, check = folder
    lab("a")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/a.conf").write_text("")
    (tmp_path / "a+b.conf").write_text("")
    (tmp_path / "broken.conf").write_text("image = ;")
    for files, said in [
        (["missing.conf"], "missing.conf: No such file"),
        (["a.conf", "sub/a.conf"], "another of the files is a lab a"),
        (["a+b.conf"], "a lab has the name of its file"),
        (["site"], "No such file"),
        (["broken.conf"], "broken.conf:1: syntax error"),
    ]:
        done = check(*files)
        assert done.returncode == 1 and said in done.stderr, done


@root
def test_without_root_the_file_alone_is_checked(images, clean):
    """In a folder, and with programs, that others may read."""
    def as_nobody():
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)

    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for program in "atoll", "atoll-loader":
            shutil.copy(g.BUILD / program, folder)
        (folder / "site.conf").write_text(f'image_dir = "{images}";\n')
        (folder / "a.conf").write_text('image = "busybox";\n')
        (folder / "b.conf").write_text('image = "busybox"; pids = 1;\n')
        how = {"beside": folder, "cwd": folder, "preexec_fn": as_nobody}
        done = atoll("-c", "site.conf", "lab", "check", "a.conf", **how)
        assert done.returncode == 0, done.stderr
        assert "root would also see whether a sandbox starts" in done.stdout
        done = atoll("-c", "site.conf", "lab", "check", "b.conf", **how)
        assert done.returncode == 1 and "b.conf:1: pids = 1 is outside" in done.stderr


LEAKS = """printf '#include <stdlib.h>\\nint main(void){volatile char *p=malloc(9);p=0;return 0;}' >x.c
gcc -fsanitize=address x.c -o x && ./x"""


@root
@pytest.mark.skipif(not g.HAS_DEBIAN, reason=f"no image debian-dev in {g.IMAGES}")
def test_a_lab_with_sanitizers_is_told_what_they_need(folder, clean, new_gateway):
    """And it is so."""
    _, lab, check = folder
    dev = {"image": "debian-dev"}
    labs = {"plain": dev, "debug": {**dev, "seccomp": "debug"},
            "quiet": {**dev, "environment": {"ASAN_OPTIONS": "detect_leaks=0"}}}
    done = check(*[lab(name, **options) for name, options in labs.items()])
    assert done.returncode == 0, done.stderr
    told = [line.split(":")[0] for line in done.stdout.splitlines() if "LeakSanitizer" in line]
    assert told == ["plain.conf"]
    gw = new_gateway(labs=labs)
    assert "LeakSanitizer has encountered a fatal error" in gw.ssh("demo+plain", LEAKS).stderr
    assert "9 byte(s) leaked in 1 allocation" in gw.ssh("demo+debug", LEAKS).stderr
    assert gw.ssh("demo+quiet", LEAKS).returncode == 0


@root
def test_programs_that_do_less_in_a_sandbox_are_named(folder, clean):
    program, lab, check = folder
    program("makes.setup", "for p in node perf tcpdump; do\n"
                    "cp /bin/busybox /usr/bin/$p; done\n")
    done = check(lab("a", setup="makes.setup"), lab("b", capabilities=["net_raw"]))
    notes = [line for line in done.stdout.splitlines() if ": note: " in line]
    for line, word in zip(notes, ("io_uring", "perf_event_open", "packet sockets", "net_raw"), strict=True):
        assert line.startswith("a.conf: note: ") and word in line


@root
def test_programs_that_want_setuid_are_named(folder, clean):
    """With their paths; not where the lab has it."""
    program, lab, check = folder
    program("makes.setup", "cp /bin/busybox /usr/bin/sudo && chmod 4755 /usr/bin/sudo\n"
                           "mkdir -p /opt/bin && cp /bin/busybox /opt/bin/wall && chmod 2755 /opt/bin/wall\n"
                           "mkdir -m 4755 /opt/folder\n"
                           "printf '#!/bin/sh\\necho $1 $2 cap_chown=ep' >/usr/sbin/getcap\n"
                           "chmod 755 /usr/sbin/getcap\n")
    done = check(lab("a", setup="makes.setup"), lab("b", setup="makes.setup", setuid=True), lab("c"))
    assert done.returncode == 0, done.stderr
    notes = [line for line in done.stdout.splitlines() if "setuid = true" in line]
    assert [line.split(": ", 2)[0] for line in notes] == ["a.conf", "a.conf"], done.stdout
    assert notes[0].endswith("unless the lab has setuid = true: /opt/bin/wall /usr/bin/sudo ")
    assert notes[1].endswith("setuid = true: -r / cap_chown=ep ")


@root
@pytest.mark.skipif(not g.HAS_DEBIAN, reason=f"no image debian-dev in {g.IMAGES}")
def test_debians_set_uid_programs_are_named(folder, clean):
    _, lab, check = folder
    done = check(lab("a", image="debian-dev"))
    [note] = [line for line in done.stdout.splitlines() if "set-uid" in line]
    assert {"/usr/bin/su", "/usr/bin/passwd", "/usr/bin/newgrp"} <= set(note.split())


@root
def test_a_gateway_that_runs_is_left_alone(new_gateway, folder, clean):
    _, lab, check = folder
    gw = new_gateway()
    t = gw.shell()
    assert check(lab("a")).returncode == 0
    assert t.run("echo on")[0] == "on\n"


@root
def test_a_new_lab_file_passes_but_for_its_image(folder, clean, tmp_path):
    _, _, check = folder
    assert atoll("lab", "new", "fresh", cwd=tmp_path).returncode == 0
    file = tmp_path / "fresh.conf"
    file.write_text(file.read_text().replace("debian-dev", "busybox"))
    done = check("fresh.conf")
    assert done.returncode == 0, done.stderr


def test_a_user_of_islets_gets_no_more_rights_than_there(tmp_path):
    keys = 'CAP_SETUID="yes"\nCAP_NET_ADMIN="yes"\nDROP_ALL="yes"\nMEMORY="256m"\nSWAP="200m"\n'
    file = tmp_path / "islet.conf"
    file.write_text('IMAGE="a"\nVIRTUSER="demo"\n' + keys)
    done = atoll("lab", "from-islet", file)
    assert "setuid" not in done.stdout and "swap" not in done.stdout
    assert "docker's total of memory and swap" in done.stderr
    file.write_text('IMAGE="a"\nVIRTUSER="root"\n' + keys.replace("200m", "300m"))
    done = atoll("lab", "from-islet", file)
    assert 'capabilities = [ "setuid" ]' in done.stdout and 'swap = "44M"' in done.stdout
    assert "capability net_admin is " + REFUSED in done.stderr
    assert 'DROP_ALL="yes": root of a sandbox keeps what administers it' in done.stderr
    file.write_text('IMAGE="a"\nVIRTUSER="demo"\nOPTIONS="--cap-add=SETUID"\n')
    assert "setuid" not in atoll("lab", "from-islet", file).stdout


@root
def test_a_warning_is_shown_once_and_with_its_file(new_gateway):
    """Of the lab that is checked and of the site around it."""
    gw = new_gateway(start=False, labs={"box": {}, "mine": {"open": None}})
    done = atoll("-c", gw.config_file, "lab", "check", gw.labs_dir / "mine.conf")
    said = done.stdout + done.stderr
    assert said.count("nobody may enter") == 1, done
    assert "mine.conf" in said and "<4>" not in said
