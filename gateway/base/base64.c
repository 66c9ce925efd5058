/* base64.c - RFC 4648, 4. */
#include "gateway/base/base64.h"

#include <string.h>

size_t
base64_decode(const char *text, uint8_t *to, size_t max)
{
	static const char digits[] = BASE64_DIGITS;
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0;

	for (; *text != '\0' && n < max; text++) {
		const char *digit = strchr(digits, *text);

		if (digit == NULL)
			break;
		bits = bits << 6 | (uint32_t)(digit - digits);
		have += 6;
		if (have >= 8) {
			have -= 8;
			to[n++] = (uint8_t)(bits >> have);
		}
	}
	return n;
}

void
base64_encode(const uint8_t *bytes, size_t n, char *to)
{
	static const char digits[] = BASE64_DIGITS;

	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		uint32_t bits = (uint32_t)bytes[i] << 16;

		if (left > 1)
			bits |= (uint32_t)bytes[i + 1] << 8;
		if (left > 2)
			bits |= bytes[i + 2];
		*to++ = digits[bits >> 18 & 63];
		*to++ = digits[bits >> 12 & 63];
		*to++ = left > 1 ? digits[bits >> 6 & 63] : '=';
		*to++ = left > 2 ? digits[bits & 63] : '=';
	}
	*to = '\0';
}
