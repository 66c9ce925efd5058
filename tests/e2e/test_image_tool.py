"""atoll-image: what is told of images that are there, who vouches for them,
and when they go."""
import fcntl
import functools
import http.server
import json
import os
import subprocess
import threading
import zlib

import pytest

import gateway as g

pytestmark = [
    pytest.mark.longer,
    pytest.mark.skipif(os.geteuid() != 0, reason="images need root"),
]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Images with busybox in them, to be copied: building takes longer."""
    folder = tmp_path_factory.mktemp("built")
    subprocess.run([g.ATOLL_IMAGE, "-d", folder, "build", "busybox"], check=True)
    return folder


@pytest.fixture
def busybox(built, out):
    subprocess.run(["cp", "-a", built, out], check=True)
    return out / "busybox"


@pytest.fixture
def signer(tmp_path):
    """A key, and an allowed_signers file that names whom it belongs to."""
    key = g.Keys.make(tmp_path / "key")
    allowed = tmp_path / "allowed_signers"
    allowed.write_text(f'teacher@example.org namespaces="atoll-image" {g.Keys.public(key)}\n')
    return key, allowed


def hold(image):
    fd = os.open(image / "rootfs", os.O_RDONLY)
    fcntl.flock(fd, fcntl.LOCK_SH)
    return fd


# --- looking --------------------------------------------------------------------


def test_list_tells_what_is_there(atoll_image, busybox, out):
    (out / "byhand/rootfs").mkdir(parents=True)
    held = hold(busybox)
    rows = {r["name"]: r for r in json.loads(atoll_image("list", "--json").stdout)}
    os.close(held)
    assert rows["busybox"]["used"] and rows["busybox"]["recipe"] == "busybox"
    assert rows["byhand"]["sha256"] is None and not rows["byhand"]["used"]
    table = atoll_image("list").stdout.splitlines()
    assert table[0].startswith("NAME ") and "by hand" in table[2]
    assert all(len(line) < 100 for line in table)


def test_verify_says_what_was_changed(atoll_image, busybox):
    assert "good" in atoll_image("verify", "busybox").stdout
    root = busybox / "rootfs"
    (root / "etc/passwd").open("a").write("evil:x:0:0::/:/bin/sh\n")
    (root / "etc/added").touch()
    (root / "bin/ls").unlink()
    done = atoll_image("verify", "busybox")
    assert done.returncode == 1
    told = [line.strip() for line in done.stderr.splitlines()]
    for line in ("changed: etc/passwd", "added: etc/added", "removed: bin/ls"):
        assert line in told, done.stderr


def test_verify_does_not_believe_a_forged_listing(atoll_image, busybox):
    (busybox / "rootfs/etc/added").touch()
    (busybox / "listing.gz").write_bytes(b"forged")
    done = atoll_image("verify", "busybox")
    assert done.returncode == 1 and "is not what its manifest says" in done.stderr


@pytest.mark.parametrize("command", ["verify", "sign -k x", "remove", "audit"])
def test_an_image_that_is_not_there(atoll_image, busybox, command):
    done = atoll_image(*command.split(), "none")
    assert done.returncode == 1
    assert "there is no image none" in done.stderr and "busybox" in done.stderr


def test_usage(atoll_image):
    for args in ([], ["explode"], ["import", "one"], ["list", "more"]):
        done = atoll_image(*args)
        assert done.returncode == 2 and "usage: atoll-image" in done.stderr


# --- vouching -------------------------------------------------------------------


def test_a_signature_names_its_signer(atoll_image, busybox, signer):
    key, allowed = signer
    unsigned = atoll_image("verify-signature", "-a", allowed, "busybox")
    assert unsigned.returncode == 1 and "atoll-image sign busybox -k KEY" in unsigned.stderr
    assert atoll_image("sign", "busybox", "-k", key).returncode == 0
    done = atoll_image("verify-signature", "-a", allowed, "busybox")
    assert done.stdout == "busybox signed by teacher@example.org\n"


def test_a_signature_of_another_key_manifest_or_purpose_is_not_good(
    atoll_image, busybox, signer, tmp_path
):
    key, allowed = signer
    stranger = g.Keys.make(tmp_path / "stranger")
    atoll_image("sign", "busybox", "-k", stranger)
    done = atoll_image("verify-signature", "-a", allowed, "busybox")
    assert done.returncode == 1 and f"nobody in {allowed}" in done.stderr
    manifest = busybox / "manifest.conf"
    other = ["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", "file"]
    made = subprocess.run(other, input=manifest.read_bytes(), capture_output=True, check=True)
    (busybox / "manifest.conf.sig").write_bytes(made.stdout)
    assert atoll_image("verify-signature", "-a", allowed, "busybox").returncode == 1
    atoll_image("sign", "busybox", "-k", key)
    manifest.write_text(manifest.read_text() + "\n")
    done = atoll_image("verify-signature", "-a", allowed, "busybox")
    assert done.returncode == 1 and "the signature is not good" in done.stderr


def test_what_was_changed_is_not_signed(atoll_image, busybox, signer):
    (busybox / "rootfs/etc/added").touch()
    done = atoll_image("sign", "busybox", "-k", signer[0])
    assert done.returncode == 1 and "added: etc/added" in done.stderr
    assert not (busybox / "manifest.conf.sig").exists()


def test_a_failed_signature_leaves_the_old_one(atoll_image, busybox, signer, tmp_path):
    atoll_image("sign", "busybox", "-k", signer[0])
    before = (busybox / "manifest.conf.sig").read_bytes()
    done = atoll_image("sign", "busybox", "-k", tmp_path / "no-key")
    assert done.returncode == 1 and "not signed" in done.stderr
    assert (busybox / "manifest.conf.sig").read_bytes() == before


# --- going ----------------------------------------------------------------------


def test_remove_spares_what_is_used_unless_told(atoll_image, busybox, out):
    held = hold(busybox)
    done = atoll_image("remove", "busybox")
    assert done.returncode == 1 and "is used by a gateway" in done.stderr
    assert busybox.exists()
    done = atoll_image("remove", "-f", "busybox")
    assert done.stdout == "busybox goes with its last sandbox\n"
    assert not busybox.exists() and len(os.listdir(held)) > 5
    assert "0 old versions removed, 1 still used" in atoll_image("prune").stdout
    os.close(held)
    assert "1 old versions removed, 0 still used" in atoll_image("prune").stdout
    assert os.listdir(out) == [".lock"]


def test_remove_and_prune_leave_the_others(atoll_image, busybox, out):
    (out / "byhand/rootfs").mkdir(parents=True)
    assert atoll_image("remove", "byhand").stdout == "byhand removed\n"
    assert atoll_image("prune").returncode == 0
    assert sorted(os.listdir(out)) == [".lock", "busybox"]


# --- audit ----------------------------------------------------------------------

STATUS = """Package: hello
Status: install ok installed
Architecture: amd64
Version: 1.0-1
Description: one
 Version: of a continuation line

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 2.0

