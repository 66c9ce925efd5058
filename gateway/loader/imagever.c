/* imagever.c - one version of an image, opened once. */
#include "gateway/loader/imagever.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "gateway/loader/rooted.h"
#include "gateway/wire/msg.h"

#define PAUSE_MS 50
#define PAUSES	 40

enum opened { OPENED, FAILED, AGAIN };

/* A directory right below another one. */
static int
open_below(int dir, const char *name, struct stat *st, struct err *e)
{
	struct open_how how = { .flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
			   RESOLVE_NO_MAGICLINKS };
	CLOSES int fd = (int)syscall(SYS_openat2, dir, name, &how, sizeof(how));

	if (fd == -1 && errno == ELOOP)
		return err_set(e, 0,
		    "%s is a symbolic link, and an image has none on the way"
		    " to its rootfs",
		    name);
	if (fd == -1 || fstat(fd, st) == -1)
		return err_set(e, errno, "%s", name);
	if (rooted_stat(st, name, e) == -1)
		return -1;
	return take_fd(&fd);
}

/* The folder of all images, which may be reached through links of root's. */
static int
open_images(const char *image_dir, struct err *e)
{
	CLOSES int fd = open(image_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	char real[PATH_SIZE];

	if (fd == -1)
		return err_set(e, errno, "%s", image_dir);
	if (rooted_path(fd, real, sizeof(real), e) == -1 ||
	    rooted_check(real, e) == -1)
		return -1;
	return take_fd(&fd);
}

/* Again when it was replaced between opening and locking, or a process looks
 * whether it is used. */
static enum opened
open_once(int images, const char *name, int *folder, int *rootfs, struct err *e)
{
	CLOSES int dir = -1, root = -1;
	struct stat st, now;
	char path[NAME_SIZE + 16];

	dir = open_below(images, name, &st, e);
	root = dir == -1 ? -1 : open_below(dir, "rootfs", &st, e);
	if (root == -1)
		return FAILED;
	if (flock(root, LOCK_SH | LOCK_NB) == -1) {
		if (errno == EWOULDBLOCK)
			return AGAIN;
		err_set(e, errno, "lock rootfs");
		return FAILED;
	}
	snprintf(path, sizeof(path), "%s/rootfs", name);
	if (fstatat(images, path, &now, AT_SYMLINK_NOFOLLOW) == -1 ||
	    now.st_ino != st.st_ino || now.st_dev != st.st_dev)
		return AGAIN;
	*folder = take_fd(&dir);
	*rootfs = take_fd(&root);
	return OPENED;
}

int
imagever_open(const char *image_dir, const char *name, int *folder, int *rootfs,
    struct err *e)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000 };
	CLOSES int images = open_images(image_dir, e);
	enum opened opened = AGAIN;

	if (images == -1)
		return -1;
	for (int i = 0; i < PAUSES && opened == AGAIN; i++) {
		if (i > 0)
			nanosleep(&pause, NULL);
		opened = open_once(images, name, folder, rootfs, e);
	}
	if (opened == AGAIN)
		return err_set(e, 0,
		    "it is being replaced all the time: try again");
	return opened == OPENED ? 0 : -1;
}
