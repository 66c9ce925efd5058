"""ssh -R and ssh -A: the client's ports and its agent, lent to the sandbox."""
import contextlib
import os
import re
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


@pytest.fixture(scope="module")
def gw(start_gateway):
    labs = {
        "box": {"linger": "5m", "cpus": 2.0, "forwarding": ["local", "remote", "agent"]},
        "default": {"linger": "5m"},
        "none": {"forwarding": []},
        "local": {"forwarding": ["local"]},
    }
    if g.HAS_DEBIAN:
        labs["dev"] = {"image": "debian-dev", "pids": 200, "forwarding": ["remote", "agent"]}
    return start_gateway(connections_per_account=50, labs=labs)


class Server(threading.Thread):
    """On the student's own machine: does something with each connection."""

    def __init__(self, handle):
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = self.socket.getsockname()[1]
        self.handle = handle

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                s, _ = self.socket.accept()
                threading.Thread(target=self.serve, args=[s], daemon=True).start()

    def serve(self, s):
        with s, contextlib.suppress(OSError):
            self.handle(s)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def echo(s):
    while data := s.recv(65536):
        s.sendall(data)


def greet(s):
    s.sendall(b"from my own machine\n")


@contextlib.contextmanager
def remote(gw, user, port, to, address="", **how):
    """-R until the block ends; the port that it has inside."""
    with f.client(gw, user, "-v", "-R", f"{address}{port}:127.0.0.1:{to}", **how) as child:
        # Of port 0 it tells twice, and the second time which port it is.
        told = r"Allocated port (\d+)" if port == 0 else r"forward success for: listen .*?(\d+),"
        got = None
        for line in child.stderr:
            if got := re.search(told, line):
                break
        assert got is not None
        got = int(got.group(1))
        # Else ssh would wait for somebody to read what -v has it say.
        threading.Thread(target=child.stderr.read, daemon=True).start()
        yield got


def fails(gw, user, forward):
    began = time.monotonic()
    argv = gw.ssh_argv(user, "echo not here", options=["ExitOnForwardFailure=yes"])
    done = subprocess.run([*argv[:-2], "-R", forward, *argv[-2:]], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=30,
                          env=g.client_environment())
    assert "not here" not in done.stdout and done.returncode == 255
    assert "remote port forwarding failed" in done.stderr
    return time.monotonic() - began


# --- -R ---------------------------------------------------------------------


@pytest.mark.quick
def test_a_port_of_the_sandbox_leads_to_the_client(gw):
    with Server(greet) as server, remote(gw, "demo+box", 8001, server.port) as port:
        assert gw.out("demo+box", f"nc 127.0.0.1 {port}") == "from my own machine\n"
        assert gw.out("demo+box", f"nc localhost {port}") == "from my own machine\n"


@pytest.mark.quick
def test_the_port_is_not_the_host_s(gw):
    """And both have one of the same number, if the host will."""
    port = f.free_port()
    with Server(greet) as server, remote(gw, "demo+box", port, server.port):
        assert gw.out("demo+box", f"nc 127.0.0.1 {port}") == "from my own machine\n"
        assert not f.is_listening(port)
        with socket.create_server(("127.0.0.1", port)):
            pass


@pytest.mark.quick
def test_port_0_takes_one_that_is_free(gw):
    with Server(greet) as server, remote(gw, "demo+box", 0, server.port) as port:
        assert port > 1023
        assert gw.out("demo+box", f"nc 127.0.0.1 {port}") == "from my own machine\n"


@pytest.mark.quick
@pytest.mark.parametrize("address", ["localhost:", "127.0.0.1:", "*:", "0.0.0.0:", "[::]:"])
def test_it_listens_where_it_is_told_to(gw, address):
    with Server(greet) as server, remote(gw, "demo+box", 0, server.port, address) as port:
        assert gw.out("demo+box", f"nc 127.0.0.1 {port}") == "from my own machine\n"


@pytest.mark.longer
def test_bytes_go_through_unchanged(gw):
    with Server(echo) as server, remote(gw, "demo+box", 0, server.port) as port:
        done = gw.out("demo+box", "head -c 5000000 /dev/urandom >/tmp/r; "
                                  f"nc 127.0.0.1 {port} </tmp/r >/tmp/back & sleep 1; "
                                  "until [ $(wc -c </tmp/back) = 5000000 ]; do sleep 0.1; done; "
                                  "kill $!; cmp /tmp/r /tmp/back && echo same")
    assert done == "same\n"


