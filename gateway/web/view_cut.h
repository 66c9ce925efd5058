/*
 * view_cut.h - a screen that is longer than what is kept of one.	Process: web.
 *
 * Pure.
 */
#ifndef ATOLL_WEB_VIEW_CUT_H
#define ATOLL_WEB_VIEW_CUT_H

#include <stddef.h>

/* Shorten a view (screen/view.h), in its place, to so many bytes: first it goes without
 * colours, then without its last rows. */
void view_cut(char *view, size_t most);

#endif
