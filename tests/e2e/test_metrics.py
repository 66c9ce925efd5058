"""atoll-web: metrics on a Unix socket and a loopback port, and who may cost it what."""
import contextlib
import http.client
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

import gateway as g
from gateway import wait_until

pytestmark = pytest.mark.quick
needs_prometheus = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="there is no promtool: install the package prometheus")

CLIENTS = 64  # HTTP_CLIENTS of http.h


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def web(port=0, **more):
    return {"web": {"port": port, **more}}


class UnixHTTP(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("proxy.example", timeout=g.PATIENCE)
        self.path = path

    def connect(self):
        """It waits for a place in the backlog, which connect(2) does in a blocking socket alone."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self.path))
        self.sock.settimeout(self.timeout)


def ask(gw, path="/metrics", method="GET", port=None, headers=None):
    """Status, headers and body of one request."""
    c = UnixHTTP(gw.run_dir / "web.sock") if port is None else \
        http.client.HTTPConnection("127.0.0.1", port, timeout=g.PATIENCE)
    with contextlib.closing(c):
        c.request(method, path, headers=headers or {})
        r = c.getresponse()
        return r.status, r.headers, r.read().decode()


def text_of(gw):
    status, headers, body = ask(gw)
    assert status == 200, body
    assert headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return body


def values(gw):
    """{ 'name{labels}': number } of all samples."""
    return {k: float(v) for k, v in
            (line.rsplit(" ", 1) for line in text_of(gw).splitlines() if line[0] != "#")}


def wait_value(gw, name, want):
    """Newer numbers are there once a second at most."""
    found = {}

    def is_there():
        found.update(values(gw))
        return found.get(name) == want

    wait_until(is_there, f"{name} is {want}", details=lambda: str(found.get(name)))
    return found


def raw(gw, request, wait=g.PATIENCE):
    """What a client that writes by itself reads until the end."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(wait)
        s.connect(str(gw.run_dir / "web.sock"))
        s.sendall(request)
        out = b""
        with contextlib.suppress(OSError):
            s.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            while piece := s.recv(65536):
                out += piece
        return out.decode(errors="replace")


@pytest.fixture(scope="module")
def port():
    return free_port()


@pytest.fixture(scope="module")
def gw(start_gateway, port):
    return start_gateway(accounts=["demo", "ann"], labs={"box": {}, "small": {}}, **web(port))


def test_nothing_runs_and_all_is_there(start_gateway):
    """Before anybody came."""
    fresh = start_gateway(**web())
    body = text_of(fresh)
    rows = re.findall(r'METRIC\((\w+),\s*"(\w+)",\s*(\w+)', (g.ROOT / "gateway/wire/metrics.def").read_text())
    told = dict(re.findall(r"^# TYPE (\w+) (\w+)$", body, re.M))
    assert told == {name: kind.lower() for _, name, kind in rows}
    found = values(fresh)
    assert found['atoll_sandboxes{lab="box",state="live"}'] == 0
    assert found['atoll_sandbox_build_seconds_count{lab="box"}'] == 0
    assert re.search(r'^atoll_build_info\{version="[\d.]+"\} 1$', body, re.M)


@needs_prometheus
def test_prometheus_own_lint_has_nothing_to_say(gw):
    done = subprocess.run(["promtool", "check", "metrics"], input=text_of(gw), capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_port_says_the_same(gw, port):
    status, headers, body = ask(gw, port=port)
    assert status == 200 and "atoll_build_info" in body
    assert headers["Cache-Control"] == "no-store" and headers["X-Content-Type-Options"] == "nosniff"
    assert ask(gw, method="HEAD", port=port)[0] == 200
    bound = subprocess.run(["ss", "-Hltn", f"sport = :{port}"], capture_output=True, text=True).stdout.split()
    assert bound[3] == f"127.0.0.1:{port}"


def test_the_socket_is_its_group_s_alone(gw):
    path = gw.run_dir / "web.sock"
    assert path.stat().st_mode & 0o777 == 0o660
    assert (path.owner(), path.group()) == ("root", "_atoll_web")


def test_logins_and_sandboxes_are_counted(gw):
    before = values(gw)
    assert gw.out("demo+box", "echo hi") == "hi\n"
    assert gw.ssh("demo", "true", key=gw.keys.stranger).returncode == 255
    assert gw.ssh_password("ann+box", "secret", "true").returncode == 0
    assert gw.ssh("ann+nowhere", "true").returncode != 0
    gw.wait_no_sandbox()
    after = wait_value(gw, 'atoll_sandbox_demolish_seconds_count{lab="box"}', 2)

    def grown(name):
        return after[name] - before[name]

    assert grown('atoll_logins_total{method="key",outcome="ok"}') == 2
    assert grown('atoll_logins_total{method="password",outcome="ok"}') == 1
    assert grown("atoll_connections_accepted_total") == 4
    assert grown('atoll_seats_refused_total{reason="not_yours"}') == 1
    assert grown('atoll_sandbox_build_seconds_count{lab="box"}') == 2
    assert grown('atoll_queue_wait_seconds_bucket{lab="box",le="0.005"}') == 2
    assert grown('atoll_lab_cpu_seconds_total{lab="box"}') > 0
    assert grown('atoll_sandbox_build_seconds_count{lab="small"}') == 0
    assert after['atoll_sandbox_build_seconds_bucket{lab="box",le="+Inf"}'] == 2
    assert after["atoll_state_dir_available_bytes"] <= after["atoll_state_dir_size_bytes"]


def test_what_lives_is_told_by_lab_and_no_person_is(new_gateway):
    gw = new_gateway(accounts=["zelda"], labs={"box": {}, "small": {"pids": 16}}, **web())
    shell = gw.shell("zelda+small")
    shell.run("dd if=/dev/zero of=file bs=1M count=3")
    # The first scrape has the builder look at what is used.
    found = values(gw)
    assert found['atoll_sandboxes{lab="small",state="live"}'] == 1
    assert found['atoll_connections{state="seated"}'] == 1
    assert found['atoll_lab_processes{lab="small"}'] >= 2
    assert found['atoll_lab_memory_bytes{lab="small"}'] > 0
    assert found['atoll_lab_disk_bytes{lab="small"}'] >= 3 << 20
    assert found['atoll_lab_processes{lab="box"}'] == 0
    assert "zelda" not in text_of(gw)
    shell.type("i=0; while [ $i -lt 40 ]; do sleep 3 & i=$((i+1)); done")
    wait_until(lambda: values(gw)['atoll_limits_met_total{lab="small",limit="pids"}'] > 0, "the limit was met")
    shell.close()


def test_what_students_feel_is_measured(new_gateway):
    gw = new_gateway(**web())
    shell = gw.shell("demo+box")
    assert shell.run("echo here") == ("here\n", 0)
    for key in "xyz":
        shell.send(key)
        shell.expect(key)
    shell.close()
    gw.out("demo+box", "true")  # without a terminal: not counted
    found = wait_value(gw, 'atoll_first_output_seconds_count{lab="box"}', 1)
    assert found["atoll_echo_seconds_count"] >= 1
    assert found['atoll_echo_seconds_bucket{le="1"}'] == found["atoll_echo_seconds_count"]
    assert found["atoll_echo_seconds_sum"] > 0


def test_other_host_keys_have_another_checksum(new_gateway, tmp_path):
    gw = new_gateway(**web())
    before = values(gw)["atoll_host_keys_checksum"]
    assert before > 0
    assert gw.atoll("reload").returncode == 0
    assert wait_value(gw, "atoll_host_keys_checksum", before)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True)
    gw.write_config(host_keys=[str(tmp_path / "key")], **web())
    assert gw.atoll("reload").returncode == 0
    wait_until(lambda: values(gw)["atoll_host_keys_checksum"] not in (0, before), "other keys, another number")


def test_who_is_refused_is_counted(new_gateway):
    gw = new_gateway(deny_from=["127.0.0.1"], **web())
    assert gw.ssh("demo", "true").returncode == 255
    wait_value(gw, 'atoll_connections_refused_total{reason="address"}', 1)


def test_a_build_that_fails_is_counted(new_gateway, tmp_path):
    setup = tmp_path / "setup"
    setup.write_text("#!/bin/sh\necho no\nexit 1\n")
    setup.chmod(0o755)
    gw = new_gateway(labs={"box": {"setup": setup}}, **web())
    assert gw.ssh("demo", "true").returncode != 0
    wait_value(gw, 'atoll_sandbox_build_failures_total{lab="box"}', 1)


# --- one that is lost ---------------------------------------------------------


def web_of(gw):
    [pid] = wait_until(lambda: gw.pids_of("atoll-web"), "atoll-web runs")
    return pid


def test_killed_it_is_there_again_and_nobody_is_refused(gw):
    """The sockets stay: who connects meanwhile waits for a moment."""
    shell = gw.shell("demo+box")
    wait_until(lambda: "atoll_build_info" in text_of(gw), "it answers")
    old = web_of(gw)
    os.kill(old, signal.SIGKILL)
    assert "atoll_build_info" in text_of(gw)
    assert web_of(gw) != old
    wait_value(gw, 'atoll_process_losses_total{process="web"}', 1)
    assert shell.run("echo here") == ("here\n", 0)
    shell.close()


def test_after_a_crash_of_the_monitor_it_answers_on_the_same_sockets(new_gateway):
    port = free_port()
    gw = new_gateway(**web(port))
    assert ask(gw, port=port)[0] == 200
    start = values(gw)["atoll_start_time_seconds"]
    gw.crash()
    assert ask(gw, port=port)[0] == 200
    found = wait_value(gw, 'atoll_process_losses_total{process="monitor"}', 1)
    assert found["atoll_start_time_seconds"] == start <= found["atoll_monitor_start_time_seconds"]


def test_after_an_upgrade_too(new_gateway):
    port = free_port()
    gw = new_gateway(**web(port))
    t = gw.shell()
    assert ask(gw, port=port)[0] == 200
    done = gw.atoll("upgrade")
    assert done.returncode == 0, done.stderr
    assert ask(gw, port=port)[0] == 200
    wait_value(gw, 'atoll_sandboxes{lab="box",state="live"}', 1)
    assert t.run("echo here") == ("here\n", 0)


def test_without_the_option_it_does_not_exist(new_gateway):
    gw = new_gateway()
    gw.out("demo", "true")
    assert gw.pids_of("atoll-web") == []
    assert not (gw.run_dir / "web.sock").exists()


# --- what is refused at the start ----------------------------------------------


@pytest.mark.parametrize("address", ["0.0.0.0", "192.0.2.7", "::", "2001:db8::1", "128.0.0.1", "localhost", ""])
def test_other_addresses_than_the_loopback_are_refused_with_a_cure(new_gateway, address):
    done = new_gateway(start=False, **web(9100, address=address)).check()
    assert done.returncode == 1
    assert "loopback" in done.stderr and "put nginx or caddy in front" in done.stderr


@pytest.mark.parametrize("user", ["_atoll_rec", "root", "nobody-of-that-name"])
def test_its_user_is_its_own(new_gateway, user):
    done = new_gateway(start=False, web_user=user, **web()).check()
    assert done.returncode == 1 and "web_user" in done.stderr


def test_somebody_s_file_is_not_taken_for_an_old_socket(new_gateway):
    gw = new_gateway(start=False)
    file = gw.folder / "precious"
    file.write_text("words\n")
    gw.write_config(**web(socket="precious"))
    gw.start(ready=False)
    gw.wait_log(r"precious is there, and no socket: give socket another name")
    assert gw.wait_end() != 0
    assert file.read_text() == "words\n"


def test_a_reload_does_not_move_it(gw, port):
    gw.write_config(**web(1))
    done = gw.atoll("reload")
    gw.write_config(**web(port))
    assert done.returncode == 1 and "web" in done.stderr
    assert ask(gw, port=port)[0] == 200


# --- bad input ------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "127.0.0.1@evil",
                                  "[::1]evil", "0x7f.1", "128.0.0.1", "", "127.0.0.1:99999999", "a" * 3000])
