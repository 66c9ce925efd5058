/* test_phase.c - how the whole ends, and who is told. */
#include "tests/unit/played_monitor.h"

#include "gateway/monitor/admission/listen.h"
#include "gateway/monitor/links/signers.h"
#include "gateway/monitor/links/zygote_link.h"
#include "gateway/monitor/phase.h"
#include "gateway/monitor/route/routes.h"

struct fixture {
	struct played *p;
	int builder; /* the other end of its link */
};

static void
lose_builder(void *self, const char *why)
{
	struct monitor *m = self;

	(void)why;
	m->builder = NULL;
}

static int
begin(void **state)
{
	static const struct link_kind builder = { .peer = BUILDER,
		.queue_max = LINK_QUEUE_TRUSTED,
		.handlers = played_handlers,
		.on_closed = lose_builder };
	struct fixture *f = calloc(1, sizeof(*f));
	struct monitor *m;
	struct err e;
	void *played;
	int ends[2];

	assert_non_null(f);
	played_begin(&played);
	f->p = played;
	m = &f->p->m;
	m->phase = SERVING;
	assert_int_equal(zygote_init(m, &e), 0);
	assert_int_equal(signers_init(m, &e), 0);
	assert_int_equal(
	    arrivals_init(&m->arrivals, &m->loop, &m->preauth, NULL, NULL), 0);
	assert_int_equal(chan_pair(ends, &e), 0);
	assert_int_equal(chan_nonblock(ends[0], &e), 0);
	assert_int_equal(chan_nonblock(ends[1], &e), 0);
	m->builder = link_open(&m->loop, ends[0], &builder, m, &e);
	assert_non_null(m->builder);
	f->builder = ends[1];
	phase_open(m);
	*state = f;
	return 0;
}

/* Its own look at each turn, and the timer of who waits to be served. */
static void
close_rest(uv_handle_t *h, void *arg)
{
	(void)arg;
	if (h->type == UV_PREPARE || h->type == UV_TIMER)
		uv_close(h, NULL);
}

static int
end(void **state)
{
	struct fixture *f = *state;
	struct monitor *m = &f->p->m;
	void *played = f->p;

	uv_walk(&m->loop, close_rest, NULL);
	if (m->builder != NULL)
		link_forget(m->builder);
	free(m->zygotes);
	signers_free(m);
	fairqueue_free(&m->arrivals.waiting);
	played_end(&played);
	close(f->builder);
	free(f);
	return 0;
}

static void
what_is_indispensable_and_lost_ends_it(void **state)
{
	struct fixture *f = *state;
	struct monitor *m = &f->p->m;
	const struct chan builder = { f->builder, BUILDER, MONITOR };
	struct seat *s = played_seat(f->p, "alice", "c101", SEAT_LIVE);
	unsigned in;
	struct err e;
	struct msg msg;

	played_conn(f->p, s, CONN_SEATED, &in);
	uv_run(&m->loop, UV_RUN_NOWAIT);
	assert_int_equal(m->phase, SERVING);
	monitor_fail(m, "it is lost");
	monitor_fail(m, "so is this");
	uv_run(&m->loop, UV_RUN_NOWAIT);
	assert_int_equal(m->phase, STOPPING);
	assert_int_equal(m->exit_status, 1);
	assert_true(played_hears(f->p, in, &msg));
	assert_int_equal(msg.type, MSG_GOODBYE);
	assert_string_equal(msg.goodbye.text, "it is lost");
	assert_int_equal(s->state, SEAT_ENDING);
	assert_int_equal(chan_recv(&builder, &msg, &e), CHAN_MESSAGE);
	assert_int_equal(msg.type, MSG_DEMOLISH);
	assert_int_equal(msg.demolish.sandbox, s->sandbox);
}

