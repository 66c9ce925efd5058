"""configs/labs: the sample labs, done as a student would who knows it all, and
as one who tries to fool the check."""
import os
import re
import shutil
import subprocess

import pytest

import gateway as g
from apparmor import IS_LOADED

LABS = g.ROOT / "configs/labs"
HAS_ADMIN = (g.IMAGES / "debian-admin/rootfs").is_dir()
HAS_WEB = (g.IMAGES / "debian-web/rootfs").is_dir()
HAS_PACKETS = (g.IMAGES / "packets/rootfs").is_dir()
SAMPLES = ("shell", "c", "ctf", "packets", "routes",
           *("admin",) * HAS_ADMIN, *("web",) * HAS_WEB, *("intrusion",) * HAS_PACKETS)
POINTS = {"shell": "10", "c": "12", "ctf": "5", "packets": "8", "admin": "16", "web": "5", "routes": "8",
          "intrusion": "6"}
WALKS = {"first": (4, 5), "git": (4, 4)}  # labs of steps: with a check, and all

pytestmark = pytest.mark.skipif(not g.HAS_DEBIAN, reason="no image debian-dev")


@pytest.fixture(scope="module")
def gw(start_gateway, tmp_path_factory):
    """The labs as they are shipped; where there is no image for packets, its
    files are shown inside another.  Where sandboxes can have their AppArmor profile,
    none is without."""
    gw = start_gateway(
        start=False,
        labs={"box": {}},
        accounts=[{"name": n, "groups": ["course"]} for n in ("ann", "bob", *(f"s{n:02}" for n in range(40)))],
        connections_per_account=30,
        apparmor="required" if IS_LOADED else "try",
    )
    for file in LABS.iterdir():
        if file.is_dir():
            shutil.copytree(file, gw.labs_dir / file.name)
        elif file.name.split(".")[0] in (*SAMPLES, *WALKS):
            shutil.copy(file, gw.labs_dir)
    if g.SLOWER > 1:
        give_time(gw)
    if not HAS_PACKETS:
        lend_packets(gw, tmp_path_factory.mktemp("packets"))
    return gw.start()


def give_time(gw):
    """The labs are shipped with seconds of real machines."""
    for conf in gw.labs_dir.glob("*.conf"):
        text = re.sub(r"(?m)^(setup_time|check_time|solve_time|cpus) = .*\n", "", conf.read_text())
        conf.write_text(text + "".join(f'{name}_time = "{60 * g.SLOWER}s";\n' for name in ("setup", "check", "solve"))
                        + "cpus = 2;\n")


def lend_packets(gw, folder):
    capture = g.ROOT / "images/packets/capture"
    (folder / "captures").mkdir()
    for name in ("morning", "login", "scan"):
        os.system(f"{capture} {name} >{folder}/captures/{name}.pcap")
    conf = gw.labs_dir / "packets.conf"
    text = conf.read_text().replace('image = "packets"', 'image = "debian-dev"')
    rows = [
        (capture, "/usr/local/lib/lab/capture"),
        (g.ROOT / "images/packets/listen", "/usr/local/bin/listen"),
    ]
    rows += [(f, f"/captures/{f.name}") for f in (folder / "captures").iterdir()]
    mounts = ", ".join(f'{{ source = "{s}"; target = "{t}"; }}' for s, t in rows)
    conf.write_text(text + f"mounts = ( {mounts} );\n")


def points(gw, seat):
    """What lab check says: {task: points}, and all of it."""
    said = gw.ssh(seat, "lab check").stdout
    rows = re.findall(r"(?m)^(\d+)/(\d+) (.*)$", said)
    assert rows, said
    return {text: int(n) for n, _, text in rows}, said


def total(said):
    return re.search(r"(?m)^Points: (\d+) of (\d+)$", said).groups()


def run(gw, seat, script):
    done = gw.ssh(seat, "sh -s", stdin=script)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


# --- every lab --------------------------------------------------------------------


@pytest.mark.parametrize("lab", SAMPLES)
def test_a_lab_says_what_it_is_and_begins_with_no_points(gw, lab):
    t = gw.shell(f"bob+{lab}")
    out, _ = t.run("lab help")
    assert len(out.splitlines()) > 8
    assert all(len(line) < 80 for line in out.splitlines())
    _, said = points(gw, f"bob+{lab}")
    got, of = total(said)
    assert int(got) <= 1 and int(of) >= 5, said
    t.close()


@pytest.mark.parametrize("lab", SAMPLES)
def test_each_is_solved_by_its_solve(gw, lab):
    """Which the site's own lab check finds, too: with the sandbox, the check and the student's
    rights that there are."""
    done = subprocess.run([g.BUILD / "atoll", "-c", gw.config_file, "lab", "check", gw.labs_dir / f"{lab}.conf"],
                          capture_output=True, text=True, timeout=300 * g.SLOWER)
    assert done.returncode == 0, done.stderr
    told = re.findall(r"(\w+)\.conf: ok: .* check gives [01] of (\d+) points, and (\d+) of (\d+)"
                      " after solve", done.stdout)
    assert told == [(lab, *[POINTS[lab]] * 3)], done.stdout


