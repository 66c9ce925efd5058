/* standing.c - how far the student of a seat is, and since when. */
#include "gateway/monitor/seats/standing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/config/policy.h"
#include "gateway/monitor/accounts/db.h"
#include "gateway/monitor/seats/copied_store.h"

static void
fill_standing(sqlite3_stmt *s, struct standing *p)
{
	p->points = (uint32_t)sqlite3_column_int64(s, 0);
	p->most = (uint32_t)sqlite3_column_int64(s, 1);
	p->best_points = (uint32_t)sqlite3_column_int64(s, 2);
	p->best_most = (uint32_t)sqlite3_column_int64(s, 3);
	if (p->best_points > 0)
		p->gained = sqlite3_column_int64(s, 4);
	text_copy(p->copied, sizeof(p->copied), db_text(s, 5));
}

static void
fill_standing_step(sqlite3_stmt *s, struct standing *p)
{
	struct standing_step *to;

	if (p->step_count == STEP_SCORES_MAX)
		return;
	to = &p->steps[p->step_count++];
	text_copy(to->score.name, STEP_NAME_SIZE, db_text(s, 0));
	to->score.points = (uint32_t)sqlite3_column_int64(s, 1);
	to->score.most = (uint32_t)sqlite3_column_int64(s, 2);
	to->was_full = sqlite3_column_int64(s, 3) != 0;
	p->last_count += sqlite3_column_int64(s, 4) != 0;
}

static int
standing_rows(const struct seat *seat, const char *sql,
    void (*row)(sqlite3_stmt *s, struct standing *p), struct standing *p,
    struct err *e)
{
	sqlite3_stmt *s = db_prepare(seat->monitor->db, sql, e);
	int rc;

	if (s == NULL)
		return -1;
	sqlite3_bind_text(s, 1, seat->lab, -1, NULL);
	sqlite3_bind_text(s, 2, seat->account, -1, NULL);
	while ((rc = db_step(seat->monitor->db, s, e)) == 1)
		row(s, p);
	sqlite3_finalize(s);
	return rc;
}

static int
read_kept(const struct seat *s, struct standing *p, struct err *e)
{
	if (standing_rows(s,
		"SELECT points, most, best_points, best_most, "
		"best_time, " COPIED_FROM_SQL
		" FROM results r WHERE lab = ?1 AND account = ?2",
		fill_standing, p, e) == -1)
		return -1;
	/* The last check's first. */
	return standing_rows(s,
	    "SELECT step, points, most, full_time, time = (SELECT max(time)"
	    "  FROM result_steps WHERE lab = ?1 AND account = ?2) AS is_last"
	    " FROM result_steps WHERE lab = ?1 AND account = ?2"
	    " ORDER BY is_last DESC, place",
	    fill_standing_step, p, e);
}

static struct standing *
known(struct seat *s)
{
	struct err e;

	if (s->standing != NULL)
		return s->standing;
	s->standing = calloc(1, sizeof(*s->standing));
	if (s->standing == NULL || policy_is_anonymous(s->account) ||
	    s->is_disowned)
		return s->standing;
	if (read_kept(s, s->standing, &e) == -1) {
		log_error(&s->tag, "cannot read results: %s", e.text);
		memset(s->standing, 0, sizeof(*s->standing));
	}
	return s->standing;
}

const struct standing *
standing_of(struct seat *s)
{
	return known(s);
}

static struct standing_step *
find(struct standing *p, const char *name)
{
	for (size_t i = 0; i < p->step_count; i++) {
		if (strcmp(p->steps[i].score.name, name) == 0)
			return &p->steps[i];
	}
	return NULL;
}

static bool
is_full(const struct step_score *s)
{
	return s->points == s->most;
}

static bool
is_same(const struct standing *p, const struct step_score *steps,
    size_t step_count)
{
	if (p->last_count != step_count)
		return false;
	for (size_t i = 0; i < step_count; i++) {
		if (strcmp(p->steps[i].score.name, steps[i].name) != 0 ||
		    p->steps[i].score.points != steps[i].points ||
		    p->steps[i].score.most != steps[i].most)
			return false;
	}
	return true;
}

/* The new ones in their order, then those that only former checks named. */
static void
merge(struct standing *p, const struct step_score *steps, size_t step_count,
    struct standing_news *news)
{
	struct standing next = { 0 };

	for (size_t i = 0; i < step_count; i++) {
		struct standing_step *to = &next.steps[i];
		struct standing_step *before = find(p, steps[i].name);
		bool was_full = before != NULL && before->was_full;

		to->score = steps[i];
		to->was_full = was_full || is_full(&steps[i]);
		if (!was_full && is_full(&steps[i]) && news->done++ == 0)
			text_copy(news->first, STEP_NAME_SIZE, steps[i].name);
	}
	next.step_count = step_count;
	for (size_t i = 0; i < p->step_count; i++) {
		if (next.step_count < STEP_SCORES_MAX &&
		    find(&next, p->steps[i].score.name) == NULL)
			next.steps[next.step_count++] = p->steps[i];
	}
	memcpy(p->steps, next.steps, sizeof(p->steps));
	p->step_count = next.step_count;
	p->last_count = step_count;
}

void
standing_take(struct seat *s, const struct msg_checked *m,
    const struct step_score *steps, size_t step_count,
    struct standing_news *news)
{
	struct standing *p = known(s);

	*news = (struct standing_news){ .is_changed = true };
	if (p == NULL)
		return;
	news->is_changed = p->points != m->points || p->most != m->most ||
			   !is_same(p, steps, step_count);
	news->has_risen =
	    m->points > 0 &&
	    (p->best_most == 0 || (uint64_t)m->points * p->best_most >
				      (uint64_t)p->best_points * m->most);
	p->points = m->points;
	p->most = m->most;
	if (news->has_risen || p->best_most == 0) {
		p->best_points = m->points;
		p->best_most = m->most;
	}
	if (news->has_risen)
		p->gained = (int64_t)time(NULL);
	merge(p, steps, step_count, news);
}

void
standing_copied(struct seat *s, const char *owner)
{
	struct standing *p = s->standing;
	size_t at;

	if (p == NULL) /* it is read when it is asked for */
		return;
	at = strlen(p->copied);
	if (at + NAME_SIZE < sizeof(p->copied))
		snprintf(p->copied + at, sizeof(p->copied) - at, "%s%s",
		    at == 0 ? "" : " ", owner);
}

const struct step_score *
standing_lacks(const struct standing *p)
{
	for (size_t i = 0; i < p->last_count; i++) {
		if (!is_full(&p->steps[i].score))
			return &p->steps[i].score;
	}
	return NULL;
}
