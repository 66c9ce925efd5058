"""close = "collect": the work of an exam is checked, kept and signed before its sandbox ends."""
import csv
import datetime
import hashlib
import io
import json
import os
import re
import signal
import sqlite3
import subprocess
import tarfile


import pytest

import gateway as g
from gateway import wait_until
from test_metrics import values, wait_value, web

CHECK = """#!/bin/sh
sleep 0$(cat $ATOLL_HOME/slow 2>/dev/null)
for n in first second; do
    [ -e $ATOLL_HOME/$n ] && echo "points 1/1 $n" || echo "points 0/1 $n"
done
"""

EXAM = {"close": "collect", "linger": "1h", "check": "exam.check", "staff": ["teachers"]}


def in_seconds(n):
    return (datetime.datetime.now() + datetime.timedelta(seconds=n)).isoformat(timespec="seconds")


def with_check(gw):
    (gw.labs_dir / "exam.check").write_text(CHECK)
    (gw.labs_dir / "exam.check").chmod(0o700)
    return gw.start()


@pytest.fixture(scope="module")
def gw(start_gateway):
    return with_check(start_gateway(start=False, accounts=[
        "alice", "bob", "carol", "dave", "eve", "frank", {"name": "ann", "groups": ["teachers"]},
    ], labs={
        "exam": {**EXAM, "time_limit": "4s"},
        "slow": {**EXAM, "time_limit": "4s"},
        "left": {**EXAM, "time_limit": "1h", "linger": "0s", "check": ""},
        "plain": {},
        "other": {"close": "collect", "time_limit": "1h", "linger": "0s"},
    }))


def folder(gw):
    return gw.folder / gw.options["state_dir"] / "collected"


def rows(gw, lab):
    done = gw.atoll("collected", lab, "--json")
    assert done.returncode == 0, done
    return json.loads(done.stdout)


def row(gw, seat, state="collected"):
    """The one of that seat, when it is in that state."""
    account, lab = seat.split("+")

    def look():
        return [r for r in rows(gw, lab) if r["account"] == account and r["state"] == state]
    [found] = wait_until(look, f"{seat} is {state}", details=lambda: str(rows(gw, lab)))
    return found


def wait_report(gw, lab):
    """That of the lab, when it is whole and no other is on its way."""
    file = folder(gw) / lab / "REPORT.html"
    wait_until(lambda: file.exists() and not file.with_suffix(".html.new").exists(), f"{lab} has a report",
               details=lambda: gw.tail)
    return file


def wait_gone(gw, seat):
    wait_until(lambda: seat not in [s["seat"] for s in gw.ls()], f"{seat} has ended")


def verify(gw, r):
    """As atoll-event(7) says it; returns what is in the archive."""
    archive = folder(gw) / r["file"]
    receipt = archive.with_suffix(".receipt")
    text = receipt.read_text()
    done = subprocess.run(["ssh-keygen", "-Y", "verify", "-f", folder(gw) / ".allowed_signers", "-I", "atoll",
                           "-n", "atoll-receipt", "-s", f"{receipt}.sig"], input=text, text=True,
                          capture_output=True)
    assert done.returncode == 0, done
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    points = f"{r['points']} of {r['most']}" if r["most"] else "none"
    assert text == (f"atoll receipt 1\nlab: {r['lab']}\naccount: {r['account']}\ntime: {r['time']}\n"
                    f"points: {points}\narchive: {archive.name}\nsize: {archive.stat().st_size}\n"
                    f"sha256: {digest}\n")
    assert r["sha256"] == digest and r["bytes"] == archive.stat().st_size
    with tarfile.open(archive) as tar:
        return tar.getnames()


