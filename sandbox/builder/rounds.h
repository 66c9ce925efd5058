/*
 * rounds.h - the looks at all sandboxes, again and again.
 *
 * Each is looked at twice a second: is its disk full, were its processes refused,
 * does it hold memory that nobody counts.  Hundreds of looks at a stretch would keep
 * a processor from whoever types for many milliseconds, so they are spread over the
 * half second, a few at a time.
 */
#ifndef ATOLL_BUILDER_ROUNDS_H
#define ATOLL_BUILDER_ROUNDS_H

#include "sandbox/builder/builder.h"

/* There is a first sandbox, or there is none any more. */
void rounds_begin(struct builder *b);
void rounds_end(struct builder *b);

/* React to the timers. */
void on_watch_timer(struct builder *b);
void on_look_timer(struct builder *b);

#endif
