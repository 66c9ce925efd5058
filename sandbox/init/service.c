/* service.c - what a machine runs with nobody logged in. */
#include "sandbox/init/service.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/child.h"
#include "gateway/base/scope.h"
#include "gateway/base/small_libc.h"
#include "sandbox/init/child.h"

int
service_start(const struct msg_init_plan *plan, struct err *e)
{
	CLOSES int ours = -1;
	CLOSES int theirs = -1;
	char why[ERR_TEXT_SIZE];
	int ends[2];
	ssize_t n;

	if (plan->service.count == 0)
		return 0;
	if (pipe2(ends, O_CLOEXEC) == -1)
		return err_set(e, errno, "pipe");
	ours = ends[0];
	theirs = ends[1];
	if (child_start(child_run_service, &(struct child_plan){ .plan = plan },
		&theirs, 1) == -1)
		return err_set(e, errno, "fork");
	scope_close(&theirs);
	/* Its exec closes the pipe, and nobody is here who could delay that. */
	do {
		n = read(ours, why, sizeof(why) - 1);
	} while (n == -1 && errno == EINTR);
	if (n <= 0)
		return 0;
	why[n] = '\0';
	return err_set(e, 0, "its command cannot start: %s", why);
}
