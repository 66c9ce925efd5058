/*
 * version.c - one version of an image, for as long as a plan needs it.
 *
 * The files below a running overlay must stay, so nobody removes a version that
 * a process has a lock on.  Plans hold one each, and live as long as their last
 * sandbox.
 */
#include "sandbox/builder/fs/version.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/child.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "gateway/wire/msg.h"
#include "sandbox/builder/fs/tree.h"

#define KEPT_FD	 CHILD_FD /* of the process that removes */
#define LOCK_FD	 (CHILD_FD + 1)
#define PAUSE_MS 50
#define PAUSES	 40
#define OLD	 ".old."
#define ROOTFS	 "/rootfs"

static void
pause_ms(long ms)
{
	const struct timespec t = { .tv_nsec = ms * 1000000 };

	nanosleep(&t, NULL);
}

/* --- release ------------------------------------------------------------ */

/* Take "/rootfs" off the end, and return what comes after the last slash. */
static char *
folder_of(char *path)
{
	size_t n = strlen(path), tail = strlen(ROOTFS);
	char *slash;

	if (n <= tail || strcmp(path + n - tail, ROOTFS) != 0)
		return NULL;
	path[n - tail] = '\0';
	slash = strrchr(path, '/');
	return slash == NULL ? NULL : slash + 1;
}

bool
version_is_old(const char *path, const char *rootfs, char *name, size_t size)
{
	char at[PATH_SIZE], opened[PATH_SIZE];
	const char *folder, *image;
	size_t n;

	if (strlen(path) >= sizeof(at) || strlen(rootfs) >= sizeof(opened))
		return false;
	text_copy(at, sizeof(at), path);
	text_copy(opened, sizeof(opened), rootfs);
	folder = folder_of(at);
	image = folder_of(opened);
	if (folder == NULL || image == NULL || image[0] == '\0')
		return false;
	n = strlen(image);
	if (folder[0] != '.' || strncmp(folder + 1, image, n) != 0 ||
	    strncmp(folder + 1 + n, OLD, strlen(OLD)) != 0)
		return false;
	return snprintf(name, size, "%s", folder) < (int)size;
}

/* Is fd what that old version has as its rootfs?  Whoever had it alone before us
 * may have removed it. */
static bool
is_there(int images, int fd, const char *name)
{
	char inside[NAME_MAX + sizeof(ROOTFS)];
	struct stat ours, there;

	snprintf(inside, sizeof(inside), "%s" ROOTFS, name);
	return fstat(fd, &ours) == 0 &&
	       fstatat(images, inside, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	       ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

/* The directory of all images, and where in it this version is, if it is old.
 * Its path may be another than we opened, by links: so the directory is found
 * from ours, and must have it. */
static int
find_old(int fd, const char *rootfs, char *name, size_t size)
{
	char link[32], path[PATH_SIZE];
	CLOSES int images = -1;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n <= 0)
		return -1;
	path[n] = '\0';
	if (!version_is_old(path, rootfs, name, size))
		return -1;
	text_copy(path, sizeof(path), rootfs);
	*folder_of(path) = '\0';
	images = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (images == -1 || !is_there(images, fd, name))
		return -1;
	return take_fd(&images);
}

/* A try that fails gives up the shared lock, so two that try at once do not
 * wait for each other; and copies in children that are being started last for
 * a moment only. */
static bool
has_it_alone(int fd)
{
	for (int i = 0; i < PAUSES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return true;
		pause_ms(PAUSE_MS);
	}
	return false;
}

/* A process of its own, since a big tree takes seconds, and by a second fork not
 * our child: we would have to wait for it. */
static int
remove_apart(const void *arg)
{
	const char *name = arg;
	struct err e;

	if (fork() != 0 || !has_it_alone(LOCK_FD) ||
	    !is_there(KEPT_FD, LOCK_FD, name))
		return 0; /* whoever comes last removes it */
	if (tree_remove(KEPT_FD, name, &e) == -1)
		log_warn(NULL,
		    "cannot remove an old image: %s; atoll-image prune does",
		    e.text);
	else
		log_info(NULL, "old image removed name=%s", name);
	return 0;
}

static void
start_removal(int images, int fd, const char *name)
{
	pid_t pid =
	    child_start(remove_apart, name, (const int[]){ images, fd }, 2);

	if (pid == -1)
		log_warn(NULL, "cannot remove an old image: fork: %s",
		    strerror(errno));
	else
		waitpid(pid, NULL, 0);
}

void
version_release(int *fd, const char *rootfs)
{
	char name[NAME_MAX + 1];
	CLOSES int images = -1;

	if (*fd == -1)
		return;
	images = find_old(*fd, rootfs, name, sizeof(name));
	if (images != -1)
		start_removal(images, *fd, name);
	scope_close(fd);
}

/* --- sweep -------------------------------------------------------------- */

static void
sweep_one(int images, const char *name, const char *rootfs)
{
	char path[NAME_MAX + 16], same[NAME_MAX + 1];
	CLOSES int fd = -1;

	snprintf(path, sizeof(path), "%s" ROOTFS, name);
	fd = openat(images, path,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	snprintf(path, sizeof(path), "/%s" ROOTFS, name);
	if (fd != -1 && version_is_old(path, rootfs, same, sizeof(same)))
		start_removal(images, fd, name);
}

void
version_sweep(const char *rootfs)
{
	char path[PATH_SIZE];
	const struct dirent *entry;
	char *image;
	DIR *d;

	text_copy(path, sizeof(path), rootfs);
	image = folder_of(path);
	if (image == NULL)
		return;
	*image = '\0';
	d = opendir(path);
	if (d == NULL)
		return;
	while ((entry = readdir(d)) != NULL) {
		if (strstr(entry->d_name, OLD) != NULL)
			sweep_one(dirfd(d), entry->d_name, rootfs);
	}
	closedir(d);
}
