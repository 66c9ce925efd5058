/*
 * walk.h - a student's tree of files as an archive.
 */
#ifndef ATOLL_BUILDER_EXPORT_WALK_H
#define ATOLL_BUILDER_EXPORT_WALK_H

#include <stddef.h>
#include <sys/types.h>

#include "gateway/base/err.h"
#include "sandbox/builder/export/tar.h"

#define WALK_DEPTH 256	/* directories; what lies deeper is left out */
#define WALK_LINKS 4096 /* files with several names that are remembered */

struct walk_link {
	dev_t dev;
	ino_t ino;
	char *path; /* of its first name */
};

struct walk_tree {
	struct tar *tar;
	uint64_t left_out; /* files and directories */
	uint64_t renamed;  /* what began with .wh. */
	/* "home/student" where another tree is written after this one, which
	 * nothing of this one may be in the way of; or NULL. */
	const char *home;
	struct walk_link links[WALK_LINKS];
	size_t link_count;
};

/*
 * Write everything in directory dir, whose own name is path ("" for the top).
 * Nothing is followed: each step is one name in a directory that is open.  A
 * whiteout of an overlay becomes an empty file ".wh.NAME", as in layers of OCI
 * images, and a file that is really called so "_.wh.NAME".
 */
int walk_tree(struct walk_tree *w, int dir, const char *path, struct err *e);

#endif
