"""Recordings: what terminals of a lab show, as asciicast, by atoll-recorder."""
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import time

import pytest

import gateway as g

TOLD = "atoll: this lab records what your terminals show"


@pytest.fixture(scope="module")
def gw(start_gateway):
    return start_gateway(
        accounts=["bob", "eve", "a.b-c_d", {"name": "ann", "groups": ["teachers"]}],
        labs={
            "c101": {"record": "try", "linger": "1h", "reattach": True, "staff": ["teachers"]},
            "exam": {"record": "required", "time_limit": "1h"},
            "x.y-z_1": {"record": "try"},
            "plain": {},
        },
    )


@pytest.fixture(autouse=True)
def empty(gw):
    yield
    for seat in gw.ls():
        gw.atoll("kill", seat["seat"])
    gw.wait_no_sandbox()


def folder(gw, seat):
    account, lab = seat.split("+")
    return gw.folder / gw.options["state_dir"] / "recordings" / lab / account


def recordings(gw, seat):
    return sorted(folder(gw, seat).glob("*.cast"), key=lambda p: p.stat().st_mtime)


def newest(gw, seat, but=0):
    return g.wait_until(lambda: recordings(gw, seat)[but:], f"a recording of {seat}")[-1]


def events(path):
    """The header and the events; what is no line of JSON is an error."""
    lines = path.read_text().splitlines()
    assert path.read_bytes()[-1:] == b"\n"
    return json.loads(lines[0]), [json.loads(line) for line in lines[1:]]


def output(path):
    return "".join(text for _, kind, text in events(path)[1] if kind == "o")


def markers(path):
    return [text for _, kind, text in events(path)[1] if kind == "m"]


def wait_output(path, what):
    g.wait_until(lambda: what in output(path), f"{what!r} in the recording",
                 details=lambda: path.read_text())


def recorder(gw):
    [pid] = g.wait_until(lambda: gw.pids_of("atoll-recorder"), "atoll-recorder")
    return pid


def test_who_watches_is_marked_once(gw):
    t = gw.terminal("bob+c101")
    t.expect(TOLD)
    t.expect_prompt()
    path = newest(gw, "bob+c101")
    ann = gw.terminal("ann", "atoll watch bob+c101")
    ann.expect("q leaves")
    t.expect("ann is watching your terminal")
    ann.send("q")
    ann.end()
    t.expect("ann has stopped watching your terminal")
    t.run("echo one$((1+1))")
    wait_output(path, "one2")
    told = [m for m in markers(path) if "watching" in m]
    assert told == ["ann is watching your terminal", "ann has stopped watching your terminal"]


@pytest.mark.quick
def test_a_terminal_is_recorded_and_its_student_is_told(gw):
    t = gw.terminal("bob+exam", rows=30, cols=100)
    t.expect(TOLD)
    t.expect_prompt()
    t.run("echo one$((1+1))")
    t.child.setwinsize(40, 132)
    g.wait_until(lambda: "r" in [e[1] for e in events(newest(gw, "bob+exam"))[1]], "the new size")
    t.type("exit")
    t.end()
    path = newest(gw, "bob+exam")
    wait_output(path, "exit")
    head, what = events(path)
    assert (head["version"], head["width"], head["height"]) == (2, 100, 30)
    assert head["title"] == "bob+exam, terminal 1" and head["env"]["TERM"]
    assert abs(head["timestamp"] - time.time()) < 60
    assert "one2" in output(path)
    assert [e[2] for e in what if e[1] == "r"] == ["132x40"]
    times = [e[0] for e in what]
    assert times == sorted(times) and 0 <= times[0]
    assert re.fullmatch(r"\d{8}T\d{6}Z-1\.cast", path.name)
    for p in (path, path.parent, path.parent.parent, path.parent.parent.parent):
        st = p.stat()
        assert st.st_mode & 0o077 == 0 and p.owner() == "_atoll_rec", p


