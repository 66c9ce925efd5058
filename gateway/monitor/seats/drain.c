/* drain.c - the gateway empties, to be maintained. */
#include "gateway/monitor/seats/drain.h"

#include <stdio.h>

#include "gateway/base/log.h"
#include "gateway/base/span.h"

#define TO(state) (1u << (state))

/* ON goes to ON where the time is changed.  OVER is the end. */
static const struct {
	const char *name;
	unsigned next;
} steps[DRAIN_STATES] = {
	[DRAIN_OFF] = { "off", TO(DRAIN_ON) },
	[DRAIN_ON] = { "draining",
	    TO(DRAIN_ON) | TO(DRAIN_OFF) | TO(DRAIN_OVER) },
	[DRAIN_OVER] = { "over", 0 },
};

/* An administrator may ask for any step at any time: one that there is not is
 * refused, and no defect. */
static bool
drain_step(struct drain *d, enum drain_state next)
{
	if ((steps[d->state].next & TO(next)) == 0)
		return false;
	log_debug(NULL, "drain from=%s to=%s", steps[d->state].name,
	    steps[next].name);
	d->state = next;
	return true;
}

bool
drain_begin(struct drain *d, uint64_t now_ms, int64_t seconds)
{
	if (!drain_step(d, DRAIN_ON))
		return false;
	d->ends_ms = seconds == 0 ? 0 : now_ms + (uint64_t)seconds * 1000;
	return true;
}

void
drain_restore(struct drain *d, uint64_t ends_ms)
{
	if (drain_step(d, DRAIN_ON))
		d->ends_ms = ends_ms;
}

bool
drain_cancel(struct drain *d)
{
	return drain_step(d, DRAIN_OFF);
}

bool
drain_is_on(const struct drain *d)
{
	return d->state == DRAIN_ON;
}

/* Rounded up, so that a span is told as it was asked for. */
int64_t
drain_left(const struct drain *d, uint64_t now_ms)
{
	if (d->state != DRAIN_ON || d->ends_ms == 0)
		return INT64_MAX;
	return d->ends_ms <= now_ms
		   ? 0
		   : (int64_t)((d->ends_ms - now_ms + 999) / 1000);
}

bool
drain_has_ended(struct drain *d, uint64_t now_ms, bool is_empty)
{
	if (d->state != DRAIN_ON || (!is_empty && drain_left(d, now_ms) > 0))
		return false;
	return drain_step(d, DRAIN_OVER);
}

/* False: there is no time to tell. */
static bool
span_left(const struct drain *d, uint64_t now_ms, char span[SPAN_SIZE])
{
	int64_t left = drain_left(d, now_ms);

	if (left == INT64_MAX)
		return false;
	span_text(left, span);
	return true;
}

void
drain_notice(const struct drain *d, uint64_t now_ms, char to[TEXT_SIZE])
{
	char span[SPAN_SIZE];

	if (d->state != DRAIN_ON)
		snprintf(to, TEXT_SIZE,
		    "the maintenance was called off: this gateway goes on");
	else if (span_left(d, now_ms, span))
		snprintf(to, TEXT_SIZE,
		    "this gateway goes down for maintenance in %s, and all"
		    " sandboxes end: save your work",
		    span);
	else
		snprintf(to, TEXT_SIZE,
		    "this gateway goes down for maintenance when everybody has"
		    " left: save your work, and log out when you are done");
}

void
drain_refusal(const struct drain *d, uint64_t now_ms, char to[TEXT_SIZE])
{
	char span[SPAN_SIZE];

	if (span_left(d, now_ms, span))
		snprintf(to, TEXT_SIZE,
		    "this gateway goes down for maintenance and starts no new"
		    " sandbox: log in again in %s, or a little later",
		    span);
	else
		snprintf(to, TEXT_SIZE,
		    "this gateway goes down for maintenance and starts no new"
		    " sandbox: try again later, or ask your instructor when");
}

void
drain_describe(const struct drain *d, uint64_t now_ms, char to[TEXT_SIZE])
{
	char span[SPAN_SIZE];

	if (d->state != DRAIN_ON)
		to[0] = '\0';
	else if (span_left(d, now_ms, span))
		snprintf(to, TEXT_SIZE,
		    "draining: ends when the last has left, in %s at most",
		    span);
	else
		snprintf(to, TEXT_SIZE,
		    "draining: ends when the last has left");
}
