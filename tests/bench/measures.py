"""What is measured: each function takes a server once and returns numbers."""
import contextlib
import os
import pty
import select
import signal
import statistics
import struct
import subprocess
import termios
import threading
import time
from fcntl import ioctl
from pathlib import Path

from client_runs import (
    CLIENT_SECONDS,
    PAUSE_MS,
    idle_sessions,
    load_argv,
    load_numbers,
    said,
    shell_of,
    ssh_argv,
)
from networks import networks
from servers import ACCOUNTS, HEAD, Failed, account, read_line

BULK_BYTES = 1_000_000_000
SETTLE_SECONDS = 20
MEMORY_SECONDS = 8  # for memory to be given back, at most
TRIES = 3  # where it matters that others leave the machine alone
DRIFT_KIB = 20  # of one session: what others may have taken or given back meanwhile


class Amount:
    """How much of everything; quick is for trying out the bench itself."""

    def __init__(self, quick, chosen=()):
        self.ciphers = chosen or list(CIPHERS)
        self.latencies = 30 if quick else 100
        self.rate_seconds = 2 if quick else 6
        self.burst = 60 if quick else 300
        self.idle = 40 if quick else 200
        self.bulk = BULK_BYTES // (10 if quick else 1)
        self.stream = BULK_BYTES // (20 if quick else 2)
        self.crowd = 40 if quick else 500
        self.live = 60 if quick else 1000
        self.top_seconds = 5 if quick else 20
        self.typing = 10 if quick else 100
        self.keys = 200 if quick else 1000
        self.viewers = 40 if quick else 300
        self.streams = 16 if quick else 200
        self.upgrades = 2 if quick else 5


def latency(load, server, amount):
    """One client at a time: from connect(2) to the first output."""
    return load_numbers(
        load, server, "latency", "-n", amount.latencies, "-x", "echo x", "-w", PAUSE_MS
    )


def warm(load, server, amount):
    """As latency, where a sandbox stands ready for each; a server that has no such
    thing is measured again, so that the numbers are of one moment."""
    with server.ready(amount.latencies):
        return latency(load, server, amount)


def quickack(load, server, amount):
    """The same with a client that acknowledges at once, see client.h."""
    return load_numbers(
        load, server, "latency", "-n", amount.latencies, "-x", "echo x", "-w", PAUSE_MS, "-q"
    )


