"""What a student knows from sshd: the same commands there and here."""
import hashlib
import os
import random
import subprocess
import tempfile
import time

import pytest

import gateway as g
import packets as p
from packets import Packets
from sshd import Sshd

MB = 1 << 20
HUGE = os.environ.get("ATOLL_TEST_HUGE") == "1"  # a gigabyte instead of 200 MB

CIPHERS = ["chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com", "aes128-gcm@openssh.com",
           "aes256-ctr", "aes192-ctr", "aes128-ctr"]


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(connections_per_account=20, labs={"box": {"linger": "1m", "cpus": 2.0}})


@pytest.fixture(scope="module")
def sshd(tmp_path_factory, keys):
    server = Sshd(tmp_path_factory.mktemp("sshd") / "a", keys)
    yield server
    server.stop()


# --- how a command ends -----------------------------------------------------


@pytest.fixture(scope="module")
def masters(gw, sshd, tmp_path_factory):
    """A connection to each, which sessions share: sshd is slow to log in."""
    folder = tmp_path_factory.mktemp("mux")
    children = []
    for name, server in (("gw", gw), ("sshd", sshd)):
        server.mux = folder / name
        argv = server.ssh_argv("demo", options=["ControlMaster=yes", f"ControlPath={server.mux}"])
        children.append(subprocess.Popen([*argv, "cat"], stdin=subprocess.PIPE,
                                         stdout=subprocess.DEVNULL, env=g.client_environment()))
        g.wait_until(server.mux.exists, "the master listens")
    yield
    for child in children:
        child.communicate(timeout=g.PATIENCE)


def run(server, command, stdin=b"", tty=False):
    """stdout, stderr, status, and whether it waited for a job of two seconds
    after its first output."""
    argv = server.ssh_argv("demo", command, options=[f"ControlPath={server.mux}"])
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as err:
        given.write(stdin)
        given.seek(0)
        child = subprocess.Popen([argv[0], "-tt" if tty else "-T", *argv[1:]], stdin=given,
                                 stdout=subprocess.PIPE, stderr=err, env=g.client_environment())
        out = child.stdout.read(1)
        began = time.monotonic()
        out += child.stdout.read()
        status = child.wait(timeout=g.PATIENCE)
        took = time.monotonic() - began
        child.stdout.close()
        err.seek(0)
        return out, err.read(), status, took > 1.5


COMMANDS = [
    ("cat; echo after", b"some input"),
    ("exec >&-; cat >&2; exit 3", b"to stderr"),
    ("exec 2>&-; cat; exit 4", b"to stdout"),
    ("exec <&-; echo done; exit 5", b"x" * 3 * MB),
    ("exec <&- >&- 2>&-; exit 6", b"x" * 3 * MB),
    ("echo out; echo err >&2; exit 7", b""),
    ("kill -TERM $$", b""),
    ("kill -KILL $$", b""),
    ("exit 255", b""),
    ("yes | head -1", b""),
    ("sleep 2 & echo soon", b""),
    ("sleep 2 >/dev/null & echo soon", b""),
    ("sleep 2 >/dev/null 2>&1 & echo soon", b""),
    ("sleep 2 </dev/null >/dev/null 2>&1 & echo soon", b""),
    ("(sleep 2; echo late) & echo soon", b""),
    ("(sleep 2; echo late >&2) & exit 8", b""),
    ("head -c 5; exit 9", b"12345678"),
    ("head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2", b""),
    ("printf '\\000\\001\\377\\r\\n\\004\\003'; cat", bytes(range(256)) * 100),
]


@pytest.mark.parametrize("command, stdin", COMMANDS, ids=[c for c, _ in COMMANDS])
def test_a_command_ends_as_with_sshd(gw, sshd, masters, command, stdin):
    assert run(gw, command, stdin) == run(sshd, command, stdin)


@pytest.mark.quick
@pytest.mark.parametrize("command", [
    "echo hello; exit 3",
    "echo hello; kill -HUP $$",
    "echo out; echo err >&2",
    "sleep 2 & echo soon",
    "sleep 30 >/dev/null 2>&1 & echo soon",
    "exec </dev/null; echo hello; exit 4",
])
def test_a_command_on_a_terminal_ends_as_with_sshd(gw, sshd, masters, command):
    def ending(server):
        out, _, status, slow = run(server, command, tty=True)
        return out, status, slow

    assert ending(gw) == ending(sshd)


@pytest.mark.parametrize("where", ["gw", "sshd"])
def test_a_flood_ends_when_nobody_reads_it(request, where):
    server = request.getfixturevalue(where)
    began = time.monotonic()
    child = subprocess.Popen(server.ssh_argv("demo", "yes; exit 3"), stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             env=g.client_environment())
    assert child.stdout.readline() == b"y\n"
    child.stdout.close()
    assert child.wait(timeout=g.PATIENCE) == 3
    assert time.monotonic() - began < 5


# --- the terminal -----------------------------------------------------------

MODES = [
    "",
    "erase ^H intr ^X kill undef",
    "-echo -isig -iexten",
    "-icanon -icrnl min 1",
    "iutf8 -ixon ixany",
    "-iutf8 -onlcr -echoe -echok -echoctl",
    "cs7 parenb parodd -istrip",
    "speed 9600",
    "raw",
]


def modes_behind(server, modes):
    """stty's word on a terminal at the other end, of what it is at this end."""
    argv = " ".join(f"'{a}'" for a in server.ssh_argv("demo", "stty -g; sleep 0.2"))
    change = f"stty {modes};" if modes else ""
    t = g.Terminal(["sh", "-c", f"{change} exec ssh -tt {argv[6:]}"])
    text, status = t.end()
    assert status == 0, text
    return text.strip()


