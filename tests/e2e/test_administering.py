"""Root of a lab administers it: users, passwords, services, packages."""
import subprocess
from pathlib import Path

import pytest

import gateway as g

pytestmark = pytest.mark.skipif(
    not g.HAS_DEBIAN,
    reason=f"no image debian-dev in {g.IMAGES}: make it with images/build debian-dev",
)

SETUP = """#!/bin/sh -e
useradd -m bob
echo "bob:a good password" | chpasswd
su bob -c 'id -un' >/srv/who
"""
CHECK = """#!/bin/sh
[ "$(su bob -c 'id -un')" = bob ] && echo "points 1/1 su works"
"""
POSTINST = """#!/bin/sh
set -e
groupadd --system served
useradd --system --gid served --home-dir /nonexistent --shell /usr/sbin/nologin served
install -d -o served -g served /var/lib/served
"""


@pytest.fixture(scope="module")
def gw(start_gateway, tmp_path_factory):
    folder = tmp_path_factory.mktemp("programs")
    for name, text in ("setup", SETUP), ("check", CHECK):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    # sshd and cron are this host's: the image has none.
    mounts = [{"source": "/usr", "target": "/mnt/usr"}]
    lab = {"image": "debian-dev", "memory": "512M", "linger": "1m"}
    return start_gateway(labs={
        "root": {**lab, "user": "root", "mounts": mounts},
        "made": {**lab, "setup": folder / "setup", "check": folder / "check"},
    })


def root(gw, script):
    done = gw.ssh("demo+root", "sh", "-e", "-s", stdin=script)
    assert done.returncode == 0, done
    return done.stdout


def test_users_are_made_changed_and_removed(gw):
    assert root(gw, """
        useradd -m -s /bin/bash ann
        usermod -c "Ann B" ann
        groupadd team
        gpasswd -a ann team >/dev/null
        chage -M 90 ann
        getent passwd ann | cut -d: -f5
        id -nG ann
        userdel -r ann
        groupdel team
        getent passwd ann || echo gone
    """).splitlines() == ["Ann B", "ann team", "gone"]


@pytest.mark.parametrize("command", ["su eve -c 'id -un'", "su - eve -c 'id -un'",
                                     "runuser -u eve -- id -un", "runuser -l eve -c 'id -un'",
                                     "setpriv --reuid eve --clear-groups id -un",
                                     "sg users -c 'id -gn'"])
def test_another_user_runs_a_command(gw, command):
    out = root(gw, f"id -u eve >/dev/null 2>&1 || useradd -m eve; {command}")
    assert out == ("users\n" if command.startswith("sg") else "eve\n")


def test_passwords_are_set(gw):
    out = root(gw, """
        useradd -m pat
        passwd -S pat | cut -d' ' -f2
        echo "pat:first secret" | chpasswd
        passwd -S pat | cut -d' ' -f2
        printf 'second secret\\nsecond secret\\n' | passwd pat 2>/dev/null
        passwd -l pat >/dev/null
        passwd -S pat | cut -d' ' -f2
    """)
    assert out.split() == ["L", "P", "L"]


def test_a_package_that_makes_a_user_is_installed(gw, tmp_path):
    control = tmp_path / "served/DEBIAN"
    control.mkdir(parents=True)
    (control / "control").write_text(
        "Package: served\nVersion: 1\nArchitecture: all\nMaintainer: A <a@example.org>\n"
        "Description: makes a user\n")
    (control / "postinst").write_text(POSTINST)
    (control / "postinst").chmod(0o755)
    deb = tmp_path / "served.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", tmp_path / "served", deb],
                   check=True, capture_output=True)
    put = gw.ssh("demo+root", "cat >/root/served.deb && dpkg -i /root/served.deb",
                 stdin=deb.read_bytes(), text=False)
    assert put.returncode == 0, put
    assert root(gw, "stat -c %U:%G /var/lib/served") == "served:served\n"


def test_an_sshd_inside_lets_a_user_in(gw):
    """With PAM and its audit, as Debian starts it."""
    out = root(gw, """
        useradd -m -s /bin/sh kim
        useradd --system --home-dir /run/sshd --shell /usr/sbin/nologin sshd 2>/dev/null || true
        mkdir -p /run/sshd /root/s
        cd /root/s
        ssh-keygen -q -t ed25519 -N '' -f host
        ssh-keygen -q -t ed25519 -N '' -f kim
        install -d -o kim -g kim -m 700 ~kim/.ssh
        install -o kim -g kim -m 600 kim.pub ~kim/.ssh/authorized_keys
        export LD_LIBRARY_PATH=/mnt/usr/lib/x86_64-linux-gnu
        /mnt/usr/sbin/sshd -f /dev/null -o UsePAM=yes -o HostKey=/root/s/host -o Port=2022 -E log
        unset LD_LIBRARY_PATH
        ssh -o StrictHostKeyChecking=no -o LogLevel=ERROR -i kim -p 2022 kim@localhost id -un ||
            cat log
    """)
    assert out == "kim\n"


def test_setup_and_check_may_do_it_too(gw):
    assert gw.out("demo+made", "cat /srv/who") == "bob\n"
    done = gw.ssh("demo+made", "lab check")
    assert done.returncode == 0 and "1 of 1" in done.stdout, done


def test_interfaces_are_listed(gw):
    """By libc and by netlink itself, whose sockets are watched and not refused."""
    assert gw.out("demo+root", "python3 -c 'import socket; print(socket.if_nameindex())'") == "[(1, 'lo')]\n"
    done = gw.ssh("demo+root", "command -v ip >/dev/null || exec echo lo; ip -br link")
    assert done.returncode == 0 and done.stdout.startswith("lo"), done


def test_attributes_as_long_as_an_acl_are_not_supported(gw):
    """Programs that copy files go on; a capability of a file can be set."""
    script = """
import errno, os, struct
open("/tmp/f", "w").close()
os.setxattr("/tmp/f", "security.capability", struct.pack("<5I", 0x02000000, 0, 0, 0, 0))
acl = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", tag, 6, who) for tag, who in
      ((1, 0xffffffff), (2, 1000), (4, 0xffffffff), (16, 0xffffffff), (32, 0xffffffff)))
try:
    os.setxattr("/tmp/f", "system.posix_acl_access", acl)
except OSError as e:
    print(errno.errorcode[e.errno])
"""
    assert gw.ssh("demo+root", "python3", "-", stdin=script).stdout in ("EOPNOTSUPP\n", "ENOTSUP\n")
    root(gw, "cp -a /tmp/f /tmp/g; install -m 755 /tmp/f /tmp/h; mv /tmp/g /dev/shm/g")


def test_a_sandbox_is_not_spared_when_memory_is_out(start_gateway):
    """Our daemons may be, by the unit; what they start is not, and stays so."""
    spared = start_gateway(labs={"root": {"user": "root"}})
    # Any score that is not 0: only some may lower it.
    Path(f"/proc/{spared.builder}/oom_score_adj").write_text("300")
    with spared.ssh_start("demo+root", "cat") as client:
        client.stdin.write("x\n")
        client.stdin.flush()
        assert client.stdout.readline() == "x\n"
        [init] = spared.inits()
        assert Path(f"/proc/{init}/oom_score_adj").read_text() == "0\n"
        done = spared.ssh("demo+root", "echo -500 >/proc/self/oom_score_adj")
        assert done.returncode != 0
        client.stdin.close()
