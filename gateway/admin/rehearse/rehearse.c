/*
 * rehearse.c - atoll rehearse: a class of throw-away students for a while.
 *
 * The accounts live as long as our link to the monitor: whatever ends us ends them.
 * So the clients are stopped first, and the monitor is asked to clear up last, on
 * that link; what is asked of it meanwhile is asked there, too.
 */
#include "gateway/admin/rehearse/rehearse.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "gateway/admin/argument.h"
#include "gateway/admin/exchange.h"
#include "gateway/admin/rehearse/clients.h"
#include "gateway/admin/rehearse/findings.h"
#include "gateway/admin/rehearse/host_look.h"
#include "gateway/admin/rehearse/rehearse_print.h"
#include "gateway/admin/rehearse/solve_read.h"
#include "gateway/base/clock.h"

#define LOOK_MS		1000
#define SEATS_EACH	5 /* looks: what each sandbox uses is asked less often */
#define CLEARED_SECONDS 600 /* that hundreds of sandboxes and homes may take */
#define PORT_DEFAULT	22

struct rehearsing {
	const struct invocation *in;
	struct chan monitor;
	struct clients clients;
	struct outcome outcome;
	struct solution solve;
	char host[TEXT_SIZE];
	unsigned port;
	char prefix[TEXT_SIZE], state_dir[PATH_SIZE];
	int64_t began_ms;
	unsigned looks;
	struct host_watch watch;
};

/* Ctrl-C once: an early end, with all that belongs to one.  Twice: the monitor does
 * that alone. */
static volatile sig_atomic_t is_interrupted;

static void
on_interrupt(int number)
{
	(void)number;
	is_interrupted = 1;
}

static void
catch_interrupts(void)
{
	const struct sigaction action = { .sa_handler = on_interrupt,
		.sa_flags = (int)SA_RESETHAND };

	is_interrupted = 0;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN); /* clients that have ended early */
}

/* --- where to ------------------------------------------------------------------ */

/* "127.0.0.1:2222", "[::1]:2222", "::1" or a name, with a port or without. */
static int
split_host(struct rehearsing *r, const char *text, struct err *e)
{
	const char *from = text, *end, *port = NULL;

	if (*text == '[') {
		from++;
		end = strchr(from, ']');
		if (end == NULL)
			end = from;
		port = end[0] == ']' && end[1] == ':' ? end + 2 : NULL;
	} else {
		end = strchr(text, ':');
		if (end != NULL && strchr(end + 1, ':') == NULL)
			port = end + 1;
		else /* none, or those of an IPv6 address */
			end = text + strlen(text);
	}
	r->port =
	    port == NULL ? PORT_DEFAULT : (unsigned)strtoul(port, NULL, 10);
	if (end == from || end - from >= (ptrdiff_t)sizeof(r->host) ||
	    r->port < 1 || r->port > 65535)
		return err_set(e, 0, "%.200s is no HOST or HOST:PORT", text);
	memcpy(r->host, from, (size_t)(end - from));
	r->host[end - from] = '\0';
	return 0;
}

/* Its first address, from here. */
static int
find_host(struct rehearsing *r, struct err *e)
{
	struct answer a = { 0 };
	struct msg request;
	int rc;

	MSG_NEW(&request, ADMIN_STATUS, admin_status);
	rc = ask(&r->monitor, &request, &a, e);
	if (rc == 0) {
		a.status.listen[strcspn(a.status.listen, " ")] = '\0';
		rc = split_host(r, a.status.listen, e);
	}
	answer_free(&a);
	if (strcmp(r->host, "0.0.0.0") == 0)
		text_copy(r->host, sizeof(r->host), "127.0.0.1");
	else if (strcmp(r->host, "::") == 0)
		text_copy(r->host, sizeof(r->host), "::1");
	return rc;
}

