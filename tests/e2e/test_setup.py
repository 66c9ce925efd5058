"""A lab's setup prepares the sandbox, as its root, before the student enters."""
import hashlib
import hmac
import re

import pytest

import gateway as g
from gateway import wait_until

pytestmark = pytest.mark.quick

SETUP = """#!/bin/sh -e
echo "account=$ATOLL_ACCOUNT lab=$ATOLL_LAB user=$ATOLL_USER home=$ATOLL_HOME" >/told
echo "$ATOLL_SECRET" >/secret
chmod 600 /secret
echo "uid=$(id -u) HOME=$HOME COURSE=$COURSE pwd=$PWD args=$#" >/self
(echo "input: $(cat)"; tty || :) >/stdio
ls /proc/self/fd >/descriptors
mkdir "$ATOLL_HOME/work"
chown "$ATOLL_USER" "$ATOLL_HOME/work"
"""

FAILING = """#!/bin/sh
echo first line
printf 'the data\\033[31m of exercise 3 are missing\\n\\n'
exit 3
"""

# Background jobs of a setup may go on: a service of the lab's.
SERVICE = """#!/bin/sh
(while :; do date >/tmp/beat; sleep 0.1; done) >/dev/null 2>&1 &
"""

PROGRAMS = {
    "good.setup": SETUP,
    "failing.setup": FAILING,
    "hanging.setup": "#!/bin/sh\necho waiting for godot\nsleep 1000\n",
    "loud.setup": "#!/bin/sh\nyes noise | head -c 3000000\necho the last word\nexit 1\n",
    "killed.setup": "#!/bin/sh\nkill -9 $$\n",
    "service.setup": SERVICE,
}


def write_program(gw, name, text):
    path = gw.labs_dir / name
    path.write_text(text)
    path.chmod(0o700)  # root's alone on the host


@pytest.fixture(scope="module")
def gw(start_gateway):
    gw = start_gateway(
        start=False,
        labs={
            "good": {"setup": "good.setup", "environment": {"COURSE": "c101"}, "linger": "1m"},
            "failing": {"setup": "failing.setup"},
            "hanging": {"setup": "hanging.setup", "setup_time": "1s"},
            "loud": {"setup": "loud.setup"},
            "killed": {"setup": "killed.setup"},
            "service": {"setup": "service.setup"},
            "plain": {},
        },
        accounts=["demo", "bob"],
    )
    for name, text in PROGRAMS.items():
        write_program(gw, name, text)
    return gw.start()


def secret_of(gw, account, lab):
    key = (gw.folder / "state/secret.key").read_bytes()
    return hmac.new(key, f"{account}\0{lab}".encode(), hashlib.sha256).hexdigest()


def test_it_is_told_whose_seat_it_prepares(gw):
    told = "account=demo lab=good user=student home=/home/student\n"
    assert gw.out("demo+good", "cat /told") == told


def test_it_runs_as_root_without_a_terminal_or_input(gw):
    assert gw.out("demo+good", "cat /self") == "uid=0 HOME=/root COURSE=c101 pwd=/ args=0\n"
    assert gw.out("demo+good", "cat /stdio") == "input: \nnot a tty\n"
    assert gw.out("demo+good", "cat /descriptors").split() == ["0", "1", "2", "3"]


def test_the_student_finds_what_it_made(gw):
    assert gw.out("demo+good", "touch work/mine && ls work") == "mine\n"


def test_each_seat_has_a_secret_of_its_own(gw):
    # The student cannot read what the setup keeps: init's root can.
    found = {}
    for account in "demo", "bob":
        done = gw.ssh(f"{account}+good", "cat /secret")
        assert done.returncode != 0 and "Permission denied" in done.stderr
        [sandbox] = [s["sandbox"] for s in gw.ls()
                     if s["account"] == account and s["lab"] == "good"]
        found[account] = read_as_root(gw, sandbox)
    assert found == {a: secret_of(gw, a, "good") for a in ("demo", "bob")}


def read_as_root(gw, sandbox):
    """/secret of a sandbox, by the host's root."""
    return open(f"/proc/{gw.init_of(sandbox)}/root/secret").read().strip()


def test_the_student_never_sees_secret_or_program(gw):
    assert "ATOLL_SECRET" not in gw.out("demo+good", "env")
    for command in "ls /.atoll-lab", "cat /.atoll-lab/setup", "cat /proc/1/environ":
        done = gw.ssh("demo+good", command)
        assert done.returncode != 0 and "Permission denied" in done.stderr, done


def test_a_lab_without_programs_has_no_place_for_them(gw):
    assert ".atoll-lab" not in gw.out("demo+plain", "ls -a /")


def test_its_last_words_are_told_when_it_fails(gw):
    done = gw.ssh("demo+failing", "true")
    assert done.returncode == 1
    assert done.stderr == (
        "atoll: tell your instructor: the lab's setup failed (exit status 3):"
        " the data?[31m of exercise 3 are missing\n"
    )
    gw.wait_log(r"sandbox=\d+ account=demo lab=failing cannot build: the lab's setup failed"
                r" \(exit status 3\): the data\?\[31m of exercise 3 are missing$")


