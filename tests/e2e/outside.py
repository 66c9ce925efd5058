"""outside.py - a world for sandboxes with a network, in namespaces of its own.

"host" is where the gateway and the test run; nothing of the machine's own network is
touched.  Behind it are "world", with a web server on each of its addresses, and
"neighbour", a machine of the host's own network."""
import contextlib
import ctypes
import os
import re
import subprocess
import sys
import textwrap

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)

ALLOWED = "198.51.100.7"  # a machine of its own
NETWORK = "203.0.113.0/24"  # and one of a network
IN_NETWORK = "203.0.113.80"
OTHER = "198.51.100.8"
METADATA = "169.254.169.254"
NEIGHBOUR = "10.20.0.2"  # of a private network behind the host
HOST = "192.0.2.1"  # the host's own, public
RANGE = "10.213.0.0/16"
UPLINK = "atoll0"

SERVER = textwrap.dedent("""
    import selectors, socket, subprocess, sys
    for address in sys.argv[3:]:
        subprocess.run(["ip", "address", "add", address, "dev", "lo"], check=True)
    s = selectors.DefaultSelector()
    for port in (80, 443):
        t = socket.create_server(("0.0.0.0", port), backlog=128)
        s.register(t, selectors.EVENT_READ, "tcp")
        u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        u.bind((sys.argv[2], port))  # what answers has the address that was asked
        s.register(u, selectors.EVENT_READ, "udp")
    print("ready", flush=True)
    kept = []
    while True:
        for key, _ in s.select():
            if key.data == "udp":
                data, peer = key.fileobj.recvfrom(2048)
                key.fileobj.sendto(f"{sys.argv[1]} sees {peer[0]}".encode(), peer)
                continue
            c, peer = key.fileobj.accept()
            here = c.getsockname()
            if here[1] == 443:
                kept.append(c)  # it stays open, and says nothing more
                c.sendall(b"here\\n")
                continue
            body = f"{sys.argv[1]} {here[0]} sees {peer[0]}\\n"
            c.sendall(f"HTTP/1.0 200 OK\\r\\nContent-Length: {len(body)}\\r\\n\\r\\n{body}".encode())
            c.shutdown(socket.SHUT_WR)
            c.close()
""")


RESOLVER = "192.0.2.2"

# Whom the gateway asks for names: what it does with one is in its first word.  It tells which it was asked for.
DNS = textwrap.dedent("""
    import random, socket, struct, sys
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((sys.argv[1], 53))
    log = open(sys.argv[2], "a", buffering=1)
    other, network, private, host = sys.argv[3:7]
    turn = 0

    def wire(name):
        return b"".join(bytes([len(p)]) + p.encode() for p in name.split(".")) + b"\\0"

    def record(name, kind, data, ttl=300):
        return wire(name) + struct.pack("!HHIH", kind, 1, ttl, len(data)) + data

    def reply(ident, name, records, code=0, flags=0x8180):
        return struct.pack("!6H", ident, flags | code, 1, len(records), 0, 0) + wire(name) + b"\\0\\1\\0\\1" + b"".join(records)

    def is_at(name, *addresses, ttl=300):
        return [record(name, 1, socket.inet_aton(a), ttl) for a in addresses]

    print("ready", flush=True)
    while True:
        data, peer = s.recvfrom(2048)
        ident = struct.unpack("!H", data[:2])[0]
        parts, at = [], 12
        while data[at]:
            parts.append(data[at + 1:at + 1 + data[at]].decode())
            at += data[at] + 1
        name, kind = ".".join(parts), parts[0]
        log.write(name + "\\n")
        evil = is_at(name, network)
        say = lambda *a, **k: s.sendto(reply(*a, **k), peer)
        if kind == "silent":
            continue
        elif kind == "gone":
            say(ident, name, [], code=3)
        elif kind == "broken":
            say(ident, name, [], code=2)
        elif kind == "none":
            say(ident, name, [])
        elif kind == "cut":
            say(ident, name, [], flags=0x8380)
        elif kind == "private":
            say(ident, name, is_at(name, private, "127.0.0.1", "169.254.169.254"))
        elif kind == "host":
            say(ident, name, is_at(name, host))
        elif kind == "mixed":
            say(ident, name, is_at(name, private, other, "0.0.0.0"))
        elif kind == "chain":
            say(ident, name, is_at("b.cdn", other) + [record("a.cdn", 5, wire("B.cdn")), record(name, 5, wire("a.cdn"))] + is_at("c.cdn", network))
        elif kind == "loop":
            say(ident, name, [record(name, 5, wire("x.cdn")), record("x.cdn", 5, wire(name))])
        elif kind == "many":
            say(ident, name, is_at(name, other, *(f"203.0.{1 + n // 250}.{n % 250 + 1}" for n in range(999))))
        elif kind == "changes":
            turn += 1
            say(ident, name, is_at(name, f"203.0.114.{turn}", ttl=1))
        elif kind in ("liar", "forged"):
            for n in range(20 if kind == "forged" else 3):
                say(ident ^ (n + 1), name, evil)
            say(ident, "not." + name, is_at("not." + name, network))
            say(ident, name, evil, flags=0)
            s.sendto(reply(ident, name, evil)[:-3], peer)
            s.sendto(b"", peer)
            t = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            t.bind((sys.argv[1], 0))
            t.sendto(reply(ident, name, evil), peer)
            t.close()
            if kind == "liar":
                say(ident, name, is_at(name, other))
        else:
            say(ident, name, is_at(name, other))
""")


