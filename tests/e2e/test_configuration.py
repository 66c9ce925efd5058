"""What an instructor gets told about a configuration, and reloading it."""
import os
import re
import shutil
import signal
import socket
import subprocess

import pytest

import gateway as g
from gateway import wait_until

pytestmark = pytest.mark.quick


@pytest.fixture
def conf(new_gateway):
    """A gateway that is configured and not started."""
    return new_gateway(start=False)


def errors(done):
    """Diagnostics of -t, without the log prefix."""
    return [line.removeprefix("<3>") for line in done.stderr.splitlines() if line.startswith("<3>")]


def line_of(path, word):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith(f"{word} ="):
            return number
    raise AssertionError(f"{word} is not in {path}")


def the_error(conf, file, word):
    """-t fails with one diagnostic, at the line of that file with this word."""
    done = conf.check()
    assert done.returncode == 1
    [text] = errors(done)
    place = f"{file}:{line_of(file, word)}: "
    assert text.startswith(place), text
    return text.removeprefix(place)


def lab_file(conf, name="box"):
    return conf.labs_dir / f"{name}.conf"


def copy_image(conf, tmp_path):
    """An image directory of the test's own, with a copy of busybox."""
    images = tmp_path / "images"
    shutil.copytree(g.IMAGES / "busybox", images / "busybox", symlinks=True)
    conf.write_config(image_dir=images)
    return images / "busybox"


# --- atolld -t and -T -------------------------------------------------------


def test_a_good_configuration_is_accepted_in_silence(conf):
    done = conf.check()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_error_is_told_at_once_each_with_file_and_line(conf):
    conf.write_config(sandboxes_max=5000, login_grace="10x", colour="blue", keepalive="yes")
    conf.write_lab("box", 'image = "busybox";\nmemory = "1M";\nnetwork = "host";\n')
    conf.write_lab("two", 'image = "busybox";\npids = 2;\nopen = 3;\nuser = 7;\n')
    conf.write_lab("three", "image = busybox;\n")
    site, box, two, three = (
        conf.config_file,
        lab_file(conf),
        lab_file(conf, "two"),
        lab_file(conf, "three"),
    )
    done = conf.check()
    places = {m.group(1) for e in errors(done) if (m := re.match(r"(\S+:\d+): ", e))}
    assert done.returncode == 1
    assert places >= {
        f"{site}:{line_of(site, word)}"
        for word in ("sandboxes_max", "login_grace", "colour", "keepalive")
    }
    assert places >= {f"{box}:2", f"{box}:3", f"{two}:2", f"{two}:3", f"{two}:4", f"{three}:1"}


@pytest.mark.parametrize(
    "change, says",
    [
        ({"sandboxes_max": 5000}, "sandboxes_max = 5000 is outside 1..4095"),
        ({"auth_tries": 0}, "auth_tries = 0 is outside 1..100"),
        ({"sandboxes_max": "many"}, "sandboxes_max must be a whole number"),
        ({"login_grace": "ten"}, 'login_grace = "ten" is not a time'),
        ({"login_grace": "2h"}, "login_grace = 2h is outside 1s..1h"),
        ({"colour": "blue"}, "unknown option colour"),
        ({"labs": [{"name": "x"}]}, "unknown option labs"),
        ({"listen": [{"address": "localhost", "port": 1}]}, "not a numeric IPv4 or IPv6"),
        ({"listen": [{"address": "::1", "port": 70000}]}, "port = 70000 is outside 0..65535"),
    ],
    ids=lambda v: next(iter(v)) if isinstance(v, dict) else "",
)
def test_a_wrong_site_option_is_told_with_its_range(conf, change, says):
    conf.write_config(**change)
    assert says in the_error(conf, conf.config_file, next(iter(change)))


