"""Programs that students use every day, in a lab that asks for nothing special."""
import subprocess

import pytest

import gateway as g

needs_debian = pytest.mark.skipif(
    not g.HAS_DEBIAN,
    reason=f"no image debian-dev in {g.IMAGES}: make it with images/build debian-dev",
)
HAS_PACKETS = (g.IMAGES / "packets/rootfs").is_dir()
needs_packets = pytest.mark.skipif(
    not HAS_PACKETS,
    reason=f"no image packets in {g.IMAGES}: make it with images/build packets",
)
pytestmark = pytest.mark.quick

MAKES_A_USER = """#!/bin/sh -e
mkdir -p /srv/cara
echo "cara:x:1500:1500::/srv/cara:/bin/sh" >>/etc/passwd
"""


@pytest.fixture(scope="module")
def gw(start_gateway, tmp_path_factory):
    setup = tmp_path_factory.mktemp("setup") / "setup"
    setup.write_text(MAKES_A_USER)
    setup.chmod(0o755)
    labs = {"box": {"linger": "1m"}, "raw": {"capabilities": ["net_raw"]},
            "rooted": {"user": "root"}, "users": {"setup": setup}}
    if g.HAS_DEBIAN:
        screen = {"source": "/usr/bin/screen", "target": "/usr/bin/screen"}
        labs["dev"] = {"image": "debian-dev", "mounts": [screen]}
        labs["devroot"] = {**labs["dev"], "user": "root"}
    if HAS_PACKETS:
        labs["packets"] = {"image": "packets"}
        labs["packetsroot"] = {"image": "packets", "user": "root"}
        labs["packetsraw"] = {"image": "packets", "capabilities": ["net_raw"]}
    return start_gateway(labs=labs, accounts=["demo", "cara", "student", "4711"])


# --- ping -------------------------------------------------------------------


@needs_packets
@pytest.mark.parametrize("lab", ["packets", "packetsroot"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_ping_reaches_the_sandbox_itself(gw, lab, host):
    """Although the image's is a file with a capability that the lab does not give."""
    assert "ttl=64" in gw.out(f"demo+{lab}", f"ping -c 1 -W 5 {host}")


@needs_packets
def test_ping_reaches_nobody_else(gw):
    done = gw.ssh("demo+packets", "ping -c 1 -W 2 192.0.2.1")
    assert done.returncode == 2 and "unreachable" in done.stderr


@needs_packets
@pytest.mark.parametrize("lab", ["packets", "packetsroot"])
def test_ping_needs_no_capability(gw, lab):
    status = gw.out(f"demo+{lab}", "grep CapBnd /proc/self/status")
    assert not int(status.split()[1], 16) >> 13 & 1
    for family, kind in ("AF_INET", "SOCK_RAW"), ("AF_PACKET", "SOCK_DGRAM"):
        done = gw.ssh(f"demo+{lab}", f"python3 -c 'from socket import *; socket({family}, {kind}, 1)'")
        assert "PermissionError" in done.stderr


@needs_packets
def test_net_raw_is_raw_sockets_and_no_captures(gw):
    """As atoll.conf(5) says."""
    raw = "from socket import *; socket({}, SOCK_RAW, {}); print(1)"
    for family, protocol in ("AF_INET", "IPPROTO_ICMP"), ("AF_INET", "IPPROTO_TCP"), (
            "AF_INET6", "IPPROTO_ICMPV6"):
        assert gw.out("demo+packetsraw", f"python3 -c '{raw.format(family, protocol)}'") == "1\n"
    assert "ttl=64" in gw.out("demo+packetsraw", "ping -c 1 -W 5 localhost")
    done = gw.ssh("demo+packetsraw", "tcpdump -c 1 -i lo")
    assert done.returncode == 1 and "Operation not permitted" in done.stderr
    assert gw.out("demo+packetsraw", "tcpdump -n -c 1 -r /captures/scan.pcap 2>/dev/null") != ""


def test_busybox_s_ping_wants_net_raw(gw):
    """Debian's: it knows raw sockets only."""
    assert "ttl=64" in gw.out("demo+raw", "ping -c 1 -W 5 localhost")
    assert "ttl=64" in gw.out("demo+raw", "ping -c 1 -W 5 ::1")


# --- screen -----------------------------------------------------------------


@needs_debian
@pytest.mark.parametrize("lab", ["dev", "devroot"])
def test_a_session_of_screen_is_left_and_found(gw, lab):
    t = gw.shell(f"demo+{lab}", options=["LogLevel=ERROR"])
    t.type("screen -S work")
    t.expect_prompt()
    t.type("echo $STY; echo in the sess''ion")
    t.expect(r"\.work\r\n")
    t.expect("in the session\r\n")
    t.send("\x01d")
    t.expect(r"\[detached")
    assert ".work" in gw.out(f"demo+{lab}", "screen -ls | grep Detached")
    t.type("screen -r work")
    t.expect("in the session")
    t.close()


# --- the account's name -----------------------------------------------------


def home_of(gw, login, name):
    return gw.out(login, f"cd ~{name} && pwd").strip()


def test_the_account_s_name_leads_home(gw):
    assert home_of(gw, "demo+box", "demo") == "/home/student"
    assert home_of(gw, "demo+box", "demo+box") == "/home/student"  # as Ansible asks
    assert gw.out("demo+box", "id -un; id -u demo; ls -ld ~ | awk '{print $3}'") == (
        "student\n1000\nstudent\n")


def test_the_account_s_name_hides_nobody_s(gw):
    """Nor does it stand in the way of a setup that makes that user."""
    assert home_of(gw, "cara+users", "cara") == "/srv/cara"
    passwd = gw.out("student+box", "cat /etc/passwd")
    assert passwd.count("\nstudent:") == 1
    assert gw.out("4711+box", "grep -c ^4711: /etc/passwd; true") == "0\n"
    assert gw.out("demo+rooted", "grep -c demo /etc/passwd; true") == "0\n"


def test_the_account_s_name_is_in_no_image(gw):
    gw.out("demo+box", "true")
    assert "demo" not in (g.IMAGES / "busybox/rootfs/etc/passwd").read_text()


def test_scp_and_sftp_go_to_the_account_s_home(gw, tmp_path):
    (tmp_path / "f").write_text("mine\n")
    argv = gw.ssh_argv("x")[1:-1]
    argv[argv.index("-p")] = "-P"
    for user in "demo", "demo+box":
        gw_user = "demo+box"
        done = subprocess.run(["scp", "-q", *argv, tmp_path / "f",
                               f"{gw_user}@127.0.0.1:~{user}/got"], capture_output=True, text=True,
                              timeout=60, env=g.client_environment())
        assert done.returncode == 0, done.stderr
        assert gw.out("demo+box", "cat ~/got") == "mine\n"


@needs_debian
def test_git_clones_from_the_account_s_home(gw, tmp_path):
    t = gw.shell("demo+dev")  # so that the sandbox stays
    t.run("git init -q work; cd work; git -c user.name=d -c user.email=d@example.org "
          "commit -q --allow-empty -m first")
    argv = gw.ssh_argv("x")
    env = {**g.client_environment(), "GIT_SSH_COMMAND": " ".join(str(a) for a in argv[:-1])}
    done = subprocess.run(["git", "clone", "-q", "ssh://demo+dev@127.0.0.1/~demo/work",
                           tmp_path / "work"], capture_output=True, text=True, timeout=60, env=env)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "work/.git").is_dir()
    t.close()
