"""ssh HOST COMMAND: bytes in and out, and how it ended."""
import hashlib
import os
import re
import random
import subprocess

import paramiko
import pytest

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


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(connections_per_account=20, labs={"box": {"linger": "1m", "cpus": 2.0}})


# --- how it ends ------------------------------------------------------------


@pytest.mark.parametrize("status", [0, 1, 42, 255])
def test_the_exit_status_is_the_command_s(gw, status):
    assert gw.ssh("demo", f"exit {status}").returncode == status


def test_a_command_that_is_not_there_is_127(gw):
    done = gw.ssh("demo", "no-such-command")
    assert done.returncode == 127
    assert "no-such-command" in done.stderr and "not found" in done.stderr


def channel_of(gw, command):
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    client.connect("127.0.0.1", gw.port, "demo", key_filename=str(gw.keys.student),
                   allow_agent=False, look_for_keys=False)
    channel = client.get_transport().open_session()
    channel.settimeout(g.PATIENCE)
    channel.exec_command(command)
    return client, channel


@pytest.mark.parametrize("name", ["TERM", "KILL", "SEGV", "HUP"])
def test_a_death_by_signal_is_told_as_one(gw, name):
    """ssh shows 255 for it; the message carries the signal's name."""
    done = gw.ssh("demo", f"kill -{name} $$")
    assert done.returncode == 255
    argv = gw.ssh_argv("demo", f"kill -{name} $$", options=["LogLevel=DEBUG"])
    log = subprocess.run(argv, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                         timeout=60, env=g.client_environment()).stderr
    assert "rtype exit-signal" in log
    assert "rtype exit-status" not in log


def test_a_signal_of_the_client_reaches_the_command(gw):
    client, channel = channel_of(gw, "trap 'echo got it; exit 3' USR1; echo up; "
                                     "while :; do sleep 0.1; done")
    assert channel.recv(3) == b"up\n"
    m = paramiko.Message()
    m.add_byte(paramiko.common.byte_chr(98))  # CHANNEL_REQUEST
    m.add_int(channel.remote_chanid)
    m.add_string("signal")
    m.add_boolean(False)
    m.add_string("USR1")
    client.get_transport()._send_user_message(m)
    assert channel.recv(100) == b"got it\n"
    assert channel.recv_exit_status() == 3
    client.close()


@pytest.mark.parametrize("name, told", [("TERM", "TERM"), ("BUS", "BUS@atoll"), ("XCPU", "XCPU@atoll"),
                                        ("40", "40@atoll")])
def test_a_death_is_told_by_the_signal_s_own_name(gw, name, told):
    """RFC 4254, 6.10, lists a few; others are marked as somebody's own."""
    with Packets(gw) as c:
        c.login()
        c.run(f"kill -{name} $$")
        m = c.expect(p.CHANNEL_REQUEST, ignore=(p.WINDOW_ADJUST, p.EOF))
        m.get_int()
        assert (m.get_text(), m.get_boolean(), m.get_text()) == ("exit-signal", False, told)


@pytest.mark.parametrize("early", [("open",), ("open", "exec")], ids=["before", "at once"])
def test_a_signal_that_is_too_early_waits_for_the_command(gw, early):
    """In one segment with what it is for, or even before that."""
    with Packets(gw) as c:
        c.login()
        channel = c.open()
        if "exec" in early:
            c.request(channel, "exec", "exec sleep 100", reply=False)
        c.request(channel, "signal", "USR1")
        c.expect(p.CHANNEL_SUCCESS)
        if "exec" not in early:
            c.request(channel, "exec", "exec sleep 100", reply=False)
        assert c.output()[:2] == (b"", "exit-signal")


# --- stdin, stdout, stderr --------------------------------------------------


def test_stdin_ends_when_the_client_s_does(gw):
    assert gw.ssh("demo", "cat", stdin="one\ntwo\n").stdout == "one\ntwo\n"
    assert gw.ssh("demo", "wc -c; echo after", stdin="").stdout == "0\nafter\n"


