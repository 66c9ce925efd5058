/* test_upgrade.c - the builder is replaced while sandboxes live. */
#include "tests/sandbox/tests.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/array.h"

static uint32_t
ask(struct fixture *f)
{
	f->out.serial = 11;
	say(&f->chan, &f->out);
	while (next(f) == MSG_LIMIT_HIT)
		continue;
	assert_int_equal(f->in.type, MSG_UPGRADE_ANSWER);
	assert_int_equal(f->in.serial, 11);
	return f->in.upgrade_answer.answer;
}

static int
prepare(struct fixture *f)
{
	MSG_NEW(&f->out, UPGRADE_PREPARE, upgrade_prepare);
	return ask(f);
}

static int
try_programs(struct fixture *f)
{
	MSG_NEW(&f->out, UPGRADE_TRY, upgrade_try);
	return ask(f);
}

/* By the program that is installed, which is the same one here.  It reads the
 * configuration as soon as it runs. */
static void
upgrade(struct fixture *f, const char *word)
{
	struct err e;

	if (prepare(f) != UPGRADE_READY)
		fail_msg("%s", f->in.upgrade_answer.reason);
	configure(f, word);
	MSG_NEW(&f->out, UPGRADE, upgrade);
	say(&f->chan, &f->out);
	while (next(f) == MSG_LIMIT_HIT)
		continue;
	assert_int_equal(f->in.type, MSG_HELLO);
	if (chan_check_hello(&f->chan, &f->in, &e) == -1 ||
	    chan_hello(&f->chan, &e) == -1)
		fail_msg("%s", e.text);
	assert_int_equal(load_again(f), MSG_LOADED);
}

static unsigned
count_usage(struct fixture *f)
{
	unsigned n = 0;

	MSG_NEW(&f->out, USAGE_GET, usage_get);
	f->out.serial = 12;
	say(&f->chan, &f->out);
	while (next(f) == MSG_USAGE) {
		assert_true(f->in.usage.memory > 0 && f->in.usage.pids > 0);
		n++;
	}
	assert_int_equal(f->in.type, MSG_USAGE_END);
	return n;
}

