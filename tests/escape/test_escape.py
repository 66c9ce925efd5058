"""Every attempt of the probe's table, in six kinds of sandboxes.

The same attempts are made outside, too: where the kernel itself gave the same
answer as the sandbox, an attempt would prove nothing."""
import socket
import subprocess
from pathlib import Path

import pytest

import gateway as g
import probe
from privileged import AS_ROOT, compile_program

TABLE = probe.table()
CAPABILITIES = ("chown dac_override fowner fsetid kill setgid setuid setpcap net_bind_service "
                "net_raw sys_chroot sys_ptrace sys_nice audit_write setfcap").split()
LABS = {
    "user": {},
    "root": {"user": "root"},
    "debug": {"seccomp": "debug"},
    "caps": {"capabilities": CAPABILITIES},
}
# With setuid = true, whose student can become root by a set-uid program.  The student
# must get the answers of the first column, and root by that program those of the second.
SETUID = {"setuid": "user", "rooted": "root"}
# A seat of machines on two networks of its own, from the first of them, which is a router.
# Its init has a packet socket.
MACHINES = {"network": "lab", "capture": True,
            "networks": ({"name": "a", "address": "10.0.0.0/24"}, {"name": "b", "address": "10.0.1.0/24"}),
            "machines": ({"name": "desk", "networks": ["a", "b"], "router": True}, {"name": "web", "networks": "b"})}
HAS_ADMIN = (g.IMAGES / "debian-admin/rootfs").is_dir()
if HAS_ADMIN:
    SETUID["sudo"] = "root"
NEIGHBOUR_PORT = 7007


@pytest.fixture(scope="module")
def outside():
    """What the host offers: the port and names of neighbour.h, a file."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    host = subprocess.Popen([probe.PROBE, "listen", str(port)], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert host.stdout.readline() == "listening\n", host.stderr.read()
    yield host, port
    host.stdin.close()
    assert host.wait(timeout=g.PATIENCE) == 0


@pytest.fixture(scope="module")
def gw(start_gateway, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shown")
    compile_program(folder, "as-root", AS_ROOT)
    lab = {"setuid": True, "setup": "root.setup", "mounts": [{"source": folder, "target": "/srv/in"}]}
    labs = {**LABS, **dict.fromkeys(SETUID, lab), "machines": MACHINES}
    if HAS_ADMIN:
        labs["sudo"] = {**lab, "image": "debian-admin"}
    gw = start_gateway(start=False, labs=labs, accounts=["demo", "eve"])
    setup = gw.labs_dir / "root.setup"
    setup.write_text("""#!/bin/sh -e
        cp /srv/in/as-root /bin/as-root
        chmod 4755 /bin/as-root
        mkdir -p /etc/sudoers.d
        echo 'student ALL = NOPASSWD: ALL' >/etc/sudoers.d/student
    """)
    setup.chmod(0o755)
    return gw.start()


@pytest.fixture(scope="module")
def neighbour(gw):
    """Another sandbox, which offers the same names on another port."""
    command = (f"cat >/tmp/probe && chmod 755 /tmp/probe")
    with gw.ssh_start("eve+user", f"until test -x /tmp/probe; do usleep 20000; done; "
                                  f"exec /tmp/probe listen {NEIGHBOUR_PORT}") as other:
        done = gw.ssh("eve+user", command, stdin=probe.PROBE.read_bytes(), text=False)
        assert done.returncode == 0, done
        assert other.stdout.readline() == "listening\n", other.stderr.read()
        yield
        other.stdin.close()


@pytest.fixture(scope="module")
def answers(gw, outside, neighbour):
    """What each kind of sandbox answered to everything."""
    host, port = outside
    told = [f"host_pid={host.pid}", f"host_port={port}", f"host_path={gw.config_file}",
            f"neighbour_port={NEIGHBOUR_PORT}"]
    found = {lab: probe.run(gw, f"demo+{lab}", *told) for lab in (*LABS, "setuid", "machines")}
    found["rooted"] = probe.run(gw, "demo+rooted", *told, by="/bin/as-root")
    if HAS_ADMIN:
        found["sudo"] = probe.run(gw, "demo+sudo", *told, by="sudo")
    return found


@pytest.fixture(scope="module")
def kernel(outside):
    return {asker: probe.ask_kernel(asker) for asker in probe.ASKERS}


def test_the_table_is_not_empty():
    assert len(TABLE) > 250


@pytest.mark.parametrize("profile", probe.PROFILES)
@pytest.mark.parametrize("attempt", TABLE)
def test_attempt(answers, attempt, profile):
    want = TABLE[attempt][0][profile]
    got = answers[profile][attempt]
    if got == "ENOENT" and want != got and attempt.startswith("files: "):
        pytest.skip("this kernel does not have that file")
    assert got == want


@pytest.mark.parametrize("profile", SETUID)
def test_set_uid_programs_lead_no_further(answers, profile):
    """The same table: what the lab's user, or its root, may try without them."""
    want = {a: row[0][SETUID[profile]] for a, row in TABLE.items()}
    got = answers[profile]
    assert got.keys() == want.keys()
    assert {a: got[a] for a in want if got[a] != answers[SETUID[profile]][a]} == {}
    assert {a: got[a] for a in want if got[a] not in (want[a], "ENOENT")} == {}


