"""The administrator's tool against a monitor that says what a test wants.

The messages are made from messages.def, as the C code makes them.
"""
import json
import os
import re
import socket
import struct
import subprocess
from pathlib import Path

import pytest

import wire

ROOT = Path(__file__).resolve().parent.parent.parent
TOOL = Path(os.environ.get("ATOLL_BUILD", ROOT / "build")).resolve() / "atoll"
WAIT_SECONDS = 10

pytestmark = pytest.mark.quick


def u32(value):
    return struct.pack("<I", value)


def u64(value):
    return struct.pack("<Q", value)


def text(value):
    data = value if isinstance(value, bytes) else value.encode()
    return u32(len(data)) + data


def message(name, *fields):
    return u32(wire.MESSAGES[name].number) + u32(0) + b"".join(fields)  # type and serial


def end(status=0, said=""):
    return message("ADMIN_END", u32(status), text(said))


def seat(account, lab, state="running"):
    sizes = (u64(1795325400), u64(1500000), u64(38 << 20), u64(256 << 20), u32(4), u32(64))
    names = (text(account), text(lab), text("192.0.2.7"), text(state))
    return message("SEAT", *names, u32(9), u32(1), *sizes, text(""), u32(0), u64(0),
                   u32(0), u64(0), u64(0), u64(0), text(""))


class Monitor:
    """Accepts one tool, greets it, takes its request and answers."""

    def __init__(self, path):
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.bind(str(path))
        self.socket.listen(1)
        self.socket.settimeout(WAIT_SECONDS)

    def ask(self, *words, answer=(), protocol=wire.PROTOCOL, greet=True, stdout=subprocess.PIPE):
        tool = subprocess.Popen(
            [TOOL, "-s", self.path, *words],
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.request = None
        with self.socket.accept()[0] as link:
            link.settimeout(WAIT_SECONDS)
            assert link.recv(4096) == message("HELLO", u64(wire.PROTOCOL))
            if greet:
                link.send(message("HELLO", u64(protocol)))
                self.request = link.recv(4096)
            for part in answer:
                link.send(part)
        out, err = tool.communicate(timeout=WAIT_SECONDS)
        return tool.returncode, out, err


@pytest.fixture
def monitor(tmp_path):
    m = Monitor(tmp_path / "admin.sock")
    yield m
    m.socket.close()


def tool(*words):
    done = subprocess.run([TOOL, *words], capture_output=True, text=True, timeout=WAIT_SECONDS)
    return done.returncode, done.stdout, done.stderr


def test_status_is_shown_to_people_and_to_scripts(monitor):
    def answer(draining=0, ends=0):
        counts = b"".join(u32(n) for n in (12, 2, 10, 400, 4, 5, 0, 3, 120, draining))
        texts = text("0.1") + text("127.0.0.1:2222") + text("v2")
        times = u64(1795325400) * 2
        return [message("STATUS", texts, times, counts, u64(ends)), end()]

    status, out, err = monitor.ask("status", answer=answer())
    assert (status, err) == (0, "")
    assert "sandboxes      10 of 400\n" in out and "draining" not in out
    assert monitor.request == message("ADMIN_STATUS")
    status, out, err = monitor.ask("--json", "status", answer=answer(1, 1795329000))
    assert (status, err) == (0, "")
    said = json.loads(out)
    assert (said["sandboxes_max"], said["draining"]) == (400, 1)
    assert (said["warm"], said["warm_wanted"]) == (4, 5)
    assert said["drain_ends"] == "2026-11-22T06:30:00Z"


def test_drain_asks_for_a_time_from_now(monitor):
    for words, is_on, seconds in ([], 1, 0), (["off"], 0, 0), (["30m"], 1, 1800):
        status, out, err = monitor.ask("drain", *words, answer=[end(0, "done")])
        assert (status, out, err) == (0, "done\n", "")
        assert monitor.request == message("ADMIN_DRAIN", u32(is_on), u64(seconds))


def test_seats_are_sorted_by_lab_and_account(monitor):
    seats = [seat("bob", "web"), seat("zoe", "net"), seat("alice", "web"), end()]
    status, out, _ = monitor.ask("ls", "--json", answer=seats)
    assert status == 0
    assert [s["seat"] for s in json.loads(out)] == ["zoe+net", "alice+web", "bob+web"]
    status, out, _ = monitor.ask("ls", answer=seats)
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()] == [
        "SEAT", "zoe+net", "alice+web", "bob+web",
    ]


def test_many_seats_fit(monitor):
    seats = [seat(f"u{i:04}", "web") for i in range(2000)]
    status, out, _ = monitor.ask("--json", "ls", answer=[*seats, end()])
    assert status == 0
    assert len(json.loads(out)) == 2000


def test_kill_names_a_seat(monitor):
    status, out, err = monitor.ask("kill", "alice+web", answer=[end()])
    assert (status, out, err) == (0, "", "")
    assert monitor.request == message("ADMIN_KILL", text("alice"), text("web"))


