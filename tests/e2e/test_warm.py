"""warm = N: sandboxes stand ready, and who logs in gets one that was nobody's."""
import os
import re
import signal

import pytest

import gateway as g
from gateway import wait_until
from test_image_replace import Images

TAKEN = r"account={} lab={} sandbox ready .* warm={} "
KEPT = {"home": "persistent", "home_disk": "24M", "home_inodes": 500}
SETUP = """#!/bin/sh -e
echo "$ATOLL_ACCOUNT+$ATOLL_LAB" >/told
echo "$ATOLL_SECRET" >/secret
ls -A "$ATOLL_HOME" >/home-was
touch "$ATOLL_HOME/made-by-setup"
"""


def ready(gw):
    said = gw.status()
    return said["warm"], said["warm_wanted"]


def wait_ready(gw, count, wanted=None):
    wanted = count if wanted is None else wanted
    wait_until(lambda: ready(gw) == (count, wanted), f"{count} of {wanted} stand ready",
               details=lambda: f"{ready(gw)}\n{gw.tail}")


def a_gateway(new_gateway, labs, count, **how):
    gw = new_gateway(accounts=["demo", "eve"], labs=labs, **how)
    wait_ready(gw, count)
    return gw


def reload(gw):
    done = gw.atoll("reload")
    assert done.returncode == 0, done.stderr


@pytest.fixture
def gw(new_gateway):
    return a_gateway(new_gateway, {"box": {"warm": 2}}, 2)


# --- who comes ----------------------------------------------------------------


@pytest.mark.quick
def test_who_logs_in_gets_one_that_stood_ready_and_another_is_made(gw):
    before = set(gw.inits())
    t = gw.shell("demo+box")
    gw.wait_log(TAKEN.format("demo", "box", "yes"))
    wait_ready(gw, 2)
    assert len(gw.inits()) == 3 and before < set(gw.inits())
    assert t.run("echo hello")[0] == "hello\n"
    [seat] = gw.ls()
    assert (seat["account"], seat["state"]) == ("demo", "live")
    assert re.search("^warm +2 of 2$", gw.atoll("status").stdout, re.M)
    t.type("exit")
    t.end()
    gw.wait_log("account=demo lab=box sandbox ended")
    wait_until(lambda: len(gw.inits()) == 2, "the student's is gone, and the others are there")


def test_it_has_its_students_names_and_its_labs_own(gw):
    said = gw.out("demo+box", "hostname; id -un; echo ~demo ~demo+box")
    assert said == "box\nstudent\n/home/student /home/student\n"
    assert gw.ssh("demo+box", "env | grep ATOLL").stdout == ""
    gw.wait_log(TAKEN.format("demo", "box", "yes"))


NAMESPACES = "ls -l /proc/self/ns | sed -n 's/.*-> //p'"
LOOK = r"""
ls -A ~ /tmp /var/tmp /run /dev/shm /dev/mqueue
ps -o args | grep '[s]leep 4711'
grep -e demo /etc/passwd /proc/mounts /proc/*/environ /proc/*/cmdline 2>/dev/null | grep -v grep
cat /proc/sysvipc/* /proc/locks
env | grep -i -e mark -e demo
true
"""


@pytest.mark.quick
def test_a_second_login_sees_nothing_of_the_first(gw):
    fresh = gw.out("eve+box", LOOK)
    gw.wait_log(TAKEN.format("eve", "box", "yes"))
    wait_ready(gw, 2)
    first = gw.shell("demo+box")
    for command in ("for d in ~ /tmp /var/tmp /run /dev/shm; do echo demo >$d/demo; done",
                    "export MARK=demo", "(sleep 4711 &)", "mkdir /tmp/d; cd /tmp/d"):
        first.run(command)
    namespaces = set(first.run(NAMESPACES)[0].split())
    ids = first.run("cat /proc/self/uid_map")[0]
    second = gw.shell("eve+box")
    for account in "demo", "eve":
        gw.wait_log(TAKEN.format(account, "box", "yes"))
    assert gw.out("eve+box", LOOK) == fresh
    shared = namespaces & set(second.run(NAMESPACES)[0].split())
    # Nobody has a time namespace.
    assert len(namespaces) > 7 and all(n.startswith("time:") for n in shared), shared
    assert second.run("cat /proc/self/uid_map")[0] != ids
    # And when the first has left, too.
    first.type("exit")
    first.end()
    second.type("exit")
    second.end()
    wait_ready(gw, 2)
    assert gw.out("eve+box", LOOK) == fresh


