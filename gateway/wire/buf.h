/*
 * buf.h - read and write the bytes of one message.
 *
 * Errors stick: after the first one nothing is read or written any more and
 * every value read is zero, so a decoder checks once, at its end.  Integers are
 * little-endian.  A buf owns nothing: it points into its caller's bytes.
 */
#ifndef ATOLL_WIRE_BUF_H
#define ATOLL_WIRE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	uint8_t *data;
	size_t size; /* writing: room; reading: bytes that arrived */
	size_t at;   /* next byte to write or to read */
	bool failed;
};

void buf_init(struct buf *b, void *data, size_t size);
void buf_put_u32(struct buf *b, uint32_t v);
void buf_put_u64(struct buf *b, uint64_t v);
uint32_t buf_get_u32(struct buf *b);
uint64_t buf_get_u64(struct buf *b);

/* A length and that many bytes. */
void buf_put_bytes(struct buf *b, const void *bytes, size_t n);

/* Copy a counted run of at most max bytes; returns its length. */
size_t buf_get_bytes(struct buf *b, void *to, size_t max);

/* A text: counted bytes without NUL, terminated in to[size]. */
void buf_get_text(struct buf *b, char *to, size_t size);

/* A text of fewer than size bytes where it is: moved over its own length, so that
 * there is room for its NUL.  It lives as long as data does; "" when it failed. */
const char *buf_get_text_here(struct buf *b, size_t size);

/* Counted bytes where they are, at most max of them; NULL when it failed. */
void *buf_get_bytes_here(struct buf *b, size_t max, size_t *n);

/* True when a decoder read all there was and nothing failed. */
bool buf_ok(const struct buf *b);

#endif
