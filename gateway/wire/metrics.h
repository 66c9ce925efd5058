/*
 * metrics.h - the metrics of metrics.def, as the monitor counts and atoll-web shows
 * them.
 *
 * The numbers of one metric, of the site or of one lab, go over the link in one
 * message.  Their order: the second label runs within the first.  Of a histogram
 * those of METRIC_BUCKETS and what is beyond, each without the ones before it, and
 * then the sum.
 */
#ifndef ATOLL_WIRE_METRICS_H
#define ATOLL_WIRE_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum metric {
#define METRIC(id, ...) METRIC_##id,
#include "gateway/wire/metrics.def"
#undef METRIC
	METRICS
};

enum metric_type {
	METRIC_TYPE_GAUGE,
	METRIC_TYPE_COUNTER,
	METRIC_TYPE_HISTOGRAM
};
enum metric_unit { METRIC_UNIT_ONE, METRIC_UNIT_MS, METRIC_UNIT_US };
enum metric_of { METRIC_OF_SITE, METRIC_OF_LAB };

enum metric_label {
	LABEL_NONE,
	LABEL_CONN_STATE,
	LABEL_REFUSAL,
	LABEL_METHOD,
	LABEL_OUTCOME,
	LABEL_SEAT_REFUSAL,
	LABEL_SANDBOX_STATE,
	LABEL_LIMIT,
	LABEL_SIGN,
	LABEL_NET_REFUSAL,
	LABEL_COLLECTION,
	LABEL_PROCESS,
	LABEL_ACCESS,
	LABELS
};

/* The words of those labels that no other enum has. */
enum refused_for {
	REFUSED_ADDRESS,  /* allow_from, deny_from */
	REFUSED_PENALTY,  /* it guesses passwords */
	REFUSED_PLACES,	  /* unauthenticated_max */
	REFUSED_ARRIVALS, /* too many of one address at once */
	REFUSED_PROXY,	  /* no header from a load balancer */
	REFUSED_RESOURCES,
	REFUSED_REASONS
};

enum seat_refused_for {
	SEAT_REFUSED_NOT_YOURS,
	SEAT_REFUSED_CLOSED,
	SEAT_REFUSED_FROZEN,
	SEAT_REFUSED_DRAINING,
	SEAT_REFUSED_STOPPING,
	SEAT_REFUSED_TOO_OFTEN,
	SEAT_REFUSED_RESOURCES,
	SEAT_REFUSED_REASONS
};

enum net_refusal {
	NET_REFUSAL_EGRESS,   /* what the lab may not reach */
	NET_REFUSAL_TOO_FAST, /* new_per_second */
	NET_REFUSAL_TOO_MANY, /* connections */
	NET_REFUSALS
};

enum collection {
	COLLECTION_WHOLE,
	COLLECTION_RETRIED, /* could not be written, and is tried again */
	COLLECTION_LOST,    /* the sandbox ended before */
	COLLECTIONS
};

enum lost_process {
	LOST_MONITOR,
	LOST_ZYGOTE,
	LOST_SIGNER,
	LOST_RECORDER,
	LOST_COLLECTOR,
	LOST_STAFF,
	LOST_KEYS,
	LOST_WEB,
	LOST_PUBLISH,
	LOST_BROWSER,
	LOST_PROCESSES
};

struct metric_row {
	const char *name;
	enum metric_type type;
	enum metric_unit unit;
	enum metric_of of;
	enum metric_label label[2];
	const char *help;
};

extern const struct metric_row metric_rows[METRICS];

struct metric_words {
	const char *name;	  /* of the label */
	const char *const *words; /* its values, up to a NULL */
};

extern const struct metric_words metric_words[LABELS];

#define METRIC_BUCKETS 15
#define METRIC_SUM     (METRIC_BUCKETS + 1) /* where it stands */

/* Their METRIC_BUCKETS upper bounds: milliseconds, or microseconds for that unit. */
const uint32_t *metric_bounds(enum metric_unit unit);

/* How many words a label has; 1 for LABEL_NONE. */
size_t metric_label_count(enum metric_label label);

/* How many numbers a metric has; NUMBERS_MAX at most. */
size_t metric_count(enum metric metric);

/* The place of a word among those of a label; -1: it is none of them. */
int metric_word(enum metric_label label, const char *word);

/* The place of a time in the numbers of a histogram; and how many times they are of. */
size_t metric_bucket(enum metric_unit unit, uint64_t time);
uint64_t metric_times(const uint64_t *numbers);

#endif
