"""Logins that are none: an answer at once, a try counted, nobody let in."""
import subprocess
from pathlib import Path

import paramiko
import pytest

import gateway as g
import packets as p
from packets import Packets

pytestmark = pytest.mark.quick


@pytest.fixture(scope="module")
def gw(start_gateway):
    """A login grace so long that no test can wait for it."""
    return start_gateway(connections_per_account=20, login_grace=120, auth_tries=4)


@pytest.fixture(scope="module")
def key(gw):
    return paramiko.Ed25519Key.from_private_key_file(str(gw.keys.student))


@pytest.fixture
def client(gw):
    """Asked for the login, and nothing more."""
    with Packets(gw) as c:
        c.ask_for_login()
        yield c


def log_in(c):
    c.send(p.USERAUTH_REQUEST, "demo", p.CONNECTION, "password", False, "secret")
    c.expect(p.USERAUTH_SUCCESS)
    assert c.answer("echo fine") == b"fine\n"


# --- signatures -------------------------------------------------------------


@pytest.mark.parametrize("probed", [False, True], ids=["at once", "after a probe"])
def test_a_bad_signature_is_refused_at_once(client, key, probed):
    """libssh alone would leave it to the login grace."""
    if probed:
        client.publickey(key, signed=False)
        client.expect(p.PK_OK)
    client.publickey(key, spoil=b"x")
    assert client.expect_refusal() < 1
    log_in(client)


def test_bad_signatures_are_tries(gw, client, key):
    since = len(gw.lines)
    for _ in range(4):
        client.publickey(key, spoil=b"x")
        client.expect_refusal()
    client.expect_end(timeout=5)
    gw.wait_log("too many failed logins", since)


def test_a_signature_for_another_user_is_bad(client, key):
    fields = ["nobody", p.CONNECTION, "publickey", True, "ssh-ed25519", key.asbytes()]
    blob = paramiko.Message()
    blob.add_string(client.transport.session_id)
    blob.add_bytes(p.message(p.USERAUTH_REQUEST, *fields).asbytes())
    signature = key.sign_ssh_data(blob.asbytes())
    client.send(p.USERAUTH_REQUEST, "demo", *fields[1:], signature.asbytes())
    client.expect_refusal()


def test_a_signature_of_another_connection_is_bad(gw, client, key):
    with Packets(gw) as other:
        client.transport.session_id, kept = other.transport.session_id, client.transport.session_id
        client.publickey(key)
        client.transport.session_id = kept
        client.expect_refusal()


def test_a_good_signature_of_a_strange_key_is_refused(gw, client):
    stranger = paramiko.Ed25519Key.from_private_key_file(str(gw.keys.stranger))
    client.publickey(stranger, signed=False)
    client.expect_refusal()
    client.publickey(stranger)
    client.expect_refusal()
    log_in(client)


@pytest.fixture(scope="module")
def rsa_key(tmp_path_factory):
    path = tmp_path_factory.mktemp("keys") / "rsa"
    subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "", "-f", path],
                   check=True)
    return path


@pytest.mark.parametrize("algorithm", ["ssh-rsa", "rsa-sha2-256", "rsa-sha2-512"])
def test_sha_1_signatures_of_rsa_keys_are_refused(start_gateway, rsa_key, algorithm):
    gw = start_gateway(accounts=[{"name": "demo", "keys": [g.Keys.public(rsa_key)]}], login_grace=120)
    rsa = paramiko.RSAKey.from_private_key_file(str(rsa_key))
    with Packets(gw) as c:
        c.ask_for_login()
        c.publickey(rsa, algorithm=algorithm)
        if algorithm == "ssh-rsa":
            c.expect_refusal()
        else:
            c.expect(p.USERAUTH_SUCCESS)


@pytest.mark.parametrize("blob", [b"", b"\0\0\0\x0bssh-ed25519", b"\xff" * 60,
                                  b"\0\0\0\x07ssh-dss" + b"\0\0\0\x01\x05" * 4,
                                  b"\0\0\0\x0bssh-unknown\0\0\0\x01x"])
@pytest.mark.parametrize("signed", [False, True])
def test_a_key_that_is_none_is_refused_at_once(client, blob, signed):
    rest = [b"\0\0\0\x0bssh-ed25519\0\0\0\x40" + b"s" * 64] if signed else []
    client.send(p.USERAUTH_REQUEST, "demo", p.CONNECTION, "publickey", signed, "ssh-ed25519", blob,
                *rest)
    client.expect_refusal()
    log_in(client)


