"""Our own processes in an attacker's hands: each hurts only itself.

tests/attack/session is atoll-session with another session_serve(): a client that
says so speaks through it on a session's links; every other one is served.
"""
import base64
import os
import re
import select
import socket
import struct
import subprocess
import time

import paramiko
import pytest

import gateway as g
import wire
from test_metrics import values, wait_value

MONITOR, INIT, SIGNER, STOP_READING, SPIN = range(5)
FRAME = struct.Struct("<BB2xII")
CLOSED = 0xFFFFFFFF
REFUSED = {"allow": 0, "account": "", "lab": "", "forwarding": 0, "notice": "", "staff": 0}


class Attacker:
    """A client whose session process does what it says."""

    def __init__(self, gw):
        self.gw, self.since = gw, len(gw.lines)
        self.socket = gw.connect()
        self.socket.sendall(b"ATTACK\n")
        self.open = {MONITOR}
        self.buffer = b""
        # Which connection it is, in the monitor's eyes.
        self.send("LOG", level=2, text=f"attacker {id(self)}")
        tag = gw.wait_log(rf'conn"?[=:](\d+).*attacker {id(self)}', self.since)
        self.number = int(tag.group(1))

    def raw(self, data, fds=0, count=1, to=MONITOR):
        self.socket.sendall(FRAME.pack(to, fds, count, len(data)) + data)

    def send(self, name, /, fds=0, count=1, to=MONITOR, **values):
        self.raw(wire.encode(name, **values), fds, count, to)

    def receive(self):
        """(link, name, values) of the next message; name CLOSED, or None when
        the process itself is gone."""
        head = self.read(FRAME.size)
        if head is None:
            return None
        link, _, _, size = FRAME.unpack(head)
        if size == CLOSED:
            self.open.discard(link)
            return link, CLOSED, {}
        return (link, *wire.decode(self.read(size)))

    def read(self, size):
        while len(self.buffer) < size:
            try:
                got = self.socket.recv(65536)
            except ConnectionResetError:
                got = b""
            if not got:
                return None
            self.buffer += got
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def await_message(self, wanted, link=MONITOR):
        while True:
            got = self.receive()
            assert got is not None, f"the process is gone; no {wanted}\n{self.gw.tail}"
            if got[0] == link and got[1] == wanted:
                return got[2]
            assert got[:2] != (link, CLOSED), f"closed instead of {wanted}\n{self.gw.tail}"

    def assert_ended(self, why):
        """The monitor hung up, for that reason, and the process is no more."""
        self.gw.wait_log(rf"conn={self.number}\b.*connection ended .*reason=.*{why}", self.since)
        while self.receive() is not None:
            pass

    def log_in(self, account="demo"):
        key = g.Keys.public(self.gw.keys.student)
        self.send("LOGIN_PASSWORD", account=account, password="secret")
        assert self.await_message("LOGIN_ANSWER")["allow"] == 1
        return key

    def sit(self, lab="box"):
        self.send("SEAT_OPEN", lab=lab)
        self.await_message("SEAT_READY")
        self.open.add(INIT)

    def close(self):
        self.socket.close()


@pytest.fixture(scope="module")
def gw(start_gateway, tmp_path_factory):
    libexec = tmp_path_factory.mktemp("libexec") / "x"
    later = libexec.parent / "later"
    subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", later], check=True)
    return start_gateway(
        host_keys_next=[later],
        labs={"box": {}, "his": {"open": None, "groups": ["his"]}},
        accounts=["demo", {"name": "him", "groups": ["his"], "password": g.yescrypt("other")}],
        libexec_dir=g.replace(libexec, session=g.BUILD / "tests/attack/session"),
        auth_tries=4,
        web={"port": 0},
    )


@pytest.fixture
def attacker(gw):
    made = Attacker(gw)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def others_are_served(request):
    """Whatever a test did: the next student notices nothing."""
    yield
    for name in ("gw", "inits"):
        if name in request.fixturenames:
            box = "honest" if name == "inits" else "box"
            before = time.monotonic()
            it = request.getfixturevalue(name)
            assert it.out(f"demo+{box}", "echo served") == "served\n"
            assert time.monotonic() - before < 5


# --- a session process ------------------------------------------------------


