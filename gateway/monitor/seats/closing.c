/* closing.c - the work of a seat is collected before its sandbox ends. */
#include "gateway/monitor/seats/closing.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/config/policy.h"
#include "gateway/monitor/links/answer.h"
#include "gateway/monitor/links/build.h"
#include "gateway/monitor/links/collector.h"
#include "gateway/monitor/seats/closing_store.h"
#include "gateway/monitor/seats/ending.h"
#include "gateway/monitor/seats/own_check.h"
#include "gateway/monitor/seats/receipts.h"
#include "gateway/monitor/seats/staff_notice.h"
#include "gateway/monitor/seats/standing.h"

#define WRITTEN_MAX 4 /* at a time; the builder has places for others, too */
#define RETRY_MS    10000 /* after a failure */
/* A check may take PROGRAM_SECONDS_MAX, and another before it. */
#define CHECK_MAX_MS (2000 * (uint64_t)PROGRAM_SECONDS_MAX)
#define BUSY_MS	     500 /* before a busy sandbox is asked again */
#define LOST	     "a program of the gateway has ended"

/* --- states -------------------------------------------------------------------- */

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

static void
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

/* --- a request that was not answered yet ---------------------------------------- */

struct call {
	struct monitor *monitor;
	uint32_t sandbox;
};

static struct call *
call_of(const struct seat *s)
{
	struct call *c = malloc(sizeof(*c));

	if (c != NULL)
		*c = (struct call){ s->monitor, s->sandbox };
	return c;
}

/* Its seat, if that is still where it asked; the call is over then. */
static struct seat *
answered(struct call *c, enum closing_state asked)
{
	struct seat *s = seat_by_sandbox(&c->monitor->registry, c->sandbox);

	free(c);
	return s != NULL && seat_is_live(s) && s->closing.state == asked ? s
									 : NULL;
}

/* Told once to staff, and to the log as often as it happens. */
static void
fail(struct seat *s, const char *why)
{
	char line[TEXT_SIZE];

	log_error(&s->tag, "cannot collect, will try again: %s", why);
	if (s->closing.failure[0] == '\0') {
		snprintf(line, sizeof(line),
		    "%s+%s: its work cannot be collected, and is tried again:"
		    " %.200s",
		    s->account, s->lab, why);
		staff_notice(s->monitor, s->lab, s->account, line);
	}
	text_copy(s->closing.failure, sizeof(s->closing.failure), why);
	s->closing.retry_ms = uv_now(&s->monitor->loop) + RETRY_MS;
	closing_step(s, CLOSING_CHECKED);
}

/* --- it is done ------------------------------------------------------------------ */

static void
row_of(const struct seat *s, enum collected_state state, struct collected *c)
{
	*c = (struct collected){ .begun = s->closing.begun,
		.sandbox = s->sandbox,
		.state = state };
	text_copy(c->account, NAME_SIZE, s->account);
	text_copy(c->lab, NAME_SIZE, s->lab);
}

static void
finish(struct seat *s, const struct msg_collected *told)
{
	char receipt[TEXT_SIZE], text[TEXT_SIZE];
	struct collected c;

	row_of(s, COLLECTED_WHOLE, &c);
	closing_fill(&c, told);
	closing_store(s->monitor, &c);
	log_info(&s->tag,
	    "collected file=%s bytes=%" PRIu64 " points=%u most=%u sha256=%s",
	    c.file, c.size, c.points, c.most, c.sha256);
	receipts_text(&c, receipt);
	snprintf(text, sizeof(text), "your work was collected: %.400s",
	    receipt);
	closing_step(s, CLOSING_DONE);
	ending_evict(s->monitor, s, text);
}

/* --- sign, write, open ------------------------------------------------------------ */

static bool
on_signed(void *self, struct msg *m)
{
	struct seat *s = answered(self, CLOSING_SIGNING);

	if (s == NULL)
		return true;
	if (m != NULL && m->type == MSG_COLLECTED)
		finish(s, &m->collected);
	else
		fail(s, m == NULL ? LOST : m->collect_failed.reason);
	closing_look(s->monitor);
	return true;
}

static void
ask_to_sign(struct seat *s)
{
	const struct standing *points = standing_of(s);
	struct call *call = call_of(s);
	struct err e = { 0 };
	struct msg m;

	closing_step(s, CLOSING_SIGNING);
	MSG_NEW(&m, COLLECT_SIGN, collect_sign);
	text_copy(m.collect_sign.lab, NAME_SIZE, s->lab);
	text_copy(m.collect_sign.account, NAME_SIZE, s->account);
	m.collect_sign.begun = (uint64_t)s->closing.begun;
	m.collect_sign.points = points == NULL ? 0 : points->points;
	m.collect_sign.most = points == NULL ? 0 : points->most;
	if (call == NULL)
		fail(s, "out of memory");
	else if (collector_call(s->monitor, &m, on_signed, call, &e) == -1) {
		free(call);
		fail(s, e.text);
	}
}

