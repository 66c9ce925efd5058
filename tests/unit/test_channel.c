/* test_channel.c - the life of one SSH channel. */
#include "tests/unit/steps.h"

#include <stdlib.h>

#include "gateway/session/terminal/channel.h"
#include "gateway/session/terminal/channel_end.h"

static const char *const names[CHANNEL_STATES] = { "new", "asked", "menu",
	"probing", "spawning", "opening", "running", "ending", "closed" };

static unsigned
take(struct session *s, unsigned from, unsigned next)
{
	struct channel c = { .session = s, .state = from };

	channel_step(&c, next);
	return c.state;
}

static void
a_channel_has_these_steps_and_no_other(void **state)
{
	static const struct step steps[] = {
		{ CHANNEL_NEW, CHANNEL_ASKED },
		{ CHANNEL_NEW, CHANNEL_OPENING },
		{ CHANNEL_NEW, CHANNEL_RUNNING },
		{ CHANNEL_NEW, CHANNEL_ENDING },
		{ CHANNEL_NEW, CHANNEL_CLOSED },
		{ CHANNEL_ASKED, CHANNEL_MENU },
		{ CHANNEL_ASKED, CHANNEL_PROBING },
		{ CHANNEL_ASKED, CHANNEL_SPAWNING },
		{ CHANNEL_ASKED, CHANNEL_ENDING },
		{ CHANNEL_MENU, CHANNEL_ASKED },
		{ CHANNEL_MENU, CHANNEL_ENDING },
		{ CHANNEL_PROBING, CHANNEL_ASKED },
		{ CHANNEL_PROBING, CHANNEL_ENDING },
		{ CHANNEL_SPAWNING, CHANNEL_RUNNING },
		{ CHANNEL_SPAWNING, CHANNEL_ENDING },
		{ CHANNEL_OPENING, CHANNEL_RUNNING },
		{ CHANNEL_OPENING, CHANNEL_CLOSED },
		{ CHANNEL_RUNNING,
		    CHANNEL_MENU }, /* after a command of staff */
		{ CHANNEL_RUNNING, CHANNEL_SPAWNING },
		{ CHANNEL_RUNNING, CHANNEL_ENDING },
		{ CHANNEL_ENDING, CHANNEL_CLOSED },
	};

	(void)state;
	expect_steps("channel", take, names, CHANNEL_STATES, steps,
	    LENGTH(steps));
}

/* A client can close what it never agreed to open: that is no step of its own
 * making, and the channel just goes. */
static void
a_client_may_close_a_channel_that_is_opening(void **state)
{
	int monitor;
	struct session s = open_session(&monitor);
	struct channel *c = calloc(1, sizeof(*c));

	(void)state;
	assert_non_null(c);
	TAILQ_INIT(&s.channels);
	/* As channel_add() makes one, but unknown to libssh, which gives none
	 * without a login of its own. */
	*c = (struct channel){ .session = &s,
		.in = -1,
		.out = { { .fd = -1 }, { .fd = -1 } } };
	TAILQ_INSERT_TAIL(&s.channels, c, next);
	s.channel_count = 1;
	channel_step(c, CHANNEL_OPENING);
	c->is_closed = true;
	channel_sweep(&s); /* frees it */
	assert_int_equal(s.channel_count, 0);
	assert_int_equal(s.stage, STAGE_OPEN);
	close_session(&s, monitor);
}

static void
nobody_has_a_channel_before_the_login(void **state)
{
	int monitor;
	struct session s = open_session(&monitor);

	(void)state;
	TAILQ_INIT(&s.channels);
	for (unsigned i = 0; i < LOGIN_DONE; i++) {
		s.login.state = i;
		assert_null(channel_add(&s));
	}
	close_session(&s, monitor);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_channel_has_these_steps_and_no_other),
		cmocka_unit_test(a_client_may_close_a_channel_that_is_opening),
		cmocka_unit_test(nobody_has_a_channel_before_the_login),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
