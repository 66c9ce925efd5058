"""atoll top: the seats and what they take, live, on a terminal that tmux looks at."""
import shlex
import subprocess

import pytest

import gateway as g
from gateway import wait_until
from glass import Glass

HOSTILE = "\033]0;owned\007\033[2J\u202eevil \u4f60\u597d"


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(
        accounts=["bob", "eve", {"name": "ann", "groups": ["teachers"]}],
        labs={
            "c101": {"staff": ["teachers"], "time_limit": "2h", "linger": "1h"},
            "maths": {"linger": "1h"},
        },
    )


@pytest.fixture(autouse=True)
def empty(gw):
    yield
    for shell in g.terminals:
        shell.close()
    for seat in gw.ls():
        gw.atoll("kill", seat["seat"])


@pytest.fixture
def glass(tmp_path):
    made = []

    def make(argv, **how):
        # Its server's socket has a short path.
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Glass(folder, argv, **how))
        return made[-1]

    yield make
    for one in made:
        one.close()


def own(gw, *words):
    return [g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "top", *words]


def by_ssh(gw, who, *words):
    return gw.ssh_argv(who, options=["RequestTTY=force"]) + [" ".join(("atoll", "top", *words))]


def rows(seen):
    return [line.rstrip() for line in seen.run("capture-pane", "-p").splitlines()]


def wait_rows(seen, holds, what):
    wait_until(lambda: holds(rows(seen)), what, details=lambda: "\n".join(rows(seen)))


def seats(lines):
    """The names in the first column, below its title."""
    begin = next((i for i, line in enumerate(lines) if line.startswith("SEAT ")), len(lines))
    return [line.split()[0] for line in lines[begin + 1:-2] if "+" in line.split(" ")[0]]


# --- the screen -----------------------------------------------------------------


@pytest.mark.quick
def test_the_screen_has_all_of_it_on_80_by_24_and_on_other_sizes(gw, glass):
    gw.shell("bob+c101").run("lab hand which file is it")
    gw.out("eve+maths", "true")
    seen = glass(own(gw))
    wait_rows(seen, lambda r: seats(r) == ["bob+c101", "eve+maths"] and " 0.0 " in "".join(r[4:6]), "both seats")
    lines = rows(seen)
    assert len(lines) == 24 and max(map(len, lines)) <= 80, lines
    assert lines[0].startswith("atoll top ") and "all labs  by processor  every 2 s" in lines[0]
    assert "2 seats; sandboxes 2 of" in lines[1] and "hands 1" in lines[1]
    assert "of a processor; host: load" in lines[2]
    assert lines[3].split() == ["SEAT", "STATE", "IDLE", "%CPU", "MEMORY", "PIDS", "LEFT", "HAND"]
    bob = lines[4].split()
    assert bob[0] == "bob+c101" and bob[1] == "live" and "/" in bob[4] and "/" in bob[5]
    assert bob[6] in ("1h59m", "2h00m") and bob[7].endswith("s"), bob
    assert lines[5].split()[1] == "lingering" and lines[5].split()[6] == "-"
    assert "asks: which" in lines[22] and lines[23].startswith("q quit")
    seen.resize(30, 130)
    wait_rows(seen, lambda r: len(r) == 30 and "which file is it" in r[4] and r[29].startswith("q quit"), "30 rows")
    seen.resize(8, 60)
    wait_rows(seen, lambda r: len(r) == 8 and r[7].startswith("q quit") and seats(r), "8 rows")
    seen.resize(3, 20)
    wait_rows(seen, lambda r: len(r) == 3, "3 rows")
    seen.resize(24, 80)
    wait_rows(seen, lambda r: seats(r) == ["bob+c101", "eve+maths"], "all of it")
    seen.keys("?")
    seen.wait_for("any key: back to the list")
    seen.keys("x")
    wait_rows(seen, lambda r: seats(r), "the list")


