/* shown.c - the last bytes that a terminal has shown, by their number. */
#include "gateway/web/shown.h"

#include <stdlib.h>
#include <string.h>

int
shown_begin(struct shown *s)
{
	if (s->ring == NULL)
		s->ring = malloc(SHOWN_SIZE);
	return s->ring == NULL ? -1 : 0;
}

void
shown_free(struct shown *s)
{
	free(s->ring);
	*s = (struct shown){ 0 };
}

uint64_t
shown_first(const struct shown *s)
{
	return s->end < SHOWN_SIZE ? 0 : s->end - SHOWN_SIZE;
}

char *
shown_room(const struct shown *s, size_t *room)
{
	size_t at = s->end % SHOWN_SIZE;
	size_t left = SHOWN_SIZE - (size_t)(s->end - s->seen);

	*room = left < SHOWN_SIZE - at ? left : SHOWN_SIZE - at;
	if (s->ring == NULL)
		*room = 0;
	return s->ring == NULL ? NULL : s->ring + at;
}

void
shown_add(struct shown *s, size_t n)
{
	s->end += n;
}

const char *
shown_from(const struct shown *s, uint64_t number, size_t *n)
{
	size_t at = number % SHOWN_SIZE;

	*n = 0;
	if (s->ring == NULL || number < shown_first(s) || number >= s->end)
		return NULL;
	*n = (size_t)(s->end - number);
	if (*n > SHOWN_SIZE - at)
		*n = SHOWN_SIZE - at;
	return s->ring + at;
}

bool
shown_take_seen(struct shown *s, uint64_t number)
{
	if (number > s->end)
		return false;
	if (number > s->seen)
		s->seen = number;
	return true;
}
