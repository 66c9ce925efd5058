"""clients.py - the clients that students have, each with the same five verbs.

A verb raises when the client cannot do it; test_clients.py calls them all, and
the table of README.md is what came of it."""
import os
import re
import shutil
import subprocess
from pathlib import Path

import asyncssh
import asyncio
import paramiko

import gateway as g

USER = "demo+dev"
HOST = "127.0.0.1"
PASSWORD = "secret"
SOURCES = g.ROOT / "tests/e2e"
CACHE = Path(os.environ.get("ATOLL_CLIENT_CACHE", "/var/cache/atoll/clients"))
DIALOGUE = "cat; echo err >&2; exit 7"


def upstream(package):
    """Its version as its makers call it."""
    text = subprocess.run(["dpkg-query", "-Wf", "${Version}", package], check=True,
                          capture_output=True, text=True).stdout
    return text.split(":")[-1].split("-")[0].split("+")[0]


class Client:
    """One that is a program: argv() says how it is called."""

    def __init__(self, gw, folder):
        self.gw, self.folder = gw, folder
        self.env = {**g.client_environment(), "HOME": str(folder)}

    @classmethod
    def title(cls):
        return f"{cls.name} {upstream(cls.package)}"

    def argv(self, command, how="key", tty=False):
        raise NotImplementedError

    def call(self, argv, stdin=b""):
        done = subprocess.run([str(a) for a in argv], input=stdin, capture_output=True,
                              timeout=60, env=self.env)
        return done.stdout, done.stderr, done.returncode

    def log_in(self, how):
        out, err, status = self.call(self.argv("id -un", how))
        assert (out, status) == (b"student\n", 0), err

    def key(self):
        self.log_in("key")

    def password(self):
        self.log_in("password")

    def command(self):
        out, err, status = self.call(self.argv(DIALOGUE), b"in\0\xff\n")
        assert (out, status) == (b"in\0\xff\n", 7), err
        assert err.endswith(b"err\n")

    def terminal(self):
        """A shell on a terminal, and keys typed into it."""
        argv = self.argv(None, tty=True)
        t = g.Terminal(argv, rows=31, cols=111)
        t.expect(r"\$ ")
        # One process, so that the key is for it and not for the shell.
        t.type("sh -c 'echo U''P; exec sleep 300'")
        t.expect("UP\r\n")
        t.send("\x03")
        t.expect(r"\$ ")
        t.type("stty size; exit 4")
        t.expect("31 111\r\n")
        assert t.end()[1] == 4

    def file(self):
        data = os.urandom(300_000)
        (self.folder / "data").write_bytes(data)
        self.put_and_get(self.folder / "data", self.folder / "back")
        assert (self.folder / "back").read_bytes() == data

    def put_and_get(self, there, back):
        raise NotImplementedError

    def sftp_batch(self, there, back):
        return f"put {there} moved\nget moved {back}\nrm moved\n".encode()


class OpenSSH(Client):
    name, package = "OpenSSH", "openssh-client"

    def argv(self, command, how="key", tty=False):
        words = [] if command is None else [command]
        if how == "password":
            return [*self.gw.password_argv(USER, PASSWORD), *words]
        argv = self.gw.ssh_argv(USER, *words)
        return [argv[0], *(["-tt"] if tty else []), *argv[1:]]

    def sftp(self):
        argv = self.gw.ssh_argv("x")[1:-1]
        argv[argv.index("-p")] = "-P"
        return ["sftp", "-b", "-", *argv, f"{USER}@{HOST}"]

    def put_and_get(self, there, back):
        _, err, status = self.call(self.sftp(), self.sftp_batch(there, back))
        assert status == 0, err


