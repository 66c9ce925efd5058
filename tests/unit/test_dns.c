/* test_dns.c - questions and answers of DNS as bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/names/dns.h"

/* A message as it grows: its size is what was put into it. */
struct bytes {
	uint8_t at[4096];
	size_t size;
};

static void
put(struct bytes *b, const void *from, size_t size)
{
	memcpy(b->at + b->size, from, size);
	b->size += size;
}

static void
put16(struct bytes *b, unsigned v)
{
	const uint8_t two[] = { (uint8_t)(v >> 8), (uint8_t)v };

	put(b, two, 2);
}

/* "a.test", or "=" for the name of the question. */
static void
put_name(struct bytes *b, const char *name)
{
	if (strcmp(name, "=") == 0) {
		put16(b, 0xc00c);
		return;
	}
	while (*name != '\0') {
		uint8_t part = (uint8_t)strcspn(name, ".");

		put(b, &part, 1);
		put(b, name, part);
		name += part + (name[part] == '.');
	}
	put(b, "", 1);
}

static void
put_head(struct bytes *b, unsigned id, unsigned flags, unsigned answers,
    const char *name, unsigned type)
{
	b->size = 0;
	put16(b, id);
	put16(b, flags);
	put16(b, 1);
	put16(b, answers);
	put16(b, 0);
	put16(b, 0);
	put_name(b, name);
	put16(b, type);
	put16(b, 1);
}

static void
put_record(struct bytes *b, const char *name, unsigned type, uint32_t seconds,
    const struct bytes *data)
{
	put_name(b, name);
	put16(b, type);
	put16(b, 1);
	put16(b, seconds >> 16);
	put16(b, seconds & 0xffff);
	put16(b, (unsigned)data->size);
	put(b, data->at, data->size);
}

static void
put_address(struct bytes *b, const char *name, uint32_t seconds,
    uint32_t address)
{
	struct bytes data = { .size = 0 };

	put16(&data, address >> 16);
	put16(&data, address & 0xffff);
	put_record(b, name, DNS_TYPE_A, seconds, &data);
}

static void
put_alias(struct bytes *b, const char *name, uint32_t seconds, const char *to)
{
	struct bytes data = { .size = 0 };

	put_name(&data, to);
	put_record(b, name, 5, seconds, &data);
}

static struct bytes b;
static struct dns_answer a;

static enum dns_answered
answered(const char *name)
{
	return dns_answer_read(&a, 7, name, b.at, b.size);
}

/* --- questions --------------------------------------------------------------- */

static void
a_question_is_read_in_small_letters_and_kept_as_it_was(void **state)
{
	struct dns_question q;

	(void)state;
	put_head(&b, 7, 0x0100, 0, "Deb.Debian.ORG", DNS_TYPE_A);
	assert_true(dns_question_read(&q, b.at, b.size));
	assert_int_equal(q.id, 7);
	assert_int_equal(q.type, DNS_TYPE_A);
	assert_true(q.is_internet);
	assert_string_equal(q.name, "deb.debian.org");
	assert_int_equal(q.size, b.size - 12);
	assert_memory_equal(q.bytes, b.at + 12, q.size);
	/* what no host is called is a question all the same */
	put_head(&b, 7, 0x0100, 0, "a b.org", DNS_TYPE_A);
	assert_true(dns_question_read(&q, b.at, b.size));
	assert_string_equal(q.name, "");
}

static void
what_is_no_question_is_left_out(void **state)
{
	struct dns_question q;

	(void)state;
	put_head(&b, 7, 0x0100, 0, "a.org", DNS_TYPE_A);
	for (size_t size = 0; size < b.size; size++)
		assert_false(dns_question_read(&q, b.at, size));
	put(&b, "x", 1);
	assert_false(dns_question_read(&q, b.at, b.size));
	put_head(&b, 7, 0x8100, 0, "a.org", DNS_TYPE_A); /* an answer */
	assert_false(dns_question_read(&q, b.at, b.size));
	put_head(&b, 7, 0x2900, 0, "a.org", DNS_TYPE_A); /* UPDATE */
	assert_false(dns_question_read(&q, b.at, b.size));
	put_head(&b, 7, 0x0100, 0, "=", DNS_TYPE_A); /* a name that is itself */
	assert_false(dns_question_read(&q, b.at, b.size));
	put_head(&b, 7, 0x0100, 0, "a.org", DNS_TYPE_A);
	b.at[5] = 2; /* two questions, of which one is there */
	assert_false(dns_question_read(&q, b.at, b.size));
}

