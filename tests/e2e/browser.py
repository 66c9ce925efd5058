"""Debian's Chromium without a window, driven by chromedriver over WebDriver (W3C), with the standard library."""
import base64
import contextlib
import http.client
import json
import shutil
import signal
import socket
import subprocess

import gateway as g

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # of the standard
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c", "Left": "\ue012", "Up": "\ue013", "Right": "\ue014",
        "Down": "\ue015"}
MISSING = next((f"there is no {p}: install the packages chromium and chromium-driver"
                for p in ("chromedriver", "chromium") if shutil.which(p) is None), None)


class Browser:
    def __init__(self, folder):
        self.log = open(folder / "chromedriver.log", "w+")
        with socket.create_server(("127.0.0.1", 0)) as s:
            self.port = s.getsockname()[1]
        self.driver = subprocess.Popen(["chromedriver", f"--port={self.port}"], stdin=subprocess.DEVNULL, stdout=self.log,
                                       stderr=self.log, start_new_session=True, cwd=folder,
                                       env=g.client_environment(HOME=str(folder), TMPDIR=str(folder)))
        g.wait_until(lambda: "started successfully" in self.read_log(), "chromedriver listens", details=self.read_log)
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
                            "--window-size=1280,900", "--hide-scrollbars", f"--user-data-dir={folder}/profile"]}
        self.path = ""
        made = self.post("/session", {"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.path = f"/session/{made['sessionId']}"

    def read_log(self):
        self.log.flush()
        with open(self.log.name) as f:
            return f.read()

    def call(self, method, path, body=None):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)) as c:
            c.request(method, self.path + path, None if body is None else json.dumps(body),
                      {"Content-Type": "application/json"})
            value = json.loads(c.getresponse().read())["value"]
        if isinstance(value, dict) and "error" in value:
            raise AssertionError(f"{path}: {value['error']}: {value['message']}")
        return value

    def post(self, path, body=None):
        return self.call("POST", path, body or {})

    def open(self, url):
        self.post("/url", {"url": "about:blank"})
        self.post("/url", {"url": url})

    def script(self, text, *args):
        return self.post("/execute/sync", {"script": text, "args": list(args)})

    def wait(self, text, *args, timeout=g.PATIENCE):
        """Until that expression is true."""
        return g.wait_until(lambda: self.script(f"return {text}", *args), text, timeout,
                            details=lambda: self.script("return document.body.innerText"))

    def focused(self):
        return self.call("GET", "/element/active")[ELEMENT]

    def name(self, element):
        """What a screen reader says of it, and as what."""
        return self.call("GET", f"/element/{element}/computedlabel"), self.call(
            "GET", f"/element/{element}/computedrole")

    def find(self, selector):
        return [e[ELEMENT] for e in self.post("/elements", {"using": "css selector", "value": selector})]

    def press(self, *names):
        keys = [{"type": kind, "value": KEYS[n]} for n in names for kind in ("keyDown", "keyUp")]
        self.post("/actions", {"actions": [{"type": "key", "id": "keys", "actions": keys}]})

    def type(self, text):
        """Into whatever has the focus."""
        keys = [{"type": kind, "value": c} for c in text for kind in ("keyDown", "keyUp")]
        self.post("/actions", {"actions": [{"type": "key", "id": "keys", "actions": keys}]})

    def click(self, element):
        self.post(f"/element/{element}/click")

    def cdp(self, command, **params):
        return self.post("/goog/cdp/execute", {"cmd": command, "params": params})

    def network(self, **how):
        """Slow, or offline; with nothing said as it is."""
        self.cdp("Network.enable")
        self.cdp("Network.emulateNetworkConditions", **{
            "offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1, **how})

    def scheme(self, name):
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}])

    def complaints(self):
        """What the page's console has of errors, such as what its policy refused."""
        return [e["message"] for e in self.post("/se/log", {"type": "browser"})
                if e["level"] == "SEVERE" and "favicon.ico" not in e["message"]]

    def picture(self, file):
        file.write_bytes(base64.b64decode(self.call("GET", "/screenshot")))

    def close(self):
        with contextlib.suppress(OSError, AssertionError):
            self.call("DELETE", "")
        self.driver.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.driver.wait(timeout=10)
        if self.driver.poll() is None:
            self.driver.kill()
            self.driver.wait()
        self.log.close()


