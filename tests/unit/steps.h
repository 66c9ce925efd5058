/*
 * steps.h - the states of a session, tested whole: each step that there is
 * passes, and every other ends the connection and changes nothing else.
 */
#ifndef ATOLL_TESTS_UNIT_STEPS_H
#define ATOLL_TESTS_UNIT_STEPS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/err.h"
#include "gateway/session/session.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

struct step {
	unsigned from, to;
};

/* Put a state to from, and take the step to next; the state after it. */
typedef unsigned take_step(struct session *s, unsigned from, unsigned next);

/* An open connection whose monitor listens at the other end. */
static inline struct session
open_session(int *monitor)
{
	struct err e;
	int ends[2];

	assert_int_equal(chan_pair(ends, &e), 0);
	*monitor = ends[1];
	return (struct session){ .stage = STAGE_OPEN,
		.monitor = { ends[0], SESSION, MONITOR },
		.init = { -1, SESSION, INIT },
		.logs_left = 1 };
}

static inline void
close_session(struct session *s, int monitor)
{
	close(s->monitor.fd);
	close(monitor);
}

/* The connection is at its end, and the monitor's log says which step it was. */
static inline void
expect_refusal(const struct session *s, int monitor, const char *of,
    const char *from, const char *to)
{
	const struct chan link = { monitor, MONITOR, SESSION };
	char text[128];
	struct err e;
	struct msg m;

	snprintf(text, sizeof(text), "impossible step of=%s from=%s to=%s", of,
	    from, to);
	assert_int_equal(s->stage, STAGE_ENDING);
	assert_int_equal(s->why, EXIT_STEP);
	assert_int_equal(chan_recv(&link, &m, &e), CHAN_MESSAGE);
	assert_int_equal(m.type, MSG_LOG);
	assert_int_equal(m.log.level, LOG_ERROR);
	assert_string_equal(m.log.text, text);
}

static inline bool
is_among(const struct step *steps, size_t count, unsigned from, unsigned to)
{
	for (size_t i = 0; i < count; i++) {
		if (steps[i].from == from && steps[i].to == to)
			return true;
	}
	return false;
}

/* names has one for each state. */
static inline void
expect_steps(const char *of, take_step *take, const char *const names[],
    unsigned states, const struct step *steps, size_t count)
{
	for (unsigned pair = 0; pair < states * states; pair++) {
		unsigned from = pair / states, to = pair % states, after;
		int monitor;
		struct session s = open_session(&monitor);

		after = take(&s, from, to);
		if (is_among(steps, count, from, to)) {
			if (after != to || s.stage != STAGE_OPEN)
				fail_msg("from %s to %s is refused",
				    names[from], names[to]);
		} else {
			if (after != from)
				fail_msg("from %s to %s passes", names[from],
				    names[to]);
			expect_refusal(&s, monitor, of, names[from], names[to]);
		}
		close_session(&s, monitor);
	}
}

#endif
