/*
 * columns.h - what the columns of a roster are, by the names in its header.
 *
 * Process: atoll.  Pure.  Known are the names that Moodle, Canvas, Google
 * Classroom and Workspace, GitHub Classroom, and people with a spreadsheet use,
 * in English, German, Spanish and French.  Case, accents, blanks and
 * punctuation do not count.
 */
#ifndef ATOLL_ADMIN_ACCOUNT_COLUMNS_H
#define ATOLL_ADMIN_ACCOUNT_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/admin/account/column.h"
#include "gateway/admin/account/csv.h"

struct columns {
	enum column at[CSV_FIELDS];
	size_t count;	    /* behind it is COLUMN_UNNAMED only */
	size_t of[COLUMNS]; /* which one it is, from 1; 0 for none */
};

/* The columns of a file without a header: name, full name, groups, key,
 * password. */
void columns_default(struct columns *c);

/* Is the row a header?  It is when one of its fields is a known name of a
 * column, and none is data. */
bool columns_is_header(const struct csv_row *row);

/* Read a header.  Refused are names that are not known, unless those are to be
 * skipped, two columns of a kind, and a header without a login or an e-mail
 * address. */
int columns_read(struct columns *c, const struct csv_row *row,
    bool skip_unknown, struct err *e);

#endif
