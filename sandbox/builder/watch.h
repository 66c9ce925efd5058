/*
 * watch.h - which limits a sandbox has just met.
 */
#ifndef ATOLL_BUILDER_WATCH_H
#define ATOLL_BUILDER_WATCH_H

#include <stdint.h>

#include "sandbox/builder/assemble.h"

/* Between two messages about one limit of one sandbox. */
#define WATCH_PAUSE_MS 1000

/* Bit n: limit n (enum limit) is to be told of now. */

/* After its oom_event or pids_event woke us. */
unsigned watch_memory(struct site *site, struct sandbox *s, int64_t now_ms);
/* Now and then: of what was not told of, since it came too soon after the last. */
unsigned watch_memory_late(struct sandbox *s, int64_t now_ms);
unsigned watch_pids(struct site *site, struct sandbox *s, int64_t now_ms);

/* Now and then: is the writable layer full?  Told once, and again only after
 * there was room. */
unsigned watch_disk(struct sandbox *s);

#endif