@pytest.mark.parametrize(
    "option, value, says",
    [
        ("memory", "1M", "memory = 1M is outside 4M..1T"),
        ("cpus", 0.01, "cpus = 0.01 is outside 0.05..128"),
        ("pids", 1, "pids = 1 is outside 4..4194304"),
        ("disk", "512M", "must be at most three quarters of memory"),
        ("disk", "much", "is not a size"),
        ("inodes", 1, "inodes = 1 is outside"),
        ("colour", "blue", "unknown option colour"),
        ("time_limit", "two hours", "is not a time"),
        ("idle_limit", "31d", "idle_limit = 31d is outside 0..30d"),
        ("network", "host", 'must be "none", "internet" or "lab"'),
        ("seccomp", "off", 'must be "default" or "debug"'),
        ("capabilities", ["sys_admin"], "capability sys_admin is not one that a lab may have"),
        ("capture", "yes", "capture"),
        ("command", ["bash"], "command must start with an absolute path"),
        ("environment", "A=1", 'must be a group such as { NAME = "value"; }, or a list such as [ "NAME=value" ]'),
        ("environment", ["A"], 'environment: "A" must be "NAME=value", with a NAME of letters'),
        ("environment", ["A=1", "=x"], 'environment: "=x" must be'),
        ("environment", ["1A=x"], 'environment: "1A=x" must be'),
        ("environment", [1], "environment: an element must be"),
        ("user", "alice", "user alice does not exist in image busybox"),
        ("image", "windows", "image windows: "),
        ("image", "../busybox", "is not a name"),
        ("hostname", "Bad Name", "is not a name"),
        ("mounts", [{"source": "/nonexistent", "target": "/x"}], "mount source /nonexistent: No such file or directory; name a directory"),
        ("mounts", [{"source": "/dev/null", "target": "/x"}], "neither directory nor file"),
        ("mounts", [{"source": "/etc", "target": "/a/../b"}], "without .."),
        ("mounts", [{"source": "/etc", "target": "x"}], "absolute path"),
        ("mounts", [{"source": "/etc", "target": "//"}], "below / without .."),
        ("mounts", [{"source": "/etc", "target": "/dev/shm"}], "is in /dev, which is made for"),
        ("mounts", [{"source": "/proc/self", "target": "/x"}], "is the kernel's, and of the host"),
        ("mounts", [{"source": "/dev/shm", "target": "/x"}], "is the kernel's, and of the host"),
        (
            "mounts",
            [{"source": "/etc", "target": "/x/"}, {"source": "/usr", "target": "/x"}],
            "mount target /x is there twice",
        ),
        ("ulimits", {"nice": 5}, "ulimits.nice is not one that a lab may set: as cpu data"),
        ("ulimits", {"fsize": "1T"}, 'ulimits.fsize = "1T" is not a size such as 64M'),
        ("ulimits", {"cpu": "1M"}, 'ulimits.cpu = "1M" is not a time such as 10s'),
        ("ulimits", {"nproc": "9:4"}, "soft is more than hard"),
        ("ulimits", {"nofile": 2000}, "ulimits.nofile is more than open_files (1024)"),
        ("hosts", [{"address": "www", "names": ["x"]}], "not a numeric IPv4 or IPv6 address"),
        ("hosts", [{"address": "::1", "names": ["a b"]}], '"a b" is not a host name'),
        ("hosts", [{"address": "::1", "names": []}], "::1 has no names"),
        ("dns", ["ns.example"], "is not the address of a name server"),
        ("dns", ["search x\nnameserver 8.8.8.8"], "is not the address of a name server"),
        ("dns", ["::1", "::2", "::3", "::4"], "resolvers ask the first 3 only"),
        ("cpu_weight", 0, "cpu_weight = 0 is outside 1..10000"),
        ("swap", "much", "is not a size"),
        ("available", {"form": "2026-11-23T09:00"}, "unknown option available.form"),
        ("available", {"from": "tomorrow"}, 'available.from = "tomorrow" is no local time such as'),
        ("available", {"until": "2026-02-30T09:00"}, "is no local time such as"),
        ("available", {"from": "2026-11-23T09:00", "until": "2026-11-23T08:00"}, "must be later"),
        ("sandboxes_max", 5000, "sandboxes_max = 5000 is outside 0..4095"),
        ("motd", "you have %time_lft", "motd: %time_lft is not a placeholder: there are %account"),
        ("banner", "100 %off", "banner: %off is not a placeholder"),
        ("motd_file", "none.txt", "labs/none.txt: No such file or directory"),
        ("banner_file", "/dev/zero", "banner_file /dev/zero: not a file"),
        ("banner_file", "/bin/sh", "banner_file /bin/sh: longer than 4000 bytes"),
        ("seccomp_allow", ["nonsense"], '"nonsense" is not the name of a system call'),
        ("seccomp_allow", ["mount"], "no lab may have mount: it changes mounts"),
        ("seccomp_allow", ["bpf"], "no lab may have bpf: it is a kernel interface"),
        ("seccomp_allow", ["keyctl"], "no lab may have keyctl: keys are kept for the whole host"),
        ("seccomp_allow", ["init_module"], "no lab may have init_module: it loads code into"),
        ("workdir", "srv", "must be an absolute path without .."),
        ("workdir", "/srv/../etc", "must be an absolute path without .."),
    ],
)
def test_a_wrong_lab_option_is_told_at_its_line(conf, option, value, says):
    conf.write_lab("box", {option: value})
    assert says in the_error(conf, lab_file(conf), option)


