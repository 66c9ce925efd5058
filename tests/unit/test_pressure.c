/* test_pressure.c - what queues of sockets hold, read from text of /proc. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sandbox/builder/cgroup/pressure.h"

static void
queues_of_netlink_are_summed(void **state)
{
	(void)state;
	assert_int_equal(
	    pressure_netlink(
		"sk               Eth Pid        Groups   Rmem     Wmem     "
		"Dump  Locks    Drops    Inode\n"
		"00000000a1b2c3d4 0   1234       00000000 212992   0        "
		"0     2        0        11\n"
		"00000000a1b2c3d5 15  0          00000000 8        4        "
		"0     2        0        12\n"),
	    213004);
}

static void
datagrams_that_wait_are_summed_in_hexadecimal(void **state)
{
	(void)state;
	assert_int_equal(
	    pressure_datagrams(
		"   sl  local_address rem_address   st tx_queue rx_queue tr\n"
		"  415: 00000000:0044 00000000:0000 07 00000100:00000200 00:0\n"
		"  416: 0100007F:0045 00000000:0000 07 0000000F:00000000 00:0"
		"\n"),
	    0x10f);
}

static void
text_that_is_something_else_counts_nothing(void **state)
{
	(void)state;
	assert_int_equal(pressure_netlink(""), 0);
	assert_int_equal(pressure_netlink("one line"), 0);
	assert_int_equal(pressure_datagrams("a\nb c\n"), 0);
}

#define PROTOCOLS                                                              \
	"protocol  size sockets  memory press maxhdr  slab module     cl\n"    \
	"UDPv6     1472      0       0   NI       0   yes  kernel      y\n"    \
	"UDP       1344      1       0   NI       0   yes  kernel      y\n"    \
	"NETLINK   1096      0      -1   NI       0   no   kernel      n\n"

static void
who_has_no_such_socket_is_told_from_who_has(void **state)
{
	(void)state;
	assert_true(pressure_may_have(PROTOCOLS, "UDP"));
	assert_false(pressure_may_have(PROTOCOLS, "UDPv6"));
	assert_false(pressure_may_have(PROTOCOLS, "NETLINK"));
}

static void
a_protocol_that_is_not_told_of_may_have_sockets(void **state)
{
	(void)state;
	assert_true(pressure_may_have(PROTOCOLS, "UDP-Lite"));
	assert_true(pressure_may_have("", "UDP"));
	assert_true(pressure_may_have("names\nUDP of another form\n", "UDP"));
}

static void
a_small_sandbox_may_have_16_mib_and_a_large_one_a_quarter(void **state)
{
	(void)state;
	assert_int_equal(pressure_allowed(32ULL << 20), 16ULL << 20);
	assert_int_equal(pressure_allowed(1ULL << 30), 256ULL << 20);
}

static void
few_are_looked_at_in_a_turn_and_each_comes_round(void **state)
{
	struct pressure_turn t = { .number = 0 };
	bool seen[100] = { false };
	unsigned most = 0;

	(void)state;
	for (t.number = 0; t.number < 13; t.number++) {
		unsigned n = 0;

		for (size_t i = 0; i < 100; i++) {
			bool is_due = pressure_is_turn(&t, i, 100);

			seen[i] = seen[i] || is_due;
			n += is_due;
		}
		most = n > most ? n : most;
	}
	assert_in_range(most, 1, 8);
	for (size_t i = 0; i < 100; i++)
		assert_true(seen[i]);
	assert_true(pressure_is_turn(&t, 0, 1));
}

static void
next(struct pressure_turn *t, uint64_t kernel, uint64_t available)
{
	const struct host_memory h = { 16000000, available, kernel };

	pressure_next(t, &h);
}

static void
all_are_looked_at_when_memory_went_somewhere(void **state)
{
	struct pressure_turn t = { .number = 0 };

	(void)state;
	next(&t, 1000000, 9000000);
	assert_true(t.is_all);
	next(&t, 1010000, 8940000);
	assert_false(t.is_all);
	next(&t, 1010000, 8934000);
	assert_true(t.is_all);
	assert_false(t.is_kernel);
	next(&t, 1010000, 8900000);
	assert_false(t.is_all);
	/* From what has come back it counts anew. */
	next(&t, 900000, 9900000);
	assert_false(t.is_all);
	next(&t, 900000, 9830000);
	assert_true(t.is_all);
}

static void
locks_are_looked_at_when_the_kernel_has_more(void **state)
{
	struct pressure_turn t = { .number = 0 };

	(void)state;
	next(&t, 1000000, 9000000);
	assert_true(t.is_kernel);
	next(&t, 1016384, 9000000);
	assert_false(t.is_kernel);
	next(&t, 1016385, 9000000);
	assert_true(t.is_kernel);
	assert_true(t.is_all);
	next(&t, 1030000, 9000000); /* since the last look */
	assert_false(t.is_kernel);
	next(&t, 1000000, 9000000);
	next(&t, 1016385, 9000000);
	assert_true(t.is_kernel);
}

static void
a_host_that_is_short_is_looked_at_each_turn(void **state)
{
	struct pressure_turn t = { .number = 1 };

	(void)state;
	next(&t, 5000000, 900000);
	next(&t, 5000000, 900000);
	assert_true(t.is_all);
	assert_true(t.is_kernel);
	assert_int_equal(t.host.available, 900000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queues_of_netlink_are_summed),
		cmocka_unit_test(
		    few_are_looked_at_in_a_turn_and_each_comes_round),
		cmocka_unit_test(all_are_looked_at_when_memory_went_somewhere),
		cmocka_unit_test(locks_are_looked_at_when_the_kernel_has_more),
		cmocka_unit_test(a_host_that_is_short_is_looked_at_each_turn),
		cmocka_unit_test(datagrams_that_wait_are_summed_in_hexadecimal),
		cmocka_unit_test(who_has_no_such_socket_is_told_from_who_has),
		cmocka_unit_test(
		    a_protocol_that_is_not_told_of_may_have_sockets),
		cmocka_unit_test(text_that_is_something_else_counts_nothing),
		cmocka_unit_test(
		    a_small_sandbox_may_have_16_mib_and_a_large_one_a_quarter),
	};

	return cmocka_run_group_tests_name("pressure", tests, NULL, NULL);
}
