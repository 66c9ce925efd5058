/*
 * rootfs.c - the file systems of a sandbox, as real root makes them.
 *
 * The overlay is made by real root: in a user namespace over tmpfs, kernel 6.1
 * cannot remove a directory of the image (EIO).  It takes its layers by path,
 * and only from mounts that are attached in our mount namespace.  So the layers
 * are attached at "scratch" until rootfs_clear(), one sandbox at a time:
 *
 *	scratch/	a file system of the lab's size (layer.h), with
 *	  upper/ work/	  the writable layer
 *	  lower/	  the image, read-only, with the sandbox's ids
 *
 * What is ours inside, /dev and the programs of libexec_dir, is an overlay, too:
 * "devices" over "libexec" (staging.c), without a writable layer.  So each
 * sandbox has inodes of its own, with their locks, times and watches, and reads
 * no path of the host in its mountinfo.
 */
#include "sandbox/builder/fs/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/scope.h"
#include "sandbox/builder/fs/fs.h"
#include "sandbox/builder/fs/version.h"
#include "sandbox/builder/loopback.h"
#include "sandbox/builder/plan_late.h"

#define SCRATCH "scratch"

void
rootfs_parts_init(struct rootfs_parts *parts)
{
	parts->overlay = parts->dev = parts->lxcfs = -1;
	parts->has_cgroup2 = false;
	parts->mount_count = 0;
	for (size_t i = 0; i < COUNT_OF(parts->mount); i++)
		parts->mount[i] = -1;
}

void
rootfs_parts_close(struct rootfs_parts *parts)
{
	scope_close(&parts->overlay);
	scope_close(&parts->dev);
	scope_close(&parts->lxcfs);
	for (size_t i = 0; i < COUNT_OF(parts->mount); i++)
		scope_close(&parts->mount[i]);
}

/* --- at load ------------------------------------------------------------ */

int
rootfs_open(struct plan *p, struct err *e)
{
	CLOSES int etc = -1;
	struct stat st;

	if (fstat(p->rootfs, &st) == -1 || !S_ISDIR(st.st_mode))
		return err_set(e, ENOTDIR, "rootfs %s", p->spec.rootfs);
	/* Generated files go there: it must be a directory, not a link. */
	etc = fs_find(p->rootfs, "etc", O_DIRECTORY);
	if (etc == -1 || fstat(etc, &p->etc) == -1)
		return err_set(e, errno, "%s/etc", p->spec.rootfs);
	for (size_t i = 0; i < p->mount_count; i++) {
		struct plan_mount *m = &p->mounts[i];

		if (fstat(m->fd, &st) == -1)
			return err_set(e, errno, "mount source %s", m->source);
		m->is_directory = S_ISDIR(st.st_mode);
	}
	return 0;
}

/* --- the writable layer ------------------------------------------------- */

