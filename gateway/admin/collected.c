/* collected.c - work that was collected when its time was over. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/admin/account/csvtext.h"
#include "gateway/admin/argument.h"
#include "gateway/admin/json.h"
#include "gateway/admin/print.h"
#include "gateway/admin/queries.h"
#include "gateway/base/array.h"
#include "gateway/base/escape.h"

static int
request_collected(struct msg *m, const char *argument, struct err *e)
{
	MSG_NEW(m, ADMIN_COLLECTED, admin_collected);
	if (argument == NULL)
		return 0;
	if (argument_lab(argument, e) == -1)
		return -1;
	text_copy(m->admin_collected.lab, NAME_SIZE, argument);
	return 0;
}

static const char *
state_word(const struct msg_gathered *g)
{
	static const char *const words[] = { "begun", "collected", "lost" };

	return g->state < COUNT_OF(words) ? words[g->state] : "unknown";
}

static void
points_text(char to[SHORT_TEXT_SIZE], const struct msg_gathered *g)
{
	snprintf(to, SHORT_TEXT_SIZE, "%" PRIu32 "/%" PRIu32, g->points,
	    g->most);
	if (g->state != 1 || g->most == 0)
		text_copy(to, SHORT_TEXT_SIZE, "-");
}

static void
show(FILE *out, struct answer *a)
{
	char begun[SHORT_TEXT_SIZE], points[SHORT_TEXT_SIZE];
	char size[SHORT_TEXT_SIZE], safe[4 * TEXT_SIZE];

	fprintf(out, "%-9s  %-19s  %9s  %6s  %s\n", "STATE", "TIME", "POINTS",
	    "SIZE", "FILE");
	for (size_t i = 0; i < a->gathered_count; i++) {
		const struct msg_gathered *g = &a->gathered[i];

		local_time_text(begun, g->begun);
		points_text(points, g);
		size_text(size, g->size);
		fprintf(out, "%-9s  %-19s  %9s  %6s  ", state_word(g), begun,
		    points, g->state == 1 ? size : "-");
		text_escape(safe, sizeof(safe),
		    g->state == 1 ? g->file : g->text);
		if (g->state == 1)
			fprintf(out, "%s\n", safe);
		else
			fprintf(out, "%s+%s%s%s\n", g->account, g->lab,
			    safe[0] == '\0' ? "" : ": ", safe);
	}
}

/* --- JSON, CSV ------------------------------------------------------------------ */

static void
json_row(FILE *out, const struct msg_gathered *g)
{
	char when[SHORT_TEXT_SIZE];

	json_member_text(out, "{", "account", g->account);
	json_member_text(out, ",", "lab", g->lab);
	utc_time_text(when, g->begun);
	json_member_text(out, ",", "time", when);
	json_member_text(out, ",", "state", state_word(g));
	json_member_text(out, ",", "text", g->text);
	json_member_number(out, ",", "points", g->points);
	json_member_number(out, ",", "most", g->most);
	json_member_text(out, ",", "file", g->file);
	json_member_number(out, ",", "bytes", g->size);
	json_member_text(out, ",", "sha256", g->sha256);
	fputc('}', out);
}

static void
show_json(FILE *out, struct answer *a)
{
	fputc('[', out);
	for (size_t i = 0; i < a->gathered_count; i++) {
		fputs(i == 0 ? "\n" : ",\n", out);
		json_row(out, &a->gathered[i]);
	}
	fputs(a->gathered_count == 0 ? "]\n" : "\n]\n", out);
}

static void
show_csv(FILE *out, struct answer *a)
{
	char when[SHORT_TEXT_SIZE];

	fputs("account,lab,time,state,points,most,file,bytes,sha256\r\n", out);
	for (size_t i = 0; i < a->gathered_count; i++) {
		const struct msg_gathered *g = &a->gathered[i];

		csvtext(out, g->account);
		fputc(',', out);
		csvtext(out, g->lab);
		utc_time_text(when, g->begun);
		fprintf(out, ",%s,%s,%" PRIu32 ",%" PRIu32 ",", when,
		    state_word(g), g->points, g->most);
		csvtext(out, g->file);
		fprintf(out, ",%" PRIu64 ",", g->size);
		csvtext(out, g->sha256);
		fputs("\r\n", out);
	}
}

const struct query collected_query = { request_collected, show, show_json,
	show_csv };
