/* inspect.c - have the builder look at this host, for "atoll check-host". */
#include "gateway/loader/inspect.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/child.h"
#include "gateway/base/log.h"
#include "gateway/loader/load.h"
#include "gateway/loader/loader_jail.h"

#define BUILDER_LINK 3
#define INSTALLED    "/usr/libexec/atoll"

/* In the child: the option libexec_dir, or nothing when it cannot be read.  What is
 * wrong with the configuration is the builder's to tell. */
static int
print_folder(const void *arg)
{
	struct diagnostics ignored;
	struct config *c;
	struct err e;

	if (loader_jail_enter(&e) == -1)
		return 1;
	diagnostics_init(&ignored);
	c = config_load(arg, &ignored);
	diagnostics_free(&ignored);
	if (c == NULL)
		return 1;
	dprintf(CHILD_FD, "%s", c->libexec_dir);
	config_free(c);
	return 0;
}

/* Empty when there is none. */
static void
find_folder(const char *config_file, char *to, size_t size)
{
	size_t used = 0;
	ssize_t n;
	int ends[2];
	pid_t pid;

	to[0] = '\0';
	if (pipe2(ends, O_CLOEXEC) == -1)
		return;
	pid = child_start(print_folder, config_file, &ends[1], 1);
	close(ends[1]);
	while (pid != -1 && used < size - 1 &&
	       (n = read(ends[0], to + used, size - 1 - used)) > 0)
		used += (size_t)n;
	to[used] = '\0';
	close(ends[0]);
	if (pid != -1)
		waitpid(pid, NULL, 0);
}

/* Where the configuration says.  Without one that can be read: beside us, or
 * where packages put it.  We become it, and so parse nothing by ourselves. */
static void
find_builder(const char *config_file, const char *self, char *to, size_t size)
{
	char folder[PATH_SIZE], own[PATH_SIZE];

	find_folder(config_file, folder, sizeof(folder));
	snprintf(own, sizeof(own), "%s", self);
	snprintf(to, size, "%s/atoll-builder",
	    folder[0] == '\0' ? dirname(own) : folder);
	if (access(to, X_OK) == -1)
		snprintf(to, size, INSTALLED "/atoll-builder");
}

int
inspect_host(const char *config_file, int link_fd)
{
	char self[PATH_SIZE] = "", program[PATH_SIZE + 32];

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) == -1 ||
	    (link_fd != BUILDER_LINK && dup2(link_fd, BUILDER_LINK) == -1)) {
		log_error(NULL, "check of this host: %s", strerror(errno));
		return 1;
	}
	find_builder(config_file, self, program, sizeof(program));
	execl(program, "atoll-builder", "-c", config_file, "-l", self, "-H",
	    (char *)NULL);
	log_error(NULL, "cannot run %s: %s", program, strerror(errno));
	return 1;
}
