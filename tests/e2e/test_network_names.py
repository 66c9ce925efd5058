"""Names in egress.allow: who may ask for what, what comes of it, and what does not."""
import contextlib
import os
import re
import signal
import subprocess
import time

import pytest

import gateway as g
import outside as o
import test_network as tn
from gateway import wait_until

ODD = ("silent", "gone", "broken", "none", "cut", "private", "host", "mixed", "chain", "loop", "many", "changes", "liar", "forged")
LABS = {"out": {"network": "internet", "egress": {"allow": ["web.test:80", "*.cdn.test:443", f"{o.ALLOWED}:80", *(f"{n}.test:80" for n in ODD)]}},
        "any": {"network": "internet", "egress": {"allow": ["web.test:*"]}},
        "address": {"network": "internet", "egress": {"allow": [f"{o.ALLOWED}:80"]}}}

# ask.py NAME[/TYPE]... : what each is answered, as "name code addresses".
ASK = """import random, socket, struct, sys
for name in sys.argv[1:]:
    name, _, kind = name.partition("/")
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(5)
    s.connect(("169.254.1.1", 53))
    ident = random.randrange(65536)
    wire = b"".join(bytes([len(p)]) + p.encode() for p in name.split(".")) + b"\\0" + struct.pack("!HH", int(kind or 1), 1)
    for tried in range(3):  # as a resolver does
        try:
            s.send(struct.pack("!6H", ident, 256, 1, 0, 0, 0) + wire)
            said = s.recv(4096)
            break
        except OSError as e:
            said = type(e).__name__
            if said != "TimeoutError" and said != "timeout":
                break
    if isinstance(said, str):
        print(name, said)
        continue
    got, flags, questions, count, others, more = struct.unpack("!6H", said[:12])
    assert (got, questions, others, more) == (ident, 1, 0, 0) and said[12:12 + len(wire)] == wire and len(said) <= 512
    records = said[12 + len(wire):]
    assert len(records) == 16 * count
    print(name, flags & 15, *(socket.inet_ntoa(records[16 * n + 12:16 * n + 16]) for n in range(count)))
"""


@pytest.fixture(scope="module", autouse=True)
def world():
    with o.world() as w:
        yield w


@pytest.fixture(scope="module")
def asked(world, tmp_path_factory):
    """What the resolver was asked for so far."""
    log = tmp_path_factory.mktemp("dns") / "log"
    with world.resolver(log):
        yield lambda: log.read_text().split()


@pytest.fixture(scope="module")
def gw(world, asked, start_gateway):
    return tn.begin(start_gateway(labs=LABS, accounts=["demo", "bob"], network_resolver=o.RESOLVER), world)


@pytest.fixture
def t(gw):
    """A terminal in the one sandbox."""
    t = gw.shell("demo+out")
    t.run("true")
    wait_until(lambda: gw.pids_of("atoll-names"), "atoll-names")
    yield t
    t.close()
    tn.wait_empty(gw)


def ask(gw, *names):
    done = tn.in_sandbox(gw, "python3", "-c", ASK, *names)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def ask_one(gw, name):
    [said] = ask(gw, name)
    return said.removeprefix(name + " ")


def greeting(gw, address):
    """What a server at port 443 says first; it says no more, and stays."""
    return tn.in_sandbox(gw, "python3", "-c", f"import socket; print(socket.create_connection(('{address}', 443), 3).recv(9).decode(), end='')").stdout


def names(gw):
    [pid] = gw.pids_of("atoll-names")
    return pid


def named(gw):
    """{ "198.51.100.8 . 80": seconds } of all labs."""
    found = re.findall(r"([\d.]+ \. \d+|[\d.]+) timeout (\w+) expires", o.router(gw, "nft", "list", "table", "inet", "atoll"))
    return {what: sum(int(n) * {"h": 3600, "m": 60, "s": 1}[u] for n, u in re.findall(r"(\d+)([hms])", long)) for what, long in found}


# --- what is answered --------------------------------------------------------------


def test_a_name_is_asked_for_and_reached_at_its_port(gw, t):
    assert t.run("grep -v '^#' /etc/resolv.conf")[0].strip() == "nameserver 169.254.1.1"
    assert tn.REFUSED.search(t.run(tn.get_from(o.OTHER))[0])
    assert ask_one(gw, "web.test") == f"0 {o.OTHER}"
    assert t.run(tn.get_from(o.OTHER))[0].strip() == f"world {o.OTHER} sees 10.213.0.2"
    assert tn.REFUSED.search(t.run(tn.get_from(o.OTHER, 443))[0])
    assert ask_one(gw, "a.b.CDN.test") == f"0 {o.OTHER}"
    assert greeting(gw, o.OTHER) == "here\n"
    # as long as the answer holds and a minute
    assert {k: v for k, v in named(gw).items() if k.startswith(o.OTHER)} == {f"{o.OTHER} . 80": 360, f"{o.OTHER} . 443": 360}


