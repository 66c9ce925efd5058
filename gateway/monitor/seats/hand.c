/* hand.c - a student's raised hand. */
#include "gateway/monitor/seats/hand.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/base/span.h"
#include "gateway/base/utf8.h"
#include "gateway/monitor/accounts/db.h"
#include "gateway/monitor/accounts/writer.h"
#include "gateway/monitor/diary/diary.h"
#include "gateway/monitor/links/answer.h"
#include "gateway/monitor/links/lab_answer.h"
#include "gateway/monitor/seats/staff_notice.h"
#include "gateway/wire/lab_protocol.h"

/* Each is a line on the terminals of all staff. */
#define RAISES_MAX 3	 /* at once, */
#define RAISE_MS   20000 /* and then one each */

/* --- atoll.db ---------------------------------------------------------------- */

static int
read_hand(struct monitor *m, struct seat *s, struct err *e)
{
	sqlite3_stmt *st = db_prepare(m->db,
	    "SELECT raised, text FROM hands WHERE lab = ?1 AND account = ?2"
	    " AND sandbox = ?3 AND raised >= ?4",
	    e);
	int rc;

	if (st == NULL)
		return -1;
	sqlite3_bind_text(st, 1, s->lab, -1, NULL);
	sqlite3_bind_text(st, 2, s->account, -1, NULL);
	sqlite3_bind_int64(st, 3, s->sandbox);
	sqlite3_bind_int64(st, 4, (int64_t)s->since);
	rc = db_step(m->db, st, e);
	if (rc == 1) {
		s->hand.raised = sqlite3_column_int64(st, 0);
		utf8_printable(s->hand.text, sizeof(s->hand.text),
		    db_text(st, 1));
	}
	sqlite3_finalize(st);
	return rc;
}

void
hand_fill(struct monitor *m, struct seat *s)
{
	struct err e;

	s->hand = (struct hand){ .raised = 0 };
	bucket_fill(&s->hand.raises, RAISES_MAX, RAISE_MS);
	if (read_hand(m, s, &e) == -1)
		log_error(&s->tag, "cannot look up its hand: %s", e.text);
}

/* A row for the writer's thread. */
struct stored {
	char account[NAME_SIZE], lab[NAME_SIZE];
	uint32_t sandbox;
	struct hand hand;
	struct log_tag tag;
};

static int
store(struct db *db, void *data, struct err *e)
{
	const struct stored *x = data;
	sqlite3_stmt *s = db_prepare(db,
	    x->hand.raised == 0
		? "DELETE FROM hands WHERE lab = ?1 AND account = ?2"
		: "INSERT OR REPLACE INTO hands (lab, account, sandbox,"
		  " raised, text) VALUES (?1, ?2, ?3, ?4, ?5)",
	    e);
	int rc;

	if (s == NULL)
		return -1;
	sqlite3_bind_text(s, 1, x->lab, -1, NULL);
	sqlite3_bind_text(s, 2, x->account, -1, NULL);
	if (x->hand.raised != 0) {
		sqlite3_bind_int64(s, 3, x->sandbox);
		sqlite3_bind_int64(s, 4, x->hand.raised);
		sqlite3_bind_text(s, 5, x->hand.text, -1, NULL);
	}
	rc = db_step(db, s, e);
	sqlite3_finalize(s);
	return rc;
}

static void
on_stored(void *data, const struct err *e)
{
	struct stored *x = data;

	if (e != NULL)
		log_error(&x->tag,
		    "its hand could not be written to " DB_NAME ", and another"
		    " monitor will not know of it: %s",
		    e->text);
	free(x);
}

static void
keep(const struct seat *s)
{
	struct stored *x = calloc(1, sizeof(*x));

	if (x == NULL) {
		log_error(&s->tag, "its hand is not kept: out of memory");
		return;
	}
	text_copy(x->account, NAME_SIZE, s->account);
	text_copy(x->lab, NAME_SIZE, s->lab);
	x->sandbox = s->sandbox;
	x->hand = s->hand;
	x->tag = s->tag;
	writer_add(s->monitor->writer, store, on_stored, x);
}

