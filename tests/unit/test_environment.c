/* test_environment.c - what a student's program starts with. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "sandbox/init/environment.h"

struct fixture {
	struct msg_init_plan plan;
	struct msg_spawn ask;
	char plan_room[STRINGS_SIZE], ask_room[STRINGS_SIZE];
	struct environment_place place;
	char root[32]; /* of the sandbox: empty, but for what a test makes */
	struct environment env;
	struct err e;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	strcpy(f->plan.user, "student");
	f->plan.home = "/home/student";
	f->plan.shell = "/bin/sh";
	f->plan.uid = 1000;
	f->plan.environment = strings_in(f->plan_room, STRINGS_SIZE);
	f->ask.environment = strings_in(f->ask_room, STRINGS_SIZE);
	strcpy(f->root, "/tmp/test_environment.XXXXXX");
	assert_non_null(mkdtemp(f->root));
	f->place = (struct environment_place){ .agent = "",
		.tty = "",
		.root = open(f->root, O_PATH | O_DIRECTORY | O_CLOEXEC) };
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", f->root);
	assert_int_equal(system(command), 0);
	close(f->place.root);
	free(f);
	return 0;
}

/* The value, NULL when it is not set. */
static const char *
get(struct fixture *f, const char *name)
{
	size_t n = strlen(name);

	f->env = (struct environment){ 0 };
	assert_int_equal(
	    environment_make(&f->env, &f->plan, &f->ask, &f->place, &f->e), 0);
	for (size_t i = 0; i < f->env.count; i++) {
		if (strncmp(f->env.list[i], name, n) == 0 &&
		    f->env.list[i][n] == '=')
			return f->env.list[i] + n + 1;
	}
	return NULL;
}

static void
it_is_as_after_a_login(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(get(f, "USER"), "student");
	assert_string_equal(get(f, "LOGNAME"), "student");
	assert_string_equal(get(f, "SHELL"), "/bin/sh");
	assert_null(strstr(get(f, "PATH"), "sbin"));
	f->plan.uid = 0;
	assert_non_null(strstr(get(f, "PATH"), "sbin"));
}

static void
the_lab_wins_over_the_login(void **state)
{
	struct fixture *f = *state;

	strings_add(&f->plan.environment, "PATH=/opt/bin");
	assert_string_equal(get(f, "PATH"), "/opt/bin");
}

static void
a_client_sets_terminal_and_locale_only(void **state)
{
	struct fixture *f = *state;

	f->ask.pty = 1;
	strings_add(&f->ask.environment, "TERM=xterm");
	strings_add(&f->ask.environment, "LC_ALL=C.UTF-8");
	strings_add(&f->ask.environment, "LD_PRELOAD=/tmp/x.so");
	strings_add(&f->ask.environment, "LC_x;y=1");
	strings_add(&f->ask.environment, "LC_my_9=1");
	strings_add(&f->ask.environment, "BASH_ENV=/tmp/x");
	strings_add(&f->ask.environment, "TERMINFO=/tmp/x");
	strings_add(&f->ask.environment, "nonsense");
	assert_string_equal(get(f, "TERM"), "xterm");
	assert_string_equal(get(f, "LC_ALL"), "C.UTF-8");
	assert_null(get(f, "LD_PRELOAD"));
	assert_null(get(f, "LC_x;y"));
	assert_string_equal(get(f, "LC_my_9"), "1");
	assert_null(get(f, "BASH_ENV"));
	assert_null(get(f, "TERMINFO"));
	assert_int_equal(f->env.count, 8);
	assert_null(f->env.list[8]);
}

static void
without_a_terminal_there_is_no_term(void **state)
{
	struct fixture *f = *state;

	strings_add(&f->ask.environment, "TERM=xterm");
	assert_null(get(f, "TERM"));
}

/* --- the locale --------------------------------------------------------- */

