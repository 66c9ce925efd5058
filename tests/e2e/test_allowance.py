"""More time: for one student, for a whole class, and for those who need more of it."""
import datetime
import json
import re

import pytest

import gateway as g


def in_seconds(n):
    return (datetime.datetime.now() + datetime.timedelta(seconds=n)).isoformat(timespec="seconds")


@pytest.fixture
def gw(new_gateway):
    return new_gateway(
        accounts=["demo", "eve", {"name": "slow", "time_factor": 2.0}],
        labs={
            "hour": {"time_limit": "50m", "linger": "1h"},
            "short": {"time_limit": 4},
            "exam": {"available": {"until": in_seconds(3600)}, "time_limit": "2h",
                     "linger": "1h"},
            "free": {"linger": "1h"},
        },
    )


def time_left(gw, user):
    """Minutes that "lab time" says, in a new connection, and why it ends then."""
    line = gw.out(user, "lab time").splitlines()[1]
    got = re.fullmatch(r"It ends in (?:(\d+) hours? ?)?(?:(\d+) minutes? ?)?\((.*)\)\.", line)
    assert got, line
    return int(got[1] or 0) * 60 + int(got[2] or 0), got[3]


def about(minutes, why="time_limit"):
    """Those, or one less: a moment has gone by."""
    return [(minutes, why), (minutes - 1, why)]


# --- atoll extend -------------------------------------------------------------


@pytest.mark.quick
def test_a_student_gets_more_time_and_reads_it_at_once(gw):
    t = gw.shell("demo+hour")
    done = gw.atoll("extend", "demo+hour", "20m")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout in ("demo+hour ends in 1 hour 10 minutes (time_limit)\n",
                           "demo+hour ends in 1 hour 9 minutes (time_limit)\n")
    t.expect(r"atoll: you have 20 minutes more: this sandbox ends in 1 hour (10|9) minutes"
             r" \(time_limit\)")
    assert gw.out("eve+hour", "true") == ""
    assert time_left(gw, "eve+hour") in about(50)
    gw.wait_log("extend account=demo lab=hour seconds=1200")


def test_a_sandbox_near_its_end_lives_on_and_is_warned_again(gw):
    t = gw.terminal("demo+short")
    t.expect(r"this sandbox ends in [34] seconds \(time_limit\): save your work")
    assert gw.atoll("extend", "demo+short", "4s").returncode == 0
    t.expect(r"you have 4 seconds more")
    t.expect(r"this sandbox ends in \d seconds \(time_limit\): save your work")
    t.expect(r"the time of this sandbox is over \(time_limit\)")
    gw.wait_log(r"account=demo lab=short sandbox ended seconds=([89]|10) ")


def test_a_class_gets_more_time_until_later_and_so_do_latecomers(gw):
    t = gw.shell("demo+exam")
    done = gw.atoll("extend", "exam", "30m")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("exam: 30 minutes more for 1 seat; the lab closes ")
    t.expect(r"you have 30 minutes more: this sandbox ends in 1 hour (30|29) minutes"
             r" \(the lab closes\)")
    assert gw.out("eve+exam", "true") == ""
    assert time_left(gw, "eve+exam") in about(90, "the lab closes")
    # A reload and a restart forget nothing.
    assert gw.atoll("reload").returncode == 0
    assert time_left(gw, "eve+exam") in about(90, "the lab closes")
    gw.stop()
    gw.start()
    assert gw.out("eve+exam", "true") == ""
    assert time_left(gw, "eve+exam") in about(90, "the lab closes")
    # The instructor writes another end, and that one holds: not two hours.
    gw.write_lab("exam", {"available": {"until": in_seconds(5400)}})
    assert gw.atoll("reload").returncode == 0
    assert time_left(gw, "eve+exam") in about(90, "the lab closes")


def test_what_one_sandbox_was_given_the_next_one_has_not(gw):
    assert gw.out("demo+hour", "true") == ""
    assert gw.atoll("extend", "demo+hour", "20m").returncode == 0
    assert gw.atoll("kill", "demo+hour").returncode == 0
    g.time.sleep(1.1)  # the clock of the table has seconds
    assert gw.out("demo+hour", "true") == ""
    assert time_left(gw, "demo+hour") in about(50)


