/*
 * test_lasting.c - what builds of before said on lasting links, read with today's
 * code.
 *
 * Each file of tests/lasting/ whose name is numbers was written by that
 * build's record, see record.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdlib.h>

#include "gateway/base/scope.h"
#include "gateway/wire/lasting.h"
#include "tests/lasting/fields.h"

#define RECORDINGS "tests/lasting/[0-9]*-[0-9]*"

static struct msg got, wanted;

static enum msg_type
type_named(const char *name)
{
	for (unsigned t = MSG_NONE + 1; t < MSG_COUNT; t++) {
		if (strcmp(msg_name((enum msg_type)t), name) == 0)
			return (enum msg_type)t;
	}
	return MSG_NONE;
}

/* The bytes of hexadecimal digits, in place; how many they are. */
static size_t
unhex(char *digits)
{
	size_t n = 0;

	for (unsigned byte; sscanf(digits + 2 * n, "%2x", &byte) == 1; n++)
		digits[n] = (char)byte;
	return n;
}

static bool
is_same_strings(const struct strings *a, const struct strings *b)
{
	return a->count == b->count && a->used == b->used &&
	       (a->used == 0 || memcmp(a->data, b->data, a->used) == 0);
}

/* NULL is what a field is that is not there. */
static bool
is_same_text(const char *const *a, const char *const *b)
{
	return strcmp(*a == NULL ? "" : *a, *b == NULL ? "" : *b) == 0;
}

static bool
is_same_field(const void *a, const void *b, const struct msg_field *f)
{
	switch (f->type) {
	case FIELD_strings:
		return is_same_strings(a, b);
	case FIELD_path:
	case FIELD_line:
	case FIELD_command:
		return is_same_text(a, b);
	default:
		return memcmp(a, b, f->size) == 0;
	}
}

static void
check_fields(enum msg_type type, const char *file)
{
	struct msg_field f;

	for (size_t i = 0; msg_field(type, i, &f); i++) {
		if (!is_same_field(field_at(&got, &f), field_at(&wanted, &f),
			&f))
			fail_msg("%s of %s: %s is another", msg_name(type),
			    file, f.name);
	}
}

static void
check_row(char *row, const char *file)
{
	char name[64];
	unsigned fds;
	size_t fields, n;
	int at = 0;
	enum msg_type type;
	struct err e = { 0 };
	struct buf b;

	assert_int_equal(
	    sscanf(row, "%63s %u %zu %n", name, &fds, &fields, &at), 3);
	type = type_named(name);
	if (type == MSG_NONE)
		fail_msg("%s of %s is no more", name, file);
	assert_int_equal(msg_fds(type), fds);
	assert_in_range(fields, 0, fields_count(type));
	n = unhex(row + at);
	memset(&got, 0, sizeof(got));
	buf_init(&b, row + at, n);
	if (msg_decode(&got, &b, &e) == -1)
		fail_msg("%s of %s: %s", name, file, e.text);
	fields_fill(&wanted, type, fields);
	assert_int_equal(got.type, type);
	assert_int_equal(got.serial, wanted.serial);
	check_fields(type, file);
}

static void
what_was_recorded_is_understood(void **state)
{
	glob_t files;

	(void)state;
	assert_int_equal(glob(RECORDINGS, 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		FREES char *row = NULL;
		size_t room = 0, rows = 0;
		FILE *f = fopen(files.gl_pathv[i], "re");

		assert_non_null(f);
		for (; getline(&row, &room, f) > 0; rows++)
			check_row(row, files.gl_pathv[i]);
		fclose(f);
		assert_in_range(rows, 41, MSG_COUNT); /* of the first build */
	}
	globfree(&files);
}

/* Today's rows as record prints them. */
static char *
todays(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	struct err e;

	assert_non_null(f);
	for (unsigned t = MSG_NONE + 1; t < MSG_COUNT; t++) {
		if (msg_lasts((enum msg_type)t))
			assert_true(
			    fields_record(f, (enum msg_type)t, &wanted, &e));
	}
	fclose(f);
	return text;
}

/* Else something was added under a number that says nothing of it. */
static void
the_recording_of_todays_numbers_is_what_today_says(void **state)
{
	FREES char *said = todays();
	size_t n = strlen(said);
	FREES char *recorded = calloc(1, n + 2);
	char path[64];
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "tests/lasting/%d-%d-%d", LASTING_INIT,
	    LASTING_SESSION, LASTING_STATE);
	f = fopen(path, "re");
	if (f == NULL)
		fail_msg("%s is not there: see tests/lasting/record.c", path);
	assert_int_equal(fread(recorded, 1, n + 1, f), n);
	fclose(f);
	if (strcmp(said, recorded) != 0)
		fail_msg("%s is not what today's build says: raise the number"
			 " in lasting.h and record anew",
		    path);
}

static void
every_lasting_row_is_of_a_lasting_link(void **state)
{
	(void)state;
	for (unsigned t = MSG_NONE + 1; t < MSG_COUNT; t++) {
		bool is_lasting = false, is_internal = false;

		/* The first word on any link, and the three of lasting.h. */
		if (t == MSG_HELLO || t == MSG_ADMIN_UPGRADE ||
		    t == MSG_UPGRADED || t == MSG_UPGRADE_WAITS)
			continue;
		for (int from = MONITOR; from < ANY; from++) {
			for (int to = MONITOR; to < ANY; to++) {
				if (!msg_is_allowed((enum msg_type)t,
					(enum role)from, (enum role)to))
					continue;
				if (link_lasts((enum role)from, (enum role)to))
					is_lasting = true;
				else
					is_internal = true;
			}
		}
		assert_int_equal(is_lasting, msg_lasts((enum msg_type)t));
		assert_int_equal(is_internal, !msg_lasts((enum msg_type)t));
	}
}

/* The hash does not cover what is below the first lasting row. */
static void
internal_rows_stand_before_lasting_ones(void **state)
{
	bool have_seen = false;

	(void)state;
	for (unsigned t = MSG_NONE + 1; t < MSG_COUNT; t++) {
		have_seen |= msg_lasts((enum msg_type)t);
		assert_int_equal(msg_lasts((enum msg_type)t), have_seen);
	}
}

/* Two rows of one number: the second would never be understood. */
static void
no_number_is_given_twice(void **state)
{
	(void)state;
	for (unsigned t = MSG_NONE + 1; t < MSG_COUNT; t++) {
		for (unsigned u = MSG_NONE + 1; u < t; u++)
			assert_int_not_equal(msg_number((enum msg_type)t),
			    msg_number((enum msg_type)u));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_recorded_is_understood),
		cmocka_unit_test(
		    the_recording_of_todays_numbers_is_what_today_says),
		cmocka_unit_test(every_lasting_row_is_of_a_lasting_link),
		cmocka_unit_test(internal_rows_stand_before_lasting_ones),
		cmocka_unit_test(no_number_is_given_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
