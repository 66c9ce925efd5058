/* test_terminal_ring.c - the last 128 KiB that a terminal's program printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"
#include "gateway/base/terminal_ring.h"

#define SIZE	    TERMINAL_RING_BYTES
#define FILE_SIZE   (SIZE + 4096)
#define PATIENCE_MS 60000

/* Where things are, see terminal_ring.c. */
enum {
	AT_MAGIC,
	AT_VERSION = 8,
	AT_SIZE = 12,
	AT_CLAIMED = 16,
	AT_PUBLISHED = 24,
	AT_MARK = 32,
	/* A mark is a position and a filter's state. */
	AT_SECOND_MARK =
	    AT_MARK + (8 + sizeof(struct terminal_filter) + 7) / 8 * 8
};

struct fixture {
	struct terminal_ring writer, reader;
	int fd;
	struct terminal_ring_copy copy;
	struct err e;
};

static int
setup(void **state)
{
	struct fixture *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	assert_int_equal(terminal_ring_create(&t->writer, &t->fd, &t->e), 0);
	assert_int_equal(terminal_ring_open(&t->reader, t->fd, &t->e), 0);
	*state = t;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *t = *state;

	terminal_ring_close(&t->writer);
	terminal_ring_close(&t->reader);
	close(t->fd);
	free(t);
	return 0;
}

static void
append(struct fixture *t, const char *text)
{
	terminal_ring_append(&t->writer, text, strlen(text));
}

static void
read_all(struct fixture *t)
{
	assert_int_equal(terminal_ring_read(&t->reader, &t->copy, &t->e), 0);
}

static void
expect(struct fixture *t, const char *text)
{
	read_all(t);
	assert_int_equal(t->copy.end - t->copy.begin, strlen(text));
	assert_memory_equal(t->copy.data, text, strlen(text));
}

/* What anybody with the descriptor may do to it. */
static void
poke(struct fixture *t, off_t at, uint64_t value, size_t bytes)
{
	assert_int_equal(pwrite(t->fd, &value, bytes, at), bytes);
}

static void
what_is_appended_can_be_read(void **state)
{
	struct fixture *t = *state;

	expect(t, "");
	append(t, "hello");
	append(t, "");
	append(t, " world\033[?1h");
	expect(t, "hello world\033[?1h");
	assert_true(t->copy.filter.modes.on & TERMINAL_CURSOR_KEYS);
	assert_int_equal(t->copy.begin, 0);
}

/* Byte n of all that was ever appended is n mod 251. */
static void
append_counted(struct fixture *t, size_t n)
{
	uint8_t *bytes = malloc(n);

	assert_non_null(bytes);
	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)((t->writer.position + i) % 251);
	terminal_ring_append(&t->writer, bytes, n);
	free(bytes);
}

static void
expect_counted(const struct terminal_ring_copy *c)
{
	for (uint64_t at = c->begin; at < c->end; at++)
		assert_int_equal(c->data[at - c->begin], at % 251);
}

static void
the_last_bytes_stay(void **state)
{
	static const size_t pieces[] = { 1, 70000, 70001, 3, SIZE, 5 * SIZE + 9,
		SIZE - 1, 100 };
	struct fixture *t = *state;
	uint64_t all = 0;

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		append_counted(t, pieces[i]);
		all += pieces[i];
		read_all(t);
		assert_int_equal(t->copy.end, all);
		assert_int_equal(t->copy.end - t->copy.begin,
		    all < SIZE ? all : SIZE);
		expect_counted(&t->copy);
	}
}

static void
another_process_goes_on_where_it_stopped(void **state)
{
	struct fixture *t = *state;
	pid_t child;

	append(t, "one\033[");
	child = fork();
	if (child == 0) {
		struct terminal_ring theirs;
		struct err e;

		if (terminal_ring_open(&theirs, t->fd, &e) == -1)
			_exit(1);
		terminal_ring_append(&theirs, "?25ltwo", 7);
		_exit(0);
	}
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(terminal_ring_resume(&t->writer, &t->e), 0);
	append(t, "three");
	expect(t, "one\033[?25ltwothree");
	assert_false(t->copy.filter.modes.on & TERMINAL_CURSOR);
}

/* Killed after the claim and some bytes, before it was published: the bytes that
 * it wrote over are not taken for old ones, however little is written next. */
