/*
 * report_html.c - a report for a browser to show and to print.
 *
 * Every text is escaped: what a hand was for is a student's.  There is no script and
 * nothing of elsewhere, which the page's own policy says once more.
 */
#include "gateway/admin/report/report_print.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "gateway/admin/html.h"
#include "gateway/admin/print.h"
#include "gateway/base/utf8.h"

#define US 1000000

static const char style[] =
    "@page { size: A4; margin: 12mm; }\n"
    "* { box-sizing: border-box; }\n"
    "body { font-family: sans-serif; font-size: 10pt; max-width: 62em;"
    " margin: 1em auto; padding: 0 1em; color: #111; background: #fff; }\n"
    "h1 { font-size: 1.6em; margin: 0; overflow-wrap: anywhere; }\n"
    "h2 { font-size: 1.15em; margin: 1.6em 0 .4em; break-after: avoid; }\n"
    "table { border-collapse: collapse; width: 100%; }\n"
    "thead { display: table-header-group; }\n"
    "tr { break-inside: avoid; }\n"
    "th { text-align: left; border-bottom: 1px solid #111; }\n"
    "th, td { padding: .2em .7em .2em 0; vertical-align: top; }\n"
    "td { border-bottom: 1px solid #ccc; overflow-wrap: anywhere; }\n"
    ".n { text-align: right; font-variant-numeric: tabular-nums;"
    " white-space: nowrap; }\n"
    ".t { white-space: nowrap; }\n"
    ".sums { display: flex; flex-wrap: wrap; gap: .4em 2.2em;"
    " margin: 1em 0; padding: 0; list-style: none; }\n"
    ".sums b { display: block; font-size: 1.5em; }\n"
    ".next li { margin: .3em 0; }\n"
    "svg { width: 100%; height: auto; break-inside: avoid; }\n"
    "svg text { font: 9px sans-serif; fill: #111; }\n"
    "footer { margin-top: 2em; color: #555; font-size: .9em; }\n"
    "@media print { body { max-width: none; margin: 0; padding: 0;"
    " font-size: 8.5pt; } }\n";

#define LONG_NAME 20 /* letters, beyond which a line may end in one */

/* --- pieces ------------------------------------------------------------------ */

static void
put_safe(FILE *out, const char *text)
{
	char safe[4 * TEXT_SIZE];

	utf8_printable(safe, sizeof(safe), text);
	html_text(out, safe);
}

__attribute__((format(printf, 3, 4))) static void
cell(FILE *out, const char *kind, const char *fmt, ...)
{
	char text[TEXT_SIZE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fprintf(out, "<td%s>", kind);
	put_safe(out, text);
	fputs("</td>", out);
}

#define NUMBER " class=\"n\""
#define TIME   " class=\"t\""

static const char *
name_kind(const char *account)
{
	return strlen(account) > LONG_NAME ? "" : TIME;
}

/* Names with a bar before them are of numbers. */
static void
table_begin(FILE *out, const char *const *names, size_t count)
{
	fputs("<table>\n<thead><tr>", out);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "<th%s scope=\"col\">%s</th>",
		    names[i][0] == '|' ? NUMBER : "",
		    names[i] + (names[i][0] == '|'));
	fputs("</tr></thead>\n<tbody>\n", out);
}

static void
table_end(FILE *out)
{
	fputs("</tbody>\n</table>\n", out);
}

#define TABLE(out, ...)                                                        \
	do {                                                                   \
		static const char *const names[] = { __VA_ARGS__ };            \
		table_begin(out, names, sizeof(names) / sizeof(names[0]));     \
	} while (0)

static void
sum_item(FILE *out, const char *number, const char *what)
{
	fprintf(out, "<li><b>%s</b>%s</li>\n", number, what);
}

/* --- parts ------------------------------------------------------------------- */

static void
put_sums(FILE *out, const struct report *r)
{
	const struct report_sum *s = &r->sum;
	char text[SHORT_TEXT_SIZE];

	fputs("<ul class=\"sums\">\n", out);
	snprintf(text, sizeof(text), "%zu", s->student_count);
	sum_item(out, text, "accounts came");
	snprintf(text, sizeof(text), "%zu", r->rows[DIARY_VISIT].count);
	sum_item(out, text, "visits");
	duration_text(text, s->seconds * US);
	sum_item(out, text, "in all");
	snprintf(text, sizeof(text), "%zu", s->at_once);
	sum_item(out, text, "at one time at most");
	snprintf(text, sizeof(text), "%zu", s->waited);
	sum_item(out, text, "waited for a place");
	duration_text(text, s->longest_wait_ms * 1000);
	sum_item(out, text, "was the longest wait");
	snprintf(text, sizeof(text), "%" PRIu64, s->refused);
	sum_item(out, text, "times refused");
	snprintf(text, sizeof(text), "%zu", r->rows[DIARY_HAND].count);
	sum_item(out, text, "hands");
	fputs("</ul>\n", out);
}

