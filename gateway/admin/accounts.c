/* accounts.c - what the monitor is asked about accounts, and its answers. */
#include "gateway/admin/accounts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/admin/json.h"
#include "gateway/admin/utf8.h"

#define PAGE	  500
#define CELL_SIZE 512

/* --- making and changing ---------------------------------------------------- */

static int
send_person(const struct chan *c, const struct people *p,
    const struct person *who, int64_t expires, struct err *e)
{
	struct msg m;

	MSG_NEW(&m, ACCOUNT_NEW, account_new);
	m.account_new.line = who->line;
	text_copy(m.account_new.name, NAME_SIZE, who->name);
	text_copy(m.account_new.full_name, TEXT_SIZE, who->full_name);
	text_copy(m.account_new.password, TEXT_SIZE, who->hash);
	text_copy(m.account_new.key, LINE_SIZE, who->key);
	text_copy(m.account_new.groups, LINE_SIZE, who->groups);
	m.account_new.expires = (uint64_t)expires;
	text_copy(m.account_new.source, TEXT_SIZE,
	    p->file != NULL ? "import" : "tool");
	return chan_send(c, &m, e);
}

/* Answers until the end; wrongs go to the people. */
static int
take_outcome(const struct chan *c, struct people *p, struct err *e)
{
	struct msg m;

	for (;;) {
		if (ask_next(c, &m, e) == -1)
			return -1;
		if (m.type == MSG_ACCOUNT_WRONG && p != NULL)
			people_complain(p, m.account_wrong.line,
			    m.account_wrong.reason);
		else if (m.type != MSG_ADMIN_END)
			return err_set(e, 0, "%s in an answer",
			    msg_name(m.type));
		else if (m.admin_end.status != 0)
			return err_set(e, 0, "%s", m.admin_end.text);
		else
			return 0;
	}
}

int
accounts_make(const struct chan *c, struct people *p, int64_t expires,
    bool rehearse, struct err *e)
{
	struct msg m;

	for (size_t i = 0; i < p->count; i++) {
		/* A message takes names only. */
		if (is_name(p->at[i].name) &&
		    send_person(c, p, &p->at[i], expires, e) == -1)
			return -1;
	}
	MSG_NEW(&m, ACCOUNTS_MAKE, accounts_make);
	m.accounts_make.rehearse = rehearse;
	if (chan_send(c, &m, e) == -1)
		return -1;
	return take_outcome(c, p, e);
}

int
accounts_change(const struct chan *c, const char *name,
    enum account_change what, const char *value, int64_t number, struct err *e)
{
	struct msg m;

	MSG_NEW(&m, ACCOUNT_CHANGE, account_change);
	text_copy(m.account_change.name, NAME_SIZE, name);
	m.account_change.what = what;
	m.account_change.number = (uint64_t)number;
	text_copy(m.account_change.value, LINE_SIZE, value);
	if (chan_send(c, &m, e) == -1)
		return -1;
	return take_outcome(c, NULL, e);
}

/* --- looking ----------------------------------------------------------------- */

/* What is kept of each for a table: keys only as their number. */
struct listed {
	char name[NAME_SIZE];
	char *full_name, *groups, *source; /* owned */
	unsigned keys;
	bool has_password, is_locked;
	int64_t expires, created;
};

struct list {
	struct listed *at;
	size_t count;
};

static unsigned
count_keys(const char *keys)
{
	unsigned n = keys[0] != '\0';

	for (; *keys != '\0'; keys++)
		n += *keys == '\n';
	return n;
}

static int
keep(struct list *l, const struct msg_account *a, struct err *e)
{
	struct listed *row;

	if ((l->count & (l->count - 1)) == 0) {
		void *more = realloc(l->at,
		    (l->count == 0 ? 1 : 2 * l->count) * sizeof(*l->at));

		if (more == NULL)
			return err_set(e, ENOMEM, "accounts");
		l->at = more;
	}
	row = &l->at[l->count];
	*row = (struct listed){ .full_name = strdup(a->full_name),
		.groups = strdup(a->groups),
		.source = strdup(a->source),
		.keys = count_keys(a->keys),
		.has_password = a->has_password != 0,
		.is_locked = a->locked != 0,
		.expires = (int64_t)a->expires,
		.created = (int64_t)a->created };
	text_copy(row->name, NAME_SIZE, a->name);
	if (row->full_name == NULL || row->groups == NULL ||
	    row->source == NULL)
		return err_set(e, ENOMEM, "accounts");
	l->count++;
	return 0;
}

