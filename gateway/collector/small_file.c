/* small_file.c - files that are read and written whole. */
#include "gateway/collector/small_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "gateway/base/scope.h"

int
small_file_read(int dir, const char *name, char *text, size_t size)
{
	CLOSES int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	size_t at = 0;
	ssize_t n;

	if (fd == -1)
		return -1;
	while ((n = read(fd, text + at, size - at)) > 0) {
		at += (size_t)n;
		if (at == size) {
			errno = EFBIG;
			return -1;
		}
	}
	text[at] = '\0';
	return n == -1 ? -1 : 0;
}

static int
fill(int fd, const char *text, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, text, n);

		if (done == -1 && errno == EINTR)
			continue;
		if (done == -1)
			return -1;
		text += done;
		n -= (size_t)done;
	}
	return fsync(fd);
}

int
small_file_begin(int dir, const char *new_name)
{
	if (unlinkat(dir, new_name, 0) == -1 && errno != ENOENT)
		return -1;
	return openat(dir, new_name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

int
small_file_write(int dir, const char *name, const char *text, size_t n,
    struct err *e)
{
	CLOSES int fd = -1;
	char new_name[64];

	snprintf(new_name, sizeof(new_name), "%s.new", name);
	fd = small_file_begin(dir, new_name);
	if (fd == -1 || fill(fd, text, n) == -1 ||
	    renameat(dir, new_name, dir, name) == -1) {
		err_set(e, errno, "write collected/.../%s", name);
		unlinkat(dir, new_name, 0);
		return -1;
	}
	return 0;
}