def test_an_agent_full_of_keys_costs_no_tries(client):
    """Probes are free, even of kinds that libssh does not know."""
    for n in range(30):
        client.send(p.USERAUTH_REQUEST, "demo", p.CONNECTION, "publickey", False, "ssh-unknown",
                    b"\0\0\0\x0bssh-unknown\0\0\0\x01" + bytes([n]))
        client.expect_refusal()
    log_in(client)


def test_probes_without_end_are_not_free(gw, client):
    since = len(gw.lines)
    with pytest.raises(Exception):
        for n in range(60):
            client.send(p.USERAUTH_REQUEST, "demo", p.CONNECTION, "publickey", False, "x", b"x")
            client.expect_refusal()
    gw.wait_log("too many failed logins", since)


# --- methods ----------------------------------------------------------------


KERBEROS = bytes.fromhex("06092a864886f712010202")


def test_gssapi_opens_no_file_and_is_refused(gw, client, tmp_path):
    """libssh would read /etc/krb5.keytab, for a method that nobody offers."""
    trace = tmp_path / "trace"
    tracer = subprocess.Popen(
        ["strace", "-f", "-e", "trace=%file,%network,write", "-o", trace, "-p", str(client.pid)],
        stderr=subprocess.PIPE, text=True)
    try:
        assert "attached" in tracer.stderr.readline()
        client.send(p.USERAUTH_REQUEST, "demo", p.CONNECTION, "gssapi-with-mic", 1, KERBEROS)
        client.expect_refusal()
    finally:
        tracer.terminate()
        tracer.wait(timeout=g.PATIENCE)
    calls = [line.split(maxsplit=1)[1] for line in trace.read_text().splitlines()]
    assert any(c.startswith("sendto") for c in calls), "nothing was traced"
    # fstat(3) is a newfstatat() without a path.
    known = ("sendto(", "sendmsg(", "recvfrom(", "recvmsg(", "setsockopt(", "newfstatat(3, \"\"", "---")
    assert [c for c in calls if not c.startswith(known)] == []
    log_in(client)


def test_there_is_no_kerberos_in_a_session(client):
    """libssh is linked with what answers in its place."""
    libraries = {line.split()[5].rpartition("/")[2] for line in
                 Path(f"/proc/{client.pid}/maps").read_text().splitlines() if ".so" in line}
    assert any(name.startswith("libcrypto.so") for name in libraries), libraries
    assert [name for name in libraries if "krb5" in name or "gss" in name] == []


@pytest.mark.parametrize("method", ["hostbased", "publickey-hostbound-v00@openssh.com", "", "x" * 3000])
def test_other_methods_are_refused(client, method):
    client.send(p.USERAUTH_REQUEST, "demo", p.CONNECTION, method, "more")
    client.expect_refusal()
    log_in(client)


def test_another_service_is_refused(client):
    client.send(p.USERAUTH_REQUEST, "demo", "ssh-nonsense", "password", False, "secret")
    client.expect_refusal()
    log_in(client)


@pytest.mark.parametrize("fields", [
    (), ("demo",), ("demo", p.CONNECTION), ("demo", p.CONNECTION, "password"),
    ("demo", p.CONNECTION, "password", False), ("demo", p.CONNECTION, "publickey"),
    ("demo", p.CONNECTION, "publickey", True, "ssh-ed25519"),
    ("demo", p.CONNECTION, "keyboard-interactive"),
    ("demo", p.CONNECTION, "gssapi-with-mic"),
    ("demo", p.CONNECTION, "gssapi-with-mic", 0xFFFFFFFF),
    (bytearray(b"\xff\xff\xff\xff"),), (bytearray(b"\0\0\0\x04demo\x7f\xff\xff\xff"),),
])
def test_a_request_cut_short_is_refused_at_once(client, fields):
    client.send(p.USERAUTH_REQUEST, *fields)
    client.expect_refusal()
    log_in(client)


