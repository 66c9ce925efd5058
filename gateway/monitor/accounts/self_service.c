/* self_service.c - may a student do that with the own account? */
#include "gateway/monitor/accounts/self_service.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/pubkey.h"
#include "gateway/config/policy.h"
#include "gateway/monitor/accounts/accounts.h"
#include "gateway/monitor/accounts/keylist.h"
#include "gateway/monitor/links/lab_answer.h"

#define REMOVED                                                                \
	"your account was removed: ask your instructor or the administrator"

static const char *const names[SELF_SERVICES] = {
	[SELF_PASSWD] = "passwd",
	[SELF_KEY] = "key",
	[SELF_EXPORT] = "export",
	[SELF_BROWSER] = "browser",
};

static const char *const things[SELF_SERVICES] = {
	[SELF_PASSWD] = "password",
	[SELF_KEY] = "keys",
	[SELF_EXPORT] = "files",
	[SELF_BROWSER] = "codes",
};

void
self_refuse(struct seat *s, uint32_t serial, const struct err *e)
{
	char text[ERR_TEXT_SIZE + 4];

	snprintf(text, sizeof(text), "%c%s.\n",
	    toupper((unsigned char)e->text[0]),
	    e->text[0] == '\0' ? "" : e->text + 1);
	lab_answer(s, serial, LAB_FAILED, text);
}

struct conn *
self_conn(const struct seat *s)
{
	struct conn *c;

	TAILQ_FOREACH(c, &s->conns, seated) {
		if (c->state == CONN_SEATED)
			return c;
	}
	return NULL;
}

/* What has an account of its own, in atoll.db. */
static int
check_account(struct seat *s, enum self_service what, struct err *e)
{
	const struct account *a;
	char text[TEXT_SIZE];

	if (policy_is_anonymous(s->account))
		return err_set(e, 0,
		    "you are here without an account, and so there is no %s to"
		    " change",
		    things[what]);
	if (config_account(s->monitor->config, s->account) != NULL)
		return err_set(e, 0,
		    "%s is an account of atoll.conf: the administrator changes"
		    " its %s there",
		    s->account, things[what]);
	a = s->is_disowned ? NULL : accounts_find_made(s->monitor, s->account);
	if (a == NULL)
		return err_set(e, 0, REMOVED);
	if (accounts_find_refusal(a, text) != NULL)
		return err_set(e, 0, "%s", text);
	if (a->password[0] == '\0' && what == SELF_PASSWD)
		return err_set(e, 0,
		    "%s has no password, it logs in with keys: the"
		    " administrator sets a first one ('atoll account passwd"
		    " %s')",
		    s->account, s->account);
	if (a->password[0] == '\0')
		return err_set(e, 0,
		    "%s has no password that could be asked for, and without"
		    " that any program here could change its keys: the"
		    " administrator does it ('atoll account key %s')",
		    s->account, s->account);
	if (self_conn(s) == NULL)
		return err_set(e, 0, "nobody is connected to this sandbox");
	return 0;
}

/* Any that logs in by itself. */
static int
check_browser(const struct seat *s, struct err *e)
{
	const struct account *a;
	char text[TEXT_SIZE];

	if (policy_is_anonymous(s->account))
		return err_set(e, 0,
		    "you are here without an account, and so without a code: a"
		    " browser logs in as you did");
	a = s->is_disowned ? NULL : accounts_find(s->monitor, s->account);
	if (a == NULL)
		return err_set(e, 0, REMOVED);
	return accounts_find_refusal(a, text) == NULL
		   ? 0
		   : err_set(e, 0, "%s", text);
}

int
self_check(struct seat *s, enum self_service what, struct err *e)
{
	if (what == SELF_EXPORT ? s->monitor->handover != HANDOVER_NONE
				: handover_is_on(s->monitor))
		return err_set(e, 0,
		    "the gateway is being upgraded: try again in a moment");
	if (what >= SELF_SERVICES)
		return err_set(e, 0, "the gateway does not know that request");
	if ((s->monitor->config->self_service & (1 << what)) == 0)
		return err_set(e, 0,
		    "at this site students cannot use 'lab %s' (self_service):"
		    " ask your instructor",
		    names[what]);
	if (what == SELF_EXPORT)
		return 0;
	if (what == SELF_BROWSER)
		return check_browser(s, e);
	if (s->self.is_busy)
		return err_set(e, 0,
		    "the last change is still being made: try again in a"
		    " moment");
	return check_account(s, what, e);
}

void
self_may(struct seat *s, struct msg *m)
{
	struct err e = { 0 };

	if (self_check(s, m->self_may.what, &e) == -1)
		self_refuse(s, m->serial, &e);
	else
		lab_answer(s, m->serial, LAB_DONE, "");
}

/* --- the list of keys ---------------------------------------------------- */

/* A comment may be anything: lab shows no control characters. */
static void
write_key(FILE *to, size_t number, const char *key)
{
	char fingerprint[FINGERPRINT_SIZE];
	size_t type = strcspn(key, " ");
	const char *comment = key + type + strspn(key + type, " ");

	comment += strcspn(comment, " ");
	keylist_fingerprint(key, fingerprint);
	fprintf(to, "%3zu  %-20.*s  %-50s %.80s\n", number, (int)type, key,
	    fingerprint, comment);
}

#define ROW_MAX	  240 /* bytes; a type is one of those that sessions take */
#define NOTES_MAX 600

static void
write_keys(FILE *to, const struct account *a, const struct config *cf)
{
	size_t rows = (LINE_SIZE - NOTES_MAX) / ROW_MAX;

	if (a->keys.count == 0)
		fprintf(to, "%s has no keys.\n", a->name);
	for (size_t i = 0; i < a->keys.count && i < rows; i++)
		write_key(to, i + 1, a->keys.at[i]);
	if (a->keys.count > rows)
		fprintf(to, "and %zu more\n", a->keys.count - rows);
	if (config_account(cf, a->name) != NULL)
		fprintf(to,
		    "%s is an account of atoll.conf: the administrator changes"
		    " its keys there.\n",
		    a->name);
	if (cf->keys_command.count > 0)
		fputs("This site has other keys as well (keys_command): they"
		      " are not listed, and changed where the site keeps"
		      " them.\n",
		    to);
}

void
self_keys(struct seat *s, struct msg *m)
{
	const struct account *a =
	    s->is_disowned || policy_is_anonymous(s->account)
		? NULL
		: accounts_find(s->monitor, s->account);
	char text[LINE_SIZE] = "";
	FILE *to;

	if (a == NULL) {
		lab_answer(s, m->serial, LAB_FAILED,
		    "You are here without an account, and so without keys.\n");
		return;
	}
	to = fmemopen(text, sizeof(text) - 1, "w");
	if (to != NULL) {
		write_keys(to, a, s->monitor->config);
		fclose(to);
	}
	lab_answer(s, m->serial, LAB_DONE, text);
}
