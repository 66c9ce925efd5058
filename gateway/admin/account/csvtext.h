/*
 * csvtext.h - a text as a cell of a CSV file that is safe in spreadsheets.
 *
 * Process: atoll.  Pure.  Who opens the file may split it at commas, semicolons
 * or tabs, and may take quotes for letters: so what a student wrote must begin
 * no formula wherever a cell could begin.
 */
#ifndef ATOLL_ADMIN_ACCOUNT_CSVTEXT_H
#define ATOLL_ADMIN_ACCOUNT_CSVTEXT_H

#include <stdio.h>

/*
 * In quotes, as RFC 4180 has them.  A = + - @ at the begin, or behind a
 * separator, a quote or a line end and any blanks, gets a ' before it; control
 * characters but line ends are question marks, and so is what is not UTF-8.
 */
void csvtext(FILE *out, const char *text);

#endif
