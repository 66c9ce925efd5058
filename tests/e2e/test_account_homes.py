"""What becomes of the homes of accounts that expire or are removed."""
import json
import sqlite3
import subprocess
import time

import pytest

import gateway as g

pytestmark = pytest.mark.longer

LABS = {"one": {"home": "persistent", "home_disk": "24M", "home_inodes": 500},
        "two": {"home": "seat", "home_disk": "24M", "home_inodes": 500}}


def make(gw, name):
    done = gw.atoll("account", "add", name, "--key", f"{gw.keys.student}.pub")
    assert done.returncode == 0, done


def must(gw, *words):
    done = gw.atoll("account", *words)
    assert done.returncode == 0, done


def accounts(gw):
    return {a["name"]: a["state"] for a in json.loads(gw.atoll("--json", "account", "list").stdout)}


def homes(gw):
    return gw.atoll("homes").stdout


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(labs=LABS, home_grace="10d", expiry_wait=0)


def test_an_expired_account_goes_after_its_grace_with_all_its_homes(gw):
    make(gw, "ann")
    make(gw, "bea")
    for seat in ("ann+one", "ann+two", "bea+one"):
        gw.out(seat, "echo mine >file")
    gw.wait_no_sandbox()
    assert "ann" in homes(gw)
    must(gw, "expire", "ann", "2020-01-01")
    gw.wait_log("homes removed account=ann count=2")
    gw.wait_log("account removed after its grace account=ann")
    assert "ann" not in homes(gw) and "ann" not in accounts(gw)
    assert gw.out("bea+one", "cat file") == "mine\n"


def test_in_its_grace_an_account_keeps_what_it_has(gw):
    make(gw, "cleo")
    gw.out("cleo+one", "echo mine >file")
    gw.wait_no_sandbox()
    must(gw, "expire", "cleo", "now")
    make(gw, "gone")
    must(gw, "expire", "gone", "2020-01-01")  # after that look has been
    gw.wait_log("account removed after its grace account=gone")
    assert accounts(gw)["cleo"] == "expired" and "cleo" in homes(gw)
    assert gw.ssh("cleo+one", "true").returncode == 255
    must(gw, "expire", "cleo", "30d")
    assert gw.out("cleo+one", "cat file") == "mine\n"


def test_a_removed_account_s_home_is_nobody_else_s(gw):
    make(gw, "dora")
    gw.out("dora+one", "echo private >file")
    t = gw.shell("dora+one")
    must(gw, "remove", "dora")
    t.end()
    gw.wait_log("homes removed account=dora count=1", timeout=40)
    make(gw, "dora")
    assert gw.ssh("dora+one", "cat file").returncode == 1


def test_a_home_stays_where_that_was_asked_for(gw):
    make(gw, "eva")
    gw.out("eva+one", "echo mine >file")
    gw.wait_no_sandbox()
    must(gw, "remove", "eva", "--keep-homes")
    make(gw, "eva")
    assert gw.out("eva+one", "cat file") == "mine\n"


def test_what_expired_while_the_gateway_was_down_goes_when_it_is_up(new_gateway):
    gw = new_gateway(labs=LABS, expiry_wait=0)
    make(gw, "fay")
    gw.out("fay+one", "echo mine >file")
    gw.wait_no_sandbox()
    must(gw, "expire", "fay", "2020-01-01")
    gw.stop()
    gw.start()
    g.wait_until(lambda: "fay" not in accounts(gw), "fay is gone")
    assert "fay" not in homes(gw)


def test_nobody_gets_the_name_before_the_homes_are_gone(new_gateway):
    gw = new_gateway(labs=LABS, expiry_wait=0)
    make(gw, "gil")
    gw.out("gil+one", "echo private >file")
    gw.wait_no_sandbox()
    home = next((gw.folder / "state").glob("homes/*gil*"))
    subprocess.run(["chattr", "+i", home], check=True)  # cannot be removed
    try:
        must(gw, "remove", "gil")
        refused = gw.atoll("account", "add", "gil", "--key", f"{gw.keys.student}.pub")
        assert refused.returncode == 1 and "gil that was removed are not gone yet" in refused.stderr
        gw.stop()
        gw.start()
        assert gw.atoll("account", "add", "gil", "--generate").returncode == 1
    finally:
        subprocess.run(["chattr", "-i", home], check=True)
    gw.wait_log("homes removed account=gil count=1")
    g.wait_until(lambda: gw.atoll("account", "add", "gil", "--key",
                                  f"{gw.keys.student}.pub").returncode == 0, "the name is free")
    assert gw.ssh("gil+one", "cat file").returncode == 1


def test_without_homes_a_name_is_free_at_once(gw):
    for _ in range(5):
        make(gw, "hal")
        must(gw, "remove", "hal")


