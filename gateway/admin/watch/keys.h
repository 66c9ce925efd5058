/*
 * keys.h - what whoever watches or has joined types.	Process: atoll, staff.
 *
 * Pure.
 */
#ifndef ATOLL_ADMIN_WATCH_KEYS_H
#define ATOLL_ADMIN_WATCH_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#define KEYS_LEAVE_WATCH "q leaves"
#define KEYS_LEAVE_JOIN	 "Ctrl-] q leaves"

/* All zero: nothing was typed yet. */
struct keys {
	bool is_join;
	bool is_asked; /* Ctrl-] came: the next key is for us */
};

/*
 * Some bytes were typed.  Those for the terminal are put to to, of which there are n
 * at most: none without is_join, since what a watcher's terminal answers comes here, too.
 * Returns how many; *leaves: it is to end.
 */
size_t keys_take(struct keys *k, const char *bytes, size_t n, char *to,
    bool *leaves);

#endif
