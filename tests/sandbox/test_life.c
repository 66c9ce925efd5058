/* test_life.c - loads, sandboxes that come and go, builders that die. */
#include "tests/sandbox/tests.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/scope.h"

static void
a_broken_load_changes_nothing(void **state)
{
	struct fixture *f = the(state);

	assert_int_equal(load(f, "broken"), MSG_LOAD_FAILED);
	assert_non_null(strstr(f->in.load_failed.reason, "lab norootfs: "));
	assert_int_equal(next(f), MSG_LOAD_FAILED);
	assert_int_equal(f->in.load_failed.more, 0);
	assert_int_equal(load(f, "refused"), MSG_LOAD_FAILED);
	assert_string_equal(f->in.load_failed.reason,
	    "atoll.conf:2: port = 70000");
	assert_int_equal(next(f), MSG_LOAD_FAILED);
	assert_int_equal(load(f, "silent"), MSG_LOAD_FAILED);
	assert_int_equal(next(f), MSG_LOAD_FAILED);
	assert_string_equal(run_in(f, "plain", "echo on")->text, "on\n");
}

static void
a_program_that_could_still_change_is_refused(void **state)
{
	struct fixture *f = the(state);

	assert_int_equal(load(f, "unsealed"), MSG_LOAD_FAILED);
	assert_non_null(strstr(f->in.load_failed.reason,
	    "lab unsealed: setup: not sealed"));
	assert_int_equal(next(f), MSG_LOAD_FAILED);
}

static void
a_sandbox_outlives_a_reload(void **state)
{
	struct fixture *f = the(state);
	int init = build(f, "plain");
	struct chan c = introduce(f, init);

	assert_int_equal(load(f, "good"), MSG_LOADED);
	assert_string_equal(run(f, &c, "echo on")->text, "on\n");
	demolish(f, f->sandbox);
	close(c.fd);
	close(init);
}

static void
an_unknown_lab_is_refused(void **state)
{
	struct fixture *f = the(state);

	ask_build(f, "nosuchlab");
	assert_int_equal(next(f), MSG_BUILD_FAILED);
	assert_string_equal(f->in.build_failed.reason, "there is no such lab");
	ask_demolish(f, 4711); /* ignored */
}

static void
a_seat_without_an_account_is_refused(void **state)
{
	struct fixture *f = the(state);

	ask_build_for(f, "", "plain");
	assert_int_equal(next(f), MSG_BUILD_FAILED);
	assert_string_equal(f->in.build_failed.reason,
	    "the seat has no account");
}

static void
a_seat_without_a_secret_is_refused(void **state)
{
	struct fixture *f = the(state);

	MSG_NEW(&f->out, BUILD, build);
	f->out.build.sandbox = ++f->sandbox;
	strcpy(f->out.build.account, "alice");
	strcpy(f->out.build.lab, "plain");
	say(&f->chan, &f->out);
	assert_int_equal(next(f), MSG_BUILD_FAILED);
	assert_string_equal(f->in.build_failed.reason,
	    "the seat has no secret");
}

static void
a_build_can_be_demolished_halfway(void **state)
{
	struct fixture *f = the(state);

	for (int i = 0; i < 20; i++) {
		demolish(f, ask_build(f, "plain"));
		if (f->in.type == MSG_BUILT)
			msg_close(&f->in);
	}
}

static void
two_sandboxes_have_different_ids(void **state)
{
	struct fixture *f = the(state);
	int one = build(f, "plain");
	struct chan c1 = introduce(f, one);
	uint32_t first = f->sandbox;
	int two = build(f, "plain");
	struct chan c2 = introduce(f, two);
	char map[128];

	strcpy(map, run(f, &c1, "cat /proc/self/uid_map")->text);
	assert_string_not_equal(map,
	    run(f, &c2, "cat /proc/self/uid_map")->text);
	demolish(f, first);
	demolish(f, f->sandbox);
	close(c1.fd);
	close(c2.fd);
	close(one);
	close(two);
}

static void
nothing_is_left(void **state)
{
	struct fixture *f = the(state);

	end_spares(f);
	assert_int_equal(count_groups(f), 0);
}

static void
a_killed_builder_is_swept_after(void **state)
{
	struct fixture *f = the(state);
	int init = build(f, "plain");

	kill(f->builder, SIGKILL);
	waitpid(f->builder, NULL, 0);
	close(f->chan.fd);
	/* Somebody still holds the lifeline: the sandbox lives. */
	assert_true(count_groups(f) > 0);
	start_builder(f, "good");
	assert_int_equal(load(f, "good"), MSG_LOADED);
	assert_int_equal(count_groups(f), 0);
	close(init);
}

/* Last: there is no builder after it. */
static void
the_builder_leaves_nothing_when_the_monitor_is_gone(void **state)
{
	struct fixture *f = the(state);
	int one = build(f, "plain"), two = build(f, "root");
	char path[96];
	int status;

	close(f->chan.fd);
	waitpid(f->builder, &status, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(count_groups(f), 0);
	snprintf(path, sizeof(path), "%s/run/builder", f->dir);
	assert_int_equal(access(path, F_OK), -1);
	f->builder = 0;
	close(one);
	close(two);
}

const struct CMUnitTest life_tests[] = {
	cmocka_unit_test(a_broken_load_changes_nothing),
	cmocka_unit_test(a_program_that_could_still_change_is_refused),
	cmocka_unit_test(a_sandbox_outlives_a_reload),
	cmocka_unit_test(an_unknown_lab_is_refused),
	cmocka_unit_test(a_seat_without_an_account_is_refused),
	cmocka_unit_test(a_seat_without_a_secret_is_refused),
	cmocka_unit_test(a_build_can_be_demolished_halfway),
	cmocka_unit_test(two_sandboxes_have_different_ids),
	cmocka_unit_test(nothing_is_left),
	cmocka_unit_test(a_killed_builder_is_swept_after),
	cmocka_unit_test(the_builder_leaves_nothing_when_the_monitor_is_gone),
};
const size_t life_test_count = sizeof(life_tests) / sizeof(life_tests[0]);
