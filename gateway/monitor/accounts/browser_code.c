/* browser_code.c - codes that log in with a browser, once. */
#include "gateway/monitor/accounts/browser_code.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/monitor/accounts/self_service.h"
#include "gateway/monitor/links/answer.h"
#include "gateway/monitor/links/browser.h"
#include "gateway/monitor/links/lab_answer.h"
#include "gateway/monitor/links/once.h"

#define CODES_MAX 1024 /* for one more the oldest goes */
#define MINUTES	  10
#define CODE_MS	  (MINUTES * 60 * 1000)
#define NO_BROWSER                                                             \
	"Nobody logs in with a browser at this site: ssh is the way.\n"
#define TOO_OFTEN "That is too often: try again in 20 seconds.\n"
#define NO_CODE	  "This host is out of resources; try again in a minute.\n"

static bool
make_code(const struct seat *s, char code[ONCE_CODE_SIZE])
{
	struct monitor *m = s->monitor;
	struct once_link l = { .until_ms = uv_now(&m->loop) + CODE_MS };

	if (m->browser_codes == NULL)
		m->browser_codes = once_new(CODES_MAX);
	text_copy(l.what, sizeof(l.what), s->lab);
	text_copy(l.who, sizeof(l.who), s->account);
	return m->browser_codes != NULL &&
	       once_add_code(m->browser_codes, &l, true, code);
}

static void
tell_code(const struct seat *s, uint32_t serial, const char *code)
{
	char text[LINE_SIZE];

	snprintf(text, sizeof(text),
	    "Open %s/terminal in a browser, and log in there with\n\n"
	    "  user name  %s+%s\n"
	    "  password   %s\n\n"
	    "It is good once, within %d minutes, for this lab; a new one takes"
	    " its place.\nWhoever has it can do here what you can.\n",
	    s->monitor->config->web[0].url, s->account, s->lab, code, MINUTES);
	lab_answer(s, serial, LAB_DONE, text);
	OPENSSL_cleanse(text, sizeof(text));
}

void
browser_code_asked(struct seat *s, uint32_t serial)
{
	uint64_t now = uv_now(&s->monitor->loop);
	char code[ONCE_CODE_SIZE];
	struct err e = { 0 };

	if (!browser_is_wanted(s->monitor)) {
		lab_answer(s, serial, LAB_FAILED, NO_BROWSER);
	} else if (self_check(s, SELF_BROWSER, &e) == -1) {
		self_refuse(s, serial, &e);
	} else if (!bucket_take(&s->self.codes, (int64_t)now)) {
		lab_answer(s, serial, LAB_FAILED, TOO_OFTEN);
	} else if (!make_code(s, code)) {
		lab_answer(s, serial, LAB_FAILED, NO_CODE);
	} else {
		log_info(&s->tag, "code for a browser");
		tell_code(s, serial, code);
	}
	OPENSSL_cleanse(code, sizeof(code));
}

/* --- it is typed --------------------------------------------------------------- */

static void
tell_others(const struct conn *c, const char *account)
{
	struct seat *s = seat_find(&c->monitor->registry, account, c->only_lab);
	char text[TEXT_SIZE];
	struct conn *other;

	if (s == NULL)
		return;
	snprintf(text, sizeof(text),
	    "a browser at %s logs in here, with a code of 'lab browser'; if "
	    "that"
	    " is not you, tell your instructor",
	    c->peer.text);
	TAILQ_FOREACH(other, &s->conns, seated) {
		if (other->state == CONN_SEATED)
			answer_notice(other, text);
	}
}

/* One that was made for another account, or lab, is none here, and stays good there. */
bool
browser_code_use(struct conn *c, const struct msg_login_password *m)
{
	struct once *codes = c->monitor->browser_codes;
	struct once_link *l = NULL;

	if (c->is_browser && codes != NULL)
		l = once_find_code(codes, m->password,
		    uv_now(&c->monitor->loop));
	if (l == NULL || strcmp(l->who, m->account) != 0 ||
	    (m->lab[0] != '\0' && strcmp(l->what, m->lab) != 0))
		return false;
	l->until_ms = 0;
	text_copy(c->only_lab, NAME_SIZE, l->what);
	text_copy(c->lab, NAME_SIZE, l->what);
	tell_others(c, m->account);
	return true;
}

/* --- its end ------------------------------------------------------------------- */

void
browser_code_forget(struct monitor *m, const char *account)
{
	if (m->browser_codes != NULL)
		once_forget(m->browser_codes, account);
}

void
browser_code_free(struct monitor *m)
{
	free(m->browser_codes);
	m->browser_codes = NULL;
}
