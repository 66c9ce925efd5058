"""The terminal's page in Chromium: log in, type, resize, colours, paste, a network that goes, and the page's policy."""
import contextlib
import http.client
import re

import pytest

import webterminal
from browser import MISSING, Browser
from gateway import PATIENCE, wait_until
from test_wall_page import contrast

pytestmark = [pytest.mark.skipif(MISSING is not None, reason=str(MISSING))]


@pytest.fixture(scope="module")
def network():
    relay = webterminal.Relay(webterminal.free_port())
    yield relay
    relay.close()


@pytest.fixture(scope="module")
def port(network):
    return network.port


@pytest.fixture(scope="module")
def gw(start_gateway, network):
    return start_gateway(accounts=["bob", "eve"], labs={"c101": {"reattach": True, "linger": "1m"}},
                         **webterminal.web(network.target, url=f"http://127.0.0.1:{network.port}"))


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    b = Browser(tmp_path_factory.mktemp("browser"))
    yield b
    b.close()


@pytest.fixture
def page(gw, port, browser):
    """A student of c101 who has logged in with the keyboard alone."""
    browser.open(f"http://127.0.0.1:{port}/terminal")
    browser.wait("!document.getElementById('who').hidden")
    keys(browser, "bob+c101\n")
    browser.wait("document.querySelector('#prompts input[type=password]') === document.activeElement"
                 " && document.activeElement !== document.body")
    keys(browser, "secret\n")
    browser.wait("document.getElementById('state').textContent === 'Connected.'")
    yield browser
    browser.script("document.getElementById('leave').click()")
    browser.wait("!document.getElementById('who').hidden")
    assert browser.complaints() == []


