"""sshd.py - a private OpenSSH sshd, to compare with.  Its user is root of this
machine: what is run there must be harmless."""
import os
import socket
import subprocess
from pathlib import Path

import gateway as g

PRIVSEP = Path("/run/sshd")  # sshd insists on it


class Sshd:
    def __init__(self, folder, keys):
        folder.mkdir()
        self.keys = keys
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        authorized = folder / "authorized_keys"
        authorized.write_text(g.Keys.public(keys.student) + "\n")
        host = folder / "host"
        host.write_bytes(Path(keys.host).read_bytes())
        host.chmod(0o600)
        config = folder / "sshd_config"
        config.write_text(
            f"ListenAddress 127.0.0.1:{self.port}\nHostKey {host}\nPidFile none\nUsePAM no\n"
            f"PermitRootLogin yes\nStrictModes no\nAuthorizedKeysFile {authorized}\n"
            "Subsystem sftp internal-sftp\nMaxSessions 50\nPrintMotd no\nPrintLastLog no\n"
            "KbdInteractiveAuthentication no\n")
        self.made_privsep = not PRIVSEP.is_dir()
        if self.made_privsep:
            PRIVSEP.mkdir(mode=0o755)
        self.log = open(folder / "log", "w+")
        self.child = subprocess.Popen(["/usr/sbin/sshd", "-D", "-e", "-f", config],
                                      stdin=subprocess.DEVNULL, stderr=self.log)
        g.wait_until(lambda: "Server listening" in (folder / "log").read_text(), "sshd listens")

    def ssh_argv(self, user, *args, **how):
        """As the gateway's, whoever the user is there."""
        return g.Gateway.ssh_argv(self, "root", *args, **how)

    def stop(self):
        for pid in [*g.descendants(self.child.pid), self.child.pid]:
            try:
                os.kill(pid, 15)
            except ProcessLookupError:
                pass
        self.child.wait(timeout=g.PATIENCE)
        self.log.close()
        if self.made_privsep:
            PRIVSEP.rmdir()
