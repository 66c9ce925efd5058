"""Who gets in, what the others are told, and which lab it is."""
import re
import socket
import statistics
import subprocess
import time

import paramiko
import pytest

import gateway as g

pytestmark = pytest.mark.quick


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(
        labs={
            "web101": {"title": "Web security", "open": None, "groups": ["class"]},
            "bin201": {"title": "Binaries", "open": None, "groups": ["class", "late"]},
            "closed": {"open": None, "groups": ["staff"]},
        },
        accounts=[
            {"name": "demo", "groups": ["class"]},
            {"name": "late", "groups": ["late"]},
            {"name": "out", "groups": ["alumni"]},
            {"name": "keyless", "keys": [], "groups": ["late"]},
            {"name": "o.d-d_1", "groups": ["late"]},
            {"name": "root", "groups": ["late"]},
        ],
        auth_tries=3,
    )


@pytest.fixture(scope="module")
def hurried(start_gateway):
    """Of its own: under load a login takes longer than that."""
    return start_gateway(login_grace=3)


# --- credentials ------------------------------------------------------------


def test_a_key_opens_the_door(gw):
    since = len(gw.lines)
    assert gw.out("late", "id -un") == "student\n"
    assert gw.wait_log(r"account=late login method=key address=127.0.0.1", since)


def test_a_password_opens_the_door(gw):
    since = len(gw.lines)
    done = gw.ssh_password("late", "secret", "id -un")
    assert (done.returncode, done.stdout) == (0, "student\n"), done.stderr
    assert gw.wait_log(r"account=late login method=password", since)


def test_a_second_password_may_be_right(gw):
    """The prompt comes again, as ssh has it."""
    argv = gw.password_argv("late", "x")[3:]
    options = ["-o", "NumberOfPasswordPrompts=2"]
    t = g.Terminal([argv[0], *options, *argv[1:], "echo in"])
    t.expect("password: ")
    t.type("wrong")
    t.expect("password: ")
    t.type("secret")
    t.expect("in\r\n")
    t.close()


@pytest.mark.parametrize(
    "typed", ["Late", "LATE@labs.example.org", "DOM\\late", "late@127.0.0.1 bin201", "late Bin201"]
)
def test_what_programs_make_of_a_name_is_read(gw, typed):
    since = len(gw.lines)
    done = gw.ssh_password(typed, "secret", "id -un")
    assert (done.returncode, done.stdout) == (0, "student\n"), done.stderr
    assert gw.wait_log(r"account=late login method=password", since)


def test_ssh_urls_may_name_a_lab(gw):
    """A URL's '+' is a blank for OpenSSH."""
    url = f"ssh://late+bin201@127.0.0.1:{gw.port}"
    argv = [*gw.ssh_argv()[:-1], url, "id -un"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=g.PATIENCE)
    assert done.stdout == "student\n", done.stderr


def test_what_is_no_name_is_told_what_one_looks_like(gw):
    """Once; and nothing of which names there are."""
    def told(name):
        argv = [a.replace("LogLevel=ERROR", "LogLevel=INFO") for a in gw.password_argv(name, "x")]
        done = subprocess.run([*argv, "true"], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=g.PATIENCE)
        assert done.returncode != 0
        return done.stderr.count("up to 32 of a-z 0-9 _ . -")

    assert [told(name) for name in ("zo\u00eb", "late", "nobody-here")] == [1, 0, 0]


def refusal(done):
    return done.returncode, done.stdout, done.stderr


def test_wrong_password_unknown_account_and_no_password_are_answered_alike(gw):
    answers, times = {}, {}
    for user in ("late", "nobody-here", "keyless", "late", "nobody-here"):
        password = "wrong"
        began = time.monotonic()
        done = gw.ssh_password(user, password, "true")
        times.setdefault(user, []).append(time.monotonic() - began)
        status, out, err = refusal(done)
        answers[user] = status, out, err.replace(user, "USER")
    [(status, out, err)] = set(answers.values())
    assert status != 0 and out == ""
    assert err.endswith("USER@127.0.0.1: Permission denied (publickey,keyboard-interactive,password).\n")
    print({u: round(statistics.median(t), 3) for u, t in times.items()})


def test_a_client_cannot_forge_fields_of_the_log(gw):
    t = paramiko.Transport(gw.connect())
    t.local_version = 'SSH-2.0-x" account=root login method=key'
    since = len(gw.lines)
    t.connect(username="late", password="secret")
    gw.wait_log(r'account=late session says: login method=password'
                r' client="SSH-2.0-x\\x22 account=root login method=key"$', since)
    t.close()


def cost_of_guesses(gw, user):
    """CPU of the monitor, not time: that the hash is made is what counts."""
    def used():
        fields = open(f"/proc/{gw.monitor}/stat").read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    before = used()
    for _ in range(5):
        gw.ssh_password(user, "wrong", "true")
    return used() - before


def test_an_unknown_account_is_hashed_like_a_known_one(gw):
    unknown, known = cost_of_guesses(gw, "nobody-here"), cost_of_guesses(gw, "late")
    print("ticks of 10 ms for five attempts: unknown", unknown, "known", known)
    assert unknown > 0 and known > 0
    # A monitor that only looked names up would use less than a tick in all.
    assert unknown * 3 >= known


