"""Every attempt of the probe's table, in a sandbox that reaches the outside by address and by name."""
import subprocess

import pytest

import outside as world_outside
import probe
from gateway import PATIENCE, wait_until
from test_escape import NEIGHBOUR_PORT, TABLE

LAB = {"network": "internet", "egress": {"allow": [f"{world_outside.NETWORK}:*", "web.test:*"]}}
# There is a way to these, which ends in the router.
REFUSED = dict.fromkeys(["outside: a cloud's metadata", "outside: the internet"], "EHOSTUNREACH")


@pytest.fixture(scope="module")
def world():
    with world_outside.world() as w:
        yield w


@pytest.fixture(scope="module")
def gw(world, start_gateway):
    gw = start_gateway(labs={"out": LAB, "user": {}}, accounts=["demo"], network_resolver=world_outside.RESOLVER)
    wait_until(lambda: gw.pids_of("atoll-net") and gw.pids_of("atoll-names"), "its programs", details=lambda: gw.tail)
    wait_until(lambda: subprocess.run(["ip", "link", "show", world_outside.UPLINK], capture_output=True).returncode == 0, "the uplink")
    world.set_up_uplink()
    return gw


@pytest.fixture(scope="module")
def host(world):
    """What test_escape.py offers outside, in this world's host."""
    port = 7070
    host = subprocess.Popen([probe.PROBE, "listen", str(port)], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert host.stdout.readline() == "listening\n", host.stderr.read()
    yield [f"host_pid={host.pid}", f"host_port={port}"]
    host.stdin.close()
    assert host.wait(timeout=PATIENCE) == 0


def test_a_way_to_the_outside_leads_no_further(gw, host):
    got = probe.run(gw, "demo+out", *host, f"host_path={gw.config_file}", f"neighbour_port={NEIGHBOUR_PORT}")
    want = {**{a: row[0]["user"] for a, row in TABLE.items()}, **REFUSED}
    assert got.keys() == want.keys()
    assert REFUSED.keys() <= TABLE.keys()
    assert {a: (got[a], want[a]) for a in want if got[a] not in (want[a], "ENOENT")} == {}
    gw.wait_log(r"account=demo lab=out seat looks hostile sign=probes answer=tell: refused calls: ")
