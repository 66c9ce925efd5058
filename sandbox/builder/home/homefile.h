/*
 * homefile.h - one home on its disk: made, mended, grown, mounted, unmounted.
 *
 * Process: a helper that home.c forks, in the builder's mount namespace; all of
 * this waits for disks.
 */
#ifndef ATOLL_BUILDER_HOME_HOMEFILE_H
#define ATOLL_BUILDER_HOME_HOMEFILE_H

#include <stdint.h>

#include "gateway/base/err.h"

/* Where homes are mounted, below the builder's working directory. */
#define HOMES_AT "homes"

struct homefile {
	int dir;	  /* state_dir/homes */
	const char *name; /* of the file there, and of the mount point */
	/* To open it: */
	int blank;	   /* what a new one is a copy of */
	int rootfs;	   /* whose home is copied into a new one */
	const char *home;  /* the path of that */
	uint32_t uid, gid; /* whose it is when the image has none */
	uint64_t owed;	   /* bytes that others may still write there */
};

/* Mount it at HOMES_AT/name, made before where there is none. */
int homefile_open(const struct homefile *h, struct err *e);

/* Unmount it, wait until its device is free, and give back the room that it did
 * not need. */
int homefile_close(const struct homefile *h, struct err *e);

#endif
