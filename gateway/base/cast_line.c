/* cast_line.c - a line of an asciicast v2, read. */
#include "gateway/base/cast_line.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define SECONDS_MAX 100000000 /* three years */
#define REPLACEMENT 0xfffd

static const char *
skip(const char *at)
{
	return at + strspn(at, " \t\r\n");
}

/* --- the header -------------------------------------------------------------- */

/* A number of its object; our own file has no such words anywhere else before. */
static bool
find_number(const char *line, const char *name, unsigned *to)
{
	const char *at = strstr(line, name);

	if (at == NULL)
		return false;
	at = skip(at + strlen(name));
	if (*at != ':')
		return false;
	*to = (unsigned)strtoul(skip(at + 1), NULL, 10);
	return true;
}

int
cast_line_header(const char *line, struct cast_size *size, struct err *e)
{
	unsigned version;

	if (*skip(line) != '{' || !find_number(line, "\"version\"", &version) ||
	    !find_number(line, "\"width\"", &size->cols) ||
	    !find_number(line, "\"height\"", &size->rows))
		return err_set(e, 0,
		    "this is no recording: its first line is not the header of"
		    " an asciicast");
	if (version != 2)
		return err_set(e, 0,
		    "it is an asciicast of version %u: only version 2 is"
		    " played here",
		    version);
	return 0;
}

/* --- texts --------------------------------------------------------------------- */

/* Four hexadecimal digits, -1: they are not. */
static int
read_unit(const char *at)
{
	int unit = 0;

	for (int i = 0; i < 4; i++) {
		if (!isxdigit((unsigned char)at[i]))
			return -1;
		unit = unit * 16 +
		       (at[i] <= '9' ? at[i] - '0' : (at[i] | 32) - 'a' + 10);
	}
	return unit;
}

static char *
put_code(char *to, uint32_t code)
{
	if (code < 0x80) {
		*to++ = (char)code;
	} else if (code < 0x800) {
		*to++ = (char)(0xc0 | code >> 6);
		*to++ = (char)(0x80 | (code & 0x3f));
	} else if (code < 0x10000) {
		*to++ = (char)(0xe0 | code >> 12);
		*to++ = (char)(0x80 | (code >> 6 & 0x3f));
		*to++ = (char)(0x80 | (code & 0x3f));
	} else {
		*to++ = (char)(0xf0 | code >> 18);
		*to++ = (char)(0x80 | (code >> 12 & 0x3f));
		*to++ = (char)(0x80 | (code >> 6 & 0x3f));
		*to++ = (char)(0x80 | (code & 0x3f));
	}
	return to;
}

/* Behind \u, of which two make one of the characters beyond U+FFFF.  Never more
 * bytes than were read. */
static bool
read_code(const char **from, char **to)
{
	int first = read_unit(*from), second;
	uint32_t code = (uint32_t)first;

	if (first == -1)
		return false;
	*from += 4;
	if (first >= 0xd800 && first < 0xdc00 && (*from)[0] == '\\' &&
	    (*from)[1] == 'u') {
		second = read_unit(*from + 2);
		if (second >= 0xdc00 && second < 0xe000) {
			code = 0x10000 + (((uint32_t)first & 0x3ff) << 10 |
					     ((uint32_t)second & 0x3ff));
			*from += 6;
		}
	}
	if (code >= 0xd800 && code < 0xe000)
		code = REPLACEMENT;
	*to = put_code(*to, code);
	return true;
}

static bool
read_escape(const char **from, char **to)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char bytes[] = "\"\\/\b\f\n\r\t";
	char letter = *(*from)++;
	const char *found;

	if (letter == 'u')
		return read_code(from, to);
	found = letter == '\0' ? NULL : strchr(letters, letter);
	if (found == NULL)
		return false;
	*(*to)++ = bytes[found - letters];
	return true;
}

/* A string, moved together at its own place.  *at is behind it then. */
static bool
read_string(char **at, char **text, size_t *length)
{
	const char *from = skip(*at);
	char *to;

	if (*from != '"')
		return false;
	from++;
	*text = to = *at + (from - *at);
	while (*from != '"') {
		if (*from == '\0')
			return false;
		if (*from != '\\') {
			*to++ = *from++;
			continue;
		}
		from++;
		if (!read_escape(&from, &to))
			return false;
	}
	*length = (size_t)(to - *text);
	*at += from + 1 - *at;
	*to = '\0';
	return true;
}

/* --- an event -------------------------------------------------------------------- */

static bool
read_time(char **at, uint64_t *ms)
{
	char *end;
	double seconds = strtod(*at, &end);

	if (end == *at || !(seconds >= 0) || seconds > SECONDS_MAX)
		return false;
	*ms = (uint64_t)(seconds * 1000 + 0.5);
	*at = end;
	return true;
}

static bool
take(char **at, char what)
{
	*at += skip(*at) - *at;
	if (**at != what)
		return false;
	(*at)++;
	return true;
}

int
cast_line_event(char *line, struct cast_event *to, struct err *e)
{
	char *at = line, *kind;
	size_t length;

	if (!take(&at, '[') || !read_time(&at, &to->at_ms) || !take(&at, ',') ||
	    !read_string(&at, &kind, &length))
		return err_set(e, 0, "this is no event of an asciicast");
	to->kind = length == 1 ? kind[0] : '\0';
	if (!take(&at, ',') || !read_string(&at, &to->text, &to->length) ||
	    !take(&at, ']') || *skip(at) != '\0')
		return err_set(e, 0, "this is no event of an asciicast");
	return 0;
}

bool
cast_line_size(const char *text, struct cast_size *size)
{
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return false;
	size->cols = (unsigned)strtoul(text, &end, 10);
	if (*end != 'x' || !isdigit((unsigned char)end[1]))
		return false;
	size->rows = (unsigned)strtoul(end + 1, &end, 10);
	return *end == '\0' && size->cols != 0 && size->rows != 0;
}
