"""The servers that are measured, each with its own directory and port.

All serve the same root filesystem on loopback to the same accounts, u000 to
u1019, with one key.  OpenSSH wants system users: it gets its own /etc/passwd in
a mount namespace of its own, with its own /run and /var/log, so that the
machine's users and logins are left as they are.  Whatever was started is ended
by its process id.
"""
import contextlib
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ACCOUNTS = 1020
HEAD = "/usr/bin/head"
START_SECONDS = 30
STOP_SECONDS = 30
NO_NETWORK = 'network = "none";\n'
FIRST_UID = 70000  # of OpenSSH's users, inside its mount namespace


class Failed(Exception):
    """Something that the measuring needs did not work."""


def output(*argv):
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, argv))}: {done.stdout.strip()}")
    return done.stdout


def account(index):
    return f"u{index:03}"


class Site:
    """What the servers share: a directory, keys and the root filesystem."""

    def __init__(self, directory):
        self.dir = directory
        self.key = directory / "key"
        self.host_key = directory / "host_key"
        self.images = directory / "images"
        self.rootfs = self.images / "bench" / "rootfs"
        for key in (self.key, self.host_key):
            output("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
        self.public_key = self.key.with_suffix(".pub").read_text().strip()
        self.make_rootfs()

    def make_rootfs(self):
        """The busybox image, and coreutils' head: busybox's own copies byte by
        byte, so that it and not the server would be measured.  Its shell
        prefers its own, so the command must name the path."""
        output(ROOT / "images/build", "-d", self.images, "busybox")
        self.rootfs.parent.mkdir()
        (self.images / "busybox" / "rootfs").rename(self.rootfs)
        shutil.rmtree(self.images / "busybox")
        libraries = re.findall(r"(/\S+) \(0x", output("ldd", HEAD))
        for path in [HEAD, *libraries]:
            to = self.rootfs / path.lstrip("/")
            to.parent.mkdir(parents=True, exist_ok=True)
            to.unlink(missing_ok=True)
            shutil.copy(path, to)


class Server:
    """One server process, from start() to stop()."""

    name = ""
    shell = None  # the command that is an idle shell; None: no command at all

    def __init__(self, site):
        self.site = site
        self.dir = site.dir / self.name
        self.dir.mkdir()
        self.process = None
        self.port = 0

    def spawn(self, argv):
        self.log = self.dir / "log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [str(a) for a in argv],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_until(self, ready):
        end = time.monotonic() + START_SECONDS
        while not ready():
            if self.process.poll() is not None or time.monotonic() > end:
                raise Failed(f"{self.name} does not start:\n{self.log.read_text()}")
            time.sleep(0.05)

    @contextlib.contextmanager
    def ready(self, _count):
        """So many sandboxes stand ready, where a server has such a thing."""
        yield

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            print(f"{self.name} did not end within {STOP_SECONDS} s", flush=True)
            self.process.kill()
            self.process.wait()
        self.process = None


class Atoll(Server):
    name = "atoll"
    staying = "back+stay"  # whose terminals wait in that lab

    def start(self, build):
        self.program = build / "atolld"
        self.tool = [build / "atoll", "-s", self.dir / "run/admin.sock"]
        labs = self.dir / "labs"
        labs.mkdir()
        (self.dir / "state").mkdir()
        names = "\n".join(
            f'  {{ name = "{account(i)}"; keys = [ "{self.site.public_key}" ]; }},'
            for i in range(ACCOUNTS)
        )
        # The others have one lab, and so need not name it.
        names += f'{{ name = "back"; keys = [ "{self.site.public_key}" ]; groups = [ "stay" ]; }}'
        names += f', {{ name = "teach"; keys = [ "{self.site.public_key}" ]; groups = [ "teach" ]; }}'
        (self.dir / "atoll.conf").write_text(
            f'listen = ( {{ address = "127.0.0.1"; port = 0; }} );\n'
            f'host_keys = [ "{self.site.host_key}" ];\n'
            f'state_dir = "{self.dir}/state";\n'
            f'run_dir = "{self.dir}/run";\n'
            f'image_dir = "{self.site.images}";\n'
            f'labs_dir = "{labs}";\n'
            f'libexec_dir = "{build}";\n'
            f"sandboxes_max = {ACCOUNTS + 100};\n"
            f"accounts = (\n{names}\n);\n"
        )
        # Limits that nothing here meets: what enforcing them costs is in.
        lab = (
            'image = "bench";\nuser = "student";\ncommand = [ "/bin/sh" ];\n'
            f'memory = "256M";\ncpus = {os.cpu_count()}.0;\npids = 64;\ndisk = "64M";\n'
            + NO_NETWORK
        )
        self.lab, self.lab_text = labs / "bench.conf", lab + "linger = 0;\nopen = true;\n"
        self.lab.write_text(self.lab_text)
        (labs / "stay.conf").write_text(lab + 'linger = "30s";\ngroups = [ "stay" ];\n')
        self.launch()

    def launch(self):
        """Also again, after a stop()."""
        self.spawn([self.program, "-c", self.dir / "atoll.conf"])
        self.wait_until(self.is_ready)

    def run(self, *words):
        """The administrator's tool."""
        output(*self.tool, *words)

    def is_ready(self):
        found = re.search(r"ready address=\S+ port=(\d+)", self.log.read_text())
        if found:
            self.port = int(found[1])
        return found is not None

    def seats(self):
        return json.loads(output(*self.tool, "--json", "ls"))

    def want_ready(self, count):
        self.lab.write_text(self.lab_text + f"warm = {count};\n")
        output(*self.tool, "reload")
        self.wait_until(lambda: json.loads(output(*self.tool, "--json", "status"))["warm"] == count)

    @contextlib.contextmanager
    def ready(self, count):
        before = self.log.read_text().count(" warm=no ")
        self.want_ready(count)
        try:
            yield
        finally:
            self.want_ready(0)
        if self.log.read_text().count(" warm=no ") != before:
            raise Failed("not every sandbox stood ready")

    @contextlib.contextmanager
    def staff(self):
        """Account teach is staff of the lab."""
        self.lab.write_text(self.lab_text + 'staff = [ "teach" ];\n')
        output(*self.tool, "reload")
        try:
            yield
        finally:
            self.lab.write_text(self.lab_text)
            output(*self.tool, "reload")

    @contextlib.contextmanager
    def labs(self, texts):
        """Labs beside the first, open to everybody, by name: what they have for its
        network.  Whoever logs in must say which."""
        files = {self.lab.with_name(f"{name}.conf"): text for name, text in texts.items()}
        for file, text in files.items():
            file.write_text(self.lab_text.replace(NO_NETWORK, text))
        output(*self.tool, "reload")
        try:
            yield
        finally:
            for file in files:
                file.unlink()
            output(*self.tool, "reload")

    def upgrade(self):
        """The programs that are installed, which are the same, take over."""
        output(*self.tool, "upgrade")


class Before(Atoll):
    """Another build of atoll, for run --against."""

    name = "before"


class Sshd(Server):
    name = "sshd"
    shell = "exec busybox sh"
    force = ""

    def start(self, _build):
        self.port = free_port()
        self.write_users()
        (self.dir / "sshd_config").write_text(
            f"ListenAddress 127.0.0.1:{self.port}\n"
            f"HostKey {self.site.host_key}\n"
            f"AuthorizedKeysFile {self.site.dir}/key.pub\n"
            "StrictModes no\nPasswordAuthentication no\n"
            "KbdInteractiveAuthentication no\nUsePAM no\nMaxStartups 1000\n"
            "PidFile none\nPrintMotd no\nPrintLastLog no\nLogLevel ERROR\n" + self.force
        )
        script = (
            "mount -t tmpfs tmpfs /run && mkdir /run/sshd && "
            "mount -t tmpfs tmpfs /var/log && "
            'for f in passwd shadow group; do mount --bind "$1/$f" "/etc/$f"; done && '
            'exec /usr/sbin/sshd -D -e -f "$1/sshd_config"'
        )
        self.spawn(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", self.dir]
        )
        self.wait_until(self.accepts)

    def write_users(self):
        users = range(ACCOUNTS)
        for name, more in (
            ("passwd", lambda i: f"{account(i)}:x:{FIRST_UID + i}:{FIRST_UID}::/:/bin/sh"),
            ("shadow", lambda i: f"{account(i)}:*:19000:0:99999:7:::"),
            ("group", lambda i: f"{account(i)}:x:{FIRST_UID + i}:"),
        ):
            system = Path("/etc", name).read_text()
            lines = "".join(more(i) + "\n" for i in users)
            (self.dir / name).write_text(system + lines)
        (self.dir / "shadow").chmod(0o600)

    def accepts(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1):
                return True
        except ConnectionRefusedError:
            return False


class SshdBwrap(Sshd):
    name = "sshd+bwrap"
    shell = None

    def __init__(self, site):
        super().__init__(site)
        self.force = (
            "ForceCommand exec bwrap --unshare-all --die-with-parent "
            f"--ro-bind {site.rootfs} / --proc /proc --dev /dev --tmpfs /tmp "
            '--chdir / /bin/sh ${SSH_ORIGINAL_COMMAND:+-c "$SSH_ORIGINAL_COMMAND"}\n'
        )


SERVERS = {s.name: s for s in (Atoll, Sshd, SshdBwrap)}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def read_line(process, seconds):
    """A line of the process's stdout, or Failed."""
    if not select.select([process.stdout], [], [], seconds)[0]:
        raise Failed(f"no answer within {seconds} s")
    return process.stdout.readline()
