/* test_resolver.c - who is asked for names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/loader/resolver.h"

static uint32_t
first_in(const char *text)
{
	char copy[256];
	FILE *file;
	uint32_t found;

	strcpy(copy, text);
	file = fmemopen(copy, strlen(copy), "r");
	assert_non_null(file);
	found = resolver_in(file);
	fclose(file);
	return found;
}

static void
the_first_that_can_be_asked_is_found(void **state)
{
	(void)state;
	assert_int_equal(first_in("# a\nsearch b\nnameserver 192.0.2.53\n"
				  "nameserver 192.0.2.54\n"),
	    0xc0000235);
	assert_int_equal(first_in("nameserver 127.0.0.53\nnameserver ::1\n"
				  "nameserver 2001:db8::53\n"
				  "nameserver\t10.0.0.1\n"),
	    0x0a000001);
	assert_int_equal(first_in("nameserver 127.0.0.53\n"), 0);
	assert_int_equal(first_in("nameserver 0.0.0.0\nnameserver x\n"), 0);
	assert_int_equal(first_in("#nameserver 192.0.2.53\n"), 0);
	assert_int_equal(first_in("nameserver 255.255.255.255"), 0);
}

static void
what_a_site_may_set_is_told_from_what_not(void **state)
{
	const struct config c = { .network_resolver = "192.0.2.7" };

	(void)state;
	assert_int_equal(resolver_of(&c), 0xc0000207);
	assert_true(resolver_is_valid(""));
	assert_true(resolver_is_valid("10.0.0.1"));
	assert_false(resolver_is_valid("127.0.0.1"));
	assert_false(resolver_is_valid("0.0.0.0"));
	assert_false(resolver_is_valid("::1"));
	assert_false(resolver_is_valid("dns.example"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_that_can_be_asked_is_found),
		cmocka_unit_test(what_a_site_may_set_is_told_from_what_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
