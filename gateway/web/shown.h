/*
 * shown.h - the last bytes that a terminal has shown, by their number.	Process: web.
 *
 * Pure.  Bytes are numbered from 0, since the terminal began.  A page says up to which it
 * has them, and none after that is forgotten: so a stream that was lost is gone on with to
 * the byte, and a page that takes nothing holds up its own terminal, and nothing else.
 */
#ifndef ATOLL_WEB_SHOWN_H
#define ATOLL_WEB_SHOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHOWN_SIZE (64u << 10)

struct shown {
	char *ring;    /* SHOWN_SIZE; owned, NULL before shown_begin() */
	uint64_t end;  /* how many there were in all */
	uint64_t seen; /* and how many of these a page has */
};

/* Zeroed, it is empty.  -1 without memory. */
int shown_begin(struct shown *s);
void shown_free(struct shown *s);

/* The number of the first that is kept. */
uint64_t shown_first(const struct shown *s);

/* Where the next bytes go, and how many there may be in one piece: none while the page has
 * too few; then so many of them are there. */
char *shown_room(const struct shown *s, size_t *room);
void shown_add(struct shown *s, size_t n);

/* What follows the byte of that number, in one piece. */
const char *shown_from(const struct shown *s, uint64_t number, size_t *n);

/* A page has all before that number; false: it cannot. */
bool shown_take_seen(struct shown *s, uint64_t number);

#endif
