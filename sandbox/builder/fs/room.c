/* room.c - the room of state_dir's file system, as far as it is promised. */
#include "sandbox/builder/fs/room.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

int
room_check(int dir, uint64_t bytes, uint64_t owed, const char *what,
    struct err *e)
{
	struct statvfs st;
	uint64_t room;

	if (fstatvfs(dir, &st) == -1)
		return err_set(e, errno, "state_dir");
	room = (uint64_t)st.f_bavail * st.f_frsize;
	owed += (uint64_t)ROOM_RESERVE;
	room = room < owed ? 0 : room - owed;
	if (room < bytes || room == 0)
		return err_set(e, ENOSPC,
		    "state_dir has %" PRIu64 "M left, beside what is promised"
		    " and a reserve of %" PRIu64 "M: %s is %" PRIu64 "M",
		    room >> 20, (uint64_t)ROOM_RESERVE >> 20, what,
		    bytes >> 20);
	return 0;
}

/* Reserved blocks that were never written read as a hole, see lseek(2). */
void
room_give_back(int file)
{
	off_t size = lseek(file, 0, SEEK_END);
	off_t at = 0, end;

	/* What a device has written may not have come to the disk yet, and its
	 * blocks would still seem unwritten. */
	if (size == -1 || fdatasync(file) == -1)
		return;
	while (
	    at < size && (at = lseek(file, at, SEEK_HOLE)) != -1 && at < size) {
		end = lseek(file, at, SEEK_DATA);
		if (end == -1 && errno != ENXIO)
			return;
		if (end == -1)
			end = size;
		if (fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			at, end - at) == -1)
			return;
		at = end;
	}
}

/* Where the file system cannot reserve, blocks are written. */
static int
reserve(int file, off_t size)
{
	if (fallocate(file, 0, 0, size) == 0)
		return 0;
	if (errno != EOPNOTSUPP)
		return errno;
	return posix_fallocate(file, 0, size);
}

int
room_keep(int file, uint64_t owed, const char *what, struct err *e)
{
	uint64_t has;
	struct stat st;
	int code;

	if (fstat(file, &st) == -1)
		return err_set(e, errno, "%s", what);
	has = (uint64_t)st.st_blocks * 512;
	if (has < (uint64_t)st.st_size &&
	    room_check(file, (uint64_t)st.st_size - has, owed, what, e) == -1)
		return -1;
	code = reserve(file, st.st_size);
	if (code == 0 && has >= (uint64_t)st.st_size)
		return 0;
	/* Others may have looked at the same time. */
	if (code == 0 && room_check(file, 0, owed, what, e) == 0)
		return 0;
	room_give_back(file);
	return code == 0 ? -1 : err_set(e, code, "room for %s", what);
}
