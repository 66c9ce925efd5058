/* test_route_admin.c - what a wall may ask for, and of which lab. */
#include "tests/unit/played_monitor.h"

#include "gateway/monitor/links/client.h"
#include "gateway/monitor/links/watch.h"
#include "gateway/monitor/route/routes.h"
#include "gateway/monitor/seats/announce.h"
#include "gateway/monitor/seats/conn_terminals.h"

static const struct link_kind tool = { .peer = ADMIN,
	.queue_max = LINK_QUEUE_TRUSTED,
	.handlers = played_handlers };

/* The administrator's, whose own tool may ask for everything. */
static struct client
wall_of(struct played *p, int *theirs)
{
	struct client c = { .monitor = &p->m, .wall = "c101", .greeted = true };
	struct err e;
	int ends[2];

	assert_int_equal(chan_pair(ends, &e), 0);
	assert_int_equal(chan_nonblock(ends[0], &e), 0);
	assert_int_equal(chan_nonblock(ends[1], &e), 0);
	c.link = link_open(&p->m.loop, ends[0], &tool, &c, &e);
	assert_non_null(c.link);
	bucket_fill(&c.wall_orders, MSG_COUNT, 1000);
	*theirs = ends[1];
	TAILQ_INIT(&p->m.announcements);
	TAILQ_INIT(&p->m.clients);
	return c;
}

static void
gone(struct client *c, int theirs)
{
	link_forget(c->link);
	close(theirs);
}

/* The text of a refusal, which came. */
static void
expect_refusal(int theirs, const char *text)
{
	const struct chan c = { theirs, ADMIN, MONITOR };
	struct err e;
	struct msg m;

	assert_int_equal(chan_recv(&c, &m, &e), CHAN_MESSAGE);
	assert_int_equal(m.type, MSG_ADMIN_END);
	assert_int_equal(m.admin_end.status, 1);
	assert_string_equal(m.admin_end.text, text);
}

static void
it_is_kept_within_its_lab(void **state)
{
	struct played *p = *state;
	int theirs;
	struct client c = wall_of(p, &theirs);

	assert_true(client_may(&c, "c101"));
	assert_false(client_may(&c, "maths"));
	assert_false(client_may(&c, ""));
	c.wall[0] = '\0';
	assert_true(client_may(&c, "maths"));
	gone(&c, theirs);
}

/* No lab is everybody, for a tool of the administrator's. */
static void
it_says_nothing_to_everybody(void **state)
{
	struct played *p = *state;
	int theirs;
	struct client c = wall_of(p, &theirs);
	struct msg m;

	MSG_NEW(&m, ADMIN_SAY, admin_say);
	text_copy(m.admin_say.text, TEXT_SIZE, "to all");
	announce(&c, &m);
	expect_refusal(theirs, "this is the wall of lab c101");
	text_copy(m.admin_say.lab, NAME_SIZE, "maths");
	announce(&c, &m);
	expect_refusal(theirs, "this is the wall of lab c101");
	assert_true(TAILQ_EMPTY(&p->m.announcements));
	gone(&c, theirs);
}

static void
it_asks_for_what_a_wall_has_and_for_nothing_else(void **state)
{
	static const bool is_meant[MSG_COUNT] = {
		[MSG_WALL_SHOW] = true,
		[MSG_WALL_SEATS_GET] = true,
		[MSG_ADMIN_SAY] = true,
		[MSG_ADMIN_EXTEND] = true,
		[MSG_ADMIN_HAND_DONE] = true,
		[MSG_ADMIN_RECORDINGS] = true,
		[MSG_WALL_REPLAY] = true,
	};
	struct played *p = *state;
	int theirs;
	struct client c = wall_of(p, &theirs);

	for (unsigned type = 1; type < MSG_COUNT; type++) {
		const struct msg m = { .type = (enum msg_type)type };

		assert_int_equal(route_admin.may_say(&c, &m), is_meant[type]);
	}
	gone(&c, theirs);
}

static void
who_makes_a_report_asks_for_that_of_its_lab_alone(void **state)
{
	struct played *p = *state;
	int theirs;
	struct client c = wall_of(p, &theirs);

	c.wall[0] = '\0';
	text_copy(c.report, NAME_SIZE, "c101");
	for (unsigned type = 1; type < MSG_COUNT; type++) {
		const struct msg m = { .type = (enum msg_type)type };

		assert_int_equal(route_admin.may_say(&c, &m),
		    type == MSG_ADMIN_REPORT);
	}
	assert_true(client_may(&c, "c101"));
	assert_false(client_may(&c, "maths"));
	assert_false(client_may(&c, ""));
	gone(&c, theirs);
}