@pytest.mark.parametrize("lab", WALKS)
def test_each_step_is_solved_by_its_solve(gw, lab):
    done = subprocess.run([g.BUILD / "atoll", "-c", gw.config_file, "lab", "check",
                           gw.labs_dir / f"{lab}.conf"],
                          capture_output=True, text=True, timeout=300 * g.SLOWER)
    assert done.returncode == 0, done.stderr
    checked, steps = WALKS[lab]
    assert f"; {checked} of its {steps} steps have a solve, and check sees it\n" in done.stdout


def test_a_step_fits_a_screen(gw):
    for lab, (_, steps) in WALKS.items():
        for text in (g.ROOT / "configs/labs" / lab).glob("*.md"):
            lines = text.read_text().splitlines()
            assert len(lines) < 24 and all(len(line) <= 82 for line in lines), text
        said = gw.out(f"ann+{lab}", "lab")
        assert said.startswith(f"Step 1 of {steps}: ")
        assert all(len(line) <= 80 for line in said.splitlines()), said


# --- shell ------------------------------------------------------------------------

def test_shell_differs_from_student_to_student_and_hides_its_answers(gw):
    seen = {}
    for name in ("ann", "bob"):
        seen[name] = gw.out(f"{name}+shell", "cat /srv/desk/access.log")
        assert gw.ssh(f"{name}+shell", "ls /var/lib/lab").returncode != 0
    assert seen["ann"] != seen["bob"]


def test_shell_is_not_fooled_by_traps(gw):
    """Links to what the student cannot read, pipes without an end, noise."""
    script = """
    mkdir -p ~/work; cd ~/work
    ln -sf /var/lib/lab/errors errors
    ln -sf /var/lib/lab/visitors visitors
    rm -f largest; mkfifo largest
    ln -sf /dev/zero treasure
    printf '#!/bin/sh\\necho points 9/9 mine; yes\\n' >hello; chmod +x hello
    """
    run(gw, "bob+shell", script)
    rows, said = points(gw, "bob+shell")
    for task in ("3", "4", "5", "6", "7"):
        assert [n for text, n in rows.items() if text.startswith(task)] == [0], said
    assert "mine" not in said


# --- C ----------------------------------------------------------------------------

def test_c_says_what_the_compiler_and_the_sanitizers_say(gw):
    """The first of the bugs is told by the compiler, the others are not."""
    rows, said = points(gw, "bob+c")
    assert rows["greet: does not compile"] == 0 and "used after" in said, said
    run(gw, "bob+c", r"sed -i '/^\t\tfree(text);$/d' ~/c/greet.c")
    rows, said = points(gw, "bob+c")
    assert rows["greet: two are greeted"] == 0 and "heap-buffer-overflow" in said, said
    run(gw, "bob+c", "echo 'int main(void) { return x; }' >~/c/sum.c")
    rows, said = points(gw, "bob+c")
    assert rows["sum: does not compile"] == 0 and "undeclared" in said, said


def test_c_is_not_fooled_by_a_program_that_prints_points(gw):
    run(gw, "bob+c", r"""cat >~/c/turn.c <<'EOF'
#include <stdio.h>
#include <unistd.h>
int main(void)
{
	for (;;)
		puts("points 9/9 mine");
}
EOF
rm -f ~/c/words.c; mkfifo ~/c/words.c""")
    rows, said = points(gw, "bob+c")
    assert "mine" not in said
    assert rows["turn: turns lines"] == 0 and rows["words: does not compile"] == 0


# --- CTF --------------------------------------------------------------------------

def test_ctf_flags_are_of_one_student(gw):
    flags = run(gw, "ann+ctf", (LABS / "ctf.solve").read_text() + "cat ~/flags\n")
    run(gw, "bob+ctf", f"cat >~/flags <<'EOF'\n{flags}EOF\n")
    _, said = points(gw, "bob+ctf")
    assert total(said) == ("0", "5")
    assert said.count("is no flag of yours.") == 5 and "foreign" not in said
    points(gw, "ann+ctf")  # and staff are told whose they are
    gw.wait_log("a secret was copied by=bob of=ann lab=ctf")


def test_ctf_flags_are_the_same_in_each_sandbox_of_a_seat(gw):
    before = gw.out("ann+ctf", "cat ~/.cache/.lost/.flag")
    gw.ssh("ann+ctf", "lab reset -y")
    assert gw.out("ann+ctf", "cat ~/.cache/.lost/.flag") == before