@pytest.mark.parametrize("words, status, why", [
    (["demo+hour", "20m"], 1, "this seat has no sandbox: 'atoll ls' shows all"),
    (["nolab", "20m"], 1, "there is no lab nolab: write LAB, or a seat as account+lab"),
    (["free", "20m"], 1, "lab free has no end that could be later: neither time_limit nor"
     " available.until"),
    (["hour", "soon"], 2, '"soon" is no span of time: write 20m, 90s, 2h or 1d'),
    (["hour", "-5m"], 2, "invalid option"),
    (["hour", "0s"], 2, '"0s" is no span of time'),
    (["hour", "400d"], 1, "the time must be from 1s to 365d"),
    (["a b", "5m"], 2, '"a b" is neither a seat nor a lab'),
    (["hour"], 2, "missing: SEAT|LAB TIME"),
])
def test_what_cannot_be_extended_is_said(gw, words, status, why):
    done = gw.atoll("extend", *words)
    assert done.returncode == status
    assert why in done.stderr
    assert done.stdout == ""


def test_a_seat_without_an_end_cannot_have_a_later_one(gw):
    assert gw.out("demo+free", "true") == ""
    done = gw.atoll("extend", "demo+free", "20m")
    assert done.returncode == 1
    assert "its lab has neither time_limit nor available.until" in done.stderr


# --- an account's time factor ---------------------------------------------------


def test_who_needs_more_time_has_it_in_every_lab(gw):
    assert gw.out("slow+hour", "true") == ""
    assert time_left(gw, "slow+hour") in about(100)
    assert gw.out("demo+hour", "true") == ""
    assert time_left(gw, "demo+hour") in about(50)
    # The lab closes for everybody.
    assert gw.out("slow+exam", "true") == ""
    assert time_left(gw, "slow+exam") in about(60, "the lab closes")


def test_a_factor_that_changes_holds_for_who_is_in(gw):
    assert gw.atoll("account", "add", "pat", "--generate").returncode == 0
    assert gw.atoll("account", "key", "add", "pat", str(gw.keys.student) + ".pub").returncode == 0
    t = gw.shell("pat+hour")
    done = gw.atoll("account", "time", "pat", "1.5")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    t.expect(r"your time was changed: this sandbox ends in 1 hour (15|14) minutes \(time_limit\)")
    assert "time limit times 1.5" in gw.atoll("account", "show", "pat").stdout
    assert json.loads(gw.atoll("account", "show", "pat", "--json").stdout)["time_factor"] == 1.5
    [row] = [a for a in json.loads(gw.atoll("account", "list", "--json").stdout)
             if a["name"] == "pat"]
    assert row["time_factor"] == 1.5
    assert "slow" in gw.atoll("account", "list").stdout
    # A configured one is changed in its file.
    gw.write_config(accounts=[gw.account({"name": "demo", "time_factor": 3.0})])
    assert gw.atoll("reload").returncode == 0
    assert gw.out("demo+hour", "true") == ""
    assert time_left(gw, "demo+hour") in about(150)


@pytest.mark.parametrize("words, why", [
    (["demo", "2"], "demo is an account of atoll.conf: change it there, then 'atoll reload'"),
    (["nobody", "2"], "there is no account nobody"),
    (["demo", "0.2"], '"0.2" is no time factor: write a number from 0.5 to 10'),
    (["demo", "1.234"], '"1.234" is no time factor'),
    (["demo", "much"], '"much" is no time factor'),
])
def test_what_is_no_factor_is_said(gw, words, why):
    done = gw.atoll("account", "time", *words)
    assert done.returncode == 1
    assert why in done.stderr


def test_a_roster_has_a_column_for_it(gw):
    roster = gw.folder / "class.csv"
    roster.write_text("username,time factor\nana,1.25\nben,\ncem,\"1,5\"\n")
    done = gw.atoll("account", "import", str(roster))
    assert done.returncode == 0, done.stderr
    listed = {a["name"]: a["time_factor"]
              for a in json.loads(gw.atoll("account", "list", "--json").stdout)}
    assert (listed["ana"], listed["ben"], listed["cem"]) == (1.25, 1, 1.5)
    roster.write_text("username,time factor\ndan,twice\n")
    done = gw.atoll("account", "import", str(roster))
    assert done.returncode == 1
    assert f'{roster}:2: "twice" is no time factor' in done.stderr


def test_the_file_says_where_a_factor_is_wrong(gw):
    gw.write_config(accounts=[gw.account({"name": "demo", "time_factor": 0.1})])
    done = gw.check()
    assert done.returncode != 0
    assert "time_factor = 0.1 is outside 0.5..10" in done.stderr
