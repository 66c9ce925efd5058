/* test_cast_line.c - a recording's lines, read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "gateway/base/cast_line.h"
#include "gateway/base/array.h"

static void
a_header_is_read(void **state)
{
	struct cast_size size;
	struct err e;

	(void)state;
	assert_int_equal(cast_line_header("{\"version\": 2, \"width\": 80,"
					  " \"height\":24, \"title\": \"x\"}\n",
			     &size, &e),
	    0);
	assert_int_equal(size.cols, 80);
	assert_int_equal(size.rows, 24);
	assert_int_equal(cast_line_header("[0, \"o\", \"\"]", &size, &e), -1);
	assert_int_equal(cast_line_header("{\"version\": 2}", &size, &e), -1);
	assert_int_equal(cast_line_header("{\"version\": 1, \"width\": 80,"
					  " \"height\": 24, \"stdout\": []}",
			     &size, &e),
	    -1);
	assert_non_null(strstr(e.text, "version 1"));
}

static void
events_are_read(void **state)
{
	static const struct {
		const char *line;
		uint64_t at_ms;
		char kind;
		const char *text;
	} cases[] = {
		{ "[0.005, \"o\", \"a\\\"\\\\\\r\\n\"]\n", 5, 'o',
		    "a\"\\\r\n" },
		{ "[12,\"o\",\"\"]", 12000, 'o', "" },
		{ " [ 1.5e1 , \"m\" , \"x\" ] ", 15000, 'm', "x" },
		{ "[1, \"r\", \"80x24\"]", 1000, 'r', "80x24" },
		{ "[1, \"xx\", \"y\"]", 1000, '\0', "y" },
		{ "[0, \"o\", \"\\u001b[m\\u00e4\\u20ac\"]", 0, 'o',
		    "\033[m\xc3\xa4\xe2\x82\xac" },
		{ "[0, \"o\", \"\\ud83d\\ude00\"]", 0, 'o',
		    "\xf0\x9f\x98\x80" },
		{ "[0, \"o\", \"\\ud83dz\"]", 0, 'o', "\xef\xbf\xbdz" },
		{ "[0, \"o\", \"\\ude00\\ud83d\\u0041\"]", 0, 'o',
		    "\xef\xbf\xbd\xef\xbf\xbd"
		    "A" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct cast_event got;
		char line[128];
		struct err e;

		strcpy(line, cases[i].line);
		assert_int_equal(cast_line_event(line, &got, &e), 0);
		assert_true(got.at_ms == cases[i].at_ms);
		assert_int_equal(got.kind, cases[i].kind);
		assert_int_equal(got.length, strlen(cases[i].text));
		assert_string_equal(got.text, cases[i].text);
	}
}

static void
what_is_no_event_is_refused(void **state)
{
	static const char *const wrong[] = { "", "[", "[1", "[1,", "[1, \"o\"",
		"[1, \"o\", \"", "[1, \"o\", \"a", "[1, \"o\", \"a\"",
		"[1, \"o\", \"a\"] x", "[x, \"o\", \"a\"]",
		"[-1, \"o\", \"a\"]", "[nan, \"o\", \"a\"]",
		"[1e99, \"o\", \"a\"]", "[1, \"o\", \"\\x\"]",
		"[1, \"o\", \"\\u12\"]", "[1, \"o\", \"\\", "[1, 2, \"a\"]",
		"{\"version\": 2}" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct cast_event got;
		char line[64];
		struct err e;

		strcpy(line, wrong[i]);
		assert_int_equal(cast_line_event(line, &got, &e), -1);
	}
}

static void
a_size_is_read(void **state)
{
	static const char *const wrong[] = { "", "x", "80", "80x", "x24",
		"80x24x", "80x-1", "0x24", "80x0", " 80x24", "80 x 24" };
	struct cast_size size;

	(void)state;
	assert_true(cast_line_size("132x40", &size));
	assert_int_equal(size.cols, 132);
	assert_int_equal(size.rows, 40);
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		assert_false(cast_line_size(wrong[i], &size));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_is_read),
		cmocka_unit_test(events_are_read),
		cmocka_unit_test(what_is_no_event_is_refused),
		cmocka_unit_test(a_size_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
