"""check_every, atoll stuck, and copied secrets: what a teacher sees without asking anybody."""
import json
import re
import time

import pytest

from gateway import wait_until

AUTO = """#!/bin/sh
echo $$ >>/runs
until [ ! -e $ATOLL_HOME/wait ]; do sleep 0.1; done
for n in first second; do
    [ -e $ATOLL_HOME/$n ] && echo "points 1/1 $n" || echo "points 0/1 $n"
done
cat /proc/self/stat >/stat
chmod 644 /stat /runs
"""

HARD = """#!/bin/sh
echo "points $(cat $ATOLL_HOME/n)/2 warm up"
[ -e $ATOLL_HOME/all ] && echo "points 1/1 =evil()" || echo "points 0/1 =evil()"
"""


FLAGS = """#!/bin/sh
echo "points 1/1 here"
echo "secret flag-$ATOLL_SECRET"
[ ! -e $ATOLL_HOME/flag ] || echo "foreign $(cat $ATOLL_HOME/flag)"
[ ! -e $ATOLL_HOME/fail ] || kill -9 $$
"""


@pytest.fixture(scope="module")
def gw(start_gateway):
    gw = start_gateway(start=False, accounts=[
        "alice", "bob", "carol", {"name": "ann", "groups": ["teachers"]},
    ], labs={
        "auto": {"check": "auto.check", "check_every": "10s", "linger": "1m"},
        "hard": {"check": "hard.check", "staff": ["teachers"]},
        "plain": {},
        "flags": {"check": "flags.check", "setup": "flags.setup", "staff": ["teachers"]},
    })
    give = "#!/bin/sh\necho flag-$ATOLL_SECRET >$ATOLL_HOME/own\nchmod 644 $ATOLL_HOME/own\n"
    for name, text in (("auto.check", AUTO), ("hard.check", HARD), ("flags.check", FLAGS),
                       ("flags.setup", give)):
        path = gw.labs_dir / name
        path.write_text(text)
        path.chmod(0o700)
    return gw.start()


def by_itself(gw, since=0):
    return re.findall(r"account=(\w+) lab=auto checked by itself points=(\d) most=2 cpu_ms=\d+",
                      "\n".join(gw.lines[since:]))


def test_points_that_rise_are_told_without_asking(gw):
    t = gw.shell("alice+auto")
    t.type("touch first")
    t.expect("1 of 2 points: first done", timeout=25)
    [row] = wait_until(lambda: json.loads(gw.atoll("--json", "results", "auto").stdout), "kept")
    assert (row["points"], row["checks"]) == (1, 0)  # which was no try of hers
    stat = t.run("cat /stat")[0].split()
    assert (stat[18], stat[40]) == ("19", "5")  # nice, SCHED_IDLE: see proc(5)
    t.type("touch second; rm first")
    since = len(gw.lines)
    wait_until(lambda: by_itself(gw, since), "it ran again", timeout=25)
    assert "of 2 points" not in t.run("echo nothing more")[0]
    # Who does nothing costs nothing; and after the last key there is one more at most.
    time.sleep(11)
    since = len(gw.lines)
    time.sleep(11)
    assert not by_itself(gw, since)
    t.type("exit")
    t.end()


def test_who_asks_while_one_runs_gets_the_state_of_now(gw):
    t = gw.shell("bob+auto")
    t.run("touch wait")
    t.run("until [ -s /runs ]; do sleep 0.1; done", timeout=25)
    t.run("touch first second; (sleep 1; rm wait) & true")
    out, status = t.run("lab check")
    assert status == 0 and out.endswith("Points: 2 of 2\n")
    assert len(t.run("cat /runs")[0].split()) == 2
    t.type("exit")
    t.end()


