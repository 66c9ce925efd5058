/* bundle.c - several small files as one, to be sealed and handed on. */
#include "gateway/base/bundle.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789-."

static int
put(int fd, const char *bytes, size_t size, struct err *e)
{
	while (size > 0) {
		ssize_t n = write(fd, bytes, size);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return err_set(e, errno, "bundle");
		bytes += n;
		size -= (size_t)n;
	}
	return 0;
}

int
bundle_add(int fd, const char *name, bool is_program, const void *bytes,
    size_t size, struct err *e)
{
	struct bundle_entry head = { .is_program = is_program,
		.size = (uint32_t)size };

	snprintf(head.name, sizeof(head.name), "%s", name);
	if (put(fd, (const char *)&head, sizeof(head), e) == -1)
		return -1;
	return put(fd, bytes, size, e);
}

/* A name that leads nowhere else. */
static bool
is_plain(const char name[BUNDLE_NAME_SIZE])
{
	size_t n = strnlen(name, BUNDLE_NAME_SIZE);

	return n > 0 && n < BUNDLE_NAME_SIZE && name[0] != '.' &&
	       strspn(name, NAME_LETTERS) == n;
}

int
bundle_next(int fd, off_t *at, struct bundle_entry *entry, struct err *e)
{
	ssize_t n = pread(fd, entry, sizeof(*entry), *at);
	struct stat st;

	if (n == -1 || fstat(fd, &st) == -1)
		return err_set(e, errno, "bundle");
	if (n == 0)
		return 0;
	if (n != (ssize_t)sizeof(*entry) || !is_plain(entry->name) ||
	    st.st_size - *at - n < (off_t)entry->size)
		return err_set(e, EBADMSG, "bundle");
	*at += n;
	return 1;
}
