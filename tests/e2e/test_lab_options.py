"""What a lab file promises of the inside, seen from inside."""
import pytest

import gateway as g


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(
        labs={
            "box": {
                "ulimits": {"nproc": 7, "fsize": "64K", "nofile": "100:200"},
                "workdir": "/var",
            },
            "lost": {"workdir": "/no/such/place"},
        }
    )


def test_ulimits_hold_for_shells_and_commands(gw):
    assert gw.out("demo+box", "ulimit -n; ulimit -Hn; ulimit -f").split() == [
        "100", "200", "128",
    ]
    assert gw.shell("demo+box").run("ulimit -p") == ("7\n", 0)


def test_a_file_beyond_fsize_cannot_be_written(gw):
    done = gw.ssh("demo+box", "head -c 100000 /dev/zero > /tmp/f; wc -c < /tmp/f")
    assert done.stdout.strip() == "65536"


def test_more_processes_than_nproc_are_refused(gw):
    done = gw.ssh("demo+box", "for i in 1 2 3 4 5 6 7 8 9; do sleep 30 & done")
    assert "can't fork" in done.stderr, done


def test_hard_limits_cannot_be_raised(gw):
    assert gw.ssh("demo+box", "ulimit -n 201").returncode != 0


def test_everything_starts_in_the_workdir(gw):
    assert gw.out("demo+box", "pwd") == "/var\n"
    assert gw.shell("demo+box").run("pwd") == ("/var\n", 0)


def test_without_its_workdir_a_lab_starts_at_home_and_t_warned(gw):
    home = gw.out("demo+lost", "echo $HOME")
    assert gw.out("demo+lost", "pwd") == home
    done = gw.check()
    assert done.returncode == 0
    assert "workdir /no/such/place is not in image busybox" in done.stderr
