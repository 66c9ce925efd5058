/* test_replay.c - a recording that is played on a wall. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/watching.h"
#include "gateway/web/replay.h"
#include "gateway/web/wall.h"

struct fixture {
	struct walls all;
	struct wall w;
	int recorder; /* its end */
	uint32_t told;
	enum wall_answer how;
	char text[TEXT_SIZE];
};

static void
on_told(void *self, uint32_t order, enum wall_answer how, const char *text)
{
	struct fixture *t = self;

	t->told = order;
	t->how = how;
	text_copy(t->text, TEXT_SIZE, text);
}

/* By the order 7. */
static void
open_one(struct fixture *t, struct msg *m)
{
	int ends[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	MSG_NEW(m, WALL_REPLAYING, wall_replaying);
	m->fd[0] = ends[0];
	t->recorder = ends[1];
	t->w.order = 7;
	replay_open(&t->w, m);
}

static void
begin_wall(struct fixture *t)
{
	struct err e;

	*t = (struct fixture){ 0 };
	assert_int_equal(walls_begin(&t->all, on_told, t, &e), 0);
	t->w.of = &t->all;
	replay_init(&t->w);
}

static void
begin(struct fixture *t)
{
	struct msg m;

	begin_wall(t);
	t->w.is_shown = true;
	open_one(t, &m);
	assert_true(replay_is_of(&t->w, 7));
	assert_false(replay_is_of(&t->w, 8));
	assert_false(replay_is_of(&t->w, 0));
}

static void
end(struct fixture *t)
{
	replay_end(&t->w, "the end");
	close(t->all.epoll);
}

static void
say(const struct fixture *t, unsigned kind, const void *bytes, size_t n)
{
	struct tap_packet p;

	tap_begin_packet(&p);
	tap_add(&p, (enum tap_kind)kind, 0, bytes, n);
	assert_int_equal(send(t->recorder, p.bytes, p.used, 0), p.used);
}

/* As often as there is something. */
static void
read_all(struct fixture *t)
{
	for (int i = 0; i < 4; i++)
		replay_read(&t->w.replay);
}

static void
a_moment_is_answered_once(void **state)
{
	const uint64_t at[2] = { 1, 2 };
	struct fixture t;

	(void)state;
	begin(&t);
	say(&t, WATCH_AT, at, sizeof(at));
	read_all(&t);
	assert_int_equal(t.told, 0); /* nothing was asked */
	replay_ask(&t.w, 9, 1);
	assert_true(replay_is_asked(&t.w));
	say(&t, WATCH_AT, at, sizeof(at) - 1);
	read_all(&t);
	assert_int_equal(t.told, 0);
	say(&t, WATCH_AT, at, sizeof(at));
	read_all(&t);
	assert_int_equal(t.told, 9);
	assert_int_equal(t.how, ANSWER_JSON);
	assert_string_equal(t.text,
	    "{\"at\":1,\"of\":2,\"rows\":0,\"cols\":0}");
	assert_false(replay_is_asked(&t.w));
	close(t.recorder);
	end(&t);
}

/* Said before the question, which is not read any more: the kernel tells that first. */
static void
why_it_is_not_played_is_read_to_the_end(void **state)
{
	struct fixture t;

	(void)state;
	for (int i = 0; i < 3; i++) {
		begin(&t);
		if (i == 0)
			replay_ask(&t.w, 9, 1);
		say(&t, TAP_MARKER, "damaged", 7);
		if (i == 1)
			replay_ask(&t.w, 9, 1);
		close(t.recorder);
		if (i == 2)
			replay_ask(&t.w, 9, 1);
		read_all(&t);
		assert_int_equal(t.told, 9);
		assert_int_equal(t.how, ANSWER_NO);
		assert_string_equal(t.text, "damaged");
		assert_string_equal(t.w.replay.why, "damaged");
		assert_int_equal(t.w.replay.fd, -1);
		end(&t);
	}
}

static void
a_recorder_that_says_nothing_more_is_told(void **state)
{
	struct fixture t;

	(void)state;
	begin(&t);
	replay_ask(&t.w, 9, 1);
	close(t.recorder);
	read_all(&t);
	assert_int_equal(t.told, 9);
	assert_int_equal(t.how, ANSWER_NO);
	assert_non_null(strstr(t.text, "open it again"));
	end(&t);
}

static void
nothing_is_played_while_nobody_looks(void **state)
{
	struct fixture t;
	struct msg m;

	(void)state;
	begin_wall(&t);
	open_one(&t, &m);
	assert_true(replay_is_of(&t.w, 7));
	assert_int_equal(t.w.replay.fd, -1);
	assert_string_equal(t.w.replay.why, "no page of this wall is open");
	msg_close(&m);
	assert_int_equal(recv(t.recorder, &m, 1, 0), 0);
	close(t.recorder);
	end(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_moment_is_answered_once),
		cmocka_unit_test(why_it_is_not_played_is_read_to_the_end),
		cmocka_unit_test(a_recorder_that_says_nothing_more_is_told),
		cmocka_unit_test(nothing_is_played_while_nobody_looks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
