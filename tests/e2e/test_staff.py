"""Staff: who teaches sees and helps by ssh, in the labs of theirs and nowhere else."""
import json

import pytest

import gateway as g
from gateway import wait_until

@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(
        accounts=[
            "bob", "eve",
            {"name": "ann", "groups": ["teachers"]},
            {"name": "dan", "groups": ["teachers", "c101"]},
            {"name": "mia", "groups": ["maths"]},
        ],
        labs={
            "c101": {"staff": ["teachers"], "time_limit": "1h", "linger": "1h"},
            "maths": {"staff": ["maths"], "linger": "1h"},
            "plain": {"linger": "1h"},
        },
    )


@pytest.fixture(autouse=True)
def empty(gw):
    yield
    for seat in gw.ls():
        gw.atoll("kill", seat["seat"])


def staff(gw, who, command, **how):
    return gw.ssh(who, command, **how)


def seats(gw, who, *words):
    done = staff(gw, who, " ".join(["atoll", "--json", "ls", *words]))
    assert done.returncode == 0, done.stderr
    return sorted(s["seat"] for s in json.loads(done.stdout))


@pytest.mark.quick
def test_a_teacher_sees_the_seats_of_her_lab_and_no_others(gw):
    for seat in ("bob+c101", "eve+c101", "bob+maths", "bob+plain"):
        gw.out(seat, "true")
    assert seats(gw, "ann") == ["bob+c101", "eve+c101"]
    assert seats(gw, "ann", "c101") == ["bob+c101", "eve+c101"]
    assert seats(gw, "mia") == ["bob+maths"]
    table = staff(gw, "ann", "atoll ls")
    assert table.returncode == 0
    assert table.stdout.splitlines()[0].startswith("SEAT")
    assert "bob+c101" in table.stdout and "bob+plain" not in table.stdout
    # She needed no sandbox of her own for that.
    assert sorted(s["seat"] for s in gw.ls()) == [
        "bob+c101", "bob+maths", "bob+plain", "eve+c101"]
    gw.wait_log(r"account=ann staff command: atoll ls")


@pytest.mark.quick
def test_she_helps_there_and_the_log_says_who_did_it(gw):
    t = gw.shell("bob+c101")
    done = staff(gw, "ann", "atoll extend bob+c101 20m")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("bob+c101 ends in 1 hour ")
    t.expect(r"atoll: you have 20 minutes more")
    gw.wait_log(r"staff=ann conn=\d+ extend account=bob lab=c101 seconds=1200")
    assert staff(gw, "ann", "atoll kill bob+c101").returncode == 0
    t.expect_all("your sandbox was ended by the lab's staff")
    gw.wait_log(r"staff=ann conn=\d+ kill account=bob lab=c101")
    assert staff(gw, "ann", "atoll results c101").returncode == 0
    t = gw.shell("bob+c101")
    shown = staff(gw, "ann", "atoll --json terminals bob+c101")
    assert [row["number"] for row in json.loads(shown.stdout)] == [1]
    t.close()


def test_she_freezes_a_seat_and_lets_it_go_on(gw):
    t = gw.shell("bob+c101")
    done = staff(gw, "ann", "atoll freeze bob+c101")
    if "freez" in done.stderr and done.returncode == 1:
        pytest.skip(f"this host freezes nothing: {done.stderr}")
    assert (done.returncode, done.stdout) == (0, "bob+c101 is frozen: 'atoll thaw' lets it go on\n")
    t.expect(r"this sandbox was frozen by ann \(staff\): nothing in it is lost; ask your instructor")
    gw.wait_log(r"staff=ann conn=\d+ freeze account=bob lab=c101")
    assert [s["restraint"] for s in gw.ls()] == ["frozen"]
    t.type("echo o''n")
    again = gw.atoll("freeze", "bob+c101")
    assert again.returncode == 1 and "this seat is frozen already" in again.stderr
    assert staff(gw, "mia", "atoll freeze bob+c101").returncode == 1
    assert gw.atoll("thaw", "bob+c101").returncode == 0
    t.expect("this sandbox goes on as before")
    t.expect("\non\r")
    # The administrator's hand is called so.
    assert gw.atoll("freeze", "bob+c101").returncode == 0
    t.expect(r"this sandbox was frozen by the administrator: nothing")
    assert gw.atoll("thaw", "bob+c101").returncode == 0
    assert "no sandbox" in gw.atoll("freeze", "eve+c101").stderr
    t.close()


