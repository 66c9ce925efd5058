"""Accounts that are made while the gateway runs: atoll account, and atoll.db."""
import csv as csvfile
import io
import json
import os
import pwd
import re
import signal
import sqlite3
import subprocess
import time

import pytest

import gateway as g

GROUP_LAB = {"box": {}, "web": {"open": False, "groups": ["web101"]}}

pytestmark = pytest.mark.quick


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(labs=GROUP_LAB)


def account(gw, *words, stdin=None):
    return subprocess.run(
        [g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "account", *words],
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        timeout=120,
        start_new_session=True,  # without a terminal to ask on
    )


def must(gw, *words, stdin=None):
    done = account(gw, *words, stdin=stdin)
    assert done.returncode == 0, f"{done}\n{gw.tail}"
    return done.stdout


def wrong(gw, *words, stdin=None):
    done = account(gw, *words, stdin=stdin)
    assert done.returncode == 1, done
    assert done.stdout == ""
    return done.stderr


def names(gw):
    return [a["name"] for a in json.loads(must(gw, "list", "--json"))]


def show(gw, name):
    return json.loads(must(gw, "show", name, "--json"))


def database(gw):
    """What is there for whoever looks with SQLite's own shell."""
    done = subprocess.run(
        ["sqlite3", gw.folder / "state/atoll.db",
         "PRAGMA integrity_check; SELECT count(*) FROM accounts"],
        capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done
    verdict, count = done.stdout.split()
    assert verdict == "ok"
    return int(count)


def can_log_in(gw, name, password):
    return gw.ssh_password(name, password, "true").returncode == 0


# --- one ----------------------------------------------------------------------


def test_an_account_logs_in_by_password_and_is_no_one_s_other(gw):
    must(gw, "add", "ann", "--stdin", stdin="correct horse\n")
    done = gw.ssh_password("ann+box", "correct horse", "id -un; hostname")
    assert done.returncode == 0 and done.stdout.split() == ["student", "box"], done
    assert not can_log_in(gw, "ann+box", "wrong")
    assert "ann" in names(gw)


def test_the_files_are_the_monitor_s_alone(gw):
    atoll = pwd.getpwnam("atoll").pw_uid
    for name in ("atoll.db", "atoll.db-wal", "atoll.db-shm"):
        st = (gw.folder / "state" / name).stat()
        assert (st.st_uid, st.st_mode & 0o7777) == (atoll, 0o600), name


def test_a_password_is_kept_as_a_yescrypt_hash(gw):
    must(gw, "add", "hashed", "--stdin", stdin="a long password\n")
    done = subprocess.run(
        ["sqlite3", gw.folder / "state/atoll.db",
         "SELECT password FROM accounts WHERE name = 'hashed'"],
        capture_output=True, text=True)
    assert done.stdout.startswith("$y$"), done
    assert b"a long password" not in (gw.folder / "state/atoll.db-wal").read_bytes()


def test_an_account_logs_in_by_key_and_keys_come_and_go(gw):
    public = f"{gw.keys.student}.pub"
    must(gw, "add", "kay", "--key", public, "--groups", "web101")
    assert gw.out("kay+web", "hostname").strip() == "web"
    assert gw.ssh("kay+web", "true", key=gw.keys.stranger).returncode == 255
    must(gw, "key", "add", "kay", f"{gw.keys.stranger}.pub")
    assert len(show(gw, "kay")["keys"]) == 2
    assert gw.ssh("kay+web", "true", key=gw.keys.stranger).returncode == 0
    assert "has that key already" in wrong(gw, "key", "add", "kay", public)
    must(gw, "key", "remove", "kay", "1")
    assert gw.ssh("kay+web", "true").returncode == 255
    must(gw, "key", "remove", "kay", f"{gw.keys.stranger}.pub")
    assert show(gw, "kay")["keys"] == []
    assert "no such key" in wrong(gw, "key", "remove", "kay", "1")


def test_a_private_key_is_told_as_such(gw):
    assert "is a private key" in wrong(gw, "add", "pat", "--key", gw.keys.student)


def test_groups_let_in_at_once(gw):
    must(gw, "add", "gus", "--stdin", stdin="a long password\n")
    assert not can_log_in(gw, "gus+web", "a long password")
    must(gw, "groups", "gus", "web101,other")
    assert can_log_in(gw, "gus+web", "a long password")
    assert show(gw, "gus")["groups"] == ["web101", "other"]
    must(gw, "groups", "gus", "")
    assert not can_log_in(gw, "gus+web", "a long password")


def test_a_made_up_password_is_printed_once_and_logs_in(gw):
    name, password = must(gw, "add", "gen", "--generate").split()
    assert name == "gen" and re.fullmatch(r"(\w{4}-){2}\w{4}", password)
    assert can_log_in(gw, "gen+box", password)
    again = must(gw, "passwd", "gen", "--generate").split()[1]
    assert not can_log_in(gw, "gen+box", password)
    assert can_log_in(gw, "gen+box", again)


def test_a_password_is_asked_for_on_the_terminal_without_echo(gw):
    t = g.Terminal([g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "account", "add", "tty"])
    t.expect("Password for tty: ")
    t.type("typed in secret")
    t.expect("The same again: ")
    t.type("typed in secret")
    rest, status = t.end()
    assert status == 0 and "typed" not in rest
    assert can_log_in(gw, "tty+box", "typed in secret")


def test_two_different_passwords_make_no_account(gw):
    t = g.Terminal([g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "account", "add", "typo"])
    t.expect("Password for typo: ")
    t.type("one password")
    t.expect("The same again: ")
    t.type("another one")
    rest, status = t.end()
    assert status == 1 and "the two passwords differ" in rest
    assert "typo" not in names(gw)


def test_an_interrupt_gives_the_terminal_its_echo_back(gw):
    tool = f"{g.BUILD / 'atoll'} -s {gw.run_dir / 'admin.sock'} account add brk"
    t = g.Terminal(["bash", "-c", f"trap : INT; {tool}; echo status $?; stty -a"])
    t.expect("Password for brk: ")
    t.send("half\x03")
    t.expect("status 130")
    rest, _ = t.end()
    assert " echo " in rest and "half" not in rest
    assert "brk" not in names(gw)


def test_without_a_terminal_it_says_what_to_do(gw):
    assert "use --stdin or --generate" in wrong(gw, "add", "notty")


# --- lock, expire, remove -------------------------------------------------------


def test_lock_ends_what_is_open_and_says_why_to_who_has_the_password(gw):
    must(gw, "add", "loc", "--stdin", stdin="a long password\n")
    t = g.Terminal(gw.password_argv("loc+box", "a long password") + ["-tt"])
    t.expect_prompt()
    must(gw, "lock", "loc")
    rest, _ = t.end()
    assert "locked by the administrator" in rest
    done = gw.ssh_password("loc+box", "a long password", "true")
    assert done.returncode == 255
    other = gw.ssh_password("loc+box", "not it", "true")
    assert "locked" not in other.stderr
    gw.wait_log("login refused name=loc method=password .* reason=locked")
    must(gw, "unlock", "loc")
    assert can_log_in(gw, "loc+box", "a long password")


def told(gw, name, password):
    """What a client says that shows the disconnect message."""
    argv = gw.password_argv(name, password)
    return subprocess.run([a.replace("LogLevel=ERROR", "LogLevel=INFO") for a in map(str, argv)],
                          capture_output=True, text=True, timeout=40,
                          stdin=subprocess.DEVNULL).stderr


def test_an_expired_account_is_told_so_with_the_right_password_only(gw):
    must(gw, "add", "old", "--stdin", "--expires", "now", stdin="a long password\n")
    assert "the account old expired on 20" in told(gw, "old+box", "a long password")
    assert "expired" not in told(gw, "old+box", "wrong")
    assert show(gw, "old")["state"] == "expired"
    must(gw, "expire", "old", "never")
    assert can_log_in(gw, "old+box", "a long password")


def test_who_expires_soon_hears_it_at_login(gw):
    must(gw, "add", "soon", "--key", f"{gw.keys.student}.pub", "--expires", "76h")
    t = gw.terminal("soon+box")
    t.expect(r"Your account soon expires on 20\d\d-\d\d-\d\d \d\d:\d\d [A-Z+-]\S*, in 3 days\.")
    t.expect_prompt()
    must(gw, "expire", "soon", "30d")
    t = gw.terminal("soon+box")
    t.expect_prompt()
    assert "expires" not in t.child.before


def test_remove_ends_what_is_open_and_frees_the_name(gw):
    must(gw, "add", "rem", "--key", f"{gw.keys.student}.pub")
    t = gw.shell("rem+box")
    must(gw, "remove", "rem")
    rest, _ = t.end()
    assert "removed by the administrator" in rest
    assert gw.ssh("rem+box", "true").returncode == 255
    assert "there is no account rem" in wrong(gw, "remove", "rem")
    must(gw, "add", "rem", "--key", f"{gw.keys.student}.pub")


# --- names, and the configuration -----------------------------------------------


@pytest.mark.parametrize("name, why", [
    ("root", "reserved"), ("new", "reserved"), ("anon-1", "reserved"),
    ("a+b", "cannot be a name"), ("../x", "cannot be a name"), ("x" * 300, "cannot be a name"),
    ("", "cannot be a name"), ("Ann", "cannot be a name"),
    ("web", "name of a lab"), ("demo", "account of atoll.conf")])
def test_a_name_that_cannot_be_is_refused_with_the_reason(gw, name, why):
    before = database(gw)
    assert why in wrong(gw, "add", name, "--stdin", stdin="a long password\n")
    assert database(gw) == before


def test_the_configuration_wins_and_a_load_says_so(new_gateway):
    gw = new_gateway()
    must(gw, "add", "both", "--stdin", stdin="of the database\n")
    gw.options["accounts"].append(gw.account({"name": "both", "keys": []}))
    gw.write_config()
    assert gw.atoll("reload").returncode == 0
    gw.wait_log("account is in atoll.conf and in atoll.db: atoll.conf holds account=both")
    assert can_log_in(gw, "both", "secret")
    assert not can_log_in(gw, "both", "of the database")


def test_a_configured_account_is_changed_in_its_file(gw):
    assert "change it there" in wrong(gw, "lock", "demo")
    assert show(gw, "demo")["source"] == "config"


def test_a_restart_keeps_accounts(new_gateway):
    gw = new_gateway()
    must(gw, "add", "ann", "--key", f"{gw.keys.student}.pub")
    gw.stop()
    gw.start()
    assert gw.out("ann", "id -un").strip() == "student"


def monitor_ticks(gw):
    fields = open(f"/proc/{gw.monitor}/stat").read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


@pytest.mark.longer
def test_a_wrong_password_tells_nothing_of_any_account(gw):
    """Neither the answer nor the work: each is hashed once."""
    must(gw, "add", "plain", "--stdin", stdin="a long password\n")
    must(gw, "add", "locked", "--stdin", stdin="a long password\n")
    must(gw, "lock", "locked")
    must(gw, "add", "past", "--stdin", "--expires", "now", stdin="a long password\n")
    must(gw, "add", "keyed", "--key", f"{gw.keys.student}.pub")
    answers, ticks = {}, {}
    for user in ("plain", "locked", "past", "keyed", "is-no-one", "demo"):
        before = monitor_ticks(gw)
        for _ in range(8):
            done = gw.ssh_password(user, "wrong", "true")
            answers[user] = done.returncode, done.stdout, done.stderr.replace(user, "USER")
        ticks[user] = monitor_ticks(gw) - before
    assert len(set(answers.values())) == 1, answers
    assert min(ticks.values()) > 0 and min(ticks.values()) * 3 >= max(ticks.values()), ticks


# --- import -----------------------------------------------------------------------


def csv(gw, text, *words):
    path = gw.folder / "roster.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return account(gw, "import", str(path), *words)


def test_an_import_makes_all_and_writes_a_page_for_each(gw):
    key = g.Keys.public(gw.keys.student)
    text = ("\ufeffname,full name,groups,key,password\r\n"
            'imp1,"Müller, Eva <b>",web101 extra,,\r\n'
            f"imp2,,web101,{key},\r\n"
            "\r\n# a comment\r\n"
            "imp3,Three,,,my own password\r\n")
    handout = gw.folder / "pages.html"
    done = csv(gw, text, "--handout", handout, "--expires", "30d", "--host", "lab.example.org:2200")
    assert done.returncode == 0, done
    html = handout.read_text()
    assert handout.stat().st_mode & 0o777 == 0o600
    assert html.count("<section>") == 3
    assert "Müller, Eva &lt;b&gt;" in html
    assert "ssh -p 2200 imp1@lab.example.org" in re.sub("<[^>]*>", "", html)
    listed = subprocess.run(["ssh-keygen", "-l", "-f", f"{gw.keys.host}.pub"],
                            capture_output=True, text=True).stdout
    assert listed.split()[1] in re.sub("<[^>]*>", "", html)
    password = re.search(r"imp1</span></td></tr>\n<tr><th>Password</th><td><span class=\"word\">"
                         r"([^<]+)<", html).group(1)
    assert can_log_in(gw, "imp1+web", password)
    assert gw.ssh("imp2+web", "true").returncode == 0
    assert can_log_in(gw, "imp3+box", "my own password")
    assert show(gw, "imp1")["full_name"] == "Müller, Eva <b>"
    assert show(gw, "imp1")["source"] == "import"


def test_a_text_handout_and_a_name_that_is_taken(gw):
    handout = gw.folder / "pages.txt"
    done = csv(gw, "txt1,Ann,,,\ntxt2,Bob,,,\n", "--handout", handout)
    assert done.returncode == 0, done
    pages = handout.read_text().split("\f")
    assert len(pages) == 2 and "txt1" in pages[0] and "SHA256:" in pages[1]
    assert done.stderr == ("atoll: 2 accounts made (no header: the columns are name, full name,"
                           " groups, key, password)\n")
    done = csv(gw, "txt3,Ann,,,\n", "--handout", handout)
    assert done.returncode == 1 and "is there already" in done.stderr
    assert "txt3" not in names(gw)


def test_a_handout_has_a_title_several_on_a_sheet_and_a_zone(gw, tmp_path):
    rows = "name,full name,password\n" + "".join(f"sh{i},Student {i},my own pass-word\n" for i in range(5))
    words = ("--title", "C & Unix", "--per-sheet", "2", "--expires", "2099-12-31")
    done = csv(gw, rows, "--handout", tmp_path / "page.txt", *words)
    assert done.returncode == 0, done
    text = (tmp_path / "page.txt").read_text()
    assert text.count("\f") == 2 and text.count("- - - -") > 0
    assert text.count("C & Unix\n") == 5
    zone = time.strftime("%Z", time.localtime(4102444740))
    assert text.count(f"Expires    2099-12-31 23:59 {zone}\n") == 5
    done = csv(gw, rows.replace("sh", "hs"), "--handout", tmp_path / "page.html", *words)
    assert done.returncode == 0, done
    html = (tmp_path / "page.html").read_text()
    assert html.count('<div class="sheet many') == 3 and html.count("<section>") == 5
    assert html.count('<p class="title">C &amp; Unix</p>') == 5
    assert html.count('<span class="word">my own pass-word</span>') == 5


@pytest.mark.parametrize("words, says", [
    (["--per-sheet", "0", "--handout", "x"], "--per-sheet takes 1 to 8 students on a sheet, not 0"),
    (["--per-sheet", "9", "--handout", "x"], "--per-sheet takes 1 to 8 students on a sheet, not 9"),
    (["--per-sheet", "2x", "--handout", "x"], "--per-sheet takes 1 to 8 students on a sheet, not 2x"),
    (["--title", "x"], "need --handout"), (["--host", "x"], "need --handout"),
    (["--per-sheet", "2"], "need --handout")])
def test_options_of_a_handout_that_is_none_are_refused(gw, words, says):
    done = account(gw, "add", "nohand", "--generate", *words)
    assert done.returncode == 2 and says in done.stderr, done
    assert "nohand" not in names(gw)


@pytest.mark.parametrize("host, line", [
    ("[2001:db8::1]", "ssh -p {} hosted@2001:db8::1\n"),
    ("[2001:db8::1]:2200", "ssh -p 2200 hosted@2001:db8::1\n"),
    ("2001:db8::1", "ssh -p {} hosted@2001:db8::1\n"),
    ("lab.example.org:22", "ssh hosted@lab.example.org\n"),
])
def test_a_handout_names_the_host_that_it_was_given(gw, tmp_path, host, line):
    must(gw, "add", "hosted", "--generate", "--handout", tmp_path / "page.txt", "--host", host)
    must(gw, "remove", "hosted")
    assert line.format(gw.port) in (tmp_path / "page.txt").read_text()


@pytest.mark.parametrize("host", ["", "a b;rm", "lab:", "lab:22x", "lab:70000", "lab:0", "[::1", ":22"])
def test_a_host_that_is_none_makes_no_account(gw, tmp_path, host):
    says = wrong(gw, "add", "hosted", "--generate", "--handout", tmp_path / "page.txt", "--host", host)
    assert "--host is HOST, HOST:PORT" in says
    assert "hosted" not in names(gw) and not (tmp_path / "page.txt").exists()


def test_a_new_account_has_not_expired_long_ago(gw):
    done = account(gw, "add", "late", "--generate", "--expires", "2020-01-01")
    assert done.returncode == 2 and "--expires must be in the future: 2020-01-01" in done.stderr
    assert "late" not in names(gw)


def test_every_bad_line_is_told_by_number_and_nothing_is_changed(gw):
    before = database(gw)
    text = ("ok1,One,,,\n"                        # 1
            "root,Root,,,\n"                      # 2
            "new,New,,,\n"                        # 3
            "a+b,A,,,\n"                          # 4
            "../x,X,,,\n"                         # 5
            + "y" * 300 + ",Y,,,\n"               # 6
            + "ok1,Twice,,,\n"                    # 7
            "demo,Demo,,,\n"                      # 8
            "ok2,Two,,ssh-ed25519 AAAA,\n"        # 9
            'ok3,"not closed,,,\n'                # 10
            "ok4,1,2,3,4,5\n"                     # 11
            ",Nobody,,,\n"                        # 12
            "ok5,Five," + "g" * 40 + ",,\n"       # 13
            ).encode() + (b"ok6,M\xfcller,,,\n"   # 14
                          b"ok7,Csi \xc2\x9b31m,,,\n")  # 15
    done = csv(gw, text)
    assert done.returncode == 1 and done.stdout == ""
    lines = [int(m) for m in re.findall(r"roster\.csv:(\d+): ", done.stderr)]
    assert lines == list(range(2, 16)), done.stderr
    for part in ("root is a reserved name", "new is a reserved name", '"a+b" cannot be a name',
                 "ok1 is on line 1 already", "demo is an account of atoll.conf",
                 "and not closed", "iconv -f latin1", "must have no control characters", "14 errors"):
        assert part in done.stderr, part
    assert database(gw) == before


def test_an_account_that_is_there_makes_the_import_fail_whole(gw):
    must(gw, "add", "there", "--stdin", stdin="a long password\n")
    before = database(gw)
    done = csv(gw, "other,,,,\nthere,,,,\n")
    assert done.returncode == 1 and "roster.csv:2: there is an account there" in done.stderr
    assert database(gw) == before
    assert can_log_in(gw, "there+box", "a long password")


def test_no_file_an_empty_one_and_a_binary_one(gw):
    assert "No such file" in wrong(gw, "import", "/nonexistent.csv")
    assert "there is no account in it" in csv(gw, "").stderr
    assert "there is no account in it" in csv(gw, "name,full name\n").stderr
    assert "NUL byte" in csv(gw, b"a\0b,c\n").stderr


# --- rosters of other systems -----------------------------------------------------------


def test_a_header_maps_by_name_and_passwords_of_the_file_are_not_printed(gw):
    done = csv(gw, "password;username;Vorname;Nachname;Gruppe 1;;\n"
                   "my own password;hdr1;Eva;Müller;web101;;\n"
                   ";hdr2;Ann;Lee;;;\n;;;;;;\n")
    assert done.returncode == 0, done
    assert done.stderr == "atoll: 2 accounts made\n"
    assert re.fullmatch(r"hdr2\t(\w{4}-){2}\w{4}\n", done.stdout)
    assert can_log_in(gw, "hdr1+web", "my own password")
    assert show(gw, "hdr1")["full_name"] == "Eva Müller"
    assert can_log_in(gw, "hdr2+box", done.stdout.split()[1])
    assert not {"username", "password"} & set(names(gw))


@pytest.mark.parametrize("text, says", [
    ("username,shoe size\nx1,42\n", '1: "shoe size" is no column that is known'),
    ("# mine\n\nusername,shoe size\nx1,42\n", '3: "shoe size" is no column that is known'),
    ("First name,Last name\nA,B\n", "1: the header has no column of user names"),
    ("Email,Name\na@b.example,A\n", "1: there are e-mail addresses, and no user names: --names email"),
    ("username,password\nx1,a,b\n", "2: 3 fields, and the header has 2"),
    ("username,,password\nx1,a,b\n", "2: field 2 has no name in the header"),
    ("Ann.Lee@uni.example,Ann\n", "--names email"),
    ("username\nAnn\n", "--names lower"),
])
def test_a_roster_that_could_be_misread_makes_no_account(gw, text, says):
    before = database(gw)
    done = csv(gw, text)
    assert done.returncode == 1 and done.stdout == "" and says in done.stderr, done
    assert "known are" in done.stderr or "known" not in says
    assert database(gw) == before


def test_columns_that_are_not_known_are_left_out_when_told_so(gw):
    """Canvas's gradebook, with its row of points."""
    done = csv(gw, "Student,ID,SIS User ID,SIS Login ID,Section,Essay (42)\n"
                   "    Points Possible,,,,,10\n"
                   '"Lee, Ann",17,s17,canv1,CS 101,9\n', "--skip-unknown")
    assert done.returncode == 0, done
    assert show(gw, "canv1")["full_name"] == "Lee, Ann"


def test_names_are_made_of_addresses_and_said(gw):
    done = csv(gw, "Last Name,First Name,Email Address\n"
                   "Lee,Ann,Mail.One@uni.example\n"
                   "Lee,Bob,mail.one@other.example\n"
                   "O'Neil,Pat,p.o'neil@uni.example\n", "--names", "email")
    assert done.returncode == 0, done
    assert [line.split(": ", 1)[1] for line in done.stderr.splitlines()[:3]] == [
        "mail.one@uni.example becomes mail.one", "mail.one@other.example becomes mail.one2",
        "p.o'neil@uni.example becomes p.o-neil"]
    assert show(gw, "mail.one2")["full_name"] == "Bob Lee"
    twice = csv(gw, "Email\nx@u.example\nX@u.example\n", "--names", "email")
    assert twice.returncode == 1 and "csv:3: x@u.example is on line 2 already" in twice.stderr


def test_names_are_made_lower_case_and_who_had_one_keeps_it(gw):
    done = csv(gw, "identifier,github_username,github_id,name\n"
                   "José K,JoseK,1,José\nGHub,,,G\nghub,,,H\n", "--names", "lower")
    assert done.returncode == 0, done
    assert "José K becomes jose-k\n" in done.stderr and "GHub becomes ghub2\n" in done.stderr
    assert show(gw, "ghub")["full_name"] == "H"
    assert account(gw, "import", "/dev/null", "--names", "upper").returncode == 2


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_excel_s_unicode_text_is_read(gw, codec):
    name = codec[-2:] + "-excel"
    done = csv(gw, f"\ufeffusername\tfull name\r\n{name}\tMüller\r\n".encode(codec))
    assert done.returncode == 0, done
    assert show(gw, name)["full_name"] == "Müller"


def test_a_workbook_is_no_csv(gw):
    done = csv(gw, b"PK\3\4" + bytes(200))
    assert done.returncode == 1 and "this is a workbook" in done.stderr


def test_passwords_that_nobody_saw_make_no_account(gw):
    path = gw.folder / "unseen.csv"
    path.write_text("name\nunseen\n")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "account", "import", path],
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr == ("atoll: the passwords could not be shown, so nothing was changed:"
                           " stdout: No space left on device\n")
    assert "unseen" not in names(gw)


