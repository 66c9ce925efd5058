"""The wall's page in Chromium: names, keys, colours, hostile bytes, thirty tiles, a slow network."""
import pytest

import wall
from browser import MISSING, Browser
from gateway import wait_until

pytestmark = [pytest.mark.skipif(MISSING is not None, reason=str(MISSING))]

COUNT = 30
# Each a way into a page, if its bytes were ever taken for anything but text.
HOSTILE = [
    "<script>window.pwned=1</script><img src=x onerror=window.pwned=2>",
    "\\033]0;evil title\\007\\033]8;;javascript:window.pwned=3\\007click\\033]8;;\\007",
    "\\033[38;2;999;1;1;mred\\033[999m\\033[;;;;m\\033[38;5mx\\033[48;2mx\\033[0m",
    "\\342\\200\\256desrever \\342\\201\\246 \\302\\233 \\377\\376 \\000 \\\\\\042}],",
    "\\n\\n</span></button>&lt;data: {}\\r\\nevent: over\\ndata: {}\\n\\n",
    "\\360\\237\\230\\200\\343\\201\\202 wide \\314\\201\\314\\201\\314\\201",
]


def contrast(browser, selector):
    """WCAG's ratio of a text and what is behind it."""
    return browser.script("""
        const rgb = (c) => c.match(/[\\d.]+/g).map(Number);
        const light = (c) => rgb(c).slice(0, 3).map((v) => v / 255)
            .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
        const element = document.querySelector(arguments[0]);
        let behind = element;
        while (behind.parentElement && (rgb(getComputedStyle(behind).backgroundColor)[3] ?? 1) === 0)
            behind = behind.parentElement;
        const [a, b] = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor].map(light);
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    """, selector)


@pytest.fixture(scope="module")
def port():
    return wall.free_port()


@pytest.fixture(scope="module")
def gw(start_gateway, port):
    return start_gateway(
        accounts=["bob", *(f"s{i:02}" for i in range(COUNT)), {"name": "ann", "groups": ["teachers"]}],
        labs={"c101": {"staff": ["teachers"]}, "timed": {"staff": ["teachers"], "time_limit": "1h"}, "many": {"staff": ["teachers"]},
              "exam": {"staff": ["teachers"], "record": "try"}}, **wall.web(port))


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    b = Browser(tmp_path_factory.mktemp("browser"))
    yield b
    b.close()


@pytest.fixture
def page(gw, browser):
    """Opens the wall of a lab, and closes it afterwards."""

    def page(lab, link=None):
        browser.open(link or wall.link(gw, lab, "ann"))
        return browser

    yield page
    browser.script("document.getElementById('leave').click()")
    browser.wait("document.getElementById('leave').hidden")
    assert browser.complaints() == []


def screen_of(browser, name="bob"):
    return browser.script("""
        return [...document.querySelectorAll(".tile")].filter((t) => t.textContent.startsWith(arguments[0]))
            .map((t) => t.querySelector(".screen").innerText).join("\\n");
    """, name)


def test_a_tile_has_a_name_and_is_opened_and_closed_by_keys(gw, page):
    t = gw.shell("bob+c101")
    other = gw.shell("s01+c101")
    t.run("printf '\\033[1;31mred\\033[m plain\\n'; lab hand 'my loop ends too early'")
    b = page("c101")
    b.wait("document.querySelectorAll('.tile').length === 2")
    b.wait("document.querySelector('.tile').ariaLabel.includes('hand raised')")
    assert b.script("return location.href").endswith("/wall")
    assert b.script("return document.cookie") == ""
    assert b.script("return document.getElementById('title').textContent") == "c101"
    first, second = b.find(".tile")
    label, role = b.name(first)
    assert role == "button" and label.startswith("bob, terminal 1. hand raised ")
    assert "my loop ends too early" in label
    assert b.name(second)[0].startswith("s01, terminal 1.")
    assert b.name(b.find("#tiles")[0]) == ("Terminals", "list")
    assert b.name(b.find("#order")[0])[0].startswith("Order")
    wait_until(lambda: "red plain" in screen_of(b), "the tile shows it", details=lambda: screen_of(b))
    red = b.script("return [...document.querySelectorAll('.bold')].find((e) => e.textContent.trim() === 'red').style.color")
    assert red == "rgb(224, 108, 117)"
    t.run("printf '\\033[44mblue\\033[20Cfar\\033[m\\n'")
    wait_until(lambda: "blue" + " " * 20 + "far" in screen_of(b), "columns stand where they were",
               details=lambda: screen_of(b))
    b.script("document.getElementById('order').focus()")
    while b.focused() != first:
        b.press("Tab")
    b.press("Right")
    assert b.focused() == second
    b.press("Left", "Enter")
    b.wait("document.getElementById('large').open")
    assert b.name(b.find("#large")[0]) == ("bob #1", "dialog")
    assert b.name(b.find("#large-screen")[0])[0] == "Screen"
    t.run("echo while it is 'large'")
    b.wait("document.getElementById('large-screen').innerText.includes('while it is large')")
    b.press("Escape")
    b.wait("!document.getElementById('large').open")
    assert b.focused() == first
    # A raised hand comes first where that is asked for.
    other.run("lab hand 'me, too'")
    t.run("lab hand --down")
    b.script("const o = document.getElementById('order'); o.value = 'hand'; o.dispatchEvent(new Event('change'))")
    b.wait("document.querySelector('.tile').textContent.startsWith('s01')")
    t.close()
    b.wait("document.querySelectorAll('.tile').length === 1")
    other.close()
    b.wait("!document.getElementById('nobody').hidden")


