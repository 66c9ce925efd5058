/* diary.c - what a report of a lab is made of (atoll report). */
#include "gateway/monitor/diary/diary.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/config/policy.h"
#include "gateway/monitor/accounts/writer.h"
#include "gateway/monitor/diary/diary_store.h"

_Static_assert(VISIT_NUMBERS == VISIT_LIMITS + LIMIT_COUNT, "diary.h");

/* Rows that wait: a disk that does not keep up must not fill the memory. */
#define WAITING_MAX 5000

#define GATHER_MS 5000	  /* before they are written */
#define RETRY_MS  30000	  /* after they could not be */
#define FORGET_MS 3600000 /* between two looks for what is too old */
#define HOUR	  3600

void
diary_init(struct monitor *m)
{
	STAILQ_INIT(&m->diary.rows);
}

/* --- rows ------------------------------------------------------------------- */

/* NULL where nothing is kept of it. */
static struct diary_row *
add(struct monitor *m, const char *lab, enum diary_what what,
    const char *account)
{
	struct diary_row *r;

	if (m->config == NULL || m->config->report_keep == 0 ||
	    policy_is_rehearsal(account))
		return NULL;
	r = m->diary.count < WAITING_MAX ? calloc(1, sizeof(*r)) : NULL;
	if (r == NULL) {
		m->diary.lost++;
		return NULL;
	}
	text_copy(r->lab, NAME_SIZE, lab);
	text_copy(r->account, NAME_SIZE, account);
	r->what = what;
	r->began = r->ended = (int64_t)time(NULL);
	STAILQ_INSERT_TAIL(&m->diary.rows, r, next);
	if (m->diary.count++ == 0)
		m->diary.due_ms = uv_now(&m->loop) + GATHER_MS;
	return r;
}

void
diary_visit(struct monitor *m, const struct seat *s,
    const struct msg_ended *ended)
{
	struct diary_row *r = add(m, s->lab, DIARY_VISIT, s->account);
	uint64_t *n;

	if (s->hand.raised != 0)
		diary_hand(s, "nobody came before the sandbox ended");
	if (r == NULL)
		return;
	n = r->numbers.at;
	r->began = (int64_t)s->since;
	r->numbers.count = VISIT_NUMBERS;
	n[VISIT_QUEUE_MS] = s->queue_ms;
	n[VISIT_MEMORY] = ended->memory_peak;
	n[VISIT_MEMORY_MAX] = (uint64_t)s->memory_max;
	n[VISIT_PIDS_MAX] = (uint64_t)s->pids_max;
	n[VISIT_CPU_US] = ended->cpu_us;
	memcpy(n + VISIT_LIMITS, s->limits_met, sizeof(s->limits_met));
}

void
diary_points(struct monitor *m, const struct seat *s, uint32_t points,
    uint32_t most)
{
	struct diary_row *r = add(m, s->lab, DIARY_POINTS, s->account);

	if (r == NULL)
		return;
	r->numbers.count = 2;
	r->numbers.at[0] = points;
	r->numbers.at[1] = most;
}

void
diary_hand(const struct seat *s, const char *how)
{
	struct diary_row *r = add(s->monitor, s->lab, DIARY_HAND, s->account);

	if (r == NULL)
		return;
	r->began = s->hand.raised;
	text_copy(r->text, TEXT_SIZE, s->hand.text);
	text_copy(r->how, TEXT_SIZE, how);
}

/* Names of labs that there are not are a stranger's: they are not kept. */
void
diary_refused(struct monitor *m, const char *lab, const char *why)
{
	struct diary_row *r;

	if (m->config == NULL || config_lab(m->config, lab) == NULL)
		return;
	STAILQ_FOREACH(r, &m->diary.rows, next) {
		if (r->what == DIARY_REFUSED && strcmp(r->lab, lab) == 0 &&
		    strcmp(r->text, why) == 0) {
			r->times++;
			return;
		}
	}
	r = add(m, lab, DIARY_REFUSED, "");
	if (r == NULL)
		return;
	r->times = 1;
	r->began -= r->began % HOUR;
	text_copy(r->text, TEXT_SIZE, why);
}

