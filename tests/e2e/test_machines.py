"""machines: seats of several machines, on a network of the seat's own."""
import ctypes
import io
import json
import os
import re
import signal
import socket
import subprocess
import tarfile
import threading
from pathlib import Path

import pytest

import gateway as g
from gateway import wait_until

SERVE = ["/bin/sh", "-c", "while :; do echo it is $(hostname) | nc -l -p 80; done"]
SMALL = {"memory": "32M", "disk": "8M", "pids": 24, "inodes": 500}
TWO = ({"name": "desk"}, {"name": "web", "command": SERVE, **SMALL})


def lab(*machines, **options):
    return {"network": "lab", "machines": machines, **options}


# A router between two networks, and one more machine on both that is none.
OFFICE, DMZ = {"name": "office", "address": "10.0.0.0/24"}, {"name": "dmz", "address": "192.168.7.0/24"}
ROUTED = lab({"name": "desk", "networks": "office"},
             {"name": "gate", "networks": ["office", "dmz"], "address": "192.168.7.1", "router": True, **SMALL},
             {"name": "web", "networks": ["dmz"], "address": ["192.168.7.80"], "command": SERVE, **SMALL},
             {"name": "both", "networks": ["dmz", "office"], **SMALL}, networks=(OFFICE, DMZ), capabilities=["net_raw"])

LABS = {"two": lab(*TWO),
        "routed": {**ROUTED, "linger": "5m"},
        "apart": lab(*({**m, "router": False} for m in ROUTED["machines"]), networks=(OFFICE, DMZ),
                     capabilities=["net_raw"]),
        "stay": lab(*TWO, linger="5m", reattach=True),
        "fixed": lab({"name": "gate", "address": "192.168.50.1"},
                     {"name": "web", "address": "10.99.0.7", "command": SERVE, **SMALL}, {"name": "db", **SMALL}),
        "lone": lab({"name": "only"}, linger="5m", reattach=True),
        "three": lab({"name": "a"}, {"name": "b"}, {"name": "c", "user": "root"}),
        "one": {}}


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(labs=LABS, accounts=["demo", "ann", "bob"], sandboxes_max=12, connections_per_account=20)


@pytest.fixture(autouse=True)
def nothing_stays(gw):
    yield
    for row in gw.ls():
        gw.atoll("kill", f"{row['account']}+{row['lab']}")
    gw.wait_no_sandbox()


def fetch(t, name):
    """What listens there may be between two clients."""
    def said():
        text = t.run(f"nc -w 2 {name} 80 </dev/null")[0]
        return "it is" in text and text.strip()
    return wait_until(said, f"{name} answers")


def console(t, name):
    t.type(f"lab console {name}")
    t.expect(f"the console of {name}; Ctrl-\\] leaves it")
    t.expect_prompt()


# --- the network ---------------------------------------------------------------------


def test_machines_reach_each_other_by_name(gw):
    t = gw.shell("demo+two")
    assert t.run("hostname") == ("desk\n", 0)
    assert fetch(t, "web") == "it is web"
    t.run("{ nc -l -p 4242 >/tmp/heard & }")
    console(t, "web")
    assert t.run("hostname; echo word | nc -w 2 desk 4242") == ("web\n", 0)
    t.type("exit")
    t.expect("the console of web is closed")
    t.expect_prompt()
    wait_until(lambda: t.run("cat /tmp/heard") == ("word\n", 0), "it is heard")
    t.close()


def test_an_instructor_may_choose_addresses(gw):
    t = gw.shell("demo+fixed")
    assert re.findall(r"^(\w+) +(\d\S+)", t.run("lab machines")[0], re.M) == [
        ("gate", "192.168.50.1"), ("db", "10.0.0.13"), ("web", "10.99.0.7")]
    assert fetch(t, "web") == fetch(t, "10.99.0.7") == "it is web"
    console(t, "db")
    assert fetch(t, "web") == "it is web"
    t.type("exit")
    t.expect("is closed")
    t.close()


def test_there_may_be_one_alone(gw):
    t = gw.shell("demo+lone")
    assert t.run("hostname; ls -1 /sys/class/net; grep only /etc/hosts") == ("only\neth0\nlo\n10.0.0.11\tonly\n", 0)
    assert t.run("lab machines")[0].split() == ["MACHINE", "ADDRESS", "only", "10.0.0.11", "(this", "one)"]
    assert gw.atoll("upgrade").returncode == 0
    assert t.run("hostname") == ("only\n", 0)
    t.type("lab reset -y")
    t.expect("the next shell is in a fresh one")
    t.end()
    assert gw.ssh("demo+lone", "ls /sys/class/net").stdout == "eth0\nlo\n"


def test_nothing_else_is_reached(gw):
    t, other = gw.shell("demo+two"), gw.shell("ann+two")
    text, _ = t.run("cat /proc/net/route; cat /proc/net/dev")
    # the other machine, and no gateway
    assert re.findall(r"^eth0\t(\w+)\t(\w+)", text, re.M) == [("0C00000A", "00000000")]
    assert len(re.findall(r"^ *(\w+):", text, re.M)) == 2
    assert "eth0" not in t.run("cat /proc/net/if_inet6")[0]
    # nobody asks who has an address: the kernel has one table of the answers for all
    assert re.findall(r"^(10\S+) +\S+ +0x6 +02:00:0a:00:00:0c ", t.run("cat /proc/net/arp")[0], re.M) == ["10.0.0.12"]
    # of the same address as one of ann's, who hears nothing
    other.run("{ nc -l -p 4242 >/tmp/heard & }")
    for address in ("desk 4242", "10.0.0.13 80", "192.0.2.1 80", "169.254.169.254 80"):
        assert t.run(f"echo x | nc -w 1 {address}")[1] != 0
    assert other.run("cat /tmp/heard") == ("", 0)
    t.close()
    other.close()


