"""Files in and out, by every client, into images with and without the means.

box is busybox: no sftp-server, no scp, no libc.  dev has its own."""
import hashlib
import os
import re
import shutil
import stat
import subprocess

import paramiko
import pytest

import gateway as g

needs_debian = pytest.mark.skipif(
    not g.HAS_DEBIAN,
    reason=f"no image debian-dev in {g.IMAGES}: make it with images/build debian-dev",
)
LABS = [pytest.param("box", marks=pytest.mark.quick), pytest.param("dev", marks=needs_debian)]
SCP = [pytest.param("-s", id="sftp"), pytest.param("-O", id="old")]


@pytest.fixture(scope="module")
def gw(start_gateway):
    labs = {"box": {"memory": "256M", "disk": "128M", "cpus": 2.0, "linger": "5m"}}
    if g.HAS_DEBIAN:
        labs["dev"] = {"image": "debian-dev", "memory": "512M", "disk": "256M", "cpus": 2.0,
                       "pids": 100, "linger": "5m"}
    return start_gateway(labs=labs, connections_per_account=20)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "some data"
    path.write_bytes(os.urandom(6_000_001))
    return path


@pytest.fixture
def tree(tmp_path):
    """Of files as people have them."""
    top = tmp_path / "tree"
    (top / "deep/er").mkdir(parents=True)
    (top / "empty").write_bytes(b"")
    (top / "deep/naïve name").write_text("text\n")
    (top / "deep/er/script.sh").write_text("#!/bin/sh\necho ran\n")
    (top / "deep/er/script.sh").chmod(0o750)
    return top


def run(argv, **how):
    return subprocess.run([str(a) for a in argv], capture_output=True, text=True, timeout=60,
                          env=g.client_environment(), **how)


def must(argv, **how):
    done = run(argv, **how)
    assert done.returncode == 0, f"{done.args}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def copy_argv(gw, program, *args, options=()):
    """scp or sftp: the port is -P, and there is no user@host at the end."""
    argv = gw.ssh_argv("demo", options=options)
    argv[0], argv[argv.index("-p")] = program, "-P"
    return [*argv[:-1], *args]


