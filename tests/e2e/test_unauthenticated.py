"""Who is kept out, who is not, and what they are told."""
import concurrent.futures
import contextlib
import os
import re
import signal
import socket
import struct
import subprocess
import threading
import time

import paramiko
import pytest

import gateway as g

ANYWHERE = "127.0.0.0/8"


def connect_from(gw, source, port=0):
    """A bare connection from a loopback address."""
    return socket.create_connection(
        ("127.0.0.1", gw.port), timeout=g.PATIENCE, source_address=(source, port)
    )


def read_all(s):
    """What the gateway says until it hangs up."""
    s.settimeout(g.PATIENCE)
    got = b""
    with contextlib.suppress(ConnectionResetError):
        while True:
            more = s.recv(4096)
            if not more:
                break
            got += more
    return got


def first_line(gw, source):
    """The identification, or the line that says why not."""
    with connect_from(gw, source) as s:
        s.settimeout(g.PATIENCE)
        return s.makefile("rb").readline().decode().strip()


def guess(gw, source, user, password="wrong"):
    """One password, from an address; True when it was right."""
    t = paramiko.Transport(connect_from(gw, source))
    try:
        t.start_client(timeout=g.PATIENCE)
        t.auth_password(user, password)
        return True
    except paramiko.AuthenticationException:
        return False
    finally:
        t.close()


def ssh_from(gw, source, *command, user="demo", **how):
    return gw.ssh(user, *command, options=[f"BindAddress={source}"], **how)


# --- lists of addresses -----------------------------------------------------


@pytest.mark.quick
def test_only_listed_networks_may_connect(new_gateway):
    gw = new_gateway(allow_from=["127.0.0.64/26", "::1"])
    assert ssh_from(gw, "127.0.0.70", "echo in").stdout == "in\n"
    assert first_line(gw, "127.0.0.7") == "atoll: connections from 127.0.0.7 are not allowed here (allow_from, deny_from)"
    gw.wait_log(r"refused address=127\.0\.0\.7 .*not allowed here")
    done = ssh_from(gw, "127.0.0.7", "true")
    assert done.returncode == 255


def test_a_denied_address_is_denied_although_its_network_is_allowed(new_gateway):
    gw = new_gateway(allow_from=[ANYWHERE], deny_from=["127.0.0.66"])
    assert first_line(gw, "127.0.0.65").startswith("SSH-2.0-")
    assert "not allowed here" in first_line(gw, "127.0.0.66")


def test_openssh_shows_the_reason(new_gateway):
    """An unencrypted SSH_MSG_DISCONNECT: what people read without -v."""
    gw = new_gateway(deny_from=["127.0.0.66"])
    options = ["BindAddress=127.0.0.66", "LogLevel=INFO"]
    done = gw.ssh("demo", "true", options=options)
    assert "connections from 127.0.0.66 are not allowed here" in done.stderr


def test_lists_change_at_a_reload(new_gateway):
    gw = new_gateway()
    assert first_line(gw, "127.0.0.66").startswith("SSH-2.0-")
    gw.write_config(deny_from=["127.0.0.66"])
    assert gw.atoll("reload").returncode == 0
    assert "not allowed here" in first_line(gw, "127.0.0.66")


@pytest.mark.parametrize("option", ["allow_from", "deny_from", "proxy_from"])
def test_what_is_no_network_is_an_error_with_its_line(new_gateway, option):
    gw = new_gateway(start=False, **{option: ["127.0.0.1", "lab.example.org"]})
    done = gw.check()
    assert done.returncode == 1
    assert re.search(rf":\d+: {option}: \"lab.example.org\" is not an address", done.stderr)


# --- penalties --------------------------------------------------------------


@pytest.fixture
def strict(new_gateway):
    """Two new names are two too many."""
    return new_gateway(penalty="3s", penalty_failures=5)


