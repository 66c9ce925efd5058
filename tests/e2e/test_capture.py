"""lab capture: what passes an interface, without packet sockets for students."""
import os
import re
import select
import subprocess
import time
from contextlib import contextmanager

import pytest

import gateway as g
from gateway import wait_until

SMALL = {"memory": "32M", "disk": "8M", "pids": 24, "inodes": 500}
TWO = {"network": "lab", "machines": ({"name": "desk"}, {"name": "web", **SMALL}), "capabilities": ["net_raw"],
       "linger": "5m", "capture": True}
ALONE = {"capture": True, "linger": "5m", "capabilities": ["net_raw"]}
LABS = {"two": TWO, "alone": ALONE, "root": {**ALONE, "user": "root"}, "none": {}}
MAGIC = 0xa1b2c3d4.to_bytes(4, "little")
HEADER = 24  # bytes of a file before its first frame


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(labs=LABS, accounts=["demo", "ann"], sandboxes_max=12, connections_per_account=20)


@pytest.fixture(autouse=True)
def nothing_stays(gw):
    yield
    for row in gw.ls():
        gw.atoll("kill", f"{row['account']}+{row['lab']}")
    gw.wait_no_sandbox()


def shown(pcap, *words):
    """What tcpdump makes of it, a line a frame; it complains of what is cut."""
    done = subprocess.run(["tcpdump", "-n", "-r", "-", *words], input=pcap, capture_output=True)
    assert done.returncode == 0 and b"truncated" not in done.stderr, done.stderr
    return done.stdout.decode().splitlines()


