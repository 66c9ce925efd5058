/* top_view.c - where one is in the list of atoll top, and how it looks. */
#include "gateway/admin/top/top_view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/admin/top/layout.h"
#include "gateway/admin/top/top_screen.h"
#include "gateway/base/array.h"
#include "gateway/base/utf8.h"
#include "gateway/base/width.h"

/* Rows: a title, the totals, the columns' names; the seats; the marked seat, and keys
 * or what is typed. */
#define ABOVE (1 + TOP_HEAD + 1)
#define BELOW 2

#define KEYS                                                                   \
	"q quit  ? help  cmihn sort  l lab  w watch  s say  e extend"          \
	"  f freeze  k kill"

static const char *const help[] = {
	"arrows, PgUp, PgDn, Home, End   mark a seat",
	"c m i h n   sort by processor, memory, idle time, hands, name",
	"l   show one lab; an empty name shows all",
	"w   watch its terminal (q leaves); W asks which of several",
	"s   say something to its student",
	"e   give it more time",
	"f   freeze it, and let one that is frozen or slowed go on",
	"k   end its sandbox, after a question",
	"space  look again now",
	"q   quit",
	"",
	"IDLE  since nobody typed       %CPU  of one processor",
	"LEFT  until its end            HAND  since it was raised",
	"a ! behind the state: it looks hostile, see atoll-staff(7)",
};

#define TO(mode) (1u << (mode))
static const unsigned next_modes[VIEW_MODES] = {
	[VIEW_LIST] = TO(VIEW_LAB) | TO(VIEW_SAY) | TO(VIEW_EXTEND) |
		      TO(VIEW_TERMINAL) | TO(VIEW_KILL) | TO(VIEW_HELP),
	[VIEW_LAB] = TO(VIEW_LIST),
	[VIEW_SAY] = TO(VIEW_LIST),
	[VIEW_EXTEND] = TO(VIEW_LIST),
	[VIEW_TERMINAL] = TO(VIEW_LIST),
	[VIEW_KILL] = TO(VIEW_LIST),
	[VIEW_HELP] = TO(VIEW_LIST),
};

void
view_step(struct view *v, enum view_mode next)
{
	if ((next_modes[v->mode] & TO(next)) == 0)
		return; /* a key that means nothing here */
	v->mode = next;
	v->edit = (struct edit){ 0 };
	if (next != VIEW_LIST) {
		v->target = v->chosen;
		v->note[0] = '\0';
	}
}

/* --- the marked row --------------------------------------------------------------- */

size_t
view_page(void)
{
	unsigned rows = screen_rows();

	return rows > ABOVE + BELOW ? rows - ABOVE - BELOW : 1;
}

ssize_t
view_row(const struct view *v, const struct top_rows *r)
{
	ssize_t at = top_rows_find(r, v->chosen.account, v->chosen.lab);

	return at == -1 && r->count > 0 ? 0 : at;
}

static void
mark(struct view *v, const struct top_rows *r, size_t at)
{
	text_copy(v->chosen.account, NAME_SIZE, r->row[at].seat.account);
	text_copy(v->chosen.lab, NAME_SIZE, r->row[at].seat.lab);
}

void
view_move(struct view *v, const struct top_rows *r, long by)
{
	long at = (long)view_row(v, r) + by;

	if (r->count == 0)
		return;
	if (at >= (long)r->count)
		at = (long)r->count - 1;
	mark(v, r, at < 0 ? 0 : (size_t)at);
}

/* The marked row is seen, wherever it has moved. */
static void
scroll(struct view *v, const struct top_rows *r)
{
	ssize_t at = view_row(v, r);
	size_t page = view_page();

	if (r->count <= page)
		v->first = 0;
	else if (v->first > r->count - page)
		v->first = r->count - page;
	if (at == -1)
		return;
	mark(v, r, (size_t)at);
	if ((size_t)at < v->first)
		v->first = (size_t)at;
	else if ((size_t)at >= v->first + page)
		v->first = (size_t)at - page + 1;
}

/* --- what is drawn ------------------------------------------------------------------ */

static void
put(unsigned row, const char *text, enum screen_look look)
{
	char safe[2 * TOP_LINE_SIZE], line[TOP_LINE_SIZE];
	unsigned columns = screen_columns();

	utf8_printable(safe, sizeof(safe), text);
	width_copy(line, sizeof(line), safe,
	    columns < TOP_COLUMNS_MAX ? columns : TOP_COLUMNS_MAX);
	screen_put(row, line, look);
}

