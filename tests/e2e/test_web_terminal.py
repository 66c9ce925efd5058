"""A terminal in the browser, without the browser: what its page asks, and what others may."""
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

import gateway as g
import wall
import webterminal
from gateway import SANITIZED, wait_until
from test_wall import as_sample, raw, running
from wall import enter
from webterminal import SHOWN_MAX, Terminal, ask, open_terminal, proxied

pytestmark = pytest.mark.quick


@pytest.fixture(scope="module")
def port():
    return webterminal.free_port()


@pytest.fixture(scope="module")
def gw(start_gateway, port):
    return start_gateway(accounts=["bob", "eve"], labs={"c101": {"reattach": True, "linger": "1m"}, "plain": {"linger": "0s"}},
                         **webterminal.web(port))


@pytest.fixture
def student(gw, port):
    """Students who have logged in, and leave in the end."""
    here = []

    def log_in(name="bob+plain"):
        here.append(Terminal(port, name).log_in())
        return here[-1]

    yield log_in
    for t in here:
        t.close()


def test_a_student_logs_in_types_and_leaves(gw, port):
    t = Terminal(port, "bob+c101")
    asked = t.wait_event("ask", "assword")
    assert [p["seen"] for p in asked["prompts"]] == [False]
    t.log_in()
    t.run("echo $((6*7)) is it", "42 is it")
    t.run("stty size; echo $TERM", "24 80\r\nxterm-256color")
    t.type("", **{"Atoll-Size": "31x101"})
    t.run("stty size", "31 101")
    t.type("exit\r")
    assert t.wait_event("over")["why"] == "the terminal has ended"
    assert "secret" not in gw.log
    gw.wait_log(r"terminal in a browser address=127\.0\.0\.1")
    t.lose()
    wait_until(lambda: gw.pids_of("atoll-browser") == [] or len(gw.pids_of("atoll-browser")) == 1, "its process has ended")


def test_the_cookie_is_the_browser_s_and_opens_all_of_its_terminals_and_no_other(gw, port):
    status, headers, _ = open_terminal(port, "bob")
    first, *terms = headers["Set-Cookie"].split("; ")
    assert status == 200 and re.fullmatch("atoll-terminal=[0-9a-f]{64}", first)
    assert sorted(terms) == ["HttpOnly", "Path=/", "SameSite=Strict"]
    second = Terminal(port, "bob+plain", cookie=first)
    assert second.cookie == first
    other = Terminal(port, "eve+plain")
    assert other.cookie != first
    for cookie, number in ((first, other.number), (other.cookie, second.number), (first, 0), (first, 10 ** 12), ("", 1)):
        headers = {**second.headers(), "Cookie": cookie, "Atoll-Terminal": str(number)}
        assert ask(port, f"/terminal/events?terminal={number}&page=1&from=0", headers={"Cookie": cookie})[0] == 403
        for what, body in (("answer", "secret"), ("type", "x"), ("close", "")):
            assert ask(port, f"/terminal/{what}", "POST", headers, body=body)[0] == 403
    other.close()
    second.close()


def test_who_logs_in_keeps_nobody_from_a_wall(gw, port):
    """Both wait for the monitor, which is stopped: twelve strangers, and then whoever has a link."""
    request = "POST /terminal/open HTTP/1.1\r\nHost: localhost\r\nOrigin: http://other.test\r\n" \
              "Atoll-Size: 24x80\r\nContent-Length: 3\r\n\r\nbob"
    assert ask(port, "/wall")[0] == 200  # the monitor has started atoll-web
    with contextlib.ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor())
        os.kill(gw.monitor, signal.SIGSTOP)
        stack.callback(os.kill, gw.monitor, signal.SIGCONT)
        for _ in range(12):
            s = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            s.sendall(request.encode())
        assert ask(port, "/wall")[0] == 200  # after those
        entered = pool.submit(enter, port, "0" * 64)
        wait_until(lambda: ask(port, "/wall")[0] == 200, "atoll-web goes on")
        os.kill(gw.monitor, signal.SIGCONT)
        status, _, body = entered.result()
        assert status == 403, body


