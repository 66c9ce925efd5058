"""atoll-publish: what students serve in their sandboxes, at host names of their own, and who sees it."""
import contextlib
import hashlib
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import time

import pytest

import forwarding as f
import gateway as g
import wall
from gateway import PATIENCE, ROOT, wait_until

pytestmark = pytest.mark.quick

# What each port inside does with a connection, as a shell script on a socket.
HEAD = "while IFS= read -r line; do line=${line%?}; [ -z \"$line\" ] && break; echo \"$line\"; done"
CHUNKS = ("while IFS= read -r size && [ $((0x${size%?})) -gt 0 ]; do dd bs=1 count=$((0x${size%?})) 2>/dev/null; read -r size; done; "
          "read -r size")
BODY = f'if [ "$length" ]; then head -c "$length"; else {CHUNKS}; fi;'
SERVERS = {
    "echo": (8001, f"got=$({HEAD}); printf 'HTTP/1.1 200 OK\\r\\nContent-Type: text/plain\\r\\n\\r\\n%s\\n' \"$got\""),
    "body": (8002, f"length=$({HEAD} | sed -n 's/^Content-Length: //p'); printf 'HTTP/1.1 200 OK\\r\\n\\r\\n'; {{ {BODY} }} | md5sum"),
    "socket": (8003, f"{HEAD} >/dev/null; printf 'HTTP/1.1 101 Switching\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n\\r\\n'; cat"),
    "raw": (8004, f"{HEAD} >/dev/null; cat /tmp/raw"),
    "mute": (8005, "cat >/dev/null"),
    "stream": (8006, f"{HEAD} >/dev/null; printf 'HTTP/1.1 200 OK\\r\\n\\r\\nbegun\\n'; exec sleep 1000"),
}
PUBLISH = {**{name: port for name, (port, _) in SERVERS.items()}, "none": 8099}
LAB = {"publish": PUBLISH, "publish_to": "everyone", "linger": "1h", "pids": 256}


def site(port, **more):
    return {"publishing": {"url": f"http://*.labs.localhost:{port}", "port": port, **more}}


@pytest.fixture(scope="module")
def port():
    return f.free_port()


@pytest.fixture(scope="module")
def gw(start_gateway, port):
    gw = start_gateway(
        accounts=["bob", "eve", "a.b_c", {"name": "ann", "groups": ["teachers"]}, {"name": "mia", "groups": ["maths"]}],
        labs={"open": LAB, "own": {**LAB, "publish_to": "student"},
              "c-1": {**LAB, "publish_to": "staff", "staff": ["teachers"]},
              "many": {**LAB, "publish": {"web": 8001, "db": "db:8001", "none": "db:8099"}, "network": "lab",
                       "machines": ({"name": "desk"}, {"name": "db"})},
              "closed": {"staff": ["maths"]}},
        **site(port))
    begin(gw, "bob+open", SERVERS)
    return gw


def begin(gw, user, names):
    for name in names:
        f.serve(gw, user, SERVERS[name][0], f.write_program(gw, user, SERVERS[name][1]))


def send(port, request, wants=b""):
    """All that a client gets which writes by itself, up to the end, or to what it wants."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as s:
        s.sendall(request if isinstance(request, bytes) else request.encode())
        got = b""
        while not wants or wants not in got:
            data = s.recv(65536)
            if not data:
                break
            got += data
        return got.decode(errors="replace")


def host(service, seat="bob-open"):
    return f"{service}-{seat}.labs.localhost"


def get(port, name, path="/", *more, method="GET", version="1.1"):
    """Status, head and body."""
    head = "\r\n".join([f"{method} {path} HTTP/{version}", f"Host: {name}", *more, "", ""])
    got = send(port, head)
    head, _, body = got.partition("\r\n\r\n")
    return int(head.split()[1]), head, body


def links(printed):
    return dict(re.findall(r"(\w+) is port \d+[^\n]*\n  (\S+)", printed))


def enter(port, link, origin=None):
    """The link as the page's script brings it: status, cookie or None, and the words."""
    origin_of, token = re.fullmatch(r"(http://[^/]+)/\.atoll/enter#([0-9a-f]{64})", link).groups()
    name = origin_of.removeprefix("http://").split(":")[0]
    status, head, body = get(port, name, "/.atoll/enter", f"Origin: {origin or origin_of}", f"Authorization: Atoll {token}",
                             method="POST")
    cookie = re.search(r"Set-Cookie: (atoll=[^;]+); Path=/; HttpOnly; SameSite=Lax; Max-Age=43200\r", head + "\r")
    return status, cookie and cookie.group(1), body


