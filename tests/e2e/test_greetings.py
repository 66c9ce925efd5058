"""Banner and motd: who sees them, and what stands in them."""
import datetime
import os
import re

import pytest

import gateway as g

SITE = "Authorised users only.\n100% legal: %account\n"


@pytest.fixture(scope="module")
def gw(start_gateway):
    until = datetime.datetime.now() + datetime.timedelta(days=2)
    gw = start_gateway(
        start=False,
        banner_file="issue",
        labs={
            "box": {
                "title": "The box",
                "banner": "This is %lab (%title).",
                "motd": "Hello %account, you are %user on %hostname: %memory of memory, %cpus"
                " processors, %pids processes, %disk in %inodes files.\n"
                "Time %time_limit, %time_left left; idle %idle_limit; until %until; 5 %, 100%%",
                "memory": "96M",
                "disk": "8M",
                "cpus": 0.5,
                "time_limit": "2h",
                "idle_limit": "30m",
                "hostname": "islet",
            },
            "file": {"motd_file": "file.motd", "available": {"until": f"{until:%Y-%m-%d} 12:00"}},
            "plain": {},
        },
    )
    (gw.folder / "issue").write_text(SITE)
    (gw.labs_dir / "file.motd").write_text("Gr\u00fc\u00dfe, %account:\n\n  %time_limit until %until\n")
    gw.until = f"{until:%Y-%m-%d} 12:00 {until.astimezone().tzname()}"
    return gw.start()


# --- of the site ------------------------------------------------------------


@pytest.mark.parametrize("how", ["key", "password"])
def test_clients_show_the_sites_banner_before_the_login(gw, how):
    options = ["LogLevel=INFO", "PubkeyAuthentication=" + ("yes" if how == "key" else "no")]
    done = gw.ssh("demo+plain", "echo in", options=options)
    assert SITE in done.stderr.replace("\r\n", "\n")
    assert (done.returncode, done.stdout) == ((0, "in\n") if how == "key" else (255, ""))


def test_a_client_that_begins_with_a_password_gets_it_once(gw):
    paramiko = pytest.importorskip("paramiko")
    transport = paramiko.Transport(("127.0.0.1", gw.port))
    transport.connect()
    try:
        with pytest.raises(paramiko.AuthenticationException):
            transport.auth_password("demo", "wrong")
        assert transport.get_banner().decode() == SITE.replace("\n", "\r\n")
    finally:
        transport.close()


# --- of a lab ---------------------------------------------------------------


def test_placeholders_are_replaced(gw):
    t = gw.terminal("demo+box")
    t.expect(r"This is box \(The box\)\.\r\n")
    t.expect(
        r"Hello demo, you are student on islet: 96M of memory, 0\.5 processors, 64 processes,"
        r" 8M in 16384 files\.\r\n"
        r"Time 2 hours, (2 hours|1 hour 59 minutes) left; idle 30 minutes; until no end; 5 %, 100%\r\n"
    )
    t.expect_prompt()
    t.close()


def test_a_command_on_a_terminal_shows_the_banner_only(gw):
    assert gw.terminal("demo+box", "echo plain").end()[0] == "This is box (The box).\r\nplain\r\n"
    done = gw.ssh("demo+box", "echo plain")
    assert (done.stdout, done.stderr) == ("plain\n", "")


def test_a_motd_may_be_in_a_file(gw):
    t = gw.terminal("demo+file")
    t.expect(f"Gr\u00fc\u00dfe, demo:\r\n\r\n  no limit until {gw.until}\r\n")
    t.close()


def test_the_effective_configuration_shows_the_files_text(gw):
    shown = gw.check("-T").stdout
    assert re.search(r'motd = "Gr[^;]*%time_limit until %until', shown)
    assert "file.motd" not in shown


def test_a_reload_reads_the_file_again(gw):
    (gw.labs_dir / "file.motd").write_text("Another text")
    assert gw.atoll("reload").returncode == 0
    t = gw.terminal("demo+file")
    t.expect("Another text\r\n")
    t.close()


def test_a_lab_shows_no_files_of_others(new_gateway):
    """A lab's file may belong to an instructor, and root reads what it names."""
    conf = new_gateway(start=False, labs={"box": {"motd_file": "notes"}})
    notes = conf.labs_dir / "notes"
    notes.write_text("root's own")
    notes.chmod(0o600)
    assert conf.check().returncode == 0
    os.chown(conf.labs_dir / "box.conf", 1000, 1000)
    done = conf.check()
    assert done.returncode == 1
    assert "notes: not everybody may read it, and it is not of the owner" in done.stderr
    notes.chmod(0o644)
    assert conf.check().returncode == 0


def test_a_pipe_instead_of_a_text_stops_nothing(new_gateway):
    conf = new_gateway(start=False, labs={"box": {"motd_file": "pipe"}})
    os.mkfifo(conf.labs_dir / "pipe")
    done = conf.check()
    assert done.returncode == 1 and "pipe: not a file" in done.stderr


def test_text_and_file_at_once_are_an_error(new_gateway):
    conf = new_gateway(start=False, labs={"box": {"motd": "x", "motd_file": "y"}})
    done = conf.check()
    assert done.returncode == 1
    assert "box.conf:4: motd and motd_file are both given: choose one" in done.stderr
