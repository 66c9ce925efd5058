/*
 * activity.h - is the student at work?
 */
#ifndef ATOLL_INIT_ACTIVITY_H
#define ATOLL_INIT_ACTIVITY_H

#include <stdbool.h>
#include <stdint.h>

/* The kernel notes when a terminal was used every eight seconds only. */
#define ACTIVITY_S 16

/* True when something was typed or shown on a terminal of the sandbox's in the
 * last ACTIVITY_S; now is in seconds since the epoch. */
bool activity_is_recent(int64_t now);

/* A number that is another one once anything was typed or shown there, or a terminal
 * has come or gone. */
uint64_t activity_mark(void);

#endif