def test_ctf_keeps_its_last_flag_from_a_plain_look(gw):
    assert gw.ssh("ann+ctf", "cat /srv/library/private").returncode != 0


# --- packets ----------------------------------------------------------------------

def test_packets_gives_hints_for_wrong_answers(gw):
    run(gw, "bob+packets", "printf '1 7\\n6 1,2\\n' >answers")
    _, said = points(gw, "bob+packets")
    assert total(said) == ("0", "8")
    assert "an open port answers with SYN and ACK" in said


@pytest.mark.skipif(not HAS_PACKETS, reason="no image packets: atoll-image build packets")
def test_packets_is_solved_with_its_own_tools(gw):
    def tshark(args):
        return gw.out("ann+packets", f"tshark -n {args} 2>/dev/null").split()

    morning = "-r /captures/morning.pcap"
    told = tshark(f"{morning} -Y 'dns.flags.rcode == 3' -T fields -e dns.qry.name -e ip.dst")
    assert set(told) == {"update.qx7.example.com", "192.0.2.13"}
    login = tshark("-r /captures/login.pcap -Y http.authorization -T fields -e http.authbasic")
    assert login == ["maria:coral-reef-7"]
    flags = "tcp.flags.syn == 1 && tcp.flags.ack == 1"
    opened = tshark(f"-r /captures/scan.pcap -Y '{flags}' -T fields -e tcp.srcport")
    assert sorted(map(int, opened)) == [22, 80, 113, 143]
    bad = "tcp.checksum.status == 0 || udp.checksum.status == 0 || ip.checksum.status == 0"
    checked = "-o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE -o ip.check_checksum:TRUE"
    for name in ("morning", "login", "scan", "upload"):
        assert tshark(f"-r /captures/{name}.pcap {checked} -Y '{bad}'") == []
    out = gw.out("ann+packets", "tcpdump -n -r /captures/scan.pcap 2>/dev/null | wc -l")
    assert int(out) > 400
    assert "ttl=64" in gw.out("ann+packets", "ping -c 1 127.0.0.1")


# --- administration ---------------------------------------------------------------

needs_admin = pytest.mark.skipif(
    not HAS_ADMIN, reason="no image debian-admin: atoll-image build debian-admin")


@needs_admin
def test_admin_gives_points_for_what_is_done_and_for_no_half_of_it(gw):
    run(gw, "bob+admin", """
        sudo useradd -m maria
        sudo groupadd office && sudo usermod -aG office maria
        sudo mkdir /srv/office && sudo chmod 2777 /srv/office
        sudo rm /srv/payroll/salaries && sudo mkfifo -m 600 /srv/payroll/salaries
        sudo chown maria /srv/payroll/salaries
        echo '* * * * * date >>$HOME/alive' | crontab -
        echo 'maria ALL = NOPASSWD: ALL, /usr/sbin/service nginx restart' | sudo tee /etc/sudoers.d/maria >/dev/null
        sudo service nginx start >/dev/null
    """)
    rows, said = points(gw, "bob+admin")
    assert {text for text, n in rows.items() if n == 1} == {
        "1 maria is a user with a home", "9 a web server answers",
        "10 each minute a line goes to ~/alive", "11 maria may restart nginx"}, said


@needs_admin
def test_admin_differs_from_student_to_student(gw):
    pages = {gw.out(f"{name}+admin", "cat ~/welcome.html") for name in ("ann", "bob")}
    assert len(pages) == 2


@needs_admin
def test_admin_asks_the_student_for_no_password_and_others_for_theirs(gw):
    assert gw.out("ann+admin", "sudo -n id -un") == "root\n"
    assert "a password is required" in gw.ssh("ann+admin", "sudo -n -u worker sudo -n id").stderr


# --- web ---------------------------------------------------------------------------

needs_web = pytest.mark.skipif(not HAS_WEB, reason="no image debian-web")


@needs_web
def test_web_is_wrong_in_another_way_for_another_student_and_each_is_found(gw):
    """Accounts until each of the four has been there, each of them solved as a student would."""
    causes = {}
    for n in range(40):
        if len(causes) == 4:
            break
        seat = f"s{n:02}+web"
        said = gw.out(seat, "while ! nc -z web 80; do sleep 0.1; done; curl -s http://web/")
        kind = next((k for k in ("502", "resolution", "not known", "assword", "refused") if k in said), said)
        if kind in causes:
            continue
        run(gw, seat, (LABS / "web.solve").read_text())
        causes[kind] = gw.out(seat, "cat ~/cause").strip()
        assert total(points(gw, seat)[1]) == ("5", "5"), (kind, said)
    assert sorted(causes.values()) == ["/etc/nginx/sites-available/default", "/etc/redis/redis.conf",
                                       "/etc/shop/shop.ini", "/etc/shop/shop.ini"], causes


