"""lab terminals, lab new, lab attach; and 'atoll terminals SEAT' on the host."""
import json
import os
import re
import signal
import subprocess
import time

import pytest

import clients
import gateway as g
from gateway import wait_until

pytestmark = pytest.mark.longer

@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(
        connections_per_account=20,
        accounts=["demo", *(f"s{n}" for n in range(40))],
        labs={
            "box": {"linger": "5m", "reattach": True},
            "few": {"linger": "5m", "reattach": True, "pids": 16},
            "plain": {"linger": "5m", "reattach": False},
            "root": {"linger": "5m", "reattach": True, "user": "root"},
        },
    )


@pytest.fixture
def user(gw):
    """An account that nobody else used."""
    gw.used = getattr(gw, "used", -1) + 1
    return f"s{gw.used}"


def rows_of(text):
    """What lab printed: number to (here, state, size, program)."""
    rows = {}
    for line in text.splitlines()[1:]:
        m = re.match(r"([* ]) *(\d+)  (\w+) +(\S+) +\d+ \w+(?: \d+ \w+)? +(.*)$", line)
        assert m, text
        rows[int(m[2])] = (m[1] == "*", m[3], m[4], m[5])
    return rows


def listed(t):
    text, status = t.run("lab terminals")
    assert status == 0, text
    return rows_of(text)


def told(gw, seat):
    done = gw.atoll("terminals", "--json", seat)
    assert done.returncode == 0, done.stderr
    return {row.pop("number"): row for row in json.loads(done.stdout)}


def cut(gw, t):
    before = gw.sessions()
    t.child.kill(signal.SIGKILL)
    t.child.wait()
    wait_until(lambda: len(gw.sessions()) < len(before), "its session is gone")


# --- the list ------------------------------------------------------------------


def test_they_are_listed_with_what_runs_on_them(gw, user):
    one = gw.shell(f"{user}+box", rows=31, cols=111)
    one.type("sh -c 'echo U''P; exec sleep 12345'")
    one.expect("UP\r\n")
    cut(gw, one)
    two = gw.terminal(f"{user}+box", "echo U''P; exec sleep 23456", rows=50, cols=200)
    two.expect("UP\r\n")
    three = gw.terminal(f"{user}+box")
    three.expect("is back")  # the one that waited
    three.send("\x03")
    three.expect_prompt()
    four = gw.shell(f"{user}+box")
    rows = listed(four)
    assert list(rows) == [1, 2, 3]
    assert rows[1][:3] == (False, "attached", "400x24")
    assert rows[2] == (False, "attached", "200x50", "sleep 23456  (ends with its connection)")
    assert rows[3] == (True, "attached", "400x24", "lab terminals")
    cut(gw, three)
    assert listed(four)[1][:2] == (False, "waiting")
    # Elsewhere none of them is this one.
    text = gw.out(f"{user}+box", "lab terminals")
    assert not any(here for here, *_ in rows_of(text).values())
    seat = told(gw, f"{user}+box")
    assert {n: (t["state"], t["kept"], t["cols"], t["rows"]) for n, t in seat.items()} == {
        1: ("waiting", 1, 400, 24), 2: ("attached", 0, 200, 50), 3: ("attached", 1, 400, 24)}
    assert seat[2]["program"] == "sleep 23456"
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", seat[1]["since"])
    text = gw.atoll("terminals", f"{user}+box").stdout.splitlines()
    assert text[0].split() == ["NO", "SINCE", "STATE", "KEPT", "SIZE", "PROGRAM"]
    assert len(text) == 4
    two.send("\x03")


def test_one_that_ended_while_nobody_was_there_is_listed_as_such(gw, user):
    one = gw.shell(f"{user}+box")
    one.run("echo $$ >/tmp/pid")
    one.type("while ! test -e /tmp/go; do sleep 0.1; done; exit 3")
    one.expect("exit 3\r\n")
    cut(gw, one)
    gw.out(f"{user}+box", "touch /tmp/go; while kill -0 $(cat /tmp/pid) 2>&-; do sleep 0.1; done")
    _, state, _, program = rows_of(gw.out(f"{user}+box", "lab terminals"))[1]
    assert (state, program) == ("ended", "-")
    assert told(gw, f"{user}+box")[1]["state"] == "ended"