static void
list_free(struct list *l)
{
	for (size_t i = 0; i < l->count; i++) {
		free(l->at[i].full_name);
		free(l->at[i].groups);
		free(l->at[i].source);
	}
	free(l->at);
}

/* One page; *last is the last name of the database on it, "" when there is
 * none. */
static int
get_page(const struct chan *c, struct list *l, char last[NAME_SIZE],
    struct err *e)
{
	struct msg m;

	MSG_NEW(&m, ACCOUNT_LIST, account_list);
	text_copy(m.account_list.after, NAME_SIZE, last);
	m.account_list.count = PAGE;
	if (chan_send(c, &m, e) == -1)
		return -1;
	last[0] = '\0';
	for (;;) {
		if (ask_next(c, &m, e) == -1)
			return -1;
		if (m.type == MSG_ADMIN_END)
			break;
		if (m.type != MSG_ACCOUNT)
			return err_set(e, 0, "%s in an answer",
			    msg_name(m.type));
		if (strcmp(m.account.source, "config") != 0)
			text_copy(last, NAME_SIZE, m.account.name);
		if (keep(l, &m.account, e) == -1)
			return -1;
	}
	return m.admin_end.status == 0 ? 0
				       : err_set(e, 0, "%s", m.admin_end.text);
}

static int
compare_names(const void *left, const void *right)
{
	const struct listed *l = left, *r = right;

	return strcmp(l->name, r->name);
}

static int
get_all(const struct chan *c, struct list *l, struct err *e)
{
	char last[NAME_SIZE] = "";

	do {
		if (get_page(c, l, last, e) == -1)
			return -1;
	} while (last[0] != '\0');
	if (l->count > 0) /* qsort(3) takes no NULL */
		qsort(l->at, l->count, sizeof(*l->at), compare_names);
	return 0;
}

static void
day_text(int64_t when, char to[32])
{
	time_t t = (time_t)when;
	struct tm tm;

	if (when == 0 || localtime_r(&t, &tm) == NULL ||
	    strftime(to, 32, "%Y-%m-%d %H:%M", &tm) == 0)
		strcpy(to, "-");
}

static const char *
state_of(bool is_locked, int64_t expires)
{
	if (is_locked)
		return "locked";
	return expires != 0 && expires <= time(NULL) ? "expired" : "active";
}

/* One row; the full name last, as it has no certain width. */
static void
print_listed(FILE *out, const struct listed *row)
{
	char expires[32], login[32], safe[CELL_SIZE], groups[CELL_SIZE];

	day_text(row->expires, expires);
	snprintf(login, sizeof(login), "%s%s%u key%s",
	    row->has_password ? "password" : "", row->has_password ? ", " : "",
	    row->keys, row->keys == 1 ? "" : "s");
	if (row->keys == 0)
		strcpy(login, row->has_password ? "password" : "-");
	utf8_printable(safe, sizeof(safe), row->full_name);
	utf8_printable(groups, sizeof(groups),
	    row->groups[0] == '\0' ? "-" : row->groups);
	fprintf(out, "%-16s  %-7s  %-16s  %-16s  %-6s  %-16s%s%s\n", row->name,
	    state_of(row->is_locked, row->expires), expires, login, row->source,
	    groups, safe[0] == '\0' ? "" : "  ", safe);
}

