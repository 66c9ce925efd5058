/* test_logmatch.c - which lines are a student's, and which only seem to be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/admin/follow/logmatch.h"

static const struct logmatch bob = { "bob", "", 0 };
static const struct logmatch seat = { "bob", "web", 0 };

#define IS_OF(m, line)	   assert_int_equal(logmatch_line(m, line), LOGMATCH_YES)
#define IS_NOT_OF(m, line) assert_int_equal(logmatch_line(m, line), LOGMATCH_NO)

static void
lines_of_text(void **state)
{
	(void)state;
	IS_OF(&bob, "<6>conn=17 account=bob login method=key");
	IS_OF(&bob, "<6>staff=ann conn=1 extend account=bob lab=web seconds=9");
	IS_OF(&bob, "<3>cannot remove account=bob: No such file");
	IS_OF(&bob, "Nov 29 15:00:00 host atolld[1]: conn=17 account=bob x");
	IS_OF(&bob, "<4>conn=17 login refused name=bob method=password");
	IS_NOT_OF(&bob, "<4>conn=17 account=eve login refused name=bob");
	IS_NOT_OF(&bob, "<6>home removed name=bob");
	IS_NOT_OF(&bob, "<6>conn=17 account=bobby login");
	IS_NOT_OF(&bob, "<6>conn=17 account=bo login");
	IS_NOT_OF(&bob, "<6>xaccount=bob login");
	IS_NOT_OF(&bob, "");
	IS_OF(&seat, "<6>sandbox=9 account=bob lab=web sandbox ready");
	IS_NOT_OF(&seat, "<6>conn=17 account=bob login method=key");
	IS_NOT_OF(&seat, "<6>sandbox=9 account=bob lab=webs sandbox ready");
}

static void
lines_that_only_seem_so(void **state)
{
	(void)state;
	IS_NOT_OF(&bob, "<6>conn=1 account=eve name=\"x account=bob\" y");
	IS_NOT_OF(&bob, "<6>conn=1 refused name=\"x account=bob\" y");
	IS_NOT_OF(&bob, "<6>conn=1 session says: account=bob");
	IS_NOT_OF(&bob, "<6>conn=1 account=eve text=hi account=bob");
	IS_NOT_OF(&bob,
	    "{\"time\":\"x\",\"message\":\"\\\"account\\\":\\\"bob\\\",\"}");
	IS_NOT_OF(&bob,
	    "{\"time\":\"x\",\"message\":\",\\\"account\\\":\\\"bob\\\",\"}");
}

static void
objects_and_their_times(void **state)
{
	static const char line[] =
	    "{\"time\":\"2026-11-29T15:10:50.123Z\",\"level\":\"info\","
	    "\"conn\":1,"
	    "\"account\":\"bob\",\"lab\":\"web\",\"message\":\"x\"}";
	struct logmatch m = seat;

	(void)state;
	IS_OF(&bob, line);
	IS_OF(&seat, line);
	IS_OF(&bob,
	    "{\"time\":\"x\",\"conn\":1,\"name\":\"bob\",\"message\":\"\"}");
	IS_NOT_OF(&bob, "{\"time\":\"x\",\"name\":\"bob\",\"message\":\"\"}");
	m.since = 1795965050; /* that second */
	IS_OF(&m, line);
	m.since++;
	IS_NOT_OF(&m, line);
	assert_int_equal(logmatch_line(&m, "<6>account=bob lab=web x"),
	    LOGMATCH_NO_TIME);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_text),
		cmocka_unit_test(lines_that_only_seem_so),
		cmocka_unit_test(objects_and_their_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
