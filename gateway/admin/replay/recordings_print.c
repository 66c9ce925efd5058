/* recordings_print.c - the recordings that there are. */
#include "gateway/admin/replay/recordings_print.h"

#include <inttypes.h>
#include <string.h>

#include "gateway/admin/account/csvtext.h"
#include "gateway/admin/json.h"
#include "gateway/admin/print.h"
#include "gateway/base/escape.h"

/* How long it is, as far as its file says. */
static uint64_t
seconds_of(const struct msg_recorded *r)
{
	return r->begun == 0 || r->changed < r->begun ? 0
						      : r->changed - r->begun;
}

void
print_recordings(FILE *out, const struct msg_recorded *rows, size_t count)
{
	char begun[SHORT_TEXT_SIZE], length[SHORT_TEXT_SIZE];
	char size[SHORT_TEXT_SIZE], safe[4 * TEXT_SIZE];

	fprintf(out, "%-19s  %8s  %5s  %s\n", "BEGUN", "LENGTH", "SIZE",
	    "NAME");
	for (size_t i = 0; i < count; i++) {
		const struct msg_recorded *r = &rows[i];

		local_time_text(begun, r->begun);
		duration_text(length, seconds_of(r) * 1000000);
		size_text(size, r->size);
		text_escape(safe, sizeof(safe), r->file);
		fprintf(out, "%-19s  %8s  %5s  %s%s\n", begun, length, size,
		    safe, r->is_written != 0 ? "  (goes on)" : "");
	}
}

/* --- JSON --------------------------------------------------------------------- */

static void
json_recording(FILE *out, const struct msg_recorded *r)
{
	char when[SHORT_TEXT_SIZE];

	json_member_text(out, "{", "name", r->file);
	json_member_text(out, ",", "account", r->account);
	json_member_text(out, ",", "lab", r->lab);
	utc_time_text(when, r->begun);
	json_member_text(out, ",", "begun", when);
	json_member_number(out, ",", "seconds", seconds_of(r));
	json_member_number(out, ",", "bytes", r->size);
	json_member_number(out, ",", "goes_on", r->is_written);
	fputc('}', out);
}

void
json_recordings(FILE *out, const struct msg_recorded *rows, size_t count)
{
	fputc('[', out);
	for (size_t i = 0; i < count; i++) {
		fputs(i == 0 ? "\n" : ",\n", out);
		json_recording(out, &rows[i]);
	}
	fputs(count == 0 ? "]\n" : "\n]\n", out);
}

/* --- CSV ---------------------------------------------------------------------- */

void
csv_recordings(FILE *out, const struct msg_recorded *rows, size_t count)
{
	char begun[SHORT_TEXT_SIZE];

	fputs("name,account,lab,begun,seconds,bytes,goes_on\r\n", out);
	for (size_t i = 0; i < count; i++) {
		const struct msg_recorded *r = &rows[i];

		csvtext(out, r->file);
		fputc(',', out);
		csvtext(out, r->account);
		fputc(',', out);
		csvtext(out, r->lab);
		utc_time_text(begun, r->begun);
		fprintf(out, ",%s,%" PRIu64 ",%" PRIu64 ",%" PRIu32 "\r\n",
		    begun, seconds_of(r), r->size, r->is_written);
	}
}
