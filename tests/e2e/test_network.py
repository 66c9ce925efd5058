"""network = "internet": what a lab's sandboxes reach, and what none ever does."""
import os
import re
import signal
import subprocess

import pytest

import gateway as g
import outside as o
from gateway import wait_until

EGRESS = {"allow": [f"{o.ALLOWED}:80", f"{o.ALLOWED}:443", f"{o.NETWORK}:*"]}
LABS = {"out": {"network": "internet", "egress": EGRESS, "staff": ["teachers"]},
        "all": {"network": "internet", "egress": {"allow": ["0.0.0.0/0:*"]}},
        "shut": {"network": "internet"},
        "few": {"network": "internet", "egress": {**EGRESS, "connections": 4, "new_per_second": 1000}},
        "slow": {"network": "internet", "egress": {**EGRESS, "rate": "64K", "new_per_second": 1}},
        "quick": {"network": "internet", "egress": {**EGRESS, "new_per_second": 1000}},
        "none": {}}
REFUSED = re.compile("No route to host|Host is unreachable|Network is unreachable")


@pytest.fixture(scope="module", autouse=True)
def world():
    with o.world() as w:
        yield w


def begin(gw, world):
    wait_until(has_uplink, "the uplink", details=lambda: gw.tail)
    world.set_up_uplink()
    return gw


def has_uplink():
    return subprocess.run(["ip", "link", "show", o.UPLINK], capture_output=True).returncode == 0


@pytest.fixture(scope="module")
def gw(world, start_gateway):
    return begin(start_gateway(labs=LABS, accounts=["demo", {"name": "ann", "groups": ["teachers"]}, "bob"], web={"port": 0}), world)


def get_from(address, port=80):
    """busybox's wget, linked statically, looks for names and dies of it."""
    return f"printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 3 {address} {port} 2>&1 | tail -n 1"


def get(gw, who, address, port=80):
    """What the web server there says, or how it failed."""
    return gw.ssh(who, get_from(address, port)).stdout.strip()


def net(gw):
    [pid] = gw.pids_of("atoll-net")
    return pid


def in_sandbox(gw, *args):
    """As root of the host, in the network namespace of the one sandbox."""
    [init] = wait_until(lambda: len(gw.inits()) == 1 and gw.inits(), "one sandbox")
    return subprocess.run(["nsenter", "-t", str(init), "-n", *args], capture_output=True, text=True, timeout=20)


def wait_empty(gw):
    wait_until(lambda: o.elements(gw) == set() and o.links(gw) == {"uplink"}, "nothing left in the router",
               details=lambda: f"{o.elements(gw)} {o.links(gw)}\n{gw.tail}")


# --- what is reached ---------------------------------------------------------------


def test_what_is_allowed_is_reached_and_the_world_sees_one_address(gw):
    assert get(gw, "demo+out", o.ALLOWED) == f"world {o.ALLOWED} sees 10.213.0.2"
    assert get(gw, "demo+out", o.IN_NETWORK) == f"world {o.IN_NETWORK} sees 10.213.0.2"


UDP = """import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(3)
s.connect((sys.argv[1], 443))
s.send(b"x")
print(s.recv(100).decode())"""


def test_udp_and_ping_are_as_tcp(gw):
    t = gw.shell("demo+out")
    t.run("true")
    assert in_sandbox(gw, "python3", "-c", UDP, o.IN_NETWORK).stdout == "world sees 10.213.0.2\n"
    assert "No route to host" in in_sandbox(gw, "python3", "-c", UDP, o.OTHER).stderr
    t.close()


def test_what_is_not_allowed_is_refused(gw):
    assert REFUSED.search(get(gw, "demo+out", o.OTHER))
    # the address, and not that port
    assert REFUSED.search(get(gw, "demo+out", o.ALLOWED, 8080))
    assert REFUSED.search(get(gw, "demo+shut", o.ALLOWED))