def test_a_lab_that_keeps_none_has_them_too(gw, user):
    t = gw.shell(f"{user}+plain")
    assert listed(t) == {1: (True, "attached", "400x24", "lab terminals  (ends with its connection)")}
    text, status = t.run("lab new")
    assert (text, status) == ("This lab keeps no terminals: for another one connect again.\n", 1)


def test_there_may_be_none(gw, user):
    gw.out(f"{user}+box", "true")
    assert gw.out(f"{user}+box", "lab terminals") == "There is no terminal.\n"
    assert told(gw, f"{user}+box") == {}


# --- another one -----------------------------------------------------------------


def test_new_leaves_this_one_and_attach_goes_back(gw, user):
    t = gw.shell(f"{user}+box")
    t.run("word=first; cd /tmp")
    t.type("lab new")
    t.expect(r"atoll: this is terminal 2, and terminal 1 waits for you: 'lab attach 1'\r\n")
    t.expect_prompt()
    assert t.run("echo $word")[0] == "\n"
    t.run("word=second")
    assert {n: r[:2] for n, r in listed(t).items()} == {1: (False, "waiting"), 2: (True, "attached")}
    t.type("lab attach 1")
    t.expect(r"atoll: your terminal of \d\d:\d\d is back")
    t.type("")
    t.expect_prompt()
    assert t.run("echo $word $PWD; stty size")[0] == "first /tmp\n24 400\n"
    # Without a number it is the one that was left last.
    t.type("lab attach")
    t.expect("is back")
    t.type("")
    t.expect_prompt()
    assert t.run("echo $word")[0] == "second\n"
    t.type("exit 5")
    assert t.end()[1] == 5
    t = gw.terminal(f"{user}+box")
    t.expect("is back")
    t.type("")
    t.expect_prompt()
    assert t.run("echo $word")[0] == "first\n"


def test_one_goes_back_and_forth_many_times(gw, user):
    before = gw.sessions()
    t = gw.shell(f"{user}+box")
    [session] = set(gw.sessions()) - set(before)
    t.type("lab new")
    t.expect("this is terminal 2")
    t.expect_prompt()
    files = len(os.listdir(f"/proc/{session}/fd"))
    for n in range(20):
        t.type(f"echo $((100 + {n})); lab attach")
        t.expect(f"\n{100 + n}\r\n")
        t.expect("is back")
        t.type("")
        t.expect_prompt()
    assert len(listed(t)) == 2
    assert len(os.listdir(f"/proc/{session}/fd")) == files


def test_the_programs_on_both_go_on(gw, user):
    t = gw.shell(f"{user}+box")
    t.type("(while ! test -e /tmp/go; do sleep 0.1; done; echo LA''TE; touch /tmp/done) &")
    t.expect_prompt()
    t.type("lab new")
    t.expect("this is terminal 2")
    t.expect_prompt()
    t.run("touch /tmp/go; while ! test -e /tmp/done; do sleep 0.1; done")
    t.type("lab attach 1")
    t.expect("LATE")


def test_the_window_is_as_large_as_it_is_now(gw, user):
    t = gw.shell(f"{user}+box")
    t.type("lab new")
    t.expect("this is terminal 2")
    t.expect_prompt()
    t.child.setwinsize(30, 300)
    wait_until(lambda: t.run("stty size")[0] == "30 300\n", "it has heard")
    t.type("lab attach 1")
    t.expect("is back")
    t.type("")
    t.expect_prompt()
    assert t.run("stty size")[0] == "30 300\n"


KINDS = pytest.mark.parametrize(
    "kind", [clients.OpenSSH, clients.Dropbear, clients.PuTTY], ids=["ssh", "dbclient", "plink"])


