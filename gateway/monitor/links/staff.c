/* staff.c - the commands that staff give by ssh. */
#include "gateway/monitor/links/staff.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "gateway/base/escape.h"
#include "gateway/base/scope.h"
#include "gateway/config/policy.h"
#include "gateway/monitor/accounts/accounts.h"
#include "gateway/monitor/links/build.h"
#include "gateway/monitor/links/control.h"

#define TOOLS_MAX	  64 /* half of what may ask at once, see control.c */
#define TOOLS_ACCOUNT_MAX 8
#define STATUS_REFUSED	  1
#define STATUS_LOST	  255

/* A command that runs. */
struct tool {
	LIST_ENTRY(tool) next;
	uint32_t number;
	uint32_t conn, serial; /* whose, and what STAFF_RUN said */
	char account[NAME_SIZE];
	staff_done *on_done; /* NULL: it is a connection's */
	void *self;
};

struct staff {
	struct link *link; /* to atoll-staff; owned, NULL while there is none */
	LIST_HEAD(, tool) tools;
	uint32_t last_number;
};

/* The connection may have gone. */
static void
tell_end(struct monitor *m, uint32_t conn, uint32_t serial, uint32_t status,
    const char *reason)
{
	struct conn *c = conn_by_id(&m->registry, conn);
	struct msg msg;

	if (c == NULL || c->link == NULL)
		return;
	MSG_NEW(&msg, STAFF_ENDED, staff_ended);
	msg.serial = serial;
	msg.staff_ended.status = status;
	text_copy(msg.staff_ended.reason, TEXT_SIZE, reason);
	link_send(c->link, &msg);
}

static void
end_tool(struct monitor *m, struct tool *t, uint32_t status, const char *reason)
{
	LIST_REMOVE(t, next);
	if (t->on_done != NULL)
		t->on_done(t->self, status);
	else
		tell_end(m, t->conn, t->serial, status, reason);
	free(t);
}

/* --- the process ------------------------------------------------------------- */

static int
start_process(struct monitor *m, struct err *e)
{
	CLOSES int ours = -1;
	CLOSES int theirs = -1;

	if (m->staff == NULL)
		m->staff = calloc(1, sizeof(*m->staff));
	if (m->staff == NULL)
		return err_set(e, ENOMEM, "staff");
	if (m->staff->link != NULL)
		return 0;
	if (chan_link(&ours, &theirs, e) == -1 ||
	    build_program(m, JAILED_STAFF, theirs, e) == -1)
		return -1;
	m->staff->link =
	    link_open(&m->loop, take_fd(&ours), m->routes->staff, m, e);
	if (m->staff->link == NULL)
		return -1;
	link_hello(m->staff->link);
	return 0;
}

void
staff_hello(struct monitor *m, struct msg *msg)
{
	struct err e = { 0 };

	if (link_check_hello(m->staff->link, msg, &e) == -1) {
		log_error(NULL, "atoll-staff: %s", e.text);
		link_close(m->staff->link, e.text);
	}
}

void
staff_closed(struct monitor *m, const char *why)
{
	struct tool *t;

	m->staff->link = NULL;
	if (m->phase != STOPPING) {
		log_error(NULL,
		    "lost atoll-staff, and with it the commands that ran: %s",
		    why);
		metrics_lost(&m->metrics, LOST_STAFF);
	}
	while ((t = LIST_FIRST(&m->staff->tools)) != NULL)
		end_tool(m, t, STATUS_LOST,
		    "the gateway's program for this has ended; try again, and"
		    " tell the administrator if it stays so");
}

/* --- a command ---------------------------------------------------------------- */

/* Its side's descriptors and ours, of a terminal or of three pipes. */
struct stdio {
	int theirs[3], ours[3]; /* -1 where there is none; all owned */
};

static void
close_stdio(struct stdio *io)
{
	for (int i = 0; i < 3; i++) {
		scope_close(&io->theirs[i]);
		scope_close(&io->ours[i]);
	}
}