def test_more_at_once_than_stand_ready_are_let_in_all_the_same(new_gateway):
    names = [f"s{i}" for i in range(8)]
    gw = new_gateway(accounts=names, labs={"box": {"warm": 3}})
    wait_ready(gw, 3)
    clients = [gw.ssh_start(f"{n}+box", f"echo {n}; read x") for n in names]
    assert [c.stdout.readline().strip() for c in clients] == names
    taken = re.findall(r"sandbox ready .* warm=(\w+) ", gw.log)
    assert len(taken) == 8 and 3 <= taken.count("yes") < 8, taken
    for c in clients:
        c.communicate("\n", timeout=g.PATIENCE)
    wait_ready(gw, 3)


def test_a_student_who_resets_gets_a_fresh_one(gw):
    t = gw.shell("demo+box")
    t.run("touch /tmp/mine")
    wait_ready(gw, 2)
    t.type("lab reset -y")
    t.end()
    assert gw.out("demo+box", "ls -A /tmp") == ""
    assert len(re.findall(TAKEN.format("demo", "box", "yes"), gw.log)) == 2


# --- what comes with the student ------------------------------------------------


def test_setup_runs_when_the_student_comes_and_each_has_a_secret(new_gateway):
    gw = new_gateway(start=False, accounts=["demo", "eve"],
                     labs={"box": {"warm": 2, "setup": "box.setup"}})
    (gw.labs_dir / "box.setup").write_text(SETUP)
    (gw.labs_dir / "box.setup").chmod(0o700)
    gw.start()
    wait_ready(gw, 2)
    said = [gw.out(f"{a}+box", "cat /told /secret; ls ~").split() for a in ("demo", "eve")]
    for account, words in zip(("demo", "eve"), said):
        assert words[0] == f"{account}+box" and len(words[1]) == 64
        assert words[2] == "made-by-setup"
        gw.wait_log(TAKEN.format(account, "box", "yes"))
    assert said[0][1] != said[1][1]
    # The same seat again: the same secret.
    assert gw.out("demo+box", "cat /secret").split() == [said[0][1]]


def test_a_setup_that_fails_is_told_and_the_next_student_has_the_same_chance(new_gateway):
    gw = new_gateway(start=False, accounts=["demo", "eve"],
                     labs={"box": {"warm": 2, "setup": "box.setup"}})
    (gw.labs_dir / "box.setup").write_text(
        "#!/bin/sh\ntest $ATOLL_ACCOUNT != eve || { echo no eve; exit 3; }\n")
    (gw.labs_dir / "box.setup").chmod(0o700)
    gw.start()
    wait_ready(gw, 2)
    done = gw.ssh("eve+box", "true")
    assert done.returncode == 1
    assert "the lab's setup failed (exit status 3): no eve" in done.stderr
    wait_ready(gw, 2)
    assert gw.out("demo+box", "echo in") == "in\n"
    assert "a ready sandbox failed" not in gw.log


@pytest.mark.parametrize("home", ["persistent", "seat"])
def test_a_kept_home_comes_with_its_student(new_gateway, tmp_path, home):
    tmp_path.chmod(0o755)
    (tmp_path / "x").write_text("exercise\n")
    lab = {**KEPT, "home": home, "warm": 1, "setup": "box.setup",
           "mounts": [{"source": tmp_path, "target": "/home/student/ex"},
                      {"source": tmp_path, "target": "/srv/ex"}]}
    gw = new_gateway(start=False, accounts=["demo", "eve"], labs={"box": lab})
    (gw.labs_dir / "box.setup").write_text(SETUP)
    (gw.labs_dir / "box.setup").chmod(0o700)
    gw.start()
    wait_ready(gw, 1)
    look = "cat ex/x /srv/ex/x; cat note; echo mine $USER >>note; stat -c '%u %a' ~ note; pwd"
    gw.out("demo+box", "echo kept >note")
    for wanted in "kept\n", "kept\nmine student\n":
        wait_ready(gw, 1)
        assert gw.out("demo+box", look) == (
            f"exercise\nexercise\n{wanted}1000 755\n1000 644\n/home/student\n")
    wait_ready(gw, 1)
    assert "note" in gw.out("demo+box", "cat /home-was")
    wait_ready(gw, 1)
    mounts = gw.out("demo+box", "grep ' /home/student' /proc/mounts")
    assert len(mounts.splitlines()) == 2 and "nosuid" in mounts.splitlines()[0]
    wait_ready(gw, 1)
    assert gw.ssh("eve+box", "cat note").returncode == 1
    assert set(re.findall(r"sandbox ready .* warm=(\w+) ", gw.log)) == {"yes"}


def test_a_home_that_cannot_be_opened_is_this_students_trouble_alone(new_gateway):
    gw = a_gateway(new_gateway, {"box": {**KEPT, "warm": 1}}, 1)
    homes = gw.folder / "state/homes"
    (homes / "eve").write_text("no file system")
    (homes / "eve").chmod(0o600)
    done = gw.ssh("eve+box", "true")
    assert done.returncode == 1 and "the sandbox could not be built" in done.stderr
    wait_ready(gw, 1)
    assert gw.out("demo+box", "echo in") == "in\n"


