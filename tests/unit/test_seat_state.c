/* test_seat_state.c - how far a connection's seat is. */
#include "tests/unit/steps.h"

#include "gateway/session/seat_state.h"

static const char *const names[SEAT_STATES] = { "none", "listing", "choosing",
	"opening", "queued", "taken" };

static unsigned
take(struct session *s, unsigned from, unsigned next)
{
	s->seat.state = from;
	seat_step(s, next);
	return s->seat.state;
}

static void
a_seat_has_these_steps_and_no_other(void **state)
{
	static const struct step steps[] = {
		{ SEAT_NONE, SEAT_LISTING },
		{ SEAT_NONE, SEAT_OPENING },
		{ SEAT_LISTING, SEAT_NONE },
		{ SEAT_LISTING, SEAT_CHOOSING },
		{ SEAT_LISTING, SEAT_OPENING },
		{ SEAT_CHOOSING, SEAT_NONE },
		{ SEAT_CHOOSING, SEAT_OPENING },
		{ SEAT_OPENING, SEAT_NONE },
		{ SEAT_OPENING, SEAT_CHOOSING },
		{ SEAT_OPENING, SEAT_QUEUED },
		{ SEAT_OPENING, SEAT_TAKEN },
		{ SEAT_QUEUED, SEAT_NONE },
		{ SEAT_QUEUED, SEAT_CHOOSING },
		{ SEAT_QUEUED, SEAT_TAKEN },
		{ SEAT_TAKEN, SEAT_NONE },
	};

	(void)state;
	expect_steps("seat", take, names, SEAT_STATES, steps, LENGTH(steps));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_seat_has_these_steps_and_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