static bool
on_written(void *self, struct msg *m)
{
	struct seat *s = answered(self, CLOSING_WRITING);

	if (s == NULL)
		return true;
	if (m == NULL || m->exported.failed != 0) {
		fail(s, m == NULL ? LOST : m->exported.reason);
		return true;
	}
	if (m->exported.reason[0] != '\0')
		log_warn(&s->tag, "collected, but: %s", m->exported.reason);
	ask_to_sign(s);
	return true;
}

static bool
on_opened(void *self, struct msg *m)
{
	struct seat *s = answered(self, CLOSING_OPENING);
	struct call *call;
	struct err e = { 0 };

	if (s == NULL)
		return true;
	/* By the monitor before this one, then. */
	if (m != NULL && m->type == MSG_COLLECTED) {
		finish(s, &m->collected);
		return true;
	}
	if (m == NULL || m->type != MSG_COLLECT_OPENED) {
		fail(s, m == NULL ? LOST : m->collect_failed.reason);
		return true;
	}
	call = call_of(s);
	if (call == NULL) {
		fail(s, "out of memory");
		return true;
	}
	closing_step(s, CLOSING_WRITING);
	if (build_export(s->monitor, s->sandbox, m->fd[0], on_written, call,
		&e) == -1) {
		free(call);
		fail(s, e.text);
	}
	return true;
}

static void
ask_to_open(struct seat *s)
{
	struct call *call = call_of(s);
	struct err e = { 0 };
	struct msg m;

	closing_step(s, CLOSING_OPENING);
	MSG_NEW(&m, COLLECT_OPEN, collect_open);
	text_copy(m.collect_open.lab, NAME_SIZE, s->lab);
	text_copy(m.collect_open.account, NAME_SIZE, s->account);
	m.collect_open.begun = (uint64_t)s->closing.begun;
	if (call == NULL)
		fail(s, "out of memory");
	else if (collector_call(s->monitor, &m, on_opened, call, &e) == -1) {
		free(call);
		fail(s, e.text);
	}
}

/* --- freeze, check, freeze -------------------------------------------------------- */

/* What is not frozen is collected all the same: better so than not at all. */
static void
note_restraint(struct seat *s, enum restraint how, const struct msg *m)
{
	if (m != NULL && m->restrained.failed == 0)
		s->restraint = how;
	else
		log_error(&s->tag, "cannot %s it to collect its work: %s",
		    how == RESTRAINT_FROZEN ? "freeze" : "thaw",
		    m == NULL ? LOST : m->restrained.reason);
}

static bool
on_stopped(void *self, struct msg *m)
{
	struct seat *s = answered(self, CLOSING_STOPPING);

	if (s == NULL)
		return true;
	note_restraint(s, RESTRAINT_FROZEN, m);
	closing_step(s, CLOSING_WAITING);
	closing_look(s->monitor);
	return true;
}

static bool
on_frozen(void *self, struct msg *m)
{
	struct seat *s = answered(self, CLOSING_FREEZING);

	if (s == NULL)
		return true;
	note_restraint(s, RESTRAINT_FROZEN, m);
	closing_step(s, CLOSING_CHECKED);
	closing_look(s->monitor);
	return true;
}

/* Without memory it is as if the builder had said no. */
static void
restrain(struct seat *s, enum restraint how, link_reply *on_reply,
    enum closing_state otherwise)
{
	struct call *call = call_of(s);

	if (call == NULL) {
		note_restraint(s, how, NULL);
		closing_step(s, otherwise);
		return;
	}
	build_restrain(s->monitor, s->sandbox, how, on_reply, call);
}

static void
freeze_again(struct seat *s)
{
	closing_step(s, CLOSING_FREEZING);
	restrain(s, RESTRAINT_FROZEN, on_frozen, CLOSING_CHECKED);
}

static bool
on_thawed(void *self, struct msg *m)
{
	struct seat *s = answered(self, CLOSING_THAWING);

	if (s == NULL)
		return true;
	note_restraint(s, RESTRAINT_NONE, m);
	if (s->restraint == RESTRAINT_FROZEN || !own_check_now(s)) {
		freeze_again(s);
		return true;
	}
	closing_step(s, CLOSING_CHECKING);
	s->closing.check_until_ms = uv_now(&s->monitor->loop) + CHECK_MAX_MS;
	return true;
}

/* The sandbox is busy with a check that its student, or the monitor before this one,
 * had begun: that one looks at what was there before. */
static bool
asks_again(struct seat *s, uint64_t now)
{
	if (!s->check.was_busy || now >= s->closing.check_until_ms)
		return false;
	if (now < s->closing.retry_ms)
		return true;
	s->closing.retry_ms = now + BUSY_MS;
	return own_check_now(s);
}

