/* closing_state.c - how far the collecting of a seat's work is. */
#include "gateway/monitor/seats/closing_state.h"

#include <stdio.h>
#include <stdlib.h>

struct closing_call {
	struct monitor *monitor;
	uint32_t sandbox;
};

#define TO(state) (1u << (state))

/* From where it is written it goes back, to be written anew; one that stands still
 * already, or has no check, leaves out what it can. */
static const struct {
	const char *name; /* for the log */
	const char *text; /* for people */
	unsigned next;
} steps[CLOSING_STATES] = {
	[CLOSING_NONE] = { "none", "",
	    TO(CLOSING_STOPPING) | TO(CLOSING_WAITING) },
	[CLOSING_STOPPING] = { "stopping", "it is being frozen",
	    TO(CLOSING_WAITING) },
	[CLOSING_WAITING] = { "waiting", "it waits to be checked",
	    TO(CLOSING_THAWING) | TO(CLOSING_CHECKED) },
	[CLOSING_THAWING] = { "thawing", "it is being checked",
	    TO(CLOSING_CHECKING) | TO(CLOSING_FREEZING) },
	[CLOSING_CHECKING] = { "checking", "it is being checked",
	    TO(CLOSING_FREEZING) },
	[CLOSING_FREEZING] = { "freezing", "it is being checked",
	    TO(CLOSING_CHECKED) },
	[CLOSING_CHECKED] = { "checked", "it waits to be written",
	    TO(CLOSING_OPENING) },
	[CLOSING_OPENING] = { "opening", "it is being written",
	    TO(CLOSING_WRITING) | TO(CLOSING_CHECKED) | TO(CLOSING_DONE) },
	[CLOSING_WRITING] = { "writing", "it is being written",
	    TO(CLOSING_SIGNING) | TO(CLOSING_CHECKED) },
	[CLOSING_SIGNING] = { "signing", "it is being signed",
	    TO(CLOSING_DONE) | TO(CLOSING_CHECKED) },
	[CLOSING_DONE] = { "done", "it is collected", 0 },
};

void
closing_step(struct seat *s, enum closing_state next)
{
	enum closing_state from = s->closing.state;

	if ((steps[from].next & TO(next)) == 0) {
		log_error(&s->tag,
		    "impossible step of collecting from=%s to=%s",
		    steps[from].name, steps[next].name);
		return;
	}
	log_debug(&s->tag, "collecting step from=%s to=%s", steps[from].name,
	    steps[next].name);
	s->closing.state = next;
}

void
closing_text(const struct seat *s, char text[TEXT_SIZE])
{
	const struct closing *c = &s->closing;

	snprintf(text, TEXT_SIZE, "%s%s%s", steps[c->state].text,
	    c->failure[0] == '\0' ? "" : "; the last try failed: ", c->failure);
}

struct closing_call *
closing_call(const struct seat *s)
{
	struct closing_call *c = malloc(sizeof(*c));

	if (c != NULL)
		*c = (struct closing_call){ s->monitor, s->sandbox };
	return c;
}

struct seat *
closing_answered(struct closing_call *c, enum closing_state asked)
{
	struct seat *s = seat_by_sandbox(&c->monitor->registry, c->sandbox);

	free(c);
	return s != NULL && seat_is_live(s) && s->closing.state == asked ? s
									 : NULL;
}
