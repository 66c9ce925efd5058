/* init_requests.c - what a sandbox's init passes on. */
#include "gateway/monitor/links/init_requests.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gateway/base/span.h"
#include "gateway/base/step_score.h"
#include "gateway/config/greeting.h"
#include "gateway/config/policy.h"
#include "gateway/monitor/accounts/browser_code.h"
#include "gateway/monitor/links/answer.h"
#include "gateway/monitor/links/lab_answer.h"
#include "gateway/monitor/links/machine_reset.h"
#include "gateway/monitor/links/publish.h"
#include "gateway/monitor/links/why.h"
#include "gateway/monitor/seats/copied.h"
#include "gateway/monitor/seats/deadline.h"
#include "gateway/monitor/seats/ending.h"
#include "gateway/monitor/seats/progress.h"
#include "gateway/monitor/seats/own_check.h"
#include "gateway/monitor/seats/receipts.h"
#include "gateway/monitor/seats/standing.h"
#include "gateway/monitor/seats/results.h"
#include "gateway/wire/lab_protocol.h"

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
		lab_answer(s, serial, LAB_FAILED,
		    "This lab has no help text.\n");
		return;
	}
	greeting_write(lab->help, &f, text);
	n = strlen(text);
	if (n > 0 && n + 1 < sizeof(text) && text[n - 1] != '\n')
		text_copy(text + n, 2, "\n");
	lab_answer(s, serial, LAB_DONE, text);
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
	lab_answer(s, serial, LAB_DONE, text);
}

static void
on_receipts(struct seat *s, uint32_t serial)
{
	char text[LINE_SIZE];
	struct err e;

	switch (receipts_write(s, text, &e)) {
	case -1:
		log_error(&s->tag, "cannot look up receipts: %s", e.text);
		lab_answer(s, serial, LAB_FAILED,
		    "The gateway cannot look them up now: try again.\n");
		return;
	case 0:
		lab_answer(s, serial, LAB_FAILED,
		    "No work of yours was collected: that is done where a lab"
		    " says so, when its time is over.\n");
		return;
	default:
		lab_answer(s, serial, LAB_DONE, text);
	}
}

/* There is no answer: the program that asked ends with its sandbox. */
static void
on_reset(struct seat *s, uint32_t serial)
{
	if (!machine_reset_may(s, serial))
		return;
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
	case LAB_COMMAND_WHY:
		why_asked_by_student(s, ask->serial);
		return;
	case LAB_COMMAND_RECEIPTS:
		on_receipts(s, ask->serial);
		return;
	case LAB_COMMAND_PUBLISH:
		publish_asked_by_student(s, ask->serial);
		return;
	case LAB_COMMAND_BROWSER:
		browser_code_asked(s, ask->serial);
		return;
	default:
		if (ask->lab_ask.command >= LAB_COMMANDS)
			lab_answer_unknown(s, ask->serial);
		else
			link_close(s->init,
			    "LAB_ASK for what init does by itself");
	}
}

/* Each is one that can be, and none is there twice. */
static size_t
read_steps(const struct strings *texts,
    struct step_score steps[STEP_SCORES_MAX])
{
	const char *text = NULL;
	size_t n = 0;

	while ((text = strings_next(texts, text)) != NULL) {
		if (n == STEP_SCORES_MAX || !step_read(&steps[n], text))
			return SIZE_MAX;
		for (size_t i = 0; i < n; i++) {
			if (strcmp(steps[i].name, steps[n].name) == 0)
				return SIZE_MAX;
		}
		n++;
	}
	return n;
}

static void
tell_gain(struct seat *s, const struct msg_checked *m,
    const struct standing_news *news)
{
	char text[TEXT_SIZE], more[32] = "";
	struct conn *c;

	if (news->done > 1)
		snprintf(more, sizeof(more), " and %u more", news->done - 1);
	snprintf(text, sizeof(text), "%u of %u points%s%s%s%s", m->points,
	    m->most, news->done > 0 ? ": " : "", news->first, more,
	    news->done > 0 ? " done" : "");
	TAILQ_FOREACH(c, &s->conns, seated) {
		if (c->state == CONN_SEATED)
			answer_notice(c, text);
	}
}

/* The numbers are as honest as the sandbox: a student who has taken its init
 * over can claim any, but of no other seat, and none that makes no sense. */
void
init_requests_checked(struct seat *s, struct msg *msg)
{
	const struct msg_checked *m = &msg->checked;
	struct step_score steps[STEP_SCORES_MAX];
	size_t step_count = read_steps(&m->steps, steps);
	struct standing_news news;

	if (m->most == 0 || m->points > m->most) {
		link_close(s->init,
		    "CHECKED with more points than there are to be had");
		return;
	}
	if (step_count == SIZE_MAX) {
		link_close(s->init, "CHECKED with a step that cannot be");
		return;
	}
	if (!copied_take(s, m)) {
		link_close(s->init, "CHECKED with a word that cannot be");
		return;
	}
	if (m->by_itself == 0) {
		log_info(&s->tag, "checked points=%u most=%u", m->points,
		    m->most);
	} else {
		log_info(&s->tag,
		    "checked by itself points=%u most=%u cpu_ms=%" PRIu64,
		    m->points, m->most, m->cpu_us / 1000);
		own_check_ended(s);
	}
	standing_take(s, m, steps, step_count, &news);
	if (msg->serial != 0 && news.has_risen)
		tell_gain(s, m, &news);
	/* What says the same again is not written again. */
	if (m->by_itself != 0 && !news.is_changed)
		return;
	/* An account without a name lasts for one connection: its points are
	 * nobody's, and each login would be another row.  Those of a disowned
	 * seat would be had by the next account of its name. */
	if (!policy_is_anonymous(s->account) && !s->is_disowned)
		results_keep(s->monitor, s, m, steps, step_count);
}

/* A step is done, as a check found that nobody had asked for. */
static void
say_passed(struct seat *s, uint32_t step)
{
	const struct lab *lab = config_lab(s->monitor->config, s->lab);
	char text[TEXT_SIZE];
	struct conn *c;

	if (lab == NULL || step > lab->step_count)
		return; /* a reload has changed it */
	snprintf(text, sizeof(text), "step %" PRIu32 " of %zu is done: %s%s",
	    step, lab->step_count, lab->steps[step - 1].title,
	    step < lab->step_count ? " ('lab next' goes on)" : "");
	TAILQ_FOREACH(c, &s->conns, seated) {
		if (c->state == CONN_SEATED)
			answer_notice(c, text);
	}
}

void
init_requests_progress(struct seat *s, struct msg *msg)
{
	const struct msg_progress *m = &msg->progress;

	/* As for results: see above. */
	if (!policy_is_anonymous(s->account) && !s->is_disowned &&
	    !progress_keep(s->monitor, s, &m->progress)) {
		link_close(s->init, "PROGRESS that makes no sense");
		return;
	}
	if (m->passed == 0)
		return;
	log_info(&s->tag, "step done step=%u", m->passed);
	say_passed(s, m->passed);
}
