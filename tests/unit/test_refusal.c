/* test_refusal.c - what a client reads that is turned away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "gateway/monitor/admission/refusal.h"

static uint32_t
u32(const uint8_t *at)
{
	uint32_t n;

	memcpy(&n, at, sizeof(n));
	return ntohl(n);
}

/* RFC 4253 section 6: lengths that add up, in whole blocks. */
static void
expect_refusal(const char *reason)
{
	uint8_t bytes[REFUSAL_SIZE];
	size_t size = refusal_write(bytes, reason);
	char head[REFUSAL_SIZE];
	const uint8_t *p;
	size_t at, length;

	at = (size_t)snprintf(head, sizeof(head),
	    "atoll: %.120s\r\nSSH-2.0-atoll\r\n", reason);
	assert_memory_equal(bytes, head, at);
	p = bytes + at;
	assert_int_equal(u32(p) + 4, size - at);
	assert_int_equal((size - at) % 8, 0);
	assert_int_equal(p[5], 1);	  /* SSH_MSG_DISCONNECT */
	assert_int_equal(u32(p + 6), 12); /* too many connections */
	length = strlen(reason) < 300 ? strlen(reason) : 300;
	assert_int_equal(u32(p + 10), length);
	assert_memory_equal(p + 14, reason, length);
	assert_int_equal(u32(p + 14 + length), 0);
	assert_true(p[4] >= 4); /* padding */
	assert_int_equal(u32(p), 1 + 13 + length + p[4]);
}

static void
a_reason_of_any_length_makes_a_line_and_a_whole_packet(void **state)
{
	char reason[1001];

	(void)state;
	for (size_t n = 0; n < sizeof(reason); n++) {
		memset(reason, 'x', n);
		reason[n] = '\0';
		expect_refusal(reason);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_reason_of_any_length_makes_a_line_and_a_whole_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
