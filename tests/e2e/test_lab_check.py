"""lab check: the lab's check runs as root inside, and the student sees points and hints."""
import contextlib
import csv
import io
import json
import re
import sqlite3
import time

import pytest

import gateway as g
from gateway import wait_until

pytestmark = pytest.mark.quick

GOOD = """#!/bin/sh
echo "uid=$(id -u) account=$ATOLL_ACCOUNT lab=$ATOLL_LAB pwd=$PWD HOME=$HOME" >/told
chmod 600 /told
if [ -s "$ATOLL_HOME/answer" ]; then
    echo "points 2/2 There is an answer"
else
    echo "points 0/2 There is an answer"
    printf 'Write it to \\033[1m%s\\033[0m.\\n' "$ATOLL_HOME/answer"
fi
echo "points 1/1 You are here"
"""

# It says when it runs, and goes on until it is told.
WAITING = """#!/bin/sh
echo "$ATOLL_SECRET" >/tmp/secret
chmod 600 /tmp/secret
echo $$ >/tmp/runs
until [ -e /tmp/go ]; do sleep 0.1; done
echo "points 1/1"
"""

PROGRAMS = {
    "good.check": GOOD,
    "waiting.check": WAITING,
    "status.check": "#!/bin/sh\n[ -e /home/student/done ]\n",
    "hanging.check": "#!/bin/sh\necho thinking\nsleep 1000\n",
    "loud.check": "#!/bin/sh\necho points 1/2 First\nyes noise | head -c 3000000\n",
    "killed.check": "#!/bin/sh\nkill -11 $$\n",
}


STEPS = """#!/bin/sh
n=$(cat $ATOLL_HOME/n)
echo 'points '$n'/2 mount, "it"'
[ $n = 0 ] && exit
echo "points 0/1 =1+1"
printf 'points 1/1 \\033[31mred\\n'
"""

PROGRAMS["steps.check"] = STEPS


@pytest.fixture(scope="module")
def gw(start_gateway):
    labs = {name.split(".")[0]: {"check": name, "linger": "1m"} for name in PROGRAMS}
    labs["hanging"]["check_time"] = "1s"
    gw = start_gateway(start=False, labs={**labs, "none": {}}, accounts=["demo", "bob"],
                       connections_per_account=30)
    for name, text in PROGRAMS.items():
        path = gw.labs_dir / name
        path.write_text(text)
        path.chmod(0o700)
    return gw.start()


def test_points_and_hints_are_shown(gw):
    done = gw.ssh("demo+good", "lab check")
    assert done.returncode == 1
    assert done.stdout == (
        "0/2 There is an answer\n"
        "Write it to ?[1m/home/student/answer?[0m.\n"
        "1/1 You are here\n"
        "Points: 1 of 3\n"
    )
    assert gw.out("demo+good", "echo 42 >answer; lab check") == (
        "2/2 There is an answer\n1/1 You are here\nPoints: 3 of 3\n"
    )


def test_it_runs_as_root_of_the_sandbox(gw):
    gw.ssh("bob+good", "lab check")
    assert gw.ssh("bob+good", "cat /told").returncode == 1
    [sandbox] = [s["sandbox"] for s in gw.ls() if (s["account"], s["lab"]) == ("bob", "good")]
    init = gw.init_of(sandbox)
    told = open(f"/proc/{init}/root/told").read()
    assert told == "uid=0 account=bob lab=good pwd=/ HOME=/root\n"


def test_the_log_says_what_came_of_it(gw):
    since = len(gw.lines)
    gw.ssh("demo+good", "lab check")
    gw.wait_log(r"account=demo lab=good checked points=\d most=3$", since=since)


def test_without_points_the_exit_status_is_one(gw):
    done = gw.ssh("demo+status", "lab check")
    assert (done.returncode, done.stdout) == (1, "Points: 0 of 1\n")
    assert gw.out("demo+status", "touch done; lab check") == "Points: 1 of 1\n"


def test_a_lab_without_one_says_so(gw):
    done = gw.ssh("demo+none", "lab check")
    assert (done.returncode, done.stdout) == (1, "This lab has no check.\n")


