/* test_staged.c - the room's screen, as it is drawn on a student's terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "gateway/base/watching.h"
#include "gateway/session/terminal/staged.h"

#define NOW 1000000

static int
view_file(const char *text, unsigned seals)
{
	int fd = memfd_create("view", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
	return fd;
}

static void
give(struct staged *s, const char *view, unsigned seals)
{
	CLOSES int fd = view_file(view, seals);
	struct tap_packet p;

	tap_begin_packet(&p);
	tap_add_size(&p, 0, 4, 20);
	tap_add(&p, (enum tap_kind)WATCH_VIEW, 0, "12345678", 8);
	assert_true(staged_take(s, p.bytes, p.used, fd));
}

#define SEALS (F_SEAL_SHRINK | F_SEAL_WRITE)

static void
expect_drawn(struct staged *s, unsigned rows, unsigned cols, const char *wanted)
{
	struct staged_bytes b = staged_draw(s, rows, cols, NOW);

	assert_non_null(b.at);
	assert_int_equal(b.n, strlen(b.at));
	assert_string_equal(b.at, wanted);
	free(b.at);
	assert_null(staged_draw(s, rows, cols, NOW).at);
}

static void
begin(struct staged *s)
{
	*s = (struct staged){ .fd = -1 };
	staged_begin(s, -1, "ann");
}

#define BEGIN	   "\033[?1049h\033[?6l\033[?7l\033(B\017"
#define FRAME	   "\033[?2026h\033[?25l"
#define CLEAR	   "\033[m\033[H\033[2J"
#define ROW(n, t)  "\033[" #n ";1H\033[m\033[2K" t
#define LAST(n, t) "\033[" #n ";1H\033[m\033[7m" t "\033[m"
#define AT(r, c)   "\033[" #r ";" #c "H\033[?25h"
#define END	   "\033[?2026l"

static void
only_rows_that_have_changed_are_drawn(void **state)
{
	struct staged s;

	(void)state;
	begin(&s);
	expect_drawn(&s, 5, 20,
	    BEGIN FRAME CLEAR LAST(5, "q leaves; ann comes ") END);
	give(&s, "0 0 1 2 1\none\n$ \n\n\n", SEALS);
	expect_drawn(&s, 5, 20,
	    FRAME CLEAR ROW(1, "one") ROW(2, "$ ") ROW(3, "") ROW(4, "")
		LAST(5, "q leaves; ann       ") AT(2, 3) END);
	give(&s, "0 0 1 4 1\none\n$ ls\n\n\n", SEALS);
	expect_drawn(&s, 5, 20,
	    FRAME ROW(2, "$ ls") LAST(5, "q leaves; ann       ") AT(2, 5) END);
	staged_drop(&s);
}

/* Columns are cut between characters, and steps to the right count. */
static void
the_part_with_the_cursor_is_seen(void **state)
{
	struct staged s;

	(void)state;
	begin(&s);
	give(&s, "0 0 3 9 1\none\ntwo\n\033[31ma\u65e5b\033[m\033[4Czz9\n$\n",
	    SEALS);
	expect_drawn(&s, 3, 8,
	    BEGIN FRAME CLEAR ROW(1, "\033[31m\033[1Cb\033[0m\033[4Czz")
		ROW(2, "") LAST(3, "q lea...") AT(2, 8) END);
	staged_drop(&s);
}

static void
nothing_but_text_and_colours_is_passed_on(void **state)
{
	struct staged s;

	(void)state;
	begin(&s);
	give(&s,
	    "0 0 0 0 0\na\033[6n\033[2Jb\033]0;title\a\033[?1003h\033[5;5Hc\n",
	    SEALS);
	expect_drawn(&s, 2, 20,
	    BEGIN FRAME CLEAR ROW(1, "abc")
		LAST(2, "q leaves; cropped...") "\033[1;1H\033[?25l" END);
	staged_drop(&s);
}

static void
what_is_no_view_is_left_out(void **state)
{
	struct staged s;
	struct staged_bytes b;

	(void)state;
	begin(&s);
	give(&s, "0 0 0 0 1\nnot sealed\n", 0);
	assert_null(s.view);
	give(&s, "0 0 99999999 0 1\nrow\n", SEALS);
	b = staged_draw(&s, 5, 20, NOW);
	assert_null(strstr(b.at, "row"));
	free(b.at);
	give(&s, "no numbers\nrow\n", SEALS);
	b = staged_draw(&s, 5, 20, NOW);
	assert_null(strstr(b.at, "row"));
	free(b.at);
	assert_false(staged_take(&s, (const uint8_t *)"short", 5, -1));
	staged_drop(&s);
}

static void
another_window_has_all_of_it_drawn(void **state)
{
	struct staged s;

	(void)state;
	begin(&s);
	give(&s, "0 0 0 0 1\nrow\n\n\n\n", SEALS);
	free(staged_draw(&s, 5, 20, NOW).at);
	staged_resized(&s);
	expect_drawn(&s, 2, 30,
	    FRAME CLEAR ROW(1, "row") LAST(2, "q leaves; cropped: 20x1 of ...")
		AT(1, 1) END);
	staged_drop(&s);
}

static void
notices_have_the_last_row_for_a_while_and_are_kept(void **state)
{
	struct staged s;
	struct staged_bytes b;

	(void)state;
	begin(&s);
	free(staged_draw(&s, 5, 20, NOW).at);
	staged_say(&s, "one", NOW);
	staged_say(&s, "two", NOW);
	b = staged_draw(&s, 5, 20, NOW);
	assert_non_null(strstr(b.at, LAST(5, "atoll: two          ")));
	free(b.at);
	assert_int_equal(staged_timeout(&s, NOW), 8000);
	b = staged_draw(&s, 5, 20, NOW + 8000);
	assert_non_null(strstr(b.at, "q leaves"));
	free(b.at);
	assert_int_equal(staged_timeout(&s, NOW + 8000), -1);
	assert_string_equal(s.said, "one\ntwo");
	staged_drop(&s);
}

static void
answers_of_the_terminal_do_not_leave(void **state)
{
	(void)state;
	assert_true(staged_is_left_by("q", 1));
	assert_true(staged_is_left_by("ab\003", 3));
	assert_false(staged_is_left_by("\033[q", 3));
	assert_false(staged_is_left_by("abc", 3));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_rows_that_have_changed_are_drawn),
		cmocka_unit_test(the_part_with_the_cursor_is_seen),
		cmocka_unit_test(nothing_but_text_and_colours_is_passed_on),
		cmocka_unit_test(what_is_no_view_is_left_out),
		cmocka_unit_test(another_window_has_all_of_it_drawn),
		cmocka_unit_test(
		    notices_have_the_last_row_for_a_while_and_are_kept),
		cmocka_unit_test(answers_of_the_terminal_do_not_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
