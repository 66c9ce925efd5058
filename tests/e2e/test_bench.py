"""The bench as a tool: what it keeps, compares, refuses, and says of its aims."""
import json
import os
import subprocess
import sys

import pytest

from gateway import BUILD, ROOT

sys.path.insert(0, str(ROOT / "tests/bench"))
import aims  # noqa: E402
import busy  # noqa: E402
import compare  # noqa: E402
import report  # noqa: E402

FACTS = [("date", "2026-11-29 11:00 UTC"), ("processor", "one")]
ROW = ("latency", "p50_ms", "first output", "{:.1f} ms", False)


def results(ours, theirs):
    return {
        ("latency", "atoll"): [{"p50_ms": n} for n in ours],
        ("latency", "sshd"): [{"p50_ms": n} for n in theirs],
    }


def bench(*argv, build=None):
    more = ["-b", build] if build else []
    return subprocess.run(
        [ROOT / "tests/bench/run", *more, *argv], capture_output=True, text=True, timeout=300
    )


# --- what is to be reached ----------------------------------------------------


@pytest.mark.parametrize(
    "ours, says", [(7.0, "0.07 | 0.10 | 0.07 | goal"), (9.9, "0.10 | 0.10 | 0.07 | must"),
                   (12.0, "0.12 | 0.10 | 0.07 | no")]
)
def test_an_aim_is_reached_or_not(ours, says):
    rows = aims.table(results([ours], [100.0]))
    assert [" | ".join(row[1:]) for row in rows[2:]] == [says]


def test_more_sessions_are_better():
    numbers = {("rate", s): [{"per_second": n}] for s, n in (("atoll", 350.0), ("sshd", 100.0))}
    assert aims.table(numbers)[2][1:] == ["3.50", "3.00", "4.00", "must"]


def test_what_was_not_measured_is_no_aim_missed():
    assert aims.table({("latency", "atoll"): [{"p50_ms": 9.0}], ("latency", "sshd"): []}) is None


# --- two runs -----------------------------------------------------------------


def test_a_run_is_compared_with_an_older_one(tmp_path):
    file = tmp_path / "old.json"
    compare.save(file, FACTS, {"burst": 300}, results([10.0, 12.0, 11.0], [100.0]))
    facts, amounts, old = compare.load(file)
    assert facts["date"] == "2026-11-29 11:00 UTC" and amounts == {"burst": 300}
    # A machine that is half as fast today, on which we are a tenth slower.
    rows = compare.table([ROW], old, results([24.2], [200.0]))
    assert rows[2] == ["first output", "11.0 ms", "24.2 ms", "2.20", "1.10"]


def test_a_row_that_one_run_lacks_is_left_out():
    assert compare.table([ROW], {}, results([1.0], [2.0]))[2:] == []


@pytest.mark.parametrize(
    "text, says",
    [
        ("| a | table |", "not JSON, as --json writes it"),
        ("[1]", "not a file of tests/bench/run --json, version 1"),
        ('{"version": 2}', "not a file of tests/bench/run --json, version 1"),
        ('{"version": 1, "facts": {}, "amounts": {}}', "a part is missing or is something else"),
        ('{"version": 1, "facts": {}, "amounts": {}, "results": [{"measure": "a", "server": "b",'
         ' "numbers": [{"x": "y"}]}]}', "numbers of a round are something else"),
    ],
)
def test_another_file_is_refused(tmp_path, text, says):
    file = tmp_path / "old.json"
    file.write_text(text)
    done = bench("--compare", file)
    assert done.returncode == 2
    assert f"--compare: {file}: {says}" in done.stderr


def test_files_that_are_not_there_are_named():
    done = bench("--compare", "/nonexistent/old.json")
    assert "--compare: /nonexistent/old.json: No such file or directory" in done.stderr
    done = bench("--json", "/nonexistent/new.json")
    assert done.returncode == 2 and "--json: /nonexistent is no directory" in done.stderr


# --- a machine that does something else -----------------------------------------


def test_a_busy_machine_is_refused_with_who_is_at_work():
    # Before other tests that run beside this one, they are the busiest.
    spin = "import os\nos.setpriority(os.PRIO_PROCESS, 0, -5)\nwhile True: pass"
    spinning = [subprocess.Popen([sys.executable, "-c", spin]) for _ in range(os.cpu_count())]
    try:
        percent, names = busy.look(1)
        done = bench("--only", "latency", "--peers", "sshd")
    finally:
        for p in spinning:
            p.kill()
            p.wait()
    assert percent > busy.PERCENT_MAX
    assert any(f"({p.pid})" in name for p in spinning for name in names)
    assert done.returncode == 1
    assert "the machine is busy: " in done.stderr and "--busy" in done.stderr


def test_a_quiet_machine_is_not():
    assert busy.refusal(busy.PERCENT_MAX, []) is None


# --- a run ---------------------------------------------------------------------


def test_a_run_is_kept_and_compared(tmp_path):
    file = tmp_path / "now.json"
    few = ("--quick", "--busy", "--only", "echo", "--peers", "atoll")
    done = bench(*few, "--json", file, build=BUILD)
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(file.read_text())["results"]
    assert (row["measure"], row["server"]) == ("echo", "atoll") and row["numbers"][0]["p50_ms"] > 0
    done = bench(*few, "--compare", file, build=BUILD)
    assert done.returncode == 0, done.stderr
    assert "\nSince 20" in done.stdout and "\n| key to echo, p50 | " in done.stdout
    assert "The runs differ" not in done.stdout


def test_another_builds_numbers_are_a_run_of_their_own():
    """What run --against does with them."""
    results = {("latency", "atoll"): [{"p50_ms": 2.0}], ("latency", "before"): [{"p50_ms": 4.0}],
               ("latency", "sshd"): [{"p50_ms": 8.0}], ("upgrade", "before"): [{"x": 1}]}
    old = report.against(results)
    assert old == {("latency", "atoll"): [{"p50_ms": 4.0}], ("upgrade", "atoll"): [{"x": 1}]}
    assert set(results) == {("latency", "atoll"), ("latency", "sshd")}
    assert report.may("upgrade", "before") and not report.may("upgrade", "sshd")
