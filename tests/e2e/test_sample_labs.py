"""configs/labs: the sample labs, done as a student would who knows it all, and
as one who tries to fool the check."""
import os
import re
import shutil

import pytest

import gateway as g

LABS = g.ROOT / "configs/labs"
SAMPLES = ("shell", "c", "ctf", "packets")
HAS_PACKETS = (g.IMAGES / "packets/rootfs").is_dir()

pytestmark = pytest.mark.skipif(not g.HAS_DEBIAN, reason="no image debian-dev")


@pytest.fixture(scope="module")
def gw(start_gateway, tmp_path_factory):
    """The labs as they are shipped; where there is no image for packets, its
    files are shown inside another."""
    gw = start_gateway(
        start=False,
        labs={"box": {}},
        accounts=[{"name": n, "groups": ["course"]} for n in ("ann", "bob")],
        connections_per_account=30,
    )
    for file in LABS.iterdir():
        if file.name.split(".")[0] in SAMPLES:
            shutil.copy(file, gw.labs_dir)
    if not HAS_PACKETS:
        lend_packets(gw, tmp_path_factory.mktemp("packets"))
    return gw.start()


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


# --- shell ------------------------------------------------------------------------

TIDY = r"""
set -e
mkdir -p ~/work/notes
cp /srv/desk/letters/*.txt ~/work/notes
grep -c 404 /srv/desk/access.log >~/work/errors
cut -d ' ' -f 1 /srv/desk/access.log | sort -u >~/work/visitors
find /srv/desk/attic -type f -size +8k -printf '%f\n' >~/work/largest
cp "$(grep -rl treasure /srv/desk/attic)" ~/work/treasure
printf '#!/bin/sh\necho "Hello, $1!"\n' >~/work/hello
chmod +x ~/work/hello
echo today >~/work/diary
chmod 600 ~/work/diary
pkill alarm
"""


def test_shell_is_solved_by_who_knows_it(gw):
    run(gw, "ann+shell", TIDY)
    _, said = points(gw, "ann+shell")
    assert total(said) == ("10", "10"), said


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

GREET = r"""
cd ~/c
sed -i -e 's/strlen(name));/strlen(name) + 1);/' -e 's/i <= argc/i < argc/' \
    -e '/^		free(text);$/d' -e 's/^		printf("%s!.n", text);$/&\n		free(text);/' greet.c
cat >sum.c <<'EOF'
#include <stdio.h>
int main(void)
{
	long long sum = 0, n;
	int got;
	while ((got = scanf("%lld", &n)) == 1)
		sum += n;
	if (got != EOF) {
		fprintf(stderr, "sum: not a number\n");
		return 1;
	}
	printf("%lld\n", sum);
	return 0;
}
EOF
cat >turn.c <<'EOF'
#include <stdio.h>
#include <stdlib.h>
int main(void)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	while ((n = getline(&line, &size, stdin)) > 0) {
		if (line[n - 1] == '\n')
			n--;
		while (n > 0)
			putchar(line[--n]);
		putchar('\n');
	}
	free(line);
	return 0;
}
EOF
cat >words.c <<'EOF'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static int order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}
int main(void)
{
	char **word = NULL, *w;
	size_t count = 0, same;
	while (scanf("%ms", &w) == 1) {
		word = realloc(word, (count + 1) * sizeof(*word));
		word[count++] = w;
	}
	if (count > 0)
		qsort(word, count, sizeof(*word), order);
	for (size_t i = 0; i < count; i += same) {
		for (same = 1; i + same < count && !strcmp(word[i], word[i + same]); same++)
			;
		printf("%zu %s\n", same, word[i]);
	}
	return 0;
}
EOF
make >/dev/null
"""


def test_c_is_solved_by_who_knows_it(gw):
    run(gw, "ann+c", GREET)
    _, said = points(gw, "ann+c")
    assert total(said) == ("12", "12"), said


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

CAPTURE = r"""
cd ~
rm -f flags
cat ~/.cache/.lost/.flag >>flags
python3 - <<'EOF' >>flags
import base64, gzip
data = bytes.fromhex(open("wrapped.txt").read())
print(base64.b64decode(gzip.decompress(base64.b64decode(data))).decode().strip())
EOF
git -C project log -p | grep -o 'flag{[0-9a-f]*}' | sort -u >>flags
word=$(gdb -q -batch -ex 'break strcmp' -ex 'run </etc/hostname' -ex up -ex 'print word' \
    /opt/vault 2>/dev/null | sed -n 's/^$1 = "\([0-9a-f]*\)".*/\1/p')
echo "$word" | /opt/vault | grep -o 'flag{.*}' >>flags
echo "GET ../private" | nc -N localhost 4000 >>flags
cat flags
"""


def test_ctf_is_solved_by_who_knows_it(gw):
    run(gw, "ann+ctf", CAPTURE)
    _, said = points(gw, "ann+ctf")
    assert total(said) == ("5", "5"), said


def test_ctf_flags_are_of_one_student(gw):
    flags = run(gw, "ann+ctf", CAPTURE)
    run(gw, "bob+ctf", f"cat >~/flags <<'EOF'\n{flags}EOF\n")
    _, said = points(gw, "bob+ctf")
    assert total(said) == ("0", "5")
    assert said.count("is no flag of yours.") == 5


def test_ctf_flags_are_the_same_in_each_sandbox_of_a_seat(gw):
    before = gw.out("ann+ctf", "cat ~/.cache/.lost/.flag")
    gw.ssh("ann+ctf", "lab reset -y")
    assert gw.out("ann+ctf", "cat ~/.cache/.lost/.flag") == before


def test_ctf_keeps_its_last_flag_from_a_plain_look(gw):
    assert gw.ssh("ann+ctf", "cat /srv/library/private").returncode != 0


# --- packets ----------------------------------------------------------------------

READ = r"""
listen 3 >live.pcap
python3 - <<'EOF'
import re
live = open("live.pcap", "rb").read()
upload = open("/captures/upload.pcap", "rb").read()
word = re.search(rb"the word is (\w+)", live)[1].decode()
code = re.search(rb"code: (\w+)", upload)[1].decode()
open("answers", "w").write(f"1 {COUNT}\n2 update.qx7.example.com\n3: 192.0.2.13\n"
    f"4 maria:coral-reef-7\n5 203.0.113.77\n6 22, 80, 113, 143\n7 {code}\n8 {word}\n")
EOF
"""


def test_packets_is_solved_by_who_knows_it(gw):
    count = 0
    data = os.popen(f"{g.ROOT}/images/packets/capture morning").buffer.read()
    at = 24
    while at < len(data):
        at += 16 + int.from_bytes(data[at + 8 : at + 12], "little")
        count += 1
    run(gw, "ann+packets", READ.replace("{COUNT}", str(count)))
    _, said = points(gw, "ann+packets")
    assert total(said) == ("8", "8"), said


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
