/*
 * homefile.c - one home on its disk: made, mended, grown, mounted, unmounted.
 *
 * A home is an ext4 in a file.  Ids on disk are those that the student sees; each
 * sandbox gets a clone of the mount with its own.  What must never happen is
 * that one file is mounted by way of two devices: the file is locked while one
 * of us is at it, and no device may hold it when it is attached.
 *
 * A new one is made under a name that is not an account's and renamed when it is
 * complete.
 */
#include "sandbox/builder/home/homefile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/child.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "gateway/wire/msg.h"
#include "sandbox/builder/fs/blank.h"
#include "sandbox/builder/fs/fs.h"
#include "sandbox/builder/fs/loopdev.h"
#include "sandbox/builder/fs/room.h"
#include "sandbox/builder/fs/skel.h"
#include "sandbox/builder/home/home_table.h"

#define FILE_3 "/proc/self/fd/3"
#define BLOCK  4096U
#define WHAT   "the home"

/* The superblock's word on its own state, see ext4(5)'s references. */
#define BLOCKS_AT    (1024 + 0x04)
#define STATE_AT     (1024 + 0x3a)
#define STATE_ERRORS 2U

#define PAUSE_MS    10
#define PATIENCE_MS 10000

#define SAFE (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)

static void
pause_ms(long ms)
{
	struct timespec t = { .tv_nsec = ms * 1000000 };

	nanosleep(&t, NULL);
}

static void
place_of(const struct homefile *h, char place[PATH_SIZE])
{
	snprintf(place, PATH_SIZE, HOMES_AT "/%s", h->name);
}

/* --- what stands in a file ---------------------------------------------- */

static bool
has_errors(int file)
{
	uint8_t state[2];

	return pread(file, state, sizeof(state), STATE_AT) != sizeof(state) ||
	       (state[0] & STATE_ERRORS) != 0;
}

/* A program of e2fsprogs, whose last word is the file: descriptor 3. */
static int
exec_tool(const void *arg)
{
	const char *const *argv = arg;
	static const char *const folders[] = { "/usr/sbin", "/sbin" };
	char *envp[] = { NULL };
	char program[32];

	if (dup2(STDERR_FILENO, STDOUT_FILENO) == -1)
		return 126;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (size_t i = 0; i < COUNT_OF(folders); i++) {
		snprintf(program, sizeof(program), "%s/%s", folders[i],
		    argv[0]);
		execve(program, (char *const *)(uintptr_t)argv, envp);
	}
	return 127;
}

/* Its exit status, or -1. */
static int
run_tool(int file, const char *const argv[], struct err *e)
{
	pid_t pid = child_start(exec_tool, argv, &file, 1);
	int status;

	if (pid == -1 || waitpid(pid, &status, 0) == -1)
		return err_set(e, errno, "%s", argv[0]);
	if (!WIFEXITED(status) || WEXITSTATUS(status) == 127)
		return err_set(e, 0, "cannot run %s: status %#x", argv[0],
		    (unsigned)status);
	return WEXITSTATUS(status);
}

/* 0 and 1 are good, see e2fsck(8). */
static int
check(int file, const char *how, struct err *e)
{
	const char *const argv[] = { "e2fsck", "-p", how, FILE_3, NULL };
	int status = run_tool(file, argv, e);

	if (status > 1)
		return err_set(e, 0,
		    "it is damaged, and 'e2fsck -p' cannot mend it: try"
		    " 'e2fsck -y' on that file");
	return status == -1 ? -1 : 0;
}

/* What the journal does not mend: the kernel, or a growth that was
 * interrupted, has marked it. */
static int
mend(int file, struct err *e)
{
	if (!has_errors(file))
		return 0;
	if (check(file, "-f", e) == -1)
		return -1;
	log_warn(NULL, "a damaged home was mended");
	return 0;
}

/* Make sure that no process uses the file, not even one of an earlier
 * builder. */