def test_output_goes_on_after_stdin_ended(gw):
    done = gw.ssh("demo", "cat >/dev/null; sleep 0.3; echo late", stdin="x")
    assert done.stdout == "late\n"


def test_stderr_stays_apart(gw):
    done = gw.ssh("demo", "echo out; echo err >&2")
    assert (done.stdout, done.stderr) == ("out\n", "err\n")


def test_a_command_that_closes_stdout_may_go_on(gw):
    done = gw.ssh("demo", "exec >&-; echo err >&2; exit 4")
    assert (done.returncode, done.stdout, done.stderr) == (4, "", "err\n")


def test_stdin_that_nobody_reads_ends_with_the_command(gw):
    done = gw.ssh("demo", "exec <&-; echo done", stdin=b"x" * 4 * MB, text=False)
    assert (done.stdout, done.returncode) == (b"done\n", 0)


def test_a_reader_that_leaves_early_does_not_end_the_session(gw):
    """write() to its pipe fails then: that is no reason to die of SIGPIPE."""
    since = len(gw.lines)
    done = gw.ssh("demo", "head -c 1 >/dev/null; exec <&-; sleep 0.5; echo still here",
                  stdin=b"x" * 4 * MB, text=False)
    assert (done.stdout, done.returncode) == (b"still here\n", 0)
    gw.wait_log("connection ended", since)
    assert "killed by signal" not in gw.log


def test_yes_head_ends(gw):
    assert gw.out("demo", "yes | head -1") == "y\n"
    assert gw.out("demo", "yes | head -1; echo ${?}") == "y\n0\n"


def test_yes_ends_when_the_client_s_reader_does(gw):
    child = gw.ssh_start("demo", "yes")
    assert child.stdout.readline() == "y\n"
    child.stdout.close()
    child.stderr.close()
    child.stdin.close()
    child.wait(timeout=g.PATIENCE)
    wait_until(lambda: "yes" not in gw.out("demo", "ps"), "yes has ended")


def test_a_background_job_does_not_keep_the_channel_when_it_holds_nothing(gw):
    done = gw.ssh("demo", "sleep 300 >/dev/null 2>&1 </dev/null & echo started", timeout=15)
    assert done.stdout == "started\n"


@pytest.mark.parametrize("job", [
    "sleep 4001 >/dev/null 2>&1 </dev/null & echo up; wait",  # the shell is there still
    "trap '' PIPE; echo up; exec sleep 4001",
])
def test_a_lost_connection_hangs_up_no_job_without_a_terminal(gw, job):
    """As sshd has it: neither nohup nor setsid is needed."""
    since = len(gw.lines)
    child = gw.ssh_start("demo", job)
    assert child.stdout.readline() == "up\n"
    child.kill()
    child.communicate()
    gw.wait_log("connection ended", since)
    assert "sleep 4001" in gw.out("demo", "ps")
    assert gw.atoll("kill", "demo+box").returncode == 0
    gw.wait_no_sandbox()


def test_output_that_was_written_before_the_end_arrives(gw):
    done = gw.ssh("demo", "head -c 3000000 /dev/zero; kill -9 $$", text=False)
    assert len(done.stdout) == 3000000


# --- much of it -------------------------------------------------------------


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    """100 MB that do not compress, and their SHA-256."""
    path = tmp_path_factory.mktemp("big") / "data"
    digest = hashlib.sha256()
    source = random.Random(1)
    with open(path, "wb") as f:
        for _ in range(100):
            block = source.randbytes(MB)
            digest.update(block)
            f.write(block)
    yield path, digest.hexdigest()
    path.unlink()


@pytest.mark.longer
def test_100_mb_go_in_unharmed(gw, big):
    path, digest = big
    with open(path, "rb") as f:
        assert gw.out("demo", "sha256sum", stdin=f).split()[0] == digest


