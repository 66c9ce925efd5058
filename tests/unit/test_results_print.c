/* test_results_print.c - results as spreadsheets and scripts get them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "gateway/admin/results_print.h"

#define HEAD                                                                   \
	"account,lab,points,most,time,best_points,best_most,best_time,checks," \
	"text,copied_from\r\n"

static char *
as_csv(const char *text)
{
	struct msg_result r = { .account = "alice",
		.lab = "ctf",
		.points = 1,
		.most = 3,
		.time = 1795339800,
		.best_points = 2,
		.best_most = 3,
		.best_time = 0,
		.tries = 7 };
	char *out;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	r.text = text;
	csv_results(f, &r, 1);
	fclose(f);
	return out;
}

static void
expect_text(const char *text, const char *cell)
{
	char wanted[512], *got = as_csv(text);

	snprintf(wanted, sizeof(wanted),
	    HEAD "\"alice\",\"ctf\",1,3,2026-11-22T09:30:00Z,2,3,"
		 "1970-01-01T00:00:00Z,7,%s,\"\"\r\n",
	    cell);
	assert_string_equal(got, wanted);
	free(got);
}

static void
a_row_holds_all_there_is(void **state)
{
	(void)state;
	expect_text("1/3 Done\n", "\"1/3 Done\n\"");
	expect_text("", "\"\"");
}

static void
quotes_and_commas_stay_inside(void **state)
{
	(void)state;
	expect_text("a \"b\", c", "\"a \"\"b\"\", c\"");
}

static void
nothing_becomes_a_formula(void **state)
{
	(void)state;
	expect_text("=HYPERLINK(1)", "\"'=HYPERLINK(1)\"");
	expect_text("+1", "\"'+1\"");
	expect_text("-1", "\"'-1\"");
	expect_text("@SUM(A1)", "\"'@SUM(A1)\"");
	expect_text("\t=1", "\"'?'=1\"");
	expect_text("\xef\xbc\x9d"
		    "1",
	    "\"'\xef\xbc\x9d"
	    "1\"");
	expect_text("a=1", "\"a=1\"");
}

/* Whoever splits at semicolons or tabs, or takes quotes for letters. */
static void
nothing_becomes_a_formula_whatever_a_cell_ends_with(void **state)
{
	(void)state;
	expect_text("ok;=1+1", "\"ok;'=1+1\"");
	expect_text("ok,@x", "\"ok,'@x\"");
	expect_text("ok\t-1", "\"ok?'-1\"");
	expect_text("ok\n+1", "\"ok\n'+1\"");
	expect_text("ok; \"=1", "\"ok; \"\"'=1\"");
	expect_text(" =1", "\" '=1\"");
	expect_text("\xc2\xa0=1", "\"\xc2\xa0'=1\"");
	expect_text("a -1 b", "\"a -1 b\"");
}

static void
no_control_character_is_let_through(void **state)
{
	(void)state;
	expect_text("a\033[2Jb\177\rc", "\"a?[2Jb??c\"");
	expect_text("\xc3\xa4", "\"\xc3\xa4\"");
	expect_text("\xc2\xa0\xc2\x9b\"", "\"\xc2\xa0?\"\"\"");
	expect_text("\xc2", "\"?\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_holds_all_there_is),
		cmocka_unit_test(quotes_and_commas_stay_inside),
		cmocka_unit_test(nothing_becomes_a_formula),
		cmocka_unit_test(
		    nothing_becomes_a_formula_whatever_a_cell_ends_with),
		cmocka_unit_test(no_control_character_is_let_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
