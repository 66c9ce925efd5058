/* registry.c - every live connection and every seat. */
#include "gateway/monitor/seats/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/hash.h"
#include "gateway/wire/msg.h"

/* Each request for a seat costs a look at every seat and a line of the log, or
 * a sandbox: a session that was taken over asks no more often than this. */
#define ASKS_MAX 20  /* for a seat at once, */
#define ASK_MS	 500 /* and then one each */

/* More than an init of ours lets through, see sandbox/init/lab_socket.c. */
#define INIT_WORDS_MAX 50 /* at once, */
#define INIT_WORD_MS   50 /* and then one each */

/* A hash costs a processor; and who can type a password here can guess it. */
#define TRIES_MAX   5
#define TRY_MS	    30000
#define EXPORTS_MAX 3
#define EXPORT_MS   20000
#define RESETS_MAX  3
#define RESET_MS    20000
#define CODES_MAX   3
#define CODE_MS	    20000

#define TO(state) (1u << (state))

/* CHECKING goes back to AUTH when the password was wrong; SEATED to WAITING
 * when the sandbox ended under it and a new one is asked for.  CLOSING is the
 * end. */
static const struct {
	const char *name;
	unsigned next;
} conn_steps[CONN_STATES] = {
	[CONN_AUTH] = { "auth",
	    TO(CONN_CHECKING) | TO(CONN_READY) | TO(CONN_CLOSING) },
	[CONN_CHECKING] = { "checking",
	    TO(CONN_AUTH) | TO(CONN_READY) | TO(CONN_CLOSING) },
	[CONN_READY] = { "ready",
	    TO(CONN_WAITING) | TO(CONN_SEATED) | TO(CONN_CLOSING) },
	[CONN_WAITING] = { "waiting",
	    TO(CONN_SEATED) | TO(CONN_READY) | TO(CONN_CLOSING) },
	[CONN_SEATED] = { "seated",
	    TO(CONN_WAITING) | TO(CONN_READY) | TO(CONN_CLOSING) },
	[CONN_CLOSING] = { "closing", 0 },
};

static const struct {
	const char *name;
	unsigned next;
} seat_steps[SEAT_STATES] = {
	[SEAT_QUEUED] = { "queued", TO(SEAT_BUILDING) },
	[SEAT_BUILDING] = { "building", TO(SEAT_LIVE) | TO(SEAT_ENDING) },
	[SEAT_LIVE] = { "live", TO(SEAT_LINGERING) | TO(SEAT_ENDING) },
	[SEAT_LINGERING] = { "lingering", TO(SEAT_LIVE) | TO(SEAT_ENDING) },
	[SEAT_ENDING] = { "ending", TO(SEAT_QUEUED) },
};

/* An empty LIST_HEAD is all zero. */
void
registry_init(struct registry *r, const struct registry_ends *ends)
{
	memset(r, 0, sizeof(*r));
	r->ends = ends;
	r->next_conn = r->next_sandbox = 1;
	TAILQ_INIT(&r->conns);
	TAILQ_INIT(&r->seats);
	TAILQ_INIT(&r->queue);
}

static size_t
bucket_of_number(uint32_t number)
{
	return number % REGISTRY_BUCKETS;
}

static size_t
bucket_of_name(const char *name)
{
	return hash_name(name) % REGISTRY_BUCKETS;
}

/* Its ids in the log: the seat's as long as it has that one's terminals. */
static void
tag_conn(struct conn *c)
{
	if (c->sandbox != 0)
		snprintf(c->tag.text, sizeof(c->tag.text),
		    "conn=%u account=%s lab=%s sandbox=%u", c->id, c->account,
		    c->seat->lab, c->sandbox);
	else
		snprintf(c->tag.text, sizeof(c->tag.text), "conn=%u%s%s", c->id,
		    c->account[0] == '\0' ? "" : " account=", c->account);
}

static struct conn *
add_conn(struct registry *r, const struct address *peer, uint32_t id)
{
	struct conn *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->registry = r;
	c->id = id;
	c->peer = *peer;
	bucket_fill(&c->asks, ASKS_MAX, ASK_MS);
	tag_conn(c);
	TAILQ_INSERT_TAIL(&r->conns, c, all);
	LIST_INSERT_HEAD(&r->index.conn[bucket_of_number(id)], c, by_id);
	r->conn_count++;
	return c;
}

struct conn *
conn_add(struct registry *r, const struct address *peer)
{
	return add_conn(r, peer, r->next_conn++);
}

