/* plan_late.c - what of a lab comes when its sandbox is there already. */
#include "sandbox/builder/plan_late.h"

#include <string.h>

/* The next part of a path, and its length; 0 at the end. */
static size_t
next_part(const char **path)
{
	size_t n;

	do {
		*path += strspn(*path, "/");
		n = strcspn(*path, "/");
	} while (n == 1 && **path == '.' && (*path)++ != NULL);
	return n;
}

bool
path_is_in(const char *dir, const char *path)
{
	for (;;) {
		size_t n = next_part(&dir), m = next_part(&path);

		if (n == 0)
			return true;
		if (n != m || memcmp(dir, path, n) != 0)
			return false;
		dir += n;
		path += n;
	}
}

static bool
lies_in_home(const struct plan *p, const struct plan_mount *m)
{
	return p->spec.home != HOME_FRESH &&
	       path_is_in(p->spec.home_dir, m->target);
}

bool
plan_mount_is_late(const struct plan *p, const struct plan_mount *m)
{
	return m->own[0] == '\0' && lies_in_home(p, m);
}

bool
plan_may_be_warm(const struct plan *p)
{
	for (size_t i = 0; i < p->mount_count; i++) {
		if (p->mounts[i].own[0] != '\0' &&
		    lies_in_home(p, &p->mounts[i]))
			return false;
	}
	return true;
}
