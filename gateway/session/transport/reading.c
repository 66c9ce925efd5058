/* reading.c - how much libssh reads of the client's socket at once. */
#include "gateway/session/transport/reading.h"

uint32_t
reading_room(struct reading *r, const void *buffer, uint32_t asked)
{
	bool is_read = buffer == r->socket && asked == READING_LEAST;

	r->buffer = buffer;
	r->room = NULL;
	r->asked = asked;
	r->given = is_read && r->is_full ? READING_MOST : asked;
	return r->given;
}

size_t
reading_size(struct reading *r, const void *to, size_t size)
{
	if (to == NULL || to != r->room || size != r->asked)
		return size;
	r->socket = r->buffer;
	return r->given;
}

void
reading_came(struct reading *r, size_t size, size_t n)
{
	r->is_full = n >= size;
}

/* libssh subtracts what came from what it asked for: more than that came when the
 * number has gone below zero, and here it comes back. */
uint32_t
reading_unused(struct reading *r, const void *buffer, uint32_t count)
{
	uint32_t more = 0;

	if (buffer == r->socket && buffer == r->buffer)
		more = r->given - r->asked;
	r->given = r->asked;
	return count + more;
}
