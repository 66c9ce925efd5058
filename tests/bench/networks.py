"""Labs whose seats have several machines and a network: what that costs them, and what
it costs everybody else."""
import contextlib
import json
import statistics
import subprocess
import time

from client_runs import CLIENT_SECONDS, PAUSE_MS, idle_sessions, load_numbers, ssh_argv
from servers import ACCOUNTS, NO_NETWORK, Failed, account, output, read_line

FILE_BYTES = 1_000_000_000
LOGINS = 50
TIMES = 5  # that a tool is run
GONE_SECONDS = 120

# A file without blocks: the network is measured, and no disk.
SERVE = f"mkdir -p /srv; truncate -s {FILE_BYTES} /srv/file; exec httpd -f -p 80 -h /srv"
FETCH = "wget -qO /dev/null http://web/file"


def machines(*rows):
    return 'network = "lab"; machines = ( %s );\n' % ", ".join(f"{{ {row} }}" for row in rows)


LABS = {
    "alone": NO_NETWORK,
    "one": machines('name = "desk";'),
    "two": machines('name = "desk";', 'name = "web";'),
    "busy": machines('name = "desk";', f'name = "web"; command = [ "/bin/sh", "-c", "{SERVE}" ];'),
}


def login(load, server, lab, count=LOGINS):
    """From connect(2) to the first output."""
    more = ("-n", count, "-x", "echo x", "-w", PAUSE_MS, "-l", lab)
    return load_numbers(load, server, "latency", *more)["p50_ms"]


def burst(load, server, lab, count):
    return load_numbers(load, server, "burst", "-n", count, "-T", 120, "-l", lab)["max_ms"]


def echo(load, server, keys):
    """Of somebody without a network."""
    me = ("-u", f"{account(ACCOUNTS - 1)}+alone", "-a", 0)
    return load_numbers(load, server, "echo", "-n", keys, "-w", 2, *me)["p99_ms"]


def wait_until_alone(server):
    end = time.monotonic() + GONE_SECONDS
    while server.seats():
        if time.monotonic() > end:
            raise Failed("the seats do not end")
        time.sleep(0.02)


def tool_ms(server):
    times = []
    for _ in range(TIMES):
        start = time.monotonic()
        output(*server.tool, "--json", "ls")
        times.append(1000 * (time.monotonic() - start))
    return statistics.median(times)


def crowd(load, server, amount):
    """Beside so many live networks."""
    with idle_sessions(load, server, amount.crowd, "-l", "two"):
        machines = json.loads(output(*server.tool, "--json", "status"))["sandboxes"]
        if machines < 2 * amount.crowd:
            raise Failed(f"{machines} sandboxes are live, and not two a seat")
        numbers = {
            "p99_ms": echo(load, server, amount.keys),
            "beside_ms": login(load, server, "alone", 20),
            "ls_ms": tool_ms(server),
        }
        start = time.monotonic()
    wait_until_alone(server)
    return {**numbers, "end_ms": 1000 * (time.monotonic() - start)}


@contextlib.contextmanager
def inside(server, index, command):
    """A command in a seat with a web server, which is to print a line first."""
    argv = ssh_argv(server, index, f"until {FETCH}; do sleep 0.1; done; {command}", lab="busy")
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as client:
        try:
            yield read_line(client, CLIENT_SECONDS)
        finally:
            client.kill()


def transfer(server):
    """From one machine to another; MB/s."""
    timed = f"read from rest </proc/uptime; {FETCH}; read to rest </proc/uptime; echo $from $to"
    with inside(server, 0, timed) as line:
        begin, end = map(float, line.split())
        return FILE_BYTES / 1e6 / (end - begin)


def networks(load, server, amount):
    with server.labs(LABS):
        numbers = {f"{lab}_ms": login(load, server, lab) for lab in ("alone", "one", "two")}
        numbers["burst_alone_ms"] = burst(load, server, "alone", amount.burst)
        numbers["burst_ms"] = burst(load, server, "two", amount.burst)
        wait_until_alone(server)
        numbers["quiet_p99_ms"] = echo(load, server, amount.keys)
        numbers.update(crowd(load, server, amount))
        numbers["mb_per_second"] = transfer(server)
        endless = f"echo begun; while {FETCH}; do :; done"
        with inside(server, 1, endless), inside(server, 2, endless):
            numbers["busy_p99_ms"] = echo(load, server, amount.keys)
        wait_until_alone(server)
    return numbers
