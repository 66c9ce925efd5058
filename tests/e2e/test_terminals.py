"""An interactive shell on a terminal."""
import hashlib
import signal
from pathlib import Path

import pytest

import gateway as g
from gateway import wait_until

pytestmark = pytest.mark.quick


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(
        connections_per_account=20,
        labs={
            "box": {"motd": "Exercises are in /exercises\nGood luck"},
            "cat": {"command": ["/bin/cat", "-v"]},
            "root": {"user": "root"},
        }
    )


@pytest.fixture
def t(gw):
    t = gw.shell("demo+box")
    yield t
    t.close()


def test_the_motd_is_shown_before_the_first_prompt(gw):
    t = gw.terminal("demo+box")
    t.expect(r"Exercises are in /exercises\r\nGood luck\r\n(.*\n)*student@box:~\$ ")
    t.close()


def test_a_command_shows_no_motd(gw):
    assert gw.out("demo+box", "echo plain") == "plain\n"
    t = gw.terminal("demo+box", "echo plain")
    assert t.end()[0] == "plain\r\n"


def test_a_login_shell_of_the_user_in_their_home(t):
    assert t.run("id -un; pwd; echo $0")[0] == "student\n/home/student\n-sh\n"


def test_exit_ends_the_client_with_the_shell_s_status(t):
    t.type("exit 3")
    assert t.end()[1] == 3


def test_end_of_file_ends_the_shell(t):
    t.send("\x04")
    assert t.end()[1] == 0


def test_the_terminal_has_the_client_s_type_and_size(gw):
    t = gw.terminal("demo+box", rows=33, cols=111)
    t.expect_prompt()
    assert t.run("stty size; echo $TERM")[0] == "33 111\nxterm\n"
    t.close()


def test_the_size_follows_the_window(t):
    t.run("trap 'echo CHANGED' WINCH")
    t.child.setwinsize(50, 140)
    wait_until(lambda: t.run("stty size")[0].endswith("50 140\n"), "the new size")


# Says when it is there, so that a key is for it and not for the shell.
SLEEPER = "sh -c 'echo U''P; exec sleep 300'"


def test_ctrl_c_interrupts_the_command_and_not_the_shell(t):
    t.type(SLEEPER)
    t.expect("UP\r\n")
    t.send("\x03")
    t.expect_prompt()
    assert t.run("echo $((20 + 22))")[0] == "42\n"


def has_the_terminal(pid):
    """Is it in its terminal's foreground, see tpgid of proc(5)?"""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return True  # another test's, which ends
    state, group, foreground = words[0], words[2], words[5]
    return state != "T" and group == foreground


def test_job_control_stops_and_goes_on(gw, t):
    t.type(SLEEPER)
    t.expect("UP\r\n")
    t.send("\x1a")
    t.expect("Stopped")
    t.expect_prompt()
    assert "sleep 300" in t.run("jobs")[0]
    t.type("fg")
    t.expect("exec sleep 300.\r\n")
    # The shell says so first, and lets go of the terminal then: a key that comes
    # between the two is for the shell.
    wait_until(lambda: all(has_the_terminal(p) for p in gw.pids_of("sleep")),
               "it is in the foreground")
    t.send("\x03")
    t.expect_prompt()
    assert t.run("jobs")[0] == ""


def test_the_shell_owns_its_terminal(t):
    out, _ = t.run("tty; test -t 0 && test -t 1 && test -t 2 && echo all; ls -l $(tty); "
                   "echo to-tty >/dev/tty")
    lines = out.splitlines()
    assert lines[0].startswith("/dev/pts/")
    assert lines[1] == "all"
    assert lines[2].startswith("crw--w----") and " student " in lines[2]
    assert lines[3] == "to-tty"


def test_a_command_may_have_a_terminal_too(gw):
    t = gw.terminal("demo+box", "stty size; exit 5", cols=80)
    text, status = t.end()
    assert (text, status) == ("24 80\r\n", 5)


def test_a_lab_s_command_is_what_a_shell_request_starts(gw):
    t = gw.terminal("demo+cat")
    t.type("hello")
    t.expect("hello\r\nhello\r\n")
    t.send("\x04")
    assert t.end()[1] == 0


def test_a_shell_without_a_terminal_reads_its_script(gw):
    done = gw.ssh("demo+box", stdin="echo one\nexit 7\n")
    assert (done.returncode, done.stdout) == (7, "one\n")


def test_ten_thousand_lines_arrive_in_order(t):
    t.type("seq 1 10000; echo '<''END>'")
    t.expect("<END>\r\n", timeout=30)
    out = t.child.before.split("'\r\n", 1)[1]
    assert out.split() == [str(n) for n in range(1, 10001)]


def test_a_long_line_that_is_pasted_arrives_whole(gw):
    t = gw.shell("demo+box")
    text = "x" * 900
    t.type(f"echo {text} | wc -c")
    t.expect(r"\r\n901\r\n")
    t.close()


def test_much_pasted_at_once_arrives_whole(gw):
    t = gw.terminal("demo+box", "stty raw -echo; echo READY; head -c 300000 | sha256sum")
    t.expect("READY")
    data = "".join(f"{n:07d}\n" for n in range(37500))
    t.child.send(data)
    digest = t.expect(r"([0-9a-f]{64})").group(1)
    assert digest == hashlib.sha256(data.encode()).hexdigest()
    t.close()


def test_closing_the_terminal_hangs_up_what_ran_there(gw):
    keeper = gw.shell("demo+box")
    t = gw.shell("demo+box")
    t.type("sleep 4321")
    t.expect("4321\r\n")
    wait_until(lambda: "sleep 4321" in keeper.run("ps")[0], "it runs")
    t.child.kill(signal.SIGKILL)
    wait_until(lambda: "sleep 4321" not in keeper.run("ps")[0], "it was hung up")
    keeper.close()


@pytest.mark.longer
def test_every_pty_is_given_back(gw):
    keeper = gw.shell("demo+box")
    for _ in range(5):
        t = gw.shell("demo+box")
        t.type("exit")
        t.end()
    wait_until(lambda: keeper.run("ls /dev/pts")[0].split() == ["0", "ptmx"], "one pty")
    keeper.close()


def test_a_student_without_a_terminal_sees_no_pty(gw):
    assert gw.out("demo+box", "tty || true") == "not a tty\n"
