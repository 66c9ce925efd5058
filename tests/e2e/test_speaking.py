"""Speaking: what staff say is on every terminal, and a raised hand is seen and answered."""
import json
import os
import re
import shutil
import signal
import subprocess
import time

import pytest

import gateway as g
from gateway import wait_until
from glass import Glass

ACCOUNTS = ["bob", "eve", "kim", "tim", {"name": "ann", "groups": ["teachers"]},
            {"name": "mia", "groups": ["maths"]}]
LABS = {"c101": {"staff": ["teachers"], "linger": "1h", "reattach": True}, "maths": {"staff": ["maths"], "linger": "1h"},
        "brief": {"staff": ["teachers"]}}


@pytest.fixture(scope="module")
def gw(start_gateway):
    labs = dict(LABS)
    if g.HAS_DEBIAN:
        for name, linger in (("dev", "1h"), ("once", 0)):
            labs[name] = {"image": "debian-dev", "linger": linger, "staff": ["teachers"], "memory": "256M",
                          "command": ["/bin/bash", "--norc"]}
    return start_gateway(accounts=ACCOUNTS + [f"s{n}" for n in range(40)], connections_per_account=20, labs=labs)


@pytest.fixture(autouse=True)
def empty(request):
    yield
    if "gw" in request.fixturenames:
        gw = request.getfixturevalue("gw")
        for seat in gw.ls():
            gw.atoll("kill", seat["seat"])


def say(gw, *words):
    done = gw.atoll("say", *words)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


# --- atoll say ------------------------------------------------------------------


@pytest.mark.quick
def test_a_class_reads_it_at_once_and_who_said_it(gw):
    bob, eve, other = gw.shell("bob+c101"), gw.shell("eve+c101"), gw.shell("bob+maths")
    begun = time.monotonic()
    done = gw.ssh("ann", "atoll say c101 Pause until 10:30, please")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "said to 2 seats; who logs in within an hour reads it, too\n"
    for t in (bob, eve):
        t.expect(r"atoll: ann \(staff\): Pause until 10:30, please\r\n")
        t.expect_prompt()  # the shell wrote it anew
    assert time.monotonic() - begun < 5  # with a login of hers
    gw.wait_log(r'staff=ann conn=\d+ say account= labs=c101 seats=2 text="ann \(staff\): Pause until 10:30, please"')
    assert "Pause" not in other.run("true")[0]
    say(gw, "all", "Everybody:", "10 minutes")
    for t in (bob, eve, other):
        t.expect(r"atoll: administrator: Everybody: 10 minutes\r\n")
    say(gw, "bob+c101", "only you")
    bob.expect(r"administrator: only you")
    for t in (eve, other):
        t.expect_prompt()
        assert "only you" not in t.run("true")[0]


def test_all_is_for_staff_their_labs(gw):
    bob, other = gw.shell("bob+c101"), gw.shell("bob+maths")
    assert gw.ssh("ann", "atoll say all hello there").stdout.startswith("said to 1 seat;")
    bob.expect(r"ann \(staff\): hello there")
    assert "hello" not in other.run("true")[0]


def test_who_logs_in_later_reads_it_once(gw):
    assert say(gw, "brief", "the server is called s7").startswith("said to 0 seats; who logs in")
    say(gw, "eve+brief", "not for bob")
    # sftp and a command are no readers: nothing stands in what they print.
    done = gw.ssh("bob+brief", "echo out; echo err >&2")
    assert (done.returncode, done.stdout, done.stderr) == (0, "out\n", "err\n")
    t = gw.terminal("bob+brief")
    t.expect(r"administrator: the server is called s7\r\n")
    t.expect_prompt()
    assert "not for bob" not in t.run("true")[0]
    t.close()
    t = gw.shell("bob+brief")
    assert "s7" not in t.run("true")[0]
    t.close()
    t = gw.terminal("eve+brief")
    t.expect_all("the server is called s7", "not for bob")
    t.close()