static void
put_head(const struct view *v, const struct top_rows *r,
    const struct top_layout *l)
{
	char head[TOP_HEAD][TOP_LINE_SIZE], text[TOP_LINE_SIZE], clock[16];
	time_t now = time(NULL);
	struct tm tm;

	if (localtime_r(&now, &tm) == NULL ||
	    strftime(clock, sizeof(clock), "%H:%M:%S", &tm) == 0)
		clock[0] = '\0';
	snprintf(text, sizeof(text),
	    "atoll top  %s  %s%s  by %s  every %" PRId64 " s", clock,
	    v->lab[0] == '\0' ? "all labs" : "lab ", v->lab,
	    top_sort_names[v->sort], (v->every_ms + 999) / 1000);
	put(0, text, LOOK_BOLD);
	top_head(l, r, head);
	for (unsigned i = 0; i < TOP_HEAD; i++)
		put(1 + i, head[i], LOOK_PLAIN);
	top_titles(l, text);
	put(1 + TOP_HEAD, text, LOOK_REVERSE);
}

static void
put_rows(const struct view *v, const struct top_rows *r,
    const struct top_layout *l)
{
	ssize_t marked = view_row(v, r);
	char text[TOP_LINE_SIZE];
	time_t now = time(NULL);

	for (size_t i = 0; i < view_page() && v->first + i < r->count; i++) {
		const struct top_row *row = &r->row[v->first + i];

		top_line(l, row, now, text);
		put(ABOVE + (unsigned)i, text,
		    (ssize_t)(v->first + i) == marked ? LOOK_REVERSE
		    : row->seat.hand != 0	      ? LOOK_BOLD
						      : LOOK_PLAIN);
	}
	if (r->count == 0)
		put(ABOVE, "nobody is here", LOOK_PLAIN);
}

/* Of a text what fits into so many columns: its end, where somebody types. */
static const char *
tail_of(const char *text, unsigned columns)
{
	unsigned width = 0;
	uint32_t code;

	for (const char *at = text; *at != '\0'; at += utf8_next(at, &code))
		width += 2; /* no more than that takes a character */
	while (width > 2 * columns && *text != '\0') {
		text += utf8_next(text, &code);
		width -= 2;
	}
	return text;
}

/* What is asked for, with what was typed so far. */
static void
put_prompt(const struct view *v, unsigned row)
{
	static const char *const asks[VIEW_MODES] = {
		[VIEW_LAB] = "lab (empty: all): ",
		[VIEW_SAY] = "say to %s: ",
		[VIEW_EXTEND] = "more time for %s (20m, 2h): ",
		[VIEW_TERMINAL] = "watch which terminal of %s (1, 2, ...): ",
		[VIEW_KILL] = "end the sandbox of %s now?  y is yes: ",
	};
	char seat[2 * NAME_SIZE], ask[256], text[256 + EDIT_SIZE];
	unsigned columns = screen_columns(), taken;

	snprintf(seat, sizeof(seat), "%s+%s", v->target.account, v->target.lab);
	snprintf(ask, sizeof(ask), asks[v->mode], seat); /* one %s at most */
	taken = (unsigned)strlen(ask) + 1;
	snprintf(text, sizeof(text), "%s%s_", ask,
	    tail_of(v->edit.text, columns > taken ? columns - taken : 0));
	put(row, text, LOOK_BOLD);
}

static void
put_foot(const struct view *v, const struct top_rows *r,
    const struct top_layout *l)
{
	unsigned last = screen_rows() - 1;
	ssize_t marked = view_row(v, r);
	char text[TOP_LINE_SIZE];

	if (marked != -1) {
		top_detail(l, &r->row[marked], text);
		put(last - 1, text, LOOK_PLAIN);
	}
	if (v->mode != VIEW_LIST && v->mode != VIEW_HELP)
		put_prompt(v, last);
	else if (v->note[0] != '\0')
		put(last, v->note, LOOK_BOLD);
	else
		put(last, KEYS, LOOK_PLAIN);
}

void
view_draw(struct view *v, const struct top_rows *r)
{
	struct top_layout l;

	screen_begin();
	if (v->mode == VIEW_HELP) {
		for (unsigned i = 0; i < COUNT_OF(help); i++)
			put(i, help[i], LOOK_PLAIN);
		put(COUNT_OF(help) + 1, "any key: back to the list", LOOK_BOLD);
	} else {
		scroll(v, r);
		top_layout(&l, r, screen_columns());
		put_head(v, r, &l);
		put_rows(v, r, &l);
		if (screen_rows() > ABOVE + BELOW)
			put_foot(v, r, &l);
	}
	screen_end();
}
