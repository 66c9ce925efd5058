"""What each process may do, read from /proc/PID/status while it serves."""
import contextlib
import os
import re
import subprocess
from pathlib import Path

import pytest

import gateway as g
import webterminal
import outside
from gateway import wait_until

pytestmark = pytest.mark.quick

# The same table is in SECURITY.md.  What the host withholds from root (a container
# often does) is left out of the comparison.
TABLE = """
| process | user | CapEff | CapBnd | Seccomp | NoNewPrivs |
|---|---|---|---|---|---|
| supervisor | root | 000001ffffffffff | 000001ffffffffff | 0 | 0 |
| monitor | atoll | 0000000000000000 | 0000000000000000 | 2 | 1 |
| builder | root | 00000000812401ff | 00000000812411ff | 0 | 0 |
| loader | root | 0000000000000004 | 0000000000000004 | 2 | 1 |
| zygote | _atoll | 0000000000000000 | 0000000000000000 | 2 | 1 |
| session | _atoll | 0000000000000000 | 0000000000000000 | 2 | 1 |
| signer | _atoll_key | 0000000000000000 | 0000000000000000 | 2 | 1 |
| staff | _atoll | 0000000000000000 | 0000000000000000 | 2 | 1 |
| recorder | _atoll_rec | 0000000000000000 | 0000000000000000 | 2 | 1 |
| painter | _atoll_rec | 0000000000000000 | 0000000000000000 | 2 | 1 |
| web | _atoll_web | 0000000000000000 | 0000000000000000 | 2 | 1 |
| net | _atoll_net | 0000000000001000 | 0000000000000000 | 2 | 1 |
| names | _atoll_dns | 0000000000000000 | 0000000000000000 | 2 | 1 |
| collector | _atoll_col | 0000000000000000 | 0000000000000000 | 2 | 1 |
| publish | _atoll_pub | 0000000000000000 | 0000000000000000 | 2 | 1 |
| browser | _atoll_brw | 0000000000000000 | 0000000000000000 | 2 | 1 |
| browser's terminal | _atoll_brw | 0000000000000000 | 0000000000000000 | 2 | 1 |
| init | root of the sandbox | 00000000a00405fb | 00000000a00405fb | 2 | 1 |
| student's shell | user of the sandbox | 0000000000000000 | 00000000a00405fb | 2 | 1 |
| init in a lab with setuid | root of the sandbox | 00000000a00405fb | 00000000a00405fb | 2 | 0 |
| student's shell in a lab with setuid | user of the sandbox | 0000000000000000 | 00000000a00405fb | 2 | 0 |
"""

# capabilities(7), by number
NAMES = """chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap
linux_immutable net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module
sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time
sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog
wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore""".split()


def parse(text):
    """{process: {column: cell}} of a Markdown table."""
    rows = [[c.strip().strip("`") for c in line.strip("|").split("|")]
            for line in text.strip().splitlines() if line.startswith("|")]
    head, _, *rows = rows
    return {row[0]: dict(zip(head, row)) for row in rows}


def names(mask, of=~0):
    """By name, so that a failure can be read."""
    return " ".join(n for bit, n in enumerate(NAMES) if int(mask, 16) & of & 1 << bit)


@pytest.fixture(scope="module")
def world():
    with outside.world():
        yield


def is_jailed(pid):
    """The filter comes last; the sanitizers need system calls that it denies."""
    status = g.proc_status(pid)
    return status.get("NoNewPrivs") == "1" and (g.SANITIZED or status["Seccomp"] == "2")


@pytest.fixture(scope="module")
def found(world, start_gateway):
    """/proc/PID/status of one process of each kind, and of us."""
    port = webterminal.free_port()
    gw = start_gateway(accounts=["demo", {"name": "ann", "groups": ["teachers"]}],
                       labs={"box": {"staff": ["teachers"], "record": "try"}, "setuid": {"setuid": True},
                             "net": {"network": "internet", "egress": {"allow": ["web.test:80"]}}, "exam": {"close": "collect", "time_limit": "1h", "linger": "0s"}},
                       publishing={"url": "http://*.localhost:9200"},
                       **webterminal.web(port))
    assert gw.ssh("ann", "atoll ls").returncode == 0
    [staff] = gw.pids_of("atoll-staff")
    shell = gw.shell("demo+box")
    [recorder] = gw.pids_of("atoll-recorder")
    signer = gw.pids_of("atoll-signer")[0]
    [painter] = gw.pids_of("atoll-painter")
    [web] = wait_until(lambda: gw.pids_of("atoll-web"), "atoll-web runs")
    wait_until(lambda: is_jailed(web), "it is jailed")
    [publish] = wait_until(lambda: gw.pids_of("atoll-publish"), "atoll-publish runs")
    wait_until(lambda: is_jailed(publish), "it is jailed")
    [init] = gw.inits()
    [session] = gw.sessions()
    [student] = g.descendants(init)
    other = gw.shell("demo+setuid")
    [setuid_init] = set(gw.inits()) - {init}
    [setuid_student] = g.descendants(setuid_init)
    [net] = wait_until(lambda: gw.pids_of("atoll-net"), "atoll-net")
    wait_until(lambda: is_jailed(net), "it is jailed, too")
    [dns] = wait_until(lambda: gw.pids_of("atoll-names"), "atoll-names")
    wait_until(lambda: is_jailed(dns), "it is jailed, too")
    assert gw.ssh("demo+exam", "true").returncode == 0  # leaving is its end
    [collector] = wait_until(lambda: gw.pids_of("atoll-collector"), "atoll-collector")
    wait_until(lambda: is_jailed(collector), "it is jailed, too")
    assert webterminal.open_terminal(port, "demo")[0] == 200
    browsers = wait_until(lambda: sorted(gw.pids_of("atoll-browser"))[1:] and gw.pids_of("atoll-browser"), "atoll-browser and its fork")
    [browser] = [p for p in browsers if int(g.proc_status(p)["PPid"]) not in browsers]
    [fork] = set(browsers) - {browser}
    wait_until(lambda: is_jailed(fork), "they are jailed, too")
    pids = {"supervisor": gw.pid, "net": net, "names": dns, "browser": browser, "browser's terminal": fork, "collector": collector, "publish": publish, "monitor": gw.monitor,
            "builder": gw.builder, "zygote": gw.zygote, "session": session,
            "signer": signer, "staff": staff, "recorder": recorder, "painter": painter, "web": web,
            "init": init, "student's shell": student,
            "init in a lab with setuid": setuid_init, "student's shell in a lab with setuid": setuid_student}
    status = {name: g.proc_status(pid) for name, pid in pids.items()}
    for name, of in {**dict.fromkeys(pids, init), "init in a lab with setuid": setuid_init,
                     "student's shell in a lab with setuid": setuid_init}.items():
        status[name]["base"] = int(open(f"/proc/{of}/uid_map").read().split()[1])
    shell.close()
    other.close()
    with a_loader(gw) as pid:
        status["loader"] = {**g.proc_status(pid), "base": -2000}
    return status