def test_nothing_is_printed_into_what_is_no_terminal(gw):
    ready = subprocess.Popen(gw.ssh_argv("bob+c101", "echo ready; cat; echo end"), stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert ready.stdout.readline() == "ready\n"
    assert say(gw, "c101", "not into files").startswith("said to 0 seats;")
    out, err = ready.communicate("data\n", timeout=g.PATIENCE)
    assert (out, err, ready.returncode) == ("data\nend\n", "", 0)


@pytest.mark.parametrize("text, shown", [
    ("tab\there\nline", r"tab\\x09here\\x0aline"),
    ("\x1b]0;evil\x07\x1b[2J", r"\\x1b]0;evil\\x07\\x1b\[2J"),
    ("Gr\u00fc\u00dfe \u65e5\u672c e\u0301", "Gr\u00fc\u00dfe \u65e5\u672c e\u0301"),
    ("\u202eright to left \u009b", r"\\xe2\\x80\\xaeright to left \\xc2\\x9b"),
    ("a 'quote' and $HOME `ls`", r"a 'quote' and \$HOME `ls`"),
])
def test_hostile_texts_are_shown_and_not_obeyed(gw, text, shown):
    t = gw.shell("bob+c101")
    say(gw, "c101", text)
    t.expect(r"administrator: " + shown + r"\r\n")


@pytest.mark.parametrize("words, status, why", [
    (["nolab", "x"], 1, "there is no lab nolab: write all, LAB, or a seat as account+lab"),
    (["nobody+c101", "x"], 1, "there is no account nobody"),
    (["a b", "x"], 2, '"a b" is neither all nor a lab nor a seat'),
    (["c101", ""], 1, "there is no text to be said"),
    (["c101", "x" * 401], 1, "the text is too long: 400 bytes at most"),
    (["c101", "x" * 1000], 2, "the text is too long: 400 bytes at most"),
    (["c101", "\x01" * 101], 1, "of which a control character takes four"),
    (["c101"], 2, "missing: all|LAB|SEAT TEXT..."),
])
def test_what_cannot_be_said_is_refused(gw, words, status, why):
    done = gw.atoll("say", *words)
    assert done.returncode == status
    assert why in done.stderr


def test_staff_of_another_lab_may_not(gw):
    done = gw.ssh("mia", "atoll say c101 hello")
    assert done.returncode == 1
    assert "you are not staff of a lab c101" in done.stderr


def test_a_text_comes_by_stdin_too(gw):
    t = gw.shell("bob+c101")
    done = gw.ssh("ann", "atoll say c101 -", stdin="two\nlines\n")
    assert (done.returncode, done.stderr) == (0, "")
    t.expect(r"ann \(staff\): two lines\r\n")
    told = json.loads(gw.ssh("ann", "atoll say c101 --json again").stdout)
    assert told["status"] == 0


def test_a_long_text_is_wrapped_between_words(gw):
    t = gw.terminal("bob+c101", cols=40)
    t.expect_prompt()
    say(gw, "c101", "one two three four five six seven eight nine ten eleven twelve")
    t.expect(r"\r\natoll: administrator: one two three four\r\nfive six seven eight nine ten eleven\r\n"
             r"twelve\r\n")


def test_it_outlives_upgrade_and_crash(new_gateway):
    gw = new_gateway(accounts=["bob", "eve", "kim"], labs={"c101": {"linger": "1h"}})
    bob = gw.shell("bob+c101")
    say(gw, "c101", "kept")
    bob.expect("administrator: kept")
    assert gw.atoll("reload").returncode == 0
    assert gw.atoll("upgrade").returncode == 0
    say(gw, "c101", "after the upgrade")
    bob.expect("administrator: after the upgrade")
    eve = gw.terminal("eve+c101")
    eve.expect_all("administrator: kept", "administrator: after the upgrade")
    before = gw.monitor
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: gw.atoll("ls").returncode == 0 and gw.monitor != before, "another monitor")
    kim = gw.terminal("kim+c101")
    kim.expect_all("administrator: kept", "administrator: after the upgrade")
    for name in ("bob", "eve"):
        t = gw.shell(f"{name}+c101")
        assert "administrator" not in t.run("true")[0]