def openssh(_load, server, amount):
    """The same with the real client, its own start included.  One key exchange
    for all: its default with OpenSSH's server costs the client 170 ms."""
    times = []
    for index in range(amount.latencies // 5):
        start = time.monotonic()
        client = subprocess.Popen(
            ssh_argv(server, index, "-o", "KexAlgorithms=curve25519-sha256", "echo x"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        with client:
            if client.stdout.read(1) == b"":
                raise Failed("ssh said nothing")
            times.append((time.monotonic() - start) * 1e3)
    return {"p50_ms": statistics.median(times)}


def rate(load, server, amount):
    """Eight clients that connect, run a command and leave."""
    return load_numbers(
        load, server, "rate", "-c", 8, "-n", 100000, "-t", amount.rate_seconds, "-x", "echo x"
    )


def burst(load, server, amount):
    """A class that connects in the same second, each to a prompt."""
    return load_numbers(load, server, "burst", "-n", amount.burst, "-T", 120, *shell_of(server))


def echo(load, server, amount):
    """From a key to its echo."""
    return load_numbers(load, server, "echo", "-n", amount.keys, "-w", 2)


def bulk(_load, server, amount):
    """A stream through the real client."""
    start = time.monotonic()
    subprocess.run(
        ssh_argv(server, 0, f"{HEAD} -c {amount.bulk} /dev/zero"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        timeout=CLIENT_SECONDS,
        check=True,
    )
    return {"seconds": time.monotonic() - start}


# --- every cipher -------------------------------------------------------------

CIPHERS = {
    name.partition("@")[0]: name
    for name in ("chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com",
                 "aes128-gcm@openssh.com", "aes256-ctr", "aes128-ctr")
}


def tree_cpu(pid):
    """Seconds of processor time of the process and all that descend from it,
    with what those waited for."""
    total = 0
    for member in tree_of(pid):
        try:
            fields = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile, and counts as somebody's child
        total += sum(map(int, fields[11:15]))
    return total / os.sysconf("SC_CLK_TCK")


def settled_cpu(pid):
    """tree_cpu() when those who still end have ended."""
    last = None
    for _ in range(SETTLE_SECONDS):
        now = len(tree_of(pid)), tree_cpu(pid)
        if now == last:
            break
        last = now
        time.sleep(0.3)
    return now[1]


def throw_away(pipe, count):
    """So many bytes of a pipe, without looking at them."""
    with open("/dev/null", "wb", 0) as null:
        while count > 0:
            got = os.splice(pipe, null.fileno(), min(count, 1 << 20))
            if got == 0:
                raise Failed("the stream ended early")
            count -= got


def stream(server, amount, cipher, command, feed, count):
    """MB/s through the real client, and CPU seconds per GB of the server, its
    command included.  The command gets as many bytes as feed says and then
    waits: sshd's processes do not count for their parents when they end."""
    before = settled_cpu(server.process.pid)
    reading, writing = os.pipe()
    start = time.monotonic()
    with subprocess.Popen(
        ssh_argv(server, 0, "-c", cipher, f"{command}; read x || true"),
        stdin=reading,
        stdout=subprocess.PIPE,
    ) as client:
        os.close(reading)
        try:
            subprocess.run([HEAD, "-c", str(feed), "/dev/zero"], stdout=writing, check=True)
            throw_away(client.stdout.fileno(), count)
            took = time.monotonic() - start
            cpu = tree_cpu(server.process.pid) - before
        finally:
            os.close(writing)
    return amount.stream / took / 1e6, cpu / amount.stream * 1e9


def ciphers(_load, server, amount):
    """A stream in each direction with each cipher."""
    numbers = {}
    size = amount.stream
    down, up = f"{HEAD} -c {size} /dev/zero", f"{HEAD} -c {size} >/dev/null; echo"
    for c in amount.ciphers:
        numbers[f"down_{c}"], numbers[f"down_cpu_{c}"] = stream(
            server, amount, CIPHERS[c], down, 0, size
        )
        numbers[f"up_{c}"], numbers[f"up_cpu_{c}"] = stream(
            server, amount, CIPHERS[c], up, size, 1
        )
    return numbers


# --- a crowd ------------------------------------------------------------------


def crowd(load, server, amount):
    """From a key to its echo, quiet and then beside those who do nothing."""
    me = ("-u", account(ACCOUNTS - 1), "-a", 0)
    quiet = load_numbers(load, server, "echo", "-n", amount.keys, "-w", 2, *me)
    with idle_sessions(load, server, amount.crowd):
        beside = load_numbers(load, server, "echo", "-n", amount.keys, "-w", 2, *me)
    return {
        "quiet_p50_ms": quiet["p50_ms"],
        "quiet_p99_ms": quiet["p99_ms"],
        "p50_ms": beside["p50_ms"],
        "p99_ms": beside["p99_ms"],
    }


# --- a thousand at once -------------------------------------------------------

ONE_MORE = 20  # logins beside all the others, one after the other
TIMES = 5  # that a tool is run


@contextlib.contextmanager
def room(load, server, amount):
    """So many clients with a shell each, of which some type."""
    argv = load_argv(load, server, "typing", "-n", amount.live, "-c", amount.typing)
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as client:
        try:
            if read_line(client, 300) != f"holding {amount.live}\n":
                raise Failed(client.stderr.read().strip())
            yield client
        finally:
            client.stdin.close()


def ms(act, *args):
    """How long that takes."""
    start = time.monotonic()
    act(*args)
    return 1000 * (time.monotonic() - start)


def all_seats(server, count):
    if len(server.seats()) != count:
        raise Failed(f"not {count} sandboxes are live")


def cpu_seconds(pid):
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def top_cost(server, seconds):
    """What `atoll top` takes of a processor: itself, and of monitor and builder what they
    take more than just before."""

    def taken(more=lambda: 0):
        before, begun = tree_cpu_of(server, KEEPERS) + more(), time.monotonic()
        end = begun + seconds
        while time.monotonic() < end:
            shown.read(0.2)
        return (tree_cpu_of(server, KEEPERS) + more() - before) / (time.monotonic() - begun)

    shown = OnPty(["sleep", 4 * seconds])
    without = taken()
    shown.close()
    shown = OnPty(["env", "TERM=xterm", *server.tool, "top"])
    try:
        shown.wait_for(b"SEAT")
        return taken(lambda: cpu_seconds(shown.pid)) - without
    finally:
        shown.close()


def thousand(load, server, amount):
    """A room of a thousand: what it costs, how it is for one more, and for whoever
    looks after it.  One more is somebody whose client waits for none of the room's,
    see AT_ONCE."""
    me = ("-u", account(ACCOUNTS - 1), "-a", 0)
    keys = ("echo", "-n", amount.keys, "-w", 2, *me)
    login = ("latency", "-n", ONE_MORE, "-x", "echo x", "-w", PAUSE_MS, *me)
    quiet = load_numbers(load, server, *keys, by=AT_ONCE)
    quiet_login = load_numbers(load, server, *login, by=AT_ONCE)
    available = settled_available_kib()
    with room(load, server, amount) as client:
        available -= settled_available_kib()
        all_seats(server, amount.live)
        available -= field_kib(f"/proc/{client.pid}/smaps_rollup", "Pss")
        before, begun = tree_cpu_of(server, KEEPERS), time.monotonic()
        crowded = load_numbers(load, server, *keys, by=AT_ONCE)
        kept = (tree_cpu_of(server, KEEPERS) - before) / (time.monotonic() - begun)
        one_more = load_numbers(load, server, *login, by=AT_ONCE)
        numbers = {
            "top_percent": 100 * top_cost(server, amount.top_seconds),
            "ls_ms": statistics.median(ms(all_seats, server, amount.live) for _ in range(TIMES)),
            "reload_ms": statistics.median(ms(server.run, "reload") for _ in range(TIMES)),
            "drain_ms": ms(server.run, "drain", "1h"),
        }
        server.run("drain", "off")
        numbers["stop_ms"] = ms(server.stop)
    server.launch()
    return {
        **numbers,
        "available_mib": available / 1024 / amount.live,
        "percent": 100 * kept,
        "quiet_p50_ms": quiet["p50_ms"],
        "quiet_p99_ms": quiet["p99_ms"],
        "p50_ms": crowded["p50_ms"],
        "p99_ms": crowded["p99_ms"],
        "times": crowded["p99_ms"] / quiet["p99_ms"],
        "quiet_login_ms": quiet_login["p50_ms"],
        "login_ms": one_more["p50_ms"],
    }


# --- somebody watches ---------------------------------------------------------


class OnPty:
    """A program on a terminal of 24 rows and 80 columns."""

    def __init__(self, argv):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvp(str(argv[0]), [str(a) for a in argv])
        ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))

    def read(self, seconds):
        if not select.select([self.fd], [], [], seconds)[0]:
            return b""
        try:
            return os.read(self.fd, 65536)
        except OSError:
            return b""

    def wait_for(self, what):
        seen, end = b"", time.monotonic() + SETTLE_SECONDS
        while what not in seen:
            if time.monotonic() > end:
                raise Failed(f"no {what}: {seen[-300:]}")
            seen += self.read(1)

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def key_times(typist, keys):
    """From a key to its echo, in ms, of so many keys at a time of their own."""
    times = []
    for _ in range(keys):
        start = time.monotonic()
        os.write(typist.fd, b"x")
        if b"x" not in typist.read(5):
            raise Failed("a key has no echo")
        times.append(1000 * (time.monotonic() - start))
        time.sleep(0.005)
    return times


@contextlib.contextmanager
def reading(watchers):
    """Who is not stopped reads all that is shown."""
    over = threading.Event()

    def read():
        while not over.is_set():
            for fd in select.select([w.fd for w in watchers], [], [], 0.05)[0]:
                os.read(fd, 65536)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def watchers(_load, server, amount):
    """From a key to its echo, without and with five who watch, one of them stopped."""
    typist = OnPty([*ssh_argv(server, 0, "-tt", "exec cat")])
    watching = []
    try:
        while not any(seat["seat"] == f"{account(0)}+bench" for seat in server.seats()):
            time.sleep(0.1)
        typist.read(1)
        quiet = key_times(typist, amount.keys)
        os.write(typist.fd, b"\n")
        for _ in range(5):
            watching.append(OnPty([*server.tool, "watch", f"{account(0)}+bench"]))
            watching[-1].wait_for(b"q leaves")
        time.sleep(2)
        os.kill(watching[-1].pid, signal.SIGSTOP)
        while typist.read(0.5):
            pass
        with reading(watching[:-1]):
            watched = key_times(typist, amount.keys)
    finally:
        for p in [typist, *watching]:
            p.close()
    quiet, watched = (statistics.quantiles(t, n=100)[98] for t in (quiet, watched))
    return {"quiet_p99_ms": quiet, "p99_ms": watched, "times": watched / quiet}


# --- the room's screen --------------------------------------------------------

STAGE_SECONDS = 10
# 10 KB in a second, in lines of which none is like another.
BUSY = (
    "i=0; while :; do for line in 1 2 3 4 5 6 7 8 9 10 11 12; do"
    " echo $((i+=1)) %s; done; sleep 0.1; done" % ("some text " * 7)
)


KEEPERS = ("(atoll-monitor", "(atoll-builder")
SERVING = ("(atoll-monitor", "(atoll-recorder", "(atoll-session")


def tree_cpu_of(server, programs):
    """Seconds of the processor that those have taken: to the ns for those that live, and
    for painters, which end, in ticks."""
    total = 0.0
    for member in tree_of(server.process.pid):
        with contextlib.suppress(OSError):
            stat = Path(f"/proc/{member}/stat").read_text().rpartition(")")
            if not stat[0].endswith(programs):
                continue
            total += int(Path(f"/proc/{member}/schedstat").read_text().split()[0]) / 1e9
            if stat[0].endswith("(atoll-recorder"):
                total += sum(map(int, stat[2].split()[13:15])) / os.sysconf("SC_CLK_TCK")
    return total


def stage(load, server, amount):
    """Hundreds look at a busy terminal of staff: what part of one processor that takes; and
    from a key to its echo for one who does not look, before and meanwhile."""
    me = ("-u", account(ACCOUNTS - 1), "-a", 0)
    with server.staff():
        argv = load_argv(load, server, "idle", "-n", amount.viewers, "-x", "lab stage")
        shell = ssh_argv(server, 0, "-tt", "exec sh")
        teacher = OnPty(["teach" if word == account(0) else word for word in shell])
        try:
            teacher.wait_for(b"$")
            os.write(teacher.fd, b"lab stage on\n")
            teacher.wait_for(b"the room's screen now")
            viewers = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            with viewers:
                if read_line(viewers, 300).split() != ["holding", str(amount.viewers)]:
                    raise Failed("not all could look")
                quiet = load_numbers(load, server, "echo", "-n", amount.keys, "-w", 2, *me)
                os.write(teacher.fd, BUSY.encode() + b"\n")
                with reading([teacher]):
                    time.sleep(2)
                    before, begun = tree_cpu_of(server, SERVING), time.monotonic()
                    time.sleep(STAGE_SECONDS)
                    used = (tree_cpu_of(server, SERVING) - before) / (time.monotonic() - begun)
                    beside = load_numbers(load, server, "echo", "-n", amount.keys, "-w", 2, *me)
                viewers.stdin.close()
        finally:
            teacher.close()
    return {"percent": 100 * used, "quiet_p99_ms": quiet["p99_ms"], "p99_ms": beside["p99_ms"]}


# --- nobody loses their work --------------------------------------------------


def reattach(load, server, amount):
    """The link is cut: from the request for a shell on the next one until the
    screen of before is painted."""
    me = ("-u", server.staying, "-a", 0)
    return load_numbers(load, server, "reattach", "-n", amount.latencies, "-w", 50, *me)


class Streams:
    """Those who are in: some stream and type, the rest do nothing."""

    def __init__(self, client):
        self.client = client

    def report(self):
        """What was measured since the last one."""
        with contextlib.suppress(BrokenPipeError):
            print(file=self.client.stdin, flush=True)
        line = read_line(self.client, 60)
        if not line.startswith("streams"):
            raise Failed("the streams ended")
        return said(line)


@contextlib.contextmanager
def streams(load, server, amount):
    argv = load_argv(load, server, "streams", "-n", amount.crowd, "-c", amount.streams)
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        if read_line(client, 300) != f"holding {amount.crowd}\n":
            raise Failed("not all sessions could be opened")
        try:
            yield Streams(client)
        finally:
            with contextlib.suppress(BrokenPipeError):
                client.stdin.close()


def logins_beside(load, server, act):
    """One who logs in again and again for two seconds, in which act() is done."""
    me = ("-u", account(ACCOUNTS - 1), "-a", 0, "-c", 1, "-n", 100000, "-t", 2, "-x", "echo x")
    argv = load_argv(load, server, "rate", *me)
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as client:
        time.sleep(0.7)
        act()
        return said(client.communicate(timeout=CLIENT_SECONDS)[0])


def upgrade(load, server, amount):
    """How long the slowest login takes and the slowest stream is silent in an
    upgrade (the median of a few), and in as long a time without one."""
    pauses, logins, wrong, failed = [], [], 0, 0
    with streams(load, server, amount) as crowd:
        time.sleep(2)
        crowd.report()
        before = logins_beside(load, server, lambda: None)
        quiet = crowd.report()
        for _ in range(amount.upgrades):
            login = logins_beside(load, server, server.upgrade)
            now = crowd.report()
            logins.append(login["max_ms"])
            pauses.append(now["pause_max_ms"])
            wrong += now["wrong"]
            failed += login["failed"]
    return {
        "quiet_login_ms": before["max_ms"],
        "login_ms": statistics.median(logins),
        "quiet_pause_ms": quiet["pause_max_ms"],
        "pause_ms": statistics.median(pauses),
        "wrong": wrong,
        "failed": failed,
    }


# --- bombs --------------------------------------------------------------------

# See tests/escape/bombs.c.  Each goes on trying, or holds what it took.
BOMBS = ("processes", "memory", "disk", "tcp", "printer", "reborn", "timers", "inodes")
FIRST_BOMBER = 100  # the echo's account is another
BOMB = "cat >/tmp/p; chmod 700 /tmp/p; while :; do /tmp/p bomb {}; done"


@contextlib.contextmanager
def bombs(load, server):
    """Eight sandboxes at their limits, and somebody who reads what they say."""
    probe = load.parent.parent / "escape/probe"
    started = []
    try:
        for index, kind in enumerate(BOMBS, FIRST_BOMBER):
            with open(probe, "rb") as program:
                bomb = subprocess.Popen(
                    ssh_argv(server, index, BOMB.format(kind)),
                    stdin=program,
                    stdout=subprocess.PIPE,
                )
            started.append(bomb)
            read_line(bomb, 30)
            started.append(subprocess.Popen(["cat"], stdin=bomb.stdout, stdout=subprocess.DEVNULL))
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


# The clients of the bombs use the same processors: whoever is to be measured
# would wait for those, too, and not for the gateway alone.
AT_ONCE = ("chrt", "--fifo", "1")


def neighbour(load, server, amount):
    """From a key to its echo, quiet and then beside eight bombs, to a client that
    runs whenever it wants to, as one on a machine of its own."""
    keys = ("echo", "-n", amount.keys, "-w", 2)
    quiet = load_numbers(load, server, *keys, by=AT_ONCE)
    with bombs(load, server):
        loud = load_numbers(load, server, *keys, by=AT_ONCE)
    return {
        "quiet_ms": quiet["p99_ms"],
        "bombs_p50_ms": loud["p50_ms"],
        "bombs_ms": loud["p99_ms"],
        "times": loud["p99_ms"] / quiet["p99_ms"],
    }


# --- memory -------------------------------------------------------------------


def field_kib(path, name):
    for line in Path(path).read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    return 0


def tree_of(pid):
    """The process and all that descend from it."""
    children = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name is in parentheses and may hold anything.
            after = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        children.setdefault(int(after[1]), []).append(int(stat.parent.name))
    tree = [pid]
    for parent in tree:
        tree += children.get(parent, [])
    return tree


def tree_pss_kib(pid):
    total = 0
    for member in tree_of(pid):
        try:
            total += field_kib(f"/proc/{member}/smaps_rollup", "Pss")
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
    return total


def settled_available_kib():
    """MemAvailable, when what ended before has given its memory back."""
    last = field_kib("/proc/meminfo", "MemAvailable")
    for _ in range(MEMORY_SECONDS):
        time.sleep(1)
        now = field_kib("/proc/meminfo", "MemAvailable")
        if abs(now - last) < 1024:
            break
        last = now
    return now


def what_each_takes(server, kept, count):
    """What the machine has less of while so many are kept, each's part (sockets, page tables
    and namespaces are in, and so is what everybody else does meanwhile), and the proportional
    size of the server's processes.  What others give back meanwhile is not the server's: where
    the machine does not have as much afterwards as before, it is done again; the time with the
    least difference counts, and is taken from the middle of the two."""
    least = None
    for _ in range(TRIES):
        before, tree = settled_available_kib(), tree_pss_kib(server.process.pid)
        with kept() as client:
            meanwhile = settled_available_kib()
            tree = tree_pss_kib(server.process.pid) - tree
            if client:  # its own memory is not the server's
                meanwhile += field_kib(f"/proc/{client.pid}/smaps_rollup", "Pss")
        after = settled_available_kib()
        taken = (before + after) / 2 - meanwhile
        if least is None or abs(before - after) < least[0]:
            least = abs(before - after), taken, tree
        if least[0] < count * DRIFT_KIB:
            break
    _, taken, tree = least
    return {"available_mib": taken / 1024 / count, "pss_mib": tree / 1024 / count}


def memory(load, server, amount):
    """An idle session with its shell."""
    return what_each_takes(server, lambda: idle_sessions(load, server, amount.idle), amount.idle)


def spare(_load, server, amount):
    """A sandbox that stands ready."""
    return what_each_takes(server, lambda: server.ready(amount.idle), amount.idle)


MEASURES = {
    m.__name__: m
    for m in (
        latency, warm, quickack, openssh, rate, burst, memory, bulk, ciphers, echo, crowd, thousand,
        neighbour, watchers, stage, reattach, upgrade, spare, networks
    )
}
# Bombs: a server that limits nothing would take the machine down.  With
# bubblewrap 500 sessions take 9 GB, and bytes go through the same sshd.  The
# last four no peer has: a terminal ends with its link, sshd's sessions are of the
# old program until they end, nothing stands ready, and there are no networks.
ONLY = {
    "thousand": ("atoll",),
    "neighbour": ("atoll",),
    "watchers": ("atoll",),
    "stage": ("atoll",),
    "reattach": ("atoll",),
    "upgrade": ("atoll",),
    "spare": ("atoll",),
    "networks": ("atoll",),
    "crowd": ("atoll", "sshd"),
    "ciphers": ("atoll", "sshd"),
}