def test_who_gets_more_time_while_there_keeps_the_home(gw):
    make(gw, "ira")
    gw.out("ira+one", "echo mine >file")
    t = gw.shell("ira+one")
    must(gw, "expire", "ira", "2020-01-01")
    gw.wait_log("home stays until it is not in use account=ira")
    must(gw, "expire", "ira", "never")
    make(gw, "ivo")
    must(gw, "expire", "ivo", "2020-01-01")  # a look after that
    gw.wait_log("account removed after its grace account=ivo")
    t.type("exit")
    t.end()
    gw.wait_no_sandbox()
    make(gw, "jon")
    must(gw, "expire", "jon", "2020-01-01")
    gw.wait_log("account removed after its grace account=jon")
    assert gw.out("ira+one", "cat file") == "mine\n"


def test_who_is_still_there_does_not_meet_the_next_of_the_name(new_gateway):
    gw = new_gateway(labs={"plain": {"linger": "1h"}}, accounts=["demo", "kay"], expiry_wait=0)
    old = gw.shell("kay")
    old.run("touch /tmp/mine")
    gw.write_config(accounts=[gw.account("demo")])
    assert gw.atoll("reload").returncode == 0
    assert old.run("ls /tmp/mine")[1] == 0  # what runs goes on
    make(gw, "kay")
    assert "your account was removed; ask your instructor" in old.end()[0]
    assert gw.ssh("kay", "ls /tmp/mine").returncode == 1

    old = gw.shell("kay")
    must(gw, "expire", "kay", "2020-01-01")
    gw.wait_log("account removed after its grace account=kay")
    make(gw, "kay")
    assert "your account was removed; ask your instructor" in old.end()[0]
    assert gw.ssh("kay", "ls /tmp/mine").returncode == 1


def test_a_wrong_clock_at_a_start_costs_nobody_a_home(new_gateway):
    """As after 100 days: what the clock says is over stays for now, and goes
    only to the trash."""
    gw = new_gateway(labs=LABS)
    make(gw, "lea")
    gw.out("lea+one", "echo mine >file")
    gw.wait_no_sandbox()
    must(gw, "expire", "lea", "2020-01-01")
    gw.wait_log("accounts are past home_grace count=1: .* seconds=21600")
    gw.stop()
    gw.start()
    gw.wait_log("accounts are past home_grace count=1")
    assert "lea" in accounts(gw) and "lea" in homes(gw)
    must(gw, "expire", "lea", "never")  # the clock is right again
    assert gw.out("lea+one", "cat file") == "mine\n"


def test_the_second_look_decides(new_gateway):
    gw = new_gateway(labs=LABS, expiry_wait=3)
    for name in ("mia", "moe"):
        make(gw, name)
        gw.out(f"{name}+one", "echo mine >file")
    gw.wait_no_sandbox()
    must(gw, "expire", "mia", "2020-01-01")
    must(gw, "expire", "moe", "2020-01-01")
    gw.wait_log("accounts are past home_grace")
    must(gw, "expire", "moe", "never")
    gw.wait_log("account removed after its grace account=mia")
    assert "moe" in accounts(gw) and gw.out("moe+one", "cat file") == "mine\n"
    make(gw, "mia")  # another one of the name, who gets nothing of the first
    assert gw.ssh("mia+one", "cat file").returncode == 1


# --- having back what a clock has removed --------------------------------------


def remove_by_expiry(gw, name):
    since = len(gw.lines)
    must(gw, "expire", name, "2020-01-01")
    gw.wait_log(f"account removed after its grace account={name}", since)


def trash(gw):
    return gw.folder / "state/homes/.trash"


def test_an_account_is_restored_with_all_that_it_had(gw):
    done = gw.atoll("account", "add", "nell", "--key", f"{gw.keys.student}.pub", "--full-name",
                    "Nell N", "--groups", "g1,g2")
    assert done.returncode == 0
    before = json.loads(gw.atoll("--json", "account", "show", "nell").stdout)
    for seat in ("nell+one", "nell+two"):
        gw.out(seat, f"echo {seat} >file")
    gw.wait_no_sandbox()
    remove_by_expiry(gw, "nell")
    assert "nell" not in accounts(gw) and gw.ssh("nell+one", "true").returncode == 255
    refused = gw.atoll("account", "restore", "nell")
    assert refused.returncode == 1 and "--expires WHEN" in refused.stderr
    must(gw, "restore", "nell", "--expires", "never")
    assert json.loads(gw.atoll("--json", "account", "show", "nell").stdout) == before
    for seat in ("nell+one", "nell+two"):
        assert gw.out(seat, "cat file") == f"{seat}\n"
    again = gw.atoll("account", "restore", "nell")
    assert again.returncode == 1 and "there is an account nell already" in again.stderr


def test_nobody_is_restored_who_was_not_removed_by_a_clock(gw):
    make(gw, "olaf")
    must(gw, "remove", "olaf")
    done = gw.atoll("account", "restore", "olaf")
    assert done.returncode == 1
    assert "no account olaf was removed after its expiry in the last two weeks" in done.stderr
    assert "demo is an account of atoll.conf" in gw.atoll("account", "restore", "demo").stderr