static int
make_etc_file(int etc, const struct plan *p, enum etc_file f, uint32_t base,
    struct err *e)
{
	const char *name = network_file_name(f);
	CLOSES int fd = openat(etc, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	char text[LINE_SIZE + 256];
	size_t n = network_file_text(f, &p->spec, text, sizeof(text));

	if (fd == -1 || write(fd, text, n) != (ssize_t)n ||
	    fchown(fd, base, base) == -1)
		return err_set(e, errno, "/etc/%s", name);
	return 0;
}

/*
 * The generated files are in the upper layer before there is an overlay: no
 * copy-up, and no path of the image is resolved.  The directory repeats the
 * image's /etc, whose entries show through.
 */
static int
make_etc(int upper, const struct plan *p, uint32_t base, struct err *e)
{
	CLOSES int etc = -1;

	if (mkdirat(upper, "etc", 0700) == -1)
		return err_set(e, errno, "mkdir /etc");
	etc = openat(upper, "etc",
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (etc == -1 ||
	    fchown(etc, base + p->etc.st_uid, base + p->etc.st_gid) == -1 ||
	    fchmod(etc, p->etc.st_mode & 07777) == -1)
		return err_set(e, errno, "/etc");
	for (int f = 0; f < ETC_COUNT; f++) {
		if (make_etc_file(etc, p, (enum etc_file)f, base, e) == -1)
			return -1;
	}
	return 0;
}

static int
make_layers(int layer, const struct plan *p, uint32_t base, struct err *e)
{
	CLOSES int upper = -1;

	if (mkdirat(layer, "upper", 0755) == -1 ||
	    mkdirat(layer, "work", 0755) == -1 ||
	    mkdirat(layer, "lower", 0755) == -1)
		return err_set(e, errno, "mkdir of layers");
	upper = openat(layer, "upper", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (upper == -1 || fchown(upper, base, base) == -1)
		return err_set(e, errno, "upper layer");
	return make_etc(upper, p, base, e);
}

/* --- the overlay -------------------------------------------------------- */

/* A clone of a directory of the host, with the sandbox's ids unless userns is
 * -1. */
static int
clone_mapped(int source, unsigned attr, int userns, int *clone, struct err *e)
{
	CLOSES int fd = fs_clone(source, "", 0, e);

	if (fd == -1 || fs_set(fd, attr, userns, e) == -1)
		return -1;
	*clone = take_fd(&fd);
	return 0;
}

static int
attach_at(int mount, const char *path, struct err *e)
{
	if (move_mount(mount, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) ==
	    -1)
		return err_set(e, errno, "attach %s", path);
	return 0;
}

static int
make_overlay(const struct plan *p, int layer, int userns, struct err *e)
{
	static const struct fs_option option[] = {
		{ "lowerdir", SCRATCH "/lower" },
		{ "upperdir", SCRATCH "/upper" },
		{ "workdir", SCRATCH "/work" },
		/* Else a directory of the image could not be renamed. */
		{ "redirect_dir", "on" },
		{ "index", "off" },
		{ "metacopy", "off" },
		/* The last, and for a disk only: an fsync(2) of a student's
		 * does not make the host's disk wait. */
		{ "volatile", NULL },
	};
	size_t count =
	    COUNT_OF(option) - (p->spec.storage == STORAGE_DISK ? 0 : 1);
	CLOSES int lower = -1;

	if (clone_mapped(p->rootfs, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV,
		userns, &lower, e) == -1)
		return err_wrap(e, "rootfs %s", p->spec.rootfs);
	if (attach_at(layer, SCRATCH, e) == -1 ||
	    attach_at(lower, SCRATCH "/lower", e) == -1)
		return -1;
	return fs_mount("overlay", option, count, MOUNT_ATTR_NODEV, e);
}

/* Part of an attached mount, as one by itself. */
static int
take_part(int own, const char *name, unsigned attr, int *part, struct err *e)
{
	CLOSES int fd = fs_clone(own, name, 0, e);

	if (fd == -1 || fs_set(fd, attr, -1, e) == -1)
		return -1;
	*part = take_fd(&fd);
	return 0;
}

static int
own_make(const struct plan *p, struct rootfs_parts *parts, struct err *e)
{
	static const struct fs_option option[] = { { "lowerdir",
	    "devices:libexec" } };
	CLOSES int own = fs_mount("overlay", option, COUNT_OF(option),
	    MOUNT_ATTR_NOSUID | MOUNT_ATTR_RDONLY, e);

	/* Over the image's, which is a layer by now: only of what is attached
	 * can a part be cloned. */
	if (own == -1 || attach_at(own, SCRATCH "/lower", e) == -1 ||
	    take_part(own, "dev", MOUNT_ATTR_NOEXEC, &parts->dev, e) == -1)
		return -1;
	for (size_t i = 0; i < p->mount_count; i++) {
		const char *name = p->mounts[i].own;

		if (name[0] != '\0' && take_part(own, name, MOUNT_ATTR_NODEV,
					   &parts->mount[i], e) == -1)
			return -1;
	}
	return 0;
}

static int
make_mount(const struct plan_mount *m, int userns, int *mount, struct err *e)
{
	unsigned attr = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;

	if (!m->is_writable)
		attr |= MOUNT_ATTR_RDONLY;
	if (clone_mapped(m->fd, attr, m->is_mapped ? userns : -1, mount, e) ==
	    -1)
		return err_wrap(e, "mount source %s", m->source);
	return 0;
}

static int
make_mounts(const struct plan *p, int userns, struct rootfs_parts *parts,
    struct err *e)
{
	parts->mount_count = p->mount_count;
	for (size_t i = 0; i < p->mount_count; i++) {
		if (p->mounts[i].own[0] == '\0' &&
		    make_mount(&p->mounts[i], userns, &parts->mount[i], e) ==
			-1)
			return -1;
	}
	return 0;
}

int
rootfs_make(struct staging *w, const struct plan *p, int userns, uint32_t base,
    struct rootfs_parts *parts, struct layer *l, struct err *e)
{
	if (layer_make(&w->store, p, base, l, e) == -1 ||
	    make_layers(l->root, p, base, e) == -1)
		return err_wrap(e, "writable layer");
	parts->overlay = make_overlay(p, l->root, userns, e);
	if (parts->overlay == -1 || own_make(p, parts, e) == -1)
		return -1;
	return make_mounts(p, userns, parts, e);
}

void
rootfs_clear(void)
{
	umount2(SCRATCH, MNT_DETACH);
}

int
rootfs_add_home(struct rootfs_parts *parts, int home, int userns, struct err *e)
{
	if (clone_mapped(home, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, userns,
		&parts->mount[parts->mount_count], e) == -1)
		return err_wrap(e, "home");
	parts->mount_count++;
	return 0;
}

int
rootfs_make_late(const struct plan *p, int home, int userns,
    struct rootfs_parts *parts, struct err *e)
{
	if (rootfs_add_home(parts, home, userns, e) == -1)
		return -1;
	for (size_t i = 0; i < p->mount_count; i++) {
		if (!plan_mount_is_late(p, &p->mounts[i]))
			continue;
		if (make_mount(&p->mounts[i], userns,
			&parts->mount[parts->mount_count], e) == -1)
			return -1;
		parts->mount_count++;
	}
	return 0;
}