@pytest.mark.longer
def test_guessing_names_is_stopped_and_told_for_how_long(strict):
    assert not guess(strict, "127.0.0.66", "admin")
    assert not guess(strict, "127.0.0.66", "oracle")
    strict.wait_log(r"address penalised address=127\.0\.0\.66 seconds=3")
    told = first_line(strict, "127.0.0.66")
    assert re.fullmatch(
        r"atoll: too many failed logins from 127\.0\.0\.66; try again in [123] seconds", told
    )
    # Nobody else is concerned, and it ends.
    assert first_line(strict, "127.0.0.67").startswith("SSH-2.0-")
    g.wait_until(
        lambda: first_line(strict, "127.0.0.66").startswith("SSH-2.0-"), "the penalty is over"
    )


def test_other_connections_of_a_penalised_address_are_ended(strict):
    with connect_from(strict, "127.0.0.66") as idle, connect_from(strict, "127.0.0.67") as other:
        assert idle.recv(8) == other.recv(8) == b"SSH-2.0-"
        guess(strict, "127.0.0.66", "admin")
        guess(strict, "127.0.0.66", "oracle")
        read_all(idle)  # returns when it was ended, long before login_grace
        other.settimeout(0.5)
        with contextlib.suppress(TimeoutError):
            while other.recv(4096):
                pass
            raise AssertionError("the neighbour was ended too")


@pytest.mark.longer
def test_a_penalty_tells_no_account_from_another_name(strict):
    """The same number of wrong passwords, whether the name is an account's or not."""
    def tries(source, name):
        for n in range(1, 10):
            guess(strict, source, name)
            if "too many failed" in first_line(strict, source):
                return n
        raise AssertionError("never penalised")

    assert tries("127.0.0.66", "demo") == tries("127.0.0.67", "nobody") == 4


@pytest.mark.slow
def test_a_place_kept_without_a_login_counts_for_as_long_as_it_is_kept(new_gateway):
    """login_grace is for people; who only keeps places is counted as before."""
    gw = new_gateway(penalty="3s", penalty_failures=5, login_grace="2m")
    kept = []
    for _ in range(6):
        t = paramiko.Transport(connect_from(gw, "127.0.0.66"))
        t.start_client(timeout=g.PATIENCE)
        kept.append(t)
    began = time.monotonic()
    gw.wait_log("address penalised address=127.0.0.66", timeout=45)
    assert 25 < time.monotonic() - began
    g.wait_until(lambda: not any(t.is_active() for t in kept), "all of them are ended")


@pytest.mark.slow
def test_a_client_that_begins_no_key_exchange_has_no_time_of_people(new_gateway):
    gw = new_gateway(login_grace=14)
    t = paramiko.Transport(connect_from(gw, "127.0.0.67"))
    t.start_client(timeout=g.PATIENCE)
    began = time.monotonic()
    with connect_from(gw, "127.0.0.66") as silent:
        read_all(silent)
        assert 9 < time.monotonic() - began < 13
    assert t.is_active()  # a person looks for a password
    g.wait_until(lambda: not t.is_active(), "it is ended, too")
    assert time.monotonic() - began > 13
    t.close()


def test_typing_errors_of_an_account_are_not_guessing(strict):
    for _ in range(3):
        assert not guess(strict, "127.0.0.66", "demo")
    assert ssh_from(strict, "127.0.0.66", "echo in").stdout == "in\n"


def test_a_classroom_with_beginners_is_spared(strict):
    """After one login four times as much is allowed."""
    assert guess(strict, "127.0.0.66", "demo", "secret")
    for name in ("ailce", "bbo", "crol", "daev", "evee", "farnk"):
        assert not guess(strict, "127.0.0.66", name)
    assert ssh_from(strict, "127.0.0.66", "echo in").stdout == "in\n"
    assert not guess(strict, "127.0.0.66", "geroge")
    strict.wait_log("address penalised address=127.0.0.66")


