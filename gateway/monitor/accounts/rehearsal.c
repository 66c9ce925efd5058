/*
 * rehearsal.c - accounts that are there for a rehearsal.
 *
 * The order of the end is what makes it safe to be interrupted: first the
 * connections and sandboxes, whose last results must not be written any more; then
 * in one transaction the accounts and all that the database has of them, which
 * leaves the names of those that have homes (purge.h); then the homes.  Whatever
 * stops this in the middle, the next start finds the mark, or the names.
 */
#include "gateway/monitor/accounts/rehearsal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/pubkey.h"
#include "gateway/config/policy.h"
#include "gateway/monitor/accounts/accounts.h"
#include "gateway/monitor/accounts/expel.h"
#include "gateway/monitor/accounts/purge.h"
#include "gateway/monitor/accounts/rehearsal_rows.h"
#include "gateway/monitor/accounts/writer.h"

#define STUDENTS_MAX 5000
#define OVER	     "the rehearsal is over"

enum rehearsal_state {
	REHEARSAL_MAKING,     /* its accounts are being written */
	REHEARSAL_RUNNING,    /* they may log in */
	REHEARSAL_LEAVING,    /* until no sandbox of theirs is left */
	REHEARSAL_FORGETTING, /* the database is told */
	REHEARSAL_CLEARING,   /* until their homes are gone */
	REHEARSAL_STATES
};

struct rehearsal {
	struct monitor *monitor;
	enum rehearsal_state state; /* step() alone writes it */
	uint32_t client;	    /* the tool's number; 0: it has gone */
	bool is_asked_to_end;	    /* by the tool, which waits for it */
	bool is_over;		    /* before its accounts were written */
	struct rehearsal_rows rows; /* does not change */
	char lab[NAME_SIZE];
	struct address address; /* from which they log in; text "": any */
	struct arena arena;
};

/* From making to running, or at once to the end when the tool has gone; one that
 * is found at the start begins with leaving. */
#define TO(state) (1u << (state))
static const struct {
	const char *name;
	unsigned next;
} steps[REHEARSAL_STATES] = {
	[REHEARSAL_MAKING] = { "making",
	    TO(REHEARSAL_RUNNING) | TO(REHEARSAL_LEAVING) },
	[REHEARSAL_RUNNING] = { "running", TO(REHEARSAL_LEAVING) },
	[REHEARSAL_LEAVING] = { "leaving", TO(REHEARSAL_FORGETTING) },
	/* Again, where the database could not be written. */
	[REHEARSAL_FORGETTING] = { "forgetting",
	    TO(REHEARSAL_CLEARING) | TO(REHEARSAL_LEAVING) },
	[REHEARSAL_CLEARING] = { "clearing", 0 },
};

static void
step(struct rehearsal *r, enum rehearsal_state next)
{
	if ((steps[r->state].next & TO(next)) == 0) {
		log_error(NULL, "impossible step of a rehearsal from=%s to=%s",
		    steps[r->state].name, steps[next].name);
		return;
	}
	r->state = next;
}

void
rehearsal_free(struct monitor *m)
{
	if (m->rehearsal == NULL)
		return;
	arena_free(&m->rehearsal->arena);
	free(m->rehearsal);
	m->rehearsal = NULL;
}

/* --- the beginning ---------------------------------------------------------- */

/* People who are here, whom a rehearsal would be in the way of. */
static unsigned
count_students(const struct monitor *m)
{
	const struct conn *c;
	const struct seat *s;
	unsigned n = 0;

	TAILQ_FOREACH(c, &m->registry.conns, all)
		n += c->seat == NULL && c->account[0] != '\0' &&
		     !policy_is_rehearsal(c->account);
	TAILQ_FOREACH(s, &m->registry.seats, all)
		n += !policy_is_rehearsal(s->account);
	return n;
}

static int
check_lab(const struct monitor *m, const char *name, struct err *e)
{
	const struct lab *lab = config_lab(m->config, name);

	if (lab == NULL)
		return err_set(e, 0, "there is no lab of that name");
	if (!lab->open && lab->groups.count == 0)
		return err_set(e, 0,
		    "nobody may enter lab %s: give it groups, or open = true",
		    name);
	return 0;
}

