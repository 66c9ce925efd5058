"""setuid = true: set-uid programs and file capabilities work inside, and reach no further
than root of the sandbox does."""
import functools
import io
import os
import subprocess
import tarfile

import pytest

import gateway as g
from privileged import AS_ROOT, KINDS, TRACE, compile_program, compile_show, reads
from test_image_replace import Images
from test_warm import reload, wait_ready

ROOTS = 0xa00405fb  # the capabilities of root of a sandbox, as in SECURITY.md
CHOWN, SETUID, NET_RAW = 1 << 0, 1 << 7, 1 << 13

# /srv/in has the programs, without rights.
SETUP = """#!/bin/sh -e
for name in show trace; do cp /srv/in/$name /bin/$name; done
cp /bin/show /bin/set-uid && chmod 4755 /bin/set-uid
for version in v2 v3; do cp /bin/show /bin/$version && /bin/show /bin/$version $version; done
cp /srv/in/as-root /bin/as-root && chmod 4755 /bin/as-root
"""
KEPT = {"home": "persistent", "home_disk": "24M", "home_inodes": 500}


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("programs")
    compile_show(folder)
    compile_program(folder, "as-root", AS_ROOT)
    compile_program(folder, "trace", TRACE)
    return folder


def start(factory, programs, labs, **how):
    """A gateway whose labs have these programs, some with rights."""
    shown = [{"source": programs, "target": "/srv/in"}]
    labs = {name: {"mounts": shown, "setup": "make.setup", **lab} for name, lab in labs.items()}
    gw = factory(start=False, labs=labs, accounts=["demo", "eve"], **how)
    (gw.labs_dir / "make.setup").write_text(SETUP)
    (gw.labs_dir / "make.setup").chmod(0o755)
    return gw.start()


@pytest.fixture
def make_gateway(new_gateway, programs):
    return functools.partial(start, new_gateway, programs)


@pytest.fixture(scope="module")
def gw(start_gateway, programs):
    return start(start_gateway, programs, {
        "off": {},
        "on": {"setuid": True},
        "root": {"user": "root"},
        "debug": {"setuid": True, "seccomp": "debug"},
        "raw": {"setuid": True, "capabilities": ["net_raw"]},
        "kept": {"setuid": True, **KEPT},
    })


def rights_of(kind):
    """(effective user, effective capabilities) of the student who runs such a program."""
    return ("0", ROOTS) if kind == "set-uid" else ("1000", CHOWN | SETUID)


@pytest.mark.parametrize("kind", KINDS)
def test_a_program_gets_what_its_file_says_where_the_lab_lets_it(gw, kind):
    assert reads(gw.out("demo+on", kind)) == rights_of(kind)
    assert reads(gw.out("demo+off", kind)) == ("1000", 0)


def status(text):
    return {k: v.strip() for k, _, v in (line.partition(":") for line in text.splitlines())}


