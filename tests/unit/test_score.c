/* test_score.c - points and a text out of what a check printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
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

/* What a step is called, and what lines of one name come to. */
static void
names_are_kept(void **state)
{
	static const struct step_score wanted[] = {
		{ 3, 4, "mount" },
		{ 0, 1, "line 2" },
		{ 1, 1, "a?[2J ?" },
		{ 1, 1, "gr\xc3\xbc\xc3\x9f" },
	};
	char text[STEP_TEXT_SIZE];
	struct step_score back;
	struct score s;

	(void)state;
	score_read("points 1/2  mount \npoints 0/1\nnoise\n"
		   "points 1/1 a\033[2J \xff\npoints 2/2 mount\n"
		   "points 9/1 wrong\npoints 1/1 gr\xc3\xbc\xc3\x9f\n",
	    false, true, &s);
	assert_int_equal(s.step_count, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(s.steps[i].name, wanted[i].name);
		assert_int_equal(s.steps[i].points, wanted[i].points);
		assert_int_equal(s.steps[i].most, wanted[i].most);
		step_write(text, &s.steps[i]);
		assert_true(step_read(&back, text));
		assert_string_equal(back.name, wanted[i].name);
	}
	score_read("done\n", false, true, &s);
	assert_int_equal(s.step_count, 0);
}

static void
a_long_name_is_cut_between_two_characters(void **state)
{
	static char output[200] = "points 1/1 x";
	struct score s;

	(void)state;
	while (strlen(output) < 150)
		strcat(output, "\xc3\xbc");
	score_read(output, false, true, &s);
	assert_int_equal(strlen(s.steps[0].name), 63);
	assert_true(s.steps[0].name[62] == '\xbc');
}

static void
more_steps_than_fit_are_in_the_sum(void **state)
{
	static char output[PROGRAM_OUTPUT_MAX + 1];
	struct score s;

	(void)state;
	for (int i = 0; i < 70; i++)
		sprintf(output + strlen(output), "points 1/1 step %d\n", i);
	score_read(output, false, true, &s);
	assert_int_equal(s.points, 70);
	assert_int_equal(s.step_count, STEP_SCORES_MAX);
	assert_non_null(strstr(s.text, "first 64 steps"));
}

static void
assert_words(const struct word_list *l, const char *const *wanted, size_t count)
{
	assert_int_equal(l->count, count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(l->at[i], wanted[i]);
}

/* Neither is shown; what is no word of theirs is counted. */
static void
secrets_are_kept_and_not_shown(void **state)
{
	static const char *const own[] = { "flag{one}", "flag{two}",
		"gr\xc3\xbc\xc3\x9f-gott" };
	static const char *const foreign[] = { "flag{other}" };
	struct score s;

	(void)state;
	score_read("secret flag{one} flag{two}\r\npoints 1/2 a\n"
		   "secret\tflag{one}  gr\xc3\xbc\xc3\x9f-gott \n"
		   "foreign flag{other} short a\033[2Jbcdefg\nforeign \n"
		   "secrets are shown\nforeign\n",
	    false, true, &s);
	assert_words(&s.words.secrets, own, 3);
	assert_words(&s.words.foreign, foreign, 1);
	assert_int_equal(s.words.left_out, 2);
	assert_string_equal(s.text,
	    "1/2 a\nsecrets are shown\nforeign\nPoints: 1 of 2\n");
	score_read("done\n", false, true, &s);
	assert_words(&s.words.secrets, own, 0);
	assert_int_equal(s.words.left_out, 0);
}

static void
words_have_limits(void **state)
{
	char output[PROGRAM_OUTPUT_MAX + 1] = "secret ";
	struct score s;

	(void)state;
	for (int i = 0; i < SECRET_WORDS_MAX + 2; i++)
		sprintf(output + strlen(output), "number-%d ", 10 + i);
	strcat(output, "\nforeign ");
	memset(output + strlen(output), 'x', SECRET_WORD_MOST + 1);
	strcat(output, " ");
	memset(output + strlen(output), 'y', SECRET_WORD_MOST);
	score_read(output, false, true, &s);
	assert_int_equal(s.words.secrets.count, SECRET_WORDS_MAX);
	assert_int_equal(s.words.foreign.count, 1);
	assert_int_equal(strlen(s.words.foreign.at[0]), SECRET_WORD_MOST);
	assert_int_equal(s.words.left_out, 3);
}

/* A check that fails tells the student its last line. */
static void
a_failure_shows_no_secret(void **state)
{
	static const struct failure {
		const char *output, *line;
	} some[] = {
		{ "cannot open\nsecret flag{one}\n\nforeign x", "cannot open" },
		{ "secret flag{one}\n", "" },
		{ "", "" },
		{ "secret flag{one}\n a\033b \n\n", " a?b" },
	};
	struct program_run r = { 0 };
	char line[64];

	(void)state;
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		strcpy(r.text, some[i].output);
		r.used = strlen(r.text);
		program_last_line(&r, line, sizeof(line));
		assert_string_equal(line, some[i].line);
	}
}

static void
what_is_no_step_is_not_read(void **state)
{
	static const char *const bad[] = { "", "1/1", "1/1 ", "2/1 x", "0/0 x",
		"1/1 x ", "1/1  x", "1/1 a\nb", "-1/1 x", "1/1000001 x",
		"1/4294967297 x", "1/1 \xff" };
	struct step_score s;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(step_read(&s, bad[i]));
	assert_true(step_read(&s, "0/1000000 x y"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_become_points),
		cmocka_unit_test(what_was_cut_in_the_middle_does_not_count),
		cmocka_unit_test(a_sum_has_a_limit),
		cmocka_unit_test(the_sum_is_told_however_long_the_text_is),
		cmocka_unit_test(names_are_kept),
		cmocka_unit_test(a_long_name_is_cut_between_two_characters),
		cmocka_unit_test(more_steps_than_fit_are_in_the_sum),
		cmocka_unit_test(secrets_are_kept_and_not_shown),
		cmocka_unit_test(words_have_limits),
		cmocka_unit_test(a_failure_shows_no_secret),
		cmocka_unit_test(what_is_no_step_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
