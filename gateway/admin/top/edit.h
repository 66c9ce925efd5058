/*
 * edit.h - a line that is typed at the foot of atoll top.
 *
 * Process: atoll, atoll-staff.  Pure.
 */
#ifndef ATOLL_ADMIN_TOP_EDIT_H
#define ATOLL_ADMIN_TOP_EDIT_H

#include <stddef.h>

#define EDIT_SIZE 401 /* SAY_BYTES and a NUL */

struct edit {
	char text[EDIT_SIZE];
	size_t length;
};

enum edit_key { EDIT_GOES_ON, EDIT_DONE, EDIT_GIVEN_UP };

/* A byte that was typed; Escape and Ctrl-C give up, Ctrl-U begins anew. */
enum edit_key edit_key(struct edit *e, int key);

/* The last character goes. */
void edit_erase(struct edit *e);

#endif
