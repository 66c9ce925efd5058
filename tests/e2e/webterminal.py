"""A terminal as a browser has it: the login, the cookie, the stream of events, and requests with what is typed."""
import base64
import contextlib
import http.client
import json
import random
import socket
import threading

import gateway as g
from gateway import wait_until
from wall import ask, free_port

SHOWN_MAX = 65536  # SHOWN_SIZE of shown.h


def web(port, **more):
    return {"web": {"port": port, "url": f"http://127.0.0.1:{port}", "terminal": True, **more}}


def open_terminal(port, name, cookie="", size="24x80", **headers):
    """Status, headers and body of the request for one."""
    own = {"Origin": f"http://127.0.0.1:{port}", "Atoll-Size": size, **({"Cookie": cookie} if cookie else {}), **headers}
    return ask(port, "/terminal/open", "POST", own, body=name)


def forks(gw):
    """The SSH clients; their parent is atoll-browser itself."""
    all_of_it = gw.pids_of("atoll-browser")
    return [p for p in all_of_it if int(g.proc_status(p).get("PPid", 0)) in all_of_it]


class UnixConnection(http.client.HTTPConnection):
    """To the socket that is for a proxy in front."""

    def __init__(self, path):
        super().__init__("localhost", timeout=g.PATIENCE)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(g.PATIENCE)
        self.sock.connect(self.path)


def proxied(gw, method, path, headers, body=None):
    """Status and body of a request that a proxy passes on."""
    with contextlib.closing(UnixConnection(gw.run_dir / "web.sock")) as c:
        c.putrequest(method, path)
        for name, value in headers:
            c.putheader(name, value)
        c.putheader("Content-Length", str(len(body or "")))
        c.endheaders((body or "").encode())
        r = c.getresponse()
        return r.status, r.read().decode()


class Terminal:
    """One student's, as the page has it: what was shown and asked so far."""

    def __init__(self, port, name, cookie="", size="24x80"):
        self.port = port
        status, headers, body = open_terminal(port, name, cookie, size)
        assert status == 200, body
        self.number = int(body)
        self.cookie = headers["Set-Cookie"].split(";")[0] if "Set-Cookie" in headers else cookie
        self.page = random.getrandbits(32) + 1
        self.typed = self.seen = self.said = 0  # said: that it has seen so many
        self.shown, self.events, self.is_over = b"", [], False
        self.listen(0)

    def headers(self, **more):
        return {"Cookie": self.cookie, "Origin": f"http://127.0.0.1:{self.port}", "Atoll-Terminal": str(self.number),
                "Atoll-Page": str(self.page), **more}

    def post(self, what, body="", **headers):
        return ask(self.port, f"/terminal/{what}", "POST", self.headers(**headers), body=body)

    def listen(self, start):
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=g.PATIENCE * 3)
        self.connection.request("GET", f"/terminal/events?terminal={self.number}&page={self.page}&from={start}",
                                headers={"Cookie": self.cookie})
        self.socket = self.connection.sock
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.read()
        assert self.answer.headers["Content-Type"] == "text/event-stream"
        self.is_over = False
        self.seen = start
        self.reader = threading.Thread(target=self.read, args=[self.answer], daemon=True)
        self.reader.start()

    def read(self, answer):
        name = number = None
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException, AttributeError):
            for line in answer:
                field, _, value = line.decode().rstrip("\n").partition(": ")
                if field == "event":
                    name = value
                elif field == "id":
                    number = int(value)
                elif field == "data" and name == "shown":
                    self.shown += base64.b64decode(value)
                    self.seen = number
                elif field == "data":
                    self.events.append((name, json.loads(value)))
        self.is_over = True

    def last(self, name):
        return next((d for n, d in reversed(list(self.events)) if n == name), None)

    def wait_event(self, name, text=""):
        wait_until(lambda: any(n == name and text in json.dumps(d) for n, d in list(self.events)), f"an event {name} {text}",
                   details=lambda: f"{self.events[-5:]} {self.shown[-500:]}")
        return self.last(name)

    def expect(self, text):
        wait_until(lambda: text.encode() in self.shown, f"{text!r} is shown",
                   details=lambda: f"{self.events[-3:]} {self.shown[-800:]}")

    def answer_asked(self, *lines):
        self.wait_event("ask", "prompts\": [{")
        self.events = [e for e in self.events if e[0] != "ask"]
        status, _, body = self.post("answer", "\n".join(lines))
        assert status == 200, body

    def log_in(self, password="secret"):
        self.answer_asked(password)
        self.wait_event("started")
        return self

    def type(self, text, **headers):
        """All of it, as fast as it is taken."""
        data = text if isinstance(text, bytes) else text.encode()
        while True:
            data, rest = data[:4096], data[4096:]
            self.said = self.seen
            status, _, body = self.post("type", data, **{"Atoll-At": str(self.typed), "Atoll-Seen": str(self.said), **headers})
            assert status == 200, body
            data = data[int(body) - self.typed:] + rest
            self.typed = int(body)
            if not data:
                return

    def run(self, command, result):
        """Type a line, and wait for what it prints, which must not be in the line itself."""
        assert result not in command
        self.type(command + "\r")
        self.expect(result)

    def load_anew(self):
        """The page is loaded once more, or in another tab: the number of the one before."""
        before, self.page = self.page, self.page + 1
        self.typed = 0
        self.listen(self.seen)
        return before

    def lose(self):
        """The network goes."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.reader.join(timeout=g.PATIENCE)
        self.connection.close()

    def close(self):
        status, _, _ = self.post("close")
        self.lose()
        assert status in (200, 403)


class Relay:
    """The network between a browser and atoll-web, which can go and come again."""

    def __init__(self, target):
        self.target = target
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.is_cut = False
        self.lock, self.ends = threading.Lock(), set()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                with self.lock:
                    if self.is_cut:
                        client.close()
                        continue
                    server = socket.create_connection(("127.0.0.1", self.target))
                    self.ends |= {client, server}
                for a, b in ((client, server), (server, client)):
                    threading.Thread(target=self.carry, args=[a, b], daemon=True).start()

    def carry(self, a, b):
        with contextlib.suppress(OSError):
            while data := a.recv(65536):
                b.sendall(data)
        for s in (a, b):
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)

    def cut(self):
        with self.lock:
            self.is_cut = True
            for s in self.ends:
                with contextlib.suppress(OSError):
                    s.shutdown(socket.SHUT_RDWR)
            self.ends.clear()

    def mend(self):
        self.is_cut = False

    def close(self):
        self.cut()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


__all__ = ["SHOWN_MAX", "Relay", "Terminal", "ask", "forks", "free_port", "open_terminal", "proxied", "web"]