static void
what_is_asked_is_a_question(void **state)
{
	uint8_t bytes[DNS_ASKED_MAX];
	struct dns_question q;
	char name[HOST_NAME_SIZE] = { 0 };
	size_t size = dns_question_write(bytes, 9, "deb.debian.org");

	(void)state;
	assert_true(dns_question_read(&q, bytes, size));
	assert_int_equal(q.id, 9);
	assert_string_equal(q.name, "deb.debian.org");
	/* the longest */
	memset(name, 'a', sizeof(name) - 1);
	name[63] = name[127] = name[191] = '.';
	assert_true(is_host_name(name));
	size = dns_question_write(bytes, 9, name);
	assert_int_equal(size, 12 + 255 + 4 + 11);
	assert_true(dns_question_read(&q, bytes, size));
	assert_string_equal(q.name, name);
}

/* --- answers ----------------------------------------------------------------- */

static void
addresses_of_the_name_are_found_along_its_aliases(void **state)
{
	(void)state;
	put_head(&b, 7, 0x8180, 5, "A.test", DNS_TYPE_A);
	put_address(&b, "c.cdn", 60, 0xc6336408);
	put_alias(&b, "b.cdn", 50, "C.cdn");
	put_address(&b, "b.test", 10, 0x01010101); /* nobody asked for it */
	put_alias(&b, "=", 70, "b.cdn");
	put_address(&b, "c.cdn", 60, 0xc6336409);
	assert_int_equal(answered("a.test"), DNS_HAS);
	assert_int_equal(a.count, 2);
	assert_int_equal(a.address[0], 0xc6336408);
	assert_int_equal(a.address[1], 0xc6336409);
	assert_int_equal(a.seconds, 50);
}

static void
an_answer_to_something_else_is_none(void **state)
{
	(void)state;
	put_head(&b, 7, 0x8180, 1, "a.test", DNS_TYPE_A);
	put_address(&b, "=", 60, 0xc6336408);
	assert_int_equal(answered("a.test"), DNS_HAS);
	assert_int_equal(answered("b.test"), DNS_OTHER);
	assert_int_equal(dns_answer_read(&a, 8, "a.test", b.at, b.size),
	    DNS_OTHER);
	for (size_t size = 0; size < b.size; size++)
		assert_int_equal(dns_answer_read(&a, 7, "a.test", b.at, size),
		    DNS_OTHER);
	b.at[2] &= 0x7f; /* a question */
	assert_int_equal(answered("a.test"), DNS_OTHER);
	put_head(&b, 7, 0x8180, 0, "a.test", DNS_TYPE_AAAA);
	assert_int_equal(answered("a.test"), DNS_OTHER);
}

static void
what_has_no_address_says_why(void **state)
{
	(void)state;
	put_head(&b, 7, 0x8183, 0, "a.test", DNS_TYPE_A);
	assert_int_equal(answered("a.test"), DNS_HAS_NO_NAME);
	put_head(&b, 7, 0x8182, 0, "a.test", DNS_TYPE_A);
	assert_int_equal(answered("a.test"), DNS_FAILED);
	put_head(&b, 7, 0x8180, 0, "a.test", DNS_TYPE_A);
	assert_int_equal(answered("a.test"), DNS_HAS_NONE);
	put_head(&b, 7, 0x8380, 0, "a.test", DNS_TYPE_A); /* cut off */
	assert_int_equal(answered("a.test"), DNS_FAILED);
	put_head(&b, 7, 0x8180, 2, "a.test", DNS_TYPE_A);
	put_alias(&b, "=", 1, "b.test");
	put_alias(&b, "b.test", 1, "a.test");
	assert_int_equal(answered("a.test"), DNS_HAS_NONE);
	put_head(&b, 7, 0x8180, 1, "a.test", DNS_TYPE_A);
	put_address(&b, "other.test", 60, 0xc6336408);
	assert_int_equal(answered("a.test"), DNS_HAS_NONE);
}

