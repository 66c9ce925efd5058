"""The monitor crashes: what becomes of those who were in."""
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import pytest

import gateway as g
from gateway import is_alive, wait_until
from glass import Glass, hears_all

pytestmark = pytest.mark.longer

CRASHED = "the monitor has crashed"
SOON = 3  # seconds, in which another has taken over


def crash(gw, number=signal.SIGKILL):
    """It is gone, and another serves; how long that took."""
    begun = time.monotonic()
    gw.crash(number)
    return time.monotonic() - begun


def seats(gw):
    return {(s["account"], s["lab"]): s for s in gw.ls()}


# --- the students -----------------------------------------------------------


@pytest.mark.skipif(not g.HAS_DEBIAN, reason="no image debian-dev")
@pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_who_logs_in_again_finds_vim_where_it_was(new_gateway, tmp_path, number):
    gw = new_gateway(labs={"dev": {"image": "debian-dev", "linger": "5m", "reattach": True,
                                   "memory": "256M", "command": ["/bin/bash", "-l"]}})
    argv = gw.ssh_argv("demo")
    argv.insert(1, "-tt")
    looks = []
    for n in range(2):
        (tmp_path / str(n)).mkdir()
        glass = Glass(tmp_path / str(n), argv)
        try:
            if n == 0:
                glass.wait_for("student@dev")
                glass.keys("seq 1000 >/tmp/n; vi /tmp/n\r")
                glass.wait_for("\n22\n")
                glass.keys("5jinot saved ")
                glass.wait_for("not saved")
                looks.append(glass.still())
                begun = time.monotonic()
                os.kill(gw.monitor, number)
                wait_until(lambda: not gw.sessions(), "the sessions of the one that died are gone")
            else:
                glass.wait_for("not saved")
                assert time.monotonic() - begun < SOON
                looks.append(glass.still())
                hears_all(gw, "demo")
                glass.keys("\x1b:wq\r")
                glass.wait_for("student@dev")
                glass.keys("grep -c saved /tmp/n\r")
                glass.wait_for("\n1\n")
        finally:
            glass.close()
    assert looks[0] == looks[1]


def test_programs_run_on_meanwhile_and_the_client_is_told(new_gateway):
    gw = new_gateway(labs={"box": {"linger": "1m", "reattach": True}})
    t = gw.shell()
    # One job, all of it in the foreground: a key that came between two jobs is nobody's.
    t.type("sh -c 'i=0; while true; do i=$((i+1)); echo $i > /tmp/count; usleep 20000; done'")
    t.expect("done'\r\n")
    assert crash(gw) < SOON
    said, status = t.end()
    assert "interrupted: log in again in a moment" in said and status == 255
    one = int(gw.out("demo", "cat /tmp/count"))
    assert int(gw.out("demo", "usleep 100000; cat /tmp/count")) > one
    t = gw.terminal()
    t.expect("your terminal of")
    t.send("\x03")
    t.expect_prompt()
    t.close()


def test_who_connects_in_the_gap_waits_and_gets_in(new_gateway):
    gw = new_gateway(accounts=[f"p{i}" for i in range(4)])
    trouble, over = [], threading.Event()

    def connect():
        while not over.is_set():
            with gw.connect() as s:  # refused, if nobody had the socket
                s.settimeout(g.PATIENCE)
                try:
                    got = s.recv(4)
                except ConnectionResetError:
                    continue  # it was with the one that died
                if got not in (b"SSH-", b""):
                    trouble.append(got)

    threads = [threading.Thread(target=connect) for _ in range(4)]
    for t in threads:
        t.start()
    for _ in range(3):
        crash(gw)
    over.set()
    for t in threads:
        t.join()
    assert trouble == []
    assert gw.out("p0", "echo in") == "in\n"


def test_a_lab_without_linger_keeps_the_sandbox_too(new_gateway):
    """Its shells are hung up, as any whose connection is lost."""
    gw = new_gateway()
    t = gw.shell()
    t.run("echo mine > ~/file")
    [init] = gw.inits()
    crash(gw)
    t.end()
    assert gw.out("demo", "cat ~/file") == "mine\n"
    # Left in order it is over, as ever.
    wait_until(lambda: not is_alive(init), "it ended")
    assert "mine" not in gw.ssh("demo", "cat ~/file").stdout


def test_nobody_comes_back_and_it_ends_after_the_linger_time(new_gateway):
    gw = new_gateway(labs={"box": {"linger": "4s"}})
    t = gw.shell()
    crash(gw)
    began = time.monotonic()
    assert seats(gw)["demo", "box"]["state"] == "lingering"
    t.end()
    gw.wait_no_sandbox()
    assert 2 < time.monotonic() - began < 10
    assert gw.ls() == []


