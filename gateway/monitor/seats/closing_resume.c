/* closing_resume.c - what a monitor before this one has begun to collect. */
#include "gateway/monitor/seats/closing_resume.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/monitor/links/collector.h"
#include "gateway/monitor/links/lab_report.h"
#include "gateway/monitor/seats/closing.h"
#include "gateway/monitor/seats/closing_store.h"

#define REPORT_SECONDS 86400

/* A row that has no sandbox. */
struct orphan {
	struct monitor *monitor;
	struct collected row;
};

static void
note_found(struct monitor *m, struct collected *c, const struct msg *told)
{
	closing_fill(c, &told->collected);
	closing_store(m, c);
	lab_report_want(m, c->lab);
	log_info(NULL,
	    "collected before the gateway was interrupted account=%s"
	    " lab=%s file=%s",
	    c->account, c->lab, c->file);
}

static void
note_lost(struct monitor *m, struct collected *c)
{
	c->state = COLLECTED_LOST;
	closing_store(m, c);
	log_error(NULL,
	    "its sandbox was gone before its work was collected account=%s"
	    " lab=%s: what is left is a home that the lab keeps",
	    c->account, c->lab);
}

static bool
on_found(void *self, struct msg *told)
{
	struct orphan *o = self;

	if (told == NULL)
		o->monitor->is_closing_resumed = false; /* ask the next one */
	else if (told->type == MSG_COLLECTED)
		note_found(o->monitor, &o->row, told);
	else
		note_lost(o->monitor, &o->row);
	free(o);
	return true;
}

static void
ask_for(struct monitor *m, const struct collected *c)
{
	struct orphan *o = malloc(sizeof(*o));
	struct err e = { 0 };
	struct msg msg;

	MSG_NEW(&msg, COLLECT_FIND, collect_find);
	text_copy(msg.collect_find.lab, NAME_SIZE, c->lab);
	text_copy(msg.collect_find.account, NAME_SIZE, c->account);
	msg.collect_find.begun = (uint64_t)c->begun;
	if (o != NULL)
		*o = (struct orphan){ m, *c };
	if (o == NULL || collector_call(m, &msg, on_found, o, &e) == -1) {
		free(o);
		m->is_closing_resumed = false;
	}
}

/* Sandboxes are numbered anew after a reboot: that of a row was there before its end
 * began. */
static void
take_up(void *self, const struct collected *c)
{
	struct monitor *m = self;
	struct seat *s = seat_by_sandbox(&m->registry, c->sandbox);

	if (s == NULL || strcmp(s->account, c->account) != 0 ||
	    strcmp(s->lab, c->lab) != 0 || (int64_t)s->since > c->begun)
		ask_for(m, c);
	else if (seat_is_live(s) && s->closing.state == CLOSING_NONE)
		closing_go_on(s, c->begun);
}

/* The monitor before this one may not have come to its report. */
static void
want_report(void *self, const struct collected *c)
{
	if (time(NULL) - c->begun < REPORT_SECONDS)
		lab_report_want(self, c->lab);
}

void
closing_resume(struct monitor *m)
{
	const struct collected_wish begun = { .state = COLLECTED_BEGUN };
	const struct collected_wish whole = { .state = COLLECTED_WHOLE };
	struct err e;

	if (m->is_closing_resumed)
		return;
	m->is_closing_resumed = true;
	if (closing_rows(m, &begun, take_up, m, &e) == 0 &&
	    closing_rows(m, &whole, want_report, m, &e) == 0)
		return;
	log_error(NULL, "cannot look up what was being collected: %s", e.text);
	m->is_closing_resumed = false;
}