static void
no_more_than_some_addresses_are_taken(void **state)
{
	(void)state;
	put_head(&b, 7, 0x8180, 100, "a.test", DNS_TYPE_A);
	for (unsigned i = 0; i < 100; i++)
		put_address(&b, "=", 1000 - i, i);
	assert_int_equal(answered("a.test"), DNS_HAS);
	assert_int_equal(a.count, DNS_ADDRESSES_MAX);
	assert_int_equal(a.seconds, 1000 - DNS_ADDRESSES_MAX + 1);
}

static void
a_time_that_is_none_is_none(void **state)
{
	(void)state;
	put_head(&b, 7, 0x8180, 1, "a.test", DNS_TYPE_A);
	put_address(&b, "=", UINT32_MAX, 1);
	assert_int_equal(answered("a.test"), DNS_HAS);
	assert_int_equal(a.seconds, 0);
}

/* --- replies ----------------------------------------------------------------- */

static void
a_reply_is_an_answer_to_its_question(void **state)
{
	const struct dns_answer said = { { 0xc6336408, 0xc6336409 }, 2, 60 };
	uint8_t reply[DNS_REPLY_MAX];
	struct dns_question q;
	size_t size;

	(void)state;
	put_head(&b, 7, 0x0100, 0, "A.Test", DNS_TYPE_A);
	assert_true(dns_question_read(&q, b.at, b.size));
	size = dns_reply_write(reply, &q, DNS_FINE, &said);
	assert_int_equal(dns_answer_read(&a, 7, "a.test", reply, size),
	    DNS_HAS);
	assert_int_equal(a.count, 2);
	assert_int_equal(a.address[1], 0xc6336409);
	assert_int_equal(a.seconds, 60);
	/* the letters are those that were asked with */
	assert_memory_equal(reply + 12, b.at + 12, q.size);
	size = dns_reply_write(reply, &q, DNS_NO_SUCH_NAME, NULL);
	assert_int_equal(dns_answer_read(&a, 7, "a.test", reply, size),
	    DNS_HAS_NO_NAME);
}

static void
a_reply_is_never_too_long(void **state)
{
	const struct dns_answer said = { .count = DNS_ADDRESSES_MAX };
	uint8_t reply[DNS_REPLY_MAX];
	struct dns_question q;
	char name[HOST_NAME_SIZE] = { 0 };
	size_t size;

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	name[63] = name[127] = name[191] = '.';
	put_head(&b, 7, 0x0100, 0, name, DNS_TYPE_A);
	assert_true(dns_question_read(&q, b.at, b.size));
	size = dns_reply_write(reply, &q, DNS_FINE, &said);
	assert_true(size <= sizeof(reply));
	assert_int_equal(dns_answer_read(&a, 7, name, reply, size), DNS_HAS);
	assert_int_equal(a.count, 15);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_question_is_read_in_small_letters_and_kept_as_it_was),
		cmocka_unit_test(what_is_no_question_is_left_out),
		cmocka_unit_test(what_is_asked_is_a_question),
		cmocka_unit_test(
		    addresses_of_the_name_are_found_along_its_aliases),
		cmocka_unit_test(an_answer_to_something_else_is_none),
		cmocka_unit_test(what_has_no_address_says_why),
		cmocka_unit_test(no_more_than_some_addresses_are_taken),
		cmocka_unit_test(a_time_that_is_none_is_none),
		cmocka_unit_test(a_reply_is_an_answer_to_its_question),
		cmocka_unit_test(a_reply_is_never_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