/* --- who is told ------------------------------------------------------------- */

static void
tell_student(struct seat *s, const char *text)
{
	struct conn *c;

	TAILQ_FOREACH(c, &s->conns, seated) {
		if (c->state == CONN_SEATED)
			answer_words(c, text);
	}
}

/* --- lab hand ---------------------------------------------------------------- */

static void
say_how_it_is(struct seat *s, uint32_t serial)
{
	char text[TEXT_SIZE], span[SPAN_SIZE];

	if (!hand_is_up(s)) {
		lab_answer(s, serial, LAB_FAILED,
		    "Your hand is down: 'lab hand TEXT' raises it.\n");
		return;
	}
	span_text((int64_t)time(NULL) - s->hand.raised, span);
	snprintf(text, sizeof(text), "Your hand is up since %s: %s\n", span,
	    s->hand.text);
	lab_answer(s, serial, LAB_DONE, text);
}

static void
put_down(struct seat *s, const char *how)
{
	diary_hand(s, how);
	s->hand.raised = 0;
	s->hand.text[0] = '\0';
	keep(s);
}

static void
lower_by_student(struct seat *s, uint32_t serial)
{
	if (!hand_is_up(s)) {
		lab_answer(s, serial, LAB_DONE, "Your hand is down already.\n");
		return;
	}
	log_info(&s->tag, "hand lowered by its student");
	put_down(s, "its student");
	lab_answer(s, serial, LAB_DONE, "Your hand is down.\n");
}

static bool
has_staff(const struct seat *s)
{
	const struct lab *lab = config_lab(s->monitor->config, s->lab);

	return lab != NULL && lab->staff.count > 0;
}

/* Who raises it again has another text, and keeps the place. */
static void
raise_it(struct seat *s, uint32_t serial, const char *asked)
{
	char shown[2 * HAND_SIZE], told[TEXT_SIZE], quoted[LOG_VALUE_SIZE];
	bool was_up = hand_is_up(s);

	utf8_printable(shown, sizeof(shown), asked);
	if (strlen(shown) >= HAND_SIZE) {
		snprintf(told, sizeof(told),
		    "That is too long: %d bytes at most, of which a control"
		    " character takes four.\n",
		    HAND_SIZE - 1);
		lab_answer(s, serial, LAB_USAGE, told);
		return;
	}
	if (!bucket_take(&s->hand.raises, (int64_t)uv_now(&s->monitor->loop))) {
		lab_answer(s, serial, LAB_FAILED,
		    "You raise your hand too often: try again in 20"
		    " seconds.\n");
		return;
	}
	if (!was_up)
		s->hand.raised = (int64_t)time(NULL);
	text_copy(s->hand.text, HAND_SIZE, shown);
	keep(s);
	log_info(&s->tag, "hand raised text=%s", log_value(quoted, shown));
	snprintf(told, sizeof(told), "%s+%s raises a hand: %s", s->account,
	    s->lab, shown);
	staff_notice(s->monitor, s->lab, s->account, told);
	lab_answer(s, serial, LAB_DONE,
	    has_staff(s)
		? "Your hand is up; who helps here reads that. 'lab hand"
		  " --down' lowers it.\n"
		: "Your hand is up; the administrator can see it. 'lab hand"
		  " --down' lowers it.\n");
}

void
hand_asked(struct seat *s, struct msg *m)
{
	const struct msg_hand *ask = &m->hand;

	switch (ask->what) {
	case HAND_ASK:
		say_how_it_is(s, m->serial);
		return;
	case HAND_RAISE:
		raise_it(s, m->serial, ask->text);
		return;
	case HAND_LOWER:
		lower_by_student(s, m->serial);
		return;
	default:
		lab_answer_unknown(s, m->serial);
	}
}

void
hand_lower(struct seat *s, const char *text, const char *how)
{
	if (!hand_is_up(s))
		return;
	put_down(s, how);
	tell_student(s, text);
}