@pytest.mark.quick
def test_what_is_typed_is_not_and_other_labs_are_not(gw):
    t = gw.shell("bob+exam")
    t.type("stty -echo; read word; stty echo; echo got")
    time.sleep(0.2)
    t.type("hunter2")
    t.expect("got")
    path = newest(gw, "bob+exam")
    wait_output(path, "got\r\n")
    assert "hunter2" not in path.read_text()
    t.close()
    t = gw.terminal("eve+plain")
    t.expect_prompt()
    assert TOLD not in t.child.before
    t.close()
    assert not folder(gw, "eve+plain").exists()
    # Without a terminal there is nothing to be recorded.
    assert gw.out("eve+exam", "echo hello") == "hello\n"
    assert not folder(gw, "eve+exam").exists()


@pytest.mark.quick
def test_what_makes_a_terminal_answer_is_not_in_it(gw):
    t = gw.shell("bob+exam")
    t.type(r"printf 'A\033[6n\033]52;c;aGk=\007\377\303'; printf '\244Z\n'")
    t.expect("Z\r\n")
    path = newest(gw, "bob+exam")
    wait_output(path, "A\ufffd\u00e4Z")
    assert "\033]52;" not in output(path)
    t.close()


def test_every_name_that_there_can_be(gw):
    t = gw.shell("a.b-c_d+x.y-z_1")
    t.run("echo named")
    wait_output(newest(gw, "a.b-c_d+x.y-z_1"), "named")
    t.close()


def test_what_the_gateway_says_is_a_marker(gw):
    t = gw.shell("bob+exam")
    path = newest(gw, "bob+exam")
    assert gw.atoll("extend", "bob+exam", "5m").returncode == 0
    g.wait_until(lambda: markers(path), "a marker")
    assert "more" in markers(path)[0]
    t.close()


def test_who_comes_back_has_a_recording_that_begins_with_the_screen(gw):
    t = gw.shell("eve+c101")
    t.run("echo before$((1+1))")
    first = newest(gw, "eve+c101")
    t.child.kill(signal.SIGKILL)
    time.sleep(1.1)  # another second, another name
    t = gw.terminal("eve+c101")
    t.expect("before2")
    second = newest(gw, "eve+c101", but=1)
    wait_output(second, "before2")
    wait_output(first, "before2")
    t.close()


# --- seen again ---------------------------------------------------------------


def record(gw, seat, *commands):
    t = gw.shell(seat)
    for command in commands:
        t.run(command)
    t.type("exit")
    t.end()
    path = newest(gw, seat)
    wait_output(path, "exit")
    return path, str(path.relative_to(gw.folder / "state/recordings"))


def test_recordings_are_listed_for_people_scripts_and_spreadsheets(gw):
    path, name = record(gw, "eve+exam", "sleep 1; echo listed")
    table = gw.atoll("recordings", "exam").stdout.splitlines()
    assert table[0].split() == ["BEGUN", "LENGTH", "SIZE", "NAME"]
    assert table[-1].split()[-1] == name
    [row] = [r for r in json.loads(gw.atoll("--json", "recordings").stdout) if r["name"] == name]
    assert (row["account"], row["lab"], row["goes_on"]) == ("eve", "exam", 0)
    assert row["bytes"] == path.stat().st_size and 0 < row["seconds"] < 20
    sheet = gw.atoll("--csv", "recordings", "exam").stdout.splitlines()
    assert sheet[0] == "name,account,lab,begun,seconds,bytes,goes_on"
    assert any(line.startswith(f'"{name}","eve","exam",') for line in sheet)
    t = gw.shell("eve+exam")
    g.wait_until(lambda: "(goes on)" in gw.atoll("recordings", "exam").stdout, "one that goes on")
    t.close()


def play(gw, *words):
    return g.Terminal([g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "replay", *words])


