/*
 * staging.c - what the builder prepares once: directories, and a /dev.
 *
 * The template of /dev is a read-only tmpfs with the host's devices bound in.
 * A sandbox gets a clone of the tree: one call instead of thirty.  Device nodes
 * cannot be made inside a user namespace, and need not be made here either.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "sandbox/builder/fs/fs.h"
#include "sandbox/builder/fs/rootfs.h"

static const char *const devices[] = { "null", "zero", "full", "random",
	"urandom", "tty" };
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
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int
make_directory(int parent, const char *name, int *fd, struct err *e)
{
	struct stat st;

	if (mkdirat(parent, name, 0755) == -1 && errno != EEXIST)
		return err_set(e, errno, "mkdir %s", name);
	*fd = openat(parent, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*fd == -1 || fstat(*fd, &st) == -1)
		return err_set(e, errno, "%s", name);
	/* Who could write here could choose what the builder mounts. */
	if (st.st_uid != 0 || (st.st_mode & 022) != 0)
		return err_set(e, 0, "%s is not root's alone", name);
	return 0;
}

/* An empty file with the host's device bound over it. */
static int
bind_device(int dev, int host, const char *name, struct err *e)
{
	CLOSES int file = openat(dev, name, O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	CLOSES int device = fs_clone(host, name, 0, e);
	struct stat st;

	if (device == -1)
		return err_wrap(e, "/dev/%s", name);
	if (fstat(device, &st) == -1 || !S_ISCHR(st.st_mode))
		return err_set(e, ENODEV, "/dev/%s", name);
	if (file == -1)
		return err_set(e, errno, "create /dev/%s", name);
	return fs_attach(device, file, e);
}

static int
fill_dev(int dev, struct err *e)
{
	CLOSES int host = open("/dev", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (host == -1)
		return err_set(e, errno, "/dev");
	for (size_t i = 0; i < COUNT(directories); i++) {
		if (mkdirat(dev, directories[i], 0755) == -1)
			return err_set(e, errno, "/dev/%s", directories[i]);
	}
	for (size_t i = 0; i < COUNT(links); i++) {
		if (symlinkat(links[i].target, dev, links[i].name) == -1)
			return err_set(e, errno, "/dev/%s", links[i].name);
	}
	for (size_t i = 0; i < COUNT(devices); i++) {
		if (bind_device(dev, host, devices[i], e) == -1)
			return -1;
	}
	return 0;
}

static int
make_dev(int place, int *dev, struct err *e)
{
	static const struct fs_option option[] = { { "size", "64k" },
		{ "nr_inodes", "32" }, { "mode", "0755" } };
	CLOSES int fd = fs_mount("tmpfs", option, COUNT(option),
	    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, e);

	/* Attached first: only then can others be attached to it. */
	if (fd == -1 || fs_attach(fd, place, e) == -1 ||
	    fill_dev(fd, e) == -1 || fs_set(fd, MOUNT_ATTR_RDONLY, -1, e) == -1)
		return -1;
	*dev = take_fd(&fd);
	return 0;
}

int
workshop_open(struct workshop *w, const char *run_dir, struct err *e)
{
	CLOSES int run = open(run_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CLOSES int empty = -1;
	CLOSES int own = -1;
	CLOSES int scratch = -1;
	CLOSES int dev = -1;

	if (run == -1)
		return err_set(e, errno, "%s", run_dir);
	if (make_directory(run, "empty", &empty, e) == -1 ||
	    make_directory(run, "builder", &own, e) == -1 ||
	    make_directory(own, "scratch", &scratch, e) == -1 ||
	    make_directory(own, "dev", &dev, e) == -1)
		return err_wrap(e, "%s", run_dir);
	if (fchdir(own) == -1)
		return err_set(e, errno, "%s/builder", run_dir);
	if (make_dev(dev, &w->dev, e) == -1)
		return err_wrap(e, "template of /dev");
	return 0;
}

void
workshop_close(struct workshop *w)
{
	if (w->dev == -1)
		return;
	scope_close(&w->dev);
	umount2("dev", MNT_DETACH);
	store_close(&w->store);
	rmdir("dev");
	rmdir("scratch");
	if (chdir("..") == -1)
		return;
	rmdir("builder");
	rmdir("empty"); /* a zygote that still ends does not need its name */
	unlink("admin.sock"); /* the monitor could not: it is not root */
}