static void
a_writer_may_be_killed_in_the_middle(void **state)
{
	struct fixture *t = *state;

	append_counted(t, SIZE + 1000);
	poke(t, AT_CLAIMED, SIZE + 1000 + 500, 8);
	for (int i = 0; i < 500; i++)
		poke(t, 4096 + 1000 + i, 0xff, 1);
	read_all(t);
	assert_int_equal(t->copy.begin, 1500);
	assert_int_equal(t->copy.end, SIZE + 1000);
	expect_counted(&t->copy);
	assert_int_equal(terminal_ring_resume(&t->writer, &t->e), 0);
	append_counted(t, 10);
	read_all(t);
	assert_int_equal(t->copy.begin, 1500);
	assert_int_equal(t->copy.end, SIZE + 1010);
	expect_counted(&t->copy);
}

/* What is read while somebody writes is whole, or less. */
static void
reading_beside_a_writer_gives_no_mixture(void **state)
{
	struct fixture *t = *state;
	pid_t child = fork();
	unsigned some = 0;
	int64_t ends_ms;

	if (child == 0) {
		for (;;)
			append_counted(t, 777);
	}
	/* The writer may not have run yet. */
	ends_ms = clock_ms() + PATIENCE_MS;
	for (int i = 0; i < 2000 || (some == 0 && clock_ms() < ends_ms); i++) {
		read_all(t);
		expect_counted(&t->copy);
		some += t->copy.end > t->copy.begin;
	}
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_true(some > 0);
	/* It was killed anywhere. */
	assert_int_equal(terminal_ring_resume(&t->writer, &t->e), 0);
	append_counted(t, 99);
	read_all(t);
	expect_counted(&t->copy);
	assert_int_equal(t->copy.end, t->writer.position);
}

static void
impossible_positions_are_refused(void **state)
{
	static const struct {
		uint64_t claimed, position;
	} rows[] = {
		{ 4, 5 },
		{ 0, UINT64_MAX },
		{ UINT64_MAX, UINT64_MAX },
		{ UINT64_MAX, 5 },
		{ UINT64_C(1) << 63, 0 },
	};
	struct fixture *t = *state;
	struct terminal_ring other;

	append(t, "hello"); /* published as mark 1 */
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t position = t->writer.position;

		poke(t, AT_CLAIMED, rows[i].claimed, 8);
		poke(t, AT_SECOND_MARK, rows[i].position, 8);
		assert_int_equal(
		    terminal_ring_read(&t->reader, &t->copy, &t->e), -1);
		assert_int_equal(t->copy.end, 0);
		assert_string_equal(t->e.text,
		    "terminal ring: impossible position: Protocol error");
		assert_int_equal(terminal_ring_open(&other, t->fd, &t->e), -1);
		assert_null(other.map);
		assert_int_equal(terminal_ring_resume(&t->writer, &t->e), -1);
		assert_int_equal(t->writer.position, position);
	}
	/* A claim that no writer makes would leave nothing to read for ever. */
	poke(t, AT_SECOND_MARK, 5, 8);
	poke(t, AT_CLAIMED, UINT64_C(1) << 40, 8);
	assert_int_equal(terminal_ring_resume(&t->writer, &t->e), -1);
	read_all(t);
	assert_int_equal(t->copy.begin, t->copy.end);
	/* The writer goes on, and what it publishes is right again. */
	append(t, " again");
	expect(t, "hello again");
}

/* Every byte of the header, in turn, and the state that is behind it. */
static void
a_header_of_garbage_harms_nobody(void **state)
{
	struct fixture *t = *state;
	uint32_t random = 7;

	append_counted(t, SIZE + 5);
	for (int round = 0; round < 3000; round++) {
		struct terminal_ring other;

		for (int i = 0; i < 8; i++) {
			random = random * 1103515245 + 12345;
			poke(t, AT_CLAIMED + (random >> 8) % 1200, random >> 20,
			    1);
		}
		if (terminal_ring_read(&t->reader, &t->copy, &t->e) == 0)
			assert_true(t->copy.begin <= t->copy.end &&
				    t->copy.end - t->copy.begin <= SIZE);
		if (terminal_ring_open(&other, t->fd, &t->e) == 0) {
			terminal_ring_append(&other, "\033[1;2\xc3", 7);
			terminal_ring_append(&other, "\xbc;3mx", 5);
			terminal_ring_close(&other);
		}
	}
}

