"""What students serve behind the sample proxies, and in a browser."""
import os
import shutil
import socket
import ssl
import subprocess

import pytest

import forwarding as f
from browser import MISSING, Browser
from gateway import PATIENCE, ROOT, wait_until
from test_publish import LAB, SERVERS, begin, host, links, site
from test_wall import caddy, nginx


def as_sample(name, folder, proxied, sock):
    """The sample of that proxy, with this test's names, and the proxy."""
    text = (ROOT / "configs/web" / name).read_text()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=localhost", "-keyout",
                    folder / "key", "-out", folder / "cert"], check=True, capture_output=True)
    for old, new in (("/run/atoll/publish.sock", str(sock)), ("/etc/ssl/certs/labs.example.org.pem", str(folder / "cert")),
                     ("/etc/ssl/private/labs.example.org.key", str(folder / "key"))):
        assert old in text
        text = text.replace(old, new)
    if name.endswith("Caddyfile"):
        return text.replace("*.labs.example.org {", f"*.labs.localhost:{proxied} {{"), caddy
    return (text.replace("listen 443", f"listen 127.0.0.1:{proxied}")
            .replace("listen [::]:443 ssl;", "")  # which a host without IPv6 has not
            .replace("labs.example.org", "labs.localhost")), nginx


def curl(name, proxied, path, *more):
    return subprocess.run(["curl", "-sk", "-m", "20", "--connect-to", f"::127.0.0.1:{proxied}", *more,
                           f"https://{name}:{proxied}{path}"], capture_output=True).stdout


def connect(name, proxied):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(socket.create_connection(("127.0.0.1", proxied), timeout=PATIENCE), server_hostname=name)


@pytest.mark.parametrize("name", ["publish-nginx.conf", "publish-Caddyfile"])
def test_behind_a_proxy(new_gateway, tmp_path, name):
    if shutil.which("caddy" if name.endswith("Caddyfile") else "nginx") is None:
        pytest.skip(f"there is no proxy for {name}: install the packages nginx-light and caddy")
    proxied = f.free_port()
    gw = new_gateway(accounts=["bob"], labs={"open": LAB, "own": {**LAB, "publish_to": "student"}},
                     publishing={"url": f"https://*.labs.localhost:{proxied}"})
    begin(gw, "bob+open", ["echo", "body", "socket", "raw"])
    begin(gw, "bob+own", ["echo"])
    text, proxy = as_sample(name, tmp_path, proxied, gw.run_dir / "publish.sock")
    with proxy(tmp_path, text):
        wait_until(lambda: b"GET /x HTTP/1.1" in curl(host("echo"), proxied, "/x"), "the proxy answers",
                   details=lambda: (tmp_path / "output").read_text())
        said = curl(host("echo"), proxied, "/").decode()
        assert "X-Forwarded-Proto: https" in said and "X-Forwarded-For" not in said
        # nginx puts a body in chunks together, caddy passes them on.
        data = os.urandom(100000)
        (tmp_path / "data").write_bytes(data)
        md5 = subprocess.run(["md5sum"], input=data, capture_output=True).stdout.split()[0]
        for more in ([], ["-H", "Transfer-Encoding: chunked"]):
            assert md5 in curl(host("body"), proxied, "/", "--data-binary", f"@{tmp_path / 'data'}", *more)
        # A server that wants nginx to send files of its own does not get that.
        gw.out("bob+open", "printf 'HTTP/1.1 200 OK\\r\\nX-Accel-Redirect: /x\\r\\n\\r\\nmine' >/tmp/raw")
        assert curl(host("raw"), proxied, "/") == b"mine"
        with connect(host("socket"), proxied) as s:
            s.sendall(f"GET / HTTP/1.1\r\nHost: {host('socket')}:{proxied}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode())
            r = s.makefile("rb")
            assert b" 101 " in r.readline()
            while r.readline() != b"\r\n":
                pass
            for word in (b"one\n", b"two\n"):
                s.sendall(word)
                assert r.readline() == word
        # The link, whose cookie no other host can set.
        link = links(gw.out("bob+own", "lab publish"))["echo"]
        name = host("echo", "bob-own")
        assert link.startswith(f"https://{name}:{proxied}/.atoll/enter#")
        jar = ["-c", tmp_path / "jar", "-b", tmp_path / "jar"]
        got = curl(name, proxied, "/.atoll/enter", *jar, "-i", "-X", "POST", "-H", f"Origin: https://{name}:{proxied}", "-H",
                   f"Authorization: Atoll {link.split('#')[1]}").decode()
        assert "204" in got.split("\n")[0] and "__Host-atoll=" in got and "; Secure" in got
        assert b"GET /mine" in curl(name, proxied, "/mine", *jar)
        assert b"not for you to see" in curl(name, proxied, "/mine")


@pytest.mark.skipif(MISSING is not None, reason=str(MISSING))
def test_in_a_browser_the_link_opens_the_students_page_alone(new_gateway, tmp_path):
    port = f.free_port()
    gw = new_gateway(accounts=["bob", "eve"], labs={"own": {**LAB, "publish_to": "student"}}, **site(port))
    for user in ("bob", "eve"):
        f.serve(gw, f"{user}+own", SERVERS["echo"][0],
                f.write_program(gw, f"{user}+own", SERVERS["echo"][1] + '; echo "$got" >>/tmp/hits'))
    browser = Browser(tmp_path)
    try:
        for user in ("eve", "bob"):
            browser.open(links(gw.out(f"{user}+own", "lab publish"))["echo"])
            browser.wait("document.body.innerText.includes('GET / HTTP/1.1')")
            assert browser.script("return location.href") == f"http://{host('echo', f'{user}-own')}:{port}/"
        assert browser.script("return document.cookie") == ""
        assert browser.script("return fetch('/again').then(a => a.text())").startswith("GET /again")
        # bob's page, with eve's cookie in the same browser.
        other = f"http://{host('echo', 'eve-own')}:{port}/stolen"
        for how in ("{credentials: 'include'}", "{credentials: 'include', mode: 'no-cors'}"):
            browser.script(f"return fetch('{other}', {how}).then(() => 0, () => 0)")
        browser.open(f"http://{host('echo', 'eve-own')}:{port}/hers")
        assert "GET /hers" in browser.script("return document.body.innerText")
        hits = gw.out("eve+own", "cat /tmp/hits")
        assert "/hers" in hits and "/stolen" not in hits
    finally:
        browser.close()