static void
make_file(const struct fixture *f, const char *path, const void *data,
    size_t size)
{
	char command[128];
	char full[128];
	int fd;

	snprintf(command, sizeof(command), "mkdir -p \"$(dirname '%s/%s')\"",
	    f->root, path);
	assert_int_equal(system(command), 0);
	snprintf(full, sizeof(full), "%s/%s", f->root, path);
	fd = open(full, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, data, size), size);
	close(fd);
}

static void
it_is_utf8_without_a_word_about_it(void **state)
{
	assert_string_equal(get(*state, "LANG"), "C.UTF-8");
}

static void
what_the_image_lacks_is_not_taken(void **state)
{
	static const char *const odd[] = { "LANG=de_DE.UTF-8",
		"LANG=../../../tmp", "LANG=/usr/lib/locale/C",
		"LANG=", "LANG=de_DE", "LC_CTYPE=UTF-8", "LC_ALL=xx" };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		f->ask.environment = strings_in(f->ask_room, STRINGS_SIZE);
		strings_add(&f->ask.environment, odd[i]);
		assert_string_equal(get(f, "LANG"), "C.UTF-8");
		assert_null(get(f, "LC_CTYPE"));
		assert_null(get(f, "LC_ALL"));
	}
}

static void
what_the_image_has_is(void **state)
{
	static const char *const good[] = { "LANG=C", "LANG=POSIX",
		"LANG=C.utf8", "LANG=de_DE.UTF-8", "LANG=de_DE.utf8",
		"LANG=de_AT.ISO-8859-1", "LANG=ja_JP.88591@x", "LANG=fr_FR" };
	struct fixture *f = *state;

	make_file(f, "usr/lib/locale/de_DE.utf8/LC_CTYPE", "", 0);
	make_file(f, "usr/lib/locale/de_AT.iso88591/LC_CTYPE", "", 0);
	make_file(f, "usr/lib/locale/ja_JP.iso88591@x/LC_CTYPE", "", 0);
	make_file(f, "usr/lib/locale/fr_FR/LC_CTYPE", "", 0);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		f->ask.environment = strings_in(f->ask_room, STRINGS_SIZE);
		strings_add(&f->ask.environment, good[i]);
		assert_string_equal(get(f, "LANG"), good[i] + 5);
	}
}

static void
an_archive_of_locales_is_read(void **state)
{
	/* Two places of its table, the first free; then the names. */
	struct {
		uint32_t head[14], table[6];
		char names[32];
	} a = { .head = { 0xde020109, 1, 56, 1, 2 },
		.table = { 0, 80, 0, 7, 91, 1 },
		.names = "nl_NL.utf8\0de_DE.utf8" };
	struct fixture *f = *state;

	make_file(f, "usr/lib/locale/locale-archive", &a, sizeof(a));
	strings_add(&f->ask.environment, "LANG=de_DE.UTF-8");
	assert_string_equal(get(f, "LANG"), "de_DE.UTF-8");
	/* What was removed; what is broken, or none at all. */
	f->ask.environment = strings_in(f->ask_room, STRINGS_SIZE);
	strings_add(&f->ask.environment, "LANG=nl_NL.UTF-8");
	assert_string_equal(get(f, "LANG"), "C.UTF-8");
	a.table[4] = UINT32_MAX;
	a.table[2] = UINT32_MAX;
	a.table[1] = UINT32_MAX;
	make_file(f, "usr/lib/locale/locale-archive", &a, sizeof(a));
	assert_string_equal(get(f, "LANG"), "C.UTF-8");
	a.head[4] = UINT32_MAX;
	make_file(f, "usr/lib/locale/locale-archive", &a, sizeof(a));
	assert_string_equal(get(f, "LANG"), "C.UTF-8");
	make_file(f, "usr/lib/locale/locale-archive", &a, 3);
	assert_string_equal(get(f, "LANG"), "C.UTF-8");
}

