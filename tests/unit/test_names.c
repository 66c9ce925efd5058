/* test_names.c - what atoll-net tells atoll-names, and hears of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/net/names.h"
#include "gateway/net/seats.h"

#define MANY 1000

struct place {
	struct net n;
	struct chan peer; /* atoll-names, which the test plays */
};

static void
add(struct net *n, uint32_t number)
{
	char names[4096], entry[EGRESS_NAME_TEXT];
	struct msg m;
	struct err e;

	MSG_NEW(&m, NET_SEAT, net_seat);
	m.net_seat.number = number;
	m.net_seat.address = number;
	m.net_seat.rate = m.net_seat.connections = 1;
	m.net_seat.new_per_second = 1;
	m.net_seat.names = strings_in(names, sizeof(names));
	for (int i = 0; i < EGRESS_MAX; i++) {
		snprintf(entry, sizeof(entry), "h%d.example.test:%d", i, i + 1);
		assert_true(strings_add(&m.net_seat.names, entry));
	}
	assert_int_equal(seats_add(n, &m.net_seat, &e), 0);
	seats_find(n, number)->has_rules = true;
}

static int
begin(void **state)
{
	static struct place p;
	struct err e;
	int ours, theirs;

	memset(&p, 0, sizeof(p));
	p.n.names = (struct chan){ -1, NET, NAMES };
	add(&p.n, 1);
	if (chan_link(&ours, &theirs, &e) == -1)
		return -1;
	p.peer = (struct chan){ theirs, NAMES, NET };
	names_take(&p.n, ours);
	*state = &p;
	return 0;
}

static int
end(void **state)
{
	struct place *p = *state;

	close(p->peer.fd);
	if (p->n.names.fd != -1)
		close(p->n.names.fd);
	while (!LIST_EMPTY(&p->n.seats))
		seats_remove(LIST_FIRST(&p->n.seats));
	return 0;
}

static enum msg_type
next(struct place *p, struct msg *m)
{
	struct err e;

	if (chan_recv(&p->peer, m, &e) != CHAN_MESSAGE)
		return MSG_NONE;
	return m->type;
}

static void
say_trouble(struct place *p, uint32_t seat, uint32_t what, const char *name)
{
	struct msg m;
	struct err e;

	MSG_NEW(&m, NAMES_TROUBLE, names_trouble);
	m.names_trouble.number = seat;
	m.names_trouble.what = what;
	text_copy(m.names_trouble.name, TEXT_SIZE, name);
	assert_int_equal(chan_send(&p->peer, &m, &e), 0);
	names_hear(&p->n);
}

static const struct msg_net_refusals *
troubles(struct place *p, uint32_t seat)
{
	static char names[NAME_TROUBLES_TOLD * HOST_NAME_SIZE];
	static struct msg_net_refusals told;

	memset(&told, 0, sizeof(told));
	told.names = strings_in(names, sizeof(names));
	names_troubles(seats_find(&p->n, seat), &told);
	assert_int_equal(told.names.count, told.troubles.count);
	assert_int_equal(told.names.count, told.name_times.count);
	return &told;
}

static void
it_is_told_who_may_ask_and_who_has_ended(void **state)
{
	struct place *p = *state;
	struct msg m;

	assert_int_equal(next(p, &m), MSG_HELLO);
	assert_int_equal(next(p, &m), MSG_NAMES_SEAT);
	assert_int_equal(m.names_seat.number, 1);
	assert_int_equal(m.names_seat.names.count, EGRESS_MAX);
	assert_string_equal(strings_next(&m.names_seat.names, NULL),
	    "h0.example.test:1");
	names_tell_end(&p->n, seats_find(&p->n, 1));
	assert_int_equal(next(p, &m), MSG_NAMES_SEAT_END);
	assert_int_equal(m.names_seat_end.number, 1);
}

/* More than a link holds: who reads is waited for. */
static void
one_that_comes_late_is_told_of_very_many(void **state)
{
	struct place *p = *state;
	struct msg m;
	struct err e;
	int ours, status;
	pid_t child;

	for (uint32_t i = 2; i <= MANY; i++)
		add(&p->n, i);
	close(p->peer.fd);
	assert_int_equal(chan_link(&ours, &p->peer.fd, &e), 0);
	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0) {
		int count = 0;

		close(ours);
		while (count < MANY && next(p, &m) != MSG_NONE)
			count += m.type == MSG_NAMES_SEAT;
		_exit(count == MANY ? 0 : 1);
	}
	names_take(&p->n, ours);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_not_equal(p->n.names.fd, -1);
}

static void
what_was_asked_for_in_vain_is_noted_the_newest_first(void **state)
{
	struct place *p = *state;
	const struct msg_net_refusals *told;
	const char *name;

	say_trouble(p, 1, NAME_UNKNOWN, "a.test");
	say_trouble(p, 1, NAME_UNKNOWN, "a.test");
	told = troubles(p, 1);
	assert_int_equal(told->names.count, 1);
	assert_int_equal(told->troubles.id[0], NAME_UNKNOWN);
	assert_int_equal(told->name_times.id[0], 2);
	usleep(2000); /* the clock's own step is a millisecond */
	say_trouble(p, 1, NAME_NOT_ALLOWED, "b.test");
	told = troubles(p, 1);
	name = strings_next(&told->names, NULL);
	assert_string_equal(name, "b.test");
	assert_string_equal(strings_next(&told->names, name), "a.test");
	/* who asks for very many has the newest noted */
	for (int i = 0; i < 100; i++) {
		char text[32];

		snprintf(text, sizeof(text), "n%d.test", i);
		say_trouble(p, 1, NAME_NOT_ALLOWED, text);
	}
	assert_int_equal(troubles(p, 1)->names.count, NAME_TROUBLES_TOLD);
	/* of one that has ended nothing is noted */
	say_trouble(p, 2, NAME_UNKNOWN, "a.test");
	assert_int_not_equal(p->n.names.fd, -1);
}

static void
one_that_says_what_cannot_be_is_given_up(void **state)
{
	struct place *p = *state;

	say_trouble(p, 1, NAME_TROUBLES, "a.test");
	assert_int_equal(p->n.names.fd, -1);
	assert_int_equal(troubles(p, 1)->names.count, 0);
}

static void
a_name_that_is_none_is_not_shown(void **state)
{
	struct place *p = *state;

	say_trouble(p, 1, NAME_UNKNOWN, "a.test\n\033[2J");
	assert_int_equal(p->n.names.fd, -1);
	assert_int_equal(troubles(p, 1)->names.count, 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(it_is_told_who_may_ask_and_who_has_ended),
		TEST(one_that_comes_late_is_told_of_very_many),
		TEST(what_was_asked_for_in_vain_is_noted_the_newest_first),
		TEST(one_that_says_what_cannot_be_is_given_up),
		TEST(a_name_that_is_none_is_not_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
