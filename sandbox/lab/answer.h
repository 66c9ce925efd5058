/*
 * answer.h - what init answered, on the student's terminal.
 */
#ifndef ATOLL_LAB_ANSWER_H
#define ATOLL_LAB_ANSWER_H

#include <stddef.h>

#include "gateway/wire/lab_protocol.h"

/* A piece, with so many bytes of text.  Markdown is shown when all of it is
 * there. */
void answer_show(const struct lab_piece *piece, size_t size);

/* There is no more. */
void answer_end(void);

#endif
