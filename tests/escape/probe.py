"""probe.py - the probe and its table, for tests and for `make escape-table`."""
import subprocess
from pathlib import Path

import gateway as g

PROBE = g.BUILD / "escape/probe"
PROFILES = ("user", "root", "debug", "caps")
ASKERS = ("plain", "userns", "host")
SKIPPED = 77


def lines(*args, **how):
    done = subprocess.run([PROBE, *map(str, args)], capture_output=True, text=True, cwd="/", **how)
    return done, [line.split("\t") for line in done.stdout.splitlines()]


LOADED = Path("/sys/kernel/security/apparmor/profiles")


def is_confined():
    """Sandboxes here have the profile atoll-sandbox."""
    return LOADED.exists() and "atoll-sandbox (enforce)" in LOADED.read_text()


def table():
    """Every attempt: {name: ({profile: answer}, asker, the kernel's answer)}."""
    found = {}
    for name, *answers, asker, bare in lines("list")[1]:
        assert name not in found, f"{name} is in the table twice"
        found[name] = (dict(zip(PROFILES, answers)), asker, bare)
    if is_confined():
        # AppArmor refuses what is empty without it.
        kcore = found["files: read /proc/kcore"][0]
        assert kcore == dict.fromkeys(PROFILES, "ENODATA")
        kcore.update(dict.fromkeys(PROFILES, "EACCES"))
    return found


def ask_kernel(asker):
    """What the kernel itself answers to an asker, or why it cannot be asked."""
    plain = {} if asker == "host" else {"user": 65534, "group": 65534, "extra_groups": []}
    done, rows = lines("bare", asker, **plain)
    if done.returncode == SKIPPED:
        return f"no user namespace here: {done.stderr.strip()}"
    assert done.returncode == 0, done
    return dict(rows)


def run(gw, user, *words, by=""):
    """Put the probe into a sandbox and run it there, by a program that becomes another user."""
    command = f"cat >/tmp/probe && chmod 755 /tmp/probe && {by} /tmp/probe run {' '.join(words)}"
    done = gw.ssh(user, command, stdin=PROBE.read_bytes(), text=False, timeout=120)
    assert done.returncode == 0, done
    return dict(line.split("\t") for line in done.stdout.decode().splitlines())
