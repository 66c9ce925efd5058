"""What students do all day, by the hundred: sessions that must look hostile to nobody.

Each is the program it needs, what else tells it from others of that program, and a
command; four courses, each for a student of its own."""
import os
from pathlib import Path

# In the home, for what follows.
PREPARE = r"""
printf 'int main(void){return 0;}\n' >a.c
printf '#include <stdio.h>\n#include <sys/wait.h>\n#include <unistd.h>\nint main(void){if(fork()==0)_exit(3);int s;wait(&s);printf("%%d\\n",s);return 0;}\n' >f.c
printf '#include <thread>\nint main(){std::thread t([]{}); t.join();}\n' >b.cc
printf 'all: x y z\nx y z:\n\ttrue\n' >Makefile
printf 'import time\ntime.sleep(1)\n' >s.py
printf 'class A { public static void main(String[] a) throws Exception { Thread t = new Thread(() -> {}); t.start(); t.join(); new ProcessBuilder("true").start().waitFor(); } }\n' >A.java
printf 'fn main() {}\n' >m.rs
printf 'package main\nfunc main() {}\n' >m.go
printf '.globl _start\n_start: mov $60,%%eax\n xor %%edi,%%edi\n syscall\n' >n.s
"""

PROGRAMMING = {
    "gcc": "gcc -O2 -Wall -g -o a a.c && ./a",
    "gcc forks": "gcc -g -o f f.c && ./f",
    "gcc sanitizers": "gcc -fsanitize=address,undefined -o d a.c && ./d",
    "gcc threads": "echo '#include <pthread.h>\nstatic void *r(void *p){return p;}int main(void){pthread_t t;"
                   "pthread_create(&t,0,r,0);return pthread_join(t,0);}' >t.c && gcc -pthread -o t t.c && ./t",
    "g++": "g++ -o b b.cc && ./b",
    "make": "make -j4",
    "cmake": "cmake --version",
    "as": "as -o n.o n.s && ld -o n n.o && ./n",
    "ar": "gcc -c a.c && ar rc liba.a a.o && nm liba.a",
    "objdump": "objdump -d /bin/true",
    "readelf": "readelf -a /bin/true",
    "gdb": "gdb -batch -ex 'break main' -ex run -ex bt -ex cont ./a",
    "gdb follows": "gdb -batch -ex 'set follow-fork-mode child' -ex 'set detach-on-fork off' -ex run ./f",
    "gdb attaches": "sleep 5 & gdb -batch -p $! -ex bt -ex detach; kill %1",
    "strace": "strace -f -o /dev/null sh -c 'ls; true'",
    "strace counts": "strace -c true",
    "strace attaches": "sleep 5 & timeout 1 strace -p $!; kill %1",
    "ltrace": "ltrace -o /dev/null ls",
    "valgrind": "valgrind -q ./a",
    "perf": "perf stat true",
    "bpftrace": "bpftrace -l",
    "python3": "python3 -c 'import asyncio, multiprocessing, sqlite3, subprocess, ctypes, ssl; "
               "subprocess.run([\"true\"]); asyncio.run(asyncio.sleep(0)); multiprocessing.Pool(2).map(abs, [1, 2])'",
    "python3 threads": "python3 -c 'import threading; t = [threading.Thread(target=abs, args=[1]) for _ in range(20)]; "
                       "[x.start() for x in t]; [x.join() for x in t]'",
    "python3 venv": "python3 -m venv --without-pip v && v/bin/python -c 'print(1)'",
    "python3 server": "python3 -m http.server 8000 --bind 127.0.0.1 & sleep 0.5; "
                      "python3 -c 'import urllib.request as u; u.urlopen(\"http://127.0.0.1:8000/\")'; r=$?; kill %1; exit $r",
    "python3 socket": "python3 -c 'import socket; [socket.socket(f, t) for f in (1, 2, 10) for t in (1, 2)]'",
    "python3 pdb": "echo c | python3 -m pdb s.py",
    "pip": "python3 -m pip --version",
    "pip downloads": "pip download --no-deps --retries 0 --timeout 1 six",
    "perl": "perl -MSocket -e 'print qx(date)'",
    "ruby": "ruby -e 'puts 1'",
    "node": "node -e 'require(\"fs\").readFile(\"/etc/passwd\", () => {}); require(\"dns\").lookup(\"localhost\", () => {})'",
    "node workers": "node -e 'const w = require(\"worker_threads\"); new w.Worker(\"1\", {eval: true}); "
                    "require(\"child_process\").execSync(\"true\"); "
                    "require(\"http\").createServer().listen(0, function () { this.close() })'",
    "npm": "npm --version; npm init -y",
    "java": "java -version",
    "java compiles": "javac A.java && java -Xmx64m A || { ecj -17 A.java && java -Xmx64m A; }",
    "go": "go version",
    "rustc": "rustc m.rs && ./m",
    "cargo": "cargo init k && cd k && cargo build",
    "sqlite3": "sqlite3 x.db 'create table t(a); insert into t values (1); select * from t'",
    "git": "git init -q r && cd r && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m x && git log && git gc -q",
    "git clones": "git init -q q; git clone -q q p",
    "git fetches": "git ls-remote http://127.0.0.1:1/x.git",
    "ctags": "ctags a.c",
}

