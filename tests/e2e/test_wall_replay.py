"""Recordings played on a wall: of its own lab, from its own page, moment by moment."""
import json
import os
import re
import threading
from urllib.parse import urlencode

import pytest

import gateway as g
import wall
from gateway import wait_until
from wall import Stream, ask

pytestmark = pytest.mark.quick

PATHS = ("/wall/recordings", "/wall/replay", "/wall/replay-at", "/wall/replay-end")
CAST = "c101/bob/20261130T100000Z-7.cast"
LINES = [{"version": 2, "width": 80, "height": 24}, [0.5, "o", "first <b>"], [60.25, "o", "\r\n\u001b[31msecond"],
         [61, "r", "100x30"], [3600, "o", "\u001b[H\u001b[2Jlast"]]


@pytest.fixture(scope="module")
def port():
    return wall.free_port()


@pytest.fixture(scope="module")
def gw(start_gateway, port):
    return start_gateway(
        accounts=["bob", {"name": "ann", "groups": ["teachers"]}, {"name": "mia", "groups": ["maths"]}],
        labs={"c101": {"staff": ["teachers"], "record": "try"}, "maths": {"staff": ["maths"], "record": "try"}},
        **wall.web(port))


@pytest.fixture
def live(gw, cast):
    """Bob's terminal, and what it is recorded into."""
    t = gw.shell("bob+c101")
    t.run("echo live$((1+1))")
    [path] = wait_until(lambda: [p for p in cast.parent.glob("*.cast") if "live2" in p.read_text()], "a recording")
    yield t, path
    t.close()
    gw.wait_no_sandbox()
    path.unlink()


@pytest.fixture(scope="module")
def cast(gw):
    """One whose times are known, where atoll-recorder has made a place for bob's."""
    t = gw.shell("bob+c101")
    folder = gw.folder / gw.options["state_dir"] / "recordings/c101/bob"
    [path] = wait_until(lambda: list(folder.glob("*.cast")), "a recording")
    t.close()
    gw.wait_no_sandbox()
    path.unlink()
    path = folder / CAST.split("/")[-1]
    wall.write_cast(path, LINES)
    return path


@pytest.fixture(scope="module")
def cookie(gw, port, cast):
    """Of ann's wall of c101, with a page that is open."""
    cookie = wall.cookie(gw, port, "c101", "ann")
    page = Stream(port, cookie)
    page.wait_event("hello")
    yield cookie
    page.close()


@pytest.fixture
def post(port, cookie):
    """Status and answer, which is an object when it is JSON."""

    def post(path, body=None, **headers):
        own = {"Cookie": cookie, "Origin": f"http://127.0.0.1:{port}",
               "Content-Type": "application/x-www-form-urlencoded", **headers}
        status, got, text = ask(port, path, "POST", {k: v for k, v in own.items() if v is not None},
                                urlencode(body) if isinstance(body, dict) else body or "")
        return status, json.loads(text) if got["Content-Type"] == "application/json" else text

    def patient(path, body=None, **headers):
        """Who gives many orders is told to wait."""
        return wait_until(lambda: (r := post(path, body, **headers)) and "too fast" not in r[1] and r, "an answer")

    return patient


class Replay:
    """A recording that a page has opened."""

    def __init__(self, post, file, **headers):
        self.post, self.headers = post, headers
        status, answer = post("/wall/replay", {"file": file}, **headers)
        assert status == 200, answer
        self.number = answer["replay"]

    def ask(self, ms):
        return self.post("/wall/replay-at", {"replay": self.number, "ms": ms}, **self.headers)

    def at(self, ms):
        status, moment = self.ask(ms)
        assert status == 200, moment
        return moment

    def end(self):
        assert self.post("/wall/replay-end", {"replay": self.number}, **self.headers) == (200, "done\n")


def test_recordings_of_the_lab_are_listed_and_one_is_played(gw, post, live):
    status, listed = post("/wall/recordings")
    assert status == 200 and listed["hidden"] == 0
    rows = {r["file"]: r for r in listed["recordings"]}
    assert set(rows) == {CAST, f"c101/bob/{live[1].name}"}
    assert rows[CAST]["account"] == "bob" and not rows[CAST]["goesOn"]
    assert rows[f"c101/bob/{live[1].name}"]["goesOn"]
    r = Replay(post, CAST)
    gw.wait_log(f"wall=c101 staff=ann recording is read file={CAST}")
    moment = r.at(0)
    assert (moment["at"], moment["of"], moment["rows"], moment["cols"]) == (0, 3600000, 24, 80)
    assert "first" not in moment["view"]
    assert "first <b>" in r.at(500)["view"]
    same = r.at(60249)
    assert "view" not in same and same["at"] == 60249
    moment = r.at(60250)
    assert "first <b>" in moment["view"] and "\x1b[31msecond" in moment["view"]
    assert r.at(61000)["cols"] == 100
    moment = r.at(10 ** 9)
    assert moment["at"] == 3600000 and "last" in moment["view"] and "second" not in moment["view"]
    moment = r.at(500)
    assert "first <b>" in moment["view"] and "second" not in moment["view"] and moment["cols"] == 80
    r.end()
    assert r.ask(0) == (409, "it was closed in this browser")


