"""The log: ids on each line, objects that any parser reads, fields of systemd's journal,
and "atoll log" for what it has of one student."""
import contextlib
import json
import os
import re
import select
import signal
import subprocess
import time

import paramiko
import pytest

import gateway as g
from test_taken_over import Attacker

EVIL = "a\n<3>conn=1 account=bob \x1b[2J\"\\,\"account\":\"bob\",\u202e\xff\x7f"


def objects(lines):
    """Each line by Python's parser, and all of them by jq's."""
    found = [json.loads(line) for line in lines]
    assert all(list(o)[:3] == ["time", "level", "process"] and list(o)[-1] == "message" for o in found)
    assert all(len(o) == line.count('":') - line.count('\\":') for o, line in zip(found, lines)), "a member twice"
    assert all(0x20 <= ord(c) < 0x7f for line in lines for c in line)
    read = subprocess.run(["jq", "-c", "."], input="\n".join(lines), capture_output=True, text=True, check=True)
    assert [json.loads(line) for line in read.stdout.splitlines()] == found
    return found


def atoll_log(*args, command=(), **how):
    return subprocess.run([*command, g.BUILD / "atoll", "log", *args], capture_output=True, text=True,
                          timeout=g.PATIENCE, **how)


@pytest.fixture
def follow():
    """Starts atoll log -f.  Who runs the tests in the background has SIGINT ignored, and
    so would it; and a test that fails leaves none behind."""
    started = []

    def start(*args, command=()):
        started.append(subprocess.Popen(
            [*command, g.BUILD / "atoll", "log", "-f", *args], stdout=subprocess.PIPE,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)))
        return started[-1]

    yield start
    for child in started:
        child.kill()
        child.communicate()


def next_line(child):
    """Of what it prints, unbuffered; "" when there is none for long."""
    got = b""
    while not got.endswith(b"\n") and select.select([child.stdout], [], [], g.PATIENCE)[0]:
        got += os.read(child.stdout.fileno(), 1) or b"(its end)\n"
    return got.decode()


@pytest.fixture(scope="module")
def told(start_gateway, tmp_path_factory):
    """A gateway's life of varied lines; the lines."""
    libexec = tmp_path_factory.mktemp("libexec") / "x"
    check = libexec.parent / "check"
    check.write_text("#!/bin/sh\ntrue\n")
    check.chmod(0o755)
    gw = start_gateway(log="json", accounts=["ann", "bob"], labs={"box": {"linger": "1m", "check": check, "time_limit": "1h"}},
                       libexec_dir=g.replace(libexec, session=g.BUILD / "tests/attack/session"))
    assert gw.out("ann+box", "lab check >/dev/null; echo in") == "in\n"
    assert gw.out("bob+box", "lab hand 'account=ann \"\\\\ \u00e4\U0001f600' >/dev/null; echo in") == "in\n"
    gw.ssh_password("bob", "wrong", "true")
    gw.ssh_password('ann+x"\\', "wrong", "true")
    attacker = Attacker(gw)
    attacker.send("LOG", level=77, text=EVIL)
    attacker.send("LOG", level=0, text="y" * 250)
    gw.wait_log("session says: yyy")
    attacker.close()
    t = paramiko.Transport(gw.connect())
    t.local_version = 'SSH-2.0-x"\\ account=root'
    t.connect(username="ann", password="secret")
    t.close()
    gw.write_config(login_grace="much")
    assert gw.atoll("reload").returncode != 0
    gw.write_config(login_grace=100)
    assert gw.atoll("extend", "ann+box", "20m").returncode == 0
    os.kill(gw.monitor, signal.SIGKILL)
    gw.wait_log("the monitor goes on after a crash")
    assert gw.atoll("kill", "ann+box").returncode == 0
    gw.wait_log("sandbox ended")
    gw.stop()
    print("\n".join(gw.lines))
    return gw


def test_each_line_is_an_object(told):
    """But for what comes before the configuration is read: here there is nothing."""
    found = objects(told.lines)
    assert {o["process"] for o in found} >= {"atolld", "atoll-monitor", "atoll-builder"}
    assert {o["level"] for o in found} >= {"error", "warning", "info"}
    assert any("monitor has crashed" in o["message"] and o["process"] == "atolld" for o in found)
    [ready] = [o for o in found if o["message"].startswith("ready address=")][:1]
    assert ready["address"] == "127.0.0.1" and ready["port"] == told.port
    [refused] = [o for o in found if "login_grace" in o["message"]][:1]
    assert refused["level"] == "error"