static void
json_time(FILE *out, const char *name, int64_t when)
{
	time_t t = (time_t)when;
	char text[32] = "";
	struct tm tm;

	if (when != 0 && gmtime_r(&t, &tm) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	json_member_text(out, ",", name, text);
}

static void
json_list_of(FILE *out, const char *name, const char *parts,
    const char *separators)
{
	bool first = true;

	fprintf(out, ",\"%s\":[", name);
	for (size_t n; *parts != '\0'; parts += n + (parts[n] != '\0')) {
		char part[LINE_SIZE];

		n = strcspn(parts, separators);
		snprintf(part, sizeof(part), "%.*s", (int)n, parts);
		fputs(first ? "" : ",", out);
		json_string(out, part);
		first = false;
	}
	fputc(']', out);
}

static void
json_listed(FILE *out, const struct listed *row)
{
	json_member_text(out, "{", "name", row->name);
	json_member_text(out, ",", "full_name", row->full_name);
	json_list_of(out, "groups", row->groups, " ");
	json_member_text(out, ",", "state",
	    state_of(row->is_locked, row->expires));
	json_member_number(out, ",", "has_password", row->has_password);
	json_member_number(out, ",", "keys", row->keys);
	json_time(out, "expires", row->expires);
	json_time(out, "created", row->created);
	json_member_text(out, ",", "source", row->source);
	fputc('}', out);
}

int
accounts_list(const struct chan *c, bool json, FILE *out, struct err *e)
{
	struct list l = { 0 };
	int rc = get_all(c, &l, e);

	if (rc == 0 && !json)
		fprintf(out, "%-16s  %-7s  %-16s  %-16s  %-6s  %-16s  %s\n",
		    "NAME", "STATE", "EXPIRES", "LOGIN", "SOURCE", "GROUPS",
		    "FULL NAME");
	for (size_t i = 0; i < l.count && rc == 0; i++) {
		if (json)
			fputs(i == 0 ? "[\n" : ",\n", out);
		(json ? json_listed : print_listed)(out, &l.at[i]);
	}
	if (rc == 0 && json)
		fputs(l.count == 0 ? "[]\n" : "\n]\n", out);
	list_free(&l);
	return rc;
}

static void
print_field(FILE *out, const char *name, const char *value)
{
	char safe[4 * TEXT_SIZE];

	utf8_printable(safe, sizeof(safe), value);
	fprintf(out, "%-10s %s\n", name, safe[0] == '\0' ? "-" : safe);
}

static void
print_keys(FILE *out, const char *keys)
{
	unsigned number = 0;

	for (size_t n; *keys != '\0'; keys += n + (keys[n] != '\0')) {
		char key[LINE_SIZE], name[24], safe[LINE_SIZE];

		n = strcspn(keys, "\n");
		snprintf(key, sizeof(key), "%.*s", (int)n, keys);
		snprintf(name, sizeof(name), "key %u", ++number);
		utf8_printable(safe, sizeof(safe), key);
		fprintf(out, "%-10s %s\n", name, safe);
	}
}

static void
print_account(FILE *out, const struct msg_account *a)
{
	char day[32];

	print_field(out, "name", a->name);
	print_field(out, "full name", a->full_name);
	print_field(out, "groups", a->groups);
	print_field(out, "state",
	    state_of(a->locked != 0, (int64_t)a->expires));
	print_field(out, "password", a->has_password ? "set" : "none");
	print_keys(out, a->keys);
	day_text((int64_t)a->expires, day);
	print_field(out, "expires", a->expires == 0 ? "never" : day);
	day_text((int64_t)a->created, day);
	print_field(out, "created", day);
	print_field(out, "source", a->source);
	if (a->address[0] != '\0')
		print_field(out, "address", a->address);
}

static void
json_account(FILE *out, const struct msg_account *a)
{
	json_member_text(out, "{", "name", a->name);
	json_member_text(out, ",", "full_name", a->full_name);
	json_list_of(out, "groups", a->groups, " ");
	json_member_text(out, ",", "state",
	    state_of(a->locked != 0, (int64_t)a->expires));
	json_member_number(out, ",", "has_password", a->has_password);
	json_list_of(out, "keys", a->keys, "\n");
	json_time(out, "expires", (int64_t)a->expires);
	json_time(out, "created", (int64_t)a->created);
	json_member_text(out, ",", "source", a->source);
	json_member_text(out, ",", "address", a->address);
	fputs("}\n", out);
}

int
accounts_show(const struct chan *c, const char *name, bool json, FILE *out,
    struct err *e)
{
	bool found = false;
	struct msg m;

	MSG_NEW(&m, ACCOUNT_GET, account_get);
	text_copy(m.account_get.name, NAME_SIZE, name);
	if (chan_send(c, &m, e) == -1)
		return -1;
	for (;;) {
		if (ask_next(c, &m, e) == -1)
			return -1;
		if (m.type != MSG_ACCOUNT)
			break;
		found = true;
		(json ? json_account : print_account)(out, &m.account);
	}
	if (m.type != MSG_ADMIN_END)
		return err_set(e, 0, "%s in an answer", msg_name(m.type));
	if (m.admin_end.status != 0)
		return err_set(e, 0, "%s", m.admin_end.text);
	return found ? 0 : err_set(e, 0, "there is no account %s", name);
}

int
accounts_listen(const struct chan *c, char listen[TEXT_SIZE], struct err *e)
{
	struct answer a = { 0 };
	struct msg m;
	int rc;

	MSG_NEW(&m, ADMIN_STATUS, admin_status);
	rc = ask(c, &m, &a, e);
	if (rc == 0)
		text_copy(listen, TEXT_SIZE, a.status.listen);
	answer_free(&a);
	return rc;
}
