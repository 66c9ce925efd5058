/* answer.c - what the monitor tells a session by itself. */
#include "gateway/monitor/links/answer.h"

#include <string.h>

#include "gateway/monitor/links/recorder.h"

/* The session shows the text, ends its channels and hangs up.  since_ms is for
 * one that does not: end_overdue() of main.c closes its link. */
void
answer_goodbye(struct conn *c, const char *text)
{
	struct msg m;

	if (c->link == NULL || c->state == CONN_CLOSING)
		return;
	MSG_NEW(&m, GOODBYE, goodbye);
	text_copy(m.goodbye.text, TEXT_SIZE, text);
	link_send(c->link, &m);
	conn_step(c, CONN_CLOSING);
	c->since_ms = uv_now(&c->monitor->loop);
}

void
answer_abort(struct conn *c)
{
	answer_goodbye(c, ANSWER_MISTAKE);
}

static void
send_notice(struct conn *c, const char *text, enum notice_kind kind)
{
	struct msg m;

	if (c->link == NULL)
		return;
	MSG_NEW(&m, NOTICE, notice);
	text_copy(m.notice.text, TEXT_SIZE, text);
	m.notice.kind = kind;
	link_send(c->link, &m);
	recorder_mark(c, text);
}

void
answer_notice(struct conn *c, const char *text)
{
	send_notice(c, text, NOTICE_ALL);
}

void
answer_words(struct conn *c, const char *text)
{
	send_notice(c, text, NOTICE_PEOPLE);
}

void
answer_frozen(struct conn *c, bool is_frozen, const char *text)
{
	send_notice(c, text, is_frozen ? NOTICE_FROZEN : NOTICE_THAWED);
}
