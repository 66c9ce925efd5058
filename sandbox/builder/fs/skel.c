/*
 * skel.c - what a home begins with: a copy of the image's.
 *
 * The image is an instructor's and may hold anything; nobody changes it
 * meanwhile.  A directory is opened by its name in its parent, never through a
 * link.
 */
#include "sandbox/builder/fs/skel.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/dir.h"
#include "gateway/base/scope.h"

#define DEPTH_MAX 64 /* each takes two open directories */

static int copy_directory(int from, int to, unsigned depth, struct err *e);

/* Owner first: changing it takes the set-id bits away. */
static int
dress(int fd, const struct stat *st, struct err *e)
{
	const struct timespec times[] = { st->st_atim, st->st_mtim };

	if (fchown(fd, st->st_uid, st->st_gid) == -1 ||
	    fchmod(fd, st->st_mode & 07777) == -1 || futimens(fd, times) == -1)
		return err_set(e, errno, "owner and mode");
	return 0;
}

static int
copy_bytes(int from, int to, struct err *e)
{
	char buf[65536];
	ssize_t n;

	while ((n = read(from, buf, sizeof(buf))) > 0) {
		ssize_t written = write(to, buf, (size_t)n);

		if (written != n)
			return err_set(e, written == -1 ? errno : ENOSPC,
			    "write");
	}
	return n == 0 ? 0 : err_set(e, errno, "read");
}

static int
copy_file(int from, int to, const char *name, const struct stat *st,
    struct err *e)
{
	CLOSES int in =
	    openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	CLOSES int out = openat(to, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (in == -1 || out == -1)
		return err_set(e, errno, "open");
	if (copy_bytes(in, out, e) == -1)
		return -1;
	return dress(out, st, e);
}

static int
copy_link(int from, int to, const char *name, const struct stat *st,
    struct err *e)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(from, name, target, sizeof(target) - 1);

	if (n == -1)
		return err_set(e, errno, "read link");
	target[n] = '\0';
	if (symlinkat(target, to, name) == -1 ||
	    fchownat(to, name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) ==
		-1)
		return err_set(e, errno, "make link");
	return 0;
}

static int
copy_below(int from, int to, const char *name, const struct stat *st,
    unsigned depth, struct err *e)
{
	const int how = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	CLOSES int in = openat(from, name, how);
	CLOSES int out = -1;

	if (in == -1 || mkdirat(to, name, 0700) == -1)
		return err_set(e, errno, "make directory");
	out = openat(to, name, how);
	if (out == -1)
		return err_set(e, errno, "open directory");
	if (copy_directory(in, out, depth, e) == -1)
		return -1;
	return dress(out, st, e);
}

static int
copy_entry(int from, int to, const char *name, unsigned depth, struct err *e)
{
	struct stat st;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return err_set(e, errno, "look at it");
	switch (st.st_mode & S_IFMT) {
	case S_IFDIR:
		return copy_below(from, to, name, &st, depth, e);
	case S_IFREG:
		return copy_file(from, to, name, &st, e);
	case S_IFLNK:
		return copy_link(from, to, name, &st, e);
	default: /* a device or a socket has no place in a home */
		return 0;
	}
}

static int
copy_directory(int from, int to, unsigned depth, struct err *e)
{
	CLOSES_DIR DIR *d = dir_open(from, ".");
	const struct dirent *entry;
	int rc = 0;

	if (d == NULL)
		return err_set(e, errno, "open directory");
	if (depth == DEPTH_MAX)
		rc = err_set(e, 0, "more than %d directories deep", DEPTH_MAX);
	while (rc == 0 && (entry = dir_next(d)) != NULL) {
		const char *name = entry->d_name;

		rc = copy_entry(from, to, name, depth + 1, e);
		if (rc == -1)
			err_wrap(e, "%s", name);
	}
	return rc;
}

int
skel_copy(int from, int to, struct err *e)
{
	struct stat st;

	if (fstat(from, &st) == -1)
		return err_set(e, errno, "the image's home");
	if (copy_directory(from, to, 0, e) == -1)
		return -1;
	return dress(to, &st, e);
}
