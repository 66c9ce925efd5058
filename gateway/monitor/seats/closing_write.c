/* closing_write.c - what a seat's student has changed becomes a signed archive. */
#include "gateway/monitor/seats/closing_write.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/monitor/links/build.h"
#include "gateway/monitor/links/collector.h"
#include "gateway/monitor/seats/closing_state.h"
#include "gateway/monitor/seats/closing_store.h"
#include "gateway/monitor/seats/ending.h"
#include "gateway/monitor/seats/receipts.h"
#include "gateway/monitor/seats/staff_notice.h"
#include "gateway/monitor/seats/standing.h"

#define RETRY_MS 10000 /* after a failure */

/* Told once to staff, and to the log as often as it happens. */
static void
fail(struct seat *s, const char *why)
{
	char line[TEXT_SIZE];

	log_error(&s->tag, "cannot collect, will try again: %s", why);
	metrics_lab_add(&s->monitor->metrics, s->lab, METRIC_COLLECTED,
	    COLLECTION_RETRIED, 1);
	if (s->closing.failure[0] == '\0') {
		snprintf(line, sizeof(line),
		    "%s+%s: its work cannot be collected, and is tried again:"
		    " %.200s",
		    s->account, s->lab, why);
		staff_notice(s->monitor, s->lab, s->account, line);
	}
	text_copy(s->closing.failure, sizeof(s->closing.failure), why);
	s->closing.retry_ms = uv_now(&s->monitor->loop) + RETRY_MS;
	closing_step(s, CLOSING_CHECKED);
}

static void
finish(struct seat *s, const struct msg_collected *told)
{
	char receipt[TEXT_SIZE], text[TEXT_SIZE];
	struct collected c;

	metrics_lab_add(&s->monitor->metrics, s->lab, METRIC_COLLECTED,
	    COLLECTION_WHOLE, 1);
	closing_row(s, COLLECTED_WHOLE, &c);
	closing_fill(&c, told);
	closing_store(s->monitor, &c);
	log_info(&s->tag,
	    "collected file=%s bytes=%" PRIu64 " points=%u most=%u sha256=%s",
	    c.file, c.size, c.points, c.most, c.sha256);
	receipts_text(&c, receipt);
	snprintf(text, sizeof(text), "your work was collected: %.400s",
	    receipt);
	closing_step(s, CLOSING_DONE);
	ending_evict(s->monitor, s, text);
}

/* --- sign, write, open ------------------------------------------------------------ */

static bool
on_signed(void *self, struct msg *m)
{
	struct seat *s = closing_answered(self, CLOSING_SIGNING);

	if (s == NULL)
		return true;
	if (m != NULL && m->type == MSG_COLLECTED)
		finish(s, &m->collected);
	else
		fail(s, m == NULL ? CLOSING_LOST : m->collect_failed.reason);
	return true;
}

static void
ask_to_sign(struct seat *s)
{
	const struct standing *points = standing_of(s);
	struct closing_call *call = closing_call(s);
	struct err e = { 0 };
	struct msg m;

	closing_step(s, CLOSING_SIGNING);
	MSG_NEW(&m, COLLECT_SIGN, collect_sign);
	text_copy(m.collect_sign.lab, NAME_SIZE, s->lab);
	text_copy(m.collect_sign.account, NAME_SIZE, s->account);
	m.collect_sign.begun = (uint64_t)s->closing.begun;
	m.collect_sign.points = points == NULL ? 0 : points->points;
	m.collect_sign.most = points == NULL ? 0 : points->most;
	if (call == NULL)
		fail(s, "out of memory");
	else if (collector_call(s->monitor, &m, on_signed, call, &e) == -1) {
		free(call);
		fail(s, e.text);
	}
}

static bool
on_written(void *self, struct msg *m)
{
	struct seat *s = closing_answered(self, CLOSING_WRITING);

	if (s == NULL)
		return true;
	if (m == NULL || m->exported.failed != 0) {
		fail(s, m == NULL ? CLOSING_LOST : m->exported.reason);
		return true;
	}
	if (m->exported.reason[0] != '\0')
		log_warn(&s->tag, "collected, but: %s", m->exported.reason);
	ask_to_sign(s);
	return true;
}

static bool
on_opened(void *self, struct msg *m)
{
	struct seat *s = closing_answered(self, CLOSING_OPENING);
	struct closing_call *call;
	struct err e = { 0 };

	if (s == NULL)
		return true;
	/* By the monitor before this one, then. */
	if (m != NULL && m->type == MSG_COLLECTED) {
		finish(s, &m->collected);
		return true;
	}
	if (m == NULL || m->type != MSG_COLLECT_OPENED) {
		fail(s, m == NULL ? CLOSING_LOST : m->collect_failed.reason);
		return true;
	}
	call = closing_call(s);
	if (call == NULL) {
		fail(s, "out of memory");
		return true;
	}
	closing_step(s, CLOSING_WRITING);
	if (build_export(s->monitor, s->sandbox, m->fd[0], on_written, call,
		&e) == -1) {
		free(call);
		fail(s, e.text);
	}
	return true;
}

void
closing_write(struct seat *s)
{
	struct closing_call *call = closing_call(s);
	struct err e = { 0 };
	struct msg m;

	closing_step(s, CLOSING_OPENING);
	MSG_NEW(&m, COLLECT_OPEN, collect_open);
	text_copy(m.collect_open.lab, NAME_SIZE, s->lab);
	text_copy(m.collect_open.account, NAME_SIZE, s->account);
	m.collect_open.begun = (uint64_t)s->closing.begun;
	if (call == NULL)
		fail(s, "out of memory");
	else if (collector_call(s->monitor, &m, on_opened, call, &e) == -1) {
		free(call);
		fail(s, e.text);
	}
}
