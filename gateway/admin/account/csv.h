/*
 * csv.h - rows of a file of comma-separated values, as RFC 4180 and the
 * spreadsheets of this world write them.
 *
 * Process: atoll.  Pure.  CRLF or LF, a byte order mark, "quoted fields" with
 * "" for a quote and line ends inside, semicolons or tabs where the first line
 * that is neither empty nor a comment has those, or where "sep=;" says so.  A
 * row that is wrong does not end the file: the next line may be right.
 */
#ifndef ATOLL_ADMIN_ACCOUNT_CSV_H
#define ATOLL_ADMIN_ACCOUNT_CSV_H

#include <stddef.h>

#include "gateway/base/err.h"

#define CSV_FIELDS 256

struct csv {
	char *at, *end; /* of the text, which rows point into */
	unsigned line;	/* that at is on */
	char separator;
};

struct csv_row {
	unsigned line; /* on which it begins */
	size_t count;  /* of its fields, which may be more than are kept */
	size_t used;   /* without those at the end that are blank */
	char *field[CSV_FIELDS];
};

/* The text must have room for a NUL behind its end; reading changes it. */
void csv_open(struct csv *c, char *text, size_t size);

/* 1: a row.  0: no more.  -1: the one on row->line is none; go on. */
int csv_next(struct csv *c, struct csv_row *row, struct err *e);

#endif
