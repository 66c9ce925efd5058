/*
 * mounts.c - the child's side of the file systems: put in place, and enter.
 *
 * The image belongs to an instructor and may hold anything, so no path in it
 * goes through a symbolic link or is resolved twice: fs_find() gives a
 * descriptor, and a detached mount is moved onto that.  Nobody else is in this
 * mount namespace yet.
 */
#include "sandbox/builder/fs/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/scope.h"
#include "gateway/base/tools.h"
#include "sandbox/builder/fs/cgroupfs.h"
#include "sandbox/builder/fs/fs.h"
#include "sandbox/builder/fs/labmounts.h"
#include "sandbox/builder/fs/procfs.h"
#include "sandbox/builder/programs.h"

#define SAFE (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

/* What tells too much about the host.  Those that do not exist are skipped.
 * A loop device says which file is behind it, and a home's file is called as its
 * account and its lab: so nothing of block devices is seen, nor of what the file
 * systems on them tell.  Who reads "locks" sees open file descriptions' locks of
 * everybody, and holds up every lock of the host while there are many. */
static const char *const masked_proc[] = { "acpi", "asound", "diskstats",
	"fs/ext4", "fs/jbd2", "fs/xfs", "interrupts", "kcore", "keys",
	"latency_stats", "locks", "mdstat", "partitions", "sched_debug", "scsi",
	"swaps", "timer_list", "timer_stats" };
static const char *const masked_sys[] = { "block", "bus/scsi", "class/bdi",
	"class/block", "dev/block", "devices/virtual/bdi",
	"devices/virtual/block", "devices/virtual/powercap", "firmware",
	"fs/btrfs", "fs/ext4", "fs/f2fs", "fs/xfs" };
/* What only an administrator of the host may change. */
static const char *const read_only_proc[] = { "bus", "fs", "irq", "sys",
	"sysrq-trigger" };

/* Mount over a directory, which is made where an image lacks it. */
static int
attach(int mount, int root, const char *path, struct err *e)
{
	CLOSES int target = fs_find(root, path, O_DIRECTORY);

	if (target == -1 && errno == ENOENT && mkdirat(root, path, 0755) == 0)
		target = fs_find(root, path, O_DIRECTORY);
	if (target == -1)
		return err_set(e, errno, "/%s", path);
	if (fs_attach(mount, target, e) == -1)
		return err_wrap(e, "/%s", path);
	return 0;
}

/* A new file system over a path. */
static int
mount_new(const char *type, const struct fs_option *option, size_t count,
    unsigned attr, int root, const char *path, int *fd, struct err *e)
{
	*fd = fs_mount(type, option, count, attr, e);
	if (*fd == -1)
		return err_wrap(e, "/%s", path);
	return attach(*fd, root, path, e);
}

/* --- /proc and /sys ----------------------------------------------------- */

/* Hide a directory behind an empty one and a file behind /dev/null, both
 * cloned from the new /dev. */
static int
mask(int fs, int dev, const char *path, struct err *e)
{
	CLOSES int target = fs_find(fs, path, 0);
	CLOSES int cover = -1;
	struct stat st;

	if (target == -1 && errno == ENOENT)
		return 0;
	if (target == -1 || fstat(target, &st) == -1)
		return err_set(e, errno, "mask %s", path);
	cover = fs_clone(dev, S_ISDIR(st.st_mode) ? "blank" : "null", 0, e);
	if (cover == -1 || fs_attach(cover, target, e) == -1)
		return err_wrap(e, "mask %s", path);
	return 0;
}

static int
mask_all(int fs, int dev, const char *const *path, size_t count, struct err *e)
{
	for (size_t i = 0; i < count; i++) {
		if (mask(fs, dev, path[i], e) == -1)
			return -1;
	}
	return 0;
}