def test_a_page_of_elsewhere_cannot_read_the_port(gw, port, host):
    """A name of its own may lead a browser here: DNS rebinding."""
    status, _, body = ask(gw, port=port, headers={"Host": host})
    assert status in (400, 421) and "atoll_" not in body


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3:9100", "[::1]:9100", "LOCALHOST:1"])
def test_who_names_the_loopback_can(gw, port, host):
    assert ask(gw, port=port, headers={"Host": host})[0] == 200


@pytest.mark.parametrize("path", ["/", "//metrics", "/metrics/", "/metrics/../metrics", "/../../etc/passwd", "/metricsx",
                                  "/%6detrics%00", "*", "http://evil.example/metrics", "/" + "a" * 3000])
def test_there_is_one_path(gw, path):
    status, _, body = ask(gw, path)
    assert status in (400, 404) and "atoll_" not in body


def test_a_query_is_not_looked_at(gw):
    assert ask(gw, "/metrics?name=%27%22%3Cscript%3E")[0] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "get", "BREW"])
def test_it_can_only_be_read(gw, method):
    status, headers, _ = ask(gw, method=method)
    assert status == 405 and headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("request_", [
    b"GET\r\n\r\n",
    b"GET /metrics HTTP/9.9\r\n\r\n",
    b"GET /metrics HTTP/1.1\r\n" + b"X: " + b"y" * 100000 + b"\r\n\r\n",
    b"GET /metrics HTTP/1.1\r\n" + b"".join(b"X%d: y\r\n" % i for i in range(5000)) + b"\r\n",
    b"GET /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
], ids=["no path", "version", "one long header", "many headers", "length", "ssh"])
def test_what_is_no_request_ends(gw, request_):
    before = web_of(gw)
    with contextlib.suppress(BrokenPipeError):
        assert "atoll_build_info" not in raw(gw, request_)
    assert ask(gw)[0] == 200
    assert web_of(gw) == before