static void
put_advice(FILE *out, const struct report_sum *s)
{
	if (s->advice_count == 0)
		return;
	fputs("<h2>Next time</h2>\n<ul class=\"next\">\n", out);
	for (size_t i = 0; i < s->advice_count; i++) {
		fputs("<li>", out);
		put_safe(out, s->advice[i]);
		fputs("</li>\n", out);
	}
	fputs("</ul>\n", out);
}

#define CHART_WIDTH  640
#define CHART_HEIGHT 160
#define CHART_LEFT   30
#define CHART_BELOW  16

/* Points as a line, and who was there as bars behind it. */
static void
put_chart(FILE *out, const struct report_sum *s)
{
	double step =
	    (double)(CHART_WIDTH - CHART_LEFT) / (double)s->moment_count;
	double high = CHART_HEIGHT - CHART_BELOW - 10;

	fprintf(out,
	    "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Points over"
	    " time; the table below has the same\">\n",
	    CHART_WIDTH, CHART_HEIGHT);
	for (size_t i = 0; i < s->moment_count; i++) {
		double h = s->at_once == 0
			       ? 0
			       : high * (double)s->moments[i].present /
				     (double)s->at_once;

		fprintf(out,
		    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\""
		    " fill=\"#ddd\"/>\n",
		    CHART_LEFT + step * (double)i + 2, 10 + high - h, step - 4,
		    h);
	}
	for (int percent = 0; percent <= 100; percent += 50)
		fprintf(out,
		    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\""
		    " stroke=\"#999\"/><text x=\"0\" y=\"%.1f\">%d%%</text>\n",
		    CHART_LEFT, CHART_WIDTH, 10 + high * (100 - percent) / 100,
		    10 + high * (100 - percent) / 100,
		    13 + high * (100 - percent) / 100, percent);
	fputs("<polyline fill=\"none\" stroke=\"#111\" stroke-width=\"2\""
	      " points=\"",
	    out);
	for (size_t i = 0; i < s->moment_count; i++)
		fprintf(out, "%s%.1f,%.1f", i == 0 ? "" : " ",
		    CHART_LEFT + step * ((double)i + 0.5),
		    10 + high * (100 - s->moments[i].percent) / 100);
	fprintf(out,
	    "\"/>\n<text x=\"%d\" y=\"%d\">line: points in the mean; bars:"
	    " present, %zu at most</text>\n</svg>\n",
	    CHART_LEFT, CHART_HEIGHT - 3, s->at_once);
}

static void
put_moments(FILE *out, const struct report_sum *s)
{
	char when[REPORT_TIME_SIZE];

	fputs("<h2>Points over time</h2>\n", out);
	put_chart(out, s);
	TABLE(out, "Time", "|Present", "|With a result", "|Points");
	for (size_t i = 0; i < s->moment_count; i++) {
		const struct report_moment *m = &s->moments[i];

		report_time(when, m->time);
		fputs("<tr>", out);
		cell(out, TIME, "%s", when);
		cell(out, NUMBER, "%zu", m->present);
		cell(out, NUMBER, "%zu", m->checked);
		cell(out, NUMBER, "%u%%", m->percent);
		fputs("</tr>\n", out);
	}
	table_end(out);
}

static void
put_student(FILE *out, const struct report_student *s)
{
	struct report_words w;

	report_words(&w, s);
	fputs("<tr>", out);
	cell(out, name_kind(s->account), "%s", s->account);
	cell(out, TIME, "%s", w.first);
	cell(out, TIME, "%s", w.last);
	cell(out, NUMBER, "%" PRIu64, s->visits);
	cell(out, NUMBER, "%s", w.time);
	cell(out, NUMBER, "%s", w.points);
	cell(out, NUMBER, "%s", w.memory);
	cell(out, "", "%s", w.limits);
	fputs("</tr>\n", out);
}

