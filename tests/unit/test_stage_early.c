/* test_stage_early.c - 'lab stage' before its terminal is known. */
#include "tests/unit/played_monitor.h"

#include "gateway/monitor/links/stage.h"
#include "gateway/monitor/seats/conn_terminals.h"

static const struct link_kind played_init = { .peer = INIT,
	.queue_max = LINK_QUEUE_SESSION,
	.handlers = played_handlers };

struct room {
	struct played *p;
	struct seat *seat;
	struct conn *conn;
	struct chan init; /* its end */
};

static void
enter(struct room *r, void **state)
{
	unsigned session;
	struct err e;
	int ends[2];

	r->p = *state;
	r->seat = played_seat(r->p, "bob", "c101", SEAT_LIVE);
	r->conn = played_conn(r->p, r->seat, CONN_SEATED, &session);
	assert_int_equal(chan_pair(ends, &e), 0);
	assert_int_equal(chan_nonblock(ends[0], &e), 0);
	assert_int_equal(chan_nonblock(ends[1], &e), 0);
	r->seat->init =
	    link_open(&r->p->m.loop, ends[0], &played_init, r->seat, &e);
	assert_non_null(r->seat->init);
	r->init = (struct chan){ ends[1], INIT, MONITOR };
}

static void
leave(struct room *r)
{
	stage_end_all(&r->p->m, "the end");
	assert_true(LIST_EMPTY(&r->p->m.stages_early));
	link_forget(r->seat->init);
	r->seat->init = NULL;
	close(r->init.fd);
}

static void
ask(const struct room *r, uint32_t terminal, uint32_t serial)
{
	struct msg m;

	MSG_NEW(&m, STAGE, stage);
	m.serial = serial;
	m.stage.what = STAGE_LOOK;
	m.stage.terminal = terminal;
	stage_asked(r->seat, &m);
}

/* text NULL: nothing is told. */
static void
expect(const struct room *r, uint32_t serial, const char *text)
{
	struct err e;
	struct msg m;
	enum chan_got got = chan_recv(&r->init, &m, &e);

	assert_int_equal(got, text == NULL ? CHAN_EMPTY : CHAN_MESSAGE);
	if (text == NULL)
		return;
	assert_int_equal(m.type, MSG_LAB_TOLD);
	assert_int_equal(m.serial, serial);
	assert_non_null(strstr(m.lab_told.text, text));
}

static void
it_waits_until_its_terminal_is_known(void **state)
{
	const struct msg_terminal_at told = { .terminal = 3 };
	const struct msg_terminal_at other = { .terminal = 2 };
	struct room r;

	enter(&r, state);
	ask(&r, 3, 9);
	expect(&r, 0, NULL);
	terminals_add(r.conn, 1, &other);
	stage_look(&r.p->m);
	expect(&r, 0, NULL);
	terminals_add(r.conn, 2, &told);
	stage_look(&r.p->m);
	expect(&r, 9, "Nobody has the stage of this lab now");
	assert_true(LIST_EMPTY(&r.p->m.stages_early));
	terminals_remove(terminals_find(r.conn, 1));
	terminals_remove(terminals_find(r.conn, 2));
	leave(&r);
}

static void
one_of_a_seat_waits_and_each_is_answered(void **state)
{
	struct room r;

	enter(&r, state);
	ask(&r, 3, 9);
	ask(&r, 4, 10);
	expect(&r, 10, "does not know this terminal");
	ask(&r, 0, 11); /* of no terminal at all */
	expect(&r, 11, "does not know this terminal");
	expect(&r, 0, NULL);
	stage_end_all(&r.p->m, "the end");
	expect(&r, 9, "does not know this terminal");
	leave(&r);
}

static void
one_whose_seat_has_gone_is_forgotten(void **state)
{
	struct room r;

	enter(&r, state);
	ask(&r, 3, 9);
	r.seat->sandbox++; /* another one has its number by now */
	stage_end_all(&r.p->m, "the end");
	expect(&r, 0, NULL);
	r.seat->sandbox--;
	leave(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    it_waits_until_its_terminal_is_known, played_begin,
		    played_end),
		cmocka_unit_test_setup_teardown(
		    one_of_a_seat_waits_and_each_is_answered, played_begin,
		    played_end),
		cmocka_unit_test_setup_teardown(
		    one_whose_seat_has_gone_is_forgotten, played_begin,
		    played_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