@KINDS
def test_each_client_has_another_one(new_gateway, kind, tmp_path):
    gw = new_gateway(labs={"dev": {"linger": "5m", "reattach": True}})
    client = kind(gw, tmp_path)
    t = g.Terminal(client.argv(None, tty=True))
    t.expect_prompt()
    t.run("word=first")
    t.type("lab new")
    t.expect("this is terminal 2")
    t.expect_prompt()
    t.run("word=second")
    cut(gw, t)
    # A new one although two wait,
    t = g.Terminal(client.argv("lab new", tty=True))
    t.expect_prompt()
    assert "is back" not in t.child.before
    assert t.run("echo $word-")[0] == "-\n"
    t.run("word=third")
    number = [n for n, row in listed(t).items() if row[0]]
    cut(gw, t)
    # which is kept, too; and any of them, by its number.
    t = g.Terminal(client.argv("lab attach 1", tty=True))
    t.expect("is back")
    t.type("")
    t.expect_prompt()
    assert t.run("echo $word")[0] == "first\n"
    t.type(f"lab attach {number[0]}")
    t.expect("is back")
    t.type("")
    t.expect_prompt()
    assert t.run("echo $word")[0] == "third\n"
    t.type("exit 4")
    assert t.end()[1] == 4


@pytest.mark.parametrize("words, said, status", [
    ("lab attach 7", "There is no terminal 7: 'lab terminals' lists them.\n", 1),
    ("lab attach", "No terminal waits for you: 'lab new' starts one.\n", 1),
    ("lab attach 1", "This is terminal 1.\n", 1),
    ("lab attach 4294967295", 'lab: "4294967295" is not the number of a terminal:'
     " 'lab terminals' lists them\n", 2),
    ("lab attach 4294967294", "There is no terminal 4294967294: 'lab terminals' lists them.\n", 1),
    ("lab attach 0", "lab: \"0\" is not the number of a terminal: 'lab terminals' lists them\n", 2),
    ("lab attach -1", "lab: \"-1\" is not the number of a terminal: 'lab terminals' lists them\n", 2),
    ("lab attach 1x", "lab: \"1x\" is not the number of a terminal: 'lab terminals' lists them\n", 2),
    ("lab attach ''", "lab: \"\" is not the number of a terminal: 'lab terminals' lists them\n", 2),
    ("lab attach 99999999999999999999", 'lab: "99999999999999999999" is not the number of a terminal:'
     " 'lab terminals' lists them\n", 2),
    ("sh -c 'setsid lab new; exit $?'", "This is not one of the terminals that 'lab terminals' lists: leave tmux or"
     " screen first, or use 'ssh -t HOST lab new'.\n", 1),
])
def test_what_cannot_be_had_is_said(gw, words, said, status):
    t = gw.shell("demo+box")
    number = [n for n, row in listed(t).items() if row[0]]
    assert t.run(words.replace("attach 1", f"attach {number[0]}")
                 if words == "lab attach 1" else words) == (
        said.replace("terminal 1.", f"terminal {number[0]}."), status)
    t.type("exit")
    t.end()


def test_one_that_somebody_is_at_stays_theirs(gw, user):
    one = gw.shell(f"{user}+box")
    one.run("word=one")
    two = gw.shell(f"{user}+box")
    assert two.run("lab attach 1") == (
        "Somebody is at terminal 1: end that connection, or type 'lab new' there, and it waits"
        " for you.\n", 1)
    three = gw.terminal(f"{user}+box", "exec sleep 12345")
    wait_until(lambda: len(listed(two)) == 3, "it runs")
    assert two.run("lab attach 3") == (
        "Terminal 3 ends with its connection, and cannot be had by another.\n", 1)
    assert one.run("echo $word")[0] == "one\n"
    three.send("\x03")


def test_without_a_terminal_there_is_none_to_change(gw, user):
    done = gw.ssh(f"{user}+box", "lab new")
    assert done.stdout == "There is no terminal to have it on: ask for one, as with 'ssh -t'.\n"
    assert done.returncode == 1


def test_what_runs_on_one_that_is_not_kept_is_not_thrown_away(gw, user):
    t = gw.terminal(f"{user}+box", "sh -i")
    t.expect_prompt()
    text, status = t.run("lab new")
    assert status == 1 and "what runs on it would be lost" in text
    t.type("exit")
    t.end()


