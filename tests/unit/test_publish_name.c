/* test_publish_name.c - no two services of seats have one host name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/monitor/links/publish_name.h"

static void
test_readable(void **state)
{
	char label[PUBLISH_LABEL_SIZE];

	(void)state;
	assert_true(publish_label("web", "alice", "c101", label));
	assert_string_equal(label, "web-alice-c101");
	assert_true(publish_label("web", "a-b", "c", label));
	assert_string_equal(label, "web-a--b-c");
	assert_true(publish_label("web", "a", "b-c", label));
	assert_string_equal(label, "web-a-b--c");
}

static bool
is_label(const char *text)
{
	size_t n = strlen(text);

	return n > 0 && n < PUBLISH_LABEL_SIZE && text[0] != '-' &&
	       text[n - 1] != '-' &&
	       text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-")] ==
		   '\0';
}

/* Whatever accounts and labs are called. */
static void
test_all_differ(void **state)
{
	static const char *const names[] = { "a", "b", "a-b", "b-a", "a-",
		"a--", "a-b-", "a.b", "a_b", "_a", "a.b_c-d",
		"abcdefghijklmnopqrstuvwxyz012345" };
	enum { N = sizeof(names) / sizeof(names[0]) };
	static char labels[2 * N * N][PUBLISH_LABEL_SIZE];
	size_t n = 0;

	(void)state;
	for (size_t a = 0; a < N; a++) {
		for (size_t l = 0; l < N; l++) {
			assert_true(publish_label("web", names[a], names[l],
			    labels[n++]));
			assert_true(publish_label("webapplication99", names[a],
			    names[l], labels[n++]));
		}
	}
	for (size_t i = 0; i < n; i++) {
		assert_true(is_label(labels[i]));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(labels[i], labels[k]);
	}
}

static void
test_target(void **state)
{
	struct publish_target to;

	(void)state;
	assert_int_equal(publish_read("web=8080", &to), 3);
	assert_int_equal(to.port, 8080);
	assert_string_equal(to.machine, "");
	assert_int_equal(publish_read("api=db-1:80", &to), 3);
	assert_int_equal(to.port, 80);
	assert_string_equal(to.machine, "db-1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_readable),
		cmocka_unit_test(test_all_differ),
		cmocka_unit_test(test_target),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