void
diary_refused_for(struct monitor *m, const char *lab, enum seat_refused_for why)
{
	diary_refused(m, lab, metric_words[LABEL_SEAT_REFUSAL].words[why]);
}

/* --- to atoll.db ------------------------------------------------------------ */

/* What one change writes: rows that it owns, and what is to be forgotten. */
struct batch {
	struct monitor *monitor;
	struct diary_rows rows;
	unsigned count;
	bool forgets;
	int64_t before;
};

static int
write_batch(struct db *db, void *data, struct err *e)
{
	struct batch *b = data;

	if (b->forgets && diary_forget(db, b->before, e) == -1)
		return -1;
	return diary_put(db, &b->rows, e);
}

static void
free_rows(struct diary_rows *rows)
{
	struct diary_row *r;

	while ((r = STAILQ_FIRST(rows)) != NULL) {
		STAILQ_REMOVE_HEAD(rows, next);
		free(r);
	}
}

/* They wait, before those that came meanwhile. */
static void
put_back(struct monitor *m, struct batch *b, const struct err *e)
{
	if (!m->diary.has_failed)
		log_error(NULL,
		    "cannot write what 'atoll report' needs to " DB_NAME
		    ", will try again: %s",
		    e->text);
	m->diary.has_failed = true;
	STAILQ_CONCAT(&b->rows, &m->diary.rows);
	STAILQ_CONCAT(&m->diary.rows, &b->rows);
	m->diary.count += b->count;
	m->diary.due_ms = uv_now(&m->loop) + RETRY_MS;
	if (b->forgets)
		m->diary.forget_ms = uv_now(&m->loop) + RETRY_MS;
}

static void
written(void *data, const struct err *e)
{
	struct batch *b = data;
	struct monitor *m = b->monitor;

	m->diary.writing--;
	if (e != NULL) {
		put_back(m, b, e);
	} else {
		free_rows(&b->rows);
		if (m->diary.has_failed)
			log_info(NULL, "what 'atoll report' needs is written");
		m->diary.has_failed = false;
	}
	free(b);
}

static void
write_all(struct monitor *m, bool forgets)
{
	struct batch *b;

	if (m->diary.lost > 0)
		log_error(NULL,
		    "too much waits to be written to " DB_NAME
		    ": a report will lack rows=%" PRIu64,
		    m->diary.lost);
	m->diary.lost = 0;
	b = calloc(1, sizeof(*b));
	if (b == NULL)
		return; /* the next tick will */
	b->monitor = m;
	b->count = m->diary.count;
	b->forgets = forgets;
	b->before = (int64_t)time(NULL) - m->config->report_keep;
	STAILQ_INIT(&b->rows);
	STAILQ_CONCAT(&b->rows, &m->diary.rows);
	m->diary.count = 0;
	m->diary.writing++;
	writer_add(m->writer, write_batch, written, b);
}

void
diary_flush(struct monitor *m)
{
	if (m->diary.count > 0)
		write_all(m, false);
}

bool
diary_is_quiet(const struct monitor *m)
{
	return m->diary.writing == 0 &&
	       (m->diary.count == 0 || m->diary.has_failed);
}

void
diary_tick(struct monitor *m)
{
	uint64_t now = uv_now(&m->loop);
	bool forgets = now >= m->diary.forget_ms;

	if (forgets)
		m->diary.forget_ms = now + FORGET_MS;
	if (forgets || (m->diary.count > 0 && now >= m->diary.due_ms))
		write_all(m, forgets);
}

void
diary_close(struct monitor *m)
{
	if (m->diary.count > 0)
		log_error(NULL,
		    "what 'atoll report' needs could not be written rows=%u",
		    m->diary.count);
	free_rows(&m->diary.rows);
}
