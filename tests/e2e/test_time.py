"""A lab's time: how long a sandbox may live, and a client be silent."""
import pytest

import gateway as g


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(
        accounts=["demo", "eve"],
        labs={
            "short": {"time_limit": 3},
            "hour": {"time_limit": "60s", "linger": "1h"},
            "idle": {"idle_limit": 2},
            "dozing": {"idle_limit": "62s"},
            "free": {},
        },
    )


# --- time_limit -------------------------------------------------------------


def test_a_sandbox_ends_with_its_time(gw):
    since = len(gw.lines)
    t = gw.shell("demo+short")
    t.expect_all(r"atoll: the time of this sandbox is over \(time_limit\)")
    rest, status = t.end()
    assert status == 255
    gw.wait_log(r"account=demo lab=short sandbox is over reason=time_limit", since)
    gw.wait_log(r"account=demo lab=short sandbox ended seconds=[345] ", since)


def test_who_comes_near_the_end_is_told_at_once(gw):
    done = gw.ssh("demo+short", "echo in")
    assert done.stdout == "in\n"
    assert "this sandbox ends in 3 seconds (time_limit): save your work" in done.stderr


def test_time_runs_on_while_nobody_is_there(gw):
    since = len(gw.lines)
    assert gw.out("eve+hour", "echo mine > /tmp/f; cat /tmp/f") == "mine\n"
    assert "ends in" in gw.ssh("eve+hour", "cat /tmp/f").stderr
    t = gw.terminal("eve+hour")
    t.expect(r"atoll: this sandbox ends in (1 minute|5\d seconds) \(time_limit\): save your work")
    t.expect_prompt()
    assert t.run("cat /tmp/f") == ("mine\n", 0)
    t.close()
    # The sandbox lingers for an hour, but not beyond its time.
    [seat] = [s for s in gw.ls() if s["seat"] == "eve+hour"]
    assert seat["state"] in ("live", "lingering")
    assert not [line for line in gw.lines[since:] if "is over" in line]


def test_after_its_time_there_is_a_new_one(gw):
    t = gw.shell("demo+short")
    t.run("touch /tmp/old")
    t.end()
    assert gw.ssh("demo+short", "test -e /tmp/old").returncode == 1


# --- idle_limit -------------------------------------------------------------


def test_who_types_nothing_is_told_and_sent_away(gw):
    since = len(gw.lines)
    t = gw.shell("demo+idle")
    t.expect(r"atoll: you typed nothing for 2 seconds \(idle_limit\); goodbye")
    assert t.end()[1] == 255
    gw.wait_log(r'session over reason="nobody typed for too long"', since)


def test_output_is_not_typing(gw):
    t = gw.shell("demo+idle")
    t.type("while true; do echo tick; sleep 0.2; done")
    t.expect(r"you typed nothing for 2 seconds")
    t.end()


def test_every_key_counts(gw):
    t = gw.shell("demo+idle")
    start = g.time.monotonic()
    for _ in range(6):
        t.type("sleep 0.7; echo woke")
        t.expect(r"\r\nwoke\r\n")
    assert g.time.monotonic() - start > 4
    assert t.run("echo still here") == ("still here\n", 0)


def test_an_idle_client_is_warned_a_minute_before(gw):
    t = gw.shell("demo+dozing")
    t.expect(r"atoll: this connection ends in 1 minute unless you type something \(idle_limit\)")
    t.type("")
    t.expect(r"atoll: this connection ends in 1 minute unless you type something \(idle_limit\)")


def test_without_limits_nobody_is_told_anything(gw):
    done = gw.ssh("demo+free", "echo in")
    assert (done.stdout, done.stderr) == ("in\n", "")