def test_a_stream_that_was_lost_goes_on_at_the_byte(student):
    t = student()
    t.run("i=0; while [ $i -lt 900 ]; do i=$((i+1)); echo line $i; done; echo e''nd", "end")
    before = t.shown
    cut = len(before) // 2
    t.lose()
    t.shown = before[:cut]
    t.type("echo mean''while\r")
    t.listen(cut)
    t.expect("meanwhile")
    assert t.shown.startswith(before) and t.events[-1][0] == "started"


def test_what_is_typed_twice_is_typed_once(student):
    t = student()
    at = {"Atoll-At": str(t.typed), "Atoll-Seen": "0"}
    for _ in range(3):
        assert t.post("type", "echo o''nce\r", **at)[::2] == (200, "12")
    assert t.post("type", "echo o''nce\recho tw''ice\r", **at)[2] == "25"
    t.typed = 25
    t.run("echo e''nd", "end")
    assert t.shown.count(b"\nonce") == 1 and t.shown.count(b"\ntwice") == 1
    # What is missing before it is not made up for.
    assert t.post("type", "x", **{"Atoll-At": "1000", "Atoll-Seen": "0"})[0] == 409


def test_a_page_that_does_not_say_that_it_has_read_holds_up_its_own_terminal_alone(gw, port, student):
    t, other = student(), student("eve+plain")
    before = wall.memory(gw)
    t.type("i=0; while [ $i -lt 40000 ]; do i=$((i+1)); echo line $i; done; echo e''nd\r")
    most = t.said + SHOWN_MAX
    wait_until(lambda: len(t.shown) == most, "so much is shown", details=lambda: (len(t.shown), most))
    other.run("echo $((1+1))x", "2x")
    assert len(t.shown) == most
    # What it has not said that it has is there for who comes again, and the rest comes as it reads.
    t.lose()
    t.shown = b""
    t.listen(t.said)
    wait_until(lambda: t.type("") or b"\nend" in t.shown, "all is shown", details=lambda: (len(t.shown), t.shown[-80:]))
    numbers = [int(n) for n in re.findall(rb"line (\d+)\r", t.shown)]
    assert numbers == list(range(1, 40001))
    assert SANITIZED or wall.memory(gw) < before + 16


def test_one_that_was_away_for_too_long_begins_anew(student):
    t = student()
    t.run("i=0; while [ $i -lt 9000 ]; do i=$((i+1)); echo line $i; done; echo e''nd; read nothing", "line 4000")
    end = b"\nend\r\n"  # and nothing after it
    while end not in t.shown:
        t.type("")
    t.type("")
    t.lose()
    t.shown, t.events = b"", []
    t.listen(10)
    t.wait_event("cut")
    wait_until(lambda: end in t.shown, "the end is shown")
    assert len(t.shown) == SHOWN_MAX


def test_one_that_says_that_it_has_what_it_was_not_sent_is_not_stuck(student):
    t = student()
    t.run("i=0; while [ $i -lt 9000 ]; do i=$((i+1)); echo line $i; done; echo e''nd", "line 4000")
    has = t.seen
    t.lose()
    t.shown = b""
    t.listen(0)
    t.seen = has
    wait_until(lambda: t.type("") or b"\nend" in t.shown, "the end is shown", details=lambda: (len(t.shown), t.events[-3:]))


def test_a_second_page_takes_the_terminal_over(student):
    t = student()
    t.run("echo $((1+2))x", "3x")
    reader = t.reader
    before = t.load_anew()
    reader.join(timeout=g.PATIENCE)
    t.wait_event("moved")
    # What the first one sent comes late, at a number that would be right for either.
    for at in ("0", "14"):
        status, _, body = t.post("type", "exit\r", **{"Atoll-Page": str(before), "Atoll-At": at, "Atoll-Seen": "0"})
        assert status == 409 and "another page" in body
    t.run("echo $((1+1))x", "2x")


def test_a_size_that_is_said_with_each_key_is_passed_on_once(gw, student):
    """Each was a message to the terminal's process, whose link holds some hundred."""
    before = set(webterminal.forks(gw))
    t = student()
    [fork] = set(webterminal.forks(gw)) - before
    os.kill(fork, signal.SIGSTOP)
    try:
        for _ in range(600):
            t.type("", **{"Atoll-Size": "33x99"})
    finally:
        os.kill(fork, signal.SIGCONT)
    t.run("stty size", "33 99")