def test_a_login_behind_the_new_keys_is_heard(gw):
    """All of it in one segment, before the key exchange is over for libssh."""
    behind = [
        p.message(p.SERVICE_REQUEST, "ssh-userauth"),
        p.message(p.USERAUTH_REQUEST, "demo", p.CONNECTION, "none"),
        p.message(p.USERAUTH_REQUEST, "demo", p.CONNECTION, "password", False, "wrong"),
        p.message(p.USERAUTH_REQUEST, "demo", p.CONNECTION, "password", False, "secret"),
        p.message(p.CHANNEL_OPEN, "session", 7, 1 << 20, 32768),
    ]
    with Packets(gw, behind_newkeys=behind) as c:
        c.expect(p.SERVICE_ACCEPT)
        c.expect(p.USERAUTH_FAILURE)
        c.expect(p.USERAUTH_FAILURE)
        c.expect(p.USERAUTH_SUCCESS)
        m = c.expect(p.OPEN_CONFIRMATION)
        assert m.get_int() == 7
        c.request(m.get_int(), "exec", "echo fine")
        c.expect(p.CHANNEL_SUCCESS)
        assert c.output()[:2] == (b"fine\n", 0)


def test_a_second_login_changes_nothing(gw, client):
    log_in(client)
    since = len(gw.lines)
    client.send(p.USERAUTH_REQUEST, "other", p.CONNECTION, "password", False, "secret")
    client.send(p.GLOBAL_REQUEST, "nonsense@example.org", True)
    kind, _ = client.expect(p.REQUEST_FAILURE, None, p.DISCONNECT)
    if kind == p.REQUEST_FAILURE:
        assert client.answer("id -un") == b"student\n"
    assert not [line for line in gw.lines[since:] if "account=other" in line]


# --- keyboard-interactive ---------------------------------------------------


def ask(c, user="demo"):
    c.send(p.USERAUTH_REQUEST, user, p.CONNECTION, "keyboard-interactive", "", "")
    m = c.expect(p.INFO_REQUEST)
    assert (m.get_text(), m.get_text(), m.get_text()) == ("", "", "")
    assert (m.get_int(), m.get_text(), m.get_boolean()) == (1, "Password: ", False)


def test_keyboard_interactive_asks_for_the_password(client):
    ask(client)
    client.send(p.INFO_RESPONSE, 1, "wrong")
    client.expect_refusal()
    ask(client)
    client.send(p.INFO_RESPONSE, 1, "secret")
    client.expect(p.USERAUTH_SUCCESS)
    assert client.answer("echo fine") == b"fine\n"


def test_an_answer_that_nobody_asked_for_ends_the_connection(client):
    client.send(p.INFO_RESPONSE, 1, "secret")
    client.expect_end(timeout=5)


def test_a_second_answer_to_one_prompt_is_refused(client):
    ask(client)
    client.send(p.INFO_RESPONSE, 1, "wrong")
    client.expect_refusal()
    client.send(p.INFO_RESPONSE, 1, "secret")
    client.expect_refusal()
    log_in(client)


@pytest.mark.parametrize("answers", [(0,), (2, "secret", "secret"), (256, *["secret"] * 256),
                                     (257, *["secret"] * 257), (0xFFFFFFFF,), (1,), (2, "secret")],
                         ids=["none", "two", "256", "257", "endless", "short", "second short"])
def test_a_wrong_number_of_answers_is_refused(client, answers):
    ask(client)
    client.send(p.INFO_RESPONSE, *answers)
    client.expect_refusal()
    log_in(client)


def test_another_request_takes_the_prompt_back(client):
    ask(client)
    client.send(p.USERAUTH_REQUEST, "demo", p.CONNECTION, "none")
    client.expect_refusal()
    client.send(p.INFO_RESPONSE, 1, "secret")
    client.expect_refusal()
    log_in(client)


def test_the_answer_is_for_the_account_that_was_asked(gw, start_gateway):
    gw = start_gateway(accounts=["demo", {"name": "other", "password": g.yescrypt("another")}],
                       login_grace=120)
    with Packets(gw) as c:
        c.ask_for_login()
        ask(c, "other")
        c.send(p.INFO_RESPONSE, 1, "secret")
        c.expect_refusal()
        ask(c, "other")
        c.send(p.INFO_RESPONSE, 1, "another")
        c.expect(p.USERAUTH_SUCCESS)
        gw.wait_log("account=other login method=")


def test_an_unknown_account_is_prompted_like_a_known_one(client):
    ask(client, "nobody-here")
    client.send(p.INFO_RESPONSE, 1, "secret")
    client.expect_refusal()


def test_prompts_without_end_are_ended(gw, client):
    """Each costs the client as much as us, and there is the login grace; but
    answers are tries."""
    since = len(gw.lines)
    for _ in range(4):
        ask(client)
        client.send(p.INFO_RESPONSE, 1, "wrong")
        client.expect_refusal()
    client.expect_end(timeout=5)
    gw.wait_log("too many failed logins", since)
