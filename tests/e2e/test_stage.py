"""The room's screen: a terminal of staff that a lab's students see, two and three people at a time."""
import os
import shlex
import signal

import pytest

import gateway as g
from cable import Cable
from glass import Glass
from gateway import wait_until

STAFF = ["teachers"]


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(
        accounts=[
            "bob", "eve",
            {"name": "ann", "groups": STAFF},
            {"name": "dan", "groups": STAFF},
            {"name": "mia", "groups": ["maths"]},
        ],
        labs={
            "c101": {"staff": STAFF, "linger": "1h", "reattach": True},
            "short": {"staff": STAFF},
        },
    )


@pytest.fixture
def sit(gw, tmp_path):
    """A person at a window, logged in to a seat."""
    people = []

    def sit(seat, rows=24, cols=80, command=None, port=None, **how):
        folder = tmp_path / f"person{len(people)}"
        folder.mkdir()
        argv = gw.ssh_argv(seat, port=port)
        argv = [argv[0], "-tt", *argv[1:], *([command] if command else [])]
        line = shlex.join(map(str, argv)) + "; echo \"<left $?>\"; sleep 1000"
        people.append(Glass(folder, ["sh", "-c", line], rows, cols, **how))
        if command is None:
            people[-1].wait_for(seat.split("+")[1] + ":~$")
        return people[-1]

    yield sit
    for p in people:
        p.close()
    for seat in gw.ls():
        gw.atoll("kill", seat["seat"])


def text(glass):
    return glass.run("capture-pane", "-p")


def gone(glass, words):
    wait_until(lambda: words not in text(glass), f"no {words}", details=lambda: text(glass))


def alternate(glass):
    return glass.run("display", "-p", "#{alternate_on}").strip()


def present(sit, seat="ann+c101", **how):
    ann = sit(seat, **how)
    ann.keys("lab stage on\n")
    ann.wait_for("This terminal is the room's screen now")
    return ann


def look(sit, seat="bob+c101", **how):
    s = sit(seat, **how)
    s.keys("lab stage\n")
    s.wait_for("q leaves; ")
    return s


@pytest.mark.quick
def test_students_see_what_staff_show_and_leave(gw, sit):
    ann = sit("ann+c101")
    ann.keys("echo before$((1+1))\n")
    ann.wait_for("before2")
    ann.keys("lab stage on\n")
    ann.wait_for("This terminal is the room's screen now")
    bob = sit("bob+c101")
    bob.keys("echo mine$((3+4))\n")
    bob.wait_for("mine7")
    bob.keys("lab stage\n")
    bob.wait_for("the screen of ann")
    bob.wait_for("before2")
    ann.keys("clear; echo live$((2+2))\n")
    bob.wait_for("live4")
    gone(bob, "mine7")
    eve = look(sit, "eve+c101")
    eve.wait_for("live4")
    wait_until(lambda: text(eve).splitlines()[:23] == text(ann).splitlines()[:23], "the same rows",
               details=lambda: text(ann) + text(eve))
    bob.keys("echo not typed\n")
    ann.keys("lab stage\n")
    ann.wait_for("2 look at it now")
    bob.keys("q")
    bob.wait_for("You have left the stage.")
    bob.wait_for("mine7")
    assert "live4" not in text(bob) and "not typed" not in text(bob)
    assert alternate(bob) == "0"
    bob.keys("echo again$((4+4))\n")
    bob.wait_for("again8")
    ann.keys("lab stage off\n")
    ann.wait_for("1 looked at its end, 2 in all")
    eve.wait_for("The stage is over: who had it has ended it.")
    assert alternate(eve) == "0"
    bob.keys("lab stage\n")
    bob.wait_for("Nobody has the stage of this lab now")
    gw.wait_log(r"stage account=ann lab=c101 terminal=1")
    gw.wait_log(r"stage ended account=ann lab=c101 terminal=1 looked=2")


def test_who_may_not_share_reads_the_reason(gw, sit):
    bob = sit("bob+c101")
    bob.keys("lab stage on\n")
    bob.wait_for("Only staff of the lab c101 share their terminal")
    bob.keys("clear; lab stage off\n")
    bob.wait_for("Nobody has the stage of this lab.")
    bob.keys("clear; lab stage up; echo status $?\n")
    bob.wait_for('"stage up" is nothing')
    bob.wait_for("status 2")
    ann = present(sit)
    dan = sit("dan+c101")
    dan.keys("lab stage on\n")
    dan.wait_for("ann has the stage of this lab already, on terminal 1")
    dan.keys("clear; lab stage off\n")
    dan.wait_for("ann has the stage of this lab, and alone ends it")
    # Another lab has its own.
    eve = sit("eve+short")
    eve.keys("lab stage\n")
    eve.wait_for("Nobody has the stage of this lab now")
    ann.keys("lab stage on\n")
    ann.wait_for("0 look at it now")


def test_windows_of_other_sizes_and_their_change(gw, sit):
    ann = present(sit)
    large = look(sit, "bob+c101", rows=40, cols=120)
    small = look(sit, "eve+c101", rows=10, cols=40)
    ann.keys("clear; printf '\\033[5;70H\\033[1mcorner\\033[0m\\033[23;1H'\n")
    large.wait_for("corner")
    wait_until(lambda: text(large).splitlines()[:23] == text(ann).splitlines()[:23], "the same rows",
               details=lambda: text(large) + text(ann))
    small.wait_for("cropped: 40x9 of 80x24")
    # The part with the cursor is seen.
    ann.keys("printf '\\033[24;75Hedge'; sleep 1000\n")
    small.wait_for("edge")
    gone(small, "corner")
    small.resize(24, 100)
    small.wait_for("corner")
    ann.resize(30, 90)
    small.wait_for("cropped: 90x23 of 90x30")
    ann.keys("\x03clear; printf 'wide\u65e5\u672c\u8a9e \\033[31mred\\033[m'; sleep 1000\n")
    small.wait_for("\u65e5\u672c\u8a9e")
    large.wait_for("\u65e5\u672c\u8a9e")
    for p in (large, small):
        p.keys("q")
        p.wait_for("You have left the stage.")


