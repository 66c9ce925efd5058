"""Programs on a terminal, recorded, and what tmux shows of what they printed."""
import itertools
import os
import pty
import re
import select
import shlex
import signal
import struct
import subprocess
import sys
import termios
import time
from fcntl import ioctl

import gateway as g

REPAINT = g.BUILD / "tests/e2e/repaint"
PATIENCE = 30

# In a pane: shows a file, then asks the terminal where its cursor is, which it
# answers when it has seen all of it.  Programs ask that, too.
SHOW = """
import os, re, signal, sys, tty
tty.setraw(0)
shown = open(sys.argv[1], "rb").read()
questions = shown.count(b"\\033[6n") + 1
while shown:
    shown = shown[os.write(1, shown):]
os.write(1, b"\\033[6n")
answers = b""
while len(re.findall(rb"\\033\\[[0-9]+;[0-9]+R", answers)) < questions:
    answers += os.read(0, 4096)
os.system(sys.argv[2])
signal.pause()
"""

FLAGS = ["alternate_on", "cursor_flag", "cursor_x", "cursor_y", "insert_flag", "keypad_cursor_flag",
         "keypad_flag", "mouse_all_flag", "mouse_any_flag", "mouse_button_flag", "mouse_sgr_flag",
         "mouse_standard_flag", "mouse_utf8_flag", "origin_flag", "wrap_flag",
         "scroll_region_lower", "scroll_region_upper", "pane_title"]


class Recording:
    """A program on a pty of that size; what it prints is kept."""

    def __init__(self, argv, rows, cols, cwd, **environment):
        # mc leaves a directory of its own in TMPDIR.
        home = {"HOME": str(cwd), "TMPDIR": str(cwd), "PATH": os.environ["PATH"], "TERM": "xterm-256color",
                "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "PS1": "$ ", **environment}
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            try:
                os.chdir(cwd)
                # Its program begins when it has its size.
                os.read(0, 1)
                os.execvpe(argv[0], argv, home)
            finally:
                os._exit(127)
        ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        os.write(self.master, b"\n")
        self.printed = b""

    def read_once(self, seconds):
        """False when there was nothing for so long, or at the end."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            more = os.read(self.master, 65536)
        except OSError:
            return False
        self.printed += more
        return more != b""

    def until(self, what, since=0):
        """Wait until it has printed that."""
        end = time.monotonic() + PATIENCE
        while what.encode() not in self.printed[since:]:
            assert time.monotonic() < end, (what, self.printed[-2000:])
            self.read_once(1)

    def quiet(self):
        """Wait until it has said all that it has to say."""
        while self.read_once(0.3):
            pass

    def type(self, keys, then=None):
        """Type, and wait for what follows: a text, or quiet."""
        since = len(self.printed)
        os.write(self.master, keys.encode())
        if then is not None:
            self.until(then, since)
        self.quiet()

    def close(self):
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.close(self.master)
        os.waitpid(self.pid, 0)


class Pane:
    """What a terminal of that size looks like that was shown these bytes."""

    numbers = itertools.count()

    def __init__(self, printed, rows, cols, scratch):
        # A server that ends has its socket for a moment yet.
        self.socket = scratch / f"tmux{next(self.numbers)}"
        shown = scratch / "shown"
        shown.write_bytes(printed)
        done = f"tmux -S {self.socket} wait-for -S shown"
        show = shlex.join([sys.executable, "-c", SHOW, str(shown), done])
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(cols), "-y", str(rows),
                  ";", "set", "-g", "status", "off", ";", "resize-window", "-x", str(cols),
                  "-y", str(rows), ";", "respawn-pane", "-k", show)
        try:
            self.tmux("wait-for", "shown")
            self.rows = cells(self.tmux("capture-pane", "-e", "-p"))
            form = "\n".join("%s=#{%s}" % (f, f) for f in FLAGS)
            self.flags = self.tmux("display-message", "-p", form).splitlines()
        finally:
            self.tmux("kill-server")

    def cursor(self):
        flags = dict(f.split("=", 1) for f in self.flags)
        return int(flags["cursor_x"]), int(flags["cursor_y"])

    def tmux(self, *args):
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "SHELL": "/bin/sh"}
        environment.pop("TMUX", None)
        return subprocess.run(["tmux", "-u", "-S", self.socket, *args], env=environment, timeout=60,
                              capture_output=True, text=True, check=True).stdout


# DEC Special Graphics, from ` to ~.
LINES = "\u25c6\u2592\u2409\u240c\u240d\u240a\u00b0\u00b1\u2424\u240b\u2518\u2510\u250c\u2514\u253c\u23ba" \
        "\u23bb\u2500\u23bc\u23bd\u251c\u2524\u2534\u252c\u2502\u2264\u2265\u03c0\u2260\u00a3\u00b7"


def colour(numbers):
    """The colour of 38 or 48; the sixteen have two names each."""
    if numbers.pop(0) == 2:
        return tuple(numbers.pop(0) for _ in range(3))
    return numbers.pop(0)


def dip(pen, numbers):
    """Into the colours of an SGR.  A pen is front, back, and what else there is."""
    front, back, more = pen
    numbers = [int(n or 0) for n in re.split("[;:]", numbers)]
    while numbers:
        n = numbers.pop(0)
        if n == 0:
            front, back, more = None, None, frozenset()
        elif n in (38, 48):
            front, back = (colour(numbers), back) if n == 38 else (front, colour(numbers))
        elif 30 <= n <= 37 or 90 <= n <= 97:
            front = n - 30 if n < 90 else n - 82
        elif 40 <= n <= 47 or 100 <= n <= 107:
            back = n - 40 if n < 100 else n - 92
        elif n == 39:
            front = None
        elif n == 49:
            back = None
        else:
            more = more | {n} if n < 20 else more - {n - 20} - ({1} if n == 22 else set())
    return front, back, more


def cells(text):
    """What is to be seen of tmux's rows: characters and colours.  Of a blank one sees the
    ground; lines drawn with a charset of their own are as good as those of Unicode."""
    pen, drawing, rows = (None, None, frozenset()), False, []
    for line in text.splitlines():
        row = []
        for sgr, shift, character in re.findall("\033\\[([0-9;:]*)m|([\016\017])|([^\016\017\033])", line):
            if character:
                if drawing and "`" <= character <= "~":
                    character = LINES[ord(character) - 0x60]
                blank = character == " " and not pen[2] & {4, 7}
                row.append((character, None, pen[1], frozenset()) if blank else (character, *pen))
            elif shift:
                drawing = shift == "\016"
            else:
                pen = dip(pen, sgr)
        # Of the ground behind the last character tmux tells only what was written.
        while row and row[-1][0] == " " and not row[-1][3]:
            row.pop()
        rows.append(row)
    while rows and not rows[-1]:
        rows.pop()
    return rows


def repaint(printed, rows, cols, *window, **environment):
    """What whoever comes back is shown, in a window of that size."""
    size = [str(n) for n in (rows, cols, *window)]
    done = subprocess.run([REPAINT, *size], input=printed, capture_output=True, timeout=60,
                          env={**os.environ, **environment})
    assert done.returncode == 0, done.stderr
    return done.stdout
