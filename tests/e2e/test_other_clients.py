"""What students have: PuTTY, Dropbear, paramiko, scp, sftp, rsync, git."""
import hashlib
import os
import subprocess
import threading

import paramiko
import pytest

import gateway as g

needs_debian = pytest.mark.skipif(
    not g.HAS_DEBIAN,
    reason=f"no image debian-dev in {g.IMAGES}: make it with images/build debian-dev",
)


@pytest.fixture(scope="module")
def gw(start_gateway):
    labs = {"box": {}}
    if g.HAS_DEBIAN:
        labs["dev"] = {"image": "debian-dev", "memory": "512M", "disk": "256M",
                       "command": ["/bin/bash", "-l"], "pids": 200}
        labs["debug"] = {**labs["dev"], "seccomp": "debug"}
    return start_gateway(labs=labs, accounts=["demo"])


def run(argv, **how):
    return subprocess.run([str(a) for a in argv], capture_output=True, text=True, timeout=60,
                          env=g.client_environment(), **how)


# --- other programs ---------------------------------------------------------


@pytest.mark.quick
def test_plink_logs_in_with_a_password(gw, tmp_path):
    scanned = run(["ssh-keygen", "-l", "-E", "sha256", "-f", gw.keys.host])
    fingerprint = scanned.stdout.split()[1]
    env = {**g.client_environment(), "HOME": str(tmp_path)}
    done = subprocess.run(
        ["plink", "-ssh", "-batch", "-P", str(gw.port), "-hostkey", fingerprint,
         "-l", "demo+box", "-pw", "secret", "127.0.0.1", "echo $((6 * 7)); cat; exit 9"],
        input="in\n", capture_output=True, text=True, timeout=60, env=env,
    )
    assert (done.stdout, done.returncode) == ("42\nin\n", 9), done.stderr


@pytest.mark.quick
def test_dbclient_logs_in_with_a_key(gw, tmp_path):
    key = tmp_path / "dropbear"
    run(["dropbearconvert", "openssh", "dropbear", gw.keys.student, key], check=True)
    env = {**g.client_environment(), "HOME": str(tmp_path)}
    done = subprocess.run(
        ["dbclient", "-y", "-y", "-p", str(gw.port), "-i", str(key), "demo+box@127.0.0.1",
         "echo $((6 * 7)); cat; exit 9"],
        input="in\n", capture_output=True, text=True, timeout=60, env=env,
    )
    assert (done.stdout, done.returncode) == ("42\nin\n", 9), done.stderr


@pytest.fixture
def paramiko_client(gw):
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    client.connect("127.0.0.1", gw.port, "demo+box", "secret",
                   allow_agent=False, look_for_keys=False)
    yield client
    client.close()


@pytest.mark.quick
def test_paramiko_runs_commands_at_once(paramiko_client):
    results = {}

    def ask(n):
        _, out, _ = paramiko_client.exec_command(f"echo {n}; exit {n}", timeout=g.PATIENCE)
        results[n] = out.read().decode(), out.channel.recv_exit_status()

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(10)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert results == {n: (f"{n}\n", n) for n in range(10)}


@pytest.mark.quick
def test_paramiko_has_a_shell_with_a_terminal(paramiko_client):
    channel = paramiko_client.invoke_shell(width=100, height=40)
    channel.settimeout(g.PATIENCE)
    channel.send("stty size; exit 4\n")
    text = b""
    while block := channel.recv(4096):
        text += block
    assert b"40 100\r\n" in text
    assert channel.recv_exit_status() == 4


@pytest.mark.quick
def test_paramiko_rekeys_in_the_middle(paramiko_client):
    transport = paramiko_client.get_transport()
    channel = transport.open_session(timeout=g.PATIENCE)
    channel.settimeout(g.PATIENCE)
    channel.exec_command("cat")
    channel.sendall(b"before ")
    transport.renegotiate_keys()
    channel.sendall(b"after")
    channel.shutdown_write()
    assert channel.makefile("rb").read() == b"before after"


# --- copying files ----------------------------------------------------------


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "data"
    path.write_bytes(os.urandom(3_000_000))
    return path


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def copy_argv(gw, program, *args):
    """scp or sftp: the port is -P, and there is no user@host at the end."""
    argv = gw.ssh_argv("x")[1:-1]
    argv[argv.index("-p")] = "-P"
    return [program, *argv, *args]


@needs_debian
def test_sftp_puts_and_gets(gw, data, tmp_path):
    batch = f"put {data} there\nls -l\nget there {tmp_path}/back\nrm there\n"
    keeper = gw.ssh_start("demo+dev", "cat")
    done = run(copy_argv(gw, "sftp", "-b", "-", "demo+dev@127.0.0.1"), input=batch)
    assert done.returncode == 0, done.stderr
    assert digest(tmp_path / "back") == digest(data)
    keeper.communicate("")


@needs_debian
@pytest.mark.parametrize("protocol", ["-s", "-O"], ids=["sftp", "old"])
def test_scp_copies_both_ways(gw, data, tmp_path, protocol):
    keeper = gw.ssh_start("demo+dev", "cat")
    done = run(copy_argv(gw, "scp", protocol, "-q", data, "demo+dev@127.0.0.1:there"))
    assert done.returncode == 0, done.stderr
    done = run(copy_argv(gw, "scp", protocol, "-q", "demo+dev@127.0.0.1:there", tmp_path / "back"))
    assert done.returncode == 0, done.stderr
    assert digest(tmp_path / "back") == digest(data)
    keeper.communicate("")


