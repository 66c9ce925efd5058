/*
 * terminal_requests.c - what the student's lab program, and the monitor, ask about
 * terminals.
 *
 * "lab new" and "lab attach" are typed at a terminal, and mean the channel of the
 * client's that is at it.  That is the session's, which is told, leaves the
 * terminal or hangs it up, and asks for a shell anew: so all that can happen to a
 * shell request happens here too, and nothing else.
 */
#include "sandbox/init/terminal_requests.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/span.h"
#include "sandbox/init/links.h"
#include "sandbox/init/ping.h"
#include "sandbox/init/terminal_list.h"

/* --- where it was typed --------------------------------------------------- */

/* What sessions were given is a leader of a session, see setsid(2), and whatever
 * is typed at its terminal is of that session.  Both are NULL elsewhere, as in
 * tmux(1). */
struct place {
	struct terminal *terminal;
	struct child *child;
};

static struct place
place_of(struct init *in, const struct lab_client *c)
{
	pid_t leader = getsid(c->pid);

	if (leader <= 0)
		return (struct place){ NULL, NULL };
	return (struct place){ terminals_by_pid(&in->terminals, leader),
		children_by_pid(&in->children, leader) };
}

/* The session that is at that place; in tmux(1), and for what runs in the
 * background, the one that there is.  -1: none can be told. */
static int
link_at_place(struct init *in, const struct lab_client *c)
{
	struct place p = place_of(in, c);
	int only = -1;

	if (p.terminal != NULL)
		return p.terminal->link;
	if (p.child != NULL)
		return p.child->link;
	for (int i = 0; i < LINKS_MAX; i++) {
		if (in->link[i].fd == -1)
			continue;
		if (only != -1)
			return -1;
		only = i;
	}
	return only;
}

/* --- terminals ------------------------------------------------------------ */

static const char *const state_words[TOLD_COUNT] = {
	[TOLD_ATTACHED] = "attached",
	[TOLD_WAITING] = "waiting",
	[TOLD_ENDED] = "ended",
};

/* The two largest units say enough: when it began, which is not told by the clock,
 * for the sandbox may be in another time zone than the gateway. */
static void
write_row(const struct terminal_row *r, bool is_here, FILE *to)
{
	char size[24] = "-", age[SPAN_SIZE];

	if (r->rows != 0 || r->cols != 0)
		snprintf(size, sizeof(size), "%" PRIu32 "x%" PRIu32, r->cols,
		    r->rows);
	span_text((int64_t)time(NULL) - r->since, age);
	fprintf(to, "%c%3" PRIu32 "  %-8s  %-9s  %-20s  %s%s\n",
	    is_here ? '*' : ' ', r->number, state_words[r->state], size, age,
	    r->program[0] == '\0' ? "-" : r->program,
	    r->is_kept ? "" : "  (ends with its connection)");
}

static void
list(struct init *in, struct lab_client *c)
{
	struct terminal_row rows[TERMINAL_ROWS_MAX];
	size_t n = terminal_list(&in->terminals, &in->children, rows);
	struct place here = place_of(in, c);
	uint32_t number = here.terminal != NULL ? here.terminal->number
			  : here.child != NULL	? here.child->number
						: 0;
	/* A row is at most 200 bytes. */
	char text[(TERMINAL_ROWS_MAX + 1) * 256] = "";
	FILE *to = fmemopen(text, sizeof(text), "w");

	if (to == NULL) {
		lab_socket_refuse(c, "There is no memory for the list.\n");
		return;
	}
	if (n == 0)
		fputs("There is no terminal.\n", to);
	else
		fputs("  NO  STATE     SIZE       STARTED               "
		      "PROGRAM\n",
		    to);
	for (size_t i = 0; i < n; i++)
		write_row(&rows[i], rows[i].number == number, to);
	fclose(to);
	lab_socket_answer(c, LAB_DONE, text);
}

/* --- new, attach ---------------------------------------------------------- */