"""


@pytest.fixture
def audited(busybox):
    """What an audit should find, planted."""
    root = busybox / "rootfs"
    (root / "var/lib/dpkg").mkdir(parents=True)
    (root / "var/lib/dpkg/status").write_text(STATUS)
    (root / "etc/os-release").write_text('ID=debian\nVERSION_CODENAME="bookworm"\n')
    for name, mode in (("su", 0o4755), ("wall", 0o2755), ("ping", 0o755)):
        (root / "bin" / name).unlink(missing_ok=True)
        (root / "bin" / name).write_text("#!")
        (root / "bin" / name).chmod(mode)
    capability = bytes.fromhex("0100000200200000000000000000000000000000")
    os.setxattr(root / "bin/ping", "security.capability", capability)
    (root / "etc/motd").write_text("")
    (root / "etc/motd").chmod(0o666)
    (root / "srv").chmod(0o777)
    os.chown(root / "etc/motd", 70000, 0)
    return busybox


def test_audit_finds_what_is_privileged_or_open(atoll_image, audited):
    report = json.loads(atoll_image("audit", "--format", "json", "busybox").stdout)
    assert report["setuid"] == ["bin/su"] and report["setgid"] == ["bin/wall"]
    assert report["capabilities"] == ["bin/ping"]
    assert report["world_writable"] == ["srv", "etc/motd"]
    assert report["foreign_owners"] == ["etc/motd"]
    assert report["packages"] == [{"name": "hello", "version": "1.0-1"}]
    text = atoll_image("audit", "busybox").stdout
    assert "busybox: 1 packages" in text and "\n  /bin/su\n" in text


def test_audit_says_what_our_features_would_miss(atoll_image, audited):
    def missing(*args):
        done = atoll_image("audit", "--format", "json", *args, "busybox")
        return "\n".join(json.loads(done.stdout)["missing"])

    told = missing()
    assert "no sftp-server" in told and "no scp" in told and "no user" not in told
    assert "no user alice" in missing("-u", "alice")
    passwd = audited / "rootfs/etc/passwd"
    passwd.write_text("student:x:1000:1000::/home/student:/bin/zsh\nb:x:9:9::/nowhere:/bin/sh\n")
    assert "no shell: student's is /bin/zsh" in missing()
    assert "no home: b's is /nowhere" in missing("-u", "b")


def test_packages_as_spdx_and_cyclonedx(atoll_image, audited):
    purl = "pkg:deb/debian/hello@1.0-1?arch=amd64"
    spdx = json.loads(atoll_image("audit", "--format", "spdx", "busybox").stdout)
    assert spdx["spdxVersion"] == "SPDX-2.3"
    image, hello = spdx["packages"]
    assert hello["versionInfo"] == "1.0-1"
    assert hello["externalRefs"][0]["referenceLocator"] == purl
    assert spdx["relationships"][0]["relatedSpdxElement"] == hello["SPDXID"]
    bom = json.loads(atoll_image("audit", "--format", "cyclonedx", "busybox").stdout)
    assert bom["specVersion"] == "1.5"
    assert [c["purl"] for c in bom["components"]] == [purl]
    assert bom["metadata"]["component"]["version"] == image["versionInfo"]


class Tracker(http.server.BaseHTTPRequestHandler):
    """Debian's security tracker, as debsecan reads it: names, then packages with
    the number of a name, then source packages."""

    DATA = (
        "VERSION 1\nCVE-2026-0001,,greets the wrong one\n\n"
        "hello,0,SM  ,2.0-1,\n\nhello,hello\n\n"
    )

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(zlib.compress(self.DATA.encode()))

    def log_message(self, *args):
        pass


@pytest.fixture
def tracker():
    server = http.server.HTTPServer(("127.0.0.1", 0), Tracker)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@functools.lru_cache
def has_debsecan():
    return subprocess.run(["which", "debsecan"], capture_output=True).returncode == 0


@pytest.mark.skipif(not has_debsecan(), reason="no debsecan")
def test_known_vulnerabilities_come_from_debsecan(atoll_image, audited, tracker):
    done = atoll_image("audit", "--format", "json", "--source", tracker, "busybox")
    report = json.loads(done.stdout)
    assert report["vulnerabilities"] == ["CVE-2026-0001 hello"]
    assert "CVE-2026-0001 hello" in atoll_image("audit", "--source", tracker, "busybox").stdout


@pytest.mark.skipif(not has_debsecan(), reason="no debsecan")
def test_without_an_answer_it_says_so(atoll_image, audited):
    done = atoll_image("audit", "--source", "http://127.0.0.1:1", "busybox")
    assert done.returncode == 0
    assert "known vulnerabilities: not known: debsecan could not look" in done.stdout
    assert "offline?" in done.stdout


def test_links_of_an_image_do_not_lead_an_audit_out(atoll_image, audited, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("Package: secret\nStatus: install ok installed\nVersion: 1\n")
    status = audited / "rootfs/var/lib/dpkg/status"
    status.unlink()
    status.symlink_to(secret)
    passwd = audited / "rootfs/etc/passwd"
    passwd.unlink()
    passwd.symlink_to("../../../../../../../../../../etc/passwd")
    done = atoll_image("audit", "--format", "json", "busybox")
    report = json.loads(done.stdout)
    assert "secret" not in [p["name"] for p in report["packages"]]
    # etc/passwd is itself, as the image sees it: a loop.
    assert any("no user student" in line for line in report["missing"])