def focus(browser, element):
    """By Tab alone."""
    for _ in range(20):
        if browser.focused() == element:
            return
        browser.press("Tab")
    raise AssertionError("no Tab leads there")


def test_a_student_is_spoken_to_by_keys_and_by_mouse(gw, page, port):
    t = gw.shell("bob+timed")
    t.run("lab hand 'what is wrong here?'")
    b = page("timed")
    b.wait("document.querySelectorAll('.tile.hand').length === 1")
    b.script("document.querySelector('.tile').focus()")
    b.press("Enter")
    b.wait("!document.getElementById('hand-done').hidden")
    [text, say, minutes, extend, done, told] = [b.find(x)[0] for x in (
        "#say-text", "#say-send", "#extend-minutes", "#extend-send", "#hand-done", "#told")]
    assert b.name(text) == ("Say to bob", "textbox") and b.name(say) == ("Say", "button")
    assert b.name(minutes)[0].startswith("More time") and b.name(extend) == ("Extend", "button")
    assert b.name(done) == ("Hand done", "button") and b.name(told)[1] == "status"
    # By keys: Enter in the field says it, and the field is empty for the next.
    focus(b, text)
    b.type("a < b & c")
    b.press("Enter")
    t.expect(r"ann \(staff\): a < b & c")
    b.wait("document.getElementById('told').textContent.startsWith('said to 1 seat')")
    assert b.script("return document.getElementById('say-text').value") == ""
    assert b.focused() == text
    # Which answered the hand.
    b.wait("document.getElementById('hand-done').hidden")
    focus(b, extend)
    b.press("Enter")
    t.expect("you have 5 minutes more")
    b.wait("document.getElementById('told').textContent.startsWith('bob+timed ends in')")
    # By mouse.
    t.run("lab hand 'and now?'")
    b.wait("!document.getElementById('hand-done').hidden")
    b.click(done)
    t.expect("lowered your hand")
    b.wait("document.getElementById('told').textContent === 'the hand of bob+timed is down'")
    b.click(text)
    b.type("well done")
    b.click(say)
    t.expect(r"ann \(staff\): well done")
    # What is refused says why, and what was typed stays.
    b.wait("document.getElementById('told').textContent.startsWith('said')")
    b.type("ä" * 201)
    b.press("Enter")
    b.wait("document.getElementById('told').textContent.startsWith('Not done: the text is too long')")
    assert b.script("return document.getElementById('say-text').value.length") == 201
    for scheme in ("light", "dark"):
        b.scheme(scheme)
        assert contrast(b, "#told") >= 4.5 and contrast(b, "#say-text") >= 4.5 and contrast(b, "#say-label") >= 4.5
    b.network(offline=True)
    b.press("Enter")
    b.wait("document.getElementById('told').textContent.includes('cannot be reached')")
    b.network()
    b.wait("document.getElementById('state').textContent.startsWith('Live')")
    b.press("Escape")
    b.wait("!document.getElementById('large').open")
    t.close()
    assert {m for m in b.complaints() if "409" not in m and "ERR_INTERNET_DISCONNECTED" not in m} == set()


