"""ssh -L, -D, -W and -J: ports of the sandbox, and of nothing else."""
import base64
import contextlib
import hashlib
import os
import random
import signal
import socket
import subprocess
import threading
import time

import pytest

import forwarding as f
import gateway as g
import packets as p
from gateway import wait_until
from packets import Packets

needs_debian = pytest.mark.skipif(
    not g.HAS_DEBIAN,
    reason=f"no image debian-dev in {g.IMAGES}: make it with images/build debian-dev",
)
pytestmark = pytest.mark.quick

MB = 1 << 20
ECHO, COUNT, FLOOD, DEAF, WEB = 7001, 7002, 7003, 7004, 7005


@pytest.fixture(scope="module")
def gw(start_gateway):
    gw = start_gateway(
        connections_per_account=50,
        labs={
            "box": {"linger": "5m", "cpus": 2.0, "pids": 500, "memory": "512M",
                    "hosts": [{"address": "127.0.0.1", "names": ["web", "www.lab.example"]}]},
            "rooted": {"user": "root", "linger": "5m"},
            "none": {"forwarding": []},
            "remote": {"forwarding": ["remote"]},
            **({"dev": {"image": "debian-dev", "linger": "5m"}} if g.HAS_DEBIAN else {}),
        },
    )
    f.serve(gw, "demo+box", ECHO, "cat")
    f.serve(gw, "demo+box", COUNT, f.write_program(gw, "demo+box", "wc -c"))
    f.serve(gw, "demo+box", FLOOD, f.write_program(gw, "demo+box", "cat /dev/zero"))
    f.serve(gw, "demo+box", DEAF, f.write_program(gw, "demo+box", "sleep 1000"))
    gw.out("demo+box", f"mkdir -p /tmp/www; echo a page >/tmp/www/page.txt; "
                       f"httpd -p {WEB} -h /tmp/www")
    return gw


def push(s, data):
    thread = threading.Thread(target=lambda: (s.sendall(data), s.shutdown(socket.SHUT_WR)))
    thread.start()
    return thread


def refused(port):
    """The client's ssh accepts, asks, and closes: how long that took."""
    began = time.monotonic()
    with f.connect(port) as s:
        try:
            assert s.recv(1) == b""
        except ConnectionResetError:
            pass
    return time.monotonic() - began


# --- Unix sockets -----------------------------------------------------------

# For each connection: whom it is by, as the kernel says, and what it sent.
UNIX_SERVER = r"""
import os, socket, struct
s = socket.socket(socket.AF_UNIX); s.bind("/tmp/open"); s.listen()
t = socket.socket(socket.AF_UNIX); t.bind("/tmp/shut"); t.listen(); os.chmod("/tmp/shut", 0)
print("up", flush=True)
while True:
    c, _ = s.accept()
    who = struct.unpack("3i", c.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    with c.makefile("rb") as f:
        c.sendall(b"%d:" % who[1] + f.read())
    c.close()
"""


@pytest.fixture(scope="module")
def unix_server(gw):
    """It stays for as long as the sandbox, and no session with it."""
    gw.out("demo+dev", "cat >/tmp/server; setsid python3 /tmp/server >/tmp/up 2>&1 & "
                       "until grep -q up /tmp/up; do sleep 0.05; done", stdin=UNIX_SERVER)


@needs_debian
def test_a_unix_socket_is_reached_as_the_user(gw, unix_server, tmp_path):
    """VS Code listens on one, and forwards it so."""
    uid = gw.out("demo+dev", "id -u").strip().encode()
    data = random.Random(3).randbytes(3 * MB)
    with f.local(gw, "demo+dev", "/tmp/open") as port, f.connect(port) as s:
        thread = push(s, data)
        assert f.read_all(s) == uid + b":" + data
        thread.join()
    ours = tmp_path / "s"
    with f.client(gw, "demo+dev", "-L", f"{ours}:/tmp/open"):
        with socket.socket(socket.AF_UNIX) as s:
            # Its name is there before it listens.
            wait_until(lambda: s.connect_ex(str(ours)) == 0, "ssh listens")
            s.sendall(b"hello")
            s.shutdown(socket.SHUT_WR)
            assert f.read_all(s) == uid + b":hello"


@needs_debian
@pytest.mark.parametrize("path", ["/tmp/shut", "/tmp/none", "/etc/passwd", "/" + "x" * 99])
def test_a_unix_socket_that_is_none_of_the_user_s_is_refused_at_once(gw, unix_server, path):
    with f.local(gw, "demo+dev", path) as port:
        assert refused(port) < 5
    assert gw.out("demo+dev", "id -un") == "student\n"  # init is itself again