def test_who_may_trace_init_has_no_captures(conf):
    conf.write_lab("box", {"capture": True, "capabilities": ["sys_ptrace", "net_raw"]})
    assert "students could take the socket" in the_error(conf, lab_file(conf), "capture")
    conf.write_lab("box", {"capture": True, "capabilities": ["net_raw"]})
    assert conf.check().returncode == 0


def test_a_lab_that_nobody_may_enter_is_warned_of(conf):
    conf.write_lab("empty", {"open": None})
    conf.write_lab("kiosk", {"open": None, "anonymous": True})
    done = conf.check()
    assert done.returncode == 0
    said = [line for line in done.stderr.splitlines() if "nobody may enter" in line]
    assert len(said) == 1 and "empty.conf: nobody may enter: name groups" in said[0]


def test_more_places_than_the_site_has_are_warned_of(conf):
    conf.write_lab("box", {"sandboxes_max": 401})
    done = conf.check()
    assert done.returncode == 0
    assert "sandboxes_max = 401 does nothing: the site has 400" in done.stderr


def host_memory():
    """In gigabytes, rounded up."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**30 + 1


@pytest.mark.parametrize(
    "option, value, most, says",
    [
        ("memory", host_memory(), 1023, "{}G"),
        ("cpus", os.cpu_count() + 1.0, 128, "{}"),
    ],
    ids=["memory", "cpus"],
)
def test_more_than_the_host_has_is_an_error(conf, option, value, most, says):
    if value > most:
        pytest.skip(f"this host has more {option} than a lab may ask for")
    conf.write_lab("box", {option: says.format(value) if option == "memory" else value})
    assert "this host has" in the_error(conf, lab_file(conf), option)


def test_more_processes_and_disk_than_the_host_has_are_errors(conf):
    conf.write_lab("box", {"pids": 4194304, "disk": "1023G", "storage": "disk"})
    done = conf.check()
    fs = os.statvfs(conf.folder / "state")
    if int(open("/proc/sys/kernel/pid_max").read()) < 4194304:
        assert "at most (kernel.pid_max)" in done.stderr
    if fs.f_blocks * fs.f_frsize < 1023 * 2**30:
        assert "the file system of state_dir has" in done.stderr


@pytest.mark.parametrize(
    "source, says",
    [
        ("state", "state (state_dir)"),
        ("state/sub", "is inside of"),
        ("run", "run_dir"),
        ("labs", "labs (labs_dir)"),
        (".", "atoll.conf (the configuration)"),
        ("/", "which no sandbox may see"),
        ("link", "state (state_dir)"),
        ("loop", "Too many levels of symbolic links"),
        ("missing", "No such file or directory"),
    ],
)
def test_no_mount_shows_what_is_the_gateways(conf, source, says):
    (conf.folder / "state/sub").mkdir()
    (conf.folder / "run").mkdir()
    (conf.folder / "link").symlink_to("state")
    (conf.folder / "loop").symlink_to("loop")
    conf.write_lab("box", {"mounts": [{"source": conf.folder / source, "target": "/x"}]})
    done = conf.check()
    assert done.returncode == 1
    assert any("mount source" in e and says in e for e in errors(done)), done.stderr


@pytest.mark.parametrize(
    "source, is_allowed",
    [
        ("course", True),
        ("course/week1", True),
        ("inside", True),
        ("other", False),
        ("course/out", False),
        ("course-2", False),
    ],
)
def test_mount_sources_lists_what_labs_may_show(new_gateway, source, is_allowed):
    conf = new_gateway(start=False, mount_sources=["course"])
    for name in ("course/week1", "other", "course-2"):
        (conf.folder / name).mkdir(parents=True)
    (conf.folder / "inside").symlink_to("course/week1")
    (conf.folder / "course/out").symlink_to("../other")
    conf.write_lab("box", {"mounts": [{"source": conf.folder / source, "target": "/x"}]})
    done = conf.check()
    if is_allowed:
        assert (done.returncode, done.stderr) == (0, "")
    else:
        assert done.returncode == 1
        assert f"mount source {conf.folder / source} is in none of mount_sources" in done.stderr


def test_a_mount_source_that_is_not_there_is_an_error(new_gateway):
    done = new_gateway(start=False, mount_sources=["nosuch"]).check()
    assert done.returncode == 1
    assert "nosuch: No such file or directory; name directories or files" in done.stderr


def test_what_lies_beside_the_lab_files_may_be_mounted(conf):
    (conf.labs_dir / "exercises").mkdir()
    conf.write_lab("box", {"mounts": [{"source": "exercises", "target": "/exercises"}]})
    done = conf.check()
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "account, word, says",
    [
        ({"name": "Demo"}, "name", "is not a name"),
        ({"name": "a/b"}, "name", "is not a name"),
        ({"name": "demo", "password": "secret"}, "password", "not a crypt(5) hash"),
        ({"name": "demo", "password": "", "keys": []}, "name", "neither password nor keys"),
        ({"name": "demo", "keys": ["ssh-ed25519 AAAA"]}, "keys", "account demo: key 1"),
        ({"name": "demo", "color": "x"}, "color", "unknown option color"),
        ({"password": "$y$x"}, "password", "name is missing"),
    ],
)
def test_a_wrong_account_is_told(conf, account, word, says):
    # One option a line, so that the line says which.
    row = {"password": g.yescrypt("secret"), **account}
    text = "accounts = ( {\n" + g.settings(row) + "} );\n"
    conf.write_config(accounts=None)
    with conf.config_file.open("a") as f:
        f.write(text)
    done = conf.check()
    assert done.returncode == 1
    assert any(says in e for e in errors(done)), done.stderr
    assert all(e.startswith(f"{conf.config_file}:") for e in errors(done))
    if says != "name is missing":
        start = line_of(conf.config_file, "accounts")
        number = start + 1 + list(row).index(word)
        assert any(e.startswith(f"{conf.config_file}:{number}: ") for e in errors(done))


def test_an_account_that_is_there_twice_is_refused(conf):
    conf.write_config(accounts=[conf.account("demo"), conf.account("demo")])
    assert "account demo is there twice" in the_error(conf, conf.config_file, "accounts")


def test_a_secret_of_the_configuration_is_never_printed(conf):
    conf.write_config(accounts=[{"name": "demo", "password": "plain-secret-text"}])
    done = conf.check()
    assert done.returncode == 1
    assert "plain-secret-text" not in done.stderr
    conf.write_config(accounts=[conf.account("demo")])
    done = conf.check("-T")
    assert done.returncode == 0
    assert "$y$" not in done.stdout


def test_print_shows_the_effective_configuration(conf):
    done = conf.check("-T")
    assert done.returncode == 0, done.stderr
    for line in [
        "login_grace = 120;",
        "sandboxes_max = 400;",
        f'run_dir = "{conf.run_dir}";',
        f'libexec_dir = "{g.BUILD}";',
    ]:
        assert line in done.stdout.splitlines()
    assert re.search(r'^\s*name = "box";$', done.stdout, re.M)
    assert re.search(r"^\s*cpus = 1.00;$", done.stdout, re.M)


def test_a_file_name_that_is_no_lab_name_is_refused(conf):
    conf.write_lab("Big Lab", {})
    done = conf.check()
    assert done.returncode == 1
    assert f"{conf.labs_dir}/Big Lab.conf: the file's name is the lab's name" in done.stderr


def test_a_missing_file_is_told(conf):
    conf.config_file.unlink()
    done = conf.check()
    assert done.returncode == 1
    assert f"{conf.config_file}: No such file or directory" in done.stderr


# --- images -----------------------------------------------------------------


def test_an_image_without_manifest_is_warned_about(conf, tmp_path):
    (copy_image(conf, tmp_path) / "manifest.conf").unlink()
    done = conf.check()
    assert done.returncode == 0
    line = line_of(lab_file(conf), "image")
    assert done.stderr == (
        f"<4>{lab_file(conf)}:{line}: image busybox has no manifest.conf"
        " and cannot be verified\n"
    )


@pytest.mark.parametrize(
    "text",
    ["name = ", 'name = "other";', 'name = "busybox"; sha256 = "12";', ""],
    ids=["syntax", "other name", "short digest", "empty"],
)
def test_a_broken_manifest_is_refused(conf, tmp_path, text):
    (copy_image(conf, tmp_path) / "manifest.conf").write_text(text)
    assert "build it anew" in the_error(conf, lab_file(conf), "image")


def test_an_image_without_passwd_is_refused(conf, tmp_path):
    (copy_image(conf, tmp_path) / "rootfs/etc/passwd").unlink()
    done = conf.check()
    assert done.returncode == 1
    assert "etc/passwd: No such file or directory" in done.stderr


def test_a_passwd_link_does_not_lead_out_of_the_image(conf, tmp_path):
    passwd = copy_image(conf, tmp_path) / "rootfs/etc/passwd"
    outside = tmp_path / "passwd"
    shutil.copy(passwd, outside)
    passwd.unlink()
    passwd.symlink_to(outside)
    done = conf.check()
    assert done.returncode == 1
    assert "etc/passwd: No such file or directory" in done.stderr


# --- host keys --------------------------------------------------------------


def test_no_host_key_is_told_with_the_cure(conf):
    (conf.folder / "ssh_host_ed25519_key").unlink()
    says = the_error(conf, conf.config_file, "host_keys")
    assert "No such file" in says and "ssh-keygen -t ed25519" in says


def test_a_host_key_that_others_can_read_is_refused(conf):
    (conf.folder / "ssh_host_ed25519_key").chmod(0o644)
    says = the_error(conf, conf.config_file, "host_keys")
    assert "can be read by others (mode 0644)" in says and "chmod 600" in says


@pytest.mark.parametrize("kind, form", [("ed25519", ""), ("ecdsa", "-b 384"), ("ecdsa", "-m PEM"),
                                        ("rsa", "-b 3072"), ("rsa", "-b 3072 -m PKCS8"),
                                        ("ecdsa", "-m PKCS8")])
def test_two_host_keys_of_a_kind_are_refused(conf, kind, form):
    """The last one would win, and students would read of a changed host."""
    for name, extra in (("first", ""), ("second", form)):
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", *extra.split(), "-f",
                        conf.folder / name], check=True)
    conf.write_config(host_keys=["ssh_host_ed25519_key", "first", "second"]
                      if kind != "ed25519" else ["first", "second"])
    says = the_error(conf, conf.config_file, "host_keys")
    assert f"first and {conf.folder}/second are both {kind}" in says
    assert "host_keys_next" in says
    conf.write_config(host_keys=["first"], host_keys_next=["second"])
    done = conf.check()
    assert done.returncode == 0, done.stderr


def test_a_host_key_that_is_none_is_told_at_start(conf):
    (conf.folder / "ssh_host_ed25519_key").write_text("no key\n")
    conf.start(ready=False)
    assert conf.wait_end() == 1
    assert "ssh_host_ed25519_key" in conf.log


# --- starting ---------------------------------------------------------------


def test_a_configuration_with_errors_does_not_start(conf):
    conf.write_lab("box", {"pids": 1})
    conf.start(ready=False)
    assert conf.wait_end() == 1
    assert f"{lab_file(conf)}:" in conf.log


def test_a_port_in_use_is_told_with_the_cure(conf):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        conf.write_config(listen=[{"address": "127.0.0.1", "port": port}])
        conf.start(ready=False)
        assert conf.wait_end() == 1
    assert f"listen on 127.0.0.1 port {port} (another server has it" in conf.log


def test_who_is_not_root_is_told_so(conf):
    done = subprocess.run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        + [g.BUILD / "atolld", "-c", conf.config_file],
        capture_output=True,
        text=True,
        timeout=g.PATIENCE,
    )
    assert done.returncode == 1
    assert "atolld must be started as root" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_user_that_does_not_exist_is_told_with_the_cure(conf):
    conf.write_config(user="nobody-of-that-name")
    conf.start(ready=False)
    assert conf.wait_end() == 1
    assert "user nobody-of-that-name does not exist: make it with 'useradd" in conf.log


@pytest.mark.slow
def test_a_second_daemon_in_one_run_dir_is_refused(conf, new_gateway):
    conf.start()
    other = new_gateway(start=False, run_dir=conf.run_dir)
    other.start(ready=False)
    assert other.wait_end(timeout=30) == 1
    assert f"another atolld runs in {conf.run_dir}" in other.log
    assert conf.out("demo", "echo fine") == "fine\n"


def test_wrong_arguments_are_a_usage_error():
    for arguments in (["-x"], ["-t", "more"]):
        done = subprocess.run([g.BUILD / "atolld", *arguments], capture_output=True, text=True)
        assert done.returncode == 2
        assert done.stderr.count("usage: atolld") == 1


# --- reloading --------------------------------------------------------------


@pytest.fixture(scope="module")
def reloaded(start_gateway):
    return start_gateway(labs={"box": {}})


def reload(gw, says=r"configuration loaded"):
    since = len(gw.lines)
    gw.child.send_signal(signal.SIGHUP)
    return gw.wait_log(says, since)


def test_a_new_lab_is_there_after_sighup(reloaded):
    assert reloaded.ssh("demo+fresh", "true").returncode == 1
    reloaded.write_lab("fresh", {"motd": "welcome"})
    reload(reloaded)
    assert reloaded.out("demo+fresh", "hostname") == "fresh\n"
    (reloaded.labs_dir / "fresh.conf").unlink()
    reload(reloaded)
    assert reloaded.ssh("demo+fresh", "true").returncode == 1


def test_a_broken_file_keeps_the_old_configuration(reloaded):
    good = lab_file(reloaded).read_text()
    since = len(reloaded.lines)
    lab_file(reloaded).write_text(good + "pids = 1;\nmemory = 3;\n")
    reload(reloaded, "the old configuration stays in force")
    number = len(good.splitlines()) + 1
    assert reloaded.wait_log(f"box.conf:{number}: pids = 1 is outside", since)
    assert reloaded.wait_log(f"box.conf:{number + 1}: memory", since)
    assert reloaded.out("demo+box", "echo alive") == "alive\n"
    lab_file(reloaded).write_text(good)
    reload(reloaded)


def test_a_running_session_does_not_notice_a_reload(reloaded):
    before = lab_file(reloaded).read_text()
    with_shell = reloaded.shell("demo+box")
    with_shell.run("cd /tmp; touch here")
    reloaded.write_lab("box", {"environment": {"NEW": "yes"}, "open": True})
    reload(reloaded)
    assert with_shell.run("pwd; ls")[0] == "/tmp\nhere\n"
    with_shell.type("exit")
    with_shell.end()
    reloaded.wait_no_sandbox()
    assert reloaded.out("demo+box", "echo $NEW") == "yes\n"
    lab_file(reloaded).write_text(before)
    reload(reloaded)


def test_a_lab_that_is_gone_keeps_its_running_sandbox(reloaded):
    reloaded.write_lab("short", {})
    reload(reloaded)
    shell = reloaded.shell("demo+short")
    (reloaded.labs_dir / "short.conf").unlink()
    reload(reloaded)
    assert shell.run("echo still")[0] == "still\n"
    shell.type("exit")
    shell.end()


def test_an_option_that_is_not_live_cannot_change(reloaded):
    run_dir = reloaded.options["run_dir"]
    reloaded.write_config(run_dir="elsewhere", listen=[{"address": "127.0.0.1", "port": 1}])
    since = len(reloaded.lines)
    reload(reloaded, "the old configuration stays in force")
    assert reloaded.wait_log("run_dir cannot change while atolld runs", since)
    assert reloaded.wait_log("listen cannot change while atolld runs", since)
    reloaded.write_config(run_dir=run_dir, listen=[{"address": "127.0.0.1", "port": 0}])
    reload(reloaded)


def test_a_new_account_may_log_in_after_sighup_and_a_removed_one_not(reloaded):
    reloaded.write_config(accounts=[reloaded.account("demo"), reloaded.account("eve")])
    reload(reloaded)
    assert reloaded.out("eve+box", "echo in") == "in\n"
    reloaded.write_config(accounts=[reloaded.account("demo")])
    reload(reloaded)
    assert reloaded.ssh("eve+box", "true").returncode == 255


def test_a_new_host_key_is_used_after_sighup(reloaded, tmp_path):
    def fingerprint():
        return subprocess.run(
            ["ssh-keyscan", "-p", str(reloaded.port), "127.0.0.1"],
            capture_output=True,
            text=True,
            timeout=g.PATIENCE,
        ).stdout.split()[-1:]

    key = reloaded.folder / "ssh_host_ed25519_key"
    before = fingerprint()
    key.unlink()
    reloaded.keys.make(key)
    reload(reloaded)
    new = [g.Keys.public(key).split()[1]]
    assert before != new
    wait_until(lambda: fingerprint() == new, "sessions show the new host key")


def test_the_tool_answers_when_new_host_keys_are_shown(reloaded):
    key = reloaded.folder / "ssh_host_ed25519_key"
    for _ in range(5):
        key.unlink()
        reloaded.keys.make(key)
        done = reloaded.atoll("reload")
        assert done.returncode == 0, done.stderr
        shown = subprocess.run(["ssh-keyscan", "-t", "ed25519", "-p", str(reloaded.port),
                                "127.0.0.1"], capture_output=True, text=True, timeout=g.PATIENCE)
        assert shown.stdout.split()[-1] == g.Keys.public(key).split()[1]


def test_a_reload_waits_for_its_own_session_program(new_gateway, tmp_path):
    """The one of the reload before dies when this one's is wanted already."""
    stopped, go_on = tmp_path / "stopped", tmp_path / "go-on"
    program = tmp_path / "session"
    program.write_text(f"""#!/bin/sh
if test -e {stopped}; then
    rm {stopped}
    until test -e {go_on}; do sleep 0.05; done
    exit 1
fi
exec {g.BUILD}/atoll-session "$@"
""")
    program.chmod(0o755)
    gw = new_gateway(libexec_dir=g.replace(tmp_path / "libexec", session=program))
    stopped.touch()
    first = subprocess.Popen([g.BUILD / "atoll", "-s", gw.run_dir / "admin.sock", "reload"],
                             stderr=subprocess.PIPE, text=True)
    g.wait_until(lambda: not stopped.exists(), "the first one has begun")
    since = len(gw.lines)
    key = gw.folder / "ssh_host_ed25519_key"
    key.unlink()
    gw.keys.make(key)
    second = subprocess.Popen(first.args, stderr=subprocess.PIPE, text=True)
    gw.wait_log("configuration loaded", since)
    go_on.touch()
    assert (second.wait(timeout=g.PATIENCE), second.stderr.read()) == (0, "")
    assert first.wait(timeout=g.PATIENCE) == 0
    first.communicate()
    shown = subprocess.run(["ssh-keyscan", "-t", "ed25519", "-p", str(gw.port), "127.0.0.1"],
                           capture_output=True, text=True, timeout=g.PATIENCE)
    assert shown.stdout.split()[-1] == g.Keys.public(key).split()[1]