def test_a_size_that_is_said_before_the_shell_runs_is_its_size(gw, port):
    """Before the login, and when the gateway has not answered yet that it runs."""
    for rows in range(41, 51):
        t = Terminal(port, "bob+plain")
        t.wait_event("ask", "assword")
        t.type("", **{"Atoll-Size": f"{rows}x90"})
        t.log_in()
        if rows % 2 == 0:
            t.type("", **{"Atoll-Size": f"{rows}x91"})
        t.run("stty size", f"{rows} {91 - rows % 2}")
        t.type("exit\r")
        assert t.wait_event("over")["why"] == "the terminal has ended"
        t.lose()


def test_passwords_are_guessed_at_the_browser_s_own_cost(new_gateway):
    port = webterminal.free_port()
    gw = new_gateway(accounts=["bob"], penalty_failures=5, penalty="1m", **webterminal.web(port))
    own = [("Host", "x"), ("Origin", f"http://127.0.0.1:{port}"), ("Atoll-Size", "24x80")]

    def open_from(*forwarded):
        return proxied(gw, "POST", "/terminal/open", [*own, *(("X-Forwarded-For", f) for f in forwarded)], "bob")

    # A proxy that does not say who it is gets nothing, nor who says nonsense.
    for bad in ((), ("",), ("unknown",), ("192.0.2.1, evil",), ("999.1.1.1",)):
        status, body = open_from(*bad)
        assert status == 403 and "X-Forwarded-For" in body
    # What a client has sent itself stands before what the proxy says.
    for claimed in ("198.51.100.1", "198.51.100.2"):
        assert open_from(claimed, f"203.0.113.5, {claimed}, 192.0.2.7")[0] == 200
    gw.wait_log(r"terminal in a browser address=192\.0\.2\.7")
    assert "198.51.100" not in gw.log and "203.0.113.5" not in gw.log
    for _ in range(5):
        t = Terminal(port, "bob")
        while t.last("over") is None:
            wait_until(lambda: t.events and (t.events[-1][0] == "over" or t.events[-1][1]["prompts"]), "it is asked, or over")
            if t.events[-1][0] == "ask":
                t.events.clear()
                assert t.post("answer", "wrong")[0] in (200, 400)  # 400: the gateway has hung up meanwhile
                wait_until(lambda: t.events, "it is answered")
        t.lose()
        if "too many failed logins from 127.0.0.1" in t.last("over")["why"]:
            break
    else:
        raise AssertionError(f"{t.events}")
    assert open_from("192.0.2.7")[0] == 200  # another address


def test_who_is_refused_reads_why(gw, port, new_gateway):
    t = Terminal(port, "nobody-at-all+c101")
    t.answer_asked("secret")
    assert "not right" in t.wait_event("ask", "not right")["text"]
    t.lose()
    own = webterminal.free_port()
    other = new_gateway(accounts=["bob"], banner="Only for the course.", deny_from=["127.0.0.2"], **webterminal.web(own))
    t = Terminal(own, "bob")
    assert t.wait_event("ask", "assword")["text"].startswith("Only for the course.")
    t.lose()
    status, _ = proxied(other, "POST", "/terminal/open", [("Host", "x"), ("Origin", f"http://127.0.0.1:{own}"),
                                                          ("Atoll-Size", "24x80"), ("X-Forwarded-For", "127.0.0.2")], "bob")
    assert status == 200
    other.wait_log(r"refused address=127\.0\.0\.2 .*not allowed")


def test_it_is_off_where_the_site_does_not_say_so(new_gateway):
    port = webterminal.free_port()
    gw = new_gateway(accounts=["bob"], web={"port": port, "url": f"http://127.0.0.1:{port}"})
    for path in ("/terminal", "/terminal/terminal.js", "/terminal/events?terminal=1&page=1&from=0"):
        assert ask(port, path)[0] == 404
    for path in ("open", "answer", "type", "close"):
        assert ask(port, f"/terminal/{path}", "POST", body="bob")[0] == 405
    assert gw.pids_of("atoll-browser") == []


