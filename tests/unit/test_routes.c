/* test_routes.c - every message that the monitor may be sent has a handler. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/monitor/route/routes.h"

/* Each type that messages.def lets this role send, and no other. */
static void
expect_complete(const struct link_kind *kind, enum role role)
{
	assert_int_equal(kind->peer, role);
	assert_non_null(kind->on_closed);
	for (int type = MSG_NONE + 1; type < MSG_COUNT; type++) {
		bool allowed =
		    msg_is_allowed((enum msg_type)type, role, MONITOR);
		bool handled = kind->handlers[type] != NULL;

		/* Anybody may send it; not everybody is asked to. */
		if (type == MSG_HELLO)
			continue;
		if (handled != allowed)
			fail_msg("%s of %s: a handler %s, messages.def %s",
			    msg_name((enum msg_type)type), role_name(role),
			    handled ? "is there" : "is missing",
			    allowed ? "allows it" : "does not allow it");
	}
	assert_null(kind->handlers[MSG_NONE]);
}

static void
each_role_has_a_handler_for_what_it_may_send(void **state)
{
	(void)state;
	expect_complete(routes.builder, BUILDER);
	expect_complete(routes.zygote, ZYGOTE);
	expect_complete(routes.session, SESSION);
	expect_complete(routes.init, INIT);
	expect_complete(routes.admin, ADMIN);
	expect_complete(routes.keys_starter, KEYS);
	expect_complete(routes.keys_worker, KEYS);
	expect_complete(routes.supervisor, SUPERVISOR);
	expect_complete(routes.staff, STAFF);
	expect_complete(routes.recorder, RECORDER);
	expect_complete(routes.web, WEB);
	expect_complete(routes.browser, BROWSER);
}

static void
who_is_asked_for_its_build_is_heard(void **state)
{
	(void)state;
	assert_non_null(routes.builder->handlers[MSG_HELLO]);
	assert_non_null(routes.zygote->handlers[MSG_HELLO]);
	assert_non_null(routes.admin->handlers[MSG_HELLO]);
	assert_null(routes.supervisor->handlers[MSG_HELLO]);
	assert_null(routes.session->handlers[MSG_HELLO]);
	assert_null(routes.init->handlers[MSG_HELLO]);
}

/* A role that may send to the monitor and has no table would be missed above.  What
 * a monitor says to the next one is in a file, and comes on no link. */
static void
no_other_role_may_send_to_the_monitor(void **state)
{
	(void)state;
	for (int type = MSG_NONE + 1; type < MSG_COUNT; type++) {
		if (type == MSG_HELLO)
			continue;
		assert_false(
		    msg_is_allowed((enum msg_type)type, LOADER, MONITOR));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_role_has_a_handler_for_what_it_may_send),
		cmocka_unit_test(who_is_asked_for_its_build_is_heard),
		cmocka_unit_test(no_other_role_may_send_to_the_monitor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
