/* child.c - a process that has the descriptors that it needs, and no others. */
#include "gateway/base/child.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "gateway/base/small_libc.h"

/* First out of the way of each other, then to their places. */
int
child_keep(const int *fds, size_t n)
{
	int end = CHILD_FD + (int)n;
	int at[CHILD_FDS_MAX];

	assert(n <= CHILD_FDS_MAX);
	for (size_t i = 0; i < n; i++) {
		at[i] = fds[i] == -1 ? -1 : fcntl(fds[i], F_DUPFD_CLOEXEC, end);
		if (fds[i] != -1 && at[i] == -1)
			return -1;
	}
	for (size_t i = 0; i < n; i++) {
		if (at[i] == -1)
			close(CHILD_FD + (int)i);
		else if (dup2(at[i], CHILD_FD + (int)i) == -1)
			return -1;
	}
	return close_range((unsigned)end, ~0U, 0);
}

int
child_stdio(int in, int out, int err)
{
	const int from[] = { in, out, err };
	CLOSES int null = -1;

	if (in == CHILD_NULL || out == CHILD_NULL || err == CHILD_NULL) {
		null = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (null == -1)
			return -1;
	}
	for (int i = 0; i < 3; i++) {
		int fd = from[i] == CHILD_NULL ? null : from[i];

		if (fd != CHILD_SAME && dup2(fd, i) == -1)
			return -1;
	}
	for (int i = 0; i < 3; i++) {
		if (from[i] > STDERR_FILENO)
			close(from[i]);
	}
	return 0;
}

_Noreturn void
child_become(child_fn *fn, const void *arg, const int *fds, size_t n)
{
	if (child_keep(fds, n) == -1) {
		log_error(NULL, "descriptors of a child: %s", strerror(errno));
		_exit(126);
	}
	_exit(fn(arg));
}

pid_t
child_start(child_fn *fn, const void *arg, const int *fds, size_t n)
{
	pid_t pid = fork();

	if (pid == 0)
		child_become(fn, arg, fds, n);
	return pid;
}

/* clone3(2) has no wrapper in glibc. */
pid_t
child_start_beside(child_fn *fn, const void *arg, const int *fds, size_t n)
{
	struct clone_args args = { .flags = CLONE_PARENT };
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0)
		child_become(fn, arg, fds, n);
	return pid;
}
