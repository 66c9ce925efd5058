/* test_fullscreen.c - does a program have the whole screen? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "gateway/session/terminal/fullscreen.h"

/* In pieces of one byte it comes to the same. */
static void
expect(const char *printed, bool is_on, bool is_between)
{
	struct fullscreen whole = { 0 }, pieces = { 0 };

	fullscreen_take(&whole, printed, strlen(printed));
	for (size_t i = 0; i < strlen(printed); i++)
		fullscreen_take(&pieces, printed + i, 1);
	assert_int_equal(whole.is_on, is_on);
	assert_int_equal(fullscreen_is_between(&whole), is_between);
	assert_int_equal(pieces.is_on, is_on);
	assert_int_equal(fullscreen_is_between(&pieces), is_between);
}

static void
the_alternate_screen_is_what_counts(void **state)
{
	(void)state;
	expect("", false, true);
	expect("plain\r\n", false, true);
	expect("\033[?1049h", true, true);
	expect("\033[?47h", true, true);
	expect("\033[?1;1047;25h\033[H\033[2Jtext", true, true);
	expect("\033[?1049h\033[?1049l", false, true);
	expect("\033[?1049h\033c", false, true);
	expect("\033[1049h", false, true);
	expect("\033[?104h", false, true);
	expect("\033[?1049$p", false, true);
	expect("\033[?99999991049h", false, true);
}

static void
nothing_may_come_into_a_sequence(void **state)
{
	(void)state;
	expect("\033", false, false);
	expect("\033[", false, false);
	expect("\033[12;", false, false);
	expect("\033[12;3H", false, true);
	expect("\033(", false, false);
	expect("\033(B", false, true);
	expect("\033]0;a title", false, false);
	expect("\033]0;a title\a", false, true);
	expect("\033]0;[?1049h\033\\", false, true);
	expect("\033P1;2", false, false);
	expect("\033[3\030", false, true);
	expect("\033[3\033[?1049h", true, true);
}

static void
nor_into_a_character(void **state)
{
	(void)state;
	expect("Gr\xc3", false, false);
	expect("Gr\xc3\xbc", false, true);
	expect("\xe6\x97", false, false);
	expect("\xe6\x97\xa5", false, true);
	expect("\xf0\x9f\x98", false, false);
	expect("\xf0\x9f\x98\x80", false, true);
	/* What is no UTF-8 does not block it for long. */
	expect("\xf0 ab", false, true);
	expect("\x80\x80", false, true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_alternate_screen_is_what_counts),
		cmocka_unit_test(nothing_may_come_into_a_sequence),
		cmocka_unit_test(nor_into_a_character),
	};

	return cmocka_run_group_tests_name("fullscreen", tests, NULL, NULL);
}
