"""What a run of the bench says: on which machine, of which programs, and the
table.  Markdown, the same on the terminal and in RESULTS.md."""
import os
import platform
import re
import shlex
import statistics
import subprocess
import sys
import time
from pathlib import Path

import aims
import compare
from measures import CIPHERS, ONLY, Amount

# measure, key, what the row says, format, whether more is better
ROWS = (
    ("latency", "p50_ms", "connect to first output, p50", "{:.1f} ms", False),
    ("latency", "p99_ms", "connect to first output, p99", "{:.1f} ms", False),
    ("latency", "login_p50_ms", "of that: connect and log in, p50", "{:.1f} ms", False),
    ("warm", "p50_ms", "connect to first output, ready sandbox, p50", "{:.1f} ms", False),
    ("warm", "p99_ms", "connect to first output, ready sandbox, p99", "{:.1f} ms", False),
    ("quickack", "p50_ms", "client acknowledges at once, p50", "{:.1f} ms", False),
    ("quickack", "p99_ms", "client acknowledges at once, p99", "{:.1f} ms", False),
    ("openssh", "p50_ms", "OpenSSH's client, its start included, p50", "{:.1f} ms", False),
    ("rate", "per_second", "sessions per second, 8 clients", "{:.1f}", True),
    ("burst", "max_ms", "{burst} at once: the slowest at its prompt", "{:.0f} ms", False),
    ("burst", "p50_ms", "{burst} at once: p50", "{:.0f} ms", False),
    ("memory", "available_mib", "memory per idle session, MemAvailable", "{:.2f} MiB", False),
    ("memory", "pss_mib", "memory per idle session, PSS of the processes", "{:.2f} MiB", False),
    ("spare", "available_mib", "memory per ready sandbox, MemAvailable", "{:.2f} MiB", False),
    ("spare", "pss_mib", "memory per ready sandbox, PSS of the processes", "{:.2f} MiB", False),
    ("bulk", "seconds", "{bulk} MB to the ssh client", "{:.2f} s", False),
    *(
        row
        for c in CIPHERS
        for row in (
            ("ciphers", f"down_{c}", f"{c}: to the client", "{:.0f} MB/s", True),
            ("ciphers", f"up_{c}", f"{c}: from the client", "{:.0f} MB/s", True),
            ("ciphers", f"down_cpu_{c}", f"{c}: CPU per GB to the client", "{:.2f} s", False),
            ("ciphers", f"up_cpu_{c}", f"{c}: CPU per GB from the client", "{:.2f} s", False),
        )
    ),
    ("echo", "p50_ms", "key to echo, p50", "{:.2f} ms", False),
    ("echo", "p99_ms", "key to echo, p99", "{:.2f} ms", False),
    ("crowd", "p50_ms", "key to echo beside {crowd} idle sessions, p50", "{:.2f} ms", False),
    ("crowd", "p99_ms", "key to echo beside {crowd} idle sessions, p99", "{:.2f} ms", False),
    ("crowd", "quiet_p50_ms", "the same client just before, p50", "{:.2f} ms", False),
    ("crowd", "quiet_p99_ms", "the same client just before, p99", "{:.2f} ms", False),
    ("thousand", "available_mib", "{live} live, {typing} typing: memory of each, MemAvailable", "{:.2f} MiB", False),
    ("thousand", "p50_ms", "key to echo beside those, p50", "{:.2f} ms", False),
    ("thousand", "p99_ms", "key to echo beside those, p99", "{:.2f} ms", False),
    ("thousand", "quiet_p50_ms", "the same client just before, p50", "{:.2f} ms", False),
    ("thousand", "quiet_p99_ms", "the same client just before, p99", "{:.2f} ms", False),
    ("thousand", "login_ms", "connect to first output of one more, p50", "{:.1f} ms", False),
    ("thousand", "quiet_login_ms", "the same just before, p50", "{:.1f} ms", False),
    ("thousand", "percent", "monitor and builder meanwhile: of one processor", "{:.1f} %", False),
    ("thousand", "ls_ms", "`atoll ls` of all", "{:.0f} ms", False),
    ("thousand", "top_percent", "`atoll top`, with what monitor and builder take more: of one processor", "{:.2f} %", False),
    ("thousand", "reload_ms", "`atoll reload`", "{:.0f} ms", False),
    ("thousand", "drain_ms", "`atoll drain`", "{:.0f} ms", False),
    ("thousand", "stop_ms", "the end of all: SIGTERM until atolld has ended", "{:.0f} ms", False),
    ("neighbour", "bombs_p50_ms", "key to echo beside 8 bombs, p50", "{:.2f} ms", False),
    ("neighbour", "bombs_ms", "key to echo beside 8 bombs, p99", "{:.2f} ms", False),
    ("neighbour", "quiet_ms", "the same client just before, p99", "{:.2f} ms", False),
    ("watchers", "p99_ms", "key to echo with five watchers, one of them stopped, p99", "{:.2f} ms", False),
    ("watchers", "quiet_p99_ms", "the same client just before, p99", "{:.2f} ms", False),
    ("stage", "percent", "{viewers} look at `lab stage` of a terminal that prints 10 KB/s: of one processor", "{:.1f} %", False),
    ("stage", "p99_ms", "key to echo beside that, p99", "{:.2f} ms", False),
    ("stage", "quiet_p99_ms", "the same client just before, p99", "{:.2f} ms", False),
    ("reattach", "p50_ms", "re-attach: shell request to the old screen painted, p50", "{:.1f} ms", False),
    ("reattach", "p99_ms", "re-attach: shell request to the old screen painted, p99", "{:.1f} ms", False),
    ("upgrade", "login_ms", "`atoll upgrade` with {crowd} live: the slowest login", "{:.0f} ms", False),
    ("upgrade", "quiet_login_ms", "the slowest login just before", "{:.0f} ms", False),
    ("upgrade", "pause_ms", "`atoll upgrade` beside {streams} streams: the longest pause of one", "{:.0f} ms", False),
    ("upgrade", "quiet_pause_ms", "the longest pause just before", "{:.0f} ms", False),
    ("networks", "two_ms", "a lab of two machines and a network: connect to first output, p50", "{:.1f} ms", False),
    ("networks", "one_ms", "a lab of one machine and a network: connect to first output, p50", "{:.1f} ms", False),
    ("networks", "alone_ms", "a lab of no network: connect to first output, p50", "{:.1f} ms", False),
    ("networks", "burst_ms", "{burst} at once, each with two machines and a network: the slowest", "{:.0f} ms", False),
    ("networks", "burst_alone_ms", "the same, each with one sandbox and no network", "{:.0f} ms", False),
    ("networks", "p99_ms", "key to echo beside {crowd} live networks, p99", "{:.2f} ms", False),
    ("networks", "quiet_p99_ms", "the same client just before, p99", "{:.2f} ms", False),
    ("networks", "beside_ms", "no network: connect to first output beside those, p50", "{:.1f} ms", False),
    ("networks", "ls_ms", "`atoll ls` of those", "{:.0f} ms", False),
    ("networks", "end_ms", "the end of those", "{:.0f} ms", False),
    ("networks", "mb_per_second", "1 GB from one machine to another of the seat", "{:.0f} MB/s", True),
    ("networks", "busy_p99_ms", "key to echo beside two seats whose machines send all they can, p99", "{:.2f} ms", False),
    ("upgrade", "wrong", "lines of the streams that were lost or doubled", "{:.0f}", False),
)


