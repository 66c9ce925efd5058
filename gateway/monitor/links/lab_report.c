/* lab_report.c - the report of a lab lies beside the work that was collected of it. */
#include "gateway/monitor/links/lab_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/monitor/links/collector.h"
#include "gateway/monitor/links/staff.h"
#include "gateway/monitor/seats/closing_state.h"

#define REST_MS	  60000 /* from one of a lab to the next */
#define RETRY_MS  5000
#define TRIES_MAX 5

enum lab_report_state {
	REPORT_RESTING,
	REPORT_OPENING,
	REPORT_MAKING,
	REPORT_KEEPING,
	REPORT_STATES
};

struct lab_report {
	LIST_ENTRY(lab_report) next;
	struct monitor *monitor;
	char lab[NAME_SIZE];
	enum lab_report_state state; /* step() alone writes it */
	bool is_wanted;		     /* the one that is there is old */
	unsigned failures;	     /* one after the other */
	uint64_t next_ms;	     /* it rests until then */
};

#define TO(state) (1u << (state))

static const struct {
	const char *name;
	unsigned next;
} steps[REPORT_STATES] = {
	[REPORT_RESTING] = { "resting", TO(REPORT_OPENING) },
	[REPORT_OPENING] = { "opening",
	    TO(REPORT_MAKING) | TO(REPORT_RESTING) },
	[REPORT_MAKING] = { "making", TO(REPORT_KEEPING) | TO(REPORT_RESTING) },
	[REPORT_KEEPING] = { "keeping", TO(REPORT_RESTING) },
};

static void
step(struct lab_report *r, enum lab_report_state next)
{
	if ((steps[r->state].next & TO(next)) == 0)
		log_error(NULL, "impossible step of a report from=%s to=%s",
		    steps[r->state].name, steps[next].name);
	else
		r->state = next;
}

static void
rest(struct lab_report *r, uint64_t for_ms)
{
	r->next_ms = uv_now(&r->monitor->loop) + for_ms;
	step(r, REPORT_RESTING);
}

/* One that was wanted again meanwhile is made however often this one was tried. */
static void
fail(struct lab_report *r, const char *why)
{
	bool is_last = ++r->failures == TRIES_MAX;

	if (r->monitor->phase == STOPPING)
		return;
	log_warn(NULL,
	    "cannot put the report of lab=%s beside its archives%s: %s", r->lab,
	    is_last ? "; 'atoll report' makes one at any time"
		    : ", will try again",
	    why);
	if (is_last)
		r->failures = 0;
	else
		r->is_wanted = true;
	rest(r, RETRY_MS);
}

/* --- from the last step to the first ---------------------------------------------- */

static bool
on_kept(void *self, struct msg *m)
{
	struct lab_report *r = self;

	if (m == NULL || m->type != MSG_REPORT_KEPT) {
		fail(r, m == NULL ? CLOSING_LOST : m->collect_failed.reason);
		return true;
	}
	log_info(NULL, "report is kept lab=%s file=%s", r->lab,
	    m->report_kept.file);
	r->failures = 0;
	rest(r, REST_MS);
	return true;
}

static void
on_made(void *self, uint32_t status)
{
	struct lab_report *r = self;
	char why[TEXT_SIZE];
	struct err e = { 0 };
	struct msg m;

	if (status != 0) {
		snprintf(why, sizeof(why), "it ended with status %u", status);
		fail(r, why);
		return;
	}
	step(r, REPORT_KEEPING);
	MSG_NEW(&m, REPORT_KEEP, report_keep);
	text_copy(m.report_keep.lab, NAME_SIZE, r->lab);
	if (collector_call(r->monitor, &m, on_kept, r, &e) == -1)
		fail(r, e.text);
}

static bool
on_opened(void *self, struct msg *m)
{
	struct lab_report *r = self;
	struct err e = { 0 };

	if (m == NULL || m->type != MSG_COLLECT_OPENED) {
		fail(r, m == NULL ? CLOSING_LOST : m->collect_failed.reason);
		return true;
	}
	step(r, REPORT_MAKING);
	if (staff_run_report(r->monitor, r->lab, m->fd[0], on_made, r, &e) ==
	    -1)
		fail(r, e.text);
	return true;
}

static void
open_file(struct lab_report *r)
{
	struct err e = { 0 };
	struct msg m;

	r->is_wanted = false;
	step(r, REPORT_OPENING);
	MSG_NEW(&m, REPORT_OPEN, report_open);
	text_copy(m.report_open.lab, NAME_SIZE, r->lab);
	if (collector_call(r->monitor, &m, on_opened, r, &e) == -1)
		fail(r, e.text);
}

/* --- which, and when ---------------------------------------------------------------- */

static struct lab_report *
find(struct monitor *m, const char *lab)
{
	struct lab_report *r;

	LIST_FOREACH(r, &m->lab_reports, next) {
		if (strcmp(r->lab, lab) == 0)
			return r;
	}
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return NULL;
	r->monitor = m;
	text_copy(r->lab, NAME_SIZE, lab);
	LIST_INSERT_HEAD(&m->lab_reports, r, next);
	return r;
}

void
lab_report_want(struct monitor *m, const char *lab)
{
	struct lab_report *r;

	if (m->config->report_keep == 0)
		return;
	r = find(m, lab);
	if (r != NULL)
		r->is_wanted = true;
	else
		log_error(NULL, "no memory for the report of lab=%s", lab);
}

/* Each report of a class that ends together would be old at once. */
static bool
is_collecting(const struct monitor *m, const char *lab)
{
	const struct seat *s;

	TAILQ_FOREACH(s, &m->registry.seats, all) {
		if (s->closing.state != CLOSING_NONE &&
		    strcmp(s->lab, lab) == 0)
			return true;
	}
	return false;
}

void
lab_report_tick(struct monitor *m)
{
	uint64_t now = uv_now(&m->loop);
	struct lab_report *r, *after;

	for (r = LIST_FIRST(&m->lab_reports); r != NULL; r = after) {
		after = LIST_NEXT(r, next);
		if (r->state != REPORT_RESTING || now < r->next_ms)
			continue;
		if (!r->is_wanted) {
			LIST_REMOVE(r, next);
			free(r);
		} else if (!is_collecting(m, r->lab)) {
			open_file(r);
		}
	}
}

void
lab_report_free(struct monitor *m)
{
	struct lab_report *r;

	while ((r = LIST_FIRST(&m->lab_reports)) != NULL) {
		LIST_REMOVE(r, next);
		free(r);
	}
}
