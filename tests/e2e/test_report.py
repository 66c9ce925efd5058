"""atoll report: who came, what gave out, and what to set next time."""
import contextlib
import json
import os
import re
import sqlite3
import subprocess
import time

import pytest

import gateway as g
from gateway import wait_until

pytestmark = pytest.mark.quick

CHECK = "#!/bin/sh\nn=$(cat /home/student/n 2>/dev/null || echo 0)\necho \"points $n/4 Done\"\n"
TITLE = "<img src=x onerror=alert(1)> & \"C\""
VISIT, POINTS, REFUSED, HAND = range(4)
HOUR = 3600
# Daylight saving time ends at 2026-10-25 01:00 UTC, when 03:00 becomes 02:00.
ZONE = "CET-1CEST,M3.5.0,M10.5.0/3"
AUTUMN = 1792890000
T = int(time.time()) - 30 * 86400  # not older than report_keep: that goes at once


def run(*args, zone="UTC"):
    return subprocess.run([g.BUILD / "atoll", *args], capture_output=True, text=True, timeout=g.PATIENCE,
                          env={**os.environ, "TZ": zone})


def report(gw, lab, *more, **how):
    done = run("-s", str(gw.run_dir / "admin.sock"), "report", lab, *more, **how)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def told(gw, lab, *more):
    return json.loads(report(gw, lab, "--json", *more))


def refused(gw, *args, status=1):
    done = run("-s", str(gw.run_dir / "admin.sock"), "report", *args)
    assert done.returncode == status and done.stdout == ""
    return done.stderr


