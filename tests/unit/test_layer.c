/* test_layer.c - the end of a writable layer is not waited for for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/builder/fs/layer.h"

static pid_t
start(void (*work)(void))
{
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		work();
		_exit(0);
	}
	return pid;
}

static void
hang(void)
{
	for (;;)
		pause();
}

static void
end(void)
{
}

static void
a_removal_that_ends_is_waited_for(void **state)
{
	struct layer l = { .kind = LAYER_QUOTA, .root = -1 };
	struct store s = { 0 };
	struct err e;

	(void)state;
	l.remover = start(end);
	assert_int_equal(layer_remove_within(&s, &l, 5000, &e), 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void
one_that_hangs_is_killed(void **state)
{
	struct layer l = { .kind = LAYER_QUOTA, .root = -1 };
	struct store s = { 0 };
	struct err e;

	(void)state;
	l.remover = start(hang);
	assert_int_equal(layer_remove_within(&s, &l, 20, &e), 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_removal_that_ends_is_waited_for),
		cmocka_unit_test(one_that_hangs_is_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
