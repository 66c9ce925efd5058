/* consoles.c - the other machines of the seat, and their consoles. */
#include "sandbox/init/consoles.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/scope.h"
#include "gateway/wire/rights.h"

void
consoles_init(struct consoles *all)
{
	for (int i = 0; i < MACHINES_MAX; i++)
		all->at[i].chan = (struct chan){ -1, SESSION, INIT };
	for (int i = 0; i < CONSOLES_MAX; i++)
		all->console[i].sock = -1;
}

void
consoles_hear(struct consoles *all, void (*dialled)(void *self, struct msg *m),
    void *self)
{
	all->dialled = dialled;
	all->self = self;
}

static int
find(const struct consoles *all, const char *name)
{
	for (int i = 0; i < all->count; i++) {
		if (strcmp(all->at[i].name, name) == 0)
			return i;
	}
	return -1;
}

const struct chan *
consoles_machine(const struct consoles *all, const char *name)
{
	int at = find(all, name);

	return at == -1 || all->at[at].chan.fd == -1 ? NULL : &all->at[at].chan;
}

/* --- consoles ------------------------------------------------------------- */

static struct console *
console_find(struct consoles *all, int machine, uint32_t serial)
{
	for (int i = 0; i < CONSOLES_MAX; i++) {
		struct console *o = &all->console[i];

		if (o->sock != -1 && o->machine == machine &&
		    o->serial == serial)
			return o;
	}
	return NULL;
}

static struct console *
console_free(struct consoles *all)
{
	for (int i = 0; i < CONSOLES_MAX; i++) {
		if (all->console[i].sock == -1)
			return &all->console[i];
	}
	return NULL;
}

/* The lab program waits for the first of these when it has asked, and for the second
 * when what it asked for has ended.  One that is gone is told nothing. */
static void
give(struct console *o, struct lab_socket *lab, const int *fds, unsigned count)
{
	struct lab_client *c = lab_socket_find(lab, o->serial);
	const char word = LAB_CONSOLE_BEGINS;

	o->runs = true;
	if (c == NULL || rights_offer(o->sock, &word, 1, fds, count) == -1)
		scope_close(&o->sock);
	if (c != NULL)
		lab_socket_answer(c, LAB_DONE, "");
}

static void
give_status(struct console *o, const struct msg_exited *e)
{
	const char status =
	    (char)(e->signal != 0 ? 128 + e->signal : e->status);

	rights_offer(o->sock, &status, 1, NULL, 0);
	scope_close(&o->sock);
}

static void
fail(struct console *o, struct lab_socket *lab, const char *machine,
    const char *why)
{
	struct lab_client *c = lab_socket_find(lab, o->serial);

	if (c != NULL && !o->runs)
		lab_socket_refuse(c, "%s: %s\n", machine, why);
	scope_close(&o->sock);
}

/* Its init is dead: this seat ends, or it is made anew. */
static void
lose(struct consoles *all, int at, struct lab_socket *lab)
{
	scope_close(&all->at[at].chan.fd);
	for (int i = 0; i < CONSOLES_MAX; i++) {
		struct console *o = &all->console[i];

		if (o->sock != -1 && o->machine == at)
			fail(o, lab, all->at[at].name, "it has ended");
	}
}

/* The place of that name, which may have been left, or a new one. */
static struct machine_link *
place_for(struct consoles *all, const char *name)
{
	int at = find(all, name);

	if (at != -1)
		return &all->at[at];
	return all->count == MACHINES_MAX ? NULL : &all->at[all->count++];
}

static void
copy_addresses(struct machine_link *l, const struct msg_machine *m)
{
	const struct ids one = { 1, { m->address } };
	const struct ids *from = m->addresses.count == 0 ? &one : &m->addresses;

	l->address_count =
	    from->count < LAN_NETWORKS_MAX ? from->count : LAN_NETWORKS_MAX;
	memcpy(l->address, from->id, l->address_count * sizeof(from->id[0]));
}

