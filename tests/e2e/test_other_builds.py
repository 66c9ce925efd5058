"""Inits and sessions of the build before and of the build after, under today's
gateway: what an upgrade makes of those who are in.

The build before is compiled from the history, at the commit in tests/lasting/first:
the first one whose lasting links (gateway/wire/lasting.h) had numbers.  The build
after is today's with a field more in every lasting message, and with a message that
nobody knows before each that it sends.
"""
import signal
import subprocess

import pytest

import forwarding as f
import gateway as g
from builds import add_a_field, change, compile_programs, copy_tree
from packets import Packets

pytestmark = pytest.mark.slow

FIRST = g.ROOT / "tests/lasting/first"
SAY_FUTURE = """
int
chan_send(const struct chan *c, const struct msg *m, struct err *e)
{
	static struct msg future;

	MSG_NEW(&future, FUTURE, future);
	text_copy(future.future.words, TEXT_SIZE, "of tomorrow");
	if (link_lasts(c->self, c->peer) &&
	    chan_send_one(c, &future, e) == -1)
		return -1;
	return chan_send_one(c, m, e);
}
"""

ASK_FUTURE = """
	m.hand.what = c->number == HAND_ASK ? 4000 : c->number;
	if (c->number == HAND_LOWER) {
		MSG_NEW(&m, FUTURE, future);
		m.serial = c->serial;
	}
"""


def git(*words, **how):
    return subprocess.run(["git", "-c", "safe.directory=*", *words], cwd=g.ROOT,
                          capture_output=True, check=False, **how)


@pytest.fixture(scope="module")
def previous(tmp_path_factory):
    commit = FIRST.read_text().strip()
    tree = tmp_path_factory.mktemp("previous")
    if git("cat-file", "-e", commit + "^{commit}").returncode != 0:
        pytest.skip(f"there is no history with commit {commit[:12]} here to build it from")
    archive = git("archive", "--format=tar", commit)
    assert archive.returncode == 0, archive.stderr
    subprocess.run(["tar", "-x", "-C", tree], input=archive.stdout, check=True)
    return compile_programs(tree, "init")


@pytest.fixture(scope="module")
def following(tmp_path_factory):
    tree = tmp_path_factory.mktemp("following")
    copy_tree(tree)
    wire = tree / "gateway/wire"
    change(wire / "lasting.h", r"^(#define LASTING_(?:INIT|SESSION)\s+)\d+", r"\g<1>4000", 2)
    change(wire / "chan.c", r"^int\nchan_send\(", r"static int\nchan_send_one(", 1)
    with open(wire / "chan.c", "a", encoding="ascii") as chan:
        chan.write(SAY_FUTURE)
    rows = wire / "messages.def"
    rows.write_text(add_a_field(rows.read_text()))
    # `lab time` asks for a command, `lab hand` for a wish, `lab hand --down` by a message of tomorrow.
    change(tree / "sandbox/init/lab_requests.c", r"lab_ask\.command = c->command;",
           "lab_ask.command = c->command == LAB_COMMAND_TIME ? 4000 : c->command;", 1)
    change(tree / "sandbox/init/hand.c", r"m\.hand\.what = c->number;", ASK_FUTURE, 1)
    return compile_programs(tree, "init", "session")


# A row: whose init, and whose session.  A session of the build before had the host
# keys by itself: today's builder starts none, and today's monitor lets nobody in by
# what it says of a signature.  Those that go on after an upgrade are logged in.
@pytest.fixture(scope="module", params=[
    ("previous", None), ("following", None), (None, "following"),
], ids=lambda p: "-".join(name or "today" for name in p))
def gw(request, start_gateway, tmp_path_factory):
    programs = {}
    for name, build in zip(("init", "session"), request.param):
        if build is not None:
            programs[name] = request.getfixturevalue(build)[name]
    gw = start_gateway(libexec_dir=g.replace(tmp_path_factory.mktemp("libexec") / "x", **programs),
                       labs={"box": {"help": "Look around.", "linger": "1m", "reattach": True}})
    gw.builds = request.param
    return gw


