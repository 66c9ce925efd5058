"""glass.py - a client in a window of tmux, which says what stands there."""
import re
import shlex
import subprocess

import gateway as g
from gateway import wait_until


# Of the line that says whose terminal it is, and goes again.
NOTE = "your terminal of"

WHERE = "#{cursor_x},#{cursor_y} #{cursor_flag} #{alternate_on} #{keypad_cursor_flag} #{keypad_flag}" \
        " #{mouse_any_flag} #{mouse_sgr_flag} #{wrap_flag} #{insert_flag} #{origin_flag}" \
        " #{scroll_region_upper},#{scroll_region_lower} #{pane_title}"


def hears_all(gw, account):
    """Wait until no program of the account's first terminal has a signal to hear, or is at work.

    Whoever comes back has the program draw anew once the note is gone, and many lose a key
    that comes with that signal: less 590 jumps out of its read(2), with what it has read.
    This command comes after the signal, which is sent as the note goes.
    """
    command = "pgrep -t pts/0 | sed 's,.*,/proc/&/status,' | xargs grep -hE '^(State|SigPnd|ShdPnd):'"
    waits = re.compile(r"(State:\tS \(sleeping\)\nSigPnd:\t0{16}\nShdPnd:\t0{16}\n)+")
    seen = []

    def is_quiet():
        seen.append(gw.out(account, command))
        return waits.fullmatch(seen[-1])
    wait_until(is_quiet, "no signal is on its way", details=lambda: seen[-1])


class Glass:
    """A client in a window of tmux, which says what stands there."""

    def __init__(self, folder, argv, rows=24, cols=80, **environment):
        self.tmux = ["tmux", "-S", str(folder / "tmux"), "-f", "/dev/null"]
        self.environment = g.client_environment(TERM="xterm-256color", LC_ALL="C.UTF-8", **environment)
        self.run("new", "-d", "-x", str(cols), "-y", str(rows), shlex.join(map(str, argv)), ";",
                 "set", "status", "off", ";", "resize-window", "-x", str(cols), "-y", str(rows))

    def run(self, *words):
        return subprocess.run([*self.tmux, *words], check=True, capture_output=True, text=True,
                              env=self.environment).stdout

    def keys(self, text):
        self.run("send-keys", "-l", text)

    def look(self):
        return self.run("capture-pane", "-p", "-e"), self.run("display", "-p", WHERE)

    def wait_for(self, words):
        wait_until(lambda: words in self.look()[0], words, details=lambda: self.look()[0])

    def still(self):
        """What stands there once nothing moves, and no note does."""
        seen = []

        def is_still():
            seen.append(self.look())
            return NOTE not in seen[-1][0] and len(seen) > 3 and seen[-1] == seen[-2] == seen[-3]

        wait_until(is_still, "nothing moves", details=lambda: self.look()[0])
        return seen[-1]

    def resize(self, rows, cols):
        self.run("resize-window", "-x", str(cols), "-y", str(rows))

    def close(self):
        subprocess.run([*self.tmux, "kill-server"], check=False, capture_output=True)
