/* announce.c - what staff say to students. */
#include "gateway/monitor/seats/announce.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/base/span.h"
#include "gateway/base/utf8.h"
#include "gateway/monitor/accounts/accounts.h"
#include "gateway/monitor/accounts/writer.h"
#include "gateway/monitor/links/answer.h"
#include "gateway/monitor/seats/announce_store.h"
#include "gateway/monitor/seats/hand.h"

/* The oldest goes when there are more. */
#define ANNOUNCEMENTS_MAX 200

struct announcement {
	TAILQ_ENTRY(announcement) next; /* the oldest first */
	struct announced what;
	struct name_list seen; /* by these accounts */
};

/* --- those that hold ------------------------------------------------------ */

static void
forget(struct monitor *m, struct announcement *a)
{
	TAILQ_REMOVE(&m->announcements, a, next);
	announced_free(&a->what);
	free(a->seen.names);
	free(a);
}

static void
forget_old(struct monitor *m, int64_t now)
{
	struct announcement *a, *next;
	unsigned count = 0;

	TAILQ_FOREACH(a, &m->announcements, next)
		count++;
	for (a = TAILQ_FIRST(&m->announcements); a != NULL; a = next) {
		next = TAILQ_NEXT(a, next);
		if (a->what.said + ANNOUNCE_SECONDS <= now ||
		    count > ANNOUNCEMENTS_MAX) {
			forget(m, a);
			count--;
		}
	}
}

static struct announcement *
add(struct monitor *m, const struct announced *what)
{
	struct announcement *a = calloc(1, sizeof(*a));

	if (a == NULL || announced_copy(&a->what, what) == -1) {
		free(a);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&m->announcements, a, next);
	return a;
}

static bool
has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	while (*words != '\0') {
		size_t length = strcspn(words, " ");

		if (length == n && memcmp(words, word, n) == 0)
			return true;
		words += length;
		words += strspn(words, " ");
	}
	return false;
}

static bool
is_for(const struct announced *what, const struct seat *s)
{
	return (what->labs[0] == '\0' || has_word(what->labs, s->lab)) &&
	       (what->account[0] == '\0' ||
		   strcmp(what->account, s->account) == 0);
}

/* --- saying it ------------------------------------------------------------ */

/* A change for the writer's thread. */
struct stored {
	struct monitor *monitor;
	uint32_t client; /* its number: it may have gone; 0: nobody waits */
	struct announced what;
	struct name_list seen; /* those to be added */
	char answer[TEXT_SIZE];
};

static int
store(struct db *db, void *data, struct err *e)
{
	const struct stored *x = data;

	return announced_write(db, &x->what, &x->seen, ANNOUNCE_SECONDS, e);
}

static void
on_stored(void *data, const struct err *e)
{
	struct stored *x = data;
	struct client *c =
	    x->client == 0 ? NULL : client_find(x->monitor, x->client);
	char text[TEXT_SIZE];

	snprintf(text, sizeof(text), "%s", x->answer);
	if (e != NULL) {
		snprintf(text, sizeof(text),
		    "it was said, but is lost when atolld ends: " DB_NAME
		    " could not be written: %.300s",
		    e->text);
		log_error(NULL, "announcement=%" PRId64 ": %s", x->what.number,
		    text);
	}
	if (c != NULL)
		client_end(c, e == NULL ? 0 : 1, text);
	announced_free(&x->what);
	free(x->seen.names);
	free(x);
}

/* Without memory it is as if atoll.db could not be written. */
static void
keep(struct monitor *m, const struct announced *what,
    const struct name_list *seen, uint32_t client, const char *answer)
{
	struct stored *x = calloc(1, sizeof(*x));
	struct client *c = client == 0 ? NULL : client_find(m, client);

	if (x == NULL || announced_copy(&x->what, what) == -1 ||
	    name_list_copy(&x->seen, seen) == -1) {
		log_error(NULL, "announcement=%" PRId64 ": out of memory",
		    what->number);
		if (c != NULL)
			client_end(c, 1, "it was said; but out of memory");
		if (x != NULL)
			announced_free(&x->what);
		free(x);
		return;
	}
	x->monitor = m;
	x->client = client;
	text_copy(x->answer, sizeof(x->answer), answer);
	writer_add(m->writer, store, on_stored, x);
}