@contextmanager
def capture(gw, seat, command="lab capture"):
    """One that has begun."""
    p = subprocess.Popen(gw.ssh_argv(seat, command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, env=g.client_environment())
    p.header = p.stdout.read(HEADER)
    if p.header[:4] != MAGIC:
        p.kill()
        raise AssertionError((p.header + p.stdout.read(), p.stderr.read(), gw.tail))
    try:
        yield p
    finally:
        p.kill()
        p.wait()


def to_file(command="lab capture", while_it_runs="true"):
    """A script: a capture to /tmp/c, of what happens meanwhile, and how it ends."""
    return (f"{command} >/tmp/c 2>/tmp/said & lab=$!; until [ -s /tmp/c ]; do sleep 0.05; done\n{while_it_runs}\n"
            "kill -TERM $lab; wait $lab; echo $? >&2; cat /tmp/said >&2; cat /tmp/c\n")


def run(gw, seat, script):
    """What it wrote to its output, in bytes, and to its error."""
    done = gw.ssh(seat, "sh -s", stdin=script.encode(), text=False)
    return done.stdout, done.stderr.decode()


def idle(gw, seat):
    """No capture runs there."""
    return lambda: "lab-capture" not in gw.out(seat, "ps")


# --- what it shows ---------------------------------------------------------------


def whole(pcap):
    """Without a last frame that is not all there yet."""
    at = end = HEADER
    while end <= len(pcap):
        at = end
        end += 16 + int.from_bytes(pcap[at + 8:at + 12], "little") if at + 16 <= len(pcap) else len(pcap)
    return pcap[:at]


def read_until(p, count, *words):
    """So many frames of that kind, as they come."""
    pcap, end = p.header, time.monotonic() + g.PATIENCE
    while len(lines := shown(whole(pcap), *words)) < count:
        assert select.select([p.stdout], [], [], max(0, end - time.monotonic()))[0], (lines, pcap)
        more = p.stdout.read1()
        assert more != b"", p.stderr.read()
        pcap += more
    return lines


def pings(lines):
    return [re.search(r"IP (\S+) > (\S+): ICMP echo (\w+), .* length 64$", line).groups() for line in lines]


ASKED, ANSWERED = ("10.0.0.11", "10.0.0.12", "request"), ("10.0.0.12", "10.0.0.11", "reply")


def test_what_two_machines_say_to_each_other_is_read_by_tcpdump(gw):
    pcap, said = run(gw, "demo+two", to_file(while_it_runs="ping -c 3 web >&2"))
    assert said.splitlines()[-1] == "0", said
    assert pings(shown(pcap, "icmp")) == 3 * [ASKED, ANSWERED]
    # of the other machine, on one's own computer
    with capture(gw, "demo+two", "lab console web lab capture eth0") as p:
        gw.out("demo+two", "ping -c 1 web")
        assert pings(read_until(p, 2, "icmp")) == [ASKED, ANSWERED]


def test_without_a_network_it_shows_the_sandbox_itself(gw):
    """And each frame once, though the loopback has it twice."""
    pcap, said = run(gw, "demo+alone", to_file(while_it_runs="ping -c 1 127.0.0.1 >&2"))
    assert said.splitlines()[-1] == "0", said
    assert [what for _, _, what in pings(shown(pcap, "icmp"))] == ["request", "reply"]


def test_it_hears_its_own_machine_alone(gw):
    with capture(gw, "demo+two") as p, capture(gw, "ann+two") as other:
        gw.out("ann+two", "ping -c 2 web")
        assert pings(read_until(other, 4, "icmp")) == 2 * [ASKED, ANSWERED]
        gw.out("demo+two", "ping -c 1 web")
        assert pings(read_until(p, 2, "icmp")) == [ASKED, ANSWERED]
        # one socket, which hears everything
        assert re.findall(r"(?m)^\S+ +\d+ +3 +(\w+)", gw.out("demo+two", "cat /proc/net/packet")) == ["0003"]
    wait_until(idle(gw, "demo+two"), "the capture has ended with its client")
    # and now what nobody inside can send
    assert re.findall(r"(?m)^\S+ +\d+ +3 +(\w+)", gw.out("demo+two", "cat /proc/net/packet")) == ["88b5"]


# --- its end ---------------------------------------------------------------------


def test_there_is_one_a_machine_and_another_after_it(gw):
    with capture(gw, "demo+two") as p:
        done = gw.ssh("demo+two", "lab capture lo")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == ("A capture of this machine is running, and there is one at a time:"
                               " end that one first.\n")
        with capture(gw, "demo+two", "lab console web lab capture"):
            pass
        p.kill()
        wait_until(idle(gw, "demo+two"), "the capture has ended with its client")
    run(gw, "demo+two", to_file("lab capture lo"))


def test_it_ends_when_nobody_reads(gw):
    """Though nothing comes, and with no word."""
    script = "lab capture 2>/tmp/said | head -c 24 | wc -c; cat /tmp/said"
    for _ in range(3):
        assert gw.out("demo+two", script).split() == ["24"]
    # killed, it can say nothing
    run(gw, "demo+two", "lab capture >/tmp/c & until [ -s /tmp/c ]; do sleep 0.05; done\nkill -9 $!\n")
    wait_until(idle(gw, "demo+two"), "the capture has ended")
    assert gw.out("demo+two", script).split() == ["24"]


def test_a_machine_that_is_made_anew_ends_its_capture_and_has_another(gw):
    with capture(gw, "demo+two", "lab console web lab capture") as p:
        gw.out("demo+two", "lab reset -y web")
        assert p.wait(g.PATIENCE) != 0
    with capture(gw, "demo+two", "lab console web lab capture") as p:
        gw.out("demo+two", "ping -c 1 web")
        read_until(p, 2, "icmp")


def test_an_upgrade_leaves_it_alone(gw):
    with capture(gw, "demo+two") as p:
        assert gw.atoll("upgrade").returncode == 0
        gw.out("demo+two", "ping -c 1 web")
        assert pings(read_until(p, 2, "icmp")) == [ASKED, ANSWERED]


# --- who may not -----------------------------------------------------------------


def test_what_cannot_be_says_why(gw):
    for seat, command, status, text in (
            ("demo+none", "lab capture | cat", 0, "capture = true"),
            ("demo+two", "lab capture eth7 | cat", 0, "There is no interface eth7 here, but lo eth0.\n"),
            ("demo+two", "lab capture eth0 icmp", 2, "lab capture | tcpdump -n -r - icmp"),
            ("demo+two", "lab capture -i", 2, "usage: lab capture [INTERFACE]")):
        done = gw.ssh(seat, command)
        assert (done.returncode, done.stdout) == (status, "") and text in done.stderr, done
    t = gw.shell("demo+two")
    text, status = t.run("lab capture")
    assert status == 2 and "lab capture | tcpdump -n -r -" in text and "wireshark -k -i -" in text
    t.close()


def put(gw, seat):
    """Puts tests/attack/capture there."""
    gw.out(seat, "cat >/tmp/attack && chmod 755 /tmp/attack", stdin=(g.BUILD / "tests/attack/capture").read_bytes(),
           text=False)


REFUSED = ("attach", "seize", "descriptor 3", "descriptor 4", "descriptors", "memory", "reading", "socket")


@pytest.mark.parametrize("seat, who", [("demo+alone", ""), ("demo+root", ""), ("demo+root", "65532")])
def test_the_socket_is_out_of_reach(gw, seat, who):
    """Of the student, of root inside, and of who has become the user that the process is."""
    put(gw, seat)
    with capture(gw, seat) as p:
        [pid] = re.findall(r"(?m)^ *(\d+) .*lab-capture", gw.out(seat, "ps"))
        for victim in (pid, "1"):
            said = dict(line.split(": ") for line in gw.out(seat, f"/tmp/attack steal {victim} {who}").splitlines())
            assert all(said[what] != "done" for what in REFUSED), said
        assert (said["stop"] == "done") == (seat == "demo+root" and who == ""), said
        gw.out(seat, "ping -c 1 127.0.0.1")
        read_until(p, 2, "icmp")


def test_root_who_ends_the_process_has_ended_a_capture(gw):
    with capture(gw, "demo+root") as p:
        gw.out("demo+root", "kill -9 $(pidof lab-capture)")
        assert p.stderr.read() == b"The capture was ended before its time: begin another.\n"
        assert p.wait(g.PATIENCE) == 1
    with capture(gw, "demo+root"):
        pass


def test_what_is_no_stream_is_refused(gw):
    put(gw, "demo+alone")
    no, name = "This is no request: is lab of another build?", "There is no interface "
    assert dict(line.split(": ", 1) for line in gw.out("demo+alone", "/tmp/attack pass").splitlines()) == {
        "nothing": no, "pipe": no, "file": no, "packets": no, "tcp": no, "no name": name + " here, but lo.",
        "long name": name + "x" * 38, "odd name": name + "%n%s../\x1b[2J here, but lo.", "closed": "(null)"}
    with capture(gw, "demo+alone"):
        pass


def test_a_reader_that_has_stopped_costs_little_and_hears_what_was_lost(gw):
    script = to_file("lab capture", "kill -STOP $lab; ping -q -A -c 200 -s 50000 127.0.0.1 >&2; cat /proc/net/packet >&2;"
                     " kill -CONT $lab")
    pcap, said = run(gw, "demo+alone", script)
    [bytes_waiting] = re.findall(r"(?m)^\S+ +\d+ +3 +0003 +1 +1 +(\d+)", said)
    assert 0 < int(bytes_waiting) < 5 << 20
    lost, = re.findall(r"(?m)^(\d+) frames were lost: more came than was read in time\.$", said)
    assert int(lost) > 0
    assert len(shown(pcap, "icmp")) > 0