@pytest.mark.quick
@pytest.mark.parametrize("how", wire.MALFORMED)
def test_a_malformed_word_ends_its_session(attacker, how):
    attacker.raw(wire.MALFORMED[how])
    attacker.assert_ended("malformed|unknown message|too large")


def test_nothing_said_is_the_end(attacker):
    attacker.raw(b"")
    attacker.assert_ended("closed")


@pytest.mark.parametrize("name", [m.name for m in wire.not_from("SESSION", "MONITOR")])
def test_what_others_say_ends_a_session_that_says_it(attacker, name):
    attacker.send(name, fds=wire.MESSAGES[name].fds, **names_for(name))
    attacker.assert_ended(f"{name} from the wrong side")


def descriptors(gw):
    return len(os.listdir(f"/proc/{gw.monitor}/fd"))


def names_for(name):
    return {f: "demo" for kind, f in wire.MESSAGES[name].fields if kind == "name"}


@pytest.mark.parametrize("fds", [1, 4, 5, 250])
def test_descriptors_that_do_not_belong_end_a_session(gw, attacker, fds):
    before = descriptors(gw)
    attacker.send("LOG", fds=fds, text="here")
    attacker.assert_ended("descriptor count" if fds <= 4 else "too large")
    g.wait_until(lambda: descriptors(gw) < before, "its descriptors are closed")


@pytest.mark.parametrize("name", ["HELLO", "LABS_GET", "SEAT_OPEN", "STAFF_RUN"])
def test_asking_before_the_login_ends_a_session(attacker, name):
    attacker.send(name, **names_for(name))
    attacker.assert_ended("out of order")


def test_a_second_login_at_once_ends_a_session(attacker):
    attacker.send("LOGIN_PASSWORD", account="demo", password="wrong", count=2)
    attacker.assert_ended("out of order")


@pytest.mark.parametrize("name", ["LOGIN_PASSWORD", "LOGIN_KEY"])
def test_who_is_in_cannot_become_another(attacker, name):
    attacker.log_in()
    attacker.send(name, account="him", **({"password": "other"} if name[6] == "P" else {}))
    attacker.assert_ended("out of order")


def test_passwords_cannot_be_guessed_for_ever(gw, attacker):
    for _ in range(gw.options["auth_tries"]):
        attacker.send("LOGIN_PASSWORD", account="him", password="guess")
        assert attacker.await_message("LOGIN_ANSWER") == REFUSED
    attacker.send("LOGIN_PASSWORD", account="him", password="other")
    attacker.assert_ended("too many failed logins")


BUCKETS = 15  # METRIC_BUCKETS of metrics.h


def told_of_echoes(gw):
    return {k: v for k, v in values(gw).items() if k.startswith(("atoll_echo", "atoll_first_output"))}


@pytest.mark.quick
@pytest.mark.parametrize("numbers", [[1], [0] * BUCKETS + [1, 2000000], [0, 10] + [0] * (BUCKETS - 1) + [1],
                                     [2**63, 2**63] + [0] * BUCKETS])
def test_times_that_cannot_be_end_a_session(gw, attacker, numbers):
    before = told_of_echoes(gw)
    attacker.log_in()
    attacker.sit()
    attacker.send("RESPONSES", echoes=numbers)
    attacker.assert_ended("impossible numbers")
    assert told_of_echoes(gw) == before


@pytest.mark.quick
def test_a_session_can_lie_of_its_own_times_alone(gw, attacker):
    before = told_of_echoes(gw)
    attacker.log_in()
    attacker.sit()
    slow = [0] * (BUCKETS - 1) + [1, 0, 1000000]
    many = [0] * (BUCKETS - 1) + [1000000, 0, 1000000 * 1000000]
    attacker.send("RESPONSES", first_ms=3600 * 1000)  # longer than it has been there
    attacker.send("RESPONSES", first_ms=1, count=50)  # of a seat that was told of
    attacker.send("RESPONSES", echoes=many, count=50)
    attacker.send("RESPONSES", echoes=slow)
    wait_value(gw, "atoll_echo_seconds_count", before["atoll_echo_seconds_count"] + 1)
    after = told_of_echoes(gw)
    assert after["atoll_echo_seconds_sum"] == before["atoll_echo_seconds_sum"] + 1
    first = 'atoll_first_output_seconds_count{lab="box"}'
    assert after[first] == before[first]


