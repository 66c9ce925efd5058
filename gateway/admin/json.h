/*
 * json.h - what scripts read.
 *
 * Process: atoll.  Pure, as print.h.
 */
#ifndef ATOLL_ADMIN_JSON_H
#define ATOLL_ADMIN_JSON_H

#include <stdint.h>
#include <stdio.h>

/* A string in ASCII: whatever is not printable ASCII is \uXXXX. */
void json_string(FILE *out, const char *text);

/* Members of an object; before is "{" for the first one, "," for the rest. */
void json_member_text(FILE *out, const char *before, const char *name,
    const char *value);
void json_member_number(FILE *out, const char *before, const char *name,
    uint64_t value);

/* An array of the words of a text with blanks between them. */
void json_member_words(FILE *out, const char *before, const char *name,
    const char *words);

#endif
