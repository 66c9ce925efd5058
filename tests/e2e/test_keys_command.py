"""keys_command: keys that a program of the site's looks up."""
import os
import pwd
import re
import shutil
import signal
import tempfile
import time
from pathlib import Path

import pytest

import gateway as g

USER = "nobody"


@pytest.fixture
def place():
    """A folder that another user may look into, unlike pytest's."""
    folder = Path(tempfile.mkdtemp(prefix="atoll-keys."))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def site(new_gateway, place):
    """Make a gateway whose keys come from a script; demo has none listed."""
    def make(script, *args, start=True, accounts=None, **options):
        program = place / "keys"
        program.write_text("#!/bin/sh\n" + script)
        program.chmod(0o755)
        return new_gateway(
            start=start,
            accounts=accounts or [{"name": "demo", "keys": [], "password": ""}],
            keys_command=[str(program), *args],
            keys_command_user=USER,
            **options,
        )

    return make


def prints(keys):
    return f"echo '{g.Keys.public(keys.student)} from the site'\n"


def keeper(gw):
    [pid] = [p for p in gw.pids_of("atoll-keys") if g.parent_of(p) == gw.monitor]
    return pid


def helpers(gw):
    """The process that starts, and the one that answers.  Others of that name
    are about to become the command."""
    def find():
        named = gw.pids_of("atoll-keys")
        keepers = [p for p in named if g.parent_of(p) == gw.monitor]
        starter = [p for p in named if g.parent_of(p) in keepers]
        answers = [p for p in named if g.parent_of(p) in starter]
        return (*starter, *answers) if len(starter) == len(answers) == 1 else None

    return g.wait_until(find, "both processes", details=lambda: gw.tail)


def helper(gw):
    return helpers(gw)[1]


@pytest.mark.quick
def test_a_key_of_the_command_opens_the_door(site, keys):
    gw = site(prints(keys))
    assert gw.out("demo", "echo in") == "in\n"
    assert gw.ssh("demo", "true", key=keys.stranger).returncode == 255


def test_it_is_run_once_for_a_login_with_what_was_asked_for(site, keys, place):
    log = place / "log"
    log.touch()
    log.chmod(0o666)
    gw = site(f'printf "%s\\n" "$*" >>{log}\n' + prints(keys), "%u", "%t", "%k", "x%%")
    assert gw.out("demo", "echo in") == "in\n"
    kind, blob = g.Keys.public(keys.student).split()[:2]
    assert log.read_text() == f"demo {kind} {blob} x%\n"


def test_it_runs_as_its_user_without_privileges_to_gain(site, keys, place):
    log = place / "log"
    log.touch()
    log.chmod(0o666)
    gw = site(f"id -un >{log}; cat /proc/self/status >>{log}; pwd >>{log};"
              f" ls /proc/self/fd >>{log}; env >>{log}\n" + prints(keys))
    assert gw.out("demo", "echo in") == "in\n"
    said = log.read_text()
    assert said.startswith(f"{USER}\n")
    for line in "CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1":
        assert line in said
    rest = said.splitlines()[-9:]
    assert "/" in rest and "6" not in rest, rest
    assert "SSH" not in said and "HOME" not in said


@pytest.mark.quick
def test_its_process_is_an_unprivileged_one_and_only_there_when_needed(site, keys, new_gateway):
    assert new_gateway().pids_of("atoll-keys") == []
    for pid in helpers(site(prints(keys))):
        status = g.proc_status(pid)
        assert set(status["Uid"].split()) == {str(pwd.getpwnam(USER).pw_uid)}
        assert status["CapEff"] == status["CapPrm"] == status["CapBnd"] == "0" * 16
        assert status["NoNewPrivs"] == "1"


def test_what_keeps_it_is_root_with_what_that_takes_and_a_link_to_nobody_s_bytes(site, keys):
    gw = site(prints(keys))
    helpers(gw)
    status = g.proc_status(keeper(gw))
    kept = sum(1 << cap for cap in (5, 6, 7, 8, 21))  # capabilities(7)
    for name in "CapEff", "CapPrm", "CapBnd":
        assert int(status[name], 16) == kept, name
    assert len(os.listdir(f"/proc/{keeper(gw)}/fd")) <= 5  # stdio, link, pidfd