def sha(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def same_tree(a, b):
    seen = [{p.relative_to(top): (p.is_dir(), p.is_file() and p.read_bytes())
             for p in top.rglob("*")} for top in (a, b)]
    return seen[0] == seen[1]


# --- sftp -------------------------------------------------------------------


@pytest.mark.parametrize("lab", LABS)
def test_sftp_puts_lists_renames_and_gets(gw, data, tmp_path, lab):
    batch = (f'put "{data}" one\nmkdir d\nrename one d/two\nchmod 640 d/two\nln -s two d/link\n'
             f"ls -l d\nget d/two {tmp_path}/back\nrm d/link\nrm d/two\nrmdir d\n")
    said = must(copy_argv(gw, "sftp", "-b", "-", f"demo+{lab}@127.0.0.1"), input=batch)
    assert sha(tmp_path / "back") == sha(data)
    assert "-rw-r-----" in said and "6000001" in said
    assert gw.out(f"demo+{lab}", "ls") == ""


@pytest.mark.parametrize("lab", LABS)
def test_sftp_copies_a_tree(gw, tree, tmp_path, lab):
    batch = f"put -pR {tree} t\nget -pR t {tmp_path}/back\n"
    must(copy_argv(gw, "sftp", "-b", "-", f"demo+{lab}@127.0.0.1"), input=batch)
    assert same_tree(tree, tmp_path / "back")
    gw.out(f"demo+{lab}", "rm -r t")


@pytest.mark.parametrize("lab", LABS)
def test_sftp_continues_where_it_was_cut(gw, data, tmp_path, lab):
    part = tmp_path / "part"
    part.write_bytes(data.read_bytes()[:2_000_000])
    batch = f'put {part} p\nreput "{data}" p\nget p {tmp_path}/back\nrm p\n'
    must(copy_argv(gw, "sftp", "-b", "-", f"demo+{lab}@127.0.0.1"), input=batch)
    assert sha(tmp_path / "back") == sha(data)


@pytest.mark.parametrize("lab", LABS)
def test_paramiko_s_sftp(gw, data, lab):
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    client.connect("127.0.0.1", gw.port, f"demo+{lab}", key_filename=str(gw.keys.student),
                   allow_agent=False, look_for_keys=False, timeout=g.PATIENCE)
    with client, client.open_sftp() as sftp:
        sftp.put(str(data), "there")
        with sftp.open("there", "rb") as f:
            f.prefetch()
            assert hashlib.sha256(f.read()).hexdigest() == sha(data)
        assert stat.S_ISREG(sftp.stat("there").st_mode)
        with pytest.raises(PermissionError):
            sftp.open("/etc/passwd", "a")
        with pytest.raises(FileNotFoundError):
            sftp.stat("nothing")
        sftp.remove("there")


@pytest.mark.quick
def test_ten_files_at_once_over_one_connection(gw, data, tmp_path):
    mux = [f"ControlPath={gw.folder}/mux"]
    with gw.ssh_start("demo+box", "echo up; cat", options=["ControlMaster=yes", *mux]) as master:
        assert master.stdout.readline() == "up\n"
        puts = [subprocess.Popen(
            [str(a) for a in copy_argv(gw, "scp", "-q", data, f"demo+box@127.0.0.1:f{i}",
                                       options=mux)],
            stdin=subprocess.DEVNULL, env=g.client_environment()) for i in range(10)]
        assert [p.wait(timeout=120) for p in puts] == [0] * 10
        sums = gw.out("demo+box", "sha256sum f? | cut -c1-64 | uniq -c; rm f?", options=mux)
        assert sums.split() == ["10", sha(data)]
        master.stdin.close()


@pytest.mark.parametrize("lab", LABS)
def test_a_full_disk_is_told(gw, tmp_path, lab):
    """More than the lab's disk.  Sparse here, not there."""
    big = tmp_path / "big"
    with big.open("wb") as f:
        f.truncate(300 << 20)
    done = run(copy_argv(gw, "scp", "-q", big, f"demo+{lab}@127.0.0.1:big"))
    gw.out(f"demo+{lab}", "rm -f big")
    assert done.returncode != 0 and done.stderr.strip() != ""


# --- scp --------------------------------------------------------------------


@pytest.mark.parametrize("lab", LABS)
@pytest.mark.parametrize("protocol", SCP)
def test_scp_copies_a_file_both_ways(gw, data, tmp_path, lab, protocol):
    there = f"demo+{lab}@127.0.0.1:copy"
    must(copy_argv(gw, "scp", protocol, "-q", data, there))
    must(copy_argv(gw, "scp", protocol, "-q", there, tmp_path / "back"))
    assert sha(tmp_path / "back") == sha(data)
    gw.out(f"demo+{lab}", "rm copy")


@pytest.mark.parametrize("lab", LABS)
@pytest.mark.parametrize("protocol", SCP)
def test_scp_copies_a_tree_with_its_modes(gw, tree, tmp_path, lab, protocol):
    there = f"demo+{lab}@127.0.0.1:t"
    must(copy_argv(gw, "scp", protocol, "-rpq", tree, there))
    assert gw.out(f"demo+{lab}", "t/deep/er/script.sh") == "ran\n"
    must(copy_argv(gw, "scp", protocol, "-rpq", there, tmp_path / "back"))
    assert same_tree(tree, tmp_path / "back")
    mode = (tmp_path / "back/deep/er/script.sh").stat().st_mode
    assert stat.S_IMODE(mode) == 0o750
    gw.out(f"demo+{lab}", "rm -r t")


@pytest.mark.parametrize("lab", LABS)
@pytest.mark.parametrize("protocol", SCP)
def test_scp_tells_what_is_not_there(gw, tmp_path, lab, protocol):
    done = run(copy_argv(gw, "scp", protocol, "-q", f"demo+{lab}@127.0.0.1:none", tmp_path))
    assert done.returncode != 0 and "No such file" in done.stderr


# --- PuTTY and Dropbear -----------------------------------------------------


def putty_argv(gw, program, *args):
    fingerprint = must(["ssh-keygen", "-lf", f"{gw.keys.host}.pub"]).split()[1]
    return [program, "-batch", "-P", gw.port, "-hostkey", fingerprint, "-pw", "secret", *args]


@pytest.mark.parametrize("lab", LABS)
def test_psftp_puts_and_gets(gw, data, tmp_path, lab):
    script = tmp_path / "script"
    script.write_text(f'put "{data}" there\nls\nget there "{tmp_path}/back"\nrm there\n')
    must(putty_argv(gw, "psftp", "-b", script, f"demo+{lab}@127.0.0.1"))
    assert sha(tmp_path / "back") == sha(data)


@pytest.mark.parametrize("lab", LABS)
@pytest.mark.parametrize("protocol", ["-sftp", "-scp"])
def test_pscp_copies_both_ways(gw, data, tmp_path, lab, protocol):
    there = f"demo+{lab}@127.0.0.1:there"
    must(putty_argv(gw, "pscp", "-q", protocol, data, there))
    must(putty_argv(gw, "pscp", "-q", protocol, there, tmp_path / "back"))
    assert sha(tmp_path / "back") == sha(data)
    gw.out(f"demo+{lab}", "rm there")


@pytest.mark.parametrize("lab", LABS)
def test_scp_runs_over_dropbear_s_client(gw, data, tmp_path, lab):
    """Which takes other options than the ones that scp gives its ssh."""
    wrapper = tmp_path / "ssh"
    wrapper.write_text('#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done; shift; shift\n'
                       f'exec sshpass -p secret dbclient -y -y -p {gw.port} demo+{lab}@127.0.0.1 '
                       '"$@"\n')
    wrapper.chmod(0o755)
    there = f"demo+{lab}@127.0.0.1:there"
    must(["scp", "-O", "-q", "-S", wrapper, data, there])
    must(["scp", "-O", "-q", "-S", wrapper, there, tmp_path / "back"])
    assert sha(tmp_path / "back") == sha(data)
    gw.out(f"demo+{lab}", "rm there")


# --- what brings its own program --------------------------------------------


@needs_debian
def test_rsync_copies_and_then_only_differences(gw, tree, tmp_path):
    ssh = " ".join(gw.ssh_argv()[:-1])
    there = "demo+dev@127.0.0.1:mirror/"
    must(["rsync", "-a", "-e", ssh, f"{tree}/", there])
    (tree / "deep/new").write_text("new\n")
    (tree / "empty").unlink()
    said = must(["rsync", "-ai", "--delete", "-e", ssh, f"{tree}/", there])
    assert "deep/new" in said and re.search("deleting +empty", said) and "script" not in said
    must(["rsync", "-a", "-e", ssh, there, f"{tmp_path}/back/"])
    assert same_tree(tree, tmp_path / "back")


@needs_debian
def test_git_clones_and_pushes(gw, tmp_path):
    gw.out("demo+dev", "git init -q --bare work.git")
    env = {**g.client_environment(), "GIT_SSH_COMMAND": " ".join(gw.ssh_argv()[:-1]),
           "GIT_CONFIG_GLOBAL": "/dev/null"}

    def git(*args):
        done = subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *args],
                              cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    url = f"ssh://demo+dev@127.0.0.1:{gw.port}/home/student/work.git"
    git("clone", "-q", url, "one")
    (tmp_path / "one/file").write_bytes(os.urandom(300_000))
    git("-C", "one", "add", "file")
    git("-C", "one", "commit", "-qm", "first")
    git("-C", "one", "push", "-q", "origin", "HEAD:main")
    git("clone", "-q", "-b", "main", url, "two")
    assert sha(tmp_path / "one/file") == sha(tmp_path / "two/file")