@pytest.mark.longer
def test_an_upload_is_read_by_large_pieces(gw, tmp_path):
    """libssh's own reads are of 4096 bytes, and each costs a poll(2), too."""
    trace = tmp_path / "trace"
    before = set(gw.sessions())
    child = subprocess.Popen(
        gw.ssh_argv("demo", "echo up; wc -c"),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=g.client_environment(),
    )
    assert child.stdout.readline() == b"up\n"
    [session] = set(gw.sessions()) - before
    tracer = subprocess.Popen(["strace", "-e", "trace=recvfrom", "-o", trace, "-p", str(session)],
                              stderr=subprocess.PIPE, text=True)
    try:
        assert "attached" in tracer.stderr.readline()
        out, _ = child.communicate(bytes(8 * MB), timeout=g.PATIENCE)
    finally:
        tracer.terminate()
        tracer.wait(timeout=g.PATIENCE)
    assert out == b"%d\n" % (8 * MB)
    reads = [int(n) for n in re.findall(r"^recvfrom\(.* = (\d+)$", trace.read_text(), re.M)]
    assert sum(reads) > 8 * MB
    assert sum(n for n in reads if n > 4096) > 4 * MB, reads


@pytest.mark.parametrize("rekey", [None, "RekeyLimit=1M"], ids=["plain", "rekey every MB"])
def test_100_mb_go_in_and_come_out_at_once(gw, big, rekey):
    path, digest = big
    got = hashlib.sha256()
    options = [rekey] if rekey else []
    with open(path, "rb") as f:
        child = subprocess.Popen(
            gw.ssh_argv("demo", "cat", options=options),
            stdin=f, stdout=subprocess.PIPE, env=g.client_environment(),
        )
        while block := child.stdout.read(MB):
            got.update(block)
        assert child.wait(timeout=60) == 0
    assert got.hexdigest() == digest


def cpu_of(pid):
    with open(f"/proc/{pid}/stat") as f:
        return f.read().rsplit(")", 1)[1].split()[11:13]


def wait_still(pid):
    """A process that uses no CPU for half a second."""
    seen = []

    def still():
        seen.append(cpu_of(pid))
        return len(seen) > 25 and seen[-1] == seen[-25]

    wait_until(still, "the process waits")


@pytest.mark.skipif(g.SANITIZED, reason="the sanitizers' own memory counts too")
def test_a_slow_reader_does_not_grow_the_session(gw):
    before = set(gw.sessions())
    child = subprocess.Popen(
        gw.ssh_argv("demo", "head -c 200000000 /dev/zero"),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=g.client_environment(),
    )
    assert os.read(child.stdout.fileno(), 1) == b"\0"
    [session] = set(gw.sessions()) - before
    wait_still(session)  # nobody reads: everything is full now
    rss = int(g.proc_status(session)["RssAnon"].split()[0])
    child.kill()
    child.wait(timeout=g.PATIENCE)
    child.stdout.close()
    assert rss < 8 * 1024, f"{rss} KiB"


@pytest.mark.longer
@pytest.mark.skipif(g.SANITIZED, reason="the sanitizers' own memory counts too")
def test_a_slow_command_does_not_grow_the_session(gw):
    """It reads a little at a time, so the window opens many times."""
    before = set(gw.sessions())
    with open("/dev/zero") as zeros:
        child = subprocess.Popen(
            gw.ssh_argv("demo", "echo up; for i in 1 2 3 4 5 6 7 8 9 10; do "
                                "head -c 300000 >/dev/null; usleep 50000; done; echo sum; exec sleep 60"),
            stdin=zeros, stdout=subprocess.PIPE, text=True, env=g.client_environment(),
        )
        assert child.stdout.readline() == "up\n"
        [session] = set(gw.sessions()) - before
        assert child.stdout.readline() == "sum\n"
        wait_still(session)
        rss = int(g.proc_status(session)["RssAnon"].split()[0])
        child.kill()
        child.wait(timeout=g.PATIENCE)
        child.stdout.close()
    assert rss < 8 * 1024, f"{rss} KiB"


@pytest.mark.parametrize("size", [65536, 65537, 131071])
def test_a_command_may_be_as_long_as_the_kernel_takes_it(gw, size):
    """By paramiko, since no argument of ssh itself could be longer."""
    program = "echo ${#x}"
    client, channel = channel_of(gw, f"x={'y' * (size - len(program) - 3)};{program}")
    assert channel.makefile().read() == f"{size - len(program) - 3}\n".encode()
    assert channel.recv_exit_status() == 0
    client.close()


