/* exposition.c - metrics as the text that Prometheus reads. */
#include "gateway/web/exposition.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 131072 /* thousands of labs */

static int
make_room(struct exposition *x, struct err *e)
{
	size_t room = x->room == 0 ? 256 : 2 * x->room;
	struct exposition_row *more;

	if (x->count < x->room)
		return 0;
	if (room > ROWS_MAX)
		return err_set(e, E2BIG, "metrics");
	more = reallocarray(x->rows, room, sizeof(*more));
	if (more == NULL)
		return err_set(e, ENOMEM, "metrics");
	x->rows = more;
	x->room = room;
	return 0;
}

int
exposition_add(struct exposition *x, const struct msg_metric *m, struct err *e)
{
	struct exposition_row *row;

	if (m->metric >= METRICS ||
	    m->values.count != metric_count((enum metric)m->metric) ||
	    (m->lab[0] != '\0') != (metric_rows[m->metric].of == METRIC_OF_LAB))
		return err_set(e, EBADMSG, "METRIC %" PRIu32, m->metric);
	if (make_room(x, e) == -1)
		return -1;
	row = &x->rows[x->count++];
	row->metric = (enum metric)m->metric;
	text_copy(row->lab, sizeof(row->lab), m->lab);
	memcpy(row->values, m->values.at,
	    m->values.count * sizeof(row->values[0]));
	return 0;
}

void
exposition_clear(struct exposition *x)
{
	x->count = 0;
}

/* --- the text --------------------------------------------------------------- */

static void
put_value(FILE *to, enum metric_unit unit, uint64_t value)
{
	switch (unit) {
	case METRIC_UNIT_ONE:
		fprintf(to, "%" PRIu64 "\n", value);
		break;
	case METRIC_UNIT_MS:
		fprintf(to, "%" PRIu64 ".%03" PRIu64 "\n", value / 1000,
		    value % 1000);
		break;
	case METRIC_UNIT_US:
		fprintf(to, "%" PRIu64 ".%06" PRIu64 "\n", value / 1000000,
		    value % 1000000);
		break;
	}
}

/* Names of labs and words of labels have nothing that must be escaped (name.h). */
static void
put_label(FILE *to, bool *is_first, const char *name, const char *value)
{
	fprintf(to, "%s%s=\"%s\"", *is_first ? "{" : ",", name, value);
	*is_first = false;
}

static void
put_simple(FILE *to, const struct exposition_row *row)
{
	const struct metric_row *m = &metric_rows[row->metric];
	size_t inner = metric_label_count(m->label[1]);

	for (size_t i = 0; i < metric_count(row->metric); i++) {
		const size_t place[2] = { i / inner, i % inner };
		bool is_first = true;

		fputs(m->name, to);
		if (row->lab[0] != '\0')
			put_label(to, &is_first, "lab", row->lab);
		for (int k = 0; k < 2; k++) {
			const struct metric_words *w =
			    &metric_words[m->label[k]];

			if (m->label[k] != LABEL_NONE)
				put_label(to, &is_first, w->name,
				    w->words[place[k]]);
		}
		if (row->metric == METRIC_BUILD_INFO)
			put_label(to, &is_first, "version", VERSION);
		fputs(is_first ? " " : "} ", to);
		put_value(to, m->unit, row->values[i]);
	}
}

static void
put_bucket(FILE *to, const struct exposition_row *row, const char *bound,
    uint64_t count)
{
	bool is_first = true;

	fprintf(to, "%s_bucket", metric_rows[row->metric].name);
	if (row->lab[0] != '\0')
		put_label(to, &is_first, "lab", row->lab);
	put_label(to, &is_first, "le", bound);
	fprintf(to, "} %" PRIu64 "\n", count);
}

/* Sum or count. */
static void
put_total(FILE *to, const struct exposition_row *row, const char *suffix,
    enum metric_unit unit, uint64_t value)
{
	bool is_first = true;

	fprintf(to, "%s_%s", metric_rows[row->metric].name, suffix);
	if (row->lab[0] != '\0')
		put_label(to, &is_first, "lab", row->lab);
	fputs(is_first ? " " : "} ", to);
	put_value(to, unit, value);
}

static void
put_histogram(FILE *to, const struct exposition_row *row)
{
	enum metric_unit unit = metric_rows[row->metric].unit;
	double second = unit == METRIC_UNIT_US ? 1e6 : 1e3;
	uint64_t count = 0;
	char bound[24];

	for (int i = 0; i < METRIC_BUCKETS; i++) {
		count += row->values[i];
		snprintf(bound, sizeof(bound), "%g",
		    metric_bounds(unit)[i] / second);
		put_bucket(to, row, bound, count);
	}
	count += row->values[METRIC_BUCKETS];
	put_bucket(to, row, "+Inf", count);
	put_total(to, row, "sum", unit, row->values[METRIC_SUM]);
	put_total(to, row, "count", METRIC_UNIT_ONE, count);
}

static void
put_head(FILE *to, const struct metric_row *m)
{
	static const char *const types[] = { "gauge", "counter", "histogram" };

	fprintf(to, "# HELP %s %s\n# TYPE %s %s\n", m->name, m->help, m->name,
	    types[m->type]);
}

static void
put_metric(FILE *to, const struct exposition *x, enum metric metric)
{
	bool has_head = false;

	for (size_t i = 0; i < x->count; i++) {
		const struct exposition_row *row = &x->rows[i];

		if (row->metric != metric)
			continue;
		if (!has_head)
			put_head(to, &metric_rows[metric]);
		has_head = true;
		if (metric_rows[metric].type == METRIC_TYPE_HISTOGRAM)
			put_histogram(to, row);
		else
			put_simple(to, row);
	}
}

char *
exposition_text(const struct exposition *x, size_t *size)
{
	char *text = NULL;
	FILE *to = open_memstream(&text, size);

	if (to == NULL)
		return NULL;
	for (int i = 0; i < METRICS; i++)
		put_metric(to, x, (enum metric)i);
	if (fclose(to) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
