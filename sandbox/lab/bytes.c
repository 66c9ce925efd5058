/* bytes.c - write(2) until all is written. */
#include "sandbox/lab/bytes.h"

#include <errno.h>
#include <unistd.h>

int
bytes_write(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t some = write(fd, bytes, n);

		if (some == -1 && errno == EINTR)
			continue;
		if (some <= 0)
			return -1;
		bytes += some;
		n -= (size_t)some;
	}
	return 0;
}