def test_whoever_allows_everything_allows_what_is_public(gw):
    assert get(gw, "demo+all", o.OTHER) == f"world {o.OTHER} sees 10.213.0.2"


def test_whoever_allows_everything_does_not_allow_these(gw):
    never = [o.METADATA, o.NEIGHBOUR, "192.168.7.7", "100.64.0.9",  # there is a web server on each
             o.HOST, "10.20.0.1", "10.213.0.1",  # the host's own
             "10.213.0.2", "169.254.1.1"]  # the router's
    all_at_once = " ".join(f"({get_from(a)}) >/tmp/{a} &" for a in [*never, o.OTHER])
    said = gw.out("demo+all", f"{all_at_once} wait; cd /tmp; grep . *").splitlines()
    assert [line for line in said if "sees" in line] == [f"{o.OTHER}:world {o.OTHER} sees 10.213.0.2"]
    assert len(said) == len(never) + 1


def test_an_address_that_the_host_gets_later_is_refused_soon(gw):
    o.call("ip", "address", "add", "192.0.2.77/32", "dev", "lo")
    try:
        wait_until(lambda: REFUSED.search(get(gw, "demo+all", "192.0.2.77")), "it is refused")
    finally:
        o.call("ip", "address", "del", "192.0.2.77/32", "dev", "lo")


def test_none_of_a_hundred_addresses_of_the_host_is_forgotten(gw):
    many = [f"192.0.2.{n}" for n in range(100, 200)]
    for address in many:
        o.call("ip", "address", "add", f"{address}/32", "dev", "lo")
    try:
        wait_until(lambda: REFUSED.search(get(gw, "demo+all", many[-1])), "it is refused")
        assert all(REFUSED.search(get(gw, "demo+all", address)) for address in (many[0], many[63], many[64]))
    finally:
        for address in many:
            o.call("ip", "address", "del", f"{address}/32", "dev", "lo")


def test_a_lab_without_a_network_has_none(gw):
    assert "eth0" not in gw.out("demo+none", "cat /proc/net/dev")
    assert "Network is unreachable" in get(gw, "demo+none", o.ALLOWED)


# --- between sandboxes -------------------------------------------------------------


def address_of(gw, who):
    return re.search(r"inet (10\.213\.\d+\.\d+)", gw.out(who, "ip address show eth0")).group(1)


def test_sandboxes_do_not_reach_each_other(gw):
    server = gw.shell("ann+all")
    server.type("nc -ll -p 8000 -e echo sees")
    address = address_of(gw, "ann+all")
    assert address != address_of(gw, "bob+all")
    wait_until(lambda: get(gw, "ann+all", address, 8000) == "sees", "it is there")
    assert REFUSED.search(get(gw, "bob+all", address, 8000))
    server.close()


def test_another_source_address_gets_nowhere_even_for_root_of_the_host(gw):
    t = gw.shell("demo+all")
    assert "sees" in t.run(get_from(o.OTHER))[0]
    assert in_sandbox(gw, "ip", "address", "add", "10.213.9.9/32", "dev", "eth0").returncode == 0
    own = address_of(gw, "demo+all")
    curl = ["curl", "-s", "-m", "2", f"http://{o.OTHER}/", "--interface"]
    assert "sees" in in_sandbox(gw, *curl, own).stdout
    assert in_sandbox(gw, *curl, "10.213.9.9").returncode != 0
    t.close()


def test_there_is_no_ipv6_beyond_its_own_interface(gw):
    t = gw.shell("demo+all")
    t.run("true")
    assert o.router(gw, "ip", "-6", "address").strip() == ""
    assert in_sandbox(gw, "ip", "-6", "route", "get", "2001:db8::1").returncode != 0
    t.close()


# --- how much ----------------------------------------------------------------------


