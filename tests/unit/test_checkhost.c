/* test_checkhost.c - what atoll check-host shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "gateway/admin/checkhost.h"

static struct msg_host_row rows[] = {
	{ .level = 0, .what = "kernel", .found = "Linux", .holds = UINT32_MAX },
	{ .level = 1,
	    .what = "memory",
	    .found = "64M",
	    .cure = "buy\x1b some",
	    .counted = 2,
	    .holds = 3 },
	{ .level = 2,
	    .what = "files",
	    .found = "few",
	    .cure = "raise",
	    .counted = 1,
	    .holds = 0 },
};

static struct host_report report = { rows, 3,
	{ .known = 1,
	    .started = 0,
	    .started_by = "files",
	    .full = 3,
	    .full_by = "memory" } };

static void
expect(void (*show)(FILE *out, const struct host_report *r), const char *wanted)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	show(f, &report);
	fclose(f);
	assert_string_equal(text, wanted);
	free(text);
}

static void
people_see_a_table_with_cures_and_no_control_bytes(void **state)
{
	(void)state;
	expect(host_report_print,
	    "CHECK   STATE     HOLDS  FOUND\n"
	    "kernel  ok            -  Linux\n"
	    "memory  warning       3  64M\n"
	    "                         -> buy\\x1b some\n"
	    "files   ERROR         0  few\n"
	    "                         -> raise\n"
	    "\n0 sandboxes can be started: then files give out.\n"
	    "3 of them can be at the limits of the largest lab at once: then"
	    " memory give out.\n");
}

static void
scripts_read_objects(void **state)
{
	(void)state;
	expect(host_report_json,
	    "{\"rows\":[\n"
	    "{\"check\":\"kernel\",\"state\":\"ok\",\"found\":\"Linux\","
	    "\"cure\":\"\"},\n"
	    "{\"check\":\"memory\",\"state\":\"warning\",\"found\":\"64M\","
	    "\"cure\":\"buy\\u001b some\",\"full\":3},\n"
	    "{\"check\":\"files\",\"state\":\"error\",\"found\":\"few\","
	    "\"cure\":\"raise\",\"started\":0}\n"
	    "],\"started\":0,\"started_by\":\"files\",\"full\":3,"
	    "\"full_by\":\"memory\"}\n");
}

static void
a_report_is_good_without_errors(void **state)
{
	struct host_report two = { rows, 2, { 0 } };

	(void)state;
	assert_false(host_report_is_good(&report));
	assert_true(host_report_is_good(&two));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    people_see_a_table_with_cures_and_no_control_bytes),
		cmocka_unit_test(scripts_read_objects),
		cmocka_unit_test(a_report_is_good_without_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