def frames_of(pid):
    """A socket that sends and hears frames of a kind of its own, in the network of that process."""
    made = []

    def make():
        with open(f"/proc/{pid}/ns/net") as there:
            assert ctypes.CDLL(None, use_errno=True).setns(there.fileno(), 0) == 0, os.strerror(ctypes.get_errno())
        made.append(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(FRAME)))
        made[0].bind(("eth0", FRAME))

    thread = threading.Thread(target=make)  # which alone goes there
    thread.start()
    thread.join()
    made[0].settimeout(g.PATIENCE)
    return made[0]


FRAME = 0x88b5  # for experiments


def mac_of(address):
    return b"\2\0" + socket.inet_aton(address)


def test_who_sends_in_anothers_name_is_sent_nothing_of_its(gw):
    t = gw.shell("demo+fixed")
    assert fetch(t, "web") == "it is web"
    at = {Path(f"/proc/{pid}/root/etc/hostname").read_text().strip(): frames_of(pid) for pid in gw.inits()}
    gate, web, db = mac_of("192.168.50.1"), mac_of("10.99.0.7"), mac_of("10.0.0.13")
    kind = FRAME.to_bytes(2, "big")
    for n in range(50):  # the last is web's
        at["db"].send(gate + (bytes([2, 1, 0, 0, 0, n]) if n < 49 else web) + kind + b"x" * 50)
    assert fetch(t, "web") == "it is web"
    # and what is for nobody goes to nobody
    at["db"].send(b"\2\1\0\0\0\0" + db + kind + b"y" * 50)
    for name, mac in ("gate", gate), ("web", web):
        at["db"].send(mac + db + kind + b"z" * 50)
        heard = ""
        while "z" not in heard:
            heard += at[name].recv(2000)[14:15].decode()
        assert heard == ("x" * 50 if name == "gate" else "") + "z"
    for s in at.values():
        s.close()
    t.close()


def routes(text):
    """Of /proc/net/route: network, gateway and interface."""
    def dotted(word):
        return ".".join(str(b) for b in bytes.fromhex(word)[::-1])
    return {(dotted(to), dotted(via), name) for name, to, via in
            re.findall(r"^(eth\d)\t(\w+)\t(\w+)", text, re.M)}


def test_machines_of_two_networks_reach_each_other_by_a_router(gw):
    t = gw.shell("demo+routed")
    assert t.run("lab machines")[0].split()[2:] == [
        "desk", "10.0.0.11", "(this", "one)", "gate", "10.0.0.12", "192.168.7.1",
        "both", "192.168.7.14", "10.0.0.14", "web", "192.168.7.80"]
    assert routes(t.run("cat /proc/net/route")[0]) == {
        ("10.0.0.12", "0.0.0.0", "eth0"), ("10.0.0.14", "0.0.0.0", "eth0"), ("192.168.7.0", "10.0.0.12", "eth0")}
    assert fetch(t, "web") == fetch(t, "192.168.7.80") == "it is web"
    # one less than it was sent with
    assert "ttl=63" in t.run("ping -c 1 web")[0]
    for name in ("gate", "gate.office", "gate.dmz", "both"):
        assert "ttl=64" in t.run(f"ping -c 1 {name}")[0], name
    # the other way, and by names that are those of the nearer interface
    console(t, "web")
    assert routes(t.run("cat /proc/net/route")[0]) == {
        ("192.168.7.1", "0.0.0.0", "eth0"), ("192.168.7.14", "0.0.0.0", "eth0"), ("10.0.0.0", "192.168.7.1", "eth0")}
    assert "from 10.0.0.11" in (said := t.run("ping -c 1 desk")[0]) and "ttl=63" in said
    assert "192.168.7.1)" in t.run("ping -c 1 gate")[0]
    t.type("exit")
    t.expect("is closed")
    t.expect_prompt()
    assert "reach each other where its networks and routers lead" in t.run("lab why")[0]
    # what no machine has is refused at once, near and far, and nobody asks who has it
    for nobody in "10.0.0.99", "192.168.7.99", "192.0.2.1":
        assert "Network is unreachable" in t.run(f"nc -w 5 {nobody} 80 2>&1 </dev/null")[0]
    for name in "desk", "gate":
        if name != "desk":
            console(t, name)
        flags = re.findall(r"(?m)^\d\S+ +0x1 +(\S+)", t.run("cat /proc/net/arp")[0])
        assert flags == ["0x6"] * (2 if name == "desk" else 4), name
    t.type("exit")
    t.expect("is closed")
    t.expect_prompt()
    # made anew, it is where it was; by another builder, too
    for name in "gate", "web":
        assert t.run(f"lab reset -y {name}") == ("It was made anew.\n", 0)
    assert fetch(t, "web") == "it is web"
    assert gw.atoll("upgrade").returncode == 0
    assert t.run("lab reset -y gate") == ("It was made anew.\n", 0)
    assert fetch(t, "web") == "it is web"
    t.close()