static int
check(const struct monitor *m, const struct msg_rehearse *ask, struct err *e)
{
	struct address from;
	unsigned there = count_students(m);

	if (m->rehearsal != NULL)
		return err_set(e, 0,
		    "a rehearsal is there already, or is being cleared away:"
		    " wait for its end");
	if (drain_is_on(&m->drain))
		return err_set(e, 0, "the gateway is draining: nobody gets in");
	if (ask->count < 1 || ask->count > STUDENTS_MAX)
		return err_set(e, 0, "1 to %d students, not %" PRIu32,
		    STUDENTS_MAX, ask->count);
	if (ask->address[0] != '\0' &&
	    address_parse(&from, ask->address, 0) == -1)
		return err_set(e, 0, "%s is no address", ask->address);
	if (check_lab(m, ask->lab, e) == -1 || key_check(ask->key, e) == -1)
		return -1;
	if (there > 0 && ask->beside == 0)
		return err_set(e, 0,
		    "%u students are here, and would notice: rehearse when they"
		    " have left, or say --beside-students",
		    there);
	return 0;
}

static void
tell_running(const struct rehearsal *r, struct client *c)
{
	const struct config *cf = r->monitor->config;
	const struct lab *lab = config_lab(cf, r->lab);
	struct msg m;

	MSG_NEW(&m, REHEARSING, rehearsing);
	text_copy(m.rehearsing.prefix, TEXT_SIZE, REHEARSAL_PREFIX);
	m.rehearsing.state_dir = cf->state_dir;
	if (lab != NULL) {
		m.rehearsing.reattach = lab->linger > 0 && lab->reattach;
		m.rehearsing.lab_max = (uint32_t)lab->sandboxes_max;
		m.rehearsing.machines = policy_places(lab);
		m.rehearsing.memory = (uint64_t)policy_memory(lab);
		m.rehearsing.pids = (uint32_t)policy_pids(lab);
	}
	client_send(c, &m);
	client_end(c, 0, "");
}

static void
on_made(void *data, const struct err *e)
{
	struct rehearsal *r = data;
	struct client *c = client_find(r->monitor, r->client);

	if (e != NULL) {
		if (c != NULL)
			client_end(c, 1, e->text);
		rehearsal_free(r->monitor);
		return;
	}
	log_info(NULL, "rehearsal begins lab=%s accounts=%" PRIu32, r->lab,
	    r->rows.count);
	if (c == NULL || r->is_over) {
		step(r, REHEARSAL_LEAVING);
		return;
	}
	step(r, REHEARSAL_RUNNING);
	tell_running(r, c);
}

/* On the writer's thread. */
static int
make(struct db *db, void *data, struct err *e)
{
	const struct rehearsal *r = data;

	return rehearsal_make_rows(db, &r->rows, e);
}

void
rehearsal_begin(struct client *c, struct msg *msg)
{
	const struct msg_rehearse *ask = &msg->rehearse;
	struct monitor *m = c->monitor;
	const struct lab *lab;
	struct err e = { 0 };
	struct rehearsal *r;

	if (check(m, ask, &e) == -1) {
		client_end(c, 1, e.text);
		return;
	}
	r = calloc(1, sizeof(*r));
	if (r == NULL) {
		client_end(c, 1, "out of memory");
		return;
	}
	lab = config_lab(m->config, ask->lab);
	r->monitor = m;
	r->client = c->number;
	r->rows.count = ask->count;
	r->rows.has_homes = lab->home_kind != HOME_FRESH;
	text_copy(r->lab, sizeof(r->lab), ask->lab);
	text_copy(r->rows.key, sizeof(r->rows.key), ask->key);
	r->rows.group = arena_text(&r->arena,
	    lab->groups.count > 0 ? lab->groups.at[0] : "");
	if (ask->address[0] != '\0')
		address_parse(&r->address, ask->address, 0);
	m->rehearsal = r;
	writer_add(m->writer, make, on_made, r);
}

bool
rehearsal_admits(const struct monitor *m, const struct account *a,
    const struct address *peer)
{
	const struct rehearsal *r = m->rehearsal;

	if (a->source == NULL || strcmp(a->source, REHEARSAL_SOURCE) != 0)
		return true;
	return r != NULL && r->state == REHEARSAL_RUNNING &&
	       (r->address.text[0] == '\0' ||
		   memcmp(r->address.ip, peer->ip, sizeof(peer->ip)) == 0);
}

/* --- the end ---------------------------------------------------------------- */