@needs_debian
def test_a_path_that_is_none_is_refused_at_once(gw, unix_server):
    with Packets(gw) as c:
        c.login("demo+dev")
        for path in "", "tmp/open", "/tmp/open\0", "\0x", "/" + "x" * 107, "/" + "x" * 5000:
            c.send(p.CHANNEL_OPEN, "direct-streamlocal@openssh.com", 1, 1 << 20, 32768, path, "", 0)
            c.expect(p.OPEN_FAILURE, timeout=5)
        c.send(p.CHANNEL_OPEN, "direct-streamlocal@openssh.com", 1, 1 << 20, 32768)
        c.expect(p.OPEN_FAILURE, timeout=5)
        c.send(p.CHANNEL_OPEN, "direct-streamlocal@openssh.com", 1, 1 << 20, 32768, "/tmp/open", "", 0)
        c.expect(p.OPEN_CONFIRMATION)
        c.send(p.CHANNEL_OPEN, "nonsense@example.org", 2, 1 << 20, 32768, "/tmp/open", "", 0)
        c.expect(p.OPEN_FAILURE, timeout=5, ignore=(p.WINDOW_ADJUST, p.DATA))


def test_unix_sockets_go_by_the_lab_too(gw):
    with f.local(gw, "demo+none", "/tmp/open") as port:
        assert refused(port) < 5
    with f.client(gw, "demo+box", "-R", "/tmp/back:127.0.0.1:1") as child:
        assert child.wait(timeout=g.PATIENCE) == 255  # there is none in this direction
        assert "forwarding failed" in child.stderr.read()


# --- bytes ------------------------------------------------------------------


@pytest.mark.parametrize("options", [[], ["RekeyLimit=1M"]], ids=["plain", "rekeying"])
def test_bytes_go_through_unchanged_both_ways(gw, options):
    data = random.Random(1).randbytes(12 * MB)
    with f.local(gw, "demo+box", f"127.0.0.1:{ECHO}", options=options) as port:
        with f.connect(port) as s:
            thread = push(s, data)
            back = f.read_all(s)
            thread.join()
    assert hashlib.sha256(back).digest() == hashlib.sha256(data).digest()


@pytest.mark.parametrize("host", [
    "127.0.0.1", "localhost", "LocalHost", "box", "127.0.1.1", "localhost.", "box.",
    "ip6-localhost", "web", "www.lab.example.", "WEB"])
def test_the_sandbox_is_reached_by_its_names(gw, host):
    done = f.stdio(gw, "demo+box", f"{host}:{ECHO}", b"hello")
    assert (done.stdout, done.returncode) == (b"hello", 0)


def test_a_hosts_file_that_is_none_holds_nobody_up(gw):
    """The student's own /etc/hosts counts, and a pipe in its place does no harm."""
    gw.out("demo+rooted", f"setsid nc -ll -p {ECHO} -e cat >/dev/null 2>&1 & "
                          f"until netstat -ltn | grep -q ':{ECHO} '; do sleep 0.05; done; "
                          "echo 127.0.0.1 mine >>/etc/hosts")
    assert f.stdio(gw, "demo+rooted", f"mine:{ECHO}", b"hello").stdout == b"hello"
    gw.out("demo+rooted", "mkfifo /tmp/pipe; cp /etc/hosts /tmp/kept; "
                          "umount /etc/hosts 2>/dev/null; rm -f /etc/hosts; ln -s /tmp/pipe /etc/hosts")
    assert f.stdio(gw, "demo+rooted", f"mine:{ECHO}", b"hello").returncode == 255
    assert f.stdio(gw, "demo+rooted", f"localhost:{ECHO}", b"hello").stdout == b"hello"


def test_ipv6_loopback_is_there_too(gw):
    f.serve(gw, "demo+box", 7010, "cat")  # busybox nc listens on both
    assert f.stdio(gw, "demo+box", "[::1]:7010", b"six").stdout == b"six"


def test_the_client_s_end_is_passed_on_and_the_answer_comes_back(gw):
    assert f.stdio(gw, "demo+box", f"127.0.0.1:{COUNT}", b"x" * 1000).stdout == b"1000\n"
    with f.local(gw, "demo+box", f"127.0.0.1:{COUNT}") as port, f.connect(port) as s:
        push(s, b"y" * 3 * MB)
        assert f.read_all(s) == b"%d\n" % (3 * MB)