OURS, BEFORE = "atoll", "before"


def may(name, server):
    """Whether that measure is of that server; another build's are those of ours."""
    return server in ONLY.get(name, (server,)) or (server == BEFORE and may(name, OURS))


def version(*argv):
    try:
        done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    except FileNotFoundError:
        return f"no {argv[0]}"
    return done.stdout.strip().splitlines()[0] if done.stdout.strip() else "?"


def processor():
    """As the kernel calls it; never the machine's own name."""
    model = re.search(r"(?m)^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text())
    return model.group(1) if model else platform.machine()


def kernel():
    """Its version, and a distribution's own number of it; no builder's name."""
    return "Linux " + re.match(r"[\d.]+(-\d+(-\w+)?)?", platform.release()).group()


def command():
    """How to measure the same again, whatever file it was for."""
    words, is_name = [], False
    for word in sys.argv[1:]:
        option, _, name = word.partition("=")
        is_of_file = option in ("--write", "--json", "--compare")
        if not is_of_file and not (is_name and not word.startswith("-")):
            words.append(word)
        is_name = is_of_file and not name
    return shlex.join(["tests/bench/run", *words])


def facts(chosen, busy_percent):
    """[ (what, value) ] of the run that begins now."""
    versions = [version("ssh", "-V").split(",")[0], version("bwrap", "--version")]
    if "atoll" in chosen.peers:
        versions.insert(0, version(chosen.build / "atoll", "--version"))
    return [
        ("date", time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())),
        ("command", command()),
        ("processor", f"{processor()}, {os.cpu_count()} CPUs, client on the same ones"),
        ("other work at the start", f"{busy_percent:.0f} % of the processors"),
        ("kernel", kernel()),
        ("versions", ", ".join(versions)),
        ("rounds", f"{chosen.rounds}; the numbers are medians of them"),
    ]