def test_a_student_who_gets_it_right_at_last_takes_the_errors_back(strict):
    """Twenty times three errors and a login: sixty errors in all."""
    def login():
        t = paramiko.Transport(connect_from(strict, "127.0.0.66"))
        t.start_client(timeout=g.PATIENCE)
        for password in ("wrong", "wrong", "wrong", "secret"):
            with contextlib.suppress(paramiko.AuthenticationException):
                t.auth_password("demo", password)
        assert t.is_authenticated()
        t.close()

    for _ in range(20):
        login()
    assert "penalised" not in strict.log


@pytest.mark.longer
def test_keys_exchanged_for_nothing_are_penalised(strict):
    """Six times, where five are allowed; a scanner that only reads our version is spared."""
    for _ in range(10):
        assert first_line(strict, "127.0.0.66").startswith("SSH-2.0-")
    for n in range(6):
        assert "penalised" not in strict.log, n
        t = paramiko.Transport(connect_from(strict, "127.0.0.66"))
        t.start_client(timeout=g.PATIENCE)
        t.close()
        g.wait_until(lambda: strict.log.count("connection ended") == 11 + n, "it is noticed")
    assert "too many failed logins" in first_line(strict, "127.0.0.66")
    assert first_line(strict, "127.0.0.67").startswith("SSH-2.0-")


def test_zero_penalises_nobody(new_gateway):
    gw = new_gateway(penalty=0, penalty_failures=5)
    for i in range(4):
        guess(gw, "127.0.0.66", f"name{i}")
    assert first_line(gw, "127.0.0.66").startswith("SSH-2.0-")


def test_wrong_keys_are_no_guessing(strict):
    """Nobody guesses a key, and a client may have many."""
    for name in ("admin", "oracle", "demo", "root"):
        done = ssh_from(strict, "127.0.0.66", "true", user=name, key=strict.keys.stranger)
        assert done.returncode == 255
    assert first_line(strict, "127.0.0.66").startswith("SSH-2.0-")


# --- the PROXY protocol -----------------------------------------------------

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def header(source="192.0.2.7", port=40000, tlvs=b""):
    body = socket.inet_aton(source) + socket.inet_aton("192.0.2.1")
    body += struct.pack(">HH", port, 22) + tlvs
    return SIGNATURE + b"\x21\x11" + struct.pack(">H", len(body)) + body


def header6(source="2001:db8::9", port=40000):
    body = socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, "::1")
    body += struct.pack(">HH", port, 22)
    return SIGNATURE + b"\x21\x21" + struct.pack(">H", len(body)) + body


LOCAL = SIGNATURE + b"\x20\0\0\0"


class Balancer:
    """Puts a header before each connection, and passes bytes on."""

    def __init__(self, gw, first, source="127.0.0.99", joined=False):
        self.gw, self.first, self.source, self.joined = gw, first, source, joined
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listening.accept()
                server = connect_from(self.gw, self.source)
                server.settimeout(None)
                spoken = client.recv(4096) if self.joined else b""
                server.sendall(self.first + spoken)
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=self.pump, args=pair, daemon=True).start()

    @staticmethod
    def pump(a, b):
        with contextlib.suppress(OSError):
            while True:
                got = a.recv(65536)
                if not got:
                    break
                b.sendall(got)
            b.shutdown(socket.SHUT_WR)

    def close(self):
        self.listening.close()


@pytest.fixture
def balanced(new_gateway):
    """127.0.0.99 is the load balancer."""
    return new_gateway(proxy_from=["127.0.0.99"])


@pytest.fixture
def balancer(balanced):
    made = []

    def make(first, **how):
        made.append(Balancer(balanced, first, **how))
        return made[-1].port

    yield make
    for b in made:
        b.close()


