/* test_overlay.c - lines over the top of a full-screen program, which go again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "gateway/session/terminal/overlay.h"

#define NOW 1000000

static void
expect_written(const char *text, unsigned rows, unsigned cols,
    const char *wanted)
{
	struct overlay o = { 0 };
	size_t length;
	char *bytes;

	assert_true(overlay_add(&o, text, NOW));
	bytes = overlay_write(&o, rows, cols, NOW, &length);
	assert_int_equal(length, strlen(bytes));
	assert_string_equal(bytes, wanted);
	assert_int_equal(o.state, OVERLAY_SHOWN);
	free(bytes);
	overlay_drop(&o);
}

#define BEGIN	  "\0337\033[?6l\033(B\017"
#define ROW(n, t) "\033[" #n ";1H\033[0;7m" t "\033[m"
#define END	  "\0338"

static void
each_row_is_all_of_the_windows(void **state)
{
	(void)state;
	expect_written("one two", 24, 10, BEGIN ROW(1, "one two   ") END);
	expect_written("one two", 24, 4,
	    BEGIN ROW(1, "one ") ROW(2, "two ") END);
	expect_written("a\nb", 24, 3, BEGIN ROW(1, "a  ") ROW(2, "b  ") END);
	expect_written("\u65e5\u672c", 24, 5,
	    BEGIN ROW(1, "\u65e5\u672c ") END);
	expect_written("a\033[2J\x7f", 24, 8, BEGIN ROW(1, "a?[2J?  ") END);
}

static void
half_of_the_window_is_the_programs(void **state)
{
	(void)state;
	expect_written("a b c d e f", 4, 1, BEGIN ROW(1, "a") ROW(2, "b") END);
	expect_written("a b c d e f", 0, 1, BEGIN ROW(1, "a") END);
	expect_written("\u65e5\u672c", 1, 1, BEGIN ROW(1, "\u65e5") END);
}

/* It is written once more when the program has printed, and not more often. */
static void
it_stays_until_its_time_is_over(void **state)
{
	struct overlay o = { 0 };
	size_t length;

	(void)state;
	assert_int_equal(overlay_timeout(&o, NOW), -1);
	assert_true(overlay_add(&o, "text", NOW));
	assert_true(overlay_may_write(&o, true, NOW));
	assert_false(overlay_may_write(&o, false, NOW));
	assert_true(overlay_may_write(&o, false, NOW + 250));
	assert_int_equal(overlay_timeout(&o, NOW), 250);
	free(overlay_write(&o, 24, 80, NOW, &length));
	assert_false(overlay_may_write(&o, true, NOW + 200));
	overlay_printed(&o);
	assert_false(overlay_may_write(&o, true, NOW + 50));
	assert_int_equal(overlay_timeout(&o, NOW + 50), 50);
	assert_true(overlay_may_write(&o, true, NOW + 100));
	/* Then it waits for the program, and does not spin. */
	assert_true(overlay_timeout(&o, NOW + 200) > 1000);
	assert_true(o.ends_ms > NOW + 4000 && o.ends_ms < NOW + 5000);
	overlay_go(&o, o.ends_ms);
	overlay_printed(&o);
	assert_int_equal(o.state, OVERLAY_GOING);
	overlay_drop(&o);
	assert_int_equal(o.state, OVERLAY_NONE);
}

static void
a_key_takes_away_what_was_read(void **state)
{
	struct overlay o = { 0 };
	size_t length;

	(void)state;
	overlay_typed(&o, NOW);
	assert_int_equal(overlay_timeout(&o, NOW), -1);
	assert_true(overlay_add(&o, "text", NOW));
	free(overlay_write(&o, 24, 80, NOW, &length));
	overlay_typed(&o, NOW + 1000);
	assert_true(o.ends_ms > NOW + 4000);
	assert_false(overlay_was_read(&o, NOW + 1000));
	overlay_typed(&o, NOW + 3500);
	assert_int_equal(o.ends_ms, NOW + 3500);
	assert_true(overlay_was_read(&o, NOW + 3500));
	overlay_drop(&o);
}

static void
texts_stand_below_each_other(void **state)
{
	struct overlay o = { 0 };
	char text[1500];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_true(overlay_add(&o, "one", NOW));
	assert_true(overlay_add(&o, "two", NOW));
	assert_string_equal(o.text, "one\ntwo");
	assert_true(overlay_add(&o, text, NOW));
	assert_true(overlay_add(&o, text, NOW)); /* there is no room for both */
	assert_string_equal(o.text, text);
	overlay_drop(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_is_all_of_the_windows),
		cmocka_unit_test(half_of_the_window_is_the_programs),
		cmocka_unit_test(it_stays_until_its_time_is_over),
		cmocka_unit_test(a_key_takes_away_what_was_read),
		cmocka_unit_test(texts_stand_below_each_other),
	};

	return cmocka_run_group_tests_name("overlay", tests, NULL, NULL);
}
