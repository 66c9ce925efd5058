/*
 * terminal_sgr.h - SGR, the sequence of colours and the like.
 */
#ifndef ATOLL_BASE_TERMINAL_SGR_H
#define ATOLL_BASE_TERMINAL_SGR_H

#include "gateway/base/terminal_parser.h"

/* Its arguments were read: what is let through of it. */
void sgr_put(const struct terminal_filter *f, const struct terminal_sink *out);

#endif
