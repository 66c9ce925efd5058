/* buf.c - read and write the bytes of one message. */
#include "gateway/wire/buf.h"

#include <endian.h>
#include <string.h>

void
buf_init(struct buf *b, void *data, size_t size)
{
	*b = (struct buf){ .data = data, .size = size };
}

/* The next n bytes, or NULL and a sticky error. */
static uint8_t *
advance(struct buf *b, size_t n)
{
	uint8_t *p;

	if (b->failed || n > b->size - b->at) {
		b->failed = true;
		return NULL;
	}
	p = b->data + b->at;
	b->at += n;
	return p;
}

void
buf_put_u32(struct buf *b, uint32_t v)
{
	uint8_t *p = advance(b, sizeof(v));

	v = htole32(v);
	if (p != NULL)
		memcpy(p, &v, sizeof(v));
}

void
buf_put_u64(struct buf *b, uint64_t v)
{
	uint8_t *p = advance(b, sizeof(v));

	v = htole64(v);
	if (p != NULL)
		memcpy(p, &v, sizeof(v));
}

uint32_t
buf_get_u32(struct buf *b)
{
	const uint8_t *p = advance(b, sizeof(uint32_t));
	uint32_t v = 0;

	if (p != NULL)
		memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

uint64_t
buf_get_u64(struct buf *b)
{
	const uint8_t *p = advance(b, sizeof(uint64_t));
	uint64_t v = 0;

	if (p != NULL)
		memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

void
buf_put_bytes(struct buf *b, const void *bytes, size_t n)
{
	uint8_t *p;

	buf_put_u32(b, (uint32_t)n);
	p = advance(b, n);
	if (p != NULL && n > 0)
		memcpy(p, bytes, n);
}

size_t
buf_get_bytes(struct buf *b, void *to, size_t max)
{
	size_t n = buf_get_u32(b);
	const uint8_t *p;

	if (n > max)
		b->failed = true;
	p = advance(b, n);
	if (p == NULL)
		return 0;
	if (n > 0)
		memcpy(to, p, n);
	return n;
}

void
buf_get_text(struct buf *b, char *to, size_t size)
{
	size_t n = buf_get_bytes(b, to, size - 1);

	if (memchr(to, '\0', n) != NULL) {
		b->failed = true;
		n = 0;
	}
	to[n] = '\0';
}

const char *
buf_get_text_here(struct buf *b, size_t size)
{
	size_t n = buf_get_u32(b);
	uint8_t *p;
	char *text;

	if (n >= size)
		b->failed = true;
	p = advance(b, n);
	if (p == NULL || memchr(p, '\0', n) != NULL) {
		b->failed = true;
		return "";
	}
	text = (char *)p - sizeof(uint32_t); /* its length was read */
	memmove(text, p, n);
	text[n] = '\0';
	return text;
}

void *
buf_get_bytes_here(struct buf *b, size_t max, size_t *n)
{
	void *p;

	*n = buf_get_u32(b);
	if (*n > max)
		b->failed = true;
	p = advance(b, *n);
	if (p == NULL)
		*n = 0;
	return p;
}

bool
buf_ok(const struct buf *b)
{
	return !b->failed && b->at == b->size;
}
