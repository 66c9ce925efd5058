/* sealed.c - the bytes of a file as they are now, for good. */
#include "gateway/loader/sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "gateway/base/tools.h"

int
sealed_new(const char *name, struct err *e)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	return fd == -1 ? err_set(e, errno, "memfd_create") : fd;
}

int
sealed_finish(int fd, const char *name, struct err *e)
{
	if (fcntl(fd, F_ADD_SEALS, PROGRAM_SEALS) == -1)
		return err_set(e, errno, "seal the copy of %s", name);
	return 0;
}

int
sealed_copy(int from, size_t max, const char *name, struct err *e)
{
	CLOSES int copy = sealed_new(name, e);
	char piece[16384];
	size_t sum = 0;
	ssize_t n;

	if (copy == -1)
		return -1;
	while ((n = pread(from, piece, sizeof(piece), (off_t)sum)) > 0) {
		sum += (size_t)n;
		if (sum > max)
			return err_set(e, EFBIG, "%s", name);
		if (write(copy, piece, (size_t)n) != n)
			return err_set(e, errno, "copy of %s", name);
	}
	if (n == -1)
		return err_set(e, errno, "read %s", name);
	if (sealed_finish(copy, name, e) == -1)
		return -1;
	return take_fd(&copy);
}
