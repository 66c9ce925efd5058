/* test_words.c - the words of a command line, as a shell reads them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "gateway/base/array.h"
#include "gateway/staff/words.h"

#define WORDS_MAX 4

static void
words_are_split_as_a_shell_does(void **state)
{
	/* What comes out, with a bar between words. */
	static const struct {
		const char *line, *words;
	} cases[] = { { "", "" }, { "   ", "" }, { "atoll", "atoll" },
		{ " atoll  ls\tc101 ", "atoll|ls|c101" },
		{ "say 'two words' x", "say|two words|x" },
		{ "say \"it's\" fine", "say|it's|fine" },
		{ "a'b c'd", "ab cd" }, { "a\\ b c", "a b|c" },
		{ "'a\\ b'", "a\\ b" }, { "\"a\\\"b\"", "a\"b" },
		{ "a ''", "a|" }, { "'' ''", "|" }, { "a\\", "a\\" },
		{ "a;b $c `d`", "a;b|$c|`d`" } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *words[WORDS_MAX + 1], line[80], got[80] = "";
		struct err e;
		int n;

		strcpy(line, cases[i].line);
		n = words_split(line, words, WORDS_MAX, &e);
		assert_true(n >= 0);
		assert_null(words[n]);
		for (int k = 0; k < n; k++) {
			strcat(got, k == 0 ? "" : "|");
			strcat(got, words[k]);
		}
		assert_string_equal(got, cases[i].words);
	}
}

static void
what_is_not_closed_or_too_much_is_refused(void **state)
{
	static const char *const wrong[] = { "ls 'c101", "\"", "a \"b'",
		"1 2 3 4 5" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		char *words[WORDS_MAX + 1], line[80];
		struct err e;

		strcpy(line, wrong[i]);
		assert_int_equal(words_split(line, words, WORDS_MAX, &e), -1);
		assert_true(e.text[0] != '\0');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_split_as_a_shell_does),
		cmocka_unit_test(what_is_not_closed_or_too_much_is_refused),
	};

	return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