static int
make_read_only(int fs, const char *path, struct err *e)
{
	CLOSES int target = fs_find(fs, path, 0);
	CLOSES int copy = -1;

	if (target == -1 && errno == ENOENT)
		return 0;
	if (target == -1)
		return err_set(e, errno, "read-only %s", path);
	copy = fs_clone(target, "", 0, e);
	if (copy == -1 || fs_set(copy, MOUNT_ATTR_RDONLY, -1, e) == -1 ||
	    fs_attach(copy, target, e) == -1)
		return err_wrap(e, "read-only %s", path);
	return 0;
}

/* What belongs to the user and network namespaces, and only from here on to
 * whoever is in them.  Of a kernel without inotify there is nothing to limit. */
static const struct {
	const char *file, *value;
	bool is_optional;
} limits[] = {
	/* Most ways from root of a container to root of a host went through a
	 * second user namespace, where one has every capability. */
	{ "sys/user/max_user_namespaces", "0", false },
	/* These count for root of the host too, who would have none left. */
	{ "sys/user/max_inotify_instances", INOTIFY_INSTANCES, true },
	{ "sys/user/max_inotify_watches", INOTIFY_WATCHES, true },
	/* ping(8) has no other way without net_raw; the network is its own. */
	{ "sys/net/ipv4/ping_group_range", "0 65535", true },
};

static int
write_setting(int proc, const char *file, const char *value, struct err *e)
{
	CLOSES int fd = openat(proc, file, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd == -1 ||
	    write(fd, value, strlen(value)) != (ssize_t)strlen(value))
		return err_set(e, errno, "%s", file);
	return 0;
}

static int
limit_namespace(int proc, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(limits); i++) {
		if (write_setting(proc, limits[i].file, limits[i].value, e) ==
			-1 &&
		    (!limits[i].is_optional || e->code != ENOENT))
			return -1;
	}
	return 0;
}

/* A new network has these of the host's. */
static int
set_forwarding(const struct plan *p, int proc, struct err *e)
{
	if (p->spec.network != NETWORK_LAB)
		return 0;
	if (write_setting(proc, "sys/net/ipv4/ip_forward",
		p->spec.router != 0 ? "1" : "0", e) == -1)
		return -1;
	/* An answer may take another way than what it answers. */
	if (write_setting(proc, "sys/net/ipv4/conf/all/rp_filter", "0", e) ==
	    -1)
		return -1;
	return write_setting(proc, "sys/net/ipv4/conf/default/rp_filter", "0",
	    e);
}

static int
mount_proc(const struct plan *p, int root, int dev, struct err *e)
{
	CLOSES int proc = -1;

	if (mount_new("proc", NULL, 0, SAFE, root, "proc", &proc, e) == -1 ||
	    limit_namespace(proc, e) == -1 || set_forwarding(p, proc, e) == -1)
		return -1;
	for (size_t i = 0; i < COUNT_OF(read_only_proc); i++) {
		if (make_read_only(proc, read_only_proc[i], e) == -1)
			return -1;
	}
	/* After those, which would lie over what is masked in them. */
	return mask_all(proc, dev, masked_proc, COUNT_OF(masked_proc), e);
}

static int
mount_sys(int root, int dev, struct err *e)
{
	CLOSES int sys = -1;

	if (mount_new("sysfs", NULL, 0, SAFE | MOUNT_ATTR_RDONLY, root, "sys",
		&sys, e) == -1)
		return -1;
	return mask_all(sys, dev, masked_sys, COUNT_OF(masked_sys), e);
}

/* --- /dev --------------------------------------------------------------- */

/* Ptys are few on a host: no sandbox may take them all.  gid=5 would need that
 * id to be mapped before; init sets the group of each terminal. */
static int
mount_pts(const struct plan *p, int dev, struct err *e)
{
	char max[12];
	const struct fs_option pts[] = { { "newinstance", NULL },
		{ "ptmxmode", "0666" }, { "mode", "0620" }, { "max", max } };
	CLOSES int fd = -1;

	snprintf(max, sizeof(max), "%" PRIu32,
	    p->spec.pids < PTYS_MAX ? p->spec.pids : PTYS_MAX);
	return mount_new("devpts", pts, COUNT_OF(pts),
	    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, dev, "pts", &fd, e);
}