def test_work_is_checked_kept_and_signed_and_its_student_told(gw):
    t = gw.shell("alice+exam")
    t.run("echo mine >first; mkdir deep; echo x >deep/er")
    t.expect(r"atoll: the time of this sandbox is over \(time_limit\): your work is being collected, and what you"
             r" type now does not count")
    t.expect(r"atoll: your work was collected: 1 of 2 points, \d+ bytes, sha256 ([0-9a-f]{64})")
    told = t.child.match.group(1)
    assert t.end()[1] == 255
    r = row(gw, "alice+exam")
    assert r["sha256"] == told and (r["points"], r["most"]) == (1, 2)
    names = verify(gw, r)
    assert {"home/student/first", "home/student/deep/er"} <= set(names)
    wait_gone(gw, "alice+exam")
    # At the next login, wherever, and once.
    t = gw.terminal("alice+plain")
    t.expect(rf"atoll: your work in exam was collected at [-0-9]+ [:0-9]+: 1 of 2 points, \d+ bytes, sha256 {told}"
             r" \('lab receipts' shows it again\)")
    t.expect_prompt()
    output, status = t.run("lab receipts")
    assert status == 0 and re.fullmatch(rf"[-0-9]+ [:0-9]+  exam: 1 of 2 points, \d+ bytes, sha256 {told}\n", output)
    t.close()
    assert "collected" not in gw.ssh("alice+plain", "true").stderr
    none = gw.ssh("bob+plain", "lab receipts")
    assert none.returncode == 1 and none.stdout.startswith("No work of yours was collected")


def test_nothing_of_it_is_for_others_to_read(gw):
    gw.ssh("bob+left", "true")
    r = row(gw, "bob+left")
    owner = (folder(gw) / r["file"]).stat().st_uid
    for lab in folder(gw).iterdir():
        if lab.is_dir():
            wait_report(gw, lab.name)
    for path in [folder(gw), *folder(gw).rglob("*")]:
        st = path.stat()
        assert st.st_mode & 0o077 == 0 and st.st_uid == owner != 0, path


def test_what_is_typed_after_the_end_does_not_count(gw):
    t = gw.shell("bob+slow")
    t.run("echo 2 >slow; sleep 1000 & echo on >first")
    t.expect("your work is being collected")
    t.type("echo late >second; echo late >late")
    # Nor in another session of its student's, who is told why there is none.
    refused = gw.ssh("bob+slow", "touch later")
    assert refused.returncode != 0 and "your work in this lab is being collected" in refused.stderr
    t.expect(r"your work was collected: 1 of 2 points")
    names = verify(gw, row(gw, "bob+slow"))
    assert "home/student/first" in names
    assert not {"home/student/late", "home/student/second", "home/student/later"} & set(names)
    t.close()


def test_who_waits_for_the_check_has_no_more_time_than_others(new_gateway):
    """All are frozen at once, and thawed when it is their turn."""
    accounts = ["alice", "bob", "carol", "dave", "eve", "frank"]
    gw = with_check(new_gateway(start=False, accounts=accounts, labs={"final": {**EXAM, "available": {"until": in_seconds(9)}}}))
    ticking = "echo 1 >slow; (while :; do cat /proc/uptime >>ticks; sleep 0.05; done) </dev/null >/dev/null 2>&1 &"
    for a in accounts:
        assert gw.ssh(f"{a}+final", ticking).returncode == 0
    stood, found = {}, {a: row(gw, f"{a}+final") for a in accounts}
    for a, r in found.items():
        assert verify(gw, r)
        with tarfile.open(folder(gw) / r["file"]) as tar:
            at = [float(line.split()[0]) for line in tar.extractfile("home/student/ticks").read().splitlines()]
        stood[a] = max(later - before for before, later in zip(at, at[1:]))
    # Some at a time, for a second each: whoever comes later has stood still before.
    order = re.findall(r"account=(\w+) lab=final checked by itself", "\n".join(gw.lines))
    assert sorted(order) == accounts and stood[order[-1]] > 0.9, (order, stood)
    gw.stop()


def test_each_end_of_its_own_is_one_leaving_too(gw):
    assert gw.ssh("carol+left", "echo x >work").returncode == 0
    r = row(gw, "carol+left")
    assert r["most"] == 0 and "home/student/work" in verify(gw, r)
    gw.wait_log(r"account=carol lab=left its work is collected reason=its student has left")
    again = gw.terminal("carol+plain")
    again.expect(r"your work in left was collected at .*: without points, for no check has run, \d+ bytes")
    again.close()