def test_it_is_sorted_and_filtered_by_keys(gw, glass):
    t = gw.shell("eve+c101")
    t.type("while true; do true; done")
    gw.out("bob+maths", "true")
    gw.shell("bob+c101").run("lab hand help")
    seen = glass(own(gw))
    wait_rows(seen, lambda r: seats(r)[:1] == ["eve+c101"] and len(seats(r)) == 3, "who is busy first")
    seen.keys("h")
    wait_rows(seen, lambda r: seats(r)[0] == "bob+c101" and "by hands" in r[0], "who asks first")
    seen.keys("n")
    wait_rows(seen, lambda r: seats(r) == ["bob+c101", "eve+c101", "bob+maths"] and "by name" in r[0], "by name")
    seen.keys("m")
    wait_rows(seen, lambda r: "by memory" in r[0], "by memory")
    seen.keys("i")
    wait_rows(seen, lambda r: "by idle time" in r[0], "by idle time")
    seen.keys("lmaths\r")
    wait_rows(seen, lambda r: seats(r) == ["bob+maths"] and "lab maths" in r[0], "one lab")
    seen.keys("lnolab\r")
    seen.wait_for("there is no lab of that name")
    assert seats(rows(seen)) == ["bob+maths"]
    seen.keys("l\r")
    wait_rows(seen, lambda r: len(seats(r)) == 3 and "all labs" in r[0], "all labs")
    t.send("\x03")


def test_nobody_is_ended_by_a_key_alone(gw, glass):
    gw.shell("bob+c101")
    gw.shell("eve+c101")
    seen = glass(own(gw, "c101"))
    seen.wait_for("eve+c101")
    seen.keys("n")
    for no in ("n", "\r", "\033", "k"):
        seen.keys("k")
        seen.wait_for("end the sandbox of bob+c101 now?")
        if no == "n":
            seen.resize(20, 90)
            wait_rows(seen, lambda r: len(r) == 20 and "end the sandbox" in r[19], "the question")
        seen.keys(no)
        seen.wait_for("nothing was ended")
    # The row below is another's.
    seen.run("send-keys", "Down")
    seen.keys("k")
    seen.wait_for("end the sandbox of eve+c101 now?")
    seen.keys("y")
    wait_rows(seen, lambda r: seats(r) == ["bob+c101"], "eve is gone")
    gw.wait_log(r"admin uid=0 pid=\d+ kill account=eve lab=c101")
    assert [s["seat"] for s in gw.ls()] == ["bob+c101"]


def test_keys_say_extend_freeze_and_watch(gw, glass):
    t = gw.shell("bob+c101")
    seen = glass(own(gw))
    seen.wait_for("bob+c101")
    seen.keys("snoc\x7fw \u00e9\x7f10 minutes\r")
    t.expect("administrator: now 10 minutes")
    seen.keys("e20m\r")
    t.expect("you have 20 minutes more")
    seen.keys("esoon\r")
    seen.wait_for("soon")
    t.type("echo on the gl''ass")
    seen.keys("w")
    seen.wait_for("on the glass")
    seen.keys("q")
    seen.wait_for("you have stopped watching")
    wait_rows(seen, lambda r: seats(r) == ["bob+c101"], "the list is back")
    seen.keys("f")
    wait_rows(seen, lambda r: "frozen" in r[4] or "freez" in r[-1], "it is frozen")
    if "frozen" in rows(seen)[4]:
        t.expect("this sandbox was frozen by the administrator")
        seen.keys("f")
        t.expect("this sandbox goes on as before")
    seen.keys("q")
    wait_until(lambda: subprocess.run([*seen.tmux, "has-session"], capture_output=True).returncode != 0, "it has ended")


def test_what_a_student_types_is_shown_and_not_obeyed(gw, glass):
    gw.shell("bob+c101")
    done = gw.ssh("bob+c101", f"lab hand '{HOSTILE}'")
    assert done.returncode == 0, done
    seen = glass(own(gw), cols=160)
    seen.wait_for("evil")
    shown, where = seen.look()
    assert "\\x1b]0;owned\\x07\\x1b[2J" in shown and "\u4f60\u597d" in shown and "\u202e" not in shown
    assert "owned" not in where
    listed = gw.atoll("top", "--once")
    assert "\\x1b]0;owned" in listed.stdout and "\033" not in listed.stdout and "\u202e" not in listed.stdout


