/* layout.c - what atoll top shows, as lines of text. */
#include "gateway/admin/top/layout.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/admin/print.h"
#include "gateway/base/array.h"
#include "gateway/base/utf8.h"
#include "gateway/base/width.h"

#define CELL_SIZE  64
#define SEAT_LEAST 16
#define GAP	   1

#define HAND_LEAST    12 /* columns that are of use for its text */
#define COLUMNS_LEAST 4	 /* of which three say that there was more */

/* --- cells ---------------------------------------------------------------------- */

/* Five columns at most, and six for what began in another year. */
static void
span_cell(char to[CELL_SIZE], uint64_t seconds)
{
	uint64_t minutes = seconds / 60, hours = minutes / 60;

	if (minutes == 0)
		snprintf(to, CELL_SIZE, "%" PRIu64 "s", seconds);
	else if (minutes < 10)
		snprintf(to, CELL_SIZE, "%" PRIu64 "m%02" PRIu64 "s", minutes,
		    seconds % 60);
	else if (hours == 0)
		snprintf(to, CELL_SIZE, "%" PRIu64 "m", minutes);
	else if (hours < 24)
		snprintf(to, CELL_SIZE, "%" PRIu64 "h%02" PRIu64 "m", hours,
		    minutes % 60);
	else
		snprintf(to, CELL_SIZE, "%" PRIu64 "d", hours / 24);
}

static void
share_text(char to[CELL_SIZE], int64_t share)
{
	if (share == TOP_SHARE_UNKNOWN)
		text_copy(to, CELL_SIZE, "-");
	else
		snprintf(to, CELL_SIZE, "%" PRId64 ".%" PRId64, share / 10,
		    share % 10);
}

/* A ! is for a seat that looks hostile. */
static void
state_cell(const struct top_row *r, time_t now, char to[CELL_SIZE])
{
	const struct msg_seat *s = &r->seat;
	const char *name = s->restraint == RESTRAINT_FROZEN   ? "frozen"
			   : s->restraint == RESTRAINT_SLOWED ? "slowed"
							      : s->state;

	(void)now;
	snprintf(to, CELL_SIZE, "%.20s%s", name,
	    s->signs[0] == '\0' ? "" : "!");
}

static void
idle_cell(const struct top_row *r, time_t now, char to[CELL_SIZE])
{
	(void)now;
	if (r->seat.idle == 0)
		text_copy(to, CELL_SIZE, "-");
	else
		span_cell(to, r->seat.idle - 1);
}

static void
cpu_cell(const struct top_row *r, time_t now, char to[CELL_SIZE])
{
	(void)now;
	share_text(to, r->share);
}

static void
memory_cell(const struct top_row *r, time_t now, char to[CELL_SIZE])
{
	char used[SHORT_TEXT_SIZE], max[SHORT_TEXT_SIZE];

	(void)now;
	size_text(used, r->seat.memory);
	size_text(max, r->seat.memory_max);
	snprintf(to, CELL_SIZE, "%.20s/%.20s", used, max);
}

static void
pids_cell(const struct top_row *r, time_t now, char to[CELL_SIZE])
{
	(void)now;
	snprintf(to, CELL_SIZE, "%" PRIu32 "/%" PRIu32, r->seat.pids,
	    r->seat.pids_max);
}

static void
left_cell(const struct top_row *r, time_t now, char to[CELL_SIZE])
{
	(void)now;
	if (r->seat.left == 0)
		text_copy(to, CELL_SIZE, "-");
	else
		span_cell(to, r->seat.left - 1);
}

/* For how long it has been up. */
static void
hand_cell(const struct top_row *r, time_t now, char to[CELL_SIZE])
{
	uint64_t then = r->seat.hand;

	if (then == 0)
		text_copy(to, CELL_SIZE, "-");
	else
		span_cell(to, (uint64_t)now > then ? (uint64_t)now - then : 0);
}

/* Behind the seat's name; what for the hand is up has what is left of the line. */
static const struct column {
	const char *title;
	int width; /* below 0: to the left */
	void (*cell)(const struct top_row *r, time_t now, char to[CELL_SIZE]);
} columns[] = {
	{ "STATE", -10, state_cell },
	{ "IDLE", 5, idle_cell },
	{ "%CPU", 6, cpu_cell },
	{ "MEMORY", 11, memory_cell },
	{ "PIDS", 8, pids_cell },
	{ "LEFT", 5, left_cell },
	{ "HAND", 5, hand_cell },
};

/* --- lines ---------------------------------------------------------------------- */

