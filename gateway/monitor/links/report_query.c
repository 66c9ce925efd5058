/* report_query.c - the administrator or staff ask for what a report is made of. */
#include "gateway/monitor/links/report_query.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/config/policy.h"
#include "gateway/monitor/accounts/writer.h"
#include "gateway/monitor/diary/diary.h"
#include "gateway/monitor/diary/diary_store.h"

/* Who waits for what is written: a tool may go meanwhile. */
struct waiting {
	struct monitor *monitor;
	uint32_t client;
	struct msg_admin_report ask;
};

static void
send_row(void *self, const struct msg *m)
{
	client_send(self, m);
}

static void
send_lab(struct client *c, const char *name)
{
	const struct config *cf = c->monitor->config;
	const struct lab *l = config_lab(cf, name);
	struct msg m;

	MSG_NEW(&m, REPORT_LAB, report_lab);
	m.report_lab.keep = (uint64_t)cf->report_keep;
	if (l != NULL) {
		m.report_lab.is_there = 1;
		text_copy(m.report_lab.title, TEXT_SIZE, l->title);
		m.report_lab.machines = policy_places(l);
		m.report_lab.memory = (uint64_t)policy_memory(l);
		m.report_lab.pids = (uint32_t)policy_pids(l);
		m.report_lab.sandboxes_max =
		    (uint32_t)(l->sandboxes_max > 0 ? l->sandboxes_max
						    : cf->sandboxes_max);
	}
	client_send(c, &m);
}

static void
send_present(struct client *c, const struct seat *s)
{
	struct msg m;
	uint64_t *n = m.report_row.numbers.at;

	MSG_NEW(&m, REPORT_ROW, report_row);
	m.report_row.what = DIARY_VISIT;
	text_copy(m.report_row.account, NAME_SIZE, s->account);
	m.report_row.began = s->since;
	m.report_row.count = 1;
	m.report_row.numbers.count = VISIT_NUMBERS;
	n[VISIT_QUEUE_MS] = s->queue_ms;
	n[VISIT_MEMORY] = s->usage.memory;
	n[VISIT_MEMORY_MAX] = (uint64_t)s->memory_max;
	n[VISIT_PIDS_MAX] = (uint64_t)s->pids_max;
	n[VISIT_CPU_US] = s->usage.cpu_us;
	memcpy(n + VISIT_LIMITS, s->limits_met, sizeof(s->limits_met));
	client_send(c, &m);
}

static void
send_all_present(struct client *c, const char *lab)
{
	const struct seat *s;

	TAILQ_FOREACH(s, &c->monitor->registry.seats, all) {
		if (strcmp(s->lab, lab) == 0 && seat_is_live(s) &&
		    !policy_is_rehearsal(s->account))
			send_present(c, s);
	}
}

/* Of a lab whose file is gone too. */
static int
begin(struct client *c, const char *lab, struct err *e)
{
	int known = config_lab(c->monitor->config, lab) != NULL
			? 1
			: diary_knows(c->monitor->db, lab, e);

	if (known == 0)
		return err_set(e, 0,
		    "there is no lab of that name, and nothing is kept of one");
	if (known == -1)
		return -1;
	send_lab(c, lab);
	send_all_present(c, lab);
	return 0;
}

static void
answer(struct client *c, const struct msg_admin_report *ask)
{
	struct err e = { 0 };
	int rc = 0;

	if (ask->what == DIARY_VISIT && ask->after == 0)
		rc = begin(c, ask->lab, &e);
	if (rc == 0)
		rc = diary_page(c->monitor->db, ask, send_row, c, &e);
	if (rc == -1)
		client_end(c, 1, e.text);
	else
		client_end(c, 0, "");
}

static int
write_nothing(struct db *db, void *data, struct err *e)
{
	(void)db;
	(void)data;
	(void)e;
	return 0;
}

/* Also when the writing failed: what is there is shown. */
static void
on_written(void *data, const struct err *e)
{
	struct waiting *w = data;
	struct client *c = client_find(w->monitor, w->client);

	(void)e;
	if (c != NULL)
		answer(c, &w->ask);
	free(w);
}

void
report_query(struct client *c, struct msg *m)
{
	const struct msg_admin_report *ask = &m->admin_report;
	struct waiting *w;

	if (!client_check(c, ask->lab))
		return;
	if (ask->what >= DIARY_WHATS || ask->after > INT64_MAX ||
	    ask->since > INT64_MAX) {
		client_end(c, 1, "there is no such report");
		return;
	}
	w = calloc(1, sizeof(*w));
	if (w == NULL) {
		client_end(c, 1, "out of memory");
		return;
	}
	w->monitor = c->monitor;
	w->client = c->number;
	w->ask = *ask;
	diary_flush(c->monitor);
	writer_add(c->monitor->writer, write_nothing, on_written, w);
}