def test_a_recording_is_played_with_its_times_and_keys(gw):
    path, name = record(gw, "bob+exam", "echo begin$((1+1))", "sleep 2", "echo later$((1+1))",
                        "sleep 1", "echo last$((1+1))")
    t = play(gw, name)
    began = time.monotonic()
    t.expect("space pauses")
    t.expect("begin2")
    t.expect("later2")
    assert time.monotonic() - began > 1.7
    t.send(" ")  # pauses
    t.send("\033[C")  # jumps, to the end
    t.expect("last2")
    t.send("\033[D\033[D++ ")  # back to the beginning, and on four times as fast
    began = time.monotonic()
    t.expect("begin2")
    t.expect("last2")
    assert time.monotonic() - began < 2
    rest, status = t.end()
    assert "atoll: the recording ends at" in rest and status == 0
    t = play(gw, path)  # a file of root's
    t.expect("begin2")
    t.send("q")
    rest, status = t.end()
    assert "was left at 0 s" in rest and status == 0
    t = play(gw, "bob+exam")  # its newest
    t.send("nnnnnnnnnn")
    t.expect("last2")
    t.close()


def test_asciinema_plays_it_unchanged(gw, tmp_path):
    path, name = record(gw, "bob+exam", "printf '\\033[1mbold\\033[m \\303\\244\\n'", "seq 300")
    copy = tmp_path / "copy.cast"
    copy.write_text(gw.atoll("replay", name).stdout)
    assert copy.read_bytes() == path.read_bytes()
    t = g.Terminal(["env", "LC_ALL=C.UTF-8", f"HOME={tmp_path}", "asciinema", "play", "-s", "20", copy])
    t.expect("bold")
    t.expect("300\r\n")
    assert t.end()[1] == 0


def test_staff_see_the_recordings_of_their_lab_and_play_them(gw):
    path, name = record(gw, "bob+c101", "echo taught$((1+1))", "sleep 2")
    _, other = record(gw, "bob+exam", "echo secret")
    rows = json.loads(gw.ssh("ann", "atoll --json recordings").stdout)
    assert {r["lab"] for r in rows} == {"c101"} and name in [r["name"] for r in rows]
    for words, why in ((f"replay {other}", "you are not staff of a lab exam"),
                       ("recordings exam", "you are not staff of a lab exam"),
                       ("replay c101/../exam/bob/x.cast", "is no recording"),
                       ("replay c101/bob/none.cast", "No such file"),
                       ("replay /etc/passwd", "you are not staff of a lab"),
                       ("replay nothing", "is no recording: write a name")):
        done = gw.ssh("ann", f"atoll {words}")
        assert done.returncode == 1 and why in done.stderr, (words, done)
    assert gw.ssh("ann", f"atoll replay {name}").stdout == path.read_text()
    t = gw.terminal("ann", f"atoll replay {name}")
    t.expect("taught2")
    t.send("q")
    rest, status = t.end()
    assert "was left" in rest and status == 0
    gw.wait_log(f"account=ann recording is read file={name}|recording is read file={name}")


@pytest.mark.parametrize("text, why", [
    ("", "it is empty"),
    ("hello\n", "its first line is not the header"),
    ('{"version": 3, "width": 80, "height": 24}\n', "it is an asciicast of version 3"),
    ('{"version": 2, "width": 80, "height": 24}\n[0.1, "o", "a\\x"]\n', ":2: this is no event")])
def test_what_is_no_recording_is_told(gw, tmp_path, text, why):
    file = tmp_path / "x.cast"
    file.write_text(text)
    rest, status = play(gw, file).end()
    assert why in rest and status == 1


# --- when it is killed --------------------------------------------------------


def test_a_killed_recorder_is_started_again_and_goes_on_in_the_file(gw):
    t = gw.shell("bob+exam")
    t.run("echo first$((1+1))")
    path = newest(gw, "bob+exam")
    wait_output(path, "first2")
    pid = recorder(gw)
    with path.open("ab") as f:
        f.write(b'[1.0, "o", "half of a li')
    os.kill(pid, signal.SIGKILL)
    t.run("echo during$((1+1))")
    g.wait_until(lambda: gw.pids_of("atoll-recorder") not in ([], [pid]), "the next one")
    g.wait_until(lambda: t.run("echo again$((1+1))") and "again2" in path.read_text(), "it goes on")
    text = output(path)
    assert text.index("first2") < text.index("again2")
    assert "during2" in text or any("bytes are missing here" in m for m in markers(path))
    assert recordings(gw, "bob+exam")[-1] == path
    t.close()


