/* test_arrivals.c - of one address, so many key exchanges at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/monitor/admission/arrivals.h"
#include "tests/unit/addresses.h"

#define AT_ONCE 24

struct fixture {
	uv_loop_t loop;
	struct preauth preauth;
	struct arrivals arrivals;
	struct preauth_conn preauth_conn[AT_ONCE];
	struct address flood, other;
	int far[2]; /* a client that waits: its end, and ours */
};

static void
nothing(void *self)
{
	(void)self;
}

/* As many as may be of one address are exchanging keys. */
static int
set_up(void **state)
{
	static struct fixture d;

	memset(&d, 0, sizeof(d));
	d.flood = from("192.0.2.1");
	d.other = from("192.0.2.2");
	assert_int_equal(uv_loop_init(&d.loop), 0);
	assert_int_equal(limit_init(&d.preauth), 0);
	assert_int_equal(
	    arrivals_init(&d.arrivals, &d.loop, &d.preauth, nothing, NULL), 0);
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, d.far), 0);
	for (int i = 0; i < AT_ONCE; i++) {
		const struct newcomer n = { .address = &d.flood,
			.now_ms = uv_now(&d.loop) };

		assert_true(arrivals_may_enter(&d.arrivals, &d.flood));
		limit_admit(&d.preauth, &d.preauth_conn[i], &n);
	}
	*state = &d;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *d = *state;

	arrivals_close(&d->arrivals);
	fairqueue_free(&d->arrivals.waiting);
	for (int i = 0; i < AT_ONCE; i++)
		limit_leave(&d->preauth, &d->preauth_conn[i]);
	limit_free(&d->preauth);
	uv_close((uv_handle_t *)&d->arrivals.timer, NULL);
	uv_run(&d->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&d->loop), 0);
	close(d->far[0]);
	close(d->far[1]);
	return 0;
}

static void
one_more_of_the_address_waits_and_others_do_not(void **state)
{
	struct fixture *d = *state;

	assert_false(arrivals_may_enter(&d->arrivals, &d->flood));
	assert_true(arrivals_may_enter(&d->arrivals, &d->other));
	assert_int_equal(arrivals_wait(&d->arrivals, d->far[1], &d->flood, 10),
	    0);
	assert_null(arrivals_next(&d->arrivals));
}

static void
who_waits_is_served_when_keys_are_exchanged(void **state)
{
	struct fixture *d = *state;
	struct arrival *v;

	arrivals_wait(&d->arrivals, d->far[1], &d->flood, 10);
	limit_rank(&d->preauth, &d->preauth_conn[3], RANK_SPOKE,
	    uv_now(&d->loop));
	/* Whoever comes now stands behind it. */
	assert_false(arrivals_may_enter(&d->arrivals, &d->flood));
	v = arrivals_next(&d->arrivals);
	assert_non_null(v);
	assert_string_equal(v->peer.text, "192.0.2.1");
	arrival_free(v);
	assert_null(arrivals_next(&d->arrivals));
	assert_true(arrivals_may_enter(&d->arrivals, &d->flood));
}

static void
who_takes_long_holds_no_place(void **state)
{
	struct fixture *d = *state;
	struct arrival *v;

	arrivals_wait(&d->arrivals, d->far[1], &d->flood, 10);
	usleep(300 * 1000); /* longer than a place is held */
	uv_update_time(&d->loop);
	v = arrivals_next(&d->arrivals);
	assert_non_null(v);
	arrival_free(v);
}

static void
who_has_hung_up_is_not_served(void **state)
{
	struct fixture *d = *state;

	arrivals_wait(&d->arrivals, d->far[1], &d->flood, 10);
	shutdown(d->far[0], SHUT_WR);
	limit_rank(&d->preauth, &d->preauth_conn[0], RANK_SPOKE,
	    uv_now(&d->loop));
	assert_null(arrivals_next(&d->arrivals));
	assert_int_equal(d->arrivals.waiting.count, 0);
}

static void
one_address_leaves_a_fifth_of_the_places_to_others(void **state)
{
	struct fixture *d = *state;

	for (int i = 0; i < 8; i++)
		assert_int_equal(
		    arrivals_wait(&d->arrivals, d->far[1], &d->flood, 10), 0);
	assert_int_equal(arrivals_wait(&d->arrivals, d->far[1], &d->flood, 10),
	    -1);
	assert_int_equal(arrivals_wait(&d->arrivals, d->far[1], &d->other, 10),
	    0);
}

/* unauthenticated_max is 500 where the site does not say otherwise. */
static void
a_class_of_three_hundred_behind_one_address_waits(void **state)
{
	struct fixture *d = *state;

	for (int i = 0; i < 300; i++)
		assert_int_equal(
		    arrivals_wait(&d->arrivals, d->far[1], &d->flood, 500), 0);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_more_of_the_address_waits_and_others_do_not),
		TEST(who_waits_is_served_when_keys_are_exchanged),
		TEST(who_takes_long_holds_no_place),
		TEST(who_has_hung_up_is_not_served),
		TEST(one_address_leaves_a_fifth_of_the_places_to_others),
		TEST(a_class_of_three_hundred_behind_one_address_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