@needs_web
def test_web_is_not_fooled_by_a_page_that_somebody_wrote(gw):
    goods = gw.out("bob+web", "lab console db 'redis-cli -a $(sed -n \"s/^requirepass //p\" /etc/redis/redis.conf)"
                   " --no-auth-warning hgetall goods'").split()
    page = "".join(sorted(f"{name} {price}\n" for name, price in zip(goods[::2], goods[1::2])))
    run(gw, "bob+web", f"""
    lab console web 'cat >/var/www/html/index.html' <<'EOF'
{page}EOF
    lab console web 'sed -i "s|proxy_pass .*|root /var/www/html;|" /etc/nginx/sites-available/default; service nginx reload' >/dev/null
    i=0
    while ! curl -s http://web/ | grep -q lamp- && [ $i -lt 50 ]; do i=$((i + 1)); sleep 0.1; done
    """)
    rows, said = points(gw, "bob+web")
    assert rows["1 The shop shows its goods"] == 2 and rows["2 An order is kept"] == 0, said


# --- routes -------------------------------------------------------------------------


def test_routes_is_wrong_in_another_way_for_another_student_and_each_is_found(gw):
    causes = {}
    for n in range(40):
        if len(causes) == 4:
            break
        seat = f"s{n:02}+routes"
        said = gw.out(seat, "ping -c 1 web 2>&1; lab console web cat /etc/www/listen /etc/www/httpd.conf")
        kind = next((k for k in ("unreachable", "ttl=64", "127.0.0.1", "A:10.0.1.") if k in said), said)
        if kind in causes:
            continue
        rows, before = points(gw, seat)
        assert rows["2 http://web/ shows the page"] == 0, before
        run(gw, seat, (LABS / "routes.solve").read_text())
        causes[kind] = gw.out(seat, "cat ~/cause").strip()
        assert total(points(gw, seat)[1]) == ("8", "8"), (kind, said)
    assert sorted(causes.values()) == ["/etc/hosts", "/etc/hosts", "/etc/www/httpd.conf", "/etc/www/listen"], causes


def test_routes_is_not_fooled_by_a_page_that_puts_the_cable_back(gw):
    gw.out("ann+routes", "cat >~/page", stdin="lab link desk:office on >/dev/null; cat /sys/class/net/eth0/carrier")
    rows, said = points(gw, "ann+routes")
    assert rows["5 ~/page shows a page, also while the cable is out"] == 0, said
    assert "It prints: 1" in said and "while the cable is out: 0" in said, said
    assert gw.out("ann+routes", "cat /sys/class/net/eth0/carrier") == "1\n"


def test_routes_shows_the_networks_to_who_looks(gw):
    way = gw.out("bob+routes", "traceroute -n -q 1 192.168.7.80")
    assert re.findall(r"(?m)^ *\d+  (\S+)", way) == ["10.0.0.1", "192.168.7.80"], way
    assert "192.168.7.0/24 via 10.0.0.1 dev eth0" in gw.out("bob+routes", "ip route")
    out = gw.out("bob+routes", "lab console gate 'ip route; ip -o addr'")
    assert "192.168.7.80 dev eth1" in out and "inet 192.168.7.1/32" in out, out


# --- intrusion ----------------------------------------------------------------------

needs_packets = pytest.mark.skipif(not HAS_PACKETS, reason="no image packets")


@needs_packets
def test_intrusion_differs_from_student_to_student_and_hides_its_words(gw):
    seen = set()
    for name in ("ann", "bob"):
        for where in ("", "lab console guest "):
            assert gw.ssh(f"{name}+intrusion", f"{where}ls /var/lib/lab").returncode != 0
            assert not re.search("[0-9a-f]{10}", gw.out(f"{name}+intrusion", f"{where}ps -e -o args"))
        seen.add(gw.out(f"{name}+intrusion", "lab capture | tcpdump -n -A -l -r - 2>/dev/null |"
                        " grep -m 1 -o 'vault: document [0-9a-f]*'"))
    assert len(seen) == 2


@needs_packets
def test_intrusion_is_not_fooled_by_traps(gw):
    """A password that is none, and files that have no end."""
    for trap in ("ln -s /dev/zero password", "mkfifo password", "head -c 1000 /dev/zero >password",
                 "echo short1 >password", "ln -s /var/lib/lab/right answers"):
        run(gw, "bob+intrusion", f"cd; rm -f password answers; {trap}\n")
        got, said = points(gw, "bob+intrusion")
        assert total(said) == ("0", "6"), said
    run(gw, "bob+intrusion", "cd; rm -f answers; echo anotherpassword1 >password\n")
    got, _ = points(gw, "bob+intrusion")
    assert got["the vault has another password"] == 1 and sum(got.values()) == 1
