/* wrap.c - words with a style, laid out in lines of a terminal. */
#include "sandbox/lab/wrap.h"

#include <string.h>

#include "gateway/base/array.h"
#include "gateway/base/utf8.h"
#include "gateway/base/width.h"

#define CHARACTER_SIZE 20 /* four bytes, each as \xNN */

void
wrap_init(struct wrap *w, FILE *to, unsigned columns, bool has_colours)
{
	memset(w, 0, sizeof(*w));
	w->to = to;
	w->has_colours = has_colours;
	w->columns = columns < WRAP_COLUMNS_MIN	  ? WRAP_COLUMNS_MIN
		     : columns > WRAP_COLUMNS_MAX ? WRAP_COLUMNS_MAX
						  : columns;
}

/* --- styles ------------------------------------------------------------- */

/* What is underlined is not across a margin: so each change begins anew. */
static void
show_style(struct wrap *w, unsigned style)
{
	if (!w->has_colours || style == w->shown)
		return;
	if (w->shown != STYLE_PLAIN)
		fputs("\033[0m", w->to);
	if ((style & STYLE_BOLD) != 0)
		fputs("\033[1m", w->to);
	if ((style & STYLE_UNDERLINE) != 0)
		fputs("\033[4m", w->to);
	if ((style & STYLE_CODE) != 0)
		fputs("\033[36m", w->to);
	w->shown = style;
}

/* --- margins ------------------------------------------------------------ */

static void
indent(struct wrap *w, const char *first, const char *others, unsigned width)
{
	unsigned at = w->depth++;

	wrap_end_line(w);
	if (at >= WRAP_DEPTH)
		return;
	w->margin[at].first = first;
	w->margin[at].others = others;
	w->margin[at].width = width;
	w->margin[at].is_begun = false;
}

void
wrap_indent(struct wrap *w, const char *first, const char *others)
{
	indent(w, first, others, (unsigned)strlen(others));
}

void
wrap_indent_number(struct wrap *w, unsigned number, char delimiter)
{
	unsigned at = w->depth;
	int n;

	if (at >= WRAP_DEPTH) {
		indent(w, NULL, NULL, 0);
		return;
	}
	n = snprintf(w->margin[at].number, sizeof(w->margin[at].number),
	    "%u%c ", number, delimiter);
	indent(w, NULL, NULL, (unsigned)n);
}

static unsigned
margin_width(const struct wrap *w)
{
	unsigned n = w->depth < WRAP_DEPTH ? w->depth : WRAP_DEPTH, sum = 0;

	for (unsigned i = 0; i < n; i++)
		sum += w->margin[i].width;
	return sum;
}

unsigned
wrap_room(const struct wrap *w)
{
	unsigned margin = margin_width(w);

	return margin + WRAP_COLUMNS_MIN / 2 < w->columns
		   ? w->columns - margin
		   : WRAP_COLUMNS_MIN / 2;
}

static void
put_margin(struct wrap *w)
{
	unsigned n = w->depth < WRAP_DEPTH ? w->depth : WRAP_DEPTH;

	for (unsigned i = 0; i < n; i++) {
		bool is_first = !w->margin[i].is_begun;
		bool is_number = w->margin[i].others == NULL;

		if (is_number && !is_first)
			fprintf(w->to, "%*s", (int)w->margin[i].width, "");
		else if (is_number)
			fputs(w->margin[i].number, w->to);
		else
			fputs(is_first ? w->margin[i].first
				       : w->margin[i].others,
			    w->to);
		w->margin[i].is_begun = true;
	}
}

static void
begin_line(struct wrap *w)
{
	if (w->is_begun)
		return;
	show_style(w, STYLE_PLAIN);
	put_margin(w);
	w->is_begun = true;
	w->column = 0;
}

static void
break_line(struct wrap *w)
{
	show_style(w, STYLE_PLAIN);
	fputc('\n', w->to);
	if (w->column > w->widest)
		w->widest = w->column;
	w->is_begun = false;
	w->column = 0;
}

/* The number of an item is shown though nothing stands beside it. */
static void
begin_margins(struct wrap *w)
{
	unsigned n = w->depth < WRAP_DEPTH ? w->depth : WRAP_DEPTH;

	wrap_end_line(w);
	if (n > 0 && !w->margin[n - 1].is_begun) {
		begin_line(w);
		break_line(w);
	}
}

void
wrap_outdent(struct wrap *w)
{
	begin_margins(w);
	w->depth--;
}

/* --- words -------------------------------------------------------------- */

/* The blank between two words is underlined when both are. */
static void
put_space(struct wrap *w)
{
	if (w->shown != w->style[0])
		show_style(w, STYLE_PLAIN);
	fputc(' ', w->to);
	w->column++;
}