FILES = {
    "vim": "vim -es -c 'norm ihello' -c wq v.txt",
    "vi": "printf 'ihello\\033:wq\\n' | vi w.txt",
    "nano": "nano --version",
    "emacs": "emacs --batch --eval '(print 1)'",
    "ed": "printf 'a\\nx\\n.\\nw y\\nq\\n' | ed",
    "mc": "mc --version",
    "tmux": "tmux -L x new -d 'sleep 9' && tmux -L x ls && tmux -L x split-window && tmux -L x kill-server",
    "screen": "screen -dmS x sleep 1; screen -ls; screen -S x -X quit",
    "script": "script -qc true /dev/null",
    "tar": "tar czf t.tgz /etc/passwd && tar xzf t.tgz",
    "xz": "xz -T2 -k a.c && xz -d -f a.c.xz",
    "zip": "zip z.zip a.c && unzip -o z.zip",
    "bzip2": "bzip2 -k a.c",
    "zstd": "zstd -q a.c",
    "rsync": "rsync -a /etc/skel/ s/",
    "cpio": "echo a.c | cpio -o",
    "dd": "dd if=/dev/zero of=z bs=1M count=4 conv=fsync",
    "fallocate": "fallocate -l 1M l; truncate -s 10M l; rm l",
    "mkfifo": "mkfifo p; (echo 1 >p) & cat p",
    "mknod": "mknod n b 1 1",
    "ln": "ln -s a.c k; ln a.c h; stat h",
    "chmod": "chmod 4755 a.c; chmod 600 a.c; chown 0 a.c; umask 077",
    "setfacl": "setfacl -m u:1000:r a.c; getfacl a.c",
    "setfattr": "setfattr -n user.a -v b a.c",
    "getcap": "getcap /bin/ping",
    "chattr": "chattr +i a.c; lsattr",
    "find": "find /etc /var -xdev -name '*.conf' | xargs grep -l root | head -3",
    "locate": "locate passwd",
    "grep": "grep -r root /etc | sort | uniq -c",
    "less": "less -F /etc/passwd",
    "man": "man ls",
    "awk": "awk 'BEGIN { print 1 }'",
    "sed": "sed s/a/b/ /etc/passwd",
    "diff": "diff a.c b.cc | patch -R --dry-run a.c",
    "bc": "echo 2^200 | bc",
    "tree": "tree /etc",
    "sort": "sort /etc/passwd | uniq | cut -d: -f1 | tr a-z A-Z | tee u",
    "od": "od -c a.c | head -3; split -l 1 a.c; comm a.c b.cc",
    "mktemp": "mktemp; mktemp -d; realpath .; stat .",
    "xargs": "seq 20 | xargs -P 4 -n 1 echo",
    "file": "file /bin/ls a.c",
    "xxd": "xxd a.c",
    "md5sum": "md5sum a.c; sha256sum a.c; base64 a.c",
    "gpg": "gpg --batch --list-keys",
    "gpg keys": "gpg --batch --passphrase '' --quick-gen-key me@x ed25519; gpgconf --kill all",
    "openssl": "openssl speed -seconds 1 -evp aes-128-gcm",
    "bash": "for i in $(seq 50); do (true) & done; wait; ulimit -a; trap : EXIT",
    "bash jobs": "bash -mc 'sleep 5 & kill -STOP %1; bg; kill %1'",
    "bash bomb": "ulimit -u 40; b() { for i in 1 2 3 4 5 6 7 8; do sleep 0.1 & done; }; b; b; wait",
    "sh traps": "sh -c 'trap : TERM; kill $$'",
    "zsh": "zsh -c true",
    "dash": "dash -c true",
    "busybox": "busybox ls",
    "timeout": "timeout 0.1 sleep 1",
    "flock": "flock a.c true",
    "inotifywait": "inotifywait -t 1 .",
    "watch": "timeout 1 watch -n 0.2 date",
}