def keys(browser, text):
    """As a person types them, \\n for Enter."""
    actions = [{"type": kind, "value": "\ue007" if c == "\n" else c} for c in text for kind in ("keyDown", "keyUp")]
    browser.post("/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})


def control(browser, key):
    actions = [{"type": kind, "value": value} for kind, value in (("keyDown", "\ue009"), ("keyDown", key), ("keyUp", key),
                                                                  ("keyUp", "\ue009"))]
    browser.post("/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})


def screen(browser):
    return browser.script("return [...document.querySelectorAll('.xterm-rows > div')].map((d) => d.textContent).join('\\n')")


def expect(browser, text):
    wait_until(lambda: text in screen(browser), f"{text!r} is on the screen", details=lambda: screen(browser))


def colour_of(browser, text):
    """Of the first piece of the screen that has it: colour and what is behind it."""
    return browser.script("""
        const e = [...document.querySelectorAll(".xterm-rows span")].find((s) => s.textContent.includes(arguments[0]));
        const style = getComputedStyle(e);
        return [style.color, style.backgroundColor, style.fontWeight];
    """, text)


def test_a_student_logs_in_and_types_with_the_keyboard_alone(page):
    assert page.script("return document.activeElement.className") == "xterm-helper-textarea"
    assert page.script("return document.cookie") == ""
    keys(page, "echo $((6*7)) is it; stty size\n")
    expect(page, "42 is it")
    rows, cols = page.script("return [term.rows, term.cols]")
    expect(page, f"{rows} {cols}")
    # What is typed while it is typed stands in its order.
    keys(page, "echo abcdefghijklmnopqrstuvwxyz | tr a-z A-Z\n")
    expect(page, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    # Keys that are no text: arrow up and Enter run it once more.
    keys(page, "clear\n")
    wait_until(lambda: "ABC" not in screen(page), "the screen is empty", details=lambda: screen(page))
    keys(page, "\ue013\ue013\n")
    expect(page, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def test_colours_of_all_kinds_pass_the_page_s_policy(page):
    keys(page, "clear; printf '\\033[1;31mr''ed\\033[m \\033[38;5;208m2''56\\033[m \\033[38;2;1;2;3;48;2;4;5;6mt''rue\\033[m\\n'\n")
    expect(page, "red 256 true")
    assert colour_of(page, "red")[2] == "700"
    assert colour_of(page, "256")[0] == "rgb(255, 135, 0)"
    assert colour_of(page, "true")[:2] == ["rgb(1, 2, 3)", "rgb(4, 5, 6)"]


def test_a_window_of_another_size_is_a_terminal_of_another_size(page):
    before = page.script("return [term.rows, term.cols]")
    page.post("/window/rect", {"width": 700, "height": 500})
    wait_until(lambda: page.script("return [term.rows, term.cols]") < before, "the terminal is smaller")
    rows, cols = page.script("return [term.rows, term.cols]")
    keys(page, "clear; stty size\n")
    expect(page, f"{rows} {cols}")
    page.post("/window/rect", {"width": 1280, "height": 900})


def test_much_is_pasted_whole_and_in_brackets(page):
    keys(page, "clear; stty -echo; wc -c; stty echo\n")
    lines = "0123456789abcdef\\n" * 4000
    page.script(f"term.paste('{lines}')")
    wait_until(lambda: page.script("return queue.length === 0"), "all is taken")
    control(page, "d")
    expect(page, "68000")
    keys(page, "clear; printf '\\033[?2004h'; cat -v\n")
    wait_until(lambda: page.script("return term.modes.bracketedPasteMode"), "pastes are told apart")
    page.script("term.paste('one\\ntwo\\n')")
    expect(page, "^[[200~one")
    control(page, "c")
    expect(page, "^C\n")  # what is typed before the signal is heard goes with it
    keys(page, "echo ne''xt\n")
    expect(page, "next")


def test_the_network_goes_and_nothing_is_lost_or_doubled(page, network):
    keys(page, "clear; i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo line $i; done > all; rm -f got; cat > got\n")
    network.cut()
    keys(page, "typed in the dark\n")
    page.wait("document.getElementById('state').textContent.includes('trying again')")
    network.mend()
    page.wait("document.getElementById('state').textContent === 'Connected.'")
    wait_until(lambda: page.script("return queue.length === 0"), "it is sent")
    control(page, "d")
    keys(page, "clear; wc -l got; cat got all; echo e''nd\n")
    expect(page, "end")
    text = page.script("""
        const b = term.buffer.active;
        return [...Array(b.length).keys()].map((i) => b.getLine(i).translateToString(true)).join("\\n");
    """)
    assert "1 got\ntyped in the dark\nline 1\n" in text
    assert [f"line {i}" for i in range(1, 201)] == [li for li in text.split("\n") if li.startswith("line ")]
    page.complaints()  # requests that failed are told there


def test_the_page_is_loaded_anew_and_opened_twice(page, port):
    keys(page, "echo before; cat > /dev/null\n")
    expect(page, "before")
    page.open(f"http://127.0.0.1:{port}/terminal")
    page.wait("document.getElementById('state').textContent === 'Connected.'")
    expect(page, "before")
    control(page, "c")
    expect(page, "^C")
    keys(page, "echo af''ter\n")
    expect(page, "after")
    # Another page has the terminal, and the first says so and can have it back.
    [cookie] = page.call("GET", "/cookie")
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict"
    number = page.script("return number")
    other = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with contextlib.closing(other):
        other.request("GET", f"/terminal/events?terminal={number}&page=1&from=0",
                      headers={"Cookie": f"{cookie['name']}={cookie['value']}"})
        assert other.getresponse().status == 200
        page.wait("!document.getElementById('here').hidden")
        page.script("document.getElementById('here').click()")
        page.wait("document.getElementById('state').textContent === 'Connected.'")
    page.script("term.focus()")
    keys(page, "echo ag''ain\n")
    expect(page, "again")


def test_a_page_that_comes_back_after_another_had_its_terminal_says_so(page, network):
    keys(page, "echo o''ne\n")
    expect(page, "one")
    [cookie] = page.call("GET", "/cookie")
    number = page.script("return number")
    network.cut()
    page.wait("document.getElementById('state').textContent.includes('trying again')")
    other = http.client.HTTPConnection("127.0.0.1", network.target, timeout=PATIENCE)
    with contextlib.closing(other):
        other.request("GET", f"/terminal/events?terminal={number}&page=1&from=0",
                      headers={"Cookie": f"{cookie['name']}={cookie['value']}"})
        assert other.getresponse().status == 200
    network.mend()
    page.wait("document.getElementById('state').textContent === 'Connected.'")
    keys(page, "x")  # which would stand at a wrong place
    page.wait("!document.getElementById('here').hidden")
    page.script("document.getElementById('here').click()")
    page.wait("document.getElementById('state').textContent === 'Connected.'")
    page.script("term.focus()")
    keys(page, "echo t''wo\n")
    expect(page, "two")
    page.complaints()  # requests that failed are told there


def test_an_answer_that_is_lost_is_asked_for_again(gw, port, browser, network):
    is_asked = "document.querySelector('#prompts input') === document.activeElement && document.activeElement !== document.body"
    browser.open(f"http://127.0.0.1:{port}/terminal")
    browser.wait("document.activeElement.id === 'name'")
    keys(browser, "eve\n")
    browser.wait(is_asked)
    network.cut()
    keys(browser, "secret\n")
    wait_until(lambda: any("/terminal/answer" in c for c in browser.complaints()), "the answer is lost")
    network.mend()
    browser.wait(is_asked)
    keys(browser, "secret\n")
    browser.wait("document.getElementById('state').textContent === 'Connected.'")
    keys(browser, "exit\n")
    browser.wait("document.getElementById('state').textContent.includes('has ended')")
    browser.complaints()  # requests that failed are told there


def test_a_wrong_password_and_names_for_a_screen_reader(gw, port, browser):
    browser.open(f"http://127.0.0.1:{port}/terminal")
    browser.wait("document.activeElement.id === 'name'")
    assert browser.name(browser.find("#name")[0]) == ("User name", "textbox")
    keys(browser, "eve\n")
    browser.wait("document.querySelector('#prompts input') === document.activeElement && document.activeElement !== document.body")
    assert "assword" in browser.name(browser.find("#prompts input")[0])[0]
    keys(browser, "wrong\n")
    browser.wait("document.getElementById('ask-text').textContent.includes('not right')"
                 " && document.querySelector('#prompts input') === document.activeElement")
    for scheme in ("light", "dark"):
        browser.scheme(scheme)
        for what in ("h1", "#state", "#ask-text", "#prompts label"):
            assert contrast(browser, what) >= 4.5, (scheme, what)
    keys(browser, "secret\n")
    browser.wait("document.getElementById('state').textContent === 'Connected.'")
    browser.script("document.getElementById('reader').click()")
    keys(browser, "echo re''ad\n")
    browser.wait("document.querySelector('.xterm-accessibility').textContent.includes('read')")
    keys(browser, "exit\n")
    browser.wait("document.getElementById('state').textContent.includes('has ended')")
    assert browser.complaints() == []


def test_a_code_that_ssh_gives_is_typed_in_the_place_of_a_password(gw, port, browser):
    [code] = re.findall(r"password   (\S+)", gw.out("eve+c101", "lab browser"))
    browser.open(f"http://127.0.0.1:{port}/terminal")
    browser.wait("document.activeElement.id === 'name'")
    assert "lab browser" in browser.script("return document.getElementById('name-help').textContent")
    for scheme in ("light", "dark"):
        browser.scheme(scheme)
        assert contrast(browser, "#name-help code") >= 4.5, scheme
    keys(browser, "eve\n")
    browser.wait("document.querySelector('#prompts input') === document.activeElement && document.activeElement !== document.body")
    keys(browser, f"{code.upper()}\n")
    browser.wait("document.getElementById('state').textContent === 'Connected.'")
    keys(browser, "exit\n")
    browser.wait("document.getElementById('state').textContent.includes('has ended')")
    assert browser.complaints() == []
