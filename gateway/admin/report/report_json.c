/* report_json.c - a report for scripts. */
#include "gateway/admin/report/report_print.h"

#include <inttypes.h>

#include "gateway/admin/json.h"
#include "gateway/admin/print.h"

static void
member_time(FILE *out, const char *before, const char *name, uint64_t seconds)
{
	char text[SHORT_TEXT_SIZE];

	if (seconds == 0) {
		fprintf(out, "%s\"%s\":null", before, name);
		return;
	}
	utc_time_text(text, seconds);
	json_member_text(out, before, name, text);
}

static void
member_limits(FILE *out, const uint64_t limits[LIMIT_COUNT])
{
	fputs(",\"limits\":", out);
	for (int i = 0; i < LIMIT_COUNT; i++)
		json_member_number(out, i == 0 ? "{" : ",",
		    report_limit_name((enum limit)i), limits[i]);
	fputc('}', out);
}

static void
put_student(FILE *out, const struct report_student *s)
{
	json_member_text(out, "{", "account", s->account);
	member_time(out, ",", "first", s->first);
	member_time(out, ",", "last", s->last);
	json_member_number(out, ",", "visits", s->visits);
	json_member_number(out, ",", "seconds", s->seconds);
	json_member_number(out, ",", "memory_bytes", s->memory);
	json_member_number(out, ",", "points", s->points);
	json_member_number(out, ",", "most", s->most);
	json_member_number(out, ",", "hands", s->hands);
	member_limits(out, s->limits);
	fputc('}', out);
}

static void
put_visit(FILE *out, const struct msg_report_row *v)
{
	uint64_t limits[LIMIT_COUNT];

	for (size_t i = 0; i < LIMIT_COUNT; i++)
		limits[i] = report_number(v, VISIT_LIMITS + i);
	json_member_text(out, "{", "account", v->account);
	member_time(out, ",", "began", v->began);
	member_time(out, ",", "ended", v->ended);
	json_member_number(out, ",", "waited_ms",
	    report_number(v, VISIT_QUEUE_MS));
	json_member_number(out, ",", "memory_bytes",
	    report_number(v, VISIT_MEMORY));
	json_member_number(out, ",", "memory_max_bytes",
	    report_number(v, VISIT_MEMORY_MAX));
	json_member_number(out, ",", "cpu_us", report_number(v, VISIT_CPU_US));
	member_limits(out, limits);
	fputc('}', out);
}

static void
put_points(FILE *out, const struct msg_report_row *p)
{
	json_member_text(out, "{", "account", p->account);
	member_time(out, ",", "time", p->began);
	json_member_number(out, ",", "points", report_number(p, 0));
	json_member_number(out, ",", "most", report_number(p, 1));
	fputc('}', out);
}

static void
put_refused(FILE *out, const struct msg_report_row *row)
{
	member_time(out, "{", "hour", row->began);
	json_member_text(out, ",", "reason", row->text);
	json_member_number(out, ",", "count", row->count);
	fputc('}', out);
}

static void
put_hand(FILE *out, const struct msg_report_row *h)
{
	json_member_text(out, "{", "account", h->account);
	member_time(out, ",", "raised", h->began);
	member_time(out, ",", "lowered", h->ended);
	json_member_text(out, ",", "text", h->text);
	json_member_text(out, ",", "how", h->how);
	fputc('}', out);
}

static void
put_rows(FILE *out, const struct report *r, enum diary_what what)
{
	static const struct {
		const char *name;
		void (*put)(FILE *out, const struct msg_report_row *row);
	} arrays[DIARY_WHATS] = {
		[DIARY_VISIT] = { "visits", put_visit },
		[DIARY_POINTS] = { "points", put_points },
		[DIARY_REFUSED] = { "refused", put_refused },
		[DIARY_HAND] = { "hands", put_hand },
	};
	const struct report_rows *rows = &r->rows[what];

	fprintf(out, ",\n\"%s\":[", arrays[what].name);
	for (size_t i = 0; i < rows->count; i++) {
		fputs(i == 0 ? "\n" : ",\n", out);
		arrays[what].put(out, &rows->at[i]);
	}
	fputc(']', out);
}

static void
put_moment(FILE *out, const struct report_moment *m)
{
	member_time(out, "{", "time", m->time);
	json_member_number(out, ",", "present", m->present);
	json_member_number(out, ",", "checked", m->checked);
	json_member_number(out, ",", "percent", m->percent);
	fputc('}', out);
}

void
report_json(FILE *out, const struct report *r)
{
	const struct report_sum *s = &r->sum;

	json_member_text(out, "{", "lab", r->lab);
	json_member_text(out, ",", "title", r->about.title);
	member_time(out, ",", "since", (uint64_t)r->since);
	member_time(out, ",", "begin", s->begin);
	member_time(out, ",", "end", s->end);
	json_member_number(out, ",", "at_once", s->at_once);
	json_member_number(out, ",", "seconds", s->seconds);
	json_member_number(out, ",", "memory_bytes", s->memory);
	json_member_number(out, ",", "memory_max_bytes", s->memory_max);
	json_member_number(out, ",", "waited", s->waited);
	json_member_number(out, ",", "longest_wait_ms", s->longest_wait_ms);
	json_member_number(out, ",", "gave_up", s->gave_up);
	fputs(",\n\"students\":[", out);
	for (size_t i = 0; i < s->student_count; i++) {
		fputs(i == 0 ? "\n" : ",\n", out);
		put_student(out, &s->students[i]);
	}
	fputs("],\n\"moments\":[", out);
	for (size_t i = 0; i < s->moment_count; i++) {
		fputs(i == 0 ? "\n" : ",\n", out);
		put_moment(out, &s->moments[i]);
	}
	fputc(']', out);
	for (unsigned what = 0; what < DIARY_WHATS; what++)
		put_rows(out, r, (enum diary_what)what);
	fputs(",\n\"advice\":[", out);
	for (size_t i = 0; i < s->advice_count; i++) {
		fputs(i == 0 ? "\n" : ",\n", out);
		json_string(out, s->advice[i]);
	}
	fputs("]}\n", out);
}
