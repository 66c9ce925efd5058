"""After many sessions everything is as before: nothing grows with their number.

ATOLL_CHURN is how many, one after the other and then again 50 at a time."""
import os
import re
import subprocess
import time
from pathlib import Path

import pytest

import gateway as g

COUNT = int(os.environ.get("ATOLL_CHURN", "250"))
AT_A_TIME = 50
LOAD = g.BUILD / "bench/load"
SETTLE_SECONDS = 20
# Of what cannot be exact: how much more is no leak, whatever the number was.
# A leak of 1 KiB a session shows after 5000, one of 10 KiB after 250.
RSS_KIB = 2048
DYING_GROUPS = 100
KINDS = ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")


def rss_kib(pid):
    return int(g.proc_status(pid)["VmRSS"].split()[0])


def namespaces(kind):
    found = set()
    for proc in Path("/proc").glob("[0-9]*"):
        try:
            found.add(os.readlink(proc / "ns" / kind))
        except OSError:
            continue
    return len(found)


def memory_groups():
    """All that the kernel has, the removed ones that still hold a page too."""
    v2 = Path("/sys/fs/cgroup/cgroup.stat")
    if v2.exists():
        words = v2.read_text().split()
        return int(words[words.index("nr_descendants") + 1]), \
            int(words[words.index("nr_dying_descendants") + 1])
    alive = sum(1 for _ in os.walk("/sys/fs/cgroup/memory"))
    [row] = [r.split() for r in Path("/proc/cgroups").read_text().splitlines()
             if r.startswith("memory")]
    return alive, int(row[2]) - alive


def measure(gw):
    """{name: number}; those with a ~ are not exact."""
    now = {}
    for name, pid in (("supervisor", gw.pid), ("monitor", gw.monitor), ("builder", gw.builder)):
        now[f"{name}: memory, KiB ~"] = rss_kib(pid)
        now[f"{name}: descriptors"] = len(os.listdir(f"/proc/{pid}/fd"))
        now[f"{name}: threads"] = len(os.listdir(f"/proc/{pid}/task"))
        now[f"{name}: mounts it sees"] = len(Path(f"/proc/{pid}/mountinfo").read_text().splitlines())
    now["processes of the gateway"] = len(gw.family())
    now["control groups of the gateway"] = len(gw.cgroups())
    now["dying memory groups of the host ~"] = max(0, memory_groups()[1])
    for kind in KINDS:
        now[f"{kind} namespaces of the host ~"] = namespaces(kind)
    now["terminals of the host ~"] = int(Path("/proc/sys/kernel/pty/nr").read_text())
    now["files of the gateway"] = sum(len(f) + len(d) for _, d, f in os.walk(gw.folder))
    return now


def is_over(gw):
    return not gw.inits() and not gw.sandbox_cgroups() and not gw.sessions()


def settled(gw, before=None):
    """The numbers, when they are as before or do not become so any more."""
    g.wait_until(lambda: is_over(gw), "all sessions are over", timeout=60)
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        now = measure(gw)
        if before is None or not grown(before, now) or time.monotonic() > deadline:
            return now
        time.sleep(0.2)


def allowed(name):
    if "memory, KiB" in name:
        return RSS_KIB
    if "dying" in name:
        return DYING_GROUPS
    # Others live on this host, too.
    return 5 if name.endswith("~") else 0


def grown(before, now):
    return [f"{k}: {before[k]}, then {now[k]}" for k in before if now[k] > before[k] + allowed(k)]


def sessions(gw, count, at_a_time):
    done = subprocess.run(
        [LOAD, "rate", "-p", str(gw.port), "-k", gw.keys.student, "-u", "u", "-a",
         str(AT_A_TIME + 10), "-n", str(count), "-c", str(at_a_time), "-t", "900", "-x", "true"],
        capture_output=True, text=True, timeout=1000)
    numbers = dict(word.split("=") for word in done.stdout.split()[1:])
    assert float(numbers["count"]) == count, f"{done.stdout} {done.stderr}"
    assert float(numbers["failed"]) == 0, f"{done.stdout} {done.stderr}"
    return float(numbers["per_second"])


@pytest.mark.skipif(not LOAD.exists(), reason="the load generator is not built: make tests")
def test_churn(new_gateway):
    gw = new_gateway(accounts=[f"u{i:03}" for i in range(AT_A_TIME + 10)])
    sessions(gw, 100, 10)  # what is allocated once is allocated then
    before = settled(gw)
    rows = [before]
    for at_a_time in (1, AT_A_TIME):
        rate = sessions(gw, COUNT, at_a_time)
        print(f"{COUNT} sessions, {at_a_time} at a time: {rate:.1f} a second")
        rows.append(settled(gw, before))
    print(f"\n| | before | after {COUNT} in a row | and {COUNT}, {AT_A_TIME} at a time |")
    print("|---|---|---|---|")
    for name in before:
        print(f"| {re.sub(' ~$', '', name)} | " + " | ".join(str(r[name]) for r in rows) + " |")
    trouble = [t for row in rows[1:] for t in grown(before, row)]
    assert not trouble, "\n".join(trouble)
    gw.stop()
