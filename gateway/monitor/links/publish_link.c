/*
 * publish_link.c - links that are good once, and the cookies that browsers get for them.
 *
 * A cookie is a text that we signed: until when, who, and a MAC of that and of what it is
 * for.  So nobody keeps it, and it goes on after a restart of anything.
 */
#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/config/policy.h"
#include "gateway/monitor/accounts/accounts.h"
#include "gateway/monitor/links/lab_answer.h"
#include "gateway/monitor/links/publish.h"
#include "gateway/monitor/links/publish_name.h"
#include "gateway/monitor/links/publish_state.h"

#define LINKS_MAX  1024
#define LINK_MS	   (5 * 60 * 1000)
#define COOKIE_S   (INT64_C(12) * 3600)
#define REFUSAL_MS 10000 /* between two lines of the log */
#define NO_ROOM	   "this host is out of resources; try again in a minute"
#define NO_SITE	   "this gateway publishes nothing: see atoll.conf(5)"
#define NO_SERVICE "This lab publishes nothing.\n"
#define NOT_FOR_STAFF                                                          \
	"what this lab publishes is for the student alone: publish_to says "   \
	"who"                                                                  \
	" sees it"

/* --- cookies ---------------------------------------------------------------- */

/* An account without a name lasts for one connection: the next of that name gets
 * nothing from its cookie. */
static uint32_t
generation(const struct seat *s)
{
	return policy_is_anonymous(s->account) ? s->sandbox : 0;
}

/* What no account's name begins with, see secret.h, is before what was signed. */
static bool
sign(const struct monitor *m, const struct seat *s, const char *host,
    const char *visitor, int64_t until, char mac[SECRET_HEX_SIZE])
{
	char text[PUBLISH_HOST_SIZE + NAME_SIZE + 64];
	int n = snprintf(text, sizeof(text),
	    "cookie of atoll-publish %s %s %" PRIu32 " %" PRId64, host, visitor,
	    generation(s), until);

	return n > 0 && (size_t)n < sizeof(text) &&
	       secret_sign(&m->secret, text, (size_t)n, mac) == 0;
}

static bool
make_cookie(const struct monitor *m, const struct seat *s, const char *host,
    const char *visitor, char to[TEXT_SIZE])
{
	int64_t until = (int64_t)time(NULL) + COOKIE_S;
	char mac[SECRET_HEX_SIZE];

	if (!sign(m, s, host, visitor, until, mac))
		return false;
	snprintf(to, TEXT_SIZE, "%" PRId64 ":%s:%s", until, visitor, mac);
	return true;
}

void
publish_visitor(const struct monitor *m, const struct seat *s, const char *host,
    const char *cookie, char visitor[NAME_SIZE])
{
	char who[NAME_SIZE] = "", mac[SECRET_HEX_SIZE];
	int64_t until;
	char *end;
	size_t n;

	visitor[0] = '\0';
	until = strtoll(cookie, &end, 10);
	n = *end == ':' ? strcspn(end + 1, ":") : 0;
	if (n == 0 || n >= NAME_SIZE || end[1 + n] != ':' ||
	    strlen(end + n + 2) != SECRET_HEX_SIZE - 1)
		return;
	memcpy(who, end + 1, n);
	if (until > (int64_t)time(NULL) && sign(m, s, host, who, until, mac) &&
	    CRYPTO_memcmp(mac, end + n + 2, SECRET_HEX_SIZE - 1) == 0)
		memcpy(visitor, who, NAME_SIZE);
}

/* --- who may see ------------------------------------------------------------ */

bool
publish_may_see(struct monitor *m, const struct seat *s, const char *visitor)
{
	const struct lab *lab = config_lab(m->config, s->lab);

	if (lab == NULL)
		return false;
	if (lab->publish_to == PUBLISH_TO_EVERYONE)
		return true;
	if (visitor[0] == '\0')
		return false;
	if (strcmp(visitor, s->account) == 0)
		return true;
	return lab->publish_to == PUBLISH_TO_STAFF &&
	       (strcmp(visitor, PUBLISH_ADMINISTRATOR) == 0 ||
		   policy_is_staff(accounts_find(m, visitor), lab));
}

/* --- links ------------------------------------------------------------------ */

/* The token stands behind a '#': no browser sends that, so it is in no log of a proxy
 * and in no Referer; our page's script does, once. */
static bool
write_link(struct monitor *m, const struct seat *s, const char *pair,
    const char *visitor, char to[TEXT_SIZE])
{
	struct once_link l = { .until_ms = uv_now(&m->loop) + LINK_MS };
	char origin[PUBLISH_ORIGIN_SIZE], token[ONCE_TOKEN_SIZE];
	struct publish *p = m->publish;

	if (p->links == NULL)
		p->links = once_new(LINKS_MAX);
	if (p->links == NULL || !publish_host(&p->url, s, pair, l.what))
		return false;
	publish_url_origin(&p->url, l.what, origin);
	text_copy(l.who, sizeof(l.who), visitor);
	if (!once_add(p->links, &l, true, token))
		return false;
	snprintf(to, TEXT_SIZE, "%s/.atoll/enter#%s", origin, token);
	OPENSSL_cleanse(token, sizeof(token));
	return true;
}

static size_t
write_open(struct monitor *m, const struct seat *s, const char *pair, char *to,
    size_t size)
{
	char host[PUBLISH_HOST_SIZE], origin[PUBLISH_ORIGIN_SIZE];

	if (!publish_host(&m->publish->url, s, pair, host))
		return 0;
	publish_url_origin(&m->publish->url, host, origin);
	return (size_t)snprintf(to, size, "%s/", origin);
}

