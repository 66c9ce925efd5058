/* test_warm.c - sandboxes that stand ready before anybody wants one. */
#include "tests/sandbox/tests.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/scope.h"

#define READY 3 /* as the loader's plans say */

static void
load_good(struct fixture *f, const char *word)
{
	if (load(f, word) == MSG_LOADED)
		return;
	fail_msg("%s", f->in.load_failed.reason);
}

/* Back to the plans of the other tests. */
static void
leave(struct fixture *f)
{
	load_good(f, "good");
	await_ready(f, 0);
}

static size_t
inits(const struct fixture *f, pid_t found[], size_t size)
{
	return children_named(f, "atoll-init", found, size);
}

static void
who_comes_gets_one_that_stood_ready(void **state)
{
	struct fixture *f = the(state);
	struct chan c;
	int init;

	load_good(f, "ready");
	await_ready(f, READY);
	init = build(f, "plain");
	assert_int_equal(f->in.built.was_warm, 1);
	c = introduce(f, init);
	assert_string_equal(run(f, &c,
				"grep alice /etc/passwd | cut -d: -f1;"
				" hostname; ls -A ~ /tmp /dev/shm")
				->text,
	    "alice\nalice+plain\nislet\n/dev/shm:\n\n/home/student:\n\n"
	    "/tmp:\n");
	await_ready(f, READY - 1);
	await_ready(f, READY); /* another was made */
	demolish(f, f->sandbox);
	close(c.fd);
	close(init);
	leave(f);
}

/* What is in a sandbox, as far as a program sees. */
struct inside {
	int init;
	uint32_t sandbox;
	struct chan c;
	char namespaces[512], ids[128];
};

static void
enter_ready(struct fixture *f, const char *account, struct inside *in)
{
	await_ready(f, READY);
	in->sandbox = ask_build_for(f, account, "plain");
	assert_int_equal(next(f), MSG_BUILT);
	assert_int_equal(f->in.built.was_warm, 1);
	in->init = take_fd(&f->in.fd[0]);
	in->c = introduce(f, in->init);
	strcpy(in->namespaces,
	    run(f, &in->c,
		"cd /proc/self/ns; for n in user mnt pid net ipc uts cgroup;"
		" do readlink $n; done")
		->text);
	strcpy(in->ids, run(f, &in->c, "cat /proc/self/uid_map")->text);
}

static void
leave_inside(struct fixture *f, struct inside *in)
{
	demolish(f, in->sandbox);
	close(in->c.fd);
	close(in->init);
}

