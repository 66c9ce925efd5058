/* account_ask.c - what the monitor is asked about accounts, and its answers. */
#include "gateway/admin/account/account_ask.h"

#include <string.h>

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
	m.account_new.key = who->key;
	m.account_new.groups = who->groups;
	m.account_new.expires = (uint64_t)expires;
	m.account_new.time_factor = (uint32_t)who->time_factor;
	text_copy(m.account_new.source, TEXT_SIZE,
	    p->file != NULL ? "import" : "tool");
	return chan_send(c, &m, e);
}

/* Read the answer to its end.  What is wrong with one account is kept with its
 * line, to be shown with what was found here. */
static int
take_outcome(const struct chan *c, struct people *p, struct err *e)
{
	struct msg m;

	for (;;) {
		if (ask_next(c, &m, e) == -1)
			return -1;
		if (m.type == MSG_ACCOUNT_WRONG && p != NULL)
			people_report(p, m.account_wrong.line,
			    m.account_wrong.reason);
		else if (m.type != MSG_ADMIN_END)
			return err_set(e, 0,
			    "the gateway answered with %s, which is no part of "
			    "this"
			    " answer",
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
		/* A field of type name takes nothing else: what is no name
		 * was reported when its line was read. */
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
	m.account_change.value = value;
	if (chan_send(c, &m, e) == -1)
		return -1;
	return take_outcome(c, NULL, e);
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