@pytest.mark.quick
def test_telling_of_times_is_not_using_the_connection(gw, new_gateway):
    """Who asks for nothing is sent away, whatever its session tells."""
    short = new_gateway(libexec_dir=gw.options["libexec_dir"], unused_timeout="2s")
    attacker = Attacker(short)
    attacker.log_in()

    def is_told():
        attacker.send("RESPONSES", first_ms=1)
        return select.select([attacker.socket], [], [], 0)[0]

    g.wait_until(is_told, "it is told something")
    assert "nothing was asked for" in attacker.await_message("GOODBYE")["text"]
    attacker.close()


def test_keys_cannot_be_tried_for_ever(gw, attacker):
    attacker.send("LOGIN_KEY", account="him", key="ssh-ed25519 AAAA", count=300)
    attacker.assert_ended("too many failed logins")


@pytest.mark.quick
def test_a_lab_that_is_not_the_accounts_is_refused(gw, attacker):
    gw.wait_no_sandbox()  # of the test before
    attacker.log_in()
    for lab in ("his", "nosuch", ""):
        attacker.send("SEAT_OPEN", lab=lab)
        reason = attacker.await_message("SEAT_REFUSED")["reason"]
        assert "not a lab of yours" in reason and "his" not in reason.split(";", 1)[1]
        gw.wait_log(rf"conn={attacker.number} account=demo seat refused lab={lab}", attacker.since)
    assert gw.inits() == []


def test_labs_of_others_are_not_told(attacker):
    attacker.log_in()
    attacker.send("LABS_GET", serial=1)
    assert attacker.await_message("LAB")["lab"] == "box"
    assert attacker.await_message("LABS_END") == {"count": 1}


def test_asking_again_while_waiting_ends_a_session(attacker):
    attacker.log_in()
    attacker.send("SEAT_OPEN", lab="box", count=2)
    attacker.assert_ended("out of order")


def test_who_is_no_staff_has_no_command_of_theirs(gw, attacker):
    attacker.log_in()
    attacker.send("STAFF_RUN", serial=1, command="atoll ls")
    assert "you are staff of no lab" in attacker.await_message("STAFF_ENDED")["reason"]
    assert gw.pids_of("atoll-staff") == []
    attacker.send("STAFF_RUN", serial=2, command="x" * 1000, count=1000)
    while "too fast" not in attacker.await_message("STAFF_ENDED")["reason"]:
        pass
    said = [line for line in gw.lines[attacker.since :] if "staff command" in line]
    assert 1 <= len(said) < 100


def test_a_flood_of_log_lines_is_cut(gw, attacker):
    attacker.send("LOG", level=0, text="y" * 500, count=100000)
    attacker.assert_ended("sent too many lines for the log")
    said = [line for line in gw.lines[attacker.since :] if f"conn={attacker.number} " in line]
    assert len(said) < 110


def test_a_session_cannot_forge_the_log(gw, attacker):
    evil = "a\n<3>conn=1 account=him login method=key\x1b[2J"
    attacker.send("LOG", level=77, text=evil)
    line = gw.wait_log(r"session says: a\\", attacker.since).string
    assert f"conn={attacker.number} " in line and "\\x0a<3>" in line and "\\x1b" in line
    assert line.startswith("<4>")


def test_who_does_not_read_is_left(gw, attacker):
    attacker.log_in()
    attacker.raw(b"", to=STOP_READING)
    attacker.send("LABS_GET", serial=1, count=100000)
    attacker.assert_ended("does not read")


def test_the_largest_words_are_taken(attacker):
    attacker.send("LOGIN_KEY", account="demo", key="k" * 8191)
    assert attacker.await_message("LOGIN_ANSWER") == REFUSED
    attacker.send("LOGIN_PASSWORD", account="demo", password="p" * 1024)
    assert attacker.await_message("LOGIN_ANSWER") == REFUSED
    attacker.log_in()


def attack_processes(gw):
    """The newest is the newest attacker's."""
    return gw.sessions()


@pytest.mark.parametrize("how", ["spins", "holds its socket"])
def test_a_process_that_does_not_end_is_killed(gw, attacker, how):
    """The connection is over for the monitor, and not for the process."""
    pid = attack_processes(gw)[-1]
    attacker.raw(b"", to=STOP_READING)
    attacker.send("HELLO")
    if how == "spins":
        attacker.raw(b"", to=SPIN)
    attacker.assert_ended("out of order")
    g.wait_until(lambda: not g.is_alive(pid), "it is killed", 10)
    gw.wait_log(f"conn={attacker.number} session did not end and was killed", attacker.since)