@pytest.mark.longer
def test_one_that_hangs_is_ended(gw):
    done = gw.ssh("demo+hanging", "lab check")
    assert done.returncode == 1
    assert done.stdout == ("The check failed (not over within check_time, 1 s): thinking\n"
                           "Tell your instructor.\n")
    assert gw.out("demo+hanging", "ps -o args | grep -c '[s]leep 1000' || true") == "0\n"


def test_one_that_is_killed_has_no_result(gw):
    since = len(gw.lines)
    done = gw.ssh("demo+killed", "lab check")
    assert (done.returncode, done.stdout.splitlines()[0]) == (
        1, "The check failed (ended by signal 11).")
    assert "checked" not in "\n".join(gw.lines[since:])


def test_one_that_prints_megabytes_is_cut(gw):
    done = gw.ssh("demo+loud", "lab check")
    assert done.returncode == 1 and len(done.stdout) < 8192
    assert done.stdout.startswith("1/2 First\nnoise\n")
    assert done.stdout.endswith("noise\n(The check printed more, which was cut.)\n"
                                "Points: 1 of 2\n")


@pytest.mark.slow
def test_so_many_at_once_and_then_some_time(gw):
    t = gw.shell("bob+status")
    out, _ = t.run("for i in 1 2 3 4 5 6; do lab check; done")
    assert out == "Points: 0 of 1\n" * 5 + "Too many checks: try again in two seconds.\n"
    began = time.monotonic()
    out, status = t.run("until lab check | grep Points; do sleep 0.2; done")
    assert (out, status) == ("Points: 0 of 1\n", 0) and time.monotonic() - began < 10


def test_with_no_process_left_it_says_why(new_gateway):
    gw = new_gateway(start=False, labs={"box": {"check": "box.check", "pids": 8}})
    (gw.labs_dir / "box.check").write_text("#!/bin/sh\n")
    gw.start()
    t = gw.shell("demo")
    t.type("exec sh -c 'for i in 1 2 3 4 5 6; do sleep 600 & done; exec lab check'")
    t.expect(r"The check cannot start: too many processes \(pids limit\): end some first\r\n")


def test_results_are_kept_by_step(gw):
    gw.ssh("demo+steps", "echo 2 >n; lab check")
    gw.ssh("bob+steps", "echo 1 >n; lab check; echo 0 >n; lab check")

    def by_step():
        return {r["account"]: {s["name"]: s for s in r["steps"]}
                for r in json.loads(gw.atoll("--json", "results", "--steps", "steps").stdout)}

    wait_until(lambda: by_step().get("bob", {}).get('mount, "it"', {}).get("points") == 0, "kept")
    rows = by_step()
    assert list(rows["demo"]) == ['mount, "it"', "=1+1", "?[31mred"]
    first = rows["demo"]['mount, "it"']
    assert (first["points"], first["most"], first["place"]) == (2, 2, 1)
    assert first["full_time"] == first["time"] == first["best_time"]
    first = rows["bob"]['mount, "it"']
    assert (first["points"], first["best_points"], first["full_time"]) == (0, 1, None)
    assert rows["bob"]["?[31mred"]["points"] == 1  # which the last check did not come to
    table = list(csv.reader(io.StringIO(
        gw.atoll("--csv", "results", "--steps", "steps").stdout, newline="")))
    assert table == [["account", "lab", "best_points", "best_most", "hints",
                      'mount, "it"', "'=1+1", "?[31mred"],
                     ["bob", "steps", "2", "4", "0", "1", "0", "1"],
                     ["demo", "steps", "3", "4", "0", "2", "0", "1"]]
    shown = gw.atoll("results", "--steps", "steps").stdout.splitlines()
    assert shown[1].split() == ["bob", "2/4", "0", "1/2", "0/1", "1/1"]
    assert shown[4].split(maxsplit=1) == ["1", 'mount, "it"']


# --- the student and a check that runs ------------------------------------------


@pytest.fixture
def running(gw):
    """A shell in a sandbox in which a check waits for /tmp/go, and its pid there."""
    t = gw.shell("demo+waiting")
    t.run("rm -f /tmp/go")
    t.run("lab check >~/out 2>&1 & c=$!; until [ -s /tmp/runs ]; do sleep 0.1; done")
    yield t, t.run("cat /tmp/runs")[0].strip()
    t.type("lab reset -y")
    t.end()
    wait_until(lambda: not [s for s in gw.ls() if s["lab"] == "waiting"], "it is gone")


