"""gateway.py - a private atolld for a test, and real clients for it."""
import contextlib
import ctypes
import functools
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import pexpect

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("ATOLL_BUILD", ROOT / "build")).resolve()
ATOLL_IMAGE = ROOT / "images/atoll-image"
IMAGES = Path(os.environ.get("ATOLL_IMAGES", "/var/lib/atoll/images"))
SANITIZED = (BUILD / "atolld").exists() and b"__asan_init" in (BUILD / "atolld").read_bytes()
HAS_DEBIAN = (IMAGES / "debian-dev/rootfs").is_dir()
# Where version 2 has the controllers, and not version 1.
HAS_CGROUP2 = Path("/sys/fs/cgroup/cgroup.controllers").exists()
SLOWER = int(os.environ.get("ATOLL_SLOWER", "1"))  # times: an emulated machine is
PATIENCE = 20 * SLOWER  # seconds for anything that should be there at once


# --- waiting ----------------------------------------------------------------


def wait_until(condition, what, timeout=PATIENCE, details=lambda: ""):
    """Poll until condition() is true, and return what it returned."""
    deadline = time.monotonic() + timeout
    while True:
        got = condition()
        if got:
            return got
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout} s: {what}\n{details()}")
        time.sleep(0.02)


# --- processes --------------------------------------------------------------