NETWORK = {
    "ssh": "ssh -o BatchMode=yes -o ConnectTimeout=1 127.0.0.1 true",
    "ssh-keygen": "ssh-keygen -q -t ed25519 -N '' -f k1",
    "ssh-agent": "ssh-agent sh -c 'ssh-add -l'",
    "scp": "scp -o BatchMode=yes a.c 127.0.0.1:",
    "sftp": "echo ls | sftp -b - 127.0.0.1",
    "sshfs": "mkdir m; sshfs 127.0.0.1: m",
    "curl": "curl -s http://127.0.0.1:1/",
    "curl file": "curl -s file:///etc/passwd",
    "curl metadata": "curl -s -m 1 http://169.254.169.254/",
    "wget": "wget -q -T 1 -t 1 http://127.0.0.1:1/",
    "nc": "nc -w 1 127.0.0.1 1",
    "nc talks": "(timeout 2 nc -l 127.0.0.1 7000 >got) & sleep 0.3; echo hi | timeout 1 nc -N 127.0.0.1 7000",
    "socat": "socat -u OPEN:/etc/passwd STDOUT",
    "socat pair": "socat -T 1 UNIX-LISTEN:u.sock,fork EXEC:cat & sleep 0.3; echo | socat - UNIX:u.sock; kill %1",
    "telnet": "telnet 127.0.0.1 1",
    "ping": "ping -c 1 -W 1 127.0.0.1",
    "traceroute": "traceroute -q 1 -w 1 -m 1 127.0.0.1",
    "ip": "ip addr; ip route; ip neigh",
    "ip sets": "ip link add d0 type dummy; ip link set lo up; ip netns; ip netns add x",
    "ifconfig": "ifconfig",
    "iptables": "iptables -L",
    "nft": "nft list ruleset",
    "tc": "tc qdisc",
    "ss": "ss -antup",
    "netstat": "netstat -an",
    "tcpdump": "timeout 1 tcpdump -i lo -c 1",
    "tshark": "timeout 1 tshark -c 1",
    "nmap": "nmap -p 22 127.0.0.1",
    "dig": "dig +time=1 +tries=1 @127.0.0.1 localhost",
    "host": "host -W 1 localhost 127.0.0.1",
    "getent": "getent hosts localhost; getent passwd",
    "openssl client": "openssl s_client -connect 127.0.0.1:1 </dev/null",
    "apt-get": "apt-get -s install bash; apt-cache policy bash",
    "apt-get update": "timeout 5 apt-get update",
    "apt-get install": "timeout 5 apt-get -y install hello",
    "apt-mark": "apt-mark showmanual",
    "dpkg": "dpkg -l bash; dpkg -S /bin/ls",
    "dpkg installs": "dpkg -i none.deb; dpkg --configure -a",
    "stress-ng cpu": "stress-ng --cpu 1 --timeout 1s",
    "stress-ng vm": "stress-ng --vm 1 --vm-bytes 8M --timeout 1s",
    "stress-ng fork": "stress-ng --fork 2 --timeout 1s",
    "stress-ng memory": "stress-ng --malloc 1 --malloc-bytes 8M --stack 1 --mmap 1 --mmap-bytes 4M -t 1",
    "stress-ng io": "stress-ng --hdd 1 --hdd-bytes 1M --pipe 1 --poll 1 --sock 1 -t 1",
    "stress-ng processes": "stress-ng --exec 1 --switch 1 --mutex 1 --futex 1 -t 1",
    # Fewer than by themselves: a disk of 256M has 16384 inodes, and a link takes one of a tmpfs, too.
    "stress-ng filesystem": "stress-ng --dir 1 --dir-dirs 512 --dentry 1 --dentries 512 --fstat 1 --link 1 --rename 1 -t 1",
    "stress-ng signals": "stress-ng --signal 1 --kill 1 --timer 1 --eventfd 1 --epoll 1 -t 1",
    "stress-ng cpu class": "stress-ng --cpu 1 --matrix 1 --qsort 1 --bsearch 1 --crypt 1 -t 1",
}