# --- what goes through --------------------------------------------------------

def test_the_servers_own_pages_are_at_a_host_name_of_the_seats(gw, port):
    status, head, body = get(port, host("echo").upper(), "/a?b=c", "X-Mine: yes", "Cookie: theirs=1; atoll=ours; more=2",
                             "Connection: close, x-hop", "X-Hop: no", "Keep-Alive: 3", "X-Forwarded-For: 6.6.6.6",
                             "X-Real-IP: 6.6.6.6", "Forwarded: for=6.6.6.6", "Proxy-Authorization: x")
    assert status == 200 and "Connection: close" in head
    assert body.splitlines() == [
        "GET /a?b=c HTTP/1.1", f"Host: {host('echo')}:{port}", "X-Mine: yes", "Cookie: theirs=1; more=2",
        "X-Forwarded-Proto: http", f"X-Forwarded-Host: {host('echo')}:{port}", "Connection: close"]


def test_a_body_goes_through_whole(gw, port):
    data = os.urandom(3 << 20)
    (gw.folder / "data").write_bytes(data)
    for more in ([], ["-H", "Expect: 100-continue"]):
        done = subprocess.run(["curl", "-s", "-m", "60", "--data-binary", f"@{gw.folder / 'data'}", *more, "-H",
                               f"Host: {host('body')}", f"http://127.0.0.1:{port}/"], capture_output=True, text=True)
        md5 = subprocess.run(["md5sum"], input=data, capture_output=True).stdout.split()[0].decode()
        assert done.stdout.split()[:1] == [md5], done


def test_websockets_go_through_both_ways_for_as_long_as_both_want(gw, port):
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as s:
        s.sendall(f"GET / HTTP/1.1\r\nHost: {host('socket')}\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
                  "Sec-WebSocket-Key: x\r\n\r\n".encode())
        r = s.makefile("rb")
        assert r.readline().startswith(b"HTTP/1.1 101")
        head = b"".join(iter(r.readline, b"\r\n")).lower()
        assert b"upgrade: websocket" in head and b"connection: upgrade" in head
        data = os.urandom(100000)
        for at in range(0, len(data), 1000):
            s.sendall(data[at:at + 1000])
            assert r.read(1000) == data[at:at + 1000]
    # Who has not asked for it does not get it.
    status, _, body = get(port, host("socket"))
    assert status == 502 and "does not speak HTTP" in body


def test_a_port_that_nobody_listens_on_says_what_to_do(gw, port):
    status, _, body = get(port, host("none"))
    assert status == 502 and "nothing listens on port 8099 of this sandbox: start the server there" in body


@pytest.mark.parametrize("raw,status,says", [
    ("\\0\\377rubbish", 502, "does not speak HTTP"),
    ("", 502, "hung up without an answer"),
    ("HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nabc", 502, "does not speak HTTP"),
    ("HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\nContent-Length: 4\\r\\n\\r\\nabcd", 502, "does not speak HTTP"),
    ("HTTP/1.1 999 OK\\r\\n\\r\\n", 502, "does not speak HTTP"),
    ("HTTP/1.1 200 OK\\r\\n bad: x\\r\\n\\r\\n", 502, "does not speak HTTP"),
    ("HTTP/1.1 100 Continue\\r\\n\\r\\nHTTP/1.0 200\\n\\nbare lines", 200, "bare lines"),
    ("HTTP/1.1 200 OK\\r\\nX-Accel-Redirect: /etc/passwd\\r\\nClear-Site-Data: \"*\"\\r\\nSet-Cookie: a=1; Domain=localhost\\r\\n"
     "Set-Cookie: atoll=stolen\\r\\nConnection: keep-alive, x-far\\r\\nX-Far: 1\\r\\nX-Near: 1\\r\\n\\r\\nhello", 200, "hello"),
])
def test_what_a_server_answers_badly_reaches_nobody(gw, port, raw, status, says):
    gw.out("bob+open", f"printf '{raw}' >/tmp/raw")
    got, head, body = get(port, host("raw"))
    assert got == status and says in body
    assert not re.search("(?i)x-accel|clear-site|domain=|stolen|x-far|keep-alive", head)
    assert says != "hello" or "X-Near: 1" in head


