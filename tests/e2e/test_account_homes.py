"""What becomes of the homes of accounts that expire or are removed."""
import json
import subprocess

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
    gw.wait_log("home stays for now account=ira")
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
    assert "your account was removed; ask those who gave it to you" in old.end()[0]
    assert gw.ssh("kay", "ls /tmp/mine").returncode == 1

    old = gw.shell("kay")
    must(gw, "expire", "kay", "2020-01-01")
    gw.wait_log("account removed after its grace account=kay")
    make(gw, "kay")
    assert "your account was removed; ask those who gave it to you" in old.end()[0]
    assert gw.ssh("kay", "ls /tmp/mine").returncode == 1


def test_a_wrong_clock_at_a_start_costs_nobody_a_home(new_gateway):
    """As after 100 days: what the clock says is over stays for now, and goes
    only to the trash."""
    gw = new_gateway(labs=LABS)
    make(gw, "lea")
    gw.out("lea+one", "echo mine >file")
    gw.wait_no_sandbox()
    must(gw, "expire", "lea", "2020-01-01")
    gw.wait_log("accounts are over their grace count=1: .* seconds=21600")
    gw.stop()
    gw.start()
    gw.wait_log("accounts are over their grace count=1")
    assert "lea" in accounts(gw) and "lea" in homes(gw)
    must(gw, "expire", "lea", "never")  # the clock is right again
    assert gw.out("lea+one", "cat file") == "mine\n"


def test_the_second_look_decides_and_the_home_can_be_had_back(new_gateway):
    gw = new_gateway(labs=LABS, expiry_wait=3)
    for name in ("mia", "moe"):
        make(gw, name)
        gw.out(f"{name}+one", "echo mine >file")
    gw.wait_no_sandbox()
    must(gw, "expire", "mia", "2020-01-01")
    must(gw, "expire", "moe", "2020-01-01")
    gw.wait_log("accounts are over their grace")
    must(gw, "expire", "moe", "never")
    gw.wait_log("account removed after its grace account=mia")
    assert "moe" in accounts(gw) and gw.out("moe+one", "cat file") == "mine\n"
    state = gw.folder / "state/homes"
    [kept] = (state / ".trash").glob("mia.*")
    make(gw, "mia")
    assert gw.ssh("mia+one", "cat file").returncode == 1
    gw.wait_no_sandbox()
    g.wait_until(lambda: gw.atoll("home-remove", "mia").returncode == 0, "free")
    kept.rename(state / "mia")
    assert gw.out("mia+one", "cat file") == "mine\n"
