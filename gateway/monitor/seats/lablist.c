/*
 * lablist.c - the labs of an account, and how each stands now.
 *
 * The monitor writes these texts and the session shows them: seats, places and
 * hours stay with the monitor, out of reach of a session that was taken over.
 */
#include "gateway/monitor/seats/lablist.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gateway/base/span.h"
#include "gateway/config/hours.h"
#include "gateway/config/policy.h"
#include "gateway/monitor/accounts/accounts.h"
#include "gateway/monitor/seats/deadline.h"
#include "gateway/monitor/seats/places.h"

/* Parts of a text, with commas between them. */
static void
add(char text[TEXT_SIZE], const char *part)
{
	size_t at = strlen(text);

	snprintf(text + at, TEXT_SIZE - at, "%s%s", at > 0 ? ", " : "", part);
}

static void
add_sandbox(const struct conn *c, const struct seat *s, char text[TEXT_SIZE])
{
	char part[TEXT_SIZE / 4], span[SPAN_SIZE];
	const char *why;
	int64_t left;

	if (s->state == SEAT_QUEUED) {
		add(text, "you are in the queue");
		return;
	}
	add(text, "your sandbox is there");
	left = deadline_left(c->monitor, s, &why);
	if (left == INT64_MAX)
		return;
	span_text(left, span);
	snprintf(part, sizeof(part), "%s left", span);
	add(text, part);
}

static void
add_limits(const struct conn *c, const struct account *a, const struct lab *lab,
    char text[TEXT_SIZE])
{
	char part[TEXT_SIZE / 4], span[SPAN_SIZE];

	if (lab->time_limit > 0) {
		span_text(lab->time_limit * a->time_factor / 100, span);
		snprintf(part, sizeof(part), "%s a sandbox", span);
		add(text, part);
	}
	if (places_lab_is_full(&c->monitor->registry, lab)) {
		snprintf(part, sizeof(part), "all %" PRId64 " places are taken",
		    lab->sandboxes_max);
		add(text, part);
	}
}

/* "your sandbox is there, 1 hour left, open until 2026-11-23 12:00" */
static void
describe(const struct conn *c, const struct account *a, const struct lab *lab,
    char text[TEXT_SIZE])
{
	const struct seat *s =
	    seat_find(&c->monitor->registry, c->account, lab->name);
	char part[HOURS_TEXT_SIZE + 16], when[HOURS_TEXT_SIZE];

	text[0] = '\0';
	if (hours_are_closed(lab, (int64_t)time(NULL), when)) {
		add(text, when);
		return;
	}
	if (s != NULL)
		add_sandbox(c, s, text);
	else if (drain_is_on(&c->monitor->drain))
		add(text, "not now: this gateway goes down for maintenance");
	else
		add_limits(c, a, lab, text);
	if (lab->until != 0) {
		hours_text(lab->until + (s == NULL ? 0 : s->more_open), when);
		snprintf(part, sizeof(part), "open until %s", when);
		add(text, part);
	}
}

static uint32_t
send_those(struct conn *c, bool hidden)
{
	const struct config *cf = c->monitor->config;
	const struct account *a = accounts_of(c);
	uint32_t count = 0;
	struct msg row;

	for (size_t i = 0; i < cf->lab_count; i++) {
		const struct lab *lab = &cf->labs[i];

		if (!policy_may_enter(a, lab) || (lab->hidden != 0) != hidden)
			continue;
		MSG_NEW(&row, LAB, lab);
		text_copy(row.lab.lab, NAME_SIZE, lab->name);
		text_copy(row.lab.title, TEXT_SIZE, lab->title);
		describe(c, a, lab, row.lab.state);
		row.lab.hidden = hidden;
		row.lab.is_staff = policy_is_staff(a, lab);
		link_send(c->link, &row);
		count++;
	}
	return count;
}

/* Hidden labs are sent too, behind the others: ssh account+lab@host opens one,
 * but the menu does not show it. */
void
lablist_send(struct conn *c)
{
	struct msg end;

	MSG_NEW(&end, LABS_END, labs_end);
	end.labs_end.count = send_those(c, false);
	end.labs_end.count += send_those(c, true);
	link_send(c->link, &end);
}
