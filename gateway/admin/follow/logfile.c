/* logfile.c - the lines of a file that grows, and may be replaced by another. */
#include "gateway/admin/follow/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/scope.h"

#define LOGLINE_MAX 65536
#define LOOK_MS	    200 /* for what has come since */

struct reader {
	int fd;
	logfile_line *line;
	void *self;
	char text[LOGLINE_MAX];
	size_t used; /* of text: a line that has not ended */
};

static void
keep(struct reader *r, const char *bytes, size_t count)
{
	size_t room = sizeof(r->text) - 1 - r->used;

	if (count > room)
		count = room;
	memcpy(r->text + r->used, bytes, count);
	r->used += count;
}

static int
take(struct reader *r, const char *bytes, size_t count, struct err *e)
{
	const char *end;

	while ((end = memchr(bytes, '\n', count)) != NULL) {
		size_t length = (size_t)(end - bytes);

		keep(r, bytes, length);
		r->text[r->used] = '\0';
		r->used = 0;
		if (r->line(r->self, r->text, e) == -1)
			return -1;
		bytes += length + 1;
		count -= length + 1;
	}
	keep(r, bytes, count);
	return 0;
}

static int
read_on(struct reader *r, struct err *e)
{
	char bytes[16384];
	ssize_t n;

	while ((n = read(r->fd, bytes, sizeof(bytes))) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return err_set(e, errno, "read the log");
		if (take(r, bytes, (size_t)n, e) == -1)
			return -1;
	}
	return 0;
}

int
logfile_read(int fd, logfile_line *line, void *self, struct err *e)
{
	struct reader r = { .fd = fd, .line = line, .self = self };

	return read_on(&r, e);
}

static int
open_log(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd == -1 && (errno == EACCES || errno == EPERM))
		return err_set(e, errno,
		    "%s: ask root, or whom the file belongs to", path);
	if (fd == -1)
		return err_set(e, errno,
		    "%s: --file takes the file that atolld's standard error"
		    " goes to",
		    path);
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		close(fd);
		return err_set(e, 0,
		    "%s is no file: --file takes the file that atolld's"
		    " standard error goes to",
		    path);
	}
	return fd;
}

/* Whether what has that name now is another file, or was cut.  While there is none
 * of the name we stay with what we have. */
static bool
has_moved(int fd, const char *path)
{
	struct stat ours, theirs;

	if (fstat(fd, &ours) == -1 || stat(path, &theirs) == -1)
		return false;
	return ours.st_ino != theirs.st_ino || ours.st_dev != theirs.st_dev ||
	       ours.st_size < lseek(fd, 0, SEEK_CUR);
}

int
logfile_follow(const char *path, bool follow, logfile_line *line, void *self,
    struct err *e)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };
	CLOSES int fd = open_log(path, e);
	struct reader r = { .fd = fd, .line = line, .self = self };

	if (fd == -1)
		return -1;
	for (;;) {
		if (read_on(&r, e) == -1)
			return -1;
		if (!follow)
			return 0;
		nanosleep(&pause, NULL);
		if (!has_moved(r.fd, path))
			continue;
		if (read_on(&r, e) == -1) /* its last lines */
			return -1;
		scope_close(&fd);
		fd = open_log(path, e);
		if (fd == -1)
			return -1;
		r.fd = fd;
		r.used = 0;
	}
}
