/* test_print.c - what the administrator sees, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/admin/print.h"
#include "gateway/base/escape.h"

#define GIB (UINT64_C(1024) * 1024 * 1024)

/* Collect what a statement prints to the stream "out" in the text "got". */
#define PRINTED(statement)                                                     \
	char *got = NULL;                                                      \
	size_t got_size = 0;                                                   \
	FILE *out = open_memstream(&got, &got_size);                           \
	assert_non_null(out);                                                  \
	statement;                                                             \
	assert_int_equal(fclose(out), 0)

static void
sizes_have_three_digits_at_most(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
		{ 0, "0" },
		{ 1023, "1023" },
		{ 1024, "1.0K" },
		{ 1536, "1.5K" },
		{ 10 * 1024, "10K" },
		{ 1023 * 1024 + 1023, "1023K" },
		{ 256 * 1024 * 1024, "256M" },
		{ 2 * GIB - 1, "1.9G" },
		{ UINT64_MAX, "15E" },
	};
	char text[SHORT_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_text(text, cases[i].bytes);
		assert_string_equal(text, cases[i].text);
	}
}

static void
durations_show_two_units(void **state)
{
	static const struct {
		uint64_t us;
		const char *text;
	} cases[] = {
		{ 0, "0.00s" },
		{ 420000, "0.42s" },
		{ 9999999, "9.99s" },
		{ 12340000, "12.3s" },
		{ UINT64_C(125) * 1000000, "2m05s" },
		{ UINT64_C(4020) * 1000000, "1h07m" },
		{ UINT64_C(100) * 3600 * 1000000, "4d04h" },
		{ UINT64_MAX, "213503982d08h" },
	};
	char text[SHORT_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		duration_text(text, cases[i].us);
		assert_string_equal(text, cases[i].text);
	}
}

static void
control_bytes_do_not_reach_a_terminal(void **state)
{
	char text[32];

	(void)state;
	text_escape(text, sizeof(text), "a\x1b[2Jb\n\x7f\xc2\x9b");
	assert_string_equal(text, "a\\x1b[2Jb\\x0a\\x7f\\xc2\\x9b");
}

static void
an_escaped_text_is_cut_between_characters(void **state)
{
	char text[7];

	(void)state;
	text_escape(text, sizeof(text), "abc\x1b");
	assert_string_equal(text, "abc");
	text_escape(text, sizeof(text), "ab\x1b");
	assert_string_equal(text, "ab\\x1b");
	text_escape(text, sizeof(text), "abcdefgh");
	assert_string_equal(text, "abcdef");
}

static const struct msg_seat alice = {
	.account = "alice",
	.lab = "web101",
	.address = "192.0.2.7",
	.state = "running",
	.sandbox = 9,
	.connections = 2,
	.since = 1795325400,
	.cpu_us = 1500000,
	.memory = 38 * 1024 * 1024,
	.memory_max = 256 * 1024 * 1024,
	.pids = 4,
	.pids_max = 64,
};

static void
columns_are_as_wide_as_their_widest_cell(void **state)
{
	struct msg_seat seats[2] = { alice, alice };

	(void)state;
	strcpy(seats[1].account, "a-much-longer-name");
	strcpy(seats[1].address, "");
	seats[1].connections = 10;
	seats[1].cpu_us = 0;
	PRINTED(print_seats(out, seats, 2));
	assert_string_equal(got,
	    "SEAT                       STATE    ADDRESS    "
	    "SINCE                  MEMORY    CPU  PIDS  CONNS\n"
	    "alice+web101               running  192.0.2.7  "
	    "2026-11-22 05:30:00  38M/256M  1.50s  4/64      2\n"
	    "a-much-longer-name+web101  running  -          "
	    "2026-11-22 05:30:00  38M/256M  0.00s  4/64     10\n");
	free(got);
}

static void
no_seats_leave_the_titles(void **state)
{
	(void)state;
	PRINTED(print_seats(out, NULL, 0));
	assert_string_equal(got,
	    "SEAT  STATE  ADDRESS  SINCE  MEMORY  CPU  PIDS  CONNS\n");
	free(got);
}

static void
a_seat_is_a_json_object_with_utc_times(void **state)
{
	(void)state;
	PRINTED(json_seats(out, &alice, 1));
	assert_string_equal(got,
	    "[\n{\"seat\":\"alice+web101\",\"account\":\"alice\","
	    "\"lab\":\"web101\",\"address\":\"192.0.2.7\","
	    "\"state\":\"running\",\"sandbox\":9,\"connections\":2,"
	    "\"since\":\"2026-11-22T05:30:00Z\",\"cpu_us\":1500000,"
	    "\"memory\":39845888,\"memory_max\":268435456,"
	    "\"pids\":4,\"pids_max\":64,\"restraint\":\"none\",\"signs\":[],"
	    "\"trapped_calls\":0,\"rehearsal\":false}\n]"
	    "\n");
	free(got);
}

static void
no_seats_are_an_empty_json_array(void **state)
{
	(void)state;
	PRINTED(json_seats(out, NULL, 0));
	assert_string_equal(got, "[]\n");
	free(got);
}

static void
json_carries_any_bytes_as_ascii(void **state)
{
	char lines[4][TEXT_SIZE] = {
		"quote \" backslash \\ tab \t",
		"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
		/* Overlong, a surrogate, beyond the last code point, alone. */
		"\xc0\x80|\xed\xa0\x80|\xf4\x90\x80\x80|\x80",
		"cut \xe2\x82",
	};

	(void)state;
	PRINTED(json_outcome(out, 1, "no", lines, 4));
	assert_string_equal(got, "{\"status\":1,\"text\":\"no\",\"lines\":["
				 "\"quote \\\" backslash \\\\ tab \\u0009\","
				 "\"\\u00e9 \\u20ac \\ud83d\\ude00\","
				 "\"\\ufffd\\ufffd|\\ufffd\\ufffd\\ufffd|"
				 "\\ufffd\\ufffd\\ufffd\\ufffd|\\ufffd\","
				 "\"cut \\ufffd\\ufffd\"]}\n");
	free(got);
}

static void
status_tells_times_and_counts(void **state)
{
	struct msg_status s = {
		.version = "0.1",
		.listen = "127.0.0.1:2222",
		.cgroup = "v2",
		.started = 1795325400,
		.loaded = 1795325460,
		.connections = 12,
		.unauthenticated = 2,
		.sandboxes = 10,
		.sandboxes_max = 400,
		.labs = 3,
		.accounts = 120,
	};

	(void)state;
	PRINTED(print_status(out, &s, 1795325400 + 4020));
	assert_string_equal(got, "version        0.1\n"
				 "listening      127.0.0.1:2222\n"
				 "running since  2026-11-22 05:30:00 (1h07m)\n"
				 "loaded         2026-11-22 05:31:00\n"
				 "cgroups        v2\n"
				 "labs           3\n"
				 "accounts       120\n"
				 "connections    12 (2 not logged in)\n"
				 "sandboxes      10 of 400\n"
				 "waiting        0\n");
	free(got);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_have_three_digits_at_most),
		cmocka_unit_test(durations_show_two_units),
		cmocka_unit_test(control_bytes_do_not_reach_a_terminal),
		cmocka_unit_test(an_escaped_text_is_cut_between_characters),
		cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
		cmocka_unit_test(no_seats_leave_the_titles),
		cmocka_unit_test(a_seat_is_a_json_object_with_utc_times),
		cmocka_unit_test(no_seats_are_an_empty_json_array),
		cmocka_unit_test(json_carries_any_bytes_as_ascii),
		cmocka_unit_test(status_tells_times_and_counts),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