def test_the_gateway_may_go_away_meanwhile(new_gateway, glass):
    gw = new_gateway(accounts=["bob"], labs={"c101": {"linger": "1h"}})
    gw.out("bob+c101", "true")
    seen = glass(own(gw))
    seen.wait_for("bob+c101")
    gw.stop()
    seen.keys(" ")
    seen.wait_for("no gateway answers")
    assert seats(rows(seen)) == ["bob+c101"]
    gw.start()
    seen.keys(" ")
    wait_rows(seen, lambda r: "nobody is here" in r[4], "the new one's")
    gw.stop()


# --- a list -------------------------------------------------------------------------


@pytest.mark.quick
def test_without_a_screen_it_is_a_list(gw):
    t = gw.shell("bob+c101")
    piped = gw.atoll("top")
    once = gw.atoll("top", "--once", "c101")
    for done in (piped, once):
        assert done.returncode == 0, done.stderr
        lines = done.stdout.splitlines()
        assert lines[0].startswith("1 seats;") and lines[2].startswith("SEAT ")
        assert lines[3].split()[:2] == ["bob+c101", "live"] and "\033" not in done.stdout
    # A terminal, and one that can do nothing.
    dumb = g.Terminal(["env", "TERM=dumb", *map(str, own(gw))])
    dumb.expect("SEAT +STATE")
    assert "\033" not in dumb.child.before and dumb.end()[1] == 0
    none = gw.atoll("top", "nolab")
    assert none.returncode == 1 and "there is no lab of that name" in none.stderr
    assert gw.atoll("top", "no+lab").returncode == 2
    t.close()


# --- staff --------------------------------------------------------------------------


def test_staff_have_the_screen_by_ssh_and_their_labs_alone(gw, glass):
    t = gw.shell("bob+c101")
    gw.out("eve+maths", "true")
    seen = glass(by_ssh(gw, "ann"))
    wait_rows(seen, lambda r: seats(r) == ["bob+c101"] and "every" in r[0], "her lab's seat")
    seen.keys("lmaths\r")
    seen.wait_for("you are not staff of a lab maths")
    t.type("echo on the gl''ass")
    for _ in range(2):
        seen.keys("w")
        seen.wait_for("on the glass")
        t.expect("ann is watching your terminal")
        seen.keys("q")
        wait_rows(seen, lambda r: seats(r) == ["bob+c101"], "the list is back")
        t.expect("ann has stopped watching your terminal")
    seen.keys("swell done\r")
    t.expect(r"ann \(staff\): well done")
    seen.resize(30, 100)
    wait_rows(seen, lambda r: len(r) == 30 and r[29].startswith("said to 1 seat"), "30 rows")
    seen.keys("ky")
    wait_rows(seen, lambda r: "nobody is here" in r[4], "it is gone")
    gw.wait_log(r"staff=ann conn=\d+ kill account=bob lab=c101")
    seen.keys("q")
    wait_until(lambda: subprocess.run([*seen.tmux, "has-session"], capture_output=True).returncode != 0, "it has ended")


def test_staff_on_a_dumb_terminal_or_none_have_a_list(gw):
    gw.out("bob+c101", "true")
    for terminal in (["env", "TERM=dumb"], ["env", "TERM=nobody-knows"]):
        t = g.Terminal([*terminal, *map(str, by_ssh(gw, "ann"))])
        t.expect(r"bob\+c101")
        assert "\033" not in t.child.before and t.end()[1] == 0
    done = gw.ssh("ann", "atoll top")
    assert done.returncode == 0 and "bob+c101" in done.stdout


def test_an_upgrade_waits_for_nobody_who_looks(new_gateway, glass):
    gw = new_gateway(accounts=["bob", {"name": "ann", "groups": ["teachers"]}],
                     labs={"c101": {"linger": "1h", "staff": ["teachers"]}})
    gw.out("bob+c101", "true")
    mine, hers = glass(own(gw)), glass(["sh", "-c", shlex.join(by_ssh(gw, "ann")) + "; sleep 60"])
    mine.wait_for("bob+c101")
    hers.wait_for("bob+c101")
    done = gw.atoll("upgrade")
    assert done.returncode == 0, done.stderr
    hers.wait_for("the gateway was interrupted: try again")
    mine.keys("n")
    wait_rows(mine, lambda r: seats(r) == ["bob+c101"] and "by name" in r[0], "the list goes on")
    gw.stop()
