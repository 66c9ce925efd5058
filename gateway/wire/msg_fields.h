/*
 * msg_fields.h - the fields of a message by their names, as messages.def has
 * them.
 */
#ifndef ATOLL_WIRE_MSG_FIELDS_H
#define ATOLL_WIRE_MSG_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/wire/msg.h"

enum msg_field_type {
	FIELD_u32,
	FIELD_u64,
	FIELD_name,
	FIELD_text,
	FIELD_path,
	FIELD_line,
	FIELD_secret,
	FIELD_command,
	FIELD_ids,
	FIELD_numbers,
	FIELD_strings
};

struct msg_field {
	const char *name;
	enum msg_field_type type;
	size_t at, size; /* in its struct msg_... */
};

/* The body, which the fields' at counts from. */
void *msg_body(struct msg *m);

/* Field number i of a message; false when it has no more. */
bool msg_field(enum msg_type type, size_t i, struct msg_field *f);

/* The field of that name; false when there is none. */
bool msg_field_find(enum msg_type type, const char *name, struct msg_field *f);

#endif