def proc_status(pid):
    """/proc/PID/status as a dict; empty when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return {}
    return {k: v.strip() for k, _, v in (line.partition(":") for line in lines)}


def loop_files(below):
    """What is attached to this host's loop devices and lies below that folder.  Others' do not
    count: a device lives on while any mount namespace made meanwhile has a copy of its mount."""
    files = (f.read_text().strip() for f in Path("/sys/block").glob("loop*/loop/backing_file"))
    return [f for f in files if f"{below}/" in f]


def parent_of(pid):
    return int(proc_status(pid).get("PPid", 0))


def is_alive(pid):
    return proc_status(pid).get("State", "Z")[0] not in "ZX"


def all_processes():
    return [int(p.name) for p in Path("/proc").glob("[0-9]*")]


OWN_NUMBERS = 1 << 31  # of sandboxes that nobody was given yet: the builder's


def has_init(group):
    """Is there a process in the group that is not a copy of the builder?"""
    try:
        pids = (Path(group) / "cgroup.procs").read_text().split()
    except OSError:
        return False
    names = {(proc_status(p) or {"Name": "atoll-spare"})["Name"] for p in pids}
    return bool(names - {"atoll-builder", "atoll-spare"})


def descendants(pid):
    """Every living descendant, as {pid: name}."""
    parents, names = {}, {}
    for p in all_processes():
        st = proc_status(p)
        if st and st["State"][0] not in "ZX":
            parents[p], names[p] = int(st["PPid"]), st["Name"]
    found = {}
    queue = [pid]
    while queue:
        parent = queue.pop()
        for p, pp in parents.items():
            if pp == parent:
                found[p] = names[p]
                queue.append(p)
    return found


# --- configuration text -----------------------------------------------------


def libconfig(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, Path)):
        text = str(value).replace("\\", "\\\\").replace('"', '\\"')
        return '"' + text.replace("\n", "\\n") + '"'
    if isinstance(value, dict):
        return "{ " + " ".join(f"{k} = {libconfig(v)};" for k, v in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        inside = ", ".join(libconfig(v) for v in value)
        rows = value and isinstance(value[0], dict)
        return f"( {inside} )" if rows else f"[ {inside} ]"
    return str(value)


def settings(options):
    return "".join(f"{k} = {libconfig(v)};\n" for k, v in options.items())


def crypt(password, setting):
    libcrypt = ctypes.CDLL("libcrypt.so.1")
    libcrypt.crypt.restype = ctypes.c_char_p
    return libcrypt.crypt(password.encode(), setting.encode()).decode()


@functools.lru_cache
def yescrypt(password):
    return crypt(password, "$y$j9T$F5Jx5fExrKuPp53xLKQ..1")


# --- keys -------------------------------------------------------------------


class Keys:
    """Made once: the host's, a student's, and one that nobody knows."""

    def __init__(self, folder):
        self.host = self.make(folder / "host")
        self.student = self.make(folder / "student")
        self.stranger = self.make(folder / "stranger")

    @staticmethod
    def make(path, kind="ed25519"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "", "-f", path], check=True
        )
        return path

    @staticmethod
    def public(path):
        return Path(f"{path}.pub").read_text().strip()


# --- a client ---------------------------------------------------------------


def hang_up(child):
    """End an ssh; what it said.  OpenSSH looks for a signal, then polls: one that comes in between
    is not noticed before the next packet, so it is told again."""
    while child.poll() is None:
        child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=0.1)
    return child.communicate(timeout=PATIENCE)


# --- a terminal -------------------------------------------------------------


terminals = []  # every one that a test opened


class Terminal:
    """A client on a pty, so wide that the shell's editor breaks no line.
    Prompts end in "$ " or "# ", and ash asks where the cursor is."""

    def __init__(self, argv, rows=24, cols=400):
        terminals.append(self)
        self.child = pexpect.spawn(
            str(argv[0]),
            [str(a) for a in argv[1:]],
            dimensions=(rows, cols),
            timeout=PATIENCE,
            encoding="utf-8",
            codec_errors="replace",
            env=client_environment(),
            # A suite that runs in the background was given it ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self.child.delaybeforesend = None

    def expect(self, pattern, timeout=PATIENCE):
        """The match of a regular expression in what the terminal shows."""
        try:
            self.child.expect(pattern, timeout=timeout)
        except (pexpect.TIMEOUT, pexpect.EOF) as e:
            raise AssertionError(
                f"{type(e).__name__} instead of {pattern!r}: {self.child.before!r}"
            ) from None
        return self.child.match

    def expect_all(self, *patterns, timeout=PATIENCE):
        """All of them, in any order: a notice comes when it comes."""
        left = list(patterns)
        while left:
            index = self.child.expect([*left, pexpect.EOF, pexpect.TIMEOUT], timeout=timeout)
            if index >= len(left):
                raise AssertionError(f"no {left}: {self.child.before!r}")
            left.pop(index)

    def expect_prompt(self, timeout=PATIENCE):
        # busybox's shell asks for the cursor's place, and writes its prompt anew
        # when a window's size arrives after it.
        self.expect(r"[$#] (\x1b\[6n)?(\x1b\[J)?$", timeout)

    def send(self, text):
        self.child.send(text)

    def type(self, line):
        self.child.send(line + "\r")

    def run(self, command, timeout=PATIENCE):
        """Output of one command line, and its exit status."""
        self.type(command + '; echo "<D""ONE $?>"')
        status = int(self.expect(r"<DONE (\d+)>\r\n", timeout).group(1))
        out = self.child.before
        self.expect_prompt()
        # The first line is the echo of what was typed.
        return out.split('?>"\r\n', 1)[-1].replace("\r\n", "\n"), status

    def end(self, timeout=PATIENCE):
        """Everything until the client ends, and its exit status."""
        try:
            self.child.expect(pexpect.EOF, timeout=timeout)
        except pexpect.TIMEOUT:
            raise AssertionError(f"no end: {self.child.before!r}") from None
        rest = self.child.before
        # A client may let go of its terminal first, and close() hangs it up.
        wait_until(lambda: not self.child.isalive(), "the client has exited", timeout)
        self.child.close()
        return rest, self.child.exitstatus

    def close(self):
        self.child.close(force=True)


@contextlib.contextmanager
def nosuid(folder):
    """The folder where set-id bits mean nothing, as a writable mount wants it."""
    subprocess.run(["mount", "--bind", folder, folder], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,nosuid,nodev", folder], check=True)
        yield folder
    finally:
        # lazily: the namespace of a builder that ends may have it a moment longer
        subprocess.run(["umount", "-l", folder], check=True)


def client_environment(**extra):
    """Nobody's agent, language or terminal gets into a test by accident."""
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME")}
    return {**kept, "TERM": "xterm", **extra}


def replace(folder, **programs):
    """A libexec_dir with some programs replaced."""
    folder.mkdir()
    for name in ("atoll-builder", "atoll-session", "atoll-signer", "atoll-init", "atoll-lab",
                 "atoll-web"):
        # A copy, since a process has the name of its program's file.
        shutil.copy(programs.get(name[6:], BUILD / name), folder / name)
    return folder


# --- the gateway ------------------------------------------------------------

live = []  # started and not stopped, for the report of a failed test


