/*
 * picture.h - the bytes that paint a terminal's screen when it is attached again.
 */
#ifndef ATOLL_INIT_PICTURE_H
#define ATOLL_INIT_PICTURE_H

#include "gateway/base/err.h"
#include "sandbox/init/terminals.h"

/* A memfd that is the caller's, close-on-exec, read from its beginning; -1
 * without memory. */
int picture_make(const struct terminal *t, struct err *e);

#endif