class NewOpenSSH(OpenSSH):
    """Debian 13's, in the place of this host's /usr: scp and sftp find its ssh
    there.  sshpass is this host's."""
    suite = "trixie"

    @classmethod
    def wrapped(cls, argv):
        tree = CACHE / f"{cls.suite}-{cls.package}"
        if not tree.exists():
            done = subprocess.run([g.ROOT / "tests/e2e/release", cls.suite, tree, cls.package],
                                  capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
        usr = ["bwrap", "--dev-bind", "/", "/", "--ro-bind", tree / "usr", "/usr", "--"]
        at = next(i for i, word in enumerate(argv) if word in ("ssh", "sftp", "scp"))
        return [*argv[:at], *usr, *argv[at:]]

    @classmethod
    def title(cls):
        said = subprocess.run(cls.wrapped(["ssh", "-V"]), check=True, capture_output=True, text=True)
        return re.match(r"OpenSSH_(\S+)", said.stderr).expand(r"OpenSSH \1, of Debian 13")

    def argv(self, *args, **how):
        return self.wrapped(super().argv(*args, **how))

    def sftp(self):
        return self.wrapped(super().sftp())

    def put_and_get(self, there, back):
        """Also by its scp, in the new way and in the old one."""
        super().put_and_get(there, back)
        for way in "-s", "-O":
            options = OpenSSH.sftp(self)[3:-1]
            for ends in [there, f"{USER}@{HOST}:copy"], [f"{USER}@{HOST}:copy", back]:
                _, err, status = self.call(self.wrapped(["scp", way, "-q", *options, *ends]))
                assert status == 0, err
            assert back.read_bytes() == there.read_bytes()
            back.unlink()
        super().put_and_get(there, back)


class Dropbear(Client):
    name, package = "Dropbear dbclient", "dropbear-bin"

    def argv(self, command, how="key", tty=False):
        key = self.folder / "dropbear"
        if not key.exists():
            self.call(["dropbearconvert", "openssh", "dropbear", self.gw.keys.student, key])
        argv = ["dbclient", "-y", "-y", "-p", self.gw.port, *(["-t"] if tty else [])]
        if how == "key":
            argv += ["-i", key]
        else:
            self.env["DROPBEAR_PASSWORD"] = PASSWORD
        return [*argv, f"{USER}@{HOST}", *([] if command is None else [command])]

    def put_and_get(self, there, back):
        """OpenSSH's sftp over dbclient: it has none of its own."""
        words = self.argv("sftp")
        carrier = " ".join(str(w) for w in [*words[:-2], "-s", *words[-2:]])
        _, err, status = self.call(["sftp", "-b", "-", "-D", carrier], self.sftp_batch(there, back))
        assert status == 0, err


class PuTTY(Client):
    name, package = "PuTTY plink, psftp", "putty-tools"

    def common(self, how):
        key = self.folder / "key.ppk"
        if not key.exists():
            self.call(["puttygen", self.gw.keys.student, "-o", key])
        out, _, _ = self.call(["ssh-keygen", "-l", "-E", "sha256", "-f", self.gw.keys.host])
        argv = ["-batch", "-P", self.gw.port, "-hostkey", out.split()[1].decode(), "-l", USER]
        return argv + (["-i", key] if how == "key" else ["-pw", PASSWORD])

    def argv(self, command, how="key", tty=False):
        argv = ["plink", "-ssh", *self.common(how), *(["-t"] if tty else []), HOST]
        return argv if command is None else [*argv, command]

    def put_and_get(self, there, back):
        script = self.folder / "script"
        script.write_bytes(self.sftp_batch(there, back))
        _, err, status = self.call(["psftp", *self.common("key"), "-b", script, HOST])
        assert status == 0, err


class Library(Client):
    """One that is a library: a program of ours on it, called as libssh2.c says."""

    def build(self, program):
        """Make the program, a file of that name."""
        raise NotImplementedError

    def start(self, how, verb, word):
        program = self.folder / "program"
        if not program.exists():
            self.build(program)
        secret = self.gw.keys.student if how == "key" else PASSWORD
        return [program, self.gw.port, USER, how, secret, verb, word]

    def argv(self, command, how="key", tty=False):
        return self.start(how, "run", command)

    def terminal(self):
        out, err, status = self.call(self.start("key", "terminal", "stty size; exit 4"))
        assert (out, status) == (b"40 100\r\n", 4), err

    def put_and_get(self, there, back):
        _, err, status = self.call(self.start("key", "put", "moved"), there.read_bytes())
        assert status == 0, err
        out, err, status = self.call(self.start("key", "get", "moved"))
        assert status == 0, err
        back.write_bytes(out)


class Libssh2(Library):
    name, package = "libssh2", "libssh2-1"

    def build(self, program):
        subprocess.run(["cc", "-Wall", "-Wextra", "-Werror", "-o", program,
                        SOURCES / "libssh2.c", "-lssh2"], check=True)


class Go(Library):
    name, package = "Go x/crypto", "golang-golang-x-crypto-dev"

    def build(self, program):
        env = {**self.env, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode",
               "GOCACHE": str(self.folder / "cache")}
        subprocess.run(["go", "build", "-o", program, SOURCES / "client.go"], check=True, env=env)


class Node(Library):
    """The library is unpacked from npm's archives in tests/e2e/node."""

    @classmethod
    def archives(cls):
        return {p.name.rsplit("-", 1)[0]: p for p in sorted((SOURCES / "node").glob("*.tgz"))}

    @classmethod
    def title(cls):
        version = cls.archives()["ssh2"].stem.rsplit("-", 1)[1]
        return f"node ssh2 {version}"

    def build(self, program):
        for name, archive in self.archives().items():
            to = self.folder / "node_modules" / name
            to.mkdir(parents=True)
            subprocess.run(["tar", "xzf", archive, "-C", to, "--strip-components=1"], check=True)
        script = self.folder / "client.js"
        shutil.copy(SOURCES / "client.js", script)
        program.write_text(f'#!/bin/sh\nexec node {script} "$@"\n')
        program.chmod(0o755)


class Paramiko(Client):
    name, package = "paramiko", "python3-paramiko"

    def connect(self, how="key"):
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        secret = ({"key_filename": str(self.gw.keys.student)} if how == "key"
                  else {"password": PASSWORD})
        client.connect(HOST, self.gw.port, USER, allow_agent=False, look_for_keys=False, **secret)
        return client

    def log_in(self, how):
        with self.connect(how) as client:
            assert client.exec_command("id -un")[1].read() == b"student\n"

    def command(self):
        with self.connect() as client:
            stdin, stdout, stderr = client.exec_command(DIALOGUE, timeout=g.PATIENCE)
            stdin.write(b"in\0\xff\n")
            stdin.channel.shutdown_write()
            assert (stdout.read(), stderr.read()) == (b"in\0\xff\n", b"err\n")
            assert stdout.channel.recv_exit_status() == 7

    def terminal(self):
        with self.connect() as client:
            channel = client.invoke_shell(width=111, height=31)
            channel.settimeout(g.PATIENCE)
            channel.sendall(b"stty size; exit 4\n")
            text = b""
            while block := channel.recv(4096):
                text += block
            assert b"31 111\r\n" in text
            assert channel.recv_exit_status() == 4

    def put_and_get(self, there, back):
        with self.connect() as client, client.open_sftp() as sftp:
            sftp.put(str(there), "moved")
            sftp.get("moved", str(back))


class AsyncSSH(Client):
    name, package = "AsyncSSH", "python3-asyncssh"

    def connect(self, how="key"):
        secret = ({"client_keys": [str(self.gw.keys.student)]} if how == "key"
                  else {"client_keys": None, "password": PASSWORD})
        return asyncssh.connect(HOST, self.gw.port, username=USER, known_hosts=None, config=None,
                                agent_path=None, **secret)

    def do(self, verb, *args):
        async def work():
            async with self.connect(*args) as connection:
                await verb(connection)

        asyncio.run(asyncio.wait_for(work(), 60))

    def log_in(self, how):
        async def verb(connection):
            assert (await connection.run("id -un")).stdout == "student\n"

        self.do(verb, how)

    def command(self):
        async def verb(connection):
            done = await connection.run(DIALOGUE, input=b"in\0\xff\n", encoding=None)
            assert (done.stdout, done.stderr) == (b"in\0\xff\n", b"err\n")
            assert done.exit_status == 7

        self.do(verb)

    def terminal(self):
        async def verb(connection):
            modes = {asyncssh.PTY_VERASE: 8}
            done = await connection.run("stty size; stty -a; exit 4", term_type="vt100",
                                        term_size=(111, 31), term_modes=modes)
            assert done.stdout.startswith("31 111\r\n") and "erase = ^H" in done.stdout
            assert done.exit_status == 4

        self.do(verb)

    def put_and_get(self, there, back):
        async def verb(connection):
            async with connection.start_sftp_client() as sftp:
                await sftp.put(str(there), "moved")
                await sftp.get("moved", str(back))

        self.do(verb)


ALL = [OpenSSH, NewOpenSSH, Dropbear, PuTTY, Paramiko, AsyncSSH, Libssh2, Go, Node]
VERBS = {"key": "key", "password": "password", "command": "command", "terminal": "terminal",
         "file": "file by sftp"}


def table(results):
    """results[client, verb] is whether it worked."""
    rows = ["| client | " + " | ".join(VERBS.values()) + " |", "|---" * (len(VERBS) + 1) + "|"]
    for client in ALL:
        cells = ["yes" if results[client, verb] else "**no**" for verb in VERBS]
        rows.append(f"| {client.title()} | " + " | ".join(cells) + " |")
    return "\n".join(rows) + "\n"