def test_a_network_of_machines_leads_no_further(answers):
    want = {a: row[0]["user"] for a, row in TABLE.items()}
    got = answers["machines"]
    assert got.keys() == want.keys()
    assert {a: got[a] for a in want if got[a] not in (want[a], "ENOENT")} == {}


@pytest.mark.parametrize("attempt", [a for a, row in TABLE.items() if row[1] != "-"])
def test_the_kernel_itself(kernel, attempt):
    profiles, asker, want = TABLE[attempt]
    if isinstance(kernel[asker], str):
        pytest.skip(kernel[asker])
    got = kernel[asker][attempt]
    if got == want:
        return
    if got in ("ENOSYS", "ENOENT"):
        pytest.skip(f"this kernel does not have it: {got}")
    if asker == "host" and got in ("EACCES", "EPERM"):
        pytest.skip(f"this machine refuses it to its own root: {got}")
    assert want == "differs" and got not in profiles.values()


def test_the_page_shows_the_table():
    page = (Path(__file__).parent / "README.md").read_text()
    shown = page.split("<!-- escapes -->\n")[1].split("<!-- /escapes -->")[0]
    made = subprocess.run([probe.PROBE, "markdown"], capture_output=True, text=True).stdout
    assert shown.strip() == made.strip(), "make escape-table UPDATE=1 writes it anew"
    tables = made.count("|---|---|---|---|\n")
    attempts = sum(line.startswith("| ") for line in made.splitlines()) - tables
    assert f"| {attempts} | `make escape`" in (g.ROOT / "SECURITY.md").read_text(), attempts
    assert f"{attempts} attempts" in (g.ROOT / "README.md").read_text(), attempts


@pytest.mark.parametrize("lab", ["user", "root"])
def test_a_signal_to_everybody_ends_nobody_else(gw, answers, neighbour, lab):
    [neighbours] = gw.inits()
    gw.ssh(f"demo+{lab}", "kill -9 -1; sleep 5")
    assert gw.out("eve+user", "ls /tmp/probe") == "/tmp/probe\n"
    assert g.is_alive(neighbours) and g.is_alive(gw.pid) and g.is_alive(gw.monitor) and g.is_alive(gw.builder) and g.is_alive(gw.zygote)


@pytest.mark.parametrize("lab", [*LABS, *SETUID, "machines"])
def test_each_run_of_the_probe_was_noticed(gw, answers, lab):
    gw.wait_log(rf"account=demo lab={lab} seat looks hostile sign=probes answer=tell: refused calls: ")


def test_nobody_noticed(gw, answers):
    assert gw.out("eve+user", "echo fine") == "fine\n"
    gw.stop()