def test_one_that_the_lab_file_has_elsewhere_now_is_not_made_anew(new_gateway):
    gw = new_gateway(labs={"box": {**ROUTED, "linger": "5m"}})
    t = gw.shell("demo+box")
    t.run("true")
    other = {**OFFICE, "address": "10.0.2.0/24"}, DMZ
    gw.write_lab("box", {**ROUTED, "networks": other, "linger": "5m"})
    assert gw.atoll("upgrade").returncode == 0
    # web is where it was, and has another way to the office
    for name in "gate", "web":
        assert "this lab was changed since you began" in t.run(f"lab reset -y {name}")[0]
    t.close()


def test_only_a_router_passes_anything_on(gw):
    t = gw.shell("demo+apart")
    assert "ttl=64" in t.run("ping -c 1 gate.office")[0]
    assert "unreachable" in t.run("ping -c 1 -W 1 web")[0]
    for name, forwards in ("gate", "0"), ("both", "0"):
        console(t, name)
        assert t.run("cat /proc/sys/net/ipv4/ip_forward") == (f"{forwards}\n", 0)
        assert "ttl=64" in t.run("ping -c 1 web")[0]
        t.type("exit")
        t.expect("is closed")
        t.expect_prompt()
    t.close()


# --- a cable out, and in ---------------------------------------------------------------


NOT_YOURS = "Only this lab's check pulls cables and puts them back: 'lab check' runs it.\n"


@pytest.fixture
def cabled(new_gateway, tmp_path):
    """Its check does what the student writes into ~/do."""
    check = tmp_path / "check"
    check.write_text("#!/bin/sh\n. $ATOLL_HOME/do 2>&1\n")
    check.chmod(0o755)
    tmp_path.chmod(0o755)
    gw = new_gateway(labs={"box": {**ROUTED, "linger": "5m", "reattach": True, "check": str(check)}})
    t = gw.shell("demo+box")
    yield gw, t, lambda words: t.run(f"echo '{words}' >~/do; lab check")[0]
    t.close()


def carriers(t, *names):
    """Of each interface: has it a cable?"""
    return [t.run(f"{where}cat /sys/class/net/{name}/carrier")[0].strip()
            for where, name in ((f"lab console {n.split(':')[0]} ", n.split(":")[1]) for n in names)]


def test_the_check_pulls_a_cable_and_puts_it_back(cabled):
    gw, t, check = cabled
    assert fetch(t, "web") == "it is web"
    assert "status 0" in check("lab link web off; echo status $?")
    assert carriers(t, "web:eth0", "gate:eth1", "both:eth0") == ["0", "1", "1"]
    assert "100% packet loss" in t.run("ping -c 1 -W 1 web")[0]
    assert "ttl=64" in t.run("ping -c 1 gate")[0]
    # nothing else is another there: addresses, routes and neighbours
    assert "192.168.7.1" in t.run("lab console web cat /proc/net/route /proc/net/arp")[0]
    # so it stays, for one made anew and for another builder
    assert t.run("lab reset -y web") == ("It was made anew.\n", 0)
    assert carriers(t, "web:eth0") == ["0"]
    assert gw.atoll("upgrade").returncode == 0
    assert t.run("lab reset -y web") == ("It was made anew.\n", 0)
    assert carriers(t, "web:eth0") == ["0"]
    said = check("lab link web on; lab link gate:dmz off; lab link desk off")
    assert "gate" not in said and "desk" not in said, said
    assert carriers(t, "web:eth0", "gate:eth0", "gate:eth1") == ["1", "1", "0"]
    assert t.run("cat /sys/class/net/eth0/carrier")[0] == "0\n"
    check("lab link gate:dmz on; lab link desk on")
    assert fetch(t, "web") == "it is web"
    # a seat that is made anew has all of them
    check("lab link desk off")
    t.type("lab reset -y")
    t.end()
    t = gw.shell("demo+box")
    assert fetch(t, "web") == "it is web"
    t.close()


def test_a_cable_that_cannot_be_pulled_is_told(cabled):
    gw, t, check = cabled
    said = check("for l in mars gate web:office gate:mars; do lab link $l off; echo status $?; done; lab link web out")
    for want in ("there is no machine mars.\nstatus 1", "gate is on 2 networks: say which one is meant, as in gate:office.\n",
                 "web is on no network office.\n", "gate is on no network mars.\n",
                 "usage: lab link MACHINE[:NETWORK] on|off"):
        assert want in said, said


def test_a_student_pulls_no_cable(cabled):
    gw, t, check = cabled
    assert t.run("lab link web off") == (NOT_YOURS, 1)
    assert "This is machine web" in t.run("lab console web lab link desk off 2>&1")[0]
    # nor while the check runs, nor what it has started and let go
    t.run("echo 'setsid lab link web off; touch /tmp/at; until [ -e /tmp/go ]; do usleep 10000; done' >~/do")
    t.run("{ lab check >/tmp/said 2>&1 & }")
    t.run("until [ -e /tmp/at ]; do usleep 10000; done")
    assert t.run("lab link web off") == (NOT_YOURS, 1)
    assert t.run("touch /tmp/go; wait; cat /tmp/said")[0].startswith(NOT_YOURS)
    assert carriers(t, "web:eth0") == ["1"]


