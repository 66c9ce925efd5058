"""Which keys log in, which are refused, and that a client with both gets in."""
import os
import socket
import subprocess

import pytest

import gateway as g

pytestmark = pytest.mark.quick

GOOD = [("ed25519", None), ("ecdsa", 256), ("ecdsa", 384), ("ecdsa", 521), ("rsa", 2048),
        ("rsa", 4096)]


def make_key(path, kind, bits=None):
    size = ["-b", str(bits)] if bits else []
    subprocess.run(["ssh-keygen", "-q", "-t", kind, *size, "-N", "", "-C", "", "-f", path], check=True)
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    kinds = [*GOOD, ("rsa", 1024)]
    return {(k, b): make_key(folder / f"{k}{b}", k, b) for k, b in kinds}


@pytest.fixture(scope="module")
def gw(start_gateway, made):
    keys = [g.Keys.public(path) for path in made.values()]
    return start_gateway(accounts=[{"name": "demo", "keys": keys}], login_grace=120,
                         connections_per_account=20)


@pytest.mark.parametrize("kind, bits", GOOD)
def test_a_key_of_a_modern_kind_logs_in(gw, made, kind, bits):
    assert gw.out("demo", "echo in", key=made[kind, bits]) == "in\n"


@pytest.mark.parametrize("algorithm", ["rsa-sha2-256", "rsa-sha2-512"])
def test_an_rsa_key_logs_in_with_either_hash(gw, made, algorithm):
    options = [f"PubkeyAcceptedAlgorithms={algorithm}"]
    assert gw.out("demo", "echo in", key=made["rsa", 2048], options=options) == "in\n"


def test_a_short_rsa_key_is_refused_and_the_next_one_tried(gw, made):
    short = made["rsa", 1024]
    options = ["RequiredRSASize=1024"]
    assert gw.ssh("demo", "true", key=short, options=options).returncode == 255
    options.append(f"IdentityFile={made['ed25519', None]}")
    assert gw.out("demo", "echo in", key=short, options=options) == "in\n"


@pytest.mark.parametrize("line, diagnostic", [
    ("ssh-dss AAAAB3NzaC1kc3MAAACBAP", "type ssh-dss is not"),
    ("sk-ssh-ed25519@openssh.com AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReVs5jZ3lJ9l5HvNnzu",
     "the key's content is not a sk-ssh-ed25519@openssh.com"),
    ("ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAx", "is not ssh-ed25519"),
    ("cert-authority ssh-ed25519 AAAA", "type cert-authority is not"),
])
def test_other_kinds_are_errors_of_the_configuration(new_gateway, line, diagnostic):
    gw = new_gateway(start=False, accounts=[{"name": "demo", "keys": [line]}])
    done = gw.check()
    assert done.returncode == 1
    assert diagnostic in done.stderr


# --- security keys ----------------------------------------------------------


@pytest.fixture(scope="module")
def device(tmp_path_factory):
    """What stands in the place of one, see securitykey.c."""
    library = tmp_path_factory.mktemp("device") / "securitykey.so"
    subprocess.run(["cc", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library,
                    g.ROOT / "tests/e2e/securitykey.c", "-lcrypto"], check=True)
    return library


@pytest.fixture(scope="module")
def on_device(device, tmp_path_factory):
    folder = tmp_path_factory.mktemp("on_device")
    made = {kind: folder / kind for kind in ("ed25519-sk", "ecdsa-sk")}
    for kind, path in made.items():
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-w", device, "-N", "", "-C", "", "-f", path],
                       check=True)
    return made


@pytest.fixture(scope="module")
def touched(start_gateway, on_device):
    keys = [g.Keys.public(path) for path in on_device.values()]
    return start_gateway(accounts=[{"name": "demo", "keys": keys}])


