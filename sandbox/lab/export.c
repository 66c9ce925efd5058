/*
 * export.c - lab export: what the student changed, as a tar archive.
 *
 * The gateway writes the archive to a pipe, and this copies it: a file is the
 * student's own, with the student's rights, and at the student's cost.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "sandbox/lab/ask.h"
#include "sandbox/lab/bytes.h"
#include "sandbox/lab/commands.h"

static int
complain(const char *what, const char *name)
{
	fprintf(stderr, "lab: %s %s: %s\n", what, name, strerror(errno));
	return LAB_FAILED;
}

/* -1 with errno. */
static int
copy(int from, int to)
{
	static char chunk[65536];

	for (;;) {
		ssize_t n = read(from, chunk, sizeof(chunk));

		if (n == 0)
			return 0;
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 || bytes_write(to, chunk, (size_t)n) == -1)
			return -1;
	}
}

/* Write it to that descriptor. */
static int
export_to(int to, const char *name)
{
	struct question q = { LAB_COMMAND_EXPORT, 0, { NULL }, -1 };
	int ends[2], sock, rc, error, status;
	char said[LAB_TEXT_MAX] = "";

	if (pipe2(ends, O_CLOEXEC) == -1)
		return complain("make", "a pipe");
	q.passed = ends[1];
	sock = ask_begin(&q);
	close(ends[1]);
	if (sock == -1) {
		close(ends[0]);
		return LAB_FAILED;
	}
	rc = copy(ends[0], to);
	error = errno;
	close(ends[0]);
	if (rc == 0) {
		status = ask_end(sock, said, sizeof(said));
		fputs(said, stderr);
		return status;
	}
	close(sock);
	errno = error;
	return complain("write", name);
}

/* A file without a name, in the directory of that one: it is no part of what is
 * exported, and when this is killed there is nothing left of it.  Where the file
 * system has no such files, one with the name. */
struct target {
	int fd;
	bool is_named;
};

static int
open_target(const char *name, struct target *t)
{
	FREES char *copied = NULL;
	struct stat st;

	if (lstat(name, &st) == 0) {
		errno = EEXIST;
		return -1;
	}
	copied = strdup(name);
	if (copied == NULL)
		return -1;
	t->is_named = false;
	t->fd = open(dirname(copied), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	if (t->fd != -1 ||
	    (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
		return t->fd == -1 ? -1 : 0;
	t->is_named = true;
	t->fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return t->fd == -1 ? -1 : 0;
}

static int
name_target(const struct target *t, const char *name)
{
	char path[32];

	if (t->is_named)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", t->fd);
	return linkat(AT_FDCWD, path, AT_FDCWD, name, AT_SYMLINK_FOLLOW);
}

static int
export_to_file(const char *name)
{
	struct target t;
	int status;

	if (open_target(name, &t) == -1)
		return complain("make", name);
	status = export_to(t.fd, name);
	if (status == LAB_DONE && name_target(&t, name) == -1)
		status = complain("name", name);
	if (status != LAB_DONE && t.is_named)
		unlink(name);
	close(t.fd);
	return status;
}

int
run_export(int count, char **words)
{
	if (count == 1)
		return ask_may(SELF_EXPORT) ? export_to_file(words[0])
					    : LAB_FAILED;
	if (isatty(STDOUT_FILENO)) {
		fputs("lab: an archive is not for a terminal: give a file, or"
		      " from your own machine 'ssh HOST lab export >FILE'\n",
		    stderr);
		return LAB_USAGE;
	}
	return export_to(STDOUT_FILENO, "the archive");
}
