"""What students do by themselves: lab passwd, key, export and ping."""
import io
import re
import signal
import subprocess
import tarfile
import time

import pytest

import gateway as g
from gateway import wait_until

OLD, NEW = "correct horse", "battery staple 9"


@pytest.fixture(scope="module")
def gw(start_gateway, tmp_path_factory):
    gw = start_gateway(
        labs={
            "box": {"linger": "1h", "disk": "16M", "memory": "128M"},
            "open": {"anonymous": True, "linger": "1m"},
        },
        accounts=["demo", {"name": "own", "password": g.yescrypt(OLD), "keys": []}],
        connections_per_account=30,
    )
    gw.key = g.Keys.make(tmp_path_factory.mktemp("k") / "first")
    return gw


def add(gw, name, password=OLD, key=None):
    """An account of atoll.db, which opens every lab."""
    words = (["--stdin"] if password else []) + (["--key", f"{key}.pub"] if key else [])
    made = subprocess.run(
        [g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "account", "add", name,
         *words],
        input=f"{password}\n", capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return name


def shell(gw, name, password=OLD):
    argv = gw.password_argv(f"{name}+box", password)
    t = g.Terminal([*argv[:4], "-tt", *argv[4:]])
    t.expect_prompt()
    return t


def ask(t, command, *typed):
    """What a command says after it has asked for these."""
    t.type(command + '; echo "<D""ONE $?>"')
    for text in typed:
        t.expect(r"(password|new one|again): ")
        t.type(text)
    status = int(t.expect(r"<DONE (\d+)>\r\n").group(1))
    out = t.child.before.replace("\r\n", "\n").strip("\n")
    t.expect_prompt()
    return out, status


def log_in(gw, name, password):
    return gw.ssh_password(f"{name}+box", password, "true").returncode == 0


# --- lab passwd --------------------------------------------------------------


def test_a_student_changes_the_password(gw):
    add(gw, "ann")
    since = len(gw.lines)
    t = shell(gw, "ann")
    other = shell(gw, "ann")
    assert ask(t, "lab passwd", OLD, NEW, NEW)[1] == 0
    other.expect(r"atoll: the password of ann was changed by 'lab passwd' in box")
    assert not log_in(gw, "ann", OLD) and log_in(gw, "ann", NEW)
    gw.wait_log(r"account=ann lab=box.*account password changed by its student account=ann", since)
    said = "\n".join(gw.lines[since:])
    assert OLD not in said and NEW not in said
    # What was typed was not shown, and is no argument of a process.
    assert OLD not in t.child.before and NEW not in t.child.before
    out, status = ask(t, "lab passwd", NEW, OLD, OLD)
    assert (out.endswith("The password of ann is changed."), status) == (True, 0)


@pytest.mark.parametrize("old, new, again, why", [
    (OLD, NEW, NEW + "x", "the two new ones differ"),
    (OLD, "short", "short", "The password is too short: choose at least 8 characters."),
    (OLD, "aaaaaaaaaa", "aaaaaaaaaa", "one of the first that guessers try"),
    (OLD, "xx carla xx", "xx carla xx", "contains the account's name"),
    (OLD, OLD, OLD, "The new password is the old one"),
    (OLD, "long" * 200, "long" * 200, "The password is too long: choose at most 511 characters."),
    ("wrong", NEW, NEW, "That is not the password of carla."),
])
def test_what_cannot_be_is_refused_and_nothing_is_changed(gw, old, new, again, why):
    if gw.atoll("account", "show", "carla").returncode != 0:
        add(gw, "carla")
    t = shell(gw, "carla")
    out, status = ask(t, "lab passwd", old, new, again)
    assert why in out and status == 1
    assert log_in(gw, "carla", OLD)


def test_guessing_is_slow_and_counts_for_the_address(gw):
    add(gw, "greg")
    t = shell(gw, "greg")
    said = [ask(t, "lab passwd", f"guess {n}", NEW, NEW)[0] for n in range(6)]
    assert all("That is not the password" in s for s in said[:5])
    assert "Too many tries: try again in half a minute." in said[5]
    # The right one has to wait, too.
    assert ask(t, "lab passwd", OLD, NEW, NEW)[1] == 1
    gw.wait_log(r"self service refused account=greg address=127\.0\.0\.1 reason=password")
    assert log_in(gw, "greg", OLD)


def test_many_who_guess_are_an_address_that_guesses(new_gateway):
    gw = new_gateway(labs={"box": {"linger": "1h"}}, penalty_failures=5, penalty="1m")
    for name in ("kim", "lea"):
        add(gw, name)
    # An address of a login may have four times as much.
    for name in ("kim", "lea") * 2:
        for n in range(5):
            t = shell(gw, name) if n == 0 else t
            out, status = ask(t, "lab passwd", f"guess {n}", NEW, NEW)
            if "too many failed logins" in out.lower():
                return
        gw.atoll("kill", f"{name}+box")
        t.close()
    gw.wait_log(r"address penalised address=127\.0\.0\.1")


def test_without_a_terminal_it_says_what_to_do(gw):
    add(gw, "tess")
    done = gw.ssh_password("tess+box", OLD, "lab passwd </dev/null")
    assert done.returncode == 1 and "as with 'ssh -t'" in done.stderr


def test_what_is_of_elsewhere_says_where_it_is_changed(gw):
    for words in ("passwd", f"key add {g.Keys.public(gw.key)}"):
        done = gw.ssh("demo+box", f"lab {words}")
        assert done.returncode == 1
        assert "Demo is an account of atoll.conf: the administrator changes its" in done.stdout
    done = gw.ssh("demo+box", "lab key list")
    assert done.returncode == 0
    assert "demo is an account of atoll.conf" in done.stdout and "SHA256:" in done.stdout
    anonymous = gw.ssh("open", "lab passwd; lab key list; lab key remove 1")
    assert anonymous.stdout.count("You are here without an account") == 3


def test_an_account_with_keys_alone_is_left_to_the_administrator(gw):
    add(gw, "kate", password=None, key=gw.key)
    done = gw.ssh("kate+box", "lab passwd", key=gw.key)
    assert done.returncode == 1
    assert "Kate has no password, it logs in with keys" in done.stdout
    done = gw.ssh("kate+box", "lab key remove 1", key=gw.key)
    assert done.returncode == 1 and "Kate has no password that could be asked for" in done.stdout
    assert gw.out("kate+box", "lab key list", key=gw.key).startswith("  1  ssh-ed25519")


def test_an_interrupted_question_leaves_the_terminal_as_it_was(gw):
    add(gw, "ines")
    t = shell(gw, "ines")
    for key in ("\x03", "\x04"):
        t.type("lab passwd")
        t.expect("present password: ")
        t.send(key)
        t.expect_prompt()
        assert "-echo " not in t.run("stty -a")[0]
    assert log_in(gw, "ines", OLD)


# --- lab key -------------------------------------------------------------------


def fingerprint(path):
    said = subprocess.run(["ssh-keygen", "-lf", f"{path}.pub"], capture_output=True, text=True)
    return said.stdout.split()[1]


def test_keys_are_added_listed_and_removed(gw, tmp_path):
    add(gw, "hal")
    line = g.Keys.public(gw.key)
    t = shell(gw, "hal")
    assert t.run("lab key list") == ("hal has no keys.\n", 0)
    out, status = ask(t, f"lab key add {line}", OLD)
    assert status == 0 and f"Added {fingerprint(gw.key)}. hal has 1 key now" in out
    gw.wait_log(r"account key added by its student account=hal")
    assert gw.out("hal+box", "echo in", key=gw.key) == "in\n"
    second = g.Keys.make(tmp_path / "second", "ecdsa")
    (tmp_path / "line").write_text(g.Keys.public(second) + " a comment\n")
    gw.ssh("hal+box", "cat >line", stdin=(tmp_path / "line").read_text(), key=gw.key)
    assert ask(t, "lab key add <line", OLD)[1] == 0
    listed = gw.out("hal+box", "lab key list", key=second).splitlines()
    assert [row.split()[:3] for row in listed] == [
        ["1", "ssh-ed25519", fingerprint(gw.key)],
        ["2", "ecdsa-sha2-nistp256", fingerprint(second)]]
    assert listed[1].endswith("a comment")
    out, status = ask(t, f"lab key remove {fingerprint(second)}", OLD)
    assert status == 0 and "hal has 1 key left" in out
    out, status = ask(t, "lab key remove 1", OLD)
    assert status == 0
    assert "That was the last key: from now on hal logs in with the password alone." in out
    assert gw.ssh("hal+box", "true", key=gw.key).returncode != 0


@pytest.mark.parametrize("words, why", [
    ("add ssh-dss AAAAB3NzaC1kc3MAAACBA", "Type ssh-dss is not ssh-ed25519"),
    ("add ssh-ed25519 what", "What follows the type is not base64."),
    ("add '-----BEGIN OPENSSH PRIVATE KEY-----'", "that is a private key"),
    ("add </dev/null", "there is no key in what was read"),
    ("remove 7", "Kurt has no such key: 'lab key list' numbers those it has."),
    ("remove SHA256:nothing", "Kurt has no such key"),
])
def test_a_key_that_is_none_is_refused(gw, words, why):
    if gw.atoll("account", "show", "kurt").returncode != 0:
        add(gw, "kurt", key=gw.key)
    t = shell(gw, "kurt")
    asks = [] if why[0].islower() else [OLD]
    out, status = ask(t, f"lab key {words}", *asks)
    assert status == 1 and why.lower() in out.lower()


def test_without_the_password_no_key_is_added(gw):
    """What a program that runs as the student could do."""
    add(gw, "vic", key=gw.key)
    t = shell(gw, "vic")
    other = g.Keys.make(gw.folder / "other")
    for guess in ("guess", "a second guess"):
        out, status = ask(t, f"lab key add {g.Keys.public(other)}", guess)
        assert status == 1 and "That is not the password of vic." in out
    assert gw.ssh("vic+box", "true", key=other).returncode != 0


@pytest.mark.parametrize("words", ["key", "key add-me", "key list all", "key remove", "ping -c",
                                   "ping -c 0", "ping -c 101", "ping 3", "export a b",
                                   "passwd secret"])
def test_other_words_are_usage(gw, words):
    done = gw.ssh("demo+box", f"lab {words}")
    assert done.returncode == 2 and done.stdout == ""


def test_the_site_may_keep_it_to_itself(new_gateway):
    gw = new_gateway(labs={"box": {}}, self_service=["key"])
    add(gw, "sam")
    t = shell(gw, "sam")
    out, status = ask(t, "lab passwd")
    assert status == 1 and "At this site students cannot use 'lab passwd' (self_service)" in out
    done = gw.ssh("demo+box", "lab export")
    assert done.returncode == 1 and "cannot use 'lab export'" in done.stderr
    assert t.run("lab key list") == ("sam has no keys.\n", 0)
    gw.write_config(self_service=["keys"])
    bad = gw.check("-t")
    assert bad.returncode != 0 and '"passwd", "key", "export" or "browser"' in bad.stderr


# --- lab export ----------------------------------------------------------------


def members(data):
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return {m.name: (m.size, m.mode, m.uid) for m in tar.getmembers()}


def administrators(gw, seat):
    done = subprocess.run(
        [g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "lab", "export", seat],
        capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def work(gw):
    """A seat with work in it, and nothing else."""
    gw.atoll("kill", "demo+box")
    gw.out("demo+box", "mkdir -p d/e; echo hello >d/e/f; ln -s f d/e/l; rm /etc/motd; "
           "head -c 3000000 /dev/urandom >big")
    return "demo+box"


def test_an_export_is_what_the_administrator_gets(gw, work):
    data = gw.ssh(work, "lab export", text=False)
    assert (data.returncode, data.stderr) == (0, b"")
    assert data.stdout == administrators(gw, work)
    assert "home/student/d/e/f" in members(data.stdout)
    gw.wait_log(r"export by its student account=demo lab=box")


def test_an_export_to_a_file_is_no_part_of_itself(gw, work):
    said = gw.ssh(work, "lab export work.tar")
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")
    data = gw.ssh(work, "cat work.tar", text=False).stdout
    assert "home/student/big" in members(data) and "home/student/work.tar" not in members(data)
    assert gw.out(work, "stat -c '%U %a' work.tar") == "student 600\n"
    again = gw.ssh(work, "lab export work.tar")
    assert again.returncode == 1 and again.stderr == "lab: make work.tar: File exists\n"
    nowhere = gw.ssh(work, "lab export no/where.tar")
    assert nowhere.returncode == 1 and "lab: make no/where.tar: No such file" in nowhere.stderr


def test_a_full_disk_leaves_no_half_archive(gw, work):
    gw.ssh(work, "head -c 11000000 /dev/urandom >more")
    said = gw.ssh(work, "lab export work.tar")
    assert said.returncode == 1
    assert said.stderr == "lab: write work.tar: No space left on device\n"
    assert gw.out(work, "ls") == "big\nd\nmore\n"


def test_a_terminal_gets_no_archive(gw, work):
    t = gw.shell(work)
    out, status = t.run("lab export")
    assert status == 2 and "an archive is not for a terminal" in out


def test_one_at_a_time_and_one_that_is_killed_is_over(gw, work):
    p = gw.ssh_start(work, "lab export | sleep 100")
    wait_until(lambda: "lab export" in gw.out(work, "ps | grep 'lab [e]xport' || true"),
               "the export runs")
    time.sleep(0.1)
    second = gw.ssh(work, "lab export >/dev/null")
    assert second.returncode == 1
    assert "An export of this sandbox is running: wait for its end." in second.stderr
    assert gw.ssh(work, "killall lab sleep").returncode == 0
    p.kill()
    p.communicate()
    wait_until(lambda: gw.ssh(work, "lab export | wc -c").stdout.strip() not in ("", "0"),
               "another export")


def test_an_upgrade_does_not_wait_for_one_that_nobody_reads(gw, work):
    p = gw.ssh_start(work, "lab export | sleep 100")
    gw.wait_log(r"export by its student account=demo lab=box", len(gw.lines) - 3)
    done = gw.atoll("upgrade")
    assert done.returncode == 0, done.stderr
    p.send_signal(signal.SIGKILL)
    p.communicate()
    assert gw.out(work, "echo in") == "in\n"


# --- lab ping ------------------------------------------------------------------


def test_ping_has_three_numbers(gw):
    t = gw.shell("demo+box")
    for key in "true":
        t.send(key)
        t.expect(key)
    t.type("")
    t.expect_prompt()
    out, status = t.run("lab ping")
    assert status == 0
    assert re.fullmatch(
        r"link: \d+\.\d ms to your machine and back; .+\n"
        r"echo: \d+\.\d ms from a key to its echo, inside the gateway; .+\n"
        r"host: \d+\.\d programs want its \d+ processors?, over the last minute; .+\n", out), out
    out, status = t.run("lab ping -c 2")
    assert status == 0 and re.match(r"1: \d+\.\d ms\n2: \d+\.\d ms\nleast ", out)


def test_ping_without_a_terminal(gw):
    out = gw.out("demo+box", "lab ping")
    assert re.match(r"link: \d", out)
    assert "\nhost: " in out
