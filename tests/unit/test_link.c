/* test_link.c - messages go to their handlers, and answers to who asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "gateway/monitor/links/link.h"

/* Who is at our end, and what it heard. */
struct heard {
	unsigned limits, refused, closed;
	bool is_mute;
	char why[256];
};

static void
on_limit_hit(void *self, struct msg *m)
{
	struct heard *h = self;

	assert_int_equal(m->limit_hit.sandbox, 7);
	h->limits++;
}

static bool
may_say(void *self, const struct msg *m)
{
	struct heard *h = self;

	(void)m;
	h->refused += h->is_mute;
	return !h->is_mute;
}

static void
on_closed(void *self, const char *why)
{
	struct heard *h = self;

	h->closed++;
	text_copy(h->why, sizeof(h->why), why);
}

static link_handler *const handlers[MSG_COUNT] = {
	[MSG_LIMIT_HIT] = on_limit_hit,
	[MSG_HOME] = link_reply_only,
	[MSG_HOMES_END] = link_reply_only,
};

static const struct link_kind kind = {
	.peer = BUILDER,
	.queue_max = LINK_QUEUE_SESSION,
	.handlers = handlers,
	.may_say = may_say,
	.on_closed = on_closed,
};

/* Who asks, and what was answered. */
struct asker {
	struct link *link;
	unsigned rows, ends, lost;
	bool leaves; /* at its first row */
};

static bool
on_homes(void *self, struct msg *m)
{
	struct asker *a = self;

	if (m == NULL) {
		a->lost++;
		return true;
	}
	if (m->type == MSG_HOMES_END) {
		a->ends++;
		return true;
	}
	a->rows++;
	if (a->leaves)
		link_cancel(a->link, a);
	return false;
}

/* A link on a loop, and the builder's end of it. */
struct both {
	uv_loop_t loop;
	struct link *link;
	struct chan theirs;
	struct heard heard;
	struct asker one, other;
};

static int
set_up(void **state)
{
	static struct both b;
	struct err e = { 0 };
	int ends[2];

	memset(&b, 0, sizeof(b));
	assert_int_equal(uv_loop_init(&b.loop), 0);
	assert_int_equal(chan_pair(ends, &e), 0);
	assert_int_equal(chan_nonblock(ends[0], &e), 0);
	b.theirs =
	    (struct chan){ .fd = ends[1], .self = BUILDER, .peer = MONITOR };
	b.link = link_open(&b.loop, ends[0], &kind, &b.heard, &e);
	assert_non_null(b.link);
	b.one.link = b.other.link = b.link;
	*state = &b;
	return 0;
}

/* All that has come, until nothing is left to do at once. */
static void
turn(struct both *b)
{
	for (int i = 0; i < 4; i++)
		uv_run(&b->loop, UV_RUN_NOWAIT);
}

static int
tear_down(void **state)
{
	struct both *b = *state;

	if (b->heard.closed == 0)
		link_close(b->link, "the test is over");
	turn(b);
	assert_int_equal(b->heard.closed, 1);
	close(b->theirs.fd);
	assert_int_equal(uv_loop_close(&b->loop), 0);
	return 0;
}

static void
say(struct both *b, struct msg *m)
{
	struct err e = { 0 };

	assert_int_equal(chan_send(&b->theirs, m, &e), 0);
}

static void
say_limit_hit(struct both *b)
{
	struct msg m;

	MSG_NEW(&m, LIMIT_HIT, limit_hit);
	m.limit_hit.sandbox = 7;
	say(b, &m);
}

static void
answer(struct both *b, enum msg_type type, uint32_t serial)
{
	struct msg m;

	MSG_NEW(&m, HOME, home);
	m.type = type;
	m.serial = serial;
	say(b, &m);
}

/* Ask for the homes; returns the serial that the builder saw. */
static uint32_t
ask(struct both *b, struct asker *who)
{
	struct err e = { 0 };
	struct msg m;

	MSG_NEW(&m, HOMES_GET, homes_get);
	assert_int_equal(link_call(b->link, &m, on_homes, who, &e), 0);
	assert_int_equal(chan_recv(&b->theirs, &m, &e), CHAN_MESSAGE);
	assert_int_equal(m.type, MSG_HOMES_GET);
	assert_int_not_equal(m.serial, 0);
	return m.serial;
}

static void
a_message_goes_to_its_handler(void **state)
{
	struct both *b = *state;

	say_limit_hit(b);
	turn(b);
	assert_int_equal(b->heard.limits, 1);
	assert_int_equal(b->heard.closed, 0);
}

static void
a_message_without_a_handler_ends_the_link(void **state)
{
	struct both *b = *state;
	struct msg m;

	MSG_NEW(&m, USAGE_END, usage_end);
	say(b, &m);
	turn(b);
	assert_int_equal(b->heard.closed, 1);
	assert_non_null(strstr(b->heard.why, "USAGE_END"));
}

static void
what_may_not_be_said_now_is_dropped(void **state)
{
	struct both *b = *state;

	b->heard.is_mute = true;
	say_limit_hit(b);
	turn(b);
	assert_int_equal(b->heard.limits, 0);
	assert_int_equal(b->heard.refused, 1);
	assert_int_equal(b->heard.closed, 0);
}

