/* test_furnish.c - what a sandbox has that its image cannot have. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "sandbox/init/furnish.h"

#define IMAGE "root:x:0:0::/root:/bin/sh\nbob:x:1:1::/b:/bin/sh\n"
#define ALICE "alice:x:1000:1000::/home/student:/bin/sh\n"
#define FULL  "alice+lab:x:1000:1000::/home/student:/bin/sh\n"

struct fixture {
	char path[32];
	int root;
	struct msg_init_plan plan;
	char text[65536];
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	strcpy(f->path, "/tmp/test_furnish.XXXXXX");
	assert_non_null(mkdtemp(f->path));
	f->root = open(f->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_not_equal(f->root, -1);
	assert_int_equal(mkdirat(f->root, "etc", 0755), 0);
	f->plan.uid = f->plan.gid = 1000;
	strcpy(f->plan.account, "alice");
	strcpy(f->plan.lab, "lab");
	strcpy(f->plan.user, "student");
	f->plan.home = "/home/student";
	f->plan.shell = "/bin/sh";
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", f->path);
	assert_int_equal(system(command), 0);
	close(f->root);
	free(f);
	return 0;
}

/* What becomes of an /etc/passwd. */
static const char *
become(struct fixture *f, const char *passwd)
{
	int fd =
	    openat(f->root, "etc/passwd", O_RDWR | O_CREAT | O_TRUNC, 0644);
	ssize_t n;

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, passwd, strlen(passwd)), strlen(passwd));
	furnish_names(f->root, &f->plan);
	n = pread(fd, f->text, sizeof(f->text) - 1, 0);
	assert_true(n >= 0);
	f->text[n] = '\0';
	close(fd);
	return f->text;
}

static void
an_account_is_another_name_of_the_user(void **state)
{
	assert_string_equal(become(*state, IMAGE), IMAGE ALICE FULL);
	assert_string_equal(become(*state, "a:b"), "a:b\n" ALICE FULL);
	assert_string_equal(become(*state, ""), ALICE FULL);
}

static void
a_name_that_is_taken_stays_whose_it_is(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(become(f, "alice:x:5:5:::\n"),
	    "alice:x:5:5:::\n" FULL);
	assert_string_equal(become(f, IMAGE ALICE FULL), IMAGE ALICE FULL);
	/* It begins like one. */
	assert_string_equal(become(f, "alices:x:5:5:::\nal:x:6:6:::\n"),
	    "alices:x:5:5:::\nal:x:6:6:::\n" ALICE FULL);
}

static void
there_is_no_second_root_and_no_number(void **state)
{
	struct fixture *f = *state;

	f->plan.uid = 0;
	assert_string_equal(become(f, IMAGE), IMAGE);
	f->plan.uid = 1000;
	strcpy(f->plan.account, "1002");
	assert_string_equal(become(f, IMAGE), IMAGE);
}

static void
what_is_no_file_is_left_alone(void **state)
{
	struct fixture *f = *state;

	furnish_names(f->root, &f->plan); /* there is none */
	assert_int_equal(faccessat(f->root, "etc/passwd", F_OK, 0), -1);
	assert_int_equal(symlinkat("other", f->root, "etc/passwd"), 0);
	furnish_names(f->root, &f->plan);
	assert_int_equal(faccessat(f->root, "etc/other", F_OK, 0), -1);
	assert_int_equal(unlinkat(f->root, "etc/passwd", 0), 0);
	assert_int_equal(mkfifoat(f->root, "etc/passwd", 0644), 0);
	furnish_names(f->root, &f->plan);
}

static void
directories_of_run_are_for_the_image_s_programs(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	int fd;

	assert_int_equal(mkdirat(f->root, "run", 0755), 0);
	assert_int_equal(mkdirat(f->root, "usr", 0755), 0);
	assert_int_equal(mkdirat(f->root, "usr/bin", 0755), 0);
	furnish_run(f->root);
	assert_int_equal(fstatat(f->root, "run/screen", &st, 0), -1);
	fd = openat(f->root, "usr/bin/screen", O_CREAT | O_WRONLY, 0755);
	close(fd);
	umask(077);
	furnish_run(f->root);
	umask(022);
	assert_int_equal(fstatat(f->root, "run/screen", &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 01777);
	assert_int_equal(fstatat(f->root, "run/sshd", &st, 0), -1);
	/* Who has one keeps it. */
	assert_int_equal(fchmodat(f->root, "run/screen", 0755, 0), 0);
	furnish_run(f->root);
	assert_int_equal(fstatat(f->root, "run/screen", &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0755);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_account_is_another_name_of_the_user),
		TEST(a_name_that_is_taken_stays_whose_it_is),
		TEST(there_is_no_second_root_and_no_number),
		TEST(what_is_no_file_is_left_alone),
		TEST(directories_of_run_are_for_the_image_s_programs),
	};

	return cmocka_run_group_tests_name("furnish", tests, NULL, NULL);
}
