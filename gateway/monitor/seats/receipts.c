/* receipts.c - what students are told of their work that was collected. */
#include "gateway/monitor/seats/receipts.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "gateway/config/policy.h"
#include "gateway/monitor/links/answer.h"

#define LEFT_MIN 512 /* room that one more needs */

void
receipts_text(const struct collected *c, char text[TEXT_SIZE])
{
	char points[48] = "without points, for no check has run";

	if (c->most > 0)
		snprintf(points, sizeof(points),
		    "%" PRIu32 " of %" PRIu32 " points", c->points, c->most);
	snprintf(text, TEXT_SIZE, "%s, %" PRIu64 " bytes, sha256 %.64s", points,
	    c->size, c->sha256);
}

static void
time_text(int64_t at, char text[32])
{
	time_t when = (time_t)at;
	struct tm tm;

	if (localtime_r(&when, &tm) == NULL ||
	    strftime(text, 32, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		snprintf(text, 32, "unknown");
}

/* --- at a login ------------------------------------------------------------------ */

struct telling {
	struct conn *conn;
	bool has_told;
};

static void
tell_one(void *self, const struct collected *c)
{
	char receipt[TEXT_SIZE], when[32], text[TEXT_SIZE];
	struct telling *t = self;

	receipts_text(c, receipt);
	time_text(c->begun, when);
	snprintf(text, sizeof(text),
	    "your work in %s was collected at %s: %.300s ('lab receipts' shows"
	    " it again)",
	    c->lab, when, receipt);
	answer_notice(t->conn, text);
	t->has_told = true;
}

void
receipts_tell_newcomer(struct conn *c)
{
	const struct collected_wish w = { .account = c->account,
		.state = COLLECTED_WHOLE,
		.is_untold = true,
		.is_of_today = true };
	struct telling t = { .conn = c };
	struct err e;

	if (policy_is_anonymous(c->account))
		return;
	if (closing_rows(c->monitor, &w, tell_one, &t, &e) == -1)
		log_error(&c->tag, "cannot look up receipts: %s", e.text);
	if (t.has_told)
		closing_store_told(c->monitor, c->account);
}

/* --- lab receipts ---------------------------------------------------------------- */

struct listing {
	char *text;
	size_t used;
	unsigned left_out;
};

static void
list_one(void *self, const struct collected *c)
{
	char receipt[TEXT_SIZE], when[32];
	struct listing *l = self;

	if (LINE_SIZE - l->used < LEFT_MIN) {
		l->left_out++;
		return;
	}
	receipts_text(c, receipt);
	time_text(c->begun, when);
	l->used += (size_t)snprintf(l->text + l->used, LINE_SIZE - l->used,
	    "%s  %s: %s\n", when, c->lab,
	    c->state == COLLECTED_WHOLE ? receipt
	    : c->state == COLLECTED_BEGUN
		? "is being collected"
		: "could not be collected: tell your instructor");
}

int
receipts_write(const struct seat *s, char text[LINE_SIZE], struct err *e)
{
	const struct collected_wish w = { .account = s->account,
		.state = -1,
		.is_of_today = true };
	struct listing l = { .text = text };

	if (s->is_disowned || policy_is_anonymous(s->account))
		return 0;
	if (closing_rows(s->monitor, &w, list_one, &l, e) == -1)
		return -1;
	if (l.left_out > 0)
		snprintf(text + l.used, LINE_SIZE - l.used, "and %u more\n",
		    l.left_out);
	return l.used > 0;
}