static void
put_word(struct wrap *w)
{
	bool has_space;

	if (w->used == 0)
		return;
	has_space = w->has_space && w->column > 0;
	if (w->is_begun && w->column > 0 &&
	    w->column + has_space + w->word_columns > wrap_room(w))
		break_line(w);
	begin_line(w);
	if (has_space && w->column > 0)
		put_space(w);
	for (size_t i = 0; i < w->used; i++) {
		show_style(w, w->style[i]);
		fputc(w->word[i], w->to);
	}
	w->column += w->word_columns;
	w->used = 0;
	w->word_columns = 0;
	w->has_space = w->was_wide = false;
}

/* As it is shown, and the columns it takes. */
static unsigned
show_character(const char *from, size_t n, uint32_t code,
    char to[CHARACTER_SIZE])
{
	int columns = width_of(code);
	unsigned at = 0;

	/* U+FFFD of one byte: that byte is no UTF-8. */
	if (columns >= 0 && (code != 0xfffd || n != 1)) {
		memcpy(to, from, n);
		to[n] = '\0';
		return (unsigned)columns;
	}
	for (size_t i = 0; i < n; i++)
		at += (unsigned)snprintf(to + at, CHARACTER_SIZE - at,
		    "\\x%02x", (unsigned char)from[i]);
	return at;
}

/* What may not begin a line of Chinese or Japanese. */
static bool
closes(uint32_t code)
{
	static const uint32_t marks[] = { 0x3001, 0x3002, 0x300b, 0x300d,
		0x300f, 0x3011, 0xff01, 0xff09, 0xff0c, 0xff0e, 0xff1a, 0xff1b,
		0xff1f };

	for (size_t i = 0; i < COUNT_OF(marks); i++) {
		if (marks[i] == code)
			return true;
	}
	return false;
}

static void
add_character(struct wrap *w, const char *from, size_t n, uint32_t code,
    unsigned style)
{
	char shown[CHARACTER_SIZE];
	unsigned columns = show_character(from, n, code, shown);
	size_t bytes = strlen(shown);
	bool is_wide = columns == 2;

	/* Before and after a wide one a line may end, but not before its mark. */
	if ((is_wide || (w->was_wide && columns > 0)) && !closes(code))
		put_word(w);
	if (w->used + bytes > WRAP_WORD_SIZE)
		put_word(w);
	memcpy(w->word + w->used, shown, bytes);
	memset(w->style + w->used, (int)style, bytes);
	w->used += bytes;
	w->word_columns += columns;
	if (columns > 0)
		w->was_wide = is_wide;
}

void
wrap_text(struct wrap *w, const char *text, unsigned style, bool is_whole)
{
	uint32_t code;
	size_t n;

	for (; *text != '\0'; text += n) {
		bool is_blank = *text == ' ' || *text == '\n' || *text == '\t';

		n = utf8_next(text, &code);
		if (is_blank && !is_whole) {
			put_word(w);
			w->has_space = true;
		} else if (is_blank) {
			add_character(w, " ", 1, ' ', style);
		} else {
			add_character(w, text, n, code, style);
		}
	}
}

void
wrap_end_line(struct wrap *w)
{
	put_word(w);
	w->has_space = false;
	if (w->is_begun)
		break_line(w);
}

void
wrap_blank_line(struct wrap *w)
{
	wrap_end_line(w);
	fputc('\n', w->to);
}

void
wrap_rule(struct wrap *w, char c, unsigned columns)
{
	unsigned room = wrap_room(w);

	wrap_end_line(w);
	begin_line(w);
	for (unsigned i = 0; i < columns && i < room; i++)
		fputc(c, w->to);
	w->column = columns;
	break_line(w);
}

/* A line end of DOS is one, and a tabulator stays: Makefiles are copied, too. */
void
wrap_verbatim(struct wrap *w, const char *text, unsigned style)
{
	char shown[CHARACTER_SIZE];
	uint32_t code;
	size_t n;

	begin_margins(w);
	for (; *text != '\0'; text += n) {
		n = utf8_next(text, &code);
		if (*text == '\r' && text[1] == '\n')
			continue;
		if (*text == '\n') {
			show_style(w, STYLE_PLAIN);
			fputc('\n', w->to);
			continue;
		}
		show_style(w, style);
		if (*text != '\t')
			show_character(text, n, code, shown);
		fputs(*text == '\t' ? "\t" : shown, w->to);
	}
	show_style(w, STYLE_PLAIN);
}

unsigned
wrap_width(const char *text)
{
	char shown[CHARACTER_SIZE];
	unsigned sum = 0;
	uint32_t code;

	while (*text != '\0') {
		size_t n = utf8_next(text, &code);

		sum += show_character(text, n, code, shown);
		text += n;
	}
	return sum;
}
