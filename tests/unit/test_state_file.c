/* test_state_file.c - what a process leaves to the build of itself that takes over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "gateway/wire/state_file.h"

static int
file_of_two(void)
{
	struct err e = { 0 };
	struct msg m;
	int fd = state_create(&e);

	assert_int_not_equal(fd, -1);
	MSG_NEW(&m, STATE_BUILDER, state_builder);
	m.state_builder.home_numbers = 7;
	assert_int_equal(state_put(fd, &m, &e), 0);
	MSG_NEW(&m, STATE_SANDBOX, state_sandbox);
	m.state_sandbox.sandbox = 8;
	text_copy(m.state_sandbox.account, NAME_SIZE, "alice");
	assert_int_equal(state_put(fd, &m, &e), 0);
	return fd;
}

static void
rows_come_back_in_their_order(void **state)
{
	int fd = file_of_two();
	struct err e = { 0 };
	struct state_rows r;
	struct msg m;

	(void)state;
	assert_int_equal(state_open(&r, fd, BUILDER, &e), 0);
	assert_int_equal(state_next(&r, &m, &e), 1);
	assert_int_equal(m.type, MSG_STATE_BUILDER);
	assert_int_equal(m.state_builder.home_numbers, 7);
	assert_int_equal(state_next(&r, &m, &e), 1);
	assert_int_equal(m.type, MSG_STATE_SANDBOX);
	assert_int_equal(m.state_sandbox.sandbox, 8);
	assert_string_equal(m.state_sandbox.account, "alice");
	assert_int_equal(state_next(&r, &m, &e), 0);
	state_close(&r);
	close(fd);
}

/* Every length but two: none is taken for the whole, and nothing is read behind it. */
static void
a_file_that_is_cut_off_is_refused(void **state)
{
	int fd = file_of_two();
	off_t whole = lseek(fd, 0, SEEK_END);
	unsigned good = 0;

	(void)state;
	for (off_t n = whole; n >= 0; n--) {
		struct err e = { 0 };
		struct state_rows r;
		struct msg m;
		int rc;

		assert_int_equal(ftruncate(fd, n), 0);
		rc = state_open(&r, fd, BUILDER, &e);
		while (rc == 0 && (rc = state_next(&r, &m, &e)) == 1)
			rc = 0;
		/* A row may end before its last fields, but not its length. */
		good += rc == 0;
		if (rc == -1)
			assert_string_not_equal(e.text, "");
		state_close(&r);
	}
	assert_int_equal(good, 2); /* both rows, and the first one alone */
	close(fd);
}

static void
a_row_of_a_newer_build_is_refused(void **state)
{
	uint8_t bytes[12];
	struct err e = { 0 };
	struct state_rows r;
	struct msg m;
	struct buf b;
	int fd = state_create(&e);

	(void)state;
	buf_init(&b, bytes, sizeof(bytes));
	buf_put_u32(&b, 8);
	buf_put_u32(&b, LASTING_MAX - 1);
	buf_put_u32(&b, 0);
	assert_int_equal(write(fd, bytes, b.at), b.at);
	assert_int_equal(state_open(&r, fd, BUILDER, &e), 0);
	assert_int_equal(state_next(&r, &m, &e), -1);
	assert_non_null(strstr(e.text, "newer build"));
	state_close(&r);
	close(fd);
}

static void
a_row_of_somebody_elses_is_refused(void **state)
{
	struct err e = { 0 };
	struct state_rows r;
	struct msg m;
	int fd = state_create(&e);

	(void)state;
	MSG_NEW(&m, USAGE_GET, usage_get);
	assert_int_equal(state_put(fd, &m, &e), 0);
	assert_int_equal(state_open(&r, fd, BUILDER, &e), 0);
	assert_int_equal(state_next(&r, &m, &e), -1);
	assert_string_equal(e.text, "USAGE_GET in the state: Bad message");
	state_close(&r);
	close(fd);
}

static void
descriptors_are_kept_open_and_taken_over(void **state)
{
	struct err e = { 0 };
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC), taken;
	uint32_t field = state_keep(fd);

	(void)state;
	assert_int_equal(fcntl(fd, F_GETFD), 0);
	assert_int_equal(state_take(field, &taken, &e), 0);
	assert_int_equal(taken, fd);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(state_take(state_keep(-1), &taken, &e), 0);
	assert_int_equal(taken, -1);
	close(fd);
	assert_int_equal(state_take(field, &taken, &e), -1);
	assert_int_equal(taken, -1);
	assert_int_equal(state_take(UINT32_MAX, &taken, &e), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_come_back_in_their_order),
		cmocka_unit_test(a_file_that_is_cut_off_is_refused),
		cmocka_unit_test(a_row_of_a_newer_build_is_refused),
		cmocka_unit_test(a_row_of_somebody_elses_is_refused),
		cmocka_unit_test(descriptors_are_kept_open_and_taken_over),
	};

	return cmocka_run_group_tests_name("state_file", tests, NULL, NULL);
}