/* To every connection there; a session shows it where somebody can read it.
 * Returns how many seats that were. */
static unsigned
tell_seats(struct monitor *m, struct announcement *a)
{
	unsigned count = 0;
	struct seat *s;
	struct conn *c;

	TAILQ_FOREACH(s, &m->registry.seats, all) {
		bool has_reader = false;

		if (!is_for(&a->what, s))
			continue;
		TAILQ_FOREACH(c, &s->conns, seated) {
			if (c->state != CONN_SEATED)
				continue;
			answer_words(c, a->what.text);
			has_reader = has_reader || c->has_reader;
		}
		if (has_reader) {
			name_list_add(&a->seen, s->account);
			count++;
		}
	}
	return count;
}

/* The labs that are meant: of "all", those that the client is staff of. */
static char *
list_labs(const struct client *c, const char *lab)
{
	const struct config *config = c->monitor->config;
	char *words;
	size_t at = 0;

	words = malloc((config->lab_count + 1) * NAME_SIZE);
	if (words == NULL)
		return NULL;
	words[0] = '\0';
	if (lab[0] != '\0')
		return strcpy(words, lab);
	for (size_t i = 0; i < config->lab_count && c->staff[0] != '\0'; i++) {
		if (client_may(c, config->labs[i].name))
			at += (size_t)sprintf(words + at, "%s%s",
			    at == 0 ? "" : " ", config->labs[i].name);
	}
	return words;
}

/* Is there such a lab, and such a seat, or could there be? */
static int
check(struct client *c, const struct msg_admin_say *ask, struct err *e)
{
	char shown[TEXT_SIZE];

	if (ask->lab[0] != '\0' &&
	    config_lab(c->monitor->config, ask->lab) == NULL)
		return err_set(e, 0,
		    "there is no lab %s: write all, LAB, or a seat as"
		    " account+lab",
		    ask->lab);
	if (ask->account[0] != '\0' &&
	    accounts_find(c->monitor, ask->account) == NULL &&
	    seat_find(&c->monitor->registry, ask->account, ask->lab) == NULL)
		return err_set(e, 0, "there is no account %s", ask->account);
	if (ask->text[strspn(ask->text, " ")] == '\0')
		return err_set(e, 0, "there is no text to be said");
	utf8_printable(shown, sizeof(shown), ask->text);
	if (strlen(ask->text) > SAY_BYTES || strlen(shown) > SAY_BYTES)
		return err_set(e, 0,
		    "the text is too long: %d bytes at most, of which a control"
		    " character takes four",
		    SAY_BYTES);
	return 0;
}

static void
write_text(const struct client *c, const char *text, char to[TEXT_SIZE])
{
	char shown[SAY_BYTES + 8];

	utf8_printable(shown, sizeof(shown), text);
	if (c->staff[0] == '\0')
		snprintf(to, TEXT_SIZE, "administrator: %s", shown);
	else
		snprintf(to, TEXT_SIZE, "%s (staff): %s", c->staff, shown);
}

/* Who speaks to one student answers the hand that is up. */
static void
answer_hand(struct monitor *m, const struct msg_admin_say *ask,
    const char *text)
{
	struct seat *s = ask->account[0] == '\0'
			     ? NULL
			     : seat_find(&m->registry, ask->account, ask->lab);

	if (s != NULL)
		hand_lower(s, "that answers your hand, which is down now",
		    text);
}

