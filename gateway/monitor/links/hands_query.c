/* hands_query.c - staff ask which hands are up. */
#include "gateway/monitor/links/hands_query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/utf8.h"
#include "gateway/monitor/seats/hand.h"

/* One row of the answer, and the sandbox that it waits for; 0: for none. */
struct row {
	uint32_t sandbox;
	struct msg_hand_up up;
};

struct hands_query {
	uint64_t since_ms;
	size_t count, waits;
	struct row rows[];
};

/* The first that was raised is the first to be helped. */
static int
compare(const void *left, const void *right)
{
	const struct row *l = left, *r = right;

	return (l->up.since > r->up.since) - (l->up.since < r->up.since);
}

static void
finish(struct client *c)
{
	struct hands_query *q = c->asks_hands;
	struct msg m;

	c->asks_hands = NULL;
	if (q->count > 0) /* qsort(3) takes no NULL */
		qsort(q->rows, q->count, sizeof(q->rows[0]), compare);
	for (size_t i = 0; i < q->count; i++) {
		MSG_NEW(&m, HAND_UP, hand_up);
		m.hand_up = q->rows[i].up;
		client_send(c, &m);
	}
	free(q);
	client_end(c, 0, "");
}

/* What waits for a sandbox that does not read would end it at last. */
static bool
ask_init(const struct client *c, struct seat *s)
{
	struct msg m;

	if (s->init == NULL || link_is_behind(s->init))
		return false;
	MSG_NEW(&m, LAST_LINE_GET, last_line_get);
	m.serial = c->number;
	link_send(s->init, &m);
	return true;
}

static void
add(struct client *c, struct hands_query *q, struct seat *s)
{
	struct row *r = &q->rows[q->count++];

	*r = (struct row){ .up.since = (uint64_t)s->hand.raised };
	text_copy(r->up.account, NAME_SIZE, s->account);
	text_copy(r->up.lab, NAME_SIZE, s->lab);
	text_copy(r->up.text, TEXT_SIZE, s->hand.text);
	if (!ask_init(c, s))
		return;
	r->sandbox = s->sandbox;
	q->waits++;
}

static bool
is_wanted(const struct client *c, const struct seat *s, const char *lab)
{
	return hand_is_up(s) && seat_is_live(s) &&
	       (lab[0] == '\0' || strcmp(lab, s->lab) == 0) &&
	       client_may(c, s->lab);
}

void
hands_query_begin(struct client *c, struct msg *m)
{
	const char *lab = m->admin_hands.lab;
	struct registry *registry = &c->monitor->registry;
	struct hands_query *q;
	struct seat *s;
	size_t count = 0;
	char text[TEXT_SIZE];

	if (lab[0] != '\0' && !client_check(c, lab))
		return;
	if (lab[0] != '\0' && config_lab(c->monitor->config, lab) == NULL) {
		snprintf(text, sizeof(text), "there is no lab %s", lab);
		client_end(c, 1, text);
		return;
	}
	if (c->asks_hands != NULL) {
		client_drop(c, "out of order");
		return;
	}
	TAILQ_FOREACH(s, &registry->seats, all)
		count += is_wanted(c, s, lab);
	q = calloc(1, sizeof(*q) + count * sizeof(q->rows[0]));
	if (q == NULL) {
		client_end(c, 1, "out of memory");
		return;
	}
	c->asks_hands = q;
	q->since_ms = uv_now(&c->monitor->loop);
	TAILQ_FOREACH(s, &registry->seats, all) {
		if (is_wanted(c, s, lab))
			add(c, q, s);
	}
	if (q->waits == 0)
		finish(c);
}

/* --- the lines --------------------------------------------------------------- */

static struct row *
row_of(struct seat *s, const struct msg *m)
{
	struct client *c = client_find(s->monitor, m->serial);
	struct hands_query *q = c == NULL ? NULL : c->asks_hands;

	for (size_t i = 0; q != NULL && i < q->count; i++) {
		if (q->rows[i].sandbox == s->sandbox)
			return &q->rows[i];
	}
	return NULL;
}

bool
hands_query_expects(struct seat *s, const struct msg *m)
{
	return m->type == MSG_LAST_LINE && row_of(s, m) != NULL;
}

void
hands_query_line(struct seat *s, struct msg *m)
{
	struct row *r = row_of(s, m);
	struct client *c = client_find(s->monitor, m->serial);

	if (r == NULL)
		return; /* it comes too late: that was one of its words */
	utf8_printable(r->up.line, sizeof(r->up.line), m->last_line.text);
	r->sandbox = 0;
	if (--c->asks_hands->waits == 0)
		finish(c);
}

void
hands_query_tick(struct monitor *m)
{
	struct client *c;

	TAILQ_FOREACH(c, &m->clients, all) {
		if (c->asks_hands != NULL &&
		    uv_now(&m->loop) - c->asks_hands->since_ms >=
			HANDS_QUERY_MS)
			finish(c);
	}
}

/* --- atoll hands --done ------------------------------------------------------ */

void
hands_query_done(struct client *c, struct msg *m)
{
	const struct msg_admin_hand_done *ask = &m->admin_hand_done;
	struct seat *s =
	    seat_find(&c->monitor->registry, ask->account, ask->lab);
	char text[TEXT_SIZE];

	if (!client_check(c, ask->lab))
		return;
	if (s == NULL || !hand_is_up(s)) {
		client_end(c, 1,
		    "this seat has no hand up: 'atoll hands' shows all");
		return;
	}
	log_info(&c->tag, "hand done account=%s lab=%s", s->account, s->lab);
	snprintf(text, sizeof(text), "%s%s lowered your hand",
	    c->staff[0] == '\0' ? "the administrator" : c->staff,
	    c->staff[0] == '\0' ? "" : " (staff)");
	hand_lower(s, text, text);
	snprintf(text, sizeof(text), "the hand of %s+%s is down", ask->account,
	    ask->lab);
	client_end(c, 0, text);
}
