"""privileged.py - programs that say which rights they got, and files that give some."""
import re
import subprocess

KINDS = ["set-uid", "v2", "v3"]

# busybox would drop what set-id gave it.  With a file and a version, it gives that
# file capabilities; the kernel makes a third of a second version in a sandbox.
SHOW = r"""
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <sys/xattr.h>
#include <unistd.h>
/* show, show wait, show FILE VERSION */
int main(int argc, char **argv)
{
	static char text[8192];
	struct vfs_ns_cap_data caps = { 0 };
	int fd = open("/proc/self/status", O_RDONLY), v2 = argc == 3 && argv[2][1] == '2';
	ssize_t n;
	if (argc == 3) {
		caps.magic_etc = (v2 ? VFS_CAP_REVISION_2 : VFS_CAP_REVISION_3) | 1;
		caps.data[0].permitted = 1 << CAP_CHOWN | 1 << CAP_SETUID;
		if (setxattr(argv[1], "security.capability", &caps,
			v2 ? XATTR_CAPS_SZ_2 : XATTR_CAPS_SZ_3, 0) == -1)
			return perror(argv[1]), 1;
		return 0;
	}
	n = read(fd, text, sizeof(text));
	if (write(1, text, n) != n)
		return 1;
	if (argc == 2)
		pause();
	return 0;
}
"""

# All of root that a set-uid program can be, as sudo makes it: "as-root PROGRAM ARG...".
AS_ROOT = r"""
#include <grp.h>
#include <stdio.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	if (argc < 2 || setgroups(0, NULL) || setresgid(0, 0, 0) || setresuid(0, 0, 0))
		return perror("as-root"), 1;
	execv(argv[1], argv + 1);
	return perror(argv[1]), 1;
}
"""

# "trace PROGRAM": as a debugger starts it, by who has no right to trace others.
TRACE = r"""
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	int status = 1, pid = argc == 2 ? fork() : -1;
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0) == 0)
			execv(argv[1], argv + 1);
		return perror(argv[1]), 1;
	}
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status))
		ptrace(PTRACE_CONT, pid, 0, 0);
	return status != 0;
}
"""


def compile_program(folder, name, text):
    source = folder / f"{name}.c"
    source.write_text(text)
    subprocess.run(["cc", "-static", "-D_GNU_SOURCE", "-o", folder / name, source], check=True)
    return folder / name


def compile_show(folder):
    """A program that says with which ids and capabilities it runs."""
    return compile_program(folder, "show", SHOW)


def place_inside(kind):
    """The same, as root of a sandbox."""
    return "chown 0:0 show && " + ("chmod 6755 show" if kind == "set-uid" else f"./show show {kind}")


def reads(text):
    """The effective user and the effective capabilities of /proc/self/status."""
    uid = re.search(r"^Uid:\t\d+\t(\d+)", text, re.M).group(1)
    return uid, int(re.search(r"^CapEff:\t(\w+)", text, re.M).group(1), 16)