@pytest.mark.quick
def test_thirty_connections_at_once(gw):
    with Server(greet) as server, remote(gw, "demo+box", 0, server.port) as port:
        done = gw.out("demo+box", f"for i in $(seq 30); do nc 127.0.0.1 {port} & done; wait")
    assert done == 30 * "from my own machine\n"


@pytest.mark.quick
def test_the_port_goes_with_the_connection(gw):
    with Server(greet) as server, remote(gw, "demo+box", 8002, server.port):
        assert ":8002 " in gw.out("demo+box", "netstat -ltn")
    wait_until(lambda: ":8002 " not in gw.out("demo+box", "netstat -ltn"), "the port is free")


@pytest.mark.quick
def test_the_client_may_take_it_back(gw):
    mux = [f"ControlPath={gw.folder}/mux"]
    with Server(greet) as server, \
            remote(gw, "demo+box", 8003, server.port, options=["ControlMaster=yes", *mux]):
        argv = gw.ssh_argv("demo+box", options=mux)
        argv[-1:-1] = ["-O", "cancel", "-R", f"8003:127.0.0.1:{server.port}"]
        subprocess.run(argv, check=True, capture_output=True, timeout=20)
        wait_until(lambda: ":8003 " not in gw.out("demo+box", "netstat -ltn"), "it is taken back")
        assert gw.out("demo+box", "echo alive", options=mux) == "alive\n"


@pytest.mark.quick
def test_a_client_that_does_not_answer_its_port_closes_the_connection(gw):
    with remote(gw, "demo+box", 0, f.free_port()) as port:
        assert gw.out("demo+box", f"timeout 5 nc 127.0.0.1 {port}; echo over $?") == "over 0\n"


@pytest.mark.quick
def test_what_cannot_be_is_refused_at_once(gw):
    assert fails(gw, "demo+box", "80:127.0.0.1:1") < 5  # as sshd: not root's user
    assert fails(gw, "demo+box", "192.0.2.1:8004:127.0.0.1:1") < 5
    with Server(greet) as server, remote(gw, "demo+box", 8005, server.port):
        assert fails(gw, "demo+box", "8005:127.0.0.1:1") < 5


@pytest.mark.quick
@pytest.mark.parametrize("lab", ["none", "local"])
def test_a_lab_may_refuse_it(gw, lab):
    since = len(gw.lines)
    assert fails(gw, f"demo+{lab}", "8006:127.0.0.1:1") < 5
    gw.wait_log(f"forwarding refused what=remote lab={lab}", since)


@pytest.mark.quick
def test_there_is_a_limit_of_ports(gw):
    forwards = [x for i in range(17) for x in ("-R", f"{8100 + i}:127.0.0.1:1")]
    argv = gw.ssh_argv("demo+box", "netstat -ltn | grep -c ':81[0-9][0-9] '")
    argv[-2:-2] = forwards
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30,
                          stdin=subprocess.DEVNULL, env=g.client_environment())
    assert done.stdout == "16\n", done


@pytest.mark.quick
def test_a_jump_through_the_sandbox_reaches_a_server_at_its_port(gw):
    """The port inside is -R's, and leads to this very gateway: a whole session
    of SSH within a channel."""
    with remote(gw, "demo+box", 0, gw.port) as port:
        options = " ".join(gw.ssh_argv("demo+box")[1:-1])
        argv = gw.ssh_argv("demo+none", "echo $((6 * 7))", port=port,
                           options=[f"ProxyCommand=ssh {options} -W %h:%p demo+box@127.0.0.1"])
        done = subprocess.run(argv, capture_output=True, text=True, timeout=30,
                              stdin=subprocess.DEVNULL, env=g.client_environment())
    assert done.stdout == "42\n", done


# --- -A ---------------------------------------------------------------------


@contextlib.contextmanager
def agent_with(key, path):
    child = subprocess.Popen(["ssh-agent", "-D", "-a", path], stdout=subprocess.DEVNULL)
    wait_until(lambda: os.path.exists(path), "an agent")
    subprocess.run(["ssh-add", "-q", key], check=True, capture_output=True,
                   env={**os.environ, "SSH_AUTH_SOCK": path})
    yield path
    child.terminate()
    child.wait()


@pytest.fixture(scope="module")
def agent(gw):
    """Its socket, with the student's key in it."""
    with agent_with(gw.keys.student, str(gw.folder / "agent")) as path:
        yield path


