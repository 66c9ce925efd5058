/* home_commands.c - commands about the homes that are kept. */
#include "gateway/admin/queries.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/admin/homes.h"
#include "gateway/base/escape.h"

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

const struct query homes_query = { request_homes, show_homes, show_homes_json,
	NULL };
const struct query home_remove_query = { request_home_remove, query_show_lines,
	query_show_outcome_json, NULL };
