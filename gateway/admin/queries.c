/*
 * queries.c - commands that are one request to the monitor: the message that
 * each sends, and how its answer is shown.
 */
#include "gateway/admin/command.h"
#include "gateway/base/array.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gateway/admin/account/when.h"
#include "gateway/admin/checkhost.h"
#include "gateway/admin/exchange.h"
#include "gateway/admin/homes.h"
#include "gateway/admin/print.h"
#include "gateway/admin/results_print.h"
#include "gateway/base/escape.h"

static int
request_status(struct msg *m, const char *argument, struct err *e)
{
	(void)argument;
	(void)e;
	MSG_NEW(m, ADMIN_STATUS, admin_status);
	return 0;
}

static int
request_ls(struct msg *m, const char *argument, struct err *e)
{
	(void)argument;
	(void)e;
	MSG_NEW(m, ADMIN_LS, admin_ls);
	return 0;
}

static int
request_kill(struct msg *m, const char *argument, struct err *e)
{
	MSG_NEW(m, ADMIN_KILL, admin_kill);
	if (!name_split_login(argument, m->admin_kill.account,
		m->admin_kill.lab) ||
	    m->admin_kill.lab[0] == '\0') {
		char safe[TEXT_SIZE];

		text_escape(safe, sizeof(safe), argument);
		return err_set(e, 0,
		    "\"%.80s\" is not a seat: write account+lab, as"
		    " 'atoll ls' shows them",
		    safe);
	}
	return 0;
}

static int
request_reload(struct msg *m, const char *argument, struct err *e)
{
	(void)argument;
	(void)e;
	MSG_NEW(m, ADMIN_RELOAD, admin_reload);
	return 0;
}

/* TIME is a span, or a time of day that is still to come. */
static int
request_drain(struct msg *m, const char *argument, struct err *e)
{
	int64_t now = time(NULL), when;
	struct err ignored;

	MSG_NEW(m, ADMIN_DRAIN, admin_drain);
	m->admin_drain.is_on = argument == NULL || strcmp(argument, "off") != 0;
	if (argument == NULL || m->admin_drain.is_on == 0)
		return 0;
	if (when_parse(argument, now, &when, &ignored) == -1 || when == 0)
		return err_set(e, 0,
		    "\"%.40s\" is no time: write 30m, 2h,"
		    " \"2026-12-31 18:00\", or off to take it back",
		    argument);
	if (when <= now)
		return err_set(e, 0,
		    "\"%.40s\" is not to come: to end everything now, stop"
		    " atolld",
		    argument);
	m->admin_drain.seconds = (uint64_t)(when - now);
	return 0;
}

static void
show_status(FILE *out, struct answer *a)
{
	print_status(out, &a->status, time(NULL));
}

static void
show_status_json(FILE *out, struct answer *a)
{
	json_status(out, &a->status);
}

static int
compare_seats(const void *left, const void *right)
{
	const struct msg_seat *l = left, *r = right;
	int by_lab = strcmp(l->lab, r->lab);

	return by_lab != 0 ? by_lab : strcmp(l->account, r->account);
}

/* By lab, then by account: the monitor's order is that of their making. */
static void
sort_seats(struct answer *a)
{
	if (a->seat_count > 0) /* qsort(3) takes no NULL */
		qsort(a->seats, a->seat_count, sizeof(a->seats[0]),
		    compare_seats);
}

static void
show_seats(FILE *out, struct answer *a)
{
	sort_seats(a);
	print_seats(out, a->seats, a->seat_count);
	if (a->end.text[0] != '\0')
		print_line(out, a->end.text);
}

static void
show_seats_json(FILE *out, struct answer *a)
{
	sort_seats(a);
	json_seats(out, a->seats, a->seat_count);
}

static int
request_homes(struct msg *m, const char *argument, struct err *e)
{
	(void)argument;
	(void)e;
	MSG_NEW(m, ADMIN_HOMES, admin_homes);
	return 0;
}

