"""A wall as a browser has it: the link, the cookie, and the stream of events."""
import contextlib
import http.client
import json
import os
import re
import socket
import threading

import gateway as g
from gateway import wait_until


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def web(port, **more):
    return {"web": {"port": port, "url": f"http://127.0.0.1:{port}", **more}}


def ask(port, path, method="GET", headers=None, body=None):
    """Status, headers and body of one request."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=g.PATIENCE)) as c:
        c.request(method, path, body=body, headers=headers or {})
        r = c.getresponse()
        return r.status, r.headers, r.read().decode()


def memory(gw):
    """MiB of atoll-web."""
    [pid] = gw.pids_of("atoll-web")
    return int(g.proc_status(pid)["VmRSS"].split()[0]) // 1024


def a_thousand_streams(gw, port, path, cookie, first):
    """They cost what some do, and the page that was there first is told that its place is taken."""
    before = memory(gw)
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode()
    with contextlib.ExitStack() as all_of_them:
        for _ in range(1000):
            s = all_of_them.enter_context(socket.socket(socket.AF_UNIX))
            s.connect(str(gw.run_dir / "web.sock"))
            with contextlib.suppress(ConnectionError):
                s.sendall(request)
        wait_until(lambda: first.is_over, "the page that was first is over")
        assert ask(port, "/metrics")[0] == 200
        assert g.SANITIZED or memory(gw) < before + 32
        [pid] = gw.pids_of("atoll-web")
        wait_until(lambda: len(os.listdir(f"/proc/{pid}/fd")) < 300, "those that are over are let go of")


def link(gw, lab, staff=None):
    """The link that 'atoll wall' prints."""
    done = gw.atoll("wall", lab) if staff is None else gw.ssh(staff, f"atoll wall {lab}")
    assert (done.returncode, done.stderr) == (0, ""), done
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/wall#[0-9a-f]{64}\n", done.stdout), done.stdout
    return done.stdout.strip()


def enter(port, link_or_token, origin=None):
    token = link_or_token.split("#")[-1]
    return ask(port, "/wall/enter", "POST",
               {"Authorization": f"Atoll {token}", "Origin": origin or f"http://127.0.0.1:{port}"})


def cookie(gw, port, lab, staff=None):
    status, headers, body = enter(port, link(gw, lab, staff))
    assert status == 200, body
    return headers["Set-Cookie"].split(";")[0]


def write_cast(path, lines):
    """A recording with these lines, which atoll-recorder may read."""
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    st = path.parent.stat()
    os.chown(path, st.st_uid, st.st_gid)


class Stream:
    """An open page: what it was told so far."""

    def __init__(self, port, cookie):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=g.PATIENCE * 3)
        self.connection.request("GET", "/wall/events", headers={"Cookie": cookie})
        self.socket = self.connection.sock
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.read()
        assert self.answer.headers["Content-Type"] == "text/event-stream"
        self.events, self.tiles, self.people = [], {}, {}
        self.is_over = False
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        name = None
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException, AttributeError):
            for line in self.answer:
                field, _, value = line.decode().rstrip("\n").partition(": ")
                if field == "event":
                    name = value
                elif field == "data":
                    self.take(name, json.loads(value))
        self.is_over = True

    def take(self, name, data):
        if name == "tile":
            self.tiles[data["tile"]] = data
        elif name == "person":
            self.people[data["account"]] = data
        elif name == "list":
            self.tiles = {k: v for k, v in self.tiles.items() if k in data["tiles"]}
            self.people = {k: v for k, v in self.people.items() if k in data["people"]}
        self.events.append((name, data))

    def screen(self, account):
        return "\n".join(t["view"] for t in list(self.tiles.values()) if t["account"] == account)

    def wait_screen(self, account, text):
        wait_until(lambda: text in self.screen(account), f"{account}'s tile shows {text!r}",
                   details=lambda: f"{self.tiles} {self.is_over}")

    def wait_event(self, name):
        wait_until(lambda: any(n == name for n, _ in list(self.events)), f"an event {name}",
                   details=lambda: str(self.events[-5:]))
        return next(d for n, d in self.events if n == name)

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.reader.join(timeout=g.PATIENCE)
        self.connection.close()
