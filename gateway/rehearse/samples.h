/*
 * samples.h - how long things took, and why those that failed did.
 *
 * Any thread may add; whoever prints has joined the threads before.
 */
#ifndef ATOLL_REHEARSE_SAMPLES_H
#define ATOLL_REHEARSE_SAMPLES_H

#include <pthread.h>
#include <stddef.h>

#include "gateway/base/err.h"

#define REASONS_MAX 16

struct samples {
	pthread_mutex_t lock;
	double *ms;
	size_t count, size;
	size_t failed;
	struct {
		size_t times;
		double first_ms; /* now_ms() of the first */
		char text[ERR_TEXT_SIZE];
	} reason[REASONS_MAX]; /* the first different ones */
};

#define SAMPLES_INIT                                                           \
	{                                                                      \
		.lock = PTHREAD_MUTEX_INITIALIZER                              \
	}

/* Milliseconds on the monotonic clock. */
double now_ms(void);

void samples_add(struct samples *s, double ms);
void samples_fail(struct samples *s, const struct err *e);

/* The value that p percent do not exceed (nearest rank); 0 without samples.
 * Sorts. */
double samples_percentile(struct samples *s, double p);

/* " count= failed= p50_ms= p99_ms= min_ms= max_ms=" on stdout, reasons on
 * stderr. */
void samples_print(struct samples *s);

void samples_free(struct samples *s);

#endif