def test_hostile_bytes_and_titles_reach_nobody(gw, sit):
    ann = present(sit)
    bob = look(sit)
    title = bob.run("display", "-p", "#{pane_title}")
    ann.keys("printf '\\033[6n\\033[c\\033]0;rm -rf /\\007\\033]52;c;ZXZpbA==\\007\\033P$qm\\033\\\\\\033[?1003h';"
             " printf '\\033[?1049hother scree''n'; sleep 2; printf '\\033[?1049l\\033[?1003l'; echo OVE''R\n")
    bob.wait_for("other screen")
    bob.wait_for("OVER")
    assert bob.run("display", "-p", "#{pane_title} #{mouse_any_flag}") == title.strip() + " 0\n"
    assert "ZXZpbA" not in (bob.run("show-buffer") if bob.run("list-buffers") else "")
    bob.keys("q")
    bob.wait_for("You have left the stage.")


def test_much_output_and_a_viewer_who_stopped_cost_nobody_anything(gw, sit):
    ann = present(sit)
    bob = look(sit)
    eve = look(sit, "eve+c101")
    [client] = [int(p) for p in eve.run("display", "-p", "#{pane_pid}").split()]
    stopped = [p for p in g.descendants(client) if g.proc_status(p)["Name"].strip() == "ssh"]
    assert stopped
    for p in stopped:
        os.kill(p, signal.SIGSTOP)
    try:
        ann.keys("head -c 5000000 /dev/zero | tr '\\0' x | fold; echo all-of-i''t\n")
        ann.wait_for("all-of-it")
        bob.wait_for("all-of-it")
    finally:
        for p in stopped:
            os.kill(p, signal.SIGCONT)
    eve.wait_for("all-of-it")


def test_what_is_said_meanwhile_stands_in_the_last_row_and_stays(gw, sit):
    ann = present(sit)
    bob = look(sit)
    bob.wait_for("q leaves")
    assert gw.atoll("say", "bob+c101", "five minutes").returncode == 0
    wait_until(lambda: "five minutes" in text(bob).splitlines()[-1], "it is said", details=lambda: text(bob))
    ann.keys("echo goes-on$((1+1))\n")
    bob.wait_for("goes-on2")
    bob.keys("q")
    bob.wait_for("You have left the stage.")
    bob.wait_for("five minutes")


def test_the_end_of_the_terminal_and_of_the_seat_end_it(gw, sit):
    ann = present(sit, "ann+short")
    bob = look(sit, "bob+short")
    ann.keys("exit\n")
    bob.wait_for("The stage is over: its terminal has ended.")
    ann = present(sit, "ann+c101")
    bob = look(sit, "bob+c101")
    gw.atoll("kill", "ann+c101")
    bob.wait_for("The stage is over: its ")


def test_a_link_that_is_lost_is_waited_for_where_terminals_wait(gw, sit):
    cable = Cable(gw.port)
    ann = present(sit, port=cable.port)
    bob = look(sit)
    ann.keys("echo one$((1+1))\n")
    bob.wait_for("one2")
    cable.close()
    gw.wait_log(r"connection ended .*")
    ann = sit("ann+c101")
    ann.keys("echo back$((1+1))\n")
    bob.wait_for("back2")
    ann.keys("lab stage off\n")
    bob.wait_for("The stage is over")


def test_a_shell_that_ends_and_a_command_without_one(gw, sit):
    ann = present(sit)
    ann.keys("echo shown$((1+1))\n")
    bob = sit("bob+c101", command="lab stage")
    bob.wait_for("shown2")
    bob.keys("q")
    bob.wait_for("You have left the stage.")
    bob.wait_for("<left 0>")
    done = gw.ssh("bob+c101", "lab stage")
    assert done.returncode == 1 and "ssh -t" in done.stderr + done.stdout
    # Whatever ends the connection gives the screen back.
    eve = look(sit, "eve+c101")
    gw.atoll("kill", "eve+c101")
    eve.wait_for("<left ")
    assert alternate(eve) == "0"


def test_staff_who_are_none_any_more_share_nothing(gw, sit):
    present(sit)
    bob = look(sit)
    accounts = gw.options["accounts"]
    gw.write_config(accounts=[a for a in accounts if a["name"] != "ann"] +
                    [gw.account({"name": "ann", "groups": ["maths"]})])
    assert gw.atoll("reload").returncode == 0
    try:
        bob.wait_for("The stage is over: who had it is not staff of this lab any more.")
    finally:
        gw.write_config(accounts=accounts)
        gw.atoll("reload")


def test_an_upgrade_ends_it_with_a_line(gw, sit):
    ann = present(sit)
    bob = look(sit)
    gw.atoll("upgrade")
    bob.wait_for("The stage is over: the gateway is being upgraded")
    ann.wait_for("1 looked at its end")
    bob.keys("echo after$((1+1))\n")
    bob.wait_for("after2")
    ann.keys("clear; lab stage on\n")
    ann.wait_for("This terminal is the room's screen now")
    bob.keys("clear; lab stage\n")
    bob.wait_for("the screen of ann")