static void
put_students(FILE *out, const struct report_sum *s)
{
	fputs("<h2>Who came</h2>\n", out);
	TABLE(out, "Account", "Came", "Left", "|Visits", "|Time", "|Points",
	    "|Memory", "Limits met");
	for (size_t i = 0; i < s->student_count; i++)
		put_student(out, &s->students[i]);
	table_end(out);
}

static bool
has_limits(const struct report_sum *s)
{
	for (int i = 0; i < LIMIT_COUNT; i++) {
		if (s->limit_times[i] > 0)
			return true;
	}
	return false;
}

static void
put_limits(FILE *out, const struct report_sum *s)
{
	fputs("<h2>Limits met</h2>\n", out);
	if (!has_limits(s)) {
		fputs("<p>None.</p>\n", out);
		return;
	}
	TABLE(out, "Limit", "|Accounts", "|Times");
	for (int i = 0; i < LIMIT_COUNT; i++) {
		if (s->limit_times[i] == 0)
			continue;
		fputs("<tr>", out);
		cell(out, "", "%s", report_limit_name((enum limit)i));
		cell(out, NUMBER, "%zu", s->limit_students[i]);
		cell(out, NUMBER, "%" PRIu64, s->limit_times[i]);
		fputs("</tr>\n", out);
	}
	table_end(out);
}

static void
put_refusals(FILE *out, const struct report *r)
{
	const struct report_rows *rows = &r->rows[DIARY_REFUSED];
	char when[REPORT_TIME_SIZE], reason[TEXT_SIZE];

	if (rows->count == 0)
		return;
	fputs("<h2>Refused, by the hour</h2>\n", out);
	TABLE(out, "Hour", "Reason", "|Times");
	for (size_t i = 0; i < rows->count; i++) {
		report_time(when, rows->at[i].began);
		report_reason(reason, rows->at[i].text);
		fputs("<tr>", out);
		cell(out, TIME, "%s", when);
		cell(out, "", "%s", reason);
		cell(out, NUMBER, "%" PRIu64, rows->at[i].count);
		fputs("</tr>\n", out);
	}
	table_end(out);
}

static void
put_hands(FILE *out, const struct report *r)
{
	const struct report_rows *rows = &r->rows[DIARY_HAND];
	char when[REPORT_TIME_SIZE], after[SHORT_TEXT_SIZE];

	if (rows->count == 0)
		return;
	fputs("<h2>Hands</h2>\n", out);
	TABLE(out, "Account", "Raised", "What for", "|Down after", "How");
	for (size_t i = 0; i < rows->count; i++) {
		const struct msg_report_row *h = &rows->at[i];

		report_time(when, h->began);
		duration_text(after,
		    h->ended > h->began ? (h->ended - h->began) * US : 0);
		fputs("<tr>", out);
		cell(out, name_kind(h->account), "%s", h->account);
		cell(out, TIME, "%s", when);
		cell(out, "", "%s", h->text);
		cell(out, NUMBER, "%s", after);
		cell(out, "", "%s", h->how);
		fputs("</tr>\n", out);
	}
	table_end(out);
}

static void
put_head(FILE *out, const struct report *r)
{
	char from[REPORT_TIME_SIZE], to[REPORT_TIME_SIZE];

	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	      "<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\""
	      " content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	      "<title>Report of lab ",
	    out);
	put_safe(out, r->lab);
	fprintf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>",
	    style);
	put_safe(out, r->about.title[0] != '\0' ? r->about.title : r->lab);
	fputs("</h1>\n<p>Lab ", out);
	put_safe(out, r->lab);
	if (r->sum.student_count > 0) {
		report_time(from, r->sum.begin);
		report_time(to, r->sum.end);
		fprintf(out, ", %s to %s", from, to);
	}
	fputs("</p>\n", out);
}

void
report_html(FILE *out, const struct report *r)
{
	char now[REPORT_TIME_SIZE];

	put_head(out, r);
	if (r->sum.student_count == 0)
		fputs("<p>Nobody came.</p>\n", out);
	else
		put_sums(out, r);
	put_advice(out, &r->sum);
	if (r->sum.student_count > 0) {
		put_moments(out, &r->sum);
		put_students(out, &r->sum);
		put_limits(out, &r->sum);
	}
	put_refusals(out, r);
	put_hands(out, r);
	report_time(now, (uint64_t)r->now);
	fprintf(out,
	    "<footer>atoll " VERSION ", %s. Memory is what a sandbox used at"
	    " most; points are those of the last check.</footer>\n"
	    "</body>\n</html>\n",
	    now);
}
