/* procfs.c - files of /proc and /sys that tell of the sandbox and not of the host. */
#include "sandbox/builder/fs/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/scope.h"
#include "sandbox/builder/fs/fs.h"

#define SCRATCH	  "scratch" /* below the builder's working directory */
#define PATIENCE  5000	    /* milliseconds */
#define FUSE_TYPE "fuse.lxcfs"

/* As lxcfs has them, and as a sandbox does.  Not diskstats, which is masked, and
 * not slabinfo, which only root of the host reads. */
static const char *const files[] = { "proc/cpuinfo", "proc/loadavg",
	"proc/meminfo", "proc/stat", "proc/swaps", "proc/uptime",
	"sys/devices/system/cpu/online" };

/* --- in the builder ----------------------------------------------------- */

/* See proc(5): "36 35 98:0 /root /mount rw,... tags - type source options". */
static bool
is_lxcfs_at(const char *line, const char *path)
{
	const char *rest = strstr(line, " - ");
	char at[1024];

	return rest != NULL &&
	       strncmp(rest + 3, FUSE_TYPE " ", sizeof(FUSE_TYPE)) == 0 &&
	       sscanf(line, "%*s %*s %*s %*s %1023s", at) == 1 &&
	       strcmp(at, path) == 0;
}

bool
procfs_is_mounted(const char *lxcfs)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char line[2048];
	bool found = false;

	if (f == NULL)
		return false;
	while (!found && fgets(line, sizeof(line), f) != NULL)
		found = is_lxcfs_at(line, lxcfs);
	fclose(f);
	return found;
}

/* None of these calls gets as far as the file system: the root of a mount is known
 * to the kernel. */
int
procfs_open(const char *lxcfs, int *mount, struct err *e)
{
	CLOSES int fd = fs_clone(AT_FDCWD, lxcfs, 0, e);

	if (fd == -1 || fs_set(fd,
			    MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
				MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
			    -1, e) == -1)
		return err_wrap(e, "lxcfs");
	*mount = take_fd(&fd);
	return 0;
}

/* --- in the sandbox ------------------------------------------------------ */

/* The mask of a file, if it has one, is below. */
static int
cover(int root, int lxcfs, const char *path, struct err *e)
{
	CLOSES int target = fs_find(root, path, 0);
	CLOSES int file = -1;

	if (target == -1 && errno == ENOENT)
		return 0; /* this kernel does not have it */
	if (target == -1)
		return err_set(e, errno, "/%s", path);
	file = fs_clone(lxcfs, path, 0, e);
	if (file == -1 || fs_attach(file, target, e) == -1)
		return err_wrap(e, "/%s", path);
	return 0;
}

/* It answers to whoever is in here. */
static int
try_it(int root, struct err *e)
{
	CLOSES int fd = openat(root, "proc/meminfo", O_RDONLY | O_CLOEXEC);
	char some[64];

	if (fd == -1 || read(fd, some, sizeof(some)) <= 0)
		return err_set(e, errno, "/proc/meminfo");
	return 0;
}

/* Only of what is attached can a part be cloned.  What it is attached to goes with
 * the host's tree. */
static int
cover_all(int root, int lxcfs, struct err *e)
{
	if (move_mount(lxcfs, "", AT_FDCWD, SCRATCH, MOVE_MOUNT_F_EMPTY_PATH) ==
	    -1)
		return err_set(e, errno, "attach lxcfs");
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		if (cover(root, lxcfs, files[i], e) == -1)
			return -1;
	}
	return try_it(root, e);
}

static _Noreturn void
helper(int root, int lxcfs, int tell)
{
	struct err e = { 0 };

	if (cover_all(root, lxcfs, &e) == -1) {
		if (write(tell, e.text, strlen(e.text)) == -1)
			_exit(2);
		_exit(1);
	}
	_exit(0);
}

/* What it says before it ends, or nothing when it is done: false when it says
 * nothing and does not end either. */
static bool
listen_to(int heard, char *text, size_t size)
{
	struct pollfd p = { .fd = heard, .events = POLLIN };
	ssize_t n;

	if (poll(&p, 1, PATIENCE) != 1)
		return false;
	n = read(heard, text, size - 1);
	text[n < 0 ? 0 : n] = '\0';
	return true;
}

int
procfs_attach(int root, int lxcfs, struct err *e)
{
	char text[ERR_TEXT_SIZE];
	CLOSES int heard = -1;
	CLOSES int tell = -1;
	int ends[2], status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) == -1)
		return err_set(e, errno, "pipe");
	heard = ends[0];
	tell = ends[1];
	pid = fork();
	if (pid == -1)
		return err_set(e, errno, "fork");
	if (pid == 0)
		helper(root, lxcfs, tell);
	scope_close(&tell);
	/* Whoever hangs there goes with this process, which is their init. */
	if (!listen_to(heard, text, sizeof(text))) {
		kill(pid, SIGKILL);
		return err_set(e, ETIMEDOUT,
		    "lxcfs does not answer: systemctl restart lxcfs");
	}
	if (waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	    WEXITSTATUS(status) == 0)
		return 0;
	return err_set(e, 0,
	    "lxcfs: %s; is it running?  systemctl restart lxcfs",
	    text[0] == '\0' ? "its files could not be mounted" : text);
}
