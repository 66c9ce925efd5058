/* test_bundle.c - several small files as one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/bundle.h"
#include "gateway/base/memfd.h"

static void
what_was_added_is_found(void **state)
{
	struct bundle_entry entry;
	int fd = memfd_make("test");
	char bytes[8] = "";
	struct err e;
	off_t at = 0;

	(void)state;
	assert_int_equal(bundle_next(fd, &at, &entry, &e), 0);
	assert_int_equal(bundle_add(fd, "1.text", false, "hello", 5, &e), 0);
	assert_int_equal(bundle_add(fd, "1.check", true, "", 0, &e), 0);
	assert_int_equal(bundle_next(fd, &at, &entry, &e), 1);
	assert_string_equal(entry.name, "1.text");
	assert_true(entry.is_program == 0 && entry.size == 5);
	assert_int_equal(pread(fd, bytes, 5, at), 5);
	assert_string_equal(bytes, "hello");
	at += entry.size;
	assert_int_equal(bundle_next(fd, &at, &entry, &e), 1);
	assert_string_equal(entry.name, "1.check");
	assert_true(entry.is_program == 1 && entry.size == 0);
	assert_int_equal(bundle_next(fd, &at, &entry, &e), 0);
	close(fd);
}

static void
expect_bad(const void *bytes, size_t size)
{
	int fd = memfd_make("test");
	struct bundle_entry entry;
	struct err e;
	off_t at = 0;

	assert_int_equal(write(fd, bytes, size), size);
	assert_int_equal(bundle_next(fd, &at, &entry, &e), -1);
	assert_int_equal(e.code, EBADMSG);
	close(fd);
}

static void
what_leads_elsewhere_or_ends_too_soon_is_refused(void **state)
{
	static const char *const names[] = { "", "..", ".x", "a/b", "A",
		"a b" };
	struct bundle_entry entry = { .name = "a" };

	(void)state;
	expect_bad(&entry, sizeof(entry) - 1);
	entry.size = 1;
	expect_bad(&entry, sizeof(entry));
	entry.size = UINT32_MAX;
	expect_bad(&entry, sizeof(entry));
	entry.size = 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		strcpy(entry.name, names[i]);
		expect_bad(&entry, sizeof(entry));
	}
	memset(entry.name, 'a', sizeof(entry.name));
	expect_bad(&entry, sizeof(entry));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_added_is_found),
		cmocka_unit_test(
		    what_leads_elsewhere_or_ends_too_soon_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
