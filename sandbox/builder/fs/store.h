/*
 * store.h - writable layers on disk, in state_dir/sandboxes.
 *
 * How they are limited depends on the file system there.  With project quota a
 * layer is a directory; otherwise it is an ext4 of its own in a file without a
 * name, by way of a loop device.
 */
#ifndef ATOLL_BUILDER_FS_STORE_H
#define ATOLL_BUILDER_FS_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "gateway/base/err.h"

#define STORE_NAME "sandboxes"

struct store {
	int dir;	/* -1: not opened, and so nothing is in it */
	bool is_usable; /* one of the two ways was found */
	bool has_quota; /* which */
};

/*
 * Open state_dir/sandboxes and remove what an earlier life left there; makes
 * the directory only when it is needed.  Waits: at load only.
 */
int store_open(struct store *s, const char *state_dir, bool is_needed,
    struct err *e);

/* Can layers be made here?  The error says what to do about it. */
int store_probe(struct store *s, struct err *e);

/* What store_probe() found, in a word. */
const char *store_way(const struct store *s);

/* Bytes that layers by project quota may still write: promised, and not taken
 * from the file system yet.  0 without a store. */
uint64_t store_owes(const struct store *s);

/* A new layer by project quota: its directory, named after the id. */
int store_directory(const struct store *s, uint32_t id, uint64_t bytes,
    uint64_t files, struct err *e);

/* A new layer by loop device: a copy of blank in a file without a name. */
int store_file(const struct store *s, uint32_t id, int blank, struct err *e);

/*
 * Remove a directory of store_directory(), in a process of its own: a student
 * may have made a million files.  Returns its pid, or -1.
 */
pid_t store_remove(const struct store *s, uint32_t id);

void store_close(struct store *s);

#endif
