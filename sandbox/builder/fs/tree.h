/*
 * tree.h - remove a tree of files that a student made.
 */
#ifndef ATOLL_BUILDER_FS_TREE_H
#define ATOLL_BUILDER_FS_TREE_H

#include "gateway/base/err.h"

/*
 * Remove the directory name in parent and all that is in it, however deep.
 * Nobody else may change it meanwhile.  Takes as long as it takes.
 */
int tree_remove(int parent, const char *name, struct err *e);

#endif
