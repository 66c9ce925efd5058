"""atoll upgrade beside a class at work: no byte is lost, doubled or kept back."""
import contextlib
import subprocess

import pytest

import gateway as g

PEOPLE, BUSY, UPGRADES = 60, 24, 5


@contextlib.contextmanager
def crowd(gw):
    """Sessions of which some print ten lines a second and are typed in, see stream.h; what it
    yields says how they fared since it was last called."""
    argv = [g.BUILD / "bench/load", "streams", "-p", str(gw.port), "-k", gw.keys.student, "-u", "p",
            "-a", str(PEOPLE), "-n", str(PEOPLE), "-c", str(BUSY)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as load:
        def report():
            print(file=load.stdin, flush=True)
            words = load.stdout.readline().split()
            assert words[:1] == ["streams"], load.stderr.read()
            return {key: float(value) for key, value in (w.split("=") for w in words[1:])}

        assert load.stdout.readline() == f"holding {PEOPLE}\n", load.stderr.read()
        yield report
        load.stdin.close()
        assert load.wait(g.PATIENCE) == 0, load.stderr.read()


@pytest.mark.slow
def test_a_class_at_work_loses_no_line_and_no_connection(new_gateway):
    gw = new_gateway(accounts=[f"p{i:03}" for i in range(PEOPLE)])
    with crowd(gw) as report:
        before = gw.monitor, gw.builder, sorted(gw.inits()), sorted(s["sandbox"] for s in gw.ls())
        report()
        for _ in range(UPGRADES):
            done = gw.atoll("upgrade")
            assert done.returncode == 0, f"{done}\n{gw.tail}"
            assert f"{PEOPLE} connections and {PEOPLE} sandboxes went on" in done.stdout
            now = report()
            assert (now["count"], now["wrong"]) == (BUSY, 0)
        assert before == (gw.monitor, gw.builder, sorted(gw.inits()), sorted(s["sandbox"] for s in gw.ls()))