def test_a_killed_session_leaves_what_plays(gw):
    t = gw.shell("bob+exam")
    t.run("echo first$((1+1))")
    path = newest(gw, "bob+exam")
    wait_output(path, "first2")
    [session] = gw.sessions()
    os.kill(session, signal.SIGKILL)
    t.end()
    assert "first2" in output(path)


def test_an_upgrade_loses_nothing(gw):
    t = gw.shell("bob+exam")
    t.type("i=0; while [ $i -lt 400 ]; do echo line$i.; i=$((i+1)); usleep 10000; done; echo over$i")
    path = newest(gw, "bob+exam")
    wait_output(path, "line10.")
    pid = recorder(gw)
    done = gw.atoll("upgrade")
    assert done.returncode == 0, done
    t.expect("over400")
    wait_output(path, "over400\r\n")
    assert [f"line{i}." in output(path) for i in range(400)].count(False) == 0
    assert not markers(path)
    g.wait_until(lambda: gw.pids_of("atoll-recorder") not in ([], [pid]), "the next one")
    g.wait_until(lambda: not g.is_alive(pid), "the old one's end")
    t.close()


def test_a_killed_monitor_leaves_what_plays(gw):
    t = gw.shell("bob+exam")
    t.run("echo first$((1+1))")
    path = newest(gw, "bob+exam")
    os.kill(gw.monitor, signal.SIGKILL)
    t.end()
    wait_output(path, "first2")

    def back():
        with contextlib.suppress(AssertionError):
            return gw.shell("bob+exam")

    t = g.wait_until(back, "a login")
    t.run("echo second$((1+1))")
    wait_output(newest(gw, "bob+exam", but=1), "second2")
    t.close()


# --- when it cannot be --------------------------------------------------------


@pytest.fixture
def full(new_gateway, tmp_path):
    """Recordings lie in a file system of 256 KiB."""
    place = tmp_path / "recordings"
    place.mkdir()
    tmp_path.chmod(0o755)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", place], check=True)
    try:
        gw = new_gateway(
            accounts=["bob"], state_dir=str(tmp_path),
            labs={"exam": {"record": "required"}, "c101": {"record": "try"}})
        yield gw
        gw.stop()
    finally:
        subprocess.run(["umount", place], check=True)


FILL = "i=0; while [ $i -lt 200 ]; do i=$((i+1)); head -c 3000 /dev/zero | tr '\\0' x; done; echo filled"


def test_a_full_disk_follows_what_the_lab_says(full):
    gw = full
    t = gw.shell("bob+c101")
    t.type(FILL)
    t.expect("xfilled\r\n")
    gw.wait_log(r"<3>.*terminal is not recorded number=1: .*No space left")
    assert t.run("echo on") == ("on\n", 0)
    path = newest(gw, "bob+c101")
    assert "xxx" in output(path)
    t.close()
    with contextlib.suppress(OSError), open(path.parents[2] / "filler", "wb", buffering=0) as f:
        while f.write(b"x"):
            pass
    # Where it is required no terminal begins, nor goes on.
    t = gw.terminal("bob+exam")
    t.expect("this lab records its terminals, and that is not possible now: .*No space left")
    assert t.end()[1] == 255
    path.unlink()
    t = gw.shell("bob+exam")
    t.type(FILL)
    t.expect("not possible now: .*No space left on device; tell your instructor")
    assert t.end()[1] == 255
    assert "xxx" in output(newest(gw, "bob+exam"))
    gw.wait_log("terminal is not recorded number=1 and ends")
    assert all(p.stat().st_size for p in recordings(gw, "bob+exam"))


def test_without_its_user_a_lab_cannot_be_recorded(new_gateway):
    gw = new_gateway(start=False, labs={"box": {"record": "try"}}, recorder_user="no-such-user")
    done = gw.check()
    assert done.returncode == 1
    assert re.search(r"box.conf:\d+: record needs the recorder_user of the site, and there is no"
                     " user no-such-user: make it with 'useradd", done.stderr)
    gw.write_config(recorder_user="atoll")
    assert "record needs a recorder_user of its own: atoll must not be root" in gw.check().stderr
    gw.write_config(recorder_user="no-such-user")
    gw.write_lab("box", {"record": "maybe"})
    assert 'record = "maybe"' in gw.check().stderr
    gw.write_lab("box", {})
    assert gw.check().returncode == 0