void
consoles_add(struct consoles *all, struct lab_socket *lab, struct msg *m)
{
	struct machine_link *l;
	struct err ignored;

	if (chan_nonblock(m->fd[0], &ignored) == -1)
		return;
	l = place_for(all, m->machine.name);
	if (l == NULL)
		return;
	if (l->chan.fd != -1)
		lose(all, (int)(l - all->at), lab);
	text_copy(l->name, NAME_SIZE, m->machine.name);
	copy_addresses(l, &m->machine);
	l->chan.fd = take_fd(&m->fd[0]);
}

/* --- what a machine says -------------------------------------------------- */

static void
on_message(struct consoles *all, int at, struct lab_socket *lab, struct msg *m)
{
	struct console *o = console_find(all, at, m->serial);

	if (m->type == MSG_DIALLED || m->type == MSG_FORWARD_FAILED) {
		if (all->dialled != NULL)
			all->dialled(all->self, m);
		return;
	}
	if (o == NULL)
		return;
	if (m->type == MSG_SPAWNED_PTY && !o->runs)
		give(o, lab, m->fd, 1);
	else if (m->type == MSG_SPAWNED_PIPES && !o->runs)
		give(o, lab, m->fd, 3);
	else if (m->type == MSG_SPAWN_FAILED)
		fail(o, lab, all->at[at].name, m->spawn_failed.reason);
	else if (m->type == MSG_EXITED && o->runs)
		give_status(o, &m->exited);
	else if (m->type == MSG_EXITED)
		fail(o, lab, all->at[at].name, "its shell has ended");
}

static void
on_machine(struct consoles *all, int at, struct lab_socket *lab)
{
	struct err e;
	struct msg m;

	switch (chan_recv(&all->at[at].chan, &m, &e)) {
	case CHAN_UNKNOWN:
	case CHAN_EMPTY:
		return;
	case CHAN_MESSAGE:
		on_message(all, at, lab, &m);
		msg_close(&m);
		return;
	case CHAN_CLOSED:
	case CHAN_BROKEN:
		lose(all, at, lab);
	}
}

/* Its lab program is gone. */
static void
hang_up(struct consoles *all, struct console *o)
{
	struct err ignored;
	struct msg m;

	MSG_NEW(&m, HANGUP, hangup);
	m.serial = o->serial;
	chan_send(&all->at[o->machine].chan, &m, &ignored);
	scope_close(&o->sock);
}

/* The lab program says nothing more: its socket is looked at for its end alone. */
void
consoles_wants(const struct consoles *all, struct pollfd fds[CONSOLES_POLL])
{
	for (int i = 0; i < MACHINES_MAX; i++)
		fds[i] = (struct pollfd){ all->at[i].chan.fd, POLLIN };
	for (int i = 0; i < CONSOLES_MAX; i++)
		fds[MACHINES_MAX + i] =
		    (struct pollfd){ all->console[i].sock, 0 };
}

void
consoles_serve(struct consoles *all, struct lab_socket *lab,
    const struct pollfd fds[CONSOLES_POLL])
{
	const struct pollfd *socks = fds + MACHINES_MAX;

	for (int i = 0; i < MACHINES_MAX; i++) {
		if (fds[i].revents != 0 && all->at[i].chan.fd == fds[i].fd)
			on_machine(all, i, lab);
	}
	for (int i = 0; i < CONSOLES_MAX; i++) {
		struct console *o = &all->console[i];

		if (socks[i].revents != 0 && o->sock != -1 &&
		    o->sock == socks[i].fd)
			hang_up(all, o);
	}
}

/* --- what the student asks ------------------------------------------------ */

static void
write_row(FILE *to, const char *name, uint32_t address, const char *note)
{
	char text[16];

	snprintf(text, sizeof(text), "%u.%u.%u.%u", address >> 24 & 255,
	    address >> 16 & 255, address >> 8 & 255, address & 255);
	fprintf(to, "%-15s  %-15s  %s\n", name, text, note);
}

