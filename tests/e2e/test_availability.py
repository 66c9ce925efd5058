"""Labs that are hidden, closed, or full."""
import datetime
import time

import pytest

import gateway as g

ZONE = time.tzname[0]  # in January and February


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(
        accounts=["demo", "eve", "joe"],
        labs={
            "few": {"sandboxes_max": 1},
            "open": {},
            "secret": {"hidden": True},
            "later": {"available": {"from": "2099-01-02T09:00:30"}},
            "past": {"available": {"from": "2001-01-01T00:00", "until": "2001-02-03T04:05"}},
        },
    )


def in_seconds(n):
    return (datetime.datetime.now() + datetime.timedelta(seconds=n)).isoformat(timespec="seconds")


# --- hidden -----------------------------------------------------------------


def test_a_hidden_lab_is_entered_by_name_and_listed_nowhere(gw):
    assert gw.out("demo+secret", "hostname") == "secret\n"
    refused = gw.ssh("demo+nowhere", "true")
    assert refused.returncode == 1
    assert "open" in refused.stderr and "secret" not in refused.stderr
    assert "secret" not in gw.ssh("demo", "true").stderr


# --- available --------------------------------------------------------------


def test_a_closed_lab_says_until_or_since_when(gw):
    done = gw.ssh("demo+later", "true")
    assert (done.returncode, done.stderr) == (
        1, f"atoll: lab later is closed until 2099-01-02 09:00:30 {ZONE}\n",
    )
    done = gw.ssh("demo+past", "true")
    assert (done.returncode, done.stderr) == (
        1, f"atoll: lab past is closed since 2001-02-03 04:05 {ZONE}\n",
    )


def test_running_sandboxes_are_told_and_end_when_the_lab_closes(gw):
    gw.write_lab("brief", {"available": {"until": in_seconds(6)}, "linger": "1h"})
    assert gw.atoll("reload").returncode == 0
    since = len(gw.lines)
    gw.out("eve+brief", "true")  # lingers on
    t = gw.terminal("demo+brief")
    t.expect(r"atoll: this sandbox ends in \d seconds? \(the lab closes\): save your work")
    t.expect(r"atoll: the time of this sandbox is over \(the lab closes\)")
    assert t.end()[1] == 255
    for account in "demo", "eve":
        gw.wait_log(f"account={account} lab=brief sandbox ended", since)
    assert "lab brief is closed since" in gw.ssh("demo+brief", "true").stderr


def test_a_reload_gives_a_running_sandbox_more_time(gw):
    gw.write_lab("exam", {"available": {"until": in_seconds(30)}})
    assert gw.atoll("reload").returncode == 0
    t = gw.terminal("demo+exam")
    t.expect(r"this sandbox ends in \d+ seconds \(the lab closes\)")
    t.expect_prompt()
    gw.write_lab("exam", {"available": {"until": in_seconds(7300)}, "time_limit": "1d"})
    assert gw.atoll("reload").returncode == 0
    other = gw.terminal("demo", cols=80)
    other.expect(r"exam +exam\r\n      your sandbox is there, 2 hours( 1 minute)? left, open until ")
    other.close()
    assert t.run("echo on") == ("on\n", 0)
    t.close()


# --- sandboxes_max ----------------------------------------------------------


def test_a_full_lab_queues_and_lets_others_pass(gw):
    first = gw.shell("demo+few")
    second = gw.terminal("eve+few")
    second.expect(r"atoll: all 1 places of lab few are taken: you are number 1 in the queue")
    third = gw.terminal("joe+few")
    third.expect(r"all 1 places of lab few are taken: you are number 2 in the queue")
    assert gw.out("joe+open", "hostname") == "open\n"
    menu = gw.terminal("joe", cols=80)
    menu.expect(r"few +few\r\n      you are in the queue\r\n")
    menu.close()
    first.type("exit")
    first.end()
    second.expect_prompt()
    third.expect(r"you are number 1 in the queue")
    second.type("exit")
    second.end()
    third.expect_prompt()
    third.close()
    gw.wait_no_sandbox()


def test_the_menu_says_when_a_lab_is_full(gw):
    t = gw.shell("demo+few")
    menu = gw.terminal("eve", cols=80)
    menu.expect(r"few +few\r\n      all 1 places are taken\r\n")
    menu.close()
    t.close()
    gw.wait_no_sandbox()
