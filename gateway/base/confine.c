/* confine.c - give up files and rights, for a process that only moves bytes. */
#include "gateway/base/confine.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "gateway/base/privs.h"

int
confine_parse_id(const char *text, unsigned *id, struct err *e)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || v == 0 ||
	    v >= UINT_MAX)
		return err_set(e, 0, "%s is not the id of a user or group",
		    text);
	*id = (unsigned)v;
	return 0;
}

int
confine_options(struct confinement *c, int argc, char **argv, struct err *e)
{
	int option, rc = 0;

	while (rc == 0 && (option = getopt(argc, argv, "u:g:e:")) != -1) {
		if (option == 'u')
			rc = confine_parse_id(optarg, &c->uid, e);
		else if (option == 'g')
			rc = confine_parse_id(optarg, &c->gid, e);
		else if (option == 'e')
			c->empty_dir = optarg;
		else
			rc = err_set(e, 0, "unknown option");
	}
	if (rc == 0 && (c->uid == 0 || c->gid == 0 || c->empty_dir == NULL))
		rc = err_set(e, 0, "the builder starts this program");
	return rc;
}

static int
limit(int what, rlim_t most, struct err *e)
{
	const struct rlimit r = { most, most };

	if (setrlimit((__rlimit_resource_t)what, &r) == -1)
		return err_set(e, errno, "setrlimit %d", what);
	return 0;
}

int
confine(const struct confinement *c, struct err *e)
{
	if (chroot(c->empty_dir) == -1 || chdir("/") == -1)
		return err_set(e, errno, "chroot %s", c->empty_dir);
	if (limit(RLIMIT_CORE, 0, e) == -1 ||
	    limit(RLIMIT_NOFILE, c->descriptors, e) == -1)
		return -1;
	if (!SANITIZED && limit(RLIMIT_DATA, c->memory, e) == -1)
		return -1;
	return privs_drop_but(c->uid, c->gid, c->capabilities, e);
}
