/* test_menu.c - choosing a lab with the keyboard of any terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/session/menu.h"

#define NOTHING 999

struct fixture {
	struct menu menu;
	char echo[MENU_ECHO_SIZE];
	unsigned chosen;
};

static int
two_labs(void **state)
{
	static struct fixture f;

	f = (struct fixture){ .chosen = NOTHING };
	assert_true(menu_add(&f.menu, "alpha", "The first"));
	assert_true(menu_add(&f.menu, "beta-2", "The second"));
	*state = &f;
	return 0;
}

/* Type a text; the answer to its last key. */
static enum menu_key
type(struct fixture *f, const char *text)
{
	enum menu_key got = MENU_MORE;

	for (; *text != '\0'; text++)
		got = menu_type(&f->menu, (unsigned char)*text, f->echo,
		    &f->chosen);
	return got;
}

static void
a_number_chooses(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(type(f, "2\r"), MENU_CHOSEN);
	assert_int_equal(f->chosen, 1);
}

static void
a_name_chooses(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(type(f, " alpha \n"), MENU_CHOSEN);
	assert_int_equal(f->chosen, 0);
}

static void
anything_else_is_asked_again(void **state)
{
	static const char *const wrong[] = { "0\r", "3\r", "-1\r", "1x\r",
		"ALPHA\r", "99999999999999999999\r" };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(type(f, wrong[i]), MENU_MORE);
		assert_non_null(strstr(f->echo, "There is no lab"));
		assert_int_equal(f->chosen, NOTHING);
	}
}

static void
a_newline_after_a_return_is_one_key(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(type(f, "\r"), MENU_MORE);
	assert_string_equal(f->echo, "\r\nWhich one? ");
	assert_int_equal(type(f, "\n"), MENU_MORE);
	assert_string_equal(f->echo, "");
}

static void
backspace_erases(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(type(f, "\b"), MENU_MORE);
	assert_string_equal(f->echo, "");
	assert_int_equal(type(f, "17\x7f"), MENU_MORE);
	assert_string_equal(f->echo, "\b \b");
	assert_int_equal(type(f, "\r"), MENU_CHOSEN);
	assert_int_equal(f->chosen, 0);
}

static void
control_u_erases_the_line(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(type(f, "nonsense\x15"), MENU_MORE);
	assert_int_equal(type(f, "2\r"), MENU_CHOSEN);
}

static void
one_can_leave(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(type(f, "q\r"), MENU_LEFT);
	assert_int_equal(type(f, "quit\r"), MENU_LEFT);
	assert_int_equal(type(f, "12\x03"), MENU_LEFT);
	f->menu.length = 0;
	assert_int_equal(type(f, "1\x04"), MENU_MORE);
	assert_int_equal(type(f, "\b\x04"), MENU_LEFT);
}

static void
a_long_line_is_cut(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 10000; i++)
		type(f, "x");
	assert_string_equal(f->echo, "");
	assert_int_equal(type(f, "\r"), MENU_MORE);
	assert_true(strlen(f->echo) < MENU_ECHO_SIZE);
}

static void
keys_that_do_nothing_do_nothing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(type(f, "\x1b\t\x80\xff"), MENU_MORE);
	assert_int_equal(f->menu.length, 0);
}

static void
a_row_fits_80_columns(void **state)
{
	struct fixture *f = *state;
	char title[200], row[160];
	size_t n;

	memset(title, 'x', sizeof(title) - 1);
	title[sizeof(title) - 1] = '\0';
	assert_true(menu_add(&f->menu, "gamma", title));
	for (unsigned i = 0; i < menu_rows(&f->menu); i++) {
		n = menu_row(&f->menu, i, row, sizeof(row));
		assert_int_equal(n, strlen(row));
		assert_true(n <= 80 + strlen("\r\n\r\n"));
	}
}

static void
a_title_is_cut_between_characters(void **state)
{
	struct fixture *f = *state;
	char title[MENU_TITLE_SIZE + 8] = "";

	memset(title, 'x', MENU_TITLE_SIZE - 2);
	strcat(title, "\xc3\xa9\x1b");
	assert_true(menu_add(&f->menu, "gamma", title));
	assert_int_equal(strlen(f->menu.labs[2].title), MENU_TITLE_SIZE - 2);
	assert_true(menu_add(&f->menu, "delta", "a\x1b[2J"));
	assert_string_equal(f->menu.labs[3].title, "a?[2J");
}

static void
a_full_menu_takes_no_more(void **state)
{
	struct fixture *f = *state;

	while (f->menu.count < MENU_MAX)
		assert_true(menu_add(&f->menu, "more", ""));
	assert_false(menu_add(&f->menu, "more", ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_number_chooses, two_labs),
		cmocka_unit_test_setup(a_name_chooses, two_labs),
		cmocka_unit_test_setup(anything_else_is_asked_again, two_labs),
		cmocka_unit_test_setup(a_newline_after_a_return_is_one_key,
		    two_labs),
		cmocka_unit_test_setup(backspace_erases, two_labs),
		cmocka_unit_test_setup(control_u_erases_the_line, two_labs),
		cmocka_unit_test_setup(one_can_leave, two_labs),
		cmocka_unit_test_setup(a_long_line_is_cut, two_labs),
		cmocka_unit_test_setup(keys_that_do_nothing_do_nothing,
		    two_labs),
		cmocka_unit_test_setup(a_row_fits_80_columns, two_labs),
		cmocka_unit_test_setup(a_title_is_cut_between_characters,
		    two_labs),
		cmocka_unit_test_setup(a_full_menu_takes_no_more, two_labs),
	};

	return cmocka_run_group_tests_name("menu", tests, NULL, NULL);
}
