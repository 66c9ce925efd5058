"""What a lab file promises of the inside, seen from inside."""
from pathlib import Path

import pytest

import gateway as g


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A directory of the host, shown in a lab."""
    folder = tmp_path_factory.mktemp("shared")
    (folder / "old").write_text("before\n")
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A script without a line such as #!/bin/sh."""
    script = tmp_path_factory.mktemp("plain") / "plain"
    script.write_text('echo "plain says $1 $2"\n')
    script.chmod(0o755)
    return script


@pytest.fixture(scope="module")
def gw(start_gateway, shared, plain):
    return start_gateway(
        labs={
            "shared": {"mounts": [{"source": shared, "target": "/exercises"}]},
            "plain": {
                "mounts": [{"source": plain, "target": "/mnt/plain"}],
                "command": ["/mnt/plain", "two words", "'$0"],
            },
            "box": {
                "ulimits": {"nproc": 7, "fsize": "64K", "nofile": "100:200"},
                "workdir": "/var",
            },
            "etc": {
                "hostname": "islet",
                "hosts": [
                    {"address": "10.1.2.3", "names": ["www", "www.example"]},
                    {"address": "fd00::1", "names": ["six"]},
                ],
                "dns": ["10.1.2.53", "fd00::53", "search lab.example"],
            },
            "heavy": {"memory": "32M", "disk": "8M", "swap": "16M", "cpu_weight": 200},
            "calls": {"seccomp_allow": ["adjtimex", "clock_adjtime"]},
            "lost": {"workdir": "/no/such/place"},
            "still": {"aslr": False},
            "listed": {"environment": ["_JAVA_OPTIONS=-Xmx64m", "A=1=2", "npm.x=", "LANG=C"]},
        }
    )


def test_a_command_may_be_a_script_that_names_no_interpreter(gw):
    assert gw.out("demo+plain") == "plain says two words '$0\n"


def test_ulimits_hold_for_shells_and_commands(gw):
    assert gw.out("demo+box", "ulimit -n; ulimit -Hn; ulimit -f").split() == [
        "100", "200", "128",
    ]
    assert gw.shell("demo+box").run("ulimit -u") == ("7\n", 0)


def test_a_file_beyond_fsize_cannot_be_written(gw):
    done = gw.ssh("demo+box", "head -c 100000 /dev/zero > /tmp/f; wc -c < /tmp/f")
    assert done.stdout.strip() == "65536"


def test_more_processes_than_nproc_are_refused(gw):
    done = gw.ssh("demo+box", "for i in 1 2 3 4 5 6 7 8 9; do sleep 30 >/dev/null 2>&1 & done")
    assert "can't fork" in done.stderr, done


def test_hard_limits_cannot_be_raised(gw):
    assert gw.ssh("demo+box", "ulimit -n 201").returncode != 0


def test_everything_starts_in_the_workdir(gw):
    assert gw.out("demo+box", "pwd") == "/var\n"
    assert gw.shell("demo+box").run("pwd") == ("/var\n", 0)


def test_without_its_workdir_a_lab_starts_at_home_and_t_warned(gw):
    home = gw.out("demo+lost", "echo $HOME")
    assert gw.out("demo+lost", "pwd") == home
    done = gw.check()
    assert done.returncode == 0
    assert "workdir /no/such/place is not in image busybox" in done.stderr


def test_hosts_are_added_to_etc_hosts(gw):
    assert gw.out("demo+etc", "cat /etc/hosts") == (
        "127.0.0.1\tlocalhost\n"
        "127.0.1.1\tislet\n"
        "::1\tlocalhost ip6-localhost ip6-loopback\n"
        "10.1.2.3\twww www.example\n"
        "fd00::1\tsix\n"
    )
    assert "10.1.2.3" in gw.out("demo+etc", "ping -c1 -W1 www.example 2>&1; true")


def test_dns_is_resolv_conf_and_nothing_else(gw):
    assert gw.out("demo+etc", "cat /etc/resolv.conf") == (
        "nameserver 10.1.2.53\nnameserver fd00::53\nsearch lab.example\n"
    )
    assert "nameserver" not in gw.out("demo+box", "cat /etc/resolv.conf")


def test_swap_and_cpu_weight_are_set_in_the_sandboxs_group(gw):
    gw.shell("demo+heavy")
    [sandbox] = [s["sandbox"] for s in gw.ls() if s["seat"] == "demo+heavy"]
    [group, *_] = groups = [Path(d) for d in gw.sandbox_cgroups() if d.endswith(f"/{gw.group_of(sandbox)}")]
    if (group / "memory.swap.max").exists():
        expected = {"memory.swap.max": 16 << 20, "cpu.weight": 200}
    else:
        expected = {"memory.memsw.limit_in_bytes": 48 << 20, "cpu.shares": 2048}
    found = {f: int((d / f).read_text()) for d in groups for f in expected if (d / f).exists()}
    assert found == expected


