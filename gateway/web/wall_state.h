/*
 * wall_state.h - what is known of walls, and of what is on them.	Process: web.
 *
 * Each change has a number, by which a page knows what it has not been sent.
 */
#ifndef ATOLL_WEB_WALL_STATE_H
#define ATOLL_WEB_WALL_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <stdio.h>

#include "gateway/web/cookie.h"
#include "gateway/wire/chan.h"

#define WALLS_MAX  16
#define PEOPLE_MAX 2048	       /* of one */
#define VIEW_MAX   (48u << 10) /* bytes that are kept of a screen */

/* What a descriptor of the walls' epoll belongs to: the first field of each. */
enum wall_source { SOURCE_WALL, SOURCE_TILE, SOURCE_REPLAY };

/* An order's answer: a text about why not, or about what was done; or JSON. */
enum wall_answer { ANSWER_NO, ANSWER_TEXT, ANSWER_JSON };

/* A terminal. */
struct tile {
	enum wall_source source;
	TAILQ_ENTRY(tile) next;
	struct wall *wall;
	uint64_t version;
	uint32_t number; /* as the monitor calls it */
	uint32_t terminal;
	char account[NAME_SIZE];
	int fd; /* owned; -1: it is over, and freed in walls_turn() */
	unsigned rows, cols;
	char *view; /* owned; as of screen/view.h; NULL: nothing came yet */
};

/* Somebody who has a seat. */
struct person {
	TAILQ_ENTRY(person) next;
	uint64_t version;
	char account[NAME_SIZE];
	int64_t idle_from_ms; /* of clock_ms(); -1: it is not known */
	uint32_t points, most;
	uint64_t hand; /* seconds since the epoch; 0: it is down */
	char hand_text[TEXT_SIZE];
	bool is_there; /* in the answer that is coming */
};

/* A recording that is played, one moment of it after the other. */
struct replay {
	enum wall_source source;
	struct wall *wall;
	uint32_t
	    number; /* of the order that opened it: pages know it by that */
	int fd;	    /* owned; -1: there is none, and why: */
	char why[TEXT_SIZE];
	uint32_t asked; /* what waits for a moment, as w->order; 0: nothing */
	unsigned rows, cols; /* of its terminal then */
};

/* Recordings, while they are told. */
struct listing {
	bool is_on;
	FILE *to; /* owned, as its text is; NULL: none, or without memory */
	char *text;
	size_t size;
	unsigned count,
	    hidden; /* of those in it, and of those that are too many */
};

struct wall {
	enum wall_source source;
	LIST_ENTRY(wall) next;
	struct walls *of;
	struct cookie_hash cookie;
	struct chan link; /* -1 when it is over, and why: */
	char why[TEXT_SIZE];
	char lab[NAME_SIZE], account[NAME_SIZE], origin[TEXT_SIZE];
	uint64_t version; /* the last that was given */
	uint64_t left;	  /* and that of the last that was taken off */
	TAILQ_HEAD(tile_list, tile) tiles; /* the longest unchanged first, */
	TAILQ_HEAD(person_list, person) people; /* as these */
	unsigned person_count;
	unsigned hidden; /* terminals that are not shown: there are too many */
	unsigned pages;	 /* that are open; no wall is freed with one */
	int64_t begun_ms, left_ms; /* the last page was closed then */
	int64_t asked_ms;
	bool is_asking, is_shown;
	uint32_t order; /* what waits for ADMIN_END, as walls->told knows it; 0:
			   nothing */
	struct listing listing;
	struct replay replay;
};

struct walls {
	int epoll; /* owned */
	LIST_HEAD(, wall) all;
	unsigned count, tiles;
	/* An order's end: the monitor's text, or why there is none. */
	void (*told)(void *self, uint32_t order, enum wall_answer how,
	    const char *text);
	void *self; /* of told */
};

static inline bool
wall_is_over(const struct wall *w)
{
	return w->link.fd == -1;
}

#endif
