/* detection.c - a seat that looks hostile: who is told, and what follows. */
#include "gateway/monitor/seats/detection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/trapped_calls.h"
#include "gateway/config/policy.h"
#include "gateway/monitor/accounts/db.h"
#include "gateway/monitor/accounts/roster.h"
#include "gateway/monitor/links/build.h"
#include "gateway/monitor/seats/ending.h"
#include "gateway/monitor/seats/idle.h"
#include "gateway/monitor/seats/restraining.h"
#include "gateway/monitor/seats/staff_notice.h"

#define DETAIL_SIZE 160

static const char *const response_names[] = {
	[RESPOND_EXPECTED] = "expected",
	[RESPOND_TELL] = "tell",
	[RESPOND_SLOW] = "slow",
	[RESPOND_FREEZE] = "freeze",
	[RESPOND_END] = "end",
};

static enum response
response_to(const struct seat *s, enum sign sign)
{
	const struct config *c = s->monitor->config;
	struct respond r = policy_respond(c, config_lab(c, s->lab));

	switch (sign) {
	case SIGN_PROBES:
		return (enum response)r.probes;
	case SIGN_LOAD:
		return (enum response)r.load;
	case SIGN_LIMITS:
		return (enum response)r.limits;
	default:
		return RESPOND_EXPECTED;
	}
}

/* --- what is told ----------------------------------------------------------- */

static const char *const meanings[SIGN_COUNT] = {
	[SIGN_PROBES] = "a program seems to look for a way out of the sandbox",
	[SIGN_LOAD] = "all its processor time is taken while nobody types",
	[SIGN_LIMITS] = "it meets its limits again and again",
};

/* --- what follows ------------------------------------------------------------ */

static void
tell_staff(const struct seat *s, const char *text)
{
	char line[TEXT_SIZE];

	snprintf(line, sizeof(line), "%s+%s: %.400s", s->account, s->lab, text);
	staff_notice(s->monitor, s->lab, s->account, line);
}

/* The account first: who is thrown out is not to be back before. */
static void
end_seat(struct seat *s)
{
	struct monitor *m = s->monitor;
	struct respond r =
	    policy_respond(m->config, config_lab(m->config, s->lab));

	if (r.lock != 0 && !roster_lock(m, s->account, &s->tag))
		log_warn(&s->tag,
		    "the account cannot be locked: it is not one of " DB_NAME);
	ending_evict(m, s,
	    "your sandbox was ended, because it looked hostile: ask your"
	    " instructor");
}

/* What is frozen is not slowed, and what has ended is neither. */
static void
answer(struct seat *s, enum response response)
{
	enum restraint how =
	    response == RESPOND_FREEZE ? RESTRAINT_FROZEN : RESTRAINT_SLOWED;

	if (response == RESPOND_END)
		end_seat(s);
	else if (response >= RESPOND_SLOW && seat_is_live(s) &&
		 how > s->restraint && restraining_by_sign(s, how) == -1)
		log_error(&s->tag, "cannot restrain it: out of memory");
}

static const char *const consequences[] = {
	[RESPOND_EXPECTED] = "",
	[RESPOND_TELL] = "",
	[RESPOND_SLOW] = "; it is slowed, 'atoll thaw' takes that back",
	[RESPOND_FREEZE] = "; it is frozen, 'atoll thaw' takes that back",
	[RESPOND_END] = "; it is ended",
};

/* With what makes it a sign. */
static void
raise_sign(struct seat *s, enum sign sign, const char *detail)
{
	enum response response = response_to(s, sign);
	char text[TEXT_SIZE];

	if (response == RESPOND_EXPECTED ||
	    !signs_raise(&s->signs, sign, (int64_t)uv_now(&s->monitor->loop)))
		return;
	metrics_lab_add(&s->monitor->metrics, s->lab, METRIC_DETECTIONS, sign,
	    1);
	log_warn(&s->tag, "seat looks hostile sign=%s answer=%s: %s",
	    sign_name(sign), response_names[response], detail);
	snprintf(text, sizeof(text), "%s (%s)%s", meanings[sign], detail,
	    seat_is_live(s) ? consequences[response] : "; it has ended by now");
	tell_staff(s, text);
	answer(s, response);
}

/* --- probes ------------------------------------------------------------------ */

static void
list_calls(const struct signs *signs, char to[DETAIL_SIZE])
{
	size_t at = (size_t)snprintf(to, DETAIL_SIZE, "refused calls: ");

	for (int i = 0; i < SIGN_CALLS && at < DETAIL_SIZE; i++) {
		int place = trapped_call_place((int)signs->call[i].number);

		at += (size_t)snprintf(to + at, DETAIL_SIZE - at, "%s%s",
		    i == 0 ? "" : ", ",
		    place == -1 ? "?" : trapped_call_at((size_t)place)->name);
	}
}

