/* restraining.c - a seat is slowed, frozen, or goes on: who is told. */
#include "gateway/monitor/seats/restraining.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/monitor/links/answer.h"
#include "gateway/monitor/links/build.h"
#include "gateway/monitor/seats/staff_notice.h"

/* A request to the builder that is not answered yet. */
struct restraining {
	struct monitor *monitor;
	uint32_t sandbox;
	enum restraint how;
	uint32_t client;    /* the tool's number; 0: it was a sign */
	char by[NAME_SIZE]; /* the account of staff; empty: the administrator */
};

/* --- who is told ------------------------------------------------------------- */

static void
tell_student(struct seat *s, const char *text)
{
	struct conn *c;

	TAILQ_FOREACH(c, &s->conns, seated) {
		if (c->state == CONN_SEATED)
			answer_notice(c, text);
	}
}

static void
tell_frozen(struct seat *s, bool is_frozen, const char *text)
{
	struct conn *c;

	TAILQ_FOREACH(c, &s->conns, seated) {
		if (c->state == CONN_SEATED)
			answer_frozen(c, is_frozen, text);
	}
}

static void
tell_staff(const struct seat *s, const char *text)
{
	char line[TEXT_SIZE];

	snprintf(line, sizeof(line), "%s+%s: %.400s", s->account, s->lab, text);
	staff_notice(s->monitor, s->lab, s->account, line);
}

/* --- it is done -------------------------------------------------------------- */

static void
note_restraint(struct seat *s, enum restraint now)
{
	s->restraint = now;
	signs_forget_load(&s->signs);
	s->is_loaded = false;
	/* Its linger time begins when it can go on. */
	if (now == RESTRAINT_NONE)
		s->lingers_ms = uv_now(&s->monitor->loop);
}

static void
restrained_by_sign(struct seat *s, const struct restraining *r,
    const char *failure)
{
	char text[TEXT_SIZE];

	if (failure != NULL) {
		log_error(&s->tag, "cannot %s it: %s",
		    r->how == RESTRAINT_FROZEN ? "freeze" : "slow", failure);
		snprintf(text, sizeof(text), "it could not be %s: %.200s",
		    r->how == RESTRAINT_FROZEN ? "frozen" : "slowed", failure);
		tell_staff(s, text);
		return;
	}
	note_restraint(s, r->how);
	if (r->how == RESTRAINT_FROZEN)
		tell_frozen(s, true,
		    "this sandbox was frozen, because it looked hostile:"
		    " nothing in it is lost; ask your instructor");
	else
		tell_student(s,
		    "this sandbox was slowed, because it looked hostile: ask"
		    " your instructor");
}

static void
frozen_by_hand(struct seat *s, const struct restraining *r, struct client *c)
{
	char text[TEXT_SIZE];

	note_restraint(s, RESTRAINT_FROZEN);
	snprintf(text, sizeof(text),
	    "this sandbox was frozen by %s%s: nothing in it is lost; ask your"
	    " instructor",
	    r->by[0] == '\0' ? "the administrator" : r->by,
	    r->by[0] == '\0' ? "" : " (staff)");
	tell_frozen(s, true, text);
	snprintf(text, sizeof(text),
	    "%s+%s is frozen: 'atoll thaw' lets it go on", s->account, s->lab);
	if (c != NULL)
		client_end(c, 0, text);
}

static void
thawed(struct seat *s, struct client *c)
{
	char text[TEXT_SIZE];

	note_restraint(s, RESTRAINT_NONE);
	signs_clear(&s->signs);
	tell_frozen(s, false, "this sandbox goes on as before");
	snprintf(text, sizeof(text), "%s+%s goes on as before", s->account,
	    s->lab);
	if (c != NULL)
		client_end(c, 0, text);
}

/* Whoever asked, and the seat, may be gone by now. */
static bool
on_restrained(void *self, struct msg *msg)
{
	struct restraining *r = self;
	struct seat *s = seat_by_sandbox(&r->monitor->registry, r->sandbox);
	struct client *c = client_find(r->monitor, r->client);
	const char *failure = msg == NULL ? "the builder is lost"
			      : msg->restrained.failed != 0
				  ? msg->restrained.reason
				  : NULL;

	if (s != NULL && r->client == 0)
		restrained_by_sign(s, r, failure);
	else if (s != NULL && failure == NULL && r->how == RESTRAINT_FROZEN)
		frozen_by_hand(s, r, c);
	else if (s != NULL && failure == NULL)
		thawed(s, c);
	else if (c != NULL)
		client_end(c, 1,
		    failure == NULL ? "the sandbox has ended" : failure);
	free(r);
	return true;
}

/* c is NULL for a sign. */
static int
ask(struct seat *s, enum restraint how, const struct client *c)
{
	struct restraining *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return -1;
	r->monitor = s->monitor;
	r->sandbox = s->sandbox;
	r->how = how;
	if (c != NULL) {
		r->client = c->number;
		text_copy(r->by, sizeof(r->by), c->staff);
	}
	build_restrain(s->monitor, s->sandbox, how, on_restrained, r);
	return 0;
}

int
restraining_by_sign(struct seat *s, enum restraint how)
{
	return ask(s, how, NULL);
}

/* --- atoll freeze, atoll thaw ------------------------------------------------ */

/* NULL: it was refused, and c is told. */
static struct seat *
find(struct client *c, const char *account, const char *lab)
{
	struct seat *s = seat_find(&c->monitor->registry, account, lab);

	if (!client_check(c, lab))
		return NULL;
	if (s != NULL && s->closing.state != CLOSING_NONE) {
		client_end(c, 1,
		    "the work of this seat is being collected: 'atoll"
		    " collected' shows how far it is");
		return NULL;
	}
	if (s != NULL && seat_is_live(s))
		return s;
	client_end(c, 1, "this seat has no sandbox: 'atoll ls' shows all");
	return NULL;
}

void
restraining_freeze(struct client *c, struct msg *m)
{
	struct seat *s = find(c, m->admin_freeze.account, m->admin_freeze.lab);

	if (s == NULL)
		return;
	if (s->restraint == RESTRAINT_FROZEN) {
		client_end(c, 1,
		    "this seat is frozen already: 'atoll thaw' lets it go on");
		return;
	}
	log_info(&c->tag, "freeze account=%s lab=%s", s->account, s->lab);
	if (ask(s, RESTRAINT_FROZEN, c) == -1)
		client_end(c, 1, "out of memory");
}

void
restraining_thaw(struct client *c, struct msg *m)
{
	struct seat *s = find(c, m->admin_thaw.account, m->admin_thaw.lab);

	if (s == NULL)
		return;
	if (s->restraint == RESTRAINT_NONE && s->signs.raised == 0) {
		client_end(c, 1,
		    "this seat is neither slowed nor frozen, and did not look"
		    " hostile");
		return;
	}
	log_info(&c->tag, "thaw account=%s lab=%s", s->account, s->lab);
	if (ask(s, RESTRAINT_NONE, c) == -1)
		client_end(c, 1, "out of memory");
}