def test_a_session_has_four_descriptors_more_than_nothing(gw, attacker):
    """The client's socket and the links to monitor and signer, later init's."""
    pid = attack_processes(gw)[-1]
    links = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
    assert links.count("/dev/null") == 3
    assert sum(link.startswith("socket:") for link in links) == 3 and len(links) == 6
    assert os.listdir(f"/proc/{pid}/root") == []
    attacker.log_in()
    attacker.sit()
    assert len(os.listdir(f"/proc/{pid}/fd")) == 7


# --- atoll-signer -----------------------------------------------------------


def text64(data):
    return base64.b64encode(data).decode()


def sign(attacker, byte=1, key=0, size=32):
    """Ask for the host key's signature of a hash."""
    attacker.send("SIGN", to=SIGNER, key=key, bits=512, hash=text64(bytes([byte]) * size))


def request(key, user="demo", session=1, service="ssh-connection", method="publickey"):
    """What a client with that key signs to log in, and its signature."""
    private = paramiko.Ed25519Key.from_private_key_file(str(key))
    m = paramiko.Message()
    m.add_string(bytes([session]) * 32)
    m.add_byte(b"\x32")
    for text in (user, service, method):
        m.add_string(text)
    m.add_boolean(True)
    m.add_string("ssh-ed25519")
    m.add_string(private.asbytes())
    return m.asbytes(), private.sign_ssh_data(m.asbytes()).asbytes()


def prove(attacker, key, **how):
    data, signature = request(key, **how)
    attacker.send("PROVE", to=SIGNER, data=text64(data), signature=text64(signature))
    return attacker.await_message("PROVE_ANSWER", SIGNER)["is_good"]


def log_in_by(attacker, key, account="demo", lab=""):
    """Say that the client has signed."""
    line = " ".join(g.Keys.public(key).split()[:2])
    attacker.send("LOGIN_KEY", account=account, lab=lab, key=line, signed_by_client=1)


def begin(attacker):
    """As an honest session begins: the exchange hash is signed, once."""
    sign(attacker)
    assert attacker.await_message("SIGNED", SIGNER)["signature"]


@pytest.mark.quick
def test_a_client_that_proves_its_key_is_let_in(gw, attacker):
    """What the tests below leave out is what is missing there."""
    begin(attacker)
    assert prove(attacker, gw.keys.student, user="demo+box") == 1
    log_in_by(attacker, gw.keys.student, lab="box")
    answer = attacker.await_message("LOGIN_ANSWER")
    assert (answer["allow"], answer["account"], answer["lab"]) == (1, "demo", "box")


@pytest.mark.quick
@pytest.mark.parametrize("account", ["demo", "him"])
def test_a_session_cannot_say_that_a_key_was_signed(gw, attacker, account):
    begin(attacker)
    log_in_by(attacker, gw.keys.student, account)
    gw.wait_log(f"conn={attacker.number} session says that a key was signed, and atoll-signer does not", attacker.since)
    attacker.assert_ended("no proof of a key")


# What was proved, and what the session makes of it.
CLAIMS = {
    "another account": ({"user": "demo"}, {"account": "him"}),
    "the account that it was not": ({"user": "him"}, {"account": "demo"}),
    "another lab": ({"user": "demo+box"}, {"lab": "his"}),
    "a lab where none was": ({"user": "demo"}, {"lab": "box"}),
}


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_proof_is_good_for_what_it_says(gw, attacker, claim):
    proved, claimed = CLAIMS[claim]
    begin(attacker)
    assert prove(attacker, gw.keys.student, **proved) == 1
    log_in_by(attacker, gw.keys.student, **claimed)
    attacker.assert_ended("no proof of a key")


def test_a_proof_is_good_for_its_key(gw, attacker, tmp_path):
    """Anybody has a key, and the students' public ones are no secret."""
    own = tmp_path / "own"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", own], check=True)
    begin(attacker)
    assert prove(attacker, own) == 1
    log_in_by(attacker, gw.keys.student)
    attacker.assert_ended("no proof of a key")


