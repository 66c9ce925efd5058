/* allowance.c - the time that a seat is allowed beyond what its lab says. */
#include "gateway/monitor/seats/allowance.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/base/span.h"
#include "gateway/config/hours.h"
#include "gateway/monitor/accounts/accounts.h"
#include "gateway/monitor/accounts/writer.h"
#include "gateway/monitor/links/answer.h"
#include "gateway/monitor/seats/deadline.h"

/* --- labs ----------------------------------------------------------------- */

static struct lab_extension *
find_extension(const struct monitor *m, const char *lab)
{
	struct lab_extension *x;

	LIST_FOREACH(x, &m->lab_extensions, next) {
		if (strcmp(x->lab, lab) == 0)
			return x;
	}
	return NULL;
}

static struct lab_extension *
add_extension(struct monitor *m, const char *lab)
{
	struct lab_extension *x = calloc(1, sizeof(*x));

	if (x == NULL)
		return NULL;
	text_copy(x->lab, sizeof(x->lab), lab);
	LIST_INSERT_HEAD(&m->lab_extensions, x, next);
	return x;
}

/* Seconds by which a lab closes later than its file says. */
static int64_t
more_open(const struct monitor *m, const struct lab *lab)
{
	const struct lab_extension *x = find_extension(m, lab->name);

	return x == NULL || x->until_configured != lab->until_configured
		   ? 0
		   : x->more_open;
}

static void
set_closing_times(struct monitor *m)
{
	for (size_t i = 0; i < m->config->lab_count; i++) {
		struct lab *lab = &m->config->labs[i];

		if (lab->until_configured != 0)
			lab->until = lab->until_configured + more_open(m, lab);
	}
}

int
allowance_open(struct monitor *m, struct err *e)
{
	sqlite3_stmt *s = db_prepare(m->db,
	    "SELECT lab, until_configured, more_open FROM extensions"
	    " WHERE account = ''",
	    e);
	struct lab_extension *x;
	int rc;

	if (s == NULL)
		return -1;
	while ((rc = db_step(m->db, s, e)) == 1) {
		x = add_extension(m, db_text(s, 0));
		if (x == NULL) {
			rc = err_set(e, ENOMEM, "extensions");
			break;
		}
		x->until_configured = sqlite3_column_int64(s, 1);
		x->more_open = sqlite3_column_int64(s, 2);
	}
	sqlite3_finalize(s);
	return rc;
}

void
allowance_close(struct monitor *m)
{
	struct lab_extension *x;

	while ((x = LIST_FIRST(&m->lab_extensions)) != NULL) {
		LIST_REMOVE(x, next);
		free(x);
	}
}

/* --- seats ---------------------------------------------------------------- */

static int64_t
factor_of(struct monitor *m, const char *account)
{
	const struct account *a = accounts_find(m, account);

	return a == NULL ? TIME_FACTOR_NONE : a->time_factor;
}

/* An extension that is older than the sandbox was of another one. */
static int
read_extension(struct monitor *m, struct seat *s, struct err *e)
{
	sqlite3_stmt *st = db_prepare(m->db,
	    "SELECT more_time, more_open FROM extensions"
	    " WHERE lab = ?1 AND account = ?2 AND made >= ?3",
	    e);
	int rc;

	if (st == NULL)
		return -1;
	sqlite3_bind_text(st, 1, s->lab, -1, NULL);
	sqlite3_bind_text(st, 2, s->account, -1, NULL);
	sqlite3_bind_int64(st, 3, (int64_t)s->since);
	rc = db_step(m->db, st, e);
	if (rc == 1) {
		s->more_time = sqlite3_column_int64(st, 0);
		s->more_open = sqlite3_column_int64(st, 1);
	}
	sqlite3_finalize(st);
	return rc;
}

void
allowance_fill(struct monitor *m, struct seat *s)
{
	struct err e;

	s->more_time = s->more_open = 0;
	s->time_factor = factor_of(m, s->account);
	if (read_extension(m, s, &e) == -1)
		log_error(&s->tag, "cannot look up extensions: %s", e.text);
}

/* It may be near its end again: that is told once more. */
static void
tell_seat(struct seat *s, const char *what)
{
	char text[TEXT_SIZE], span[SPAN_SIZE];
	const char *why;
	int64_t left = deadline_left(s->monitor, s, &why);
	struct conn *c;

	s->left_told = INT64_MAX;
	span_text(left, span);
	if (left == INT64_MAX)
		snprintf(text, sizeof(text), "%s", what);
	else
		snprintf(text, sizeof(text), "%s: this sandbox ends in %s (%s)",
		    what, span, why);
	TAILQ_FOREACH(c, &s->conns, seated) {
		if (c->state == CONN_SEATED)
			answer_notice(c, text);
	}
}

