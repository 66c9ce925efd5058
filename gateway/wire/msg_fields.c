/* msg_fields.c - the fields of a message by their names. */
#include "gateway/wire/msg_fields.h"

#include <string.h>

struct row {
	const char *name;
	enum msg_field_type type;
	size_t size, align;
};

/* Ended by a row without a name. */
#define FIELD(type, f)                                                         \
	{ #f, FIELD_##type, sizeof(struct { DECLARE_##type(f) }),              \
		_Alignof(struct { DECLARE_##type(f) }) },
#define MESSAGE(ENUM, name, kind, from, to, fds, ...)                          \
	static const struct row name##_rows[] = { __VA_ARGS__{ 0 } };
#include "gateway/wire/messages.def"
#undef MESSAGE
#undef FIELD

static const struct row *const rows[MSG_COUNT] = {
#define MESSAGE(ENUM, name, kind, from, to, fds, ...)                          \
	[MSG_##ENUM] = name##_rows,
#include "gateway/wire/messages.def"
#undef MESSAGE
};

void *
msg_body(struct msg *m)
{
	return &m->hello; /* all bodies begin where this one does */
}

/* Members of a struct lie in their order, each at its alignment. */
bool
msg_field(enum msg_type type, size_t i, struct msg_field *f)
{
	size_t at = 0;

	if (rows[type] == NULL)
		return false;
	for (const struct row *r = rows[type]; r->name != NULL; r++) {
		at = (at + r->align - 1) / r->align * r->align;
		if (i-- == 0) {
			*f =
			    (struct msg_field){ r->name, r->type, at, r->size };
			return true;
		}
		at += r->size;
	}
	return false;
}

bool
msg_field_find(enum msg_type type, const char *name, struct msg_field *f)
{
	for (size_t i = 0; msg_field(type, i, f); i++) {
		if (strcmp(f->name, name) == 0)
			return true;
	}
	return false;
}
