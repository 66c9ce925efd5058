/* results_print.c - the results of a lab's checks. */
#include "gateway/admin/results_print.h"

#include <inttypes.h>
#include <string.h>

#include "gateway/admin/account/csvtext.h"
#include "gateway/admin/json.h"
#include "gateway/admin/print.h"
#include "gateway/base/utf8.h"

static void
points_text(char to[SHORT_TEXT_SIZE], uint32_t points, uint32_t most)
{
	snprintf(to, SHORT_TEXT_SIZE, "%" PRIu32 "/%" PRIu32, points, most);
}

void
print_results(FILE *out, const struct msg_result *results, size_t count)
{
	char last[SHORT_TEXT_SIZE], best[SHORT_TEXT_SIZE];
	char when[SHORT_TEXT_SIZE];
	char copied[4 * TEXT_SIZE];
	int width = (int)strlen("ACCOUNT");
	bool has_copied = false;

	for (size_t i = 0; i < count; i++) {
		has_copied |= results[i].copied[0] != '\0';
		if ((int)strlen(results[i].account) > width)
			width = (int)strlen(results[i].account);
	}
	fprintf(out, "%-*s  %9s  %9s  %7s  %s\n", width, "ACCOUNT", "LAST",
	    "BEST", "CHECKS",
	    has_copied ? "CHECKED              COPIED FROM" : "CHECKED");
	for (size_t i = 0; i < count; i++) {
		const struct msg_result *r = &results[i];

		points_text(last, r->points, r->most);
		points_text(best, r->best_points, r->best_most);
		local_time_text(when, r->time);
		utf8_printable(copied, sizeof(copied), r->copied);
		fprintf(out, "%-*s  %9s  %9s  %7" PRIu64 "  %s%s%s\n", width,
		    r->account, last, best, r->tries, when,
		    copied[0] == '\0' ? "" : "  ", copied);
	}
}

/* --- JSON ------------------------------------------------------------------- */

static void
json_result(FILE *out, const struct msg_result *r)
{
	char when[SHORT_TEXT_SIZE];

	json_member_text(out, "{", "account", r->account);
	json_member_text(out, ",", "lab", r->lab);
	json_member_number(out, ",", "points", r->points);
	json_member_number(out, ",", "most", r->most);
	utc_time_text(when, r->time);
	json_member_text(out, ",", "time", when);
	json_member_number(out, ",", "best_points", r->best_points);
	json_member_number(out, ",", "best_most", r->best_most);
	utc_time_text(when, r->best_time);
	json_member_text(out, ",", "best_time", when);
	json_member_number(out, ",", "checks", r->tries);
	json_member_text(out, ",", "text", r->text);
	json_member_words(out, ",", "copied_from", r->copied);
	fputc('}', out);
}

void
json_results(FILE *out, const struct msg_result *results, size_t count)
{
	fputc('[', out);
	for (size_t i = 0; i < count; i++) {
		fputs(i == 0 ? "\n" : ",\n", out);
		json_result(out, &results[i]);
	}
	fputs(count == 0 ? "]\n" : "\n]\n", out);
}

/* --- CSV -------------------------------------------------------------------- */

/* Lines end with CRLF (RFC 4180 section 2).  A text is whatever the check
 * printed, so csvtext() makes it harmless to a spreadsheet. */
void
csv_results(FILE *out, const struct msg_result *results, size_t count)
{
	char last[SHORT_TEXT_SIZE], best[SHORT_TEXT_SIZE];

	fputs("account,lab,points,most,time,best_points,best_most,best_time,"
	      "checks,text,copied_from\r\n",
	    out);
	for (size_t i = 0; i < count; i++) {
		const struct msg_result *r = &results[i];

		utc_time_text(last, r->time);
		utc_time_text(best, r->best_time);
		csvtext(out, r->account);
		fputc(',', out);
		csvtext(out, r->lab);
		fprintf(out,
		    ",%" PRIu32 ",%" PRIu32 ",%s,%" PRIu32 ",%" PRIu32
		    ",%s,%" PRIu64 ",",
		    r->points, r->most, last, r->best_points, r->best_most,
		    best, r->tries);
		csvtext(out, r->text);
		fputc(',', out);
		csvtext(out, r->copied);
		fputs("\r\n", out);
	}
}
