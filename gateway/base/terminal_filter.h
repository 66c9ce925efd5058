/*
 * terminal_filter.h - the bytes of a program that a terminal may be shown.
 *
 * What a student's program prints is shown to others, and later to the student:
 * by the snapshot of a terminal, to who watches.  Of it this lets through text
 * and the sequences that draw.  It drops what a terminal answers, since the
 * answer would be typed (DA, DSR, DECRQM, XTVERSION and the like), every string
 * (OSC, DCS, APC, PM, SOS) but a title, single C1 bytes, modes that it does not
 * know, and it cuts arguments to TERMINAL_ARGS_MAX.  What is not UTF-8 becomes
 * U+FFFD.  What comes out is in one form: whatever pieces the input comes in the
 * output is the same, and filtered again it stays as it is.
 *
 * Pure, no allocation.  The state has no pointers, see terminal_modes.h.
 */
#ifndef ATOLL_BASE_TERMINAL_FILTER_H
#define ATOLL_BASE_TERMINAL_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/base/terminal_modes.h"

#define TERMINAL_ARGS_MAX   16
#define TERMINAL_ARG_MAX    9999
#define TERMINAL_REPEAT_MAX 1000 /* of CSI b */

struct terminal_filter {
	struct terminal_modes modes; /* after the last whole sequence */
	uint8_t state;		     /* enum of terminal_filter.c */
	uint8_t prefix;		     /* of CSI: one of <=>? or 0 */
	uint8_t intermediate;	     /* ' '..'/' or 0 */
	uint8_t is_bad;		     /* the sequence is dropped at its end */
	uint8_t arg_count;
	uint8_t code_have, code_need; /* bytes of a character */
	uint8_t code[4];	      /* that is not whole yet */
	uint8_t last[4];	      /* the last whole one, for CSI b */
	uint8_t last_length;
	uint16_t colons;		 /* bit n: a colon before argument n */
	uint16_t title_length;		 /* of title, while it comes */
	uint16_t arg[TERMINAL_ARGS_MAX]; /* UINT16_MAX: left out */
	char title[TERMINAL_TITLE_SIZE];
};

/* What takes the output.  Either function may be NULL. */
struct terminal_sink {
	void *self;
	/* Some ASCII text, or one other character, one control, one sequence;
	 * n is never 0. */
	void (*bytes)(void *self, const uint8_t *bytes, size_t n);
	/* The next of these changes to the alternate screen, or back from it:
	 * the cursor is still where it is to come back to. */
	void (*before_screen)(void *self, bool alternate);
};

void terminal_filter_init(struct terminal_filter *f);

/* Make a state from another process valid: every value one that it can have. */
void terminal_filter_bound(struct terminal_filter *f);

/* Take some bytes. */
void terminal_filter_run(struct terminal_filter *f, const uint8_t *bytes,
    size_t n, const struct terminal_sink *sink);

/* Take some bytes for the modes' sake only, which is faster.  A state that
 * has been used so is not fit for terminal_filter_run() until its parser was
 * reset by terminal_filter_init(). */
void terminal_filter_track(struct terminal_filter *f, const uint8_t *bytes,
    size_t n);

#endif
