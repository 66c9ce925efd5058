/* preflight.c - can this host do what a sandbox needs? */
#include "sandbox/builder/hostcheck/preflight.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/scope.h"
#include "sandbox/builder/forked.h"
#include "sandbox/builder/fs/fs.h"
#include "sandbox/builder/fs/idmap.h"
#include "sandbox/builder/hostcheck/ids.h"
#include "sandbox/builder/hostcheck/rights.h"
#include "sandbox/builder/procfile.h"

#define OLD_KERNEL "Linux 5.19 or later is needed"
#define LAST_ID	   (IDMAP_FIRST + IDMAP_RANGES * (uint64_t)IDMAP_COUNT - 1)

/* --- trying: each returns 0 or an errno --------------------------------- */

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
			 CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC |
			 CLONE_NEWCGROUP,
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
try_close_range(void)
{
	return close_range(~0U, ~0U, CLOSE_RANGE_CLOEXEC) == 0 ? 0 : errno;
}

static int
try_seccomp(void)
{
	uint32_t action = SECCOMP_RET_ERRNO;

	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0
		   ? 0
		   : errno;
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

static int
try_devpts(void)
{
	return try_file_system("devpts");
}

static int
try_mqueue(void)
{
	return try_file_system("mqueue");
}

static const struct {
	int (*try)(void);
	const char *what, *cure;
} checks[] = {
	{ try_root, "root", "start it as root; atolld gives that up itself" },
	{ try_namespaces, "namespaces",
	    "sysctl user.max_user_namespaces and its like must not be 0; do"
	    " not run inside a container; see AppArmor below" },
	{ try_mount_setattr, "mount_setattr", OLD_KERNEL },
	{ try_openat2, "openat2", OLD_KERNEL },
	{ try_close_range, "close_range", OLD_KERNEL },
	{ try_seccomp, "seccomp filters",
	    "a kernel with CONFIG_SECCOMP_FILTER is needed" },
	{ try_overlay, "overlay file system", "modprobe overlay" },
	{ try_tmpfs, "tmpfs", "a kernel with CONFIG_TMPFS is needed" },
	{ try_devpts, "devpts", "a kernel with CONFIG_UNIX98_PTYS is needed" },
	{ try_mqueue, "mqueue", "a kernel with CONFIG_POSIX_MQUEUE is needed" },
};

/* --- an id-mapped mount ------------------------------------------------- */

/* A user namespace with ids, held by a child that waits for its end. */
static int
make_userns(pid_t *pid, int *userns)
{
	struct clone_args args = { .flags = CLONE_NEWUSER,
		.exit_signal = SIGCHLD };
	pid_t builder = getpid();
	char path[48];
	struct err e;

	*pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (*pid == 0) {
		forked_begin(builder);
		pause();
		_exit(0);
	}
	if (*pid == -1)
		return errno;
	if (idmap_write(*pid, IDMAP_FIRST, &e) == -1)
		return e.code;
	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)*pid);
	*userns = open(path, O_RDONLY | O_CLOEXEC);
	return *userns == -1 ? errno : 0;
}

int
preflight_idmap(int dir)
{
	CLOSES int userns = -1;
	CLOSES int mount = -1;
	struct err e = { 0 };
	pid_t pid = -1;
	int code;

	code = make_userns(&pid, &userns);
	if (code == 0) {
		mount = fs_clone(dir, "", 0, &e);
		if (mount == -1 ||
		    fs_set(mount, MOUNT_ATTR_RDONLY, userns, &e) == -1)
			code = e.code;
	}
	if (pid != -1) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return code;
}

/* --- rows --------------------------------------------------------------- */

const char *
preflight_mode(const struct cgroups *g)
{
	if (g->kind == &cgroup_v2)
		return "v2";
	return access("/sys/fs/cgroup/unified", F_OK) == 0 ? "hybrid" : "v1";
}

