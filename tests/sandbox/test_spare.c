/* test_spare.c - namespaces that are made before anybody wants them. */
#include "tests/sandbox/tests.h"

#include <dirent.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/scope.h"

#define SPARES 2 /* as many as the builder makes */

/* Somebody has been there. */
static void
begin(struct fixture *f, pid_t found[SPARES_MAX])
{
	assert_string_equal(run_in(f, "plain", "echo on")->text, "on\n");
	await_spares(f, SPARES, found);
}

static bool
is_in(const pid_t all[], size_t count, pid_t pid)
{
	for (size_t i = 0; i < count; i++) {
		if (all[i] == pid)
			return true;
	}
	return false;
}

static void
namespaces_of(pid_t pid, char text[512])
{
	static const char *const kinds[] = { "user", "mnt", "pid", "net", "ipc",
		"uts", "cgroup" };
	char path[64], link[64];
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		ssize_t got;

		snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid,
		    kinds[i]);
		got = readlink(path, link, sizeof(link) - 1);
		assert_true(got > 0);
		link[got] = '\0';
		n += (size_t)snprintf(text + n, 512 - n, "%s\n", link);
	}
}

/* The process stays, and becomes init of the next sandbox; of which lab, is all the
 * same.  It is used once. */
static void
who_comes_gets_what_was_made_ahead(void **state)
{
	static const char *const labs[] = { "plain", "root", "mounts" };
	struct fixture *f = the(state);
	pid_t before[SPARES_MAX], inits[SPARES_MAX], spares[SPARES_MAX];
	pid_t used[3];
	int link[3];
	uint32_t first = f->sandbox + 2;

	begin(f, before);
	for (size_t i = 0; i < 3; i++) {
		await_spares(f, SPARES, spares);
		link[i] = build(f, labs[i]);
		assert_int_equal(f->in.built.was_warm, 0);
		assert_int_equal(
		    children_named(f, "atoll-init", inits, SPARES_MAX), i + 1);
		used[i] = 0;
		for (size_t k = 0; k <= i; k++) {
			if (is_in(spares, SPARES, inits[k]))
				used[i] = inits[k];
		}
		assert_int_not_equal(used[i], 0);
		assert_false(is_in(used, i, used[i]));
	}
	for (uint32_t i = 0; i < 3; i++) {
		demolish(f, first + i);
		close(link[i]);
	}
}

