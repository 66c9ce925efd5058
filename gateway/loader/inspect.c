/* inspect.c - have the builder look at this host, for "atoll check-host". */
#include "gateway/loader/inspect.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/loader/load.h"

#define BUILDER_LINK 3
#define INSTALLED    "/usr/libexec/atoll"

/* Where the configuration says.  Without one that can be read: beside us, or
 * where packages put it.  What is wrong with it is the builder's to tell. */
static void
find_builder(const char *config_file, const char *self, char *to, size_t size)
{
	struct diagnostics ignored;
	struct config *c;
	char own[PATH_SIZE];

	diagnostics_init(&ignored);
	c = config_load(config_file, &ignored);
	diagnostics_free(&ignored);
	snprintf(own, sizeof(own), "%s", self);
	snprintf(to, size, "%s/atoll-builder",
	    c == NULL ? dirname(own) : c->libexec_dir);
	config_free(c);
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
