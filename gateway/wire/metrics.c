/* metrics.c - the metrics of metrics.def as a table. */
#include "gateway/wire/metrics.h"

#include <string.h>

const struct metric_row metric_rows[METRICS] = {
#define METRIC(id, name, type, unit, of, first, second, help)                  \
	[METRIC_##id] = { name, METRIC_TYPE_##type, METRIC_UNIT_##unit,        \
		METRIC_OF_##of, { LABEL_##first, LABEL_##second }, help },
#include "gateway/wire/metrics.def"
#undef METRIC
};

static const uint32_t bounds_ms[METRIC_BUCKETS] = { 5, 10, 25, 50, 100, 250,
	500, 1000, 2500, 5000, 10000, 30000, 60000, 120000, 300000 };

/* Sessions of other builds count by these, see RESPONSES: they stay. */
static const uint32_t bounds_us[METRIC_BUCKETS] = { 100, 250, 500, 750, 1000,
	1500, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000,
	1000000 };

/* As enum conn_state of the monitor, */
static const char *const conn_states[] = { "auth", "checking", "ready",
	"waiting", "seated", "closing", NULL };
static const char *const refusals[] = { [REFUSED_ADDRESS] = "address",
	[REFUSED_PENALTY] = "penalty",
	[REFUSED_PLACES] = "unauthenticated_max",
	[REFUSED_ARRIVALS] = "arrivals",
	[REFUSED_PROXY] = "proxy_header",
	[REFUSED_RESOURCES] = "resources",
	[REFUSED_REASONS] = NULL };
/* what the log says after "method=" and "reason=", */
static const char *const methods[] = { "password", "key", "none",
	"registration", "code", NULL };
static const char *const outcomes[] = { "ok", "refused", "locked", "expired",
	"rehearsal", "connections_per_account", "anonymous_max",
	"anonymous_per_address", NULL };
static const char *const seat_refusals[] = { [SEAT_REFUSED_NOT_YOURS] =
						 "not_yours",
	[SEAT_REFUSED_CLOSED] = "closed",
	[SEAT_REFUSED_FROZEN] = "frozen",
	[SEAT_REFUSED_DRAINING] = "draining",
	[SEAT_REFUSED_STOPPING] = "stopping",
	[SEAT_REFUSED_TOO_OFTEN] = "too_often",
	[SEAT_REFUSED_RESOURCES] = "resources",
	[SEAT_REFUSED_REASONS] = NULL };
/* enum seat_state without the first, enum limit and enum sign. */
static const char *const sandbox_states[] = { "building", "live", "lingering",
	"ending", NULL };
static const char *const limits[] = { "memory", "pids", "disk", "inodes",
	"home_disk", "home_inodes", NULL };
static const char *const signs[] = { "probes", "load", "limits", NULL };
/* what it may not reach, and the limits of egress; see enum net_refusal */
static const char *const net_refusals[] = { [NET_REFUSAL_EGRESS] = "egress",
	[NET_REFUSAL_TOO_FAST] = "new_per_second",
	[NET_REFUSAL_TOO_MANY] = "connections",
	[NET_REFUSALS] = NULL };
static const char *const collections[] = { [COLLECTION_WHOLE] = "collected",
	[COLLECTION_RETRIED] = "retried",
	[COLLECTION_LOST] = "lost",
	[COLLECTIONS] = NULL };
static const char *const processes[] = { [LOST_MONITOR] = "monitor",
	[LOST_ZYGOTE] = "zygote",
	[LOST_SIGNER] = "signer",
	[LOST_RECORDER] = "recorder",
	[LOST_COLLECTOR] = "collector",
	[LOST_STAFF] = "staff",
	[LOST_KEYS] = "keys",
	[LOST_WEB] = "web",
	[LOST_PUBLISH] = "publish",
	[LOST_BROWSER] = "browser",
	[LOST_PROCESSES] = NULL };
static const char *const accesses[] = { "read", "write", NULL };

const struct metric_words metric_words[LABELS] = {
	[LABEL_CONN_STATE] = { "state", conn_states },
	[LABEL_REFUSAL] = { "reason", refusals },
	[LABEL_METHOD] = { "method", methods },
	[LABEL_OUTCOME] = { "outcome", outcomes },
	[LABEL_SEAT_REFUSAL] = { "reason", seat_refusals },
	[LABEL_SANDBOX_STATE] = { "state", sandbox_states },
	[LABEL_LIMIT] = { "limit", limits },
	[LABEL_SIGN] = { "sign", signs },
	[LABEL_NET_REFUSAL] = { "reason", net_refusals },
	[LABEL_COLLECTION] = { "outcome", collections },
	[LABEL_PROCESS] = { "process", processes },
	[LABEL_ACCESS] = { "access", accesses },
};

size_t
metric_label_count(enum metric_label label)
{
	size_t n = 0;

	if (label == LABEL_NONE)
		return 1;
	while (metric_words[label].words[n] != NULL)
		n++;
	return n;
}

size_t
metric_count(enum metric metric)
{
	const struct metric_row *row = &metric_rows[metric];

	if (row->type == METRIC_TYPE_HISTOGRAM)
		return METRIC_SUM + 1;
	return metric_label_count(row->label[0]) *
	       metric_label_count(row->label[1]);
}

int
metric_word(enum metric_label label, const char *word)
{
	const char *const *words = metric_words[label].words;

	for (int i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], word) == 0)
			return i;
	}
	return -1;
}

const uint32_t *
metric_bounds(enum metric_unit unit)
{
	return unit == METRIC_UNIT_US ? bounds_us : bounds_ms;
}

size_t
metric_bucket(enum metric_unit unit, uint64_t time)
{
	const uint32_t *bounds = metric_bounds(unit);
	size_t i = 0;

	while (i < METRIC_BUCKETS && time > bounds[i])
		i++;
	return i;
}

uint64_t
metric_times(const uint64_t *numbers)
{
	uint64_t count = 0;

	for (size_t i = 0; i <= METRIC_BUCKETS; i++)
		count += numbers[i];
	return count;
}
