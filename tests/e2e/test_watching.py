"""Watching: a terminal on the terminals of others, live, and typed in by one of them."""
import os
import shlex
import signal

import pytest

import gateway as g
from cable import Cable
from glass import Glass
from gateway import wait_until

LEFT = "<left %s>"  # what stands there when a command has ended with that status


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(
        accounts=[
            "bob", "eve",
            {"name": "ann", "groups": ["teachers"]},
            {"name": "dan", "groups": ["teachers"]},
            {"name": "mia", "groups": ["maths"]},
        ],
        labs={
            "c101": {"staff": ["teachers"], "linger": "1h", "reattach": True},
            "maths": {"staff": ["maths"]},
            "plain": {"linger": "1h", "reattach": True},
        },
    )


@pytest.fixture
def sit(gw, tmp_path):
    """A person at a window, who gives a command and stays when it has ended."""
    people = []

    def sit(argv, rows=24, cols=80):
        folder = tmp_path / f"person{len(people)}"
        folder.mkdir()
        line = shlex.join(map(str, argv)) + "; echo '" + LEFT % "'$?'" + "'; sleep 1000"
        people.append(Glass(folder, ["sh", "-c", line], rows, cols))
        return people[-1]

    yield sit
    for p in people:
        p.close()
    for seat in gw.ls():
        gw.atoll("kill", seat["seat"])


def with_terminal(argv):
    return [argv[0], "-tt", *argv[1:]]


def student(gw, sit, seat="bob+c101", prompt="c101:~$", **how):
    s = sit(with_terminal(gw.ssh_argv(seat, port=how.pop("port", None))), **how)
    s.wait_for(prompt)
    return s


def by_ssh(gw, sit, who, command, **how):
    return sit([*with_terminal(gw.ssh_argv(who)), command], **how)