@pytest.mark.parametrize("change, why", [
    ({"web": {"terminal": True}}, "terminal = true needs url"),
    ({"web": {"terminal": True, "url": "https://lab.example.org"}, "browser_user": "nobody-at-all"}, "there is no user nobody-at-all"),
    ({"web": {"terminal": True, "url": "https://lab.example.org"}, "browser_user": "_atoll_web"}, "needs a browser_user of its own"),
])
def test_what_is_wrong_with_the_configuration_is_told(new_gateway, change, why):
    done = new_gateway(start=False, **change).check()
    assert done.returncode == 1 and why in done.stderr


def test_hostile_requests_get_an_answer_and_nothing_else(gw, port):
    for name in ("", " ", "a b", "bob\n", "\x01", "x" * 512):
        assert open_terminal(port, name)[0] in (400, 413)
    for size in ("", "x", "0x80", "24x0", "24x501", "-1x80", "24x80x", "999999999999x1", " 24x80\t1"):
        assert open_terminal(port, "bob", size=size)[0] == 400
    for origin in ("http://evil.example", f"http://localhost:{port}", "null", " "):
        status, headers, body = open_terminal(port, "bob", Origin=origin)
        assert status == 403 and "another address" in body and "Set-Cookie" not in headers
    t = Terminal(port, "bob")
    t.wait_event("ask", "assword")
    for origin in ("http://evil.example", "null", " "):
        assert t.post("answer", "secret", Origin=origin)[0] == 403
        assert t.post("type", "x", Origin=origin, **{"Atoll-At": "0", "Atoll-Seen": "0"})[0] == 403
    for at, seen in (("", "0"), ("0", ""), ("-1", "0"), ("0", "1"), ("x", "0"), ("0", "9" * 30), ("9" * 30, "0")):
        assert t.post("type", "x", **{"Atoll-At": at, "Atoll-Seen": seen})[0] == 400
    assert t.post("type", "x", **{"Atoll-At": "0", "Atoll-Seen": "0"})[0] == 400  # there is no shell yet
    for answers in ("a\nb", "a\n", "a\0b"):
        assert t.post("answer", answers)[0] == 400
    assert t.post("answer", "x" * 4097)[0] == 413 and t.post("type", "x" * 4097)[0] == 413
    assert t.post("close", "x")[0] == 413
    for where in ("", "terminal=1", f"terminal={t.number}", f"terminal={t.number}&page=1&from=-1",
                  f"terminal={t.number}&page=1&from=x", f"terminal={t.number}&from=0", f"terminal={t.number}&page=0&from=0"):
        assert ask(port, f"/terminal/events?{where}", headers={"Cookie": t.cookie})[0] in (400, 403)
    for length in ("-1", "1x", "99999999999999999999", "0x10", ""):
        assert raw(port, f"POST /terminal/open HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\nx") in (400, 411, 413)
    assert raw(port, "POST /terminal/open HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n") == 411
    for path in ("/terminal/", "/terminal/xterm", "/terminal/..", "/terminal/xterm/xterm.js", "/terminal%2fopen"):
        assert ask(port, path)[0] == 404
    assert ask(port, "/terminal/open")[0] == 405
    assert ask(port, "/terminal", headers={"Host": "evil.example"})[0] == 421
    t.log_in()
    t.close()
    assert t.post("type", "x", **{"Atoll-At": "0", "Atoll-Seen": "0"})[0] == 400  # it is over


def test_what_is_served_says_what_it_may(gw, port):
    for path, kind in (("/terminal", "text/html"), ("/terminal/terminal.js", "text/javascript"),
                       ("/terminal/xterm.js", "text/javascript"), ("/terminal/terminal.css", "text/css"),
                       ("/terminal/xterm.css", "text/css"), ("/terminal/xterm.LICENSE", "text/plain")):
        status, headers, _ = ask(port, path)
        assert status == 200 and headers["Content-Type"] == f"{kind}; charset=utf-8"
        assert headers["Content-Security-Policy"].startswith("default-src 'self';")
        assert "unsafe" not in headers["Content-Security-Policy"]


