"""Accounts that students make themselves, and labs that need none."""
import json
import re
import subprocess

import paramiko
import pytest

import gateway as g

pytestmark = pytest.mark.quick

RULES = {"code": "open sesame", "groups": ["guests"], "lifetime": "30d", "per_address": 1000}
LABS = {"box": {"open": False, "groups": ["guests"]}, "kiosk": {"anonymous": True, "open": False},
        "secret-exam": {"open": False, "groups": ["staff"], "hidden": True}}


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(labs=LABS, registration=RULES)


def ask(gw, user="new", options=()):
    """A client that is asked by keyboard-interactive."""
    argv = gw.ssh_argv(user, key="none", options=[
        "BatchMode=no", "PubkeyAuthentication=no", "LogLevel=INFO",
        "PreferredAuthentications=keyboard-interactive", *options])
    return g.Terminal([argv[0], "-tt", *argv[1:]])


def answer(t, name, password, again=None, code="open sesame"):
    t.expect(r"Name of your account: ")
    t.type(name)
    t.expect("Password: ")
    t.type(password)
    t.expect("The same password again: ")
    t.type(password if again is None else again)
    if code is not None:
        t.expect("Code of this event: ")
        t.type(code)


def account(gw, name):
    made = json.loads(gw.atoll("account", "list", "--json").stdout)
    return next((a for a in made if a["name"] == name), None)


# --- making an account --------------------------------------------------------


def test_a_newcomer_makes_an_account_and_is_in(gw):
    t = ask(gw)
    answer(t, "nina", "a decent secret")
    t.expect(r"The account nina is yours, until 20\d\d-\d\d-\d\d \d\d:\d\d [A-Z+-]\S*\. Next time log in as"
             " nina, with your password")
    t.expect_prompt()
    assert "decent" not in t.child.before
    assert t.run("hostname") == ("box\n", 0)
    assert [s["account"] for s in gw.ls() if s["account"] == "nina"]
    made = account(gw, "nina")
    assert made["source"] == "self" and made["groups"] == ["guests"] and made["expires"]
    done = gw.ssh_password("nina", "a decent secret", "hostname")
    assert done.returncode == 0 and done.stdout == "box\n", done
    gw.wait_log("account registered account=nina address=127.0.0.1")


@pytest.mark.parametrize("name, password, again, code, why", [
    ("ok-name", "a decent secret", "another secret", "open sesame", "the two passwords differ"),
    ("ok-name", "short", None, "open sesame", "too short: choose at least 8"),
    ("ok-name", "ok-name-1234", None, "open sesame", "contains the account's name"),
    ("ok-name", "aaaaaaaaaaaa", None, "open sesame", "guessers try"),
    ("ok-name", "Password1", None, "open sesame", "guessers try"),
    ("ok-name", "a decent secret", None, "guess", "not the code of this event"),
    ("ok-name", "a decent secret", None, "", "not the code of this event"),
    ("root", "a decent secret", None, "open sesame", "reserved name"),
    ("new", "a decent secret", None, "open sesame", "reserved name"),
    ("anon-7", "a decent secret", None, "open sesame", "reserved name"),
    ("kiosk", "a decent secret", None, "open sesame", "the name kiosk is taken"),
    ("secret-exam", "a decent secret", None, "open sesame", "the name secret-exam is taken"),
    ("demo", "a decent secret", None, "open sesame", "the name demo is taken"),
    ("Nina B", "a decent secret", None, "open sesame", "cannot be a name"),
    ("a+b", "a decent secret", None, "open sesame", "cannot be a name"),
    ("../x", "a decent secret", None, "open sesame", "cannot be a name"),
    ("x" * 250, "a decent secret", None, "open sesame", "cannot be a name"),
    ("", "a decent secret", None, "open sesame", "cannot be a name")])
def test_what_cannot_be_is_asked_again_with_the_reason(gw, name, password, again, code, why):
    t = ask(gw)
    answer(t, name, password, again, code)
    t.expect(why)
    t.expect("Please try again")
    t.expect("Name of your account: ")
    t.close()
    assert name == "demo" or account(gw, name) is None