@pytest.mark.slow
def test_nobody_comes_back_and_it_ends_after_a_minute(new_gateway):
    gw = new_gateway()
    t = gw.shell()
    crash(gw)
    began = time.monotonic()
    t.end()
    time.sleep(50)
    assert len(gw.inits()) == 1
    gw.wait_no_sandbox()
    assert 55 < time.monotonic() - began < 75


def test_an_anonymous_sandbox_ends_since_nobody_can_come_back(new_gateway):
    gw = new_gateway(labs={"open": {"anonymous": True, "linger": "5m"}})
    t = gw.terminal("open", key="none")
    t.expect_prompt()
    assert len(gw.inits()) == 1
    crash(gw)
    gw.wait_no_sandbox()
    t.close()


# --- what was known ---------------------------------------------------------


def test_what_atoll_says_is_the_same_and_times_run_on(new_gateway):
    gw = new_gateway(labs={"box": {"linger": "1m"}, "short": {"linger": "1m", "time_limit": "9s"}},
                     accounts=["demo", "other"])
    gw.shell("demo+box")
    begun = time.monotonic()
    gw.shell("other+short")
    before, was = seats(gw), gw.status()
    time.sleep(1.1)
    crash(gw)
    after, now = seats(gw), gw.status()
    for seat in before:
        for same in ("sandbox", "address", "since", "memory_max", "pids_max"):
            assert before[seat][same] == after[seat][same]
        assert after[seat]["state"] == "lingering" and after[seat]["pids"] > 0
    for same in ("listen", "cgroup", "started", "loaded", "sandboxes", "accounts", "labs"):
        assert was[same] == now[same], same
    t = gw.shell("other+short")
    assert "time" in t.end()[0]
    assert 7 < time.monotonic() - begun < 14
    # Numbers are not given twice.
    t = gw.shell("other+short")
    assert seats(gw)["other", "short"]["sandbox"] > max(s["sandbox"] for s in before.values())
    assert gw.out("demo+box", "echo in") == "in\n"


def test_the_configuration_in_force_holds_whatever_its_file_says(new_gateway):
    gw = new_gateway()
    gw.write_lab("box", "this is no configuration")
    crash(gw)
    assert gw.out("demo", "echo in") == "in\n"
    assert gw.atoll("reload").returncode == 1
    gw.write_lab("box", {"linger": "1s"})
    assert gw.atoll("reload").returncode == 0
    assert gw.out("demo", "echo in") == "in\n"


def test_places_are_taken_by_what_lives_on(new_gateway):
    gw = new_gateway(accounts=["first", "second", "third"], sandboxes_max=1,
                     labs={"box": {"linger": "1m"}})
    gw.shell("first")
    waiting = gw.terminal("second")
    waiting.expect("number 1 in the queue")
    crash(gw)
    assert "interrupted" in waiting.end()[0]
    third = gw.terminal("third")
    third.expect("number 1 in the queue")
    assert gw.atoll("kill", "first+box").returncode == 0
    third.expect_prompt()


def test_the_secret_of_the_seat_and_its_home_are_the_same(new_gateway, tmp_path):
    setup = tmp_path / "setup"
    setup.write_text("#!/bin/sh\necho $ATOLL_SECRET > /secret; chmod 644 /secret\n")
    setup.chmod(0o755)
    gw = new_gateway(labs={"box": {"home": "persistent", "setup": setup}})
    t = gw.shell()
    t.run("echo mine > ~/file")
    secret = t.run("cat /secret")[0]
    crash(gw)
    assert gw.out("demo", "cat /secret ~/file") == secret + "mine\n"
    gw.wait_no_sandbox()
    assert gw.out("demo", "cat /secret ~/file") == secret + "mine\n"


def test_what_a_check_finds_out_is_kept(new_gateway, tmp_path):
    check = tmp_path / "check"
    check.write_text("#!/bin/sh\nsleep 2\necho 3/4 good\n")
    check.chmod(0o755)
    gw = new_gateway(labs={"box": {"linger": "1m", "check": check}})
    gw.out("demo", "setsid lab check >/tmp/said 2>&1 </dev/null &")
    crash(gw)
    wait_until(lambda: "3/4" in gw.out("demo", "cat /tmp/said"), "the check has ended")
    wait_until(lambda: "demo" in gw.atoll("results", "box").stdout, "its result is there")
    # One whose monitor died with the question in its hands can ask again.
    assert gw.ssh("demo", "lab time").returncode == 0