def put(gw, *rows):
    """Rows of the diary, as another program writes them."""
    with contextlib.closing(sqlite3.connect(gw.folder / "state/atoll.db", timeout=g.PATIENCE)) as db, db:
        db.executemany("INSERT INTO diary (lab, what, account, began, ended, count, numbers, text, how)"
                       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def visit(lab, account, began, ended, memory=50 << 20, waited=0, limits="0 0 0 0 0 0"):
    return (lab, VISIT, account, began, ended, 1, f"{waited} {memory} {256 << 20} 64 1000 {limits}", "", "")


@pytest.fixture(scope="module")
def gw(start_gateway, tmp_path_factory):
    check = tmp_path_factory.mktemp("check") / "check"
    check.write_text(CHECK)
    check.chmod(0o755)
    lab = {"staff": ["teachers"], "linger": 0}
    return start_gateway(
        accounts=["bob", "eve", {"name": "ann", "groups": ["teachers"]}, {"name": "mia", "groups": ["maths"]}],
        labs={"c101": {**lab, "check": check, "linger": "1h", "title": TITLE, "memory": "256M"}, "maths": {"staff": ["maths"]},
              "shut": {"available": {"until": "2020-01-01T09:00"}},
              **{name: dict(lab) for name in ("none", "autumn", "many", "paper", "since", "small")}},
        report_keep="3650d")


def test_a_class(gw):
    with contextlib.closing(gw.shell("bob+c101")) as bob:
        for n in (1, 1, 3):
            assert bob.run(f"echo {n} >n; until lab check | grep {n}; do sleep 0.1; done")[1] == 0
        assert bob.run("lab hand 'what is <b>this</b>?'")[1] == 0
        done = gw.ssh("ann", "atoll say bob+c101 a pointer & no more")
        assert (done.returncode, done.stderr) == (0, "")
        bob.expect("a pointer & no more")
        here = told(gw, "c101")
        assert [(s["account"], s["last"]) for s in here["students"]] == [("bob", None)]
    assert gw.atoll("kill", "bob+c101").returncode == 0
    gw.out("eve+c101", "true")
    assert gw.atoll("kill", "eve+c101").returncode == 0
    got = told(gw, "c101")
    bob, eve = got["students"]
    assert (bob["account"], bob["visits"], bob["points"], bob["most"], bob["hands"]) == ("bob", 1, 3, 4, 1)
    assert (eve["account"], eve["visits"], eve["most"]) == ("eve", 1, 0)
    assert bob["last"] is not None and got["memory_bytes"] > 0 and got["memory_max_bytes"] == 256 << 20
    # A check that comes to the same is not kept again, nor two of one second.
    assert [p["points"] for p in got["points"]] in ([1, 3], [3])
    [hand] = got["hands"]
    assert hand["text"] == "what is <b>this</b>?" and hand["how"] == "ann (staff): a pointer & no more"
    assert re.match(r"memory = 256M: nobody used more than [\d.]+[KM]; 2 students would have needed", got["advice"][0])
    text = report(gw, "c101")
    assert "Who came: 2 accounts, 2 visits" in text and "down after" in text and "3/4" in text


def test_staff_have_it_of_their_labs_and_write_no_file(gw):
    done = gw.ssh("ann", "atoll report c101 --json")
    assert done.returncode == 0 and json.loads(done.stdout)["lab"] == "c101"
    done = gw.ssh("mia", "atoll report c101")
    assert done.returncode == 1 and done.stdout == ""
    done = gw.ssh("ann", "atoll report c101 --html -")
    assert done.returncode == 0 and done.stdout.startswith("<!DOCTYPE html>")
    done = gw.ssh("ann", "atoll report c101 --html /tmp/x.html")
    assert done.returncode == 2 and "staff have no files on this host" in done.stderr


def test_nobody_came(gw):
    assert "Nobody came." in report(gw, "none")
    got = told(gw, "none")
    assert got["students"] == got["visits"] == got["moments"] == got["advice"] == [] and got["begin"] is None
    assert "<p>Nobody came.</p>" in report(gw, "none", "--html", "-")


def test_who_is_refused_is_told_by_the_hour(gw):
    for _ in range(3):
        assert gw.ssh("bob+shut", "true").returncode != 0
    # Names that there are not are a stranger's.
    assert gw.ssh("bob+nowhere", "true").returncode != 0
    got = told(gw, "shut")
    # The hour may have changed in the middle.
    assert {r["reason"] for r in got["refused"]} == {"closed"} and sum(r["count"] for r in got["refused"]) == 3
    assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:00:00Z$", r["hour"]) for r in got["refused"])
    assert "came while the lab was closed" in got["advice"][0]


def test_a_lab_that_there_is_not(gw):
    assert "no lab of that name" in refused(gw, "nowhere")
    assert "cannot be the name of a lab" in refused(gw, "<script>", status=2)


def test_a_lab_whose_file_is_gone_has_its_report(gw):
    put(gw, visit("gone", "bob", T, T + 60))
    assert told(gw, "gone")["memory_max_bytes"] == 256 << 20


def test_since(gw):
    now = int(time.time())
    put(gw, visit("since", "old", now - 3 * HOUR, now - 2 * HOUR), visit("since", "new", now - 3 * HOUR, now - 60))
    assert [s["account"] for s in told(gw, "since", "--since", "1h")["students"]] == ["new"]
    assert len(told(gw, "since", "--since", "2020-01-01")["students"]) == 2
    assert "is to come" in refused(gw, "since", "--since", "2999-01-01", status=2)
    assert "--since takes" in refused(gw, "since", "--since", "yesterday", status=2)


def test_the_hour_that_comes_twice(gw):
    put(gw, visit("autumn", "bob", AUTUMN - HOUR // 2, AUTUMN + HOUR // 2), ("autumn", REFUSED, "", AUTUMN - HOUR, AUTUMN, 2, "", "closed", ""),
        ("autumn", REFUSED, "", AUTUMN, AUTUMN + 1, 3, "", "closed", ""))
    text = report(gw, "autumn", zone=ZONE)
    assert re.search(r"bob +2026-10-25 02:30 CEST +2026-10-25 02:30 CET +1 +1h00m", text)
    assert re.search(r"02:00 CEST +2 +closed\n +2026-10-25 02:00 CET +3 +closed", text)
    page = report(gw, "autumn", "--html", "-", zone=ZONE)
    assert "02:30 CEST" in page and "02:30 CET" in page


def test_more_than_a_page(gw):
    put(gw, *(visit("many", f"s{n % 400}", T + n, T + 3600 + n) for n in range(1200)))
    got = told(gw, "many")
    assert (len(got["visits"]), len(got["students"]), got["at_once"]) == (1200, 400, 1200)


# --- paper ----------------------------------------------------------------------


def test_markup_of_others_is_text(gw):
    put(gw, visit("paper", "bob", T, T + 3600),
        ("paper", HAND, "bob", T + 100, T + 200, 1, "", "<script>alert('1')</script>\x1b[2J\u202e", "\"><svg onload=x>"),
        ("paper", REFUSED, "", T + 800, T + 900, 1, "", "<style>*{}</style>", ""),
        ("paper", POINTS, "<script>", T + 100, T + 200, 1, "1 2", "", ""))
    for lab in ("paper", "c101"):
        page = report(gw, lab, "--html", "-")
        body = page[page.index("<body>"):]
        assert not re.search(r"<(script|img|style|link|iframe|object|a) |<script|<style>", body)
        assert not re.search(r"src=|href|url\(|@import", page.replace("&lt;img src=x", ""))
        assert "\x1b" not in page and "\u202e" not in page
    assert "&lt;script&gt;alert" in report(gw, "paper", "--html", "-")
    text = report(gw, "paper")
    assert "\x1b" not in text and "\u202e" not in text


def test_a_file_is_whole_and_its_owner_s_or_not_there(gw, tmp_path):
    file = tmp_path / "r.html"
    report(gw, "paper", "--html", str(file))
    assert file.stat().st_mode & 0o777 == 0o600 and file.read_text().endswith("</html>\n")
    before = file.read_text()
    assert "is there already" in refused(gw, "paper", "--html", str(file))
    assert file.read_text() == before
    assert "not both" in refused(gw, "paper", "--html", str(file), "--json", status=2)
    assert "No such file" in refused(gw, "paper", "--html", str(tmp_path / "none/r.html"))


def test_a_full_disk_leaves_no_half_of_a_file(gw, tmp_path):
    put(gw, *(visit("small", f"s{n}", T + n, T + 3600 + n) for n in range(200)))
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "none", tmp_path], check=True)
    try:
        assert "No space left" in refused(gw, "small", "--html", str(tmp_path / "r.html"))
        assert list(tmp_path.iterdir()) == []
    finally:
        subprocess.run(["umount", tmp_path], check=True)
    with open("/dev/full", "w") as full:
        done = subprocess.run([g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "report", "small"], stdout=full,
                              stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and "No space left" in done.stderr


# --- what is kept ----------------------------------------------------------------


def test_who_has_the_name_next_has_no_visits(gw):
    for made in (1, 2):
        assert gw.atoll("account", "add", "zoe", "--generate").returncode == 0
        if made == 1:
            put(gw, visit("since", "zoe", T, T + 60))
            assert "zoe" in report(gw, "since")
            assert gw.atoll("account", "remove", "zoe").returncode == 0
    assert "zoe" not in report(gw, "since")


def test_what_is_older_than_report_keep_goes_and_with_0_nothing_is_kept(new_gateway):
    gw = new_gateway()
    now = int(time.time())
    put(gw, visit("box", "old", 1000000, 1000060), visit("box", "new", now - 60, now))
    gw.stop()
    gw.start()
    wait_until(lambda: [s["account"] for s in told(gw, "box")["students"]] == ["new"], "the old one is gone")
    gw.write_config(report_keep=0)
    gw.stop()
    gw.start()
    gw.out("demo", "true")
    gw.wait_no_sandbox()
    wait_until(lambda: told(gw, "box")["students"] == [], "nothing is kept")


def test_waits_and_limits_outlive_an_upgrade(new_gateway):
    gw = new_gateway(accounts=["ann", "bob", "eve"], sandboxes_max=1, labs={"box": {"pids": 8, "linger": "1h"}})
    ann = gw.shell("ann")
    bob = gw.terminal("bob")
    bob.expect("wait|place|queue")
    eve = gw.terminal("eve")
    eve.expect("wait|place|queue")
    eve.close()
    wait_until(lambda: gw.status()["waiting"] == 1, "eve has left")
    ann.close()
    assert gw.atoll("kill", "ann+box").returncode == 0
    bob.expect_prompt()
    bob.type("i=0; while [ $i -lt 20 ]; do sleep 5 & i=$((i+1)); done")
    wait_until(lambda: "too many processes" in gw.log, "the limit was met")
    done = gw.atoll("upgrade")
    assert done.returncode == 0, done.stderr
    bob.close()
    assert gw.atoll("kill", "bob+box").returncode == 0
    got = told(gw, "box")
    _, bob = got["students"]
    assert bob["limits"]["pids"] > 0 and bob["limits"]["memory"] == 0
    assert got["gave_up"] == 1 and got["longest_wait_ms"] > 0
    assert any(a.startswith("pids: 1 of 2 students met it") for a in got["advice"])
    assert any(re.match(r"sandboxes_max: [01] waited for a place", a) for a in got["advice"])