def test_the_lab_closes(new_gateway):
    gw = with_check(new_gateway(start=False, accounts=["alice", "bob"], labs={
        "final": {**EXAM, "available": {"until": in_seconds(8)}}}))
    assert gw.ssh("bob+final", "touch first second").returncode == 0
    t = gw.shell("alice+final")
    t.expect(r"the time of this sandbox is over \(the lab closes\): your work is being collected")
    t.expect(r"your work was collected: 0 of 2 points")
    assert row(gw, "bob+final")["points"] == 2
    done = gw.atoll("collected", "final")
    assert re.fullmatch(r"STATE +TIME +POINTS +SIZE +FILE\n(collected  [-0-9]+ [:0-9]+ +[02]/2 +[\d.]+K?  "
                        r"final/(alice|bob)/\d{8}T\d{6}Z\.tar\n){2}", done.stdout), done.stdout
    table = list(csv.reader(io.StringIO(gw.atoll("collected", "--csv").stdout)))
    assert table[0] == ["account", "lab", "time", "state", "points", "most", "file", "bytes", "sha256"]
    assert [line[:2] + line[3:6] for line in table[1:]] == [
        ["alice", "final", "collected", "0", "2"], ["bob", "final", "collected", "2", "2"]]
    t.close()
    gw.stop()


def test_staff_see_their_labs_alone(gw):
    gw.ssh("dave+other", "true")
    row(gw, "dave+other")
    done = gw.ssh("ann", "atoll collected --json")
    labs = {r["lab"] for r in json.loads(done.stdout)}
    assert "left" in labs or "exam" in labs
    assert "other" not in labs
    assert gw.ssh("ann", "atoll collected other").returncode != 0


# --- not collected, and not checked ---------------------------------------------


def test_what_staff_have_frozen_is_not_run_again(gw):
    assert gw.ssh("eve+exam", "touch first; lab check").returncode == 1  # of two points
    assert gw.ssh("eve+exam", "touch second").returncode == 0
    assert gw.atoll("freeze", "eve+exam").returncode == 0
    assert row(gw, "eve+exam")["points"] == 1  # of its last check
    wait_gone(gw, "eve+exam")


def test_kill_and_reset_are_of_somebody_who_wants_it(gw):
    assert gw.ssh("frank+left", "lab reset -y").returncode != 99
    t = gw.shell("frank+exam")
    gw.atoll("kill", "frank+exam")
    t.expect("ended by the administrator")
    t.close()
    wait_gone(gw, "frank+exam")
    assert not [r for r in rows(gw, "exam") if r["account"] == "frank"]


def test_a_kill_while_it_is_collected_is_told(gw):
    since = len(gw.lines)
    assert gw.ssh("frank+slow", "echo 8 >slow").returncode == 0
    wait_until(lambda: [r for r in rows(gw, "slow") if r["account"] == "frank" and r["state"] == "begun"
                        and r["text"] == "it is being checked"], "it is being checked")
    for verb in "thaw", "freeze":
        refused = gw.atoll(verb, "frank+slow")
        assert refused.returncode == 1 and "the work of this seat is being collected" in refused.stderr
    upgrade = gw.atoll("upgrade", "1s")
    assert upgrade.returncode == 1 and "the work of students is being collected" in upgrade.stderr
    gw.atoll("kill", "frank+slow")
    gw.wait_log("account=frank lab=slow.* its sandbox ended before its work was collected", since)
    assert row(gw, "frank+slow", "lost")["text"] == "its sandbox ended before"


# --- crashes --------------------------------------------------------------------


def begun(gw, account):
    return [r for r in rows(gw, "slow") if r["account"] == account and r["text"] == "it is being checked"]


def slow_one(new_gateway):
    gw = with_check(new_gateway(start=False, accounts=["alice"], labs={"slow": {**EXAM, "time_limit": "3s"}, "plain": {}}))
    assert gw.ssh("alice+slow", "echo 2 >slow; touch first").returncode == 0
    wait_until(lambda: begun(gw, "alice"), "it is being checked")
    return gw