@pytest.mark.longer
def test_a_hundred_thousand_lines_are_imported_while_others_log_in(new_gateway):
    gw = new_gateway()
    key = g.Keys.public(gw.keys.student)
    path = gw.folder / "many.csv"
    path.write_text("".join(f"s{i},Student {i},,{key},\n" for i in range(100000)))
    tool = subprocess.Popen(
        [g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "account", "import", path],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while tool.poll() is None:
        assert gw.out("demo", "echo here").strip() == "here"
    assert tool.returncode == 0, tool.stderr.read()
    assert database(gw) == 100000
    assert gw.out("s99999", "echo here").strip() == "here"
    assert len(names(gw)) == 100001


# --- what goes out ---------------------------------------------------------------------


@pytest.mark.parametrize("words", [
    ["list"], ["list", "--json"], ["list", "--csv"], ["show", "demo"], ["show", "demo", "--json"]])
def test_a_list_that_could_not_be_written_says_so(gw, words):
    with open("/dev/full", "w") as full:
        done = subprocess.run([g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "account", *words],
                              stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (1, "atoll: stdout: No space left on device\n")


def test_the_csv_of_accounts_is_safe_in_spreadsheets(gw):
    must(gw, "add", "calc", "--generate", "--full-name", "=HYPERLINK(1);@x")
    rows = list(csvfile.DictReader(io.StringIO(must(gw, "list", "--csv"), newline="")))
    row = next(r for r in rows if r["name"] == "calc")
    assert row["full_name"] == "'=HYPERLINK(1);'@x"
    assert (row["state"], row["has_password"], row["keys"], row["source"]) == ("active", "1", "0", "tool")
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT[\d:]{8}Z", row["created"])
    again = subprocess.run([g.BUILD / "atoll", "--csv", "-s", gw.run_dir / "admin.sock",
                            "account", "list"], capture_output=True, text=True, timeout=60)
    assert again.stdout.startswith("name,full_name,"), again


# --- what goes wrong ----------------------------------------------------------------


def start_import(gw, turn, size):
    """An import of its own names; and how often its writing was seen so far,
    with each question."""
    path = gw.folder / "many.csv"
    key = g.Keys.public(gw.keys.student)
    path.write_text("".join(f"t{turn}-{i},,,{key},\n" for i in range(size)))
    log = gw.folder / "state/atoll.db-wal"
    seen = {log.stat().st_mtime_ns}

    def writes():
        seen.add(log.stat().st_mtime_ns)
        return len(seen) - 1

    tool = subprocess.Popen(
        [g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "account", "import", path],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return tool, writes


@pytest.mark.slow
def test_a_kill_in_the_middle_of_an_import_leaves_all_of_it_or_nothing(new_gateway):
    gw = new_gateway()
    size, turns, lost, kept = 20000, 12, 0, 0
    tool, writes = start_import(gw, "whole", size)
    while tool.poll() is None:
        writes()
    whole, made = writes(), size
    assert tool.returncode == 0 and whole > turns
    for turn in range(1, turns + 1):
        family = gw.family()
        tool, writes = start_import(gw, turn, size)
        # From the first of its writes to the last: it rehearses, then commits.
        while writes() < whole * turn // turns and tool.poll() is None:
            pass
        os.kill(gw.monitor, signal.SIGKILL)
        os.kill(gw.pid, signal.SIGKILL)
        gw.wait_end()
        tool.wait()
        g.wait_until(lambda: not gw.leftovers(family), "the rest ends")
        there = database(gw)
        assert there in (made, made + size), f"turn {turn}: {there} after {made}"
        lost += there == made
        kept += there != made
        made = there
        gw.start()
    print("imports lost", lost, "kept", kept)
    assert lost > 0, "no kill came in the middle"
    assert len(names(gw)) == made + 1


@pytest.mark.longer
def test_a_database_that_another_program_has_locked_is_told(gw):
    db = sqlite3.connect(gw.folder / "state/atoll.db", isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    try:
        assert "another program has it locked" in wrong(gw, "add", "lo", "--generate")
        assert gw.out("demo+box", "echo here").strip() == "here"  # reading goes on
    finally:
        db.execute("ROLLBACK")
        db.close()
    must(gw, "add", "lo", "--generate")


def test_a_damaged_database_keeps_the_gateway_from_starting(new_gateway):
    gw = new_gateway()  # makes secret.key
    gw.stop()
    for file in (gw.folder / "state").glob("atoll.db-*"):
        file.unlink()
    (gw.folder / "state/atoll.db").write_text("this is no database\n" * 100)
    gw.start(ready=False)
    gw.wait_log("atoll.db: file is not a database; it is damaged")
    assert gw.wait_end() == 1


def test_a_database_of_a_newer_version_is_left_alone(new_gateway):
    gw = new_gateway()
    gw.stop()
    path = gw.folder / "state/atoll.db"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    gw.start(ready=False)
    gw.wait_log("made by a newer atoll .schema 99")
    assert gw.wait_end() == 1


# --- strangers ------------------------------------------------------------------------


def test_only_root_and_the_group_may_ask(gw):
    done = subprocess.run(
        ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups",
         g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "account", "list"],
        capture_output=True, text=True)
    assert done.returncode != 0 and done.stdout == ""


@pytest.mark.longer
def test_five_thousand_accounts_are_made_in_half_a_minute_and_say_how_far_they_are(new_gateway):
    gw = new_gateway()
    begin, before = time.monotonic(), os.times()
    done = csv(gw, "name,full name\n" + "".join(f"c{i},Student {i}\n" for i in range(5000)))
    took, after = time.monotonic() - begin, os.times()
    assert done.returncode == 0, done
    # What it takes where nothing else runs; here other tests may.
    busy = sum(after[2:4]) - sum(before[2:4])
    assert busy / os.cpu_count() < 30, (busy, took)
    lines = done.stdout.splitlines()
    assert len(lines) == 5000
    name, password = lines[4999].split("\t")
    assert name == "c4999" and can_log_in(gw, name, password)
    if took > 6:
        assert re.search(r"^atoll: hashing passwords: \d+ of 5000$", done.stderr, re.M), done.stderr


@pytest.fixture
def small_disk(tmp_path):
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", tmp_path], check=True)
    yield tmp_path
    subprocess.run(["umount", "-l", tmp_path], check=True)


def test_a_full_disk_is_told_and_changes_nothing(new_gateway, small_disk):
    gw = new_gateway(state_dir=small_disk)
    must(gw, "add", "first", "--key", f"{gw.keys.student}.pub")
    key = g.Keys.public(gw.keys.student)
    done = csv(gw, "".join(f"f{i},,,{key},\n" for i in range(20000)))
    assert done.returncode == 1, done
    assert "no room is left in state_dir; nothing was changed" in done.stderr
    assert names(gw) == ["demo", "first"]
    assert gw.out("first", "echo here") == "here\n"
