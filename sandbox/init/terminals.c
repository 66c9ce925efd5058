/* terminals.c - the terminals of a sandbox that outlive their connections. */
#include "sandbox/init/terminals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/scope.h"

/* Of one terminal in one turn of the loop: the others' turn comes. */
#define READ_MAX 16384

/* A pty gives less at a time; who writes for ever is not waited for. */
#define DRAIN_TIMES 16

#define TO(state) (1u << (state))
static const unsigned steps[TERMINAL_STATES] = {
	[TERMINAL_GONE] = TO(TERMINAL_ATTACHED),
	[TERMINAL_ATTACHED] =
	    TO(TERMINAL_DETACHED) | TO(TERMINAL_ENDING) | TO(TERMINAL_GONE),
	[TERMINAL_ENDING] = TO(TERMINAL_UNSEEN) | TO(TERMINAL_GONE),
	[TERMINAL_DETACHED] =
	    TO(TERMINAL_ATTACHED) | TO(TERMINAL_UNSEEN) | TO(TERMINAL_GONE),
	[TERMINAL_UNSEEN] = TO(TERMINAL_GONE),
};

static void
begin(struct terminal *t)
{
	*t = (struct terminal){ .state = TERMINAL_GONE,
		.link = -1,
		.master = -1,
		.ring_file = -1,
		.picture = { .file = -1 } };
}

static void
drop(struct terminal *t)
{
	scope_close(&t->master);
	terminal_ring_close(&t->ring);
	scope_close(&t->ring_file);
	snapshot_free(&t->picture);
	begin(t);
}

bool
terminal_step(struct terminal *t, enum terminal_state next)
{
	bool is_known = (steps[t->state] & TO(next)) != 0;

	if (is_known && next != TERMINAL_GONE)
		t->state = next;
	else if (t->state != TERMINAL_GONE)
		drop(t);
	return is_known;
}

/* --- which -------------------------------------------------------------- */

struct terminal *
terminals_find(struct terminals *all, int link, uint32_t serial)
{
	for (int i = 0; i < TERMINALS_MAX; i++) {
		struct terminal *t = &all->at[i];

		if (t->state != TERMINAL_GONE && t->link == link &&
		    t->serial == serial)
			return t;
	}
	return NULL;
}

struct terminal *
terminals_by_pid(struct terminals *all, pid_t pid)
{
	for (int i = 0; i < TERMINALS_MAX; i++) {
		if (all->at[i].state != TERMINAL_GONE && all->at[i].pid == pid)
			return &all->at[i];
	}
	return NULL;
}

static bool
waits(const struct terminal *t)
{
	return t->state == TERMINAL_DETACHED || t->state == TERMINAL_UNSEEN;
}

struct terminal *
terminals_left_last(struct terminals *all)
{
	struct terminal *last = NULL;

	for (int i = 0; i < TERMINALS_MAX; i++) {
		struct terminal *t = &all->at[i];

		if (waits(t) && (last == NULL || t->left > last->left))
			last = t;
	}
	return last;
}

/* --- life --------------------------------------------------------------- */

struct terminal *
terminals_add(struct terminals *all, int master, pid_t pid, int link,
    uint32_t serial)
{
	struct terminal *t = NULL;
	struct err e;

	for (int i = 0; t == NULL && i < TERMINALS_MAX; i++) {
		if (all->at[i].state == TERMINAL_GONE)
			t = &all->at[i];
	}
	if (t == NULL)
		return NULL;
	begin(t);
	t->master = fcntl(master, F_DUPFD_CLOEXEC, 0);
	if (t->master == -1 ||
	    fcntl(t->master, F_SETFL, O_RDWR | O_NONBLOCK) == -1 ||
	    terminal_ring_create(&t->ring, &t->ring_file, &e) == -1) {
		drop(t);
		return NULL;
	}
	t->number = ++all->numbers;
	t->since = time(NULL);
	t->link = link;
	t->serial = serial;
	t->pid = pid;
	terminal_step(t, TERMINAL_ATTACHED);
	return t;
}

void
terminals_leave(struct terminals *all, int link)
{
	struct err ignored;

	for (int i = 0; i < TERMINALS_MAX; i++) {
		struct terminal *t = &all->at[i];

		if (t->state == TERMINAL_GONE || t->link != link)
			continue;
		t->link = -1;
		t->left = ++all->leavings;
		/* It may have left nonsense: then what it wrote is lost. */
		terminal_ring_resume(&t->ring, &ignored);
		terminal_step(t, t->state == TERMINAL_ENDING
				     ? TERMINAL_UNSEEN
				     : TERMINAL_DETACHED);
	}
}

bool
terminal_ended(struct terminal *t, int status)
{
	t->pid = 0;
	t->status = status;
	if (t->state == TERMINAL_ATTACHED)
		return terminal_step(t, TERMINAL_ENDING);
	terminal_step(t, TERMINAL_UNSEEN);
	return false;
}

bool
terminal_take(struct terminal *t, int link, uint32_t serial)
{
	t->link = link;
	t->serial = serial;
	return terminal_step(t, TERMINAL_ATTACHED);
}

void
terminal_draw_anew(const struct terminal *t)
{
	int group = 0;

	/* The sandbox's own number of it, since the caller is in there. */
	if (ioctl(t->master, TIOCGPGRP, &group) == 0 && group > 1)
		kill(-group, SIGWINCH);
}

/* --- the loop's part ---------------------------------------------------- */

void
terminals_wants(const struct terminals *all, struct pollfd fds[TERMINALS_MAX])
{
	for (int i = 0; i < TERMINALS_MAX; i++)
		fds[i] = (struct pollfd){ waits(&all->at[i]) ? all->at[i].master
							     : -1,
			POLLIN, 0 };
}

/* True when there may be more. */
static bool
read_into_ring(struct terminal *t)
{
	char bytes[READ_MAX];
	ssize_t n = read(t->master, bytes, sizeof(bytes));

	if (n > 0) {
		terminal_ring_append(&t->ring, bytes, (size_t)n);
		return true;
	}
	if (n == 0 || (errno != EAGAIN && errno != EINTR))
		scope_close(&t->master); /* EIO is how a pty ends */
	return false;
}

void
terminal_drain(struct terminal *t)
{
	for (int i = 0; t->master != -1 && i < DRAIN_TIMES; i++) {
		if (!read_into_ring(t))
			return;
	}
}

void
terminals_serve(struct terminals *all, const struct pollfd fds[TERMINALS_MAX])
{
	for (int i = 0; i < TERMINALS_MAX; i++) {
		struct terminal *t = &all->at[i];

		/* One that has ended since has no descriptor, and one that was
		 * taken is read by its session. */
		if (fds[i].revents != 0 && waits(t) && t->master == fds[i].fd)
			read_into_ring(t);
	}
}
