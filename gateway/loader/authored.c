/* authored.c - a file that the author of a configuration file names. */
#include "gateway/loader/authored.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "gateway/base/scope.h"
#include "gateway/loader/rooted.h"
#include "gateway/wire/msg.h"

int
authored_open_any(const char *path, struct err *e)
{
	CLOSES int found = open(path, O_PATH | O_CLOEXEC);
	char link[32];
	struct stat st;
	int fd;

	if (found == -1 || fstat(found, &st) == -1)
		return err_set(e, errno, "%s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, 0, "%s: not a file", path);
	/* Not by its name: what was checked must be what is opened. */
	snprintf(link, sizeof(link), "/proc/self/fd/%d", found);
	fd = open(link, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	if (fd == -1)
		return err_set(e, errno, "%s", path);
	return fd;
}

static bool
is_above(const char *folder, const char *path)
{
	size_t n = strlen(folder);

	return strncmp(path, folder, n) == 0 &&
	       (n == 1 || path[n] == '\0' || path[n] == '/');
}

/* A file may be readable by everybody and yet lie in a folder that not
 * everybody may enter. */
static int
check_way(const struct author *by, int fd, const char *name, struct err *e)
{
	char path[PATH_SIZE];
	struct stat st;

	if (rooted_path(fd, path, sizeof(path), e) == -1)
		return -1;
	for (char *at = dirname(path); strcmp(at, "/") != 0; at = dirname(at)) {
		if (is_above(at, by->folder))
			return 0;
		if (stat(at, &st) == -1)
			return err_set(e, errno, "%s", at);
		if (st.st_uid != by->uid && (st.st_mode & S_IXOTH) == 0)
			return err_set(e, 0,
			    "%s: not everybody may enter %s, and it is not of"
			    " the owner of this file: chmod o+x, or chown",
			    name, at);
	}
	return 0;
}

int
authored_open(const struct author *by, const char *path, struct err *e)
{
	CLOSES int fd = authored_open_any(path, e);
	struct stat st;

	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == -1)
		return err_set(e, errno, "%s", path);
	if (by->uid == 0)
		return take_fd(&fd);
	if (st.st_uid != by->uid && (st.st_mode & S_IROTH) == 0)
		return err_set(e, 0,
		    "%s: not everybody may read it, and it is not of the owner"
		    " of this file: chmod o+r, or chown",
		    path);
	if (check_way(by, fd, path, e) == -1)
		return -1;
	return take_fd(&fd);
}
