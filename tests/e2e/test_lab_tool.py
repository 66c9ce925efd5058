"""lab, the student's own tool: help, time, reset; and what connects to init's lab socket."""
import os
import re
import subprocess

import pytest

import gateway as g
from gateway import wait_until

pytestmark = pytest.mark.quick

HELP = "Read /exercises/README first.\nThen ask."


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(
        labs={
            "box": {"help": HELP, "linger": "90s"},
            "bare": {},
            "root": {"user": "root", "help": HELP},
        },
        accounts=["demo", "bob"],
        connections_per_account=30,
    )


def test_it_is_in_the_path(gw):
    assert gw.out("demo+box", "command -v lab") == "/usr/local/bin/lab\n"
    assert gw.out("demo+box", "lab --help").startswith("usage: lab COMMAND\n")


@pytest.mark.parametrize(
    "words", ["", "dance", "help me", "reset -y now then", "check -v", "HELP", "''",
              "terminals 1", "new 1", "attach 1 2"]
)
def test_anything_else_is_usage(gw, words):
    done = gw.ssh("demo+box", f"lab {words}")
    assert done.returncode == 2
    assert done.stdout == "" and done.stderr.startswith("usage: lab COMMAND\n")
    assert "  reset     [NAME]  a fresh sandbox" in done.stderr


def test_help_is_the_instructor_s_text(gw):
    assert gw.out("demo+box", "lab help") == HELP + "\n"
    assert gw.out("demo+root", "lab help") == HELP + "\n"


def test_a_lab_without_help_says_so(gw):
    done = gw.ssh("demo+bare", "lab help")
    assert (done.returncode, done.stdout) == (1, "This lab has no help text.\n")


def test_time_tells_of_the_limit(new_gateway):
    gw = new_gateway(labs={"box": {"time_limit": "2h", "idle_limit": "20m"}})
    assert "A connection that sends nothing for 20 minutes ends.\n" in gw.out("demo", "lab time")
    assert re.search(r"^It ends in (2 hours|1 hour 59 minutes) \(time_limit\)\.$",
                     gw.out("demo", "lab time"), re.M)


def test_time_says_what_is_known(gw):
    assert re.fullmatch(
        r"This sandbox has run for .*\.\n"
        r"When your last session ends, it waits 1 minute 30 seconds for you\.\n",
        gw.out("demo+box", "lab time"),
    )
    assert "it is thrown away at once" in gw.out("demo+bare", "lab time")


def test_help_of_a_reload_is_there_at_once(new_gateway):
    gw = new_gateway(labs={"box": {"help": "old"}})
    t = gw.shell("demo")
    assert t.run("lab help") == ("old\n", 0)
    gw.write_lab("box", {"help_file": "box.help"})
    (gw.labs_dir / "box.help").write_text("new for %account\n\nin %lab\n")
    assert gw.atoll("reload").returncode == 0
    assert t.run("lab help") == ("new for demo\n\nin box\n", 0)


def test_a_control_character_of_the_text_stays_away_from_the_terminal(new_gateway):
    gw = new_gateway(labs={"box": {"help": "a\x1b[2Jb\x07 äöü"}})
    assert gw.out("demo", "lab help") == "a?[2Jb? äöü\n"


# --- reset --------------------------------------------------------------------


def test_reset_asks_at_a_terminal(gw):
    t = gw.shell("demo+box")
    t.run("echo mine >~/kept")
    t.type("lab reset")
    t.expect("Type yes to go on: ")
    t.type("no")
    t.expect("Nothing was changed")
    t.expect_prompt()
    assert t.run("cat ~/kept") == ("mine\n", 0)


def test_reset_without_a_terminal_must_be_meant(gw):
    done = gw.ssh("demo+box", "lab reset")
    assert done.returncode == 2
    assert "lab: there is no terminal to ask at: 'lab reset -y' does not ask" in done.stderr


def test_reset_ends_every_session_and_gives_a_fresh_sandbox(gw):
    one, two, bob = gw.shell("demo+box"), gw.shell("demo+box"), gw.shell("bob+box")
    one.run("echo mine >~/kept")
    since = len(gw.lines)
    one.type("lab reset")
    one.expect("Type yes to go on: ")
    one.type("yes")
    for t in one, two:
        out, status = t.end()
        assert "atoll: this sandbox was reset: the next shell is in a fresh one" in out
        assert status == 255
    gw.wait_log(r"sandbox=\d+ account=demo lab=box reset by its student", since=since)
    assert gw.ssh("demo+box", "cat kept").returncode == 1
    assert bob.run("echo here") == ("here\n", 0)


def test_the_next_channel_of_the_same_connection_is_in_the_fresh_one(gw, tmp_path):
    socket = tmp_path / "m"
    share = ["ControlMaster=auto", f"ControlPath={socket}", "ControlPersist=yes"]
    gw.out("demo+box", "echo mine >kept; cat kept", options=share)
    assert gw.ssh("demo+box", "lab reset -y", options=share).returncode != 0
    done = gw.ssh("demo+box", "ls", options=share)
    assert (done.returncode, done.stdout) == (0, "")
    subprocess.run(["ssh", "-O", "exit", "-o", f"ControlPath={socket}", "x"],
                   capture_output=True, check=True)


# --- in another image -----------------------------------------------------------

DEV_SETUP = """#!/bin/bash -e
install -d -o "$ATOLL_USER" "$ATOLL_HOME/work"
printf 'int main(void) { return 1; }\\n' >"$ATOLL_HOME/work/main.c"
chown "$ATOLL_USER:" "$ATOLL_HOME/work/main.c"
"""

