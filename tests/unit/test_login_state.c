/* test_login_state.c - how far a login is, and the monitor's part in it. */
#include "tests/unit/steps.h"

#include "gateway/session/transport/login_state.h"

static const char *const names[LOGIN_STATES] = { "idle", "prompted",
	"registering", "asked", "allowed", "done" };

static unsigned
take(struct session *s, unsigned from, unsigned next)
{
	s->login.state = from;
	login_step(s, next);
	return s->login.state;
}

static void
a_login_has_these_steps_and_no_other(void **state)
{
	static const struct step steps[] = {
		{ LOGIN_IDLE, LOGIN_PROMPTED },
		{ LOGIN_IDLE, LOGIN_REGISTERING },
		{ LOGIN_IDLE, LOGIN_ASKED },
		{ LOGIN_PROMPTED, LOGIN_IDLE },
		{ LOGIN_REGISTERING, LOGIN_IDLE },
		{ LOGIN_ASKED, LOGIN_IDLE },
		{ LOGIN_ASKED, LOGIN_ALLOWED },
		{ LOGIN_ALLOWED, LOGIN_IDLE },
		{ LOGIN_ALLOWED, LOGIN_DONE },
	};

	(void)state;
	expect_steps("login", take, names, LOGIN_STATES, steps, LENGTH(steps));
}

static struct msg_login_answer
yes(void)
{
	return (struct msg_login_answer){ .allow = 1,
		.account = "alice",
		.lab = "c101" };
}

static void
the_monitors_yes_allows_what_it_was_asked(void **state)
{
	const struct msg_login_answer m = yes();
	int monitor;
	struct session s = open_session(&monitor);

	(void)state;
	login_step(&s, LOGIN_ASKED);
	login_on_answer(&s, &m);
	assert_int_equal(s.login.state, LOGIN_ALLOWED);
	assert_string_equal(s.login.given_account, "alice");
	assert_string_equal(s.login.given_lab, "c101");
	assert_int_equal(s.stage, STAGE_OPEN);
	close_session(&s, monitor);
}

static void
the_monitors_no_leads_back_to_the_beginning(void **state)
{
	const struct msg_login_answer m = { .notice = "it is locked" };
	int monitor;
	struct session s = open_session(&monitor);

	(void)state;
	login_step(&s, LOGIN_ASKED);
	login_on_answer(&s, &m);
	assert_int_equal(s.login.state, LOGIN_IDLE);
	assert_string_equal(s.login.notice, "it is locked");
	assert_int_equal(s.stage, STAGE_OPEN);
	close_session(&s, monitor);
}

static void
a_yes_that_nobody_asked_for_lets_nobody_in(void **state)
{
	const struct msg_login_answer m = yes();
	int monitor;
	struct session s = open_session(&monitor);

	(void)state;
	login_on_answer(&s, &m);
	assert_int_equal(s.login.state, LOGIN_IDLE);
	assert_string_equal(s.login.given_account, "");
	expect_refusal(&s, monitor, "login", "idle", "allowed");
	close_session(&s, monitor);
}

static void
a_refused_step_is_told_to_the_student(void **state)
{
	int monitor;
	struct session s = open_session(&monitor);

	(void)state;
	login_step(&s, LOGIN_DONE);
	assert_false(login_is_done(&s));
	assert_string_equal(s.last_words,
	    "the gateway made a mistake and ends this connection: log in"
	    " again, and tell the administrator");
	assert_true(s.alive.flush_ends > 0); /* there is time to say it */
	close_session(&s, monitor);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_login_has_these_steps_and_no_other),
		cmocka_unit_test(the_monitors_yes_allows_what_it_was_asked),
		cmocka_unit_test(the_monitors_no_leads_back_to_the_beginning),
		cmocka_unit_test(a_yes_that_nobody_asked_for_lets_nobody_in),
		cmocka_unit_test(a_refused_step_is_told_to_the_student),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
