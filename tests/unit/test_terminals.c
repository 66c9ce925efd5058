/* test_terminals.c - the life of a terminal that outlives its connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/screen/snapshot_process.h"
#include "sandbox/init/reattach.h"
#include "sandbox/init/terminals.h"

#define LINK	       3
#define SERIAL	       7
#define EXITED(status) ((status) << 8) /* as of wait(2) */

struct fixture {
	struct terminals all;
	int master, slave;
	struct msg_spawn ask;
	struct msg out;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int ends[2];

	assert_non_null(f);
	/* For its bytes a socket does: where packages are built is no pty. */
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	f->master = ends[0];
	f->slave = ends[1];
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < TERMINALS_MAX; i++) {
		if (f->all.at[i].state != TERMINAL_GONE)
			terminal_step(&f->all.at[i], TERMINAL_GONE);
	}
	close(f->master);
	close(f->slave);
	free(f);
	return 0;
}

static struct terminal *
add(struct fixture *f, int link, uint32_t serial)
{
	const struct child c = { .number = terminals_next_number(&f->all),
		.pid = 1000 + (pid_t)serial,
		.link = link,
		.serial = serial };
	struct terminal *t = terminals_add(&f->all, f->master, &c);

	assert_non_null(t);
	return t;
}

static bool
come_back(struct fixture *f, uint32_t serial)
{
	const struct reattach_to to = { 4, serial, "" };

	return reattach(&f->all, &to, &f->ask, &f->out);
}

/* Every step that there is passes; every other frees the place. */
static void
it_takes_the_steps_that_there_are_and_no_other(void **state)
{
	static const unsigned next[TERMINAL_STATES] = {
		[TERMINAL_GONE] = 1u << TERMINAL_ATTACHED,
		[TERMINAL_ATTACHED] = 1u << TERMINAL_DETACHED |
				      1u << TERMINAL_ENDING |
				      1u << TERMINAL_GONE,
		[TERMINAL_ENDING] = 1u << TERMINAL_UNSEEN | 1u << TERMINAL_GONE,
		[TERMINAL_DETACHED] = 1u << TERMINAL_ATTACHED |
				      1u << TERMINAL_UNSEEN |
				      1u << TERMINAL_GONE,
		[TERMINAL_UNSEEN] = 1u << TERMINAL_GONE,
	};

	(void)state;
	for (unsigned pair = 0; pair < TERMINAL_STATES * TERMINAL_STATES;
	     pair++) {
		unsigned from = pair / TERMINAL_STATES,
			 to = pair % TERMINAL_STATES;
		bool is_known = (next[from] & 1u << to) != 0;
		struct terminal t = { .state = (enum terminal_state)from,
			.master = -1,
			.ring_file = -1,
			.picture = { .file = -1 },
			.agent = { .directory = -1 } };

		assert_int_equal(terminal_step(&t, (enum terminal_state)to),
		    is_known);
		assert_int_equal(t.state, is_known ? to : TERMINAL_GONE);
	}
}

static void
the_one_that_was_left_last_is_taken_first(void **state)
{
	struct fixture *f = *state;
	struct terminal *a = add(f, 1, 1), *b = add(f, 2, 1), *c = add(f, 3, 1);

	assert_null(terminals_left_last(&f->all));
	terminals_leave(&f->all, 2);
	terminals_leave(&f->all, 1);
	assert_ptr_equal(terminals_left_last(&f->all), a);
	assert_true(terminal_take(a, 5, 9));
	assert_ptr_equal(terminals_left_last(&f->all), b);
	assert_ptr_equal(terminals_find(&f->all, 5, 9), a);
	assert_null(terminals_find(&f->all, 1, 1));
	assert_int_equal(c->state, TERMINAL_ATTACHED);
}

static void
an_end_is_told_to_who_is_attached_and_else_kept(void **state)
{
	struct fixture *f = *state;
	struct terminal *a = add(f, 1, 1), *b = add(f, 2, 2);

	terminals_leave(&f->all, 2);
	assert_true(terminal_ended(a, EXITED(0)));
	assert_int_equal(a->state, TERMINAL_ENDING);
	assert_false(terminal_ended(b, EXITED(3)));
	assert_int_equal(b->state, TERMINAL_UNSEEN);
	assert_null(terminals_by_pid(&f->all, 1001));
	/* The link is lost before its client has heard. */
	terminals_leave(&f->all, 1);
	assert_int_equal(a->state, TERMINAL_UNSEEN);
}

