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
