/*
 * form.h - the fields of a request's body.		Process: web.
 *
 * As browsers write them, name=value&name=value with %XX and + (the URL standard's
 * application/x-www-form-urlencoded).  Pure.
 */
#ifndef ATOLL_WEB_FORM_H
#define ATOLL_WEB_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The first field of that name, decoded.  False, with an empty text: there is none, it
 * needs more room, or it is badly written.  No NUL is in it. */
bool form_text(const char *body, size_t size, const char *name, char *to,
    size_t room);

/* A decimal number up to most; false: it is none. */
bool form_count(const char *body, size_t size, const char *name, uint64_t most,
    uint64_t *value);

/* The same from 1 on; 0: it is none. */
uint32_t form_number(const char *body, size_t size, const char *name,
    uint32_t most);

#endif
