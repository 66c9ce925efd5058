/* column.h - what one column of a roster can be.	Process: atoll. */
#ifndef ATOLL_ADMIN_ACCOUNT_COLUMN_H
#define ATOLL_ADMIN_ACCOUNT_COLUMN_H

enum column {
	COLUMN_UNNAMED, /* nothing may be in it */
	COLUMN_IGNORED, /* known, and of no use here: an id, a section */
	COLUMN_LOGIN,
	COLUMN_NAME, /* the account's or the person's: columns_read() decides */
	COLUMN_FULL_NAME,
	COLUMN_FIRST,
	COLUMN_LAST,
	COLUMN_EMAIL,
	COLUMN_GROUPS, /* there may be several */
	COLUMN_KEY,
	COLUMN_PASSWORD,
	COLUMN_TIME_FACTOR,
	COLUMNS
};

#endif