def test_the_students_prompt_is_there_and_ends(gw):
    t = gw.shell()
    assert t.run("echo $((6 * 7))") == ("42\n", 0)
    assert t.run("lab help") == ("Look around.\n", 0)
    t.type("exit 5")
    assert t.end()[1] == 5


def test_a_commands_exit_status_and_signal_arrive(gw):
    done = gw.ssh("demo", "cat; exit 7", stdin="words")
    assert (done.returncode, done.stdout) == (7, "words")
    with Packets(gw) as client:
        client.login()
        channel = client.run("sleep 100")
        client.request(channel, "signal", "KILL")
        assert client.output()[1] == "exit-signal"


def test_a_port_of_the_sandbox_is_reached_or_refused(gw):
    f.serve(gw, "demo", 7000, "cat")
    assert f.stdio(gw, "demo", "127.0.0.1:7000", b"there and back").stdout == b"there and back"
    done = f.stdio(gw, "demo", "127.0.0.1:9", b"x")
    assert done.returncode == 255 and b"stdio forwarding failed" in done.stderr


def test_the_gateway_ends_what_it_started(gw):
    before = len(gw.lines)
    with gw.ssh_start("demo", "echo up; sleep 100") as client:
        assert client.stdout.readline() == "up\n"
        assert gw.atoll("kill", "demo+box").returncode == 0
        assert client.wait(timeout=g.PATIENCE) != 0
    gw.wait_log("sandbox ended", before)
    gw.wait_no_sandbox()


def test_who_lost_the_connection_is_back_at_the_terminal_or_at_a_new_one(gw):
    """An init or session of before knows of none that waits."""
    t = gw.shell()
    t.run("word=kept")
    t.child.kill(signal.SIGKILL)
    g.wait_until(lambda: not gw.sessions(), "its session is gone")
    t = gw.terminal()
    if "previous" not in gw.builds:
        t.expect("atoll: your terminal of .* is back")
        t.type("")
    t.expect_prompt()
    assert t.run("echo $word")[0] == ("\n" if "previous" in gw.builds else "kept\n")
    t.type("exit")
    t.end()


def test_another_terminal_is_had_or_refused_with_the_reason(gw):
    init, session = gw.builds
    t = gw.shell()
    if "previous" not in gw.builds:
        t.type("lab new")
        t.expect("this is terminal")
        t.expect_prompt()
        # The one before is shown first to who comes next.
        t.type("lab attach")
        t.expect("is back")
        t.type("")
        t.expect_prompt()
    elif init == "previous":
        assert t.run("lab new")[1] == 1
    else:
        text, status = t.run("lab new")
        assert status == 1 and "This terminal ends with its connection" in text
    done = gw.atoll("terminals", "demo+box")
    if init == "previous":
        assert done.returncode == 1 and "an older build of atoll" in done.stderr
    else:
        assert done.returncode == 0 and "attached" in done.stdout
    t.type("exit")
    t.end()
    gw.atoll("kill", "demo+box")
    gw.wait_no_sandbox()


def test_what_only_the_following_build_knows_is_refused_and_nothing_ends(gw):
    with gw.ssh_start("demo", "echo up; exec cat") as beside:
        assert beside.stdout.readline() == "up\n"
        if gw.builds[0] != "following":
            assert gw.ssh("demo", "lab time").returncode == 0
        else:
            for command in ("time", "hand", "hand --down"):
                done = gw.ssh("demo", f"lab {command}")
                assert done.returncode == 1, command
                assert "The gateway is older than this sandbox" in done.stdout + done.stderr
        beside.stdin.write("still here\n")
        beside.stdin.flush()
        assert beside.stdout.readline() == "still here\n"
    gw.atoll("kill", "demo+box")
    gw.wait_no_sandbox()


def test_the_following_builds_new_word_was_ignored(gw):
    if "following" not in gw.builds:
        assert not any("unknown message" in line for line in gw.lines)
    else:
        gw.wait_log("unknown message 4000.*ignored")