@pytest.mark.longer
def test_twenty_connections_at_once(gw):
    with f.local(gw, "demo+box", f"127.0.0.1:{ECHO}") as port:
        all = [f.connect(port) for _ in range(20)]
        sent = [os.urandom(300_000) for _ in all]
        threads = [push(s, data) for s, data in zip(all, sent)]
        got = [f.read_all(s) for s in all]
        for t in threads:
            t.join()
        for s in all:
            s.close()
    assert got == sent


def test_a_hundred_connections_one_after_the_other(gw):
    with f.local(gw, "demo+box", f"127.0.0.1:{ECHO}") as port:
        for i in range(100):
            with f.connect(port) as s:
                s.sendall(b"%d" % i)
                s.shutdown(socket.SHUT_WR)
                assert f.read_all(s) == b"%d" % i


def test_there_is_a_limit_and_it_is_given_back(gw):
    """64 for one connection of ssh; the next is refused, not kept waiting."""
    with f.local(gw, "demo+box", f"127.0.0.1:{ECHO}") as port:
        held = []
        for i in range(64):
            s = f.connect(port)
            s.sendall(b"?")
            assert s.recv(1) == b"?", i
            held.append(s)
        assert refused(port) < 5
        for s in held:
            s.close()

        def works():
            with f.connect(port) as s, contextlib.suppress(ConnectionResetError):
                s.sendall(b"?")
                return s.recv(1) == b"?"
            return False

        wait_until(works, "a free channel")


@pytest.mark.longer
def test_a_client_that_does_not_read_costs_little(gw):
    """What the sandbox sends then stays in the sandbox."""
    with f.local(gw, "demo+box", f"127.0.0.1:{FLOOD}") as port, f.connect(port) as s:
        assert s.recv(10) == bytes(10)
        [session] = gw.sessions()
        time.sleep(1)
        before = int(g.proc_status(session)["VmRSS"].split()[0])
        time.sleep(1)
        after = int(g.proc_status(session)["VmRSS"].split()[0])
    assert g.SANITIZED or after < 16 * 1024
    assert after - before < 1024


@pytest.mark.longer
def test_a_server_that_does_not_read_holds_its_client_up(gw):
    with f.local(gw, "demo+box", f"127.0.0.1:{DEAF}") as port, f.connect(port) as s:
        s.setblocking(False)
        sent = 0
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline:
            try:
                sent += s.send(bytes(65536))
            except BlockingIOError:
                time.sleep(0.05)
        [session] = gw.sessions()
        assert sent < 64 * MB
        assert g.SANITIZED or int(g.proc_status(session)["VmRSS"].split()[0]) < 24 * 1024


def test_a_shell_is_prompt_beside_a_flood(gw):
    with f.local(gw, "demo+box", f"127.0.0.1:{FLOOD}", options=["ControlMaster=yes",
                 f"ControlPath={gw.folder}/mux"]) as port, f.connect(port) as s:
        stop = threading.Event()

        def drain():
            while not stop.is_set():
                s.recv(1 << 20)

        thread = threading.Thread(target=drain)
        thread.start()
        began = time.monotonic()
        said = gw.out("demo+box", "echo prompt", options=[f"ControlPath={gw.folder}/mux"])
        took = time.monotonic() - began
        stop.set()
        thread.join()
    assert said == "prompt\n" and took < 10


# --- refusals ---------------------------------------------------------------


def test_a_closed_port_is_refused_at_once(gw):
    began = time.monotonic()
    done = f.stdio(gw, "demo+box", "127.0.0.1:9", b"x")
    assert done.returncode == 255 and b"stdio forwarding failed" in done.stderr
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("to, why", [
    ("127.0.0.1:9", "connect failed: Connection refused"),
    ("localhost:9", "connect failed: Connection refused"),
    ("example.org:80", "connect failed: no such host in this sandbox"),
    ("192.0.2.1:80", "connect failed: Network unreachable"),
])
def test_the_client_shows_why_there_is_no_connection(gw, to, why):
    """RFC 4254, 5.1: not that somebody forbids it."""
    said = f.stdio(gw, "demo+box", to, options=["LogLevel=INFO"]).stderr
    assert f": open failed: {why}\r\n".encode() in said