@pytest.mark.parametrize("command, status, why", [
    ("atoll ls maths", 1, "you are not staff of a lab maths"),
    ("atoll freeze bob+maths", 1, "you are not staff of a lab maths"),
    ("atoll kill bob+maths", 1, "you are not staff of a lab maths"),
    ("atoll extend maths 5m", 1, "you are not staff of a lab maths"),
    ("atoll extend bob+plain 5m", 1, "you are not staff of a lab plain"),
    ("atoll terminals bob+maths", 1, "you are not staff of a lab maths"),
    ("atoll results plain", 1, "you are not staff of a lab plain"),
    ("atoll ls nolab", 1, "you are not staff of a lab nolab"),
    ("atoll status", 2, "unknown command: status"),
    ("atoll account list", 2, "unknown command: account"),
    ("atoll lab check", 2, "unknown command: lab"),
    ("atoll reload", 2, "unknown command: reload"),
    ("atoll", 2, "a command is missing"),
    ("atoll -s /run/x ls", 2, "staff have no option --socket"),
    ("atoll ls 'c101", 2, "a ' is not closed by another one"),
    ("atoll ls " + "x " * 70, 2, "more than 64 words"),
    ("atoll kill 'bob +c101'", 2, '"bob +c101" is not a seat'),
])
def test_what_is_not_for_staff_is_refused_with_the_reason(gw, command, status, why):
    gw.out("bob+maths", "true")
    gw.out("bob+plain", "true")
    before = sorted(s["seat"] for s in gw.ls())
    done = staff(gw, "ann", command)
    assert done.returncode == status
    assert why in done.stderr
    assert done.stdout == ""
    assert sorted(s["seat"] for s in gw.ls()) == before


def test_the_help_names_what_staff_have(gw):
    done = staff(gw, "ann", "atoll --help")
    assert done.returncode == 0
    for word in ("ls [LAB]", "kill SEAT", "freeze SEAT", "extend SEAT|LAB TIME", "results LAB"):
        assert word in done.stdout
    for word in ("reload", "account COMMAND", "--socket", "upgrade"):
        assert word not in done.stdout


def test_a_student_who_types_it_is_at_the_sandbox(gw):
    # bob is staff of nothing: the command is one like any other.
    done = gw.ssh("bob+c101", "atoll ls")
    assert done.returncode == 127
    assert "not found" in done.stderr
    # So it is for a teacher who names the lab.
    assert gw.ssh("ann+c101", "atoll ls").returncode == 127


def test_a_teacher_has_a_sandbox_of_her_own_like_everybody(gw):
    assert gw.out("ann+c101", "hostname") == "c101\n"
    assert seats(gw, "ann") == ["ann+c101"]
    closed = gw.ssh("mia+c101", "true")
    assert closed.returncode == 0  # it is open to all here
    assert seats(gw, "mia") == []


def test_on_a_terminal_it_looks_as_on_the_host(gw):
    gw.out("bob+c101", "true")
    t = gw.terminal("ann", "atoll ls", rows=30, cols=100)
    t.expect(r"bob\+c101")
    rest, status = t.end()
    assert status == 0
    assert "\r\n" in rest or rest == ""


