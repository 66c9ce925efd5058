/* solve_read.c - what solves a lab of the site's. */
#include "gateway/admin/rehearse/solve_read.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/child.h"
#include "gateway/base/sibling.h"

static int
exec_loader(const void *config)
{
	char program[PATH_SIZE];

	if (child_stdio(CHILD_SAME, CHILD_FD, CHILD_NULL) == -1)
		return 126;
	sibling_path("atoll-loader", program, sizeof(program));
	execl(program, "atoll-loader", "-c", (const char *)config, "-s",
	    (char *)NULL);
	return 127;
}

static int
read_all(FILE *from, const char *lab, struct solution *to, struct err *e)
{
	struct solution one = { 0 };
	char name[NAME_SIZE];
	unsigned step;
	int rc;

	while ((rc = solution_read(from, name, &step, &one, e)) == 1) {
		if (step == 0 && strcmp(name, lab) == 0)
			*to = one;
		else
			solution_free(&one);
	}
	return rc;
}

int
solve_read(const char *config, const char *lab, struct solution *to,
    struct err *e)
{
	int ends[2], status = 0, rc;
	pid_t pid;
	FILE *f;

	*to = (struct solution){ 0 };
	if (pipe2(ends, O_CLOEXEC) == -1)
		return err_set(e, errno, "pipe");
	pid = child_start(exec_loader, config, &ends[1], 1);
	close(ends[1]);
	f = fdopen(ends[0], "re");
	if (pid == -1 || f == NULL)
		return err_set(e, errno, "atoll-loader");
	rc = read_all(f, lab, to, e);
	fclose(f);
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		continue;
	if (rc == 0 && status != 0)
		rc = err_set(e, 0,
		    "%s cannot be read, to see whether the lab has a solve: say"
		    " -c FILE, and be root",
		    config);
	return rc;
}