def test_a_thousand_streams_cost_what_one_does(gw, port, student):
    t = student()
    path = f"/terminal/events?terminal={t.number}&page={t.page}&from=0"
    wall.a_thousand_streams(gw, port, path, t.cookie, t)
    t.listen(t.seen)
    t.run("echo $((1+1))x", "2x")


def test_many_who_do_not_log_in_make_place_for_one_who_does(gw, port, student):
    first = Terminal(port, "bob")
    others = [open_terminal(port, "bob")[0] for _ in range(100)]
    assert set(others) <= {200, 403}
    student("eve+plain").run("echo $((1+1))x", "2x")
    first.lose()


def test_a_terminal_whose_page_is_closed_stays_where_the_lab_keeps_it(gw, port):
    t = Terminal(port, "eve+c101").log_in()
    t.run("v=6*7; echo be''fore", "before")
    t.close()
    again = Terminal(port, "eve+c101").log_in()
    again.expect("before")
    again.expect("is back")
    again.run("echo $((v))x", "42x")
    again.type("exit\r")
    again.wait_event("over")
    again.lose()


@pytest.mark.parametrize("program", ["atoll-web", "atoll-browser"])
def test_one_that_is_killed_comes_again(gw, port, program):
    t = Terminal(port, "eve+c101").log_in()
    t.run("echo be''fore", "before")
    pids = gw.pids_of(program)
    [server] = set(pids) - set(webterminal.forks(gw)) if program == "atoll-browser" else pids
    since = len(gw.lines)
    os.kill(server, 9)
    gw.wait_log(f"lost {program}", since)
    if program == "atoll-browser":  # its forks go on
        t.run("echo $((1+1))x", "2x")
    else:
        wait_until(lambda: t.is_over, "the stream ends")
    t.lose()
    wait_until(lambda: works(port), "it comes again")


def works(port):
    with contextlib.suppress(ConnectionError, OSError):
        t = Terminal(port, "eve+c101").log_in()
        t.run("echo $((1+1))x", "2x")
        t.close()
        return True
    return False


def test_an_upgrade_is_not_held_up_by_it(new_gateway):
    port = webterminal.free_port()
    gw = new_gateway(accounts=["bob"], labs={"c101": {"reattach": True, "linger": "1m"}}, **webterminal.web(port))
    t = Terminal(port, "bob+c101").log_in()
    t.run("echo be''fore", "before")
    done = gw.atoll("upgrade")
    assert done.returncode == 0, done.stderr
    wait_until(lambda: t.is_over, "the page's stream ends")
    t.lose()
    again = Terminal(port, "bob+c101").log_in()
    again.expect("before")
    again.run("echo $((1+1))x", "2x")
    again.close()


# --- behind a proxy -----------------------------------------------------------


def curl(folder, url, *more):
    return subprocess.run(["curl", "-sk", "-m", "20", "-c", folder / "jar", "-b", folder / "jar", *more, url],
                          capture_output=True, text=True).stdout


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_behind_a_proxy_the_browser_s_own_address_counts(new_gateway, tmp_path, name):
    if shutil.which("nginx" if name == "nginx.conf" else "caddy") is None:
        pytest.skip(f"there is no proxy for {name}: install the packages nginx-light and caddy")
    port = webterminal.free_port()
    url = f"https://localhost:{port}"
    gw = new_gateway(accounts=["bob"], labs={"c101": {}}, web={"url": url, "terminal": True})
    text, proxy = as_sample(name, tmp_path, port, gw.run_dir / "web.sock")
    own = ["-H", f"Origin: {url}"]
    with proxy(tmp_path, text):
        wait_until(lambda: "xterm.js" in curl(tmp_path, f"{url}/terminal"), "the proxy answers",
                   details=lambda: (tmp_path / "output").read_text())
        got = curl(tmp_path, f"{url}/terminal/open", "-i", *own, "-H", "Atoll-Size: 24x80", "-H", "X-Forwarded-For: 198.51.100.1",
                   "-d", "bob+c101")
        assert re.search(r"(?i)set-cookie: __Host-atoll-terminal=[0-9a-f]{64}; Path=/; HttpOnly; SameSite=Strict; Secure", got)
        gw.wait_log(r"terminal in a browser address=127\.0\.0\.1")
        number = got.split()[-1]
        own += ["-H", f"Atoll-Terminal: {number}", "-H", "Atoll-Page: 7"]
        p = subprocess.Popen(["curl", "-skN", "-m", "60", "-b", tmp_path / "jar",
                              f"{url}/terminal/events?terminal={number}&page=7&from=0"], stdout=subprocess.PIPE)
        with p:
            assert any(b"assword" in line for line in p.stdout)
            assert curl(tmp_path, f"{url}/terminal/answer", *own, "--data-binary", "secret") == "done\n"
            assert any(line == b"event: started\n" for line in p.stdout)
            typed = curl(tmp_path, f"{url}/terminal/type", *own, "-H", "Atoll-At: 0", "-H", "Atoll-Seen: 0", "--data-binary", "date\r")
            assert typed == "5"
            assert any(line == b"event: shown\n" for line in p.stdout)
            p.kill()
        for path in ("/terminalx", "/metrics", "/wallx"):
            assert "atoll" not in curl(tmp_path, f"{url}{path}")


