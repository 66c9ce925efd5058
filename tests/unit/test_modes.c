/* test_modes.c - terminal modes from the wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/session/terminal/modes.h"

#define READ(m, ...)                                                           \
	do {                                                                   \
		static const uint8_t bytes[] = { __VA_ARGS__ };                \
		modes_read(                                                    \
		    (struct wire){ .at = bytes, .left = sizeof(bytes) }, m);   \
	} while (0)

static void
nothing_is_known_of_an_empty_list(void **state)
{
	struct modes m;

	(void)state;
	modes_read((struct wire){ 0 }, &m);
	for (int i = 0; i < MODES_WORDS; i++)
		assert_int_equal(m.known[i], 0);
	assert_int_equal(m.characters.count, 0);
}

static void
flags_are_set_and_cleared(void **state)
{
	struct modes m;

	(void)state;
	READ(&m, 53, 0, 0, 0, 0, 50, 0, 0, 0, 1, 42, 0, 0, 0, 7, 0);
	assert_int_equal(m.known[MODES_LOCAL], ECHO | ISIG);
	assert_int_equal(m.set[MODES_LOCAL], ISIG);
	assert_int_equal(m.known[MODES_INPUT], IUTF8);
	assert_int_equal(m.set[MODES_INPUT], IUTF8);
}

static void
the_last_word_on_a_flag_holds(void **state)
{
	struct modes m;

	(void)state;
	READ(&m, 53, 0, 0, 0, 1, 53, 0, 0, 0, 0);
	assert_int_equal(m.set[MODES_LOCAL], 0);
	READ(&m, 90, 0, 0, 0, 0, 91, 0, 0, 0, 1); /* CS8 holds CS7's bit */
	assert_int_equal(m.set[MODES_CONTROL], CS8);
}

static void
characters_may_be_switched_off(void **state)
{
	struct modes m;

	(void)state;
	READ(&m, 3, 0, 0, 0, 8, 1, 0, 0, 0, 255, 2, 0, 0, 1, 0);
	assert_int_equal(m.characters.count, 2);
	assert_int_equal(m.characters.id[0], VERASE << 8 | 8);
	assert_int_equal(m.characters.id[1], VINTR << 8 | _POSIX_VDISABLE);
}

static void
a_speed_that_there_is_not_changes_nothing(void **state)
{
	struct modes m;

	(void)state;
	READ(&m, 129, 0, 0, 0x96, 0); /* 38400 */
	assert_int_equal(m.known[MODES_CONTROL] & CBAUD, CBAUD);
	assert_int_equal(m.set[MODES_CONTROL], B38400);
	READ(&m, 129, 0, 0, 0x96, 1);
	assert_int_equal(m.known[MODES_CONTROL], 0);
}

static void
what_is_unknown_is_passed_over(void **state)
{
	struct modes m;

	(void)state;
	READ(&m, 127, 1, 2, 3, 4, 11, 0, 0, 0, 1, 53, 0, 0, 0, 1);
	assert_int_equal(m.known[MODES_LOCAL], ECHO);
}

static void
the_list_ends_where_it_is_cut_short(void **state)
{
	struct modes m;

	(void)state;
	READ(&m, 53, 0, 0, 0, 1, 50, 0, 0);
	assert_int_equal(m.known[MODES_LOCAL], ECHO);
	READ(&m, 53, 0, 0, 0, 1, 160, 0, 0, 0, 1, 50, 0, 0, 0, 1);
	assert_int_equal(m.known[MODES_LOCAL], ECHO);
	READ(&m, 0, 53, 0, 0, 0, 1);
	assert_int_equal(m.known[MODES_LOCAL], 0);
}

static void
characters_without_end_stay_within_bounds(void **state)
{
	static uint8_t bytes[5 * 200];
	struct modes m;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i += 5)
		bytes[i] = 3;
	modes_read((struct wire){ .at = bytes, .left = sizeof(bytes) }, &m);
	assert_int_equal(m.characters.count, IDS_MAX);
}

static void
an_error_of_the_wire_sticks(void **state)
{
	static const uint8_t bytes[] = { 0, 0, 0, 2, 'a', 'b', 0, 0, 0, 9, 1 };
	struct wire w = { .at = bytes, .left = sizeof(bytes) };
	struct wire text = wire_text(&w);

	(void)state;
	assert_true(wire_is(&text, "ab"));
	assert_false(wire_is(&text, "abc"));
	text = wire_text(&w);
	assert_true(text.is_bad && w.is_bad);
	assert_int_equal(wire_u8(&w), 0);
	assert_int_equal(w.left, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_known_of_an_empty_list),
		cmocka_unit_test(flags_are_set_and_cleared),
		cmocka_unit_test(the_last_word_on_a_flag_holds),
		cmocka_unit_test(characters_may_be_switched_off),
		cmocka_unit_test(a_speed_that_there_is_not_changes_nothing),
		cmocka_unit_test(what_is_unknown_is_passed_over),
		cmocka_unit_test(the_list_ends_where_it_is_cut_short),
		cmocka_unit_test(characters_without_end_stay_within_bounds),
		cmocka_unit_test(an_error_of_the_wire_sticks),
	};

	return cmocka_run_group_tests_name("modes", tests, NULL, NULL);
}
