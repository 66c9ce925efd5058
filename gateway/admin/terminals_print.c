/* terminals_print.c - the terminals of a seat, for people and for scripts. */
#include "gateway/admin/terminals_print.h"

#include <inttypes.h>
#include <string.h>

#include "gateway/admin/json.h"
#include "gateway/admin/print.h"
#include "gateway/base/escape.h"

static const char *
state_name(uint32_t state)
{
	static const char *const names[TOLD_COUNT] = {
		[TOLD_ATTACHED] = "attached",
		[TOLD_WAITING] = "waiting",
		[TOLD_ENDED] = "ended",
	};

	return state < TOLD_COUNT ? names[state] : "unknown";
}

static void
size_of(const struct msg_seat_terminal *t, char to[SHORT_TEXT_SIZE])
{
	if (t->rows == 0 && t->cols == 0)
		strcpy(to, "-");
	else
		snprintf(to, SHORT_TEXT_SIZE, "%" PRIu32 "x%" PRIu32, t->cols,
		    t->rows);
}

void
print_terminals(FILE *out, const struct msg_seat_terminal *terminals,
    size_t count)
{
	char since[SHORT_TEXT_SIZE], size[SHORT_TEXT_SIZE];
	char program[4 * TEXT_SIZE];

	fprintf(out, "%3s  %-19s  %-8s  %-4s  %-11s  %s\n", "NO", "SINCE",
	    "STATE", "KEPT", "SIZE", "PROGRAM");
	for (size_t i = 0; i < count; i++) {
		const struct msg_seat_terminal *t = &terminals[i];

		local_time_text(since, t->since);
		size_of(t, size);
		text_escape(program, sizeof(program),
		    t->program[0] == '\0' ? "-" : t->program);
		fprintf(out, "%3" PRIu32 "  %-19s  %-8s  %-4s  %-11s  %s\n",
		    t->number, since, state_name(t->state),
		    t->is_kept != 0 ? "yes" : "no", size, program);
	}
}

static void
json_terminal(FILE *out, const struct msg_seat_terminal *t)
{
	char since[SHORT_TEXT_SIZE];

	utc_time_text(since, t->since);
	json_member_number(out, "{", "number", t->number);
	json_member_text(out, ",", "since", since);
	json_member_text(out, ",", "state", state_name(t->state));
	json_member_number(out, ",", "kept", t->is_kept != 0);
	json_member_number(out, ",", "rows", t->rows);
	json_member_number(out, ",", "cols", t->cols);
	json_member_text(out, ",", "program", t->program);
	fputc('}', out);
}

void
json_terminals(FILE *out, const struct msg_seat_terminal *terminals,
    size_t count)
{
	fputc('[', out);
	for (size_t i = 0; i < count; i++) {
		fputs(i == 0 ? "\n" : ",\n", out);
		json_terminal(out, &terminals[i]);
	}
	fputs(count == 0 ? "]\n" : "\n]\n", out);
}