def test_connections_are_counted(gw):
    t = gw.shell("demo+few")
    t.run(f"for i in 1 2 3 4 5 6; do (sleep 20 | nc {o.ALLOWED} 443 >/tmp/$i) & done; true")
    wait_until(lambda: t.run("cat /tmp/? | grep -c here")[0].strip() == "4", "four of six")
    t.run("sleep 0.3")
    assert t.run("cat /tmp/? | grep -c here")[0].strip() == "4"
    t.close()


def test_both_ends_have_the_rate(gw):
    wait_empty(gw)
    t = gw.shell("demo+slow")
    t.run("true")
    [link] = o.links(gw) - {"uplink"}
    assert "tbf" in o.router(gw, "tc", "qdisc", "show", "dev", link)
    assert "rate 512Kbit" in o.router(gw, "tc", "qdisc", "show", "dev", link).replace("524288bit", "512Kbit")
    assert "rate 512Kbit" in in_sandbox(gw, "tc", "qdisc", "show", "dev", "eth0").stdout.replace("524288bit", "512Kbit")
    assert "limit rate 1/second burst 1 packets" in o.router(gw, "nft", "list", "table", "inet", "atoll")
    # it may not change any of it
    assert "not permitted" in t.run("ip link set eth0 down 2>&1")[0]
    t.close()


# --- what was refused --------------------------------------------------------------

KNOCK = """import socket, sys
for n in range(int(sys.argv[3])):
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM if sys.argv[4] == "tcp" else socket.SOCK_DGRAM)
    s.setblocking(False)
    s.connect_ex((sys.argv[1], int(sys.argv[2]) + n))
    if sys.argv[4] == "udp":
        s.send(b"x")
"""


def metric(gw, lab, reason):
    text = subprocess.run(["curl", "-s", "-m", "20", "--unix-socket", gw.run_dir / "web.sock", "http://atoll/metrics"],
                          capture_output=True, text=True).stdout
    found = re.search(rf'^atoll_network_refusals_total{{lab="{lab}",reason="{reason}"}} (\d+)$', text, re.M)
    return int(found.group(1)) if found else -1


def knock(gw, address, port, count=1, how="udp"):
    """One packet to each of so many ports."""
    assert in_sandbox(gw, "python3", "-c", KNOCK, address, str(port), str(count), how).stderr == ""


def test_what_was_refused_is_told_to_student_staff_and_administrator(gw):
    t = gw.shell("demo+out")
    allowed = f"This lab may reach: {o.ALLOWED}:80, {o.ALLOWED}:443, {o.NETWORK}:*"
    assert t.run("lab why")[0].splitlines() == [allowed, "Nothing was refused."]
    knock(gw, o.OTHER, 1000)
    assert t.run("lab why")[0].splitlines() == [
        allowed, "Refused since this sandbox began: 1 packet.  In the last minutes:",
        f"  {o.OTHER}:1000 (udp) is not among what this lab may reach; tried 1 time"]
    knock(gw, o.ALLOWED, 8080, how="tcp")
    knock(gw, o.METADATA, 80, how="tcp")
    in_sandbox(gw, "ping", "-c", "1", "-W", "1", o.OTHER)
    knock(gw, o.OTHER, 1000)
    said = t.run("lab why")[0]
    assert f"  {o.ALLOWED}:8080 is not among what this lab may reach; tried " in said
    assert (f"  {o.METADATA}:80 is of 169.254.0.0/16 (link-local, where clouds tell secrets to their machines),"
            " which no lab may reach; tried ") in said
    assert f"  {o.OTHER} (ping) is not among what this lab may reach; tried 1 time" in said
    assert f"  {o.OTHER}:1000 (udp) is not among what this lab may reach; tried 2 times" in said
    # of two within a second either may come first
    assert sorted(gw.atoll("why", "demo+out").stdout.splitlines()) == sorted(said.splitlines())
    assert sorted(gw.ssh("ann", "atoll why demo+out").stdout.splitlines()) == sorted(said.splitlines())
    # another seat of the lab has its own
    assert gw.out("bob+out", "lab why") == f"{allowed}\nNothing was refused.\n"
    t.close()
    wait_empty(gw)