@pytest.mark.parametrize("lab", LABS)
def test_sshfs_mounts_the_sandbox(gw, data, tmp_path, lab):
    if not os.path.exists("/dev/fuse"):
        pytest.skip("this host has no /dev/fuse")
    if not shutil.which("sshfs"):
        pytest.skip("sshfs is not installed")
    mount = tmp_path / "mnt"
    mount.mkdir()
    ssh = " ".join(gw.ssh_argv()[:-1])
    must(["sshfs", "-o", f"ssh_command={ssh}", f"demo+{lab}@127.0.0.1:", mount])
    try:
        shutil.copy(data, mount / "there")
        assert sha(mount / "there") == sha(data)
        (mount / "there").rename(mount / "moved")
        names = [p.name for p in mount.iterdir()]
        assert "moved" in names and "there" not in names
        (mount / "moved").unlink()
    finally:
        must(["fusermount3" if shutil.which("fusermount3") else "fusermount", "-u", mount])


# --- what is supplied -------------------------------------------------------


@pytest.mark.quick
def test_what_is_supplied_cannot_be_changed(gw):
    said = gw.out("demo+box", "grep ' /.atoll ' /proc/mounts | cut -d' ' -f4; ls /.atoll; "
                              "touch /.atoll/x || echo no; rm /.atoll/bin/scp || echo no")
    options, *rest = said.splitlines()
    assert {"ro", "nosuid", "nodev"} <= set(options.split(","))
    assert rest == ["bin", "lib", "no", "no"]


@needs_debian
def test_an_image_that_has_its_own_sees_nothing_of_ours(gw):
    assert gw.ssh("demo+dev", "ls -d /.atoll").returncode != 0
    assert ".atoll" not in gw.out("demo+dev", "echo $PATH; cat /proc/mounts")


def test_without_anything_to_supply_it_is_said(new_gateway, tmp_path):
    helpers = tmp_path / "libexec"
    helpers.mkdir()
    for name in ("atoll-builder", "atoll-session", "atoll-signer", "atoll-init", "atoll-lab"):
        shutil.copy(g.BUILD / name, helpers)
    gw = new_gateway(libexec_dir=helpers)
    done = run(copy_argv(gw, "sftp", "-b", "-", "demo@127.0.0.1"), input="ls\n")
    assert done.returncode != 0
    assert "no sftp-server: ask your instructor to install openssh-sftp-server in its image" in done.stderr
