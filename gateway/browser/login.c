/* login.c - what the gateway asks of who logs in, and the answers. */
#include "gateway/browser/login.h"

#include <stdio.h>
#include <string.h>

#define PROMPTS_MAX 8
#define NO_PASSWORD                                                            \
	"this account logs in with a key, which a browser has not: use ssh"

int
login_wait(struct client *c, enum msg_type type, struct msg *m)
{
	int rc;

	do
		rc = client_turn(c, type, m);
	while (rc == 0);
	return rc == 1 ? 0 : -1;
}

/* --- what the gateway asks ----------------------------------------------------- */

static int
tell(struct client *c, const struct msg *m)
{
	struct err e;

	return chan_send(&c->web, m, &e) == -1
		   ? client_over(c, "the browser is gone")
		   : 0;
}

static int
ask(struct client *c, const char *text, unsigned prompts)
{
	struct msg m;

	MSG_NEW(&m, BROWSER_ASK, browser_ask);
	m.browser_ask.text = text;
	m.browser_ask.prompts = prompts;
	return tell(c, &m);
}

static int
prompt(struct client *c, const char *text, bool echo)
{
	struct msg m;

	MSG_NEW(&m, BROWSER_PROMPT, browser_prompt);
	text_copy(m.browser_prompt.text, TEXT_SIZE, text);
	m.browser_prompt.echo = echo;
	return tell(c, &m);
}

static int
answer(struct client *c, unsigned i)
{
	struct msg m;
	int rc = login_wait(c, MSG_BROWSER_ANSWER, &m);

	if (rc == 0)
		rc = ssh_userauth_kbdint_setanswer(c->ssh, i,
			 m.browser_answer.text) == 0
			 ? 0
			 : client_over(c, NULL);
	explicit_bzero(&m, sizeof(m));
	return rc;
}

/* One round of questions (RFC 4256). */
static int
one_round(struct client *c, const char *before)
{
	int n = ssh_userauth_kbdint_getnprompts(c->ssh);
	const char *name = ssh_userauth_kbdint_getname(c->ssh);
	const char *text = ssh_userauth_kbdint_getinstruction(c->ssh);
	char all[LINE_SIZE];

	if (n < 0 || n > PROMPTS_MAX)
		return client_over(c, "the gateway asks too much");
	snprintf(all, sizeof(all), "%s%s%s%s%s", before,
	    before[0] == '\0' ? "" : "\n", name == NULL ? "" : name,
	    name == NULL || name[0] == '\0' ? "" : "\n",
	    text == NULL ? "" : text);
	if ((n > 0 || all[0] != '\0') && ask(c, all, (unsigned)n) == -1)
		return -1;
	for (int i = 0; i < n; i++) {
		char echo = 0;
		const char *question =
		    ssh_userauth_kbdint_getprompt(c->ssh, (unsigned)i, &echo);

		if (prompt(c, question == NULL ? "" : question, echo != 0) ==
		    -1)
			return -1;
	}
	for (int i = 0; i < n; i++) {
		if (answer(c, (unsigned)i) == -1)
			return -1;
	}
	return 0;
}

static int
none(ssh_session ssh)
{
	return ssh_userauth_none(ssh, NULL);
}

static int
kbdint(ssh_session ssh)
{
	return ssh_userauth_kbdint(ssh, NULL, NULL);
}

/* A step of libssh's, see client_turn(); SSH_AUTH_ERROR: over. */
static int
step(struct client *c, int (*try)(ssh_session ssh))
{
	struct msg m;
	int rc;

	while ((rc = try(c->ssh)) == SSH_AUTH_AGAIN) {
		if (client_turn(c, MSG_NONE, &m) == -1)
			return SSH_AUTH_ERROR;
	}
	if (rc == SSH_AUTH_ERROR || !ssh_is_connected(c->ssh)) {
		client_over(c, NULL);
		return SSH_AUTH_ERROR;
	}
	return rc;
}

/* 1: logged in; 0: these answers were not good enough. */
static int
try_once(struct client *c, const char *before)
{
	int rc = step(c, kbdint);

	while (rc == SSH_AUTH_INFO) {
		if (one_round(c, before) == -1)
			return -1;
		before = "";
		rc = step(c, kbdint);
	}
	if (rc == SSH_AUTH_SUCCESS)
		return 1;
	if (rc == SSH_AUTH_DENIED || rc == SSH_AUTH_PARTIAL)
		return 0;
	return client_over(c, NULL);
}

/* What the site has to say, which ssh(1) shows before the login. */
static int
show_banner(struct client *c)
{
	char *text = ssh_get_issue_banner(c->ssh);
	int rc = 0;

	if (text != NULL && text[0] != '\0')
		rc = ask(c, text, 0);
	ssh_string_free_char(text);
	return rc;
}

/* The gateway ends it after so many tries (auth_tries). */
int
login_run(struct client *c)
{
	int rc = step(c, none);
	const char *before = "";

	if (show_banner(c) == -1)
		return -1;
	if (rc == SSH_AUTH_SUCCESS)
		return 0;
	if (rc == SSH_AUTH_ERROR)
		return -1;
	if ((ssh_userauth_list(c->ssh, NULL) & SSH_AUTH_METHOD_INTERACTIVE) ==
	    0)
		return client_over(c, NO_PASSWORD);
	while ((rc = try_once(c, before)) == 0)
		before = "That was not right; try again.";
	return rc == 1 ? 0 : -1;
}