def test_an_address_of_the_host_is_told_as_such(gw):
    t = gw.shell("demo+all")
    t.run("true")
    knock(gw, o.HOST, 1000)
    assert f"  {o.HOST}:1000 (udp) is of this gateway itself, which no lab may reach; tried 1 time" in t.run("lab why")[0]
    t.close()
    wait_empty(gw)


def test_limits_that_were_met_are_told(gw):
    t = gw.shell("demo+few")
    t.run(f"for i in 1 2 3 4 5 6; do (sleep 20 | nc {o.ALLOWED} 443 >/tmp/$i) & done; true")
    wait_until(lambda: "More than 4 connections at once (connections): " in t.run("lab why")[0], "it is told")
    assert "Nothing was refused." in t.run("lab why")[0]
    t.close()
    wait_empty(gw)
    t = gw.shell("demo+slow")
    t.run("true")
    knock(gw, o.IN_NETWORK, 1000, 9)
    assert "More than 1 new connections a second (new_per_second): " in t.run("lab why")[0]
    t.close()
    wait_empty(gw)
    wait_until(lambda: metric(gw, "few", "connections") > 0 and metric(gw, "slow", "new_per_second") > 0, "both are counted")


def test_who_knocks_everywhere_takes_little_room_and_none_of_others(gw):
    t = gw.shell("demo+quick")
    t.run("true")
    [link] = o.links(gw) - {"uplink"}
    knock(gw, o.OTHER, 1000, 500)
    noted = o.router(gw, "nft", "list", "set", "inet", "atoll", "ports").count(f'"{link}" ')
    assert 1 <= noted <= 20
    said = t.run("lab why")[0].splitlines()
    assert said[1] == "Refused since this sandbox began: 500 packets.  In the last minutes:" and len(said) == 2 + min(noted, 16)
    t.close()
    wait_empty(gw)
    wait_until(lambda: metric(gw, "quick", "egress") == 500, "it is counted of the lab", details=lambda: gw.tail)
    assert metric(gw, "quick", "connections") == metric(gw, "quick", "new_per_second") == 0
    t = gw.shell("bob+out")
    t.run("true")
    knock(gw, o.OTHER, 1000)
    assert f"  {o.OTHER}:1000 (udp) is not among what this lab may reach; tried 1 time" in t.run("lab why")[0]
    t.close()
    wait_empty(gw)


def test_who_asks_while_atoll_net_is_dead_is_told(gw):
    t = gw.shell("demo+out")
    t.run("true")
    pid = net(gw)
    os.kill(pid, signal.SIGSTOP)
    asks = [subprocess.Popen([g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "why", "demo+out"], text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(40)]
    # more than the builder keeps are told at once
    told = wait_until(lambda: [a for a in asks if a.poll() is not None], "some are told", details=lambda: gw.tail)
    assert "too many ask at once: ask again in a moment" in told[0].communicate()[1]
    os.kill(pid, signal.SIGKILL)
    texts = [a.communicate(timeout=20)[1] for a in asks if a not in told]
    assert any("is being started anew: ask again" in text for text in texts)
    wait_until(lambda: gw.pids_of("atoll-net") not in ([], [pid]), "another one")
    wait_until(lambda: "Nothing was refused." in t.run("lab why")[0], "it is told again")
    t.close()
    wait_empty(gw)


def test_a_lab_without_a_network_says_so(gw):
    done = gw.ssh("demo+none", "lab why")
    assert done.stdout + done.stderr == "This lab has no network: its sandboxes reach nothing.\n" and done.returncode == 1
    assert "this seat has no sandbox" in gw.atoll("why", "demo+out").stderr


# --- and after it ------------------------------------------------------------------


def test_nothing_is_left_of_a_sandbox(gw):
    assert "sees" in get(gw, "demo+out", o.ALLOWED)
    assert len(o.links(gw)) <= 3
    wait_empty(gw)


def test_a_sandbox_ends_in_the_middle_of_it(gw):
    t = gw.shell("demo+out")
    t.type(f"nc {o.ALLOWED} 443")
    t.expect("here")
    [init] = gw.inits()
    os.kill(init, signal.SIGKILL)
    wait_empty(gw)
    t.close()


def test_after_a_kill_of_atoll_net_all_is_as_it_was(gw):
    t = gw.shell("demo+out")
    t.type(f"nc {o.ALLOWED} 443")
    t.expect("here")
    other = gw.shell("ann+out")
    other.run("true")
    before, had, pid = o.links(gw), o.elements(gw), net(gw)
    assert len(had) == 2
    os.kill(pid, signal.SIGSTOP)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: gw.pids_of("atoll-net") not in ([], [pid]), "another one")
    wait_until(lambda: o.elements(gw) == had, "its elements")
    assert o.links(gw) == before
    # the connection that was there is there; a new one can be made, or is refused
    assert f"dst={o.ALLOWED}" in o.router(gw, "cat", "/proc/net/nf_conntrack")
    assert other.run(get_from(o.ALLOWED))[0].strip() == f"world {o.ALLOWED} sees 10.213.0.2"
    assert REFUSED.search(other.run(get_from(o.OTHER))[0])
    t.close()
    other.close()
    wait_empty(gw)