@pytest.mark.parametrize("size", [131072, 200_000])
def test_a_longer_command_is_refused_with_a_reason(gw, size):
    client, channel = channel_of(gw, "echo " + "y" * (size - 5))
    assert channel.makefile_stderr().read().decode() == (
        "atoll: your command is longer than 131071 bytes, which is all that the kernel takes; "
        "send it as input instead: ssh ... sh <file\n")
    assert channel.recv_exit_status() == 255
    client.close()


# --- environment ------------------------------------------------------------


def test_what_every_command_finds_in_its_environment(gw):
    env = dict(line.split("=", 1) for line in gw.out("demo", "env").splitlines())
    assert env["HOME"] == "/home/student"
    assert env["USER"] == env["LOGNAME"] == "student"
    assert env["SHELL"] == "/bin/sh"
    assert {"/usr/bin", "/bin"} <= set(env["PATH"].split(":"))
    assert env["LANG"] == "C.UTF-8"
    assert "TERM" not in env
    port = env["SSH_CLIENT"].split()[1]
    assert 1024 <= int(port) < 65536 and f" port={port}\n" in gw.log
    assert env["SSH_CLIENT"] == f"127.0.0.1 {port} 22"
    assert env["SSH_CONNECTION"] == f"127.0.0.1 {port} 127.0.0.1 22"
    assert [k for k in env if k.startswith(("SSH", "ATOLL", "LD_"))] == ["SSH_CLIENT", "SSH_CONNECTION"]


def test_a_terminal_s_name_is_in_its_environment(gw):
    t = gw.terminal("demo", "echo $SSH_TTY; tty; id -un >$SSH_TTY")
    assert t.end() == ("/dev/pts/0\r\n/dev/pts/0\r\nstudent\r\n", 0)


def test_language_comes_along_and_nothing_else(gw):
    sent = {"LC_TIME": "C", "LC_my_9": "x" * 3000, "EVIL": "1", "LD_PRELOAD_X": "x"}
    out = gw.out(
        "demo", "env", environment=sent,
        options=["SendEnv=LC_*", "SendEnv=EVIL", "SendEnv=LD_PRELOAD_X", "SetEnv=PATH=/evil"],
    )
    env = out.splitlines()
    assert "LC_TIME=C" in env and "LC_my_9=" + "x" * 3000 in env
    assert not [e for e in env if e.startswith(("EVIL", "LD_")) or e == "PATH=/evil"]


def test_more_variables_than_there_is_room_for_do_no_harm(gw):
    sent = {f"LC_{i}": "x" * 1000 for i in range(40)}
    out = gw.out("demo", "env", environment=sent, options=["SendEnv=LC_*"])
    assert 10 <= out.count("x" * 1000) < 40
    sent = {f"LC_{i}": "x" for i in range(100)}
    out = gw.out("demo", "env", environment=sent, options=["SendEnv=LC_*"])
    assert 40 <= out.count("LC_") < 100


# --- the locale -------------------------------------------------------------

# How many letters; and perl complains of a locale that is not there.
SIZE = "printf '\\303\\274' | wc -m; locale charmap; perl -e1 2>&1"


@pytest.fixture(scope="module")
def locales(start_gateway, tmp_path_factory):
    """A lab whose setup adds two locales, one in glibc's archive, and one
    that chooses its own."""
    setup = tmp_path_factory.mktemp("locales") / "setup"
    setup.write_text("""#!/bin/sh -e
cd /usr/lib/locale
cp -r C.utf8 xx_YY.utf8
mkdir /tmp/l && cp -r C.utf8 /tmp/l/zz_ZZ.utf8
localedef --quiet --add-to-archive /tmp/l/zz_ZZ.utf8
test -s locale-archive
rm -r /tmp/l
""")
    setup.chmod(0o755)
    dev = {"image": "debian-dev"}
    return start_gateway(labs={
        "box": {},
        "dev": dev,
        "more": {**dev, "setup": setup},
        "own": {**dev, "environment": {"LANG": "POSIX"}},
    })


