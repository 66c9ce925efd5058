/* report.c - all metrics as they are now. */
#include "gateway/monitor/metrics/report.h"

#include <string.h>
#include <sys/vfs.h>

#include "gateway/base/hash.h"
#include "gateway/monitor/accounts/db.h"
#include "gateway/monitor/accounts/writer.h"
#include "gateway/monitor/links/signers.h"
#include "gateway/monitor/seats/conn_terminals.h"

/* The words of these labels are those of an enum that is not theirs. */
_Static_assert(CONN_STATES == 6, "conn_states of metrics.c");
_Static_assert(SEAT_BUILDING == 1 && SEAT_STATES == 5,
    "sandbox_states of metrics.c");
_Static_assert(LIMIT_COUNT == 6, "limits of metrics.c");
_Static_assert(SIGN_COUNT == 3, "signs of metrics.c");

struct report {
	struct link *to;
	uint32_t serial;
};

/* --- of the site ------------------------------------------------------------ */

static void
read_connections(const struct monitor *m, struct counts *c)
{
	const struct terminal *t;
	const struct conn *conn;

	TAILQ_FOREACH(conn, &m->registry.conns, all) {
		c->at[METRIC_CONNECTIONS][conn->state]++;
		LIST_FOREACH(t, &conn->terminals, next)
			c->at[METRIC_RECORDINGS][0] +=
			    t->is_recorded && t->tap == TAP_OPEN;
	}
}

struct checksum {
	uint64_t sum;
	bool has_any;
};

/* In whichever order they are configured. */
static void
add_host_key(void *self, const char *line, bool is_next)
{
	struct checksum *c = self;

	if (is_next)
		return;
	c->sum += hash_name(line);
	c->has_any = true;
}

/* Prometheus counts in doubles, which have 53 bits. */
static uint64_t
read_host_keys(const struct monitor *m)
{
	struct checksum c = { 0 };

	signers_show(m, signers_set(m), add_host_key, &c);
	return c.has_any ? (c.sum >> 12 | 1) : 0;
}

static void
read_disk(const struct monitor *m, struct counts *c)
{
	struct statfs st;

	if (fstatfs(m->state_dir, &st) == -1)
		return;
	c->at[METRIC_STATE_SIZE][0] =
	    (uint64_t)st.f_blocks * (uint64_t)st.f_bsize;
	c->at[METRIC_STATE_FREE][0] =
	    (uint64_t)st.f_bavail * (uint64_t)st.f_bsize;
}

static void
read_site(const struct monitor *m, struct counts *c)
{
	const struct seat *first = TAILQ_FIRST(&m->registry.queue);

	*c = m->metrics.site;
	c->at[METRIC_BUILD_INFO][0] = 1;
	c->at[METRIC_START_TIME][0] = m->started;
	c->at[METRIC_MONITOR_START_TIME][0] = m->metrics.started;
	c->at[METRIC_CONFIG_TIME][0] = m->loaded;
	c->at[METRIC_CONFIG_OK][0] = !m->is_load_refused;
	c->at[METRIC_HOST_KEYS][0] = read_host_keys(m);
	if (first != NULL)
		c->at[METRIC_QUEUE_OLDEST][0] =
		    uv_now(&m->loop) - first->asked_ms;
	c->at[METRIC_SANDBOXES_MAX][0] = (uint64_t)m->config->sandboxes_max;
	c->at[METRIC_WARM][0] = m->warm.ready;
	c->at[METRIC_WARM_WANTED][0] = m->warm.wanted;
	for (int i = 0; i < REFUSED_REASONS; i++)
		c->at[METRIC_REFUSED][i] = m->refusals.count[i];
	c->at[METRIC_DB_ERRORS][0] = db_errors(m->db);
	c->at[METRIC_DB_ERRORS][1] = writer_errors(m->writer);
	read_connections(m, c);
	read_disk(m, c);
}

/* --- of labs ---------------------------------------------------------------- */

/* What is counted stays; what is read off begins anew. */
static void
clear_gauges(struct metrics *all)
{
	struct lab_counts *l;

	LIST_FOREACH(l, &all->labs, next) {
		l->counts.live_cpu_us = 0;
		for (int i = 0; i < METRICS; i++) {
			if (metric_rows[i].type == METRIC_TYPE_GAUGE)
				memset(l->counts.at[i], 0,
				    sizeof(l->counts.at[i]));
		}
	}
}

static void
add_seat(struct counts *c, const struct seat *s)
{
	if (s->state == SEAT_QUEUED) {
		c->at[METRIC_QUEUE][0]++;
		return;
	}
	c->at[METRIC_SANDBOXES][s->state - SEAT_BUILDING] += s->places;
	c->live_cpu_us += s->usage.cpu_us;
	c->at[METRIC_COLLECTING][0] += s->closing.state != CLOSING_NONE &&
				       s->closing.state != CLOSING_DONE;
	if (!seat_is_live(s))
		return;
	c->at[METRIC_LAB_MEMORY][0] += s->usage.memory;
	c->at[METRIC_LAB_PIDS][0] += s->usage.pids;
	c->at[METRIC_LAB_DISK][0] += s->usage.disk;
}

/* A lab of the configuration is shown before anybody was in it, so that a rate of
 * its first failure is one. */
static void
read_labs(struct monitor *m)
{
	const struct seat *s;
	struct counts *c;

	for (size_t i = 0; i < m->config->lab_count; i++)
		metrics_lab(&m->metrics, m->config->labs[i].name);
	clear_gauges(&m->metrics);
	TAILQ_FOREACH(s, &m->registry.seats, all) {
		c = metrics_lab(&m->metrics, s->lab);
		if (c != NULL)
			add_seat(c, s);
	}
}

/* --- to atoll-web ----------------------------------------------------------- */

static void
send_metric(const struct report *r, enum metric metric, const char *lab,
    const uint64_t *values)
{
	struct msg msg;

	MSG_NEW(&msg, METRIC, metric);
	msg.serial = r->serial;
	msg.metric.metric = metric;
	text_copy(msg.metric.lab, NAME_SIZE, lab);
	msg.metric.values.count = (uint32_t)metric_count(metric);
	memcpy(msg.metric.values.at, values,
	    msg.metric.values.count * sizeof(*values));
	link_send(r->to, &msg);
}

static void
send_all(const struct report *r, enum metric_of of, const char *lab,
    const struct counts *c)
{
	for (int i = 0; i < METRICS; i++) {
		if (metric_rows[i].of == of)
			send_metric(r, (enum metric)i, lab, c->at[i]);
	}
}

void
report_send(struct monitor *m, struct link *to, uint32_t serial)
{
	const struct report r = { to, serial };
	struct counts site;
	struct lab_counts *l;
	struct msg end;

	read_site(m, &site);
	send_all(&r, METRIC_OF_SITE, "", &site);
	read_labs(m);
	LIST_FOREACH(l, &m->metrics.labs, next) {
		/* Of what has ended and of what lives: it only grows. */
		l->counts.at[METRIC_LAB_CPU][0] += l->counts.live_cpu_us;
		send_all(&r, METRIC_OF_LAB, l->lab, &l->counts);
		l->counts.at[METRIC_LAB_CPU][0] -= l->counts.live_cpu_us;
	}
	MSG_NEW(&end, METRICS_END, metrics_end);
	end.serial = serial;
	link_send(to, &end);
}