def call(*args):
    subprocess.run([str(a) for a in args], check=True, capture_output=True, text=True)


def setns(fd):
    if libc.setns(fd, CLONE_NEWNET) == -1:
        raise OSError(ctypes.get_errno(), "setns")


class World:
    """The namespaces; each is held by a server in it, or by us."""

    def __init__(self):
        self.own = os.open("/proc/self/ns/net", os.O_RDONLY)
        self.servers = []

    def __enter__(self):
        if libc.unshare(CLONE_NEWNET) == -1:
            raise OSError(ctypes.get_errno(), "unshare")
        self.host = os.open("/proc/self/ns/net", os.O_RDONLY)
        call("ip", "link", "set", "lo", "up")
        with open("/proc/sys/net/ipv4/ip_forward", "w") as f:
            f.write("1")
        world = self.serve("world", IN_NETWORK, ALLOWED, OTHER, IN_NETWORK, METADATA, "100.64.0.9", "192.168.7.7")
        self.link("world", world, HOST, "192.0.2.2/24")
        self.inside(world, "ip", "route", "add", "default", "via", HOST)
        call("ip", "route", "add", "default", "via", "192.0.2.2")
        neighbour = self.serve("neighbour")
        self.link("neighbour", neighbour, "10.20.0.1", f"{NEIGHBOUR}/24")
        self.inside(neighbour, "ip", "route", "add", "default", "via", "10.20.0.1")
        self.here = self.serve("host", own=False)
        return self

    def serve(self, name, udp="0.0.0.0", *addresses, own=True):
        """A web server in a network namespace of its own that has these addresses, and its process."""
        child = subprocess.Popen([*(["unshare", "-n"] if own else []), sys.executable, "-c", SERVER, name, udp, *addresses],
                                 stdout=subprocess.PIPE, text=True)
        self.servers.append(child)
        assert child.stdout.readline() == "ready\n"
        return child

    @contextlib.contextmanager
    def resolver(self, log):
        """Names, at RESOLVER; each that it is asked for is a line of log."""
        child = subprocess.Popen(["nsenter", "-t", str(self.servers[0].pid), "-n", sys.executable, "-c", DNS, RESOLVER, log,
                                  OTHER, IN_NETWORK, NEIGHBOUR, HOST], stdout=subprocess.PIPE, text=True)
        try:
            assert child.stdout.readline() == "ready\n"
            yield child
        finally:
            child.kill()
            child.wait()

    @staticmethod
    def inside(child, *args):
        call("nsenter", "-t", child.pid, "-n", *args)

    def link(self, name, child, ours, theirs):
        self.inside(child, "ip", "link", "set", "lo", "up")
        call("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", child.pid)
        call("ip", "address", "add", f"{ours}/24", "dev", name)
        call("ip", "link", "set", name, "up")
        self.inside(child, "ip", "address", "add", theirs, "dev", "eth0")
        self.inside(child, "ip", "link", "set", "eth0", "up")

    @staticmethod
    def set_up_uplink():
        """What atoll.conf(5) asks of the site; the world knows the way back."""
        call("ip", "address", "replace", "10.213.0.1/30", "dev", UPLINK)
        call("ip", "link", "set", UPLINK, "up")

    def __exit__(self, *_):
        for child in self.servers:
            child.kill()
            child.wait()
        setns(self.own)
        os.close(self.host)
        os.close(self.own)


@contextlib.contextmanager
def world():
    with World() as w:
        yield w


def router(gw, *args):
    """What a program says in the router's namespace."""
    [pid] = gw.pids_of("atoll-net")
    done = subprocess.run(["nsenter", "-t", str(pid), "-n", *args], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def elements(gw):
    """Names of sandboxes' interfaces that the map has, and each set that counts."""
    kept = [set(re.findall(r'"(s\d+)"', router(gw, "nft", "list", *what)))
            for what in (["map", "inet", "atoll", "seats"],
                         *(["set", "inet", "atoll", name] for name in ("refusals", "too_fast", "too_many")))]
    return kept[0] if all(k == kept[0] for k in kept) else {"not the same", *map(str, kept)}


def links(gw):
    return {line.split(":")[1].split("@")[0].strip() for line in router(gw, "ip", "-o", "link").splitlines()} - {"lo"}