@pytest.mark.parametrize(
    "first, address",
    [(header(), "192.0.2.7"), (header6(), "2001:db8::9"),
     (header(tlvs=b"\x02\0\x04host" + b"\x04\x04\0" + bytes(1024)), "192.0.2.7"),
     (LOCAL, "127.0.0.99")],
    ids=["ipv4", "ipv6", "with-tlvs", "local"],
)
def test_the_client_behind_a_balancer_is_who_counts(balanced, balancer, first, address):
    since = len(balanced.lines)
    running = balanced.ssh_start("demo", "echo $SSH_CONNECTION; read x", port=balancer(first))
    inside = running.stdout.readline().split()
    assert [inside[0], *inside[2:]] == [address, "::1" if ":" in address else "127.0.0.1", "22"]
    [row] = balanced.ls()
    assert row["address"] == address
    running.communicate("x\n", timeout=g.PATIENCE)
    assert running.returncode == 0
    assert balanced.wait_log(rf"login method=key address={re.escape(address)} port=", since)


def test_a_header_byte_by_byte_is_read(balanced):
    with connect_from(balanced, "127.0.0.99") as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in header():
            s.sendall(bytes([byte]))
        s.settimeout(g.PATIENCE)
        assert s.recv(8) == b"SSH-2.0-"


@pytest.mark.quick
def test_no_byte_after_the_header_is_lost(balanced, balancer):
    """Header and identification in one segment: the session reads the latter."""
    port = balancer(header(), joined=True)
    assert balanced.out("demo", "echo in", port=port) == "in\n"


def test_nobody_else_may_say_who_they_are(balanced):
    since = len(balanced.lines)
    with connect_from(balanced, "127.0.0.98") as s:
        s.sendall(header(source="192.0.2.8"))
        read_all(s)
    balanced.wait_log(r"connection ended address=127\.0\.0\.98", since)
    assert "192.0.2.8" not in balanced.log


@pytest.mark.quick
@pytest.mark.parametrize(
    "junk, why",
    [(b"SSH-2.0-client\r\n", "not the header of version 2"),
     (b"PROXY TCP4 192.0.2.7 192.0.2.1 40000 22\r\n", "not the header of version 2"),
     (SIGNATURE + b"\x21\x11\xff\xff", "longer than any honest header"),
     (SIGNATURE + b"\x21\x11\0\x04\x7f\0\0\1", "too short for its addresses")],
    ids=["none", "version-1", "too-long", "too-short"],
)
def test_a_balancer_that_says_anything_else_is_refused(balanced, junk, why):
    with connect_from(balanced, "127.0.0.99") as s:
        s.sendall(junk)
        told = read_all(s)
    assert told.startswith(b"atoll: no PROXY protocol header from an address of proxy_from")
    balanced.wait_log(rf"refused address=127\.0\.0\.99 .*{why}")
    assert balanced.out("demo", "echo fine") == "fine\n"


def test_a_header_that_does_not_come_is_not_waited_for(balanced):
    began = time.monotonic()
    with connect_from(balanced, "127.0.0.99") as s:
        s.sendall(header()[:20])
        assert b"it did not come" in read_all(s)
    assert 4 < time.monotonic() - began < 10


def test_lists_and_penalties_hold_for_the_client_behind_a_balancer(new_gateway):
    gw = new_gateway(
        proxy_from=["127.0.0.99"], allow_from=["192.0.2.0/24"], penalty_failures=5
    )

    def told(source, user=None):
        with contextlib.closing(connect_from(gw, "127.0.0.99")) as s:
            s.sendall(header(source=source))
            if user is None:
                return s.makefile("rb").readline()
            t = paramiko.Transport(s)
            t.start_client(timeout=g.PATIENCE)
            with pytest.raises(paramiko.AuthenticationException):
                t.auth_password(user, "wrong")
            t.close()

    assert b"connections from 198.51.100.1 are not allowed here" in told("198.51.100.1")
    assert told("192.0.2.9").startswith(b"SSH-2.0-")
    told("192.0.2.9", "admin")
    told("192.0.2.9", "oracle")
    gw.wait_log(r"address penalised address=192\.0\.2\.9")
    assert b"too many failed logins from 192.0.2.9" in told("192.0.2.9")
    assert told("192.0.2.10").startswith(b"SSH-2.0-")


