"""The menu of labs on a real terminal: a pane of tmux, 80 columns wide."""
import shlex
import subprocess
import time

import pytest

import gateway as g

ZONE = time.tzname[0]  # in January and February
LONG = "x" * 32  # as long as a name may be


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(
        labs={
            "asia": {"title": "Grüße aus 日本: e\u0301tude"},
            "exam": {"title": "The exam", "available": {"from": "2099-01-02T09:00"}},
            "hours": {"title": "Two hours", "time_limit": "2h"},
            LONG: {"title": "A title that goes on and on, well beyond what has room in a row"},
            "over": {"title": "Last year's", "available": {"until": "2001-02-03 04:05"}},
            "secret": {"title": "Nobody knows", "hidden": True},
        }
    )


class Pane:
    """A client in tmux."""

    def __init__(self, folder, argv, columns=80, rows=24):
        self.tmux = ["tmux", "-u", "-S", folder / "tmux", "-f", "/dev/null"]
        command = " ".join(shlex.quote(str(a)) for a in argv) + "; echo left with $?; cat"
        self.run("new-session", "-d", "-x", str(columns), "-y", str(rows), command)

    def run(self, *args):
        environment = g.client_environment(LANG="C.UTF-8")
        done = subprocess.run(
            [*self.tmux, *args], capture_output=True, text=True, timeout=g.PATIENCE, env=environment
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def screen(self):
        return [line.rstrip() for line in self.run("capture-pane", "-p").splitlines()]

    def wait(self, text):
        g.wait_until(
            lambda: any(text in line for line in self.screen),
            text,
            details=lambda: "\n".join(self.screen),
        )

    def type(self, *keys):
        self.run("send-keys", *keys)

    def close(self):
        self.run("kill-server")


@pytest.fixture
def pane(gw, tmp_path):
    argv = gw.ssh_argv("demo")
    made = Pane(tmp_path, ["env", "TERM=dumb", argv[0], "-tt", *argv[1:]])
    yield made
    made.close()


MENU = f"""
These labs are open to you; answer with a number or a name, q to leave.

   1  asia                              Grüße aus 日本: e\u0301tude
   2  exam                              The exam
      closed until 2099-01-02 09:00 {ZONE}
   3  hours                             Two hours
      2 hours a sandbox
   4  over                              Last year's
      closed since 2001-02-03 04:05 {ZONE}
   5  {LONG}  A title that goes on and on, well bey...

Which one?""".splitlines()


def test_the_menu_at_80_columns(pane):
    pane.wait("Which one?")
    at = pane.screen.index(MENU[1]) - 1
    assert pane.screen[at : at + len(MENU)] == MENU


def test_a_lab_is_chosen_by_number(pane):
    pane.wait("Which one?")
    pane.type("3", "Enter")
    pane.wait("$")
    pane.type("hostname", "Enter")
    pane.wait("hours")
    pane.type("exit", "Enter")
    pane.wait("left with 0")


def test_a_hidden_lab_is_entered_by_its_name(pane):
    pane.wait("Which one?")
    assert not [line for line in pane.screen if "secret" in line or "Nobody" in line]
    pane.type("secret", "Enter")
    pane.wait("$")
    pane.type("echo in $(hostname)", "Enter")
    pane.wait("in secret")


def test_a_closed_lab_says_until_when_and_asks_again(pane):
    pane.wait("Which one?")
    pane.type("exam", "Enter")
    pane.wait("atoll: lab exam is closed until 2099-01-02 09:00")
    assert pane.screen.count("Which one? exam") == 1
    g.wait_until(lambda: "Which one?" in pane.screen, "asked again")
    pane.type("4", "Enter")
    pane.wait("atoll: lab over is closed since 2001-02-03 04:05")
    g.wait_until(lambda: "Which one?" in pane.screen, "asked again")
    pane.type("1", "Enter")
    pane.wait("$")
    pane.type("echo in $(hostname)", "Enter")
    pane.wait("in asia")


def test_q_leaves(pane):
    pane.wait("Which one?")
    pane.type("q", "Enter")
    pane.wait("left with 0")


def test_mistyped_keys_are_erased_on_the_screen(pane):
    pane.wait("Which one?")
    pane.type("9", "9", "BSpace", "BSpace", "q")
    pane.wait("Which one? q")
    assert not [line for line in pane.screen if "9q" in line]
    pane.type("C-u")
    g.wait_until(lambda: "Which one?" in pane.screen, "an empty line")


def test_nothing_but_plain_lines_is_sent(gw):
    """What a screen reader, or a terminal that knows no sequence, gets."""
    t = gw.terminal("demo", cols=80)
    t.expect(r"Which one\? ")
    shown = t.child.before
    assert "\x1b" not in shown and "\b" not in shown
    assert shown.replace("\r\n", "").isprintable()
    t.type("q")
    assert t.end()[1] == 0


def test_the_menu_says_what_is_left_of_a_sandbox(gw):
    t = gw.shell("demo+hours")
    other = gw.terminal("demo", cols=80)
    other.expect(r"Two hours\r\n      your sandbox is there, (2 hours|1 hour 59 minutes) left\r\n")
    other.close()
    t.close()