def test_what_is_nobodys_any_more_ends(new_gateway):
    gw = new_gateway(accounts=["demo", "other"], labs={"box": {"linger": "1m"}})
    gw.shell("other")
    gw.write_config(accounts=[gw.account("demo")])
    assert gw.atoll("reload").returncode == 0
    assert len(gw.inits()) == 1
    crash(gw)
    gw.wait_no_sandbox()


def test_a_gateway_that_drains_goes_on_draining(new_gateway):
    gw = new_gateway(accounts=["demo", "other"], labs={"box": {"linger": "1m"}})
    gw.shell("demo")
    assert gw.atoll("drain", "1h").returncode == 0
    crash(gw)
    assert "starts no new sandbox: log in again in" in gw.ssh("other", "true").stderr
    assert gw.out("demo", "echo in") == "in\n"
    assert gw.atoll("kill", "demo+box").returncode == 0
    assert gw.wait_end() == 0


# --- at a bad moment --------------------------------------------------------


def test_a_build_that_nobody_waits_for_ends(new_gateway, tmp_path):
    setup = tmp_path / "setup"
    setup.write_text("#!/bin/sh\nsleep 600\n")
    setup.chmod(0o755)
    gw = new_gateway(labs={"box": {}, "slow": {"setup": setup, "setup_time": "5m"}})
    client = gw.ssh_start("demo+slow", "true")
    wait_until(gw.inits, "it is being built")
    crash(gw)
    gw.wait_no_sandbox()
    assert gw.ls() == []
    client.communicate(timeout=g.PATIENCE)
    assert gw.out("demo+box", "echo in") == "in\n"


