/*
 * pen.h - writes to a client's terminal, and knows how that stands then.
 */
#ifndef ATOLL_SCREEN_PEN_H
#define ATOLL_SCREEN_PEN_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/screen/ink.h"
#include "gateway/screen/screen.h"

struct pen {
	char *to;
	size_t n, room;
	bool is_full;	     /* what did not fit is not there */
	bool is_plain;	     /* without colours */
	unsigned rows, cols; /* of the window */
	/* As the client's terminal is. */
	struct screen_place at;
	struct ink ink;
};

/* Where a cursor is of which nothing is known. */
extern const struct screen_place pen_nowhere;

void pen_bytes(struct pen *p, const char *bytes, size_t n);
void pen_text(struct pen *p, const char *text);
void pen_print(struct pen *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Rows and columns of the window. */
void pen_move(struct pen *p, unsigned row, unsigned col);

/* What is written from now on is of that ink. */
void pen_dip(struct pen *p, struct ink ink);

#endif