def test_a_whole_class_hears_it(gw):
    terminals = [gw.terminal(f"s{n}+brief") for n in range(40)]
    for t in terminals:
        t.expect(r"[$#] ")  # behind which is what was said within the hour
    assert say(gw, "brief", "to all of you").startswith("said to 40 seats;")
    for t in terminals:
        t.expect("administrator: to all of you")
    for t in terminals:
        t.close()


# --- full-screen programs -------------------------------------------------------


def openssh(gw, user, *more):
    argv = gw.ssh_argv(user, *more)
    argv.insert(1, "-tt")
    return argv


# How it is started, when it is there, and how many rows at the bottom have what is
# said once and not drawn again.
PROGRAMS = {
    "vim": ("vim -u NONE -N n", "\n22", 1),
    "vim splits": ("vim -u NONE -N -c 'set nu|split|vsplit' n", "100L", 1),
    "less": ("less n", "\n22", 1),
    "nano": ("nano -I n", "Exit", 3),
    "curses": ("python3 program.py", "ready", 0),
}
CURSES = """
import curses
def main(screen):
    screen.border()
    screen.addstr(1, 3, "ready")
    while screen.getch() != ord("q"):
        pass
curses.wrapper(main)
"""

needs_programs = [pytest.mark.skipif(not g.HAS_DEBIAN, reason="no image debian-dev"),
                  pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux")]


@pytest.fixture
def glass(tmp_path):
    opened = []

    def see(argv, rows=24, cols=80):
        folder = tmp_path / str(len(opened))
        folder.mkdir()
        opened.append(Glass(folder, argv, rows, cols))
        return opened[-1]
    yield see
    for one in opened:
        one.close()


def start(see, program):
    see.wait_for("$")
    see.keys(f"PS1='$ '; seq 100 >n; cat >program.py <<'E'\r{CURSES.replace(chr(10), chr(13))}E\r"
             f"clear; {program}\r")


class TestPrograms:
    pytestmark = needs_programs

    def test_the_screen_is_as_it_was_when_it_goes(self, gw, glass):
        # In labs whose terminals wait for their student, and in others.
        lab = {name: "dev" for name in PROGRAMS} | {"curses": "once"}
        sees = {name: glass(openssh(gw, f"s{n}+{lab[name]}")) for n, name in enumerate(PROGRAMS)}
        for name, see in sees.items():
            start(see, PROGRAMS[name][0])
        for name, see in sees.items():
            see.wait_for(PROGRAMS[name][1])
        before = {name: see.still() for name, see in sees.items()}
        say(gw, "all", "look here " * 8)
        for name, see in sees.items():
            see.wait_for("administrator: look here")
            top = see.run("capture-pane", "-p").splitlines()
            assert top[0].startswith("atoll: administrator: look here"), name
            assert top[1].startswith("here look here"), name
            assert see.run("display", "-p", "#{cursor_x},#{cursor_y}") == before[name][1].split(" ")[0] + "\n"
        for name, see in sees.items():
            wait_until(lambda s=see: "administrator" not in s.look()[0], "it goes")
            rows = 24 - PROGRAMS[name][2]
            after = see.still()
            assert after[1] == before[name][1], name
            assert after[0].splitlines()[:rows] == before[name][0].splitlines()[:rows], name


class TestTyping:
    pytestmark = needs_programs

    def test_it_stays_while_one_types_and_a_key_takes_it_away_later(self, gw, glass):
        see = glass(openssh(gw, "kim+dev"))
        see.wait_for("$")
        see.keys("seq 100 >n; vim -u NONE -N n\r")
        see.wait_for("\n22")
        say(gw, "kim+dev", "w " * 190)
        begun = time.monotonic()
        see.wait_for("administrator: w w")
        see.keys("ihello \x1b5G")
        look = see.look()[0]
        if time.monotonic() - begun < 2:
            assert "administrator: w w" in look
        time.sleep(3)  # what is more than that was read
        see.keys("x")
        wait_until(lambda: "administrator" not in see.look()[0], "a key takes it away", timeout=3)
        assert see.look()[0].splitlines()[0].startswith("hello 1")

    def test_who_leaves_the_program_finds_it_below(self, gw, glass):
        see = glass(openssh(gw, "kim+dev"))
        see.wait_for("$")
        see.keys("seq 100 >n; less n\r")
        see.wait_for("\n22")
        say(gw, "kim+dev", "do not miss it")
        see.wait_for("do not miss it")
        see.keys("q")
        wait_until(lambda: re.search(r"seq 100.*\n(.*\n)*atoll: administrator: do not miss it", see.look()[0]),
                   "it stands below the command")


# --- lab hand -------------------------------------------------------------------


def hands(gw, *words, who=None):
    done = (gw.atoll("--json", "hands", *words) if who is None else
            gw.ssh(who, " ".join(["atoll --json hands", *words])))
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def lab(gw, seat, words, status=0):
    done = gw.ssh(seat, f"lab hand {words}".strip())
    assert done.returncode == status, done
    return done.stdout + done.stderr


@pytest.mark.quick
def test_a_hand_is_seen_answered_and_lowered(gw):
    ann, mia, bob = gw.shell("ann+brief"), gw.shell("mia+maths"), gw.shell("bob+c101")
    assert "Your hand is down: 'lab hand TEXT' raises it." in lab(gw, "bob+c101", "", 1)
    bob.type("echo 'mount: no such device'; PS1='here$ '")
    bob.expect("here")
    bob.type("lab hand cannot mount it")
    bob.expect("Your hand is up; who helps here reads that")
    ann.expect(r"atoll: bob\+c101 raises a hand: cannot mount it\r\n")
    [row] = hands(gw, who="ann")
    assert (row["seat"], row["text"], row["line"]) == ("bob+c101", "cannot mount it", "here$ ")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["since"])
    shown = gw.ssh("ann", "atoll hands c101").stdout
    assert re.fullmatch(r"bob\+c101  since \d+ seconds?\n  cannot mount it\n  > here\$ \n", shown)
    rows = gw.atoll("hands", "--csv").stdout.splitlines()
    assert rows[0] == "account,lab,since,text,line" and rows[1].startswith('"bob","c101",')
    assert lab(gw, "bob+c101", "").startswith("Your hand is up since ")
    # Staff of another lab see nothing of it.
    assert hands(gw, who="mia") == []
    assert "raises" not in mia.run("true")[0]
    # An answer lowers it.
    assert gw.ssh("ann", "atoll say bob+c101 use /dev/vdb").returncode == 0
    bob.expect_all(r"ann \(staff\): use /dev/vdb", "that answers your hand, which is down now")
    assert hands(gw) == []
    gw.wait_log('account=bob lab=c101 hand raised text="cannot mount it"')