def test_a_program_in_the_sandbox_is_answered(gw, t):
    said = t.run("nslookup web.test 2>&1")[0]
    assert o.OTHER in said.split("web.test", 1)[1]


def test_a_lab_reaches_all_ports_and_pings_where_it_says_so(gw):
    t = gw.shell("demo+any")
    t.run("true")
    assert ask_one(gw, "web.test") == f"0 {o.OTHER}"
    assert greeting(gw, o.OTHER) == "here\n"
    assert tn.in_sandbox(gw, "ping", "-c", "1", "-W", "3", o.OTHER).returncode == 0
    assert f"{o.OTHER}" in named(gw)
    t.close()
    tn.wait_empty(gw)


def test_there_is_no_ipv6_and_nothing_else_is_told(gw, t, asked):
    before = asked()
    assert ask(gw, "web.test/28", "web.test/16", "web.test/65") == ["web.test 0"] * 3
    assert asked() == before


def test_what_is_not_allowed_does_not_leave_the_host(gw, t, asked):
    before = asked()
    assert ask(gw, "evil.test", "cdn.test", "xweb.test", "web.test.evil.test", "73656372657473.tunnel.test/16", "9.2.0.192.in-addr.arpa/12") == [
        "evil.test 5", "cdn.test 5", "xweb.test 5", "web.test.evil.test 5", "73656372657473.tunnel.test 5", "9.2.0.192.in-addr.arpa 5"]
    assert asked() == before
    said = t.run("lab why")[0]
    assert "Names asked for in vain, in the last minutes:" in said
    assert "  evil.test is not among the names that this lab may reach; asked 1 time" in said


def test_addresses_that_no_lab_reaches_are_not_told(gw, t):
    assert ask(gw, "private.test", "host.test", "mixed.test") == ["private.test 0", "host.test 0", f"mixed.test 0 {o.OTHER}"]
    said = t.run("lab why")[0]
    for name in ("private.test", "host.test"):
        assert f"  {name} resolves only to addresses that no lab may reach: private, or of this gateway itself; asked 1 time" in said
    assert "mixed.test" not in said.split("in vain")[1]
    assert not [a for a in named(gw) if a.startswith(("10.", "127.", "169.", o.HOST + " "))]


def test_what_is_answered_oddly_is_read_strictly(gw, t):
    assert ask(gw, "chain.test", "loop.test", "liar.test", "none.test", "gone.test", "broken.test", "cut.test") == [
        f"chain.test 0 {o.OTHER}", "loop.test 0", f"liar.test 0 {o.OTHER}", "none.test 0", "gone.test 3", "broken.test 2", "cut.test 2"]
    # what was said to another question, with another number or from another port, is not let through
    assert not [a for a in named(gw) if a.startswith(o.IN_NETWORK)]
    said = t.run("lab why")[0]
    assert "  gone.test does not resolve: there is no such name; asked 1 time" in said
    assert "  none.test does not resolve: it has no IPv4 address; asked 1 time" in said
    assert "  broken.test does not resolve: the site's resolver gave no answer; " in said


def test_a_resolver_that_says_nothing_or_only_lies_is_told(gw, t):
    assert ask_one(gw, "silent.test") == "2"
    assert ask_one(gw, "forged.test") == "2"
    assert not [a for a in named(gw) if a.startswith(o.IN_NETWORK)]
    said = t.run("lab why")[0]
    for name in ("silent.test", "forged.test"):
        assert f"  {name} does not resolve: the site's resolver gave no answer; " in said


def test_of_a_thousand_addresses_sixteen_are_told_and_one_that_changes_does_not_fill_the_lab(gw, t):
    said = ask_one(gw, "many.test").split()
    assert said[:2] == ["0", o.OTHER] and len(said) == 17
    assert ask(gw, *["changes.test"] * 20) == [f"changes.test 0 203.0.114.{n}" for n in range(1, 21)]
    # an answer for a second holds for a minute, and one more
    assert {v for k, v in named(gw).items() if k.startswith("203.0.114.")} == {120}


# --- how much ----------------------------------------------------------------------

FLOOD = """import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(("169.254.1.1", 53))
for n in range(2000):
    wire = b"".join(bytes([len(p)]) + p for p in [b"%d" % n, b"cdn", b"test"]) + b"\\0\\0\\1\\0\\1"
    try:
        s.send(struct.pack("!6H", n, 256, 1, 0, 0, 0) + wire)
    except OSError:
        pass
"""


