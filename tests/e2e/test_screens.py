"""A terminal that somebody comes back to looks as one that was never left.

What a program printed is shown to tmux as it is, and as a snapshot paints it: tmux must
show the same text, colours, cursor, modes and title.
"""
import shutil
import sys

import pytest

import screens as s

pytestmark = [pytest.mark.skipif(not s.REPAINT.exists(), reason=f"no {s.REPAINT}: make tests"),
              pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux")]

SIZES = [(24, 80), (50, 200)]

TEXT = "\n".join(f"line {i}: the quick brown fox jumps over the lazy dog" for i in range(300))

CURSES = """
import curses
def main(screen):
    curses.start_color()
    curses.use_default_colors()
    curses.mousemask(curses.ALL_MOUSE_EVENTS | curses.REPORT_MOUSE_POSITION)
    curses.curs_set(0)
    for i in range(min(255, curses.COLOR_PAIRS - 1)):
        curses.init_pair(i + 1, i, -1)
    screen.border()
    for i in range(200):
        screen.addstr(2 + i // 40, 3 + i % 40, "#", curses.color_pair(i + 1))
    screen.addstr(9, 3, "\u4f60\u597d gr\u00fc\u00df e\u0301 \U0001f600", curses.A_BOLD)
    screen.addstr(10, 3, " " * 30, curses.A_REVERSE)
    screen.addstr(11, 3, "under", curses.A_UNDERLINE)
    screen.hline(12, 3, curses.ACS_HLINE, 30)
    screen.addstr(14, 3, "ready")
    screen.refresh()
    screen.getch()
curses.wrapper(main)
"""


def needs(program):
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"no {program}")


def bash(r):
    r.until("$ ")
    r.type("ls --color=always -la /; seq 30\r")
    r.type(r"printf '\033[38;5;208mindex\033[48;2;1;2;3mtrue\033[0m \u4f60\u597d e\u0301\n'" "\r")
    r.type(r"printf '\033]0;a title\007'; echo gr\u00fc\u00df" "\r")
    r.type(r"printf '\033[2mfaint\033[0m \033[9mstruck out\033[0m \033[8mconcealed\033[0m\n'" "\r")
    r.type("echo half a li")


def bash_long_line(r):
    """Wraps exactly at the edge, and wide characters do not fit."""
    r.until("$ ")
    r.type("echo " + "0123456789" * 20 + "\r")
    r.type("echo " + "\u4f60\u597d\u5417" * 40 + "\r")
    r.type("x" * (r.cols - 2))


def vim(r):
    r.until("line 5")
    r.quiet()
    r.type("10G:set number\r", "10 ")
    r.type("/fox\r")
    r.type("ihello \u4f60\u597d \x1b")


def vim_splits(r):
    vim(r)
    r.type(":split\r")
    r.type(":vsplit\r")
    r.type("\x17l40Gzz")
    r.type(":syntax on\r")
    r.type("V3j")


def less(r):
    r.until("line 5")
    r.type(" ")
    r.type("/lazy\r")


def htop(r):
    r.until("Load average")
    r.quiet()


def mc(r):
    r.until("Help")
    r.quiet()
    r.type("\t")


def mc_menu(r):
    mc(r)
    r.type("\x1b9")


def tmux(r):
    r.until("$ ")
    r.type("ls --color=always /\r")
    r.type("\x02%", "$ ")
    r.type("echo right\r", "right")


def nano(r):
    r.until("line 5")
    r.type("hello ")


def python(r):
    r.until(">>> ")
    r.type("for i in range(40): print(i, '\\033[3%dm' % (i % 8), 'x' * i)\r\r")
    r.type("'half a li")


def curses(r):
    r.until("ready")


HTOP = ["htop", "--delay=1000"]
PROGRAMS = {
    "bash": (["bash", "--norc", "--noprofile"], bash),
    "a long line": (["bash", "--norc", "--noprofile"], bash_long_line),
    "vim": (["vim", "-u", "NONE", "-N", "text"], vim),
    "vim splits": (["vim", "-u", "NONE", "-N", "text"], vim_splits),
    "less": (["less", "text"], less),
    "htop": (HTOP, htop),
    "mc": (["mc", "--nosubshell", "/usr", "/etc"], mc),
    "mc menu": (["mc", "--nosubshell", "/usr", "/etc"], mc_menu),
    "tmux": (["tmux", "-S", "inner", "-f", "/dev/null", "new", "PS1='$ ' exec bash --norc"], tmux),
    "nano": (["nano", "-I", "text"], nano),
    "python": ([sys.executable, "-q", "-E", "-S"], python),
    "curses": ([sys.executable, "-c", CURSES], curses),
}
# What leaves a program that has the whole screen, started from a shell.
LEAVES = {"vim": ":qa!\r", "vim splits": "\x1b:qa!\r", "less": "q", "htop": "q", "mc": "\x1b0", "mc menu": "\x1b\x1b\x1b0",
          "tmux": "\x02d", "nano": "\x18n", "curses": "q"}
