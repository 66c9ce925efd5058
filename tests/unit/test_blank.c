/* test_blank.c - an empty ext4 has the room that a lab was promised. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <endian.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "sandbox/builder/fs/blank.h"

#define K UINT64_C(1024)
#define M (1024 * K)
#define G (1024 * M)

static void
put(uint8_t *superblock, size_t at, uint32_t n)
{
	n = htole32(n);
	memcpy(superblock + at, &n, sizeof(n));
}

static void
room_is_what_is_free_less_what_ext4_keeps(void **state)
{
	uint8_t superblock[1024] = { 0 };

	(void)state;
	put(superblock, 0x04, 1000);
	put(superblock, 0x0c, 900);
	assert_int_equal(blank_room(superblock), 880 * 4 * K);
	put(superblock, 0x04, 1000000); /* never more than 4096 blocks */
	put(superblock, 0x0c, 900000);
	assert_int_equal(blank_room(superblock), (900000 - 4096) * 4 * K);
	put(superblock, 0x0c, 1);
	assert_int_equal(blank_room(superblock), 0);
}

static const struct {
	uint64_t bytes, files;
} sizes[] = { { 64 * K, 64 }, { 1 * M, 256 }, { 16 * M, 500 },
	{ 64 * M, 16384 }, { 127 * M, 100 }, { 128 * M, 100 }, { 129 * M, 100 },
	{ 250 * M, 1000 }, { 2 * G, 65536 }, { 2 * G, 524288 },
	{ 100 * G, 1000000 } };

static void
every_size_has_the_room_and_little_more(void **state)
{
	uint8_t superblock[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint64_t bytes = sizes[i].bytes;
		struct err e = { 0 };
		uint64_t room;
		CLOSES int fd = -1;

		if (blank_make(BLANK_LAYER, bytes, sizes[i].files, &fd, &e) ==
		    -1)
			fail_msg("%" PRIu64 ": %s", bytes, e.text);
		assert_int_equal(pread(fd, superblock, 1024, 1024), 1024);
		room = blank_room(superblock);
		if (room < bytes || room > bytes + bytes / 50 + 512 * K)
			fail_msg("%" PRIu64 " has room for %" PRIu64, bytes,
			    room);
	}
}

static void
one_of_a_home_has_the_room_too_and_is_as_sparse(void **state)
{
	uint8_t superblock[1024];

	(void)state;
	for (uint64_t bytes = 16 * M; bytes <= 40 * G; bytes *= 7) {
		struct err e = { 0 };
		struct stat st;
		uint64_t room;
		CLOSES int fd = -1;

		if (blank_make(BLANK_HOME, bytes, 4096, &fd, &e) == -1)
			fail_msg("%" PRIu64 ": %s", bytes, e.text);
		assert_int_equal(pread(fd, superblock, 1024, 1024), 1024);
		room = blank_room(superblock);
		if (room < bytes || room > bytes + bytes / 50 + 9 * M)
			fail_msg("%" PRIu64 " has room for %" PRIu64, bytes,
			    room);
		fstat(fd, &st);
		assert_true(st.st_blocks < 1 << 14);
	}
}

static void
a_copy_is_alike_and_as_sparse(void **state)
{
	CLOSES int file = memfd_create("copy", MFD_CLOEXEC);
	CLOSES int blank = -1;
	char one[4096], two[4096];
	struct err e = { 0 };
	struct stat a, b;

	(void)state;
	assert_int_equal(blank_make(BLANK_LAYER, 512 * M, 4096, &blank, &e), 0);
	assert_int_equal(blank_copy(blank, file, &e), 0);
	fstat(blank, &a);
	fstat(file, &b);
	assert_int_equal(a.st_size, b.st_size);
	assert_true(b.st_blocks <= a.st_blocks);
	assert_true(b.st_blocks < 512);
	for (off_t at = 0; at < 64 << 20; at += sizeof(one)) {
		assert_int_equal(pread(blank, one, sizeof(one), at), 4096);
		assert_int_equal(pread(file, two, sizeof(two), at), 4096);
		assert_memory_equal(one, two, sizeof(one));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(room_is_what_is_free_less_what_ext4_keeps),
		cmocka_unit_test(every_size_has_the_room_and_little_more),
		cmocka_unit_test(
		    one_of_a_home_has_the_room_too_and_is_as_sparse),
		cmocka_unit_test(a_copy_is_alike_and_as_sparse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
