/* init_requests.c - what a sandbox's init passes on. */
#include "gateway/monitor/links/init_requests.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gateway/base/span.h"
#include "gateway/config/greeting.h"
#include "gateway/config/policy.h"
#include "gateway/monitor/seats/deadline.h"
#include "gateway/monitor/seats/ending.h"
#include "gateway/monitor/seats/results.h"
#include "gateway/wire/lab_protocol.h"

static void
tell(struct seat *s, uint32_t serial, enum lab_status status, const char *text)
{
	struct msg m;

	MSG_NEW(&m, LAB_TOLD, lab_told);
	m.serial = serial;
	m.lab_told.status = status;
	m.lab_told.text = text;
	link_send(s->init, &m);
}

/* What greeting_write() fills in is of now: the time left is today's. */
static void
on_help(struct seat *s, uint32_t serial)
{
	const struct lab *lab = config_lab(s->monitor->config, s->lab);
	const char *why;
	const struct greeting_facts f = { .lab = lab,
		.account = s->account,
		.seconds_left = deadline_left(s->monitor, s, &why) };
	char text[LINE_SIZE];
	size_t n;

	if (lab == NULL || lab->help[0] == '\0') {
		tell(s, serial, LAB_FAILED, "This lab has no help text.\n");
		return;
	}
	greeting_write(lab->help, &f, text);
	n = strlen(text);
	if (n > 0 && n + 1 < sizeof(text) && text[n - 1] != '\n')
		text_copy(text + n, 2, "\n");
	tell(s, serial, LAB_DONE, text);
}

static void
on_time(struct seat *s, uint32_t serial)
{
	char text[TEXT_SIZE], ran[SPAN_SIZE], span[SPAN_SIZE];
	const struct lab *lab = config_lab(s->monitor->config, s->lab);
	int64_t since = (int64_t)s->since;
	const char *why;
	int64_t left = deadline_left(s->monitor, s, &why);
	size_t n;

	span_text((int64_t)time(NULL) - since, ran);
	n = (size_t)snprintf(text, sizeof(text),
	    "This sandbox has run for %s.\n", ran);
	if (left != INT64_MAX) {
		span_text(left, span);
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    "It ends in %s (%s).\n", span, why);
	}
	if (lab != NULL && lab->idle_limit > 0) {
		span_text(lab->idle_limit, span);
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    "A connection that sends nothing for %s ends.\n", span);
	}
	span_text(s->linger, span);
	snprintf(text + n, sizeof(text) - n,
	    "When your last session ends, it %s%s%s.\n",
	    s->linger == 0 ? "is thrown away at once" : "waits ",
	    s->linger == 0 ? "" : span, s->linger == 0 ? "" : " for you");
	tell(s, serial, LAB_DONE, text);
}

/* There is no answer: the program that asked ends with its sandbox. */
static void
on_reset(struct seat *s, uint32_t serial)
{
	if (drain_is_on(&s->monitor->drain)) {
		tell(s, serial, LAB_FAILED,
		    "This gateway goes down for maintenance and starts no new"
		    " sandbox: reset this one after that.\n");
		return;
	}
	log_info(&s->tag, "reset by its student");
	ending_reset(s);
}

void
init_requests_asked(struct seat *s, struct msg *ask)
{
	switch (ask->lab_ask.command) {
	case LAB_COMMAND_HELP:
		on_help(s, ask->serial);
		return;
	case LAB_COMMAND_TIME:
		on_time(s, ask->serial);
		return;
	case LAB_COMMAND_RESET:
		on_reset(s, ask->serial);
		return;
	default:
		link_close(s->init, "LAB_ASK for what init does by itself");
	}
}

/* The numbers are as honest as the sandbox: a student who has taken its init
 * over can claim any, but of no other seat, and none that makes no sense. */
void
init_requests_checked(struct seat *s, struct msg *msg)
{
	const struct msg_checked *m = &msg->checked;

	if (m->most == 0 || m->points > m->most) {
		link_close(s->init,
		    "CHECKED with more points than there are to be had");
		return;
	}
	log_info(&s->tag, "checked points=%u most=%u", m->points, m->most);
	/* An account without a name lasts for one connection: its points are
	 * nobody's, and each login would be another row.  Those of a disowned
	 * seat would be had by the next account of its name. */
	if (!policy_is_anonymous(s->account) && !s->is_disowned)
		results_keep(s->monitor, s, m);
}
