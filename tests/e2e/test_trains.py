"""The train leaves the tunnel: programs on a whole screen, through a lost link and back.

What stands in a terminal that was lost and came back is compared with what stands in
one that was never lost: text, colours, cursor, modes and title, while the program runs
and after it was left.
"""
import contextlib
import shutil
import subprocess

import paramiko
import pytest

import clients
import gateway as g
import screens
from gateway import wait_until
from glass import Glass, hears_all

pytestmark = [
    pytest.mark.longer,
    pytest.mark.skipif(not g.HAS_DEBIAN, reason="no image debian-dev"),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux"),
]

# What the image lacks is this host's, which is a Debian, too.
HOST = "LD_LIBRARY_PATH=/host/lib/x86_64-linux-gnu:/host/lib/aarch64-linux-gnu"
DEV = {"image": "debian-dev", "linger": "5m", "reattach": True, "memory": "512M", "pids": 100,
       "command": ["/bin/bash", "--norc"], "mounts": [{"source": "/usr", "target": "/host"}]}

CURSES = r"""
import curses
def main(screen):
    curses.use_default_colors()
    curses.mousemask(curses.ALL_MOUSE_EVENTS | curses.REPORT_MOUSE_POSITION)
    curses.curs_set(0)
    for i in range(min(255, curses.COLOR_PAIRS - 1)):
        curses.init_pair(i + 1, i, -1)
    screen.border()
    for i in range(200):
        screen.addstr(2 + i // 40, 3 + i % 40, "#", curses.color_pair(i + 1))
    screen.addstr(9, 3, "\u4f60\u597d gr\u00fc\u00df e\u0301 \U0001f600", curses.A_BOLD)
    screen.addstr(10, 3, "faint", curses.A_DIM)
    screen.addstr(11, 3, "ready")
    screen.refresh()
    while screen.getch() != ord("q"):
        pass
curses.wrapper(main)
"""
COLOURS = r"""
import sys, tty
tty.setcbreak(0)
sys.stdout.write("\033[?1049h\033[H")
for row in range(16):
    for col in range(64):
        sys.stdout.write("\033[38;2;%d;%d;9;48;2;9;%d;%dm\u2580" % (row * 15, col * 3, col * 3, row * 15))
    sys.stdout.write("\033[m\r\n")
sys.stdout.write("ready")
sys.stdout.flush()
sys.stdin.read(1)
sys.stdout.write("\033[?1049l")
"""

# How it is started, when it is there, what leaves it.
PROGRAMS = {
    "vim": ("vim -u NONE -N -c 'set mouse=a' n", "\n22", ":q\r"),
    "vim splits": ("vim -u NONE -N -c 'set nu|split|vsplit|syntax on' n", "   1 ", ":qa\r"),
    "less": ("less n", "\n22", "q"),
    "nano": ("nano -I n", "Exit", "\x18"),
    "tmux": ("tmux -f /dev/null new -n one 'PS1=in% exec sh' \\; set status-right ''", "in%", "exit\r"),
    "htop": (f"{HOST} /host/bin/htop -d 1000", "F10", "q"),
    "mc": (f"{HOST} MC_DATADIR=/host/share/mc /host/bin/mc --nosubshell /usr /etc", "Quit", "\x1b0"),
    "curses": ("python3 program.py", "ready", "q"),
    "true colour": ("python3 colours.py", "ready", "q"),
    "python": ("python3 -q", ">>>", "exit()\r"),
}
# Its numbers are other ones each time that it draws.
MOVES = {"htop"}


@pytest.fixture
def glasses(tmp_path):
    """A function that opens a terminal."""
    opened = []

    def see(argv, rows=24, cols=80, **environment):
        folder = tmp_path / f"glass{len(opened)}"
        folder.mkdir()
        opened.append(Glass(folder, argv, rows, cols, **environment))
        return opened[-1]
    yield see
    for glass in opened:
        glass.close()


@pytest.fixture(scope="module")
def gw(start_gateway):
    gw = start_gateway(accounts=["demo", *(f"s{n}" for n in range(80))], connections_per_account=20, labs={"dev": DEV})
    gw.unused = iter(range(80))
    return gw