static void
a_second_one_knows_nothing_of_the_first(void **state)
{
	struct fixture *f = the(state);
	struct inside alice, bob;
	char *rest, *line;

	load_good(f, "ready");
	enter_ready(f, "alice", &alice);
	run(f, &alice.c,
	    "for d in ~ /tmp /dev/shm; do echo x >$d/x; done;"
	    " sleep 1000 >/dev/null 2>&1 &");
	enter_ready(f, "bob", &bob);
	assert_string_not_equal(alice.ids, bob.ids);
	for (line = strtok_r(alice.namespaces, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		assert_null(strstr(bob.namespaces, line));
	assert_string_equal(
	    run(f, &bob.c,
		"ls -A ~/ /tmp/ /dev/shm/; ps | grep -c '[s]leep';"
		" grep -c alice /etc/passwd; id -un; env |"
		" grep alice")
		->text,
	    "/dev/shm/:\n\n/home/student/:\n\n/tmp/:\n0\n0\nstudent\n");
	leave_inside(f, &alice);
	leave_inside(f, &bob);
	leave(f);
}

/* No student waits for one to be made, though none stands ready. */
static void
more_than_stand_ready_are_built_as_ever(void **state)
{
	struct fixture *f = the(state);
	int link[READY + 2], warm = 0;
	uint32_t first = f->sandbox + 1;

	load_good(f, "ready");
	await_ready(f, READY);
	for (int i = 0; i < READY + 2; i++)
		ask_build(f, "plain");
	for (int i = 0; i < READY + 2; i++) {
		assert_int_equal(next(f), MSG_BUILT);
		warm += f->in.built.was_warm != 0;
		link[i] = take_fd(&f->in.fd[0]);
	}
	assert_int_equal(warm, READY);
	for (uint32_t i = 0; i < READY + 2; i++) {
		ask_demolish(f, first + i);
		while (next(f) != MSG_ENDED)
			continue;
		close(link[i]);
	}
	leave(f);
}

static void
a_reload_that_changes_nothing_keeps_them(void **state)
{
	struct fixture *f = the(state);
	pid_t before[READY + 1], after[READY + 1];

	load_good(f, "ready");
	await_ready(f, READY);
	assert_int_equal(inits(f, before, READY + 1), READY);
	load_good(f, "ready");
	assert_int_equal(inits(f, after, READY + 1), READY);
	assert_memory_equal(before, after, READY * sizeof(before[0]));
	assert_int_equal(f->ready, READY);
	leave(f);
}

static void
a_reload_that_changes_their_lab_replaces_them(void **state)
{
	struct fixture *f = the(state);

	load_good(f, "ready");
	await_ready(f, READY);
	load_good(f, "changed");
	/* Whoever comes at once does not get an old one. */
	assert_string_equal(run_in(f, "plain", "hostname")->text, "isle\n");
	await_ready(f, READY);
	assert_string_equal(run_in(f, "plain", "hostname")->text, "isle\n");
	leave(f);
}

static void
one_that_dies_is_replaced(void **state)
{
	struct fixture *f = the(state);
	pid_t found[READY + 1];

	load_good(f, "ready");
	await_ready(f, READY);
	assert_int_equal(inits(f, found, READY + 1), READY);
	kill(found[0], SIGKILL);
	await_ready(f, READY - 1);
	await_ready(f, READY);
	assert_string_equal(run_in(f, "plain", "echo on")->text, "on\n");
	leave(f);
}

static void
none_is_there_while_nobody_may_come(void **state)
{
	struct fixture *f = the(state);
	pid_t found[READY + 1];

	load_good(f, "ready");
	await_ready(f, READY);
	drain(f, true);
	await_ready(f, 0);
	load_good(f, "ready"); /* a reload does not begin again */
	assert_string_equal(run_in(f, "plain", "echo on")->text, "on\n");
	assert_int_equal(f->ready, 0);
	assert_int_equal(inits(f, found, READY + 1), 0);
	drain(f, false);
	await_ready(f, READY);
	leave(f);
}

/* The site has places for two: see the loader. */
static void
a_student_comes_before_one_that_stands_ready(void **state)
{
	struct fixture *f = the(state);
	uint32_t first;
	int one, two;

	load_good(f, "small");
	await_ready(f, 2); /* of lab plain, which wants three */
	one = build(f, "root");
	first = f->sandbox;
	await_ready(f, 1);
	two = build(f, "root");
	await_ready(f, 0);
	demolish(f, first);
	await_ready(f, 1);
	demolish(f, f->sandbox);
	await_ready(f, 2);
	close(one);
	close(two);
	leave(f);
}

const struct CMUnitTest warm_tests[] = {
	cmocka_unit_test(who_comes_gets_one_that_stood_ready),
	cmocka_unit_test(a_second_one_knows_nothing_of_the_first),
	cmocka_unit_test(more_than_stand_ready_are_built_as_ever),
	cmocka_unit_test(a_reload_that_changes_nothing_keeps_them),
	cmocka_unit_test(a_reload_that_changes_their_lab_replaces_them),
	cmocka_unit_test(one_that_dies_is_replaced),
	cmocka_unit_test(none_is_there_while_nobody_may_come),
	cmocka_unit_test(a_student_comes_before_one_that_stands_ready),
};
const size_t warm_test_count = sizeof(warm_tests) / sizeof(warm_tests[0]);