static int
check_words(struct rehearsing *r, struct err *e)
{
	const struct invocation *in = r->in;

	if (in->through != NULL && in->host == NULL)
		return err_set(e, 0,
		    "--through needs --host HOST[:PORT]: where the gateway is,"
		    " seen from there");
	if (in->through == NULL && in->host != NULL)
		return err_set(e, 0,
		    "--host is for --through: from here, the gateway's own"
		    " address is taken");
	if (argument_lab(in->words[0], e) == -1)
		return -1;
	text_copy(r->outcome.lab, sizeof(r->outcome.lab), in->words[0]);
	return in->host == NULL ? 0 : split_host(r, in->host, e);
}

/* --- the accounts -------------------------------------------------------------- */

static void
take_lab(struct rehearsing *r, const struct msg_rehearsing *m)
{
	struct outcome *o = &r->outcome;

	text_copy(r->prefix, sizeof(r->prefix), m->prefix);
	text_copy(r->state_dir, sizeof(r->state_dir), m->state_dir);
	r->watch.state_dir = r->state_dir;
	o->has_reattach = m->reattach != 0;
	o->lab_max = m->lab_max;
	o->lab_machines = m->machines;
	o->lab_memory = m->memory;
	o->lab_pids = m->pids;
}

static int
make_accounts(struct rehearsing *r, const char *key, struct err *e)
{
	struct msg m;

	MSG_NEW(&m, REHEARSE, rehearse);
	text_copy(m.rehearse.lab, NAME_SIZE, r->outcome.lab);
	m.rehearse.count = r->outcome.students;
	m.rehearse.key = key;
	if (r->outcome.is_here)
		text_copy(m.rehearse.address, TEXT_SIZE, r->host);
	m.rehearse.beside = r->in->beside_students;
	if (chan_send(&r->monitor, &m, e) == -1)
		return -1;
	for (;;) {
		if (ask_next(&r->monitor, &m, e) == -1)
			return -1;
		if (m.type == MSG_REHEARSING)
			take_lab(r, &m.rehearsing);
		else if (m.type == MSG_ADMIN_END)
			break;
	}
	return m.admin_end.status == 0 ? 0
				       : err_set(e, 0, "%s", m.admin_end.text);
}

/* Answered when no trace is left. */
static int
clear_accounts(struct rehearsing *r, struct err *e)
{
	const struct timeval patience = { .tv_sec = CLEARED_SECONDS };
	struct answer a = { 0 };
	struct msg m;
	int rc;

	setsockopt(r->monitor.fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof(patience));
	MSG_NEW(&m, REHEARSE_END, rehearse_end);
	rc = ask(&r->monitor, &m, &a, e);
	if (rc == 0 && a.end.status != 0)
		rc = err_set(e, 0, "%s", a.end.text);
	answer_free(&a);
	return rc == 0 ? 0
		       : err_wrap(e, "what is left of the rehearsal goes at the"
				     " gateway's next start");
}

/* --- meanwhile ------------------------------------------------------------------ */

static double
seconds(const struct rehearsing *r)
{
	return (double)(clock_ms() - r->began_ms) / 1000;
}

static int
look_at_seats(struct rehearsing *r, struct err *e)
{
	struct outcome *o = &r->outcome;
	struct answer a = { 0 };
	struct msg request;
	int rc;

	MSG_NEW(&request, ADMIN_LS, admin_ls);
	text_copy(request.admin_ls.lab, NAME_SIZE, o->lab);
	rc = ask(&r->monitor, &request, &a, e);
	for (size_t i = 0; i < a.seat_count; i++) {
		if (a.seats[i].is_rehearsal == 0)
			continue;
		if (a.seats[i].memory > o->memory)
			o->memory = a.seats[i].memory;
		if (a.seats[i].pids > o->pids)
			o->pids = a.seats[i].pids;
	}
	answer_free(&a);
	return rc;
}

