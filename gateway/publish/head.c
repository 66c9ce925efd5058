/* head.c - the head of an HTTP/1 message, taken apart. */
#include "gateway/publish/head.h"

#include <string.h>
#include <strings.h>

#define TOKEN                                                                  \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"       \
	"!#$%&'*+-.^_`|~"

size_t
head_size(const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (bytes[i] != '\n')
			continue;
		if (i + 1 < size && bytes[i + 1] == '\n')
			return i + 2;
		if (i + 2 < size && bytes[i + 1] == '\r' &&
		    bytes[i + 2] == '\n')
			return i + 3;
	}
	return 0;
}

/* The next line without its end.  False: it ends otherwise than it may, or holds what no
 * line may. */
static bool
take_line(struct part *rest, bool is_lenient, struct part *line)
{
	const char *end = memchr(rest->text, '\n', rest->size);

	if (end == NULL)
		return false;
	*line = (struct part){ rest->text, (size_t)(end - rest->text) };
	rest->size -= line->size + 1;
	rest->text = end + 1;
	if (line->size > 0 && line->text[line->size - 1] == '\r')
		line->size--;
	else if (!is_lenient)
		return false;
	for (size_t i = 0; i < line->size; i++) {
		unsigned char c = (unsigned char)line->text[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

/* Three words with one space between; the last may hold more of them. */
static bool
read_first(struct head *h, struct part line, bool is_response)
{
	for (int i = 0; i < 2; i++) {
		const char *space = memchr(line.text, ' ', line.size);
		size_t n =
		    space == NULL ? line.size : (size_t)(space - line.text);

		if (n == 0 || (space == NULL && (i == 0 || !is_response)))
			return false;
		h->word[i] = (struct part){ line.text, n };
		n += space != NULL;
		line.text += n;
		line.size -= n;
	}
	h->word[2] = line;
	return true;
}

static bool
is_token(const struct part *p)
{
	for (size_t i = 0; i < p->size; i++) {
		if (p->text[i] == '\0' || strchr(TOKEN, p->text[i]) == NULL)
			return false;
	}
	return p->size > 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct part
trimmed(struct part p)
{
	while (p.size > 0 && is_blank(p.text[0])) {
		p.text++;
		p.size--;
	}
	while (p.size > 0 && is_blank(p.text[p.size - 1]))
		p.size--;
	return p;
}

/* A line that begins with a blank would go on with the one before: its name is no
 * token, and so it is refused. */
static bool
read_field(struct field *f, const struct part *line)
{
	const char *colon = memchr(line->text, ':', line->size);

	if (colon == NULL)
		return false;
	f->name = (struct part){ line->text, (size_t)(colon - line->text) };
	f->value =
	    trimmed((struct part){ colon + 1, line->size - f->name.size - 1 });
	return is_token(&f->name);
}

bool
head_read(struct head *h, const char *bytes, size_t size, bool is_response)
{
	struct part rest = { bytes, size }, line;

	h->fields = 0;
	if (!take_line(&rest, is_response, &line) ||
	    !read_first(h, line, is_response))
		return false;
	for (;;) {
		if (!take_line(&rest, is_response, &line))
			return false;
		if (line.size == 0)
			return rest.size == 0;
		if (h->fields == HEAD_FIELDS_MAX ||
		    !read_field(&h->field[h->fields++], &line))
			return false;
	}
}

bool
part_is(const struct part *p, const char *word)
{
	return strlen(word) == p->size &&
	       strncasecmp(p->text, word, p->size) == 0;
}

bool
part_begins(const struct part *p, const char *word)
{
	size_t n = strlen(word);

	return n <= p->size && strncasecmp(p->text, word, n) == 0;
}

unsigned
head_count(const struct head *h, const char *name, struct part *value)
{
	unsigned n = 0;

	for (size_t i = 0; i < h->fields; i++) {
		if (!part_is(&h->field[i].name, name))
			continue;
		*value = h->field[i].value;
		n++;
	}
	return n;
}

static bool
lists(struct part list, const struct part *word)
{
	while (list.size > 0) {
		const char *comma = memchr(list.text, ',', list.size);
		size_t n =
		    comma == NULL ? list.size : (size_t)(comma - list.text);
		struct part one = trimmed((struct part){ list.text, n });

		if (one.size == word->size &&
		    strncasecmp(one.text, word->text, one.size) == 0)
			return true;
		n += comma != NULL;
		list.text += n;
		list.size -= n;
	}
	return false;
}

bool
head_lists(const struct head *h, const char *name, const struct part *word)
{
	for (size_t i = 0; i < h->fields; i++) {
		if (part_is(&h->field[i].name, name) &&
		    lists(h->field[i].value, word))
			return true;
	}
	return false;
}