@pytest.mark.parametrize("kind", ["ed25519-sk", "ecdsa-sk"])
def test_a_security_key_logs_in_when_it_is_touched(touched, device, on_device, kind):
    provider = [f"SecurityKeyProvider={device}"]
    assert touched.out("demo", "echo in", key=on_device[kind], options=provider) == "in\n"
    since = len(touched.lines)
    done = touched.ssh("demo", "true", key=on_device[kind], options=provider, timeout=15,
                       environment={"NO_TOUCH": "1"})
    assert done.returncode == 255 and "Permission denied" in done.stderr
    touched.wait_log(r"conn=.* key refused type=sk-.* reason=its device was not touched", since)


def test_a_security_key_of_nobody_is_refused(gw, device, on_device):
    done = gw.ssh("demo", "true", key=on_device["ed25519-sk"], timeout=15,
                  options=[f"SecurityKeyProvider={device}"])
    assert done.returncode == 255 and "Permission denied" in done.stderr


# --- certificates -----------------------------------------------------------


@pytest.fixture
def certificate(made, tmp_path):
    """The key that logs in, signed by an authority, for the account demo."""
    key = tmp_path / "key"
    for suffix in ("", ".pub"):
        (tmp_path / f"key{suffix}").write_bytes((made["ed25519", None].parent /
                                                 f"ed25519None{suffix}").read_bytes())
    key.chmod(0o600)
    authority = make_key(tmp_path / "ca", "ed25519")
    subprocess.run(["ssh-keygen", "-q", "-s", authority, "-I", "id", "-n", "demo", "-V", "+1h",
                    f"{key}.pub"], check=True)
    return key


def test_a_certificate_alone_does_not_log_in(gw, certificate):
    """Even of a key that would: nobody asked whether to trust its authority."""
    since = len(gw.lines)
    done = gw.ssh("demo", "true", key=certificate, timeout=15, options=[
        f"CertificateFile={certificate}-cert.pub",
        "PubkeyAcceptedAlgorithms=ssh-ed25519-cert-v01@openssh.com"])
    assert done.returncode == 255
    assert "Permission denied" in done.stderr
    gw.wait_log("connection ended", since)


def is_listening(path):
    with socket.socket(socket.AF_UNIX) as s:
        return s.connect_ex(str(path)) == 0


@pytest.fixture
def agent(tmp_path):
    path = tmp_path / "agent"
    child = subprocess.Popen(["ssh-agent", "-D", "-a", path], stdout=subprocess.DEVNULL)
    # Its name is there before it listens.
    g.wait_until(lambda: is_listening(path), "the agent listens")
    yield {**os.environ, "SSH_AUTH_SOCK": str(path)}
    child.terminate()
    child.wait(timeout=g.PATIENCE)


def test_a_key_beside_its_certificate_in_an_agent_logs_in(gw, certificate, agent):
    subprocess.run(["ssh-add", "-q", certificate], env=agent, check=True)
    listed = subprocess.run(["ssh-add", "-L"], env=agent, capture_output=True, text=True).stdout
    assert len(listed.splitlines()) == 2 and "cert-v01" in listed
    done = gw.ssh("demo", "echo in", key="none", options=["IdentitiesOnly=no"],
                  environment={"SSH_AUTH_SOCK": agent["SSH_AUTH_SOCK"]})
    assert done.stdout == "in\n", done.stderr


def test_an_agent_full_of_others_keys_still_gets_in(gw, made, agent, tmp_path):
    """Each of them is asked about; only signatures and passwords are tries."""
    for n in range(20):
        subprocess.run(["ssh-add", "-q", make_key(tmp_path / f"k{n}", "ed25519")], env=agent,
                       check=True)
    subprocess.run(["ssh-add", "-q", made["ecdsa", 256]], env=agent, check=True)
    done = gw.ssh("demo", "echo in", key="none", options=["IdentitiesOnly=no"],
                  environment={"SSH_AUTH_SOCK": agent["SSH_AUTH_SOCK"]})
    assert done.stdout == "in\n", done.stderr
