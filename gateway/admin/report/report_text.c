/* report_text.c - a report for people. */
#include "gateway/admin/report/report_print.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "gateway/admin/print.h"
#include "gateway/base/utf8.h"

#define US 1000000

void
report_time(char to[REPORT_TIME_SIZE], uint64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(to, REPORT_TIME_SIZE, "%Y-%m-%d %H:%M %Z", &tm) == 0)
		strcpy(to, "?");
}

void
report_limits(char to[TEXT_SIZE], const uint64_t limits[LIMIT_COUNT])
{
	size_t at = 0;

	to[0] = '\0';
	for (int i = 0; i < LIMIT_COUNT; i++) {
		if (limits[i] > 0)
			at += (size_t)snprintf(to + at, TEXT_SIZE - at,
			    "%s%s %" PRIu64, at == 0 ? "" : ", ",
			    report_limit_name((enum limit)i), limits[i]);
	}
}

static void
print_safe(FILE *out, const char *text)
{
	char safe[4 * TEXT_SIZE];

	utf8_printable(safe, sizeof(safe), text);
	fputs(safe, out);
}

static void
print_head(FILE *out, const struct report *r)
{
	char from[REPORT_TIME_SIZE], to[REPORT_TIME_SIZE];

	fprintf(out, "lab %s", r->lab);
	if (r->about.title[0] != '\0') {
		fputs(": ", out);
		print_safe(out, r->about.title);
	}
	fputc('\n', out);
	if (r->sum.student_count == 0)
		return;
	report_time(from, r->sum.begin);
	report_time(to, r->sum.end);
	fprintf(out, "%s to %s\n", from, to);
}

void
report_words(struct report_words *w, const struct report_student *s)
{
	*w = (struct report_words){ .last = "is here" };
	report_time(w->first, s->first);
	if (s->last != 0)
		report_time(w->last, s->last);
	duration_text(w->time, s->seconds * US);
	if (s->memory != 0)
		size_text(w->memory, s->memory);
	if (s->most != 0)
		snprintf(w->points, sizeof(w->points), "%" PRIu64 "/%" PRIu64,
		    s->points, s->most);
	report_limits(w->limits, s->limits);
}

static const char *
or_dash(const char *text)
{
	return text[0] == '\0' ? "-" : text;
}

static void
print_student(FILE *out, const struct report_student *s)
{
	struct report_words w;

	report_words(&w, s);
	fprintf(out,
	    "  %-16s  %-21s  %-21s  %6" PRIu64 "  %8s  %7s  %6s  %5" PRIu64
	    "%s%s\n",
	    s->account, w.first, w.last, s->visits, w.time, or_dash(w.points),
	    or_dash(w.memory), s->hands, w.limits[0] == '\0' ? "" : "  ",
	    w.limits);
}

static void
print_students(FILE *out, const struct report *r)
{
	const struct report_sum *s = &r->sum;
	char all[SHORT_TEXT_SIZE], when[REPORT_TIME_SIZE];

	duration_text(all, s->seconds * US);
	report_time(when, s->at_once_time);
	fprintf(out,
	    "\nWho came: %zu account%s, %zu visit%s, %s in all; %zu at one time"
	    " at most (%s)\n",
	    s->student_count, s->student_count == 1 ? "" : "s",
	    r->rows[DIARY_VISIT].count,
	    r->rows[DIARY_VISIT].count == 1 ? "" : "s", all, s->at_once, when);
	fprintf(out, "  %-16s  %-21s  %-21s  %6s  %8s  %7s  %6s  %5s  %s\n",
	    "ACCOUNT", "CAME", "LEFT", "VISITS", "TIME", "POINTS", "MEMORY",
	    "HANDS", "LIMITS MET");
	for (size_t i = 0; i < s->student_count; i++)
		print_student(out, &s->students[i]);
}

static void
print_moments(FILE *out, const struct report_sum *s)
{
	char when[REPORT_TIME_SIZE];

	fputs("\nPoints over time\n  TIME                   PRESENT  CHECKED "
	      " POINTS\n",
	    out);
	for (size_t i = 0; i < s->moment_count; i++) {
		const struct report_moment *m = &s->moments[i];

		report_time(when, m->time);
		fprintf(out, "  %-21s  %7zu  %7zu  %5u%%\n", when, m->present,
		    m->checked, m->percent);
	}
}

static void
print_refusals(FILE *out, const struct report *r)
{
	const struct report_rows *rows = &r->rows[DIARY_REFUSED];
	char when[REPORT_TIME_SIZE], reason[TEXT_SIZE];

	if (rows->count == 0)
		return;
	fputs("\nRefused, by the hour\n", out);
	for (size_t i = 0; i < rows->count; i++) {
		report_time(when, rows->at[i].began);
		report_reason(reason, rows->at[i].text);
		fprintf(out, "  %-21s  %6" PRIu64 "  ", when,
		    rows->at[i].count);
		print_safe(out, reason);
		fputc('\n', out);
	}
}

static void
print_waits(FILE *out, const struct report_sum *s)
{
	char longest[SHORT_TEXT_SIZE];

	if (s->waited == 0 && s->gave_up == 0)
		return;
	duration_text(longest, s->longest_wait_ms * 1000);
	fprintf(out,
	    "\nWaits in line: %zu waited for a place, the longest %s;"
	    " %" PRIu64 " gave up\n",
	    s->waited, longest, s->gave_up);
}

static void
print_hands(FILE *out, const struct report *r)
{
	const struct report_rows *rows = &r->rows[DIARY_HAND];
	char when[REPORT_TIME_SIZE], after[SHORT_TEXT_SIZE];

	if (rows->count == 0)
		return;
	fputs("\nHands\n", out);
	for (size_t i = 0; i < rows->count; i++) {
		const struct msg_report_row *h = &rows->at[i];

		report_time(when, h->began);
		duration_text(after,
		    h->ended > h->began ? (h->ended - h->began) * US : 0);
		fprintf(out, "  %-16s  %s\n    ", h->account, when);
		print_safe(out, h->text);
		fprintf(out, "\n    down after %s: ", after);
		print_safe(out, h->how);
		fputc('\n', out);
	}
}

void
report_text(FILE *out, const struct report *r)
{
	print_head(out, r);
	if (r->sum.student_count > 0) {
		print_students(out, r);
		print_moments(out, &r->sum);
	} else {
		fputs("\nNobody came.\n", out);
	}
	print_refusals(out, r);
	print_waits(out, &r->sum);
	print_hands(out, r);
	if (r->sum.advice_count > 0)
		fputs("\nNext time\n", out);
	for (size_t i = 0; i < r->sum.advice_count; i++)
		fprintf(out, "  %s\n", r->sum.advice[i]);
}