def test_a_refused_kill_says_why(monitor):
    status, out, err = monitor.ask("kill", "alice+web", answer=[end(1, "no such seat")])
    assert (status, out, err) == (1, "", "atoll: no such seat\n")
    status, out, err = monitor.ask("--json", "kill", "alice+web", answer=[end(1, "no such seat")])
    assert (status, err) == (1, "")
    assert json.loads(out) == {"status": 1, "text": "no such seat", "lines": []}


@pytest.mark.parametrize("name", ["alice", "alice+", "+web", "Alice+web", "a b+web", "\x1b[2J"])
def test_kill_of_what_is_no_seat_is_a_usage_error(name):
    status, out, err = tool("kill", "--", name)
    assert (status, out) == (2, "")
    assert "is not a seat" in err
    assert "\x1b" not in err


def test_reload_shows_each_error_on_a_line(monitor):
    lines = [message("ADMIN_LINE", text(f"atoll.conf:{n}: wrong")) for n in (2, 9)]
    answer = [*lines, end(1, "the old configuration stays")]
    status, out, err = monitor.ask("reload", answer=answer)
    assert (status, out) == (1, "")
    assert err == (
        "atoll.conf:2: wrong\natoll.conf:9: wrong\natoll: the old configuration stays\n"
    )
    status, out, _ = monitor.ask("--json", "reload", answer=answer)
    assert status == 1
    assert json.loads(out)["lines"] == ["atoll.conf:2: wrong", "atoll.conf:9: wrong"]


def test_no_control_sequence_reaches_the_terminal(monitor):
    nasty = "\x1b]0;owned\x07\n\x9b2J"
    answer = [seat("alice", "web", nasty), message("ADMIN_LINE", text(nasty)), end(1, nasty)]
    for words in (["ls"], ["reload"], ["--json", "reload"]):
        status, out, err = monitor.ask(*words, answer=answer)
        assert status == 1
        assert not set(out + err) - {"\n"} - {chr(c) for c in range(0x20, 0x7F)}


def test_another_build_is_refused(monitor):
    status, out, err = monitor.ask("status", protocol=wire.PROTOCOL ^ 1)
    assert (status, out) == (1, "")
    assert "another build" in err


@pytest.mark.parametrize(
    "answer",
    [
        [],
        [seat("alice", "web")],
        [b"\xff\xff"],
        [end() + b"more"],
        [message("GOODBYE", text("x"))],
        [message("HELLO", u64(wire.PROTOCOL))],
    ],
)
def test_half_an_answer_is_no_answer(monitor, answer):
    status, out, err = monitor.ask("--json", "ls", answer=answer)
    assert (status, out) == (1, "")
    assert err.startswith("atoll: ")


def test_who_is_not_greeted_learns_where_to_look(monitor):
    status, _, err = monitor.ask("ls", greet=False)
    assert status == 1
    assert "its log says why" in err


def test_without_a_gateway_it_says_what_to_do(tmp_path, monitor):
    status, _, err = tool("-s", tmp_path / "none.sock", "ls")
    assert status == 1
    assert "start atolld" in err
    monitor.socket.close()
    status, _, err = tool("-s", monitor.path, "ls")
    assert status == 1
    assert "start atolld" in err


@pytest.mark.parametrize(
    "words", [[], ["nothing"], ["ls", "more", "words"], ["kill"], ["--nothing", "ls"], ["-s"]]
)
def test_wrong_usage_exits_2_with_the_usage_on_stderr(words):
    status, out, err = tool(*words)
    assert (status, out) == (2, "")
    assert "usage: atoll" in err


def test_help_and_version_are_no_errors():
    assert tool("--help")[0] == 0
    for words, says in (["account", "import FILE.csv"], ["lab", "from-islet FILE..."]):
        status, out, err = tool(words, "--help")
        assert (status, err) == (0, "") and says in out
    assert re.fullmatch(r"atoll \S+\n", tool("--version")[1])


def test_a_full_disk_is_a_failure(monitor):
    with open("/dev/full", "w") as full:
        status, _, err = monitor.ask("ls", answer=[end()], stdout=full)
    assert status == 1
    assert err == "atoll: stdout: No space left on device\n"


@pytest.mark.parametrize("words", [
    ["--help"], ["--version"], ["account", "--help"], ["lab", "--help"]])
def test_every_word_that_could_not_be_written_is_a_failure(words):
    with open("/dev/full", "w") as full:
        done = subprocess.run([TOOL, *words], stdout=full,
                              stderr=subprocess.PIPE, text=True, timeout=20)
    assert (done.returncode, done.stderr) == (1, "atoll: stdout: No space left on device\n")


def test_a_closed_stdout_is_a_failure_and_no_socket():
    done = subprocess.run(["sh", "-c", '"$0" --version >&-', TOOL],
                          stderr=subprocess.PIPE, text=True, timeout=20)
    assert (done.returncode, done.stderr) == (1, "atoll: stdout: Bad file descriptor\n")