def test_password_hashes_are_not_in_its_memory(site, keys):
    """It was started anew, after the configuration was read."""
    gw = site(prints(keys), accounts=["demo"])
    pid = helper(gw)
    hash_of = g.yescrypt("secret").encode()
    found = {gw.monitor: False, pid: False}
    for p in found:
        with open(f"/proc/{p}/maps") as maps, open(f"/proc/{p}/mem", "rb", 0) as memory:
            for line in maps:
                start, end = (int(x, 16) for x in line.split()[0].split("-"))
                # Gigabytes are a sanitizer's, and not touched.
                if "rw" not in line.split()[1] or end - start > 1 << 28:
                    continue
                try:
                    memory.seek(start)
                    found[p] = found[p] or hash_of in memory.read(end - start)
                except (OSError, OverflowError):
                    pass
    assert found == {gw.monitor: True, pid: False}


def test_listed_keys_do_without_it(site, keys, place):
    ran = place / "ran"
    gw = site(f"touch {ran}; exit 1\n", accounts=["demo"])
    assert gw.out("demo", "echo in") == "in\n"
    assert "keys_command" not in gw.log


def test_it_is_not_asked_about_names_that_are_no_account(site, keys, place):
    log = place / "log"
    log.touch()
    log.chmod(0o666)
    gw = site(f"echo $1 >>{log}\n" + prints(keys), "%u")
    assert gw.ssh("mallory", "true").returncode == 255
    assert gw.out("demo", "echo in") == "in\n"
    assert log.read_text() == "demo\n"


@pytest.mark.parametrize(
    "end, why",
    [("exit 3", "its exit status is 3"), ("kill -9 $$", "killed by signal 9"),
     ("sleep 1000", "it took too long"), ("yes no", "it said more than 65536 bytes")],
)
def test_a_command_that_fails_denies_and_is_logged(site, keys, end, why):
    gw = site(prints(keys) + end + "\n", keys_command_timeout=1)
    done = gw.ssh("demo", "true")
    assert done.returncode == 255 and "Permission denied" in done.stderr
    gw.wait_log(f"conn=.* keys_command reason=.*{why}")


def test_a_slow_command_holds_nobody_up(site, keys):
    gw = site("sleep 3\n" + prints(keys), accounts=[{"name": "demo", "keys": []}, "listed"])
    slow = gw.ssh_start("demo", "echo in")
    g.wait_until(lambda: g.descendants(helper(gw)), "the command runs")
    began = time.monotonic()
    assert gw.out("listed", "echo quick") == "quick\n"
    assert time.monotonic() - began < 2
    assert slow.communicate(timeout=g.PATIENCE)[0] == "in\n"


@pytest.mark.longer
def test_a_client_that_leaves_meanwhile_harms_nobody(site, keys):
    gw = site("sleep 1\n" + prints(keys))
    gone = gw.ssh_start("demo", "true")
    g.wait_until(lambda: g.descendants(helper(gw)), "the command runs")
    gone.kill()
    gone.communicate()
    assert gw.out("demo", "echo in") == "in\n"


def test_more_questions_than_commands_at_once_are_all_answered(site, keys):
    gw = site("sleep 0.3\n" + prints(keys), connections_per_account=50)
    running = [gw.ssh_start("demo", "echo in") for _ in range(20)]
    g.wait_until(lambda: len(g.descendants(helper(gw))) >= 2, "commands run")
    most = len([n for n in g.descendants(helper(gw)).values() if n == "keys"])
    assert most <= 8
    assert [r.communicate(timeout=60)[0] for r in running] == ["in\n"] * 20


def test_without_its_process_other_logins_go_on(site, keys):
    gw = site("sleep 1000\n", accounts=[{"name": "demo", "keys": []}, "listed"])
    waits = gw.ssh_start("demo", "true")
    g.wait_until(lambda: g.descendants(helper(gw)), "the command runs")
    os.kill(helper(gw), signal.SIGKILL)
    gw.wait_log("<3>lost the process of keys_command")
    assert waits.wait(timeout=g.PATIENCE) == 255
    assert gw.out("listed", "echo in") == "in\n"
    waits.communicate()


@pytest.mark.longer
def test_its_process_is_started_anew_ever_later(site, keys):
    gw = site(prints(keys))
    for pause in 1, 2:
        since, began = len(gw.lines), time.monotonic()
        os.kill(helper(gw), signal.SIGKILL)
        gw.wait_log(rf"<3>lost the process of keys_command: .*another starts in {pause} s", since)
        gw.wait_log("started a process of keys_command", since)
        assert time.monotonic() - began > pause - .1
        assert gw.out("demo", "echo in") == "in\n"


