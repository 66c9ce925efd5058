/*
 * html.h - texts that are markup for none.
 *
 * Process: atoll, atoll-staff.  Pure.
 */
#ifndef ATOLL_ADMIN_HTML_H
#define ATOLL_ADMIN_HTML_H

#include <stdio.h>

void html_char(FILE *to, char c);
void html_text(FILE *to, const char *text);

#endif
