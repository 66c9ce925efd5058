/* ssh_bytes.c - reading what SSH writes: bytes, numbers, counted texts. */
#include "gateway/session/transport/ssh_bytes.h"

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