def lose(gw, glass):
    """The window is closed, and the client with it: nobody closes a channel."""
    before = len(gw.sessions())
    glass.run("kill-server")
    wait_until(lambda: len(gw.sessions()) < before, "its session is gone")


def prepare(gw, account):
    gw.out(account, "seq 1000 >n")
    gw.out(account, "cat >program.py", stdin=CURSES)
    gw.out(account, "cat >colours.py", stdin=COLOURS)


def openssh(gw, account):
    argv = gw.ssh_argv(f"{account}+dev")
    argv.insert(1, "-tt")
    return argv


def start(glass, name):
    program, ready, _ = PROGRAMS[name]
    glass.wait_for("$")
    glass.keys(f"PS1='$ '; clear; seq 5; {program}\r")
    glass.wait_for(ready)
    return glass.still()


def draw_anew(gw, account):
    """As whoever comes back has the program do."""
    gw.out(account, "pkill -WINCH -t pts/0")


def see(glass, wanted, name=None):
    """Wait for a look; of a program whose numbers move without its text."""
    def is_there():
        text, where = glass.look()
        return where == wanted[1] and (name in MOVES or text == wanted[0])
    wait_until(is_there, "it is as it was",
               details=lambda: "\n---- but\n".join(map(repr, [*wanted, *glass.look()])))


def after(glass, name):
    glass.keys(PROGRAMS[name][2])
    glass.wait_for("\n$")
    return glass.still()


def somebody(gw):
    """An account that nobody else used."""
    account = f"s{next(gw.unused)}"
    prepare(gw, account)
    return account


def looks_of(gw, glasses, name, *size):
    """While the program runs in a terminal that nobody lost, and after it was left."""
    account = somebody(gw)
    glass = glasses(openssh(gw, account), *size)
    start(glass, name)
    draw_anew(gw, account)
    hears_all(gw, account)
    looks = glass.still(), after(glass, name)
    glass.close()
    return looks


@pytest.mark.parametrize("rows, cols", [(24, 80), (50, 200)])
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_program_is_where_it_was(gw, glasses, name, rows, cols):
    during, left = looks_of(gw, glasses, name, rows, cols)
    account = somebody(gw)
    glass = glasses(openssh(gw, account), rows, cols)
    start(glass, name)
    lose(gw, glass)
    glass = glasses(openssh(gw, account), rows, cols)
    see(glass, during, name)
    hears_all(gw, account)
    glass.keys(PROGRAMS[name][2])
    see(glass, left)


@pytest.mark.parametrize("name", ["vim", "less", "nano", "tmux"])
def test_in_another_size_it_is_as_in_a_window_of_that_size(gw, glasses, name):
    during, _ = looks_of(gw, glasses, name, 40, 100)
    account = somebody(gw)
    glass = glasses(openssh(gw, account))
    start(glass, name)
    lose(gw, glass)
    glass = glasses(openssh(gw, account), 40, 100)
    see(glass, during)
    hears_all(gw, account)
    after(glass, name)


@pytest.mark.parametrize("kind", [clients.Dropbear, clients.PuTTY], ids=["dbclient", "plink"])
def test_with_other_clients_too(gw, glasses, kind, tmp_path):
    client = kind(gw, tmp_path)
    prepare(gw, "demo")
    argv = client.argv(None, tty=True)
    glass = glasses(argv, HOME=str(tmp_path))
    start(glass, "vim splits")
    draw_anew(gw, "demo")
    during = glass.still()
    lose(gw, glass)
    glass = glasses(argv, HOME=str(tmp_path))
    see(glass, during)
    hears_all(gw, "demo")
    after(glass, "vim splits")
    assert gw.atoll("kill", "demo+dev").returncode == 0


@contextlib.contextmanager
def paramiko_shell(gw):
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    client.connect("127.0.0.1", gw.port, "demo+dev", key_filename=str(gw.keys.student),
                   allow_agent=False, look_for_keys=False)
    try:
        yield client.invoke_shell("xterm-256color", 80, 24)
    finally:
        before = len(gw.sessions())
        client.close()
        wait_until(lambda: len(gw.sessions()) < before, "its session is gone")


