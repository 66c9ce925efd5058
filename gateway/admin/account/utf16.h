/*
 * utf16.h - text of UTF-16, as Excel's "Unicode text" is.
 *
 * Process: atoll.  Pure.
 */
#ifndef ATOLL_ADMIN_ACCOUNT_UTF16_H
#define ATOLL_ADMIN_ACCOUNT_UTF16_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/base/err.h"

/* Does it begin with the byte order mark of UTF-16, of either order? */
bool utf16_is(const char *text, size_t size);

/* To UTF-8, without the mark, in new memory with room for a NUL behind the end.
 * Half a pair is U+FFFD; half a unit is an error. */
int utf16_to_utf8(const char *from, size_t from_size, char **text, size_t *size,
    struct err *e);

#endif
