/* lab_seats.c - how many seats each lab has. */
#include "gateway/monitor/seats/lab_seats.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/wire/msg.h"

/* Labs are few: they are files of an administrator's. */
struct lab_seats *
lab_seats_find(const struct labs_seats *all, const char *lab)
{
	struct lab_seats *l;

	LIST_FOREACH(l, all, next) {
		if (strcmp(l->lab, lab) == 0)
			return l;
	}
	return NULL;
}

struct lab_seats *
lab_seats_join(struct labs_seats *all, const char *lab)
{
	struct lab_seats *l = lab_seats_find(all, lab);

	if (l == NULL) {
		l = calloc(1, sizeof(*l));
		if (l == NULL)
			return NULL;
		text_copy(l->lab, sizeof(l->lab), lab);
		LIST_INSERT_HEAD(all, l, next);
	}
	l->count++;
	return l;
}

void
lab_seats_leave(struct lab_seats *l)
{
	if (--l->count > 0)
		return;
	LIST_REMOVE(l, next);
	free(l);
}
