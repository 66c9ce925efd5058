/* fold.c - the ASCII letters of a text in Latin script. */
#include "gateway/admin/account/fold.h"

#include <stddef.h>

#include "gateway/base/array.h"

/* U+00C0 to U+017F: Latin-1 and Latin Extended-A.  As German has it, a sharp s
 * is two letters; an umlaut is one, since "ue" would be wrong in other
 * languages. */
#define FIRST 0xc0

static const char *const letters[] = { "a", "a", "a", "a", "a", "a", "ae", "c",
	"e", "e", "e", "e", "i", "i", "i", "i", "d", "n", "o", "o", "o", "o",
	"o", NULL, "o", "u", "u", "u", "u", "y", "th", "ss", "a", "a", "a", "a",
	"a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i", "d", "n",
	"o", "o", "o", "o", "o", NULL, "o", "u", "u", "u", "u", "y", "th", "y",
	"a", "a", "a", "a", "a", "a", "c", "c", "c", "c", "c", "c", "c", "c",
	"d", "d", "d", "d", "e", "e", "e", "e", "e", "e", "e", "e", "e", "e",
	"g", "g", "g", "g", "g", "g", "g", "g", "h", "h", "h", "h", "i", "i",
	"i", "i", "i", "i", "i", "i", "i", "i", "ij", "ij", "j", "j", "k", "k",
	"k", "l", "l", "l", "l", "l", "l", "l", "l", "l", "l", "n", "n", "n",
	"n", "n", "n", "n", "n", "n", "o", "o", "o", "o", "o", "o", "oe", "oe",
	"r", "r", "r", "r", "r", "r", "s", "s", "s", "s", "s", "s", "s", "s",
	"t", "t", "t", "t", "t", "t", "u", "u", "u", "u", "u", "u", "u", "u",
	"u", "u", "u", "u", "w", "w", "y", "y", "y", "z", "z", "z", "z", "z",
	"z", "s" };

const char *
fold(uint32_t code, char buffer[2])
{
	buffer[0] = (char)code;
	buffer[1] = '\0';
	if (code >= 'A' && code <= 'Z')
		buffer[0] = (char)(code - 'A' + 'a');
	if (code < 0x80)
		return buffer;
	if (code >= 0x300 && code <= 0x36f)
		return ""; /* combining, as macOS writes them */
	if (code < FIRST || code - FIRST >= COUNT_OF(letters))
		return NULL;
	return letters[code - FIRST];
}
