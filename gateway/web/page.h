/*
 * page.h - the files of both pages, which are in the program itself.
 *							Process: web.
 */
#ifndef ATOLL_WEB_PAGE_H
#define ATOLL_WEB_PAGE_H

#include <stddef.h>

struct page {
	const char *path, *type;
	const char *begin, *end;
};

#define PAGES 10
extern const struct page pages[PAGES];

#endif