static int
look(struct rehearsing *r, struct err *e)
{
	struct outcome *o = &r->outcome;
	struct answer a = { 0 };
	struct msg request;
	int rc;

	host_look(&r->watch, &o->host, seconds(r));
	MSG_NEW(&request, ADMIN_STATUS, admin_status);
	rc = ask(&r->monitor, &request, &a, e);
	if (rc == 0) {
		o->sandboxes_max = a.status.sandboxes_max;
		if (a.status.sandboxes > o->sandboxes)
			o->sandboxes = a.status.sandboxes;
		if (a.status.waiting > 0 && o->waiting == 0)
			o->waiting_s = seconds(r);
		if (a.status.waiting > o->waiting)
			o->waiting = a.status.waiting;
	}
	answer_free(&a);
	return rc == 0 && r->looks++ % SEATS_EACH == 1 ? look_at_seats(r, e)
						       : rc;
}

/* Until the clients speak, which is their end, or somebody interrupts. */
static int
watch(struct rehearsing *r, struct err *e)
{
	struct pollfd from = { .fd = fileno(r->clients.from),
		.events = POLLIN };

	while (!is_interrupted) {
		if (look(r, e) == -1)
			return -1;
		if (poll(&from, 1, LOOK_MS) == 1)
			return 0;
	}
	r->outcome.is_cut_short = true;
	return 0;
}

/* A gateway that is lost is told of after what was seen until then. */
static int
play(struct rehearsing *r, struct err *e)
{
	const struct clients_plan plan = { .host = r->host,
		.prefix = r->prefix,
		.port = r->port,
		.solve = { r->solve.program, r->solve.size,
		    r->solve.seconds } };
	struct err second = { 0 };
	int rc, reported;

	r->began_ms = clock_ms();
	if (clients_go(&r->clients, &plan, &r->outcome, e) == -1)
		return -1;
	rc = watch(r, e);
	if (rc == -1)
		err_wrap(e, "the gateway was lost");
	r->outcome.is_cut_short = r->outcome.is_cut_short || rc == -1;
	if (r->outcome.is_cut_short)
		clients_stop(&r->clients);
	reported =
	    clients_report(&r->clients, &r->outcome, rc == -1 ? &second : e);
	return rc == -1 ? -1 : reported;
}

static bool
was_good(const struct outcome *o)
{
	return o->refused == 0 && o->prompt.count >= o->students;
}

static int
rehearse(struct rehearsing *r, struct err *e)
{
	struct err second = { 0 };
	char key[LINE_SIZE];
	int rc;

	if (solve_read(r->in->config, r->outcome.lab, &r->solve, &second) == -1)
		fprintf(stderr, "atoll: the students only type: %s\n",
		    second.text);
	if (clients_start(&r->clients, r->in->through, key, sizeof(key), e) ==
		-1 ||
	    make_accounts(r, key, e) == -1)
		return -1;
	if (!r->in->json)
		fprintf(stderr,
		    "atoll: %u students come to lab %s at %s, port %u, for %g"
		    " minutes; Ctrl-C ends it early\n",
		    r->outcome.students, r->outcome.lab, r->host, r->port,
		    r->outcome.minutes);
	rc = play(r, e);
	clients_end(&r->clients);
	if (rc == 0)
		return clear_accounts(r, e);
	clear_accounts(r, &second);
	return -1;
}

enum status
rehearse_run(const struct invocation *in, struct err *e)
{
	static struct rehearsing r; /* too large for a stack */
	int rc;

	r = (struct rehearsing){ .in = in,
		.outcome = { .students = in->students,
		    .minutes = in->minutes,
		    .is_here = in->through == NULL },
		.clients = { .pid = -1 } };
	if (in->students == 0) {
		err_set(e, 0, "how many students?  -n N says it");
		return USAGE;
	}
	if (check_words(&r, e) == -1)
		return USAGE;
	catch_interrupts();
	rc = ask_open(&r.monitor, in->socket, e);
	if (rc == 0 && r.outcome.is_here)
		rc = find_host(&r, e);
	if (rc == 0)
		rc = rehearse(&r, e);
	clients_end(&r.clients);
	solution_free(&r.solve);
	if (r.began_ms == 0)
		return FAILED;
	findings_make(&r.outcome);
	if (in->json)
		rehearse_json(stdout, &r.outcome);
	else
		rehearse_print(stdout, &r.outcome);
	return rc == 0 && was_good(&r.outcome) ? DONE : FAILED;
}