def test_who_asks_without_end_is_heard_as_often_as_others(gw, t, asked):
    before, first = len(asked()), set(gw.inits())
    begun = time.monotonic()
    assert tn.in_sandbox(gw, "python3", "-c", FLOOD).returncode == 0
    other = gw.shell("bob+out")
    other.run("true")
    [init] = set(gw.inits()) - first
    said = subprocess.run(["nsenter", "-t", str(init), "-n", "python3", "-c", ASK, "web.test"], capture_output=True, text=True, timeout=20)
    assert said.stdout == f"web.test 0 {o.OTHER}\n"
    assert len(asked()) - before <= 60 + 5 * (time.monotonic() - begun + 1) + 1
    other.close()
    # it takes no place in the table of connections, which is everybody's
    assert "dst=169.254.1.1" not in o.router(gw, "cat", "/proc/net/nf_conntrack")
    wait_until(lambda: "was asked for too fast: some questions were not answered" in t.run("lab why")[0], "it is told")


# --- bytes -------------------------------------------------------------------------

BYTES = """import os, random, socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(("169.254.1.1", 53))
head = struct.pack("!6H", 1, 256, 1, 0, 0, 0)
for text in (b"", b"x", head, head + b"\\xc0\\x0c\\0\\1\\0\\1", head + b"\\x3fabc", head + b"\\3web\\4test\\0\\0\\1\\0\\1" + b"x" * 1400,
             b"\\0\\1\\1\\0\\0\\2" + b"\\0" * 30, head[:2] + b"\\x81" + head[3:] + b"\\3web\\4test\\0\\0\\1\\0\\1", *(os.urandom(n) for n in range(1, 40))):
    s.send(text)
"""


def test_bytes_that_are_no_question_are_left_out(gw, t, asked):
    pid, before = names(gw), asked()
    assert tn.in_sandbox(gw, "python3", "-c", BYTES).returncode == 0
    assert ask_one(gw, "web.test") == f"0 {o.OTHER}"
    assert names(gw) == pid and asked() == [*before, "web.test"]


def test_who_has_no_names_may_not_ask(gw):
    t = gw.shell("demo+address")
    assert "names no name server" in t.run("cat /etc/resolv.conf")[0]
    assert "ConnectionRefused" in ask_one(gw, "web.test") or "OSError" in ask_one(gw, "web.test")
    assert "169.254.1.1:53 (udp) is of 169.254.0.0/16" in t.run("lab why")[0]
    t.close()
    tn.wait_empty(gw)


# --- the process -------------------------------------------------------------------


def test_after_a_kill_what_was_found_stays_and_another_answers(gw, t):
    assert ask_one(gw, "web.test") == f"0 {o.OTHER}"
    pid, found = names(gw), set(named(gw))
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: gw.pids_of("atoll-names") not in ([], [pid]), "another one")
    assert set(named(gw)) == found
    assert t.run(tn.get_from(o.OTHER))[0].strip() == f"world {o.OTHER} sees 10.213.0.2"
    wait_until(lambda: ask_one(gw, "web.test") == f"0 {o.OTHER}", "it answers")


def test_after_a_kill_of_atoll_net_names_are_answered_again(gw, t):
    before = {tn.net(gw), names(gw)}
    os.kill(tn.net(gw), signal.SIGKILL)
    wait_until(lambda: len({*gw.pids_of("atoll-net"), *gw.pids_of("atoll-names")} - before) == 2, "both anew")
    wait_until(lambda: ask_one(gw, "web.test") == f"0 {o.OTHER}", "it answers")
    assert t.run(tn.get_from(o.OTHER))[0].strip() == f"world {o.OTHER} sees 10.213.0.2"


def test_after_an_upgrade_a_sandbox_of_before_is_answered(gw, t):
    before = {tn.net(gw), names(gw)}
    assert gw.atoll("upgrade").returncode == 0
    wait_until(lambda: len({*gw.pids_of("atoll-net"), *gw.pids_of("atoll-names")} - before) == 2, "both anew")
    gw.write_lab("out", LABS["address"])  # it keeps what it had
    assert gw.atoll("reload").returncode == 0
    wait_until(lambda: ask_one(gw, "web.test") == f"0 {o.OTHER}", "it answers")
    assert t.run(tn.get_from(o.OTHER))[0].strip() == f"world {o.OTHER} sees 10.213.0.2"
    gw.write_lab("out", LABS["out"])
    assert gw.atoll("reload").returncode == 0


def test_it_holds_nothing_and_reaches_the_resolver_alone(gw, t):
    status = g.proc_status(names(gw))
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == int(status["CapBnd"], 16) == 0
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == ("0" if g.SANITIZED else "2")
    kinds = {os.readlink(f"/proc/{names(gw)}/fd/{n}").split(":")[0] for n in range(3, 10) if os.path.lexists(f"/proc/{names(gw)}/fd/{n}")}
    assert kinds == {"socket"}
    # what else is in the router's namespace gets no further
    udp = "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(2); s.connect(('%s', %d)); s.send(b'x'); s.recv(9)"
    [pid] = gw.pids_of("atoll-net")
    done = subprocess.run(["nsenter", "-t", str(pid), "-n", "python3", "-c", udp % (o.IN_NETWORK, 443)], capture_output=True, text=True)
    assert "Operation not permitted" in done.stderr