void
detection_trapped(struct monitor *m, const struct msg_trapped *told)
{
	struct seat *s = seat_by_sandbox(&m->registry, told->sandbox);
	int64_t now = (int64_t)uv_now(&m->loop);
	char detail[DETAIL_SIZE];
	bool is_sign = false;

	if (s == NULL)
		return;
	s->signs.trapped += told->count;
	metrics_lab_add(&m->metrics, s->lab, METRIC_TRAPPED, 0, told->count);
	for (uint32_t i = 0; i < told->calls.count; i++) {
		int place = trapped_call_place((int)told->calls.id[i]);

		if (place != -1 &&
		    trapped_call_at((size_t)place)->kind == TRAPPED_PROBE)
			is_sign |=
			    signs_call(&s->signs, told->calls.id[i], now);
	}
	if (!is_sign)
		return;
	list_calls(&s->signs, detail);
	raise_sign(s, SIGN_PROBES, detail);
}

/* --- limits ------------------------------------------------------------------ */

void
detection_limit(struct seat *s, enum limit limit, uint64_t count)
{
	int64_t now = (int64_t)uv_now(&s->monitor->loop);
	uint32_t ooms = count > SIGN_OOMS ? SIGN_OOMS : (uint32_t)count;

	if (limit == LIMIT_PIDS && signs_fork_refused(&s->signs, now))
		raise_sign(s, SIGN_LIMITS,
		    "no more processes in three of five minutes");
	if (limit == LIMIT_MEMORY && signs_oom(&s->signs, ooms, now))
		raise_sign(s, SIGN_LIMITS,
		    "five processes ended for memory in five minutes");
}

/* --- load -------------------------------------------------------------------- */

#define LOOKS_MAX 100 /* in one turn, of all seats after an upgrade */

/* A session that does not answer is of a build that does not know the question: then
 * somebody may be typing. */
static bool
is_untouched(const struct seat *s, uint64_t now)
{
	const struct conn *c;

	TAILQ_FOREACH(c, &s->conns, seated) {
		if (c->state != CONN_SEATED || c->idle_told_ms == 0 ||
		    now - c->idle_told_ms >= SIGN_SAMPLE_MS)
			return false;
	}
	return now - s->typed_ms >= SIGN_LOAD_MS;
}

static void
judge_load(struct seat *s)
{
	if (s->is_loaded && is_untouched(s, uv_now(&s->monitor->loop)))
		raise_sign(s, SIGN_LOAD,
		    "90 percent and more of what its lab gives, for ten"
		    " minutes");
}

void
detection_idle(struct conn *c, uint64_t ms)
{
	if (idle_told(c, ms))
		judge_load(c->seat);
}

static void
take_sample(struct seat *s, const struct msg_usage *u)
{
	uint64_t now = uv_now(&s->monitor->loop);
	const struct lab *lab = config_lab(s->monitor->config, s->lab);
	uint32_t percent = u->cpus != 0	 ? u->cpus
			   : lab == NULL ? 0
					 : (uint32_t)lab->cpus;
	struct conn *c;

	s->is_loaded = percent != 0 && signs_sample(&s->signs, u->cpu_us,
					   percent, (int64_t)now);
	if (!s->is_loaded)
		return;
	TAILQ_FOREACH(c, &s->conns, seated) {
		if (c->state == CONN_SEATED)
			idle_ask(c);
	}
	judge_load(s);
}

static bool
on_usage(void *self, struct msg *msg)
{
	struct monitor *m = self;
	struct seat *s;

	if (msg == NULL || msg->type != MSG_USAGE)
		return true; /* that was all, or the monitor ends */
	s = seat_by_sandbox(&m->registry, msg->usage.sandbox);
	if (s != NULL)
		take_sample(s, &msg->usage);
	return false;
}

static bool
is_look_due(const struct seat *s, uint64_t now)
{
	return seat_is_live(s) && s->restraint == RESTRAINT_NONE &&
	       now - s->looked_ms >= SIGN_SAMPLE_MS &&
	       response_to(s, SIGN_LOAD) != RESPOND_EXPECTED;
}

/* Seats are built one after the other, and so are their minutes over. */
void
detection_tick(struct monitor *m)
{
	uint64_t now = uv_now(&m->loop);
	unsigned looks = 0;
	struct seat *s;

	TAILQ_FOREACH(s, &m->registry.seats, all) {
		if (!is_look_due(s, now))
			continue;
		if (looks++ == LOOKS_MAX)
			break; /* the others' turn is the next */
		s->looked_ms = now;
		build_ask_usage(m, s->sandbox, on_usage, m);
	}
}
