/* closing.c - the work of a seat is collected before its sandbox ends. */
#include "gateway/monitor/seats/closing.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gateway/config/policy.h"
#include "gateway/monitor/links/answer.h"
#include "gateway/monitor/links/build.h"
#include "gateway/monitor/links/lab_report.h"
#include "gateway/monitor/seats/closing_state.h"
#include "gateway/monitor/seats/closing_store.h"
#include "gateway/monitor/seats/closing_write.h"
#include "gateway/monitor/seats/own_check.h"
#include "gateway/monitor/seats/staff_notice.h"

#define WRITTEN_MAX 4 /* at a time; the builder has places for others, too */
/* A check may take PROGRAM_SECONDS_MAX, and another before it. */
#define CHECK_MAX_MS (2000 * (uint64_t)PROGRAM_SECONDS_MAX)
#define BUSY_MS	     500 /* before a busy sandbox is asked again */

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
		    m == NULL ? CLOSING_LOST : m->restrained.reason);
}

static bool
on_stopped(void *self, struct msg *m)
{
	struct seat *s = closing_answered(self, CLOSING_STOPPING);

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
	struct seat *s = closing_answered(self, CLOSING_FREEZING);

	if (s == NULL)
		return true;
	note_restraint(s, RESTRAINT_FROZEN, m);
	closing_step(s, CLOSING_CHECKED);
	closing_look(s->monitor);
	return true;
}

/* False without memory: it is as if the builder had said no. */
static bool
restrain(struct seat *s, enum restraint how, link_reply *on_reply)
{
	struct closing_call *call = closing_call(s);

	if (call == NULL) {
		note_restraint(s, how, NULL);
		return false;
	}
	build_restrain(s->monitor, s->sandbox, how, on_reply, call);
	return true;
}

static void
freeze_again(struct seat *s)
{
	closing_step(s, CLOSING_FREEZING);
	if (!restrain(s, RESTRAINT_FROZEN, on_frozen))
		closing_step(s, CLOSING_CHECKED);
}

static bool
on_thawed(void *self, struct msg *m)
{
	struct seat *s = closing_answered(self, CLOSING_THAWING);

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
		if (!restrain(s, RESTRAINT_NONE, on_thawed))
			freeze_again(s);
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
		closing_write(s);
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
	closing_row(s, COLLECTED_BEGUN, &c);
	closing_store(s->monitor, &c);
}

static void
stop(struct seat *s)
{
	closing_step(s, CLOSING_STOPPING);
	if (!restrain(s, RESTRAINT_FROZEN, on_stopped))
		closing_step(s, CLOSING_WAITING);
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
		stop(s);
	}
	return true;
}

void
closing_go_on(struct seat *s, int64_t begun)
{
	begin(s, "the gateway was interrupted", begun);
	stop(s);
}

void
closing_sandbox_ended(struct seat *s)
{
	struct collected c;
	char line[TEXT_SIZE];

	if (s->closing.state == CLOSING_NONE)
		return;
	if (s->closing.state == CLOSING_DONE) {
		lab_report_want(s->monitor, s->lab);
		closing_look(s->monitor); /* a place to be written is free */
		return;
	}
	metrics_lab_add(&s->monitor->metrics, s->lab, METRIC_COLLECTED,
	    COLLECTION_LOST, 1);
	closing_row(s, COLLECTED_LOST, &c);
	closing_store(s->monitor, &c);
	log_error(&s->tag, "its sandbox ended before its work was collected");
	snprintf(line, sizeof(line),
	    "%s+%s: its sandbox ended before its work was collected",
	    s->account, s->lab);
	staff_notice(s->monitor, s->lab, s->account, line);
}
