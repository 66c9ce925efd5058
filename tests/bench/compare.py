"""The numbers of a run in a file, and two runs beside each other.

The file is JSON: {"version": 1, "facts": {...}, "amounts": {...}, "results":
[{"measure", "server", "numbers": [{...} of each round]}]}.  Machines are shared and
noisy, so where both runs have the same peer, the change of our number is also told
against the change of the peer's.
"""
import json

from aims import PEER, median

VERSION = 1


class BadFile(Exception):
    """What is wrong with a file of results."""


def save(path, known, amounts, results):
    """amounts: {name: how much of it}, of measures.Amount."""
    document = {
        "version": VERSION,
        "facts": dict(known),
        "amounts": amounts,
        "results": [
            {"measure": m, "server": s, "numbers": numbers} for (m, s), numbers in results.items()
        ],
    }
    path.write_text(json.dumps(document, indent=1) + "\n")


def is_numbers(rounds):
    return isinstance(rounds, list) and all(
        isinstance(n, dict) and all(isinstance(v, (int, float)) for v in n.values()) for n in rounds
    )


def load(path):
    """(facts, amounts, results) as save() took them; BadFile with the reason."""
    try:
        document = json.loads(path.read_text())
    except OSError as e:
        raise BadFile(f"{path}: {e.strerror}") from None
    except ValueError as e:
        raise BadFile(f"{path}: not JSON, as --json writes it: {e}") from None
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise BadFile(f"{path}: not a file of tests/bench/run --json, version {VERSION}")
    try:
        rows = {(r["measure"], r["server"]): r["numbers"] for r in document["results"]}
        facts, amounts = document["facts"], document["amounts"]
    except (KeyError, TypeError) as e:
        raise BadFile(f"{path}: a part is missing or is something else: {e}") from None
    if not all(map(is_numbers, rows.values())):
        raise BadFile(f"{path}: numbers of a round are something else")
    return facts, amounts, rows


def cells(row, old, new):
    """One line of the table; None where one of the runs does not have it."""
    measure, key, text, form, _ = row
    then, now = (median(r, measure, "atoll", key) for r in (old, new))
    if then is None or now is None:
        return None
    peers = [median(r, measure, PEER, key) for r in (old, new)]
    times = now / then if then else None
    beside = times / (peers[1] / peers[0]) if times and all(peers) else None
    return [
        text,
        form.format(then),
        form.format(now),
        *("-" if t is None else f"{t:.2f}" for t in (times, beside)),
    ]


def table(rows, old, new):
    """Lists of cells, header first; rows are those of report.py, filled in."""
    lines = [line for line in (cells(row, old, new) for row in rows) if line is not None]
    head = ["", "then", "now", "now / then", f"the same, against {PEER}'s change"]
    return [head, ["---"] * len(head), *lines]