/* The builder is told to go when the last sandbox has gone. */
static void
it_waits_for_connections_and_seats(void **state)
{
	struct fixture *f = *state;
	struct monitor *m = &f->p->m;
	const struct chan builder = { f->builder, BUILDER, MONITOR };
	struct seat *s = played_seat(f->p, "alice", "c101", SEAT_LIVE);
	struct err e;
	struct msg msg;

	phase_stop(m, 0, "stopping");
	assert_int_equal(chan_recv(&builder, &msg, &e), CHAN_MESSAGE);
	uv_run(&m->loop, UV_RUN_NOWAIT);
	assert_int_equal(chan_recv(&builder, &msg, &e), CHAN_EMPTY);
	seat_remove(&m->registry, s);
	uv_run(&m->loop, UV_RUN_NOWAIT);
	assert_int_equal(chan_recv(&builder, &msg, &e), CHAN_CLOSED);
	/* Its link is gone, as route_builder.c's on_closed says, and it is
	 * reaped: the loop ends though handles are open. */
	m->builder = NULL;
	assert_int_not_equal(uv_run(&m->loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(m->exit_status, 0);
}

static void
who_asks_twice_does_not_wait(void **state)
{
	struct fixture *f = *state;
	struct monitor *m = &f->p->m;

	played_seat(f->p, "alice", "c101", SEAT_LIVE);
	phase_stop(m, 0, "stopping");
	phase_stop(m, 7, "again");
	assert_int_not_equal(uv_run(&m->loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(m->exit_status, 0);
}

/* A builder that is ready is not enough. */
static void
without_a_session_program_it_does_not_serve(void **state)
{
	struct fixture *f = *state;
	struct monitor *m = &f->p->m;

	m->phase = STARTING;
	m->builder_ready = true;
	uv_run(&m->loop, UV_RUN_NOWAIT);
	assert_int_equal(m->phase, STARTING);
}

/* The supervisor, which tells systemd: its end of the link. */
static int
open_supervisor(struct monitor *m)
{
	static const struct link_kind kind = { .peer = SUPERVISOR,
		.queue_max = LINK_QUEUE_TRUSTED,
		.handlers = played_handlers };
	struct err e;
	int ends[2];

	assert_int_equal(chan_pair(ends, &e), 0);
	assert_int_equal(chan_nonblock(ends[0], &e), 0);
	assert_int_equal(chan_nonblock(ends[1], &e), 0);
	m->supervisor = link_open(&m->loop, ends[0], &kind, NULL, &e);
	assert_non_null(m->supervisor);
	return ends[1];
}

static void
it_serves_with_a_builder_and_a_session_program(void **state)
{
	struct fixture *f = *state;
	struct monitor *m = &f->p->m;
	const struct chan supervisor = { open_supervisor(m), SUPERVISOR,
		MONITOR };
	struct msg said;
	struct err e;
	struct played_programs programs;

	m->phase = STARTING;
	m->routes = &routes;
	assert_int_equal(listeners_open(m, &e), 0);
	zygote_renew(m);
	played_start(&programs, &m->loop, f->builder);
	uv_run(&m->loop, UV_RUN_NOWAIT);
	assert_true(zygote_is_ready(m));
	uv_run(&m->loop, UV_RUN_NOWAIT);
	assert_int_equal(m->phase, STARTING);
	assert_int_equal(chan_recv(&supervisor, &said, &e), CHAN_EMPTY);
	m->builder_ready = true;
	uv_run(&m->loop, UV_RUN_NOWAIT);
	assert_int_equal(m->phase, SERVING);
	assert_int_equal(chan_recv(&supervisor, &said, &e), CHAN_MESSAGE);
	assert_int_equal(said.type, MSG_MONITOR_PHASE);
	assert_int_equal(said.monitor_phase.phase, TOLD_SERVING);
	uv_run(&m->loop, UV_RUN_NOWAIT);
	assert_int_equal(chan_recv(&supervisor, &said, &e), CHAN_EMPTY);
	m->phase = STOPPING; /* what is lost is no failure then */
	zygote_close(m);
	signers_close(m);
	listeners_close(m);
	link_forget(m->supervisor);
	uv_run(&m->loop, UV_RUN_NOWAIT);
	close(supervisor.fd);
	played_programs_end(&programs);
	listeners_free(m);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_indispensable_and_lost_ends_it),
		TEST(it_waits_for_connections_and_seats),
		TEST(who_asks_twice_does_not_wait),
		TEST(it_serves_with_a_builder_and_a_session_program),
		TEST(without_a_session_program_it_does_not_serve),
	};

	return cmocka_run_group_tests_name("phase", tests, NULL, NULL);
}
