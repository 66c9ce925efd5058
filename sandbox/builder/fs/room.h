/*
 * room.h - the room of state_dir's file system, as far as it is promised.
 *
 * What a student may write must be there before the student begins: a file
 * system in a file that meets a full disk is damaged, not full.  So the blocks
 * of such a file are reserved while it is mounted, and what quotas still allow
 * counts as taken.  A part stays free for the database.
 */
#ifndef ATOLL_BUILDER_FS_ROOM_H
#define ATOLL_BUILDER_FS_ROOM_H

#include <stdint.h>

#include "gateway/base/err.h"
#include "gateway/base/reserve.h"

/* Is there room for bytes more, beside owed, which others were promised?  dir
 * is on the file system; what is wanted is named in the error. */
int room_check(int dir, uint64_t bytes, uint64_t owed, const char *what,
    struct err *e);

/* Reserve every block of the file, as large as it is.  After -1, with ENOSPC
 * when there is no room, no more is reserved than before. */
int room_keep(int file, uint64_t owed, const char *what, struct err *e);

/* Give back what was reserved and never written.  Nobody uses the file. */
void room_give_back(int file);

#endif
