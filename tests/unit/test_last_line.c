/* test_last_line.c - the last line that a terminal's program has printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "gateway/wire/msg.h"
#include "sandbox/init/last_line.h"

static void
expect(const char *printed, const char *wanted)
{
	char got[TEXT_SIZE];

	last_line((const uint8_t *)printed, strlen(printed), got);
	assert_string_equal(got, wanted);
}

static void
a_prompt_is_a_line(void **state)
{
	(void)state;
	expect("", "");
	expect("one\r\ntwo\r\n", "two");
	expect("one\r\n$ mount /dev/x", "$ mount /dev/x");
	expect("one\r\n   \r\n\r\n", "one");
	expect("one\r\n\033[?2004h\033[32m$\033[m ls", "$ ls");
	expect("$ abc\b \b\b \bx", "$ ax ");
	expect("long line\rshort\033[K", "short");
	expect("$ \033[Jls", "$ ls");
	expect("a\tb", "a b");
}

static void
another_row_is_another_line(void **state)
{
	(void)state;
	expect("\033[1;1Hone\033[7;1Htwo", "two");
	expect("\033[H\033[2Jone\033[24;1H", "one");
	expect("one\033[2Btwo", "two");
}

static void
what_is_hostile_is_left_out_or_shown(void **state)
{
	char printed[20000], got[TEXT_SIZE];

	(void)state;
	expect("a\033]0;title\ab\033P1;2q###\033\\c", "abc");
	expect("\302\233x\xff", "\\xc2\\x9bx\\xff");
	expect("Gr\303\274\303\237e", "Gr\303\274\303\237e");
	expect("\033]no end", "");
	memset(printed, 'x', sizeof(printed));
	last_line((const uint8_t *)printed, sizeof(printed), got);
	assert_int_equal(strlen(got), LAST_LINE_SIZE - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_prompt_is_a_line),
		cmocka_unit_test(another_row_is_another_line),
		cmocka_unit_test(what_is_hostile_is_left_out_or_shown),
	};

	return cmocka_run_group_tests_name("last_line", tests, NULL, NULL);
}
