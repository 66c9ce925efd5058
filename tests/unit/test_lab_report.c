/* test_lab_report.c - which labs' reports are to be made. */
#include "tests/unit/played_monitor.h"

#include "gateway/monitor/links/lab_report.h"

static void
what_is_wanted_waits_for_its_turn(void **state)
{
	struct played *p = *state;

	p->config.report_keep = 1;
	lab_report_want(&p->m, "c101");
	assert_false(LIST_EMPTY(&p->m.lab_reports));
	lab_report_free(&p->m);
	assert_true(LIST_EMPTY(&p->m.lab_reports));
}

/* There is nothing that it could be made of. */
static void
where_nothing_is_kept_there_is_none(void **state)
{
	struct played *p = *state;

	p->config.report_keep = 0;
	lab_report_want(&p->m, "c101");
	assert_true(LIST_EMPTY(&p->m.lab_reports));
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, played_begin, played_end)
	const struct CMUnitTest tests[] = {
		TEST(what_is_wanted_waits_for_its_turn),
		TEST(where_nothing_is_kept_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
