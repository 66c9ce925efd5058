/* stuck.c - who is there and gained nothing, for how long. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/admin/account/csvtext.h"
#include "gateway/admin/argument.h"
#include "gateway/admin/json.h"
#include "gateway/admin/print.h"
#include "gateway/admin/queries.h"
#include "gateway/base/utf8.h"

#define US_PER_SECOND UINT64_C(1000000)

static int
request_stuck(struct msg *m, const char *argument, struct err *e)
{
	MSG_NEW(m, ADMIN_STUCK, admin_stuck);
	if (argument == NULL)
		return 0;
	if (argument_lab(argument, e) == -1)
		return -1;
	text_copy(m->admin_stuck.lab, NAME_SIZE, argument);
	return 0;
}

/* Raised hands first, in their order; then who gained nothing for the longest. */
static int
compare(const void *left, const void *right)
{
	const struct msg_stuck *l = left, *r = right;
	int by_lab = strcmp(l->lab, r->lab);

	/* One that is down is the latest. */
	if (l->hand != r->hand)
		return l->hand - 1 < r->hand - 1 ? -1 : 1;
	if (l->seconds != r->seconds)
		return l->seconds > r->seconds ? -1 : 1;
	return by_lab != 0 ? by_lab : strcmp(l->account, r->account);
}

static void
sort(struct answer *a)
{
	if (a->stuck_count > 0) /* qsort(3) takes no NULL */
		qsort(a->stuck, a->stuck_count, sizeof(a->stuck[0]), compare);
}

static void
points_text(char to[SHORT_TEXT_SIZE], uint32_t points, uint32_t most)
{
	snprintf(to, SHORT_TEXT_SIZE, "%" PRIu32 "/%" PRIu32, points, most);
	if (most == 0)
		text_copy(to, SHORT_TEXT_SIZE, "-");
}

static void
hand_span(char to[SHORT_TEXT_SIZE], uint64_t hand)
{
	uint64_t now = (uint64_t)time(NULL);

	duration_text(to, now > hand ? (now - hand) * US_PER_SECOND : 0);
	if (hand == 0)
		text_copy(to, SHORT_TEXT_SIZE, "-");
}

static void
show_row(FILE *out, const struct msg_stuck *s, int width)
{
	char hand[SHORT_TEXT_SIZE], span[SHORT_TEXT_SIZE];
	char points[SHORT_TEXT_SIZE], lacks[SHORT_TEXT_SIZE];
	char step[4 * TEXT_SIZE], copied[4 * TEXT_SIZE];
	int used = fprintf(out, "%s+%s", s->account, s->lab);

	hand_span(hand, s->hand);
	duration_text(span, s->seconds * US_PER_SECOND);
	points_text(points, s->points, s->most);
	points_text(lacks, s->step_points, s->step_most);
	utf8_printable(step, sizeof(step), s->step);
	utf8_printable(copied, sizeof(copied), s->copied);
	fprintf(out, "%*s  %7s  %11s  %9s  %s%s%s",
	    used < width ? width - used : 0, "", hand, span, points, lacks,
	    step[0] == '\0' ? "" : " ", step);
	if (copied[0] != '\0')
		fprintf(out, " (copied from %s)", copied);
	fputc('\n', out);
}

static void
show_stuck(FILE *out, struct answer *a)
{
	int width = (int)strlen("SEAT");

	sort(a);
	for (size_t i = 0; i < a->stuck_count; i++) {
		int n = (int)(strlen(a->stuck[i].account) + 1 +
			      strlen(a->stuck[i].lab));

		width = n > width ? n : width;
	}
	fprintf(out, "%-*s  %7s  %11s  %9s  %s\n", width, "SEAT", "HAND UP",
	    "NO GAIN FOR", "BEST", "FIRST STEP THAT LACKS POINTS");
	for (size_t i = 0; i < a->stuck_count; i++)
		show_row(out, &a->stuck[i], width);
	if (a->end.text[0] != '\0')
		print_line(out, a->end.text);
}

static void
show_stuck_json(FILE *out, struct answer *a)
{
	char seat[2 * NAME_SIZE], when[SHORT_TEXT_SIZE];

	sort(a);
	fputc('[', out);
	for (size_t i = 0; i < a->stuck_count; i++) {
		const struct msg_stuck *s = &a->stuck[i];

		snprintf(seat, sizeof(seat), "%s+%s", s->account, s->lab);
		fputs(i == 0 ? "\n" : ",\n", out);
		json_member_text(out, "{", "seat", seat);
		json_member_text(out, ",", "account", s->account);
		json_member_text(out, ",", "lab", s->lab);
		json_member_number(out, ",", "seconds", s->seconds);
		json_member_number(out, ",", "best_points", s->points);
		json_member_number(out, ",", "best_most", s->most);
		json_member_text(out, ",", "step", s->step);
		json_member_number(out, ",", "step_points", s->step_points);
		json_member_number(out, ",", "step_most", s->step_most);
		utc_time_text(when, s->hand);
		json_member_text(out, ",", "hand", s->hand == 0 ? "" : when);
		json_member_text(out, ",", "hand_text", s->hand_text);
		json_member_words(out, ",", "copied_from", s->copied);
		fputc('}', out);
	}
	fputs(a->stuck_count == 0 ? "]\n" : "\n]\n", out);
}

static void
show_stuck_csv(FILE *out, struct answer *a)
{
	char when[SHORT_TEXT_SIZE];

	sort(a);
	fputs("account,lab,seconds,best_points,best_most,step,step_points,"
	      "step_most,hand,hand_text,copied_from\r\n",
	    out);
	for (size_t i = 0; i < a->stuck_count; i++) {
		const struct msg_stuck *s = &a->stuck[i];

		csvtext(out, s->account);
		fputc(',', out);
		csvtext(out, s->lab);
		fprintf(out, ",%" PRIu64 ",%" PRIu32 ",%" PRIu32 ",",
		    s->seconds, s->points, s->most);
		csvtext(out, s->step);
		utc_time_text(when, s->hand);
		fprintf(out, ",%" PRIu32 ",%" PRIu32 ",%s,", s->step_points,
		    s->step_most, s->hand == 0 ? "" : when);
		csvtext(out, s->hand_text);
		fputc(',', out);
		csvtext(out, s->copied);
		fputs("\r\n", out);
	}
}

const struct query stuck_query = { request_stuck, show_stuck, show_stuck_json,
	show_stuck_csv };
