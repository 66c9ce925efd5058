/* print.c - what the administrator sees: tables for people, JSON for scripts. */
#include "gateway/admin/print.h"

#include <inttypes.h>
#include <string.h>

#include "gateway/admin/json.h"
#include "gateway/base/array.h"
#include "gateway/base/escape.h"

#define US_PER_SECOND UINT64_C(1000000)

void
size_text(char to[SHORT_TEXT_SIZE], uint64_t bytes)
{
	static const char units[] = "KMGTPE";
	uint64_t tenths;
	int unit = -1;

	for (tenths = bytes; tenths >= 1024; tenths /= 1024) {
		bytes = tenths;
		unit++;
	}
	/* bytes is now in the unit below the one that is shown. */
	if (unit < 0)
		snprintf(to, SHORT_TEXT_SIZE, "%" PRIu64, bytes);
	else if (tenths >= 10)
		snprintf(to, SHORT_TEXT_SIZE, "%" PRIu64 "%c", tenths,
		    units[unit]);
	else
		snprintf(to, SHORT_TEXT_SIZE, "%" PRIu64 ".%" PRIu64 "%c",
		    tenths, bytes % 1024 * 10 / 1024, units[unit]);
}

void
duration_text(char to[SHORT_TEXT_SIZE], uint64_t us)
{
	uint64_t seconds = us / US_PER_SECOND;
	uint64_t minutes = seconds / 60;
	uint64_t hours = minutes / 60;

	if (seconds < 10)
		snprintf(to, SHORT_TEXT_SIZE, "%" PRIu64 ".%02" PRIu64 "s",
		    seconds, us % US_PER_SECOND / 10000);
	else if (minutes < 1)
		snprintf(to, SHORT_TEXT_SIZE, "%" PRIu64 ".%" PRIu64 "s",
		    seconds, us % US_PER_SECOND / 100000);
	else if (hours < 1)
		snprintf(to, SHORT_TEXT_SIZE, "%" PRIu64 "m%02" PRIu64 "s",
		    minutes, seconds % 60);
	else if (hours < 24)
		snprintf(to, SHORT_TEXT_SIZE, "%" PRIu64 "h%02" PRIu64 "m",
		    hours, minutes % 60);
	else
		snprintf(to, SHORT_TEXT_SIZE, "%" PRIu64 "d%02" PRIu64 "h",
		    hours / 24, hours % 24);
}

void
print_line(FILE *out, const char *text)
{
	char safe[4 * TEXT_SIZE];

	text_escape(safe, sizeof(safe), text);
	fprintf(out, "%s\n", safe);
}

/* --- times ---------------------------------------------------------------- */