def test_a_sandbox_that_ends_while_atoll_net_is_dead_leaves_nothing(gw):
    t = gw.shell("demo+out")
    t.run("true")
    pid = net(gw)
    os.kill(pid, signal.SIGSTOP)
    t.close()
    gw.wait_no_sandbox()
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: gw.pids_of("atoll-net") not in ([], [pid]), "another one")
    wait_empty(gw)


def test_a_build_waits_for_the_next_atoll_net(gw):
    pid = net(gw)
    os.kill(pid, signal.SIGSTOP)
    client = gw.ssh_start("demo+out", get_from(o.ALLOWED))
    wait_until(gw.ls, "it is being built")
    os.kill(pid, signal.SIGKILL)
    assert client.communicate(timeout=20)[0].strip() == f"world {o.ALLOWED} sees 10.213.0.2"
    wait_empty(gw)


def test_an_uplink_that_goes_away_comes_back(gw, world):
    o.call("ip", "link", "delete", o.UPLINK)
    begin(gw, world)
    assert "sees" in get(gw, "demo+out", o.ALLOWED)


def test_an_upgrade_leaves_networks_alone(gw):
    t = gw.shell("demo+out")
    t.run("true")
    had = o.links(gw)
    assert gw.atoll("upgrade").returncode == 0
    wait_until(lambda: gw.pids_of("atoll-net"), "the next one")
    wait_until(lambda: o.elements(gw) == had - {"uplink"}, "its elements")
    assert t.run(get_from(o.ALLOWED))[0].strip() == f"world {o.ALLOWED} sees 10.213.0.2"
    assert REFUSED.search(t.run(get_from(o.OTHER))[0])
    t.close()
    wait_empty(gw)


def test_a_crash_of_the_monitor_leaves_networks_alone(gw):
    t = gw.shell("demo+out")
    t.run("true")
    had, pid, [init] = o.elements(gw), net(gw), gw.inits()
    os.kill(gw.monitor, signal.SIGKILL)
    wait_until(lambda: gw.ssh("ann+none", "true").returncode == 0, "the next one")
    assert o.elements(gw) == had and net(gw) == pid
    os.kill(init, signal.SIGKILL)
    wait_empty(gw)
    t.close()


# --- the process -------------------------------------------------------------------


def test_a_ready_sandbox_has_its_network(gw, world):
    gw.write_lab("warm", {"network": "internet", "egress": EGRESS, "warm": 1})
    assert gw.atoll("reload").returncode == 0
    wait_until(lambda: len(o.elements(gw)) == 1, "it stands ready")
    wait_until(lambda: gw.status()["warm"] == 1, "it stands ready")
    assert get(gw, "demo+warm", o.ALLOWED) == f"world {o.ALLOWED} sees 10.213.0.2"
    (gw.labs_dir / "warm.conf").unlink()
    assert gw.atoll("reload").returncode == 0
    wait_empty(gw)