def test_of_seventeen_one_is_not_kept_and_says_so(gw, user):
    t = gw.shell(f"{user}+box")
    for n in range(2, 17):
        t.type("lab new")
        t.expect(f"this is terminal {n}")
        t.expect_prompt()
    said = "There are 16 terminals already, which is the most: end one of them first" \
           " ('lab terminals' lists them).\n"
    assert t.run("lab new") == (said, 1)
    text, status = gw.terminal(f"{user}+box", "lab new").end()
    assert status == 1 and said.strip() in text
    assert len(listed(t)) == 16
    cut(gw, t)
    back = [gw.terminal(f"{user}+box") for _ in range(16)]
    for other in back:
        other.expect("is back")
    more = gw.terminal(f"{user}+box")
    more.expect(r"atoll: this terminal ends with its connection: 16 others are kept, and that is the"
                r" most \('lab terminals' lists them\)\r\n")
    more.expect_prompt()
    assert listed(more)[18][3] == "lab terminals  (ends with its connection)"
    assert "16 terminals already" in more.run("lab new")[0] or "would be lost" in more.run("lab new")[0]
    for other in [*back, more]:
        other.close()


def test_one_that_cannot_be_started_is_no_loss(gw, user):
    """Who asked is where they were."""
    t = gw.shell(f"{user}+root")
    t.run("word=kept; shell=$(readlink -f /proc/$$/exe)")
    t.type("mv /bin/sh /bin/gone; lab new")
    t.expect("atoll: .*: No such file or directory\r\n")
    t.expect("is back")
    t.type("")
    t.expect_prompt()
    assert t.run("mv /bin/gone /bin/sh; echo $word")[0] == "kept\n"
    t.type("lab new")
    t.expect("this is terminal")


def test_two_requests_at_once_are_one_change(gw, user):
    t = gw.shell(f"{user}+box")
    t.type("lab new & lab new & lab new & wait")
    t.expect("this is terminal")
    t.expect_prompt()
    wait_until(lambda: t.run("echo $((20 + 22))")[0] == "42\n", "a shell answers")
    rows = listed(t)
    assert sum(here for here, *_ in rows.values()) == 1
    assert sum(state == "attached" for _, state, *_ in rows.values()) == 1


# --- the administrator's ----------------------------------------------------------


@pytest.mark.parametrize("seat, said, status", [
    ("demo", '"demo" is not a seat: write account+lab', 2),
    ("demo+", '"demo+" is not a seat: write account+lab', 2),
    ("../x+y", '"../x+y" is not a seat: write account+lab', 2),
    ("nobody+box", "this seat has no sandbox: 'atoll ls' shows all", 1),
])
def test_a_seat_that_does_not_exist(gw, seat, said, status):
    done = gw.atoll("terminals", seat)
    assert said in done.stderr and done.returncode == status and done.stdout == ""


def test_what_a_program_calls_itself_reaches_no_terminal(gw, user):
    t = gw.terminal(f"{user}+root", "f=/tmp/$(printf 'a\\033[2J\\302\\233b');"
                    " printf '#!/bin/sh\\necho UP; read x\\n' >\"$f\"; chmod +x \"$f\"; exec \"$f\"")
    t.expect("UP\r\n")
    text = gw.atoll("terminals", f"{user}+root").stdout
    assert "/tmp/a" in text and all(c.isprintable() or c == "\n" for c in text)
    text = gw.out(f"{user}+root", "lab terminals")
    assert "/tmp/a?[2J" in text and "\033" not in text
    assert told(gw, f"{user}+root")[1]["program"].startswith("/bin/sh /tmp/a")


def test_a_sandbox_whose_init_is_stopped_is_not_waited_for(gw, user):
    t = gw.shell(f"{user}+box")
    [seat] = [s for s in gw.ls() if s["account"] == user]
    init = gw.init_of(seat['sandbox'])
    os.kill(init, signal.SIGSTOP)
    try:
        began = time.monotonic()
        done = gw.atoll("terminals", f"{user}+box")
        assert time.monotonic() - began < 8
        assert done.returncode == 1
        assert "the sandbox has not answered in 3 seconds" in done.stderr
        # However often that is done, it is not the end of the sandbox.
        asks = [subprocess.Popen([g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "terminals",
                                  f"{user}+box"], stderr=subprocess.PIPE) for _ in range(20)]
        for ask in asks:
            ask.communicate(timeout=30)
            assert ask.returncode == 1
    finally:
        os.kill(init, signal.SIGCONT)
    assert t.run("echo $((20 + 22))")[0] == "42\n"
    assert list(told(gw, f"{user}+box")) == [1]