def test_a_client_may_forward_to_each_by_name(gw):
    t = gw.shell("demo+two")
    assert fetch(t, "web") == "it is web"
    ssh, *rest = gw.ssh_argv("demo+two")
    argv = [ssh, "-W", "web:80", *rest]
    wait_until(lambda: "it is web" in subprocess.run(
        argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=g.PATIENCE).stdout, "web answers")
    t.close()


def test_each_has_its_own_ids_and_files(gw):
    t = gw.shell("demo+three")
    t.run("echo a >/tmp/here")
    console(t, "c")
    assert t.run("id -un; ls /tmp") == ("root\n", 0)
    t.type("exit")
    t.expect("is closed")
    inits = gw.inits()
    maps = {open(f"/proc/{p}/uid_map").read() for p in inits}
    assert len(inits) == len(maps) == 3
    t.close()


# --- consoles ------------------------------------------------------------------------


def test_machines_are_listed(gw):
    assert gw.ssh("demo+two", "lab machines").stdout.split() == [
        "MACHINE", "ADDRESS", "desk", "10.0.0.11", "(this", "one)", "web", "10.0.0.12"]
    assert gw.ssh("demo+one", "lab machines").stdout == "This lab has no other machines than this one.\n"
    done = gw.ssh("demo+two", "lab why")
    assert done.returncode == 1
    assert done.stdout == "The machines of this lab reach each other and nothing else: 'lab machines' lists them.\n"


def test_a_console_is_a_terminal_like_any_other(gw):
    t = gw.terminal("demo+two", rows=30, cols=90)
    t.expect_prompt()
    console(t, "web")
    assert t.run("stty size; echo $TERM; id -un")[0].split() == ["30", "90", "xterm", "student"]
    t.child.setwinsize(33, 99)
    wait_until(lambda: "33 99" in t.run("stty size")[0], "the size follows")
    t.type("sleep 4321")
    wait_until(sleeps, "it sleeps")
    t.send("\x03")
    t.expect_prompt()
    t.type("exit 7")
    t.expect("the console of web is closed")
    t.expect_prompt()
    assert t.run("echo $?")[0] == "7\n"
    t.close()


def test_who_leaves_a_console_hangs_it_up(gw):
    t = gw.shell("demo+two")
    console(t, "web")
    t.type("sleep 4321")
    wait_until(sleeps, "it sleeps")
    t.send("\x1d")
    t.expect("the console of web is closed")
    t.expect_prompt()
    wait_until(lambda: not sleeps(), "it is hung up")
    # so does who is killed
    console(t, "web")
    t.type("sleep 4321")
    wait_until(sleeps, "it sleeps")
    t.close()
    wait_until(lambda: not sleeps(), "it is hung up")


def sleeps():
    """Is there a process of that command line?"""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if Path(f"/proc/{pid}/cmdline").read_bytes() == b"sleep\x004321\x00":
                return True
        except OSError:
            continue
    return False


def test_a_command_has_no_terminal_but_this_ones_input_and_output(gw):
    def run(words, **how):
        return gw.ssh("demo+stay", f"lab console web {words}", **how)

    done = run("'hostname; tty; echo wrong >&2; exit 7'")
    assert (done.returncode, done.stdout, done.stderr) == (7, "web\nnot a tty\n", "wrong\n")
    assert run("echo two  words").stdout == "two words\n"
    assert run("wc -c", stdin="x" * 300000).stdout == "300000\n"
    # both ways at once, more than all pipes hold
    assert run("cat", stdin="y" * 1000000).stdout == "y" * 1000000
    # it ends with its input unread, with its output unread, and by a signal
    assert run("true", stdin="x" * 300000).returncode == 0
    assert gw.ssh("demo+stay", "lab console web yes | head -n 1").stdout == "y\n"
    assert run("'kill -9 $$'").returncode == 128 + 9
    # what it leaves in the background goes on, with its output to nobody
    assert run("'sleep 4321 & echo begun'").stdout == "begun\n"
    wait_until(sleeps, "the background has begun")
    assert run("killall sleep").returncode == 0
    assert "There is no machine mars" in gw.ssh("demo+stay", "lab console mars true").stdout
    assert "that is too long" in run("x" * 20000).stderr


def test_a_console_that_cannot_be_says_why(gw):
    t = gw.shell("demo+two")
    assert t.run("lab console mars") == ("There is no machine mars: 'lab machines' lists them.\n", 1)
    assert t.run("lab console desk") == ("This is desk.\n", 1)
    assert "lab console MACHINE" in t.run("lab console")[0]
    assert "a console needs a terminal" in t.run("lab console web </dev/null")[0]
    console(t, "web")
    for command in ("machines", "console desk", "check", "reset -y", "time"):
        assert t.run(f"lab {command}") == (
            "This is machine web: type lab on the machine where you logged in.\n", 1)
    t.close()


def test_a_terminal_that_waits_has_its_console(gw):
    t = gw.shell("demo+stay")
    console(t, "web")
    t.run("stays=yes")
    [session] = gw.sessions()
    os.kill(session, signal.SIGKILL)
    t.end()
    t = gw.terminal("demo+stay")
    t.expect("is back")
    assert t.run("hostname; echo $stays") == ("web\nyes\n", 0)
    t.close()


