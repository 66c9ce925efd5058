/* conn_terminals.c - the terminals that connections have. */
#include "gateway/monitor/seats/conn_terminals.h"

#include <stdlib.h>
#include <time.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"

#define TO(state) (1u << (state))
static const struct {
	const char *name;
	unsigned next;
} steps[TAP_STATES] = {
	[TAP_NONE] = { "none", TO(TAP_OPENING) },
	[TAP_OPENING] = { "opening",
	    TO(TAP_NONE) | TO(TAP_OPEN) | TO(TAP_LOST) | TO(TAP_FAILED) },
	[TAP_OPEN] = { "open", TO(TAP_NONE) | TO(TAP_LOST) | TO(TAP_FAILED) },
	[TAP_LOST] = { "lost",
	    TO(TAP_NONE) | TO(TAP_OPENING) | TO(TAP_FAILED) },
	[TAP_FAILED] = { "failed", TO(TAP_NONE) },
};

void
terminal_step(struct terminal *t, enum tap_state next)
{
	if ((steps[t->tap].next & TO(next)) == 0) {
		log_error(&t->conn->tag, "impossible step of tap from=%s to=%s",
		    steps[t->tap].name, steps[next].name);
		next = TAP_FAILED;
	}
	t->tap = next;
}

void
terminal_restore(struct terminal *t, enum tap_state was)
{
	t->tap = was == TAP_OPENING || was == TAP_OPEN ? TAP_LOST : was;
}

struct terminal *
terminals_add(struct conn *c, uint32_t serial,
    const struct msg_terminal_at *told)
{
	struct terminal *t = NULL;

	if (c->terminal_count < CONN_TERMINALS_MAX)
		t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	t->conn = c;
	t->serial = serial;
	t->number = told->terminal;
	t->rows = told->rows;
	t->cols = told->cols;
	t->waits = told->waits != 0;
	t->theirs = -1;
	t->since = (uint64_t)time(NULL);
	t->since_ms = (uint64_t)clock_ms();
	text_copy(t->term, sizeof(t->term), told->term);
	LIST_INSERT_HEAD(&c->terminals, t, next);
	c->terminal_count++;
	return t;
}

struct terminal *
terminals_find(const struct conn *c, uint32_t serial)
{
	struct terminal *t;

	LIST_FOREACH(t, &c->terminals, next) {
		if (t->serial == serial)
			return t;
	}
	return NULL;
}

struct terminal *
terminals_tapped(const struct registry *r, uint32_t tap)
{
	struct terminal *t;
	struct conn *c;

	TAILQ_FOREACH(c, &r->conns, all) {
		LIST_FOREACH(t, &c->terminals, next) {
			if (t->tap == TAP_OPEN && t->tap_number == tap)
				return t;
		}
	}
	return NULL;
}

struct terminal *
terminals_of_seat(const struct seat *s, uint32_t number)
{
	struct terminal *t;
	struct conn *c;

	TAILQ_FOREACH(c, &s->conns, seated) {
		LIST_FOREACH(t, &c->terminals, next) {
			if (t->number == number)
				return t;
		}
	}
	return NULL;
}

void
terminals_remove(struct terminal *t)
{
	scope_close(&t->theirs);
	LIST_REMOVE(t, next);
	t->conn->terminal_count--;
	free(t);
}