def test_a_proof_is_used_once(gw, attacker, tmp_path):
    own = tmp_path / "own"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", own], check=True)
    begin(attacker)
    assert prove(attacker, own) == 1
    log_in_by(attacker, own)
    assert attacker.await_message("LOGIN_ANSWER") == REFUSED
    log_in_by(attacker, own)
    attacker.assert_ended("no proof of a key")


# Signed by the right key, and not to log in by this session.
NO_PROOFS = {
    "another session": {"session": 2},
    "another service": {"service": "ssh-userauth"},
    "another method": {"method": "hostbased"},
}


@pytest.mark.parametrize("what", NO_PROOFS)
def test_what_was_signed_for_something_else_is_no_proof(gw, attacker, what):
    begin(attacker)
    assert prove(attacker, gw.keys.student, **NO_PROOFS[what]) == 0
    log_in_by(attacker, gw.keys.student)
    attacker.assert_ended("no proof of a key")


def test_a_proof_of_another_connection_is_none_here(gw, attacker):
    other = Attacker(gw)
    begin(other)
    assert prove(other, gw.keys.student) == 1
    begin(attacker)
    log_in_by(attacker, gw.keys.student)
    attacker.assert_ended("no proof of a key")
    other.close()


# Asked of the signer before the login; each ends the session.
BEFORE_THE_LOGIN = {
    "a second signature": (lambda a: (begin(a), sign(a, 2)), "a second time before the login"),
    "the same again": (lambda a: (begin(a), sign(a, 1)), "a second time before the login"),
    "what is no hash": (lambda a: sign(a, size=8), "what is no hash"),
    "what is too long": (lambda a: sign(a, size=100), "what is no hash"),
    "a key that is not there": (lambda a: sign(a, key=7), "no host key makes"),
    "a later key": (lambda a: sign(a, key=1), "a later host key"),
    "a proof of the host": (lambda a: (begin(a), a.send("SIGN_PROOF", to=SIGNER)), "a proof that it may not have"),
    "a proof without a key exchange": (lambda a: a.send("PROVE", to=SIGNER), "out of turn"),
    "what the monitor says": (lambda a: a.send("SIGNER_LOGGED_IN", to=SIGNER), "nobody understands"),
    "what the signer says": (lambda a: a.send("PROVED", to=SIGNER), "nobody understands"),
    "garbage": (lambda a: a.raw(b"\xff" * 40, to=SIGNER), "nobody understands"),
}


@pytest.mark.quick
@pytest.mark.parametrize("what", BEFORE_THE_LOGIN)
def test_what_a_session_may_not_have_of_the_signer(gw, attacker, what):
    ask, why = BEFORE_THE_LOGIN[what]
    ask(attacker)
    assert why in attacker.await_message("SIGN_REFUSED", SIGNER)["reason"]
    gw.wait_log(f"conn={attacker.number} atoll-signer hears it no more: .*{why}", attacker.since)


def test_a_flood_of_proofs_has_an_end(gw, attacker):
    begin(attacker)
    for _ in range(6):
        attacker.send("PROVE", to=SIGNER, count=50)
        for _ in range(50):
            assert attacker.await_message("PROVE_ANSWER", SIGNER)["is_good"] == 0
    attacker.send("PROVE", to=SIGNER)
    assert "out of turn" in attacker.await_message("SIGN_REFUSED", SIGNER)["reason"]


def test_keys_are_exchanged_anew_so_often_and_then_once_a_minute(gw, attacker):
    """A client with RekeyLimit=1M does it as often as it moves megabytes, and not for ever."""
    begin(attacker)
    attacker.log_in()
    for i in range(2048):
        sign(attacker, i % 256)
        attacker.await_message("SIGNED", SIGNER)
    sign(attacker)
    assert "too often" in attacker.await_message("SIGN_REFUSED", SIGNER)["reason"]


def test_who_is_in_proves_nothing_more(gw, attacker):
    begin(attacker)
    attacker.log_in()
    data, signature = request(gw.keys.student, user="him")
    attacker.send("PROVE", to=SIGNER, data=text64(data), signature=text64(signature))
    assert "out of turn" in attacker.await_message("SIGN_REFUSED", SIGNER)["reason"]