def read_until(channel, words):
    channel.settimeout(g.PATIENCE)
    text = b""
    while words not in text:
        text += channel.recv(4096)
    return text


def read_quiet(channel):
    """What comes until nothing does."""
    channel.settimeout(3)
    text = b""
    with contextlib.suppress(TimeoutError):
        while True:
            text += channel.recv(4096)
    return text


def test_with_a_library_too(gw, tmp_path):
    prepare(gw, "demo")
    with paramiko_shell(gw) as channel:
        printed = read_until(channel, b"$ ")
        channel.sendall(b"PS1='$ '; clear; seq 5; vim -u NONE -N n\r")
        printed += read_until(channel, b"\r\n22") + read_quiet(channel)
        draw_anew(gw, "demo")
        printed += read_quiet(channel)
    with paramiko_shell(gw) as channel:
        back = read_until(channel, b"22") + read_quiet(channel)
        hears_all(gw, "demo")
        channel.sendall(b":q\r")
        left = read_until(channel, b"$ ")
    assert gw.atoll("kill", "demo+dev").returncode == 0
    wanted = screens.Pane(printed, 24, 80, tmp_path)
    got = screens.Pane(back, 24, 80, tmp_path)
    assert (got.rows, got.flags) == (wanted.rows, wanted.flags)
    wanted = screens.Pane(printed + left, 24, 80, tmp_path)
    got = screens.Pane(back + left, 24, 80, tmp_path)
    assert (got.rows, got.flags) == (wanted.rows, wanted.flags)


# --- a link that is cut --------------------------------------------------------

HERE, THERE = "10.254.77.1", "10.254.77.2"


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)


@pytest.fixture
def link():
    """A network namespace with one link to here: the words that run a command in it.
    A process holds it, since "ip netns" leaves a mount behind."""
    if shutil.which("ip") is None:
        pytest.skip("no ip")
    held = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo here; exec cat"],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        if held.stdout.readline() != "here\n":
            pytest.skip(f"no network namespace: {held.stderr.read()}")
        there = ["nsenter", f"--net=/proc/{held.pid}/ns/net"]
        ip("link", "add", "train0", "type", "veth", "peer", "name", "train1", "netns", str(held.pid))
        ip("address", "add", f"{HERE}/30", "dev", "train0")
        ip("link", "set", "train0", "up")
        for words in (f"address add {THERE}/30 dev train1", "link set train1 up"):
            subprocess.run([*there, "ip", *words.split()], check=True, capture_output=True)
        yield there
    finally:
        held.stdin.close()
        held.wait(g.PATIENCE)
        # The namespace may live for a moment yet.
        subprocess.run(["ip", "link", "delete", "train0"], capture_output=True, check=False)


def test_the_train_leaves_the_tunnel_and_vim_is_where_it_was(link, new_gateway, glasses):
    """The link goes down with everything on the way; neither end is told."""
    gw = new_gateway(labs={"dev": DEV}, listen=[{"address": "0.0.0.0", "port": 0}])
    prepare(gw, "demo")
    argv = [*link, *openssh(gw, "demo")]
    argv[-1] = f"demo+dev@{HERE}"
    old = glasses(argv)
    start(old, "vim splits")
    old.keys("50Gzz")
    draw_anew(gw, "demo")
    before = old.still()
    subprocess.run([*link, "ip", "link", "set", "train1", "down"], check=True)
    old.keys("ilost")
    # The train is in the tunnel; on the other side there is another link.
    for words in ("link set train1 up", "address flush dev train1", f"address add {HERE[:-1]}6/29 dev train1"):
        subprocess.run([*link, "ip", *words.split()], check=True)
    ip("address", "flush", "dev", "train0")
    ip("address", "add", f"{HERE}/29", "dev", "train0")
    new = glasses(argv)
    see(new, before)
    after(new, "vim splits")
