/*
 * glass.h - the terminal of whoever watches.		Process: atoll, staff.
 *
 * Raw, and what is written to it is kept until it takes it: so a key is heard
 * however slow it is.
 */
#ifndef ATOLL_ADMIN_WATCH_GLASS_H
#define ATOLL_ADMIN_WATCH_GLASS_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

#include "gateway/base/err.h"

struct glass {
	struct termios was;
	int flags; /* of its description, before */
	bool is_raw;
	unsigned rows, cols;
	char *queue; /* owned; from at to n is to be written */
	size_t at, n, room;
	bool is_lost; /* it cannot be written to, or there is no memory */
};

/* Are standard input and output a terminal?  -1: what to do about it. */
int glass_check(const char *command, struct err *e);

int glass_open(struct glass *g, struct err *e);

/* What its size is now. */
void glass_measure(struct glass *g);

/* Later, in this order. */
void glass_write(struct glass *g, const void *bytes, size_t n);
void glass_text(struct glass *g, const char *text);
void glass_print(struct glass *g, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Is something left to be written; write what it takes. */
bool glass_is_busy(const struct glass *g);
void glass_flush(struct glass *g);

/* As it was before, with what is left if it takes that within a second. */
void glass_close(struct glass *g);

#endif