def test_what_students_print_is_text_and_nothing_else(gw, page):
    t = gw.shell("bob+c101")
    b = page("c101")
    b.wait("document.querySelectorAll('.tile').length === 1")
    before = b.script("return document.title")
    for bytes_ in HOSTILE:
        t.type(f"printf '{bytes_}'")
    t.type("echo the e''nd; lab hand '<img src=x onerror=window.pwned=4>'")
    wait_until(lambda: "the end" in screen_of(b), "the tile shows it", details=lambda: screen_of(b))
    b.wait("document.querySelector('.facts').textContent.includes('<img src=x')")
    b.script("document.querySelector('.tile').click()")
    b.wait("document.getElementById('large-screen').innerText.includes('the end')")
    assert "<script>window.pwned=1</script>" in screen_of(b)
    assert b.script("return window.pwned ?? 0") == 0
    assert b.script("return document.querySelectorAll('main :is(script, img, a, iframe), #large :is(script, img, a)').length"
                    ) == 0
    assert b.script("return document.title") == before
    assert b.script("return [...document.querySelectorAll('.row *')].every((e) => e.localName === 'span')")
    assert "\u202e" not in screen_of(b)
    t.close()


def test_thirty_tiles_in_both_colours_and_on_a_slow_network(gw, page):
    shells = [gw.shell(f"s{i:02}+many") for i in range(COUNT)]
    shells[3].run("lab hand 'where is the log?'")
    b = page("many")
    b.wait(f"document.querySelectorAll('.tile').length === {COUNT}")
    b.wait("document.querySelectorAll('.tile.hand').length === 1")
    names = b.script("return [...document.querySelectorAll('.name')].map((n) => n.textContent)")
    assert names == [f"s{i:02} #1" for i in range(COUNT)]
    seen = set()
    for scheme in ("light", "dark"):
        b.scheme(scheme)
        seen.add(b.script("return getComputedStyle(document.body).backgroundColor"))
        for what in ("h1", "#state", ".tile .name", ".tile .facts", ".tile.hand .facts", ".tile .screen"):
            assert contrast(b, what) >= 4.5, (scheme, what)
    assert len(seen) == 2
    b.network(latency=400, downloadThroughput=8000, uploadThroughput=8000)
    b.script("document.querySelectorAll('.tile')[7].click()")
    shells[7].run("echo through a 'slow' network")
    b.wait("document.getElementById('large-screen').innerText.includes('through a slow network')")
    b.network()
    for s in shells:
        s.close()


@pytest.fixture
def recorded(gw):
    """Two recordings of a lab: one that goes on, and one of a minute with hostile bytes."""
    t = gw.shell("bob+exam")
    t.run("echo live$((1+1))")
    folder = gw.folder / gw.options["state_dir"] / "recordings/exam/bob"
    [path] = wait_until(lambda: [p for p in folder.glob("*.cast") if "live2" in p.read_text()], "a recording")
    hostile = "<img src=x onerror=window.pwned=5>\r\n\u001b]0;evil\u0007</pre><script>window.pwned=6</script>"
    wall.write_cast(folder / "20261130T100000Z-9.cast", [
        {"version": 2, "width": 80, "height": 24}, [0, "o", "begin\r\n"], [20, "o", hostile],
        [60, "o", "\u001b[H\u001b[2J\u001b[1;31mthe end"]])
    yield t
    t.close()


