/* samples.c - how long things took, and why those that failed did. */
#include "gateway/rehearse/samples.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

void
samples_add(struct samples *s, double ms)
{
	pthread_mutex_lock(&s->lock);
	if (s->count == s->size) {
		s->size = s->size == 0 ? 1024 : 2 * s->size;
		s->ms = realloc(s->ms, s->size * sizeof(s->ms[0]));
		if (s->ms == NULL)
			abort(); /* a measuring tool has nothing to save */
	}
	s->ms[s->count++] = ms;
	pthread_mutex_unlock(&s->lock);
}

void
samples_fail(struct samples *s, const struct err *e)
{
	size_t i = 0;

	pthread_mutex_lock(&s->lock);
	s->failed++;
	while (i < REASONS_MAX && s->reason[i].times > 0 &&
	       strcmp(s->reason[i].text, e->text) != 0)
		i++;
	if (i < REASONS_MAX) {
		if (s->reason[i].times++ == 0)
			s->reason[i].first_ms = now_ms();
		memcpy(s->reason[i].text, e->text, sizeof(e->text));
	}
	pthread_mutex_unlock(&s->lock);
}

static int
compare(const void *left, const void *right)
{
	double l = *(const double *)left, r = *(const double *)right;

	return (l > r) - (l < r);
}

double
samples_percentile(struct samples *s, double p)
{
	size_t rank;

	if (s->count == 0)
		return 0;
	qsort(s->ms, s->count, sizeof(s->ms[0]), compare);
	rank = (size_t)ceil(p / 100 * (double)s->count);
	return s->ms[rank == 0 ? 0 : rank - 1];
}

void
samples_print(struct samples *s)
{
	printf(" count=%zu failed=%zu", s->count, s->failed);
	if (s->count > 0)
		printf(" p50_ms=%.3f p99_ms=%.3f min_ms=%.3f max_ms=%.3f",
		    samples_percentile(s, 50), samples_percentile(s, 99),
		    samples_percentile(s, 0), samples_percentile(s, 100));
	for (size_t i = 0; i < REASONS_MAX && s->reason[i].times > 0; i++)
		fprintf(stderr, "%zu failed: %s\n", s->reason[i].times,
		    s->reason[i].text);
}

void
samples_free(struct samples *s)
{
	free(s->ms);
}