class Gateway:
    """An atolld with a directory, keys, accounts and labs of its own.

    labs: {name: {option: value}}; every lab is open and busybox unless it says
    otherwise.  accounts: names or dicts; each has the password "secret" and
    the student's key unless it says otherwise."""

    def __init__(self, folder, keys, labs=None, accounts=("demo",), **options):
        self.folder = Path(folder)
        self.keys = keys
        self.run_dir = self.folder / "run"
        self.config_file = self.folder / "atoll.conf"
        self.labs_dir = self.folder / "labs"
        self.labs_dir.mkdir(parents=True)
        (self.folder / "state").mkdir()
        host_key = self.folder / "ssh_host_ed25519_key"
        shutil.copy(keys.host, host_key)
        host_key.chmod(0o600)
        self.options = {
            "listen": [{"address": "127.0.0.1", "port": 0}],
            "host_keys": ["ssh_host_ed25519_key"],
            "state_dir": "state",
            "run_dir": "run",
            "image_dir": IMAGES,
            "labs_dir": "labs",
            "accounts": [self.account(a) for a in accounts],
            **options,
        }
        for name, lab in (labs or {"box": {}}).items():
            self.write_lab(name, lab)
        self.write_config()
        self.program = BUILD / "atolld"
        self.child = None
        self.heard, self.reader = [], None
        self.told = threading.Condition()
        self.port = None

    # --- configuration ------------------------------------------------------

    def account(self, account):
        if isinstance(account, str):
            account = {"name": account}
        return {
            "password": yescrypt("secret"),
            "keys": [Keys.public(self.keys.student)],
            **account,
        }

    def write_config(self, **changes):
        self.options.update(changes)
        self.config_file.write_text(
            settings({k: v for k, v in self.options.items() if v is not None})
        )

    def write_lab(self, name, lab):
        if isinstance(lab, str):
            text = lab
        else:
            lab = {"image": "busybox", "open": True, **lab}
            # A test's shell is a new one, whatever became of the last one.  The
            # last line, for errors that name another.
            lab.setdefault("reattach", False)
            text = settings({k: v for k, v in lab.items() if v is not None})
        (self.labs_dir / f"{name}.conf").write_text(text)

    def check(self, *args):
        """atolld -t, or other arguments: the finished process."""
        return subprocess.run(
            [BUILD / "atolld", "-c", self.config_file, *(args or ["-t"])],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    # --- life ---------------------------------------------------------------

    def start(self, ready=True):
        self.heard = []
        self.port = None
        self.child = subprocess.Popen(
            [self.program, "-c", self.config_file],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        self.reader = threading.Thread(
            target=self.read_log, args=(self.child.stderr, self.heard), daemon=True
        )
        self.reader.start()
        live.append(self)
        if ready:
            got = self.wait_log(r"ready address=(\S+) port=(\d+)")
            self.address, self.port = got.group(1), int(got.group(2))
        return self

    def read_log(self, stream, heard):
        """Nobody has the lock while something is out of the pipe and not in the list yet."""
        there, fd, rest, data = select.poll(), stream.fileno(), b"", b"\n"
        there.register(fd, select.POLLIN)
        while data:
            there.poll()
            with self.told:
                data = os.read(fd, 1 << 16)
                *whole, rest = (rest + (data or b"\n" * bool(rest))).split(b"\n")
                heard += [line.decode(errors="replace") for line in whole]
                self.told.notify_all()

    def catch_up(self):
        """What was said before now is heard then, also where the reader had no turn yet."""
        if self.reader is None:
            return
        there, deadline = select.poll(), time.monotonic() + PATIENCE
        there.register(self.child.stderr.fileno(), select.POLLIN)
        while self.reader.is_alive() and there.poll(0) and time.monotonic() < deadline:
            time.sleep(0.001)
        with self.told:
            pass

    @property
    def lines(self):
        self.catch_up()
        return self.heard

    @property
    def log(self):
        return "\n".join(self.lines)

    @property
    def tail(self):
        """The end of the log, for an error text."""
        return "\n".join(self.heard[-20:])

    def wait_log(self, pattern, since=0, timeout=PATIENCE):
        """The first match in a log line at or after number since."""
        deadline = time.monotonic() + timeout
        with self.told:
            at = since
            while True:
                for line in self.heard[at:]:
                    at += 1
                    got = re.search(pattern, line)
                    if got:
                        return got
                left = deadline - time.monotonic()
                ended = not self.reader.is_alive() and at == len(self.heard)
                if left <= 0 or ended:
                    why = "atolld ended" if ended else f"not within {timeout} s"
                    raise AssertionError(f"{why}: {pattern!r} in the log:\n{self.tail}")
                self.told.wait(min(left, 0.2))

    def crash(self, number=signal.SIGKILL):
        """The monitor is gone by that signal, and another serves.

        What the one before said last may not be read yet, and "ready" be among it.
        """
        since, before = len(self.lines), self.monitor
        os.kill(before, number)
        crashed = rf"the monitor has crashed \(killed by signal {int(number)}\): another starts"
        self.wait_log(crashed, since)
        with self.told:
            since = max(i for i, line in enumerate(self.heard) if re.search(crashed, line))
        self.wait_log(r"ready address=", since)
        assert self.monitor != before and self.child.poll() is None

    @property
    def pid(self):
        """atolld, the supervisor: who is told to stop."""
        return self.child.pid

    @property
    def monitor(self):
        """The process that serves; another one after a crash."""
        [pid] = [p for p in self.pids_of("atoll-monitor") if parent_of(p) == self.pid]
        return pid

    def family(self):
        return {self.pid: "atolld", **descendants(self.pid)}

    def pids_of(self, name):
        return sorted(p for p, n in descendants(self.pid).items() if n == name)

    @property
    def builder(self):
        [pid] = [p for p in self.pids_of("atoll-builder") if parent_of(p) == self.pid]
        return pid

    @property
    def zygote(self):
        """The newest session program that no other forked."""
        sessions = self.pids_of("atoll-session")
        return [p for p in sessions if parent_of(p) not in sessions][-1]

    def sessions(self):
        found = self.pids_of("atoll-session")
        return [p for p in found if parent_of(p) in found]

    def inits(self):
        """One a sandbox: a child of an init's has its name until it has become a command."""
        found = self.pids_of("atoll-init")
        return [p for p in found if parent_of(p) not in (0, *found)]

    def spares(self):
        """Processes that are made ahead, and wait to be the next sandbox's init."""
        return self.pids_of("atoll-spare")

    def group_of(self, sandbox):
        """What the log says of a sandbox's control group: s1, or of an own number."""
        said = re.findall(rf"sandbox={sandbox} .*sandbox ready .* cgroup=(s\d+) ", self.log)
        return said[-1]

    def init_of(self, sandbox):
        group = self.group_of(sandbox)
        [init] = [p for p in self.inits()
                  if re.search(rf"/{group}$", Path(f"/proc/{p}/cgroup").read_text(), re.M)]
        return init

    def stop(self):
        """An orderly end leaves nothing."""
        family = self.family()
        self.child.send_signal(signal.SIGTERM)
        status = self.wait_end()
        assert status == 0, f"exit status {status}:\n{self.tail}"
        self.assert_nothing_left(family)

    def wait_end(self, timeout=PATIENCE):
        try:
            status = self.child.wait(timeout=timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"atolld does not end:\n{self.tail}") from None
        self.reader.join(timeout=1)  # longer only while a helper is stopped
        self.forget()
        return status

    def forget(self):
        if self in live:
            live.remove(self)

    def end_by_force(self):
        """For a teardown: whatever state the test left it in."""
        if self.child is None or self.child.poll() is not None:
            self.forget()
            return
        family = self.family()
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            for pid in family:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            self.child.wait()
            raise AssertionError(f"atolld did not stop:\n{self.tail}") from None
        finally:
            self.forget()

    # --- what is left -------------------------------------------------------

    @property
    def cgroup_name(self):
        """atoll-XXXXXXXX, the FNV-1a hash of run_dir."""
        h = 2166136261
        for byte in str(self.run_dir.resolve()).encode():
            h = (h ^ byte) * 16777619 & 0xFFFFFFFF
        return f"atoll-{h:08x}"

    def cgroups(self):
        """Directories of this gateway's groups, sandboxes included."""
        top = Path("/sys/fs/cgroup")
        own = [*top.glob(self.cgroup_name), *top.glob(f"*/{self.cgroup_name}")]  # v2, v1
        return [d for group in own for d, _, _ in os.walk(group)]

    def sandbox_cgroups(self):
        """Those of sandboxes: not of what was made ahead and waits, or has just ended.
        What has been left behind is seen by leftovers()."""
        return [d for d in self.cgroups() if (n := re.search(r"/s(\d+)$", d))
                and (int(n[1]) < OWN_NUMBERS or has_init(d))]

    def mounts(self):
        """Mounts of this process's namespace that belong to the gateway."""
        text = Path("/proc/self/mountinfo").read_text()
        return [line for line in text.splitlines() if str(self.folder) in line]

    def leftovers(self, family):
        left = [f"process {p} {n}" for p, n in family.items() if is_alive(p)]
        left += [f"cgroup {d}" for d in self.cgroups()]
        left += [f"mount {m}" for m in self.mounts()]
        # Names that every start makes anew, and nothing in them.
        kept = [self.run_dir / "admin.sock", self.run_dir / "web.sock", self.run_dir / "publish.sock", self.run_dir / "empty"]
        left += [f"file {f}" for f in self.run_dir.rglob("*") if f not in kept]
        return left

    def assert_nothing_left(self, family):
        wait_until(
            lambda: not self.leftovers(family),
            "nothing left behind",
            details=lambda: "\n".join(self.leftovers(family)) + "\n" + self.tail,
        )

    def wait_no_sandbox(self, timeout=PATIENCE):
        """Every sandbox is gone: its init and its groups."""
        wait_until(
            lambda: not self.inits() and not self.sandbox_cgroups(),
            "no sandbox left",
            timeout,
            lambda: f"{self.inits()} {self.sandbox_cgroups()}\n{self.tail}",
        )

    # --- clients ------------------------------------------------------------

    def ssh_argv(self, user="demo", *args, key=None, options=(), port=None):
        argv = ["ssh", "-F", "/dev/null", "-p", str(port or self.port)]
        defaults = [
            "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null",
            "IdentitiesOnly=yes",
            "LogLevel=ERROR",
            "BatchMode=yes",
        ]
        # The first word about an option counts.
        for o in [*options, *defaults]:
            argv += ["-o", o]
        if key != "none":
            argv += ["-i", str(key or self.keys.student)]
        return [*argv, f"{user}@127.0.0.1", *args]

    def ssh(self, user="demo", *command, stdin=None, timeout=PATIENCE * 3, text=True,
            environment=None, **how):
        """Run a command to its end."""
        return subprocess.run(
            self.ssh_argv(user, *command, **how),
            **({"stdin": subprocess.DEVNULL} if stdin is None else
               {"input": stdin} if isinstance(stdin, (str, bytes)) else {"stdin": stdin}),
            capture_output=True,
            text=text,
            timeout=timeout,
            env=client_environment(**(environment or {})),
        )

    def out(self, user="demo", *command, **how):
        """What a command that must succeed prints."""
        done = self.ssh(user, *command, **how)
        assert done.returncode == 0, f"{done}\n{self.tail}"
        return done.stdout

    def ssh_start(self, user="demo", *command, **how):
        """Start a client and go on."""
        return subprocess.Popen(
            self.ssh_argv(user, *command, **how),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=client_environment(),
        )

    def password_argv(self, user, password):
        options = [
            "BatchMode=no",
            "PubkeyAuthentication=no",
            "PreferredAuthentications=password",
            "NumberOfPasswordPrompts=1",
        ]
        return ["sshpass", "-p", password, *self.ssh_argv(user, key="none", options=options)]

    def ssh_password(self, user, password, *command):
        return subprocess.run(
            [*self.password_argv(user, password), *command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE * 2,
            env=client_environment(),
        )

    def terminal(self, user="demo", *command, rows=24, cols=400, **how):
        argv = self.ssh_argv(user, *command, **how)
        return Terminal([argv[0], "-tt", *argv[1:]], rows, cols)

    def shell(self, user="demo", **how):
        """A terminal that shows its first prompt."""
        t = self.terminal(user, **how)
        t.expect_prompt()
        return t

    def connect(self):
        """A bare TCP connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def atoll(self, *args):
        """The administrator's tool."""
        return subprocess.run(
            [BUILD / "atoll", "-s", self.run_dir / "admin.sock", *args],
            capture_output=True,
            text=True,
            timeout=PATIENCE * 2,
        )

    def ls(self):
        done = self.atoll("--json", "ls")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def status(self):
        done = self.atoll("--json", "status")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