/* The channel at that place; NULL in why, or why there is none to be used. */
struct channel_at {
	int link;
	uint32_t serial;
	const char *why;
};

static const char no_connection[] = "No connection is at this terminal now.\n";

/* One that is not kept is hung up for the other: it may only run this request,
 * as with ssh -t HOST lab new.  In the foreground of a shell that a person types
 * at, each command is in a group of its own, see setpgid(2). */
static struct channel_at
channel_of_child(const struct child *c, pid_t asking)
{
	struct channel_at at = { c->link, c->serial, NULL };

	if (c->link == -1)
		at.why = no_connection;
	else if (!c->pty)
		at.why = "There is no terminal to have it on: ask for one, as"
			 " with 'ssh -t'.\n";
	else if (getpgid(asking) != c->pid)
		at.why = "This terminal ends with its connection, and what runs"
			 " on it would be lost: type 'ssh -t HOST lab new' in"
			 " another window.\n";
	return at;
}

static struct channel_at
channel_at_place(struct init *in, const struct lab_client *c)
{
	struct place p = place_of(in, c);

	if (in->plan.init_plan.reattach == 0)
		return (struct channel_at){ .why =
						"This lab keeps no terminals:"
						" for another one connect"
						" again.\n" };
	if (p.child != NULL)
		return channel_of_child(p.child, c->pid);
	if (p.terminal == NULL)
		return (struct channel_at){ .why =
						"This is not one of the"
						" terminals that 'lab"
						" terminals' lists: leave tmux"
						" or screen first, or use 'ssh"
						" -t HOST lab new'.\n" };
	if (p.terminal->state != TERMINAL_ATTACHED)
		return (struct channel_at){ .why = no_connection };
	return (
	    struct channel_at){ p.terminal->link, p.terminal->serial, NULL };
}

/* Is there a terminal that could be had?  Else c is answered. */
static bool
find_wanted(struct init *in, struct lab_client *c, uint32_t *number)
{
	struct terminal *t;

	if (*number == TERMINAL_LAST) {
		t = terminals_left_last(&in->terminals);
		if (t == NULL)
			lab_socket_refuse(c,
			    "No terminal waits for you: 'lab new' starts"
			    " one.\n");
		else
			*number = t->number;
		return t != NULL;
	}
	t = terminals_numbered(&in->terminals, *number);
	if (t != NULL && terminal_waits(t))
		return true;
	if (t != NULL && t == place_of(in, c).terminal)
		lab_socket_refuse(c, "This is terminal %" PRIu32 ".\n",
		    *number);
	else if (t != NULL)
		lab_socket_refuse(c,
		    "Somebody is at terminal %" PRIu32 ": end that connection,"
		    " or type 'lab new' there, and it waits for you.\n",
		    *number);
	else if (children_numbered(&in->children, *number) != NULL)
		lab_socket_refuse(c,
		    "Terminal %" PRIu32 " ends with its connection, and cannot"
		    " be had by another.\n",
		    *number);
	else
		lab_socket_refuse(c,
		    "There is no terminal %" PRIu32 ": 'lab terminals' lists"
		    " them.\n",
		    *number);
	return false;
}

static bool
has_room(struct init *in, struct lab_client *c)
{
	if (!terminals_are_full(&in->terminals) &&
	    !children_are_full(&in->children))
		return true;
	lab_socket_refuse(c,
	    "There are %d terminals already, which is the most: end one of"
	    " them first ('lab terminals' lists them).\n",
	    TERMINALS_MAX);
	return false;
}