def test_a_student_cannot_look_into_it(running):
    t, pid = running
    for path in ("environ", "mem", "maps", "fd", "cwd", "root", "exe", "fd/0", "stack", "io"):
        out, status = t.run(f"ls -L /proc/{pid}/{path}/ 2>/dev/null; cat /proc/{pid}/{path}")
        assert status != 0, (path, out)
    assert t.run("cat /tmp/secret")[1] != 0
    assert t.run("cat /.atoll-lab/check")[1] != 0
    assert "/.atoll-lab/check" in t.run(f"cat /proc/{pid}/cmdline | tr '\\0' ' '")[0]


def test_a_student_cannot_signal_or_trace_it(running):
    t, pid = running
    for signal in ("KILL", "TERM", "STOP", "HUP"):
        out, status = t.run(f"kill -{signal} {pid}")
        assert status != 0 and "not permitted" in out
    t.run("touch /tmp/go; wait $c")
    assert t.run("cat ~/out") == ("1/1\nPoints: 1 of 1\n", 0)


def test_one_at_a_time(running):
    t, _ = running
    assert t.run("lab check") == ("A check is running: wait for its end.\n", 1)


def test_who_does_not_wait_for_it_ends_it(gw, running):
    t, pid = running
    since = len(gw.lines)
    t.run("kill $c; wait $c")
    out, _ = t.run(f"while kill -0 {pid} 2>&1 | grep -q permitted; do sleep 0.1; done; echo gone")
    assert out == "gone\n"
    assert " checked " not in "\n".join(gw.lines[since:])


def test_shells_go_on_meanwhile(gw, running):
    assert gw.out("demo+waiting", "echo fine") == "fine\n"


# --- the instructor ---------------------------------------------------------------


def results(gw, lab, *form):
    done = gw.atoll("results", lab, *form)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextlib.contextmanager
def locked(gw):
    """Another program is at the database."""
    with contextlib.closing(
        sqlite3.connect(gw.folder / "state/atoll.db", isolation_level=None)
    ) as db:
        db.execute("BEGIN IMMEDIATE")
        yield
        db.execute("ROLLBACK")


@pytest.mark.slow
def test_a_result_that_cannot_be_written_is_kept_as_soon_as_it_can(new_gateway):
    gw = new_gateway(start=False, labs={"ctf": {"check": "ctf.check"}})
    (gw.labs_dir / "ctf.check").write_text('#!/bin/sh\necho "points 2/3 Flags"\n')
    gw.start()
    with locked(gw):
        assert "2 of 3" in gw.ssh("demo+ctf", "lab check").stdout
        gw.wait_log("account=demo .*cannot write a result to atoll.db, will try again: .*locked")
        assert "demo" not in results(gw, "ctf")
    gw.wait_log("account=demo .*the result is written now")
    [row] = json.loads(results(gw, "ctf", "--json"))
    assert (row["account"], row["points"], row["most"], row["checks"]) == ("demo", 2, 3, 1)
    with locked(gw):
        gw.ssh("demo+ctf", "lab check")
        gw.stop()
    assert re.search("enter it by hand: account=demo lab=ctf points=2 most=3 time=", gw.log)


@pytest.fixture(scope="module")
def scored(start_gateway):
    """Two students have tried the same lab, one of them twice."""
    gw = start_gateway(
        start=False, labs={"ctf": {"check": "ctf.check", "linger": "1m"}, "other": {}},
        accounts=["alice", "bob"],
    )
    (gw.labs_dir / "ctf.check").write_text(
        '#!/bin/sh\ncd /home/student || exit\n[ -f hint ] && head -n 1 hint\n'
        'echo "points $(ls | grep -c flag)/3 Flags"\n'
    )
    gw.start()
    gw.ssh("alice+ctf", "touch flag1 flag2; lab check; rm flag1; lab check")
    gw.ssh("bob+ctf", r"printf '=1+1\033[31m\n' >hint; touch flag1 flag2 flag3; lab check")
    wait_until(lambda: [r["checks"] for r in json.loads(results(gw, "ctf", "--json"))] == [2, 1],
               "both are kept")
    return gw


def test_results_are_a_table(scored):
    head, alice, bob = results(scored, "ctf").splitlines()
    assert head.split() == ["ACCOUNT", "LAST", "BEST", "CHECKS", "CHECKED"]
    assert alice.split()[:4] == ["alice", "1/3", "2/3", "2"]
    assert bob.split()[:4] == ["bob", "3/3", "3/3", "1"]