@pytest.mark.longer
def test_a_crash_of_the_monitor_goes_on_where_it_was(new_gateway):
    gw = slow_one(new_gateway)
    gw.crash()
    r = row(gw, "alice+slow")
    assert (r["points"], r["most"]) == (1, 2) and "home/student/first" in verify(gw, r)
    assert len(rows(gw, "slow")) == 1
    wait_gone(gw, "alice+slow")
    gw.stop()


def test_a_collector_that_dies_is_started_again(new_gateway):
    gw = with_check(new_gateway(start=False, accounts=["alice", "bob"], labs={
        "left": {"close": "collect", "time_limit": "1h", "linger": "0s"}, "slow": {**EXAM, "time_limit": "3s"}}))
    gw.ssh("bob+left", "true")
    row(gw, "bob+left")
    assert gw.ssh("alice+slow", "echo 1 >slow; touch first").returncode == 0
    wait_until(lambda: begun(gw, "alice"), "it is being checked")
    [pid] = gw.pids_of("atoll-collector")
    key = (folder(gw) / ".key").read_bytes()
    os.kill(pid, signal.SIGKILL)
    gw.wait_log("lost atoll-collector")
    r = row(gw, "alice+slow")
    assert "home/student/first" in verify(gw, r) and (folder(gw) / ".key").read_bytes() == key
    gw.stop()


def test_the_report_lies_beside_what_was_collected(new_gateway):
    gw = with_check(new_gateway(start=False, accounts=["alice", "bob", "carol"], labs={
        "left": {**EXAM, "time_limit": "1h", "linger": "0s", "title": "The last exam"}, "plain": {}}))
    assert gw.ssh("alice+left", "touch first").returncode == 0
    assert gw.ssh("carol+plain", "true").returncode == 0
    row(gw, "alice+left")
    file = wait_report(gw, "left")
    page = file.read_text()
    assert page.startswith("<!DOCTYPE html>") and page.rstrip().endswith("</html>")
    assert "The last exam" in page and "alice" in page and ">1/2<" in page and "carol" not in page
    gw.wait_log("report is kept lab=left file=left/REPORT.html")
    assert not (folder(gw) / "plain").exists()
    # Another gateway makes it anew, since the one before may not have come to that.
    before = file.stat().st_ino
    assert gw.ssh("bob+left", "true").returncode == 0
    row(gw, "bob+left")
    wait_gone(gw, "bob+left")
    gw.stop()
    gw.start()
    wait_until(lambda: file.stat().st_ino != before, "another takes its place", details=lambda: gw.tail)
    page = wait_report(gw, "left").read_text()
    assert "alice" in page and "bob" in page
    gw.stop()


def test_a_report_that_cannot_be_made_is_tried_again(new_gateway):
    gw = new_gateway(accounts=["alice"], labs={"left": {"close": "collect", "time_limit": "1h", "linger": "0s"}})
    in_the_way = folder(gw) / "left" / "REPORT.html.new" / "x"
    assert gw.ssh("alice+left", "true").returncode == 0
    row(gw, "alice+left")
    file = wait_report(gw, "left")
    file.unlink()
    in_the_way.mkdir(parents=True)
    gw.crash()
    gw.wait_log("cannot put the report of lab=left beside its archives, will try again: make collected/left/REPORT.html.new: ")
    in_the_way.rmdir()
    in_the_way.parent.rmdir()
    wait_report(gw, "left")
    gw.stop()


