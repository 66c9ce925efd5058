/* report_sum.c - what the rows of a report come to. */
#include "gateway/admin/report/report_sum.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_MS 1000 /* what is shorter is none */

static const char *const limit_names[LIMIT_COUNT] = {
	[LIMIT_MEMORY] = "memory",
	[LIMIT_PIDS] = "pids",
	[LIMIT_DISK] = "disk",
	[LIMIT_INODES] = "inodes",
	[LIMIT_HOME_DISK] = "home_disk",
	[LIMIT_HOME_INODES] = "home_inodes",
};

const char *
report_limit_name(enum limit limit)
{
	return limit_names[limit];
}

void
report_reason(char to[TEXT_SIZE], const char *reason)
{
	text_copy(to, TEXT_SIZE, reason);
	for (char *c = to; *c != '\0'; c++) {
		if (*c == '_')
			*c = ' ';
	}
}

uint64_t
report_number(const struct msg_report_row *row, size_t i)
{
	return i < row->numbers.count ? row->numbers.at[i] : 0;
}

uint64_t
report_end(const struct report *r, const struct msg_report_row *row)
{
	return row->ended == 0 ? (uint64_t)r->now : row->ended;
}

/* A clock that was set back makes no visit last for ages. */
static uint64_t
seconds_of(const struct report *r, const struct msg_report_row *visit)
{
	uint64_t end = report_end(r, visit);

	return end > visit->began ? end - visit->began : 0;
}

/* --- students --------------------------------------------------------------- */

static int
compare_students(const void *left, const void *right)
{
	const struct report_student *l = left, *r = right;

	return strcmp(l->account, r->account);
}

static void
add_visit(const struct report *r, struct report_student *s,
    const struct msg_report_row *v)
{
	s->visits++;
	s->seconds += seconds_of(r, v);
	if (v->began < s->first)
		s->first = v->began;
	if (v->ended == 0)
		s->last = 0;
	else if (s->last != 0 && v->ended > s->last)
		s->last = v->ended;
	if (report_number(v, VISIT_MEMORY) > s->memory)
		s->memory = report_number(v, VISIT_MEMORY);
	for (size_t i = 0; i < LIMIT_COUNT; i++)
		s->limits[i] += report_number(v, VISIT_LIMITS + i);
}

/* One for each visit, sorted, and those of one account made one. */
static int
make_students(struct report *r, struct err *e)
{
	const struct report_rows *visits = &r->rows[DIARY_VISIT];
	struct report_student *all = calloc(visits->count + 1, sizeof(*all));
	size_t kept = 0;

	if (all == NULL)
		return err_set(e, ENOMEM, "report");
	for (size_t i = 0; i < visits->count; i++) {
		all[i].account = visits->at[i].account;
		all[i].first = UINT64_MAX;
		all[i].last = 1;
	}
	qsort(all, visits->count, sizeof(*all), compare_students);
	for (size_t i = 0; i < visits->count; i++) {
		if (kept == 0 ||
		    strcmp(all[kept - 1].account, all[i].account) != 0)
			all[kept++] = all[i];
	}
	r->sum.students = all;
	r->sum.student_count = kept;
	return 0;
}

static struct report_student *
student_of(const struct report *r, const char *account)
{
	const struct report_student key = { .account = account };

	return r->sum.student_count == 0
		   ? NULL
		   : bsearch(&key, r->sum.students, r->sum.student_count,
			 sizeof(key), compare_students);
}

/* --- visits ------------------------------------------------------------------ */

static void
sum_visits(struct report *r)
{
	const struct report_rows *visits = &r->rows[DIARY_VISIT];
	struct report_sum *sum = &r->sum;

	for (size_t i = 0; i < visits->count; i++) {
		const struct msg_report_row *v = &visits->at[i];
		struct report_student *s = student_of(r, v->account);
		uint64_t waited = report_number(v, VISIT_QUEUE_MS);

		if (s != NULL)
			add_visit(r, s, v);
		sum->seconds += seconds_of(r, v);
		sum->waited += waited >= WAIT_MS;
		if (waited > sum->longest_wait_ms)
			sum->longest_wait_ms = waited;
		if (sum->begin == 0 || v->began < sum->begin)
			sum->begin = v->began;
		if (report_end(r, v) > sum->end)
			sum->end = report_end(r, v);
	}
}

/* Today's limit; of a lab that is gone the highest there was. */
static void
sum_limits(struct report *r)
{
	struct report_sum *sum = &r->sum;

	for (size_t i = 0; i < sum->student_count; i++) {
		const struct report_student *s = &sum->students[i];

		if (s->memory > sum->memory)
			sum->memory = s->memory;
		for (size_t k = 0; k < LIMIT_COUNT; k++) {
			sum->limit_students[k] += s->limits[k] > 0;
			sum->limit_times[k] += s->limits[k];
		}
	}
	sum->memory_max = r->about.memory;
	for (size_t i = 0; i < r->rows[DIARY_VISIT].count; i++) {
		uint64_t max = report_number(&r->rows[DIARY_VISIT].at[i],
		    VISIT_MEMORY_MAX);

		if (r->about.is_there == 0 && max > sum->memory_max)
			sum->memory_max = max;
	}
}

