"""atoll rehearse: a class of clients that come, and of whom nothing stays."""
import json
import os
import re
import signal
import sqlite3
import subprocess

import pytest

import gateway as g
from gateway import wait_until

pytestmark = [
    pytest.mark.longer,
    pytest.mark.skipif(os.geteuid() != 0, reason="sandboxes are root's to start"),
]

CHECK = '#!/bin/sh\n[ -e "$ATOLL_HOME/one" ] && echo points 1/1 one || echo points 0/1 one\n'
SOLVE = "#!/bin/sh\ntouch ~/one\n"
TABLES = ("accounts", "results", "result_steps", "progress", "secrets", "copied", "hands",
          "extensions", "announcements_seen", "homes_to_go", "accounts_removed")


def gateway(new_gateway, lab=None, **options):
    """Of a lab that keeps all that can be kept."""
    lab = {"reattach": True, "linger": "5m", "home": "seat", "record": "required",
           "memory": "32M", "disk": "16M", "open": None, "groups": ["class"], **(lab or {})}
    return new_gateway(labs={"box": lab, "other": {}}, **options)


def argv(gw, *words):
    return [g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "-c", gw.config_file, "rehearse",
            *words]


def rehearse(gw, *words, lab="box", n=4, minutes=0.05):
    return subprocess.run(argv(gw, lab, "-n", str(n), "--minutes", str(minutes), *words),
                          capture_output=True, text=True, timeout=120)


