"""The wall: a link that works once, a cookie, and the terminals of a lab as a stream of events."""
import contextlib
import os
import re
import shutil
import socket
import subprocess

import pytest

import wall
from gateway import PATIENCE, ROOT, SANITIZED, wait_until
from wall import Stream, ask, enter, link

pytestmark = pytest.mark.quick

STREAMS_OF_WALL = 4  # of wall_stream.h


@pytest.fixture(scope="module")
def port():
    return wall.free_port()


@pytest.fixture(scope="module")
def gw(start_gateway, port):
    return start_gateway(
        accounts=["bob", "eve", {"name": "ann", "groups": ["teachers"]}, {"name": "mia", "groups": ["maths"]},
                  {"name": "zoe", "groups": ["maths", "teachers"]}],
        labs={"c101": {"staff": ["teachers"]}, "maths": {"staff": ["maths"]}},
        **wall.web(port))


@pytest.fixture
def pages(gw, port):
    """Opens pages of a wall, which are closed afterwards."""
    opened = []

    def page(cookie):
        opened.append(Stream(port, cookie))
        return opened[-1]

    yield page
    for p in opened:
        p.close()


def raw(port, request):
    """The status that a client gets which writes by itself."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as s:
        s.sendall(request.encode())
        return int(s.makefile("rb").readline().split()[1])


def test_a_link_shows_the_terminals_of_its_lab_live_and_students_are_told(gw, port, pages):
    t = gw.shell("bob+c101")
    other = gw.shell("eve+maths")
    status, headers, _ = enter(port, link(gw, "c101", "ann"))
    assert status == 200
    first, *terms = headers["Set-Cookie"].split("; ")
    assert re.fullmatch("atoll=[0-9a-f]{64}", first)
    assert sorted(terms) == ["HttpOnly", "Path=/", "SameSite=Strict"]
    page = pages(first)
    assert page.wait_event("hello") == {"lab": "c101", "account": "ann"}
    t.expect("ann sees your terminal on a wall")
    gw.wait_log(r"wall=c101 staff=ann wall account=bob lab=c101 terminal=\d+")
    t.run("printf '\\033[1;31mred\\033[0m <b>bold?</b>\\n'")
    page.wait_screen("bob", "<b>bold?</b>\n<DONE")
    assert re.search(r"\x1b\[1;31mred ?\x1b\[0?m ?<b>bold", page.screen("bob"))
    wait_until(lambda: "bob" in page.people, "bob is known")
    person = page.people["bob"]
    assert person["hand"] == -1 and person["most"] == 0
    # One who comes later, and one who goes.
    second = gw.shell("eve+c101")
    second.run("echo 'I am 'eve")
    page.wait_screen("eve", "I am eve")
    assert {x["account"] for x in page.tiles.values()} == {"bob", "eve"}
    second.close()
    wait_until(lambda: {x["account"] for x in page.tiles.values()} == {"bob"}, "eve's tile goes")
    assert "eve" not in other.run("true")[0]
    assert all(x["account"] != "maths" for x in page.tiles.values())
    # With nobody there who looks, nothing is looked at.
    page.close()
    t.expect("ann does not see your terminal on a wall any more")
    t.close()
    other.close()


def test_a_raised_hand_is_on_it(gw, port, pages):
    t = gw.shell("bob+c101")
    page = pages(wall.cookie(gw, port, "c101"))
    t.run('lab hand "why <script>alert(1)</script>"')
    wait_until(lambda: page.people.get("bob", {}).get("hand", -1) >= 0, "the hand is up")
    assert page.people["bob"]["handText"] == "why <script>alert(1)</script>"
    assert page.wait_event("hello")["account"] == ""
    t.close()


def test_a_link_works_once(gw, port):
    one = link(gw, "c101", "ann")
    assert enter(port, one)[0] == 200
    status, headers, body = enter(port, one)
    assert status == 403 and "used already" in body and "Set-Cookie" not in headers
    gw.wait_log("wall refused reason=this link was used already")
    assert one.split("#")[1] not in gw.log


def test_a_page_of_another_site_opens_nothing_and_does_not_use_it_up(gw, port):
    one = link(gw, "c101", "ann")
    for origin in ("http://evil.example", f"http://localhost:{port}", f"https://127.0.0.1:{port}", "null", ""):
        status, _, body = enter(port, one, origin=origin or " ")
        assert status == 403 and "another address" in body
    assert enter(port, one)[0] == 200


def test_who_is_no_staff_of_that_lab_gets_no_link(gw):
    for account, lab, why in (("ann", "maths", "you are not staff of a lab maths"),
                              ("mia", "c101", "you are not staff of a lab c101"),
                              ("ann", "nolab", "you are not staff of a lab nolab")):
        done = gw.ssh(account, f"atoll wall {lab}")
        assert (done.returncode, done.stdout) == (1, "") and why in done.stderr
    assert gw.ssh("bob", "atoll wall c101").returncode != 0
    assert "there is no lab" in gw.atoll("wall", "nolab").stderr


def lines_of(gw, who, *command):
    done = gw.ssh(who, *command)
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout.splitlines()


def test_who_logs_in_to_the_wall_is_told_links(gw, port):
    [one] = lines_of(gw, "ann+wall")
    assert one.startswith(f"http://127.0.0.1:{port}/wall#") and enter(port, one)[0] == 200
    gw.wait_log(r"staff=ann conn=\d+ link to the wall lab=c101")
    # Of several labs there is a line with the name each, of those alone.
    named = dict(x.split(" ") for x in lines_of(gw, "zoe+wall"))
    assert sorted(named) == ["c101", "maths"]
    for lab, link in named.items():
        status, headers, _ = enter(port, link)
        page = Stream(port, headers["Set-Cookie"].split(";")[0])
        assert status == 200 and page.wait_event("hello") == {"lab": lab, "account": "zoe"}
        page.close()
    assert lines_of(gw, "zoe", "atoll wall")[0].split(" ")[0] in named
    # On a terminal, too; nobody has a sandbox for it, and it takes no command.
    argv = gw.ssh_argv("ann+wall")
    done = subprocess.run([argv[0], "-tt", *argv[1:]], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0 and done.stdout.startswith(f"http://127.0.0.1:{port}/wall#")
    assert "account=ann lab=" not in gw.log and "account=zoe lab=" not in gw.log
    assert gw.ssh("ann+wall", "echo here").stdout == ""


def test_to_others_the_wall_is_a_lab_that_is_not_there(gw):
    for who in ("bob+wall", "ann+walls"):
        done = gw.ssh(who)
        assert done.returncode != 0 and "/wall#" not in done.stdout + done.stderr


def test_a_lab_that_is_called_wall_is_a_lab(new_gateway):
    port = wall.free_port()
    ann = {"name": "ann", "groups": ["teachers"]}
    labs = {"wall": {"staff": ["teachers"]}, **{f"lab{i}": {"staff": ["teachers"]} for i in range(8)}}
    gw = new_gateway(accounts=[ann], labs=labs, **wall.web(port))
    assert gw.ssh("ann+wall", "echo in the lab").stdout == "in the lab\n"
    t = gw.shell("ann+wall")
    assert t.run("echo here") == ("here\n", 0)
    t.close()
    # And of more than eight labs one is to be said.
    done = gw.ssh("ann", "atoll wall")
    assert (done.returncode, done.stdout) == (1, "") and "say which lab" in done.stderr
    assert all(lab in done.stderr for lab in labs)
    assert re.fullmatch(r"http://\S+/wall#\S+\n", gw.ssh("ann", "atoll wall lab3").stdout)


def test_without_a_url_there_is_no_wall(new_gateway):
    gw = new_gateway(web={"port": 0})
    for words in (["box"], []):
        done = gw.atoll("wall", *words)
        assert done.returncode == 1 and "the site sets url" in done.stderr


@pytest.mark.parametrize("url, why", [
    ("http://lab.example.org", "has no TLS"),
    ("https://Lab.example.org", "is not what a browser calls"),
    ("https://lab.example.org/", "is not what a browser calls"),
    ("https://lab.example.org:443", "is not what a browser calls"),
    ("https://", "is not what a browser calls"),
    ("ftp://lab.example.org", "is not what a browser calls"),
    ("https://lab.example.org\" onload=", "is not what a browser calls"),
    ("http://127.0.0.1.evil.example", "has no TLS"),
])
def test_urls_that_no_browser_would_show_are_refused_with_a_cure(new_gateway, url, why):
    done = new_gateway(start=False, web={"url": url}).check()
    assert done.returncode == 1 and why in done.stderr


def test_hostile_requests_get_an_answer_and_nothing_else(gw, port):
    assert ask(port, "/wall/events")[0] == 403
    for name in ("atoll=", "atoll=" + "0" * 64, "atoll=" + "0" * 7000, "__Host-atoll=" + "f" * 64, "atoll=\xff"):
        assert ask(port, "/wall/events", headers={"Cookie": name})[0] in (403, 431)
    assert ask(port, "/wall", headers={"Host": "evil.example"})[0] == 421
    for path in ("/wall/", "/wall/..", "/wall/../metrics", "/wall%2fevents", "/wall/wall.js/", "//wall", "/wall?x",
                 "/wall/" + "x" * 5000):
        assert ask(port, path)[0] == (200 if path == "/wall?x" else 404)
    for path in ("/wall/enter", "/wall/leave"):
        assert ask(port, path)[0] == 405
        assert ask(port, path, "POST", body="x")[0] == 413
        assert raw(port, f"POST {path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n") == 413
    assert ask(port, "/wall", "POST")[0] == 405
    assert ask(port, "/wall/enter", "POST")[0] == 400
    for token in ("", "x", "0" * 64, "0" * 500, "../../etc/passwd", "%00", "é".encode().decode("latin-1")):
        status, headers, _ = enter(port, token)
        assert status == 403 and "Set-Cookie" not in headers
    assert enter(port, "0" * 600)[0] == 400
    assert ask(port, "/metrics")[0] == 200


def test_what_is_served_says_what_it_may(gw, port):
    for path, kind in (("/wall", "text/html"), ("/wall/wall.js", "text/javascript"), ("/wall/wall.css", "text/css")):
        status, headers, body = ask(port, path)
        assert status == 200 and headers["Content-Type"] == f"{kind}; charset=utf-8"
        assert headers["Content-Security-Policy"].startswith("default-src 'self';")
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer"
        assert "http" not in re.sub(r"https?://www\.w3\.org\S*", "", body)


def test_it_is_closed_in_the_browser_that_has_it(gw, port, pages):
    cookie = wall.cookie(gw, port, "c101", "ann")
    page = pages(cookie)
    page.wait_event("hello")
    leave = {"Cookie": cookie, "Origin": "http://evil.example"}
    assert ask(port, "/wall/leave", "POST", leave)[0] == 403
    leave["Origin"] = f"http://127.0.0.1:{port}"
    assert ask(port, "/wall/leave", "POST", leave)[0] == 200
    assert page.wait_event("over")["why"] == "it was closed in this browser"
    assert ask(port, "/wall/events", headers={"Cookie": cookie})[0] == 403


def test_who_is_staff_no_more_sees_no_more(new_gateway):
    own = wall.free_port()
    ann = {"name": "ann", "groups": ["teachers"]}
    gw = new_gateway(accounts=["bob", ann], labs={"c101": {"staff": ["teachers"]}}, **wall.web(own))
    page = Stream(own, wall.cookie(gw, own, "c101", "ann"))
    page.wait_event("hello")
    gw.write_config(accounts=[gw.account("bob"), gw.account({"name": "ann", "groups": []})])
    assert gw.atoll("reload").returncode == 0
    assert "not staff" in page.wait_event("over")["why"]
    page.close()


def test_an_upgrade_closes_it_and_is_not_held_up(new_gateway):
    port = wall.free_port()
    gw = new_gateway(accounts=["bob"], labs={"c101": {"reattach": True, "linger": "1m"}}, **wall.web(port))
    t = gw.shell("bob+c101")
    page = Stream(port, wall.cookie(gw, port, "c101"))
    t.expect("the administrator sees your terminal on a wall")
    done = gw.atoll("upgrade")
    assert done.returncode == 0, done.stderr
    wait_until(lambda: page.is_over, "the page's stream ends")
    page.close()
    assert t.run("echo here") == ("here\n", 0)
    page = Stream(port, wall.cookie(gw, port, "c101"))
    page.wait_screen("bob", "here")
    page.close()
    t.close()


def test_a_thousand_streams_cost_what_a_few_do(gw, port, pages):
    cookie = wall.cookie(gw, port, "c101")
    first = pages(cookie)
    first.wait_event("hello")
    wall.a_thousand_streams(gw, port, "/wall/events", cookie, first)
    latest = pages(cookie)
    latest.wait_event("hello")


def test_one_that_reads_a_byte_a_second_holds_up_nobody(gw, port, pages):
    cookie = wall.cookie(gw, port, "c101")
    with socket.create_connection(("127.0.0.1", port)) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        slow.sendall(f"GET /wall/events HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode())
        assert slow.recv(1)
        page = pages(cookie)
        t = gw.shell("bob+c101")
        before = wall.memory(gw)
        t.type("i=0; while [ $i -lt 30000 ]; do echo $i $i $i $i $i $i; i=$((i+1)); done; echo do''ne")
        page.wait_screen("bob", "done")
        assert slow.recv(1)
        assert SANITIZED or wall.memory(gw) < before + 16
        t.close()


def test_killed_it_comes_again_and_the_student_s_terminal_goes_on(gw, port):
    t = gw.shell("bob+c101")
    page = Stream(port, wall.cookie(gw, port, "c101"))
    t.expect("sees your terminal on a wall")
    [pid] = gw.pids_of("atoll-web")
    os.kill(pid, 9)
    wait_until(lambda: page.is_over, "the stream ends")
    page.close()
    t.expect("does not see your terminal on a wall any more")
    assert t.run("echo here") == ("here\n", 0)
    wait_until(lambda: gw.pids_of("atoll-web") not in ([], [pid]), "atoll-web runs again")
    again = Stream(port, wall.cookie(gw, port, "c101"))
    again.wait_screen("bob", "here")
    again.close()
    t.close()


# --- behind a proxy -----------------------------------------------------------


@contextlib.contextmanager
def nginx(folder, text):
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/log; events {{}}\n"
        f"http {{ access_log {folder}/access;\n" + "".join(
            f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        + text + "}\n")
    with running(["nginx", "-e", folder / "log", "-c", folder / "nginx.conf"], folder):
        yield


@contextlib.contextmanager
def caddy(folder, text):
    (folder / "Caddyfile").write_text(
        "{\nadmin off\nauto_https disable_redirects\nlocal_certs\nskip_install_trust\n}\n" + text)
    with running(["caddy", "run", "--adapter", "caddyfile", "--config", folder / "Caddyfile"], folder):
        yield


@contextlib.contextmanager
def running(argv, folder):
    with open(folder / "output", "w") as out:
        p = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                             env={**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder),
                                  "XDG_CONFIG_HOME": str(folder)})
    try:
        yield
    finally:
        p.terminate()
        p.wait(timeout=PATIENCE)


def as_sample(name, folder, proxied, sock):
    """The sample of that proxy, with this test's names, and the proxy."""
    text = (ROOT / "configs/web" / name).read_text().replace("/run/atoll/web.sock", str(sock))
    if name == "Caddyfile":
        return text.replace("lab.example.org", f"localhost:{proxied}"), caddy
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=localhost", "-keyout",
                    folder / "key", "-out", folder / "cert"], check=True, capture_output=True)
    return (text.replace("/etc/ssl/certs/lab.example.org.pem", str(folder / "cert"))
            .replace("/etc/ssl/private/lab.example.org.key", str(folder / "key"))
            .replace("listen 443", f"listen 127.0.0.1:{proxied}")
            .replace("listen [::]:443 ssl;", "")  # which a host without IPv6 has not
            .replace("lab.example.org", "localhost")), nginx


