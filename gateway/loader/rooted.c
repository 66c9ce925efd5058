/* rooted.c - who could put another file in a file's place? */
#include "gateway/loader/rooted.h"

#include <errno.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/wire/msg.h"

int
rooted_stat(const struct stat *st, const char *name, struct err *e)
{
	bool is_sticky = S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX) != 0;

	if (st->st_uid != 0)
		return err_set(e, 0, "%s is not owned by root", name);
	if ((st->st_mode & 022) != 0 && !is_sticky)
		return err_set(e, 0, "%s can be written by others (mode %04o)",
		    name, st->st_mode & 07777);
	return 0;
}

int
rooted_check(const char *real, struct err *e)
{
	char path[PATH_SIZE];
	struct stat st;

	if (strlen(real) >= sizeof(path))
		return err_set(e, ENAMETOOLONG, "%s", real);
	text_copy(path, sizeof(path), real);
	for (char *at = path;; at = dirname(at)) {
		if (lstat(at, &st) == -1)
			return err_set(e, errno, "%s", at);
		if (rooted_stat(&st, at, e) == -1)
			return -1;
		if (strcmp(at, "/") == 0)
			return 0;
	}
}

int
rooted_path(int fd, char *to, size_t size, struct err *e)
{
	char link[32];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, to, size);
	if (n <= 0)
		return err_set(e, errno, "%s", link);
	if ((size_t)n >= size)
		return err_set(e, ENAMETOOLONG, "a path");
	to[n] = '\0';
	return 0;
}
