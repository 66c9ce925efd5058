/* preflight.c - can this host do what a sandbox needs? */
#include "sandbox/builder/preflight.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/shared/log.h"
#include "gateway/shared/scope.h"

/* Each returns 0 or an errno. */

static int
try_root(void)
{
	return geteuid() == 0 ? 0 : EPERM;
}

static int
try_namespaces(void)
{
	struct clone_args args = {
		.flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID |
			 CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC,
		.exit_signal = SIGCHLD,
	};
	long pid = syscall(SYS_clone3, &args, sizeof(args));

	if (pid == -1)
		return errno;
	if (pid == 0)
		_exit(0);
	waitpid((pid_t)pid, NULL, 0);
	return 0;
}

/* A bad descriptor is refused after the call was found. */
static int
try_mount_setattr(void)
{
	struct mount_attr a = { 0 };

	mount_setattr(-1, "", AT_EMPTY_PATH, &a, sizeof(a));
	return errno == EBADF ? 0 : errno;
}

static int
try_openat2(void)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC };
	CLOSES int fd =
	    (int)syscall(SYS_openat2, AT_FDCWD, "/", &how, sizeof(how));

	return fd == -1 ? errno : 0;
}

static int
try_file_system(const char *type)
{
	CLOSES int fd = fsopen(type, FSOPEN_CLOEXEC);

	return fd == -1 ? errno : 0;
}

static int
try_overlay(void)
{
	return try_file_system("overlay");
}

static int
try_tmpfs(void)
{
	return try_file_system("tmpfs");
}

static const struct {
	int (*try)(void);
	const char *what, *cure;
} checks[] = {
	{ try_root, "the builder must be root",
	    "start atolld as root; it gives that up itself" },
	{ try_namespaces, "namespaces cannot be made",
	    "see user.max_user_namespaces and its like in sysctl, and do not"
	    " run inside a container" },
	{ try_mount_setattr, "mount_setattr is missing",
	    "Linux 5.19 or later is needed" },
	{ try_openat2, "openat2 is missing", "Linux 5.19 or later is needed" },
	{ try_overlay, "no overlay file system", "modprobe overlay" },
	{ try_tmpfs, "no tmpfs", "a kernel with CONFIG_TMPFS is needed" },
};

static const char *
mode(const struct cgroups *g)
{
	if (g->kind == &cgroup_v2)
		return "v2";
	return access("/sys/fs/cgroup/unified", F_OK) == 0 ? "hybrid" : "v1";
}

bool
preflight(struct cgroups *g)
{
	bool good = true;
	struct err e;

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		int code = checks[i].try();

		if (code == 0)
			continue;
		log_error(NULL, "%s: %s: %s", checks[i].what, checks[i].cure,
		    strerror(code));
		good = false;
	}
	if (cgroups_find(g, &e) == -1) {
		log_error(NULL, "%s", e.text);
		return false;
	}
	log_info(NULL, "cgroups found mode=%s memory=%s", mode(g),
	    g->hierarchy[g->at[CONTROLLER_MEMORY]].path);
	return good;
}
