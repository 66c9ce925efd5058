/* form.c - the fields of a request's body. */
#include "gateway/web/form.h"

#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 15 /* of a number */

static int
hex_value(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	return at == NULL ? -1 : (int)(at - digits) % 16;
}

/* One character of a value at *at, which is moved on; -1: it is none. */
static int
next_byte(const char **at, const char *end)
{
	char c = *(*at)++;
	int high, low;

	if (c == '+')
		return ' ';
	if (c != '%')
		return (unsigned char)c;
	if (end - *at < 2)
		return -1;
	high = hex_value((*at)[0]);
	low = hex_value((*at)[1]);
	*at += 2;
	return high == -1 || low == -1 ? -1 : high * 16 + low;
}

static bool
decode(const char *at, const char *end, char *to, size_t room)
{
	size_t n = 0;

	while (at < end) {
		int byte = next_byte(&at, end);

		if (byte <= 0 || n + 1 >= room) {
			to[0] = '\0';
			return false;
		}
		to[n++] = (char)byte;
	}
	to[n] = '\0';
	return true;
}

/* What ends there: the next '&', or all of it. */
static const char *
find_end(const char *at, const char *end)
{
	const char *found = memchr(at, '&', (size_t)(end - at));

	return found == NULL ? end : found;
}

bool
form_text(const char *body, size_t size, const char *name, char *to,
    size_t room)
{
	const char *end = body + size, *at = body, *stop;
	size_t length = strlen(name);

	to[0] = '\0';
	for (; at < end; at = stop + 1) {
		stop = find_end(at, end);
		if ((size_t)(stop - at) > length && at[length] == '=' &&
		    memcmp(at, name, length) == 0)
			return decode(at + length + 1, stop, to, room);
	}
	return false;
}

bool
form_count(const char *body, size_t size, const char *name, uint64_t most,
    uint64_t *value)
{
	char text[DIGITS_MAX + 1];

	if (!form_text(body, size, name, text, sizeof(text)) ||
	    text[0] == '\0' || text[strspn(text, "0123456789")] != '\0')
		return false;
	*value = strtoull(text, NULL, 10);
	return *value <= most;
}

uint32_t
form_number(const char *body, size_t size, const char *name, uint32_t most)
{
	uint64_t value;

	return form_count(body, size, name, most, &value) ? (uint32_t)value : 0;
}
