/* test_log_pairs.c - what of a line is a pair, and what only looks like one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "gateway/base/log_pairs.h"

static struct log_pairs pairs;
static char text[1024];

/* "name=value;", and # before a number. */
static const char *__attribute__((format(printf, 2, 3)))
found(const char *tag, const char *fmt, ...)
{
	static char all[2048];
	size_t at = 0;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_pairs_find(&pairs, tag, fmt, text);
	all[0] = '\0';
	for (size_t i = 0; i < pairs.count; i++) {
		const struct log_pair *p = &pairs.at[i];

		at += (size_t)snprintf(all + at, sizeof(all) - at,
		    "%.*s=%s%.*s;", (int)p->name_length, p->name,
		    p->is_number ? "#" : "", (int)p->length, p->value);
	}
	return all;
}

static void
a_tag_has_ids(void **state)
{
	(void)state;
	assert_string_equal(found("conn=17 account=12 lab=a sandbox=9", "x"),
	    "conn=#17;account=12;lab=a;sandbox=#9;");
	assert_string_equal(found("admin uid=0 pid=3", "reload"),
	    "uid=#0;pid=#3;");
	assert_string_equal(found(NULL, "stopped status=%d", -1),
	    "status=#-1;");
}

static void
values_end_where_the_format_goes_on(void **state)
{
	(void)state;
	assert_string_equal(found(NULL, "a reason=%s by=%s", "too many", "x y"),
	    "reason=too many;by=x y;");
	assert_string_equal(found(NULL, "a name=%s: %s", "x", "No such file"),
	    "name=x;");
	assert_string_equal(found(NULL, "number=%u%s: %s", 3, " and ends", "w"),
	    "number=#3;");
	assert_string_equal(
	    found(NULL, "login name=%s method=none ms=%u", "x", 7),
	    "name=x;method=none;ms=#7;");
	assert_string_equal(
	    found(NULL, "say account=%s labs=%s n=%u", "", "a b", 2),
	    "account=;labs=a b;n=#2;");
	assert_string_equal(found(NULL, "locks=%luM", 12UL), "locks=#12;");
}

static void
what_was_formatted_into_a_line_has_no_pairs(void **state)
{
	(void)state;
	assert_string_equal(
	    found("conn=1", "session says: %s", "account=bob lab=x"),
	    "conn=#1;");
	assert_string_equal(found(NULL, "%s", "account=bob"), "");
	assert_string_equal(
	    found(NULL, "hand text=%s account=%s", "\"q account=bob\"", "eve"),
	    "text=q account=bob;account=eve;");
}

static void
the_first_of_a_name_counts(void **state)
{
	(void)state;
	assert_string_equal(found("conn=1 account=ann lab=a",
				"seated lab=%s sandbox=%u", "b", 2U),
	    "conn=#1;account=ann;lab=a;sandbox=#2;");
	assert_null(log_pairs_get(&pairs, "seat"));
	assert_int_equal(log_pairs_get(&pairs, "sandbox")->value[0], '2');
}

static void
what_json_takes_for_no_number_is_a_text(void **state)
{
	(void)state;
	assert_string_equal(found("conn=007 sandbox= uid=1x pid=-", "x"),
	    "conn=007;sandbox=;uid=1x;pid=-;");
	assert_string_equal(found(NULL, "bytes=%llu", 12345678901234567890ULL),
	    "bytes=12345678901234567890;");
	assert_string_equal(found(NULL, "n=%05d", 7), "n=00007;");
}

static void
a_line_that_was_cut_has_what_is_left(void **state)
{
	(void)state;
	strcpy(text, "a name=\"xy");
	log_pairs_find(&pairs, NULL, "a name=%s ms=%u", text);
	assert_int_equal(pairs.count, 1);
	log_pairs_find(&pairs, "= =x conn", "100%", "100%");
	assert_int_equal(pairs.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tag_has_ids),
		cmocka_unit_test(values_end_where_the_format_goes_on),
		cmocka_unit_test(what_was_formatted_into_a_line_has_no_pairs),
		cmocka_unit_test(the_first_of_a_name_counts),
		cmocka_unit_test(what_json_takes_for_no_number_is_a_text),
		cmocka_unit_test(a_line_that_was_cut_has_what_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