static void
an_end_that_nobody_saw_is_told_once(void **state)
{
	struct fixture *f = *state;
	struct terminal *t = add(f, LINK, SERIAL);

	terminals_leave(&f->all, LINK);
	terminal_ended(t, SIGKILL);
	assert_true(come_back(f, 12));
	assert_int_equal(f->out.type, MSG_TERMINAL_ENDED);
	assert_int_equal(f->out.serial, 12);
	assert_int_equal(f->out.terminal_ended.signal, SIGKILL);
	reattach_sent(&f->out);
	assert_int_equal(t->state, TERMINAL_GONE);
	assert_false(come_back(f, 13));
}

static void
what_is_written_meanwhile_is_in_the_picture(void **state)
{
	struct fixture *f = *state;
	struct terminal *t = add(f, LINK, SERIAL);
	char bytes[4096] = "";

	terminals_leave(&f->all, LINK);
	assert_int_equal(write(f->slave, "while away\n", 11), 11);
	assert_true(come_back(f, 12));
	assert_int_equal(f->out.type, MSG_ATTACHED);
	assert_int_equal(f->out.attached.terminal, t->number);
	assert_in_range(read(f->out.fd[2], bytes, sizeof(bytes) - 1), 1,
	    sizeof(bytes) - 1);
	assert_non_null(strstr(bytes, "while"));
	reattach_sent(&f->out);
	/* The pty is the terminal's still. */
	assert_int_not_equal(fcntl(t->master, F_GETFD), -1);
}

/* Of those that wait, and no other. */
static void
the_one_that_is_meant_is_taken(void **state)
{
	struct fixture *f = *state;
	struct terminal *a = add(f, 1, 1), *b = add(f, 2, 2);

	f->ask.terminal = a->number;
	assert_false(come_back(f, 12));
	assert_int_equal(a->state, TERMINAL_ATTACHED);
	terminal_leave(&f->all, a);
	terminals_leave(&f->all, 2);
	f->ask.terminal = TERMINAL_NEW;
	assert_false(come_back(f, 12));
	f->ask.terminal = 77;
	assert_false(come_back(f, 12));
	f->ask.terminal = a->number;
	assert_true(come_back(f, 12));
	assert_int_equal(f->out.attached.terminal, a->number);
	reattach_sent(&f->out);
	assert_int_equal(b->state, TERMINAL_DETACHED);
}

static void
a_program_that_let_go_of_its_terminal_is_nothing_to_come_back_to(void **state)
{
	struct fixture *f = *state;
	struct terminal *t = add(f, LINK, SERIAL);

	t->pid = 0; /* there is nobody to hang up */
	terminals_leave(&f->all, LINK);
	close(f->slave);
	f->slave = -1;
	assert_false(come_back(f, 12));
	assert_int_equal(t->state, TERMINAL_GONE);
}

static void
there_are_so_many_and_no_more(void **state)
{
	struct fixture *f = *state;

	for (uint32_t i = 1; i <= TERMINALS_MAX; i++)
		assert_int_equal(add(f, LINK, i)->number, i);
	assert_true(terminals_are_full(&f->all));
	assert_null(terminals_add(&f->all, f->master,
	    &(struct child){ .pid = 1, .link = LINK, .serial = 99 }));
	terminal_step(&f->all.at[4], TERMINAL_GONE);
	assert_int_equal(add(f, LINK, 99)->number, TERMINALS_MAX + 1);
}

int
main(int argc, char **argv)
{
	if (snapshot_is_process(argc, argv))
		return snapshot_process();

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(it_takes_the_steps_that_there_are_and_no_other),
		TEST(the_one_that_was_left_last_is_taken_first),
		TEST(an_end_is_told_to_who_is_attached_and_else_kept),
		TEST(an_end_that_nobody_saw_is_told_once),
		TEST(what_is_written_meanwhile_is_in_the_picture),
		TEST(the_one_that_is_meant_is_taken),
		TEST(
		    a_program_that_let_go_of_its_terminal_is_nothing_to_come_back_to),
		TEST(there_are_so_many_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
