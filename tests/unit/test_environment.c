/* test_environment.c - what a student's program starts with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sandbox/init/environment.h"

struct fixture {
	struct msg_init_plan plan;
	struct msg_spawn ask;
	const char *agent;
	struct environment env;
	struct err e;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	strcpy(f->plan.user, "student");
	strcpy(f->plan.home, "/home/student");
	strcpy(f->plan.shell, "/bin/sh");
	f->plan.uid = 1000;
	f->agent = "";
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	free(*state);
	return 0;
}

/* The value, NULL when it is not set. */
static const char *
get(struct fixture *f, const char *name)
{
	size_t n = strlen(name);

	f->env = (struct environment){ 0 };
	assert_int_equal(
	    environment_make(&f->env, &f->plan, &f->ask, f->agent, &f->e), 0);
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
	strings_add(&f->ask.environment, "BASH_ENV=/tmp/x");
	strings_add(&f->ask.environment, "TERMINFO=/tmp/x");
	strings_add(&f->ask.environment, "nonsense");
	assert_string_equal(get(f, "TERM"), "xterm");
	assert_string_equal(get(f, "LC_ALL"), "C.UTF-8");
	assert_null(get(f, "LD_PRELOAD"));
	assert_null(get(f, "LC_x;y"));
	assert_null(get(f, "BASH_ENV"));
	assert_null(get(f, "TERMINFO"));
	assert_int_equal(f->env.count, 7);
	assert_null(f->env.list[7]);
}

static void
without_a_terminal_there_is_no_term(void **state)
{
	struct fixture *f = *state;

	strings_add(&f->ask.environment, "TERM=xterm");
	assert_null(get(f, "TERM"));
}

static void
the_client_s_agent_wins_over_the_lab_s(void **state)
{
	struct fixture *f = *state;

	assert_null(get(f, "SSH_AUTH_SOCK"));
	strings_add(&f->plan.environment, "SSH_AUTH_SOCK=/run/lab");
	assert_string_equal(get(f, "SSH_AUTH_SOCK"), "/run/lab");
	f->agent = "/tmp/ssh-x/agent.1";
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
		TEST(the_client_s_agent_wins_over_the_lab_s),
		TEST(a_directory_is_added_at_the_end_of_path),
	};

	return cmocka_run_group_tests_name("environment", tests, NULL, NULL);
}