def test_a_second_try_on_the_same_connection_makes_it(gw):
    t = ask(gw)
    answer(t, "second", "short")
    t.expect("too short")
    answer(t, "second", "a decent secret")
    t.expect("The account second is yours")
    t.expect_prompt()


def test_a_name_is_taken_once(gw):
    t = ask(gw)
    answer(t, "twice", "a decent secret")
    t.expect_prompt()
    t = ask(gw)
    answer(t, "twice", "another secret")
    t.expect("the name twice is taken")
    t.close()
    assert gw.ssh_password("twice", "a decent secret", "true").returncode == 0


def test_a_connection_ends_after_so_many_tries(gw):
    t = ask(gw)
    for _ in range(6):
        answer(t, "tries", "short")
    rest, status = t.end()
    assert status == 255 and "Name of your account" not in rest


def test_new_is_no_account_with_a_password(gw):
    assert gw.ssh_password("new", "", "true").returncode == 255
    assert gw.ssh_password("new", "open sesame", "true").returncode == 255
    assert gw.ssh("new", "true").returncode == 255


def kbdint(gw, answers):
    """paramiko answers by the order of what it is asked."""
    asked = []

    def handler(title, instructions, prompts):
        asked.append((instructions, [p for p, _ in prompts], [e for _, e in prompts]))
        return answers(prompts)

    transport = paramiko.Transport(("127.0.0.1", gw.port))
    transport.start_client(timeout=20)
    return transport, asked, handler


def test_paramiko_makes_an_account(gw):
    transport, asked, handler = kbdint(
        gw, lambda prompts: ["para", "a decent secret", "a decent secret", "open sesame"]
        if prompts else [])
    try:
        transport.auth_interactive("new", handler)
        channel = transport.open_session()
        channel.exec_command("hostname")
        assert channel.makefile().read() == b"box\n"
    finally:
        transport.close()
    assert asked[0][2] == [True, False, False, True]  # what is echoed


@pytest.mark.parametrize("count", [0, 1, 3, 5, 40])
def test_another_number_of_answers_makes_nothing_and_harms_nobody(gw, count):
    transport, asked, handler = kbdint(gw, lambda prompts: ["w" * 9] * count if prompts else [])
    try:
        with pytest.raises((paramiko.SSHException, EOFError)):
            transport.auth_interactive("new", handler)
    finally:
        transport.close()
    assert account(gw, "w" * 9) is None
    assert gw.out("kiosk", "hostname", key="none") == "kiosk\n"


def test_plink_makes_an_account(gw, tmp_path):
    argv = ["plink", "-ssh", "-P", str(gw.port), "-hostkey",
            host_key(gw), "-noagent", "new@127.0.0.1"]
    t = g.Terminal(["env", f"HOME={tmp_path}", *argv])
    answer(t, "plinker", "a decent secret")
    t.expect("Press Return")
    t.type("")
    t.expect("The account plinker is yours")
    t.expect_prompt()
    assert account(gw, "plinker")["source"] == "self"


def host_key(gw):
    done = subprocess.run(["ssh-keygen", "-l", "-f", f"{gw.keys.host}.pub"],
                          capture_output=True, text=True)
    return done.stdout.split()[1]


# --- rules -----------------------------------------------------------------------


def test_it_is_off_by_default(new_gateway):
    gw = new_gateway()
    t = ask(gw)
    t.expect("assword: ")  # as any name that is none
    t.type("whatever")
    t.expect("assword: ")
    t.close()


def test_limits_hold_for_an_address_and_in_all(new_gateway):
    gw = new_gateway(registration={"name": "join", "per_address": 2, "total": 3, "lifetime": 0})
    for name in ("one", "two"):
        t = ask(gw, "join")
        answer(t, name, "a decent secret", code=None)
        t.expect(f"The account {name} is yours. Next time")
        t.expect_prompt()
    t = ask(gw, "join")
    answer(t, "three", "a decent secret", code=None)
    t.expect("2 accounts were made from your address already, and that is the limit")
    t.close()
    gw.write_config(registration={"name": "join", "per_address": 100, "total": 3})
    assert gw.atoll("reload").returncode == 0
    t = ask(gw, "join")
    answer(t, "three", "a decent secret", code=None)
    t.expect("The account three is yours, until")
    t.expect_prompt()
    t = ask(gw, "join")
    answer(t, "four", "a decent secret", code=None)
    t.expect("all 3 accounts that can be made here are taken")