def test_results_for_scripts(scored):
    alice, bob = json.loads(results(scored, "ctf", "--json"))
    assert {k: alice[k] for k in ("account", "lab", "points", "most", "best_points", "checks")} == {
        "account": "alice", "lab": "ctf", "points": 1, "most": 3, "best_points": 2, "checks": 2}
    assert alice["text"] == "1/3 Flags\nPoints: 1 of 3\n"
    assert alice["best_time"] <= alice["time"] and alice["time"].endswith("Z")


def test_results_for_a_spreadsheet(scored):
    rows = list(csv.DictReader(io.StringIO(results(scored, "ctf", "--csv"), newline="")))
    assert [r["account"] for r in rows] == ["alice", "bob"]
    assert (rows[0]["points"], rows[0]["best_points"], rows[0]["most"]) == ("1", "2", "3")
    # What a student wrote is no formula, and no escape sequence.
    assert rows[1]["text"] == "'=1+1?[31m\n3/3 Flags\nPoints: 3 of 3\n"


def test_a_new_account_of_a_name_has_no_results_of_an_old_one(scored):
    add = ["account", "add", "kim", "--key", f"{scored.keys.student}.pub"]
    assert scored.atoll(*add).returncode == 0
    scored.ssh("kim+ctf", "touch flag1; lab check")
    wait_until(lambda: "kim" in results(scored, "ctf"), "it is kept")
    assert scored.atoll("account", "remove", "kim").returncode == 0
    assert "kim" in results(scored, "ctf")  # for the grades
    assert scored.atoll(*add).returncode == 0
    assert "kim" not in results(scored, "ctf")
    assert scored.atoll("account", "remove", "kim").returncode == 0


def test_a_lab_that_nobody_checked_has_no_rows(scored):
    assert json.loads(results(scored, "other", "--json")) == []
    assert len(results(scored, "other").splitlines()) == 1
    assert len(results(scored, "other", "--csv").splitlines()) == 1


@pytest.mark.parametrize(
    "words, status, error",
    [
        (["results"], 2, "missing: LAB"),
        (["results", "../x"], 2, '"../x" cannot be the name of a lab'),
        (["results", "nowhere"], 1, "there is no lab of that name"),
        (["--csv", "ls"], 2, "--csv is of results, stuck, hands, collected, recordings"),
        (["--csv", "--json", "results", "ctf"], 2, "not both"),
    ],
    ids=["none", "path", "unknown", "ls", "both"],
)
def test_what_it_is_not_for(scored, words, status, error):
    done = scored.atoll(*words)
    assert (done.returncode, done.stdout) == (status, "")
    assert error in done.stderr


def test_results_outlive_a_restart_and_the_lab(new_gateway):
    gw = new_gateway(start=False, labs={"ctf": {"check": "ctf.check"}, "other": {}})
    (gw.labs_dir / "ctf.check").write_text("#!/bin/sh\n")
    gw.start()
    assert gw.out("demo+ctf", "lab check") == "Points: 1 of 1\n"
    wait_until(lambda: "demo" in results(gw, "ctf"), "it is kept")
    (gw.labs_dir / "ctf.conf").unlink()
    assert gw.atoll("reload").returncode == 0
    assert "demo" in results(gw, "ctf")
    gw.stop()
    gw.start()
    [row] = json.loads(results(gw, "ctf", "--json"))
    assert (row["account"], row["points"], row["most"], row["checks"]) == ("demo", 1, 1, 1)


def test_nothing_is_kept_of_who_has_no_account(new_gateway):
    gw = new_gateway(start=False, labs={"try": {"check": "try.check", "anonymous": True}})
    (gw.labs_dir / "try.check").write_text("#!/bin/sh\n")
    gw.start()
    assert gw.out("try", "lab check", key="none") == "Points: 1 of 1\n"
    gw.wait_log("lab=try checked points=1 most=1")
    assert gw.out("demo+try", "lab check") == "Points: 1 of 1\n"
    wait_until(lambda: json.loads(results(gw, "try", "--json")), "the student's is kept")
    assert [r["account"] for r in json.loads(results(gw, "try", "--json"))] == ["demo"]