static unsigned
descriptors(struct fixture *f)
{
	char path[32];
	unsigned n = 0;
	DIR *d;

	end_spares(f);
	count_usage(f); /* what it was asked before is done */
	snprintf(path, sizeof(path), "/proc/%d/fd", (int)f->builder);
	d = opendir(path);
	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static void
sandboxes_and_their_programs_outlive_the_builder_that_made_them(void **state)
{
	struct fixture *f = the(state);
	int plain = build(f, "plain"), mounts, fresh;
	uint32_t first = f->sandbox, second;
	struct chan c = introduce(f, plain), d;
	pid_t before = f->builder;

	mounts = build(f, "mounts");
	second = f->sandbox;
	d = introduce(f, mounts);
	run(f, &c,
	    "echo kept >/tmp/file; sleep 1000 >/dev/null 2>&1 & echo $! "
	    ">/tmp/pid");
	upgrade(f, "good");
	assert_int_equal(f->builder, before);
	assert_string_equal(run(f, &c,
				"cat /tmp/file; kill -0 $(cat /tmp/pid)"
				" && echo runs")
				->text,
	    "kept\nruns\n");
	assert_string_equal(run(f, &d, "cat /exercises/one")->text, "1\n");
	assert_int_equal(count_usage(f), 2);
	/* Neither ids nor groups nor numbers are given twice. */
	fresh = build(f, "plain");
	assert_int_equal(count_usage(f), 3);
	demolish(f, f->sandbox);
	demolish(f, first);
	demolish(f, second);
	close(c.fd);
	close(d.fd);
	close(plain);
	close(mounts);
	close(fresh);
}

/* They know no program but the one that made them. */
static void
those_that_stand_ready_are_made_anew(void **state)
{
	struct fixture *f = the(state);
	int init;
	struct chan c;

	assert_int_equal(load(f, "ready"), MSG_LOADED);
	await_ready(f, 3);
	init = build(f, "plain");
	assert_int_equal(f->in.built.was_warm, 1);
	c = introduce(f, init);
	upgrade(f, "ready");
	await_ready(f, 3);
	assert_int_equal(count_usage(f), 1);
	assert_string_equal(run(f, &c, "echo on")->text, "on\n");
	demolish(f, f->sandbox);
	close(c.fd);
	close(init);
	assert_int_equal(load(f, "good"), MSG_LOADED);
	await_ready(f, 0);
}

static void
a_sandbox_that_ends_after_an_upgrade_is_noticed(void **state)
{
	struct fixture *f = the(state);
	int init = build(f, "root");

	upgrade(f, "good");
	close(init); /* its lifeline */
	while (next(f) == MSG_LIMIT_HIT)
		continue;
	assert_int_equal(f->in.type, MSG_ENDED);
	assert_int_equal(f->in.ended.sandbox, f->sandbox);
	assert_true(f->in.ended.memory_peak > 0);
}

static void
a_limit_that_is_met_after_an_upgrade_is_told(void **state)
{
	struct fixture *f = the(state);
	int init = build(f, "plain");
	struct chan c = introduce(f, init);

	upgrade(f, "good");
	run(f, &c, "cat /dev/zero | head -c 100000000 | tail >/dev/null");
	assert_int_equal(next(f), MSG_LIMIT_HIT);
	assert_int_equal(f->in.limit_hit.limit, LIMIT_MEMORY);
	demolish(f, f->sandbox);
	close(c.fd);
	close(init);
}

static void
twenty_upgrades_leave_no_descriptors(void **state)
{
	struct fixture *f = the(state);
	int init = build(f, "mounts");
	struct chan c = introduce(f, init);
	unsigned before;

	upgrade(f, "good");
	before = descriptors(f);
	for (int i = 0; i < 20; i++)
		upgrade(f, "good");
	assert_int_equal(descriptors(f), before);
	assert_string_equal(run(f, &c, "echo on")->text, "on\n");
	demolish(f, f->sandbox);
	close(c.fd);
	close(init);
}

/* What the loader of today would refuse is found out before it is too late. */
static void
an_upgrade_with_a_broken_configuration_is_refused(void **state)
{
	struct fixture *f = the(state);

	shell("echo refused >%s/config", f->dir);
	assert_int_equal(try_programs(f), UPGRADE_REFUSED);
	assert_string_equal(f->in.upgrade_answer.reason,
	    "the configuration: atoll.conf:2: port = 70000");
	shell("echo good >%s/config", f->dir);
	assert_string_equal(run_in(f, "plain", "echo on")->text, "on\n");
}

static void
an_upgrade_waits_for_a_build(void **state)
{
	struct fixture *f = the(state);
	uint32_t answer;

	ask_build(f, "plain");
	MSG_NEW(&f->out, UPGRADE_PREPARE, upgrade_prepare);
	say(&f->chan, &f->out);
	/* The answer is there first, unless the build was very quick. */
	if (next(f) == MSG_UPGRADE_ANSWER) {
		answer = f->in.upgrade_answer.answer;
		assert_int_equal(answer, UPGRADE_BUSY);
		assert_string_equal(f->in.upgrade_answer.reason,
		    "a sandbox is being made or removed");
		assert_int_equal(next(f), MSG_BUILT);
		msg_close(&f->in);
	} else {
		assert_int_equal(f->in.type, MSG_BUILT);
		msg_close(&f->in);
		assert_int_equal(next(f), MSG_UPGRADE_ANSWER);
	}
	while (next(f) != MSG_ENDED) /* its lifeline is closed */
		continue;
}

const struct CMUnitTest upgrade_tests[] = {
	cmocka_unit_test(
	    sandboxes_and_their_programs_outlive_the_builder_that_made_them),
	cmocka_unit_test(a_sandbox_that_ends_after_an_upgrade_is_noticed),
	cmocka_unit_test(a_limit_that_is_met_after_an_upgrade_is_told),
	cmocka_unit_test(twenty_upgrades_leave_no_descriptors),
	cmocka_unit_test(an_upgrade_with_a_broken_configuration_is_refused),
	cmocka_unit_test(an_upgrade_waits_for_a_build),
	cmocka_unit_test(those_that_stand_ready_are_made_anew),
};
const size_t upgrade_test_count = COUNT_OF(upgrade_tests);