@pytest.mark.longer
def test_a_power_cut_loses_nothing_that_was_collected(new_gateway):
    """All processes at once; and as if the row of the database had not been written."""
    gw = slow_one(new_gateway)
    r = row(gw, "alice+slow")
    gw.stop()
    with sqlite3.connect(gw.folder / gw.options["state_dir"] / "atoll.db") as db:
        db.execute("UPDATE collected SET state = 0, file = '', size = 0, sha256 = '', points = 0, most = 0")
    db.close()
    gw.start()
    assert row(gw, "alice+slow") == r
    gw.wait_log("collected before the gateway was interrupted account=alice lab=slow file=slow/alice/")
    # And one that was not whole yet: that is said, not hidden.
    assert gw.ssh("alice+slow", "echo 8 >slow; touch first").returncode == 0
    wait_until(lambda: begun(gw, "alice"), "it is being checked")
    monitor, builder = gw.monitor, gw.builder
    os.kill(gw.pid, signal.SIGSTOP)  # nobody is left to see the sandbox end, or the monitor
    os.kill(monitor, signal.SIGKILL)
    os.kill(gw.pid, signal.SIGKILL)
    gw.end_by_force()
    wait_until(lambda: not g.is_alive(builder), "all are gone")
    gw.start()
    lost = row(gw, "alice+slow", "lost")
    gw.wait_log("its sandbox was gone before its work was collected account=alice lab=slow")
    t = gw.terminal("alice+plain")
    t.expect_prompt()
    assert "slow: could not be collected: tell your instructor" in t.run("lab receipts")[0]
    t.close()
    assert [x["state"] for x in rows(gw, "slow")] == ["collected", "lost"] and lost["file"] == ""
    gw.stop()


def test_a_full_disk_is_told_and_nothing_is_lost(new_gateway):
    gw = new_gateway(start=False, accounts=["alice", {"name": "ann", "groups": ["teachers"]}], labs={
        "left": {"close": "collect", "time_limit": "1h", "linger": "0s", "staff": ["teachers"]}, "plain": {}}, **web())
    collected = folder(gw)
    collected.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", collected], check=True)
    try:
        gw.start()
        staff = gw.shell("ann+plain")
        assert gw.ssh("alice+left", "head -c 300000 /dev/urandom >big").returncode == 0
        staff.expect(r"alice\+left: its work cannot be collected, and is tried again: .*No space left on device")
        assert "No space left" in row(gw, "alice+left", "begun")["text"]
        wait_value(gw, 'atoll_collecting{lab="left"}', 1)
        assert values(gw)['atoll_collected_total{lab="left",outcome="retried"}'] >= 1
        refused = gw.ssh("alice+left", "true")
        assert "your work in this lab is being collected" in refused.stderr
        subprocess.run(["mount", "-o", "remount,size=8m", collected], check=True)
        assert "home/student/big" in verify(gw, row(gw, "alice+left"))
        now = wait_value(gw, 'atoll_collecting{lab="left"}', 0)
        assert now['atoll_collected_total{lab="left",outcome="collected"}'] == 1
        assert now['atoll_collected_total{lab="left",outcome="lost"}'] == 0
        staff.close()
    finally:
        subprocess.run(["umount", "-l", collected], check=True)
    gw.stop()


# --- configuration ---------------------------------------------------------------


@pytest.mark.parametrize("lab, site, says", [
    ({"close": "collect", "time_limit": "1h", "anonymous": True}, {}, "work without an account is nobody's"),
    ({"close": "collect", "time_limit": "1h"}, {"collector_user": "nobody-at-all"},
     "there is no user nobody-at-all: make it with 'useradd"),
    ({"close": "collect", "time_limit": "1h"}, {"collector_user": "atoll"},
     "needs a collector_user of its own: atoll must not be root"),
    ({"close": "gather", "time_limit": "1h"}, {}, '"end"'),
])
def test_what_cannot_be_collected_is_refused(new_gateway, lab, site, says):
    gw = new_gateway(labs={"exam": lab}, start=False, **site)
    done = gw.check()
    assert done.returncode != 0 and says in done.stderr, done.stderr


def test_a_key_that_is_none_is_not_replaced(new_gateway):
    gw = new_gateway(accounts=["alice"], labs={"left": {"close": "collect", "time_limit": "1h", "linger": "0s"}})
    gw.ssh("alice+left", "true")
    row(gw, "alice+left")
    [pid] = gw.pids_of("atoll-collector")
    (folder(gw) / ".key").write_text("none")
    since = len(gw.lines)
    os.kill(pid, signal.SIGKILL)
    gw.ssh("alice+left", "true")
    gw.wait_log(r"atoll-collector: collected/\.key is no ed25519 key: put its backup there", since)
    assert (folder(gw) / ".key").read_text() == "none"
    gw.stop()