def test_a_session_that_does_not_read_what_was_signed_is_left(gw, attacker):
    begin(attacker)
    attacker.log_in()
    attacker.raw(b"", to=STOP_READING)
    attacker.send("SIGN_PROOF", to=SIGNER, count=20)
    attacker.send("LOG", level=2, text="still here")  # and it is not the signer that waits
    gw.wait_log(f"conn={attacker.number} .*still here", attacker.since)


def test_what_a_newer_session_says_is_ignored(gw, attacker):
    """A number and fields that no build of today knows, to monitor and init."""
    future = struct.pack("<II", 4999, 0) + b"of a newer build"
    attacker.log_in()
    attacker.sit()
    attacker.raw(future)
    attacker.raw(future, to=INIT)
    attacker.raw(future, fds=1)
    gw.wait_log("a peer of a newer build: unknown message 4999", attacker.since)
    longer = wire.encode("SPAWN", serial=1, kind=1, command="echo here") + b"more"
    attacker.raw(longer, to=INIT)
    attacker.await_message("SPAWNED_PIPES", INIT)
    attacker.raw(future, count=2000)
    attacker.assert_ended("sent too many messages that are unknown")
    said = [line for line in gw.lines[attacker.since :] if "unknown message" in line]
    assert len(said) == 1


# --- the sandbox's link -----------------------------------------------------


@pytest.mark.parametrize("how", [*wire.MALFORMED, "INTRODUCE", "EXITED", "BUILD"])
def test_init_ends_a_link_that_speaks_wrongly(gw, attacker, how):
    """Another connection of the same seat goes on."""
    with gw.ssh_start("demo", "echo first; cat") as other:
        assert other.stdout.readline() == "first\n"
        attacker.log_in()
        attacker.sit()
        if how in wire.MALFORMED:
            attacker.raw(wire.MALFORMED[how], to=INIT)
        else:
            fds = wire.MESSAGES[how].fds
            attacker.send(how, fds=fds, to=INIT, **names_for(how))
        while attacker.receive()[:2] != (INIT, CLOSED):
            continue
        other.stdin.write("second\n")
        other.stdin.close()
        assert other.stdout.readline() == "second\n"


def test_a_session_reaches_its_own_sandbox_only(gw, attacker):
    """Two accounts, two sandboxes: what is spawned is in the first."""
    with gw.ssh_start("him+his", "hostname; cat") as other:
        assert other.stdout.readline() == "his\n"
        mine = gw.inits()
        attacker.log_in()
        attacker.sit()
        theirs = [p for p in gw.inits() if p not in mine]
        attacker.send("SPAWN", to=INIT, serial=1, kind=1, command="sleep 77")
        attacker.await_message("SPAWNED_PIPES", INIT)
        names = {p: list(g.descendants(p).values()) for p in gw.inits()}
        assert [names[p] for p in theirs] == [["sleep"]]
        assert all("sleep" not in names[p] for p in mine)


# --- the admin socket -------------------------------------------------------


CLIENTS_MAX = 128  # of gateway/monitor/links/control.c


def administrator(gw):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.connect(str(gw.run_dir / "admin.sock"))
    s.settimeout(g.PATIENCE)
    return s


def assert_hung_up(s):
    try:
        while s.recv(1 << 17):
            pass
    except ConnectionResetError:
        pass


@pytest.mark.parametrize("how", wire.MALFORMED)
def test_garbage_ends_an_administrators_client_only(gw, how):
    with administrator(gw) as other, administrator(gw) as s:
        other.send(wire.encode("HELLO", protocol=wire.PROTOCOL))
        s.send(wire.MALFORMED[how])
        assert_hung_up(s)
        other.send(wire.encode("ADMIN_STATUS"))
        assert [wire.decode(other.recv(1 << 17))[0] for _ in range(2)] == [
            "HELLO",
            "STATUS",
        ]
    assert gw.atoll("status").returncode == 0


@pytest.mark.parametrize("name", [m.name for m in wire.not_from("ADMIN", "MONITOR")])
def test_an_administrators_client_says_only_its_own(gw, name):
    with administrator(gw) as s:
        s.send(wire.encode("HELLO", protocol=wire.PROTOCOL))
        fds = [0] * wire.MESSAGES[name].fds
        socket.send_fds(s, [wire.encode(name, **names_for(name))], fds)
        assert_hung_up(s)