def on_host(gw, sit, *words, **how):
    return sit([g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", *words], **how)


def text(glass):
    return glass.run("capture-pane", "-p")


@pytest.mark.quick
def test_a_teacher_sees_what_the_student_sees_and_leaves(gw, sit):
    bob = student(gw, sit)
    bob.keys("echo one$((1+1))\n")
    bob.wait_for("one2")
    ann = by_ssh(gw, sit, "ann", "atoll watch bob+c101")
    ann.wait_for("q leaves")
    ann.wait_for("one2")
    bob.wait_for("ann is watching your terminal")
    bob.keys("clear; echo three$((2+2))\n")
    bob.wait_for("three4")
    ann.wait_for("three4")
    wait_until(lambda: text(ann) == text(bob), "the same", details=lambda: text(ann) + text(bob))
    ann.keys("echo not typed\n")
    ann.keys("q")
    ann.wait_for("you have stopped watching")
    ann.wait_for(LEFT % 0)
    bob.wait_for("ann has stopped watching")
    assert "not typed" not in text(bob)
    gw.wait_log(r"staff=ann conn=\d+ watch account=bob lab=c101 terminal=1")
    gw.wait_log(r"staff=ann conn=\d+ watch ended account=bob lab=c101 terminal=1 s=\d+")


def test_the_administrator_sees_the_screen_of_a_lab_without_staff(gw, sit):
    bob = student(gw, sit, "bob+plain", prompt="plain:~$")
    bob.keys("echo early$((1+1))\n")
    bob.wait_for("early2")
    root = on_host(gw, sit, "watch", "bob+plain")
    root.wait_for("early2")
    bob.wait_for("the administrator is watching your terminal")
    root.keys("q")
    root.wait_for(LEFT % 0)


def test_windows_of_other_sizes_show_the_rows_as_they_are(gw, sit):
    bob = student(gw, sit)
    large = on_host(gw, sit, "watch", "bob+c101", rows=40, cols=120)
    small = by_ssh(gw, sit, "ann", "atoll watch bob+c101#1", rows=10, cols=40)
    bob.wait_for("ann is watching")
    bob.keys("clear; printf '\\033[5;70H\\033[1mcorner\\033[0m\\033[23;1H'\n")
    large.wait_for("corner")
    large.wait_for("q leaves; watching bob+c101, terminal 1; 80x24")
    wait_until(lambda: text(large).splitlines()[:23] == text(bob).splitlines()[:23], "the same rows",
               details=lambda: text(large) + text(bob))
    small.wait_for("q leaves; cropped: 40x9 of 80x24")
    assert "corner" not in text(small)
    bob.keys("printf '\\033[1;1Htop'; sleep 1000\n")
    small.wait_for("top")
    # Either changes its size.
    bob.resize(40, 120)
    large.wait_for("top")
    wait_until(lambda: "80x24" not in text(large), "exact now", details=lambda: text(large))
    small.resize(12, 50)
    small.wait_for("cropped: 50x11 of 120x40")
    for p in (large, small):
        p.keys("q")
        p.wait_for(LEFT % 0)


def test_who_joins_types_with_the_student(gw, sit):
    bob = student(gw, sit)
    ann = by_ssh(gw, sit, "ann", "atoll join bob+c101")
    bob.wait_for("ann has joined your terminal")
    ann.wait_for("c101:~$")
    ann.keys("echo from-ann$((1+1)) q\n")
    bob.wait_for("from-ann2 q")
    ann.wait_for("from-ann2 q")
    dan = by_ssh(gw, sit, "dan", "atoll join bob+c101")
    dan.wait_for("ann has joined this terminal already")
    dan.wait_for(LEFT % 1)
    bob.keys("echo bob-as-well$((3+3))\n")
    ann.wait_for("bob-as-well6")
    ann.keys("\x1dq")
    ann.wait_for("you have left the terminal")
    bob.wait_for("ann has left your terminal")
    gw.wait_log(r"staff=ann conn=\d+ join account=bob lab=c101 terminal=1")


def test_hostile_bytes_reach_no_watcher(gw, sit):
    bob = student(gw, sit)
    ann = by_ssh(gw, sit, "ann", "atoll join bob+c101")
    ann.wait_for("c101:~$")
    title = ann.run("display", "-p", "#{pane_title}")
    bob.keys("printf '\\033[6n\\033[c\\033]0;rm -rf /\\007\\033]52;c;ZXZpbA==\\007\\033P$qm\\033\\\\'; sleep 1;"
             " printf '\\033[>4;2m%0999d\\033[9999;9999;9999;9999m' 1; echo OVE''R\n")
    ann.wait_for("OVER")
    assert ann.run("display", "-p", "#{pane_title}") == title
    assert "ZXZpbA" not in ann.run("show-buffer") if ann.run("list-buffers") else True
    # Nothing that ann's terminal answered was typed: what bob's did, is there once.
    ann.keys("\x1dq")
    ann.wait_for(LEFT % 0)


def test_a_program_on_the_other_screen_is_left_as_it_was_begun(gw, sit):
    bob = student(gw, sit)
    bob.keys("echo below$((1+1))\n")
    bob.wait_for("below2")
    bob.keys("printf '\\033[?1049h\\033[2J\\033[3;3Hfull scree''n'; read x; printf '\\033[?1049l'\n")
    bob.wait_for("full screen")
    ann = by_ssh(gw, sit, "ann", "atoll watch bob+c101")
    ann.wait_for("full screen")
    bob.keys("\n")
    ann.wait_for("below2")
    wait_until(lambda: "full screen" not in text(ann), "it is gone")
    ann.keys("q")
    ann.wait_for(LEFT % 0)
    assert ann.run("display", "-p", "#{alternate_on}").strip() == "0"


def test_much_output_and_a_watcher_who_stopped_cost_the_student_nothing(gw, sit):
    bob = student(gw, sit)
    ann = by_ssh(gw, sit, "ann", "atoll watch bob+c101")
    dan = by_ssh(gw, sit, "dan", "atoll watch bob+c101")
    for p in (ann, dan):
        p.wait_for("c101:~$")
    [client] = [int(p) for p in dan.run("display", "-p", "#{pane_pid}").split()]
    stopped = [p for p in g.descendants(client) if g.proc_status(p)["Name"].strip() == "ssh"]
    assert stopped
    for p in stopped:
        os.kill(p, signal.SIGSTOP)
    try:
        bob.keys("head -c 30000000 /dev/zero | tr '\\0' x | fold; echo all-of-i''t\n")
        bob.wait_for("all-of-it")
        ann.wait_for("all-of-it")
    finally:
        for p in stopped:
            os.kill(p, signal.SIGCONT)
    dan.wait_for("all-of-it")


def test_the_end_of_the_terminal_and_of_the_seat_is_told(gw, sit):
    bob = student(gw, sit)
    ann = by_ssh(gw, sit, "ann", "atoll watch bob+c101")
    ann.wait_for("c101:~$")
    bob.keys("exit\n")
    ann.wait_for("the terminal has ended")
    ann.wait_for(LEFT % 0)
    bob = student(gw, sit)
    ann = by_ssh(gw, sit, "ann", "atoll watch bob+c101")
    ann.wait_for("c101:~$")
    gw.atoll("kill", "bob+c101")
    ann.wait_for("the sandbox has ended")
    ann.wait_for(LEFT % 0)


def test_a_student_whose_link_is_lost_is_waited_for(gw, sit):
    cable = Cable(gw.port)
    bob = student(gw, sit, port=cable.port)
    bob.keys("echo still$((1+1))\n")
    bob.wait_for("still2")
    ann = by_ssh(gw, sit, "ann", "atoll watch bob+c101")
    ann.wait_for("still2")
    cable.close()
    ann.wait_for("bob is not at the terminal")
    bob = student(gw, sit)
    bob.keys("echo again$((1+1))\n")
    ann.wait_for("again2")
    ann.wait_for("still2")
    bob.wait_for("ann is watching")


def test_staff_who_are_none_any_more_see_no_more(gw, sit):
    bob = student(gw, sit)
    ann = by_ssh(gw, sit, "ann", "atoll watch bob+c101")
    ann.wait_for("c101:~$")
    accounts = gw.options["accounts"]
    gw.write_config(accounts=[a for a in accounts if a["name"] != "ann"] +
                    [gw.account({"name": "ann", "groups": ["maths"]})])
    assert gw.atoll("reload").returncode == 0
    try:
        ann.wait_for("you are not staff of this lab any more")
        ann.wait_for(LEFT % 1)
    finally:
        gw.write_config(accounts=accounts)
        gw.atoll("reload")
    bob.wait_for("ann has stopped watching")


@pytest.mark.parametrize("who, command, status, why", [
    ("ann", "atoll watch eve+c101", 1, "this seat has no sandbox"),
    ("ann", "atoll watch bob+c101#7", 1, "nobody is at that terminal"),
    ("ann", "atoll watch bob+c101#x", 2, "is not the number of a terminal"),
    ("ann", "atoll watch bob+c101#0", 2, "is not the number of a terminal"),
    ("ann", "atoll watch c101", 2, "is not a seat"),
    ("mia", "atoll watch bob+c101", 1, "you are not staff of a lab c101"),
    ("mia", "atoll join bob+c101", 1, "you are not staff of a lab c101"),
])
def test_what_cannot_be_watched_is_refused_with_the_reason(gw, sit, who, command, status, why):
    if "bob" in command:
        student(gw, sit)
    p = by_ssh(gw, sit, who, command)
    p.wait_for(LEFT % status)
    assert why in " ".join(text(p).split()), text(p)


def test_without_a_terminal_it_is_refused(gw, sit):
    student(gw, sit)
    done = gw.ssh("ann", "atoll watch bob+c101")
    assert done.returncode == 2
    assert "ssh -t" in done.stderr


def test_an_upgrade_waits_for_nobody_who_watches(gw, sit):
    bob = student(gw, sit)
    ann = by_ssh(gw, sit, "ann", "atoll watch bob+c101")
    ann.wait_for("c101:~$")
    gw.atoll("upgrade")
    ann.wait_for("the gateway is being upgraded")
    ann.wait_for(LEFT % 1)
    ann = by_ssh(gw, sit, "ann", "atoll watch bob+c101")
    bob.keys("echo after$((1+1))\n")
    ann.wait_for("after2")