/* One address a row. */
static void
write_rows(FILE *to, const char *name, const uint32_t *addresses,
    uint32_t count, const char *note)
{
	for (uint32_t i = 0; i < count; i++)
		write_row(to, i == 0 ? name : "", addresses[i],
		    i == 0 ? note : "");
}

static bool
has_machines(const struct msg_init_plan *plan, struct lab_client *c)
{
	if (plan->machine[0] != '\0')
		return true;
	lab_socket_refuse(c, "This lab has no other machines than this one.\n");
	return false;
}

void
consoles_list(const struct consoles *all, const struct msg_init_plan *plan,
    struct lab_client *c)
{
	char text[(MACHINES_MAX + 2) * 256] = "";
	FILE *to;

	if (!has_machines(plan, c))
		return;
	to = fmemopen(text, sizeof(text), "w");
	if (to == NULL) {
		lab_socket_refuse(c, "There is no memory for the list.\n");
		return;
	}
	fprintf(to, "%-15s  %-15s\n", "MACHINE", "ADDRESS");
	write_rows(to, plan->machine, plan->addresses.id, plan->addresses.count,
	    "(this one)");
	for (int i = 0; i < all->count; i++)
		write_rows(to, all->at[i].name, all->at[i].address,
		    all->at[i].address_count,
		    all->at[i].chan.fd != -1 ? "" : "(being made anew)");
	fclose(to);
	lab_socket_answer(c, LAB_DONE, text);
}

/* A shell on a terminal, or that command on pipes. */
static int
ask_for(const struct consoles *all, int at, const struct lab_client *c,
    const char *term, const char *command, struct err *e)
{
	char room[STRINGS_SIZE], variable[TEXT_SIZE];
	struct msg m;

	snprintf(variable, sizeof(variable), "TERM=%s", term);
	MSG_NEW(&m, SPAWN, spawn);
	m.serial = c->serial;
	m.spawn.kind = command == NULL ? SPAWN_SHELL : SPAWN_EXEC;
	m.spawn.pty = command == NULL;
	m.spawn.rows = c->number >> 16;
	m.spawn.cols = c->number & 0xffff;
	m.spawn.environment = strings_in(room, sizeof(room));
	if (term[0] != '\0')
		strings_add(&m.spawn.environment, variable);
	if (command != NULL)
		m.spawn.command = command;
	return chan_send(&all->at[at].chan, &m, e);
}

void
consoles_open(struct consoles *all, const struct msg_init_plan *plan,
    struct lab_client *c)
{
	const char *name = lab_client_word(c);
	const char *term = lab_client_word(c);
	const char *command = lab_client_word(c);
	struct console *o = console_free(all);
	struct err e;
	int at;

	if (!has_machines(plan, c))
		return;
	if (name == NULL || term == NULL || c->passed == -1) {
		lab_socket_refuse(c,
		    "This is no request: is lab of another build?\n");
		return;
	}
	at = find(all, name);
	if (strcmp(name, plan->machine) == 0) {
		lab_socket_refuse(c, "This is %s.\n", name);
	} else if (at == -1) {
		lab_socket_refuse(c,
		    "There is no machine %.40s: 'lab machines' lists them.\n",
		    name);
	} else if (all->at[at].chan.fd == -1) {
		lab_socket_refuse(c,
		    "%s is being made anew: try again in a moment.\n", name);
	} else if (o == NULL) {
		lab_socket_refuse(c,
		    "There are %d consoles already, which is the most: end one"
		    " of them first.\n",
		    CONSOLES_MAX);
	} else if (ask_for(all, at, c, term, command, &e) == -1) {
		lab_socket_refuse(c, "%s: %s\n", name, e.text);
	} else {
		*o = (struct console){ .sock = take_fd(&c->passed),
			.serial = c->serial,
			.machine = at };
	}
}
