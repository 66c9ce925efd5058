"""forwarding.py - ssh clients that forward ports, and servers in sandboxes."""
import contextlib
import socket
import subprocess
from pathlib import Path

import gateway as g
from gateway import wait_until


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def is_listening(port):
    """Does this host listen on that port?  Without connecting to find out."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            field = line.split()
            if field[3] == "0A" and int(field[1].rpartition(":")[2], 16) == port:
                return True
    return False


@contextlib.contextmanager
def client(gw, user, *args, options=(), environment=None):
    """ssh with more arguments, until the block ends.  -N unless they have a
    command."""
    argv = gw.ssh_argv(user, options=["ExitOnForwardFailure=yes", *options])
    child = subprocess.Popen(
        [*argv[:-1], "-N", *args, argv[-1]],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=g.client_environment(**(environment or {})),
    )
    try:
        yield child
    finally:
        g.hang_up(child)


@contextlib.contextmanager
def local(gw, user, to, **how):
    """-L: the local port that leads to host:port inside."""
    port = free_port()
    with client(gw, user, "-L", f"127.0.0.1:{port}:{to}", **how) as child:
        wait_until(lambda: is_listening(port) or child.poll() is not None, "ssh listens")
        assert child.poll() is None, child.stderr.read()
        yield port


def stdio(gw, user, to, data=b"", timeout=g.PATIENCE, options=()):
    """-W: stdin and stdout are the connection.  The finished process."""
    argv = gw.ssh_argv(user, options=options)
    return subprocess.run([*argv[:-1], "-W", to, argv[-1]], input=data, capture_output=True,
                          timeout=timeout, env=g.client_environment())


def connect(port):
    s = socket.create_connection(("127.0.0.1", port), timeout=g.PATIENCE)
    s.settimeout(g.PATIENCE)
    return s


def read_all(s):
    got = []
    while True:
        data = s.recv(65536)
        if not data:
            return b"".join(got)
        got.append(data)


def serve(gw, user, port, program):
    """Run a program for each connection to a port inside; it stays there for as
    long as the sandbox.  The program is one word: see write_program()."""
    gw.out(user, f"setsid nc -ll -p {port} -e {program} >/dev/null 2>&1 & "
                 f"until netstat -ltn | grep -q ':{port} '; do sleep 0.05; done")


def write_program(gw, user, text):
    """A shell script in the sandbox; its path."""
    path = gw.out(user, "f=$(mktemp); cat >$f; chmod 755 $f; echo $f",
                  stdin="#!/bin/sh\n" + text + "\n")
    return path.strip()
