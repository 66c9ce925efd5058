/* tap.c - what a session copies of a terminal, as frames. */
#include "gateway/base/tap.h"

#include <string.h>

#define NO_FRAME SIZE_MAX

static void
put_number(uint8_t *to, uint64_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		to[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t
get_number(const uint8_t *from, size_t bytes)
{
	uint64_t value = 0;

	for (size_t i = 0; i < bytes; i++)
		value |= (uint64_t)from[i] << (8 * i);
	return value;
}

/* --- writing ---------------------------------------------------------------- */

void
tap_begin_packet(struct tap_packet *p)
{
	p->used = 0;
	p->open = NO_FRAME;
}

static void
put_header(struct tap_packet *p, enum tap_kind kind, uint64_t at_ms,
    size_t length)
{
	uint8_t *to = p->bytes + p->used;

	memset(to, 0, TAP_HEADER);
	to[0] = (uint8_t)kind;
	put_number(to + 4, length, 4);
	put_number(to + 8, at_ms, 8);
	p->used += TAP_HEADER;
}

bool
tap_add(struct tap_packet *p, enum tap_kind kind, uint64_t at_ms,
    const void *bytes, size_t length)
{
	if (length > TAP_BYTES_MAX ||
	    p->used + TAP_HEADER + length > sizeof(p->bytes))
		return false;
	put_header(p, kind, at_ms, length);
	if (length > 0)
		memcpy(p->bytes + p->used, bytes, length);
	p->used += length;
	p->open = NO_FRAME;
	return true;
}

/* A packet has so much output at most, in however many frames. */
size_t
tap_add_output(struct tap_packet *p, enum tap_kind kind, uint64_t at_ms,
    const void *bytes, size_t length)
{
	size_t room = TAP_BYTES_MAX + TAP_HEADER, have;
	uint8_t *header;

	if (p->open == NO_FRAME || p->bytes[p->open] != kind) {
		if (p->used + TAP_HEADER >= room)
			return 0;
		p->open = p->used;
		put_header(p, kind, at_ms, 0);
	}
	if (p->used >= room)
		return 0;
	if (length > room - p->used)
		length = room - p->used;
	header = p->bytes + p->open;
	have = (size_t)get_number(header + 4, 4);
	memcpy(p->bytes + p->used, bytes, length);
	put_number(header + 4, have + length, 4);
	p->used += length;
	return length;
}

bool
tap_add_size(struct tap_packet *p, uint64_t at_ms, unsigned rows, unsigned cols)
{
	uint8_t bytes[4];

	put_number(bytes, rows, 2);
	put_number(bytes + 2, cols, 2);
	return tap_add(p, TAP_SIZE, at_ms, bytes, sizeof(bytes));
}

bool
tap_add_lost(struct tap_packet *p, uint64_t at_ms, uint64_t lost)
{
	uint8_t bytes[8];

	put_number(bytes, lost, 8);
	return tap_add(p, TAP_LOST, at_ms, bytes, sizeof(bytes));
}

bool
tap_add_end(struct tap_packet *p, uint64_t at_ms, uint32_t status,
    uint32_t signal)
{
	uint8_t bytes[8];

	put_number(bytes, status, 4);
	put_number(bytes + 4, signal, 4);
	return tap_add(p, TAP_END, at_ms, bytes, sizeof(bytes));
}

/* --- reading ---------------------------------------------------------------- */

int
tap_next(const uint8_t **at, size_t *left, struct tap_frame *f)
{
	size_t length;

	if (*left == 0)
		return 0;
	if (*left < TAP_HEADER)
		return -1;
	length = (size_t)get_number(*at + 4, 4);
	if (length > TAP_BYTES_MAX || length > *left - TAP_HEADER)
		return -1;
	*f = (struct tap_frame){ .kind = **at,
		.at_ms = get_number(*at + 8, 8),
		.bytes = *at + TAP_HEADER,
		.length = length };
	*at += TAP_HEADER + length;
	*left -= TAP_HEADER + length;
	return 1;
}

bool
tap_read_size(const struct tap_frame *f, unsigned *rows, unsigned *cols)
{
	if (f->length < 4)
		return false;
	*rows = (unsigned)get_number(f->bytes, 2);
	*cols = (unsigned)get_number(f->bytes + 2, 2);
	return true;
}

bool
tap_read_lost(const struct tap_frame *f, uint64_t *lost)
{
	if (f->length < 8)
		return false;
	*lost = get_number(f->bytes, 8);
	return true;
}

bool
tap_read_end(const struct tap_frame *f, uint32_t *status, uint32_t *signal)
{
	if (f->length < 8)
		return false;
	*status = (uint32_t)get_number(f->bytes, 4);
	*signal = (uint32_t)get_number(f->bytes + 4, 4);
	return true;
}