def test_in_the_menu_she_types_her_commands(gw):
    gw.out("bob+c101", "true")
    t = gw.terminal("ann")
    t.expect(r"You are staff of c101\.\r\nCommands of staff can be typed here, too: 'atoll --help' lists them\.")
    t.expect(r"Which one\? $")
    t.send("atoll lsx\b c101\r")
    t.expect(r"bob\+c101")
    t.expect(r"\r\nWhich one\? $")
    t.type("atoll reload")
    t.expect("unknown command: reload")
    t.expect(r"Which one\? $")
    t.type("atoll say bob+c101 Gr\u00fc\u00dfe")
    t.expect("said to 0 seats")
    t.expect(r"Which one\? $")
    t.type("atollx")
    t.expect("There is no lab atollx here")
    # Then she enters a lab, as everybody does.
    t.type("c101")
    t.expect_prompt()
    assert t.run("hostname")[0] == "c101\n"
    later = gw.terminal("bob+c101")
    later.expect("ann \\(staff\\): Gr\u00fc\u00dfe")


def test_a_command_of_hers_in_the_menu_is_hung_up_with_it(gw):
    t = gw.terminal("ann")
    t.expect(r"Which one\? $")
    t.type("atoll say c101 -")
    gw.wait_log(r"account=ann staff command: atoll say c101 -")
    t.send("typed text\r\x04")
    t.expect("said to 0 seats")
    t.expect(r"Which one\? $")
    t.type("atoll say c101 -")
    t.close()
    wait_until(lambda: not gw.sessions(), "it ended")


def test_a_student_has_no_commands_in_the_menu(gw):
    t = gw.terminal("bob")
    t.expect(r"Which one\? $")
    assert "staff" not in t.child.before
    t.type("atoll ls")
    t.expect("There is no lab atoll ls here")


def test_staff_of_the_only_lab_have_a_menu_too(new_gateway):
    gw = new_gateway(accounts=["bob", {"name": "ann", "groups": ["teachers"]}],
                     labs={"c101": {"staff": ["teachers"]}})
    t = gw.terminal("ann")
    t.expect(r"You are staff of c101")
    t.expect(r"Which one\? $")
    t.type("1")
    t.expect_prompt()
    gw.shell("bob").close()
    assert gw.out("ann", "echo direct") == "direct\n"


def test_who_is_taken_out_of_the_group_has_it_no_longer(gw):
    gw.out("bob+c101", "true")
    assert gw.atoll("account", "add", "tim", "--generate", "--groups", "teachers").returncode == 0
    key = str(gw.keys.student) + ".pub"
    assert gw.atoll("account", "key", "add", "tim", key).returncode == 0
    assert seats(gw, "tim") == ["bob+c101"]
    assert gw.atoll("account", "groups", "tim", "c101").returncode == 0
    done = staff(gw, "tim", "atoll ls")
    assert done.returncode != 0
    assert seats(gw, "ann") == ["bob+c101"]
    gw.atoll("account", "remove", "tim")


def test_without_staff_no_program_of_theirs_runs(new_gateway):
    gw = new_gateway()
    assert gw.out("demo", "true") == ""
    assert gw.pids_of("atoll-staff") == []


def test_their_program_is_jailed_and_comes_back_when_it_is_killed(gw):
    assert seats(gw, "ann") == []
    [pid] = gw.pids_of("atoll-staff")
    status = g.proc_status(pid)
    # The sanitizers need calls that the filter denies.
    assert status["Seccomp"] == ("0" if g.SANITIZED else "2")
    assert status["NoNewPrivs"] == "1"
    assert int(status["CapPrm"], 16) == 0 and int(status["CapBnd"], 16) == 0
    assert "0" not in status["Uid"].split()
    g.os.kill(pid, g.signal.SIGKILL)
    gw.wait_log("lost atoll-staff")
    g.wait_until(lambda: staff(gw, "ann", "atoll ls").returncode == 0, "it is there again")


def test_a_client_that_goes_in_the_middle_leaves_no_command(gw):
    done = staff(gw, "ann", "atoll ls", stdin="")
    assert done.returncode == 0
    g.wait_until(lambda: len(gw.pids_of("atoll-staff")) == 1, "its commands have ended")