def test_a_home_without_an_account_is_no_stranger_s(new_gateway):
    """Whom the administrator took out of atoll.conf at the end of a course."""
    kept = {"home": "persistent", "home_disk": "24M", "home_inodes": 500}
    gw = new_gateway(labs={"box": kept}, accounts=["gus", "demo"], registration={})
    gw.out("gus", "echo private >file")
    gw.wait_no_sandbox()
    gw.write_config(accounts=[gw.account("demo")])
    assert gw.atoll("reload").returncode == 0
    t = ask(gw)
    answer(t, "gus", "a decent secret", code=None)
    t.expect("the name gus is taken")
    answer(t, "gusto", "a decent secret", code=None)
    t.expect("The account gusto is yours")
    t.expect_prompt()
    t.close()
    assert gw.atoll("home-remove", "gus").returncode == 0
    t = ask(gw)
    answer(t, "gus", "a decent secret", code=None)
    t.expect("The account gus is yours")
    t.expect_prompt()
    assert t.run("cat file")[1] == 1
    t.close()


@pytest.mark.longer
def test_a_newcomer_has_longer_than_login_grace(new_gateway):
    gw = new_gateway(registration=RULES, login_grace=2)
    t = ask(gw)
    t.expect("Name of your account: ")
    with gw.connect() as other:  # comes later, and is cut off first
        while other.recv(4096):
            pass
    t.type("slow")
    t.expect("Password: ")
    t.type("a decent secret")
    t.expect("again: ")
    t.type("a decent secret")
    t.expect("Code of this event: ")
    t.type("open sesame")
    t.expect("The account slow is yours")


def test_guessing_the_code_is_penalised(new_gateway):
    gw = new_gateway(registration=RULES, penalty_failures=7, penalty=30)
    t = ask(gw)
    for _ in range(5):
        answer(t, "guesser", "a decent secret", code="guess")
    answer(t, "guesser", "a decent secret", code="guess")
    gw.wait_log("address penalised address=127.0.0.1")
    t.end()
    assert "too many failed logins" in ask(gw).end()[0]


def test_a_wrong_configuration_is_told(new_gateway):
    gw = new_gateway(start=False, labs={"kiosk": {"anonymous": True}, "join": {}},
                     accounts=["demo", "kiosk", "anon-3"],
                     registration={"name": "join", "groups": ["a b"], "code": "123"})
    done = gw.check()
    assert done.returncode == 1
    for part in ("join.conf:", "join is the name of registration",
                 "anonymous: kiosk is an account", 'the group "a b" has a blank',
                 "account anon-3: anon- with a number", "less than 6 characters"):
        assert part in done.stderr, (part, done.stderr)
    gw.write_config(accounts=[], registration=[{"name": "a"}, {"name": "b"}])
    assert "registration is there twice" in gw.check().stderr
    gw.write_config(registration={"per_address": 0, "nonsense": 1})
    assert re.search("per_address = 0 is outside 1", gw.check().stderr)
    assert "unknown option nonsense" in gw.check().stderr


def test_a_code_is_not_shown_in_the_effective_configuration(gw):
    shown = gw.check("-T").stdout
    assert "open sesame" not in shown and '"(set)"' in shown


# --- anonymous -------------------------------------------------------------------


def test_a_lab_takes_anybody_each_in_a_sandbox_of_their_own(gw):
    first = gw.shell("kiosk", key="none")
    second = gw.shell("kiosk", key="none")
    assert first.run("echo mine >~/file; hostname") == ("kiosk\n", 0)
    assert second.run("ls ~")[0] == ""
    seats = [s for s in gw.ls() if s["lab"] == "kiosk"]
    assert len({s["account"] for s in seats}) == 2
    assert all(re.fullmatch(r"anon-\d+", s["account"]) for s in seats)


