/*
 * head.h - the head of an HTTP/1 message, taken apart.
 *
 * Strict: what two programs could read in two ways is refused, and so is what may not
 * stand in a head by RFC 9110 and 9112.  Pure, and points into the bytes that it was
 * given.
 */
#ifndef ATOLL_PUBLISH_HEAD_H
#define ATOLL_PUBLISH_HEAD_H

#include <stdbool.h>
#include <stddef.h>

#define HEAD_MAX	16384 /* bytes of one, up to its empty line */
#define HEAD_FIELDS_MAX 100

struct part {
	const char *text; /* no NUL ends it */
	size_t size;
};

struct field {
	struct part name, value;
};

struct head {
	struct part word[3]; /* of its first line, which has three */
	struct field field[HEAD_FIELDS_MAX];
	size_t fields;
};

/* How long is the head that begins here, with its empty line?  0: it is not whole. */
size_t head_size(const char *bytes, size_t size);

/* Take a whole one apart.  A response's lines may end with LF alone, and its first have
 * two words, as students' own servers write them.  False: it is none. */
bool head_read(struct head *h, const char *bytes, size_t size,
    bool is_response);

/* The same but for the case of letters. */
bool part_is(const struct part *p, const char *word);
bool part_begins(const struct part *p, const char *word);

/* How many fields there are of that name, and the last one's value. */
unsigned head_count(const struct head *h, const char *name, struct part *value);

/* Is that word one of those between commas in any field of that name? */
bool head_lists(const struct head *h, const char *name,
    const struct part *word);

#endif