static void
orders_that_come_too_fast_are_refused(void **state)
{
	const struct msg m = { .type = MSG_ADMIN_EXTEND };
	struct played *p = *state;
	int theirs;
	struct client c = wall_of(p, &theirs);

	bucket_fill(&c.wall_orders, 1, 1000);
	assert_true(route_admin.may_say(&c, &m));
	assert_false(route_admin.may_say(&c, &m));
	expect_refusal(theirs, "that is too fast: wait a second");
	assert_false(route_admin.may_say(&c,
	    &(const struct msg){ .type = MSG_WALL_REPLAY }));
	expect_refusal(theirs, "that is too fast: wait a second");
	gone(&c, theirs);
}

/* And none is played to a tool, which is given the file. */
static void
it_plays_recordings_of_its_lab_alone(void **state)
{
	static const char *const others[] = { "maths/bob/x.cast", "x.cast", "",
		"c101x/bob/x.cast", "/c101/bob/x.cast", "../c101/bob/x.cast" };
	const struct msg m = { .type = MSG_WALL_REPLAY };
	struct played *p = *state;
	int theirs;
	struct client c = wall_of(p, &theirs);
	struct msg ask;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		MSG_NEW(&ask, WALL_REPLAY, wall_replay);
		text_copy(ask.wall_replay.file, TEXT_SIZE, others[i]);
		route_admin.handlers[MSG_WALL_REPLAY](&c, &ask);
		expect_refusal(theirs, "this is the wall of lab c101");
	}
	c.wall[0] = '\0';
	assert_false(route_admin.may_say(&c, &m));
	gone(&c, theirs);
}

static void
show(struct client *c, uint32_t is_on)
{
	struct msg m;

	MSG_NEW(&m, WALL_SHOW, wall_show);
	m.wall_show.is_on = is_on;
	route_admin.handlers[MSG_WALL_SHOW](c, &m);
}

#define BEYOND 7

static void
what_there_is_no_tile_for_is_counted(void **state)
{
	static struct terminal terminals[WALL_TILES_MAX + BEYOND];
	struct played *p = *state;
	int theirs;
	struct client c = wall_of(p, &theirs);
	struct seat *s = played_seat(p, "bob", "c101", SEAT_LIVE);
	unsigned session;
	struct conn *conn = played_conn(p, s, CONN_SEATED, &session);

	s->sandbox = 1;
	client_add(&p->m, &c);
	for (uint32_t i = 0; i < WALL_TILES_MAX + BEYOND; i++) {
		terminals[i] = (struct terminal){ .conn = conn,
			.number = i + 1,
			.tap = TAP_OPENING };
		LIST_INSERT_HEAD(&conn->terminals, &terminals[i], next);
	}
	assert_int_equal(c.wall_hidden, 0); /* nothing is shown yet */
	show(&c, 1);
	assert_int_equal(watch_tiles(&p->m), WALL_TILES_MAX);
	assert_int_equal(c.wall_hidden, BEYOND);
	/* Those that had none have one when others go. */
	for (uint32_t i = 0; i < BEYOND; i++)
		LIST_REMOVE(&terminals[WALL_TILES_MAX + i], next);
	show(&c, 1);
	show(&c, 1); /* tiles of those that went are free now */
	assert_int_equal(c.wall_hidden, 0);
	assert_int_equal(watch_tiles(&p->m), WALL_TILES_MAX);
	show(&c, 0);
	assert_int_equal(watch_tiles(&p->m), 0);
	LIST_INIT(&conn->terminals);
	TAILQ_REMOVE(&p->m.clients, &c, all);
	gone(&c, theirs);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, played_begin, played_end)
	const struct CMUnitTest tests[] = {
		TEST(it_is_kept_within_its_lab),
		TEST(it_says_nothing_to_everybody),
		TEST(it_asks_for_what_a_wall_has_and_for_nothing_else),
		TEST(who_makes_a_report_asks_for_that_of_its_lab_alone),
		TEST(orders_that_come_too_fast_are_refused),
		TEST(it_plays_recordings_of_its_lab_alone),
		TEST(what_there_is_no_tile_for_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
