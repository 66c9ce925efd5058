/*
 * arena.h - memory that is freed all at once.		Process: monitor, loader.
 *
 * What a configuration holds has one life, the configuration's.  Allocation
 * never fails: without memory for a few kilobytes of configuration there is
 * nothing left to do, and the process aborts with a word on stderr.
 */
#ifndef ATOLL_BASE_ARENA_H
#define ATOLL_BASE_ARENA_H

#include <stddef.h>

struct arena {
	struct arena_block *last;
};

/* Zeroed, aligned for anything, gone with arena_free(). */
void *arena_alloc(struct arena *a, size_t size);
char *arena_text(struct arena *a, const char *text);
char *arena_print(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void arena_free(struct arena *a);

#endif
