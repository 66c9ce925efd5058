"""audit.py - what an instructor or administrator wants to know of an image
before students are in it."""
import os
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

import machine
from inside import Inside, release_of

ID_MAX = 65535
SFTP = (
    "/usr/lib/openssh/sftp-server",
    "/usr/libexec/openssh/sftp-server",
    "/usr/lib/ssh/sftp-server",
    "/usr/libexec/sftp-server",
)
OF_STARTING = ("dev", "proc", "sys", "run", "tmp")


def privileged(inside):
    """Set-id programs, file capabilities, what everybody may write, nodes, and
    owners that no sandbox has: {finding: [path]}."""
    found = {"setuid": [], "setgid": [], "capabilities": [], "world_writable": []}
    found.update({"devices": [], "foreign_owners": []})
    for path, st in inside.files():
        mode, is_link = st.st_mode, stat.S_ISLNK(st.st_mode)
        if stat.S_ISREG(mode) and mode & stat.S_ISUID:
            found["setuid"].append(path)
        if stat.S_ISREG(mode) and mode & stat.S_ISGID:
            found["setgid"].append(path)
        if "security.capability" in os.listxattr(inside.rootfs / path, follow_symlinks=False):
            found["capabilities"].append(path)
        # A sticky directory, like /tmp, protects what is in it.
        sticky = stat.S_ISDIR(mode) and mode & stat.S_ISVTX
        if mode & stat.S_IWOTH and not is_link and not sticky:
            found["world_writable"].append(path)
        if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
            found["devices"].append(path)
        if st.st_uid > ID_MAX or st.st_gid > ID_MAX:
            found["foreign_owners"].append(path)
    return found


def missing_user(inside, user):
    """What a lab with user = USER would lack."""
    entry = inside.user(user)
    if entry is None:
        known = [line.split(":")[0] for line in inside.text("etc/passwd").splitlines()]
        names = ", ".join(known[:8]) or "nobody"
        yield f"no user {user} (a lab's user = \"{user}\"); there are: {names}"
        return
    uid, gid, home, shell = entry[2], entry[3], entry[5], entry[6] or "/bin/sh"
    if not inside.is_program(shell):
        yield f"no shell: {user}'s is {shell}, which is not there or no program"
    found = inside.find(home)
    if found is None or not found.is_dir():
        yield f"no home: {user}'s is {home}, which is not there"
    elif uid.isdigit() and found.stat().st_uid != int(uid):
        yield f"{user} does not own {home}: nothing can be saved there"
    if not (uid.isdigit() and gid.isdigit() and int(uid) <= ID_MAX and int(gid) <= ID_MAX):
        yield f"{user} has ids {uid}:{gid}; a sandbox has 0 to {ID_MAX} only"


def missing(inside, user):
    """What our features would miss, a line each."""
    told = [*missing_user(inside, user)]
    theirs = machine.of_tree(inside)
    if theirs not in (None, machine.ours()):
        told.append(f"its programs are for the architecture {theirs}: none starts here")
    if not any(inside.is_program(p) for p in SFTP):
        told.append("no sftp-server: sftp uses the gateway's own")
    if not any(inside.is_program(f"{d}/scp") for d in ("/usr/bin", "/bin", "/usr/local/bin")):
        told.append("no scp: scp uses the gateway's own")
    if not any(inside.is_program(f"{d}/rsync") for d in ("/usr/bin", "/bin")):
        told.append("no rsync: rsync does not work")
    for folder in OF_STARTING:
        if not inside.is_folder(folder):
            told.append(f"no directory /{folder}: each sandbox makes one at its start")
    tmp = inside.find("tmp")
    if tmp is not None and stat.S_IMODE(tmp.stat().st_mode) != 0o1777:
        told.append("/tmp has not mode 1777: programs of others than root may fail")
    if not any(inside.find(f"{d}/x/xterm") for d in ("/usr/share/terminfo", "/lib/terminfo")):
        if not inside.find("/etc/terminfo/x/xterm"):
            told.append("no terminfo for xterm: full-screen programs may not start")
    return told


def vulnerabilities(inside, source=None):
    """(what debsecan found, why it could not look): one of them is None."""
    release = release_of(inside)
    status = inside.find("var/lib/dpkg/status")
    if release.get("ID") != "debian" or status is None:
        return None, "debsecan knows Debian's packages only"
    if not shutil.which("debsecan"):
        return None, "debsecan is not installed: apt install debsecan"
    suite = release.get("VERSION_CODENAME", "")
    argv = ["debsecan", "--suite", suite, "--format", "simple"]
    with tempfile.TemporaryDirectory(prefix="atoll-image.") as scratch:
        # A copy: the name may lead anywhere through links, for debsecan.
        copy = Path(scratch) / "status"
        copy.write_bytes(status.read_bytes())
        argv += ["--status", str(copy)]
        argv += ["--source", source] if source else []
        try:
            done = subprocess.run(
                argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120
            )
        except subprocess.TimeoutExpired:
            return None, "debsecan had no answer from its source within two minutes"
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
        return None, f"debsecan could not look: {lines[-1]} (offline? --source names a mirror)"
    return sorted(done.stdout.split("\n")[:-1]), None


def report(version, user, source):
    inside = Inside(version / "rootfs")
    found, why = vulnerabilities(inside, source)
    return {
        **privileged(inside),
        "missing": missing(inside, user),
        "vulnerabilities": found,
        "vulnerabilities_unknown": why,
    }