# A shell, its child, and one that has left their process group and session.
FAMILY = "sleep 1000 & setsid sleep 1001 & sleep 1002\n"


def command_family(gw):
    """What one run of FAMILY has started, once all of it is there."""
    def find():
        found = g.descendants(helper(gw))
        return found if sorted(found.values()).count("sleep") == 3 else None

    return g.wait_until(find, "the command's processes", details=lambda: gw.tail)


@pytest.mark.parametrize("which", ["starter", "worker", "both"])
def test_what_a_command_started_dies_with_the_process_that_ran_it(site, keys, which):
    gw = site(FAMILY, accounts=[{"name": "demo", "keys": []}, "listed"])
    waits = gw.ssh_start("demo", "true")
    family = command_family(gw)
    starter, worker = helpers(gw)
    for pid in {"starter": [starter], "worker": [worker], "both": [worker, starter]}[which]:
        os.kill(pid, signal.SIGKILL)
    g.wait_until(lambda: not [p for p in family if g.is_alive(p)], "all of it is gone")
    assert waits.wait(timeout=g.PATIENCE) == 255
    assert gw.out("listed", "echo in") == "in\n"
    waits.communicate()


@pytest.mark.quick
def test_the_next_login_works_after_what_starts_it_was_killed(site, keys, place):
    flag = place / "flag"
    gw = site(f"[ -e {flag} ] || sleep 1000\n" + prints(keys),
              accounts=[{"name": "demo", "keys": []}, "listed"])
    waits = gw.ssh_start("demo", "true")
    g.wait_until(lambda: g.descendants(helper(gw)), "the command runs")
    flag.touch()
    os.kill(helpers(gw)[0], signal.SIGKILL)
    gw.wait_log("<3>lost the process that starts keys_command's: it was killed by signal 9;"
                " another starts in 1 s")
    assert waits.wait(timeout=g.PATIENCE) == 255
    gw.wait_log("conn=.* keys_command reason=its process was lost")
    assert gw.out("listed", "echo in") == "in\n"
    gw.wait_log("started a process of keys_command")
    assert gw.out("demo", "echo in") == "in\n"
    waits.communicate()


@pytest.mark.longer
def test_what_starts_it_comes_back_ever_later(site, keys):
    gw = site(prints(keys))
    for pause in 1, 2, 4:
        since = len(gw.lines)
        os.kill(helpers(gw)[0], signal.SIGKILL)
        gw.wait_log(rf"<3>lost the process that starts .* another starts in {pause} s", since)
        gw.wait_log("started a process of keys_command", since)
        assert gw.out("demo", "echo in") == "in\n"


def test_without_who_keeps_and_starts_it_a_restart_is_asked_for(site, keys):
    gw = site(prints(keys), accounts=[{"name": "demo", "keys": []}, "listed"])
    starter = helpers(gw)[0]
    os.kill(keeper(gw), signal.SIGKILL)
    assert gw.out("demo", "echo in") == "in\n"
    os.kill(starter, signal.SIGKILL)
    gw.wait_log("<3>lost the process that starts keys_command's: .*you restart atolld")
    gw.wait_log("<3>lost the process of keys_command: ")
    assert gw.ssh("demo", "true").returncode == 255
    assert gw.out("listed", "echo in") == "in\n"


def test_nothing_is_left_when_the_gateway_is_killed_with_a_command_running(site, keys):
    gw = site("sleep 1000\n")
    waits = gw.ssh_start("demo", "true")
    g.wait_until(lambda: g.descendants(helper(gw)), "the command runs")
    family = gw.family()
    gw.child.kill()
    gw.wait_end()
    gw.assert_nothing_left(family)
    waits.communicate(timeout=g.PATIENCE)


# --- atolld -t --------------------------------------------------------------


def diagnostic(gw):
    done = gw.check()
    assert done.returncode == 1, done.stderr
    [line] = done.stderr.splitlines()
    return line


