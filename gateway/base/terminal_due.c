/* terminal_due.c - when the picture of a terminal is to be made anew. */
#include "gateway/base/terminal_due.h"

static bool
is_alternate(const struct terminal_ring *r)
{
	return (r->filter.modes.on & TERMINAL_ALTERNATE) != 0;
}

static bool
is_half(const struct terminal_due *d, const struct terminal_ring *r)
{
	return r->position - d->position >= TERMINAL_DUE_BYTES;
}

void
terminal_due_begin(struct terminal_due *d, const struct terminal_ring *r,
    uint64_t position)
{
	*d = (struct terminal_due){ .position = position,
		.is_alternate = is_alternate(r) };
}

bool
terminal_due_look(struct terminal_due *d, const struct terminal_ring *r)
{
	bool was = d->is_alternate;

	d->is_alternate = is_alternate(r);
	if (d->is_alternate && !was)
		d->is_entered = true;
	return d->is_entered || is_half(d, r);
}

/* Not within a second of the last time for the same reason. */
static bool
may(bool *was, int64_t *last_ms, int64_t now_ms)
{
	if (*was && now_ms - *last_ms < TERMINAL_DUE_MS)
		return false;
	*was = true;
	*last_ms = now_ms;
	return true;
}

bool
terminal_due_take(struct terminal_due *d, const struct terminal_ring *r,
    int64_t now_ms)
{
	bool is_due =
	    d->is_entered && may(&d->was_entered, &d->entered_ms, now_ms);

	if (!is_due && is_half(d, r))
		is_due = may(&d->was_half, &d->half_ms, now_ms);
	if (is_due) {
		d->position = r->position;
		d->is_entered = false;
	}
	return is_due;
}
