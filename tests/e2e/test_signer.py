"""atoll-signer: the host keys are its alone, and what happens when it is lost."""
import os
import re
import signal
import subprocess
import threading

import paramiko
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

import gateway as g

KINDS = {"ed25519": ["-t", "ed25519"], "ecdsa": ["-t", "ecdsa"], "rsa": ["-t", "rsa", "-b", "3072"]}
PIECE = 16  # bytes: what is shorter is found in any memory


def make_key(path, kind):
    subprocess.run(["ssh-keygen", "-q", *KINDS[kind], "-N", "", "-f", path], check=True)
    return path


def numbers_of(path):
    """The secret ones of a key's file."""
    key = serialization.load_ssh_private_key(path.read_bytes(), None)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        raw = serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
        return [key.private_bytes(*raw)]
    secret = key.private_numbers()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return [secret.private_value.to_bytes(32, "big")]
    assert isinstance(key, rsa.RSAPrivateKey)
    return [n.to_bytes((n.bit_length() + 7) // 8, "big") for n in (secret.d, secret.p, secret.q)]


def pieces_of(path):
    """Of each number, as a file has it and as libcrypto has it in memory; whoever has
    31 bytes in a row has one of these."""
    whole = [order for n in numbers_of(path) for order in (n, n[::-1])]
    return {n[at : at + PIECE] for n in whole for at in range(0, len(n) - PIECE + 1, PIECE)}


def memory_of(pid):
    """All that it has, as root sees it."""
    with open(f"/proc/{pid}/maps") as f:
        ranges = [line.split() for line in f]
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for where, rights, *_, in ranges:
            if rights[0] != "r" or "[vvar" in _[-1] or "[vsyscall" in _[-1]:
                continue
            begin, end = (int(x, 16) for x in where.split("-"))
            memory.seek(begin)
            try:
                yield memory.read(end - begin)
            except OSError:
                assert "[" in _[-1], f"{where} of {pid}"  # the kernel's


def found_in(pid, pieces):
    return {p for part in memory_of(pid) for p in pieces if p in part}


@pytest.mark.quick
@pytest.mark.skipif(g.SANITIZED, reason="the sanitizers' shadow memory takes days to read")
@pytest.mark.parametrize("kind", KINDS)
def test_no_process_but_the_signer_has_a_byte_of_a_host_key(new_gateway, tmp_path, kind):
    """Of the key in use, and of the one that is only announced."""
    key, later = make_key(tmp_path / "now", kind), make_key(tmp_path / "later", kind)
    gw = new_gateway(host_keys=[key], host_keys_next=[later])
    shell = gw.shell()  # a session that has logged in, and one that has not
    early = gw.connect()
    assert early.recv(4) == b"SSH-"
    sessions = g.wait_until(lambda: len(gw.sessions()) == 2 and gw.sessions(), "two sessions")
    for path in (key, later):
        pieces = pieces_of(path)
        assert len(pieces) >= 4
        for name, pid in {"zygote": gw.zygote, "session": sessions[0], "early": sessions[1],
                          "monitor": gw.monitor, "builder": gw.builder, "supervisor": gw.pid}.items():
            assert found_in(pid, pieces) == set(), name
        # The same look finds all of a number where it is.
        for pid in gw.pids_of("atoll-signer"):
            got = found_in(pid, pieces)
            assert any({n[at : at + PIECE] for at in range(0, len(n) - PIECE + 1, PIECE)} <= got
                       for number in numbers_of(path) for n in (number, number[::-1]))
    early.close()
    shell.close()


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(accounts=["demo"], login_grace=8)


def signers(gw):
    return gw.pids_of("atoll-signer")


def test_there_is_one_for_two_processors(gw):
    assert len(signers(gw)) == (os.sysconf("SC_NPROCESSORS_ONLN") + 1) // 2


def test_a_signer_has_no_file(gw):
    for pid in signers(gw):
        links = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
        assert os.listdir(f"/proc/{pid}/root") == []
        assert all(re.match(r"socket:|anon_inode:\[eventpoll\]|/dev/null|pipe:", link) for link in links), links


def exchange_keys_and_end(data):
    """Three times what the client's RekeyLimit is, through the cat at the other end."""
    sent = "y" * (3 << 20)
    writer = threading.Thread(target=lambda: (data.stdin.write(sent), data.stdin.close()))
    writer.start()
    assert data.stdout.read() == sent
    writer.join()
    assert data.wait() == 0


def test_a_signer_that_is_killed_is_started_again(gw):
    """Who is in goes on, also exchanging keys anew; who comes waits a moment."""
    before = signers(gw)
    data = gw.ssh_start("demo", "cat", options=["RekeyLimit=1M"])
    data.stdin.write("x" * 70000)
    data.stdin.flush()
    assert len(data.stdout.read(70000)) == 70000
    since = len(gw.lines)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    gw.wait_log("<3>lost atoll-signer", since)
    exchange_keys_and_end(data)
    gw.wait_log("<6>started atoll-signer again", since)
    assert gw.out("demo", "echo in") == "in\n"
    assert not set(before) & set(signers(gw))


def test_who_comes_meanwhile_waits(gw):
    for pid in signers(gw):
        os.kill(pid, signal.SIGKILL)
    assert gw.out("demo", "echo in") == "in\n"


def test_who_has_exchanged_keys_and_not_logged_in_begins_anew(gw):
    """Whether it had its signature only the lost one knew."""
    since = len(gw.lines)
    early = paramiko.Transport(gw.connect())
    early.start_client(timeout=g.PATIENCE)
    for pid in signers(gw):
        os.kill(pid, signal.SIGKILL)
    g.wait_until(lambda: not early.is_active(), "its end")
    gw.wait_log("conn=.* connection ended", since)
    early.close()
    assert gw.out("demo", "echo in") == "in\n"


def test_a_signer_that_is_stopped_is_left(gw):
    stopped = signers(gw)
    since = len(gw.lines)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        gw.wait_log("<3>lost atoll-signer: it does not answer", since)
        g.wait_until(lambda: set(signers(gw)) - set(stopped), "another one")
        assert gw.out("demo", "echo in") == "in\n"
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    g.wait_until(lambda: not set(stopped) & set(signers(gw)), "those that were stopped end")


def test_a_new_host_key_leaves_who_is_in_alone(new_gateway, tmp_path):
    """They go on exchanging keys with the one that they were shown."""
    gw = new_gateway(accounts=["demo"])
    before = signers(gw)
    data = gw.ssh_start("demo", "cat", options=["RekeyLimit=1M"])
    data.stdin.write("x")
    data.stdin.flush()
    assert data.stdout.read(1) == "x"
    gw.write_config(host_keys=[make_key(tmp_path / "new", "ecdsa")])
    assert gw.atoll("reload").returncode == 0
    assert set(before) < set(signers(gw))
    exchange_keys_and_end(data)
    g.wait_until(lambda: not set(before) & set(signers(gw)), "the old ones end")
    assert gw.out("demo", "echo in", options=["HostKeyAlgorithms=ecdsa-sha2-nistp256"]) == "in\n"


def test_a_session_exchanges_keys_anew_after_an_upgrade(new_gateway):
    gw = new_gateway(accounts=["demo"])
    before = signers(gw)
    data = gw.ssh_start("demo", "cat", options=["RekeyLimit=1M"])
    data.stdin.write("x")
    data.stdin.flush()
    assert data.stdout.read(1) == "x"
    done = gw.atoll("upgrade")
    assert done.returncode == 0, f"{done}\n{gw.tail}"
    exchange_keys_and_end(data)
    g.wait_until(lambda: signers(gw) and not set(before) & set(signers(gw)), "those of before end")
    assert gw.out("demo", "echo in") == "in\n"


def test_files_that_changed_without_a_reload_are_not_read(new_gateway, tmp_path):
    """In the place of one that was lost comes none with other keys: clients would be
    shown one and get signatures of the other."""
    key = make_key(tmp_path / "key", "ed25519")
    old = key.read_bytes()
    gw = new_gateway(accounts=["demo"], host_keys=[key])
    make_key(tmp_path / "other", "ed25519")
    key.write_bytes((tmp_path / "other").read_bytes())
    since = len(gw.lines)
    for pid in signers(gw):
        os.kill(pid, signal.SIGKILL)
    gw.wait_log("the files of the host keys are not those that were loaded", since)
    key.write_bytes(old)
    assert gw.out("demo", "echo in") == "in\n"


def test_there_must_be_a_user_for_the_keys(new_gateway):
    gw = new_gateway(start=False, signer_user="no-such-user")
    assert "there is no user no-such-user (signer_user)" in gw.check().stderr
    gw.write_config(signer_user="_atoll")
    assert "signer_user must be a user of its own" in gw.check().stderr


def test_a_flood_of_handshakes_keeps_nobody_out(gw):
    """Clients that get a signature and go, again and again, from as many threads."""
    end = threading.Event()

    def flood():
        while not end.is_set():
            try:
                t = paramiko.Transport(gw.connect())
                t.start_client(timeout=g.PATIENCE)
                t.close()
            except (OSError, paramiko.SSHException, EOFError):
                pass

    threads = [threading.Thread(target=flood) for _ in range(4)]
    for t in threads:
        t.start()
    try:
        for _ in range(3):
            assert gw.out("demo", "echo in", options=["ConnectionAttempts=5"]) == "in\n"
    finally:
        end.set()
        for t in threads:
            t.join()