# --- limits --------------------------------------------------------------------------


def test_each_has_its_limits_and_the_student_hears_which(gw):
    t = gw.shell("demo+two")
    console(t, "web")
    t.type("dd if=/dev/zero of=/tmp/full bs=64k 2>/dev/null")
    t.expect("disk full: the limit of machine web is disk = 8M")
    t.type("rm /tmp/full; for n in $(seq 40); do sleep 100 & done")
    t.expect("too many processes: the limit of machine web is pids = 24")
    gw.wait_log("limit hit machine=web limit=too many processes")
    t.close()


def test_the_seat_has_what_all_of_them_have(gw):
    t = gw.shell("demo+two")
    t.run("true")
    [row] = gw.ls()
    assert row["memory_max"] == (256 + 32) << 20 and row["pids_max"] == 64 + 24
    assert row["pids"] >= 4
    assert gw.status()["sandboxes"] == 2
    t.close()


def test_a_seat_takes_a_place_for_each(gw):
    seats = [gw.shell(f"{who}+three") for who in ("demo", "ann", "bob")]
    seats.append(gw.shell("demo+two"))
    assert gw.status()["sandboxes"] == 11
    last = gw.ssh_start("ann+two", "echo in")
    gw.wait_log("account=ann .*session says: login")
    wait_until(lambda: gw.status()["waiting"] == 1, "it waits")
    seats.pop().close()
    assert last.communicate(timeout=g.PATIENCE)[0] == "in\n"
    for t in seats:
        t.close()


# --- ends ----------------------------------------------------------------------------


def test_they_end_together_and_are_new(gw):
    t = gw.shell("demo+stay")
    t.run("touch /tmp/old")
    before = gw.inits()
    t.type("lab reset -y")
    t.end()
    wait_until(lambda: not set(before) & set(gw.inits()), "all of them have ended")
    t = gw.shell("demo+stay")
    assert t.run("ls /tmp") == ("", 0)
    assert fetch(t, "web") == "it is web"
    t.close()


def test_one_that_dies_ends_the_seat(gw):
    for place in range(2):
        t = gw.shell("demo+two")
        t.run("true")
        os.kill(sorted(gw.inits())[place], signal.SIGKILL)
        t.end()
        gw.wait_no_sandbox()


def test_a_setup_that_fails_names_the_machine(new_gateway, tmp_path):
    setup = tmp_path / "setup"
    setup.write_text("#!/bin/sh\n[ $(hostname) = a ] || { echo no luck; exit 3; }\n")
    setup.chmod(0o755)
    gw = new_gateway(labs={"bad": lab({"name": "a"}, {"name": "b", "setup": str(setup)}),
                           "lost": lab({"name": "a"}, {"name": "b", "command": ["/bin/nothing"]})})
    assert "b: the lab's setup failed (exit status 3): no luck" in gw.ssh("demo+bad", "true").stderr
    assert "b: its command cannot start: /bin/nothing: No such file" in gw.ssh("demo+lost", "true").stderr
    gw.wait_no_sandbox()


def groups(gw):
    """Of the seat's machines, which have the names of their numbers."""
    return {re.search(r"/(s\d+)\b", Path(f"/proc/{pid}/cgroup").read_text())[1] for pid in gw.inits()}


def test_a_crash_of_the_monitor_and_an_upgrade_leave_them_alone(gw):
    t = gw.shell("demo+stay")
    assert fetch(t, "web") == "it is web"
    t.run("echo here >/tmp/mark")
    inits, before = sorted(gw.inits()), groups(gw)
    assert gw.atoll("upgrade").returncode == 0
    assert t.run("cat /tmp/mark") == ("here\n", 0)
    assert t.run("lab reset -y web") == ("It was made anew.\n", 0)
    # with a number of its own: interfaces of the one before may be there still
    assert len(groups(gw) & before) == 1 and len(before | groups(gw)) == 3
    assert fetch(t, "web") == "it is web"
    inits = sorted(gw.inits())
    console(t, "web")
    gw.crash()
    t.close()
    assert gw.status()["sandboxes"] == 2
    t = gw.terminal("demo+stay")
    t.expect("is back")
    assert t.run("hostname") == ("web\n", 0)
    assert sorted(gw.inits()) == inits
    t.close()


def test_a_frozen_seat_is_frozen_whole(new_gateway):
    gw = new_gateway(labs={"cold": lab(*TWO, linger="5m", respond={"load": "freeze"})})
    t = gw.shell("demo+cold")
    t.run("true")
    assert gw.atoll("freeze", "demo+cold").returncode == 0
    wait_until(lambda: frozen(gw) == 2, "both stand still")
    assert gw.atoll("thaw", "demo+cold").returncode == 0
    wait_until(lambda: frozen(gw) == 0, "both go on")
    t.close()


def frozen(gw):
    """How many sandboxes are, as either version of cgroups has it."""
    folders = [Path(d) for d in gw.sandbox_cgroups()]
    states = [f / name for f in folders for name in ("freezer.state", "cgroup.events")]
    return sum("FROZEN" in (text := f.read_text()) or "frozen 1" in text for f in states if f.exists())


