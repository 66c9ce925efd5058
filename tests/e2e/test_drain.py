"""atoll drain: the gateway empties before maintenance, and nobody is surprised."""
import re

import pytest

import gateway as g

LABS = {"first": {"linger": "1h"}, "second": {}, "one": {"sandboxes_max": 1}}
ENDS = r"atoll: this gateway goes down for maintenance in {}, and all sandboxes end: save your work"


@pytest.fixture
def gw(new_gateway):
    return new_gateway(accounts=["demo", "eve"], labs=LABS)


def drain(gw, *words):
    done = gw.atoll("drain", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.quick
def test_who_is_in_works_on_and_a_newcomer_is_told_when_to_come(gw):
    t = gw.shell("demo+first")
    assert drain(gw, "30m") == "draining: ends when the last has left, in 30 minutes at most\n"
    t.expect(ENDS.format("30 minutes"))
    assert t.run("echo still here") == ("still here\n", 0)
    refused = gw.ssh("eve+first", "true")
    assert refused.returncode == 1
    assert ("this gateway goes down for maintenance and starts no new sandbox: log in again in"
            in refused.stderr)
    gw.wait_log("account=eve seat refused lab=first reason=this gateway goes down for maintenance")
    # The account has a seat, but not in that lab.
    assert gw.ssh("demo+second", "true").returncode == 1
    assert t.run("echo still here") == ("still here\n", 0)


@pytest.mark.quick
def test_it_ends_when_the_last_has_left(gw):
    t = gw.shell("demo+second")
    assert drain(gw) == "draining: ends when the last has left\n"
    t.expect("goes down for maintenance when everybody has left")
    assert "try again later, or ask your instructor when" in gw.ssh("eve+second", "true").stderr
    assert gw.child.poll() is None
    family = gw.family()
    t.type("exit")
    t.end()
    assert gw.wait_end() == 0, gw.tail
    gw.assert_nothing_left(family)


def test_with_nobody_in_it_ends_at_once(gw):
    family = gw.family()
    drain(gw)
    assert gw.wait_end() == 0, gw.tail
    gw.assert_nothing_left(family)


def test_who_is_still_in_when_the_time_is_up_is_told_and_ended(gw):
    t = gw.shell("demo+first")
    family = gw.family()
    drain(gw, "3s")
    t.expect(ENDS.format("3 seconds"))
    rest, status = t.end()
    assert "this gateway goes down for maintenance: log in again in some minutes" in rest
    assert status == 255
    assert gw.wait_end() == 0, gw.tail
    gw.assert_nothing_left(family)


def test_who_lost_the_connection_comes_back_to_the_sandbox(gw):
    assert gw.out("demo+first", "echo mine >/tmp/f") == ""
    g.wait_until(lambda: [s["state"] for s in gw.ls()] == ["lingering"], "it lingers")
    drain(gw, "10m")
    done = gw.ssh("demo+first", "cat /tmp/f")
    assert done.stdout == "mine\n"
    assert re.search(ENDS.format("(10|9) minutes"), done.stderr)
    # Near the end it is told as any other end.
    drain(gw, "200s")
    assert ("this sandbox ends in 3 minutes (maintenance of the gateway): save your work"
            in gw.ssh("demo+first", "true").stderr)


def test_who_waits_for_a_place_is_sent_away_with_the_reason(gw):
    t = gw.shell("demo+one")
    waits = gw.terminal("eve+one")
    waits.expect("all 1 places of lab one are taken")
    drain(gw, "20m")
    rest, status = waits.end()
    assert "starts no new sandbox: log in again in 20 minutes" in rest
    assert status == 1
    assert [s["seat"] for s in gw.ls()] == ["demo+one"]
    assert t.run("echo in")[0] == "in\n"


def test_a_reset_that_would_leave_a_student_without_sandbox_is_refused(gw):
    t = gw.shell("demo+first")
    t.run("touch /tmp/mine")
    drain(gw, "20m")
    t.expect(ENDS.format("20 minutes"))
    out, status = t.run("lab reset -y")
    assert status == 1 and "reset this one after that" in out
    assert t.run("test -e /tmp/mine")[1] == 0


def test_the_menu_shows_what_can_still_be_entered(gw):
    assert gw.out("demo+first", "echo in") == "in\n"
    drain(gw, "20m")
    t = gw.terminal("demo")
    t.expect(r"first .*your sandbox is there")
    t.expect(r"second .*not now: this gateway goes down for maintenance")


def test_its_time_is_changed_and_it_is_called_off(gw):
    t = gw.shell("demo+first")
    drain(gw, "10m")
    t.expect(ENDS.format("10 minutes"))
    drain(gw, "2h")
    t.expect(ENDS.format("2 hours"))
    drain(gw, "off")
    t.expect("atoll: the maintenance was called off: this gateway goes on")
    assert gw.out("eve+first", "echo in") == "in\n"
    again = gw.atoll("drain", "off")
    assert again.returncode == 1 and "not draining" in again.stderr


def test_the_administrator_sees_that_it_drains(gw):
    t = gw.shell("demo+first")
    assert gw.status()["draining"] == 0 and "drain_ends" not in gw.status()
    assert "draining" not in gw.atoll("status").stdout + gw.atoll("ls").stdout
    drain(gw, "1h")
    assert gw.status()["draining"] == 1
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", gw.status()["drain_ends"])
    assert re.search(r"^draining +until the last has left, or \d{4}-",
                     gw.atoll("status").stdout, re.M)
    assert gw.atoll("ls").stdout.splitlines()[-1].startswith("draining: ends when the last")
    assert len(gw.ls()) == 1
    drain(gw)
    assert re.search("^draining +until the last has left$", gw.atoll("status").stdout, re.M)
    t.close()


@pytest.mark.parametrize("time, why", [
    ("soon", '"soon" is no time: write 30m, 2h'),
    ("30", '"30" is no time'),
    ("-5m", "unknown|invalid|not an option"),
    ("0m", '"0m" is no time'),
    ("never", '"never" is no time'),
    ("now", '"now" is not to come: to end everything now, stop atolld'),
    ("2020-01-01", '"2020-01-01" is not to come'),
    ("5000d", "the time is too long: a year is the most"),
])
def test_a_time_that_is_none_changes_nothing(gw, time, why):
    done = gw.atoll("drain", time)
    assert done.returncode in (1, 2)
    assert re.search(why, done.stderr), done.stderr
    assert gw.status()["draining"] == 0