# The student's program runs as the student, for a while only, and its output is
# not the check's.
DEV_CHECK = """#!/bin/bash
cd "$(mktemp -d)" || exit
cp "$ATOLL_HOME/work/main.c" . && chmod -R a+rX .
if ! gcc -o main main.c 2>errors; then
    echo "points 0/2 It compiles"; cat errors; exit
fi
echo "points 2/2 It compiles"
if setpriv --reuid "$ATOLL_USER" --regid "$ATOLL_USER" --clear-groups --reset-env \\
    timeout 5 ./main >/dev/null </dev/null 2>&1; then
    echo "points 1/1 It succeeds"
else
    echo "points 0/1 It succeeds"
fi
"""


@pytest.mark.skipif(not g.HAS_DEBIAN, reason=f"no image debian-dev in {g.IMAGES}")
def test_a_c_course_on_debian(new_gateway):
    gw = new_gateway(
        start=False,
        labs={"c": {"image": "debian-dev", "setup": "c.setup", "check": "c.check", "pids": 100,
                    "linger": "1m", "help": "Make main.c succeed."}},
    )
    (gw.labs_dir / "c.setup").write_text(DEV_SETUP)
    (gw.labs_dir / "c.check").write_text(DEV_CHECK)
    gw.start()
    # A login shell has the PATH of /etc/profile.
    out = gw.out("demo", "bash -lc 'command -v lab; lab help'")
    assert out == "/usr/local/bin/lab\nMake main.c succeed.\n"
    done = gw.ssh("demo", "lab check")
    assert (done.returncode, done.stdout) == (
        1, "2/2 It compiles\n0/1 It succeeds\nPoints: 2 of 3\n")
    assert gw.out("demo", "sed -i s/1/0/ work/main.c; lab check") == (
        "2/2 It compiles\n1/1 It succeeds\nPoints: 3 of 3\n")
    done = gw.ssh("demo", "echo mistake >work/main.c; lab check")
    assert done.returncode == 1 and done.stdout.startswith("0/2 It compiles\nmain.c:1:")
    # Nothing of the secret is left to what the check starts as the student.
    spy = ('#include <stdlib.h>\nint main(void) { return getenv("ATOLL_SECRET") != NULL; }\n')
    assert "1/1 It succeeds" in gw.out("demo", "cat >work/main.c; lab check", stdin=spy)


# --- what asks at the socket --------------------------------------------------------------


@pytest.fixture
def hostile(gw):
    """Puts tests/attack/lab_socket into a sandbox; init's descriptors are as before."""
    program = (g.BUILD / "tests/attack/lab_socket").read_bytes()
    gw.out("demo+box", "cat >/tmp/probe && chmod +x /tmp/probe", stdin=program, text=False)
    [init] = [p for p in gw.inits() if in_sandbox_of(gw, p, "demo", "box")]
    before = descriptors(init)
    yield init
    wait_until(lambda: descriptors(init) == before, "init has let go of all")
    assert gw.out("demo+box", "lab help") == HELP + "\n"


def in_sandbox_of(gw, pid, account, lab):
    [seat] = [s for s in gw.ls() if (s["account"], s["lab"]) == (account, lab)]
    return pid == gw.init_of(seat["sandbox"])


def descriptors(pid):
    """Without the links of sessions that are just leaving."""
    return len(os.listdir(f"/proc/{pid}/fd"))


@pytest.mark.slow
def test_only_a_whole_request_is_answered(gw, hostile):
    assert gw.out("demo+box", "/tmp/probe odd").splitlines() == [
        "good: answer", "silence: closed", "one byte: closed", "a byte less: closed",
        "a byte more: closed", "two in one: closed", "large: closed",
        "another version: closed", "no such request: closed", "descriptors: answer",
    ]


@pytest.mark.slow
def test_a_thousand_connections_keep_nobody_for_long(gw, hostile):
    flood = gw.ssh_start("demo+box", "/tmp/probe silent 1000")
    assert re.match(r"\d+ of 1000", flood.stdout.readline())
    # Few places, and each only for a moment: others get their turn.
    assert descriptors(hostile) < 40
    assert gw.out("demo+box", "echo fine") == "fine\n"
    assert gw.out("demo+box", "lab help") == HELP + "\n"
    flood.communicate("")


@pytest.mark.slow
def test_a_flood_costs_the_gateway_little(gw, hostile):
    since = len(gw.lines)
    flood = gw.ssh_start("demo+box", "/tmp/probe flood 3000")
    assert gw.out("demo+box", "echo fine") == "fine\n"
    assert gw.out("bob+box", "lab help") == HELP + "\n"
    out, _ = flood.communicate()
    assert re.match(r"\d+ requests", out)
    assert "init sent too many messages" not in "\n".join(gw.lines[since:])
    [seat] = [s for s in gw.ls() if (s["account"], s["lab"]) == ("demo", "box")]
    assert seat["state"] in ("live", "lingering")


def test_somebody_else_inside_is_not_heard(gw):
    # root of the sandbox becomes a user that is not the lab's.
    t = gw.shell("demo+root")
    out, status = t.run("su -s /bin/sh nobody -c 'lab reset -y'")
    assert (out, status) == ("Only the lab's own user and root may ask this.\n", 1)
    assert t.run("echo still here") == ("still here\n", 0)