def test_an_administrators_client_says_hello_first(gw):
    for words in (["ADMIN_STATUS"], ["HELLO", "HELLO"]):
        with administrator(gw) as s:
            for word in words:
                s.send(wire.encode(word, **({"protocol": wire.PROTOCOL} if word == "HELLO" else {})))
            assert_hung_up(s)


def test_administrators_clients_are_limited_in_number(gw):
    since = len(gw.lines)
    many = [administrator(gw) for _ in range(CLIENTS_MAX + 1)]
    gw.wait_log("administrator refused .*reason=too many tools are connected", since)
    for s in many:
        s.close()
    g.wait_until(lambda: gw.atoll("status").returncode == 0, "there is room again")


# --- init -------------------------------------------------------------------

INSTEAD_OF_READY = {
    "garbage": "unknown message",
    "another_build": "of another build",
    "wrong_side": "BUILD from the wrong side",
    "descriptors": "SPAWNED_PIPES from the wrong side",
    "at_once": "ended before it was ready",
}
TO_MONITOR = ["garbage", "hello", "wrong_side", "descriptors", "hang_up", "results", "points",
              "odd_request", "requests"]
TO_SESSION = {
    "garbage": "the sandbox has ended",
    "escapes": "no.*such.*thing",
    "files": "gave a wrong answer, .* try again",
    "sockets": "gave a wrong answer, .* try again",
    "null": "gave a wrong answer, .* try again",
    "unasked": "the sandbox has ended",
    "as_monitor": "the sandbox has ended",
    "hang_up": "the sandbox has ended",
}


@pytest.fixture(scope="module")
def inits(start_gateway, tmp_path_factory):
    """A lab for each way in which its init breaks its word, and an honest one."""
    libexec = tmp_path_factory.mktemp("libexec") / "y"
    words = [
        *INSTEAD_OF_READY,
        *(f"monitor_{w}" for w in TO_MONITOR),
        *(f"session_{w}" for w in [*TO_SESSION, "endless"]),
    ]
    labs = {w: {"environment": {"ATTACK": w}} for w in words}
    return start_gateway(
        labs={"honest": {}, **labs},
        libexec_dir=g.replace(libexec, init=g.BUILD / "tests/attack/init"),
    )


@pytest.fixture
def neighbour(inits):
    """Somebody in another sandbox, who notices nothing."""
    with inits.ssh_start("demo+honest", "echo first; cat") as other:
        assert other.stdout.readline() == "first\n"
        yield other
        other.stdin.write("second\n")
        other.stdin.close()
        assert other.stdout.readline() == "second\n"


@pytest.mark.parametrize("how", INSTEAD_OF_READY)
def test_an_init_that_does_not_get_ready_is_refused(inits, neighbour, how):
    since = len(inits.lines)
    done = inits.ssh(f"demo+{how}", "true")
    assert done.returncode != 0 and "could not be built" in done.stderr
    inits.wait_log(f"cannot build: .*{INSTEAD_OF_READY[how]}", since)
    assert_one_sandbox(inits)


@pytest.mark.parametrize("how", TO_MONITOR)
def test_an_init_that_speaks_to_the_monitor_is_demolished(inits, neighbour, how):
    done = inits.ssh(f"demo+monitor_{how}", "true")
    assert done.returncode != 0
    assert_one_sandbox(inits)


@pytest.mark.parametrize("how", TO_SESSION)
def test_an_init_that_lies_to_a_session_ends_that_command(inits, neighbour, how):
    done = inits.ssh(f"demo+session_{how}", "true")
    assert done.returncode == 255
    assert re.search(TO_SESSION[how], done.stderr), done
    assert "\x1b" not in done.stderr
    assert_one_sandbox(inits)


def test_an_init_that_floods_a_session_costs_its_own(inits, neighbour):
    """The session's watchdog, or init's death, ends it; a neighbour types on."""
    with inits.ssh_start("demo+session_endless", "true") as flooded:
        time.sleep(1)
        before = time.monotonic()
        assert inits.out("demo+honest", "echo x") == "x\n"
        assert time.monotonic() - before < 3
        flooded.terminate()
    assert_one_sandbox(inits)


def assert_one_sandbox(inits):
    g.wait_until(lambda: len(inits.inits()) == 1, "only the neighbour's is left")