static int
request_home_remove(struct msg *m, const char *argument, struct err *e)
{
	char safe[TEXT_SIZE];

	MSG_NEW(m, ADMIN_HOME_REMOVE, admin_home_remove);
	if (name_split_login(argument, m->admin_home_remove.account,
		m->admin_home_remove.lab))
		return 0;
	text_escape(safe, sizeof(safe), argument);
	return err_set(e, 0,
	    "\"%.80s\" is not a home: write account or account+lab, as"
	    " 'atoll homes' shows them",
	    safe);
}

static int
compare_homes(const void *left, const void *right)
{
	const struct msg_kept *l = left, *r = right;
	int by_account = strcmp(l->account, r->account);

	return by_account != 0 ? by_account : strcmp(l->lab, r->lab);
}

static void
sort_homes(struct answer *a)
{
	if (a->home_count > 0)
		qsort(a->homes, a->home_count, sizeof(a->homes[0]),
		    compare_homes);
}

static void
show_homes(FILE *out, struct answer *a)
{
	sort_homes(a);
	print_homes(out, a->homes, a->home_count);
}

static void
show_homes_json(FILE *out, struct answer *a)
{
	sort_homes(a);
	json_homes(out, a->homes, a->home_count);
}

static void
show_lines(FILE *out, struct answer *a)
{
	for (size_t i = 0; i < a->line_count; i++)
		print_line(out, a->lines[i]);
	if (a->end.text[0] != '\0')
		print_line(out, a->end.text);
}

static void
show_outcome_json(FILE *out, struct answer *a)
{
	json_outcome(out, a->end.status, a->end.text, a->lines, a->line_count);
}

static int
request_results(struct msg *m, const char *argument, struct err *e)
{
	char safe[TEXT_SIZE];

	MSG_NEW(m, ADMIN_RESULTS, admin_results);
	if (is_name(argument)) {
		text_copy(m->admin_results.lab, NAME_SIZE, argument);
		return 0;
	}
	text_escape(safe, sizeof(safe), argument);
	return err_set(e, 0,
	    "\"%.80s\" cannot be the name of a lab: it is 1 to 32 of a-z 0-9 _ "
	    "."
	    " -",
	    safe);
}

static void
show_results(FILE *out, struct answer *a)
{
	print_results(out, a->results, a->result_count);
}

static void
show_results_json(FILE *out, struct answer *a)
{
	json_results(out, a->results, a->result_count);
}

static void
show_results_csv(FILE *out, struct answer *a)
{
	csv_results(out, a->results, a->result_count);
}

/* One error a line, as compilers print them, then the text of the answer's
 * end. */
static void
show_refusal(FILE *out, const struct answer *a)
{
	char safe[4 * TEXT_SIZE];

	for (size_t i = 0; i < a->line_count; i++)
		print_line(out, a->lines[i]);
	text_escape(safe, sizeof(safe),
	    a->end.text[0] == '\0' ? "refused" : a->end.text);
	fprintf(out, "atoll: %s\n", safe);
}

struct query {
	/* Write the request; -1 when the argument is not what it should be. */
	int (*request)(struct msg *m, const char *argument, struct err *e);

	/* Show an answer that ended well, to people and to scripts; as CSV where
	 * rows of numbers are of use in a spreadsheet. */
	void (*show)(FILE *out, struct answer *a);
	void (*show_json)(FILE *out, struct answer *a);
	void (*show_csv)(FILE *out, struct answer *a);
};

/* What was refused goes to stderr for people; for scripts it is an object on
 * stdout, whatever the command. */
static void
show_answer(const struct invocation *in, struct answer *a)
{
	const struct query *q = in->command->query;

	if (a->end.status != 0 && in->json)
		show_outcome_json(stdout, a);
	else if (a->end.status != 0)
		show_refusal(stderr, a);
	else if (in->json)
		q->show_json(stdout, a);
	else if (in->csv)
		q->show_csv(stdout, a);
	else
		q->show(stdout, a);
}