# --- what they are made of changes ------------------------------------------------


def test_a_reload_keeps_those_that_would_be_the_same(new_gateway):
    gw = a_gateway(new_gateway, {"box": {"warm": 2}, "other": {"warm": 1}}, 3)
    before = set(gw.inits())
    gw.write_lab("other", {"warm": 1, "hostname": "elsewhere"})
    gw.write_lab("box", {"warm": 3, "title": "Another title"})
    reload(gw)
    wait_ready(gw, 4)
    assert len(before & set(gw.inits())) == 2
    assert gw.out("demo+other", "hostname") == "elsewhere\n"
    gw.write_lab("box", {"warm": 1})
    gw.write_lab("other", {})
    reload(gw)
    wait_ready(gw, 1)
    assert len(gw.inits()) == 1
    gw.write_lab("box", {"warm": 0})
    reload(gw)
    wait_ready(gw, 0)
    wait_until(lambda: not gw.inits(), "none is left")
    assert "warm " not in gw.atoll("status").stdout


def test_a_lab_that_goes_takes_its_own_with_it(new_gateway):
    gw = a_gateway(new_gateway, {"box": {"warm": 2}, "other": {"warm": 1}}, 3)
    (gw.labs_dir / "other.conf").unlink()
    reload(gw)
    wait_ready(gw, 2)
    wait_until(lambda: len(gw.inits()) == 2, "the third is gone")


def test_an_image_that_is_replaced_replaces_them(new_gateway, tmp_path):
    images = Images(tmp_path)
    images.build("first")
    gw = a_gateway(new_gateway, {"box": {"warm": 2, "image": "one"}}, 2,
                   image_dir=images.folder)
    images.build("second", socket=gw.run_dir / "admin.sock")
    assert gw.out("demo+box", "cat /etc/which") == "second\n"
    wait_ready(gw, 2)
    assert gw.out("demo+box", "cat /etc/which") == "second\n"
    wait_until(lambda: images.old() == [], "the old image is removed")


# --- places -----------------------------------------------------------------------


@pytest.mark.quick
def test_in_a_full_house_a_student_comes_first(new_gateway):
    gw = a_gateway(new_gateway, {"box": {"warm": 2}, "cold": {}}, 2, sandboxes_max=2)
    one = gw.shell("demo+cold")
    wait_ready(gw, 1, 2)
    two = gw.shell("eve+cold")
    wait_ready(gw, 0, 2)
    assert "places are taken" not in gw.log
    one.type("exit")
    one.end()
    wait_ready(gw, 1, 2)
    two.type("exit")
    two.end()
    wait_ready(gw, 2)


def test_the_labs_own_places_count_them_last(new_gateway):
    gw = a_gateway(new_gateway, {"box": {"warm": 2, "sandboxes_max": 2}}, 2)
    one = gw.shell("demo+box")
    wait_ready(gw, 1, 2)
    two = gw.shell("eve+box")
    wait_ready(gw, 0, 2)
    assert len(gw.inits()) == 2
    assert re.findall(r"sandbox ready .* warm=(\w+) ", gw.log) == ["yes", "yes"]
    one.close()
    two.close()
    wait_ready(gw, 2)


# --- what goes wrong ----------------------------------------------------------------


def test_one_whose_init_is_killed_is_replaced(gw):
    before = set(gw.inits())
    victim = min(before)
    os.kill(victim, signal.SIGKILL)
    gw.wait_log("a ready sandbox failed lab=box: atoll-init ended before it was ready")
    wait_until(lambda: victim not in gw.inits() and len(gw.inits()) == 2, "another is there")
    wait_ready(gw, 2)
    assert gw.out("demo+box", "echo in") == "in\n"
    gw.wait_log("ready sandboxes can be made again lab=box")


def test_a_lab_that_cannot_be_built_is_said_once_and_harms_no_other(new_gateway):
    labs = {"bad": {"warm": 1, "mounts": [{"source": "/etc/hostname", "target": "/etc/passwd/x"}]},
            "box": {"warm": 1}}
    gw = new_gateway(accounts=["demo", "eve"], labs=labs)
    wait_ready(gw, 1, 2)
    [failed] = [line for line in gw.lines if "a ready sandbox failed lab=bad" in line]
    assert "mount /etc/passwd/x" in failed and "with longer pauses" in failed
    assert gw.ssh("demo+bad", "true").returncode == 1
    for _ in range(3):
        assert gw.out("eve+box", "echo in") == "in\n"
        wait_ready(gw, 1, 2)
    assert gw.log.count("a ready sandbox failed") == 1