# --- one of them anew ----------------------------------------------------------------


HELD = """#!/bin/sh
while [ -e /srv/in/hold ]; do sleep 0.1; done
[ ! -e /srv/in/broken ] || { echo no luck; exit 3; }
"""


@pytest.fixture
def held(new_gateway, tmp_path):
    """A gateway whose machine web is ready as a folder of the test says."""
    tmp_path.chmod(0o755)
    (tmp_path / "setup").write_text(HELD)
    (tmp_path / "setup").chmod(0o755)
    folder = tmp_path / "in"
    folder.mkdir(mode=0o755)
    web = {**TWO[1], "setup": str(tmp_path / "setup")}
    return new_gateway(labs={"box": lab(TWO[0], web, linger="5m", reattach=True,
                                        mounts=[{"source": folder, "target": "/srv/in"}])}), folder


def test_one_is_made_anew_and_the_others_go_on(gw):
    t = gw.shell("demo+three")
    t.run("echo here >/tmp/mark")
    for name in "bc":
        console(t, name)
        t.run("echo here >/tmp/mark")
        t.type("exit")
        t.expect("is closed")
        t.expect_prompt()
    before = gw.inits()
    assert t.run("lab reset -y c") == ("It was made anew.\n", 0)
    assert len(set(before) & set(gw.inits())) == 2 and len(gw.inits()) == 3
    assert t.run("cat /tmp/mark") == ("here\n", 0)
    for name, there in ("b", "here\n"), ("c", ""):
        console(t, name)
        assert t.run("cat /tmp/mark 2>/dev/null")[0] == there
        t.type("exit")
        t.expect("is closed")
        t.expect_prompt()
    [row] = gw.ls()
    assert row["memory_max"] == 3 * (256 << 20) and gw.status()["sandboxes"] == 3
    gw.wait_log("account=demo lab=three reset by its student machine=c")
    gw.wait_log("account=demo lab=three machine=c machine made anew ms=")
    t.close()


def test_one_that_was_made_anew_serves_again(gw):
    t = gw.shell("demo+two")
    assert fetch(t, "web") == "it is web"
    for _ in range(2):
        assert t.run("lab reset -y web") == ("It was made anew.\n", 0)
        assert fetch(t, "web") == "it is web"
    # three at once, and then one each 20 seconds
    said = {t.run("lab reset -y web") for _ in range(8)}
    assert ("Too many resets: try again in half a minute.\n", 1) in said
    t.close()


def test_what_cannot_be_made_anew_is_told(gw):
    t = gw.shell("demo+two")
    assert t.run("lab reset -y mars") == ("there is no machine mars.\n", 1)
    assert t.run("lab reset -y desk") == ("desk is where you are: 'lab reset' makes all machines anew.\n", 1)
    assert "usage: lab reset [-y] [MACHINE]" in t.run("lab reset web desk")[0]
    t.type("lab reset web")
    t.expect("Machine web and what is on it is thrown away, and made anew.  Type yes to go on: ")
    t.type("no")
    t.expect("Nothing was changed")
    t.expect_prompt()
    t.close()


def begin_reset(gw, t, folder):
    """It has begun, and goes on for as long as the folder has hold."""
    (folder / "hold").touch()
    before = set(gw.inits())
    t.run("{ lab reset -y web >/tmp/said & }")
    wait_until(lambda: len(set(gw.inits()) - before) == 1, "another web is being made")


def test_one_that_fails_ends_the_seat(held):
    gw, folder = held
    t = gw.shell("demo+box")
    begin_reset(gw, t, folder)
    assert "(being made anew)" in t.run("lab machines")[0]
    assert t.run("lab console web") == ("web is being made anew: try again in a moment.\n", 1)
    assert t.run("lab reset -y web") == ("web is being made anew: wait for that.\n", 1)
    (folder / "broken").touch()
    (folder / "hold").unlink()
    t.end()
    gw.wait_log("machine=web cannot be made anew, and so its seat ends: the lab's setup failed .*: no luck")
    gw.wait_no_sandbox()


def test_a_crash_does_not_keep_one_from_being_made(held):
    gw, folder = held
    t = gw.shell("demo+box")
    begin_reset(gw, t, folder)
    since = len(gw.lines)
    os.kill(gw.monitor, signal.SIGKILL)
    gw.wait_log("ready address=", since)
    t.close()
    (folder / "hold").unlink()
    gw.wait_log("machine made anew ms=", since)
    t = gw.terminal("demo+box")
    t.expect("is back")
    assert fetch(t, "web") == "it is web"
    t.close()


def test_a_seat_ends_also_while_one_is_made(held):
    gw, folder = held
    t = gw.shell("demo+box")
    begin_reset(gw, t, folder)
    assert gw.atoll("kill", "demo+box").returncode == 0
    t.end()
    gw.wait_no_sandbox()
    (folder / "hold").unlink()
    t = gw.shell("demo+box")
    assert fetch(t, "web") == "it is web"
    t.close()


# --- the work ------------------------------------------------------------------------


def names(archive):
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        found = tar.getnames()
    assert len(found) == len(set(found)), "a path comes twice"
    return set(found)


