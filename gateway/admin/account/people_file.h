/*
 * people_file.h - reads a roster, a file of CSV: accounts to be made.
 *
 * Process: atoll.
 */
#ifndef ATOLL_ADMIN_ACCOUNT_PEOPLE_FILE_H
#define ATOLL_ADMIN_ACCOUNT_PEOPLE_FILE_H

#include "gateway/admin/account/loginname.h"
#include "gateway/admin/account/people.h"

/* Options that hold for all of a file. */
struct people_common {
	const char *groups; /* words, may be "": besides those of the row */
	enum naming naming;
	bool skip_unknown; /* columns of the header */
};

/* Read a roster by its header, or "name,full name,groups,key,password".  -1
 * when the file cannot be read; rows that are wrong are reported.  Names that
 * were changed are printed on stderr. */
int people_read(struct people *p, const char *file,
    const struct people_common *common, bool *has_header, struct err *e);

#endif
