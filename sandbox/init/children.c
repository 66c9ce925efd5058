/* children.c - the processes that init started for sessions. */
#include "sandbox/init/children.h"

#include <signal.h>
#include <stddef.h>

#include "gateway/base/signals.h"

bool
children_are_full(const struct children *all)
{
	for (int i = 0; i < CHILDREN_MAX; i++) {
		if (!all->child[i].used)
			return false;
	}
	return true;
}

void
children_add(struct children *all, const struct child *c)
{
	for (int i = 0; i < CHILDREN_MAX; i++) {
		if (all->child[i].used)
			continue;
		all->child[i] = *c;
		all->child[i].used = true;
		return;
	}
}

struct child *
children_by_pid(struct children *all, pid_t pid)
{
	for (int i = 0; i < CHILDREN_MAX; i++) {
		if (all->child[i].used && all->child[i].pid == pid)
			return &all->child[i];
	}
	return NULL;
}

struct child *
children_numbered(struct children *all, uint32_t number)
{
	for (int i = 0; number != 0 && i < CHILDREN_MAX; i++) {
		struct child *c = &all->child[i];

		if (c->used && c->number == number)
			return c;
	}
	return NULL;
}

struct child *
children_find(struct children *all, int link, uint32_t serial)
{
	for (int i = 0; i < CHILDREN_MAX; i++) {
		struct child *c = &all->child[i];

		if (c->used && c->link == link && c->serial == serial)
			return c;
	}
	return NULL;
}

/* WINCH goes with a window change. */
static bool
is_signal_for_students(uint32_t number)
{
	return signal_name(number) != NULL || number == SIGWINCH;
}

void
child_signal(pid_t pid, uint32_t number)
{
	if (pid > 1 && is_signal_for_students(number))
		kill(-pid, (int)number);
}

void
children_signal(struct children *all, int link, uint32_t serial,
    uint32_t number)
{
	struct child *c = children_find(all, link, serial);

	if (c != NULL)
		child_signal(c->pid, number);
}

void
children_hangup(struct child *c)
{
	if (c == NULL)
		return;
	if (!c->pty) {
		c->used = false;
		return;
	}
	if (c->pid <= 1)
		return;
	kill(-c->pid, SIGHUP);
	kill(-c->pid, SIGCONT);
}

void
children_hangup_link(struct children *all, int link)
{
	for (int i = 0; i < CHILDREN_MAX; i++) {
		struct child *c = &all->child[i];

		if (!c->used || c->link != link)
			continue;
		children_hangup(c);
		c->link = -1;
	}
}