/* The oldest is taken first, and has what it had. */
static void
it_keeps_its_namespaces_and_the_other_has_others(void **state)
{
	struct fixture *f = the(state);
	pid_t found[SPARES_MAX];
	char all[SPARES][512], inside[512];
	struct chan c;
	int init;

	begin(f, found);
	for (int i = 0; i < SPARES; i++)
		namespaces_of(found[i], all[i]);
	init = build(f, "plain");
	c = introduce(f, init);
	strcpy(inside,
	    run(f, &c,
		"cd /proc/self/ns; for n in user mnt pid net ipc uts cgroup;"
		" do readlink $n; done")
		->text);
	assert_string_equal(inside,
	    all[strcmp(inside, all[0]) == 0 ? 0 : SPARES - 1]);
	for (char *rest, *line = strtok_r(all[0], "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		assert_null(strstr(all[1], line));
	assert_string_equal(run(f, &c, "hostname; ls -A ~ /tmp")->text,
	    "islet\n/home/student:\n\n/tmp:\n");
	demolish(f, f->sandbox);
	close(c.fd);
	close(init);
}

/* A /proc and a /sys of its own: what it had of the host's would keep a home's disk. */
static int
count_mounts(pid_t pid)
{
	char path[64];
	FILE *file;
	int c, n = 0;

	snprintf(path, sizeof(path), "/proc/%d/mountinfo", (int)pid);
	file = fopen(path, "re");
	assert_non_null(file);
	while ((c = fgetc(file)) != EOF)
		n += c == '\n';
	fclose(file);
	return n;
}

/* What it waits on, init to be executed, and nothing of a
 * sandbox that lives: that would end only with it. */
static void
it_has_no_descriptor_of_anybody_elses(void **state)
{
	struct fixture *f = the(state);
	pid_t found[SPARES_MAX];
	char path[64], to[PATH_MAX];
	int live = build(f, "plain"), count = 0;
	const struct dirent *entry;
	DIR *dir;

	await_spares(f, SPARES, found);
	end_spares(f);
	demolish(f, f->sandbox);
	close(live);
	live = build(f, "plain"); /* so that they are made beside one */
	await_spares(f, SPARES, found);
	for (int i = 0; i < SPARES; i++) {
		snprintf(path, sizeof(path), "/proc/%d/fd", (int)found[i]);
		dir = opendir(path);
		assert_non_null(dir);
		while ((entry = readdir(dir)) != NULL) {
			int fd = atoi(entry->d_name);
			ssize_t n = readlinkat(dirfd(dir), entry->d_name, to,
			    sizeof(to) - 1);

			if (n == -1 || fd < 3)
				continue;
			to[n] = '\0';
			count++;
			if (strncmp(to, "socket:", 7) != 0 &&
			    strstr(to, "atoll-init") == NULL &&
			    strstr(to, "memfd:") == NULL)
				fail_msg("%s/%d is %s", path, fd, to);
		}
		closedir(dir);
		assert_int_equal(count_mounts(found[i]), 2);
	}
	assert_true(count >= 3 * SPARES);
	demolish(f, f->sandbox);
	close(live);
}

static void
one_that_was_killed_is_nobodys(void **state)
{
	struct fixture *f = the(state);
	pid_t found[SPARES_MAX];

	begin(f, found);
	for (int i = 0; i < SPARES; i++)
		kill(found[i], SIGKILL);
	/* At once: it may not even be dead. */
	assert_string_equal(run_in(f, "plain", "echo on")->text, "on\n");
	assert_string_equal(run_in(f, "plain", "echo on")->text, "on\n");
	await_spares(f, SPARES, found);
}

/* They know the plans that were in force, and no others. */
static void
a_reload_ends_them(void **state)
{
	struct fixture *f = the(state);
	pid_t before[SPARES_MAX], after[SPARES_MAX];

	begin(f, before);
	assert_int_equal(load(f, "changed"), MSG_LOADED);
	/* "changed" has some that stand ready, too; this lab is of "good". */
	assert_int_equal(load(f, "good"), MSG_LOADED);
	await_spares(f, 0, after);
	await_ready(f, 0);
	begin(f, after);
	for (size_t i = 0; i < SPARES; i++)
		assert_false(is_in(before, SPARES, after[i]));
}

static void
none_is_there_while_nobody_new_may_come(void **state)
{
	struct fixture *f = the(state);
	pid_t found[SPARES_MAX];

	begin(f, found);
	drain(f, true);
	await_spares(f, 0, found);
	assert_string_equal(run_in(f, "plain", "echo on")->text, "on\n");
	assert_int_equal(await_spares(f, 0, found), 0);
	drain(f, false);
	begin(f, found);
}

/* The site has places for two: see the loader. */
static void
they_take_no_place_of_a_students(void **state)
{
	struct fixture *f = the(state);
	pid_t found[SPARES_MAX];
	uint32_t first;
	int one, two;

	assert_int_equal(load(f, "few"), MSG_LOADED);
	await_spares(f, 0, found);
	one = build(f, "root");
	first = f->sandbox;
	await_spares(f, 1, found);
	two = build(f, "root");
	await_spares(f, 0, found);
	demolish(f, first);
	demolish(f, f->sandbox);
	close(one);
	close(two);
	assert_int_equal(load(f, "good"), MSG_LOADED);
}

const struct CMUnitTest spare_tests[] = {
	cmocka_unit_test(who_comes_gets_what_was_made_ahead),
	cmocka_unit_test(it_keeps_its_namespaces_and_the_other_has_others),
	cmocka_unit_test(it_has_no_descriptor_of_anybody_elses),
	cmocka_unit_test(one_that_was_killed_is_nobodys),
	cmocka_unit_test(a_reload_ends_them),
	cmocka_unit_test(none_is_there_while_nobody_new_may_come),
	cmocka_unit_test(they_take_no_place_of_a_students),
};
const size_t spare_test_count = sizeof(spare_tests) / sizeof(spare_tests[0]);
