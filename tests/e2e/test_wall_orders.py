"""A wall's orders: say, extend and hand done, of its own lab, from its own page alone."""
import re
import socket
from urllib.parse import urlencode

import pytest

import wall
from gateway import PATIENCE, wait_until
from wall import Stream, ask

pytestmark = pytest.mark.quick

PATHS = ("/wall/say", "/wall/extend", "/wall/hand-done")
FORM = "application/x-www-form-urlencoded"
BODY_MAX = 4096  # of http_client.h


@pytest.fixture(scope="module")
def port():
    return wall.free_port()


@pytest.fixture(scope="module")
def gw(start_gateway, port):
    return start_gateway(
        accounts=["bob", "eve", {"name": "ann", "groups": ["teachers"]}, {"name": "mia", "groups": ["maths"]}],
        labs={"c101": {"staff": ["teachers"], "time_limit": "1h"}, "maths": {"staff": ["maths"]}},
        **wall.web(port))


@pytest.fixture(scope="module")
def cookie(gw, port):
    """Of ann's wall of c101."""
    return wall.cookie(gw, port, "c101", "ann")


@pytest.fixture
def bob(gw):
    t = gw.shell("bob+c101")
    yield t
    t.close()


@pytest.fixture
def order(port, cookie):
    """Gives an order as the page does, and returns its status and text."""

    def order(path, body, **headers):
        own = {"Cookie": cookie, "Origin": f"http://127.0.0.1:{port}", "Content-Type": FORM, **headers}
        status, _, text = ask(port, path, "POST", {k: v for k, v in own.items() if v is not None},
                              urlencode(body) if isinstance(body, dict) else body)
        return status, text

    return order