/* Is somebody of it there still; and does some of that not end yet? */
static bool
is_somebody_there(const struct monitor *m, bool *is_live)
{
	bool is_there = false;
	const struct conn *c;
	const struct seat *s;

	*is_live = false;
	TAILQ_FOREACH(c, &m->registry.conns, all) {
		if (!policy_is_rehearsal(c->account))
			continue;
		is_there = true;
		*is_live = *is_live || c->state != CONN_CLOSING;
	}
	TAILQ_FOREACH(s, &m->registry.seats, all) {
		if (!policy_is_rehearsal(s->account))
			continue;
		is_there = true;
		*is_live = *is_live || s->state != SEAT_ENDING;
	}
	return is_there;
}

static void
expel(void *self, const char *name)
{
	accounts_expel(self, name, OVER);
}

/* On the writer's thread. */
static int
forget(struct db *db, void *data, struct err *e)
{
	const struct rehearsal *r = data;

	return rehearsal_forget_rows(db, &r->rows, e);
}

static void
on_forgotten(void *data, const struct err *e)
{
	struct rehearsal *r = data;
	struct monitor *m = r->monitor;

	if (e != NULL) {
		log_error(NULL,
		    "accounts of a rehearsal cannot be removed, will try again:"
		    " %s",
		    e->text);
		step(r, REHEARSAL_LEAVING);
		return;
	}
	step(r, REHEARSAL_CLEARING);
	purge_soon(m);
	rehearsal_tick(m);
}

/* Names whose homes are not gone yet. */
static bool
has_homes_left(struct monitor *m)
{
	int64_t n = 0;
	struct err e;

	if (rehearsal_count_homes(m->db, &n, &e) == -1)
		log_error(NULL, "cannot count homes of a rehearsal: %s",
		    e.text);
	return n > 0;
}

static void
finish(struct rehearsal *r)
{
	struct client *c = client_find(r->monitor, r->client);

	log_info(NULL, "rehearsal is cleared away");
	if (c != NULL && r->is_asked_to_end)
		client_end(c, 0, "");
	rehearsal_free(r->monitor);
}

static void
leave(struct rehearsal *r)
{
	struct monitor *m = r->monitor;
	struct err e = { 0 };
	bool is_live;

	if (!is_somebody_there(m, &is_live)) {
		step(r, REHEARSAL_FORGETTING);
		writer_add(m->writer, forget, on_forgotten, r);
	} else if (is_live && rehearsal_each_row(m->db, expel, m, &e) == -1) {
		log_error(NULL, "cannot end a rehearsal: %s", e.text);
	}
}

static void
end(struct rehearsal *r)
{
	r->is_over = true;
	if (r->state != REHEARSAL_RUNNING)
		return;
	step(r, REHEARSAL_LEAVING);
	leave(r);
}

void
rehearsal_end(struct client *c, struct msg *msg)
{
	struct rehearsal *r = c->monitor->rehearsal;

	(void)msg;
	if (r == NULL || r->client != c->number) {
		client_end(c, 1, "there is no rehearsal of yours");
		return;
	}
	r->is_asked_to_end = true;
	end(r);
}

void
rehearsal_client_gone(const struct client *c)
{
	struct rehearsal *r = c->monitor->rehearsal;

	if (r == NULL || r->client != c->number)
		return;
	r->client = 0;
	end(r);
}

/* What was left from before: nobody's any more. */
static void
look_for_left(struct monitor *m)
{
	int64_t n = 0;
	struct err e;

	if (rehearsal_count_left(m->db, &n, &e) == -1) {
		log_error(NULL, "cannot look for a rehearsal: %s", e.text);
		return;
	}
	m->is_rehearsal_looked_for = true;
	if (n == 0)
		return;
	log_info(NULL,
	    "accounts of a rehearsal are left, and go count=%" PRId64, n);
	m->rehearsal = calloc(1, sizeof(*m->rehearsal));
	m->is_rehearsal_looked_for = m->rehearsal != NULL;
	if (m->rehearsal == NULL)
		return; /* the next tick will */
	*m->rehearsal = (struct rehearsal){ .monitor = m,
		.state = REHEARSAL_LEAVING,
		.rows = { .group = "", .has_homes = true },
		.is_over = true };
}

void
rehearsal_tick(struct monitor *m)
{
	struct rehearsal *r;

	if (!m->is_rehearsal_looked_for && m->rehearsal == NULL)
		look_for_left(m);
	r = m->rehearsal;
	if (r == NULL)
		return;
	if (r->state == REHEARSAL_LEAVING)
		leave(r);
	else if (r->state != REHEARSAL_CLEARING)
		return;
	else if (r->rows.has_homes && has_homes_left(m))
		purge_soon(m); /* some of them at each look */
	else
		finish(r);
}