# --- many passwords at once ---------------------------------------------------


@contextlib.contextmanager
def standing_still(pid):
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def before_the_password(gw, source, count):
    """Connections on which everything but the password was said."""
    def begin(_):
        t = paramiko.Transport(connect_from(gw, source))
        t.start_client(timeout=g.PATIENCE)
        return t

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


def offer(transports, password):
    """Send it, and wait for no answer."""
    answers = [threading.Event() for _ in transports]
    for t, answer in zip(transports, answers):
        t.auth_password("demo", password, event=answer)
    return answers


@pytest.mark.longer
def test_a_right_password_does_not_wait_for_the_wrong_ones_of_others(new_gateway):
    gw = new_gateway(penalty=0)
    guesses = before_the_password(gw, "127.0.0.66", 60)
    [student] = before_the_password(gw, "127.0.0.67", 1)
    with standing_still(gw.monitor):
        offer(guesses, "wrong")
        [answer] = offer([student], "secret")
        time.sleep(0.5)  # all have come to the gateway's sockets
    assert answer.wait(g.PATIENCE) and student.is_authenticated()
    waited = gw.log.split("login method=password")[0].count("login refused")
    for t in [student, *guesses]:
        t.close()
    print("guesses that were answered before:", waited)
    assert waited <= 10


@pytest.mark.longer
def test_the_password_of_who_has_left_is_not_hashed(new_gateway):
    """What it cost is seen in the monitor's processor time."""
    gw = new_gateway(penalty=0)

    def used():
        fields = open(f"/proc/{gw.monitor}/stat").read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    def cost(count, leave):
        guesses = before_the_password(gw, "127.0.0.66", count)
        before = used()
        with standing_still(gw.monitor):
            offer(guesses, "wrong")
            time.sleep(0.5)
            for t in guesses if leave else ():
                t.sock.close()
            g.wait_until(lambda: len(gw.sessions()) == (0 if leave else count), "they are gone")
        refused = count if not leave else 0
        g.wait_until(lambda: gw.log.count("login refused") >= refused, "all are answered")
        for t in guesses:
            t.close()
        g.wait_until(lambda: gw.status()["connections"] == 0, "they have left")
        return used() - before

    stayed, left = cost(40, leave=False), cost(40, leave=True)
    print("ticks of 10 ms: forty guesses", stayed, "and of forty that left", left)
    assert left * 3 < stayed


# --- a flood ----------------------------------------------------------------

FLOOD = 2000
STUDENTS = 10

FLOODER = """
import collections, resource, selectors, socket, sys, time
port, count, banner = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3].encode()
first, addresses = int(sys.argv[4]), int(sys.argv[5])
resource.setrlimit(resource.RLIMIT_NOFILE, (count + 100,) * 2)
selector = selectors.DefaultSelector()
made = told = 0
again = collections.deque()
def connect(n):
    global made
    s = socket.socket()
    s.setblocking(False)
    where = first + n % addresses
    s.bind((f"127.{where >> 16 & 255}.{where >> 8 & 255}.{where & 255}", 0))
    s.connect_ex(("127.0.0.1", port))
    selector.register(s, selectors.EVENT_READ | selectors.EVENT_WRITE, n)
    made += 1
for n in range(count):
    connect(n)
announced = report = time.monotonic()
while True:
    for key, events in selector.select(0.05):
        s = key.fileobj
        try:
            if events & selectors.EVENT_WRITE:
                if banner:
                    s.send(banner + b"\\r\\n")
                selector.modify(s, selectors.EVENT_READ, key.data)
            elif not (got := s.recv(4096)):
                raise OSError
            else:
                told += got.startswith(b"atoll: ")
        except OSError:
            selector.unregister(s)
            s.close()
            again.append((time.monotonic() + 1, key.data))
    while again and again[0][0] < time.monotonic():
        connect(again.popleft()[1])
    if time.monotonic() > report:
        print(made, told, flush=True)
        report += 0.2
"""