void
allowance_refresh(struct monitor *m)
{
	struct seat *s;

	set_closing_times(m);
	TAILQ_FOREACH(s, &m->registry.seats, all) {
		int64_t factor = factor_of(m, s->account);

		if (s->state == SEAT_QUEUED || factor == s->time_factor)
			continue;
		s->time_factor = factor;
		if (s->time_limit > 0)
			tell_seat(s, "your time was changed");
	}
}

/* --- atoll extend --------------------------------------------------------- */

/* A row of the table; account is empty for that of a lab. */
struct stored {
	const char *account;
	int64_t until_configured, more_time, more_open;
};

struct extension {
	struct monitor *monitor;
	uint32_t client; /* its number: it may have gone when this is written */
	int64_t made;	 /* seconds since the epoch */
	char lab[NAME_SIZE];
	struct arena arena; /* of the rows */
	struct stored *row;
	size_t count;
	char answer[TEXT_SIZE];
};

static size_t
count_seats(const struct monitor *m, const char *lab)
{
	const struct seat *s;
	size_t count = 0;

	TAILQ_FOREACH(s, &m->registry.seats, all)
		count += seat_is_live(s) && strcmp(s->lab, lab) == 0;
	return count;
}

static void
note_seat(struct extension *x, const struct seat *s)
{
	x->row[x->count++] =
	    (struct stored){ .account = arena_text(&x->arena, s->account),
		    .more_time = s->more_time,
		    .more_open = s->more_open };
}

static void
extend_seat(struct extension *x, struct seat *s, int64_t seconds)
{
	char what[SPAN_SIZE + 32], span[SPAN_SIZE];
	const char *why;
	int64_t left;

	s->more_time += seconds;
	s->more_open += seconds;
	note_seat(x, s);
	span_text(seconds, span);
	snprintf(what, sizeof(what), "you have %s more", span);
	tell_seat(s, what);
	left = deadline_left(x->monitor, s, &why);
	span_text(left, span);
	snprintf(x->answer, sizeof(x->answer), "%s+%s ends in %s (%s)",
	    s->account, s->lab, span, why);
}

/* Who comes later has the lab's later closing time, and the time_limit of its
 * file: a sandbox that has not begun has lost nothing. */
static int
extend_lab(struct extension *x, struct lab *lab, int64_t seconds, struct err *e)
{
	struct monitor *m = x->monitor;
	struct lab_extension *of = find_extension(m, lab->name);
	char what[SPAN_SIZE + 32], span[SPAN_SIZE], when[HOURS_TEXT_SIZE];
	struct seat *s;

	if (of == NULL && (of = add_extension(m, lab->name)) == NULL)
		return err_set(e, ENOMEM, "extend");
	of->more_open =
	    lab->until_configured == 0 ? 0 : more_open(m, lab) + seconds;
	of->until_configured = lab->until_configured;
	set_closing_times(m);
	x->row[x->count++] = (struct stored){ .account = "",
		.until_configured = of->until_configured,
		.more_open = of->more_open };
	span_text(seconds, span);
	snprintf(what, sizeof(what), "you have %s more", span);
	TAILQ_FOREACH(s, &m->registry.seats, all) {
		if (!seat_is_live(s) || strcmp(s->lab, lab->name) != 0)
			continue;
		s->more_time += seconds;
		note_seat(x, s);
		tell_seat(s, what);
	}
	hours_text(lab->until, when);
	snprintf(x->answer, sizeof(x->answer), "%s: %s more for %zu seat%s%s%s",
	    lab->name, span, x->count - 1, x->count == 2 ? "" : "s",
	    lab->until == 0 ? "" : "; the lab closes ",
	    lab->until == 0 ? "" : when);
	return 0;
}