@pytest.mark.longer
def test_one_that_hangs_is_ended(gw):
    done = gw.ssh("demo+hanging", "true")
    assert done.returncode == 1
    assert done.stderr == ("atoll: tell your instructor: the lab's setup failed"
                           " (not over within setup_time, 1 s): waiting for godot\n")


@pytest.mark.slow
def test_a_student_is_told_what_they_wait_for(new_gateway):
    gw = new_gateway(start=False, labs={"box": {"setup": "box.setup", "setup_time": "2m"}})
    write_program(gw, "box.setup", "#!/bin/sh\nsleep 4\n")
    gw.start()
    t = gw.terminal("demo")
    t.expect("atoll: your sandbox is being prepared, which may take up to 2 minutes\r\n")
    t.expect_prompt()


def test_one_that_prints_megabytes_is_cut(gw):
    done = gw.ssh("demo+loud", "true")
    assert done.stderr == ("atoll: tell your instructor: the lab's setup failed (exit status 1):"
                           " the last word\n")


def test_one_that_is_killed(gw):
    done = gw.ssh("demo+killed", "true")
    assert done.stderr == "atoll: tell your instructor: the lab's setup failed (ended by signal 9)\n"


def test_a_failed_one_leaves_nothing(gw):
    gw.ssh("demo+failing", "true")
    wait_until(lambda: not [s for s in gw.ls() if s["lab"] == "failing"], "no seat left")


def test_what_it_leaves_running_runs_on(gw):
    out = gw.out("demo+service", "until [ -s /tmp/beat ]; do sleep 0.1; done; echo beats")
    assert out == "beats\n"


def test_a_student_who_leaves_meanwhile_is_no_trouble(gw):
    before = len(gw.lines)
    client = gw.ssh_start("demo+hanging", "true")
    wait_until(lambda: [s for s in gw.ls() if s["state"] == "building"], "setup runs")
    client.kill()
    client.communicate()
    gw.wait_log(r"lab=hanging sandbox ended|lab=hanging cannot build", since=before)
    gw.wait_log(r"connection ended", since=before)


def test_a_changed_one_counts_from_the_next_reload(new_gateway):
    gw = new_gateway(start=False, labs={"box": {"setup": "box.setup"}})
    write_program(gw, "box.setup", "#!/bin/sh\necho one >/made\n")
    gw.start()
    assert gw.out("demo", "cat /made") == "one\n"
    gw.wait_no_sandbox()
    write_program(gw, "box.setup", "#!/bin/sh\necho two >/made\n")
    assert gw.out("demo", "cat /made") == "one\n"
    gw.wait_no_sandbox()
    assert gw.atoll("reload").returncode == 0
    assert gw.out("demo", "cat /made") == "two\n"


def test_root_of_the_sandbox_is_told_of_in_the_check(new_gateway):
    gw = new_gateway(start=False, labs={"box": {"setup": "box.setup", "user": "root"}})
    write_program(gw, "box.setup", "#!/bin/sh\n")
    done = gw.check()
    assert done.returncode == 0
    assert "box.conf:4: students are root inside and can read setup, check" in done.stderr


def test_a_capability_that_is_as_good_as_root_is_told_of_too(new_gateway):
    gw = new_gateway(start=False, labs={
        "bad": {"setup": "s.setup", "capabilities": ["net_raw", "dac_override"]},
        "good": {"setup": "s.setup", "capabilities": ["net_raw"]},
        "none": {"capabilities": ["dac_override"]},
    })
    write_program(gw, "s.setup", "#!/bin/sh\n")
    done = gw.check()
    assert done.returncode == 0
    [line] = [w for w in done.stderr.splitlines() if "students can read" in w]
    assert "bad.conf:4: with one of chown, dac_override" in line


@pytest.mark.parametrize(
    "text, error",
    [
        (None, "No such file or directory"),
        ("echo hello\n", "is no program"),
        ("#!/usr/bin/ruby\n", "image busybox has no /usr/bin/ruby"),
        ("#!/bin/sh\n" + "#" * (4 << 20), "at most 4M"),
    ],
    ids=["missing", "text", "interpreter", "size"],
)
def test_what_cannot_run_is_an_error_at_its_line(new_gateway, text, error):
    gw = new_gateway(start=False, labs={"box": {"setup": "box.setup"}})
    if text is not None:
        write_program(gw, "box.setup", text)
    done = gw.check()
    assert done.returncode == 1
    assert "labs/box.conf:3: setup = " in done.stderr and error in done.stderr


def test_the_secret_outlives_a_restart(new_gateway):
    gw = new_gateway(start=False, labs={"box": {"setup": "box.setup"}})
    write_program(gw, "box.setup", '#!/bin/sh\necho "$ATOLL_SECRET" >/secret\n')
    gw.start()
    first = gw.out("demo", "cat /secret")
    gw.stop()
    gw.start()
    assert gw.out("demo", "cat /secret") == first == secret_of(gw, "demo", "box") + "\n"
    assert (gw.folder / "state/secret.key").stat().st_mode & 0o777 == 0o600
