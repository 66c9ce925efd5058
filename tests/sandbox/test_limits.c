/* test_limits.c - what is used up, and what is told of it. */
#include "tests/sandbox/tests.h"

#include <string.h>
#include <unistd.h>

#include "gateway/base/scope.h"

/* Run command and expect to be told of one limit. */
static void
expect_limit(struct fixture *f, const char *command, enum limit limit)
{
	int init = build(f, "plain");
	struct chan c = introduce(f, init);

	run(f, &c, command);
	assert_int_equal(next(f), MSG_LIMIT_HIT);
	assert_int_equal(f->in.limit_hit.sandbox, f->sandbox);
	assert_int_equal(f->in.limit_hit.limit, limit);
	/* The sandbox lives on. */
	assert_string_equal(run(f, &c, "echo alive")->text, "alive\n");
	close(c.fd);
	demolish(f, f->sandbox);
	close(init);
}

static void
a_memory_hog_dies_alone(void **state)
{
	expect_limit(the(state), "tail /dev/zero", LIMIT_MEMORY);
}

static void
a_fork_bomb_meets_its_limit(void **state)
{
	expect_limit(the(state),
	    "(for i in $(seq 100); do sleep 5 & done); sleep 1; killall sleep",
	    LIMIT_PIDS);
}

static void
a_full_disk_is_told(void **state)
{
	expect_limit(the(state),
	    "cat /dev/zero >/tmp/big; sleep 1; rm /tmp/big", LIMIT_DISK);
}

static void
used_up_inodes_are_told(void **state)
{
	expect_limit(the(state),
	    "cd /tmp; for i in $(seq 1100); do : >$i || break; done; sleep 1;"
	    "rm -f *",
	    LIMIT_INODES);
}

static void
terminals_are_limited(void **state)
{
	struct result *r = run_in(the(state), "plain",
	    "for i in $(seq 10 60); do eval \"exec $i<>/dev/ptmx\"; done");

	assert_non_null(strstr(r->text, "/dev/ptmx: No space left"));
}

static void
usage_is_told(void **state)
{
	struct fixture *f = the(state);
	int init = build(f, "plain");
	struct chan c = introduce(f, init);

	run(f, &c, "i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done");
	MSG_NEW(&f->out, USAGE_GET, usage_get);
	f->out.serial = 5;
	say(&f->chan, &f->out);
	assert_int_equal(next(f), MSG_USAGE);
	assert_int_equal(f->in.usage.sandbox, f->sandbox);
	assert_int_equal(f->in.usage.pids, 1);
	assert_true(f->in.usage.memory > 0);
	assert_int_equal(next(f), MSG_USAGE_END);
	demolish(f, f->sandbox);
	assert_true(f->in.ended.cpu_us > 10000);
	assert_true(f->in.ended.memory_peak > 0);
	close(c.fd);
	close(init);
}

const struct CMUnitTest limits_tests[] = {
	cmocka_unit_test(a_memory_hog_dies_alone),
	cmocka_unit_test(a_fork_bomb_meets_its_limit),
	cmocka_unit_test(a_full_disk_is_told),
	cmocka_unit_test(used_up_inodes_are_told),
	cmocka_unit_test(terminals_are_limited),
	cmocka_unit_test(usage_is_told),
};
const size_t limits_test_count = sizeof(limits_tests) / sizeof(limits_tests[0]);