static void
musl_takes_every_locale(void **state)
{
	struct fixture *f = *state;

	make_file(f, "lib/ld-musl-x86_64.so.1", "", 0);
	strings_add(&f->ask.environment, "LANG=de_DE.UTF-8");
	assert_string_equal(get(f, "LANG"), "de_DE.UTF-8");
}

static void
the_lab_s_locale_wins(void **state)
{
	struct fixture *f = *state;

	strings_add(&f->plan.environment, "LANG=de_DE.UTF-8");
	strings_add(&f->ask.environment, "LANG=C");
	strings_add(&f->ask.environment, "LC_ALL=C");
	strings_add(&f->ask.environment, "LC_TERMINAL=iTerm2");
	assert_string_equal(get(f, "LANG"), "de_DE.UTF-8");
	assert_null(get(f, "LC_ALL"));
	assert_string_equal(get(f, "LC_TERMINAL"), "iTerm2");
	/* One part of it, too; the rest is ours then. */
	f->plan.environment = strings_in(f->plan_room, STRINGS_SIZE);
	strings_add(&f->plan.environment, "LC_TIME=en_GB.UTF-8");
	assert_string_equal(get(f, "LANG"), "C.UTF-8");
	f->plan.environment = strings_in(f->plan_room, STRINGS_SIZE);
	strings_add(&f->plan.environment, "LC_ALL=C");
	assert_null(get(f, "LANG"));
}

/* --- where it runs ------------------------------------------------------ */

static void
a_terminal_is_named(void **state)
{
	struct fixture *f = *state;

	assert_null(get(f, "SSH_TTY"));
	f->place.tty = "/dev/pts/3";
	assert_string_equal(get(f, "SSH_TTY"), "/dev/pts/3");
}

static void
the_client_s_agent_wins_over_the_lab_s(void **state)
{
	struct fixture *f = *state;

	assert_null(get(f, "SSH_AUTH_SOCK"));
	strings_add(&f->plan.environment, "SSH_AUTH_SOCK=/run/lab");
	assert_string_equal(get(f, "SSH_AUTH_SOCK"), "/run/lab");
	f->place.agent = "/tmp/ssh-x/agent.1";
	assert_string_equal(get(f, "SSH_AUTH_SOCK"), "/tmp/ssh-x/agent.1");
}

static void
a_directory_is_added_at_the_end_of_path(void **state)
{
	struct fixture *f = *state;
	char text[2 * PATH_SIZE];

	strings_add(&f->plan.environment, "PATH=/opt/bin");
	assert_string_equal(get(f, "PATH"), "/opt/bin");
	environment_extend_path(&f->env, "/.atoll/bin");
	assert_string_equal(f->env.path, "PATH=/opt/bin:/.atoll/bin");
	assert_ptr_equal(f->env.list[4], f->env.path);
	/* What does not fit is left alone. */
	memset(text, 'x', sizeof(text));
	memcpy(text, "PATH=", 5);
	text[sizeof(text) - 4] = '\0';
	f->env.list[4] = text;
	environment_extend_path(&f->env, "/.atoll/bin");
	assert_ptr_equal(f->env.list[4], text);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_is_as_after_a_login),
		TEST(the_lab_wins_over_the_login),
		TEST(a_client_sets_terminal_and_locale_only),
		TEST(without_a_terminal_there_is_no_term),
		TEST(it_is_utf8_without_a_word_about_it),
		TEST(what_the_image_lacks_is_not_taken),
		TEST(what_the_image_has_is),
		TEST(an_archive_of_locales_is_read),
		TEST(musl_takes_every_locale),
		TEST(the_lab_s_locale_wins),
		TEST(a_terminal_is_named),
		TEST(the_client_s_agent_wins_over_the_lab_s),
		TEST(a_directory_is_added_at_the_end_of_path),
	};

	return cmocka_run_group_tests_name("environment", tests, NULL, NULL);
}
