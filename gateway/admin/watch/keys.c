/* keys.c - what whoever watches or has joined types. */
#include "gateway/admin/watch/keys.h"

#define CTRL_C	     '\003'
#define CTRL_BRACKET '\035'
#define ESC	     '\033'

/* A watcher's terminal may answer, or tell of the mouse: those are sequences, in which a
 * q means nothing.  They come in one piece. */
static bool
is_leaving_word(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n && bytes[i] != ESC; i++) {
		if (bytes[i] == 'q' || bytes[i] == 'Q' || bytes[i] == CTRL_C ||
		    bytes[i] == CTRL_BRACKET)
			return true;
	}
	return false;
}

size_t
keys_take(struct keys *k, const char *bytes, size_t n, char *to, bool *leaves)
{
	size_t count = 0;

	*leaves = !k->is_join && is_leaving_word(bytes, n);
	for (size_t i = 0; k->is_join && i < n; i++) {
		if (k->is_asked && (bytes[i] == 'q' || bytes[i] == 'Q')) {
			*leaves = true;
			break;
		}
		if (bytes[i] != CTRL_BRACKET || k->is_asked)
			to[count++] = bytes[i];
		k->is_asked = bytes[i] == CTRL_BRACKET && !k->is_asked;
	}
	return count;
}
