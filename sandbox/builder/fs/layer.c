/* layer.c - the writable layer of a sandbox. */
#include "sandbox/builder/fs/layer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>

#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "sandbox/builder/fs/blank.h"
#include "sandbox/builder/fs/fs.h"
#include "sandbox/builder/fs/idmap.h"
#include "sandbox/builder/fs/loopdev.h"
#include "sandbox/builder/fs/room.h"

/* No sandbox has these ids. */
#define TRIAL_BASE (IDMAP_FIRST - IDMAP_COUNT)

/* To remove an empty tree takes a millisecond. */
#define TRIAL_REMOVE_MS 3000
#define KILLED_MS	100 /* then it hangs in the kernel */

/* From the kernel's ext4.h, which is not among the installed headers. */
#define EXT4_IOC_SHUTDOWN      _IOR('X', 125, uint32_t)
#define EXT4_SHUTDOWN_NO_FLUSH 2U
#define EXT4_ROOT_INODE	       2
#define LOOP_MAJOR	       7

void
layer_init(struct layer *l)
{
	*l = (struct layer){ .kind = LAYER_NONE, .root = -1 };
}

/* --- three kinds -------------------------------------------------------- */

/* tmpfs is memory and counts as the sandbox's. */
static int
make_in_memory(const struct plan *p, struct err *e)
{
	char size[24], inodes[24];
	const struct fs_option option[] = { { "size", size },
		{ "nr_inodes", inodes }, { "mode", "0755" } };

	snprintf(size, sizeof(size), "%" PRIu64, p->spec.disk);
	snprintf(inodes, sizeof(inodes), "%" PRIu64, p->spec.inodes);
	return fs_mount("tmpfs", option, 3, MOUNT_ATTR_NODEV, e);
}

/* A trial writes nothing, and must not fail for want of room. */
static int
make_in_file(const struct store *s, const struct plan *p, uint32_t id,
    struct err *e)
{
	CLOSES int file = store_file(s, id, p->blank, e);
	char name[LOOP_NAME_SIZE];
	const struct fs_option option[] = { { "source", name },
		/* All of it is holes: there is nothing to make zero. */
		{ "noinit_itable", NULL },
		/* Nothing needs to survive a power cut. */
		{ "nobarrier", NULL } };
	CLOSES int device = -1;

	if (file == -1 ||
	    (id != TRIAL_BASE && room_keep(file, 0, "the lab's disk", e) == -1))
		return -1;
	device = loop_attach(file, name, e);
	if (device == -1)
		return -1;
	return fs_mount("ext4", option, 3, MOUNT_ATTR_NODEV, e);
}

static int
make_in_directory(const struct store *s, const struct plan *p, uint32_t id,
    struct err *e)
{
	CLOSES int mount = -1;
	CLOSES int dir = -1;

	if (id != TRIAL_BASE && room_check(s->dir, p->spec.disk, store_owes(s),
				    "the lab's disk", e) == -1)
		return -1;
	dir = store_directory(s, id, p->spec.disk, p->spec.inodes, e);
	if (dir == -1)
		return -1;
	mount = fs_clone(dir, "", 0, e);
	if (mount == -1 || fs_set(mount, MOUNT_ATTR_NODEV, -1, e) == -1)
		return -1;
	return take_fd(&mount);
}

int
layer_make(const struct store *s, const struct plan *p, uint32_t base,
    struct layer *l, struct err *e)
{
	l->id = base;
	if (p->spec.storage != STORAGE_DISK) {
		l->kind = LAYER_MEMORY;
		l->root = make_in_memory(p, e);
	} else if (s->has_quota) {
		l->kind = LAYER_QUOTA;
		l->root = make_in_directory(s, p, base, e);
	} else {
		l->kind = LAYER_LOOP;
		l->root = make_in_file(s, p, base, e);
	}
	return l->root == -1 ? -1 : 0;
}

/* --- at load ------------------------------------------------------------ */

static int
try_one(const struct store *s, const struct plan *p, struct err *e)
{
	struct layer l;
	struct err left;
	int rc;

	layer_init(&l);
	rc = layer_make(s, p, TRIAL_BASE, &l, e);
	layer_release(&l);
	if (layer_remove_within(s, &l, TRIAL_REMOVE_MS, &left) == -1)
		log_warn(NULL,
		    "lab %s: trial of its disk: %s: left to the next"
		    " start",
		    p->spec.lab, left.text);
	return rc;
}

int
layer_prepare(struct store *s, struct plan *p, struct err *e)
{
	bool is_new;

	if (p->spec.storage != STORAGE_DISK)
		return 0;
	is_new = !s->is_usable;
	if (store_probe(s, e) == -1)
		return -1;
	if (is_new)
		log_info(NULL, "writable layers on disk by=%s", store_way(s));
	if (!s->has_quota && p->blank == -1 &&
	    blank_make(BLANK_LAYER, p->spec.disk, p->spec.inodes, &p->blank,
		e) == -1)
		return -1;
	if (try_one(s, p, e) == 0)
		return 0;
	err_wrap(e, "storage = \"disk\"");
	if (e->code != ENOSPC)
		return -1;
	/* The other labs are loaded all the same; a sandbox of this one is
	 * refused. */
	log_warn(NULL,
	    "lab %s: %s: its sandboxes are refused until there is room",
	    p->spec.lab, e->text);
	return 0;
}

/* --- the end ------------------------------------------------------------ */

/*
 * Stop an ext4 where it stands.  To unmount it would otherwise write out
 * everything, for seconds.  This must never meet the host's own file system:
 * what is stopped is the root of a file system on a loop device, and only where
 * we have mounted it ourselves.
 */
static void
shut_down(const struct layer *l)
{
	CLOSES int fd =
	    openat(l->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint32_t how = EXT4_SHUTDOWN_NO_FLUSH;
	struct stat st;

	if (fd == -1 || fstat(fd, &st) == -1 ||
	    major(st.st_dev) != LOOP_MAJOR || st.st_ino != EXT4_ROOT_INODE)
		return;
	if (ioctl(fd, EXT4_IOC_SHUTDOWN, &how) == -1)
		log_warn(NULL, "cannot stop an ext4 before its end: %s",
		    strerror(errno));
}

void
layer_release(struct layer *l)
{
	if (l->root == -1)
		return;
	if (l->kind == LAYER_LOOP)
		shut_down(l);
	scope_close(&l->root);
}

bool
layer_remove(const struct store *s, struct layer *l)
{
	int status;

	if (l->kind != LAYER_QUOTA)
		return true;
	if (l->remover == 0)
		l->remover = store_remove(s, l->id);
	if (l->remover == -1)
		l->remover = 0; /* no process to be had: try again */
	if (l->remover == 0 || waitpid(l->remover, &status, WNOHANG) == 0)
		return false;
	/* What it could not remove it has logged; the next start sweeps. */
	l->kind = LAYER_NONE;
	return true;
}

int
layer_remove_within(const struct store *s, struct layer *l, unsigned ms,
    struct err *e)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	for (unsigned waited = 0; !layer_remove(s, l); waited++) {
		if (waited == ms + KILLED_MS)
			return err_set(e, ETIMEDOUT, "removal after %u ms", ms);
		if (waited >= ms && l->remover > 0)
			kill(l->remover, SIGKILL);
		nanosleep(&pause, NULL);
	}
	return 0;
}