def test_an_endless_head_of_a_server_is_refused(gw, port):
    gw.out("bob+open", "(printf 'HTTP/1.1 200 OK\\r\\nX: '; head -c 100000 /dev/zero | tr '\\0' a) >/tmp/raw")
    status, _, body = get(port, host("raw"))
    assert status == 502 and "does not speak HTTP" in body


# --- requests that two programs could read in two ways --------------------------

GOOD = f"Host: {host('echo')}\r\n"


@pytest.mark.parametrize("request_text,status", [
    (f"GET / HTTP/1.1\r\n{GOOD}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    (f"POST / HTTP/1.1\r\n{GOOD}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    (f"POST / HTTP/1.0\r\n{GOOD}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    (f"POST / HTTP/1.1\r\n{GOOD}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    (f"POST / HTTP/1.1\r\n{GOOD}Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n", 400),
    (f"GET / HTTP/1.1\r\n{GOOD}Upgrade: websocket\r\nConnection: upgrade\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501),
    (f"GET / HTTP/1.1\r\n{GOOD}Content-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400),
    (f"GET / HTTP/1.1\r\n{GOOD}Content-Length: +1\r\n\r\nx", 400),
    (f"GET / HTTP/1.1\r\n{GOOD}Content-Length: 1, 1\r\n\r\nx", 400),
    (f"GET / HTTP/1.1\r\n{GOOD}Content-Length : 1\r\n\r\nx", 400),
    (f"GET / HTTP/1.1\r\n{GOOD}{GOOD}\r\n", 400),
    ("GET / HTTP/1.1\r\n\r\n", 400),
    (f"GET / HTTP/1.1\r\n{GOOD}X: a\r\n b\r\n\r\n", 400),
    (f"GET / HTTP/1.1\n{GOOD}\n", 400),
    (f"GET / HTTP/1.1\r\n{GOOD}X: a\rb\r\n\r\n", 400),
    (f"GET / HTTP/1.1\r\n{GOOD}X: a\0b\r\n\r\n", 400),
    (f"GET  / HTTP/1.1\r\n{GOOD}\r\n", 400),
    (f"GET / HTTP/1.1 \r\n{GOOD}\r\n", 400),
    (f"GET / HTTP/2.0\r\n{GOOD}\r\n", 400),
    (f"GET http://{host('echo')}/ HTTP/1.1\r\n{GOOD}\r\n", 400),
    (f"CONNECT {host('echo')}:80 HTTP/1.1\r\n{GOOD}\r\n", 405),
    ("GET / HTTP/1.1\r\nHost: lab.example.org\r\n\r\n", 421),
    ("GET / HTTP/1.1\r\nHost: labs.localhost\r\n\r\n", 421),
    (f"GET / HTTP/1.1\r\nHost: a.{host('echo')}\r\n\r\n", 421),
    (f"GET / HTTP/1.1\r\nHost: {host('echo')}.\r\n\r\n", 421),
    (f"GET / HTTP/1.1\r\nHost: {'x' * 300}\r\n\r\n", 421),
    (f"GET / HTTP/1.1\r\n{GOOD}" + "X: y\r\n" * 101 + "\r\n", 400),
    (f"GET / HTTP/1.1\r\n{GOOD}X: {'y' * 20000}\r\n\r\n", 431),
    (f"GET / HTTP/1.1\r\n{GOOD}Upgrade: websocket\r\nConnection: upgrade\r\nContent-Length: 1\r\n\r\nx", 501),
    ("\x16\x03\x01 hello\r\n\r\n", 400),
])
def test_a_request_that_could_be_read_in_two_ways_is_refused(gw, port, request_text, status):
    assert send(port, request_text).startswith(f"HTTP/1.1 {status} ")


def test_a_second_request_behind_the_first_reaches_nobody(gw, port):
    second = f"GET /second HTTP/1.1\r\n{GOOD}\r\n"
    got = send(port, f"GET /first HTTP/1.1\r\n{GOOD}\r\n{second}")
    assert got.count("HTTP/1.1 200") == 1 and "/first" in got and "/second" not in got
    for body in ("Content-Length: 3\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"):
        got = send(port, f"POST / HTTP/1.1\r\nHost: {host('raw')}\r\n{body}{second}")
        assert "/second" not in got
        got = send(port, f"POST / HTTP/1.1\r\nHost: {host('body')}\r\n{body}{second}")
        assert hashlib.md5(b"abc").hexdigest() in got and got.count("HTTP/1.1 200") == 1


def test_a_body_in_chunks_is_passed_on_as_it_comes(gw, port):
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as s:
        s.sendall(f"POST / HTTP/1.1\r\nHost: {host('body')}\r\nTransfer-Encoding: Chunked\r\n\r\n".encode())
        parts = [os.urandom(size) for size in (1, 17, 4096, 50000)]
        for part in parts:
            # Each begins when the head of the answer to the first was there.
            s.sendall(b"%X\r\n%s\r\n" % (len(part), part))
            if part is parts[0]:
                assert s.recv(12) == b"HTTP/1.1 200"
        s.sendall(b"0\r\nX-Sum: 1\r\n\r\n")
        assert hashlib.md5(b"".join(parts)).hexdigest().encode() in s.makefile("rb").read()


def test_a_body_in_chunks_that_goes_wrong_is_told_or_ended(gw, port):
    begun = "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as s:
        s.sendall(f"POST / HTTP/1.1\r\nHost: {host('mute')}\r\n{begun}".encode())
        s.sendall(b"zz\r\n")
        assert s.recv(65536).startswith(b"HTTP/1.1 400 ")
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as s:
        s.sendall(f"POST / HTTP/1.1\r\nHost: {host('stream')}\r\n{begun}".encode())
        r = s.makefile("rb")
        assert b"begun\n" in iter(r.readline, b"")
        s.sendall(b"zz\r\n")
        with contextlib.suppress(ConnectionError):
            assert r.read() == b""


def test_pages_of_our_own_are_not_the_servers(gw, port):
    status, head, body = get(port, host("echo"), "/.atoll/enter")
    assert status == 200 and "default-src 'none'" in head and "/.atoll/enter.js" in body
    status, head, body = get(port, host("echo"), "/.atoll/enter.js")
    assert status == 200 and "text/javascript" in head and "location.hash" in body
    assert get(port, host("echo"), "/.atoll/other")[0] == 404


# --- who sees it ----------------------------------------------------------------

def test_a_link_works_once_and_its_cookie_is_of_that_host_alone(gw, port):
    begin(gw, "bob+own", ["echo"])
    done = gw.ssh("bob+own", "lab publish")
    assert done.returncode == 0 and "which you alone may see" in done.stdout
    link = links(done.stdout)["echo"]
    assert link.startswith(f"http://echo-bob-own.labs.localhost:{port}/.atoll/enter#")
    name = host("echo", "bob-own")
    status, _, body = get(port, name)
    assert status == 403 and "'lab publish' in the sandbox prints a link" in body
    assert enter(port, link, "http://evil.example")[0] == 404
    status, cookie, _ = enter(port, link)
    assert status == 204 and cookie
    gw.wait_log("account=bob lab=own published to visitor=bob host=echo-bob-own.labs.localhost")
    status, _, body = get(port, name, "/", f"Cookie: {cookie}; mine=1")
    assert status == 200 and "Cookie: mine=1" in body and "atoll" not in body.replace("Atoll", "")
    # Once; and for no other service, seat or lab.
    assert enter(port, link)[0] == 403
    assert link.split("#")[1] not in gw.log and cookie not in gw.log
    for other in (host("body", "bob-own"), host("echo", "eve-own"), host("echo", "bob-c--1")):
        assert get(port, other, "/", f"Cookie: {cookie}")[0] == 403
    for bad in (cookie[:-1] + ("0" if cookie[-1] != "0" else "1"), cookie.replace(":bob:", ":eve:"),
                cookie.replace("=1", "=9", 1), "atoll=", "atoll=x", "atoll=9999999999:bob:", f"x{cookie}"):
        assert get(port, name, "/", f"Cookie: {bad}")[0] == 403


def test_a_sibling_page_cannot_use_the_browsers_cookie(gw, port):
    begin(gw, "eve+own", ["echo"])
    name = host("echo", "eve-own")
    cookie = "Cookie: " + enter(port, links(gw.out("eve+own", "lab publish"))["echo"])[1]
    other = f"http://{host('echo', 'bob-own')}:{port}"
    for more in ([f"Origin: {other}"], ["Origin: null"], ["Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: no-cors"],
                 ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: cors"], ["Sec-Fetch-Site: same-site"],
                 [f"Origin: {other}", "Connection: upgrade", "Upgrade: websocket"]):
        assert get(port, name, "/", cookie, *more)[0] == 403
    for more in ([], [f"Origin: http://{name}:{port}"], ["Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: cors"],
                 ["Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate"], ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"]):
        assert get(port, name, "/", cookie, *more)[0] == 200


def test_staff_see_what_a_lab_publishes_to_them_for_as_long_as_they_are_staff(gw, port):
    begin(gw, "bob+c-1", ["echo"])
    assert "which you and the lab's staff may see" in gw.out("bob+c-1", "lab publish")
    done = gw.ssh("ann", "atoll published bob+c-1")
    assert done.returncode == 0, done
    link = next(line for line in done.stdout.split() if "/echo-" in line)
    status, cookie, _ = enter(port, link)
    assert status == 204
    assert get(port, host("echo", "bob-c--1"), "/", f"Cookie: {cookie}")[0] == 200
    root = next(line for line in gw.atoll("published", "bob+c-1").stdout.split() if "/echo-" in line)
    assert get(port, host("echo", "bob-c--1"), "/", f"Cookie: {enter(port, root)[1]}")[0] == 200
    for user, seat, why in (("mia", "bob+c-1", "you are not staff of a lab c-1"), ("ann", "bob+own", "you are not staff of a lab own"),
                            ("ann", "eve+c-1", "no such seat")):
        done = gw.ssh(user, f"atoll published {seat}")
        assert (done.returncode, done.stdout) == (1, "") and why in done.stderr
    assert "for the student alone" in gw.atoll("published", "bob+own").stderr
    gw.write_lab("c-1", {**LAB, "publish_to": "staff", "staff": ["maths"]})
    assert gw.atoll("reload").returncode == 0
    assert get(port, host("echo", "bob-c--1"), "/", f"Cookie: {cookie}")[0] == 403


def test_a_name_that_is_no_part_of_a_host_name_becomes_a_hash(gw, port):
    begin(gw, "a.b_c+open", ["echo"])
    link = links(gw.out("a.b_c+open", "lab publish"))["echo"]
    name = re.fullmatch(rf"http://(echo-[0-9a-f]{{32}}\.labs\.localhost):{port}/", link).group(1)
    assert get(port, name)[0] == 200


def test_a_lab_that_publishes_nothing_says_so(gw):
    done = gw.ssh("bob+closed", "lab publish")
    assert done.returncode == 1 and "This lab publishes nothing." in done.stdout


# --- several machines -------------------------------------------------------------

def serve_on_db(gw):
    """On its localhost alone."""
    gw.out("bob+many", "lab console db 'mkdir /tmp/www; echo it is $(hostname) >/tmp/www/index.html; "
                       "busybox httpd -p 127.0.0.1:8001 -h /tmp/www'")


def test_ports_of_another_machine_have_names_too(gw, port):
    begin(gw, "bob+many", ["echo"])
    told = gw.out("bob+many", "lab publish")
    assert "web is port 8001 of this sandbox, which" in told and "db is port 8001 of db, which" in told
    serve_on_db(gw)
    assert get(port, host("db", "bob-many"))[::2] == (200, "it is db\n")
    assert "GET / HTTP/1.1" in get(port, host("web", "bob-many"))[2]
    status, _, body = get(port, host("none", "bob-many"))
    assert status == 502 and "nothing listens on port 8099 of db: start the server there" in body
    assert gw.out("bob+many", "lab reset -y db") == "It was made anew.\n"
    status, _, body = get(port, host("db", "bob-many"))
    assert status == 502 and "nothing listens on port 8001 of db" in body
    serve_on_db(gw)
    assert get(port, host("db", "bob-many"))[::2] == (200, "it is db\n")


# --- what ends ------------------------------------------------------------------

def wait_gone(s):
    with contextlib.suppress(ConnectionError):
        while s.recv(65536):
            pass


def test_a_sandbox_that_ends_ends_its_streams(gw, port):
    begin(gw, "eve+open", ["stream", "mute"])
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as s, \
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as mute:
        s.sendall(f"GET / HTTP/1.1\r\nHost: {host('stream', 'eve-open')}\r\n\r\n".encode())
        mute.sendall(f"GET / HTTP/1.1\r\nHost: {host('mute', 'eve-open')}\r\n\r\n".encode())
        got = b""
        while b"begun" not in got:
            got += s.recv(4096)
        assert gw.atoll("kill", "eve+open").returncode == 0
        wait_gone(s)
        wait_gone(mute)
    assert get(port, host("stream", "eve-open"))[0] == 403


def open_fds(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def test_one_page_can_be_at_its_limit_and_others_are_served(gw, port):
    [pid] = wait_until(lambda: gw.pids_of("atoll-publish"), "atoll-publish runs")
    wait_until(lambda: open_fds(pid) < 20, "those of before have gone")
    with contextlib.ExitStack() as stack:
        at = [stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE * 3)) for _ in range(32 + 64 + 5)]
        for s in at:
            s.sendall(f"GET / HTTP/1.1\r\nHost: {host('mute')}\r\n\r\n".encode())
        # Of those that wait one has its turn when another goes.
        turned_away = wait_until(lambda: [s for s in at if select.select([s], [], [], 0)[0]], "some are turned away")
        assert len(turned_away) <= 5 and b"503" in turned_away[0].recv(100)
        assert get(port, host("echo"))[0] == 200
    wait_until(lambda: open_fds(pid) < 20, "what they had is closed")


def test_it_is_started_again_and_cookies_go_on(gw, port):
    begin(gw, "bob+own", [])
    f.serve(gw, "bob+own", 8006, f.write_program(gw, "bob+own", SERVERS["echo"][1]))
    cookie = "Cookie: " + enter(port, links(gw.out("bob+own", "lab publish"))["stream"])[1]
    name = host("stream", "bob-own")
    assert get(port, name, "/", cookie)[0] == 200
    [pid] = gw.pids_of("atoll-publish")
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: gw.pids_of("atoll-publish") not in ([], [pid]), "it runs again")
    assert get(port, name, "/", cookie)[0] == 200
    gw.wait_log("lost atoll-publish")
    os.kill(gw.monitor, signal.SIGKILL)
    gw.wait_log("the monitor goes on after a crash")
    wait_until(lambda: served(port, name, cookie), "pages are served again")
    assert gw.atoll("upgrade").returncode == 0
    wait_until(lambda: served(port, name, cookie), "and by the next build")


def served(port, name, cookie):
    try:
        return get(port, name, "/", cookie)[0] == 200
    except (OSError, IndexError):
        return False