static int
claim(int file, struct err *e)
{
	struct stat st;

	if (flock(file, LOCK_EX) == -1 || fstat(file, &st) == -1)
		return err_set(e, errno, "lock");
	for (int waited = 0; loop_is_attached(&st); waited += PAUSE_MS) {
		if (waited > PATIENCE_MS)
			return err_set(e, EBUSY,
			    "a loop device holds it: 'losetup -a'");
		pause_ms(PAUSE_MS);
	}
	return 0;
}

static int
mount_file(int file, struct err *e)
{
	char name[LOOP_NAME_SIZE];
	const struct fs_option option[] = { { "source", name },
		/* No discard: what is deleted inside stays reserved outside
		 * until it is closed, so that it can be written again. */
		{ "errors", "remount-ro" },
		/* In the background ext4 makes the tables of inodes zero, some
		 * seconds after the mount; a loop device punches holes for that
		 * (lo_fallocate() of Linux 6.18), and these are not reserved. */
		{ "noinit_itable", NULL } };
	CLOSES int device = loop_attach(file, name, e);

	if (device == -1)
		return -1;
	return fs_mount("ext4", option, COUNT_OF(option), SAFE, e);
}

static int
attach(const struct homefile *h, int mount, struct err *e)
{
	char place[PATH_SIZE];
	CLOSES int target = -1;

	place_of(h, place);
	if (mkdir(place, 0700) == -1 && errno != EEXIST)
		return err_set(e, errno, "mkdir %s", place);
	target = open(place, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (target == -1)
		return err_set(e, errno, "%s", place);
	return fs_attach(mount, target, e);
}

/* --- a new one ---------------------------------------------------------- */

/* The image's own home, or nothing where the image has none. */
static int
furnish(const struct homefile *h, int mount, struct err *e)
{
	const int how = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	CLOSES int root = openat(mount, ".", how);
	CLOSES int found = fs_find(h->rootfs, h->home, O_DIRECTORY);
	CLOSES int skel = -1;

	if (root == -1)
		return err_set(e, errno, "its root");
	/* Made anew by whoever needs it. */
	unlinkat(root, "lost+found", AT_REMOVEDIR);
	if (found == -1 && errno != ENOENT)
		return err_set(e, errno, "the image's %s", h->home);
	if (found == -1 &&
	    (fchown(root, h->uid, h->gid) == -1 || fchmod(root, 0755) == -1))
		return err_set(e, errno, "its owner");
	if (found == -1)
		return 0;
	skel = openat(found, ".", how);
	if (skel == -1)
		return err_set(e, errno, "the image's %s", h->home);
	if (skel_copy(skel, root, e) == -1)
		return err_wrap(e, "copy of the image's %s", h->home);
	return syncfs(root) == -1 ? err_set(e, errno, "sync") : 0;
}

static int
make_draft(const struct homefile *h, const char *draft, struct err *e)
{
	CLOSES int file = -1;
	CLOSES int mount = -1;

	if (unlinkat(h->dir, draft, 0) == -1 && errno != ENOENT)
		return err_set(e, errno, "remove an old draft");
	file = openat(h->dir, draft,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file == -1)
		return err_set(e, errno, "create");
	if (claim(file, e) == -1 || blank_copy(h->blank, file, e) == -1 ||
	    room_keep(file, h->owed, WHAT, e) == -1)
		return -1;
	mount = mount_file(file, e);
	if (mount == -1 || furnish(h, mount, e) == -1)
		return -1;
	if (renameat(h->dir, draft, h->dir, h->name) == -1 ||
	    fsync(h->dir) == -1)
		return err_set(e, errno, "rename");
	return attach(h, mount, e);
}

/* One that was not finished would keep the room that it has reserved. */
static int
make(const struct homefile *h, struct err *e)
{
	char draft[HOME_NAME_SIZE + 1];

	snprintf(draft, sizeof(draft), "%c%s", HOME_DRAFT, h->name);
	if (make_draft(h, draft, e) == 0)
		return 0;
	unlinkat(h->dir, draft, 0);
	return -1;
}

/* --- one that is there -------------------------------------------------- */

static uint64_t
blocks_of(int file)
{
	uint8_t n[4] = { 0 };

	if (pread(file, n, sizeof(n), BLOCKS_AT) != sizeof(n))
		return 0;
	return n[0] | (uint32_t)n[1] << 8 | (uint32_t)n[2] << 16 |
	       (uint32_t)n[3] << 24;
}

/* resize2fs marks it as damaged until it is done. */
static int
resize(const struct homefile *h, int file, uint64_t blocks, struct err *e)
{
	off_t before = lseek(file, 0, SEEK_END);
	char count[24];
	const char *const argv[] = { "resize2fs", FILE_3, count, NULL };

	snprintf(count, sizeof(count), "%" PRIu64, blocks);
	if (ftruncate(file, (off_t)(blocks * BLOCK)) == -1)
		return err_set(e, errno, "size");
	if (room_keep(file, h->owed, WHAT, e) == -1) {
		if (ftruncate(file, before) == -1)
			log_warn(NULL, "home %s: size: %s", h->name,
			    strerror(errno));
		return -1;
	}
	if (check(file, "-f", e) == -1)
		return -1;
	return run_tool(file, argv, e) == 0 ? 0
					    : err_set(e, 0, "resize2fs failed");
}

/* Where the lab's homes are larger now.  One that stays as it was is a home all
 * the same. */
static void
grow(const struct homefile *h, int file)
{
	uint64_t blocks = blocks_of(h->blank);
	struct err e;

	if (blocks <= blocks_of(file))
		return;
	if (resize(h, file, blocks, &e) == -1)
		log_error(NULL, "home %s does not grow: %s", h->name, e.text);
	else
		log_info(NULL, "home grown name=%s mib=%" PRIu64, h->name,
		    blocks * BLOCK >> 20);
}

int
homefile_open(const struct homefile *h, struct err *e)
{
	CLOSES int file =
	    openat(h->dir, h->name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	CLOSES int mount = -1;

	if (file == -1 && errno == ENOENT)
		return make(h, e);
	if (file == -1)
		return err_set(e, errno, "open");
	/* To mend it and to replay its journal is to write, too. */
	if (claim(file, e) == -1 || room_keep(file, h->owed, WHAT, e) == -1)
		return -1;
	if (mend(file, e) == -1)
		return -1;
	grow(h, file);
	mount = mount_file(file, e);
	if (mount == -1)
		return err_wrap(e, "try 'e2fsck -y' on that file");
	return attach(h, mount, e);
}

/* --- the end ------------------------------------------------------------ */

/* Tell the device which blocks are free.  What is written meanwhile is
 * written, and what fails keeps more room than it needs. */
static void
trim(const char *place)
{
	CLOSES int root = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct fstrim_range all = { .len = UINT64_MAX };

	if (root != -1 && ioctl(root, FITRIM, &all) == -1)
		log_debug(NULL, "trim of a home: %s", strerror(errno));
}

/* The device is gone, and the next opener may be at it already: who opens it
 * waits for the lock. */
static void
give_back(const struct homefile *h)
{
	CLOSES int file =
	    openat(h->dir, h->name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (file != -1 && flock(file, LOCK_EX | LOCK_NB) == 0 &&
	    fstat(file, &st) == 0 && !loop_is_attached(&st))
		room_give_back(file);
}

/* A child that was cloned a moment ago may still have a copy of the mount, and
 * the device goes with the last of them. */
int
homefile_close(const struct homefile *h, struct err *e)
{
	char place[PATH_SIZE];
	int waited = 0;
	struct stat st;

	place_of(h, place);
	if (fstatat(h->dir, h->name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return err_set(e, errno, "look at it");
	trim(place);
	while (umount2(place, UMOUNT_NOFOLLOW) == -1) {
		if (errno != EBUSY || waited > PATIENCE_MS)
			return err_set(e, errno, "unmount");
		pause_ms(PAUSE_MS);
		waited += PAUSE_MS;
	}
	rmdir(place);
	for (; loop_is_attached(&st); waited += PAUSE_MS) {
		if (waited > PATIENCE_MS)
			return err_set(e, EBUSY, "its loop device stays");
		pause_ms(PAUSE_MS);
	}
	give_back(h);
	return 0;
}
