/* msg_keep.c - a message that outlives the buffer that it was decoded from. */
#include "gateway/wire/msg_keep.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/wire/msg_fields.h"

/* What a field points to; NULL when its bytes are all in the struct. */
static const char *
pointed(const void *at, enum msg_field_type type, size_t *size)
{
	const struct strings *s = at;
	const char *text;

	switch (type) {
	case FIELD_path:
	case FIELD_line:
	case FIELD_command:
		memcpy(&text, at, sizeof(text));
		*size = text == NULL ? 0 : strlen(text) + 1;
		return text;
	case FIELD_strings:
		*size = s->used;
		return s->data;
	default:
		return NULL;
	}
}

static void
point(void *at, enum msg_field_type type, char *copy)
{
	if (type == FIELD_strings) {
		((struct strings *)at)->data = copy;
		((struct strings *)at)->size = 0;
	} else {
		memcpy(at, &copy, sizeof(copy));
	}
}

void *
msg_keep(struct msg *m)
{
	char *body = msg_body(m), *block, *next;
	size_t total = 1, size;
	struct msg_field f;

	for (size_t i = 0; msg_field(m->type, i, &f); i++) {
		if (pointed(body + f.at, f.type, &size) != NULL)
			total += size;
	}
	next = block = malloc(total);
	if (block == NULL)
		return NULL;
	for (size_t i = 0; msg_field(m->type, i, &f); i++) {
		const char *from = pointed(body + f.at, f.type, &size);

		if (from == NULL)
			continue;
		memcpy(next, from, size);
		point(body + f.at, f.type, next);
		next += size;
	}
	return block;
}
