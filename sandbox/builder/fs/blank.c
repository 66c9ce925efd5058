/*
 * blank.c - an empty ext4, made once for a lab and copied for each sandbox or
 * each home.
 *
 * That of a sandbox has no journal, since nothing of it outlives its sandbox,
 * and no copies of its superblock; a home has both.  The tables of inodes are
 * not written before they are used: a new file is all holes there.
 */
#include "sandbox/builder/fs/blank.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/child.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"

#define BLOCK		 4096U
#define GROUP_BLOCKS	 32768U
#define INODES_PER_BLOCK 16U  /* of 256 bytes */
#define INODES_OWN	 11U  /* of every ext4: the root, lost+found, ... */
#define RESERVED_MAX	 4096 /* blocks that ext4 keeps for itself, or 2 % */
#define TRIES		 4

/* See the layout of the superblock in ext4(5)'s references. */
#define SUPERBLOCK_AT	1024
#define SUPERBLOCK_SIZE 1024
#define BLOCKS_AT	0x04
#define FREE_AT		0x0c

#define LAZY "lazy_itable_init=1,lazy_journal_init=1"
#define FEATURES                                                               \
	"none,ext_attr,extent,filetype,flex_bg,uninit_bg,dir_index,"           \
	"dir_nlink,large_file,huge_file,extra_isize,"

/* What mke2fs is told of each kind. */
static const struct {
	const char *features, *extended, *group, *journal;
} kinds[] = {
	[BLANK_LAYER] = { FEATURES "sparse_super2",
	    "num_backup_sb=0," LAZY ",nodiscard,root_owner=0:0", "4096", NULL },
	[BLANK_HOME] = { FEATURES "sparse_super,has_journal",
	    LAZY ",nodiscard,root_owner=0:0", "16", "size=4" },
};

uint64_t
blank_size(uint64_t bytes, uint64_t files)
{
	uint64_t data = (bytes + BLOCK - 1) / BLOCK;
	uint64_t tables = (files + INODES_OWN) / INODES_PER_BLOCK + 1;
	uint64_t groups = (data + data / 40 + tables) / GROUP_BLOCKS + 1;
	/* In each group two bitmaps, and its table rounded up; then the
	 * descriptors of groups, the superblock, two directories, and the least
	 * that mke2fs wants. */
	uint64_t blocks = data + tables + 3 * groups + groups / 128 + 64;
	uint64_t reserved = blocks / 49 + 1;

	if (reserved > RESERVED_MAX)
		reserved = RESERVED_MAX;
	return (blocks + reserved) * BLOCK;
}

static uint32_t
number_at(const uint8_t *superblock, size_t at)
{
	uint32_t n;

	memcpy(&n, superblock + at, sizeof(n));
	return le32toh(n);
}

uint64_t
blank_room(const uint8_t superblock[SUPERBLOCK_SIZE])
{
	uint64_t reserved = number_at(superblock, BLOCKS_AT) / 50;
	uint64_t free_blocks = number_at(superblock, FREE_AT);

	if (reserved > RESERVED_MAX)
		reserved = RESERVED_MAX;
	return free_blocks < reserved ? 0 : (free_blocks - reserved) * BLOCK;
}

/* --- mke2fs ------------------------------------------------------------- */

struct blank_args {
	enum blank_kind kind;
	const char *files;
};

/* Its descriptor is the file. */
static int
exec_mke2fs(const void *arg)
{
	const struct blank_args *w = arg;
	enum blank_kind kind = w->kind;
	static const char *const programs[] = { "/usr/sbin/mke2fs",
		"/sbin/mke2fs" };
	/* No file of that name: its own defaults, not this host's. */
	char *envp[] = { (char[]){ "MKE2FS_CONFIG=/nonexistent" }, NULL };
	char image[] = "/proc/self/fd/3";
	const char *argv[] = { "mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096",
		"-I", "256", "-N", w->files, "-m", "0", "-G", kinds[kind].group,
		"-O", kinds[kind].features, "-E", kinds[kind].extended, image,
		NULL, NULL, NULL };

	if (kinds[kind].journal != NULL) {
		argv[COUNT_OF(argv) - 4] = "-J";
		argv[COUNT_OF(argv) - 3] = kinds[kind].journal;
		argv[COUNT_OF(argv) - 2] = image;
	}
	for (size_t i = 0; i < COUNT_OF(programs); i++)
		execve(programs[i], (char *const *)(uintptr_t)argv, envp);
	return 127;
}

static int
run_mke2fs(enum blank_kind kind, int fd, uint64_t files, struct err *e)
{
	char count[24];
	int status;
	pid_t pid;

	snprintf(count, sizeof(count), "%" PRIu64, files + INODES_OWN);
	pid = child_start(exec_mke2fs, &(struct blank_args){ kind, count }, &fd,
	    1);
	if (pid == -1 || waitpid(pid, &status, 0) == -1)
		return err_set(e, errno, "mke2fs");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return err_set(e, 0,
		    "there is no mke2fs: apt-get install e2fsprogs");
	if (status != 0)
		return err_set(e, 0, "mke2fs failed, see the log: status %#x",
		    (unsigned)status);
	return 0;
}

int
blank_make(enum blank_kind kind, uint64_t bytes, uint64_t files, int *fd,
    struct err *e)
{
	uint64_t size = blank_size(bytes, files);
	uint8_t superblock[SUPERBLOCK_SIZE];
	uint64_t room = 0;

	for (int i = 0; i < TRIES; i++) {
		CLOSES int blank = memfd_create("blank", MFD_CLOEXEC);

		if (blank == -1 || ftruncate(blank, (off_t)size) == -1)
			return err_set(e, errno, "memory for an empty ext4");
		if (run_mke2fs(kind, blank, files, e) == -1)
			return -1;
		if (pread(blank, superblock, sizeof(superblock),
			SUPERBLOCK_AT) != (ssize_t)sizeof(superblock))
			return err_set(e, errno, "superblock");
		room = blank_room(superblock);
		if (room >= bytes) {
			*fd = take_fd(&blank);
			return 0;
		}
		/* It leaves a last group out that would be too small. */
		size += bytes - room + 64 * BLOCK;
	}
	return err_set(e, 0,
	    "an ext4 of %" PRIu64 "K has room for %" PRIu64 "K", size >> 10,
	    room >> 10);
}

/* --- the copy ----------------------------------------------------------- */

static int
copy_range(int from, int to, off_t at, off_t end, struct err *e)
{
	char buf[65536];

	while (at < end) {
		size_t want = sizeof(buf);
		ssize_t n;

		if ((off_t)want > end - at)
			want = (size_t)(end - at);
		n = pread(from, buf, want, at);
		if (n <= 0 || pwrite(to, buf, (size_t)n, at) != n)
			return err_set(e, errno, "copy of an empty ext4");
		at += n;
	}
	return 0;
}

int
blank_copy(int blank, int file, struct err *e)
{
	off_t size = lseek(blank, 0, SEEK_END);
	off_t at = 0, end;

	if (size == -1 || ftruncate(file, size) == -1)
		return err_set(e, errno, "size of a writable layer");
	while ((at = lseek(blank, at, SEEK_DATA)) != -1) {
		end = lseek(blank, at, SEEK_HOLE);
		if (end == -1 || copy_range(blank, file, at, end, e) == -1)
			return end == -1 ? err_set(e, errno, "holes") : -1;
		at = end;
	}
	if (errno != ENXIO)
		return err_set(e, errno, "data of an empty ext4");
	return 0;
}