RIGHTS = ("Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "Seccomp", "Seccomp_filters")


def test_root_by_a_set_uid_program_is_what_root_of_another_lab_is(gw):
    """But for no_new_privs, which says of a process that it can get no more."""
    by_bit = status(gw.out("demo+on", "as-root /bin/show"))
    by_lab = status(gw.out("demo+root", "show"))
    assert {k: by_bit.get(k) for k in RIGHTS} == {k: by_lab.get(k) for k in RIGHTS}
    assert int(by_bit["CapBnd"], 16) == ROOTS
    assert (by_bit["NoNewPrivs"], by_lab["NoNewPrivs"]) == ("0", "1")


def test_such_root_may_have_what_the_lab_gives_besides(gw):
    """By the bounding set; the student has it at once."""
    assert reads(gw.out("demo+raw", "show")) == ("1000", NET_RAW)
    assert reads(gw.out("demo+raw", "as-root /bin/show")) == ("0", ROOTS | NET_RAW)


def test_from_outside_it_has_the_sandboxs_ids_only(gw):
    with gw.ssh_start("demo+on", "exec set-uid wait") as waits:
        assert waits.stdout.readline() == "Name:\tset-uid\n"
        found = {p: i for i in gw.inits() for p, n in g.descendants(i).items() if n == "set-uid"}
        [(pid, init)] = found.items()
        base = int(open(f"/proc/{init}/uid_map").read().split()[1])
        assert base >= 1879048192
        seen = g.proc_status(pid)
        assert seen["Uid"].split() == [str(base + 1000)] + [str(base)] * 3
        assert seen["Gid"].split() == [str(base + 1000)] * 4
        assert os.readlink(f"/proc/{pid}/ns/user") == os.readlink(f"/proc/{init}/ns/user")
        assert os.readlink(f"/proc/{pid}/ns/user") != os.readlink("/proc/self/ns/user")
        assert open(f"/proc/{pid}/limits").read().split("Max core file size")[1].split()[:2] == ["0", "0"]
        waits.kill()


def test_who_traces_a_program_keeps_it_from_its_rights(gw):
    for kind in KINDS:
        assert reads(gw.out("demo+debug", f"trace /bin/{kind}")) == ("1000", 0), kind
    assert reads(gw.out("demo+debug", "set-uid")) == rights_of("set-uid")


def test_a_program_with_rights_is_not_the_students_to_look_into(gw):
    """Its memory, its descriptors and its end are root's."""
    done = gw.ssh("demo+debug", """set-uid wait >/dev/null & pid=$!
        until grep -q set-uid /proc/$pid/comm; do usleep 10000; done
        cat /proc/$pid/environ; ls /proc/$pid/fd; trace /bin/show >/dev/null; as-root /bin/kill $pid""")
    assert done.stderr.count("Permission denied") == 2, done


@pytest.mark.parametrize("place", ["/dev/shm", "/home/student"])
@pytest.mark.parametrize("kind", KINDS)
def test_where_others_run_it_too_it_gets_nothing(gw, kind, place):
    """A home that is kept is another lab's as well.  In the tree, which is the sandbox's own,
    it gets what root there gave it."""
    give = "chmod 4755" if kind == "set-uid" else "/bin/show"
    version = "" if kind == "set-uid" else kind
    script = f"""as-root /bin/busybox sh -c 'for d in {place} /tmp; do
        cp /bin/show $d/{kind} && {give} $d/{kind} {version} || exit; done' &&
        {place}/{kind}; /tmp/{kind}"""
    there, here = gw.out("demo+kept", script).split("Name:")[1:]
    assert (reads(there), reads(here)) == (("1000", 0), rights_of(kind))


def test_only_the_tree_itself_honours_them(gw):
    mounts = [line.split() for line in gw.out("demo+kept", "cat /proc/self/mountinfo").splitlines()]
    assert {"/srv/in", "/home/student", "/dev", "/dev/shm", "/dev/pts", "/proc", "/sys"} <= {m[4] for m in mounts}
    assert [m[4] for m in mounts if "nosuid" not in m[5].split(",")] == ["/"]


def test_a_home_that_is_not_kept_is_the_sandboxs_own(gw):
    script = "as-root /bin/busybox sh -c 'cd /home/student && cp /bin/show mine && chmod 4755 mine'; ./mine"
    assert reads(gw.out("demo+on", script)) == rights_of("set-uid")


def test_what_root_gives_in_one_labs_home_counts_in_no_other(make_gateway):
    gw = make_gateway({"on": {"setuid": True, **KEPT}, "root": {"user": "root", **KEPT}})
    gw.out("demo+on", "true")  # whose user it belongs to
    gw.wait_no_sandbox()
    gw.out("demo+root", "cp /bin/show show && chown 0:0 show && chmod 6755 show")
    gw.wait_no_sandbox()
    said = gw.out("demo+on", "stat -c %u:%a show; ./show; grep ' /home/student ' /proc/mounts")
    assert said.startswith("0:6755\n") and reads(said) == ("1000", 0) and "nosuid" in said


def test_in_mounts_of_the_lab_it_gets_nothing(make_gateway, programs, tmp_path):
    """Not even read-only ones, whose files are root's of every sandbox."""
    shown = tmp_path / "shown"
    shown.mkdir()
    subprocess.run(["install", "-m", "4755", programs / "show", shown / "show"], check=True)
    gw = make_gateway({"on": {"setuid": True, "mounts": [
        {"source": programs, "target": "/srv/in"}, {"source": shown, "target": "/srv/bits"}]}})
    assert gw.out("demo+on", "stat -c %a /srv/bits/show") == "4755\n"
    assert reads(gw.out("demo+on", "/srv/bits/show")) == ("1000", 0)


def test_what_the_image_says_of_its_files_counts(make_gateway, programs, tmp_path):
    """Its tree has the host's ids, and is shown with the sandbox's."""
    images = Images(tmp_path)
    images.recipe.write_text(f"""#!/bin/sh -e
        {g.ROOT}/images/busybox/recipe "$1"
        cd "$1/rootfs/usr/bin"
        for name in set-uid v2 others; do cp {programs}/show old-$name; done
        chmod 4755 old-set-uid
        {programs}/show old-v2 v2
        chown 1000:1000 old-others && chmod 6755 old-others
    """)
    images.recipe.chmod(0o755)
    images.tool("build", "-r", images.recipes, "one")
    gw = make_gateway({"on": {"setuid": True, "image": "one"}, "off": {"image": "one"},
                       "root": {"setuid": True, "user": "root", "image": "one"}}, image_dir=images.folder)
    for kind in ("set-uid", "v2"):
        assert reads(gw.out("demo+on", f"old-{kind}")) == rights_of(kind), kind
        assert reads(gw.out("demo+off", f"old-{kind}")) == ("1000", 0), kind
    assert reads(gw.out("demo+root", "old-others")) == ("1000", 0)


def test_sandboxes_that_stand_ready_have_it_and_are_made_anew_when_it_changes(make_gateway):
    gw = make_gateway({"box": {"warm": 1}})
    wait_ready(gw, 1)
    before = gw.inits()
    assert all(g.proc_status(p)["NoNewPrivs"] == "1" for p in before)
    file = gw.labs_dir / "box.conf"
    file.write_text(file.read_text() + "setuid = true;\n")
    reload(gw)
    g.wait_until(lambda: gw.inits() and not set(before) & set(gw.inits()), "another stands ready")
    wait_ready(gw, 1)
    assert reads(gw.out("demo+box", "set-uid")) == rights_of("set-uid")
    gw.wait_log(r"account=demo lab=box sandbox ready .* warm=yes ")


def test_a_gateway_that_cannot_have_it_says_so(new_gateway, tmp_path):
    """As NoNewPrivileges=yes in its unit would make it."""
    program = tmp_path / "atolld"
    program.write_text(f'#!/bin/sh\nexec setpriv --no-new-privs {g.BUILD}/atolld "$@"\n')
    program.chmod(0o755)
    gw = new_gateway(start=False, labs={"box": {}})
    gw.program = program
    gw.start()
    assert gw.out("demo+box", "grep NoNewPrivs /proc/self/status").split() == ["NoNewPrivs:", "1"]
    gw.write_lab("on", {"setuid": True})
    done = gw.atoll("reload")
    assert done.returncode != 0
    assert "lab on: setuid = true does nothing where atolld was started with no_new_privs" in done.stderr
    assert gw.out("demo+box", "echo on") == "on\n"
    gw.stop()
    gw.start(ready=False)
    gw.wait_log("lab on: setuid = true does nothing")
    assert gw.child.wait(timeout=g.PATIENCE) != 0


def test_an_upgrade_leaves_it_as_it_is(make_gateway):
    gw = make_gateway({"on": {"setuid": True, "linger": "1m"}, "off": {"linger": "1m"}})
    on, off = gw.shell("demo+on"), gw.shell("demo+off")
    done = gw.atoll("upgrade")
    assert done.returncode == 0, done.stderr
    for _ in range(2):
        assert reads(on.run("set-uid")[0].replace("\r", "")) == rights_of("set-uid")
        assert reads(off.run("set-uid")[0].replace("\r", "")) == ("1000", 0)
        # and those who come now
        assert reads(gw.out("eve+on", "set-uid")) == rights_of("set-uid")
        assert reads(gw.out("eve+off", "set-uid")) == ("1000", 0)


def test_an_export_has_no_such_bits(gw):
    make = "as-root /bin/busybox sh -c 'cd /home/student && cp /bin/show mine && chmod 6755 mine'"
    done = gw.ssh("demo+on", f"{make}; ./mine >&2; lab export", text=False)
    assert reads(done.stderr.decode()) == rights_of("set-uid")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
        [mine] = [m for m in tar.getmembers() if m.name.endswith("/mine")]
    assert mine.mode == 0o755


def test_t_warns_who_has_secrets_inside(gw):
    said = gw.check().stderr
    assert "on.conf:" in said and "with setuid, students who become root inside" in said
    assert not any("off.conf" in line and "setuid" in line for line in said.splitlines())


# --- Debian's own programs ----------------------------------------------------------

HAS_ADMIN = (g.IMAGES / "debian-admin/rootfs").is_dir()
needs_admin = pytest.mark.skipif(
    not HAS_ADMIN,
    reason=f"no image debian-admin in {g.IMAGES}: make it with images/build debian-admin",
)
ADMIN_SETUP = """#!/bin/sh -e
echo 'student ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/student
chmod 440 /etc/sudoers.d/student
useradd -m -s /bin/bash helper
printf 'student:old-Word1\\nhelper:help-Me1\\n' | chpasswd
groupadd project
gpasswd -a student project >/dev/null
"""


@pytest.fixture(scope="module")
def debian(start_gateway):
    lab = {"image": "debian-admin", "setup": "admin.setup", "pids": 100, "linger": "1m"}
    gw = start_gateway(start=False, accounts=["demo", "eve"], labs={
        "on": {**lab, "setuid": True}, "off": lab, "root": {**lab, "user": "root"},
        "rooted": {**lab, "user": "root", "setuid": True}})
    (gw.labs_dir / "admin.setup").write_text(ADMIN_SETUP)
    (gw.labs_dir / "admin.setup").chmod(0o755)
    return gw.start()


@needs_admin
def test_sudo(debian):
    assert debian.out("demo+on", "sudo id") == "uid=0(root) gid=0(root) groups=0(root)\n"
    assert debian.out("demo+on", "sudo -u helper id -un") == "helper\n"
    assert debian.out("demo+on", "sudo -u helper sudo -n id -un 2>&1 || true").startswith("sudo: ")
    shell = debian.shell("demo+on")
    shell.type("sudo -i")
    shell.expect(r"root@on:~# ")
    shell.type("whoami; exit")
    shell.expect(r"root\r\n")


@needs_admin
def test_root_by_sudo_is_what_root_of_another_lab_is(debian):
    by_sudo = status(debian.out("demo+on", "sudo cat /proc/self/status"))
    by_lab = status(debian.out("demo+root", "cat /proc/self/status"))
    assert (by_sudo.pop("Groups"), by_lab.pop("Groups")) == ("0", "")  # as sudo takes them from /etc/group
    assert {k: by_sudo.get(k) for k in RIGHTS} == {k: by_lab.get(k) for k in RIGHTS}
    for refused in ("mount -t tmpfs none /mnt", "mknod /tmp/sda b 8 0", "hostname other", "ip link add a type dummy",
                    "dmesg", "chown 65536 /tmp", "sysctl -w kernel.panic=1", "cat /proc/1/environ"):
        assert debian.ssh("demo+on", f"sudo {refused}").returncode != 0, refused


@needs_admin
def test_where_the_student_is_root_others_come_back_by_it(debian):
    become = "setpriv --reuid student --regid student --init-groups sudo id -u"
    assert debian.out("demo+rooted", become) == "0\n"
    assert debian.ssh("demo+root", become).returncode != 0


@needs_admin
def test_su_asks_for_the_password_of_the_sandboxs_own_user(debian):
    shell = debian.shell("demo+on")
    for password, answer in (("wrong", "Authentication failure"), ("help-Me1", "uid=1001(helper)")):
        shell.type("su helper -c id")
        shell.expect("Password: ")
        shell.type(password)
        shell.expect(answer.replace("(", r"\(").replace(")", r"\)"))
        shell.expect_prompt()


@needs_admin
def test_passwd_changes_the_students_own_and_nobody_elses(debian):
    host = open("/etc/shadow").read()
    change = "printf 'old-Word1\\nnew-Word2x\\nnew-Word2x\\n' | passwd"
    done = debian.ssh("eve+on", change)
    assert done.returncode == 0 and "password updated successfully" in done.stderr
    assert debian.ssh("eve+on", change).returncode != 0  # it is the old one no more
    su = "sudo -u helper sh -c 'echo {} | su student -c id'"
    assert debian.ssh("eve+on", su.format("new-Word2x")).returncode == 0
    assert debian.ssh("eve+on", su.format("old-Word1")).returncode != 0
    # in another student's sandbox, the image and the host it is as it was
    assert debian.ssh("demo+on", su.format("old-Word1")).returncode == 0
    assert open("/etc/shadow").read() == host
    assert debian.ssh_password("eve+on", "secret", "true").returncode == 0


@needs_admin
def test_newgrp_and_sg(debian):
    assert debian.out("demo+on", "echo id -gn | newgrp project") == "project\n"
    assert debian.out("demo+on", "sg project 'id -gn'") == "project\n"
    assert debian.ssh("demo+on", "sg shadow id </dev/null").returncode != 0


@needs_admin
def test_ping_by_a_bit_or_by_a_capability(debian):
    assert " 0% packet loss" in debian.out("demo+on", "ping -c 1 -W 2 127.0.0.1")
    assert " 0% packet loss" in debian.out(
        "demo+on", "sudo cp /usr/bin/ping /tmp/ping && sudo chmod 4755 /tmp/ping && /tmp/ping -c 1 -W 2 localhost")


@needs_admin
def test_root_gives_files_capabilities_and_only_those_of_the_bounding_set(debian):
    give = "cp /bin/grep /tmp/grep && sudo setcap {}=ep /tmp/grep && /tmp/grep CapEff /proc/self/status"
    assert debian.out("demo+on", give.format("cap_chown,cap_setuid")) == "CapEff:\t0000000000000081\n"
    done = debian.ssh("demo+on", give.format("cap_net_raw"))
    assert done.returncode == 126 and "Operation not permitted" in done.stderr
    done = debian.ssh("demo+on", give.format("cap_sys_admin"))
    assert done.returncode == 126 and "Operation not permitted" in done.stderr


@needs_admin
def test_a_set_uid_shell_of_root_makes_root_of_the_sandbox(debian):
    make = "sudo cp /bin/bash /tmp/shell && sudo chmod 4755 /tmp/shell"
    said = debian.out("demo+on", f"{make} && /tmp/shell -p -c 'id -u; cat /etc/shadow' && cat /proc/self/uid_map")
    assert said.startswith("0\n") and "\nstudent:" in said
    assert int(said.split()[-2]) >= 1879048192


@needs_admin
def test_users_are_made_and_removed(debian):
    add = "sudo adduser --disabled-password --gecos '' bob && sudo usermod -aG project bob && id -nG bob"
    assert debian.out("demo+on", add).splitlines()[-1] == "bob users project"
    assert debian.ssh("demo+on", "sudo deluser --remove-home bob && ! id bob").returncode == 0


@needs_admin
def test_cron_and_a_server_are_started_by_hand(debian):
    """crontab is set-group-id, and cron becomes the user of a table."""
    assert debian.out("eve+on", "echo '@reboot id -un >/tmp/cron.said' | crontab - && crontab -l") == (
        "@reboot id -un >/tmp/cron.said\n")
    assert debian.ssh("eve+on", "sudo service cron start && sudo service cron status").returncode == 0
    g.wait_until(lambda: debian.ssh("eve+on", "cat /tmp/cron.said").stdout == "student\n", "cron has run it")
    assert debian.ssh("eve+on", "sudo service nginx start").returncode == 0
    assert "200 OK" in debian.out("eve+on", "curl -sI --retry 20 --retry-connrefused --retry-delay 1 http://localhost/")
    assert debian.out("eve+on", "ps -o user= -C nginx | sort -u") == "root\nwww-data\n"
    assert debian.ssh("eve+on", "sudo service nginx stop && sudo service cron stop").returncode == 0


@needs_admin
def test_without_setuid_they_say_what_they_always_said(debian):
    assert 'The "no new privileges" flag is set' in debian.ssh("demo+off", "sudo id").stderr
    assert "Authentication failure" in debian.ssh("demo+off", "echo help-Me1 | su helper -c id").stderr
    assert "passwd: password unchanged" in debian.ssh(
        "demo+off", "printf 'old-Word1\\nnew-Word2x\\nnew-Word2x\\n' | passwd").stderr
    assert "Operation not permitted" in debian.ssh("demo+off", "newgrp project").stderr
    assert " 0% packet loss" in debian.out("demo+off", "ping -c 1 -W 2 127.0.0.1")
