/* test_exposition.c - metrics as the text that Prometheus reads. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/web/exposition.h"

static struct msg_metric
row(enum metric metric, const char *lab)
{
	struct msg_metric m = { .metric = metric };

	text_copy(m.lab, sizeof(m.lab), lab);
	m.values.count = (uint32_t)metric_count(metric);
	return m;
}

static void
expect_text(struct exposition *x, const char *want)
{
	size_t size;
	char *text = exposition_text(x, &size);

	assert_non_null(text);
	assert_string_equal(text, want);
	assert_int_equal(size, strlen(want));
	free(text);
	free(x->rows);
}

static void
rows_of_labs_stand_together_under_one_head(void **state)
{
	struct exposition x = { 0 };
	struct msg_metric m;
	struct err e;

	(void)state;
	for (int i = 0; i < 2; i++) {
		const char *lab = i == 0 ? "a" : "b-2";

		m = row(METRIC_LAB_CPU, lab);
		m.values.at[0] = 1234567;
		assert_int_equal(exposition_add(&x, &m, &e), 0);
		m = row(METRIC_QUEUE, lab);
		m.values.at[0] = (uint64_t)i;
		assert_int_equal(exposition_add(&x, &m, &e), 0);
	}
	expect_text(&x,
	    "# HELP atoll_queue_length Seats that wait for a place.\n"
	    "# TYPE atoll_queue_length gauge\n"
	    "atoll_queue_length{lab=\"a\"} 0\n"
	    "atoll_queue_length{lab=\"b-2\"} 1\n"
	    "# HELP atoll_lab_cpu_seconds_total Processor time that sandboxes"
	    " of the lab took.\n"
	    "# TYPE atoll_lab_cpu_seconds_total counter\n"
	    "atoll_lab_cpu_seconds_total{lab=\"a\"} 1.234567\n"
	    "atoll_lab_cpu_seconds_total{lab=\"b-2\"} 1.234567\n");
}

static void
two_labels_count_through(void **state)
{
	struct exposition x = { 0 };
	struct msg_metric m = row(METRIC_LOGINS, "");
	struct err e;
	size_t size, inner = metric_label_count(LABEL_OUTCOME);
	char *text;

	(void)state;
	m.values.at[1 * inner + 3] = 7; /* key, expired */
	assert_int_equal(exposition_add(&x, &m, &e), 0);
	text = exposition_text(&x, &size);
	assert_non_null(strstr(text,
	    "\natoll_logins_total{method=\"key\",outcome=\"expired\"} 7\n"));
	assert_non_null(strstr(text,
	    "\natoll_logins_total{method=\"password\",outcome=\"ok\"} 0\n"));
	free(text);
	free(x.rows);
}

static void
buckets_of_a_histogram_add_up(void **state)
{
	struct exposition x = { 0 };
	struct msg_metric m = row(METRIC_BUILD, "a");
	struct err e;
	size_t size;
	char *text;

	(void)state;
	m.values.at[metric_bucket(METRIC_UNIT_MS, 5)]++;
	m.values.at[metric_bucket(METRIC_UNIT_MS, 6)]++;
	m.values.at[metric_bucket(METRIC_UNIT_MS, 300001)]++;
	m.values.at[METRIC_SUM] = 300012;
	assert_int_equal(exposition_add(&x, &m, &e), 0);
	text = exposition_text(&x, &size);
	assert_non_null(strstr(text, "_bucket{lab=\"a\",le=\"0.005\"} 1\n"));
	assert_non_null(strstr(text, "_bucket{lab=\"a\",le=\"0.01\"} 2\n"));
	assert_non_null(strstr(text, "_bucket{lab=\"a\",le=\"300\"} 2\n"));
	assert_non_null(strstr(text, "_bucket{lab=\"a\",le=\"+Inf\"} 3\n"));
	assert_non_null(strstr(text, "_sum{lab=\"a\"} 300.012\n"));
	assert_non_null(strstr(text, "_count{lab=\"a\"} 3\n"));
	free(text);
	free(x.rows);
}

static void
echoes_have_finer_buckets(void **state)
{
	struct exposition x = { 0 };
	struct msg_metric m = row(METRIC_ECHO, "");
	struct err e;
	size_t size;
	char *text;

	(void)state;
	m.values.at[metric_bucket(METRIC_UNIT_US, 100)]++;
	m.values.at[metric_bucket(METRIC_UNIT_US, 1400)]++;
	m.values.at[METRIC_SUM] = 1500;
	assert_int_equal(exposition_add(&x, &m, &e), 0);
	text = exposition_text(&x, &size);
	assert_non_null(strstr(text, "_bucket{le=\"0.0001\"} 1\n"));
	assert_non_null(strstr(text, "_bucket{le=\"0.001\"} 1\n"));
	assert_non_null(strstr(text, "_bucket{le=\"0.0015\"} 2\n"));
	assert_non_null(strstr(text, "_bucket{le=\"1\"} 2\n"));
	assert_non_null(strstr(text, "atoll_echo_seconds_sum 0.001500\n"));
	free(text);
	free(x.rows);
}

static void
what_is_not_of_the_table_is_refused(void **state)
{
	struct exposition x = { 0 };
	struct msg_metric m;
	struct err e;

	(void)state;
	m = row(METRIC_QUEUE, "a");
	m.metric = METRICS;
	assert_int_equal(exposition_add(&x, &m, &e), -1);
	m = row(METRIC_QUEUE, "");
	assert_int_equal(exposition_add(&x, &m, &e), -1);
	m = row(METRIC_WARM, "a");
	assert_int_equal(exposition_add(&x, &m, &e), -1);
	m = row(METRIC_LOGINS, "");
	m.values.count--;
	assert_int_equal(exposition_add(&x, &m, &e), -1);
	assert_int_equal(x.count, 0);
}

static bool
ends_in(const char *text, const char *end)
{
	size_t n = strlen(text), k = strlen(end);

	return n >= k && strcmp(text + n - k, end) == 0;
}

/* prometheus.io/docs/practices/naming; promtool says the same of a whole text. */
static void
names_are_as_prometheus_wants_them(void **state)
{
	(void)state;
	for (int i = 0; i < METRICS; i++) {
		const struct metric_row *r = &metric_rows[i];

		assert_int_equal(strncmp(r->name, "atoll_", 6), 0);
		for (const char *c = r->name; *c != '\0'; c++)
			assert_true(islower((unsigned char)*c) || *c == '_');
		assert_int_equal(r->type == METRIC_TYPE_COUNTER,
		    ends_in(r->name, "_total"));
		if (r->unit != METRIC_UNIT_ONE)
			assert_non_null(strstr(r->name, "_seconds"));
		assert_true(metric_count((enum metric)i) <= NUMBERS_MAX);
		assert_true(
		    r->label[1] == LABEL_NONE || r->label[0] != LABEL_NONE);
		assert_true(ends_in(r->help, "."));
		assert_null(strchr(r->help, '\\'));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_of_labs_stand_together_under_one_head),
		cmocka_unit_test(two_labels_count_through),
		cmocka_unit_test(buckets_of_a_histogram_add_up),
		cmocka_unit_test(echoes_have_finer_buckets),
		cmocka_unit_test(what_is_not_of_the_table_is_refused),
		cmocka_unit_test(names_are_as_prometheus_wants_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
