/* program.c - a program of the lab's while it runs, and what it prints. */
#include "sandbox/init/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/child.h"
#include "gateway/base/clock.h"
#include "gateway/base/scope.h"
#include "sandbox/init/words.h"

/* At most so much at a time: a program that prints without end must not keep
 * init. */
#define READS_MAX 16

int
program_start(struct program_run *r, const struct msg_init_plan *plan,
    const struct lab_run *run, struct err *e)
{
	CLOSES int theirs = -1;
	int ends[2];

	r->used = 0;
	r->text[0] = '\0';
	r->is_cut = false;
	r->ends_ms = clock_ms() + 1000 * (int64_t)run->seconds;
	if (pipe2(ends, O_CLOEXEC) == -1)
		return err_set(e, errno, "pipe");
	r->out = ends[0];
	theirs = ends[1];
	if (fcntl(r->out, F_SETFL, O_NONBLOCK) == -1)
		return err_set(e, errno, "pipe");
	r->pid = child_start(child_run_program,
	    &(struct child_plan){ .plan = plan, .run = run }, &theirs, 1);
	if (r->pid == -1) {
		r->pid = 0;
		scope_close(&r->out);
		return errno == EAGAIN ? err_set(e, 0,
					     "too many processes (pids limit): "
					     "end some first")
				       : err_set(e, errno, "fork");
	}
	return 0;
}

/* Room for more: none is left, but what is kept is the end. */
static void
forget_first_half(struct program_run *r)
{
	size_t half = PROGRAM_OUTPUT_MAX / 2;

	memmove(r->text, r->text + half, r->used - half);
	r->used -= half;
}

static void
keep(struct program_run *r, const char *piece, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (r->used == PROGRAM_OUTPUT_MAX) {
			r->is_cut = true;
			if (!r->keeps_end)
				break;
			forget_first_half(r);
		}
		/* A text of messages.def ends at a NUL. */
		r->text[r->used++] = piece[i] == '\0' ? '?' : piece[i];
	}
	r->text[r->used] = '\0';
}

void
program_read(struct program_run *r)
{
	char piece[4096];

	for (int i = 0; i < READS_MAX && r->out != -1; i++) {
		ssize_t n = read(r->out, piece, sizeof(piece));

		if (n > 0) {
			keep(r, piece, (size_t)n);
			continue;
		}
		if (n == -1 && errno == EINTR)
			continue;
		if (n == 0 || errno != EAGAIN)
			scope_close(&r->out);
		return;
	}
}

void
program_end(struct program_run *r)
{
	if (r->pid > 1)
		kill(-r->pid, SIGKILL);
	r->pid = 0;
	scope_close(&r->out);
}

/* The line before r->text[end] that is not empty: it ends at *end. */
static size_t
line_before(const struct program_run *r, size_t *end)
{
	size_t begin;

	while (*end > 0 && (unsigned char)r->text[*end - 1] <= ' ')
		(*end)--;
	for (begin = *end; begin > 0 && r->text[begin - 1] != '\n'; begin--)
		continue;
	return begin;
}

void
program_last_line(const struct program_run *r, char *to, size_t size)
{
	size_t end = r->used, at = 0;
	size_t begin = line_before(r, &end);

	while (end > begin && words_is_line(r->text + begin, end - begin)) {
		end = begin;
		begin = line_before(r, &end);
	}
	for (; begin < end && at + 1 < size; begin++) {
		unsigned char c = (unsigned char)r->text[begin];

		to[at++] = c < ' ' || c == 0x7f ? '?' : (char)c;
	}
	to[at] = '\0';
}

void
program_ending(int status, char *to, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(to, size, "ended by signal %d", WTERMSIG(status));
	else
		snprintf(to, size, "exit status %d", WEXITSTATUS(status));
}
