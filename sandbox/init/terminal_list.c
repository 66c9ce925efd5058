/*
 * terminal_list.c - what there is to tell of the terminals of a sandbox.
 *
 * /proc and /dev belong to the sandbox, whose root may have put other files
 * there: so no open(2) here waits, and what is read is bounded.
 */
#include "sandbox/init/terminal_list.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "gateway/base/scope.h"

/* Up to size - 1 bytes of a file, and a NUL; how many they are, 0 without. */
static size_t
read_file(const char *path, char *to, size_t size)
{
	CLOSES int fd =
	    open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	ssize_t n = fd == -1 ? -1 : read(fd, to, size - 1);

	to[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

/* --- which program -------------------------------------------------------- */

/* No further than whole characters of UTF-8 go. */
static size_t
whole_characters(const char *text, size_t n)
{
	size_t start = n;

	while (start > 0 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start == 0 || ((unsigned char)text[start - 1] & 0x80) == 0)
		return n;
	return start - 1; /* where the last of them begins */
}

/* Arguments have a NUL between them, and are the program's to change. */
static void
make_plain(char *text, size_t n)
{
	if (n == TERMINAL_PROGRAM_SIZE - 1)
		n = whole_characters(text, n);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '\0')
			text[i] = ' ';
		else if (c < ' ' || c == 0x7f)
			text[i] = '?';
	}
	while (n > 0 && text[n - 1] == ' ')
		n--;
	text[n] = '\0';
}

static void
name_process(pid_t pid, char to[TERMINAL_PROGRAM_SIZE])
{
	char path[48];
	size_t n;

	to[0] = '\0';
	if (pid <= 0)
		return;
	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	n = read_file(path, to, TERMINAL_PROGRAM_SIZE);
	if (n == 0) {
		snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
		n = read_file(path, to, TERMINAL_PROGRAM_SIZE);
		if (n > 0 && to[n - 1] == '\n')
			n--;
	}
	make_plain(to, n);
}

/* The group that has the foreground of the leader's terminal, as proc(5) says: in
 * stat the sixth number after the name, which may hold anything but ends with the
 * last ')'. */
static pid_t
foreground_of(pid_t leader)
{
	char path[48], text[512];
	int group = 0;
	const char *at;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)leader);
	if (leader <= 0 || read_file(path, text, sizeof(text)) == 0)
		return 0;
	at = strrchr(text, ')');
	if (at == NULL ||
	    sscanf(at + 1, " %*c %*d %*d %*d %*d %d", &group) != 1)
		return 0;
	return group;
}

/* --- a row ---------------------------------------------------------------- */

static void
read_size(int fd, struct terminal_row *to)
{
	struct winsize size = { 0 };

	if (fd == -1 || ioctl(fd, TIOCGWINSZ, &size) == -1)
		return;
	to->rows = size.ws_row;
	to->cols = size.ws_col;
}

static enum terminal_told
state_of(const struct terminal *t)
{
	switch (t->state) {
	case TERMINAL_DETACHED:
		return TOLD_WAITING;
	case TERMINAL_ENDING:
	case TERMINAL_UNSEEN:
		return TOLD_ENDED;
	case TERMINAL_ATTACHED:
	case TERMINAL_GONE:
	case TERMINAL_STATES:
		break;
	}
	return TOLD_ATTACHED;
}

static void
tell_terminal(const struct terminal *t, struct terminal_row *to)
{
	int group = 0;

	*to = (struct terminal_row){ .number = t->number,
		.since = t->since,
		.state = state_of(t),
		.is_kept = true };
	read_size(t->master, to);
	/* The sandbox's own number of it, since the caller is in there. */
	if (t->pid != 0 && t->master != -1 &&
	    ioctl(t->master, TIOCGPGRP, &group) == 0)
		name_process(group, to->program);
}

static void
tell_child(const struct child *c, struct terminal_row *to)
{
	char path[32];
	CLOSES int tty = -1;

	*to = (struct terminal_row){ .number = c->number,
		.since = c->since,
		.state = TOLD_ATTACHED };
	name_process(foreground_of(c->pid), to->program);
	snprintf(path, sizeof(path), "/dev/pts/%" PRIu32, c->tty);
	tty = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	read_size(tty, to);
}

/* --- all of them ---------------------------------------------------------- */

/* Which of them is a row's.  One is NULL. */
struct entry {
	uint32_t number;
	const struct terminal *terminal;
	const struct child *child;
};

static int
compare(const void *left, const void *right)
{
	const struct entry *l = left, *r = right;

	return (l->number > r->number) - (l->number < r->number);
}

size_t
terminal_list(const struct terminals *all, const struct children *children,
    struct terminal_row *to)
{
	struct entry found[TERMINALS_MAX + CHILDREN_MAX];
	size_t n = 0, count;

	for (int i = 0; i < TERMINALS_MAX; i++) {
		const struct terminal *t = &all->at[i];

		if (t->state != TERMINAL_GONE)
			found[n++] = (struct entry){ t->number, t, NULL };
	}
	for (int i = 0; i < CHILDREN_MAX; i++) {
		const struct child *c = &children->child[i];

		if (c->used && c->number != 0 && c->link != -1)
			found[n++] = (struct entry){ c->number, NULL, c };
	}
	qsort(found, n, sizeof(found[0]), compare);
	count = n < TERMINAL_ROWS_MAX ? n : TERMINAL_ROWS_MAX;
	for (size_t i = 0; i < count; i++) {
		if (found[i].terminal != NULL)
			tell_terminal(found[i].terminal, &to[i]);
		else
			tell_child(found[i].child, &to[i]);
	}
	return count;
}
