/*
 * drain.h - the gateway empties, to be maintained.	Process: monitor.
 *
 * While it drains, no seat begins; those that there are go on, come back to what
 * lingers, and are told when it ends.
 *   off       everybody is served
 *   draining  nobody new gets a seat
 *   over      the last has left, or the time is up: the monitor stops
 *
 * Pure: times are uv_now(), which only counts, in milliseconds.
 */
#ifndef ATOLL_MONITOR_SEATS_DRAIN_H
#define ATOLL_MONITOR_SEATS_DRAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/wire/msg.h"

enum drain_state { DRAIN_OFF, DRAIN_ON, DRAIN_OVER, DRAIN_STATES };

/* All zero: off. */
struct drain {
	enum drain_state state; /* drain_step() alone writes it */
	uint64_t ends_ms;	/* 0: when the last has left */
};

#define DRAIN_SECONDS_MAX (366 * 86400)

#define DRAIN_WHY "maintenance of the gateway" /* told in brackets */
#define DRAIN_OVER_TEXT                                                        \
	"this gateway goes down for maintenance: log in again in some minutes"

/* Begin, or change the time, to so many seconds from now; 0: no time.  False:
 * it is over already, and nothing was changed. */
bool drain_begin(struct drain *d, uint64_t now_ms, int64_t seconds);

/* Take it back.  False: it does not drain. */
bool drain_cancel(struct drain *d);

/* It began in the build before, and has that end. */
void drain_restore(struct drain *d, uint64_t ends_ms);

bool drain_is_on(const struct drain *d);

/* Seconds until its time is up; INT64_MAX for never. */
int64_t drain_left(const struct drain *d, uint64_t now_ms);

/* True once, when it drains and the last has left, or its time is up. */
bool drain_has_ended(struct drain *d, uint64_t now_ms, bool is_empty);

/* For who is in; for who asks for a new sandbox; and for the administrator, ""
 * when it does not drain. */
void drain_notice(const struct drain *d, uint64_t now_ms, char to[TEXT_SIZE]);
void drain_refusal(const struct drain *d, uint64_t now_ms, char to[TEXT_SIZE]);
void drain_describe(const struct drain *d, uint64_t now_ms, char to[TEXT_SIZE]);

#endif