/* The peer reads nothing more: what is sent now has to wait. */
static void
fill(struct both *b)
{
	struct msg m;

	MSG_NEW(&m, DEMOLISH, demolish);
	for (int i = 0; i < 100000 && !link_is_behind(b->link); i++)
		link_send(b->link, &m);
	assert_true(link_is_behind(b->link));
}

/* What the peer reads next that is not of the filling. */
static enum msg_type
read_on(struct both *b, struct msg *m)
{
	struct err e = { 0 };

	for (int i = 0; i < 200000; i++) {
		assert_int_equal(chan_recv(&b->theirs, m, &e), CHAN_MESSAGE);
		if (m->type != MSG_DEMOLISH)
			return m->type;
		uv_run(&b->loop, UV_RUN_NOWAIT);
	}
	return MSG_COUNT;
}

/* Its descriptors must be copied, and there is no number left for them. */
static void
a_shortage_of_descriptors_costs_the_message_and_not_the_link(void **state)
{
	struct both *b = *state;
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct rlimit limit, none;
	struct err e = { 0 };
	struct msg m, got;

	fill(b);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = (rlim_t)null + 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	MSG_NEW(&m, ZYGOTE_START, zygote_start);
	m.fd[0] = null;
	assert_int_equal(link_pass(b->link, &m, &e), -1);
	assert_int_equal(e.code, EMFILE);
	MSG_NEW(&got, EXPORT, export);
	got.fd[0] = null;
	assert_int_equal(link_call(b->link, &got, on_homes, &b->one, &e), -1);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	turn(b);
	assert_int_equal(b->heard.closed, 0);

	/* What is passed later arrives, behind what was queued before it. */
	assert_int_equal(link_pass(b->link, &m, &e), 0);
	close(null);
	assert_int_equal(read_on(b, &got), MSG_ZYGOTE_START);
	assert_int_not_equal(got.fd[0], -1);
	msg_close(&got);
	assert_int_equal(b->heard.closed, 0);
	assert_int_equal(b->one.lost, 0); /* it was told by -1 */
}

static void
answers_go_to_who_asked(void **state)
{
	struct both *b = *state;
	uint32_t one = ask(b, &b->one), other = ask(b, &b->other);

	assert_int_not_equal(one, other);
	answer(b, MSG_HOME, other);
	answer(b, MSG_HOME, one);
	answer(b, MSG_HOME, other);
	answer(b, MSG_HOMES_END, other);
	turn(b);
	assert_int_equal(b->one.rows, 1);
	assert_int_equal(b->one.ends, 0);
	assert_int_equal(b->other.rows, 2);
	assert_int_equal(b->other.ends, 1);
	answer(b, MSG_HOMES_END, one);
	answer(b, MSG_HOMES_END, other); /* once more: nobody waits */
	turn(b);
	assert_int_equal(b->one.ends, 1);
	assert_int_equal(b->other.ends, 1);
	assert_int_equal(b->heard.closed, 0);
}

static void
one_who_goes_hears_no_more(void **state)
{
	struct both *b = *state;
	uint32_t one = ask(b, &b->one), other = ask(b, &b->other);

	b->other.leaves = true;
	link_cancel(b->link, &b->one);
	answer(b, MSG_HOME, one);
	answer(b, MSG_HOMES_END, one);
	answer(b, MSG_HOME, other);
	answer(b, MSG_HOMES_END, other);
	turn(b);
	assert_int_equal(b->one.rows + b->one.ends, 0);
	assert_int_equal(b->other.rows, 1);
	assert_int_equal(b->other.ends, 0);
	link_close(b->link, "lost");
	turn(b);
	assert_int_equal(b->one.lost + b->other.lost, 0);
}

static void
a_lost_link_is_told_to_who_still_waits(void **state)
{
	struct both *b = *state;
	uint32_t one = ask(b, &b->one);

	(void)ask(b, &b->other);
	answer(b, MSG_HOMES_END, one);
	turn(b);
	link_close(b->link, "lost");
	turn(b);
	assert_int_equal(b->one.lost, 0);
	assert_int_equal(b->other.lost, 1);
	assert_string_equal(b->heard.why, "lost");
}

static void
an_answer_that_nobody_asked_for_ends_the_link(void **state)
{
	struct both *b = *state;

	answer(b, MSG_HOME, 0);
	turn(b);
	assert_int_equal(b->heard.closed, 1);
	assert_non_null(strstr(b->heard.why, "HOME"));
}

int
main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_message_goes_to_its_handler),
		TEST(a_message_without_a_handler_ends_the_link),
		TEST(what_may_not_be_said_now_is_dropped),
		TEST(
		    a_shortage_of_descriptors_costs_the_message_and_not_the_link),
		TEST(answers_go_to_who_asked),
		TEST(one_who_goes_hears_no_more),
		TEST(a_lost_link_is_told_to_who_still_waits),
		TEST(an_answer_that_nobody_asked_for_ends_the_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
