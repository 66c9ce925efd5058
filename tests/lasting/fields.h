/*
 * fields.h - a message whose every field has a value of its own.
 *
 * The value follows from the field's type and place, and is never zero or empty,
 * so that it is noticed when two fields of one type change places, and when one
 * is not there.
 */
#ifndef ATOLL_TESTS_LASTING_FIELDS_H
#define ATOLL_TESTS_LASTING_FIELDS_H

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "gateway/wire/msg.h"
#include "gateway/wire/msg_fields.h"

static inline void *
field_at(struct msg *m, const struct msg_field *f)
{
	return (char *)msg_body(m) + f->at;
}

static inline void
field_fill(void *to, const struct msg_field *f, uint32_t place)
{
	/* What fields point to: those of one row are nearer to each other than
	 * 16 places. */
	static char rooms[16][256];
	char *room = rooms[place % 16];
	struct ids ids = { 2, { place, place + 1000 } };
	struct numbers numbers = { 3, { place, UINT64_MAX - place, 1 } };

	switch (f->type) {
	case FIELD_u32:
		memcpy(to, &(uint32_t){ place << 24 | place }, f->size);
		break;
	case FIELD_u64:
		memcpy(to, &(uint64_t){ (uint64_t)place << 56 | place },
		    f->size);
		break;
	case FIELD_name:
		snprintf(to, f->size, "name%u", place);
		break;
	case FIELD_text:
	case FIELD_secret:
		snprintf(to, f->size, "text %u\n\xff", place);
		break;
	case FIELD_ids:
		memcpy(to, &ids, sizeof(ids));
		break;
	case FIELD_numbers:
		memcpy(to, &numbers, sizeof(numbers));
		break;
	case FIELD_path:
	case FIELD_line:
	case FIELD_command:
		snprintf(room, sizeof(rooms[0]), "text %u\n\xff", place);
		memcpy(to, &room, sizeof(room));
		break;
	case FIELD_strings:
		*(struct strings *)to = strings_in(room, sizeof(rooms[0]));
		strings_add(to, "");
		for (uint32_t i = 0; i < place; i++)
			strings_add(to, "A=1");
		break;
	}
}

/* Type, serial and the first count fields, the others zero.  No descriptors. */
static inline void
fields_fill(struct msg *m, enum msg_type type, size_t count)
{
	struct msg_field f;

	memset(m, 0, sizeof(*m));
	m->type = type;
	m->serial = 0x01020304;
	m->fd[0] = m->fd[1] = m->fd[2] = -1;
	for (size_t i = 0; i < count && msg_field(type, i, &f); i++)
		field_fill(field_at(m, &f), &f, (uint32_t)i + 1);
}

static inline size_t
fields_count(enum msg_type type)
{
	struct msg_field f;
	size_t n = 0;

	while (msg_field(type, n, &f))
		n++;
	return n;
}

/* Print its row of a recording; false when it cannot be encoded. */
static inline bool
fields_record(FILE *to, enum msg_type type, struct msg *m, struct err *e)
{
	static uint8_t wire[MSG_WIRE_MAX];
	struct buf b;

	fields_fill(m, type, SIZE_MAX);
	buf_init(&b, wire, sizeof(wire));
	if (msg_encode(m, &b, e) == -1)
		return false;
	fprintf(to, "%s %u %zu ", msg_name(type), msg_fds(type),
	    fields_count(type));
	for (size_t i = 0; i < b.at; i++)
		fprintf(to, "%02x", wire[i]);
	fprintf(to, "\n");
	return true;
}

#endif
