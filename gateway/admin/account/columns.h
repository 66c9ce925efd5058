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

/* As they are where there is no header: name, full name, groups, key,
 * password. */
void columns_default(struct columns *c);

/* Is one of its fields a name that is known?  That is no accident. */
bool columns_is_header(const struct csv_row *row);

/* Of a header.  Refused are names that are not known, unless those are to be
 * skipped, two columns of a kind, and a header without a login or an e-mail
 * address. */
int columns_read(struct columns *c, const struct csv_row *row,
    bool skip_unknown, struct err *e);

#endif
