/* test_reading.c - how much libssh reads of the client's socket at once. */
#include "tests/unit/steps.h"

#include "gateway/session/transport/reading.h"

#define MOST  READING_MOST
#define LEAST READING_LEAST

static int socket_buffer, packet_buffer; /* of which only the addresses count */
static char place[MOST];

/* As libssh does it; returns how much it left in the buffer. */
static uint32_t
read_once(struct reading *r, uint32_t stands)
{
	uint32_t room = reading_room(r, &socket_buffer, LEAST);
	size_t size;
	uint32_t n;

	r->room = place;
	size = reading_size(r, place, LEAST);
	assert_int_equal(size, room);
	n = stands < size ? stands : (uint32_t)size;
	reading_came(r, size, n);
	return room - reading_unused(r, &socket_buffer, LEAST - n);
}

static void
a_read_that_left_nothing_is_followed_by_a_small_one(void **state)
{
	struct reading r = { 0 };

	(void)state;
	assert_int_equal(read_once(&r, 100), 100);
	assert_false(r.is_full);
	assert_int_equal(read_once(&r, LEAST), LEAST);
	assert_true(r.is_full);
}

static void
a_read_that_left_some_is_followed_by_a_large_one(void **state)
{
	struct reading r = { 0 };

	(void)state;
	assert_int_equal(read_once(&r, MOST), LEAST);
	assert_int_equal(read_once(&r, MOST), MOST);
	assert_int_equal(read_once(&r, LEAST + 1), LEAST + 1);
	assert_int_equal(read_once(&r, MOST), LEAST);
	assert_int_equal(read_once(&r, 1), 1);
	assert_int_equal(read_once(&r, MOST), LEAST);
	assert_int_equal(read_once(&r, 0), 0);
}

/* A packet may be as long as a read: its room is what was asked for. */
static void
other_buffers_get_what_they_ask_for(void **state)
{
	struct reading r = { 0 };

	(void)state;
	assert_int_equal(read_once(&r, MOST), LEAST);
	assert_int_equal(reading_room(&r, &packet_buffer, LEAST), LEAST);
	assert_int_equal(reading_unused(&r, &packet_buffer, 7), 7);
	assert_int_equal(reading_room(&r, &socket_buffer, LEAST + 1),
	    LEAST + 1);
	assert_int_equal(reading_unused(&r, &socket_buffer, 7), 7);
	assert_int_equal(read_once(&r, MOST), MOST);
}

/* libssh may find a fault before it reads: it gives back all that it wanted. */
static void
a_read_that_never_was_gives_all_back(void **state)
{
	struct reading r = { 0 };

	(void)state;
	assert_int_equal(read_once(&r, MOST), LEAST);
	assert_int_equal(reading_room(&r, &socket_buffer, LEAST), MOST);
	assert_int_equal(reading_unused(&r, &socket_buffer, LEAST), MOST);
	assert_int_equal(reading_unused(&r, &socket_buffer, 3), 3);
}

static void
what_is_read_elsewhere_is_left_alone(void **state)
{
	struct reading r = { 0 };

	(void)state;
	assert_int_equal(reading_size(&r, place, 55), 55);
	assert_int_equal(read_once(&r, MOST), LEAST);
	reading_room(&r, &socket_buffer, LEAST);
	r.room = place;
	assert_int_equal(reading_size(&r, place + 1, LEAST), LEAST);
	assert_int_equal(reading_size(&r, place, LEAST - 1), LEAST - 1);
	r.room = NULL; /* there was no memory */
	assert_int_equal(reading_size(&r, NULL, LEAST), LEAST);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_read_that_left_nothing_is_followed_by_a_small_one),
		cmocka_unit_test(
		    a_read_that_left_some_is_followed_by_a_large_one),
		cmocka_unit_test(other_buffers_get_what_they_ask_for),
		cmocka_unit_test(a_read_that_never_was_gives_all_back),
		cmocka_unit_test(what_is_read_elsewhere_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
