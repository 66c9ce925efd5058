/* base64.h - RFC 4648, 4.  Pure. */
#ifndef ATOLL_BASE_BASE64_H
#define ATOLL_BASE_BASE64_H

#include <stddef.h>
#include <stdint.h>

#define BASE64_DIGITS                                                          \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

/* Decode the first digits of a text, up to what is none and to at most max
 * bytes; returns how many bytes. */
size_t base64_decode(const char *text, uint8_t *to, size_t max);

/* Characters of n bytes, with the NUL. */
#define BASE64_SIZE(n) (((n) + 2) / 3 * 4 + 1)

/* Encode n bytes into a text, whose room is BASE64_SIZE(n). */
void base64_encode(const uint8_t *bytes, size_t n, char *to);

#endif