def curl(folder, proxied, path, *more):
    return subprocess.run(["curl", "-sk", "-m", "20", "-c", folder / "jar", "-b", folder / "jar", *more,
                           f"https://localhost:{proxied}{path}"], capture_output=True, text=True).stdout


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_behind_a_proxy_the_cookie_is_for_tls_alone(new_gateway, tmp_path, name):
    if shutil.which("nginx" if name == "nginx.conf" else "caddy") is None:
        pytest.skip(f"there is no proxy for {name}: install the packages nginx-light and caddy")
    proxied = wall.free_port()
    url = f"https://localhost:{proxied}"
    gw = new_gateway(accounts=["bob"], labs={"c101": {}}, web={"url": url})
    t = gw.shell("bob+c101")
    text, proxy = as_sample(name, tmp_path, proxied, gw.run_dir / "web.sock")
    with proxy(tmp_path, text):
        wait_until(lambda: "atoll wall" in curl(tmp_path, proxied, "/wall"), "the proxy answers",
                   details=lambda: (tmp_path / "output").read_text())
        printed = gw.atoll("wall", "c101").stdout
        assert printed.startswith(f"{url}/wall#")
        got = curl(tmp_path, proxied, "/wall/enter", "-i", "-X", "POST", "-H", f"Origin: {url}", "-H",
                   f"Authorization: Atoll {printed.strip().split('#')[1]}")
        assert re.search(r"(?i)set-cookie: __Host-atoll=[0-9a-f]{64}; Path=/; HttpOnly; SameSite=Strict; Secure", got)
        p = subprocess.Popen(["curl", "-skN", "-m", "60", "-b", tmp_path / "jar", f"{url}/wall/events"], stdout=subprocess.PIPE)
        t.expect("sees your terminal on a wall")
        t.type("echo over 'TLS'")
        with p:
            assert any(b"over TLS" in line for line in p.stdout)
            p.kill()
        assert "atoll_" not in curl(tmp_path, proxied, "/metrics")
    t.close()