def make_work(t):
    """A file on each, and one that would be in the way of the other's."""
    t.run("mkdir web; echo mine >web/file")
    console(t, "web")
    t.run("echo mine >there; rm /etc/motd")
    t.type("exit")
    t.expect("is closed")
    t.expect_prompt()


WORK = {"desk/home/student/web/file", "web/home/student/there"}


def test_an_archive_has_the_work_on_all(new_gateway):
    gw = new_gateway(labs={"two": lab(*TWO), "kept": lab(*TWO, home="seat")})
    for seat in ("demo+two", "demo+kept"):
        t = gw.shell(seat)
        make_work(t)
        argv = [g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "lab", "export", seat]
        done = subprocess.run(argv, capture_output=True, timeout=120)
        assert (done.returncode, done.stderr) == (0, b"")
        by_staff = names(done.stdout)
        assert WORK <= by_staff and not any(n.split("/")[0] not in ("desk", "web") for n in by_staff)
        by_student = names(gw.ssh(seat, "lab export", text=False, stdin=b"").stdout)
        assert WORK <= by_student
        t.close()


def test_an_archive_says_of_which_machine_it_lacks_something(gw):
    t = gw.shell("demo+two")
    console(t, "web")
    t.run("touch .wh.me")
    argv = [g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "lab", "export", "demo+two"]
    done = subprocess.run(argv, capture_output=True, timeout=120)
    assert done.returncode == 0 and "web: 1 files that begin with .wh." in done.stderr.decode()
    assert "desk: " not in done.stderr.decode()
    t.close()


def test_the_work_of_an_exam_is_collected_of_all(new_gateway, tmp_path):
    check = tmp_path / "check"
    check.write_text("#!/bin/sh\nnc -w 2 web 80 </dev/null | grep -q 'it is web' && echo points 1/1 web answers\n")
    check.chmod(0o755)
    tmp_path.chmod(0o755)
    gw = new_gateway(labs={"exam": lab(*TWO, close="collect", linger="0s", check=str(check), staff=["teachers"])},
                     accounts=["demo", {"name": "ann", "groups": ["teachers"]}])
    t = gw.shell("demo+exam")
    make_work(t)
    fetch(t, "web")
    t.close()
    [row] = wait_until(lambda: [r for r in json.loads(gw.atoll("collected", "exam", "--json").stdout)
                                if r["state"] == "collected"], "it is collected")
    assert row["most"] == 1
    assert WORK <= names((gw.folder / gw.options["state_dir"] / "collected" / row["file"]).read_bytes())
    gw.wait_no_sandbox()


# --- tools ---------------------------------------------------------------------------


def test_a_lab_of_machines_is_tried(new_gateway, tmp_path):
    """By atoll lab check, which starts a seat of it."""
    setup = tmp_path / "setup"
    setup.write_text("#!/bin/sh\nexit 3\n")
    setup.chmod(0o755)
    tmp_path.chmod(0o755)
    gw = new_gateway(start=False, labs={"good": lab(*TWO), "bad": lab(*TWO[:1], {**TWO[1], "setup": str(setup)})})
    done = gw.atoll("-c", gw.config_file, "lab", "check", gw.labs_dir / "good.conf")
    assert done.returncode == 0 and "good.conf: ok: a sandbox starts in" in done.stdout, done
    done = gw.atoll("-c", gw.config_file, "lab", "check", gw.labs_dir / "bad.conf")
    assert done.returncode == 1 and "web: the lab's setup failed (exit status 3)" in done.stderr, done


def test_a_class_comes_to_machines(gw):
    done = gw.atoll("-c", gw.config_file, "rehearse", "two", "-n", "3", "--minutes", "0.05", "--json")
    said = json.loads(done.stdout)
    assert (said["came"], said["refused"]) == (3, 0), said
    assert said["memory_max"] == (256 + 32) << 20


# --- what cannot be ------------------------------------------------------------------


