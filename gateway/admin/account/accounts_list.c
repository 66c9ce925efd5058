/* accounts_list.c - accounts as tables, JSON and CSV. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/admin/account/account_ask.h"
#include "gateway/admin/account/csvtext.h"
#include "gateway/admin/json.h"
#include "gateway/base/array.h"
#include "gateway/base/time_factor.h"
#include "gateway/base/utf8.h"

#define PAGE	  500
#define CELL_SIZE 512

/* What is kept of each for a table: keys only as their number. */
struct listed {
	char name[NAME_SIZE];
	char *full_name, *groups, *source; /* owned */
	unsigned keys;
	bool has_password, is_locked;
	int64_t expires, created, time_factor;
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
		.created = (int64_t)a->created,
		.time_factor = a->time_factor };
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
			return err_set(e, 0,
			    "the gateway answered with %s, which is no part of"
			    " this answer",
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

/* Page after page, each from behind the last name of the one before: accounts
 * that are made or removed meanwhile shift no page. */
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

/* One row; the full name is last, as its width on a terminal is not known:
 * letters may be wide or combine. */
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

/* For scripts: in UTC, "" for none. */
static void
utc_text(int64_t when, char to[32])
{
	time_t t = (time_t)when;
	struct tm tm;

	if (when == 0 || gmtime_r(&t, &tm) == NULL ||
	    strftime(to, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		to[0] = '\0';
}

static void
json_time(FILE *out, const char *name, int64_t when)
{
	char text[32];

	utc_text(when, text);
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
json_factor(FILE *out, int64_t percent)
{
	fprintf(out, ",\"time_factor\":%g", (double)percent / 100);
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
	json_factor(out, row->time_factor);
	fputc('}', out);
}

static void
csv_listed(FILE *out, const struct listed *row)
{
	const char *const texts[] = { row->name, row->full_name, row->groups,
		state_of(row->is_locked, row->expires) };
	char expires[32], created[32];

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		csvtext(out, texts[i]);
		fputc(',', out);
	}
	utc_text(row->expires, expires);
	utc_text(row->created, created);
	fprintf(out, "%d,%u,%s,%s,", row->has_password, row->keys, expires,
	    created);
	csvtext(out, row->source);
	fprintf(out, ",%g\r\n", (double)row->time_factor / 100);
}

static void
write_list(FILE *out, enum accounts_form form, const struct list *l)
{
	static void (*const write[])(FILE * out, const struct listed *row) = {
		[ACCOUNTS_TABLE] = print_listed,
		[ACCOUNTS_JSON] = json_listed,
		[ACCOUNTS_CSV] = csv_listed,
	};

	if (form == ACCOUNTS_TABLE)
		fprintf(out, "%-16s  %-7s  %-16s  %-16s  %-6s  %-16s  %s\n",
		    "NAME", "STATE", "EXPIRES", "LOGIN", "SOURCE", "GROUPS",
		    "FULL NAME");
	else if (form == ACCOUNTS_CSV)
		fputs("name,full_name,groups,state,has_password,keys,expires,"
		      "created,source,time_factor\r\n",
		    out);
	for (size_t i = 0; i < l->count; i++) {
		if (form == ACCOUNTS_JSON)
			fputs(i == 0 ? "[\n" : ",\n", out);
		write[form](out, &l->at[i]);
	}
	if (form == ACCOUNTS_JSON)
		fputs(l->count == 0 ? "[]\n" : "\n]\n", out);
}

int
accounts_list(const struct chan *c, enum accounts_form form, FILE *out,
    struct err *e)
{
	struct list l = { 0 };
	int rc = get_all(c, &l, e);

	if (rc == 0)
		write_list(out, form, &l);
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

/* Numbered as "account key remove" takes them. */
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
	if (a->time_factor != TIME_FACTOR_NONE)
		fprintf(out, "%-10s times %g\n", "time limit",
		    (double)a->time_factor / 100);
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
	json_factor(out, a->time_factor);
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
		return err_set(e, 0,
		    "the gateway answered with %s, which is no part of this"
		    " answer",
		    msg_name(m.type));
	if (m.admin_end.status != 0)
		return err_set(e, 0, "%s", m.admin_end.text);
	return found ? 0
		     : err_set(e, 0,
			   "there is no account %s: 'atoll account list' shows "
			   "all",
			   name);
}