@pytest.mark.longer
def test_a_hash_of_another_method_costs_what_others_cost(new_gateway):
    slow = g.crypt("secret", "$6$rounds=200000$saltsaltsalt")
    gw = new_gateway(accounts=["demo", {"name": "old", "password": slow}], penalty=0)
    ticks = {user: cost_of_guesses(gw, user) for user in ("demo", "old", "nobody-here")}
    print("ticks of 10 ms for five attempts:", ticks)
    assert max(ticks.values()) < 1.5 * min(ticks.values())
    assert gw.ssh_password("old", "secret", "echo in").stdout == "in\n"
    assert gw.ssh_password("demo", "secret", "echo in").stdout == "in\n"


def test_wrong_key_and_unknown_account_are_answered_alike(gw):
    wrong = gw.ssh("late", "true", key=gw.keys.stranger)
    unknown = gw.ssh("nobody-here", "true")
    assert wrong.returncode == unknown.returncode == 255
    assert "Permission denied" in wrong.stderr
    assert wrong.stderr.replace("late", "nobody-here") == unknown.stderr


def test_a_known_key_does_not_open_another_account(gw, tmp_path):
    other = gw.keys.make(tmp_path / "other")
    assert gw.ssh("late", "true", key=other).returncode == 255


def test_a_key_type_that_is_not_accepted_goes_on_to_the_next_key(gw, tmp_path):
    ecdsa = gw.keys.make(tmp_path / "ecdsa", kind="ecdsa")
    done = gw.ssh("late", "echo in", key=ecdsa, options=[f"IdentityFile={gw.keys.student}"])
    assert done.stdout == "in\n", done.stderr


def test_too_many_wrong_passwords_end_the_connection(gw):
    since = len(gw.lines)
    argv = gw.password_argv("late", "wrong")
    argv[3:4] = ["ssh", "-o", "NumberOfPasswordPrompts=20"]
    done = subprocess.run([*argv, "true"], capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL)
    assert done.returncode != 0
    # sshpass gives up at the second prompt; paramiko does not.
    t = paramiko.Transport(("127.0.0.1", gw.port))
    t.start_client(timeout=g.PATIENCE)
    # Its next attempts may cross our end of the connection: they are denied unseen, reset,
    # or cannot be sent.
    with pytest.raises((paramiko.SSHException, ConnectionResetError, EOFError)) as told:
        end = time.monotonic() + g.PATIENCE
        while time.monotonic() < end:
            try:
                t.auth_password("late", "wrong")
            except paramiko.AuthenticationException as e:
                if not t.is_active():
                    raise paramiko.SSHException("ended") from e
    t.close()
    print(told.value)
    tries = gw.wait_log(r"too many failed logins", since)
    assert tries
    refused = [line for line in gw.lines[since:] if "login refused" in line]
    assert max(int(re.search(r"tries=(\d+)", line).group(1)) for line in refused) == 3


@pytest.mark.longer
def test_a_silent_client_is_ended_after_the_login_grace(hurried):
    with hurried.connect() as s:
        began = time.monotonic()
        s.settimeout(g.PATIENCE)
        while s.recv(4096):
            pass
        assert time.monotonic() - began >= 2.5
    hurried.wait_log("nobody logged in in time")


@pytest.mark.slow
def test_a_client_that_stops_after_the_key_exchange_is_ended(hurried):
    t = paramiko.Transport(("127.0.0.1", hurried.port))
    t.start_client(timeout=g.PATIENCE)
    began = time.monotonic()
    g.wait_until(lambda: not t.is_active(), "the gateway hangs up")
    assert time.monotonic() - began < 10
    t.close()


@pytest.mark.parametrize(
    "junk",
    [b"GET / HTTP/1.0\r\n\r\n", b"\0" * 5000, b"SSH-1.5-old\r\n", b"SSH-2.0-x\r\n" + b"A" * 9000],
    ids=["http", "zeros", "ssh1", "garbage"],
)
def test_junk_ends_only_its_own_connection(gw, junk):
    with gw.connect() as s:
        s.settimeout(g.PATIENCE)
        s.sendall(junk)
        try:
            while s.recv(4096):
                pass
        except ConnectionResetError:
            pass
    assert gw.out("late", "echo fine") == "fine\n"


@pytest.mark.parametrize(
    "user",
    ["läte", "late x y", "../late", "la%te", "late\x1b[31m", "a" * 300, "lä", "late+", "+bin201", ""],
)
def test_an_odd_user_name_is_refused_and_logged_in_plain_text(gw, user):
    since = len(gw.lines)
    t = paramiko.Transport(("127.0.0.1", gw.port))
    t.start_client(timeout=g.PATIENCE)
    with pytest.raises((paramiko.AuthenticationException, paramiko.SSHException, EOFError)):
        t.auth_password(user, "secret")
    t.close()
    gw.wait_log("connection ended", since)
    new = gw.lines[since:]
    assert not any("login method" in line for line in new)
    assert all(line.isprintable() and line.isascii() for line in new), new


