/* programs.c - the lab's own programs, in a place of their own inside. */
#include "sandbox/builder/programs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/bundle.h"
#include "gateway/base/scope.h"
#include "gateway/base/tools.h"
#include "sandbox/builder/fs/fs.h"

#define PAGE 4096

bool
programs_are_any(const struct plan *p)
{
	for (int i = 0; i < PROGRAMS; i++) {
		if (p->program[i].fd != -1)
			return true;
	}
	return false;
}

/* --- in the child ------------------------------------------------------- */

/* What the file system must have room for. */
struct room {
	uint64_t bytes, files;
};

static void
add_room(struct room *room, uint64_t bytes)
{
	room->bytes += (bytes / PAGE + 1) * PAGE;
	room->files++;
}

/* In whole pages. */
static int
count_room(const struct plan *p, struct room *room, struct err *e)
{
	struct bundle_entry entry;
	off_t at = 0;
	int got;

	*room = (struct room){ .files = 8 };
	for (int i = 0; i < PROGRAMS; i++) {
		struct stat st;

		if (p->program[i].fd == -1 || i == PROGRAM_STEPS)
			continue;
		if (fstat(p->program[i].fd, &st) == -1)
			return err_set(e, errno, "%s", program_names[i]);
		add_room(room, (uint64_t)st.st_size);
	}
	if (p->program[PROGRAM_STEPS].fd == -1)
		return 0;
	while ((got = bundle_next(p->program[PROGRAM_STEPS].fd, &at, &entry,
		    e)) == 1) {
		add_room(room, entry.size);
		at += entry.size;
	}
	return got;
}

struct source {
	int fd;
	off_t at;
	size_t size;
};

/* The copy has an offset that all sandboxes share: it is not used. */
static int
put(int dir, struct source from, const char *name, mode_t mode, struct err *e)
{
	CLOSES int to = openat(dir, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	ssize_t n = 1;

	if (to == -1)
		return err_set(e, errno, "%s", name);
	while (from.size > 0 && n > 0) {
		n = sendfile(to, from.fd, &from.at, from.size);
		from.size -= n > 0 ? (size_t)n : 0;
	}
	if (n == -1)
		return err_set(e, errno, "%s", name);
	return from.size == 0 ? 0 : err_set(e, EIO, "%s", name);
}

static int
put_program(int dir, const struct plan_program *p, const char *name,
    struct err *e)
{
	struct source from = { .fd = p->fd };
	struct stat st;

	if (fstat(p->fd, &st) == -1)
		return err_set(e, errno, "%s", name);
	from.size = (size_t)st.st_size;
	return put(dir, from, name, 0500, e);
}

static int
put_steps(int dir, int bundle, struct err *e)
{
	struct source from = { .fd = bundle };
	struct bundle_entry entry;
	int got;

	while ((got = bundle_next(bundle, &from.at, &entry, e)) == 1) {
		from.size = entry.size;
		if (put(dir, from, entry.name,
			entry.is_program != 0 ? 0500 : 0400, e) == -1)
			return -1;
		from.at += entry.size;
	}
	return got;
}

/* Each of them. */
static int
put_all(int dir, const struct plan *p, struct err *e)
{
	for (int i = 0; i < PROGRAMS; i++) {
		if (p->program[i].fd != -1 && i != PROGRAM_STEPS &&
		    put_program(dir, &p->program[i], program_names[i], e) == -1)
			return -1;
	}
	if (p->program[PROGRAM_STEPS].fd == -1)
		return 0;
	return put_steps(dir, p->program[PROGRAM_STEPS].fd, e);
}

int
programs_make(const struct plan *p, struct err *e)
{
	char size[24], files[24];
	const struct fs_option option[] = { { "mode", "0700" },
		{ "size", size }, { "nr_inodes", files } };
	CLOSES int fd = -1;
	struct room room;

	if (count_room(p, &room, e) == -1)
		return -1;
	snprintf(size, sizeof(size), "%" PRIu64, room.bytes);
	snprintf(files, sizeof(files), "%" PRIu64, room.files);
	fd = fs_mount("tmpfs", option, COUNT_OF(option),
	    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, e);
	if (fd == -1)
		return err_wrap(e, PROGRAMS_TARGET);
	if (put_all(fd, p, e) == -1)
		return err_wrap(e, PROGRAMS_TARGET);
	if (fs_set(fd, MOUNT_ATTR_RDONLY, -1, e) == -1)
		return err_wrap(e, PROGRAMS_TARGET);
	return take_fd(&fd);
}