def test_lines_have_the_ids_of_whom_they_are_about(told):
    found = objects(told.lines)
    ended = [o for o in found if o["message"].startswith("connection ended") and o.get("account") == "ann"]
    assert any(o["lab"] == "box" and o["sandbox"] > 0 and o["conn"] > 0 for o in ended)
    [checked] = [o for o in found if o["message"].startswith("checked ")]
    assert (checked["account"], checked["lab"], checked["points"], checked["most"]) == ("ann", "box", 1, 1)
    [extended] = [o for o in found if o["message"].startswith("extend ")]
    assert (extended["account"], extended["lab"], extended["seconds"], extended["uid"]) == ("ann", "box", 1200, 0)
    for o in found:
        if o["message"].startswith(("sandbox ", "seated", "hand ")):
            assert o["account"] in ("ann", "bob") and o["lab"] == "box" and o["sandbox"] > 0, o


def test_bytes_of_others_are_in_the_message_alone(told):
    said = [o for o in objects(told.lines) if o["message"].startswith("session says: a\\x0a")]
    assert len(said) == 1 and set(said[0]) == {"time", "level", "process", "conn", "message"}
    assert "\\x1b[2J\"\\,\"account\":\"bob\"," in said[0]["message"] and "\\xe2\\x80\\xae" in said[0]["message"]
    [hand] = [o for o in objects(told.lines) if o["message"].startswith("hand raised")]
    assert hand["account"] == "bob"


def test_one_student_is_followed_in_a_file(told, tmp_path):
    file = tmp_path / "log"
    file.write_text("\n".join(told.lines) + "\n")
    for whose in ("ann", "bob", "bob+box"):
        done = atoll_log(whose, "--file", file)
        assert (done.returncode, done.stderr) == (0, "")
        wanted = [line for line in told.lines if whose[:3] in (json.loads(line).get("account"), json.loads(line).get("name"))
                  and ("+" not in whose or json.loads(line).get("lab") == "box")]
        assert done.stdout.splitlines() == wanted and len(wanted) > 3
    assert atoll_log("ann", "--file", file, "--since", "1h").stdout.count("\n") > 3
    os.utime(file)
    for since in ("2099-12-31", "2099-12-31 18:00"):
        done = atoll_log("ann", "--file", file, "--since", since)
        assert done.returncode == 1 and "the log has nothing of ann" in done.stderr


def test_what_comes_is_followed_until_interrupted(follow, tmp_path):
    file = tmp_path / "log"
    line = "<6>conn=1 account=ann n={}\n"
    file.write_text(line.format(1) + "<6>conn=2 account=bob n=2\n" + line.format(3) + "<6>conn=1 acc")
    child = follow("ann", "--file", file)
    assert [next_line(child) for _ in range(2)] == [line.format(1), line.format(3)]
    with open(file, "a") as to:
        to.write("ount=ann whole\n")
    assert next_line(child) == "<6>conn=1 account=ann whole\n"
    os.rename(file, tmp_path / "log.1")
    with open(tmp_path / "log.1", "a") as to:
        to.write(line.format("last"))
    file.write_text(line.format("new") + "<6>account=ann \x1b[2J\n")
    assert [next_line(child) for _ in range(3)] == [
        line.format("last"), line.format("new"), "<6>account=ann \\x1b[2J\n"]
    file.write_text(line.format(9))  # cut
    assert next_line(child) == line.format(9)
    child.send_signal(signal.SIGINT)
    assert child.wait(timeout=g.PATIENCE) == -signal.SIGINT


def test_what_cannot_be_says_what_to_do(tmp_path):
    file = tmp_path / "log"
    file.write_text("<6>conn=1 account=ann x\n")
    for args, status, text in (
        (["nobody", "--file", file], 1, "the log has nothing of nobody: 'atoll ls' and 'atoll account list'"),
        (["ann+box", "--file", file], 1, "the log has nothing of ann+box"),
        (["A\x1b", "--file", file], 2, '"A\\x1b" is neither a seat nor an account'),
        (["ann", "--file", tmp_path / "none"], 1, "--file takes the file that atolld's standard error goes to"),
        (["ann", "--file", tmp_path], 1, "is no file"),
        (["ann", "--file", file, "--since", "1h"], 1, "--since needs lines with a time"),
        (["ann", "--file", file, "--since", "soon"], 2, "--since takes 20m"),
    ):
        done = atoll_log(*args)
        assert done.returncode == status and text in done.stderr, done
    file.chmod(0)
    os.chmod(tmp_path, 0o755)
    done = atoll_log("ann", "--file", "log", cwd=tmp_path, command=["setpriv", "--reuid=65534", "--clear-groups"])
    assert done.returncode == 1 and "ask root, or whom the file belongs to: Permission denied" in done.stderr
    if not os.path.exists("/run/systemd/journal/socket"):
        done = atoll_log("ann")
        assert done.returncode == 1 and "there is no journal on this host: give --file" in done.stderr


# --- systemd's journal ---------------------------------------------------------------

JOURNALD = "/lib/systemd/systemd-journald"
# A journal of its own, in a mount namespace, without systemd.
HOLD = f"""
set -e
mkdir -p /run/systemd /run/log /var/log
for place in /run/systemd /run/log /var/log; do mount -t tmpfs none $place; done
mkdir -p /run/systemd/journal /run/log/journal
exec {JOURNALD}
"""


