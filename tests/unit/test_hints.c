/* test_hints.c - the hints of one file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "sandbox/init/hints.h"

static const struct row {
	const char *text;
	unsigned count;
	const char *first, *last;
} rows[] = {
	{ "", 0, NULL, NULL },
	{ " \n", 0, NULL, NULL },
	{ "---\n", 0, NULL, NULL },
	{ "one", 1, "one", "one" },
	{ "one\n---\ntwo\n", 2, "one\n", "two\n" },
	{ "---\none\n---\n\n---\ntwo\n---", 2, "one\n", "two\n" },
	{ "one\r\n--- \r\ntwo", 2, "one\r\n", "two" },
	/* No rule: longer, or in code. */
	{ "one\n----\ntwo\n", 1, "one\n----\ntwo\n", "one\n----\ntwo\n" },
	{ "```\n---\n```\n---\n~~~\n---\n", 2, "```\n---\n```\n",
	    "~~~\n---\n" },
};

static void
lines_of_dashes_divide_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		const char *at;
		size_t size;

		assert_int_equal(hints_count(r->text), r->count);
		assert_null(hints_find(r->text, 0, &size));
		assert_null(hints_find(r->text, r->count + 1, &size));
		if (r->count == 0)
			continue;
		at = hints_find(r->text, 1, &size);
		assert_int_equal(size, strlen(r->first));
		assert_memory_equal(at, r->first, size);
		at = hints_find(r->text, r->count, &size);
		assert_int_equal(size, strlen(r->last));
		assert_memory_equal(at, r->last, size);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_dashes_divide_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