static enum status
run_query(const struct invocation *in, struct err *e)
{
	const char *argument = in->count > 0 ? in->words[0] : NULL;
	enum status status = FAILED;
	struct answer a = { 0 };
	struct msg request;
	struct chan c;

	if (in->command->query->request(&request, argument, e) == -1)
		return USAGE;
	if (ask_open(&c, in->socket, e) == 0 && ask(&c, &request, &a, e) == 0) {
		show_answer(in, &a);
		status = a.end.status == 0 ? DONE : FAILED;
	}
	answer_free(&a);
	return status;
}

/* This one needs no gateway: it is for hosts on which atolld does not start,
 * too. */
static enum status
check_host(const struct invocation *in, struct err *e)
{
	struct host_report r;
	enum status status;

	if (geteuid() != 0) {
		err_set(e, 0, "check-host must be run as root: try sudo");
		return FAILED;
	}
	if (host_report_get(&r, in->config, e) == -1)
		return FAILED;
	(in->json ? host_report_json : host_report_print)(stdout, &r);
	status = host_report_is_good(&r) ? DONE : FAILED;
	host_report_free(&r);
	return status;
}

/* The gateway may be of the build before, or of the next one when it answers. */
static enum status
upgrade(const struct invocation *in, struct err *e)
{
	struct answer a = { 0 };
	struct msg m;
	struct chan c;

	if (ask_open_any(&c, in->socket, e) == -1)
		return FAILED;
	MSG_NEW(&m, ADMIN_UPGRADE, admin_upgrade);
	if (chan_send(&c, &m, e) == -1 || ask_next(&c, &m, e) == -1)
		return FAILED;
	if (m.type != MSG_UPGRADED) {
		err_set(e, EBADMSG, "the gateway answered with %s",
		    msg_name(m.type));
		return FAILED;
	}
	a.end.status = m.upgraded.status;
	text_copy(a.end.text, TEXT_SIZE, m.upgraded.text);
	show_answer(in, &a);
	return a.end.status == 0 ? DONE : FAILED;
}

static const struct query status_query = { request_status, show_status,
	show_status_json, NULL };
static const struct query ls_query = { request_ls, show_seats, show_seats_json,
	NULL };
static const struct query kill_query = { request_kill, show_lines,
	show_outcome_json, NULL };
static const struct query reload_query = { request_reload, show_lines,
	show_outcome_json, NULL };
static const struct query drain_query = { request_drain, show_lines,
	show_outcome_json, NULL };
static const struct query upgrade_query = { NULL, show_lines, show_outcome_json,
	NULL };
static const struct query homes_query = { request_homes, show_homes,
	show_homes_json, NULL };
static const struct query home_remove_query = { request_home_remove, show_lines,
	show_outcome_json, NULL };
static const struct query results_query = { request_results, show_results,
	show_results_json, show_results_csv };

static const struct command commands[] = {
	{ "status", "", 0, 0, "J", "how the gateway is", run_query,
	    &status_query },
	{ "ls", "", 0, 0, "J", "the seats and what they use", run_query,
	    &ls_query },
	{ "kill", "SEAT", 1, 1, "J",
	    "end a seat's sandbox (SEAT is account+lab)", run_query,
	    &kill_query },
	{ "reload", "", 0, 0, "J",
	    "load the configuration anew, all or nothing", run_query,
	    &reload_query },
	{ "drain", "[TIME|off]", 0, 1, "J",
	    "no new seats; end when the last left, or after TIME", run_query,
	    &drain_query },
	{ "upgrade", "", 0, 0, "J",
	    "have the installed programs take over, with all sandboxes",
	    upgrade, &upgrade_query },
	{ "homes", "", 0, 0, "J", "the homes that are kept", run_query,
	    &homes_query },
	{ "home-remove", "HOME", 1, 1, "J",
	    "remove account+lab, or all of an account", run_query,
	    &home_remove_query },
	{ "results", "LAB", 1, 1, "JC", "what the checks of a lab came to",
	    run_query, &results_query },
	{ "check-host", "", 0, 0, "J",
	    "what this host can hold, and what it lacks", check_host, NULL },
};

const struct family query_family = { "", "", commands, COUNT_OF(commands) };
