/* test_menu.c - choosing a lab with the keyboard of any terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/session/terminal/menu.h"

#define NOTHING 999

struct fixture {
	struct menu menu;
	char echo[MENU_ECHO_SIZE];
	unsigned chosen;
};

static bool
add(struct fixture *f, const char *name, const char *title)
{
	struct msg_lab lab = { 0 };

	strcpy(lab.lab, name);
	strcpy(lab.title, title);
	return menu_add(&f->menu, &lab);
}

static int
two_labs(void **state)
{
	static struct fixture f;

	f = (struct fixture){ .chosen = NOTHING };
	assert_true(add(&f, "alpha", "The first"));
	assert_true(add(&f, "beta-2", "The second"));
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
staff_give_commands(void **state)
{
	struct fixture *f = *state;
	char row[MENU_ROW_SIZE];

	assert_int_equal(type(f, "atoll ls\r"), MENU_MORE);
	f->menu.staff_count = 3;
	text_copy(f->menu.staff, NAME_SIZE, "alpha");
	menu_row(&f->menu, menu_rows(&f->menu) - 1, row, sizeof(row));
	assert_non_null(strstr(row, "You are staff of alpha and 2 more.\r\n"));
	assert_int_equal(type(f, "  atoll ls \r"), MENU_COMMAND);
	assert_string_equal(f->menu.line, "atoll ls");
	assert_int_equal(type(f, "atoll\r"), MENU_COMMAND);
	assert_int_equal(type(f, "atolls\r"), MENU_MORE);
	assert_int_equal(type(f, "atoll say \u65e5\u672c\x7f\r"), MENU_COMMAND);
	assert_string_equal(f->menu.line, "atoll say \u65e5");
	assert_int_equal(type(f, "1\r"), MENU_CHOSEN);
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
	char title[200], row[MENU_ROW_SIZE];
	size_t n;

	memset(title, 'x', sizeof(title) - 1);
	title[sizeof(title) - 1] = '\0';
	assert_true(add(f, "gamma", title));
	for (unsigned i = 0; i < menu_rows(&f->menu); i++) {
		n = menu_row(&f->menu, i, row, sizeof(row));
		assert_int_equal(n, strlen(row));
		assert_true(n <= 80 + strlen("\r\n\r\n"));
	}
}

static void
a_row_says_how_the_lab_stands(void **state)
{
	struct fixture *f = *state;
	struct msg_lab lab = { .lab = "gamma",
		.title = "The third",
		.state = "closed until 2026-11-23 09:00" };
	char row[MENU_ROW_SIZE];

	assert_true(menu_add(&f->menu, &lab));
	menu_row(&f->menu, 2, row, sizeof(row));
	assert_string_equal(row, "   2  beta-2  The second\r\n");
	menu_row(&f->menu, 3, row, sizeof(row));
	assert_string_equal(row, "   3  gamma   The third\r\n"
				 "      closed until 2026-11-23 09:00\r\n");
}

static void
a_hidden_lab_has_no_row_but_a_name(void **state)
{
	struct fixture *f = *state;
	struct msg_lab lab = { .lab = "secret", .title = "x", .hidden = 1 };
	char row[MENU_ROW_SIZE];

	assert_true(menu_add(&f->menu, &lab));
	assert_int_equal(menu_rows(&f->menu), 4);
	for (unsigned i = 0; i < menu_rows(&f->menu); i++) {
		menu_row(&f->menu, i, row, sizeof(row));
		assert_null(strstr(row, "secret"));
	}
	assert_int_equal(type(f, "3\r"), MENU_MORE);
	assert_int_equal(type(f, "secret\r"), MENU_CHOSEN);
	assert_int_equal(f->chosen, 2);
}

static void
a_full_menu_takes_no_more(void **state)
{
	struct fixture *f = *state;

	while (f->menu.count < MENU_MAX)
		assert_true(add(f, "more", ""));
	assert_false(add(f, "more", ""));
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
		cmocka_unit_test_setup(staff_give_commands, two_labs),
		cmocka_unit_test_setup(a_long_line_is_cut, two_labs),
		cmocka_unit_test_setup(keys_that_do_nothing_do_nothing,
		    two_labs),
		cmocka_unit_test_setup(a_row_fits_80_columns, two_labs),
		cmocka_unit_test_setup(a_row_says_how_the_lab_stands, two_labs),
		cmocka_unit_test_setup(a_hidden_lab_has_no_row_but_a_name,
		    two_labs),
		cmocka_unit_test_setup(a_full_menu_takes_no_more, two_labs),
	};

	return cmocka_run_group_tests_name("menu", tests, NULL, NULL);
}