@needs_debian
@pytest.mark.parametrize("lab, sent, then", [
    ("dev", {}, ""),
    ("dev", {"LANG": "xx_YY.UTF-8"}, ""),
    ("dev", {"LC_CTYPE": "UTF-8"}, ""),  # macOS
    ("dev", {"LANG": "C.UTF-8", "LC_ALL": "zz_ZZ.UTF-8"}, ""),
    ("more", {"LANG": "xx_YY.UTF-8"}, "xx_YY.UTF-8"),
    ("more", {"LANG": "zz_ZZ.UTF-8"}, "zz_ZZ.UTF-8"),
])
def test_letters_are_utf_8_whatever_the_client_sends(locales, lab, sent, then):
    out = locales.out(f"demo+{lab}", f"echo $LANG; {SIZE}", environment=sent,
                      options=["SendEnv=LANG", "SendEnv=LC_*"], stdin=None)
    assert out == f"{then or 'C.UTF-8'}\n1\nUTF-8\n"


@needs_debian
def test_a_client_may_want_no_utf_8_and_a_lab_may(locales):
    how = {"environment": {"LANG": "C"}, "options": ["SendEnv=LANG", "SendEnv=LC_*"]}
    assert locales.out("demo+dev", SIZE, **how) == "2\nANSI_X3.4-1968\n"
    how["environment"] = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    assert locales.out("demo+own", f"echo $LANG; {SIZE}", **how) == "POSIX\n2\nANSI_X3.4-1968\n"


@needs_debian
def test_bash_reads_its_file_for_a_command(locales):
    """Debian's does when it finds SSH_CLIENT."""
    assert locales.out("demo+dev", """
        echo 'FROM_FILE=yes' >~/.bashrc; bash -c 'echo $FROM_FILE'""") == "yes\n"


# --- subsystems and forwards ------------------------------------------------


def test_an_unknown_subsystem_is_refused(gw):
    done = gw.ssh("demo", "netconf", options=["RequestTTY=no"], stdin=None)
    assert done.returncode == 127  # a command of that name
    argv = gw.ssh_argv("demo")
    done = subprocess.run([argv[0], "-s", *argv[1:], "netconf"], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=60, env=g.client_environment())
    assert done.returncode == 255
    assert "subsystem request failed" in done.stderr


@pytest.mark.parametrize("strict, status, out", [("no", 0, "fine\n"), ("yes", 255, "")])
def test_a_forward_that_is_refused_does_not_disturb(gw, strict, status, out):
    """Port 80 is root's, and the user is not."""
    options = [f"ExitOnForwardFailure={strict}", "RemoteForward=80 127.0.0.1:22"]
    done = gw.ssh("demo", "echo fine", options=options)
    assert (done.stdout, done.returncode) == (out, status)


def test_a_connection_through_the_gateway_is_refused(gw):
    """It must not reach the host's network."""
    argv = gw.ssh_argv("demo")
    done = subprocess.run([argv[0], "-W", f"127.0.0.1:{gw.port}", *argv[1:]],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60,
                          env=g.client_environment())
    assert done.returncode == 255
    assert "SSH-2.0" not in done.stdout
    assert "forwarding failed" in done.stderr


def test_x11_and_agent_are_not_forwarded(gw):
    argv = gw.ssh_argv("demo")
    done = subprocess.run([argv[0], "-A", "-X", *argv[1:], "env"], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=60, env=g.client_environment())
    assert done.returncode == 0
    assert "DISPLAY" not in done.stdout and "SSH_AUTH_SOCK" not in done.stdout


def test_the_end_of_a_pipe_comes_though_the_reader_is_slow(new_gateway):
    """Without keepalive nothing else would wake the session later."""
    gw = new_gateway(labs={"c101": {}}, keepalive="0s")
    for size in (700_000, 800_000, 1_100_000) * 5:
        done = gw.ssh("demo+c101", "cat >/tmp/p; wc -c </tmp/p", stdin=bytes(size), text=False)
        assert done.stdout == b"%d\n" % size, done
    gw.stop()