ADMINISTRATION = {
    "ps": "ps aux; pgrep sh; pstree",
    "top": "top -bn1",
    "htop": "htop --version",
    "lsof": "lsof -p $$",
    "free": "free; vmstat; uptime; nproc; lscpu",
    "df": "df; du -s /etc; lsblk; findmnt",
    "dmesg": "dmesg",
    "journalctl": "journalctl -n 1",
    "systemctl": "systemctl status; systemctl start ssh",
    "service": "service --status-all",
    "mount": "mount; mount -t tmpfs none /mnt",
    "umount": "umount /mnt",
    "swapon": "swapon -s",
    "losetup": "losetup -a",
    "unshare": "unshare -r true",
    "unshare helps": "unshare -h",
    "nsenter": "nsenter -t 1 -m true",
    "lsns": "lsns",
    "chroot": "chroot / true",
    "docker": "docker ps",
    "podman": "podman ps",
    "sudo": "sudo -n true; sudo -n id",
    "sudo lists": "sudo -n -l",
    "su": "echo | su -c true",
    "id": "id; groups; whoami; who; last; w",
    "passwd": "passwd -S",
    "chage": "chage -l $(whoami)",
    "useradd": "useradd x; groupadd y; userdel x",
    "sudo useradd": "sudo -n useradd -m maria; sudo -n passwd -S maria; sudo -n userdel -r maria",
    "sudo service": "sudo -n service nginx start; sudo -n service nginx stop",
    "sudo files": "sudo -n chown root a.c; sudo -n cat /etc/shadow; sudo -n touch /etc/x",
    "sudo su": "sudo -n su - -c id; sudo -n -s true; sudo -n -u nobody id",
    "sudo kills": "sleep 9 & sudo -n kill $!",
    "sudo mount": "sudo -n mount -t tmpfs none /mnt; sudo -n umount /mnt",
    "sudo apt-get": "timeout 5 sudo -n apt-get update",
    "sudo ip": "sudo -n ip link; sudo -n ip link set lo mtu 1400; sudo -n ss -antup",
    "visudo": "visudo -c",
    "login": "newgrp </dev/null",
    "hostname": "hostname; hostname other",
    "uname": "uname -a; cat /proc/version /proc/cmdline",
    "date": "date; date -s 2026-01-01",
    "hwclock": "hwclock",
    "crontab": "crontab -l; echo '* * * * * true' | crontab -; crontab -r",
    "atq": "atq",
    "kill": "sleep 9 & kill -9 $!; kill -0 1",
    "nice": "nice -n 5 true; nice -n -5 true; renice 5 $$; ionice true",
    "taskset": "taskset 1 true; chrt -f 1 true",
    "ulimit": "ulimit -n 100000; ulimit -c unlimited; ulimit -a",
    "prlimit": "prlimit --pid $$",
    "sysctl": "sysctl -a; sysctl -w kernel.hostname=x",
    "lsmod": "lsmod; modprobe dummy",
    "insmod": "insmod x.ko",
    "fdisk": "fdisk -l",
    "mkfs.ext4": "truncate -s 2M d.img; mkfs.ext4 -q d.img; mount d.img /mnt",
    "capsh": "capsh --print",
    "setpriv": "setpriv --dump; setpriv --no-new-privs true",
    "cat proc": "cat /proc/self/status /proc/self/mountinfo /proc/1/environ /proc/kallsyms",
    "ipcs": "ipcs; ipcmk -M 4096; ipcrm --all",
    "logger": "logger hello",
    "reboot": "reboot",
    "locale": "locale -a; localectl",
    "update-alternatives": "update-alternatives --list editor",
}

COURSES = {"programming": PROGRAMMING, "files": FILES, "network": NETWORK, "administration": ADMINISTRATION}

# What takes seconds of a processor is done in one kind of sandbox, where gdb works.
HEAVY = {
    "g++", "gcc sanitizers", "gdb follows", "java compiles", "npm", "node workers", "valgrind", "pip downloads",
    "python3 venv", "openssl", "stress-ng memory", "stress-ng io", "stress-ng processes", "stress-ng filesystem",
    "stress-ng signals", "stress-ng cpu class",
}

# What must have ended well in at least one kind of sandbox, or nothing was shown.
MUST_END_WELL = {
    "gcc", "gcc forks", "g++", "make", "gdb", "gdb follows", "strace", "strace counts", "python3",
    "python3 venv", "python3 server", "pip", "perl", "node", "node workers", "java", "java compiles", "go",
    "git", "git clones", "vim", "vi", "nano", "tmux", "screen", "tar", "rsync", "ssh-keygen", "curl file", "ip", "ss",
    "apt-get", "dpkg", "ps", "top", "sudo", "sudo lists", "su", "passwd", "crontab", "unshare helps",
    "stress-ng cpu", "stress-ng vm", "stress-ng fork", "stress-ng memory", "stress-ng io", "stress-ng processes",
    "stress-ng filesystem", "stress-ng signals", "stress-ng cpu class",
}


def fit(rootfs):
    """Is this host of the image's Debian?  Then its programs find their libraries there, too."""
    versions = [Path(root, "etc/debian_version") for root in ("/", rootfs)]
    return all(v.exists() for v in versions) and len({v.read_text().split(".")[0] for v in versions}) == 1


def host_programs():
    """Mounts that show this host's programs inside in place of the image's: java, node and
    stress-ng are in no image of ours."""
    places = ("/usr", "/etc/alternatives", *map(str, Path("/etc").glob("java-*-openjdk")))
    return [{"source": p, "target": p} for p in places if os.path.isdir(p)]
