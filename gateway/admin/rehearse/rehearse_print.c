/* rehearse_print.c - what a rehearsal came to, as a table or JSON. */
#include "gateway/admin/rehearse/rehearse_print.h"

#include <inttypes.h>

#include "gateway/admin/json.h"
#include "gateway/admin/print.h"
#include "gateway/base/array.h"

#define MEASURES 6

/* In the order in which a student meets them. */
static void
list_measures(const struct outcome *o, const char *names[MEASURES],
    const struct measure *all[MEASURES])
{
	const struct {
		const char *name;
		const struct measure *m;
	} rows[MEASURES] = {
		{ "login", &o->login },
		{ "first output", &o->first },
		{ "prompt", &o->prompt },
		{ "prompt again", &o->again },
		{ "queue", &o->queue },
		{ "key to echo", &o->echo },
	};

	for (size_t i = 0; i < MEASURES; i++) {
		names[i] = rows[i].name;
		all[i] = rows[i].m;
	}
}

/* --- for people ---------------------------------------------------------------- */

static void
time_text(char to[SHORT_TEXT_SIZE], double ms)
{
	if (ms < 1000)
		snprintf(to, SHORT_TEXT_SIZE, "%.1fms", ms);
	else
		duration_text(to, (uint64_t)(ms * 1000));
}

static void
print_measure(FILE *out, const char *name, const struct measure *m)
{
	char p50[SHORT_TEXT_SIZE], p99[SHORT_TEXT_SIZE], max[SHORT_TEXT_SIZE];

	if (m->count == 0) {
		fprintf(out, "%-14s %8s %8s %8s %8d\n", name, "-", "-", "-", 0);
		return;
	}
	time_text(p50, m->p50);
	time_text(p99, m->p99);
	time_text(max, m->max);
	fprintf(out, "%-14s %8s %8s %8s %8.0f\n", name, p50, p99, max,
	    m->count);
}

static void
print_people(FILE *out, const struct outcome *o)
{
	fprintf(out,
	    "lab %s: %.0f of %u students came, %.0f were at a prompt\n", o->lab,
	    o->came, o->students, o->prompt.count);
	fprintf(out,
	    "%.0f came back after a cut, %.0f to what they had left%s\n",
	    o->again.count, o->reattached,
	    o->has_reattach ? "" : " (the lab does not keep terminals)");
	if (o->solved + o->unsolved > 0)
		fprintf(out, "%.0f solved the lab, %.0f could not\n", o->solved,
		    o->unsolved);
	fputc('\n', out);
}

static void
print_used(FILE *out, const struct outcome *o)
{
	char used[SHORT_TEXT_SIZE], may[SHORT_TEXT_SIZE];

	size_text(used, o->memory);
	size_text(may, o->lab_memory);
	fprintf(out, "\nsandboxes      %" PRIu32 " at a time, of %" PRIu32 "\n",
	    o->sandboxes, o->sandboxes_max);
	fprintf(out,
	    "one of them    %s of %s, %" PRIu32 " of %" PRIu32
	    " processes, at most\n",
	    used, may, o->pids, o->lab_pids);
	size_text(used, o->host.memory_least);
	size_text(may, o->host.memory);
	fprintf(out,
	    "host           %s of %s left; processor above 90 %% in"
	    " %u of %u looks\n",
	    used, may, o->host.busy, o->host.looks);
}

static void
print_findings(FILE *out, const struct outcome *o)
{
	if (o->finding_count == 0) {
		fputs("\nnothing gave out\n", out);
		return;
	}
	fputs("\nwhat gave out, the first first:\n", out);
	for (size_t i = 0; i < o->finding_count; i++) {
		const struct finding *f = &o->findings[i];

		fprintf(out, "%7.1fs  ", f->first_s);
		print_line(out, f->what);
		fprintf(out, "%8s  set: ", "");
		print_line(out, f->cure);
	}
}

void
rehearse_print(FILE *out, const struct outcome *o)
{
	const struct measure *all[MEASURES];
	const char *names[MEASURES];

	if (o->is_cut_short)
		fputs("cut short: this is what was seen until then\n", out);
	print_people(out, o);
	fprintf(out, "%-14s %8s %8s %8s %8s\n", "", "half in", "99% in",
	    "slowest", "count");
	list_measures(o, names, all);
	for (size_t i = 0; i < MEASURES; i++)
		print_measure(out, names[i], all[i]);
	fprintf(out, "%-14s %35.0f\n", "refused", o->refused);
	print_used(out, o);
	print_findings(out, o);
}

/* --- for scripts ---------------------------------------------------------------- */

static void
json_measures(FILE *out, const struct outcome *o)
{
	static const char *const keys[MEASURES] = { "login", "first_output",
		"prompt", "prompt_again", "queue", "echo" };
	const struct measure *all[MEASURES];
	const char *names[MEASURES];

	list_measures(o, names, all);
	for (size_t i = 0; i < MEASURES; i++)
		fprintf(out,
		    ",\"%s\":{\"count\":%.0f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,"
		    "\"max_ms\":%.3f}",
		    keys[i], all[i]->count, all[i]->p50, all[i]->p99,
		    all[i]->max);
}

static void
json_findings(FILE *out, const struct outcome *o)
{
	fputs(",\"refusals\":[", out);
	for (size_t i = 0; i < o->refusal_count; i++) {
		fputs(i == 0 ? "" : ",", out);
		json_member_number(out, "{", "times", o->refusals[i].times);
		fprintf(out, ",\"first_s\":%.1f", o->refusals[i].first_s);
		json_member_text(out, ",", "reason", o->refusals[i].text);
		fputc('}', out);
	}
	fputs("],\"gave_out\":[", out);
	for (size_t i = 0; i < o->finding_count; i++) {
		fprintf(out, "%s{\"first_s\":%.1f", i == 0 ? "" : ",",
		    o->findings[i].first_s);
		json_member_text(out, ",", "what", o->findings[i].what);
		json_member_text(out, ",", "set", o->findings[i].cure);
		fputc('}', out);
	}
	fputc(']', out);
}

void
rehearse_json(FILE *out, const struct outcome *o)
{
	const struct {
		const char *name;
		uint64_t value;
	} numbers[] = {
		{ "students", o->students },
		{ "came", (uint64_t)o->came },
		{ "reattached", (uint64_t)o->reattached },
		{ "solved", (uint64_t)o->solved },
		{ "unsolved", (uint64_t)o->unsolved },
		{ "refused", (uint64_t)o->refused },
		{ "sandboxes", o->sandboxes },
		{ "sandboxes_max", o->sandboxes_max },
		{ "waiting", o->waiting },
		{ "memory", o->memory },
		{ "memory_max", o->lab_memory },
		{ "pids", o->pids },
		{ "pids_max", o->lab_pids },
		{ "host_memory", o->host.memory },
		{ "host_memory_left", o->host.memory_least },
		{ "host_looks", o->host.looks },
		{ "host_busy", o->host.busy },
	};

	json_member_text(out, "{", "lab", o->lab);
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		json_member_number(out, ",", numbers[i].name, numbers[i].value);
	fprintf(out, ",\"minutes\":%.3f,\"cut_short\":%s,\"reattach\":%s",
	    o->minutes, o->is_cut_short ? "true" : "false",
	    o->has_reattach ? "true" : "false");
	json_measures(out, o);
	json_findings(out, o);
	fputs("}\n", out);
}