@needs_debian
def test_rsync_copies_a_tree(gw, tmp_path):
    tree = tmp_path / "tree"
    for n in range(50):
        folder = tree / f"d{n % 5}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"f{n}").write_bytes(os.urandom(n * 100))
    shell = " ".join(map(str, gw.ssh_argv("demo+dev")[:-1]))
    keeper = gw.ssh_start("demo+dev", "cat")
    for source, target in ((f"{tree}/", "demo+dev@127.0.0.1:tree/"),
                           ("demo+dev@127.0.0.1:tree/", f"{tmp_path}/back/")):
        done = run(["rsync", "-a", "-e", shell, source, target])
        assert done.returncode == 0, done.stderr
    assert run(["diff", "-r", tree, tmp_path / "back"]).returncode == 0
    keeper.communicate("")


@needs_debian
def test_paramiko_has_sftp(gw, data):
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    client.connect("127.0.0.1", gw.port, "demo+dev", "secret",
                   allow_agent=False, look_for_keys=False)
    with client.open_sftp() as sftp:
        sftp.put(str(data), "there")  # compares the size afterwards
        with sftp.open("there", "rb") as f:
            f.prefetch()
            assert hashlib.sha256(f.read()).hexdigest() == digest(data)
        assert sorted(sftp.listdir("/home")) == ["student"]
    client.close()


@needs_debian
def test_tmux_runs_inside_a_real_terminal(gw, tmp_path):
    """The student's terminal is a pane of tmux, as on many desks."""
    socket = tmp_path / "tmux"
    tmux = ["tmux", "-S", socket, "-f", "/dev/null"]
    argv = gw.ssh_argv("demo+dev")
    run([*tmux, "new-session", "-d", "-x", "90", "-y", "20", " ".join(map(str, [argv[0], "-tt", *argv[1:]]))],
        check=True)
    try:
        def screen():
            return run([*tmux, "capture-pane", "-p"]).stdout

        g.wait_until(lambda: "$" in screen(), "a prompt", details=screen)
        run([*tmux, "send-keys", "vim -u NONE -N", "Enter"])
        g.wait_until(lambda: "VIM - Vi IMproved" in screen(), "vim's first screen", details=screen)
        run([*tmux, "send-keys", ":q", "Enter"])
        g.wait_until(lambda: "Vi IMproved" not in screen(), "vim left", details=screen)
        run([*tmux, "send-keys", "stty size", "Enter"])
        g.wait_until(lambda: "20 90" in screen() or "19 90" in screen(), "the size", details=screen)
    finally:
        run([*tmux, "kill-server"])


# --- what a first course does -----------------------------------------------


@needs_debian
def test_a_c_program_is_compiled_and_run(gw):
    source = '#include <stdio.h>\nint main(void) { puts("hello"); return 3; }\n'
    done = gw.ssh("demo+dev", "cat >a.c && gcc -Wall -o a a.c && ./a", stdin=source)
    assert (done.stdout, done.returncode) == ("hello\n", 3), done.stderr


@needs_debian
def test_python_and_git_work(gw):
    done = gw.ssh(
        "demo+dev",
        "git config --global user.email a@b; git config --global user.name a; "
        "git init -q r && cd r && echo 1 >f && git add f && git commit -qm one && "
        "git clone -q . ../c && git -C ../c log --oneline | wc -l && python3 -c 'print(6*7)'",
    )
    assert done.stdout == "1\n42\n", done.stderr


@needs_debian
def test_the_debugger_needs_the_debug_filter(gw):
    program = "strace -o /tmp/trace true && grep -c execve /tmp/trace"
    assert gw.out("demo+debug", program) == "1\n"
    assert gw.ssh("demo+dev", program).returncode != 0
    done = gw.ssh("demo+debug", "gdb -batch -ex run -ex 'p 6*7' /bin/true")
    assert "exited normally" in done.stdout and "= 42" in done.stdout


def test_ssh_copy_id_says_that_no_key_was_added_and_what_to_do(gw, tmp_path):
    """Its own words would be "Number of key(s) added: 1", and the key be refused."""
    (tmp_path / ".ssh").mkdir(mode=0o700)  # it works in there
    key = g.Keys.make(tmp_path / "id_ed25519")
    argv = gw.password_argv("demo", "secret")
    done = subprocess.run(
        [*argv[:3], "ssh-copy-id", "-i", f"{key}.pub", "-p", str(gw.port),
         "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
         "demo+box@127.0.0.1"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        env={**g.client_environment(), "HOME": str(tmp_path)},
    )
    assert done.returncode != 0 and "added: 1" not in done.stdout, done
    assert "atoll: no key was added" in done.stderr and "atoll account key" in done.stderr
    by_hand = gw.ssh("demo+box", "mkdir -p ~/.ssh && cat >> ~/.ssh/authorized_keys", stdin="x\n")
    assert by_hand.returncode == 255 and "atoll: no key was added" in by_hand.stderr
    t = gw.shell("demo+box")
    assert t.run("cd /tmp; mkdir .ssh; echo x | cat >> .ssh/authorized_keys")[1] == 0
    t.close()