static void
change(struct init *in, struct lab_client *c, uint32_t number)
{
	struct channel_at at = channel_at_place(in, c);
	struct msg m;

	if (at.why != NULL) {
		lab_socket_refuse(c, "%s", at.why);
		return;
	}
	if (!in->changes[at.link]) {
		lab_socket_refuse(c,
		    "This connection is served by an older build of the"
		    " gateway, which cannot do that: connect again.\n");
		return;
	}
	if (number == TERMINAL_NEW ? !has_room(in, c)
				   : !find_wanted(in, c, &number))
		return;
	lab_socket_answer(c, LAB_DONE, "");
	MSG_NEW(&m, TERMINAL_CHANGE, terminal_change);
	m.serial = at.serial;
	m.terminal_change.terminal = number;
	links_send(in, at.link, &m);
}

/* --- the room's screen ---------------------------------------------------- */

/* 0: c is answered, it was typed at none that a client is at. */
static uint32_t
number_at_place(struct init *in, struct lab_client *c)
{
	struct place p = place_of(in, c);

	if (p.terminal != NULL && p.terminal->state == TERMINAL_ATTACHED)
		return p.terminal->number;
	if (p.child != NULL && p.child->link != -1 && p.child->pty)
		return p.child->number;
	if (p.terminal != NULL || (p.child != NULL && p.child->pty))
		lab_socket_refuse(c, "%s", no_connection);
	else
		lab_socket_refuse(c,
		    "This is not one of the terminals that 'lab"
		    " terminals' lists: leave tmux or screen first, or"
		    " use 'ssh -t HOST lab stage'.\n");
	return 0;
}

static void
pass_stage(struct init *in, struct lab_client *c)
{
	struct msg m;
	struct err e;

	MSG_NEW(&m, STAGE, stage);
	m.serial = c->serial;
	m.stage.what = c->number;
	m.stage.terminal = number_at_place(in, c);
	if (m.stage.terminal == 0)
		return;
	if (c->number > STAGE_OFF)
		lab_socket_refuse(c,
		    "This is no request: is lab of another build?\n");
	else if (chan_send(&in->monitor, &m, &e) == -1)
		lab_socket_refuse(c, "The gateway is busy, try again.\n");
}

void
terminal_requests_asked(void *init, struct lab_client *c)
{
	struct init *in = init;

	if (c->command == LAB_COMMAND_TERMINALS)
		list(init, c);
	else if (c->command == LAB_COMMAND_PING)
		ping_begin(init, c, link_at_place(init, c));
	else if (c->command == LAB_COMMAND_STAGE)
		pass_stage(init, c);
	else if (c->command == LAB_COMMAND_MACHINES)
		consoles_list(&in->consoles, &in->plan.init_plan, c);
	else if (c->command == LAB_COMMAND_CONSOLE)
		consoles_open(&in->consoles, &in->plan.init_plan, c);
	else if (c->command == LAB_COMMAND_NEW)
		change(init, c, TERMINAL_NEW);
	else
		change(init, c, c->number);
}

/* --- the monitor ---------------------------------------------------------- */

static bool
tell_row(const struct chan *to, uint32_t serial, const struct terminal_row *r)
{
	struct err ignored;
	struct msg m;

	MSG_NEW(&m, TERMINAL, terminal);
	m.serial = serial;
	m.terminal.number = r->number;
	m.terminal.since = (uint64_t)r->since;
	m.terminal.state = r->state;
	m.terminal.is_kept = r->is_kept;
	m.terminal.rows = r->rows;
	m.terminal.cols = r->cols;
	text_copy(m.terminal.program, TEXT_SIZE, r->program);
	return chan_send(to, &m, &ignored) == 0;
}

/* A monitor that does not read gets less, and asks again. */
void
terminal_requests_get(struct init *in, uint32_t serial)
{
	struct terminal_row rows[TERMINAL_ROWS_MAX];
	size_t n = terminal_list(&in->terminals, &in->children, rows);
	struct err ignored;
	struct msg m;

	for (size_t i = 0; i < n; i++) {
		if (!tell_row(&in->monitor, serial, &rows[i]))
			return;
	}
	MSG_NEW(&m, TERMINALS_END, terminals_end);
	m.serial = serial;
	chan_send(&in->monitor, &m, &ignored);
}