/* Whatever it is made of, it is shown, and not obeyed. */
static void
finish(const struct top_layout *l, const char *text, char to[TOP_LINE_SIZE])
{
	char safe[2 * TOP_LINE_SIZE];

	to[0] = '\0';
	if (l->columns < COLUMNS_LEAST)
		return;
	utf8_printable(safe, sizeof(safe), text);
	width_copy(to, TOP_LINE_SIZE, safe, l->columns);
}

static size_t
name_length(const struct msg_seat *s)
{
	return strlen(s->account) + 1 + strlen(s->lab);
}

void
top_layout(struct top_layout *l, const struct top_rows *r, unsigned width)
{
	unsigned others = 0;
	size_t longest = SEAT_LEAST;

	for (size_t i = 0; i < COUNT_OF(columns); i++)
		others += (unsigned)abs(columns[i].width) + GAP;
	for (size_t i = 0; i < r->count; i++) {
		if (name_length(&r->row[i].seat) > longest)
			longest = name_length(&r->row[i].seat);
	}
	l->columns = width < TOP_COLUMNS_MAX ? width : TOP_COLUMNS_MAX;
	l->seat =
	    l->columns > others + SEAT_LEAST ? l->columns - others : SEAT_LEAST;
	if (l->seat > longest)
		l->seat = (unsigned)longest;
}

void
top_titles(const struct top_layout *l, char to[TOP_LINE_SIZE])
{
	char text[TOP_LINE_SIZE];
	int n = snprintf(text, sizeof(text), "%-*s", (int)l->seat, "SEAT");

	for (size_t i = 0; i < COUNT_OF(columns); i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n, " %*s",
		    columns[i].width, columns[i].title);
	finish(l, text, to);
}

void
top_line(const struct top_layout *l, const struct top_row *row, time_t now,
    char to[TOP_LINE_SIZE])
{
	char text[TOP_LINE_SIZE], name[2 * NAME_SIZE], seat[2 * NAME_SIZE];
	char cell[CELL_SIZE];
	int n;

	snprintf(name, sizeof(name), "%s+%s", row->seat.account, row->seat.lab);
	width_copy(seat, sizeof(seat), name, l->seat);
	n = snprintf(text, sizeof(text), "%-*s", (int)l->seat, seat);
	for (size_t i = 0; i < COUNT_OF(columns); i++) {
		columns[i].cell(row, now, cell);
		n += snprintf(text + n, sizeof(text) - (size_t)n, " %*s",
		    columns[i].width, cell);
	}
	if ((unsigned)n + HAND_LEAST <= l->columns)
		snprintf(text + n, sizeof(text) - (size_t)n, " %s",
		    row->seat.hand_text);
	finish(l, text, to);
}

void
top_detail(const struct top_layout *l, const struct top_row *row,
    char to[TOP_LINE_SIZE])
{
	const struct msg_seat *s = &row->seat;
	char text[TOP_LINE_SIZE], since[SHORT_TEXT_SIZE];

	local_time_text(since, s->since);
	snprintf(text, sizeof(text), "%s+%s since %s from %.64s%s%.80s%s%.300s",
	    s->account, s->lab, since,
	    s->address[0] == '\0' ? "nowhere" : s->address,
	    s->signs[0] == '\0' ? "" : "; looks hostile: ", s->signs,
	    s->hand == 0 ? "" : "; asks: ", s->hand_text);
	finish(l, text, to);
}

void
top_head(const struct top_layout *l, const struct top_rows *r,
    char to[TOP_HEAD][TOP_LINE_SIZE])
{
	const struct msg_totals *t = &r->totals;
	char text[TOP_LINE_SIZE], own[CELL_SIZE], memory[SHORT_TEXT_SIZE];

	snprintf(text, sizeof(text),
	    "%zu seats; sandboxes %" PRIu32 " of %" PRIu32 ", waiting %" PRIu32
	    ", connections %" PRIu32 ", hands %u%s%s",
	    r->count, t->sandboxes, t->sandboxes_max, t->waiting,
	    t->connections, r->hands, r->text[0] == '\0' ? "" : "; ", r->text);
	finish(l, text, to[0]);
	share_text(own, r->share);
	size_text(memory, t->available);
	snprintf(text, sizeof(text),
	    "gateway %s%% of a processor; host: load %" PRIu32 ".%02" PRIu32
	    " on %" PRIu32 " processors, %s of memory free",
	    own, t->load / 100, t->load % 100, t->processors, memory);
	finish(l, text, to[1]);
}
