"""What the bench is to reach, each row against a peer of the same run or, where no peer
has such a thing, as a number.

A ratio is ours to OpenSSH's without a container: 0.10 is a tenth of its time, and 3.0
sessions a second are three for each of its one.
"""
import statistics
from dataclasses import dataclass

PEER = "sshd"


@dataclass(frozen=True)
class Aim:
    measure: str  # of measures.py
    key: str  # of its numbers
    text: str
    must: float
    goal: float
    unit: str = ""  # "": a ratio to the peer's
    more_is_better: bool = False

    def reached(self, value):
        def is_as_good(aim):
            return value >= aim if self.more_is_better else value <= aim

        return "goal" if is_as_good(self.goal) else "must" if is_as_good(self.must) else "no"


AIMS = (
    Aim("latency", "p50_ms", "connect to first output, p50", 0.10, 0.07),
    Aim("warm", "p50_ms", "connect to first output, ready sandbox, p50", 0.10, 0.07),
    Aim("rate", "per_second", "sessions per second, 8 clients", 3.0, 4.0, more_is_better=True),
    Aim("burst", "max_ms", "many at once: the slowest at its prompt", 0.33, 0.25),
    Aim("memory", "available_mib", "memory per idle session", 0.40, 0.33),
    Aim("echo", "p50_ms", "key to echo, p50", 1.0, 0.9),
    Aim("echo", "p99_ms", "key to echo, p99", 1.1, 1.0),
    Aim("ciphers", "up_cpu_aes128-gcm", "CPU per GB from the client, aes128-gcm", 1.0, 0.8),
    Aim("ciphers", "up_cpu_aes256-gcm", "CPU per GB from the client, aes256-gcm", 1.0, 0.8),
    Aim("ciphers", "up_cpu_aes128-ctr", "CPU per GB from the client, aes128-ctr", 1.0, 0.8),
    Aim("ciphers", "up_cpu_aes256-ctr", "CPU per GB from the client, aes256-ctr", 1.0, 0.8),
    Aim("thousand", "times", "a room full: key to echo, p99, against quiet", 1.5, 1.2, "times"),
    Aim("thousand", "ls_ms", "a room full: `atoll ls`", 200, 50, "ms"),
    Aim("reattach", "p50_ms", "re-attach: request to the old screen painted, p50", 30, 15, "ms"),
    Aim("upgrade", "login_ms", "`atoll upgrade`: the slowest login", 200, 80, "ms"),
    Aim("upgrade", "wrong", "`atoll upgrade`: lines lost or doubled", 0, 0, "lines"),
)


def median(results, measure, server, key):
    """None where it was not measured, or failed."""
    numbers = [n[key] for n in results.get((measure, server), ()) if key in n]
    return statistics.median(numbers) if numbers else None


def value(aim, results):
    ours = median(results, aim.measure, "atoll", aim.key)
    if aim.unit or ours is None:
        return ours
    theirs = median(results, aim.measure, PEER, aim.key)
    return ours / theirs if theirs else None


def table(results):
    """Lists of cells, header first; the aims that this run says nothing of are left
    out.  None when those are all."""
    rows = []
    for aim in AIMS:
        now = value(aim, results)
        if now is None:
            continue
        unit = f" {aim.unit}" if aim.unit else ""
        form = "{:.0f}" if aim.unit in ("ms", "lines") else "{:.2f}"
        cells = [form.format(n) + unit for n in (now, aim.must, aim.goal)]
        rows.append([aim.text, *cells, aim.reached(now)])
    if not rows:
        return None
    return [["", "now", "must", "goal", "reached"], ["---"] * 5, *rows]