def test_all_sandboxes_together_have_a_third_of_a_share(gw):
    gw.shell("demo+box")  # the groups are made with the first
    weights = {"cpu.weight": "33\n", "cpu.shares": "337\n"}  # cgroup v2, v1
    tops = [Path(d) for d in gw.cgroups() if d.endswith(gw.cgroup_name)]
    found = {f: (d / f).read_text() for d in tops for f in weights if (d / f).exists()}
    assert len(found) == 1 and found.items() <= weights.items()


def test_a_lab_adds_system_calls(gw):
    # busybox's adjtimex reads the clock's state, which needs no capability.
    assert gw.ssh("demo+box", "adjtimex").returncode != 0
    assert "status:" in gw.out("demo+calls", "adjtimex")
    assert gw.ssh("demo+calls", "adjtimex -t 10001").returncode != 0


# --- mounts -----------------------------------------------------------------


def test_changes_on_the_host_are_seen_at_once_in_running_sandboxes(gw, shared):
    t = gw.shell("demo+shared")
    assert t.run("cat /exercises/*") == ("before\n", 0)
    (shared / "old").write_text("after\n")
    (shared / "new").mkdir()
    (shared / "new/file").write_text("more\n")
    assert t.run("cat /exercises/old /exercises/new/file") == ("after\nmore\n", 0)
    (shared / "old").unlink()
    assert t.run("ls /exercises") == ("new\n", 0)
    assert t.run("touch /exercises/mine 2>/dev/null")[1] != 0
    t.close()


# --- reload -----------------------------------------------------------------


def test_a_lab_file_dropped_in_is_there_after_a_reload(gw):
    t = gw.shell("demo+box")
    t.run("touch /tmp/mine")
    gw.write_lab("dropped", {"title": "New", "workdir": "/etc"})
    gw.write_lab("box", {"workdir": "/home", "ulimits": {"nproc": 9}, "motd": "changed"})
    assert gw.ssh("demo+dropped", "true").returncode == 1
    assert gw.atoll("reload").returncode == 0
    assert gw.out("demo+dropped", "pwd") == "/etc\n"
    # The running sandbox goes on as it is, for new connections to it, too.
    assert t.run("ls /tmp/mine; pwd; ulimit -u") == ("/tmp/mine\n/var\n7\n", 0)
    assert gw.out("demo+box", "pwd; ulimit -u") == "/var\n7\n"
    t.type("exit")
    t.end()
    gw.wait_no_sandbox()
    assert gw.out("demo+box", "pwd; ulimit -u") == "/home\n9\n"


def test_a_lab_taken_away_keeps_its_running_sandboxes(gw):
    gw.write_lab("passing", {})
    assert gw.atoll("reload").returncode == 0
    t = gw.shell("demo+passing")
    (gw.labs_dir / "passing.conf").unlink()
    assert gw.atoll("reload").returncode == 0
    assert t.run("echo on") == ("on\n", 0)
    assert gw.ssh("demo+passing", "true").returncode == 1
    t.close()


def test_variables_may_be_a_list_with_names_that_no_group_can_have(gw):
    env = gw.out("demo+listed", "env").splitlines()
    assert {"_JAVA_OPTIONS=-Xmx64m", "A=1=2", "LANG=C"} <= set(env)  # ash drops the dot
    shown = gw.check("-T").stdout
    assert 'environment = [ "_JAVA_OPTIONS=-Xmx64m", "A=1=2", "npm.x=", "LANG=C" ];' in shown


# --- addresses --------------------------------------------------------------

STACK = "grep -o '^[^-]*-[^ ]* .*stack' /proc/self/maps"


def test_a_lab_without_aslr_has_everything_where_it_always_is(gw):
    first = gw.out("demo+still", STACK)
    assert [gw.out("demo+still", STACK) for _ in range(3)] == [first] * 3
    t = gw.shell("demo+still")
    assert t.run(f"{STACK}; cat /proc/self/personality")[0] == first + "00040000\n"
    t.close()


def test_other_labs_have_aslr_and_keep_it(gw):
    assert len({gw.out("demo+heavy", STACK) for _ in range(4)}) > 1
    assert gw.out("demo+heavy", "cat /proc/self/personality") == "00000000\n"


@pytest.mark.skipif(not g.HAS_DEBIAN, reason=f"no image debian-dev in {g.IMAGES}")
def test_setarch_turns_aslr_off_where_the_lab_lets_it(new_gateway):
    dev = {"image": "debian-dev"}
    gw = new_gateway(labs={"dev": dev, "still": {**dev, "aslr": False},
                           "debug": {**dev, "seccomp": "debug"}})
    show = "cat /proc/self/personality"
    assert gw.out("demo+still", f"setarch -R {show}; setarch x86_64 {show}") == "00040000\n00000000\n"
    assert gw.out("demo+debug", f"{show}; setarch -R {show}") == "00000000\n00040000\n"
    done = gw.ssh("demo+dev", f"setarch -R {show}")
    assert done.returncode != 0 and "Operation not permitted" in done.stderr
    done = gw.ssh("demo+still", "strace true")
    assert done.returncode != 0  # it is no lab for debuggers