def test_a_crash_leaves_none_of_them(new_gateway):
    gw = a_gateway(new_gateway, {"box": {"warm": 2}}, 2)
    family, builder = gw.family(), gw.builder
    os.kill(builder, signal.SIGSTOP)  # so that it cannot clean up
    os.kill(gw.pid, signal.SIGKILL)
    os.kill(builder, signal.SIGKILL)
    gw.wait_end()
    wait_until(lambda: not any(map(g.is_alive, family)), "all have ended")
    gw.start()
    wait_ready(gw, 2)
    assert len(gw.sandbox_cgroups()) % 2 == 0 and len(gw.inits()) == 2
    gw.stop()


def test_a_monitor_that_crashes_keeps_them(gw):
    t = gw.shell("demo+box")
    wait_ready(gw, 2)
    before, since = set(gw.inits()), len(gw.lines)
    t.close()
    gw.crash()
    wait_ready(gw, 2)
    assert len(before & set(gw.inits())) >= 2
    assert gw.out("eve+box", "echo in") == "in\n"
    gw.wait_log(TAKEN.format("eve", "box", "yes"), since)


def test_who_took_one_is_back_in_it_after_a_crash(new_gateway):
    gw = a_gateway(new_gateway, {"box": {"warm": 2, "linger": "1m"}}, 2)
    t = gw.shell("demo")
    t.run("echo mine > /tmp/file")
    wait_ready(gw, 2)
    before = set(gw.inits())
    assert len(before) == 3
    gw.crash()
    t.end()
    wait_ready(gw, 2)
    assert set(gw.inits()) == before
    [seat] = gw.ls()
    assert (seat["account"], seat["state"]) == ("demo", "lingering")
    assert gw.out("demo", "cat /tmp/file") == "mine\n"
    # The next one is another, with a number of its own.
    assert gw.out("eve", "ls /tmp") == ""
    assert {s["account"] for s in gw.ls()} == {"demo", "eve"}
    gw.stop()


def test_an_orderly_end_leaves_none(gw):
    gw.stop()


# --- drain, upgrade -----------------------------------------------------------------


def test_while_it_drains_none_stands_ready(gw):
    t = gw.shell("demo+box")
    assert gw.atoll("drain", "1h").returncode == 0
    wait_ready(gw, 0)
    wait_until(lambda: len(gw.inits()) == 1, "the student's alone is there")
    reload(gw)
    assert gw.atoll("drain", "off").returncode == 0
    wait_ready(gw, 2)
    assert t.run("echo on")[0] == "on\n"


def test_an_upgrade_makes_them_anew_and_students_go_on(gw):
    t = gw.shell("demo+box")
    wait_ready(gw, 2)
    before = set(gw.inits())
    done = gw.atoll("upgrade")
    assert done.returncode == 0, done.stderr
    wait_ready(gw, 2)
    assert len(before & set(gw.inits())) == 1
    assert t.run("echo on")[0] == "on\n"
    assert gw.out("eve+box", "echo in") == "in\n"
    gw.wait_log(TAKEN.format("eve", "box", "yes"))
    t.type("exit")
    t.end()
    wait_until(lambda: len(gw.inits()) == 2, "those who stand ready are left")


# --- the option ---------------------------------------------------------------------


def test_a_gateway_without_it_has_none(new_gateway):
    gw = new_gateway(accounts=["demo"], labs={"box": {}, "zero": {"warm": 0}})
    assert ready(gw) == (0, 0) and "warm " not in gw.atoll("status").stdout
    assert gw.out("demo+zero", "echo in") == "in\n"
    gw.wait_log(TAKEN.format("demo", "zero", "no"))
    gw.wait_no_sandbox()


@pytest.mark.parametrize("lab, site, said", [
    ({"warm": 5}, {"sandboxes_max": 4},
     r"box.conf:3: warm = 5 is more than sandboxes_max of the site, which is 4: ready"),
    ({"warm": 3, "sandboxes_max": 2}, {},
     r"box.conf:3: warm = 3 is more than sandboxes_max of the lab, which is 2: ready"),
    ({"warm": -1}, {}, r"box.conf:3: warm = -1 is outside 0..4095"),
    ({"warm": 5000}, {}, r"box.conf:3: warm = 5000 is outside 0..4095"),
    ({"warm": "some"}, {}, r"box.conf:3: warm"),
])
def test_what_cannot_be_is_refused_with_its_line(new_gateway, lab, site, said):
    done = new_gateway(start=False, labs={"box": lab}, **site).check()
    assert done.returncode == 1 and re.search(said, done.stderr), done.stderr


def test_more_than_all_places_together_is_warned_of(new_gateway):
    done = new_gateway(start=False, labs={"a": {"warm": 3}, "b": {"warm": 2}},
                       sandboxes_max=4).check()
    assert done.returncode == 0
    assert re.search(r"atoll.conf:\d+: sandboxes_max = 4 is less than the labs' warm"
                     " together, which is 5: some are never ready", done.stderr), done.stderr
