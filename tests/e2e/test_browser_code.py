"""A code that ssh gives logs in with a browser: once, there, and nowhere else."""
import re
import subprocess

import pytest

import gateway as g
import webterminal
from webterminal import Terminal

pytestmark = pytest.mark.quick

CODE = r"password   ([a-z2-9]{4}-[a-z2-9]{4})\r?\n"
KEY_ONLY = ("kim", "sam", "lea", "tom", "uma")


@pytest.fixture(scope="module")
def port():
    return webterminal.free_port()


@pytest.fixture(scope="module")
def gw(start_gateway, port):
    return start_gateway(
        accounts=[*({"name": name, "password": ""} for name in KEY_ONLY), "eve",
                  {"name": "ann", "password": "", "groups": ["teachers"]}],
        labs={"c101": {"linger": "1m"}, "plain": {"linger": "1m"}, "open": {"anonymous": True},
              "staffed": {"open": False, "staff": ["teachers"], "linger": "1m"}},
        auth_tries=10, **webterminal.web(port))


def code_of(gw, login, **how):
    done = gw.ssh(login, "lab browser", **how)
    assert (done.returncode, done.stderr) == (0, ""), done
    assert f"user name  {login}\n" in done.stdout
    return re.search(CODE, done.stdout).group(1)


def assert_refused(port, name, *codes):
    t = Terminal(port, name)
    for code in codes:
        t.answer_asked(code)
        t.wait_event("ask", "not right")
    t.lose()


def test_who_has_a_key_alone_logs_in_with_a_code_once(gw, port):
    own = gw.shell("kim+c101")
    out, status = own.run("lab browser")
    assert status == 0 and f"Open http://127.0.0.1:{port}/terminal in a browser" in out
    code = re.search(r"password   (\S+)", out).group(1)
    t = Terminal(port, "kim").log_in(f" {code.upper().replace('-', '')} ")
    t.run("echo $((6*7))x", "42x")  # there is no menu
    own.expect(r"a browser at 127\.0\.0\.1 logs in here, with a code of 'lab browser'")
    gw.wait_log(r"account=kim login method=code address=127\.0\.0\.1")
    gw.wait_log("code for a browser")
    assert code not in gw.log and code.replace("-", "") not in gw.log
    assert {row["lab"] for row in gw.ls() if row["account"] == "kim"} == {"c101"}
    assert_refused(port, "kim+c101", code)
    t.close()
    own.close()


def test_for_another_account_or_lab_it_is_no_code_and_stays_good(gw, port):
    code = code_of(gw, "sam+c101")
    for name in ("eve", "eve+c101", "sam+plain", "sam+wall", "nobody-at-all", "sam+no-such-lab"):
        assert_refused(port, name, code)
    # Nor for ssh, with or without a password of one's own.
    for name in ("sam+c101", "eve+c101"):
        assert gw.ssh_password(name, code, "true").returncode != 0
    Terminal(port, "sam+c101").log_in(code).close()


def test_of_a_seat_the_last_is_good_and_three_may_follow_one_another(gw, port):
    codes = [code_of(gw, "lea+c101") for _ in range(3)]
    often = gw.ssh("lea+c101", "lab browser")
    assert often.returncode == 1 and "too often" in often.stdout
    assert len(set(codes)) == 3
    other = code_of(gw, "lea+plain")  # of another lab of hers
    assert_refused(port, "lea", *codes[:2])
    Terminal(port, "lea").log_in(codes[2]).close()
    Terminal(port, "lea").log_in(other).close()


def test_what_is_no_code_is_a_wrong_password(gw, port):
    code = code_of(gw, "tom+c101")
    assert_refused(port, "tom", "", "-", code[:-1], code + "a", code + code, code.replace("-", "_"), f"{code}\x01", "é" * 8)
    Terminal(port, "tom").log_in("  ".join(code)).close()
    # And a password is one, whoever has a code.
    code_of(gw, "eve+c101")
    Terminal(port, "eve+c101").log_in("secret").close()


def test_staff_get_into_that_lab_and_are_no_staff_there(gw, port):
    t = Terminal(port, "ann").log_in(code_of(gw, "ann+staffed"))
    t.run("echo $((6*7))x", "42x")
    t.close()
    assert_refused(port, "ann+wall", code_of(gw, "ann+staffed"))


def test_who_has_no_account_or_no_browser_gets_none(gw, new_gateway):
    done = gw.ssh("open", "lab browser")
    assert done.returncode == 1 and "without an account" in done.stdout
    port = webterminal.free_port()
    other = new_gateway(labs={"box": {}}, self_service=["passwd"], **webterminal.web(port))
    done = other.ssh("demo+box", "lab browser")
    assert done.returncode == 1 and "cannot use 'lab browser' (self_service)" in done.stdout
    plain = new_gateway(labs={"box": {}})
    done = plain.ssh("demo+box", "lab browser")
    assert done.returncode == 1 and "Nobody logs in with a browser at this site" in done.stdout


def account(gw, *words):
    done = subprocess.run([g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "account", *words],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_next_account_of_that_name_has_none_of_the_last(gw, port, tmp_path):
    key = g.Keys.make(tmp_path / "key")
    account(gw, "add", "nel", "--key", f"{key}.pub")
    code = code_of(gw, "nel+c101", key=key)
    account(gw, "remove", "nel")
    account(gw, "add", "nel", "--key", f"{key}.pub")
    assert_refused(port, "nel", code)


def test_codes_are_guessed_as_passwords_are(new_gateway):
    port = webterminal.free_port()
    gw = new_gateway(accounts=[{"name": "kim", "password": ""}], penalty_failures=5, penalty="1m", **webterminal.web(port))
    code = code_of(gw, "kim+box", options=["BindAddress=127.0.0.2"])
    guesses = iter(f"{a}{b}cd-efgh" for a in "abcdefgh" for b in "abcdefgh")
    for _ in range(8):
        t = Terminal(port, "kim")
        while t.last("over") is None:
            g.wait_until(lambda: t.events and (t.events[-1][0] == "over" or t.events[-1][1]["prompts"]), "it is asked, or over")
            if t.events[-1][0] == "ask":
                t.events.clear()
                assert t.post("answer", next(guesses))[0] in (200, 400)  # 400: the gateway has hung up meanwhile
                g.wait_until(lambda: t.events, "it is answered")
        t.lose()
        if "too many failed logins from 127.0.0.1" in t.last("over")["why"]:
            break
    else:
        raise AssertionError(f"{t.events}")
    # The right one comes too late from there.
    t = Terminal(port, "kim")
    assert "too many failed logins" in t.wait_event("over")["why"]
    t.lose()
    assert code not in gw.log
