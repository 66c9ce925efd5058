/* test_wall_text.c - what is on a wall as events of a stream. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/web/listing.h"
#include "gateway/web/wall_text.h"

static void
expect(char *got, size_t size, const char *wanted)
{
	assert_non_null(got);
	assert_string_equal(got, wanted);
	assert_int_equal(size, strlen(wanted));
	free(got);
}

static void
expect_view(const char *view, const char *wanted)
{
	char text[256], copy[64];
	size_t size;
	struct tile t = { .number = 7,
		.terminal = 2,
		.rows = 24,
		.cols = 80,
		.view = copy,
		.account = "bob" };
	char *got;

	text_copy(copy, sizeof(copy), view);
	snprintf(text, sizeof(text),
	    "event: tile\ndata: {\"tile\":7,\"terminal\":2,\"rows\":24,"
	    "\"cols\":80,\"account\":\"bob\",\"view\":\"%s\"}\n\n",
	    wanted);
	got = wall_text_tile(&t, &size);
	expect(got, size, text);
}

static void
a_screen_is_one_line_of_json(void **state)
{
	(void)state;
	expect_view("0 0 1 2 1\n\033[31mred\033[0m\n",
	    "0 0 1 2 1\\n\\u001b[31mred\\u001b[0m\\n");
	expect_view("\"a\\b\"</script>", "\\\"a\\\\b\\\"</script>");
	expect_view("\xc3\xa4\xe4\xb8\xad", "\xc3\xa4\xe4\xb8\xad");
}

static void
what_is_no_text_is_replaced(void **state)
{
	(void)state;
	/* A carriage return is left out: lines of some texts end with one. */
	expect_view("a\rb\tc\x01\x7f", "ab\xef\xbf\xbd"
				       "c\xef\xbf\xbd\xef\xbf\xbd");
	/* Bytes that are no UTF-8, C1, and marks that turn writing round. */
	expect_view("\xff\xc2\x9b", "\xef\xbf\xbd\xef\xbf\xbd");
	expect_view("\xe2\x80\xae\xe2\x81\xa6\xe2\x80\xa8",
	    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	expect_view("x\xe4\xb8", "x\xef\xbf\xbd\xef\xbf\xbd");
}

static void
a_person_whose_hand_is_down_and_of_whom_nothing_is_known(void **state)
{
	const struct person p = { .account = "eve", .idle_from_ms = -1 };
	size_t size;
	char *got = wall_text_person(&p, &size);

	(void)state;
	expect(got, size,
	    "event: person\ndata: {\"account\":\"eve\",\"idle\":-1,"
	    "\"points\":0,\"most\":0,\"hand\":-1,\"handText\":\"\"}\n\n");
}

static void
the_list_has_no_tile_that_is_over(void **state)
{
	struct wall w = { .hidden = 3 };
	struct tile over = { .number = 1, .fd = -1 },
		    one = { .number = 2, .fd = 0 },
		    two = { .number = 3, .fd = 0 };
	struct person p = { .account = "bob" };
	size_t size;
	char *got;

	(void)state;
	TAILQ_INIT(&w.tiles);
	TAILQ_INIT(&w.people);
	TAILQ_INSERT_TAIL(&w.tiles, &over, next);
	TAILQ_INSERT_TAIL(&w.tiles, &one, next);
	TAILQ_INSERT_TAIL(&w.tiles, &two, next);
	TAILQ_INSERT_TAIL(&w.people, &p, next);
	got = wall_text_list(&w, &size);
	expect(got, size,
	    "event: list\ndata: "
	    "{\"hidden\":3,\"tiles\":[2,3],\"people\":[\"bob\"]}\n\n");
}

static void
a_moment_of_a_recording_has_a_view_or_none(void **state)
{
	const struct replay r = { .rows = 24, .cols = 80 };
	const uint64_t at[2] = { 1500, 90000000000 };
	char *got;

	(void)state;
	got = wall_text_opened(UINT32_MAX);
	expect(got, strlen(got), "{\"replay\":4294967295}");
	got = wall_text_moment(&r, at, "0 0 1 2 1\n<b>\x01");
	expect(got, strlen(got),
	    "{\"at\":1500,\"of\":90000000000,\"rows\":24,\"cols\":80,"
	    "\"view\":\"0 0 1 2 1\\n<b>\xef\xbf\xbd\"}");
	got = wall_text_moment(&r, at, NULL);
	expect(got, strlen(got),
	    "{\"at\":1500,\"of\":90000000000,\"rows\":24,\"cols\":80}");
}

static void
recordings_are_listed_and_those_beyond_are_counted(void **state)
{
	struct wall w = { 0 };
	struct msg_recorded told = { .begun = 1, .changed = 2, .size = 3 };
	char *text;

	(void)state;
	listing_take(&w, &told); /* nobody has asked */
	listing_begin(&w);
	text = listing_end(&w);
	assert_string_equal(text, "{\"recordings\":[],\"hidden\":0}");
	free(text);
	text_copy(told.file, TEXT_SIZE, "c101/bob/\"x\".cast");
	text_copy(told.account, NAME_SIZE, "bob");
	listing_begin(&w);
	listing_take(&w, &told);
	told.is_written = 1;
	listing_take(&w, &told);
	text = listing_end(&w);
	assert_string_equal(text,
	    "{\"recordings\":[{\"file\":\"c101/bob/\\\"x\\\".cast\","
	    "\"account\":\"bob\",\"begun\":1,\"changed\":2,\"size\":3,"
	    "\"goesOn\":false},{\"file\":\"c101/bob/\\\"x\\\".cast\","
	    "\"account\":\"bob\",\"begun\":1,\"changed\":2,\"size\":3,"
	    "\"goesOn\":true}],\"hidden\":0}");
	free(text);
	listing_begin(&w);
	for (int i = 0; i < LISTING_MAX + 3; i++)
		listing_take(&w, &told);
	text = listing_end(&w);
	assert_non_null(strstr(text, "],\"hidden\":3}"));
	free(text);
	assert_false(w.listing.is_on);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_screen_is_one_line_of_json),
		cmocka_unit_test(what_is_no_text_is_replaced),
		cmocka_unit_test(
		    a_person_whose_hand_is_down_and_of_whom_nothing_is_known),
		cmocka_unit_test(the_list_has_no_tile_that_is_over),
		cmocka_unit_test(a_moment_of_a_recording_has_a_view_or_none),
		cmocka_unit_test(
		    recordings_are_listed_and_those_beyond_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
