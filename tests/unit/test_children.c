/* test_children.c - whom init hangs up, and whom it only forgets. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "sandbox/init/children.h"

static int
set_up(void **state)
{
	*state = calloc(1, sizeof(struct children));
	assert_non_null(*state);
	return 0;
}

static int
tear_down(void **state)
{
	free(*state);
	return 0;
}

/* A process that waits for a signal, in a group of its own. */
static pid_t
start(void)
{
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		pause();
		_exit(0);
	}
	assert_int_equal(setpgid(pid, pid), 0);
	return pid;
}

static int
signal_that_ended(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	return WTERMSIG(status);
}

static void
a_terminal_hangs_up(void **state)
{
	struct children *all = *state;
	pid_t pid = start();

	children_add(all,
	    &(struct child){ .pty = true, .pid = pid, .link = 3, .serial = 7 });
	children_hangup_link(all, 4); /* another's */
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	children_hangup_link(all, 3);
	assert_int_equal(signal_that_ended(pid), SIGHUP);
	assert_null(children_find(all, 3, 7));
}

static void
pipes_do_not(void **state)
{
	struct children *all = *state;
	pid_t pid = start();

	children_add(all,
	    &(struct child){ .pid = pid, .link = 3, .serial = 7 });
	children_hangup(children_find(all, 3, 7));
	/* The first of two signals would have been the other. */
	kill(pid, SIGTERM);
	assert_int_equal(signal_that_ended(pid), SIGTERM);
}

static void
whom_nobody_asks_for_takes_no_place(void **state)
{
	struct children *all = *state;

	for (pid_t pid = 1000000; !children_are_full(all); pid++)
		children_add(all, &(struct child){ .pid = pid,
				      .link = 3,
				      .serial = (uint32_t)pid });
	children_hangup(children_find(all, 3, 1000000));
	assert_false(children_are_full(all));
	assert_null(children_by_pid(all, 1000000));
	children_hangup_link(all, 3);
	for (int i = 0; i < CHILDREN_MAX; i++)
		assert_false(all->child[i].used);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_terminal_hangs_up),
		TEST(pipes_do_not),
		TEST(whom_nobody_asks_for_takes_no_place),
	};

	/* Whoever started us, nohup(1) for one, may have it ignored. */
	signal(SIGHUP, SIG_DFL);
	return cmocka_run_group_tests_name("children", tests, NULL, NULL);
}