def raw(port, cookie, head, *parts):
    """The status that a client gets which writes its body by itself, in parts."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as s:
        s.sendall(f"POST /wall/say HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n"
                  f"Origin: http://127.0.0.1:{port}\r\n{head}\r\n\r\n".encode())
        for p in parts:
            assert ask(port, "/metrics")[0] == 200  # nobody else waits for the rest
            s.sendall(p.encode())
        return int(s.makefile("rb").readline().split()[1])


def test_a_student_reads_what_is_said_on_a_wall(gw, order, bob):
    status, text = order("/wall/say", {"account": "bob", "text": "look & see: 100% „ä“ +1 <b>"})
    assert status == 200 and text.startswith("said to 1 seat")
    bob.expect(r"ann \(staff\): look & see: 100% „ä“ \+1 <b>")
    gw.wait_log(r"wall=c101 staff=ann say account=bob labs=c101 seats=1 text=")
    assert order("/wall/say", {"account": "bob", "text": "\x1b]0;x\x07"})[0] == 200
    assert "\x1b]0;x" not in bob.run("true")[0]


def test_a_student_has_more_time(gw, order, bob):
    status, text = order("/wall/extend", {"account": "bob", "minutes": "10"})
    assert status == 200 and text.startswith("bob+c101 ends in ")
    bob.expect("you have 10 minutes more: this sandbox ends in")
    gw.wait_log("wall=c101 staff=ann extend account=bob lab=c101 seconds=600")
    assert order("/wall/extend", {"account": "eve", "minutes": "10"}) == (
        409, "this seat has no sandbox: 'atoll ls' shows all")


def test_a_hand_is_taken_down(gw, port, order, cookie, bob):
    page = Stream(port, cookie)
    bob.run("lab hand 'what now?'")
    wait_until(lambda: page.people.get("bob", {}).get("hand", -1) >= 0, "the hand is up")
    assert order("/wall/hand-done", {"account": "bob"}) == (200, "the hand of bob+c101 is down")
    bob.expect(r"ann \(staff\) lowered your hand")
    wait_until(lambda: page.people["bob"]["hand"] == -1, "the page shows it")
    status, text = order("/wall/hand-done", {"account": "bob"})
    assert status == 409 and "no hand up" in text
    page.close()


def test_a_wall_of_another_lab_says_nothing_in_this_one(gw, port, order, bob):
    other = wall.cookie(gw, port, "maths", "mia")
    for body in ({"account": "bob", "text": "from maths"}, {"account": "bob", "lab": "c101", "text": "from maths"}):
        assert order("/wall/say", body, Cookie=other)[1].startswith("said to 0 seats")
    assert order("/wall/extend", {"account": "bob", "minutes": "5"}, Cookie=other)[0] == 409
    assert order("/wall/hand-done", {"account": "bob"}, Cookie=other)[0] == 409
    gw.wait_log("wall=maths staff=mia say account=bob labs=maths seats=0")
    assert "from maths" not in bob.run("true")[0]
    assert not re.search(r"wall=maths .*(labs|lab)=c101", gw.log)
    ask(port, "/wall/leave", "POST", {"Cookie": other, "Origin": f"http://127.0.0.1:{port}"})
    assert order("/wall/say", {"account": "bob", "text": "x"}, Cookie=other)[0] == 403


def test_an_order_of_another_page_or_of_nobody_is_refused(gw, port, order, bob):
    good = {"account": "bob", "text": "never"}
    for path in PATHS:
        for origin in ("http://evil.example", f"http://localhost:{port}", f"https://127.0.0.1:{port}", "null", None):
            assert order(path, good, Origin=origin)[0] == 403
        for cookie in (None, "atoll=", "atoll=" + "0" * 64, "other=1"):
            assert order(path, good, Cookie=cookie)[0] == 403
        assert order(path, good, Host="evil.example")[0] == 421
        assert ask(port, path)[0] == 405 and order(path + "/", good)[0] == 405 and ask(port, path + "/")[0] == 404
    assert "never" not in bob.run("true")[0]


def test_what_is_no_order_is_refused(port, order):
    say = {"account": "bob", "text": "x"}
    for path, body in [("/wall/say", x) for x in (
            {}, {"account": "bob"}, {"text": "x"}, {**say, "account": ""}, {**say, "account": "../x"},
            {**say, "account": "b" * 40}, {**say, "text": "x" * 600}, "account=bob&text=%", "account=bob&text=a%00b",
            '{"account": "bob", "text": "x"}', "account=bob%00&text=x", "\xff" * 100, "")] + [
            ("/wall/extend", {"account": "bob", "minutes": x}) for x in ("", "0", "-5", "1e3", "1441", "9" * 300)] + [
            ("/wall/hand-done", {}), ("/wall/hand-done", {"account": "BOB"})]:
        assert order(path, body)[0] == 400, (path, body)
    for body, why in (({**say, "text": " "}, "no text"), ({**say, "text": "ä" * 201}, "too long"),
                      ({**say, "account": "nobody"}, "no account")):
        status, text = order("/wall/say", body)
        assert status == 409 and why in text


def test_a_body_is_bounded_and_nobody_waits_for_it(port, order, cookie):
    assert order("/wall/say", "x" * BODY_MAX)[0] == 400
    assert order("/wall/say", "x" * (BODY_MAX + 1))[0] == 413
    for head, status in (("Content-Length: 99999999999999999999", (400, 413)), (f"Content-Length: {2 ** 63}", (400, 413)),
                         ("Transfer-Encoding: chunked", (411,)), ("X: y", (411,)), ("Content-Length: -1", (400, 411)),
                         ("Content-Length: 5\r\nTransfer-Encoding: chunked", (400, 411))):
        assert raw(port, cookie, head) in status, head
    body = "account=bob&text=in+parts"
    head = f"Content-Type: {FORM}\r\nContent-Length: {len(body)}"
    assert raw(port, cookie, head, body[:1], body[1:20], body[20:]) == 200
    # One that never sends the rest is an idle client, which others are let in for.
    with socket.create_connection(("127.0.0.1", port)) as slow:
        slow.sendall(f"POST /wall/say HTTP/1.1\r\nHost: localhost\r\n{head}\r\n\r\nacc".encode())
        assert order("/wall/say", {"account": "bob", "text": "meanwhile"})[0] == 200


def test_orders_faster_than_a_person_s_are_refused_and_the_wall_goes_on(port, order, cookie):
    wait_until(lambda: "too fast" in order("/wall/hand-done", {"account": "eve"})[1], "an order is refused")
    page = Stream(port, cookie)
    page.wait_event("hello")
    wait_until(lambda: "no hand up" in order("/wall/hand-done", {"account": "eve"})[1], "an order is taken again")
    page.close()
