/* test_egress_name.c - what a lab's sandboxes may reach by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/base/egress_name.h"

static struct egress_name
read_entry(const char *text)
{
	struct egress_name a;
	struct err e;

	if (egress_name_parse(&a, text, &e) == -1)
		fail_msg("%s: %s", text, e.text);
	return a;
}

static void
assert_refused(const char *text, const char *why)
{
	struct egress_name a;
	struct err e = { 0 };

	assert_int_equal(egress_name_parse(&a, text, &e), -1);
	if (strstr(e.text, why) == NULL)
		fail_msg("%s: %s", text, e.text);
}

static void
an_entry_is_read_and_written(void **state)
{
	struct egress_name a = read_entry("Deb.Debian.ORG:443");
	char text[EGRESS_NAME_TEXT];

	(void)state;
	assert_string_equal(a.name, "deb.debian.org");
	assert_false(a.is_wild);
	assert_int_equal(a.port, 443);
	egress_name_text(&a, text);
	assert_string_equal(text, "deb.debian.org:443");
	a = read_entry("*.debian.org:*");
	assert_true(a.is_wild);
	assert_int_equal(a.port, 0);
	egress_name_text(&a, text);
	assert_string_equal(text, "*.debian.org:*");
}

static void
what_is_none_is_told(void **state)
{
	char part[80] = { 0 };

	(void)state;
	memset(part, 'a', 64);
	strcat(part, ".org:80");
	assert_refused(part, "does not begin with a host's name");
	assert_refused("", "does not begin with a host's name");
	assert_refused(".org:80", "does not begin with a host's name");
	assert_refused("a..org:80", "does not begin with a host's name");
	assert_refused("a.org.:80", "does not begin with a host's name");
	assert_refused("a b.org:80", "does not begin with a host's name");
	assert_refused("a.*.org:80", "does not begin with a host's name");
	assert_refused("*.org:80", "needs two parts at least after its *");
	assert_refused("a.org", "needs a port");
	assert_refused("a.org:", "needs a port");
	assert_refused("a.org:0", "needs a port");
	assert_refused("a.org:65536", "needs a port");
	assert_refused("a.org:80 ", "needs a port");
	assert_refused("a.org:80:80", "needs a port");
}

static void
a_name_is_told_from_an_address(void **state)
{
	(void)state;
	assert_true(egress_is_name("deb.debian.org:443"));
	assert_true(egress_is_name("*.debian.org:443"));
	assert_true(egress_is_name("1.2.3.x"));
	assert_false(egress_is_name("198.51.100.7:443"));
	assert_false(egress_is_name("198.51.100.0/24:*"));
	assert_false(egress_is_name("2001:db8::1:443"));
	assert_false(egress_is_name("[fe80::1]:443"));
	assert_false(egress_is_name(""));
}

static void
an_entry_allows_its_name_or_what_ends_with_it(void **state)
{
	struct egress_name one = read_entry("debian.org:1"),
			   many = read_entry("*.debian.org:1");

	(void)state;
	assert_true(egress_name_allows(&one, "debian.org"));
	assert_false(egress_name_allows(&one, "deb.debian.org"));
	assert_false(egress_name_allows(&one, "debian.orgs"));
	assert_false(egress_name_allows(&one, ""));
	assert_true(egress_name_allows(&many, "deb.debian.org"));
	assert_true(egress_name_allows(&many, "a.deb.debian.org"));
	assert_false(egress_name_allows(&many, "debian.org"));
	assert_false(egress_name_allows(&many, ".debian.org"));
	assert_false(egress_name_allows(&many, "xdebian.org"));
	assert_false(egress_name_allows(&many, "deb.debian.org.evil"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_is_read_and_written),
		cmocka_unit_test(what_is_none_is_told),
		cmocka_unit_test(a_name_is_told_from_an_address),
		cmocka_unit_test(an_entry_allows_its_name_or_what_ends_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