static void
find_cgroups(struct cgroups *g, struct host_rows *f)
{
	struct err e;

	if (cgroups_find(g, &e) == -1)
		host_row_add(f, LEVEL_ERROR, "cgroups", "%s", e.text);
	else
		host_row_add(f, LEVEL_OK, "cgroups",
		    "%s: memory, cpu, pids in %s", preflight_mode(g),
		    g->hierarchy[g->at[CONTROLLER_MEMORY]].path);
}

void
preflight_kernel(struct cgroups *g, struct host_rows *f)
{
	struct utsname u;
	bool has_rights;

	uname(&u);
	host_row_add(f, LEVEL_OK, "kernel", "%s %s", u.sysname, u.release);
	has_rights = rights_find(f);
	for (size_t i = 0; i < COUNT_OF(checks); i++) {
		int code = checks[i].try();
		struct host_row *row = host_row_add(f,
		    code == 0 ? LEVEL_OK : LEVEL_ERROR, checks[i].what, "%s",
		    code == 0 ? "yes" : strerror(code));

		if (code == EPERM && !has_rights)
			host_row_cure(row, "see capabilities above");
		else if (code != 0)
			host_row_cure(row, "%s", checks[i].cure);
	}
	find_cgroups(g, f);
}

/* Sandboxes are made by root, whom these do not hold back. */
static void
find_switch(struct host_rows *f, const char *what, const char *name,
    const char *restricts)
{
	char path[96], text[32];

	snprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
	if (!procfile_text(path, text, sizeof(text)))
		host_row_add(f, LEVEL_OK, what,
		    "no restriction in this kernel");
	else
		host_row_add(f, LEVEL_OK, what, "kernel.%s = %s%s", name, text,
		    strcmp(text, restricts) == 0 ? ", which leaves root alone"
						 : "");
}

static void
find_apparmor(struct host_rows *f)
{
	char enabled[8], profile[96];

	if (!procfile_text("/sys/module/apparmor/parameters/enabled", enabled,
		sizeof(enabled)) ||
	    enabled[0] != 'Y') {
		host_row_add(f, LEVEL_OK, "AppArmor", "not in force");
	} else if (!procfile_text("/proc/self/attr/apparmor/current", profile,
		       sizeof(profile)) ||
		   strcmp(profile, "unconfined") == 0) {
		host_row_add(f, LEVEL_OK, "AppArmor", "unconfined");
	} else {
		struct host_row *row = host_row_add(f, LEVEL_WARNING,
		    "AppArmor", "confined by the profile %.80s", profile);

		host_row_cure(row,
		    "it must allow mounts and user namespaces: see the profile"
		    " atoll-builder in share/atoll/apparmor");
	}
}

void
preflight_policy(struct host_rows *f)
{
	find_switch(f, "namespaces of users", "unprivileged_userns_clone", "0");
	find_switch(f, "namespaces and AppArmor",
	    "apparmor_restrict_unprivileged_userns", "1");
	find_apparmor(f);
}

void
preflight_ids(struct host_rows *f)
{
	static const struct {
		const char *file;
		enum ids_form form;
	} lists[] = { { "/etc/passwd", IDS_SINGLE },
		{ "/etc/group", IDS_SINGLE }, { "/etc/subuid", IDS_RANGE },
		{ "/etc/subgid", IDS_RANGE } };
	bool is_free = true;

	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		FREES char *text = procfile_whole(lists[i].file);
		char name[64];
		struct host_row *row;

		if (text == NULL ||
		    ids_overlap(text, lists[i].form, IDMAP_FIRST, LAST_ID, name,
			sizeof(name)) == 0)
			continue;
		is_free = false;
		row = host_row_add(f, LEVEL_ERROR, "user ids",
		    "%s in %s has ids that sandboxes have", name,
		    lists[i].file);
		host_row_cure(row,
		    "move its ids out of %u..%llu, which atoll gives to"
		    " sandboxes",
		    IDMAP_FIRST, (unsigned long long)LAST_ID);
	}
	if (is_free)
		host_row_add(f, LEVEL_OK, "user ids", "%u..%llu, nobody else's",
		    IDMAP_FIRST, (unsigned long long)LAST_ID);
}