static void
say(struct client *c, const struct msg_admin_say *ask, char *labs)
{
	struct monitor *m = c->monitor;
	const struct announcement *last =
	    TAILQ_LAST(&m->announcements, announcements);
	char text[TEXT_SIZE], answer[TEXT_SIZE], quoted[LOG_VALUE_SIZE];
	struct announced what = { .said = (int64_t)time(NULL),
		.labs = labs,
		.text = text };
	struct announcement *a;
	unsigned count;

	forget_old(m, what.said);
	what.number = last == NULL ? what.said << 16 : last->what.number + 1;
	text_copy(what.account, NAME_SIZE, ask->account);
	write_text(c, ask->text, text);
	a = add(m, &what);
	if (a == NULL) {
		client_end(c, 1, "out of memory");
		return;
	}
	count = tell_seats(m, a);
	answer_hand(m, ask, text);
	log_info(&c->tag, "say account=%s labs=%s seats=%u text=%s",
	    ask->account, labs, count, log_value(quoted, text));
	snprintf(answer, sizeof(answer),
	    "said to %u seat%s; who logs in within an hour reads it, too",
	    count, count == 1 ? "" : "s");
	keep(m, &what, &a->seen, c->number, answer);
}

void
announce(struct client *c, struct msg *msg)
{
	const struct msg_admin_say *ask = &msg->admin_say;
	struct err e = { 0 };
	char *labs;

	if ((ask->lab[0] != '\0' || c->wall[0] != '\0') &&
	    !client_check(c, ask->lab))
		return;
	if (check(c, ask, &e) == -1) {
		client_end(c, 1, e.text);
		return;
	}
	labs = list_labs(c, ask->lab);
	if (labs == NULL)
		client_end(c, 1, "out of memory");
	else if (c->staff[0] != '\0' && labs[0] == '\0')
		client_end(c, 1, "you are staff of no lab");
	else
		say(c, ask, labs);
	free(labs);
}

/* --- who comes later ------------------------------------------------------- */

static void
show_late(struct conn *c, const struct announced *what, int64_t now)
{
	char text[TEXT_SIZE + 64], span[SPAN_SIZE];
	int64_t ago = now - what->said;

	/* A clock that was set back; or just now. */
	if (ago < 60) {
		answer_words(c, what->text);
		return;
	}
	span_text(ago / 60 * 60, span);
	snprintf(text, sizeof(text), "(%s ago) %s", span, what->text);
	answer_words(c, text);
}

void
announce_to_reader(struct conn *c)
{
	struct monitor *m = c->monitor;
	int64_t now = (int64_t)time(NULL);
	struct name_list one = { 0 };
	struct announcement *a;

	c->has_reader = true;
	if (c->seat == NULL || c->state != CONN_SEATED)
		return;
	forget_old(m, now);
	TAILQ_FOREACH(a, &m->announcements, next) {
		if (!is_for(&a->what, c->seat) ||
		    name_list_has(&a->seen, c->account))
			continue;
		show_late(c, &a->what, now);
		name_list_add(&a->seen, c->account);
		if (one.count == 0)
			name_list_add(&one, c->account);
		keep(m, &a->what, &one, 0, "");
	}
	free(one.names);
}

/* --- atoll.db ---------------------------------------------------------------- */

static int
take(void *self, const struct announced *what, struct err *e)
{
	return add(self, what) == NULL ? err_set(e, ENOMEM, "announcements")
				       : 0;
}

static int
take_seen(void *self, int64_t number, const char *account, struct err *e)
{
	struct monitor *m = self;
	struct announcement *a;

	TAILQ_FOREACH(a, &m->announcements, next) {
		if (a->what.number == number)
			return name_list_add(&a->seen, account) == -1
				   ? err_set(e, ENOMEM, "announcements")
				   : 0;
	}
	return 0;
}

int
announce_open(struct monitor *m, struct err *e)
{
	if (announced_read(m->db, (int64_t)time(NULL) - ANNOUNCE_SECONDS, take,
		take_seen, m, e) == -1)
		return -1;
	forget_old(m, (int64_t)time(NULL));
	return 0;
}

void
announce_close(struct monitor *m)
{
	struct announcement *a;

	while ((a = TAILQ_FIRST(&m->announcements)) != NULL)
		forget(m, a);
}