def test_a_program_that_others_can_write_is_refused(site, keys, place):
    gw = site(prints(keys), start=False)
    assert gw.check().returncode == 0
    (place / "keys").chmod(0o775)
    assert re.search(r":\d+: keys_command: .*/keys can be written by others \(mode 0775\)",
                     diagnostic(gw))
    (place / "keys").chmod(0o755)
    place.chmod(0o777)
    assert "can be written by others (mode 0777)" in diagnostic(gw)
    place.chmod(0o755)
    shutil.chown(place, USER)
    assert f"{place} is not owned by root" in diagnostic(gw)


@pytest.mark.parametrize(
    "change, why",
    [({"keys_command": ["keys", "%u"]}, "must start with an absolute path"),
     ({"keys_command": ["/nowhere/keys"]}, "/nowhere/keys: No such file or directory"),
     ({"keys_command": ["/etc/passwd"]}, "/etc/passwd is not a program"),
     ({"keys_command": ["/bin/true", "%h"]}, '"%h" is none of %u, %t, %k and %%'),
     ({"keys_command_user": None}, "keys_command needs a keys_command_user to run as"),
     ({"keys_command_user": "root"}, "must be a user of its own"),
     ({"keys_command_user": "atoll"}, "must be a user of its own"),
     ({"keys_command_user": "no-such-user"}, "keys_command_user no-such-user does not exist")],
)
def test_what_is_wrong_with_it_is_told_with_its_line(site, keys, change, why):
    gw = site(prints(keys), start=False)
    gw.write_config(**change)
    line = diagnostic(gw)
    assert re.search(r"atoll\.conf:\d+: ", line) and why in line


@pytest.mark.parametrize("taken", ["_atoll_key", "_atoll_rec", "_atoll_web", "_atoll_brw"])
def test_it_runs_as_no_user_of_another_process_of_ours(site, keys, taken):
    gw = site(prints(keys), start=False)
    gw.write_config(keys_command_user=taken)
    assert f"keys_command_user {taken} must be a user of its own" in gw.check().stderr


def test_it_cannot_change_at_a_reload(site, keys):
    gw = site(prints(keys))
    gw.write_config(keys_command=["/bin/true"])
    done = gw.atoll("reload")
    assert done.returncode == 1
    assert "keys_command cannot change while atolld runs" in done.stdout + done.stderr


def test_after_an_upgrade_it_is_asked_as_before(site, keys):
    gw = site(prints(keys))
    assert gw.out("demo", "echo in") == "in\n"
    before = keeper(gw)
    assert gw.atoll("upgrade").returncode == 0
    g.wait_until(lambda: gw.ssh("demo", "echo in").stdout == "in\n", "it is asked again")
    assert keeper(gw) == before


@pytest.fixture
def programs(place):
    """Where the gateway's programs are, of which this one can be replaced."""
    folder = place / "programs"
    folder.mkdir()
    for path in g.BUILD.glob("atoll*"):
        shutil.copy(path, folder)
    return folder


def install(programs, text=None):
    new = programs / "new"
    if text is None:
        shutil.copy(g.BUILD / "atoll-keys", new)
    else:
        new.write_text(text)
    new.chmod(0o755)
    os.replace(new, programs / "atoll-keys")


def test_what_is_installed_answers_after_an_upgrade(site, keys, programs):
    gw = site(prints(keys), libexec_dir=programs)
    assert gw.out("demo", "echo in") == "in\n"
    before = keeper(gw)
    install(programs)
    assert gw.atoll("upgrade").returncode == 0, gw.tail
    assert gw.out("demo", "echo in") == "in\n"
    assert keeper(gw) == before
    for pid in (before, *helpers(gw)):
        assert os.readlink(f"/proc/{pid}/exe") == str(programs / "atoll-keys")
    assert not any(line.startswith("<3>") for line in gw.lines), gw.tail


def test_one_that_does_not_start_is_not_what_answers(site, keys, programs):
    gw = site(prints(keys), libexec_dir=programs)
    assert gw.out("demo", "echo in") == "in\n"
    install(programs, "#!/bin/sh\necho broken >&2\nexit 1\n")
    done = gw.atoll("upgrade")
    assert (done.returncode, "the installed atoll-keys: broken" in done.stderr) == (1, True)
    os.kill(helper(gw), signal.SIGKILL)
    gw.wait_log("<3>atoll-keys stays as it was: the installed atoll-keys: broken")
    g.wait_until(lambda: gw.ssh("demo", "echo in").stdout == "in\n", "it answers again")