def test_who_gained_nothing_is_listed(gw):
    bob = gw.shell("bob+hard")
    alice = gw.shell("alice+hard")
    alice.run("echo 1 >n; lab check")

    def rows(*words):
        return json.loads(gw.atoll("--json", "stuck", *words).stdout)

    wait_until(lambda: rows("hard")[1]["seconds"] >= 2, "time has passed")
    alice.run("echo 2 >n; lab check")
    first, second = rows("hard")
    assert (first["seat"], first["best_most"], first["step"]) == ("bob+hard", 0, "")
    assert (second["seat"], second["best_points"], second["best_most"]) == ("alice+hard", 2, 3)
    assert (second["step"], second["step_points"], second["step_most"]) == ("=evil()", 0, 1)
    alice.run("echo 1 >n; lab check")  # less than before: the best stays
    assert rows("hard")[1]["step"] == "warm up"
    assert rows("hard")[1]["best_points"] == 2
    shown = gw.atoll("stuck").stdout.splitlines()
    assert [line.split()[0] for line in shown[:3]] == ["SEAT", "bob+hard", "alice+hard"]
    assert shown[1].split()[1] == "-" and (first["hand"], first["hand_text"]) == ("", "")
    assert "1/2 warm up" in shown[2]
    table = gw.atoll("--csv", "stuck", "hard").stdout
    assert table.startswith("account,lab,seconds,best_points,best_most,step,")
    for told, lab in (("no check", "plain"), ("no lab", "nowhere")):
        done = gw.atoll("stuck", lab)
        assert done.returncode == 1 and told in done.stderr
    by_ssh = json.loads(gw.out("ann", "atoll --json stuck"))
    assert [r["seat"] for r in by_ssh] == ["bob+hard", "alice+hard"]
    refused = gw.ssh("ann", "atoll stuck auto")
    assert refused.returncode == 1 and "you are not staff of a lab auto" in refused.stderr
    steps = json.loads(gw.out("ann", "atoll --json results --steps hard"))
    assert [s["name"] for s in steps[0]["steps"]] == ["warm up", "=evil()"]
    # Raised hands come first, also of who needs no more points.
    alice.run("lab hand 'cannot mount'")
    hands = rows("hard")
    assert [r["seat"] for r in hands] == ["alice+hard", "bob+hard"]
    assert hands[0]["hand_text"] == "cannot mount" and hands[0]["hand"].endswith("Z")
    assert re.match(r"alice\+hard +[\d.]+s ", gw.atoll("stuck").stdout.splitlines()[1])
    assert 'Z,"cannot mount",""\n' in gw.atoll("--csv", "stuck", "hard").stdout
    # Who has left is not there.
    bob.type("exit")
    bob.end()
    wait_until(lambda: [r["seat"] for r in rows("hard")] == ["alice+hard"], "he left")
    alice.run("touch all; echo 2 >n; lab check")
    assert [r["best_points"] for r in rows("hard")] == [3]  # she asks all the same
    alice.run("lab hand --down")
    assert rows("hard") == [] and "1 more has all points" in gw.atoll("stuck").stdout
    alice.type("exit")
    alice.end()


def copies(gw, since=0):
    return re.findall(r"a secret was copied by=(\w+) of=(\w+) lab=flags",
                      "\n".join(gw.lines[since:]))


def rows_of(gw, command, *more):
    return {r["account"]: r for r in json.loads(gw.atoll("--json", command, *more,
                                                         "flags").stdout)}


def test_a_copied_secret_is_told_to_staff(gw):
    staff = gw.shell("ann+flags")
    alice, bob, carol = (gw.shell(f"{name}+flags") for name in ("alice", "bob", "carol"))
    flag = {t: t.run("cat own")[0].strip() for t in (alice, bob, carol)}
    # What one has oneself is no copy, and nobody sees what the check told of it.
    alice.run(f"echo {flag[alice]} >flag")
    out, status = alice.run("lab check")
    assert status == 0 and out == "1/1 here\nPoints: 1 of 1\n"
    # bob's own check comes after it.
    alice.run(f"echo {flag[bob]} >flag; lab check")
    assert rows_of(gw, "results")["alice"]["copied_from"] == [] and not copies(gw)
    bob.run("lab check")
    staff.expect(r"alice\+flags handed in a secret of bob")
    # And carol's is known when bob hands it in; a check that fails shows nothing of it.
    carol.run("lab check")
    out, status = bob.run(f"echo {flag[carol]} >flag; touch fail; lab check")
    assert status == 1 and "(ended by signal 9): points 1/1 here" in out and "flag" not in out
    bob.run("rm fail; lab check")
    staff.expect(r"bob\+flags handed in a secret of carol")
    # Once is enough.
    bob.run("lab check")
    assert copies(gw) == [("alice", "bob"), ("bob", "carol")]
    marks = {name: r["copied_from"] for name, r in rows_of(gw, "results").items()}
    assert marks == {"alice": ["bob"], "bob": ["carol"], "carol": []}
    table = gw.atoll("results", "flags").stdout.splitlines()
    assert table[0].endswith("COPIED FROM") and table[1].endswith("  bob")
    assert gw.atoll("--csv", "results", "flags").stdout.count(',"carol"\n') == 1
    # Who is stuck, and has copied.
    bob.run("lab hand help")
    assert rows_of(gw, "stuck")["bob"]["copied_from"] == ["carol"]
    assert "(copied from carol)" in gw.atoll("stuck", "flags").stdout
    assert not re.search(r"flag-[0-9a-f]", "\n".join(gw.lines))
    for t in (alice, bob, carol, staff):
        t.type("exit")
        t.end()