@pytest.mark.parametrize("user, kind, fields, why", [
    ("demo+none", "direct-tcpip", ["127.0.0.1", 22, "", 0], (1, "the lab does not allow it (forwarding)")),
    ("demo+box", "direct-tcpip", ["127.0.0.1", 9, "", 0], (2, "Connection refused")),
    ("demo+box", "direct-tcpip", ["localhost\0", ECHO, "", 0], (2, "no such host in this sandbox")),
    ("demo+box", "direct-tcpip", ["x" * 600, ECHO, "", 0], (2, "no such host in this sandbox")),
    ("demo+box", "direct-streamlocal@openssh.com", ["/tmp/none", "", 0], (2, "No such file or directory")),
    ("demo+box", "direct-streamlocal@openssh.com", ["none", "", 0], (2, "the path of a socket must begin with /")),
])
def test_a_refusal_has_its_reason(gw, user, kind, fields, why):
    with Packets(gw) as c:
        assert c.login(user).refusal(kind, *fields) == why


def test_a_socks_client_learns_that_nobody_listens(gw):
    port = f.free_port()
    with f.client(gw, "demo+box", "-D", f"127.0.0.1:{port}", options=["LogLevel=INFO"]) as child:
        wait_until(lambda: f.is_listening(port), "ssh listens")
        assert curl(port, "http://127.0.0.1:9/").returncode != 0
        _, said = g.hang_up(child)
    assert "connect failed: Connection refused" in said


@pytest.mark.parametrize("to", ["192.0.2.1:80", "[2001:db8::1]:80", "example.org:80",
                                "255.255.255.255:80", "0:80", "127.0.0.1:0"])
def test_what_is_not_in_the_sandbox_is_refused_at_once(gw, to):
    began = time.monotonic()
    assert f.stdio(gw, "demo+box", to, b"x").returncode == 255
    assert time.monotonic() - began < 3


@pytest.mark.longer
def test_the_host_s_loopback_is_not_reached(gw):
    with socket.create_server(("127.0.0.1", 0)) as host:
        host.settimeout(0.5)
        port = host.getsockname()[1]
        for name in ("127.0.0.1", "localhost", "0.0.0.0"):
            assert f.stdio(gw, "demo+box", f"{name}:{port}", b"x").returncode == 255
        with f.local(gw, "demo+box", f"127.0.0.1:{port}") as way:
            refused(way)
        # The gateway's own port is one of the host's.
        assert f.stdio(gw, "demo+box", f"127.0.0.1:{gw.port}", b"").returncode == 255
        with pytest.raises(TimeoutError):
            host.accept()


@pytest.mark.parametrize("lab", ["none", "remote"])
def test_a_lab_may_refuse_it(gw, lab):
    since = len(gw.lines)
    began = time.monotonic()
    done = f.stdio(gw, f"demo+{lab}", "127.0.0.1:22")
    assert done.returncode == 255 and time.monotonic() - began < 3
    gw.wait_log(rf"refused what=local lab={lab} reason=the lab does not allow it \(forwarding\)", since)


def test_a_refusal_leaves_the_connection_as_it_was(gw):
    with f.local(gw, "demo+none", f"127.0.0.1:{ECHO}",
                 options=["ControlMaster=yes", f"ControlPath={gw.folder}/mux"]) as port:
        for _ in range(3):
            assert refused(port) < 3
        assert gw.out("demo+none", "echo still here",
                      options=[f"ControlPath={gw.folder}/mux"]) == "still here\n"


def test_a_unix_socket_is_refused_at_once(gw):
    """libssh loses the name of that request: all that it lets us say is no."""
    with f.local(gw, "demo+box", "/tmp/socket") as port:
        assert refused(port) < 3


# --- the seat ---------------------------------------------------------------


def test_forwarding_alone_takes_a_seat(new_gateway):
    gw = new_gateway()
    with f.local(gw, "demo", f"127.0.0.1:{ECHO}") as port:
        assert gw.inits() == []
        refused(port)  # nothing listens there, but now there is a sandbox
        assert len(gw.inits()) == 1
        f.serve(gw, "demo", ECHO, "cat")
        with f.connect(port) as s:
            s.sendall(b"one seat")
            assert s.recv(100) == b"one seat"
        assert len(gw.inits()) == 1
    gw.wait_no_sandbox()


def test_without_a_terminal_nobody_can_be_asked_for_the_lab(gw):
    since = len(gw.lines)
    assert f.stdio(gw, "demo", f"127.0.0.1:{ECHO}").returncode == 255
    gw.wait_log("forwarding refused what=local lab=- reason=you are in no lab yet: name one", since)


def test_nobody_waits_in_the_queue_for_a_port(new_gateway):
    gw = new_gateway(accounts=("one", "two"), sandboxes_max=1)
    with gw.ssh_start("one", "echo in; cat") as first:
        assert first.stdout.readline() == "in\n"
        began = time.monotonic()
        assert f.stdio(gw, "two", "127.0.0.1:80").returncode == 255
        assert time.monotonic() - began < 5
        first.stdin.close()