def test_atoll_net_holds_one_capability_and_no_file(gw):
    status = g.proc_status(net(gw))
    assert status["CapEff"] == status["CapPrm"] == f"{1 << 12:016x}"
    assert int(status["CapBnd"], 16) == 0 and status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"
    kinds = {os.readlink(f"/proc/{net(gw)}/fd/{n}").split(":")[0] for n in range(3, 10)
             if os.path.lexists(f"/proc/{net(gw)}/fd/{n}")}
    assert kinds == {"socket"}
    assert os.readlink(f"/proc/{net(gw)}/ns/net") != os.readlink("/proc/self/ns/net")
    assert os.readlink(f"/proc/{net(gw)}/ns/net") != os.readlink(f"/proc/{gw.builder}/ns/net")


def test_it_runs_only_where_a_lab_has_a_network(gw):
    for name in LABS:
        if name != "none":
            (gw.labs_dir / f"{name}.conf").unlink()
    assert gw.atoll("reload").returncode == 0
    wait_until(lambda: not gw.pids_of("atoll-net") and not has_uplink(), "it has ended, with its uplink")
    assert "eth0" not in gw.out("demo+none", "cat /proc/net/dev")
    gw.write_lab("out", LABS["out"])
    assert gw.atoll("reload").returncode == 0
    wait_until(lambda: gw.pids_of("atoll-net") and has_uplink(), "it is there again")


@pytest.mark.parametrize("who", ["pid", "builder"])
def test_when_the_gateway_is_killed_nothing_is_left(new_gateway, who):
    gw = new_gateway(labs={"out": LABS["out"]}, network_uplink="atoll1", network_range="10.214.0.0/16")
    t = gw.shell("demo+out")
    t.run("true")
    family = gw.family()
    os.kill(getattr(gw, who), signal.SIGKILL)
    wait_until(lambda: not [p for p in family if g.is_alive(p)], "all have ended")
    wait_until(lambda: subprocess.run(["ip", "link", "show", "atoll1"], capture_output=True).returncode != 0, "no uplink")
    t.close()
    gw.wait_end()
    gw.start()  # which takes away what only it can: groups of processes
    assert gw.out("demo+out", "echo in") == "in\n"


# --- what is refused ---------------------------------------------------------------


@pytest.mark.parametrize("allow, why", [
    ("203.0.113.7", '"203.0.113.7" needs a port after its address, such as :443, or :* for all'),
    ("203.0.113.7:0", "needs a port after its address"),
    ("203.0.113.7/24:*", "has bits set beyond its first 24"),
    ("203.0.113.0/33:*", "needs 0 to 32 bits after its /"),
    ("2001:db8::1:443", "does not begin with an IPv4 address"),
    ("10.1.0.0/16:*", '"10.1.0.0/16:*" is of 10.0.0.0/8 (private), which no lab may reach'),
    ("169.254.169.254:80", "is of 169.254.0.0/16 (link-local, where clouds tell secrets to their machines)"),
    ("100.64.0.0/10:*", "is of 100.64.0.0/10"),
])
def test_an_entry_that_cannot_be_is_told(new_gateway, allow, why):
    gw = new_gateway(start=False, labs={"box": {"network": "internet", "egress": {"allow": [allow]}}})
    said = gw.check().stderr
    assert re.search(r"box.conf:\d+: egress.allow: ", said) and why in said


