/* test_terminal_due.c - when the picture of a terminal is to be made anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "gateway/base/terminal_due.h"

#define VIM    "\033[?1049h"
#define NO_VIM "\033[?1049l"
#define NOW_MS 5000

/* A ring that is nowhere: position and modes are all that is looked at. */
struct fixture {
	struct terminal_ring ring;
	struct terminal_due due;
};

static int
setup(void **state)
{
	struct fixture *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	terminal_filter_init(&t->ring.filter);
	terminal_due_begin(&t->due, &t->ring, 0);
	*state = t;
	return 0;
}

static int
teardown(void **state)
{
	free(*state);
	return 0;
}

/* Is one due once that was printed? */
static bool
print(struct fixture *t, const char *text, uint64_t more, int64_t now_ms)
{
	size_t n = strlen(text);

	terminal_filter_track(&t->ring.filter, (const uint8_t *)text, n);
	t->ring.position += n + more;
	return terminal_due_look(&t->due, &t->ring) &&
	       terminal_due_take(&t->due, &t->ring, now_ms);
}

static void
it_is_due_each_time_that_half_a_ring_was_written(void **state)
{
	struct fixture *t = *state;

	assert_false(print(t, "", TERMINAL_DUE_BYTES - 1, NOW_MS));
	assert_true(print(t, "x", 0, NOW_MS));
	assert_false(print(t, "x", 0, NOW_MS + 9000));
	assert_false(print(t, "", TERMINAL_DUE_BYTES - 2, NOW_MS + 9000));
	assert_true(print(t, "x", 0, NOW_MS + 9000));
}

static void
it_is_due_when_the_alternate_screen_is_entered(void **state)
{
	struct fixture *t = *state;

	assert_false(print(t, "$ vim\r\n", 0, NOW_MS));
	assert_true(print(t, VIM, 0, NOW_MS));
	assert_false(print(t, "~", 0, NOW_MS));
	assert_false(print(t, NO_VIM, 0, NOW_MS + 2000));
	assert_true(print(t, "$ less\r\n" VIM, 0, NOW_MS + 2000));
}

/* Whoever comes back to vim has a picture of it already. */
static void
it_is_not_due_where_it_begins_on_the_alternate_screen(void **state)
{
	struct fixture *t = *state;

	print(t, VIM, 0, NOW_MS);
	terminal_due_begin(&t->due, &t->ring, t->ring.position);
	assert_false(print(t, "~", 0, NOW_MS));
	assert_false(print(t, NO_VIM, 0, NOW_MS));
	assert_true(print(t, VIM, 0, NOW_MS));
}

static void
a_program_that_prints_without_end_has_one_a_second(void **state)
{
	struct fixture *t = *state;
	unsigned count = 0;

	for (int64_t ms = 0; ms < 10000; ms++) /* 10 MB/s */
		count += print(t, "", 10000, NOW_MS + ms) ? 1 : 0;
	assert_in_range(count, 9, 11);
}

static void
so_has_one_that_enters_it_again_and_again(void **state)
{
	struct fixture *t = *state;
	unsigned count = 0;

	for (int64_t ms = 0; ms < 10000; ms++) {
		count += print(t, VIM, 0, NOW_MS + ms) ? 1 : 0;
		count += print(t, NO_VIM, 0, NOW_MS + ms) ? 1 : 0;
	}
	assert_in_range(count, 9, 12);
}

/* cat of a long file, and vim at once: the flood does not keep vim waiting. */
static void
who_enters_it_after_a_flood_does_not_wait(void **state)
{
	struct fixture *t = *state;

	assert_true(print(t, "", 9999999, NOW_MS));
	assert_false(print(t, "", 9999999, NOW_MS + 1));
	assert_true(print(t, VIM, 0, NOW_MS + 2));
	/* And again, too soon: with the next byte after a second. */
	assert_false(print(t, NO_VIM, 0, NOW_MS + 3));
	assert_false(print(t, VIM, 0, NOW_MS + 4));
	assert_false(print(t, "~", 0, NOW_MS + 1001));
	assert_true(print(t, "~", 0, NOW_MS + 1002));
}

int
main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH(it_is_due_each_time_that_half_a_ring_was_written),
		WITH(it_is_due_when_the_alternate_screen_is_entered),
		WITH(it_is_not_due_where_it_begins_on_the_alternate_screen),
		WITH(a_program_that_prints_without_end_has_one_a_second),
		WITH(so_has_one_that_enters_it_again_and_again),
		WITH(who_enters_it_after_a_flood_does_not_wait),
	};

	return cmocka_run_group_tests_name("terminal_due", tests, NULL, NULL);
}
