/*
 * devices.c - the template of every sandbox's /dev.
 *
 * Device nodes are made here and not bound from the host: a node's inode holds
 * locks, times and watches, which students would share with each other and with
 * the host.  Sandboxes do not share these either, see own_make() in rootfs.c.
 */
#include "sandbox/builder/fs/devices.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/scope.h"
#include "sandbox/builder/fs/fs.h"

/* By the numbers of Linux's devices.txt. */
static const struct {
	const char *name;
	unsigned major, minor;
} devices[] = {
	{ "null", 1, 3 },
	{ "zero", 1, 5 },
	{ "full", 1, 7 },
	{ "random", 1, 8 },
	{ "urandom", 1, 9 },
	{ "tty", 5, 0 },
};
static const char *const directories[] = { "pts", "shm", "mqueue", "blank" };
static const struct {
	const char *name, *target;
} links[] = {
	{ "fd", "/proc/self/fd" },
	{ "stdin", "/proc/self/fd/0" },
	{ "stdout", "/proc/self/fd/1" },
	{ "stderr", "/proc/self/fd/2" },
	{ "ptmx", "pts/ptmx" },
};

static int
make_node(int dev, size_t i, struct err *e)
{
	const char *name = devices[i].name;

	if (mknodat(dev, name, S_IFCHR,
		makedev(devices[i].major, devices[i].minor)) == -1)
		return err_set(e, errno,
		    "mknod %s (it needs CAP_MKNOD, and a device policy that"
		    " lets null, zero, full, random, urandom and tty be made)",
		    name);
	if (fchmodat(dev, name, 0666, 0) == -1) /* whatever the umask is */
		return err_set(e, errno, "chmod %s", name);
	return 0;
}

static int
fill(int dev, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(directories); i++) {
		if (mkdirat(dev, directories[i], 0755) == -1)
			return err_set(e, errno, "mkdir %s", directories[i]);
	}
	for (size_t i = 0; i < COUNT_OF(links); i++) {
		if (symlinkat(links[i].target, dev, links[i].name) == -1)
			return err_set(e, errno, "link %s", links[i].name);
	}
	for (size_t i = 0; i < COUNT_OF(devices); i++) {
		if (make_node(dev, i, e) == -1)
			return -1;
	}
	return 0;
}

int
devices_make(struct err *e)
{
	static const struct fs_option option[] = { { "size", "64k" },
		{ "nr_inodes", "32" }, { "mode", "0755" } };
	CLOSES int fd = fs_mount("tmpfs", option, COUNT_OF(option),
	    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, e);
	CLOSES int dev = -1;

	if (fd == -1)
		return err_wrap(e, "template of /dev");
	if (mkdirat(fd, "dev", 0755) == -1 ||
	    (dev = openat(fd, "dev", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return err_set(e, errno, "template of /dev");
	if (fill(dev, e) == -1 || fs_set(fd, MOUNT_ATTR_RDONLY, -1, e) == -1)
		return err_wrap(e, "template of /dev");
	return take_fd(&fd);
}
