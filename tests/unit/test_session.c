/* test_session.c - the stages of one connection, and its end. */
#include "tests/unit/steps.h"

static const char *const names[STAGES] = { "kex", "login", "open", "ending" };

static const struct step steps[] = {
	{ STAGE_KEX, STAGE_LOGIN },
	{ STAGE_KEX, STAGE_ENDING },
	{ STAGE_LOGIN, STAGE_OPEN },
	{ STAGE_LOGIN, STAGE_ENDING },
	{ STAGE_OPEN, STAGE_ENDING },
};

/* A refused step leads to the end, as the refusal of any other state's does. */
static void
expect(enum stage from, enum stage to)
{
	int monitor;
	struct session s = open_session(&monitor);

	s.stage = from;
	session_step(&s, to);
	if (is_among(steps, LENGTH(steps), from, to)) {
		assert_int_equal(s.stage, to);
		assert_int_equal(s.logs_left, 1);
	} else if (from != STAGE_ENDING) {
		expect_refusal(&s, monitor, "session", names[from], names[to]);
	} else {
		assert_int_equal(s.stage, STAGE_ENDING);
		assert_int_equal(s.logs_left, 0);
	}
	close_session(&s, monitor);
}

static void
a_connection_has_these_stages_in_order(void **state)
{
	(void)state;
	for (unsigned from = 0; from < STAGES; from++) {
		for (unsigned to = 0; to < STAGES; to++)
			expect(from, to);
	}
}

static void
the_first_reason_of_an_end_holds(void **state)
{
	int monitor;
	struct session s = open_session(&monitor);

	(void)state;
	session_end(&s, EXIT_TOLD, "goodbye");
	session_end(&s, EXIT_FLOOD, "too much");
	session_step(&s, STAGE_OPEN);
	assert_int_equal(s.stage, STAGE_ENDING);
	assert_int_equal(s.why, EXIT_TOLD);
	assert_string_equal(s.last_words, "goodbye");
	close_session(&s, monitor);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connection_has_these_stages_in_order),
		cmocka_unit_test(the_first_reason_of_an_end_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