/* --- at one time -------------------------------------------------------------- */

struct change {
	uint64_t time;
	int by;
};

/* Who leaves in a second makes room for who comes in it. */
static int
compare_changes(const void *left, const void *right)
{
	const struct change *l = left, *r = right;

	if (l->time != r->time)
		return l->time < r->time ? -1 : 1;
	return l->by - r->by;
}

static int
sum_at_once(struct report *r, struct err *e)
{
	const struct report_rows *visits = &r->rows[DIARY_VISIT];
	struct change *all = calloc(2 * visits->count + 1, sizeof(*all));
	size_t now = 0;

	if (all == NULL)
		return err_set(e, ENOMEM, "report");
	for (size_t i = 0; i < visits->count; i++) {
		uint64_t began = visits->at[i].began;

		all[2 * i] = (struct change){ began, 1 };
		/* Of no second, too: it was there. */
		all[2 * i + 1] =
		    (struct change){ began + seconds_of(r, &visits->at[i]),
			    -1 };
		if (all[2 * i + 1].time == began)
			all[2 * i + 1].time++;
	}
	qsort(all, 2 * visits->count, sizeof(*all), compare_changes);
	for (size_t i = 0; i < 2 * visits->count; i++) {
		now += (size_t)all[i].by;
		if (now > r->sum.at_once) {
			r->sum.at_once = now;
			r->sum.at_once_time = all[i].time;
		}
	}
	free(all);
	return 0;
}

/* --- points ------------------------------------------------------------------ */

static int
compare_rows(const void *left, const void *right)
{
	const struct msg_report_row *l = left, *r = right;

	if (l->began != r->began)
		return l->began < r->began ? -1 : 1;
	return l->id < r->id ? -1 : l->id > r->id;
}

static size_t
present_at(const struct report *r, uint64_t time)
{
	const struct report_rows *visits = &r->rows[DIARY_VISIT];
	size_t n = 0;

	for (size_t i = 0; i < visits->count; i++)
		n += visits->at[i].began <= time &&
		     report_end(r, &visits->at[i]) >= time;
	return n;
}

static void
note_points(struct report *r, const struct msg_report_row *p)
{
	struct report_student *s = student_of(r, p->account);

	if (s == NULL || report_number(p, 1) == 0)
		return;
	s->points = report_number(p, 0);
	s->most = report_number(p, 1);
}

static void
fill_moment(const struct report *r, struct report_moment *m)
{
	double share = 0;

	m->present = present_at(r, m->time);
	for (size_t i = 0; i < r->sum.student_count; i++) {
		const struct report_student *s = &r->sum.students[i];

		if (s->most == 0)
			continue;
		m->checked++;
		share += (double)s->points / (double)s->most;
	}
	if (m->checked > 0)
		m->percent = (unsigned)(100 * share / (double)m->checked + 0.5);
}

/* Rows are by time: each moment has those before it. */
static void
sum_points(struct report *r)
{
	const struct report_rows *points = &r->rows[DIARY_POINTS];
	struct report_sum *sum = &r->sum;
	uint64_t length = sum->end - sum->begin;
	size_t at = 0;

	sum->moment_count = sum->student_count == 0   ? 0
			    : length < REPORT_MOMENTS ? 1
						      : REPORT_MOMENTS;
	for (size_t i = 0; i < sum->moment_count; i++) {
		struct report_moment *m = &sum->moments[i];

		m->time = sum->begin + length * (i + 1) / sum->moment_count;
		while (at < points->count && points->at[at].began <= m->time)
			note_points(r, &points->at[at++]);
		fill_moment(r, m);
	}
	while (at < points->count)
		note_points(r, &points->at[at++]);
}

/* --- the rest ---------------------------------------------------------------- */

static void
sum_others(struct report *r)
{
	const struct report_rows *refused = &r->rows[DIARY_REFUSED];
	const struct report_rows *hands = &r->rows[DIARY_HAND];
	struct report_student *s;

	for (size_t i = 0; i < refused->count; i++) {
		if (strcmp(refused->at[i].text, "left_the_queue") == 0)
			r->sum.gave_up += refused->at[i].count;
		else
			r->sum.refused += refused->at[i].count;
	}
	for (size_t i = 0; i < hands->count; i++) {
		s = student_of(r, hands->at[i].account);
		if (s != NULL)
			s->hands++;
	}
}

int
report_sum_make(struct report *r, struct err *e)
{
	for (size_t i = 0; i < DIARY_WHATS; i++) {
		if (r->rows[i].count > 0)
			qsort(r->rows[i].at, r->rows[i].count,
			    sizeof(r->rows[i].at[0]), compare_rows);
	}
	if (make_students(r, e) == -1)
		return -1;
	sum_visits(r);
	sum_limits(r);
	if (sum_at_once(r, e) == -1)
		return -1;
	sum_points(r);
	sum_others(r);
	return 0;
}

void
report_free(struct report *r)
{
	for (size_t i = 0; i < DIARY_WHATS; i++)
		free(r->rows[i].at);
	free(r->sum.students);
}