WRONG = [
    ({"machines": TWO}, 'machines are on a network of their seat\'s own: set network = "lab"'),
    ({"network": "lab"}, 'network = "lab" is for labs with machines: name them, or leave it out'),
    (lab({"name": "a"}, {"name": "a"}), "machines: a is there twice"),
    (lab({"image": "busybox"}), "name is missing"),
    (lab({"name": "localhost"}), "no machine can be called localhost"),
    (lab({"name": "a_b"}), '"a_b" is a host name, which has no _'),
    (lab({"name": "a"}, {"name": "b", "image": "nowhere"}), "image nowhere: "),
    (lab({"name": "a"}, {"name": "b", "user": "nobody-at-all"}), "nobody-at-all"),
    (lab({"name": "a", "address": "10.0.0.12"}, {"name": "b"}), "a and b have the same address"),
    (lab({"name": "a", "address": "192.0.2.7"}, {"name": "b", "address": "192.0.2.7"}), "a and b have the same address"),
    *((lab({"name": "a", "address": no}), f'address of a: "{no}" is none that a machine can have')
      for no in ("127.0.0.1", "0.0.0.1", "224.0.0.1", "255.255.255.255", "10.0.0", "10.0.0.256", "fd00::1", "web")),
    (lab({"name": "a", "address": ["10.0.0.1", "10.0.0.2"]}), "it has one on the network already, and cannot have 10.0.0.2"),
    (lab({"name": "a", "networks": ["x"]}), "machines: networks of a: the lab has no networks to choose from"),
    (lab({"name": "a", "router": True}), "machines: router of a: the lab has no networks to choose from"),
    ({"networks": (DMZ,)}, "networks are of machines: name these, or leave it out"),
    (lab({"name": "a"}, networks=(DMZ,)), "networks of a: name one at least of dmz"),
    (lab({"name": "a", "networks": ["x"]}, networks=(OFFICE, DMZ)), 'networks of a: "x" is none of office, dmz'),
    (lab({"name": "a", "networks": "office"}, networks=(OFFICE, DMZ)), "networks: no machine is on dmz"),
    (lab({"name": "a", "networks": ["dmz", "dmz"]}, networks=(DMZ,)), "networks of a: dmz is there twice"),
    (lab({"name": "a", "networks": "dmz"}, networks=(DMZ, DMZ)), "networks: dmz is there twice"),
    (lab({"name": "a", "networks": "dmz", "router": True}, networks=(DMZ,)), "a is a router: it must be on two networks"),
    (lab({"name": "a", "networks": "dmz", "address": "10.0.0.1"}, networks=(DMZ,)),
     "address of a: no machine of dmz can have 10.0.0.1"),
    *((lab({"name": "a", "networks": "dmz", "address": no}, networks=(DMZ,)), f"no machine of dmz can have {no}")
      for no in ("192.168.7.0", "192.168.7.255", "192.168.8.1")),
    (lab({"name": "a", "networks": "x"}, networks=({"name": "x", "address": "10.0.0.0/29"},)),
     "by its place it would be 10.0.0.11, for which x has no room"),
    (lab({"name": "a", "networks": ["x", "dmz"]}, networks=({"name": "x", "address": "192.168.0.0/16"}, DMZ)),
     "networks: x and dmz have addresses in common"),
    *((lab({"name": "a", "networks": "x"}, networks=({"name": "x", "address": no},)), f'address of x: "{no}" {why}')
      for no, why in (("10.0.0.0/31", "is none of IPv4 of 8 to 30 bits"), ("10.0.0.1", "is none of IPv4 of 8 to 30 bits"),
                      ("224.0.0.0/24", "is none of IPv4"), ("127.0.0.0/8", "is none of IPv4"), ("fd00::/64", "is none of IPv4"),
                      ("10.0.0.1/24", "has bits set beyond its first 24"), ("10.0.0.0/33", "needs 0 to 32 bits"),
                      ("office", "is not an address or a network"))),
    (lab({"name": "a", "networks": "x_y"}, networks=({"name": "x_y", "address": "10.0.0.0/24"},)), "is part of a host name"),
    (lab({"name": "a", "networks": [f"n{n}" for n in range(5)]},
         networks=[{"name": f"n{n}", "address": f"10.0.{n}.0/24"} for n in range(5)]), "networks: there are 5; at most 4"),
    (lab({"name": "a", "networks": "x"}, networks=({"name": "x"},)), "address is missing"),
    (lab({"name": "a", "command": ["sh"]}), "command of a must start with an absolute path"),
    (lab(*({"name": f"m{n}"} for n in range(300))), "machines: there are 300; at most 8"),
    (lab(*TWO, hostname="x"), "their names are their host names: leave it out"),
    (lab(*TWO, warm=1), "a lab with machines cannot have ready sandboxes"),
    (lab(*TWO, anonymous=True), "a lab with machines is for accounts"),
    (lab(*TWO, sandboxes_max=1), "a seat takes a place for each of its machines, which are 2"),
    (lab(*TWO, egress={"allow": []}), "egress is for labs with a network"),
    (lab(*TWO, publish={"a": "web:80", "b": "mars:80"}), 'publish: "b=mars:80": the lab has no machine of that name'),
    (lab(*TWO, publish={"a": "web:80x"}), 'publish: "a=web:80x" is no port from 1 to 65535, or MACHINE:PORT'),
    ({"publish": {"a": ":80"}}, 'publish: "a=:80": the lab has no machine of that name'),
    (lab({"name": "a", "shared": True}), "unknown option shared"),
    (lab({"name": "a", "memory": "1M"}), "memory"),
    (lab({"name": "a"}, {"name": "b", "disk": "900M"}), "disk (921600K) must be at most three quarters"),
]


def test_what_cannot_be_is_told(new_gateway):
    gw = new_gateway(start=False, labs={f"l{n}": what for n, (what, _) in enumerate(WRONG)})
    done = gw.check()
    assert done.returncode != 0
    for n, (_, why) in enumerate(WRONG):
        assert any(why in line for line in done.stderr.splitlines() if f"/l{n}.conf" in line), (why, done.stderr)


def test_what_is_so_with_each_machine_is_told_once(new_gateway):
    gw = new_gateway(start=False, labs={"box": lab(*TWO, image="nowhere", user="root")})
    done = gw.check()
    assert done.returncode != 0
    assert done.stderr.count("image nowhere") == 1, done.stderr
    told = [line for line in done.stderr.splitlines() if "/box.conf" in line]
    assert len(told) == len(set(told)) > 0


def test_more_machines_than_places_are_told(new_gateway):
    gw = new_gateway(start=False, labs={"box": lab(*TWO)}, sandboxes_max=1)
    assert "machines: a seat takes a place for each, and sandboxes_max of the site is 1" in gw.check().stderr