def test_a_name_with_dots_and_dashes_is_fine(gw):
    assert gw.out("o.d-d_1", "id -un") == "student\n"


def test_an_account_called_root_is_not_root(gw):
    assert gw.out("root", "id -u") == "1000\n"


def test_root_without_an_account_is_a_stranger(start_gateway):
    gw = start_gateway()
    done = gw.ssh("root", "true")
    assert done.returncode == 255
    assert "Permission denied" in done.stderr


def test_login_without_any_credential_is_refused(gw):
    t = paramiko.Transport(("127.0.0.1", gw.port))
    t.start_client(timeout=g.PATIENCE)
    with pytest.raises(paramiko.BadAuthenticationType) as told:
        t.auth_none("late")
    assert set(told.value.allowed_types) == {"publickey", "password", "keyboard-interactive"}
    t.close()


def test_old_algorithms_are_not_offered(gw):
    t = paramiko.Transport(("127.0.0.1", gw.port))
    t.get_security_options().kex = ("diffie-hellman-group1-sha1", "diffie-hellman-group14-sha1")
    since = len(gw.lines)
    # It sees our list, or first that we have seen its own and hung up.
    with pytest.raises((paramiko.SSHException, EOFError, OSError)):
        t.start_client(timeout=g.PATIENCE)
    t.close()
    gw.wait_log('session over reason="no key exchange was agreed"', since)


def test_the_identification_names_no_library(gw):
    with gw.connect() as s:
        line = s.makefile("rb").readline()
    assert line.startswith(b"SSH-2.0-") and b"libssh" not in line


# --- which lab --------------------------------------------------------------


def test_one_lab_is_entered_straight(gw):
    assert gw.out("late", "hostname") == "bin201\n"


@pytest.mark.parametrize("lab", ["web101", "bin201"])
def test_the_user_name_may_name_the_lab(gw, lab):
    assert gw.out(f"demo+{lab}", "hostname") == f"{lab}\n"


@pytest.mark.parametrize("answer", ["2", "web101", " web101 "])
def test_the_menu_takes_a_number_or_a_name(gw, answer):
    t = gw.terminal("demo")
    t.expect(r"1 +bin201 +Binaries\r\n")
    t.expect(r"2 +web101 +Web security\r\n")
    t.expect("Which one\\? ")
    t.type(answer)
    t.expect_prompt()
    assert t.run("hostname")[0] == "web101\n"
    t.type("exit")
    assert t.end()[1] == 0


@pytest.mark.parametrize("answer", ["q\r", "\x03", "\x04"], ids=["q", "ctrl-c", "ctrl-d"])
def test_the_menu_can_be_left(gw, answer):
    t = gw.terminal("demo")
    t.expect("Which one\\? ")
    t.send(answer)
    assert t.end()[1] == 0
    g.wait_until(lambda: not gw.ls() or all(s["account"] != "demo" for s in gw.ls()), "no seat")


def test_a_wrong_answer_is_told_and_asked_again(gw):
    t = gw.terminal("demo")
    for wrong in ("3", "0", "closed", "x"):
        t.expect("Which one\\? ")
        t.type(wrong)
        t.expect(f"There is no lab {wrong} here")
    t.expect("Which one\\? ")
    t.send("9\x7f1\r")  # erased, then right
    t.expect_prompt()
    assert t.run("hostname")[0] == "bin201\n"
    t.close()


def test_a_command_with_several_labs_and_none_chosen_says_how_to(gw):
    done = gw.ssh("demo", "true")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "ssh demo+bin201@" in done.stderr and "web101" in done.stderr


@pytest.mark.parametrize("lab", ["closed", "nonsense"])
def test_a_lab_that_is_not_theirs_lists_those_that_are(gw, lab):
    done = gw.ssh(f"demo+{lab}", "true")
    assert done.returncode == 1
    assert done.stdout == ""
    assert f"{lab} is not a lab of yours; the labs of demo: bin201, web101" in done.stderr


def test_a_forbidden_lab_says_so_on_a_terminal_too(gw):
    t = gw.terminal("demo+closed")
    text, status = t.end()
    assert status == 1
    assert "closed is not a lab of yours; the labs of demo: bin201, web101\r\n" in text


def test_an_account_without_a_lab_is_told(gw):
    done = gw.ssh("out", "true")
    assert done.returncode == 1
    assert "no lab is open to out" in done.stderr


def test_a_lab_in_the_name_does_not_change_who_they_are(gw):
    """late's key does not open demo by writing demo+lab."""
    assert gw.ssh("nobody+web101", "true").returncode == 255


def test_several_addresses_are_listened_on(start_gateway):
    gw = start_gateway(
        listen=[{"address": "127.0.0.1", "port": 0}, {"address": "::1", "port": 0}]
    )
    port = int(gw.wait_log(r"ready address=::1 port=(\d+)").group(1))
    with socket.create_connection(("::1", port), timeout=g.PATIENCE) as s:
        assert s.recv(8) == b"SSH-2.0-"
