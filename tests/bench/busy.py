"""Whether a machine does something else, so that its numbers would be of that."""
import os
import time
from pathlib import Path

SECONDS = 3
PERCENT_MAX = 10  # of all processors together
SHOWN = 3


def used_ticks():
    """(busy, all) of all processors since boot; what a host took is busy, too."""
    fields = Path("/proc/stat").read_text().splitlines()[0].split()[1:9]
    user, nice, system, idle, iowait, irq, softirq, steal = map(int, fields)
    busy = user + nice + system + irq + softirq + steal
    return busy, busy + idle + iowait


def ticks_of_processes():
    """{pid: (name, ticks)}"""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, tail = stat.read_text().rpartition(")")
        except OSError:
            continue  # it ended meanwhile
        fields = tail.split()
        found[int(stat.parent.name)] = (head.partition("(")[2], sum(map(int, fields[11:13])))
    return found


def look(seconds=SECONDS):
    """(percent of the machine that is used, [ "name (pid)", ... ] of who uses most)."""
    busy, total = used_ticks()
    before = ticks_of_processes()
    time.sleep(seconds)
    after = ticks_of_processes()
    busy_now, total_now = used_ticks()
    took = {
        pid: ticks - before.get(pid, (name, 0))[1]
        for pid, (name, ticks) in after.items()
        if pid != os.getpid()
    }
    most = sorted((pid for pid in took if took[pid] > 0), key=took.get, reverse=True)[:SHOWN]
    percent = 100 * (busy_now - busy) / max(1, total_now - total)
    return percent, [f"{after[pid][0]} ({pid})" for pid in most]


def refusal(percent, names):
    """Why nothing is measured; None: the machine is quiet."""
    if percent <= PERCENT_MAX:
        return None
    return (
        f"the machine is busy: {percent:.0f} % of its processors were used in {SECONDS} s"
        f" ({', '.join(names) or 'by nobody that is seen from here'}), and at most"
        f" {PERCENT_MAX} % may be; end that, or say --busy to measure all the same"
    )
