/*
 * archive.h - where recordings lie: LAB/ACCOUNT/DATE-TERMINAL.cast below
 * state_dir/recordings.
 *
 * Names of labs and accounts are checked by the messages that they come in, so
 * that each is one component of a path; nothing is followed that is a link.
 *
 * Process: recorder.
 */
#ifndef ATOLL_RECORDER_ARCHIVE_H
#define ATOLL_RECORDER_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/err.h"
#include "gateway/base/name.h"

/* LAB/ACCOUNT/20261129T003512Z-4294967295-99.cast, with its NUL */
#define ARCHIVE_FILE_SIZE (2 * NAME_SIZE + 48)

struct archive_key {
	const char *lab, *account;
	uint64_t since; /* seconds since the epoch */
	uint32_t terminal;
};

/* A new file for that terminal, to be appended to; file becomes its name.  The
 * descriptor is the caller's. */
int archive_make(int dir, const struct archive_key *key,
    char file[ARCHIVE_FILE_SIZE], struct err *e);

/* One that is there, with these flags of open(2).  A name that archive_make() would
 * not have given is an error. */
int archive_open(int dir, const char *file, int flags, struct err *e);

/* One that is there. */
struct archive_entry {
	char lab[NAME_SIZE], account[NAME_SIZE];
	char file[ARCHIVE_FILE_SIZE];
	uint64_t begun;	  /* as its name says, seconds since the epoch; 0 */
	uint64_t changed; /* likewise */
	uint64_t size;	  /* bytes */
};

/* Each that there is, of one lab, or of all with "". */
void archive_walk(int dir, const char *lab,
    void (*each)(void *self, const struct archive_entry *e), void *self);

/* Does some process write it? */
bool archive_is_written(int dir, const char *file);

/* Remove one that nobody writes, and the directories that are empty then.  False:
 * it stays. */
bool archive_remove(int dir, const char *file);

#endif