/* Those that nothing is under way for; see upgrade/obstacle.c. */
#define CONN_LASTS                                                             \
	(TO(CONN_AUTH) | TO(CONN_READY) | TO(CONN_WAITING) | TO(CONN_SEATED))
#define SEAT_LASTS (TO(SEAT_QUEUED) | TO(SEAT_LIVE) | TO(SEAT_LINGERING))

struct conn *
conn_restore(struct registry *r, const struct address *peer, uint32_t id,
    uint32_t state)
{
	struct conn *c;

	if (state >= CONN_STATES || (CONN_LASTS & TO(state)) == 0)
		return NULL;
	c = add_conn(r, peer, id);
	if (c != NULL)
		c->state = (enum conn_state)state;
	return c;
}

/* Off its seat and out of the count of those that have not logged in first:
 * both have pointers to it. */
void
conn_remove(struct registry *r, struct conn *c)
{
	conn_detach(c);
	limit_leave(c->preauth, &c->preauth_conn);
	TAILQ_REMOVE(&r->conns, c, all);
	LIST_REMOVE(c, by_id);
	if (c->account[0] != '\0')
		LIST_REMOVE(c, by_account);
	r->conn_count--;
	free(c->keys_request);
	free(c);
}

struct conn *
conn_by_id(const struct registry *r, uint32_t id)
{
	struct conn *c;

	LIST_FOREACH(c, &r->index.conn[bucket_of_number(id)], by_id) {
		if (c->id == id)
			return c;
	}
	return NULL;
}

void
conn_step(struct conn *c, enum conn_state next)
{
	if ((conn_steps[c->state].next & TO(next)) == 0) {
		log_error(&c->tag, "impossible step from=%s to=%s",
		    conn_steps[c->state].name, conn_steps[next].name);
		c->registry->ends->conn(c);
		return;
	}
	log_debug(&c->tag, "step from=%s to=%s", conn_steps[c->state].name,
	    conn_steps[next].name);
	c->state = next;
	/* From here on it takes no place of unauthenticated_max. */
	if (next != CONN_AUTH && next != CONN_CHECKING)
		limit_leave(c->preauth, &c->preauth_conn);
}

void
conn_name(struct conn *c, const char *account)
{
	struct registry_index *i = &c->registry->index;

	if (c->account[0] != '\0')
		LIST_REMOVE(c, by_account);
	text_copy(c->account, sizeof(c->account), account);
	if (c->account[0] != '\0')
		LIST_INSERT_HEAD(&i->conn_account[bucket_of_name(c->account)],
		    c, by_account);
	tag_conn(c);
}

void
conn_attach(struct conn *c, struct seat *s)
{
	c->seat = s;
	TAILQ_INSERT_TAIL(&s->conns, c, seated);
}

void
conn_sit(struct conn *c, uint32_t sandbox)
{
	c->sandbox = sandbox;
	tag_conn(c);
}

void
conn_detach(struct conn *c)
{
	if (c->seat == NULL)
		return;
	TAILQ_REMOVE(&c->seat->conns, c, seated);
	conn_sit(c, 0);
	c->seat = NULL;
	c->place_told = 0;
	c->probe = (struct probe){ 0 };
}

unsigned
conns_of_account(const struct registry *r, const char *account)
{
	unsigned n = 0;
	struct conn *c;

	LIST_FOREACH(c, &r->index.conn_account[bucket_of_name(account)],
	    by_account)
		n += strcmp(c->account, account) == 0;
	return n;
}

/* One that is ending does: what it uses is not free yet. */
static bool
occupies_a_place(enum seat_state state)
{
	return state != SEAT_QUEUED;
}

/* It is in the queue, or it is counted: it has a place in this state. */
static void
enter(struct registry *r, struct seat *s)
{
	if (occupies_a_place(s->state)) {
		r->running += s->places;
		s->of_lab->running += s->places;
	} else {
		r->waiting++;
		TAILQ_INSERT_TAIL(&r->queue, s, queued);
	}
}

static void
leave(struct registry *r, struct seat *s)
{
	if (occupies_a_place(s->state)) {
		r->running -= s->places;
		s->of_lab->running -= s->places;
	} else {
		r->waiting--;
		TAILQ_REMOVE(&r->queue, s, queued);
	}
}