def test_one_that_goes_on_is_played_as_far_as_it_is(post, live):
    t, path = live
    r = Replay(post, f"c101/bob/{path.name}")
    wait_until(lambda: "live2" in r.at(10 ** 9).get("view", ""), "it is shown")
    t.run("echo more$((1+1))")
    wait_until(lambda: "more2" in r.at(10 ** 9).get("view", ""), "and what comes")
    r.end()


def test_another_lab_s_are_neither_listed_nor_played(gw, port, post, cookie):
    other = wall.cookie(gw, port, "maths", "mia")
    assert post("/wall/recordings", Cookie=other) == (200, {"recordings": [], "hidden": 0})
    for file in (CAST, f"/{CAST}", f"./{CAST}"):
        assert post("/wall/replay", {"file": file}, Cookie=other) == (409, "this is the wall of lab maths")
    assert post("/wall/replay", Cookie=other)[0] == 400
    # The lab is its own there; the recorder sees that it is no name.
    page = Stream(port, other)
    page.wait_event("hello")
    status, text = Replay(post, f"maths/../{CAST}", Cookie=other).ask(0)
    assert status == 409 and "no recording" in text
    gw.wait_log("wall=maths staff=mia refused lab=c101")
    assert not re.search("wall=maths .*recording is read file=c101", gw.log)
    # Nor is one wall's shown on another.
    r = Replay(post, CAST)
    assert post("/wall/replay-at", {"replay": r.number, "ms": 0}, Cookie=other)[0] == 409
    assert post("/wall/replay-end", {"replay": r.number}, Cookie=other)[0] == 200
    assert r.at(500)["of"] == 3600000
    ask(port, "/wall/leave", "POST", {"Cookie": other, "Origin": f"http://127.0.0.1:{port}"})
    page.close()


def test_the_next_one_takes_the_place_of_the_last(post):
    one, next_ = Replay(post, CAST), Replay(post, CAST)
    assert one.ask(500) == (409, "another recording was opened on this wall")
    one.end()  # which comes late
    assert "first <b>" in next_.at(500)["view"]


def test_another_page_or_nobody_is_refused(port, post):
    for path in PATHS:
        for origin in ("http://evil.example", f"http://localhost:{port}", "null", None):
            assert post(path, Origin=origin)[0] == 403
        for cookie in (None, "atoll=", "atoll=" + "0" * 64):
            assert post(path, Cookie=cookie)[0] == 403
        assert ask(port, path)[0] == 405


def test_what_is_no_moment_or_no_recording_is_refused(post, cast):
    r = Replay(post, CAST)
    for ms in ("", "-1", "1e3", "x", "9" * 16, "9" * 300):
        assert r.ask(ms)[0] == 400
    assert post("/wall/replay-at")[0] == 400
    for number in ("0", "", "x", r.number + 1):
        assert post("/wall/replay-at", {"replay": number, "ms": 0})[0] == 409
    for file, why in (("c101/bob/none.cast", "No such file"), ("c101/bob/../x.cast", "no recording"),
                      ("c101/nobody/x.cast", "No such file"), (f"c101/bob/{'x' * 300}.cast", "")):
        status, text = Replay(post, file).ask(0)
        assert status == 409 and why in text, (file, text)
    bad = cast.parent / "20261130T110000Z-8.cast"
    for lines, why in (([], "empty"), ([[1, "o", "x"]], "header"), ([LINES[0], "damaged"], "damaged")):
        wall.write_cast(bad, lines)
        status, text = Replay(post, f"c101/bob/{bad.name}").ask(0)
        assert status == 409 and why in text, text
    bad.unlink()


def test_one_moment_is_asked_for_at_a_time_and_orders_go_on(post):
    r = Replay(post, CAST)
    answers = []
    threads = [threading.Thread(target=lambda i=i: answers.append(r.ask(i * 500))) for i in range(8)]
    for t in threads:
        t.start()
    assert post("/wall/hand-done", {"account": "bob"})[0] == 409  # of the order, not for want of a place
    for t in threads:
        t.join(timeout=g.PATIENCE)
    assert {status for status, _ in answers} <= {200, 503} and any(status == 200 for status, _ in answers)
    assert len(answers) == len(threads)
    assert r.at(1000)["at"] == 1000


def test_it_ends_when_no_page_is_open(gw, port, post):
    own = wall.cookie(gw, port, "c101", "ann")
    page = Stream(port, own)
    page.wait_event("hello")
    r = Replay(post, CAST, Cookie=own)
    r.at(500)
    page.close()
    wait_until(lambda: r.ask(0) == (409, "no page of this wall was open"), "it is over")
    assert Replay(post, CAST, Cookie=own).ask(0) == (409, "no page of this wall is open")


def test_a_recorder_that_is_lost_is_told_and_the_next_one_plays(gw, post):
    r = Replay(post, CAST)
    r.at(500)
    [pid] = wait_until(lambda: gw.pids_of("atoll-recorder"), "atoll-recorder")
    os.kill(pid, 9)
    wait_until(lambda: r.ask(0) == (
        409, "the gateway does not play this recording any more: open it again"), "it is told")
    wait_until(lambda: post("/wall/replay", {"file": CAST})[0] == 200, "there is another")
    assert "first <b>" in Replay(post, CAST).at(500)["view"]