@contextlib.contextmanager
def a_loader(gw):
    """One that has read everything, and cannot say all of it."""
    accounts = [gw.account(f"a{i}") for i in range(1000)]
    config = gw.folder / "large.conf"
    config.write_text(g.settings({k: v for k, v in {**gw.options, "accounts": accounts}.items() if v is not None}))
    with subprocess.Popen([g.BUILD / "atoll-loader", "-c", config, "-T"], stdout=subprocess.PIPE) as loader:
        wait_until(lambda: "pipe_write" in Path(f"/proc/{loader.pid}/wchan").read_text(), "its output is full")
        yield loader.pid
        loader.stdout.read()
    assert loader.returncode == 0


def user_of(status, base):
    """real, effective, saved and file-system user must be one."""
    uids = set(status["Uid"].split())
    gids = set(status["Gid"].split())
    assert len(uids) == 1 and len(gids) == 1, status
    uid = int(uids.pop())
    if uid == base:
        return "root of the sandbox"
    if uid == base + 1000:
        return "user of the sandbox"
    with open("/etc/passwd") as f:
        return {int(line.split(":")[2]): line.split(":")[0] for line in f}[uid]


@pytest.mark.parametrize("process", parse(TABLE))
def test_each_process_has_the_rights_of_the_table_and_no_more(found, process):
    if g.SANITIZED and process in ("monitor", "loader", "zygote", "session", "signer", "staff", "recorder", "painter", "web", "net", "names", "collector", "publish", "browser", "browser's terminal"):
        pytest.skip("the sanitizers need system calls that their filter denies")
    want, status = parse(TABLE)[process], found[process]
    ours = int(g.proc_status(os.getpid())["CapBnd"], 16) if process in ("supervisor", "builder", "loader") else ~0
    shown = {c: names(status[c]) for c in ("CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb")}
    assert shown == {
        "CapEff": names(want["CapEff"], ours),
        "CapPrm": names(want["CapEff"], ours),
        "CapBnd": names(want["CapBnd"], ours),
        "CapInh": "",
        "CapAmb": "",
    }
    assert user_of(status, status["base"]) == want["user"]
    assert (status["Seccomp"], status["NoNewPrivs"]) == (want["Seccomp"], want["NoNewPrivs"])


@pytest.mark.parametrize("process", ["monitor", "zygote", "session", "signer", "staff", "recorder", "painter", "web", "net", "collector", "publish", "browser", "browser's terminal"])
def test_who_gave_root_up_is_in_no_group_of_it(found, process):
    assert found[process]["Groups"] == ""


def test_the_table_of_the_security_page_is_this_one():
    text = (g.ROOT / "SECURITY.md").read_text()
    shown = re.search(r"<!-- processes -->(.*?)<!-- /processes -->", text, re.S)
    assert parse(shown.group(1)) == parse(TABLE)


@pytest.mark.skipif(g.SANITIZED, reason="the sanitizers report on stderr, which stays open")
def test_a_session_has_no_file_and_no_way_to_the_host(start_gateway):
    """Its root is empty, and its descriptors are sockets."""
    gw = start_gateway()
    shell = gw.shell()
    [session] = gw.sessions()
    assert os.listdir(f"/proc/{session}/root/") == []
    kinds = {}
    for fd in os.listdir(f"/proc/{session}/fd"):
        kinds[int(fd)] = os.readlink(f"/proc/{session}/fd/{fd}")
    others = [k for k in kinds.values()
              if not k.startswith(("socket:", "/dev/null", "anon_inode:", "/dev/pts/ptmx",
                                   "/pts/ptmx", "/ptmx"))]
    assert not others, kinds
    shell.close()


def test_the_builder_and_its_sandboxes_have_no_network(found, start_gateway):
    gw = start_gateway()
    shell = gw.shell()
    [init] = gw.inits()
    for pid in (gw.builder, init):
        lines = open(f"/proc/{pid}/net/dev").read().splitlines()[2:]
        assert [line.split(":")[0].strip() for line in lines] == ["lo"]
        assert open(f"/proc/{pid}/net/tcp").read().count("\n") == 1
    shell.close()
