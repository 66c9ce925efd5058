/* output.c - whether what was written to the standard output got there. */
#include "gateway/admin/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <unistd.h>

void
output_begin(void)
{
	/* The lowest that is free is taken, so they are filled in order. */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		int mode = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;

		if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", mode) == -1)
			_exit(1);
	}
}

/* Whatever the stream could not write, such as ENOSPC of a full disk, is
 * reported by its last flush or was remembered by ferror(3). */
int
output_flush(struct err *e)
{
	bool bad;

	errno = 0;
	bad = fflush(stdout) == EOF;
	if (!bad && !ferror(stdout))
		return 0;
	err_set(e, errno, "%s",
	    errno == 0 ? "stdout: not all of it could be written" : "stdout");
	__fpurge(stdout);
	clearerr(stdout);
	return -1;
}

void
output_at_exit(void)
{
	struct err e = { 0 };

	if (output_flush(&e) == 0)
		return;
	fprintf(stderr, "atoll: %s\n", e.text);
	_exit(1);
}