def cpu_of(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("said", [b"", b"GET /metr", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 200])
@pytest.mark.parametrize("ends", [False, True])
def test_half_a_request_is_waited_for_without_work(gw, said, ends):
    pid = web_of(gw)
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(str(gw.run_dir / "web.sock"))
        s.sendall(said)
        if ends:
            s.shutdown(socket.SHUT_WR)
        assert ask(gw)[0] == 200
        before = cpu_of(pid)
        time.sleep(0.3)
        assert cpu_of(pid) - before < 0.1


def test_a_thousand_who_say_nothing_keep_nobody_out(gw):
    """Nor do they cost descriptors or time: whoever said nothing for longest goes."""
    pid = web_of(gw)
    with contextlib.ExitStack() as stack:
        crowd = []
        for i in range(1000):
            s = stack.enter_context(socket.socket(socket.AF_UNIX))
            s.connect(str(gw.run_dir / "web.sock"))
            if i % 2:
                s.sendall(b"GET /metrics HT")
            crowd.append(s)
        assert ask(gw)[0] == 200
        wait_until(lambda: len(os.listdir(f"/proc/{pid}/fd")) <= CLIENTS + 16, "the others have gone")
        p = select.poll()
        for s in crowd:
            p.register(s, select.POLLRDHUP)
        wait_until(lambda: len(p.poll(0)) >= 1000 - CLIENTS, "they were sent away")
        before = cpu_of(pid)
        time.sleep(0.5)
        assert cpu_of(pid) - before < 0.2  # it waits, and does not turn
    assert ask(gw)[0] == 200
    assert web_of(gw) == pid


def test_who_reads_slowly_delays_nobody(gw):
    with socket.socket(socket.AF_UNIX) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        slow.connect(str(gw.run_dir / "web.sock"))
        slow.sendall(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n" * 50)
        assert slow.recv(1) == b"H"
        for _ in range(3):
            assert ask(gw)[0] == 200
        assert slow.recv(1) == b"T"


def test_one_connection_may_ask_again(gw):
    c = UnixHTTP(gw.run_dir / "web.sock")
    with contextlib.closing(c):
        for _ in range(5):
            c.request("GET", "/metrics")
            assert "atoll_build_info" in c.getresponse().read().decode()


def test_many_at_once_are_one_question(gw):
    """Of each second there is one text: the monitor is asked once."""
    time.sleep(1.1)
    tracer = subprocess.Popen(
        ["timeout", "5", "strace", "-f", "-qq", "-e", "trace=sendmsg", "-o", "/dev/stdout", "-p", str(web_of(gw))],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    wait_until(lambda: g.proc_status(web_of(gw)).get("TracerPid", "0") != "0", "it is traced")
    clients = [UnixHTTP(gw.run_dir / "web.sock") for _ in range(20)]
    for c in clients:
        c.request("GET", "/metrics")
    assert len({c.getresponse().read() for c in clients}) == 1
    for c in clients:
        c.close()
    tracer.send_signal(signal.SIGINT)
    asked = [line for line in tracer.communicate()[0].splitlines() if "sendmsg(3" in line]
    assert len(asked) == 1, asked