/* On the writer's thread. */
static int
store(struct db *db, void *data, struct err *e)
{
	const struct extension *x = data;
	sqlite3_stmt *s = db_prepare(db,
	    "INSERT OR REPLACE INTO extensions (lab, account, made,"
	    " until_configured, more_time, more_open)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	    e);
	int rc = s == NULL ? -1 : 0;

	for (size_t i = 0; i < x->count && rc == 0; i++) {
		sqlite3_reset(s);
		sqlite3_bind_text(s, 1, x->lab, -1, NULL);
		sqlite3_bind_text(s, 2, x->row[i].account, -1, NULL);
		sqlite3_bind_int64(s, 3, x->made);
		sqlite3_bind_int64(s, 4, x->row[i].until_configured);
		sqlite3_bind_int64(s, 5, x->row[i].more_time);
		sqlite3_bind_int64(s, 6, x->row[i].more_open);
		rc = db_step(db, s, e);
	}
	sqlite3_finalize(s);
	return rc;
}

static void
on_stored(void *data, const struct err *e)
{
	struct extension *x = data;
	struct client *c = client_find(x->monitor, x->client);
	char text[TEXT_SIZE];

	if (e == NULL) {
		snprintf(text, sizeof(text), "%s", x->answer);
	} else {
		snprintf(text, sizeof(text),
		    "the extension holds now, but is lost when atolld ends: "
		    "" DB_NAME " could not be written: %.300s",
		    e->text);
		log_error(NULL, "lab=%s: %s", x->lab, text);
	}
	if (c != NULL)
		client_end(c, e == NULL ? 0 : 1, text);
	arena_free(&x->arena);
	free(x);
}

/* The seat or the lab that is meant, or why it cannot have more time. */
static int
find_target(struct monitor *m, const struct msg_admin_extend *ask,
    struct seat **seat, struct lab **lab, struct err *e)
{
	int64_t now = (int64_t)time(NULL);
	const char *why;

	/* Ours to change, unlike what config_lab() returns. */
	for (size_t i = 0; i < m->config->lab_count; i++) {
		if (strcmp(m->config->labs[i].name, ask->lab) == 0)
			*lab = &m->config->labs[i];
	}
	if (ask->seconds == 0 || ask->seconds > EXTENSION_SECONDS_MAX)
		return err_set(e, 0, "the time must be from 1s to 365d");
	if (ask->account[0] != '\0') {
		*seat = seat_find(&m->registry, ask->account, ask->lab);
		if (*seat == NULL || !seat_is_live(*seat))
			return err_set(e, 0,
			    "this seat has no sandbox: 'atoll ls' shows all");
		if (deadline_left(m, *seat, &why) == INT64_MAX)
			return err_set(e, 0,
			    "%s+%s has no end that could be later: its lab has"
			    " neither time_limit nor available.until",
			    ask->account, ask->lab);
		return 0;
	}
	if (*lab == NULL)
		return err_set(e, 0,
		    "there is no lab %s: write LAB, or a seat as account+lab",
		    ask->lab);
	if ((*lab)->until == 0 && (*lab)->time_limit == 0)
		return err_set(e, 0,
		    "lab %s has no end that could be later: neither time_limit"
		    " nor available.until",
		    ask->lab);
	if ((*lab)->until != 0 && (*lab)->until + (int64_t)ask->seconds <= now)
		return err_set(e, 0,
		    "lab %s closed longer ago than that: set available.until in"
		    " its file, then 'atoll reload'",
		    ask->lab);
	return 0;
}

void
allowance_extend(struct client *c, struct msg *msg)
{
	const struct msg_admin_extend *ask = &msg->admin_extend;
	struct monitor *m = c->monitor;
	struct seat *seat = NULL;
	struct lab *lab = NULL;
	struct extension *x;
	struct err e;

	if (!client_check(c, ask->lab))
		return;
	if (find_target(m, ask, &seat, &lab, &e) == -1) {
		client_end(c, 1, e.text);
		return;
	}
	x = calloc(1, sizeof(*x));
	if (x == NULL) {
		client_end(c, 1, "out of memory");
		return;
	}
	x->monitor = m;
	x->client = c->number;
	x->made = (int64_t)time(NULL);
	text_copy(x->lab, sizeof(x->lab), ask->lab);
	x->row = arena_alloc(&x->arena,
	    (count_seats(m, ask->lab) + 1) * sizeof(*x->row));
	log_info(&c->tag, "extend account=%s lab=%s seconds=%" PRIu64,
	    ask->account, ask->lab, ask->seconds);
	if (seat != NULL) {
		extend_seat(x, seat, (int64_t)ask->seconds);
	} else if (extend_lab(x, lab, (int64_t)ask->seconds, &e) == -1) {
		client_end(c, 1, e.text);
		arena_free(&x->arena);
		free(x);
		return;
	}
	writer_add(m->writer, store, on_stored, x);
}
