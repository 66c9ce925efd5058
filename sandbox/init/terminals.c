/* terminals.c - the terminals of a sandbox that outlive their connections. */
#include "sandbox/init/terminals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "gateway/base/clock.h"
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
		.picture = { .file = -1 },
		.agent = { .directory = -1 } };
}

static void
drop(struct terminal *t)
{
	scope_close(&t->master);
	terminal_ring_close(&t->ring);
	scope_close(&t->ring_file);
	snapshot_cancel(&t->run);
	snapshot_free(&t->picture);
	agent_path_remove(&t->agent);
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

struct terminal *
terminals_numbered(struct terminals *all, uint32_t number)
{
	for (int i = 0; i < TERMINALS_MAX; i++) {
		struct terminal *t = &all->at[i];

		if (t->state != TERMINAL_GONE && t->number == number)
			return t;
	}
	return NULL;
}

bool
terminal_waits(const struct terminal *t)
{
	return t->state == TERMINAL_DETACHED || t->state == TERMINAL_UNSEEN;
}

struct terminal *
terminals_left_last(struct terminals *all)
{
	struct terminal *last = NULL;

	for (int i = 0; i < TERMINALS_MAX; i++) {
		struct terminal *t = &all->at[i];

		if (terminal_waits(t) && (last == NULL || t->left > last->left))
			last = t;
	}
	return last;
}

/* After its ring was written here. */
static void
note_due(struct terminal *t)
{
	if (terminal_due_look(&t->due, &t->ring) &&
	    terminal_due_take(&t->due, &t->ring, clock_ms()))
		t->is_due = true;
}

/* --- life --------------------------------------------------------------- */

uint32_t
terminals_next_number(struct terminals *all)
{
	if (++all->numbers == TERMINAL_NEW)
		all->numbers = 1;
	return all->numbers;
}

static struct terminal *
free_place(const struct terminals *all)
{
	for (int i = 0; i < TERMINALS_MAX; i++) {
		if (all->at[i].state == TERMINAL_GONE)
			return (struct terminal *)(uintptr_t)&all->at[i];
	}
	return NULL;
}

bool
terminals_are_full(const struct terminals *all)
{
	return free_place(all) == NULL;
}

struct terminal *
terminals_add(struct terminals *all, int master, const struct child *c)
{
	struct terminal *t = free_place(all);
	struct err e;

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
	t->number = c->number;
	t->since = c->since;
	t->link = c->link;
	t->serial = c->serial;
	t->pid = c->pid;
	terminal_step(t, TERMINAL_ATTACHED);
	return t;
}

/* From now on init writes its ring. */
static void
take_over(struct terminal *t)
{
	struct err ignored;

	/* The session may have left nonsense: then what it wrote is lost. */
	terminal_ring_resume(&t->ring, &ignored);
	terminal_due_begin(&t->due, &t->ring,
	    t->picture.file == -1 ? 0 : t->picture.position);
	note_due(t);
}

void
terminal_leave(struct terminals *all, struct terminal *t)
{
	t->link = -1;
	t->left = ++all->leavings;
	take_over(t);
	agent_path_set(&t->agent, "");
	terminal_step(t,
	    t->state == TERMINAL_ENDING ? TERMINAL_UNSEEN : TERMINAL_DETACHED);
}

void
terminals_leave(struct terminals *all, int link)
{
	for (int i = 0; i < TERMINALS_MAX; i++) {
		struct terminal *t = &all->at[i];

		if (t->state != TERMINAL_GONE && t->link == link)
			terminal_leave(all, t);
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
		fds[i] = (struct pollfd){ terminal_waits(&all->at[i])
					      ? all->at[i].master
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
		note_due(t);
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
		if (fds[i].revents != 0 && terminal_waits(t) &&
		    t->master == fds[i].fd)
			read_into_ring(t);
	}
}
