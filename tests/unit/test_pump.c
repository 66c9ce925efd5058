/* test_pump.c - when all that a process wrote is on its way. */
#include "tests/unit/steps.h"

#include <fcntl.h>
#include <signal.h>

#include "gateway/base/clock.h"
#include "gateway/session/terminal/channel.h"
#include "gateway/session/terminal/pump.h"

/* Its process has ended, and its output was read to the end. */
static struct channel
ended(void)
{
	struct channel c;

	memset(&c, 0, sizeof(c)); /* the padding, too: it is compared */
	c.in = c.out[OUT].fd = c.out[ERR].fd = -1;
	c.ending.known = true;
	return c;
}

/* Asked twice it says the same, and nothing has changed by that. */
static bool
is_drained(const struct channel *c)
{
	struct channel before;
	bool drained;

	memcpy(&before, c, sizeof(before));
	drained = pump_is_drained(c);
	assert_int_equal(pump_is_drained(c), drained);
	assert_memory_equal(&before, c, sizeof(before));
	return drained;
}

static void
an_ended_process_without_output_is_drained(void **state)
{
	struct channel c = ended();

	(void)state;
	assert_true(is_drained(&c));
	c.ending.known = false;
	assert_false(is_drained(&c));
}

static void
output_that_is_open_or_kept_is_waited_for(void **state)
{
	char rest[] = "rest";
	struct channel c = ended();

	(void)state;
	c.out[ERR].fd = 9;
	assert_false(is_drained(&c));
	c.out[ERR].fd = -1;
	c.out[OUT].tail.data = rest;
	assert_false(is_drained(&c));
}

/* A job in the background may hold it open for ever. */
static void
a_terminal_is_drained_when_it_is_still(void **state)
{
	struct channel c = ended();

	(void)state;
	c.out[OUT].fd = 9;
	c.request.pty = true;
	assert_false(is_drained(&c));
	c.quiet_since = clock_ms() + 60000; /* it cannot be long enough */
	assert_false(is_drained(&c));
	c.quiet_since = clock_ms() - 60000;
	assert_true(is_drained(&c));
	c.request.pty = false;
	assert_false(is_drained(&c));
}

static void
a_socket_is_drained_when_both_ways_are_shut(void **state)
{
	struct channel c = ended();

	(void)state;
	c.forwards = 1;
	assert_false(is_drained(&c));
	c.has_sent_eof = true;
	assert_true(is_drained(&c));
	c.in = 9;
	assert_false(is_drained(&c));
}

/* A command that reads from a pipe, and a client whose window is open. */
static struct channel
reading(struct session *s, int *out)
{
	struct channel c = { .session = s,
		.state = CHANNEL_RUNNING,
		.is_wide = true };
	int ends[2];

	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	*out = ends[0];
	c.in = ends[1];
	return c;
}

static char packet[32768];

static void
a_packet_goes_past_libssh_when_all_before_it_has_gone(void **state)
{
	struct session s = { 0 };
	int out;
	struct channel c = reading(&s, &out);
	uint32_t taken = 0;

	(void)state;
	while (c.in_tail.data == NULL) {
		assert_true(pump_take_past(&c, packet, sizeof(packet) - 100));
		taken += sizeof(packet) - 100;
	}
	assert_int_equal(c.owed, taken);
	assert_true(c.in_tail.length < sizeof(packet));
	assert_false(pump_take_past(&c, packet, 1));
	tail_drop(&c.in_tail);
	c.unread = 1;
	assert_false(pump_take_past(&c, packet, 1));
	assert_int_equal(c.owed, taken);
	close(out);
	signal(SIGPIPE, SIG_IGN);
	c.unread = 0; /* who reads no more makes it vanish, as ever */
	assert_true(pump_take_past(&c, packet, 1));
	assert_int_equal(c.in, -1);
	assert_null(c.in_tail.data);
}

static void
what_is_no_plain_input_is_libssh_s(void **state)
{
	struct session s = { 0 };
	int out;
	struct channel c = reading(&s, &out);

	(void)state;
	assert_false(pump_take_past(&c, packet, sizeof(packet) + 1));
	c.is_wide = false;
	assert_false(pump_take_past(&c, packet, 1));
	c.is_wide = c.request.pty = true;
	assert_false(pump_take_past(&c, packet, 1));
	c.request.pty = false;
	c.state = CHANNEL_ENDING;
	assert_false(pump_take_past(&c, packet, 1));
	c.state = CHANNEL_RUNNING;
	c.is_closed = true;
	assert_false(pump_take_past(&c, packet, 1));
	c.is_closed = false;
	assert_true(pump_take_past(&c, packet, 1));
	assert_int_equal(c.owed, 1);
	close(c.in);
	c.in = -1;
	assert_false(pump_take_past(&c, packet, 1));
	close(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ended_process_without_output_is_drained),
		cmocka_unit_test(output_that_is_open_or_kept_is_waited_for),
		cmocka_unit_test(a_terminal_is_drained_when_it_is_still),
		cmocka_unit_test(a_socket_is_drained_when_both_ways_are_shut),
		cmocka_unit_test(
		    a_packet_goes_past_libssh_when_all_before_it_has_gone),
		cmocka_unit_test(what_is_no_plain_input_is_libssh_s),
	};

	return cmocka_run_group_tests_name("pump", tests, NULL, NULL);
}