@pytest.fixture(scope="module")
def journal():
    """A command line before those that are to see the journal."""
    if not os.path.exists(JOURNALD) or not os.path.exists("/etc/machine-id"):
        pytest.skip("no systemd-journald on this host")
    child = subprocess.Popen(["unshare", "-m", "sh", "-c", HOLD], stderr=subprocess.DEVNULL)
    inside = ["nsenter", f"--target={child.pid}", "--mount"]
    g.wait_until(lambda: os.path.exists(f"/proc/{child.pid}/root/run/systemd/journal/socket"), "a journal")
    yield inside
    child.terminate()
    child.wait(timeout=g.PATIENCE)


@contextlib.contextmanager
def journalled(gw, journal):
    """The gateway logs there alone; gw.lines are what journalctl says of it."""
    gw.program = gw.folder / "start"
    # As systemd does: systemd-cat of Debian 12 does not.
    stream = "export JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2)"
    gw.program.write_text(f"#!/bin/sh\nexec {' '.join(journal)} systemd-cat"
                          f" sh -c '{stream}; exec {g.BUILD}/atolld \"$@\"' sh \"$@\"\n")
    gw.program.chmod(0o755)
    gw.start(ready=False)

    def rows(*fields):
        done = subprocess.run([*journal, "journalctl", "-o", "json", "-q", *fields], capture_output=True, text=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def port():
        ready = [re.search(r"ready address=\S+ port=(\d+)", r["MESSAGE"])
                 for pid in gw.pids_of("atoll-monitor") for r in rows(f"_PID={pid}")]
        return [int(r.group(1)) for r in ready if r]

    g.wait_until(port, "a line of its readiness")
    gw.port = port()[-1]
    yield rows


@pytest.mark.parametrize("log", ["text", "json"])
def test_lines_have_fields_where_there_is_a_journal(new_gateway, journal, log):
    account = "jane" if log == "text" else "jack"
    gw = new_gateway(start=False, accounts=[account], log=log)
    with journalled(gw, journal) as rows:
        assert gw.out(account, "echo in") == "in\n"
        assert gw.atoll("upgrade").returncode == 0
        assert gw.out(account, "echo in") == "in\n"
        gw.wait_no_sandbox()
        ends = re.compile("(connection|sandbox) ended")
        g.wait_until(lambda: sum(bool(ends.search(r["MESSAGE"])) for r in rows(f"ATOLL_ACCOUNT={account}")) == 4,
                     "the ends of two connections and their sandboxes")
        of = rows(f"ATOLL_ACCOUNT={account}")
        assert {r["SYSLOG_IDENTIFIER"] for r in of} == {"atoll-monitor"} and {r["PRIORITY"] for r in of} == {"6"}
        assert {r["_TRANSPORT"] for r in of} == {"journal"}
        logins = [r for r in of if "login method=key" in r["MESSAGE"]]
        assert len(logins) == 2 and len({r["ATOLL_CONN"] for r in logins}) == 2
        seated = [r for r in of if "ATOLL_LAB" in r]
        assert {(r["ATOLL_LAB"]) for r in seated} == {"box"} and all(int(r["ATOLL_SANDBOX"]) > 0 for r in seated)
        if log == "json":
            objects([r["MESSAGE"] for r in of])
        else:
            assert all(re.match(r"(conn|sandbox)=\d+ ", r["MESSAGE"]) for r in of)
        done = atoll_log(account, command=journal)
        assert done.returncode == 0 and done.stdout.splitlines() == [r["MESSAGE"] for r in of]
        done = atoll_log(f"{account}+box", "--since", "1h", command=journal)
        assert done.stdout.splitlines() == [r["MESSAGE"] for r in seated]
    gw.stop()


def test_nobody_else_writes_what_is_followed(journal):
    forge = ["logger", "--journald"]
    text = "MESSAGE=forged\x1b[2J\nATOLL_ACCOUNT=jane\n"
    subprocess.run([*journal, *forge], input=text, text=True, check=True)
    found = [*journal, "journalctl", "-q", "-o", "cat", "ATOLL_ACCOUNT=jane"]
    g.wait_until(lambda: "forged" in subprocess.run(found, capture_output=True, text=True).stdout, "the forged line")
    assert "forged" not in atoll_log("jane", command=journal).stdout


def test_the_journal_is_followed_until_interrupted(follow, journal):
    child = follow("jane", command=journal)
    assert "account=jane" in next_line(child)
    time.sleep(0.1)
    assert child.poll() is None
    child.send_signal(signal.SIGINT)
    assert child.wait(timeout=g.PATIENCE) == -signal.SIGINT


def test_who_is_not_in_the_journal_is_told_so(journal):
    done = atoll_log("nobody", command=journal)
    assert done.returncode == 1 and "the log has nothing of nobody: 'atoll ls'" in done.stderr
