/* test_csv.c - rows as spreadsheets write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/admin/account/csv.h"

/* What a text of this size reads as: "1:[a][b] 2:[c]", "3!reason" for a row
 * that is none. */
static char *
read_all(const char *from, size_t size)
{
	char *text = malloc(size + 1), *got = NULL;
	size_t got_size;
	FILE *out = open_memstream(&got, &got_size);
	struct csv_row row;
	struct err e;
	struct csv c;
	int rc;

	assert_non_null(text);
	assert_non_null(out);
	memcpy(text, from, size);
	csv_open(&c, text, size);
	while ((rc = csv_next(&c, &row, &e)) != 0) {
		fprintf(out, "%s%u%s", ftell(out) == 0 ? "" : " ", row.line,
		    rc == -1 ? "!" : ":");
		if (rc == -1)
			fputs(e.text, out);
		for (size_t i = 0; rc == 1 && i < row.count; i++)
			fprintf(out, "[%s]",
			    i < CSV_FIELDS ? row.field[i] : "...");
	}
	fclose(out);
	free(text);
	return got;
}

static void
expect(const char *text, const char *rows)
{
	char *got = read_all(text, strlen(text));

	assert_string_equal(got, rows);
	free(got);
}

static void
lines_end_as_on_any_system(void **state)
{
	(void)state;
	expect("", "");
	expect("a,b\nc,d\n", "1:[a][b] 2:[c][d]");
	expect("a,b\r\nc,d\r\n", "1:[a][b] 2:[c][d]");
	expect("a,b\rc,d", "1:[a][b] 2:[c][d]");
	expect("a,b\nc,d", "1:[a][b] 2:[c][d]");
	expect("a\n\nb\n", "1:[a] 2:[] 3:[b]");
}

static void
empty_fields_are_fields(void **state)
{
	(void)state;
	expect(",,\n", "1:[][][]");
	expect("a,,", "1:[a][][]");
	expect("\"\",b", "1:[][b]");
}

static void
a_byte_order_mark_is_none_of_the_first_field(void **state)
{
	(void)state;
	expect("\xef\xbb\xbf"
	       "a,b\n",
	    "1:[a][b]");
	expect("\xef\xbb\xbf\"a\",b\n", "1:[a][b]");
	expect("\xef\xbb\xbf", "");
}

static void
quoted_fields_hold_anything(void **state)
{
	(void)state;
	expect("\"a,b\",c\n", "1:[a,b][c]");
	expect("\"say \"\"hi\"\"\",c\n", "1:[say \"hi\"][c]");
	expect("\"\"\"\",c\n", "1:[\"][c]");
	expect("\"a\nb\",c\nd\n", "1:[a\nb][c] 3:[d]");
	expect("a\"b,c\n", "1:[a\"b][c]");
	expect("\"a\"", "1:[a]");
}

static void
a_wrong_row_does_not_end_the_file(void **state)
{
	(void)state;
	expect("a\n\"b,c\nd,e\n",
	    "1:[a] 2!a quote (\") is opened, and not closed 3:[d][e]");
	expect("\"a\"b,c\nd\n",
	    "1!text follows a closing quote (\"); a quote inside a quoted field"
	    " is written twice 2:[d]");
}

static void
semicolons_and_tabs_separate_where_the_first_line_has_them(void **state)
{
	(void)state;
	expect("a;b;c,d\ne;f,g\n", "1:[a][b][c,d] 2:[e][f,g]");
	expect("a\tb\tc,d\n", "1:[a][b][c,d]");
	expect("a,b\nc;d\n", "1:[a][b] 2:[c;d]");
}

static void
a_separator_counts_outside_quotes_and_comments(void **state)
{
	(void)state;
	expect("\"a, b, c\";d;e\n", "1:[a, b, c][d][e]");
	expect("# by a, b, c, d\n\na;b\n", "1:[# by a, b, c, d] 2:[] 3:[a][b]");
	expect("a;b\rc,d,e,f\r", "1:[a][b] 2:[c,d,e,f]");
}

static void
a_file_may_say_its_separator(void **state)
{
	(void)state;
	expect("sep=;\r\na,b,c;d\r\n", "2:[a,b,c][d]");
	expect("\xef\xbb\xbfsep=\t\na\tb\n", "2:[a][b]");
	expect("sep=;", "");
	expect("sep=x\na\n", "1:[sep=x] 2:[a]");
}

static size_t
used(const char *from)
{
	char text[64];
	struct csv_row row;
	struct err e;
	struct csv c;

	strcpy(text, from);
	csv_open(&c, text, strlen(text));
	assert_int_equal(csv_next(&c, &row, &e), 1);
	return row.used;
}

static void
blank_fields_at_the_end_are_not_used(void **state)
{
	(void)state;
	assert_int_equal(used("a,,b,, ,\n"), 3);
	assert_int_equal(used(",,,\n"), 0);
	assert_int_equal(used("a\n"), 1);
	assert_int_equal(used("\"\",\"b\",\"\""), 2);
}

static void
a_nul_byte_is_told_and_skipped_with_its_line(void **state)
{
	static const char text[] = "a\0b,c\nd,e\n";
	char *got = read_all(text, sizeof(text) - 1);

	(void)state;
	assert_string_equal(got, "1!there is a NUL byte, so this is no text: "
				 "save it as CSV UTF-8 2:[d][e]");
	free(got);
}

static void
more_fields_than_are_kept_are_counted(void **state)
{
	char text[CSV_FIELDS + 9], *got;

	(void)state;
	memset(text, ',', sizeof(text));
	got = read_all(text, sizeof(text));
	assert_int_equal(strlen(got), 2 + CSV_FIELDS * 2 + 10 * 5);
	free(got);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_end_as_on_any_system),
		cmocka_unit_test(empty_fields_are_fields),
		cmocka_unit_test(a_byte_order_mark_is_none_of_the_first_field),
		cmocka_unit_test(quoted_fields_hold_anything),
		cmocka_unit_test(a_wrong_row_does_not_end_the_file),
		cmocka_unit_test(
		    semicolons_and_tabs_separate_where_the_first_line_has_them),
		cmocka_unit_test(
		    a_separator_counts_outside_quotes_and_comments),
		cmocka_unit_test(a_file_may_say_its_separator),
		cmocka_unit_test(blank_fields_at_the_end_are_not_used),
		cmocka_unit_test(a_nul_byte_is_told_and_skipped_with_its_line),
		cmocka_unit_test(more_fields_than_are_kept_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