/* For people: in their time zone. */
void
local_time_text(char to[SHORT_TEXT_SIZE], uint64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(to, SHORT_TEXT_SIZE, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		strcpy(to, "?"); /* a year with too many digits */
}

/* For scripts: RFC 3339, in UTC. */
void
utc_time_text(char to[SHORT_TEXT_SIZE], uint64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(to, SHORT_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		to[0] = '\0';
}

/* --- for people ----------------------------------------------------------- */

/* Fields are as wide as the longest name, "running since". */
static void
print_field(FILE *out, const char *name, const char *value)
{
	char safe[4 * TEXT_SIZE];

	text_escape(safe, sizeof(safe), value);
	fprintf(out, "%-14s %s\n", name, safe);
}

void
print_status(FILE *out, const struct msg_status *s, time_t now)
{
	uint64_t up =
	    (uint64_t)now > s->started ? (uint64_t)now - s->started : 0;
	char since[SHORT_TEXT_SIZE], ran[SHORT_TEXT_SIZE];

	print_field(out, "version", s->version);
	print_field(out, "listening", s->listen);
	local_time_text(since, s->started);
	duration_text(ran, up * US_PER_SECOND);
	fprintf(out, "%-14s %s (%s)\n", "running since", since, ran);
	local_time_text(since, s->loaded);
	print_field(out, "loaded", since);
	print_field(out, "cgroups", s->cgroup);
	fprintf(out, "%-14s %" PRIu32 "\n", "labs", s->labs);
	fprintf(out, "%-14s %" PRIu32 "\n", "accounts", s->accounts);
	fprintf(out, "%-14s %" PRIu32 " (%" PRIu32 " not logged in)\n",
	    "connections", s->connections, s->unauthenticated);
	fprintf(out, "%-14s %" PRIu32 " of %" PRIu32 "\n", "sandboxes",
	    s->sandboxes, s->sandboxes_max);
	if (s->warm_wanted > 0 || s->warm > 0)
		fprintf(out, "%-14s %" PRIu32 " of %" PRIu32 "\n", "warm",
		    s->warm, s->warm_wanted);
	fprintf(out, "%-14s %" PRIu32 "\n", "waiting", s->waiting);
	if (s->draining == 0)
		return;
	local_time_text(since, s->drain_ends);
	fprintf(out, "%-14s until the last has left%s%s\n", "draining",
	    s->drain_ends == 0 ? "" : ", or ", s->drain_ends == 0 ? "" : since);
}

#define CELL_SIZE 128

static void
seat_cell(const struct msg_seat *s, char to[CELL_SIZE])
{
	snprintf(to, CELL_SIZE, "%s+%s", s->account, s->lab);
}

static const char *
restraint_name(uint32_t restraint)
{
	static const char *const names[RESTRAINTS] = {
		[RESTRAINT_NONE] = "none",
		[RESTRAINT_SLOWED] = "slowed",
		[RESTRAINT_FROZEN] = "frozen",
	};

	return restraint < RESTRAINTS ? names[restraint] : "unknown";
}

static void
state_cell(const struct msg_seat *s, char to[CELL_SIZE])
{
	char text[TEXT_SIZE];
	const char *name = restraint_name(s->restraint);
	bool is_free = s->restraint == RESTRAINT_NONE;

	snprintf(text, sizeof(text), "%s%.40s%s%s%s%.80s",
	    s->is_rehearsal != 0 ? "rehearsal, " : "", s->state,
	    is_free ? "" : ", ", is_free ? "" : name,
	    s->signs[0] == '\0' ? "" : ": ", s->signs);
	text_escape(to, CELL_SIZE, text);
}

static void
address_cell(const struct msg_seat *s, char to[CELL_SIZE])
{
	text_escape(to, CELL_SIZE, s->address[0] == '\0' ? "-" : s->address);
}

static void
since_cell(const struct msg_seat *s, char to[CELL_SIZE])
{
	local_time_text(to, s->since);
}

static void
memory_cell(const struct msg_seat *s, char to[CELL_SIZE])
{
	char used[SHORT_TEXT_SIZE], max[SHORT_TEXT_SIZE];

	size_text(used, s->memory);
	size_text(max, s->memory_max);
	snprintf(to, CELL_SIZE, "%s/%s", used, max);
}

static void
cpu_cell(const struct msg_seat *s, char to[CELL_SIZE])
{
	duration_text(to, s->cpu_us);
}

static void
pids_cell(const struct msg_seat *s, char to[CELL_SIZE])
{
	snprintf(to, CELL_SIZE, "%" PRIu32 "/%" PRIu32, s->pids, s->pids_max);
}

static void
connections_cell(const struct msg_seat *s, char to[CELL_SIZE])
{
	snprintf(to, CELL_SIZE, "%" PRIu32, s->connections);
}

/* A new column is a row here: header, widths and cells follow. */
static const struct column {
	const char *title;
	bool is_number; /* to the right */
	void (*cell)(const struct msg_seat *s, char to[CELL_SIZE]);
} columns[] = {
	{ "SEAT", false, seat_cell },
	{ "STATE", false, state_cell },
	{ "ADDRESS", false, address_cell },
	{ "SINCE", false, since_cell },
	{ "MEMORY", true, memory_cell },
	{ "CPU", true, cpu_cell },
	{ "PIDS", true, pids_cell },
	{ "CONNS", true, connections_cell },
};

#define COLUMNS COUNT_OF(columns)

/* One cell; the last column gets no blanks behind it, which would wrap on a
 * terminal of just the width. */
static void
print_cell(FILE *out, size_t column, size_t width, const char *text)
{
	int pad = (int)width;

	if (!columns[column].is_number)
		pad = column == COLUMNS - 1 ? 0 : -pad;
	fprintf(out, "%s%*s", column == 0 ? "" : "  ", pad, text);
}

/* Each cell is made twice, once to be measured: there are some hundreds of
 * seats, and no memory that could run out. */
void
print_seats(FILE *out, const struct msg_seat *seats, size_t count)
{
	size_t width[COLUMNS];
	char cell[CELL_SIZE];

	for (size_t c = 0; c < COLUMNS; c++) {
		width[c] = strlen(columns[c].title);
		for (size_t i = 0; i < count; i++) {
			columns[c].cell(&seats[i], cell);
			if (strlen(cell) > width[c])
				width[c] = strlen(cell);
		}
	}
	for (size_t c = 0; c < COLUMNS; c++)
		print_cell(out, c, width[c], columns[c].title);
	fputc('\n', out);
	for (size_t i = 0; i < count; i++) {
		for (size_t c = 0; c < COLUMNS; c++) {
			columns[c].cell(&seats[i], cell);
			print_cell(out, c, width[c], cell);
		}
		fputc('\n', out);
	}
}

/* --- JSON ----------------------------------------------------------------- */

static void
member_time(FILE *out, const char *before, const char *name, uint64_t seconds)
{
	char text[SHORT_TEXT_SIZE];

	utc_time_text(text, seconds);
	json_member_text(out, before, name, text);
}

void
json_status(FILE *out, const struct msg_status *s)
{
	json_member_text(out, "{", "version", s->version);
	json_member_text(out, ",", "listen", s->listen);
	json_member_text(out, ",", "cgroup", s->cgroup);
	member_time(out, ",", "started", s->started);
	member_time(out, ",", "loaded", s->loaded);
	json_member_number(out, ",", "connections", s->connections);
	json_member_number(out, ",", "unauthenticated", s->unauthenticated);
	json_member_number(out, ",", "sandboxes", s->sandboxes);
	json_member_number(out, ",", "sandboxes_max", s->sandboxes_max);
	json_member_number(out, ",", "warm", s->warm);
	json_member_number(out, ",", "warm_wanted", s->warm_wanted);
	json_member_number(out, ",", "waiting", s->waiting);
	json_member_number(out, ",", "labs", s->labs);
	json_member_number(out, ",", "accounts", s->accounts);
	json_member_number(out, ",", "draining", s->draining);
	if (s->drain_ends != 0)
		member_time(out, ",", "drain_ends", s->drain_ends);
	fputs("}\n", out);
}

static void
json_seat(FILE *out, const struct msg_seat *s)
{
	char seat[2 * NAME_SIZE];

	snprintf(seat, sizeof(seat), "%s+%s", s->account, s->lab);
	json_member_text(out, "{", "seat", seat);
	json_member_text(out, ",", "account", s->account);
	json_member_text(out, ",", "lab", s->lab);
	json_member_text(out, ",", "address", s->address);
	json_member_text(out, ",", "state", s->state);
	json_member_number(out, ",", "sandbox", s->sandbox);
	json_member_number(out, ",", "connections", s->connections);
	member_time(out, ",", "since", s->since);
	json_member_number(out, ",", "cpu_us", s->cpu_us);
	json_member_number(out, ",", "memory", s->memory);
	json_member_number(out, ",", "memory_max", s->memory_max);
	json_member_number(out, ",", "pids", s->pids);
	json_member_number(out, ",", "pids_max", s->pids_max);
	json_member_text(out, ",", "restraint", restraint_name(s->restraint));
	json_member_words(out, ",", "signs", s->signs);
	json_member_number(out, ",", "trapped_calls", s->trapped);
	fprintf(out, ",\"rehearsal\":%s}",
	    s->is_rehearsal != 0 ? "true" : "false");
}

void
json_seats(FILE *out, const struct msg_seat *seats, size_t count)
{
	fputc('[', out);
	for (size_t i = 0; i < count; i++) {
		fputs(i == 0 ? "\n" : ",\n", out);
		json_seat(out, &seats[i]);
	}
	fputs(count == 0 ? "]\n" : "\n]\n", out);
}

void
json_outcome(FILE *out, uint32_t status, const char *text,
    char (*lines)[TEXT_SIZE], size_t count)
{
	json_member_number(out, "{", "status", status);
	json_member_text(out, ",", "text", text);
	fputs(",\"lines\":[", out);
	for (size_t i = 0; i < count; i++) {
		fputs(i == 0 ? "" : ",", out);
		json_string(out, lines[i]);
	}
	fputs("]}\n", out);
}