def test_a_recording_is_played_by_keys_and_by_mouse(gw, page, recorded):
    b = page("exam")

    def shows(text):
        b.wait("document.getElementById('replay-screen').innerText.includes(arguments[0])", text)

    def seconds():
        at = b.script("return document.getElementById('replay-time').textContent").split(" of ")[0].split(":")
        return 60 * int(at[0]) + int(at[1])

    b.wait("!document.getElementById('recordings').hidden")
    focus(b, b.find("#recordings")[0])
    b.press("Enter")
    b.wait("document.querySelectorAll('.recording').length === 2")
    assert b.name(b.find("#recorded")[0]) == ("Recordings", "dialog")
    names = b.script("return [...document.querySelectorAll('.recording')].map((e) => e.textContent)")
    assert all(n.startswith("bob, ") for n in names) and sum(n.endswith("goes on") for n in names) == 1
    b.click(b.find("#recorded-account")[0])
    b.type("eve")
    b.wait("document.getElementById('recorded-told').textContent.startsWith('No recording is of such')")
    b.script("const a = document.getElementById('recorded-account'); a.value = 'bo'; a.dispatchEvent(new Event('input'))")
    one = next(e for e in b.find(".recording") if "goes on" not in b.name(e)[0])
    focus(b, one)
    b.press("Enter")
    b.wait("document.getElementById('replay').open")
    shows("begin")
    [play, position, speed] = [b.find(x)[0] for x in ("#replay-play", "#replay-at", "#replay-speed")]
    assert b.focused() == play and b.name(play) == ("Play", "button")
    assert b.name(position) == ("Position", "slider") and b.name(speed)[0].startswith("Speed")
    assert b.name(b.find("#replay-screen")[0])[0] == "Screen"
    assert seconds() == 0 and b.script("return document.getElementById('replay-time').textContent") == "0:00 of 1:00"
    # Played to its end, which comes soon at that speed; and again from its beginning.
    b.script("const s = document.getElementById('replay-speed'); s.value = 64; s.dispatchEvent(new Event('change'))")
    b.press("Enter")
    shows("the end")
    b.wait("document.getElementById('replay-told').textContent === 'The recording ends here.'")
    assert b.name(play)[0] == "Play" and seconds() == 60
    assert b.script("return document.querySelector('#replay-screen .bold').textContent.trim()") == "the end"
    b.script("const s = document.getElementById('replay-speed'); s.value = 1; s.dispatchEvent(new Event('change'))")
    b.click(play)
    shows("begin")
    b.wait("document.getElementById('replay-play').textContent === 'Pause'")
    b.click(play)
    stood = seconds()
    assert b.name(play)[0] == "Play" and stood < 60
    # To a place, by the slider; what was printed there is text and nothing else.
    b.script("const p = document.getElementById('replay-at'); p.value = 30000; p.dispatchEvent(new Event('input'))")
    shows("</pre><script>window.pwned=6</script>")
    shows("<img src=x")
    assert seconds() == 30
    focus(b, position)
    b.press("Left", "Left", "Left")
    b.wait("document.getElementById('replay-time').textContent === '0:15 of 1:00'")
    b.wait("!document.getElementById('replay-screen').innerText.includes('window.pwned')")
    assert b.name(position) == ("Position", "slider")
    assert b.script("return document.getElementById('replay-at').getAttribute('aria-valuetext')") == "0:15 of 1:00"
    b.press("Right", "Right")
    shows("<img src=x")
    assert b.script("return window.pwned ?? 0") == 0
    assert b.script("return document.querySelectorAll('#replay :is(script, img, a)').length") == 0
    for scheme in ("light", "dark"):
        b.scheme(scheme)
        for what in ("#replay-time", "#replay-told", "#replay-play", "#replay-screen"):
            assert contrast(b, what) >= 4.5, (scheme, what)
    b.network(latency=400, downloadThroughput=8000, uploadThroughput=8000)
    b.script("const p = document.getElementById('replay-at'); p.value = 60000; p.dispatchEvent(new Event('input'))")
    shows("the end")
    b.network(offline=True)
    b.script("const p = document.getElementById('replay-at'); p.value = 0; p.dispatchEvent(new Event('input'))")
    b.wait("document.getElementById('replay-told').textContent.includes('cannot be reached')")
    b.network()
    b.press("Escape")
    b.wait("!document.getElementById('replay').open && document.getElementById('recorded').open")
    assert b.focused() == one
    # One that goes on is played as far as it is.
    b.click(next(e for e in b.find(".recording") if "goes on" in b.name(e)[0]))
    b.wait("document.getElementById('replay-at').max > 0")
    b.script("const p = document.getElementById('replay-at'); p.value = p.max; p.dispatchEvent(new Event('input'))")
    shows("live2")
    recorded.run("echo more$((1+1))")
    b.script("const s = document.getElementById('replay-speed'); s.value = 64; s.dispatchEvent(new Event('change'))")

    def goes_on():
        if b.script("return document.getElementById('replay-play').textContent") == "Play":
            b.click(play)
        return "more2" in b.script("return document.getElementById('replay-screen').innerText")

    wait_until(goes_on, "what is printed meanwhile")
    b.press("Escape", "Escape")
    b.wait("!document.getElementById('recorded').open")
    assert b.focused() == b.find("#recordings")[0]
    b.wait("document.getElementById('state').textContent.startsWith('Live')")
    assert {m for m in b.complaints() if "ERR_INTERNET_DISCONNECTED" not in m} == set()


def test_a_link_that_was_used_says_so(gw, port, browser):
    one = wall.link(gw, "c101", "ann")
    assert wall.enter(port, one)[0] == 200
    browser.open(one)
    browser.wait("document.getElementById('state').textContent.includes('used already')")
    assert "atoll wall" in browser.script("return document.getElementById('state').textContent")
    browser.complaints()
    # A new one in the same tab loads nothing anew.
    browser.script("location.hash = arguments[0]", wall.link(gw, "c101", "ann").split("#")[1])
    browser.wait("document.getElementById('state').textContent.startsWith('Live')")
    assert browser.script("return location.href").endswith("/wall")
    browser.script("document.getElementById('leave').click()")
    browser.wait("document.getElementById('state').textContent.includes('You have closed the wall')")