@contextlib.contextmanager
def haproxy(folder, gateway, front, browsers):
    """The sample, with this test's ports."""
    text = (g.ROOT / "configs/web/haproxy.cfg").read_text()
    for old, new in (("bind :443", f"bind 127.0.0.1:{front}"), ("127.0.0.1:22 ", f"127.0.0.1:{gateway} "),
                     ("127.0.0.1:8443", f"127.0.0.1:{browsers}")):
        assert old in text
        text = text.replace(old, new)
    (folder / "haproxy.cfg").write_text(text)
    with running(["haproxy", "-db", "-f", folder / "haproxy.cfg"], folder):
        yield


def test_ssh_scp_and_browsers_share_a_port_and_each_is_who_it_is(new_gateway, tmp_path):
    if shutil.which("haproxy") is None or shutil.which("nginx") is None:
        pytest.skip("there is no proxy: install the packages haproxy and nginx-light")
    front, browsers = webterminal.free_port(), webterminal.free_port()
    url = f"https://localhost:{front}"
    gw = new_gateway(accounts=["bob"], labs={"c101": {"linger": "1m"}},
                     web={"url": url, "terminal": True}, proxy_from=["127.0.0.2"])
    text, nginx = as_sample("nginx.conf", tmp_path, browsers, gw.run_dir / "web.sock")
    # As atoll-terminal(7) says it.
    text = text.replace(f"listen 127.0.0.1:{browsers} ssl;", f"listen 127.0.0.1:{browsers} ssl proxy_protocol;\n"
                        "set_real_ip_from 127.0.0.1;\nreal_ip_header proxy_protocol;")
    with nginx(tmp_path, text), haproxy(tmp_path, gw.port, front, browsers):
        wait_until(lambda: "xterm.js" in curl(tmp_path, f"{url}/terminal"), "both proxies answer",
                   details=lambda: (tmp_path / "output").read_text())
        assert gw.ssh("bob+c101", "echo through 443", port=front).stdout == "through 443\n"
        gw.wait_log(r"account=bob login method=\S+ address=127\.0\.0\.1 port=[1-9]")
        (tmp_path / "work").write_text("my work")
        argv = ["-P" if a == "-p" else a for a in gw.ssh_argv("bob+c101", port=front)[1:-1]]
        done = subprocess.run(["scp", *argv, tmp_path / "work", "bob+c101@127.0.0.1:work"], capture_output=True)
        assert done.returncode == 0, done.stderr
        # The gateway's own port is as it was.
        assert gw.ssh("bob+c101", "cat work").stdout == "my work"
        got = curl(tmp_path, f"{url}/terminal/open", "--interface", "127.0.0.9", "-H", f"Origin: {url}", "-H", "Atoll-Size: 24x80",
                   "-d", "bob+c101")
        assert got.isdigit()
        gw.wait_log(r"terminal in a browser address=127\.0\.0\.9")