def test_done_lowers_it_and_the_student_is_told(gw):
    bob = gw.shell("bob+c101")
    lab(gw, "bob+c101", "help")
    assert gw.ssh("mia", "atoll hands --done bob+c101").returncode == 1
    done = gw.ssh("ann", "atoll hands --done bob+c101")
    assert (done.returncode, done.stdout) == (0, "the hand of bob+c101 is down\n")
    bob.expect(r"ann \(staff\) lowered your hand")
    done = gw.atoll("hands", "--done", "bob+c101")
    assert (done.returncode, "this seat has no hand up" in done.stderr) == (1, True)
    gw.wait_log(r"staff=ann conn=\d+ hand done account=bob lab=c101")


def test_a_student_lowers_it_and_may_not_raise_it_for_ever(gw):
    gw.shell("bob+c101")
    for n in range(3):
        assert "Your hand is up" in lab(gw, "bob+c101", f"try {n}")
    assert [row["text"] for row in hands(gw)] == ["try 2"]
    assert "too often: try again in 20 seconds" in lab(gw, "bob+c101", "again", 1)
    assert lab(gw, "bob+c101", "--down") == "Your hand is down.\n"
    assert lab(gw, "bob+c101", "--down") == "Your hand is down already.\n"
    assert hands(gw) == []


