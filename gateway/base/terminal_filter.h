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

#include <stddef.h>
#include <stdint.h>

#include "gateway/base/terminal_parser.h"

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
