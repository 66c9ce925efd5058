/* test_note.c - a line over one row of a terminal, which goes again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/session/terminal/note.h"

static void
expect_written(const char *text, uint32_t cols, const char *wanted)
{
	char to[NOTE_BYTES];

	assert_int_equal(note_write(text, cols, to), strlen(wanted));
	assert_memory_equal(to, wanted, strlen(wanted));
}

static void
it_is_as_wide_as_the_window(void **state)
{
	(void)state;
	expect_written("back", 6, "\033[7mback  \033[m");
	expect_written("back", 4, "\033[7mback\033[m");
	expect_written("back", 3, "\033[7mbac\033[m");
	expect_written("back", 0, "\033[7mback\033[m");
}

static void
it_has_its_limits(void **state)
{
	char text[2 * NOTE_BYTES], to[NOTE_BYTES];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_true(note_write(text, 0, to) < NOTE_BYTES);
	assert_true(note_write(text, UINT32_MAX, to) < NOTE_BYTES);
	assert_true(note_write("", UINT32_MAX, to) < NOTE_BYTES);
}

static void
it_is_there_until_its_time_is_over_or_somebody_types(void **state)
{
	struct note n = { 0 };
	int left;

	(void)state;
	assert_int_equal(note_timeout(&n), -1);
	note_hurry(&n);
	assert_int_equal(note_timeout(&n), -1);
	assert_true(note_keep(&n, "under", 5));
	assert_memory_equal(n.under, "under", 5);
	left = note_timeout(&n);
	assert_true(left > 0 && left <= 2000);
	n.ends_ms = clock_ms() - 1;
	assert_int_equal(note_timeout(&n), 0);
	assert_true(note_keep(&n, "other", 5));
	note_hurry(&n);
	assert_int_equal(note_timeout(&n), 0);
	note_drop(&n);
	assert_int_equal(note_timeout(&n), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_as_wide_as_the_window),
		cmocka_unit_test(it_has_its_limits),
		cmocka_unit_test(
		    it_is_there_until_its_time_is_over_or_somebody_types),
	};

	return cmocka_run_group_tests_name("note", tests, NULL, NULL);
}