def test_it_goes_with_the_seat(gw):
    lab(gw, "bob+c101", "me")
    assert [row["seat"] for row in hands(gw, "c101")] == ["bob+c101"]
    assert gw.atoll("kill", "bob+c101").returncode == 0
    wait_until(lambda: gw.ls() == [], "it ended")
    assert hands(gw) == []
    gw.shell("bob+c101")
    assert hands(gw) == []


@pytest.mark.parametrize("words, status, why", [
    ("'a\x1b[2Jb'", 0, "Your hand is up"),
    ("x" * 201, 2, "too long: 200 bytes at most"),
    ("\x01" * 60, 2, "too long: 200 bytes at most"),
    ("''", 2, "say what you need"),
    ("--up", 2, "hand has no option --up, but --down"),
])
def test_hostile_hands(gw, words, status, why):
    ann = gw.shell("ann+brief")
    assert why in lab(gw, "bob+c101", words, status)
    if status == 0:
        ann.expect(r"raises a hand: a\\x1b\[2Jb\r\n")
        assert hands(gw)[0]["text"] == "a\\x1b[2Jb"


@pytest.mark.parametrize("words, status, why", [
    (["nolab"], 1, "there is no lab nolab"),
    (["a+b"], 2, "cannot be the name of a lab"),
    (["--done", "bob"], 2, '"bob" is not a seat'),
    (["--done", "bob+c101", "c101"], 2, "give LAB or --done SEAT, not both"),
])
def test_what_hands_cannot_answer(gw, words, status, why):
    done = gw.atoll("hands", *words)
    assert (done.returncode, done.stdout) == (status, "")
    assert why in done.stderr


def test_hostile_output_does_not_reach_staff(gw):
    t = gw.shell("bob+c101")
    t.type(r"PS1=''; printf '\033]0;title\007\033[31mred \303\274 \302\233 \r\n\033[5;5Hlast\033[?1049h h\145re'")
    t.expect("here")  # which the command itself does not say
    lab(gw, "bob+c101", "look")
    assert hands(gw)[0]["line"] == "last here"


def test_a_sandbox_that_does_not_answer_holds_up_nobody(gw):
    t = gw.shell("bob+c101")
    t.run("lab hand stopped")
    [seat] = gw.ls()
    init = gw.init_of(seat['sandbox'])
    os.kill(init, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        [row] = hands(gw)
        assert (row["text"], row["line"]) == ("stopped", "")
        assert time.monotonic() - begun < 4
    finally:
        os.kill(init, signal.SIGCONT)


def test_hands_outlive_upgrade_and_crash(new_gateway):
    gw = new_gateway(accounts=["bob", "eve"], labs={"c101": {"linger": "1h"}})
    lab(gw, "bob+c101", "still here")
    lab(gw, "eve+c101", "no more")
    lab(gw, "eve+c101", "--down")
    before = hands(gw)
    assert [row["text"] for row in before] == ["still here"]
    assert gw.atoll("upgrade").returncode == 0
    assert hands(gw) == before
    was = gw.monitor
    os.kill(was, signal.SIGKILL)
    wait_until(lambda: gw.atoll("ls").returncode == 0 and gw.monitor != was, "another monitor")
    assert hands(gw) == before
    assert "Your hand is up since" in lab(gw, "bob+c101", "")