NAMES = [pytest.param(n, marks=needs(PROGRAMS[n][0][0])) for n in PROGRAMS]
LEFT = [pytest.param(n, marks=needs(PROGRAMS[n][0][0])) for n in LEAVES]


@pytest.fixture
def record(tmp_path):
    recordings = []

    def start(argv, rows, cols):
        (tmp_path / "text").write_text(TEXT)
        r = s.Recording(argv, rows, cols, tmp_path)
        r.cols = cols
        recordings.append(r)
        return r
    yield start
    for r in recordings:
        r.close()
    if (tmp_path / "inner").exists():
        s.subprocess.run(["tmux", "-S", tmp_path / "inner", "kill-server"], stderr=s.subprocess.DEVNULL)


def expect_same(wanted, got, rows, cols, scratch):
    wanted = s.Pane(wanted, rows, cols, scratch)
    got = s.Pane(got, rows, cols, scratch)
    for number, (there, here) in enumerate(zip(wanted.rows, got.rows)):
        assert here == there, number
    assert len(got.rows) == len(wanted.rows)
    assert got.flags == wanted.flags


@pytest.mark.parametrize("rows, cols", SIZES)
@pytest.mark.parametrize("name", NAMES)
def test_the_screen_is_as_it_was_left(record, tmp_path, name, rows, cols):
    argv, play = PROGRAMS[name]
    r = record(argv, rows, cols)
    play(r)
    expect_same(r.printed, s.repaint(r.printed, rows, cols), rows, cols, tmp_path)


@pytest.mark.parametrize("rows, cols", SIZES)
@pytest.mark.parametrize("name", LEFT)
def test_what_was_below_a_program_is_there_when_it_is_left(record, tmp_path, name, rows, cols):
    argv, play = PROGRAMS[name]
    r = record(["bash", "--norc", "--noprofile"], rows, cols)
    r.until("$ ")
    r.type("ls --color=always /; echo below\r", "below")
    r.type(s.shlex.join(argv) + "\r")
    play(r)
    before = len(r.printed)
    r.type(LEAVES[name], "$ ")
    after = r.printed[before:]
    painted = s.repaint(r.printed[:before], rows, cols)
    expect_same(r.printed, painted + after, rows, cols, tmp_path)


def test_what_was_below_stays_however_long_the_program_draws(record, tmp_path):
    """Longer than the ring is: what it began with is in a snapshot, and nowhere else."""
    rows, cols = SIZES[0]
    r = record(["bash", "--norc", "--noprofile"], rows, cols)
    r.until("$ ")
    r.type("echo below\r", "below")
    r.type("vim -u NONE -N text\r", "line 5")
    while len(r.printed) < 3 * 128 * 1024:
        r.type(":redraw!\r" * 20)
    r.type("10G")
    before = len(r.printed)
    r.type(LEAVES["vim"], "$ ")
    painted = s.repaint(r.printed[:before], rows, cols)
    expect_same(r.printed[:before], painted, rows, cols, tmp_path)
    expect_same(r.printed, painted + r.printed[before:], rows, cols, tmp_path)


@pytest.mark.parametrize("name", ["bash", "vim"])
def test_in_a_larger_window_it_stands_at_the_top(record, tmp_path, name):
    argv, play = PROGRAMS[name]
    r = record(argv, *SIZES[0])
    play(r)
    wanted = s.Pane(r.printed, *SIZES[0], tmp_path)
    got = s.Pane(s.repaint(r.printed, *SIZES[0], *SIZES[1]), *SIZES[1], tmp_path)
    assert got.rows == wanted.rows
    assert got.cursor() == wanted.cursor()


def test_in_a_smaller_window_the_cursor_is_seen(record, tmp_path):
    argv, play = PROGRAMS["bash"]
    r = record(argv, *SIZES[0])
    play(r)
    wanted = s.Pane(r.printed, *SIZES[0], tmp_path)
    got = s.Pane(s.repaint(r.printed, *SIZES[0], 10, 60), 10, 60, tmp_path)
    x, y = wanted.cursor()
    assert (x, y) == (16, 23)
    assert got.cursor() == (x, 9)
    assert got.rows[9] == wanted.rows[y] != []
    assert [row[:10] for row in got.rows] == [row[:10] for row in wanted.rows[-10:]]


def test_without_a_process_there_is_the_text(record, tmp_path):
    rows, cols = SIZES[0]
    argv, play = PROGRAMS["bash"]
    r = record(argv, rows, cols)
    play(r)
    painted = s.repaint(r.printed, rows, cols, REPAINT_FALLBACK="1")
    expect_same(r.printed, painted, rows, cols, tmp_path)