def test_it_runs_only_where_a_lab_allows_names_and_asks_who_is_set(gw, asked):
    gw.write_lab("out", LABS["address"])
    gw.write_lab("any", LABS["address"])
    assert gw.atoll("reload").returncode == 0
    wait_until(lambda: not gw.pids_of("atoll-names"), "it has ended")
    gw.write_lab("out", LABS["out"])
    gw.write_config(network_resolver=o.HOST)
    assert gw.atoll("reload").returncode == 0
    t = gw.shell("demo+out")
    t.run("true")
    wait_until(lambda: gw.pids_of("atoll-names"), "it is there again")
    before = asked()
    wait_until(lambda: ask_one(gw, "web.test") == "2", "nobody answers")
    assert asked() == before
    gw.write_config(network_resolver=o.RESOLVER)
    assert gw.atoll("reload").returncode == 0
    wait_until(lambda: ask_one(gw, "web.test") == f"0 {o.OTHER}", "it asks the other")
    t.close()
    tn.wait_empty(gw)


MANY = 12


def test_many_seats_leave_nothing_whatever_was_killed(world, asked, new_gateway):
    accounts = [f"s{n}" for n in range(MANY)]
    gw = new_gateway(labs={"out": LABS["out"]}, accounts=accounts, network_resolver=o.RESOLVER,
                     network_uplink="atoll1", network_range="10.214.0.0/16")
    seats = [gw.ssh_start(f"{a}+out", "cat") for a in accounts]
    wait_until(lambda: len(gw.inits()) == MANY and len(o.elements(gw)) == MANY, "all of them", details=lambda: gw.tail)
    assert o.router(gw, "nft", "list", "set", "inet", "atoll", "asking").count('"s') == MANY
    for pid in (*gw.pids_of("atoll-names"), tn.net(gw), *gw.inits()[::3], *gw.sessions()[::3]):
        with contextlib.suppress(ProcessLookupError):  # it has ended with one of those before
            os.kill(pid, signal.SIGKILL)
    for seat in seats:
        seat.stdin.close()
    for seat in seats:
        seat.wait(timeout=g.PATIENCE)
    gw.wait_no_sandbox()
    wait_until(lambda: gw.pids_of("atoll-net") and gw.pids_of("atoll-names"), "both are there")
    tn.wait_empty(gw)
    assert '"s' not in o.router(gw, "nft", "list", "set", "inet", "atoll", "asking")
    assert not re.findall(r"10\.214\.[1-9]", o.router(gw, "ip", "route") + o.router(gw, "ip", "neighbour", "show", "nud", "all"))


# --- what is refused ---------------------------------------------------------------


@pytest.mark.parametrize("allow, why", [
    ("deb.debian.org", '"deb.debian.org" needs a port after its name, such as :443, or :* for all'),
    ("deb..org:443", '"deb..org:443" does not begin with a host\'s name'),
    ("*.org:443", '"*.org:443" needs two parts at least after its *'),
    ("a.*.org:443", "does not begin with a host's name"),
])
def test_a_name_that_cannot_be_is_told(new_gateway, allow, why):
    gw = new_gateway(start=False, labs={"box": {"network": "internet", "egress": {"allow": [allow]}}})
    said = gw.check().stderr
    assert re.search(r"box.conf:\d+: egress.allow: ", said) and why in said


@pytest.mark.parametrize("lab, site, why", [
    ({"dns": ["192.0.2.53"]}, {}, "dns names a server, and egress.allow has names, which sandboxes ask the gateway for"),
    ({}, {"names_user": "nobody-at-all"}, "a name in egress.allow needs the names_user of the site, and there is no user nobody-at-all"),
    ({}, {"names_user": "_atoll_net"}, "needs a names_user of its own"),
    ({}, {"network_resolver": "127.0.0.53"}, 'network_resolver = "127.0.0.53" is not the IPv4 address of a resolver'),
])
def test_a_setting_for_names_that_cannot_be_is_told(new_gateway, lab, site, why):
    gw = new_gateway(start=False, labs={"box": {**LABS["any"], **lab}}, **site)
    assert why in gw.check().stderr


def test_check_host_says_who_is_asked(new_gateway):
    gw = new_gateway(start=False, labs={"any": LABS["any"]}, network_resolver="192.0.2.53")
    rows = subprocess.run([g.BUILD / "atoll", "check-host", "-c", gw.config_file], capture_output=True, text=True).stdout
    assert re.search(r"resolver +ok +- +192\.0\.2\.53 is asked for the names of lab any", rows), rows
