/* seat_commands.c - commands about the seats of labs. */
#include "gateway/admin/queries.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/admin/account/when.h"
#include "gateway/admin/argument.h"
#include "gateway/admin/print.h"
#include "gateway/admin/terminals_print.h"
#include "gateway/base/escape.h"

static int
request_wall(struct msg *m, const char *argument, struct err *e)
{
	MSG_NEW(m, ADMIN_WALL, admin_wall);
	if (argument == NULL)
		return 0;
	if (argument_lab(argument, e) == -1)
		return -1;
	text_copy(m->admin_wall.lab, NAME_SIZE, argument);
	return 0;
}

static int
request_ls(struct msg *m, const char *argument, struct err *e)
{
	MSG_NEW(m, ADMIN_LS, admin_ls);
	if (argument == NULL)
		return 0;
	if (argument_lab(argument, e) == -1)
		return -1;
	text_copy(m->admin_ls.lab, NAME_SIZE, argument);
	return 0;
}

static int
request_kill(struct msg *m, const char *argument, struct err *e)
{
	MSG_NEW(m, ADMIN_KILL, admin_kill);
	return argument_seat(argument, m->admin_kill.account, m->admin_kill.lab,
	    e);
}

static int
request_freeze(struct msg *m, const char *argument, struct err *e)
{
	MSG_NEW(m, ADMIN_FREEZE, admin_freeze);
	return argument_seat(argument, m->admin_freeze.account,
	    m->admin_freeze.lab, e);
}

static int
request_thaw(struct msg *m, const char *argument, struct err *e)
{
	MSG_NEW(m, ADMIN_THAW, admin_thaw);
	return argument_seat(argument, m->admin_thaw.account, m->admin_thaw.lab,
	    e);
}

static int
request_terminals(struct msg *m, const char *argument, struct err *e)
{
	MSG_NEW(m, ADMIN_TERMINALS, admin_terminals);
	return argument_seat(argument, m->admin_terminals.account,
	    m->admin_terminals.lab, e);
}

static int
request_why(struct msg *m, const char *argument, struct err *e)
{
	MSG_NEW(m, ADMIN_WHY, admin_why);
	return argument_seat(argument, m->admin_why.account, m->admin_why.lab,
	    e);
}

static int
request_published(struct msg *m, const char *argument, struct err *e)
{
	MSG_NEW(m, ADMIN_PUBLISHED, admin_published);
	return argument_seat(argument, m->admin_published.account,
	    m->admin_published.lab, e);
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

static void
show_terminals(FILE *out, struct answer *a)
{
	print_terminals(out, a->terminals, a->terminal_count);
}

static void
show_terminals_json(FILE *out, struct answer *a)
{
	json_terminals(out, a->terminals, a->terminal_count);
}

/* A word without + is a lab, and means all its seats. */
enum status
seat_extend(const struct invocation *in, struct err *e)
{
	const char *whose = in->words[0];
	char safe[TEXT_SIZE];
	struct msg m;
	int64_t seconds;

	MSG_NEW(&m, ADMIN_EXTEND, admin_extend);
	if (is_name(whose)) {
		text_copy(m.admin_extend.lab, NAME_SIZE, whose);
	} else if (!name_split_login(whose, m.admin_extend.account,
		       m.admin_extend.lab)) {
		text_escape(safe, sizeof(safe), whose);
		err_set(e, 0,
		    "\"%.80s\" is neither a seat nor a lab: write account+lab,"
		    " as 'atoll ls' shows them, or the lab's name",
		    safe);
		return USAGE;
	}
	if (when_parse_span(in->words[1], &seconds, e) == -1)
		return USAGE;
	m.admin_extend.seconds = (uint64_t)seconds;
	return query_send(in, &m, e);
}

const struct query ls_query = { request_ls, show_seats, show_seats_json, NULL };
const struct query terminals_query = { request_terminals, show_terminals,
	show_terminals_json, NULL };
const struct query why_query = { request_why, query_show_lines,
	query_show_outcome_json, NULL };
const struct query published_query = { request_published, query_show_lines,
	query_show_outcome_json, NULL };
const struct query wall_query = { request_wall, query_show_lines,
	query_show_outcome_json, NULL };
const struct query kill_query = { request_kill, query_show_lines,
	query_show_outcome_json, NULL };
const struct query freeze_query = { request_freeze, query_show_lines,
	query_show_outcome_json, NULL };
const struct query thaw_query = { request_thaw, query_show_lines,
	query_show_outcome_json, NULL };
const struct query extend_query = { NULL, query_show_lines,
	query_show_outcome_json, NULL };
