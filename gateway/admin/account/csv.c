/*
 * csv.c - rows of a file of comma-separated values.
 *
 * The text is changed in place: a field's end becomes its NUL, and doubled
 * quotes are moved together, which never needs more room.
 */
#include "gateway/admin/account/csv.h"

#include <stdbool.h>
#include <string.h>

static const char known[] = ",;\t";
static const char mark[] = "\xef\xbb\xbf"; /* U+FEFF in UTF-8 */

/* A line, from its begin to its end. */
struct span {
	char *at, *end;
};

static struct span
line_at(char *at, char *end)
{
	char *to = at;

	while (to < end && *to != '\n' && *to != '\r')
		to++;
	return (struct span){ at, to };
}

/* How often c stands outside quotes: a name like "Doe, Ann" is one field. */
static size_t
count(struct span line, char c)
{
	bool quoted = false;
	size_t n = 0;

	for (const char *p = line.at; p < line.end; p++) {
		quoted = quoted != (*p == '"');
		n += !quoted && *p == c;
	}
	return n;
}

/* The line that shows how fields are separated: the first that is neither empty
 * nor a comment. */
static struct span
telling_line(char *at, char *end)
{
	struct span line = line_at(at, end);

	while (line.end < end && (line.at == line.end || *line.at == '#'))
		line = line_at(line.end + 1, end);
	return line;
}

/* "sep=;", as some write for Excel. */
static bool
take_said(struct csv *c)
{
	struct span line = line_at(c->at, c->end);

	if (line.end - line.at != 5 || memcmp(line.at, "sep=", 4) != 0 ||
	    strchr(known, line.at[4]) == NULL)
		return false;
	c->separator = line.at[4];
	c->line++;
	c->at = line.end;
	if (c->at < c->end && *c->at == '\r')
		c->at++;
	if (c->at < c->end && *c->at == '\n')
		c->at++;
	return true;
}

void
csv_open(struct csv *c, char *text, size_t size)
{
	size_t most = 0, n;
	struct span line;

	text[size] = '\0';
	*c = (struct csv){ .at = text,
		.end = text + size,
		.line = 1,
		.separator = ',' };
	if (size >= 3 && memcmp(text, mark, 3) == 0)
		c->at += 3;
	if (take_said(c))
		return;
	line = telling_line(c->at, c->end);
	for (const char *k = known; *k != '\0'; k++) {
		n = count(line, *k);
		if (n > most) {
			most = n;
			c->separator = *k;
		}
	}
}

static void
skip_line(struct csv *c)
{
	char *next = memchr(c->at, '\n', (size_t)(c->end - c->at));

	c->at = next == NULL ? c->end : next + 1;
	c->line++;
}

/* The quote that ends a quoted field whose text begins at p, or NULL. */
static char *
closing_quote(const struct csv *c, char *p)
{
	for (; p < c->end && *p != '\0'; p++) {
		if (*p != '"')
			continue;
		if (p[1] != '"') /* a NUL at the end of the text */
			return p;
		p++;
	}
	return NULL;
}

/* Take "..." at c->at, in place. */
static int
take_quoted(struct csv *c, char **field, struct err *e)
{
	char *from = c->at + 1, *to = from;
	char *close = closing_quote(c, from);

	if (close == NULL)
		return err_set(e, 0, "a quote (\") is opened, and not closed");
	if (close[1] != '\0' && close[1] != c->separator && close[1] != '\r' &&
	    close[1] != '\n')
		return err_set(e, 0,
		    "text follows a closing quote (\"); a quote inside a"
		    " quoted field is written twice");
	*field = to;
	for (; from < close; from++) {
		c->line += *from == '\n';
		*to++ = *from;
		from += *from == '"'; /* the second of two */
	}
	c->at = close + 1;
	*to = '\0';
	return 0;
}

static void
take_plain(struct csv *c, char **field)
{
	const char stops[] = { c->separator, '\r', '\n', '\0' };

	*field = c->at;
	c->at += strcspn(c->at, stops);
}

/* Step over what ends a field; true when another follows. */
static bool
end_field(struct csv *c)
{
	char ended_by = *c->at;

	if (c->at == c->end)
		return false;
	*c->at++ = '\0';
	if (ended_by == c->separator)
		return true;
	if (ended_by == '\r' && *c->at == '\n')
		c->at++;
	c->line++;
	return false;
}

static bool
has_nul(const struct csv *c)
{
	const char *line_end = memchr(c->at, '\n', (size_t)(c->end - c->at));
	size_t size = (size_t)((line_end == NULL ? c->end : line_end) - c->at);

	return memchr(c->at, '\0', size) != NULL;
}

int
csv_next(struct csv *c, struct csv_row *row, struct err *e)
{
	bool more = true;

	*row = (struct csv_row){ .line = c->line };
	if (c->at >= c->end)
		return 0;
	if (has_nul(c)) {
		skip_line(c);
		return err_set(e, 0,
		    "there is a NUL byte, so this is no text: save it as CSV"
		    " UTF-8");
	}
	while (more) {
		char *field;

		if (*c->at == '"') {
			if (take_quoted(c, &field, e) == -1) {
				skip_line(c);
				return -1;
			}
		} else {
			take_plain(c, &field);
		}
		if (row->count < CSV_FIELDS)
			row->field[row->count] = field;
		row->count++;
		more = end_field(c);
		if (field[strspn(field, " ")] != '\0')
			row->used = row->count;
	}
	return 1;
}