def begin(gw, *words, n=3, minutes=0.5):
    """One that goes on, and its students are there."""
    child = subprocess.Popen(argv(gw, "box", "-n", str(n), "--minutes", str(minutes), "--json", *words),
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_until(lambda: child.poll() is not None or any(s["state"] == "live" for s in gw.ls()),
               "a student is there")
    assert child.poll() is None, child.communicate()
    return child


def rows(gw, table):
    """Those of a rehearsal."""
    db = sqlite3.connect(f"file:{gw.folder}/state/atoll.db?mode=ro", uri=True)
    try:
        name = "name" if table in ("accounts", "homes_to_go", "accounts_removed") else "account"
        return db.execute(f"SELECT {name} FROM {table} WHERE {name} GLOB 'rehearsal-*'").fetchall()
    finally:
        db.close()


def left(gw):
    """What there is of a rehearsal."""
    state = gw.folder / "state"
    return ([r for t in TABLES for r in rows(gw, t)] +
            [p for p in state.rglob("*rehearsal-*") if p.exists()] + list(gw.ls()))


@pytest.fixture
def checked(tmp_path):
    """Options of a lab with a check, and what solves it."""
    paths = {}
    tmp_path.chmod(0o755)
    for name, text in ("check", CHECK), ("solve", SOLVE):
        paths[name] = tmp_path / name
        paths[name].write_text(text)
        paths[name].chmod(0o755)
    return paths


def test_a_class_comes_solves_the_lab_is_cut_off_and_comes_back(new_gateway, checked):
    gw = gateway(new_gateway, checked)
    done = rehearse(gw, "--json", n=12, minutes=0.08)
    said = json.loads(done.stdout)
    # The processor may be somebody else's at the moment.
    gave_out = [row for row in said["gave_out"] if not row["what"].startswith("processor: ")]
    assert (done.returncode, done.stderr, gave_out) == (0, "", []), said
    assert said["lab"] == "box" and not said["cut_short"] and said["reattach"]
    assert said["students"] == said["came"] == said["solved"] == said["prompt"]["count"] == 12
    assert said["refused"] == said["unsolved"] == 0
    assert said["reattached"] == said["prompt_again"]["count"] > 0
    assert said["echo"]["count"] > 100 and said["echo"]["p50_ms"] > 0
    assert said["prompt"]["max_ms"] >= said["first_output"]["p50_ms"] > said["login"]["p50_ms"] / 2 > 0
    assert said["memory_max"] == 32 << 20 and 0 < said["memory"] < 32 << 20
    assert left(gw) == []
    assert gw.atoll("results", "box").stdout.count("\n") <= 1
    gw.wait_log("rehearsal begins lab=box accounts=12")
    gw.wait_log("rehearsal is cleared away")


def test_the_table_says_what_gave_out_first_and_what_to_set(new_gateway):
    gw = gateway(new_gateway, sandboxes_max=2)
    done = rehearse(gw, n=4)
    assert done.returncode == 1
    assert re.search(r"lab box: 4 of 4 students came, [234] were at a prompt\n", done.stdout), done
    for row in "login", "first output", "prompt", "prompt again", "queue", "key to echo":
        assert re.search(rf"^{row} +\S+ +\S+ +\S+ +\d+$", done.stdout, re.M), (row, done.stdout)
    first = done.stdout.split("what gave out, the first first:\n")[1]
    assert re.match(r" +\d+\.\ds  sandboxes_max = 2: [12] students waited in the queue at a time, one of"
                    r" them \d+\.\d s\n +set: sandboxes_max = 4; holds them all; .* 128M\n", first), first
    assert left(gw) == []


def test_they_are_marked_while_they_are_there_and_have_no_results(new_gateway, checked):
    gw = gateway(new_gateway, checked)
    child = begin(gw)
    [(clients, name)] = g.descendants(child.pid).items()
    status = g.proc_status(clients)
    assert (name, status["Uid"].split()) == ("atoll-rehearse", ["65534"] * 4)
    assert (int(status["CapPrm"], 16), status["NoNewPrivs"]) == (0, "1")
    wait_until(lambda: rows(gw, "results"), "a result is written")
    assert all(s["rehearsal"] for s in gw.ls())
    assert re.search(r"^rehearsal-00\d\+box +rehearsal, live", gw.atoll("ls").stdout, re.M)
    [source] = {a["source"] for a in json.loads(gw.atoll("--json", "account", "list").stdout)
                if a["name"].startswith("rehearsal-")}
    assert source == "rehearsal"
    assert "rehearsal" not in gw.atoll("results", "box").stdout
    assert "rehearsal" not in gw.atoll("--csv", "--steps", "results", "box").stdout
    assert "rehearsal" not in gw.atoll("recordings").stdout
    child.send_signal(signal.SIGINT)
    said = json.loads(child.communicate(timeout=60)[0])
    assert said["cut_short"] and said["came"] > 0
    assert left(gw) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_stays_of_one_that_is_interrupted(new_gateway, number):
    gw = gateway(new_gateway)
    child = begin(gw)
    child.send_signal(number)
    out, err = child.communicate(timeout=60)
    if number != signal.SIGKILL:
        said = json.loads(out)
        assert said["cut_short"] and said["refused"] == 0 and said["came"] > 0, err
        assert left(gw) == []
    wait_until(lambda: left(gw) == [], "nothing is left", details=lambda: left(gw))


def test_nothing_stays_when_the_monitor_or_all_is_killed(new_gateway):
    gw = gateway(new_gateway)
    child = begin(gw)
    since = len(gw.lines)
    os.kill(gw.monitor, signal.SIGKILL)
    out, err = child.communicate(timeout=60)
    assert child.returncode == 1 and json.loads(out)["cut_short"] and "the gateway" in err
    gw.wait_log("accounts of a rehearsal are left, and go count=3", since)
    gw.wait_log("rehearsal is cleared away", since)
    assert left(gw) == []

    child = begin(gw)
    for process in gw.pid, gw.monitor:
        os.kill(process, signal.SIGKILL)
    gw.wait_end()
    child.communicate(timeout=60)
    assert len(rows(gw, "accounts")) == 3
    gw.start()
    wait_until(lambda: left(gw) == [], "nothing is left", details=lambda: left(gw))


def test_nobody_else_logs_in_to_their_accounts(new_gateway, keys):
    """Also with a key that an account of a rehearsal has."""
    gw = gateway(new_gateway, listen=[{"address": "127.0.0.1", "port": 0}])
    child = begin(gw)
    db = sqlite3.connect(f"{gw.folder}/state/atoll.db")
    with db:
        db.execute("UPDATE accounts SET keys = keys || char(10) || ? WHERE name GLOB 'rehearsal-*'",
                   (g.Keys.public(keys.student),))
    db.close()
    there = gw.ssh("rehearsal-001+box", "echo there", options=["BindAddress=127.0.0.1"])
    away = gw.ssh("rehearsal-001+box", "echo there", options=["BindAddress=127.0.0.2"])
    assert there.stdout == "there\n"
    assert (away.returncode, away.stdout) == (255, "")
    gw.wait_log("login refused name=rehearsal-001 .* reason=rehearsal")
    child.kill()
    child.communicate()


def test_one_that_cannot_be_says_why(new_gateway):
    gw = gateway(new_gateway)

    def refused(*words, status=1, **more):
        done = rehearse(gw, *words, **more)
        assert (done.returncode, done.stdout) == (status, ""), done
        return done.stderr

    assert "there is no lab of that name" in refused(lab="none")
    assert "--through needs --host" in refused("--through", "ssh laptop x", status=2)
    assert "--host is for --through" in refused("--host", "lab.example.org", status=2)
    assert "-n takes 1 to 5000 students, not 0" in refused(n=0, status=2)
    assert "--minutes takes 0.01 to 600, not x" in refused(minutes="x", status=2)
    assert "that is no atoll-rehearse: hello" in refused("--through", "echo hello", "--host", "::1")
    assert "the clients have ended early" in refused("--through", "exit 3", "--host", "::1")

    t = gw.shell("demo+other")
    assert "1 students are here, and would notice: " in refused()
    done = rehearse(gw, "--beside-students", "--json", n=2)
    assert done.returncode == 0 and json.loads(done.stdout)["came"] == 2
    assert t.run("echo $((6*7))") == ("42\n", 0)
    t.close()

    child = begin(gw)
    assert "a rehearsal is there already" in refused()
    assert gw.atoll("account", "add", "rehearsal-9", "--generate").returncode == 1
    child.kill()
    child.communicate()


def test_the_clients_may_run_elsewhere(new_gateway):
    """Elsewhere is a shell; ssh would be one, too."""
    gw = gateway(new_gateway)
    done = rehearse(gw, "--json", "--through", f"cd / && {g.BUILD}/atoll-rehearse",
                    "--host", f"127.0.0.1:{gw.port}", n=2)
    said = json.loads(done.stdout)
    assert (done.returncode, said["prompt"]["count"]) == (0, 2), done
    assert left(gw) == []
