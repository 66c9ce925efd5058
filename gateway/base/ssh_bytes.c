/* ssh_bytes.c - reading and writing what SSH writes. */
#include "gateway/base/ssh_bytes.h"

#include <string.h>

/* The next n bytes, NULL when there are fewer. */
static const uint8_t *
take(struct wire *w, size_t n)
{
	const uint8_t *got = w->at;

	if (w->is_bad || w->left < n) {
		*w = (struct wire){ .is_bad = true };
		return NULL;
	}
	w->at += n;
	w->left -= n;
	return got;
}

uint8_t
wire_u8(struct wire *w)
{
	const uint8_t *p = take(w, 1);

	return p == NULL ? 0 : *p;
}

uint32_t
wire_u32(struct wire *w)
{
	const uint8_t *p = take(w, 4);

	return p == NULL ? 0
			 : (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
			       (uint32_t)p[2] << 8 | p[3];
}

struct wire
wire_text(struct wire *w)
{
	size_t n = wire_u32(w);
	const uint8_t *p = take(w, n);

	return (struct wire){ p, p == NULL ? 0 : n, p == NULL };
}

bool
wire_has_nul(const struct wire *text)
{
	return text->left > 0 && memchr(text->at, '\0', text->left) != NULL;
}

bool
wire_is(const struct wire *text, const char *word)
{
	return !text->is_bad && text->left == strlen(word) &&
	       memcmp(text->at, word, text->left) == 0;
}

struct wire
wire_number(struct wire *w)
{
	struct wire n = wire_text(w);

	if (n.left > 0 && (n.at[0] & 0x80) != 0)
		w->is_bad = n.is_bad = true;
	while (n.left > 0 && n.at[0] == 0) {
		n.at++;
		n.left--;
	}
	return n;
}

/* --- writing ------------------------------------------------------------- */

static void
put(struct wire_out *w, const void *bytes, size_t n)
{
	if (w->is_bad || w->size - w->used < n) {
		w->is_bad = true;
		return;
	}
	if (n > 0)
		memcpy(w->at + w->used, bytes, n);
	w->used += n;
}

void
wire_put_u8(struct wire_out *w, uint8_t byte)
{
	put(w, &byte, 1);
}

void
wire_put_u32(struct wire_out *w, uint32_t number)
{
	const uint8_t bytes[4] = { (uint8_t)(number >> 24),
		(uint8_t)(number >> 16), (uint8_t)(number >> 8),
		(uint8_t)number };

	put(w, bytes, sizeof(bytes));
}

void
wire_put_text(struct wire_out *w, const void *bytes, size_t n)
{
	wire_put_u32(w, (uint32_t)n);
	put(w, bytes, n);
}

void
wire_put_word(struct wire_out *w, const char *word)
{
	wire_put_text(w, word, strlen(word));
}

/* RFC 4251, section 5: a first bit that is set would be a sign. */
void
wire_put_number(struct wire_out *w, const uint8_t *bytes, size_t n)
{
	bool is_high;

	while (n > 0 && bytes[0] == 0) {
		bytes++;
		n--;
	}
	is_high = n > 0 && (bytes[0] & 0x80) != 0;
	wire_put_u32(w, (uint32_t)(n + is_high));
	if (is_high)
		wire_put_u8(w, 0);
	put(w, bytes, n);
}
