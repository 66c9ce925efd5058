/* programs.c - the lab's own programs, in a place of their own inside. */
#include "sandbox/builder/programs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/shared/scope.h"
#include "gateway/shared/tools.h"
#include "sandbox/builder/fs.h"

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
#define PAGE  4096

/* --- at load ------------------------------------------------------------ */

/* A file may change or be a pipe by now: not more than the limit is read. */
static int
copy_all(int from, int to, const char *name, struct err *e)
{
	char piece[16384];
	size_t sum = 0;
	ssize_t n;

	while ((n = read(from, piece, sizeof(piece))) > 0) {
		sum += (size_t)n;
		if (sum > PROGRAM_SIZE_MAX)
			return err_set(e, EFBIG, "%s", name);
		if (write(to, piece, (size_t)n) != n)
			return err_set(e, errno, "copy of %s", name);
	}
	if (n == -1)
		return err_set(e, errno, "read %s", name);
	return 0;
}

static int
open_program(struct plan_program *p, struct err *e)
{
	CLOSES int file = open(p->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	CLOSES int copy =
	    memfd_create("program", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct stat st;

	if (file == -1 || fstat(file, &st) == -1)
		return err_set(e, errno, "%s", p->file);
	if (!S_ISREG(st.st_mode))
		return err_set(e, EINVAL, "%s: not a file", p->file);
	if (copy == -1)
		return err_set(e, errno, "memfd_create");
	if (copy_all(file, copy, p->file, e) == -1)
		return -1;
	if (fcntl(copy, F_ADD_SEALS, SEALS) == -1)
		return err_set(e, errno, "seal the copy of %s", p->file);
	p->fd = take_fd(&copy);
	return 0;
}

int
programs_open(struct plan *p, struct err *e)
{
	for (int i = 0; i < PROGRAMS; i++) {
		if (p->program[i].file[0] != '\0' &&
		    open_program(&p->program[i], e) == -1)
			return err_wrap(e, "%s", program_names[i]);
	}
	return 0;
}

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
	fd = fs_mount("tmpfs", option, sizeof(option) / sizeof(option[0]),
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
