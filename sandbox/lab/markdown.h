/*
 * markdown.h - Markdown, as CommonMark has it, shown on a terminal.
 *
 * libcmark parses: the reference implementation.  It runs here, as the student
 * and inside the sandbox, and not in the loader, which is root: whatever the
 * author of a text did to the parser, the lab's setup could do before.
 */
#ifndef ATOLL_LAB_MARKDOWN_H
#define ATOLL_LAB_MARKDOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Show size bytes of text, for a terminal of so many columns. */
void markdown_show(FILE *to, const char *text, size_t size, unsigned columns,
    bool has_colours);

#endif
