/* test_store.c - layers by project quota, on a file system of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "sandbox/builder/fs/store.h"

#define MIB (UINT64_C(1) << 20)

struct fixture {
	char folder[32], image[48], at[48];
	struct store store;
	bool has_quota;
};

/* In a namespace of our own, so that nothing of it stays mounted. */
static bool
mount_with_quota(const struct fixture *f)
{
	char command[512];

	snprintf(command, sizeof(command),
	    "mkdir %s && truncate -s 64M %s &&"
	    " mke2fs -q -t ext4 -b 4096 -O quota,project %s &&"
	    " mount -o loop,prjquota %s %s",
	    f->at, f->image, f->image, f->image, f->at);
	return unshare(CLONE_NEWNS) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       system(command) == 0;
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err e = { 0 };

	assert_non_null(f);
	*state = f;
	strcpy(f->folder, "/tmp/atoll-test-store.XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->image, sizeof(f->image), "%s/image", f->folder);
	snprintf(f->at, sizeof(f->at), "%s/mnt", f->folder);
	f->store.dir = -1;
	f->has_quota = mount_with_quota(f);
	if (!f->has_quota)
		return 0;
	if (store_open(&f->store, f->at, true, &e) == -1 ||
	    store_probe(&f->store, &e) == -1)
		fail_msg("%s", e.text);
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;
	char command[64];

	store_close(&f->store);
	if (f->has_quota)
		assert_int_equal(umount(f->at), 0);
	snprintf(command, sizeof(command), "rm -r %s", f->folder);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

static void
need_quota(const struct fixture *f)
{
	if (f->has_quota)
		return;
	print_message("no file system with project quota can be mounted\n");
	skip();
}

/* A layer that may have that much. */
static int
layer(struct fixture *f, uint32_t id, uint64_t bytes)
{
	struct err e = { 0 };
	int fd = store_directory(&f->store, id, bytes, 100, &e);

	if (fd == -1)
		fail_msg("%s", e.text);
	return fd;
}

static void
write_bytes(int dir, size_t bytes)
{
	CLOSES int fd =
	    openat(dir, "file", O_CREAT | O_WRONLY | O_APPEND, 0600);
	char *data = calloc(1, bytes);

	assert_int_not_equal(fd, -1);
	assert_non_null(data);
	assert_int_equal(write(fd, data, bytes), bytes);
	assert_int_equal(fsync(fd), 0);
	free(data);
}

/* Less what its directories take. */
static void
expect_owed(const struct fixture *f, uint64_t bytes)
{
	assert_in_range(store_owes(&f->store), bytes - MIB / 16, bytes);
}

static void
what_layers_may_still_write_is_owed(void **state)
{
	struct fixture *f = *state;
	CLOSES int one = -1, two = -1;
	int status;
	pid_t pid;

	need_quota(f);
	assert_string_equal(store_way(&f->store), "project-quota");
	assert_int_equal(store_owes(&f->store), 0);
	one = layer(f, 7, 8 * MIB);
	expect_owed(f, 8 * MIB);
	two = layer(f, 8, 4 * MIB);
	expect_owed(f, 12 * MIB);
	write_bytes(one, MIB);
	expect_owed(f, 11 * MIB);
	pid = store_remove(&f->store, 7);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	expect_owed(f, 4 * MIB);
}

static void
a_layer_that_is_full_owes_nothing(void **state)
{
	struct fixture *f = *state;
	CLOSES int one = -1;

	need_quota(f);
	one = layer(f, 7, MIB);
	write_bytes(one, MIB); /* root may exceed it */
	assert_int_equal(store_owes(&f->store), 0);
}

static void
a_store_that_is_not_open_owes_nothing(void **state)
{
	const struct store closed = { .dir = -1, .has_quota = true };

	(void)state;
	assert_int_equal(store_owes(&closed), 0);
}

/* Layers by loop device are not counted here. */
static void
without_quota_nothing_is_owed(void **state)
{
	struct fixture *f = *state;
	CLOSES int one = -1;

	need_quota(f);
	one = layer(f, 7, MIB);
	f->store.has_quota = false;
	assert_int_equal(store_owes(&f->store), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_layers_may_still_write_is_owed),
		TEST(a_layer_that_is_full_owes_nothing),
		cmocka_unit_test(a_store_that_is_not_open_owes_nothing),
		TEST(without_quota_nothing_is_owed),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