def test_a_home_of_an_earlier_owner_of_the_name_stays_in_the_trash(gw):
    make(gw, "pam")
    gw.out("pam+two", "echo of the first >file")
    gw.wait_no_sandbox()
    remove_by_expiry(gw, "pam")
    [old] = trash(gw).glob("pam+two.*")
    # As if that had been a day ago: the next pam was not there then.
    old.rename(old.with_suffix(f".{int(old.suffix[1:]) - 86400}"))
    make(gw, "pam")
    gw.out("pam+one", "echo of the second >file")
    gw.wait_no_sandbox()
    remove_by_expiry(gw, "pam")
    must(gw, "restore", "pam", "--expires", "30d")
    assert gw.out("pam+one", "cat file") == "of the second\n"
    assert gw.ssh("pam+two", "cat file").returncode == 1


def test_a_home_that_is_there_is_not_replaced_by_one_of_the_trash(gw):
    make(gw, "quin")
    gw.out("quin+one", "echo old >file")
    gw.wait_no_sandbox()
    remove_by_expiry(gw, "quin")
    [old] = trash(gw).glob("quin.*")
    (trash(gw).parent / "quin").write_text("something else\n")
    done = gw.atoll("account", "restore", "quin", "--expires", "never")
    assert done.returncode == 1
    assert "1 of its homes stay in homes/.trash: the log says why" in done.stderr
    assert (trash(gw).parent / "quin").read_text() == "something else\n" and old.exists()
    (trash(gw).parent / "quin").unlink()


def backdate(path, days):
    """As if it had come there so much earlier."""
    return path.rename(path.with_suffix(f".{int(path.suffix[1:]) - days * 86400}"))


def test_the_trash_is_emptied_after_two_weeks(gw):
    for name in ("rae", "ray"):
        make(gw, name)
        gw.out(f"{name}+one", "echo mine >file")
    gw.wait_no_sandbox()
    for name in ("rae", "ray"):
        remove_by_expiry(gw, name)
    [rae], [ray] = trash(gw).glob("rae.*"), trash(gw).glob("ray.*")
    rae, ray = backdate(rae, 15), backdate(ray, 13)
    foreign = trash(gw) / "note.txt"  # not put there by us
    foreign.write_text("mine\n")
    make(gw, "sue")
    must(gw, "expire", "sue", "2020-01-01")  # which has it looked at
    gw.wait_log(f"home left the trash name={rae.name}")
    gw.wait_log("account removed after its grace account=sue")
    assert not rae.exists() and ray.exists() and foreign.exists()


def test_a_clock_that_is_ahead_does_not_empty_the_trash_at_once(new_gateway):
    """To it, what came a moment ago came 100 days ago, at a start, too."""
    gw = new_gateway(labs=LABS, expiry_wait=0)
    make(gw, "tom")
    gw.out("tom+one", "echo mine >file")
    gw.wait_no_sandbox()
    remove_by_expiry(gw, "tom")
    [home] = trash(gw).glob("tom.*")
    gw.stop()
    home = backdate(home, 100)
    database = sqlite3.connect(gw.folder / "state/atoll.db")
    with database:
        database.execute("UPDATE accounts_removed SET removed = removed - 100 * 86400")
    database.close()
    gw.write_config(expiry_wait="6h")
    gw.start()
    make(gw, "ugo")
    must(gw, "expire", "ugo", "2020-01-01")
    gw.wait_log("accounts are past home_grace count=1: .* seconds=21600")
    assert home.exists()
    gw.stop()
    home.rename(home.with_suffix(f".{int(time.time())}"))  # the clock is right again
    gw.start()
    must(gw, "restore", "tom", "--expires", "never")
    assert gw.out("tom+one", "cat file") == "mine\n"


def test_after_two_weeks_an_account_cannot_be_restored(new_gateway):
    gw = new_gateway(labs=LABS, expiry_wait=0)
    for name in ("una", "uwe"):
        make(gw, name)
        remove_by_expiry(gw, name)
    gw.stop()
    database = sqlite3.connect(gw.folder / "state/atoll.db")
    with database:
        database.execute("UPDATE accounts_removed SET removed = removed - 15 * 86400"
                         " WHERE name = 'una'")
    database.close()
    gw.start()
    database = sqlite3.connect(f"file:{gw.folder}/state/atoll.db?mode=ro", uri=True)
    names = "SELECT name FROM accounts_removed"
    g.wait_until(lambda: database.execute(names).fetchall() == [("uwe",)], "una is gone")
    database.close()
    done = gw.atoll("account", "restore", "una", "--expires", "never")
    assert done.returncode == 1 and "no account una was removed" in done.stderr
    must(gw, "restore", "uwe", "--expires", "never")