static int
make_terminal(struct stdio *io, const struct msg_staff_run *ask, struct err *e)
{
	const struct winsize size = { .ws_row = (uint16_t)ask->rows,
		.ws_col = (uint16_t)ask->cols };

	io->ours[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (io->ours[0] == -1 || unlockpt(io->ours[0]) == -1)
		return err_set(e, errno, "a terminal");
	ioctl(io->ours[0], TIOCSWINSZ, &size);
	/* As descriptors, since the devices of a host may be elsewhere
	 * (ioctl_tty(2), Linux 4.13). */
	for (int i = 0; i < 3; i++) {
		io->theirs[i] = ioctl(io->ours[0], TIOCGPTPEER,
		    O_RDWR | O_NOCTTY | O_CLOEXEC);
		if (io->theirs[i] == -1)
			return err_set(e, errno, "a terminal");
	}
	return 0;
}

static int
make_pipes(struct stdio *io, struct err *e)
{
	for (int i = 0; i < 3; i++) {
		int ends[2];

		if (pipe2(ends, O_CLOEXEC) == -1)
			return err_set(e, errno, "pipe");
		io->theirs[i] = ends[i == STDIN_FILENO ? 0 : 1];
		io->ours[i] = ends[i == STDIN_FILENO ? 1 : 0];
	}
	return 0;
}

/* Why it is not run, or NULL. */
static const char *
find_refusal(struct conn *c)
{
	const struct monitor *m = c->monitor;
	const struct tool *t;
	unsigned all = 0, own = 0;

	if (!policy_is_staff_somewhere(m->config, accounts_of(c)))
		return "you are staff of no lab: the option staff of a lab "
		       "names"
		       " a group, see atoll.conf(5)";
	if (m->staff == NULL)
		return NULL;
	LIST_FOREACH(t, &m->staff->tools, next) {
		all++;
		own += strcmp(t->account, c->account) == 0;
	}
	if (own >= TOOLS_ACCOUNT_MAX)
		return "you have eight commands running already: end one of "
		       "them";
	return all < TOOLS_MAX ? NULL
			       : "too many commands of staff are running: try"
				 " again in a moment";
}

static int
send_start(struct monitor *m, const struct tool *t, const struct msg *ask,
    const struct stdio *io, struct err *e)
{
	struct conn *c = conn_by_id(&m->registry, t->conn);
	CLOSES int theirs = -1;
	struct msg msg;
	int ours;

	if (chan_link(&ours, &theirs, e) == -1 ||
	    control_serve_staff(m, ours, c, e) == -1)
		return -1;
	MSG_NEW(&msg, TOOL_START, tool_start);
	msg.tool_start.tool = t->number;
	msg.tool_start.pty = ask->staff_run.pty;
	text_copy(msg.tool_start.term, TEXT_SIZE, ask->staff_run.term);
	msg.tool_start.command = ask->staff_run.command;
	for (int i = 0; i < 3; i++)
		msg.fd[i] = io->theirs[i];
	msg.fd[3] = theirs;
	return link_pass(m->staff->link, &msg, e);
}

static int
send_started(struct conn *c, const struct msg *ask, const struct stdio *io,
    struct err *e)
{
	struct msg msg;

	if (ask->staff_run.pty != 0) {
		MSG_NEW(&msg, STAFF_STARTED_PTY, staff_started_pty);
		msg.fd[0] = io->ours[0];
	} else {
		MSG_NEW(&msg, STAFF_STARTED_PIPES, staff_started_pipes);
		for (int i = 0; i < 3; i++)
			msg.fd[i] = io->ours[i];
	}
	msg.serial = ask->serial;
	return link_pass(c->link, &msg, e);
}

static int
run(struct conn *c, const struct msg *ask, struct err *e)
{
	struct stdio io = { { -1, -1, -1 }, { -1, -1, -1 } };
	struct monitor *m = c->monitor;
	struct tool *t;
	int rc = -1;

	if (start_process(m, e) == -1)
		return -1;
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return err_set(e, ENOMEM, "staff");
	t->number = ++m->staff->last_number;
	t->conn = c->id;
	t->serial = ask->serial;
	text_copy(t->account, sizeof(t->account), c->account);
	if ((ask->staff_run.pty != 0 ? make_terminal(&io, &ask->staff_run, e)
				     : make_pipes(&io, e)) == 0 &&
	    send_start(m, t, ask, &io, e) == 0)
		rc = send_started(c, ask, &io, e);
	close_stdio(&io);
	if (rc == 0)
		LIST_INSERT_HEAD(&m->staff->tools, t, next);
	else
		free(t);
	return rc;
}

/* A session that was taken over may not fill the log, nor have processes made as
 * fast as it can ask. */
void
staff_run(struct conn *c, struct msg *m)
{
	const char *why = find_refusal(c);
	char safe[TEXT_SIZE];
	struct err e = { 0 };

	if (!bucket_take(&c->asks, (int64_t)uv_now(&c->monitor->loop))) {
		tell_end(c->monitor, c->id, m->serial, STATUS_REFUSED,
		    "you give commands too fast: wait a moment");
		return;
	}
	text_escape(safe, sizeof(safe), m->staff_run.command);
	log_info(&c->tag, "staff command%s: %.300s",
	    why == NULL ? "" : " refused", safe);
	if (why == NULL && run(c, m, &e) == -1) {
		log_error(&c->tag, "cannot run a command of staff: %s", e.text);
		why = "this host is out of resources; try again in a minute";
	}
	if (why != NULL)
		tell_end(c->monitor, c->id, m->serial, STATUS_REFUSED, why);
}

void
staff_tool_ended(struct monitor *m, const struct msg_tool_ended *told)
{
	struct tool *t;

	LIST_FOREACH(t, &m->staff->tools, next) {
		if (t->number == told->tool)
			break;
	}
	if (t == NULL)
		return;
	end_tool(m, t, told->status, "");
}

/* --- a command of our own ----------------------------------------------------- */

/* Without input.  What it has to say of a failure goes where its output does, which is of no
 * use then. */
static int
send_report(struct monitor *m, const struct tool *t, const char *lab, int out,
    struct err *e)
{
	CLOSES int theirs = -1;
	CLOSES int input = -1;
	char command[TEXT_SIZE];
	struct msg msg;
	int ours, ends[2];

	if (pipe2(ends, O_CLOEXEC) == -1)
		return err_set(e, errno, "pipe");
	input = ends[0];
	close(ends[1]);
	if (chan_link(&ours, &theirs, e) == -1 ||
	    control_serve_report(m, ours, lab, e) == -1)
		return -1;
	snprintf(command, sizeof(command), "atoll report %s --html -", lab);
	MSG_NEW(&msg, TOOL_START, tool_start);
	msg.tool_start.tool = t->number;
	msg.tool_start.command = command;
	msg.fd[0] = input;
	msg.fd[1] = msg.fd[2] = out;
	msg.fd[3] = theirs;
	return link_pass(m->staff->link, &msg, e);
}

int
staff_run_report(struct monitor *m, const char *lab, int out,
    staff_done *on_done, void *self, struct err *e)
{
	struct tool *t;

	if (start_process(m, e) == -1)
		return -1;
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return err_set(e, ENOMEM, "staff");
	t->number = ++m->staff->last_number;
	t->on_done = on_done;
	t->self = self;
	if (send_report(m, t, lab, out, e) == -1) {
		free(t);
		return -1;
	}
	LIST_INSERT_HEAD(&m->staff->tools, t, next);
	return 0;
}

bool
staff_is_quiet(const struct monitor *m)
{
	return m->staff == NULL || LIST_EMPTY(&m->staff->tools);
}

void
staff_close(struct monitor *m)
{
	if (m->staff != NULL && m->staff->link != NULL)
		link_close(m->staff->link, "stopping");
}

void
staff_free(struct monitor *m)
{
	free(m->staff);
	m->staff = NULL;
}