@pytest.mark.parametrize("modes", MODES)
def test_the_terminal_has_the_client_s_modes(gw, sshd, modes):
    assert modes_behind(gw, modes) == modes_behind(sshd, modes)


def test_the_modes_are_not_all_alike(gw):
    """Or the test above would compare nothing."""
    assert len({modes_behind(gw, m) for m in MODES}) == len(MODES)


@pytest.mark.quick
def test_a_break_is_granted_on_a_terminal_only(gw):
    with Packets(gw) as c:
        c.login()
        channel = c.open()
        c.request(channel, "pty-req", "xterm", 80, 24, 0, 0, b"\x03\0\0\0\x08\0")
        c.expect(p.CHANNEL_SUCCESS)
        c.request(channel, "exec", "stty -a; cat")
        c.expect(p.CHANNEL_SUCCESS)
        text = b""
        while b"erase" not in text:
            m = c.expect(p.DATA, ignore=(p.WINDOW_ADJUST,))
            m.get_int()
            text += m.get_binary()
        assert b"erase = ^H" in text
        c.request(channel, "break", 500)
        c.expect(p.CHANNEL_SUCCESS, ignore=(p.DATA,))
        plain = c.run("cat", number=1)
        c.request(plain, "break", 500)
        c.expect(p.CHANNEL_FAILURE, ignore=(p.DATA,))


@pytest.mark.quick
@pytest.mark.parametrize("encoded", [b"", b"\x35", b"\x35\0\0\0", b"\xff" * 100, b"\x03\0\0\0\x08" * 500])
def test_modes_that_are_none_do_not_cost_the_terminal(gw, encoded):
    with Packets(gw) as c:
        c.login()
        channel = c.open()
        c.request(channel, "pty-req", "xterm", 80, 24, 0, 0, encoded)
        c.expect(p.CHANNEL_SUCCESS)
        c.request(channel, "exec", "stty size")
        c.expect(p.CHANNEL_SUCCESS)
        assert c.output()[:2] == (b"24 80\r\n", 0)


# --- much of it, with new keys all the while --------------------------------


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    """Bytes that do not compress, and the SHA-256 of so many of them."""
    path = tmp_path_factory.mktemp("big") / "data"
    digest, digests = hashlib.sha256(), {}
    source = random.Random(2)
    with open(path, "wb") as f:
        for n in range(1, (1024 if HUGE else 200) + 1):
            block = source.randbytes(MB)
            digest.update(block)
            digests[n] = digest.hexdigest()
            f.write(block)
    yield path, digests
    path.unlink()


def there_and_back(gw, path, megabytes, options):
    """Digest of what "cat" returns, and ssh's own account of new keys."""
    head = subprocess.Popen(["head", "-c", str(megabytes * MB), path], stdout=subprocess.PIPE)
    argv = gw.ssh_argv("demo", "cat", options=[*options, "LogLevel=DEBUG"])
    got = hashlib.sha256()
    with open(path.with_name("log"), "w+") as log:
        child = subprocess.Popen(argv, stdin=head.stdout, stdout=subprocess.PIPE, stderr=log,
                                 env=g.client_environment())
        head.stdout.close()
        while block := child.stdout.read(MB):
            got.update(block)
        assert child.wait(timeout=g.PATIENCE) == 0
        head.wait(timeout=g.PATIENCE)
        log.seek(0)
        return got.hexdigest(), log.read()


@pytest.mark.parametrize("cipher", CIPHERS)
def test_bytes_survive_new_keys_every_megabyte(gw, big, cipher):
    path, digests = big
    megabytes = len(digests) if cipher == CIPHERS[1] else 32
    digest, log = there_and_back(gw, path, megabytes,
                                 [f"Ciphers={cipher}", "RekeyLimit=1M"])
    assert digest == digests[megabytes]
    assert f"cipher: {cipher}" in log
    assert log.count("SSH2_MSG_NEWKEYS received") > megabytes / 2


@pytest.fixture(scope="module")
def renewing(start_gateway, tmp_path_factory):
    """A gateway that asks for new keys every megabyte."""
    libexec = tmp_path_factory.mktemp("libexec") / "x"
    g.replace(libexec, session=g.BUILD / "tests/attack/rekey")
    return start_gateway(labs={"box": {"linger": "1m", "cpus": 2.0}}, libexec_dir=libexec)


@pytest.mark.parametrize("cipher", CIPHERS)
def test_bytes_survive_new_keys_that_the_gateway_starts(renewing, big, cipher):
    path, digests = big
    digest, log = there_and_back(renewing, path, 32, [f"Ciphers={cipher}", "RekeyLimit=100G"])
    assert digest == digests[32]
    assert f"cipher: {cipher}" in log
    assert log.count("SSH2_MSG_NEWKEYS received") > 16


@pytest.mark.skipif(not HUGE, reason="libssh renews keys by itself after a gigabyte: "
                                     "ATOLL_TEST_HUGE=1 sends that much")
def test_bytes_survive_new_keys_after_a_gigabyte(gw, big):
    path, digests = big
    digest, log = there_and_back(gw, path, 1024, [f"Ciphers={CIPHERS[0]}", "RekeyLimit=100G"])
    assert digest == digests[1024]
    assert log.count("SSH2_MSG_NEWKEYS received") > 1