def test_any_password_does_too_and_other_labs_are_closed(gw):
    done = gw.ssh_password("kiosk", "whatever", "hostname")
    assert done.returncode == 0 and done.stdout == "kiosk\n", done
    client = paramiko.Transport(("127.0.0.1", gw.port))
    client.start_client(timeout=20)
    client.auth_password("kiosk", "anything")
    channel = client.open_session()
    channel.exec_command("hostname")
    assert channel.makefile().read() == b"kiosk\n"
    client.close()
    assert gw.ssh("kiosk+box", "true", key="none").returncode == 255
    assert gw.ssh("box", "true", key="none").returncode == 255


@pytest.mark.parametrize("client", ["plink", "dbclient"])
def test_other_clients_get_in_without_a_word_too(gw, tmp_path, client):
    argv = {"plink": ["plink", "-batch", "-ssh", "-P", str(gw.port), "-hostkey", host_key(gw),
                      "-noagent", "kiosk@127.0.0.1", "hostname"],
            "dbclient": ["dbclient", "-y", "-y", "-p", str(gw.port), "kiosk@127.0.0.1", "hostname"]}
    done = subprocess.run(argv[client], capture_output=True, text=True, timeout=40,
                          stdin=subprocess.DEVNULL, env={"HOME": str(tmp_path), "PATH": "/usr/bin"})
    assert done.returncode == 0 and done.stdout == "kiosk\n", done


def test_a_newcomer_with_dropbear(gw, tmp_path):
    t = g.Terminal(["env", f"HOME={tmp_path}", "dbclient", "-y", "-y", "-p", str(gw.port),
                    "new@127.0.0.1"])
    answer(t, "dropper", "a decent secret")
    t.expect("The account dropper is yours")
    t.expect_prompt()


def test_nothing_lingers_of_who_had_no_account(new_gateway):
    gw = new_gateway(labs={"kiosk": {"anonymous": True, "linger": "1h"}})
    assert gw.out("kiosk", "hostname", key="none") == "kiosk\n"
    gw.wait_no_sandbox()


def test_a_lab_has_so_many_places_for_them(new_gateway):
    gw = new_gateway(labs={"kiosk": {"anonymous": True, "anonymous_max": 1}})
    t = gw.shell("kiosk", key="none")
    done = gw.ssh("kiosk", "true", key="none", options=["LogLevel=INFO"])
    assert done.returncode == 255 and "all 1 places of kiosk" in done.stderr, done
    assert gw.out("demo+kiosk", "true") == ""
    t.type("exit")
    t.end()
    g.wait_until(lambda: gw.ssh("kiosk", "true", key="none").returncode == 0, "a free place")


def test_one_address_does_not_get_all_places(new_gateway):
    labs = {"kiosk": {"anonymous": True, "anonymous_max": 4},
            "class": {"anonymous": True, "anonymous_max": 2, "anonymous_per_address": 2}}
    gw = new_gateway(labs=labs)

    def enter(lab, source):
        options = [f"BindAddress={source}", "LogLevel=INFO"]
        return gw.ssh(lab, "true", key="none", options=options)

    inside = [gw.shell("kiosk", key="none") for _ in range(3)]
    done = enter("kiosk", "127.0.0.1")
    assert done.returncode == 255, done
    assert "3 people without an account are in kiosk from your address already" in done.stderr
    gw.wait_log("login refused name=kiosk method=none address=127.0.0.1 .*anonymous_per_address")
    assert enter("kiosk", "127.0.0.66").returncode == 0
    inside += [gw.shell("class", key="none") for _ in range(2)]
    assert "all 2 places of class" in enter("class", "127.0.0.66").stderr


def test_an_account_of_the_name_is_asked_for_its_password(new_gateway):
    gw = new_gateway(labs={"kiosk": {}})
    done = gw.atoll("account", "add", "x", "--generate")
    assert done.returncode == 0, done
    gw.write_lab("x", {"anonymous": True})
    assert gw.atoll("reload").returncode == 0
    gw.wait_log("an account has its name, .* lab=x")
    assert gw.ssh("x", "true", key="none").returncode == 255
    assert gw.ssh_password("x+kiosk", done.stdout.split()[1], "true").returncode == 0
    assert gw.ssh_password("x+x", done.stdout.split()[1], "true").returncode == 0
