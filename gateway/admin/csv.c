/* csv.c - rows of a file of comma-separated values. */
#include "gateway/admin/csv.h"

#include <stdbool.h>
#include <string.h>

static const char mark[] = "\xef\xbb\xbf"; /* U+FEFF in UTF-8 */

static size_t
count(const char *text, size_t size, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < size; i++)
		n += text[i] == c;
	return n;
}

void
csv_open(struct csv *c, char *text, size_t size)
{
	static const char known[] = ",;\t";
	char *line_end;
	size_t most = 0, n;

	text[size] = '\0';
	*c = (struct csv){ .at = text,
		.end = text + size,
		.line = 1,
		.separator = ',' };
	if (size >= 3 && memcmp(text, mark, 3) == 0)
		c->at += 3;
	line_end = memchr(c->at, '\n', (size_t)(c->end - c->at));
	if (line_end == NULL)
		line_end = c->end;
	for (const char *k = known; *k != '\0'; k++) {
		n = count(c->at, (size_t)(line_end - c->at), *k);
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
		return err_set(e, 0, "a quote (\") is not closed");
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
		return err_set(e, 0, "a NUL byte: this is no text of UTF-8");
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
	}
	return 1;
}
