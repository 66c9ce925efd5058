/* test_cast.c - a recording's lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "gateway/base/array.h"
#include "gateway/recorder/cast.h"

static char got[1 << 20];
static size_t used;

static void
take(void *self, const char *lines, size_t n)
{
	(void)self;
	assert_true(used + n < sizeof(got));
	assert_true(n > 0 && lines[n - 1] == '\n'); /* whole lines */
	memcpy(got + used, lines, n);
	used += n;
	got[used] = '\0';
}

static struct cast *
begin(void)
{
	static struct cast c;

	used = 0;
	got[0] = '\0';
	cast_begin(&c, NULL, take);
	return &c;
}

static void
output(struct cast *c, uint64_t at_ms, const char *text)
{
	cast_output(c, at_ms, (const uint8_t *)text, strlen(text));
}

static void
a_header_says_what_players_need(void **state)
{
	struct cast *c = begin();

	(void)state;
	cast_header(c, &(struct cast_header){ .rows = 24,
			   .cols = 80,
			   .timestamp = 1700000000,
			   .title = "bob+c101, \"x\"\\\n",
			   .term = "xterm\xff" });
	assert_string_equal(got,
	    "{\"version\": 2, \"width\": 80, \"height\": 24, \"timestamp\":"
	    " 1700000000, \"title\": \"bob+c101, \\\"x\\\"\\\\\\n\","
	    " \"env\": {\"TERM\": \"xterm\xef\xbf\xbd\"}}\n");
	used = 0;
	cast_header(c, &(struct cast_header){ .title = "", .term = "" });
	assert_non_null(strstr(got, "\"width\": 80, \"height\": 24"));
}

static void
events_are_lines(void **state)
{
	struct cast *c = begin();

	(void)state;
	output(c, 5, "a\"\\\r\n\033[1mb");
	cast_size(c, 1234, 40, 132);
	cast_marker(c, 61001, "ann joins");
	output(c, 61002, "");
	assert_string_equal(got,
	    "[0.005, \"o\", \"a\\\"\\\\\\r\\n\\u001b[1mb\"]\n"
	    "[1.234, \"r\", \"132x40\"]\n"
	    "[61.001, \"m\", \"ann joins\"]\n");
}

static void
a_character_that_is_not_whole_waits_for_the_next_event(void **state)
{
	static const struct {
		const char *first, *second, *lines;
	} cases[] = {
		{ "a\xc3", "\xa4z",
		    "[0.000, \"o\", \"a\"]\n"
		    "[0.001, \"o\", \"\xc3\xa4z\"]\n" },
		{ "\xf0\x9f\x98", "\x80",
		    "[0.001, \"o\", \"\xf0\x9f\x98\x80\"]\n" },
		{ "\xff", "z",
		    "[0.000, \"o\", \"\xef\xbf\xbd\"]\n"
		    "[0.001, \"o\", \"z\"]\n" },
		{ "\xc3", "z", "[0.001, \"o\", \"\xef\xbf\xbdz\"]\n" },
		/* Nor a sequence. */
		{ "\033[3", "1mx", "[0.001, \"o\", \"\\u001b[31mx\"]\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct cast *c = begin();

		output(c, 0, cases[i].first);
		output(c, 1, cases[i].second);
		assert_string_equal(got, cases[i].lines);
	}
}

static void
what_makes_a_terminal_answer_is_left_out(void **state)
{
	struct cast *c = begin();

	(void)state;
	output(c, 0, "a\033[6n\033[c\033]52;c;aGk=\ab");
	assert_string_equal(got, "[0.000, \"o\", \"ab\"]\n");
}

static void
a_line_has_a_bound(void **state)
{
	struct cast *c = begin();
	char *many = malloc(200000);
	size_t lines = 0;

	(void)state;
	memset(many, '"', 200000);
	cast_output(c, 0, (const uint8_t *)many, 200000);
	free(many);
	for (const char *at = got; *at != '\0'; lines++) {
		const char *end = strchr(at, '\n');

		assert_true(end - at < CAST_LINE_MAX);
		assert_memory_equal(at, "[0.000, \"o\", \"", 14);
		assert_memory_equal(end - 2, "\"]", 2);
		at = end + 1;
	}
	assert_true(lines > 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_says_what_players_need),
		cmocka_unit_test(events_are_lines),
		cmocka_unit_test(
		    a_character_that_is_not_whole_waits_for_the_next_event),
		cmocka_unit_test(what_makes_a_terminal_answer_is_left_out),
		cmocka_unit_test(a_line_has_a_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