/* --- what comes next --------------------------------------------------------------- */

struct places {
	unsigned checked, written; /* so many are taken */
};

static void
count(const struct monitor *m, struct places *p)
{
	const struct seat *s;

	*p = (struct places){ 0 };
	TAILQ_FOREACH(s, &m->registry.seats, all) {
		enum closing_state at = s->closing.state;

		p->checked += at == CLOSING_THAWING || at == CLOSING_CHECKING ||
			      at == CLOSING_FREEZING;
		p->written += at == CLOSING_OPENING || at == CLOSING_WRITING ||
			      at == CLOSING_SIGNING;
	}
}

static bool
has_check(const struct seat *s)
{
	const struct lab *lab = config_lab(s->monitor->config, s->lab);

	return !s->closing.is_unchecked && lab != NULL && lab->check[0] != '\0';
}

static void
leave_waiting(struct seat *s, struct places *p)
{
	if (!has_check(s)) {
		closing_step(s, CLOSING_CHECKED);
	} else if (p->checked < own_check_at_once()) {
		p->checked++;
		closing_step(s, CLOSING_THAWING);
		restrain(s, RESTRAINT_NONE, on_thawed, CLOSING_FREEZING);
	}
}

static void
look_at(struct seat *s, struct places *p, uint64_t now)
{
	if (s->closing.state == CLOSING_CHECKING &&
	    !own_check_is_under_way(s) && !asks_again(s, now))
		freeze_again(s);
	/* Not one that runs by itself already: it began before the end. */
	if (s->closing.state == CLOSING_WAITING && !own_check_is_under_way(s))
		leave_waiting(s, p);
	if (s->closing.state == CLOSING_CHECKED && now >= s->closing.retry_ms &&
	    p->written < WRITTEN_MAX) {
		p->written++;
		ask_to_open(s);
	}
}

void
closing_look(struct monitor *m)
{
	uint64_t now = uv_now(&m->loop);
	struct places p;
	struct seat *s, *next;

	count(m, &p);
	for (s = TAILQ_FIRST(&m->registry.seats); s != NULL; s = next) {
		next = TAILQ_NEXT(s, all);
		if (s->closing.state != CLOSING_NONE && seat_is_live(s))
			look_at(s, &p, now);
	}
}

void
closing_checked(struct seat *s)
{
	if (s->closing.state == CLOSING_CHECKING)
		closing_look(s->monitor);
}

/* --- the beginning, and another end -------------------------------------------------- */

static void
tell_student(struct seat *s, const char *why)
{
	char text[TEXT_SIZE];
	struct conn *c;

	snprintf(text, sizeof(text),
	    "%.200s: your work is being collected, and what you type now does"
	    " not count",
	    why);
	TAILQ_FOREACH(c, &s->conns, seated) {
		if (c->state == CONN_SEATED)
			answer_frozen(c, true, text);
	}
}

static void
begin(struct seat *s, const char *why, int64_t begun)
{
	struct collected c;

	s->closing = (struct closing){ .begun = begun };
	log_info(&s->tag, "its work is collected reason=%s", why);
	tell_student(s, why);
	row_of(s, COLLECTED_BEGUN, &c);
	closing_store(s->monitor, &c);
}

bool
closing_begin(struct seat *s, const char *why)
{
	if (!seat_is_live(s) || s->is_disowned ||
	    !policy_collects(s->monitor->config, s->account, s->lab))
		return false;
	begin(s, why, (int64_t)time(NULL));
	/* It looked hostile, or staff have stopped it: it does not run again. */
	if (s->restraint == RESTRAINT_FROZEN) {
		s->closing.is_unchecked = true;
		closing_step(s, CLOSING_WAITING);
	} else {
		closing_step(s, CLOSING_STOPPING);
		restrain(s, RESTRAINT_FROZEN, on_stopped, CLOSING_WAITING);
	}
	return true;
}

void
closing_go_on(struct seat *s, int64_t begun)
{
	begin(s, "the gateway was interrupted", begun);
	closing_step(s, CLOSING_STOPPING);
	restrain(s, RESTRAINT_FROZEN, on_stopped, CLOSING_WAITING);
}

void
closing_sandbox_ended(struct seat *s)
{
	struct collected c;
	char line[TEXT_SIZE];

	if (s->closing.state == CLOSING_NONE ||
	    s->closing.state == CLOSING_DONE)
		return;
	row_of(s, COLLECTED_LOST, &c);
	closing_store(s->monitor, &c);
	log_error(&s->tag, "its sandbox ended before its work was collected");
	snprintf(line, sizeof(line),
	    "%s+%s: its sandbox ended before its work was collected",
	    s->account, s->lab);
	staff_notice(s->monitor, s->lab, s->account, line);
}
