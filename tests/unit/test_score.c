/* test_score.c - points and a text out of what a check printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "sandbox/init/program.h"
#include "sandbox/init/score.h"

#define BAD " (does not count: it is \"points N/M TEXT\", N at most M)"

static const struct row {
	const char *output;
	bool is_good;
	uint32_t points, most;
	const char *text;
} rows[] = {
	{ "points 1/1 Done\n", true, 1, 1, "1/1 Done\nPoints: 1 of 1\n" },
	{ "points 2/3 Files\nLook at b.\npoints 0/2\n", false, 2, 5,
	    "2/3 Files\nLook at b.\n0/2\nPoints: 2 of 5\n" },
	{ "points 1/2 no newline", true, 1, 2,
	    "1/2 no newline\nPoints: 1 of 2\n" },
	{ "", true, 1, 1, "Points: 1 of 1\n" },
	{ "", false, 0, 1, "Points: 0 of 1\n" },
	{ "Not yet.\n", false, 0, 1, "Not yet.\nPoints: 0 of 1\n" },
	{ "points 10000/10000 a\n", true, 10000, 10000,
	    "10000/10000 a\nPoints: 10000 of 10000\n" },
	/* What does not count, and says so. */
	{ "points 3/2 x\n", true, 1, 1,
	    "points 3/2 x" BAD "\nPoints: 1 of 1\n" },
	{ "points 0/0\n", true, 1, 1, "points 0/0" BAD "\nPoints: 1 of 1\n" },
	{ "points 1/10001\n", true, 1, 1,
	    "points 1/10001" BAD "\nPoints: 1 of 1\n" },
	{ "points -1/1\n", true, 1, 1, "points -1/1" BAD "\nPoints: 1 of 1\n" },
	{ "points 1/1x\n", true, 1, 1, "points 1/1x" BAD "\nPoints: 1 of 1\n" },
	{ "points 1\n", false, 0, 1, "points 1" BAD "\nPoints: 0 of 1\n" },
	{ "points 4294967297/4294967297\n", false, 0, 1,
	    "points 4294967297/4294967297" BAD "\nPoints: 0 of 1\n" },
	{ "points \n", false, 0, 1, "points " BAD "\nPoints: 0 of 1\n" },
	/* What is no such line at all. */
	{ "points\n", false, 0, 1, "points\nPoints: 0 of 1\n" },
	{ " points 1/1\n", false, 0, 1, " points 1/1\nPoints: 0 of 1\n" },
	/* Somebody's terminal. */
	{ "a\033[2Jb\rc\td \xc3\xa4\n", true, 1, 1,
	    "a?[2Jb?c\td \xc3\xa4\nPoints: 1 of 1\n" },
};

static void
lines_become_points(void **state)
{
	struct score s;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		score_read(rows[i].output, false, rows[i].is_good, &s);
		assert_string_equal(s.text, rows[i].text);
		assert_int_equal(s.points, rows[i].points);
		assert_int_equal(s.most, rows[i].most);
	}
}

static void
what_was_cut_in_the_middle_does_not_count(void **state)
{
	struct score s;

	(void)state;
	score_read("points 1/2 a\npoints 1", true, true, &s);
	assert_string_equal(s.text,
	    "1/2 a\n(The check printed more, which was cut.)\n"
	    "Points: 1 of 2\n");
}

static void
a_sum_has_a_limit(void **state)
{
	static char output[PROGRAM_OUTPUT_MAX + 1];
	struct score s;

	(void)state;
	while (strlen(output) + 20 < sizeof(output))
		strcat(output, "points 1/10000\n");
	score_read(output, false, true, &s);
	assert_int_equal(s.most, 1000000);
	assert_int_equal(s.points, 100);
}

static void
the_sum_is_told_however_long_the_text_is(void **state)
{
	static char output[PROGRAM_OUTPUT_MAX + 1];
	struct score s;

	(void)state;
	while (strlen(output) + 8 < sizeof(output))
		strcat(output, "points \n"); /* each gets a long remark */
	score_read(output, true, false, &s);
	assert_true(strlen(s.text) < sizeof(s.text));
	assert_non_null(strstr(s.text, "Points: 0 of 1\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_become_points),
		cmocka_unit_test(what_was_cut_in_the_middle_does_not_count),
		cmocka_unit_test(a_sum_has_a_limit),
		cmocka_unit_test(the_sum_is_told_however_long_the_text_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
