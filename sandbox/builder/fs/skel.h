/*
 * skel.h - what a home begins with: a copy of the image's.
 */
#ifndef ATOLL_BUILDER_FS_SKEL_H
#define ATOLL_BUILDER_FS_SKEL_H

#include "gateway/base/err.h"

/*
 * Copy what is in directory from to directory to, with owners, modes and times:
 * files, directories and symbolic links.  Nothing is followed out of from, and
 * nothing else is copied.  Takes as long as it takes.
 */
int skel_copy(int from, int to, struct err *e);

#endif