def test_an_export_that_nobody_waits_for_ends(new_gateway):
    gw = new_gateway(labs={"box": {"disk": "64M", "memory": "256M", "linger": "1m"}})
    t = gw.shell()
    t.run("dd if=/dev/urandom of=big bs=1M count=20 2>/dev/null", timeout=60)
    tool = subprocess.Popen(
        [g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "lab", "export", "demo+box"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert tool.stdout.read(1024)  # it has begun, and waits for its reader
    [helper] = set(gw.pids_of("atoll-builder")) - {gw.builder}
    crash(gw)
    wait_until(lambda: not is_alive(helper), "the helper is gone")
    err = tool.communicate(timeout=g.PATIENCE)[1]
    assert tool.returncode == 1 and b"hung up" in err
    with open(gw.folder / "work.tar", "wb") as to:
        again = subprocess.run([*tool.args], stdout=to, stderr=subprocess.PIPE, timeout=60)
    assert again.returncode == 0, again.stderr
    assert (gw.folder / "work.tar").stat().st_size > 20 << 20


@pytest.fixture
def slow_to_load(tmp_path, new_gateway):
    """A gateway that takes its time with every load but the first."""
    folder = Path(tempfile.mkdtemp(prefix="atoll-slow."))
    folder.chmod(0o755)
    for name in ("atolld", "atoll-monitor"):
        shutil.copy(g.BUILD / name, folder / name)
    loader = folder / "atoll-loader"
    loader.write_text(f'#!/bin/sh\ncase "$*" in *-r*) sleep 3 ;; esac\nexec {g.BUILD}/atoll-loader "$@"\n')
    loader.chmod(0o755)
    gw = new_gateway(start=False, libexec_dir=g.BUILD)
    gw.program = folder / "atolld"
    yield gw.start()
    shutil.rmtree(folder)


def test_a_reload_that_nobody_waits_for_is_forgotten(slow_to_load):
    gw = slow_to_load
    tool = subprocess.Popen([g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "reload"],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    [loader] = wait_until(lambda: gw.pids_of("atoll-loader"), "it loads")
    crash(gw)
    assert b"hung up" in tool.communicate(timeout=g.PATIENCE)[1]
    assert not is_alive(loader)
    assert gw.out("demo", "echo in") == "in\n"
    assert gw.atoll("reload").returncode == 0


def test_one_that_is_ending_ends_and_who_comes_back_gets_another(new_gateway):
    gw = new_gateway(labs={"box": {"linger": "1m"}})
    gw.shell().run("echo old > /tmp/mark")
    since = len(gw.lines)
    os.kill(gw.builder, signal.SIGSTOP)  # with the order before it
    with subprocess.Popen([g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "kill", "demo+box"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        gw.wait_log("kill account=demo", since)
        # The log has it before the order is given: that is so when the next question is answered.
        assert gw.atoll("status").returncode == 0
        os.kill(gw.monitor, signal.SIGKILL)
        gw.wait_log(CRASHED, since)
        os.kill(gw.builder, signal.SIGCONT)
    gw.wait_log("ready address=", since)
    assert gw.out("demo", "ls /tmp") == ""


@pytest.mark.parametrize("ms", range(0, 120, 15))
def test_in_the_middle_of_an_upgrade(new_gateway, ms):
    gw = new_gateway(labs={"box": {"linger": "1m", "reattach": True}})
    t = gw.shell()
    t.run("word=kept")
    since = len(gw.lines)
    argv = [g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "upgrade"]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        time.sleep(ms / 1000)  # the moment is what is tried
        os.kill(gw.monitor, signal.SIGKILL)
        gw.wait_log(CRASHED, since)
    gw.wait_log("ready address=", since)
    t.end()
    t = gw.terminal()
    t.expect("your terminal of")
    t.type("")
    t.expect_prompt()
    assert t.run("echo $word")[0] == "kept\n"
    assert gw.atoll("upgrade").returncode == 0
    assert t.run("echo $word")[0] == "kept\n"
    t.type("exit")
    t.end()


def test_after_upgrades_and_an_upgrade_after_it(new_gateway):
    gw = new_gateway(labs={"box": {"linger": "1m", "reattach": True}, "short": {"linger": "1m", "time_limit": "15s"}},
                     accounts=["demo", "other"])
    t = gw.shell("demo+box")
    t.run("word=kept")
    begun = time.monotonic()
    gw.shell("other+short")
    for _ in range(2):
        assert gw.atoll("upgrade").returncode == 0
    before = seats(gw)
    crash(gw)
    after = seats(gw)
    for seat in before:
        for same in ("sandbox", "address", "since", "memory_max", "pids_max"):
            assert before[seat][same] == after[seat][same]
    t.end()
    t = gw.terminal("demo+box")
    t.expect("your terminal of")
    assert gw.atoll("upgrade").returncode == 0
    crash(gw)
    t.end()
    t = gw.terminal("demo+box")
    t.expect("your terminal of")
    t.type("")
    t.expect_prompt()
    assert t.run("echo $word")[0] == "kept\n"
    assert "time" in gw.shell("other+short").end()[0]
    assert 12 < time.monotonic() - begun < 21


# --- whose end is the end ---------------------------------------------------


def test_a_monitor_that_crashes_again_and_again_is_given_up(new_gateway):
    gw = new_gateway()
    gw.shell()
    family = gw.family()
    for _ in range(5):
        crash(gw)
    family |= gw.family()
    os.kill(gw.monitor, signal.SIGKILL)
    assert gw.wait_end() == 1
    gw.wait_log("crashed again .*everything ends")
    gw.assert_nothing_left(family)


@pytest.mark.parametrize("after", [False, True], ids=["at once", "after a crash"])
def test_the_builders_death_ends_all(new_gateway, after):
    gw = new_gateway(labs={"box": {"linger": "1m"}})
    t = gw.shell()
    if after:
        crash(gw)
        t.end()
        gw.shell()
    family = gw.family()
    os.kill(gw.builder, signal.SIGKILL)
    assert gw.wait_end() == 1
    gw.wait_log("builder ended: killed by signal 9")
    wait_until(lambda: not [p for p in family if is_alive(p)], "everybody is gone")
    gw.start()
    assert gw.sandbox_cgroups() == []


@pytest.mark.parametrize("after", [False, True], ids=["at once", "after a crash"])
def test_the_supervisors_death_ends_all_and_leaves_nothing(new_gateway, after):
    gw = new_gateway(labs={"box": {"linger": "1m"}})
    t = gw.shell()
    if after:
        crash(gw)
        t.end()
        t = gw.shell()
    family = gw.family()
    os.kill(gw.pid, signal.SIGKILL)
    gw.wait_end()
    gw.assert_nothing_left(family)
    gw.start()
    assert gw.out("demo", "echo in") == "in\n"


@pytest.mark.parametrize("ms", range(0, 100, 20))
def test_a_stop_right_after_a_crash_stops_it(new_gateway, ms):
    gw = new_gateway(labs={"box": {"linger": "1m"}})
    gw.shell()
    family = gw.family()
    os.kill(gw.monitor, signal.SIGKILL)
    time.sleep(ms / 1000)  # the moment is what is tried
    gw.child.send_signal(signal.SIGTERM)
    assert gw.wait_end() == 0, gw.tail
    gw.assert_nothing_left(family)


def test_crashes_cost_no_memory_and_no_descriptor(new_gateway):
    gw = new_gateway(labs={"box": {"linger": "1m"}})
    gw.shell()
    both = gw.pid, gw.builder

    def descriptors():
        wait_until(lambda: len(gw.spares()) == 2, "as many spares as there are to be")
        return [len(os.listdir(f"/proc/{p}/fd")) for p in both]

    crash(gw)
    before = descriptors()
    for _ in range(3):
        crash(gw)
    assert descriptors() == before
    assert gw.out("demo", "echo in") == "in\n"