def test_the_tool_says_when_new_host_keys_cannot_be_shown(reloaded):
    key = reloaded.folder / "ssh_host_ed25519_key"
    good = key.read_bytes()
    key.write_text("no key\n")
    done = reloaded.atoll("reload")
    key.write_bytes(good)
    assert done.returncode == 1
    assert "no session program starts with its host keys" in done.stderr
    assert reloaded.ssh("demo", "true").returncode in (0, 255)  # it still serves
    reload(reloaded)


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_openssh_follows_a_change_of_the_host_key(reloaded, kind, tmp_path):
    """UpdateHostKeys notes the key of later, and forgets that of before."""
    folder, known = reloaded.folder, tmp_path / "known_hosts"
    where = f"[127.0.0.1]:{reloaded.port}"
    for name in (f"old_{kind}", f"new_{kind}"):
        reloaded.keys.make(folder / name, kind)
    old, new = (g.Keys.public(folder / f"{n}_{kind}").split()[1] for n in ("old", "new"))

    def serve(now, later):
        reloaded.write_config(host_keys=[f"{now}_{kind}"], host_keys_next=later)
        assert reloaded.atoll("reload").returncode == 0, reloaded.tail

    def known_keys():
        return {line.split()[2] for line in known.read_text().splitlines()}

    def log_in_until(keys):
        options = ["StrictHostKeyChecking=yes", "UpdateHostKeys=yes",
                   f"UserKnownHostsFile={known}"]
        child = subprocess.Popen(reloaded.ssh_argv("demo+box", "cat", options=options),
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True)
        child.stdin.write("in\n")
        child.stdin.flush()
        assert child.stdout.readline() == "in\n", child.communicate()
        wait_until(lambda: known_keys() == keys, "the client knows the host's keys",
                   details=known.read_text)
        child.communicate(timeout=g.PATIENCE)
        assert child.returncode == 0

    serve("old", [f"new_{kind}"])
    known.write_text(f"{where} {g.Keys.public(folder / f'old_{kind}')}\n")
    log_in_until({old, new})
    serve("new", [f"old_{kind}"])
    log_in_until({old, new})
    serve("new", [])
    log_in_until({new})
    reloaded.write_config()
    assert reloaded.atoll("reload").returncode == 0