def with_agent(gw, user, command, agent, **how):
    return gw.out(user, command, options=["ForwardAgent=yes"],
                  environment={"SSH_AUTH_SOCK": agent}, **how)


@pytest.mark.quick
def test_the_agent_has_a_socket_of_the_user_s_own(gw, agent):
    said = with_agent(gw, "demo+box", "stat -c '%U %a %F' $SSH_AUTH_SOCK; "
                                      "stat -c '%U %a' $(dirname $SSH_AUTH_SOCK)", agent)
    assert said == "student 600 socket\nstudent 700\n"


@pytest.mark.quick
def test_the_socket_goes_with_the_connection(gw, agent):
    path = with_agent(gw, "demo+box", "echo $SSH_AUTH_SOCK", agent).strip()
    assert path.startswith("/tmp/ssh-")
    wait_until(lambda: "gone" in gw.out("demo+box", f"ls -d {os.path.dirname(path)} || echo gone"),
               "it is removed")


@pytest.mark.quick
def test_each_connection_has_its_own_and_others_none(gw, agent):
    one = gw.ssh_start("demo+box", "echo $SSH_AUTH_SOCK; cat", options=["ForwardAgent=yes"])
    assert one.stdout.readline() == "\n"  # a client without agent asks for nothing
    one.stdin.close()
    one.wait(timeout=g.PATIENCE)
    assert gw.out("demo+box", "echo ${SSH_AUTH_SOCK-none}") == "none\n"


@pytest.mark.quick
@pytest.mark.parametrize("lab", ["default", "none", "local"])
def test_a_lab_may_keep_the_agent_out_and_does_by_default(gw, agent, lab):
    assert with_agent(gw, f"demo+{lab}", "echo ${SSH_AUTH_SOCK-none}; ls /tmp", agent) == "none\n"


def ask_for_the_agent(c, number=0):
    """The channel, and what a client is answered that wants to know."""
    channel = c.open(number)
    c.request(channel, "auth-agent-req@openssh.com")
    # The shell of another channel may say something meanwhile.
    return channel, c.expect(p.CHANNEL_SUCCESS, p.CHANNEL_FAILURE, ignore=(p.DATA,))[0]


@pytest.mark.quick
@pytest.mark.parametrize("user, answer", [
    ("demo+box", p.CHANNEL_SUCCESS), ("demo+default", p.CHANNEL_FAILURE),
    ("demo+none", p.CHANNEL_FAILURE), ("demo+nowhere", p.CHANNEL_FAILURE),
    ("demo", p.CHANNEL_SUCCESS),  # one of them does
])
def test_the_answer_is_the_lab_s_before_there_is_a_sandbox(gw, user, answer):
    with Packets(gw) as c:
        c.login(user)
        assert ask_for_the_agent(c)[1] == answer


@pytest.mark.quick
def test_who_picks_a_lab_that_keeps_the_agent_out_is_told(gw):
    with Packets(gw) as c:
        c.login("demo")
        channel, answer = ask_for_the_agent(c)
        assert answer == p.CHANNEL_SUCCESS
        c.request(channel, "pty-req", "xterm", 80, 24, 0, 0, "")
        c.expect(p.CHANNEL_SUCCESS)
        c.request(channel, "shell")
        c.expect(p.CHANNEL_SUCCESS)
        c.send(p.DATA, channel, "none\r")
        shown = b""
        while b"your agent is not forwarded" not in shown:
            m = c.expect(p.DATA, ignore=(p.WINDOW_ADJUST,))
            m.get_int()
            shown += m.get_binary()
        assert ask_for_the_agent(c, 1)[1] == p.CHANNEL_FAILURE  # now it is known


@needs_debian
def test_the_sandbox_uses_the_client_s_keys(gw, agent):
    public = g.Keys.public(gw.keys.student).split()[1]
    said = with_agent(gw, "demo+dev", "ssh-add -L; for i in 1 2 3 4 5; do ssh-add -l & done; wait",
                      agent)
    assert public in said and len(re.findall("SHA256:", said)) == 5
    assert gw.ssh("demo+dev", "ssh-add -l").returncode == 2


def leave(gw, t):
    """Its client is killed, and its session hears of it."""
    before = gw.sessions()
    t.child.kill(signal.SIGKILL)
    t.child.wait()
    wait_until(lambda: len(gw.sessions()) < len(before), "its session is gone")


