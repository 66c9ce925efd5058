/* signs.c - what a seat does that its instructor should know. */
#include "gateway/monitor/seats/signs.h"

#include <stdio.h>
#include <string.h>

#define MINUTE_MS 60000

static const char *const names[SIGN_COUNT] = {
	[SIGN_PROBES] = "probes",
	[SIGN_LOAD] = "load",
	[SIGN_LIMITS] = "limits",
};

const char *
sign_name(enum sign sign)
{
	return names[sign];
}

void
signs_text(const struct signs *s, char to[TEXT_SIZE])
{
	size_t at = 0;

	to[0] = '\0';
	for (int i = 0; i < SIGN_COUNT; i++) {
		if ((s->raised >> i & 1) != 0)
			at += (size_t)snprintf(to + at, TEXT_SIZE - at, "%s%s",
			    at == 0 ? "" : " ", names[i]);
	}
}

static bool
is_within(int64_t at_ms, int64_t window_ms, int64_t now_ms)
{
	return at_ms != 0 && now_ms - at_ms < window_ms;
}

/* --- probes --------------------------------------------------------------- */

/* The place of that call, or else of the oldest. */
static struct sign_call *
place_of(struct signs *s, uint32_t number)
{
	struct sign_call *oldest = &s->call[0];

	for (int i = 0; i < SIGN_CALLS; i++) {
		struct sign_call *c = &s->call[i];

		if (c->at_ms != 0 && c->number == number)
			return c;
		if (c->at_ms < oldest->at_ms)
			oldest = c;
	}
	return oldest;
}

bool
signs_call(struct signs *s, uint32_t number, int64_t now_ms)
{
	*place_of(s, number) =
	    (struct sign_call){ .number = number, .at_ms = now_ms };
	for (int i = 0; i < SIGN_CALLS; i++) {
		if (!is_within(s->call[i].at_ms, SIGN_CALLS_MS, now_ms))
			return false;
	}
	return true;
}

/* --- limits --------------------------------------------------------------- */

bool
signs_oom(struct signs *s, uint32_t count, int64_t now_ms)
{
	for (uint32_t i = 0; i < count && i < SIGN_OOMS; i++) {
		memmove(&s->oom_ms[0], &s->oom_ms[1],
		    sizeof(s->oom_ms) - sizeof(s->oom_ms[0]));
		s->oom_ms[SIGN_OOMS - 1] = now_ms;
	}
	return is_within(s->oom_ms[0], SIGN_OOMS_MS, now_ms);
}

bool
signs_fork_refused(struct signs *s, int64_t now_ms)
{
	int64_t minute = now_ms / MINUTE_MS;
	int64_t passed = minute - s->minute;
	unsigned count = 0;

	s->minutes =
	    passed < 0 || passed >= SIGN_FORK_OF ? 0 : s->minutes << passed;
	s->minutes |= 1;
	s->minute = minute;
	for (int i = 0; i < SIGN_FORK_OF; i++)
		count += s->minutes >> i & 1;
	return count >= SIGN_FORK_MINUTES;
}

/* --- load ----------------------------------------------------------------- */

static void
drop_first(struct sign_samples *l)
{
	l->count--;
	memmove(&l->cpu_us[0], &l->cpu_us[1], l->count * sizeof(l->cpu_us[0]));
	memmove(&l->at_ms[0], &l->at_ms[1], l->count * sizeof(l->at_ms[0]));
}

/* Over all of the window, so that a pause now and then is none. */
static bool
is_loaded(const struct sign_samples *l, uint32_t percent)
{
	uint64_t took = l->cpu_us[l->count - 1] - l->cpu_us[0];
	uint64_t passed_ms = (uint64_t)(l->at_ms[l->count - 1] - l->at_ms[0]);
	uint64_t given_us = passed_ms * 1000 * percent / 100;

	return passed_ms >= SIGN_LOAD_MS &&
	       took >= given_us * SIGN_LOAD_PERCENT / 100;
}

bool
signs_sample(struct signs *s, uint64_t cpu_us, uint32_t percent, int64_t now_ms)
{
	struct sign_samples *l = &s->load;

	if (l->count > 0 && cpu_us < l->cpu_us[l->count - 1])
		l->count = 0;
	if (l->count == SIGN_SAMPLES)
		drop_first(l);
	l->cpu_us[l->count] = cpu_us;
	l->at_ms[l->count++] = now_ms;
	return is_loaded(l, percent);
}

void
signs_forget_load(struct signs *s)
{
	s->load.count = 0;
}

/* --- what was told --------------------------------------------------------- */

bool
signs_raise(struct signs *s, enum sign sign, int64_t now_ms)
{
	bool is_known = (s->raised >> sign & 1) != 0;

	s->raised |= 1U << sign;
	if (is_known && is_within(s->told_ms[sign], SIGN_QUIET_MS, now_ms))
		return false;
	s->told_ms[sign] = now_ms;
	return true;
}

void
signs_clear(struct signs *s)
{
	uint64_t trapped = s->trapped;

	*s = (struct signs){ .trapped = trapped };
}

/* --- over an upgrade -------------------------------------------------------- */

/* The order is on the wire: what is new comes last, and both functions count. */
#define FIXED (2 + SIGN_COUNT + 2 * SIGN_CALLS + SIGN_OOMS + 2)
_Static_assert(FIXED <= NUMBERS_MAX && 2 * SIGN_SAMPLES <= NUMBERS_MAX,
    "they fit");

static void
put(struct numbers *to, uint64_t value)
{
	to->at[to->count++] = value;
}

void
signs_save(const struct signs *s, struct numbers *signs, struct numbers *load)
{
	put(signs, s->raised);
	put(signs, s->trapped);
	for (int i = 0; i < SIGN_COUNT; i++)
		put(signs, (uint64_t)s->told_ms[i]);
	for (int i = 0; i < SIGN_CALLS; i++) {
		put(signs, s->call[i].number);
		put(signs, (uint64_t)s->call[i].at_ms);
	}
	for (int i = 0; i < SIGN_OOMS; i++)
		put(signs, (uint64_t)s->oom_ms[i]);
	put(signs, (uint64_t)s->minute);
	put(signs, s->minutes);
	for (unsigned i = 0; i < s->load.count; i++) {
		put(load, s->load.cpu_us[i]);
		put(load, (uint64_t)s->load.at_ms[i]);
	}
}

void
signs_restore(struct signs *s, const struct numbers *signs,
    const struct numbers *load)
{
	const uint64_t *at = signs->at;

	*s = (struct signs){ .raised = 0 };
	if (signs->count != FIXED || load->count % 2 != 0 ||
	    load->count > 2 * SIGN_SAMPLES)
		return;
	s->raised = (uint32_t)*at++ & ((1U << SIGN_COUNT) - 1);
	s->trapped = *at++;
	for (int i = 0; i < SIGN_COUNT; i++)
		s->told_ms[i] = (int64_t)*at++;
	for (int i = 0; i < SIGN_CALLS; i++) {
		s->call[i].number = (uint32_t)*at++;
		s->call[i].at_ms = (int64_t)*at++;
	}
	for (int i = 0; i < SIGN_OOMS; i++)
		s->oom_ms[i] = (int64_t)*at++;
	s->minute = (int64_t)*at++;
	s->minutes = (uint32_t)*at++;
	s->load.count = load->count / 2;
	for (unsigned i = 0; i < s->load.count; i++) {
		s->load.cpu_us[i] = load->at[2 * i];
		s->load.at_ms[i] = (int64_t)load->at[2 * i + 1];
	}
}