class Flood:
    """Holds half-open connections; each that is ended is made anew in a second."""

    def __init__(self, gw, addresses, first=0x000100, banner=""):
        self.child = subprocess.Popen(
            ["/usr/bin/python3", "-c", FLOODER]
            + [str(a) for a in (gw.port, FLOOD, banner, first, addresses)],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.made = self.told = 0
        threading.Thread(target=self.read, daemon=True).start()
        g.wait_until(lambda: self.made >= FLOOD, "the flood is there")
        g.wait_until(
            lambda: gw.status()["unauthenticated"] >= gw.options["unauthenticated_max"] - 5,
            "every place is taken",
        )

    def read(self):
        for line in self.child.stdout:
            self.made, self.told = map(int, line.split())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.kill()
        self.child.wait()
        self.child.stdout.close()


def memory_kib(pid):
    return int(g.proc_status(pid)["VmRSS"].split()[0])


@pytest.fixture
def flooded(new_gateway):
    names = [f"student{i}" for i in range(STUDENTS)]
    return new_gateway(accounts=names, unauthenticated_max=200, penalty_failures=100000)


def students_log_in(gw, tries=1):
    """Every one gets a prompt, by key and by password; the slowest one's time,
    and how often somebody had to try again."""
    slowest = again = 0
    for i in range(STUDENTS):
        began = time.monotonic()
        for left in reversed(range(tries)):
            done = (gw.ssh_password(f"student{i}", "secret", "echo in") if i % 2
                    else gw.ssh(f"student{i}", "echo in"))
            if done.stdout == "in\n":
                break
            assert left > 0, f"student{i}: {done}\n{gw.tail}"
            again += 1
        slowest = max(slowest, time.monotonic() - began)
    return slowest, again


@pytest.mark.parametrize(
    "how",
    [{"addresses": 8}, {"addresses": 8, "banner": "SSH-2.0-slow"}],
    ids=["silent", "banner"],
)
def test_a_flood_from_some_addresses_keeps_nobody_out(flooded, how):
    (quiet, _), before = students_log_in(flooded), memory_kib(flooded.monitor)
    with Flood(flooded, **how) as flood:
        slowest, _ = students_log_in(flooded)
        flooded.shell("student0").close()
        assert flooded.status()["unauthenticated"] <= 200
        grown = memory_kib(flooded.monitor) - before
        print(f"connections made {flood.made}, told why {flood.told}, slowest of {STUDENTS}"
              f" logins {slowest:.2f} s, without a flood {quiet:.2f} s;"
              f" monitor grew by {grown} KiB")
        assert flood.told > 0
        assert grown < 20 * 1024
    g.wait_until(lambda: flooded.status()["connections"] == 0, "the flood is gone")


def test_a_flood_from_ever_so_many_addresses_keeps_no_known_address_out(flooded):
    """One connection each: nobody holds more than a fair share."""
    students_log_in(flooded)
    with Flood(flooded, addresses=FLOOD) as flood:
        slowest, _ = students_log_in(flooded)
        print(f"connections made {flood.made}, told why {flood.told}, slowest {slowest:.2f} s")
        assert flood.told > 0
    g.wait_until(lambda: flooded.status()["connections"] == 0, "the flood is gone")


@pytest.mark.parametrize(
    "how", [{"addresses": FLOOD}, {"addresses": 1, "first": 1}], ids=["many", "own-address"]
)
def test_students_get_in_when_they_cannot_be_told_from_a_flood(flooded, how):
    """No login yet from their address, or the flood comes from it: who is
    refused is told so, and gets in when trying again."""
    with Flood(flooded, **how) as flood:
        slowest, again = students_log_in(flooded, tries=200)
        print(f"connections made {flood.made}, told why {flood.told},"
              f" slowest {slowest:.2f} s, tried again {again} times")
    g.wait_until(lambda: flooded.status()["connections"] == 0, "the flood is gone")