def test_without_a_recorder_it_is_as_the_lab_says(new_gateway, tmp_path):
    libexec = g.replace(tmp_path / "libexec")
    program = libexec / "atoll-recorder"
    program.write_text("#!/bin/false\n")
    program.chmod(0o755)
    gw = new_gateway(
        accounts=["bob"], libexec_dir=libexec,
        labs={"exam": {"record": "required"}, "c101": {"record": "try"}})
    t = gw.terminal("bob+exam")
    started = time.monotonic()
    u = gw.shell("bob+c101")
    assert time.monotonic() - started < 6
    assert u.run("echo on") == ("on\n", 0)
    gw.wait_log("<3>.*terminal is not recorded yet number=1: atoll-recorder does not run")
    t.expect("this lab records its terminals, and .*(its recorder does not run|cannot now)")
    assert t.end()[1] == 255
    # It is there at last: what goes on is recorded from then on.
    program.unlink()
    shutil.copy(g.BUILD / "atoll-recorder", program)
    path = newest(gw, "bob+c101")
    u.run("echo late$((1+1))")
    wait_output(path, "late2")
    u.close()


@pytest.mark.quick
def test_a_recorder_that_stands_still_costs_the_student_nothing(gw):
    t = gw.shell("bob+exam")
    path = newest(gw, "bob+exam")
    pid = recorder(gw)
    os.kill(pid, signal.SIGSTOP)
    try:
        t.type("head -c 600000 /dev/zero | tr '\\0' x; echo; echo over$((1+1))")
        t.expect("over2")
        assert t.run("echo alive") == ("alive\n", 0)
    finally:
        os.kill(pid, signal.SIGCONT)
    t.run("echo after$((1+1))")
    wait_output(path, "after2")
    [lost] = [int(m.split()[1]) for m in markers(path) if "bytes are missing here" in m]
    assert 0 < lost < 600000
    t.close()


def test_recordings_go_on_after_a_reload_that_records_no_more(new_gateway):
    gw = new_gateway(accounts=["bob", "eve"], labs={"box": {"record": "try"}})
    t = gw.shell("bob+box")
    path = newest(gw, "bob+box")
    gw.write_lab("box", {})
    assert gw.atoll("reload").returncode == 0
    t.run("echo still$((1+1))")
    wait_output(path, "still2")
    u = gw.shell("eve+box")
    u.run("echo new")
    assert not folder(gw, "eve+box").exists()
    t.close()
    u.close()


# --- how much is kept ---------------------------------------------------------


def test_the_oldest_go_first_and_what_is_too_old(new_gateway):
    gw = new_gateway(start=False, accounts=["bob"], labs={"exam": {"record": "try"}},
                     expiry_wait=0,
                     recordings={"max": "16M", "keep": "2d"})
    place = folder(gw, "old+gone")
    place.mkdir(parents=True)
    for day in range(12):
        path = place / f"202601{day + 1:02}T000000Z-1.cast"
        path.write_bytes(b"x" * (3 << 20))
        os.utime(path, (time.time() - day * 3600,) * 2)
    ancient = folder(gw, "bob+exam") / "20250101T000000Z-1.cast"
    ancient.parent.mkdir(parents=True)
    ancient.write_text("")
    os.utime(ancient, (time.time() - 3 * 86400,) * 2)
    subprocess.run(["chown", "-R", "_atoll_rec:", gw.folder / "state/recordings"], check=True)
    gw.start()
    gw.wait_log("recordings removed expired=1 over_max=7")
    assert sorted(p.name for p in place.glob("*")) == [
        f"202601{day + 1:02}T000000Z-1.cast" for day in range(5)]
    assert not ancient.exists()
    t = gw.shell("bob+exam")
    t.run("echo still")
    wait_output(newest(gw, "bob+exam"), "still")
    t.close()