def header(known):
    return "\n".join(f"- {what}: {value}" for what, value in known)


def ratio(ours, theirs, more_is_better):
    """How many times better we are."""
    if not ours or not theirs:
        return "-"
    return f"{ours / theirs if more_is_better else theirs / ours:.1f}"


def median(results, key):
    return statistics.median(n[key] for n in results) if results else None


def amounts(chosen):
    """How much of everything that rows and comparisons name."""
    amount = Amount(chosen.quick)
    return {
        "burst": amount.burst,
        "bulk": amount.bulk // 1_000_000,
        "crowd": amount.crowd,
        "live": amount.live,
        "typing": amount.typing,
        "viewers": amount.viewers,
        "streams": amount.streams,
    }


def table(chosen, results):
    peers = [p for p in chosen.peers if p != "atoll"] if "atoll" in chosen.peers else []
    yield ["", *chosen.peers, *(f"times better than {p}" for p in peers)]
    yield ["---"] * (1 + len(chosen.peers) + len(peers))
    for name, key, text, form, more_is_better in ROWS:
        if name not in chosen.only:
            continue
        if name == "ciphers" and key.rpartition("_")[2] not in chosen.ciphers:
            continue
        medians = {p: median(results[name, p], key) for p in chosen.peers}
        yield [
            text.format(**amounts(chosen)),
            *(
                form.format(m) if m is not None else "failed" if may(name, p) else "-"
                for p, m in medians.items()
            ),
            *(ratio(medians["atoll"], medians[p], more_is_better) for p in peers),
        ]
    failed = [
        sum(n.get("failed", 0) for m in chosen.only for n in results[m, p]) for p in chosen.peers
    ]
    yield ["sessions that failed", *(f"{f:.0f}" for f in failed), *("" for _ in peers)]


def lines(rows):
    return "".join("| " + " | ".join(cells) + " |\n" for cells in rows)


def markdown(chosen, known, results):
    text = f"{header(known)}\n\n{lines(table(chosen, results))}"
    reached = aims.table(results)
    if reached is not None:
        text += f"\nWhat is to be reached; without a unit, ours to {aims.PEER}'s:\n\n{lines(reached)}"
    return text


def against(results):
    """The other build's numbers as a run of its own, taken out of this one's."""
    return {(m, OURS): results.pop((m, s)) for m, s in list(results) if s == BEFORE}


def changes(chosen, known, amounts_now, results):
    """Since the run of --compare, or against the build of --against in this run."""
    facts_then, amounts_then, old = chosen.old
    differ = [
        f"{what} was {then}, and is {now}"
        for what, then, now in (
            *((name, amounts_then.get(name), n) for name, n in amounts_now.items()),
            *((name, facts_then.get(name), dict(known)[name]) for name in ("processor", "kernel")),
        )
        if then != now
    ]
    rows = [(m, key, text.format(**amounts_now), form, more) for m, key, text, form, more in ROWS]
    warning = f"\nThe runs differ: {'; '.join(differ)}.\n" if differ else ""
    return (
        f"\nSince {facts_then.get('date', 'then')}, {facts_then.get('versions', '')}:\n{warning}\n"
        f"{lines(compare.table(rows, old, results))}"
    )


RESULTS = """\
# What the bench measured

Written by `tests/bench/run --write`; README.md shows some of these rows.  Machines
are shared and noisy: compare numbers of one run only.

"""


# From here on it is by hand, and stays: where the time goes that a row says is used.
BY_HAND = "\n## Where the rest goes\n"


def write(path, text):
    old = path.read_text() if path.exists() else ""
    _, mark, kept = old.partition(BY_HAND)
    path.write_text(RESULTS + text + mark + kept)
