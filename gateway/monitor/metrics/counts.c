/* counts.c - what is counted for metrics, as it happens. */
#include "gateway/monitor/metrics/counts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void
counts_add(struct counts *c, enum metric metric, unsigned first,
    unsigned second)
{
	const struct metric_row *row = &metric_rows[metric];
	size_t place = first * metric_label_count(row->label[1]) + second;

	assert(place < metric_count(metric));
	c->at[metric][place]++;
}

void
counts_observe(struct counts *c, enum metric metric, uint64_t time)
{
	c->at[metric][metric_bucket(metric_rows[metric].unit, time)]++;
	c->at[metric][METRIC_SUM] += time;
}

struct counts *
metrics_lab(struct metrics *m, const char *lab)
{
	struct lab_counts *l;

	LIST_FOREACH(l, &m->labs, next) {
		if (strcmp(l->lab, lab) == 0)
			return &l->counts;
	}
	l = calloc(1, sizeof(*l));
	if (l == NULL)
		return NULL;
	text_copy(l->lab, sizeof(l->lab), lab);
	LIST_INSERT_HEAD(&m->labs, l, next);
	return &l->counts;
}

void
metrics_lab_add(struct metrics *m, const char *lab, enum metric metric,
    unsigned first, uint64_t n)
{
	struct counts *c = metrics_lab(m, lab);

	assert(first < metric_count(metric));
	if (c != NULL)
		c->at[metric][first] += n;
}

void
metrics_lab_observe(struct metrics *m, const char *lab, enum metric metric,
    uint64_t time)
{
	struct counts *c = metrics_lab(m, lab);

	if (c != NULL)
		counts_observe(c, metric, time);
}

void
metrics_login(struct metrics *m, const char *method, const char *outcome)
{
	int first = metric_word(LABEL_METHOD, method);
	int second = metric_word(LABEL_OUTCOME, outcome);

	assert(first != -1 && second != -1);
	counts_add(&m->site, METRIC_LOGINS, (unsigned)first, (unsigned)second);
}

void
metrics_lost(struct metrics *m, enum lost_process process)
{
	counts_add(&m->site, METRIC_RESTARTS, process, 0);
}

void
metrics_free(struct metrics *m)
{
	struct lab_counts *l;

	while ((l = LIST_FIRST(&m->labs)) != NULL) {
		LIST_REMOVE(l, next);
		free(l);
	}
}
