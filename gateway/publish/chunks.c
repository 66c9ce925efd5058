/* chunks.c - where a body in chunks ends. */
#include "gateway/publish/chunks.h"

#include <stdbool.h>

#define SIZE_DIGITS_MAX 15

static int
digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool
is_of_a_line(char c)
{
	return c == '\t' || (c >= ' ' && c != '\x7f');
}

static enum chunks_state
size_took(struct chunks *c, char byte)
{
	int digit = digit_of(byte);

	if (digit >= 0 && c->seen < SIZE_DIGITS_MAX) {
		c->left = c->left * 16 + (uint64_t)digit;
		c->seen++;
		return CHUNKS_SIZE;
	}
	if (c->seen == 0 || digit >= 0)
		return CHUNKS_BAD;
	if (byte == '\r')
		return CHUNKS_SIZE_LF;
	return byte == ';' || byte == ' ' || byte == '\t' ? CHUNKS_EXTENSION
							  : CHUNKS_BAD;
}

static enum chunks_state
size_ended(struct chunks *c)
{
	c->seen = 0;
	return c->left > 0 ? CHUNKS_DATA : CHUNKS_TRAILER;
}

/* A line goes on until its CR. */
static enum chunks_state
line_took(struct chunks *c, char byte, size_t most, enum chunks_state next)
{
	if (byte == '\r')
		return next;
	return is_of_a_line(byte) && ++c->seen <= most ? c->state : CHUNKS_BAD;
}

static enum chunks_state
trailer_took(struct chunks *c, char byte)
{
	if (byte == '\r')
		return CHUNKS_LAST_LF;
	return is_of_a_line(byte) && ++c->seen <= CHUNKS_TRAILER_MAX
		   ? CHUNKS_TRAILER_LINE
		   : CHUNKS_BAD;
}

static enum chunks_state
must_be(char byte, char wanted, enum chunks_state next)
{
	return byte == wanted ? next : CHUNKS_BAD;
}

static enum chunks_state
took(struct chunks *c, char byte)
{
	switch (c->state) {
	case CHUNKS_SIZE:
		return size_took(c, byte);
	case CHUNKS_EXTENSION:
		return line_took(c, byte, CHUNKS_LINE_MAX, CHUNKS_SIZE_LF);
	case CHUNKS_SIZE_LF:
		return byte == '\n' ? size_ended(c) : CHUNKS_BAD;
	case CHUNKS_DATA_CR:
		return must_be(byte, '\r', CHUNKS_DATA_LF);
	case CHUNKS_DATA_LF:
		return must_be(byte, '\n', CHUNKS_SIZE);
	case CHUNKS_TRAILER:
		return trailer_took(c, byte);
	case CHUNKS_TRAILER_LINE:
		return line_took(c, byte, CHUNKS_TRAILER_MAX,
		    CHUNKS_TRAILER_LF);
	case CHUNKS_TRAILER_LF:
		return must_be(byte, '\n', CHUNKS_TRAILER);
	case CHUNKS_LAST_LF:
		return must_be(byte, '\n', CHUNKS_END);
	case CHUNKS_DATA:
	case CHUNKS_END:
	case CHUNKS_BAD:
		break;
	}
	return CHUNKS_BAD;
}

static size_t
skip_data(struct chunks *c, size_t size)
{
	size_t n = c->left < size ? (size_t)c->left : size;

	c->left -= n;
	if (c->left == 0)
		c->state = CHUNKS_DATA_CR;
	return n;
}

size_t
chunks_take(struct chunks *c, const char *bytes, size_t size)
{
	size_t at = 0;

	while (at < size && c->state != CHUNKS_END && c->state != CHUNKS_BAD) {
		if (c->state == CHUNKS_DATA)
			at += skip_data(c, size - at);
		else
			c->state = took(c, bytes[at++]);
	}
	return at;
}
