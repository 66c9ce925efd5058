/* names.c - atoll-names: it is told who may ask, and tells what names lead to. */
#include "gateway/net/names.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "gateway/net/named.h"
#include "gateway/net/rules.h"
#include "gateway/net/seats.h"

#define PATIENCE_MS 1000 /* for a link that is full */

/* --- the link ----------------------------------------------------------------- */

/* It ends by that, and the builder starts another. */
static void
lose(struct net *n, const struct err *e)
{
	if (e != NULL)
		log_error(NULL, "atoll-names: %s", e->text);
	scope_close(&n->names.fd);
}

/* It reads at once; one that does not for so long hangs, and is given up. */
static void
tell(struct net *n, const struct msg *m)
{
	struct pollfd p = { .fd = n->names.fd, .events = POLLOUT };
	struct err e;

	if (n->names.fd == -1)
		return; /* the next one is told all of it */
	if (poll(&p, 1, PATIENCE_MS) != 1)
		err_set(&e, ETIMEDOUT, "%s", msg_name(m->type));
	else if (chan_send(&n->names, m, &e) == 0)
		return;
	lose(n, &e);
}

void
names_take(struct net *n, int fd)
{
	const struct net_seat *s;
	struct err e;

	lose(n, NULL);
	n->names.fd = fd;
	if (chan_hello(&n->names, &e) == -1)
		lose(n, &e);
	LIST_FOREACH(s, &n->seats, all) {
		if (s->has_rules)
			names_tell(n, s);
	}
}

/* --- sandboxes ---------------------------------------------------------------- */

void
names_tell(struct net *n, const struct net_seat *s)
{
	char room[EGRESS_MAX * EGRESS_NAME_TEXT], entry[EGRESS_NAME_TEXT];
	struct msg m;

	if (s->lab->name_count == 0)
		return;
	MSG_NEW(&m, NAMES_SEAT, names_seat);
	m.names_seat.number = s->number;
	m.names_seat.address = s->address;
	m.names_seat.names = strings_in(room, sizeof(room));
	for (unsigned i = 0; i < s->lab->name_count; i++) {
		egress_name_text(&s->lab->names[i], entry);
		strings_add(&m.names_seat.names, entry);
	}
	tell(n, &m);
}

void
names_tell_end(struct net *n, const struct net_seat *s)
{
	struct msg m;

	if (s->lab->name_count == 0)
		return;
	MSG_NEW(&m, NAMES_SEAT_END, names_seat_end);
	m.names_seat_end.number = s->number;
	tell(n, &m);
}

/* --- what it asked for in vain ------------------------------------------------ */

static void
note(struct net_seat *s, enum name_trouble what, const char *name)
{
	struct net_trouble *at = &s->troubles[0];

	for (size_t i = 0; i < NAME_TROUBLES_TOLD; i++) {
		struct net_trouble *t = &s->troubles[i];

		if (t->what == what && strcmp(t->name, name) == 0) {
			t->times++;
			t->at_ms = clock_ms();
			return;
		}
		if (t->at_ms < at->at_ms)
			at = t;
	}
	at->what = what;
	at->times = 1;
	at->at_ms = clock_ms();
	text_copy(at->name, sizeof(at->name), name);
}

/* The newest that is older than that; NULL: there is none. */
static const struct net_trouble *
next_trouble(const struct net_seat *s, const struct net_trouble *than)
{
	const struct net_trouble *newest = NULL;
	int64_t first = clock_ms() - RULES_NOTED_MINUTES * 60 * 1000;

	for (size_t i = 0; i < NAME_TROUBLES_TOLD; i++) {
		const struct net_trouble *t = &s->troubles[i];

		if (t->times == 0 || t->at_ms < first)
			continue;
		if (than != NULL && (t->at_ms > than->at_ms ||
					(t->at_ms == than->at_ms && t >= than)))
			continue;
		if (newest == NULL || t->at_ms >= newest->at_ms)
			newest = t;
	}
	return newest;
}

void
names_troubles(const struct net_seat *s, struct msg_net_refusals *to)
{
	const struct net_trouble *t = NULL;

	while ((t = next_trouble(s, t)) != NULL) {
		strings_add(&to->names, t->name);
		to->troubles.id[to->troubles.count++] = t->what;
		to->name_times.id[to->name_times.count++] = t->times;
	}
}

/* --- what it says ------------------------------------------------------------- */

static int
on_trouble(struct net *n, const struct msg *m, struct err *e)
{
	const struct msg_names_trouble *t = &m->names_trouble;
	struct net_seat *s = seats_find(n, t->number);

	if (t->what >= NAME_TROUBLES || !is_host_name(t->name))
		return err_set(e, EPROTO, "NAMES_TROUBLE");
	/* It may have ended meanwhile. */
	if (s != NULL)
		note(s, (enum name_trouble)t->what, t->name);
	return 0;
}

/* Each of the addresses that it may have goes into the answer. */
static int
pass_all(struct net *n, struct net_seat *s, const struct msg_names_found *m,
    struct numbers *passed, struct err *e)
{
	enum named worst = NAMED_PASSED;

	for (uint32_t i = 0; i < m->addresses.count; i++) {
		uint64_t address = m->addresses.at[i];
		enum named is;

		if (address > UINT32_MAX)
			return err_set(e, EPROTO, "NAMES_FOUND");
		is = named_pass(n, s->lab, (uint32_t)address, m->entries,
		    m->seconds, e);
		if (is == NAMED_PASSED)
			passed->at[passed->count++] = address;
		else if (is == NAMED_FAILED)
			log_error(NULL, "atoll-net: %s", e->text);
		if (is > worst)
			worst = is;
	}
	if (passed->count == 0 && worst != NAMED_PASSED)
		note(s, worst == NAMED_NEVER ? NAME_BAD_ADDRESS : NAME_TOO_MANY,
		    m->name);
	return 0;
}

static int
on_found(struct net *n, const struct msg *m, struct err *e)
{
	struct net_seat *s = seats_find(n, m->names_found.number);
	struct msg answer;

	if (!is_host_name(m->names_found.name))
		return err_set(e, EPROTO, "NAMES_FOUND");
	MSG_NEW(&answer, NAMES_PASSED, names_passed);
	answer.serial = m->serial;
	if (s != NULL && s->has_rules &&
	    pass_all(n, s, &m->names_found, &answer.names_passed.addresses,
		e) == -1)
		return -1;
	tell(n, &answer);
	return 0;
}

static int
on_message(void *self, struct msg *m, struct err *e)
{
	struct net *n = self;

	switch (m->type) {
	case MSG_HELLO:
		return chan_check_hello(&n->names, m, e);
	case MSG_NAMES_FOUND:
		return on_found(n, m, e);
	case MSG_NAMES_TROUBLE:
		return on_trouble(n, m, e);
	default:
		return err_set(e, EPROTO, "%s", msg_name(m->type));
	}
}

void
names_hear(struct net *n)
{
	struct err e = { 0 };
	int rc = chan_hear(&n->names, on_message, n, &e);

	if (rc != 0)
		lose(n, rc == 1 ? NULL : &e);
}
