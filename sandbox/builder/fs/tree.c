/*
 * tree.c - remove a tree of files that a student made.
 *
 * A student may nest directories a hundred thousand deep: no recursion, no
 * paths, and never more than two directories open.  A directory that is not
 * empty is moved up to the top under a number, until all are empty.
 */
#include "sandbox/builder/fs/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/dir.h"
#include "gateway/base/scope.h"

struct removal {
	int top;
	uint64_t moved; /* numbers given so far */
	bool is_done;	/* the last pass over the top left nothing */
};

/* Move a directory up to the top, under a number that is free there. */
static int
move_up(struct removal *r, int dir, const char *name, struct err *e)
{
	char number[24];

	for (;;) {
		snprintf(number, sizeof(number), "%" PRIu64, r->moved++);
		if (renameat(dir, name, r->top, number) == 0)
			return 0;
		/* What was at the top before may be called so. */
		if (errno != ENOTEMPTY && errno != EEXIST && errno != ENOTDIR)
			return err_set(e, errno, "move a directory");
	}
}

static bool
is_removed(int dir, const char *name)
{
	return unlinkat(dir, name, 0) == 0 ||
	       unlinkat(dir, name, AT_REMOVEDIR) == 0;
}

static int
remove_or_move(struct removal *r, int dir, const char *name, struct err *e)
{
	if (is_removed(dir, name))
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return err_set(e, errno, "remove a file");
	return move_up(r, dir, name, e);
}

/* Everything in one directory below the top. */
static int
flatten(struct removal *r, const char *name, struct err *e)
{
	CLOSES_DIR DIR *d = dir_open(r->top, name);
	const struct dirent *entry;
	int rc = 0;

	if (d == NULL)
		return err_set(e, errno, "open a directory");
	while (rc == 0 && (entry = dir_next(d)) != NULL)
		rc = remove_or_move(r, dirfd(d), entry->d_name, e);
	return rc;
}

/* Once over the top.  What is moved there meanwhile may wait for next time. */
static int
pass(struct removal *r, struct err *e)
{
	CLOSES_DIR DIR *d = dir_open(r->top, ".");
	const struct dirent *entry;
	int rc = 0;

	if (d == NULL)
		return err_set(e, errno, "open a directory");
	r->is_done = true;
	while (rc == 0 && (entry = dir_next(d)) != NULL) {
		if (is_removed(r->top, entry->d_name))
			continue;
		r->is_done = false;
		rc = flatten(r, entry->d_name, e);
	}
	return rc;
}

int
tree_remove(int parent, const char *name, struct err *e)
{
	CLOSES int top = openat(parent, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct removal r = { .top = top };

	if (top == -1)
		return err_set(e, errno, "%s", name);
	while (!r.is_done) {
		if (pass(&r, e) == -1)
			return err_wrap(e, "%s", name);
	}
	if (unlinkat(parent, name, AT_REMOVEDIR) == -1)
		return err_set(e, errno, "%s", name);
	return 0;
}
