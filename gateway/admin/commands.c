/* commands.c - what an administrator may ask for. */
#include "gateway/admin/commands.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

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
		    "\"%.80s\" is not a seat: write account+lab, as ls does",
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

/* The monitor's order is of no use to anybody: by lab, then by account. */
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
	    "\"%.80s\" is not a home: write account or account+lab, as homes"
	    " does",
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
	return err_set(e, 0, "\"%.80s\" is not the name of a lab", safe);
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

static const struct command commands[] = {
	{ "status", NULL, "how the gateway is", false, request_status,
	    show_status, show_status_json },
	{ "ls", NULL, "the seats and what they use", false, request_ls,
	    show_seats, show_seats_json },
	{ "kill", "SEAT", "end a seat's sandbox (SEAT is account+lab)", false,
	    request_kill, show_lines, show_outcome_json },
	{ "reload", NULL, "load the configuration anew, all or nothing", false,
	    request_reload, show_lines, show_outcome_json },
	{ "homes", NULL, "the homes that are kept", false, request_homes,
	    show_homes, show_homes_json },
	{ "home-remove", "HOME", "remove account+lab, or all of an account",
	    false, request_home_remove, show_lines, show_outcome_json },
	{ "results", "LAB", "what the checks of a lab came to", false,
	    request_results, show_results, show_results_json,
	    show_results_csv },
	{ "check-host", NULL, "what this host can hold, and what it lacks",
	    true, NULL, NULL, NULL },
};

#define COUNT (sizeof(commands) / sizeof(commands[0]))

const struct command *
command_find(const char *name)
{
	for (size_t i = 0; i < COUNT; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

void
commands_usage(FILE *out)
{
	for (size_t i = 0; i < COUNT; i++) {
		const char *argument = commands[i].argument;

		fprintf(out, "  %-11s %-5s %s\n", commands[i].name,
		    argument == NULL ? "" : argument, commands[i].does);
	}
}

/* One error a line, as a compiler has them, then the monitor's last word. */
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

void
command_show(const struct command *c, struct answer *a, enum form form)
{
	void (*const show[FORMS])(FILE * out, struct answer * a) = {
		[FORM_TEXT] = c->show,
		[FORM_JSON] = c->show_json,
		[FORM_CSV] = c->show_csv,
	};

	if (a->end.status == 0)
		show[form](stdout, a);
	else if (form == FORM_JSON)
		show_outcome_json(stdout, a);
	else
		show_refusal(stderr, a);
}