static struct seat *
add_seat(struct registry *r, const char *account, const char *lab,
    uint32_t sandbox, enum seat_state state)
{
	struct seat *s = calloc(1, sizeof(*s));
	struct registry_index *i = &r->index;

	if (s == NULL)
		return NULL;
	s->of_lab = lab_seats_join(&r->labs, lab);
	if (s->of_lab == NULL) {
		free(s);
		return NULL;
	}
	s->state = state;
	s->places = 1;
	text_copy(s->account, sizeof(s->account), account);
	text_copy(s->lab, sizeof(s->lab), lab);
	s->sandbox = sandbox;
	snprintf(s->tag.text, sizeof(s->tag.text),
	    "sandbox=%u account=%s lab=%s", s->sandbox, account, lab);
	TAILQ_INIT(&s->conns);
	TAILQ_INSERT_TAIL(&r->seats, s, all);
	LIST_INSERT_HEAD(&i->sandbox[bucket_of_number(sandbox)], s, by_sandbox);
	LIST_INSERT_HEAD(&i->seat_account[bucket_of_name(s->account)], s,
	    by_account);
	enter(r, s);
	return s;
}

struct seat *
seat_add(struct registry *r, const char *account, const char *lab)
{
	return add_seat(r, account, lab, r->next_sandbox++, SEAT_QUEUED);
}

struct seat *
seat_restore(struct registry *r, const char *account, const char *lab,
    uint32_t sandbox, uint32_t state)
{
	if (state >= SEAT_STATES || (SEAT_LASTS & TO(state)) == 0)
		return NULL;
	return add_seat(r, account, lab, sandbox, (enum seat_state)state);
}

void
seat_set_places(struct registry *r, struct seat *s, unsigned places)
{
	bool is_counted = occupies_a_place(s->state);

	if (is_counted)
		leave(r, s);
	s->places = places == 0 ? 1 : places;
	if (is_counted)
		enter(r, s);
}

void
seat_take_usage(struct registry *r, const struct msg_usage *told)
{
	struct seat *s = seat_by_sandbox(r, told->sandbox);

	if (s == NULL)
		return;
	s->usage = (struct usage){ .cpu_us = told->cpu_us,
		.memory = told->memory,
		.pids = told->pids,
		.disk = told->disk };
}

void
seat_fill_words(struct seat *s)
{
	bucket_fill(&s->words, INIT_WORDS_MAX, INIT_WORD_MS);
	bucket_fill(&s->self.tries, TRIES_MAX, TRY_MS);
	bucket_fill(&s->self.exports, EXPORTS_MAX, EXPORT_MS);
	bucket_fill(&s->self.resets, RESETS_MAX, RESET_MS);
	bucket_fill(&s->self.codes, CODES_MAX, CODE_MS);
}

void
seat_remove(struct registry *r, struct seat *s)
{
	while (!TAILQ_EMPTY(&s->conns))
		conn_detach(TAILQ_FIRST(&s->conns));
	TAILQ_REMOVE(&r->seats, s, all);
	LIST_REMOVE(s, by_sandbox);
	LIST_REMOVE(s, by_account);
	leave(r, s);
	lab_seats_leave(s->of_lab);
	free(s->standing);
	free(s);
}

struct seat *
seat_find(const struct registry *r, const char *account, const char *lab)
{
	struct seat *s;

	LIST_FOREACH(s, &r->index.seat_account[bucket_of_name(account)],
	    by_account) {
		if (strcmp(s->account, account) == 0 &&
		    strcmp(s->lab, lab) == 0)
			return s;
	}
	return NULL;
}

struct seat *
seat_by_sandbox(const struct registry *r, uint32_t sandbox)
{
	struct seat *s;

	LIST_FOREACH(s, &r->index.sandbox[bucket_of_number(sandbox)],
	    by_sandbox) {
		if (s->sandbox == sandbox)
			return s;
	}
	return NULL;
}

void
seat_step(struct registry *r, struct seat *s, enum seat_state next)
{
	if ((seat_steps[s->state].next & TO(next)) == 0) {
		log_error(&s->tag, "impossible step from=%s to=%s",
		    seat_steps[s->state].name, seat_steps[next].name);
		r->ends->seat(s);
		return;
	}
	log_debug(&s->tag, "step from=%s to=%s", seat_steps[s->state].name,
	    seat_steps[next].name);
	leave(r, s);
	s->state = next;
	enter(r, s);
}

const char *
seat_state_name(enum seat_state state)
{
	return seat_steps[state].name;
}
