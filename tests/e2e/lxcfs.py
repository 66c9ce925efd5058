"""An lxcfs of a test's own, to be stopped and killed as it likes."""
import os
import shutil
import signal
import subprocess
from pathlib import Path

import gateway as g


def missing():
    """Why there can be none here, or None."""
    if os.geteuid() != 0:
        return "lxcfs must be started as root"
    if shutil.which("lxcfs") is None:
        return "no lxcfs here: apt install lxcfs"
    try:
        os.close(os.open("/dev/fuse", os.O_RDWR))
    except OSError as e:
        return f"no FUSE here: /dev/fuse: {e.strerror}"
    return None


class Lxcfs:
    """It is mounted at `at`, below a mount of its own: what is mounted there comes to those
    who have a copy of it, as it does with systemd."""

    def __init__(self, folder, *options):
        self.top = Path(folder)
        self.at = self.top / "lxcfs"
        self.at.mkdir(parents=True)
        self.options = options
        subprocess.run(["mount", "--bind", self.top, self.top], check=True)
        subprocess.run(["mount", "--make-shared", self.top], check=True)
        self.child = None

    def is_mounted(self):
        return f" {self.at} " in Path("/proc/self/mountinfo").read_text()

    def start(self):
        """As the unit of Debian's package does, apart from the options."""
        self.child = subprocess.Popen(
            ["lxcfs", "-f", "-p", self.top / "pid", *self.options, self.at],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        g.wait_until(self.is_mounted, "lxcfs mounted",
                     details=lambda: f"exit status {self.child.poll()}")
        return self

    def kill(self):
        """Its mount stays, dead."""
        self.child.kill()
        self.child.wait()

    def pause(self):
        self.child.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.child.send_signal(signal.SIGCONT)

    def unmount(self):
        subprocess.run(["umount", "-l", self.at], check=True)

    def end(self):
        if self.child is not None and self.child.poll() is None:
            self.kill()
        if self.is_mounted():
            self.unmount()
        subprocess.run(["umount", "-l", self.top], check=True)
