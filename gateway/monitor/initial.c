/* initial.c - the first configuration, before there is a builder. */
#include "gateway/monitor/initial.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/child.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "gateway/base/sibling.h"

static int
print_config(const void *file)
{
	char program[PATH_SIZE];

	if (child_stdio(CHILD_SAME, CHILD_FD, CHILD_SAME) == -1)
		return 126;
	sibling_path("atoll-loader", program, sizeof(program));
	execl(program, "atoll-loader", "-c", (const char *)file, "-e",
	    (char *)NULL);
	log_error(NULL, "cannot run %s: %s", program, strerror(errno));
	return 127;
}

/* What the loader prints, in a memfd: a configuration may be longer than the
 * 64 KiB of a pipe (pipe(7)), which would have to be read while it runs. */
static int
run_loader(const char *file, struct err *e)
{
	CLOSES int fd = memfd_create("config", MFD_CLOEXEC);
	int status = 0;
	pid_t pid;

	if (fd == -1)
		return err_set(e, errno, "memfd_create");
	pid = child_start(print_config, file, &fd, 1);
	if (pid == -1)
		return err_set(e, errno, "fork");
	while (waitpid(pid, &status, 0) == -1) {
		if (errno != EINTR)
			return err_set(e, errno, "wait for atoll-loader");
	}
	if (WIFSIGNALED(status))
		return err_set(e, 0, "atoll-loader was killed by signal %d",
		    WTERMSIG(status));
	if (status != 0)
		return err_set(e, 0, "%s: the configuration is not usable",
		    file);
	return take_fd(&fd);
}

struct config *
initial_config(const char *file, struct err *e)
{
	CLOSES int fd = run_loader(file, e);
	FREES char *text = fd == -1 ? NULL : config_read_fd(fd);
	struct diagnostics out;
	struct config *c;

	if (fd == -1)
		return NULL;
	diagnostics_init(&out);
	c = text == NULL ? NULL : config_parse(text, &out);
	diagnostics_log(&out);
	diagnostics_free(&out);
	if (c == NULL)
		err_set(e, 0,
		    "atoll-loader printed what atolld cannot read: install"
		    " both from one package");
	else
		c->file = arena_text(&c->arena, file);
	return c;
}
