/* dir.c - directories that are read by descriptor. */
#include "gateway/base/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "gateway/base/scope.h"

DIR *
dir_open(int dir, const char *name)
{
	CLOSES int fd =
	    openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd == -1 ? NULL : fdopendir(fd);

	if (d != NULL)
		take_fd(&fd);
	return d;
}

const struct dirent *
dir_next(DIR *d)
{
	const struct dirent *entry;

	do {
		entry = d == NULL ? NULL : readdir(d);
	} while (entry != NULL && (strcmp(entry->d_name, ".") == 0 ||
				      strcmp(entry->d_name, "..") == 0));
	return entry;
}

void
dir_close(DIR **d)
{
	int saved = errno;

	if (*d != NULL)
		closedir(*d);
	*d = NULL;
	errno = saved;
}