@pytest.mark.parametrize("lab, site, why", [
    ({"egress": EGRESS}, {}, 'egress is for labs with a network: set network = "internet", or leave egress out'),
    ({"network": "internet"}, {"net_user": "nobody-at-all"}, "there is no user nobody-at-all: make it with 'useradd"),
    ({"network": "internet"}, {"net_user": "atoll"}, "needs a net_user of its own: atoll must not be root"),
    ({}, {"network_range": "10.0.0.0/24"}, 'network_range: "10.0.0.0/24" is not an IPv4 network of 8 to 19 bits'),
    ({}, {"network_uplink": "a b"}, 'network_uplink = "a b" is not a name for an interface'),
])
def test_a_setting_that_cannot_be_is_told(new_gateway, lab, site, why):
    gw = new_gateway(start=False, labs={"box": lab}, **site)
    assert why in gw.check().stderr


def test_a_host_that_cannot_route_is_told_with_the_cure(new_gateway):
    gw = new_gateway(start=False, labs={"out": LABS["out"]}, network_uplink="atoll1")
    # as where a unit's CapabilityBoundingSet= lacks it
    gw.program = gw.folder / "less"
    gw.program.write_text(f"#!/bin/sh\nexec setpriv --bounding-set -net_admin {g.BUILD}/atolld \"$@\"\n")
    gw.program.chmod(0o755)
    gw.start(ready=False)
    gw.wait_log("this host cannot route for sandboxes: ")
    gw.wait_log("have the modules nf_tables.* and CAP_NET_ADMIN in the service's CapabilityBoundingSet=")
    gw.child.wait(timeout=20)


def test_a_range_that_the_host_has_itself_is_refused_at_start_and_at_reload(new_gateway):
    gw = new_gateway(start=False, labs={"out": LABS["out"]}, network_uplink="atoll1", network_range="192.0.0.0/12")
    gw.start(ready=False)
    gw.wait_log(r"network_range has in it 192\.0\.2\.0/24, by its world, a network that this host has")
    gw.wait_log("set network_range to a network that this host has nothing of, and restart the service")
    gw.child.wait(timeout=20)
    rows = subprocess.run([g.BUILD / "atoll", "check-host", "-c", gw.config_file], capture_output=True, text=True).stdout
    assert re.search(r"network_range +ERROR +- +it has in it 192\.0\.2\.0/24, by its world", rows), rows


def test_an_overlap_that_comes_later_is_told_at_reload_and_breaks_nothing(new_gateway):
    gw = new_gateway(labs={"out": LABS["out"]}, network_uplink="atoll1", network_range="10.214.0.0/16")
    o.call("ip", "route", "add", "10.214.7.0/24", "dev", "world")
    try:
        done = gw.atoll("reload")
        assert done.returncode == 1
        assert "network_range has in it 10.214.7.0/24, by its world, a network that this host has" in done.stderr
        assert gw.out("demo+out", "echo in") == "in\n"
    finally:
        o.call("ip", "route", "del", "10.214.7.0/24", "dev", "world")
    o.call("ip", "route", "add", "10.208.0.0/12", "dev", "world")
    try:
        assert gw.atoll("reload").returncode == 0
        gw.wait_log("network_range is a part of 10.208.0.0/12, by its world, a network that this host has: what is at its first")
    finally:
        o.call("ip", "route", "del", "10.208.0.0/12", "dev", "world")
    assert gw.atoll("reload").returncode == 0


def test_check_host_has_rows_for_it(new_gateway):
    gw = new_gateway(start=False, labs={"out": LABS["out"]})
    rows = subprocess.run([g.BUILD / "atoll", "check-host", "-c", gw.config_file], capture_output=True, text=True).stdout
    assert re.search(r"network +ok +- +veth, tbf, nftables and ip_forward are there for lab out", rows), rows
    assert "uplink" in rows and "the host forwards what atoll0 brings" in rows
    assert "no network of this host's overlaps it" in rows
    gw.write_lab("out", {})
    rows = subprocess.run([g.BUILD / "atoll", "check-host", "-c", gw.config_file], capture_output=True, text=True).stdout
    assert re.search(r'network +ok +- +no lab has network = "internet"', rows), rows