@needs_debian
def test_a_terminal_that_is_back_has_the_agent_of_who_is_back(new_gateway, agent, tmp_path):
    """A laptop and another one, each with an agent of its own."""
    gw = new_gateway(labs={"dev": {"image": "debian-dev", "linger": "5m", "reattach": True, "pids": 200,
                                   "forwarding": ["agent"], "command": ["/bin/sh"]}})
    other = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", other], check=True)
    first, second = (g.Keys.public(key).split()[1] for key in (gw.keys.student, other))
    t = gw.shell("demo", options=["ForwardAgent=yes", f"IdentityAgent={agent}"])
    path = t.run("echo $SSH_AUTH_SOCK")[0].strip()
    assert t.run("stat -Lc '%U %a %F' $SSH_AUTH_SOCK; stat -c '%U %a' $(dirname $SSH_AUTH_SOCK)")[0] \
        == "student 600 socket\nstudent 700\n"
    assert first in t.run("ssh-add -L")[0]
    leave(gw, t)
    # While it waits there is none; nor for who lends none.
    assert gw.ssh("demo", f"SSH_AUTH_SOCK={path} ssh-add -L").returncode == 2
    t = gw.terminal("demo")
    t.expect("is back")
    t.type("")
    t.expect_prompt()
    assert "No such file" in t.run("ssh-add -L")[0]
    leave(gw, t)
    with agent_with(other, str(tmp_path / "agent")) as socket_path:
        t = gw.terminal("demo", options=["ForwardAgent=yes", f"IdentityAgent={socket_path}"])
        t.expect("is back")
        t.type("")
        t.expect_prompt()
        assert second in t.run("ssh-add -L")[0]
        # Of two terminals of one connection the one that it is at.
        t.type("lab new")
        t.expect("this is terminal")
        t.expect_prompt()
        assert second in t.run("ssh-add -L")[0]
        assert t.run("echo $SSH_AUTH_SOCK")[0].strip() not in ("", path)
        assert t.run(f"SSH_AUTH_SOCK={path} ssh-add -L")[1] == 2
        t.type("lab attach")
        t.expect("is back")
        t.type("")
        t.expect_prompt()
        assert second in t.run("ssh-add -L")[0]
        # What the user puts in its place is theirs, and hurts nobody.
        t.run("rm $SSH_AUTH_SOCK; mkdir $SSH_AUTH_SOCK")
        leave(gw, t)
        t = gw.terminal("demo", options=["ForwardAgent=yes", f"IdentityAgent={socket_path}"])
        t.expect("is back")
        t.type("")
        t.expect_prompt()
        t.run("rmdir $SSH_AUTH_SOCK")
        t.type("exit")
        t.end()
    wait_until(lambda: path not in gw.out("demo", "ls -d /tmp/ssh-*/* || true"), "its path is gone")


@needs_debian
def test_a_login_from_inside_goes_by_the_agent_s_key(gw, agent):
    """To this gateway again, by a port of -R."""
    with remote(gw, "demo+dev", 0, gw.port) as port:
        said = with_agent(gw, "demo+dev",
                          f"ssh -o StrictHostKeyChecking=no -p {port} demo+none@127.0.0.1 echo in",
                          agent)
    assert said == "in\n"


@needs_debian
def test_the_server_may_end_first_and_still_listen(gw):
    """A half-closed connection, from the client's side."""
    got = []

    def handle(s):
        s.sendall(b"I have said all\n")
        s.shutdown(socket.SHUT_WR)
        got.append(f.read_all(s))

    with Server(handle) as server, remote(gw, "demo+dev", 0, server.port) as port:
        program = ("import socket,sys,time; s=socket.create_connection(('127.0.0.1',%d)); d=b''\n"
                   "while x := s.recv(100): d+=x\n"
                   "print(d.decode(),end=''); time.sleep(.3); s.sendall(b'and I answer'); s.close()")
        said = gw.out("demo+dev", "python3 -", stdin=program % port)
        assert said == "I have said all\n"
        wait_until(lambda: got == [b"and I answer"], "the answer")


def test_nothing_is_left_when_a_client_dies(new_gateway):
    gw = new_gateway(labs={"box": {"forwarding": ["local", "remote", "agent"]}})
    with Server(echo) as server, remote(gw, "demo", 8001, server.port):
        assert len(gw.inits()) == 1
        os.kill(gw.sessions()[0], signal.SIGKILL)
        gw.wait_no_sandbox()