/* It is the sandbox's memory in any case; half of it is the custom. */
static int
mount_shm(const struct plan *p, int dev, struct err *e)
{
	char size[24], inodes[24];
	const struct fs_option shm[] = { { "mode", "1777" }, { "size", size },
		{ "nr_inodes", inodes } };
	CLOSES int fd = -1;

	snprintf(size, sizeof(size), "%" PRIu64, p->spec.memory / 2);
	snprintf(inodes, sizeof(inodes), "%" PRIu64, p->spec.inodes);
	return mount_new("tmpfs", shm, COUNT_OF(shm),
	    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, dev, "shm", &fd, e);
}

static int
mount_dev(const struct plan *p, int dev, struct err *e)
{
	CLOSES int mqueue = -1;

	if (mount_pts(p, dev, e) == -1 || mount_shm(p, dev, e) == -1)
		return -1;
	return mount_new("mqueue", NULL, 0, SAFE, dev, "mqueue", &mqueue, e);
}

/* --- the lab's programs -------------------------------------------------- */

static int
place_programs(const struct plan *p, int root, struct err *e)
{
	CLOSES int fd = -1;

	if (!programs_are_any(p))
		return 0;
	fd = programs_make(p, e);
	if (fd == -1)
		return -1;
	return attach(fd, root, PROGRAMS_TARGET + 1, e);
}

/* --- in order ----------------------------------------------------------- */

/*
 * The new root is over / of the host's copy; both "." of pivot_root(2) are the
 * new one, which puts the old root on top of it, to be taken off.
 */
static int
enter(int root, struct err *e)
{
	char cwd[2];

	if (fchdir(root) == -1 || syscall(SYS_pivot_root, ".", ".") == -1)
		return err_set(e, errno, "pivot_root");
	if (umount2(".", MNT_DETACH) == -1)
		return err_set(e, errno, "leave the host's tree");
	if (chdir("/") == -1)
		return err_set(e, errno, "chdir /");
	if (getcwd(cwd, sizeof(cwd)) == NULL || cwd[0] != '/')
		return err_set(e, EPERM, "still outside");
	return 0;
}

/* Over what is there. */
static int
put_root(int root, struct err *e)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
		return err_set(e, errno, "private mounts");
	if (move_mount(root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) == -1)
		return err_set(e, errno, "attach root");
	return 0;
}

/* The kernel makes a /proc and a /sys only for who sees one already.  Nothing can be
 * made in a tree yet: our ids may not be mapped. */
int
mounts_leave(struct err *e)
{
	CLOSES int proc = fs_mount("proc", NULL, 0, SAFE, e);
	CLOSES int sys = -1;

	if (proc == -1 || put_root(proc, e) == -1 ||
	    mount_new("sysfs", NULL, 0, SAFE | MOUNT_ATTR_RDONLY, proc, "sys",
		&sys, e) == -1)
		return err_wrap(e, "a tree to wait in");
	return enter(proc, e);
}

int
mounts_enter(const struct plan *p, const struct rootfs_parts *parts,
    struct err *e)
{
	int root = parts->overlay;

	if (put_root(root, e) == -1 ||
	    attach(parts->dev, root, "dev", e) == -1 ||
	    mount_proc(p, root, parts->dev, e) == -1 ||
	    mount_sys(root, parts->dev, e) == -1 ||
	    (parts->has_cgroup2 && cgroupfs_attach(root, e) == -1) ||
	    (parts->lxcfs != -1 &&
		procfs_attach(root, parts->lxcfs, e) == -1) ||
	    mount_dev(p, parts->dev, e) == -1 ||
	    labmounts_attach(p, parts, e) == -1 ||
	    place_programs(p, root, e) == -1)
		return -1;
	return enter(root, e);
}
