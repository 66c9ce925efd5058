/*
 * test_freezer.c - processes of a sandbox's group are stopped where they are.
 *
 * For real, with a group of our own, in each hierarchy in which this host can do it.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "sandbox/builder/cgroup/cgroup.h"

#define CHILDREN 4

struct fixture {
	struct cgroups g;
	struct cgroup c;
	pid_t pid[CHILDREN];
	volatile uint64_t *counts; /* what each has counted to, shared */
};

static void
pause_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static _Noreturn void
count(struct fixture *f, int which)
{
	struct err e;

	if (cgroup_join(&f->g, &f->c, &e) == -1)
		_exit(1);
	for (;;) {
		f->counts[which]++;
		pause_ms(1);
	}
}

static int
start(struct fixture *f, struct err *e)
{
	const struct limits l = { .memory = 64 << 20,
		.cpu_percent = 100,
		.cpu_weight = 100,
		.pids = 64 };

	char own[48]; /* no other run of this test shares the group */

	snprintf(own, sizeof(own), "/tmp/test_freezer-%d", (int)getpid());
	if (cgroups_enter(&f->g, own, e) == -1 ||
	    cgroup_create(&f->g, 1, &f->c, e) == -1 ||
	    cgroup_limit(&f->g, &l, &f->c, e) == -1)
		return -1;
	f->counts = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (int i = 0; i < CHILDREN; i++) {
		f->pid[i] = fork();
		if (f->pid[i] == 0)
			count(f, i);
		/* clone3 does it in version 2, see assemble.c. */
		if (f->g.kind == &cgroup_v2 &&
		    cgroup_add(&f->g, &f->c, f->pid[i], e) == -1)
			return -1;
	}
	for (int i = 0; i < CHILDREN; i++) {
		while (f->counts[i] == 0)
			pause_ms(1);
	}
	return 0;
}

static void
end(struct fixture *f)
{
	struct err e;

	for (int i = 0; i < CHILDREN; i++)
		kill(f->pid[i], SIGKILL);
	freezer_thaw(&f->g, &f->c, &e);
	for (int i = 0; i < CHILDREN; i++)
		waitpid(f->pid[i], NULL, 0);
	for (int i = 0; i < 1000 && cgroup_remove(&f->g, &f->c) == -1; i++)
		pause_ms(1);
	assert_string_equal(f->c.name, "");
	cgroups_leave(&f->g);
	munmap((void *)(uintptr_t)f->counts, 4096);
}

static uint64_t
counted(const struct fixture *f)
{
	uint64_t sum = 0;

	for (int i = 0; i < CHILDREN; i++)
		sum += f->counts[i];
	return sum;
}

/* Whether any of them goes on within that time, once what was under way is over. */
static bool
goes_on(const struct fixture *f, long ms)
{
	uint64_t before;

	pause_ms(20);
	before = counted(f);
	for (long i = 0; i < ms && counted(f) == before; i++)
		pause_ms(1);
	return counted(f) != before;
}
#define LONG_MS	 5000 /* on a machine with other work */
#define SHORT_MS 50

static void
freeze_and_thaw(struct fixture *f)
{
	struct err e;

	for (int i = 0; i < 2; i++) {
		assert_true(goes_on(f, LONG_MS));
		if (freezer_freeze(&f->g, &f->c, &e) == -1)
			fail_msg("%s", e.text);
		assert_false(goes_on(f, SHORT_MS));
		assert_int_equal(freezer_freeze(&f->g, &f->c, &e), 0);
		assert_int_equal(freezer_thaw(&f->g, &f->c, &e), 0);
		assert_true(goes_on(f, LONG_MS));
	}
}

/* The builder before an upgrade has frozen it. */
static void
thaw_by_another(struct fixture *f)
{
	struct err e;

	assert_int_equal(freezer_freeze(&f->g, &f->c, &e), 0);
	close(f->g.freezer.own);
	f->g.freezer.own = -1;
	freezer_restore(&f->g);
	assert_int_not_equal(f->g.freezer.own, -1);
	assert_false(goes_on(f, SHORT_MS));
	assert_int_equal(freezer_thaw(&f->g, &f->c, &e), 0);
	assert_true(goes_on(f, LONG_MS));
}

static void
with(bool is_v1, bool is_unified)
{
	struct fixture f = { 0 };
	struct err e = { 0 };

	if (geteuid() != 0 || cgroups_find(&f.g, &e) == -1)
		skip(); /* as where a package is built */
	if (start(&f, &e) == -1)
		fail_msg("%s", e.text);
	if (f.g.kind != &cgroup_v2) {
		if (!is_v1)
			f.g.freezer.v1[0] = '\0';
		if (!is_unified)
			f.g.freezer.unified[0] = '\0';
	}
	if (f.g.kind != &cgroup_v2 && f.g.freezer.v1[0] == '\0' &&
	    f.g.freezer.unified[0] == '\0') {
		end(&f);
		skip(); /* this host has not that one */
	}
	freeze_and_thaw(&f);
	thaw_by_another(&f);
	end(&f);
}

static void
by_the_freezer_of_version_1(void **state)
{
	(void)state;
	with(true, false);
}

static void
by_version_2(void **state)
{
	(void)state;
	with(false, true);
}

static void
a_host_that_cannot_says_what_it_needs(void **state)
{
	struct cgroups g = { .kind = &cgroup_v1, .freezer.own = -1 };
	struct cgroup c = { .name = "s1" };
	struct err e;

	(void)state;
	assert_int_equal(freezer_freeze(&g, &c, &e), -1);
	assert_non_null(strstr(e.text, "mount cgroup2"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_the_freezer_of_version_1),
		cmocka_unit_test(by_version_2),
		cmocka_unit_test(a_host_that_cannot_says_what_it_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