static const char *
who_sees(const struct lab *lab)
{
	switch (lab->publish_to) {
	case PUBLISH_TO_STAFF:
		return "which you and the lab's staff may see";
	case PUBLISH_TO_EVERYONE:
		return "which everybody may see who has the address";
	default:
		return "which you alone may see";
	}
}

/* Each is some 500 bytes, and there are eight at most. */
static bool
write_all(struct seat *s, const struct lab *lab, char text[LINE_SIZE])
{
	bool is_open = lab->publish_to == PUBLISH_TO_EVERYONE;
	char link[TEXT_SIZE] = "";
	size_t at = 0;

	for (size_t i = 0; i < lab->publish.count; i++) {
		const char *pair = lab->publish.at[i];
		struct publish_target to;
		size_t n = publish_read(pair, &to);

		if (is_open
			? write_open(s->monitor, s, pair, link, sizeof(link)) ==
			      0
			: !write_link(s->monitor, s, pair, s->account, link))
			return false;
		at += (size_t)snprintf(text + at, LINE_SIZE - at,
		    "%.*s is port %" PRIu32 " of %s, %s:\n  %s\n", (int)n, pair,
		    to.port,
		    to.machine[0] == '\0' ? "this sandbox" : to.machine,
		    who_sees(lab), link);
	}
	if (!is_open)
		snprintf(text + at, LINE_SIZE - at,
		    "A link works once, within five minutes; that browser then"
		    " sees it for twelve hours.\n");
	return true;
}

void
publish_asked_by_student(struct seat *s, uint32_t serial)
{
	struct monitor *m = s->monitor;
	const struct lab *lab = config_lab(m->config, s->lab);
	char text[LINE_SIZE];

	if (lab == NULL || lab->publish.count == 0 || m->publish == NULL ||
	    m->publish->url.suffix[0] == '\0')
		lab_answer(s, serial, LAB_FAILED, NO_SERVICE);
	else if (handover_is_on(m) || !write_all(s, lab, text))
		lab_answer(s, serial, LAB_FAILED,
		    "The gateway is busy: try again in a minute.\n");
	else
		lab_answer(s, serial, LAB_DONE, text);
	OPENSSL_cleanse(text, sizeof(text));
}

static void
send_links(struct client *c, struct seat *s, const struct lab *lab)
{
	const char *visitor =
	    c->staff[0] == '\0' ? PUBLISH_ADMINISTRATOR : c->staff;
	struct msg m;

	for (size_t i = 0; i < lab->publish.count; i++) {
		MSG_NEW(&m, ADMIN_LINE, admin_line);
		if (!write_link(c->monitor, s, lab->publish.at[i], visitor,
			m.admin_line.text)) {
			client_end(c, 1, NO_ROOM);
			return;
		}
		client_send(c, &m);
		OPENSSL_cleanse(m.admin_line.text, TEXT_SIZE);
	}
	client_end(c, 0, "");
}

void
publish_links(struct client *c, struct msg *msg)
{
	const struct msg_admin_published *asked = &msg->admin_published;
	struct monitor *m = c->monitor;
	const struct lab *lab = config_lab(m->config, asked->lab);
	struct seat *s;

	if (!client_check(c, asked->lab))
		return;
	s = seat_find(&m->registry, asked->account, asked->lab);
	if (s == NULL || lab == NULL)
		client_end(c, 1, "there is no such seat: 'atoll ls' shows all");
	else if (!seat_is_live(s))
		client_end(c, 1,
		    "this seat has no sandbox now: try again in a moment");
	else if (lab->publish.count == 0)
		client_end(c, 1, "this lab publishes nothing");
	else if (m->publish == NULL || m->publish->url.suffix[0] == '\0')
		client_end(c, 1, NO_SITE);
	else if (lab->publish_to == PUBLISH_TO_STUDENT)
		client_end(c, 1, NOT_FOR_STAFF);
	else
		send_links(c, s, lab);
}

/* --- a browser brings one --------------------------------------------------- */

static void
refuse(struct monitor *m, uint32_t serial)
{
	struct msg_publish_refused why = { .why = PUBLISH_UNSEEN };
	uint64_t now = uv_now(&m->loop);

	text_copy(why.reason, TEXT_SIZE,
	    "this link was used already, or is more than five minutes old:"
	    " 'lab publish' in the sandbox prints a new one");
	publish_refuse(m, serial, &why);
	if (m->publish->refused_ms != 0 &&
	    now - m->publish->refused_ms < REFUSAL_MS)
		return;
	m->publish->refused_ms = now;
	log_warn(NULL, "link to what is published refused");
}

void
publish_enter(struct monitor *m, struct msg *msg)
{
	const struct msg_publish_enter *ask = &msg->publish_enter;
	struct publish *p = m->publish;
	struct once_link *l = p->links == NULL ? NULL
					       : once_find(p->links, ask->token,
						     uv_now(&m->loop));
	struct publish_target to;
	struct seat *s;
	struct msg answer;

	/* A page of another host name has not used it up. */
	if (l == NULL || strcmp(l->what, ask->host) != 0 || handover_is_on(m)) {
		refuse(m, msg->serial);
		return;
	}
	l->until_ms = 0;
	s = publish_find(m, &p->url, ask->host, &to);
	MSG_NEW(&answer, PUBLISH_ENTERED, publish_entered);
	answer.serial = msg->serial;
	answer.publish_entered.seconds = (uint32_t)COOKIE_S;
	if (s == NULL || !make_cookie(m, s, ask->host, l->who,
			     answer.publish_entered.cookie)) {
		refuse(m, msg->serial);
		return;
	}
	log_info(&s->tag, "published to visitor=%s host=%s", l->who, ask->host);
	link_send(p->link, &answer);
	OPENSSL_cleanse(answer.publish_entered.cookie, TEXT_SIZE);
}
