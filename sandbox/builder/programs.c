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

/* As many bytes as all of them take, in whole pages. */
static int
count_bytes(const struct plan *p, uint64_t *sum, struct err *e)
{
	*sum = 0;
	for (int i = 0; i < PROGRAMS; i++) {
		struct stat st;

		if (p->program[i].fd == -1)
			continue;
		if (fstat(p->program[i].fd, &st) == -1)
			return err_set(e, errno, "%s", program_names[i]);
		*sum += ((uint64_t)st.st_size / PAGE + 1) * PAGE;
	}
	return 0;
}

/* The copy has an offset that all sandboxes share: it is not used. */
static int
put(int dir, const struct plan_program *p, const char *name, struct err *e)
{
	CLOSES int to = openat(dir, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0500);
	off_t at = 0;
	ssize_t n;

	if (to == -1)
		return err_set(e, errno, "%s", name);
	while ((n = sendfile(to, p->fd, &at, PROGRAM_SIZE_MAX)) > 0)
		continue;
	if (n == -1)
		return err_set(e, errno, "%s", name);
	return 0;
}

int
programs_make(const struct plan *p, struct err *e)
{
	char size[24];
	const struct fs_option option[] = { { "mode", "0700" },
		{ "size", size }, { "nr_inodes", "8" } };
	CLOSES int fd = -1;
	uint64_t bytes;

	if (count_bytes(p, &bytes, e) == -1)
		return -1;
	snprintf(size, sizeof(size), "%" PRIu64, bytes);
	fd = fs_mount("tmpfs", option, COUNT_OF(option),
	    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, e);
	if (fd == -1)
		return err_wrap(e, PROGRAMS_TARGET);
	for (int i = 0; i < PROGRAMS; i++) {
		if (p->program[i].fd != -1 &&
		    put(fd, &p->program[i], program_names[i], e) == -1)
			return err_wrap(e, PROGRAMS_TARGET);
	}
	if (fs_set(fd, MOUNT_ATTR_RDONLY, -1, e) == -1)
		return err_wrap(e, PROGRAMS_TARGET);
	return take_fd(&fd);
}