def test_a_killed_sandbox_ends_what_led_to_it(new_gateway):
    gw = new_gateway(labs={"box": {"linger": "1m"}})
    f.serve(gw, "demo", ECHO, "cat")
    with f.local(gw, "demo", f"127.0.0.1:{ECHO}") as port, f.connect(port) as s:
        s.sendall(b"up")
        assert s.recv(2) == b"up"
        os.kill(gw.inits()[0], signal.SIGKILL)
        assert f.read_all(s) == b""
    gw.wait_no_sandbox()


# --- programs ---------------------------------------------------------------


def curl(port, url, *args):
    return subprocess.run(
        ["curl", "-sS", "--noproxy", "", "-m", "10", "--socks5-hostname", f"127.0.0.1:{port}",
         *args, url],
        capture_output=True, text=True, env=g.client_environment(),
    )


def test_a_browser_goes_through_a_dynamic_forward(gw):
    port = f.free_port()
    with f.client(gw, "demo+box", "-D", f"127.0.0.1:{port}"):
        wait_until(lambda: f.is_listening(port), "ssh listens")
        for host in ("localhost", "localhost.", "127.0.0.1", "box", "web"):
            assert curl(port, f"http://{host}:{WEB}/page.txt").stdout == "a page\n"
        assert curl(port, "http://example.org/").returncode != 0
        assert curl(port, f"http://127.0.0.1:{gw.port}/").returncode != 0


# The steps of Remote-SSH's script: unpack the server, unless a running one is
# found by its pid; start it in the background of this shell, with neither
# setsid nor nohup; wait for its port; and watch over it.
EDITOR = """
set -e
mkdir -p $HOME/.editor-server
cd $HOME/.editor-server
if [ -f server.pid ] && kill -0 $(cat server.pid); then
	echo "found $(cat server.pid)"
else
	base64 -d >page <<'END'
%s
END
	cat >server.py <<'END'
import socket
listener = socket.create_server(("127.0.0.1", 7020))
while True:
    s, _ = listener.accept()
    s.recv(9999)
    s.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n" + open("page", "rb").read())
    s.close()
END
	%s >server.log 2>&1 </dev/null &
	echo $! >server.pid
	until grep -q ':1B6C 0*:0000 0A' /proc/net/tcp; do sleep 0.05; done
	echo "started $(cat server.pid)"
fi
echo "listeningOn==7020=="
while kill -0 $(cat server.pid); do sleep 180; done
"""


@contextlib.contextmanager
def editor(gw, lab, shell, script):
    """Its one ssh, which is then killed, as when a laptop's lid is closed;
    what its shell printed, and the port of its SOCKS."""
    port = f.free_port()
    argv = gw.ssh_argv(f"demo+{lab}", shell)
    child = subprocess.Popen([argv[0], "-T", "-D", f"127.0.0.1:{port}", *argv[1:]],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                             env=g.client_environment())
    child.stdin.write(script)
    child.stdin.flush()
    said = child.stdout.readline()
    assert child.stdout.readline() == "listeningOn==7020==\n"
    since = len(gw.lines)
    yield said.split(), port
    child.kill()
    child.wait()
    child.stdin.close()
    child.stdout.close()
    gw.wait_log("connection ended", since)


@pytest.mark.parametrize("lab, shell, server", [
    ("box", "sh", "httpd -f -p 127.0.0.1:7020"),
    pytest.param("dev", "bash", "python3 server.py", marks=needs_debian),
])
def test_an_editor_s_server_outlives_its_connection(gw, lab, shell, server):
    """As VS Code's Remote-SSH does: one ssh with -D runs a shell, which reads a
    long script and stays open; the server it starts listens on loopback; more
    connections come through SOCKS; and the next ssh finds that server."""
    page = random.Random(2).randbytes(400_000)
    script = EDITOR % (base64.encodebytes(page).decode(), server)
    pids = set()
    for how in "started", "found", "found":
        with editor(gw, lab, shell, script) as ((word, pid), port):
            assert word == how
            pids.add(pid)
            for _ in range(2):
                got = subprocess.run(
                    ["curl", "-sS", "--noproxy", "", "-m", "20", "--socks5", f"127.0.0.1:{port}",
                     "http://127.0.0.1:7020/page"], capture_output=True, env=g.client_environment())
                assert got.stdout == page, got.stderr
    assert len(pids) == 1
