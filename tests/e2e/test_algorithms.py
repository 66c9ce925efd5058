"""What is offered to a stranger, before anything is agreed."""
import os
import re
import socket
import struct
import subprocess

import pytest

import gateway as g

pytestmark = pytest.mark.quick


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway()


LISTS = ["kex", "host keys", "ciphers in", "ciphers out", "macs in", "macs out",
         "compression in", "compression out"]


@pytest.fixture(scope="module")
def offer(gw):
    """The name-lists of the KEXINIT, which goes in the clear."""
    with socket.create_connection(("127.0.0.1", gw.port), timeout=g.PATIENCE) as s:
        s.sendall(b"SSH-2.0-test\r\n")
        f = s.makefile("rb")
        f.readline()
        length, padding = struct.unpack(">IB", f.read(5))
        payload = f.read(length - 1 - padding)
    assert payload[0] == 20
    at, lists = 17, {}
    for name in LISTS:
        n = struct.unpack_from(">I", payload, at)[0]
        lists[name] = payload[at + 4:at + 4 + n].decode().split(",")
        at += 4 + n
    return lists


def test_ssh_audit_finds_no_failure(gw):
    done = subprocess.run(["ssh-audit", "-n", "-b", "-p", str(gw.port), "127.0.0.1"],
                          capture_output=True, text=True, timeout=60,
                          env={**os.environ, "TERM": "dumb"})
    lines = done.stdout.splitlines()
    assert any("curve25519-sha256 --" in line for line in lines), done.stdout
    assert [line for line in lines if "[fail]" in line] == []
    # ssh-audit 2.5 is older than Terrapin and its cure.
    unknown = [line for line in lines if "unknown algorithm" in line and line.startswith("(")]
    assert all("kex-strict-s" in line or "mlkem" in line for line in unknown), unknown


def test_strict_key_exchange_is_offered(offer):
    """Against Terrapin, CVE-2023-48795."""
    assert "kex-strict-s-v00@openssh.com" in offer["kex"]


def packet(payload):
    padding = 8 - (5 + len(payload)) % 8
    padding += 8 if padding < 4 else 0
    return struct.pack(">IB", 1 + len(payload) + padding, padding) + payload + bytes(padding)


@pytest.mark.longer
@pytest.mark.parametrize("smuggled", [b"", b"\x02\0\0\0\0"], ids=["nothing", "an IGNORE"])
def test_a_packet_smuggled_into_the_key_exchange_ends_it(gw, smuggled):
    lists = ["curve25519-sha256,kex-strict-c-v00@openssh.com", "ssh-ed25519",
             *["aes128-ctr"] * 2, *["hmac-sha2-256"] * 2, *["none"] * 2, "", ""]
    init = b"\x14" + bytes(16)
    init += b"".join(struct.pack(">I", len(x)) + x.encode() for x in lists) + bytes(5)
    with socket.create_connection(("127.0.0.1", gw.port), timeout=g.PATIENCE) as s:
        s.sendall(b"SSH-2.0-test\r\n" + (packet(smuggled) if smuggled else b"") + packet(init))
        s.sendall(packet(b"\x1e\0\0\0\x20" + os.urandom(32)) + packet(b"\x15"))
        s.settimeout(2)
        ended = False
        try:
            while s.recv(4096):
                pass
            ended = True
        except TimeoutError:
            pass
        assert ended == bool(smuggled)


def test_post_quantum_exchanges_come_first(offer):
    quantum = [k for k in offer["kex"] if re.match("mlkem|sntrup", k)]
    assert offer["kex"][:len(quantum)] == quantum
    version = subprocess.run(["dpkg-query", "-Wf", "${Version}", "libssh-dev"],
                             capture_output=True, text=True).stdout
    assert bool(quantum) == (tuple(map(int, version.split(".")[:2])) >= (0, 12))


def test_nothing_is_compressed(offer):
    """It costs memory before the login, and nobody needs it."""
    assert offer["compression in"] == offer["compression out"] == ["none"]


def test_nothing_old_is_offered(offer):
    everything = [name for names in offer.values() for name in names]
    old = re.compile(r"sha1|md5|cbc|arcfour|3des|dss|nistp.*\Z|group-exchange|group1[68]|ssh-rsa\Z|none\Z")
    exceptions = {"none"}  # compression
    assert [name for name in everything if old.search(name) and name not in exceptions] == []


def test_etm_macs_and_aead_ciphers_come_first(offer):
    assert offer["ciphers out"][0] == "chacha20-poly1305@openssh.com"
    assert all("etm" in name for name in offer["macs out"][:2])
