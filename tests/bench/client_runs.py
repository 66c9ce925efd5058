"""Clients of the servers that are measured: the load generator, and OpenSSH's own."""
import contextlib
import subprocess
import sys

from servers import ACCOUNTS, Failed, account, read_line

CLIENT_SECONDS = 600  # a load generator that takes longer hangs
PAUSE_MS = 20  # between two logins that are made one after the other


def load_argv(load, server, mode, *more):
    return [
        *map(str, (load, mode, "-p", server.port, "-k", server.site.key)),
        *map(str, ("-u", "u", "-a", ACCOUNTS, *more)),
    ]


def said(line):
    """The numbers of one of the load generator's lines."""
    return {key: float(value) for key, value in (word.split("=") for word in line.split()[1:])}


def load_numbers(load, server, mode, *more, by=()):
    """Run the load generator; its numbers."""
    done = subprocess.run(
        [*by, *load_argv(load, server, mode, *more)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=CLIENT_SECONDS,
    )
    numbers = said(done.stdout)
    for line in done.stderr.splitlines():
        print(f"  {server.name}: {mode}: {line}", file=sys.stderr)
    if numbers.get("count", 0) == 0:
        raise Failed("nothing worked")
    return numbers


def ssh_argv(server, index, *more, lab=None):
    """The real client, without the caller's configuration and known hosts."""
    name = account(index) if lab is None else f"{account(index)}+{lab}"
    options = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null")
    options += ("LogLevel=ERROR", "BatchMode=yes", "IdentitiesOnly=yes")
    argv = ["ssh", "-F", "none", "-i", server.site.key, "-p", server.port]
    argv += [word for option in options for word in ("-o", option)]
    return [*map(str, argv), "-l", name, *more[:-1], "127.0.0.1", more[-1]]


def shell_of(server):
    return () if server.shell is None else ("-x", server.shell)


@contextlib.contextmanager
def idle_sessions(load, server, count, *more):
    """So many clients with a shell each, who do nothing."""
    argv = load_argv(load, server, "idle", "-n", count, *shell_of(server), *more)
    client = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        words = read_line(client, 300).split()
        if words != ["holding", str(count)]:
            raise Failed(" ".join(words))
        yield client
    finally:
        client.stdin.close()
        try:
            client.wait(60)
        except subprocess.TimeoutExpired:
            client.kill()
            raise