/* --- what is no ring ---------------------------------------------------- */

static int
memfd(off_t size, int seals)
{
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_int_not_equal(fd, -1);
	assert_int_equal(ftruncate(fd, size), 0);
	if (seals != 0)
		assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
	return fd;
}

static void
refused(int fd, const char *reason)
{
	CLOSES int closes = fd;
	struct terminal_ring r;
	struct err e;

	assert_int_equal(terminal_ring_open(&r, closes, &e), -1);
	assert_null(r.map);
	assert_string_equal(e.text, reason);
}

static void
what_is_no_ring_is_refused(void **state)
{
	const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

	(void)state;
	refused(-1, "terminal ring: Bad file descriptor");
	refused(open("/dev/null", O_RDWR | O_CLOEXEC),
	    "terminal ring: Invalid argument");
	refused(open("/dev/zero", O_RDWR | O_CLOEXEC),
	    "terminal ring: Invalid argument");
	refused(memfd(FILE_SIZE, 0),
	    "terminal ring is not sealed: Operation not permitted");
	refused(memfd(FILE_SIZE, F_SEAL_GROW | F_SEAL_SEAL),
	    "terminal ring is not sealed: Operation not permitted");
	refused(memfd(FILE_SIZE, F_SEAL_SHRINK | F_SEAL_GROW),
	    "terminal ring is not sealed: Operation not permitted");
	refused(memfd(4096, seals),
	    "terminal ring has 4096 bytes: Protocol error");
	refused(memfd(0, seals), "terminal ring has 0 bytes: Protocol error");
	refused(memfd(FILE_SIZE, seals),
	    "this is no terminal ring: Protocol error");
	refused(memfd(FILE_SIZE, seals | F_SEAL_WRITE),
	    "map terminal ring: Operation not permitted");
}

static void
another_version_is_refused(void **state)
{
	struct fixture *t = *state;
	struct terminal_ring other;

	poke(t, AT_VERSION, TERMINAL_RING_VERSION + 1, 4);
	assert_int_equal(terminal_ring_open(&other, t->fd, &t->e), -1);
	assert_string_equal(t->e.text,
	    "terminal ring of another version: Protocol error");
	poke(t, AT_SIZE, 2 * SIZE, 4);
	assert_int_equal(terminal_ring_open(&other, t->fd, &t->e), -1);
	assert_string_equal(t->e.text,
	    "this is no terminal ring: Protocol error");
}

static void
nobody_can_take_its_pages_away(void **state)
{
	struct fixture *t = *state;

	assert_int_equal(ftruncate(t->fd, 0), -1);
	assert_int_equal(ftruncate(t->fd, 10 * FILE_SIZE), -1);
	assert_int_equal(fcntl(t->fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
	/* A hole can be made; it reads as zeros. */
	append(t, "hello");
	assert_int_equal(fallocate(t->fd,
			     FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4096,
			     SIZE),
	    0);
	read_all(t);
	assert_memory_equal(t->copy.data, "\0\0\0\0\0", 5);
	append(t, "x");
}

/* They are the maker's, not of who writes first. */
static void
its_pages_are_touched_by_who_makes_it(void **state)
{
	struct fixture *t = *state;
	unsigned char here[FILE_SIZE / 4096];

	assert_int_equal(mincore(t->writer.map, FILE_SIZE, here), 0);
	for (size_t i = 0; i < sizeof(here); i++)
		assert_true(here[i] & 1);
}

static void
no_ring_takes_anything(void **state)
{
	struct terminal_ring none = { 0 };

	(void)state;
	terminal_ring_append(&none, "x", 1);
	terminal_ring_close(&none);
}

int
main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH(what_is_appended_can_be_read),
		WITH(the_last_bytes_stay),
		WITH(another_process_goes_on_where_it_stopped),
		WITH(a_writer_may_be_killed_in_the_middle),
		WITH(reading_beside_a_writer_gives_no_mixture),
		WITH(impossible_positions_are_refused),
		WITH(a_header_of_garbage_harms_nobody),
		cmocka_unit_test(what_is_no_ring_is_refused),
		WITH(another_version_is_refused),
		WITH(nobody_can_take_its_pages_away),
		WITH(its_pages_are_touched_by_who_makes_it),
		cmocka_unit_test(no_ring_takes_anything),
	};

	return cmocka_run_group_tests_name("terminal_ring", tests, NULL, NULL);
}
