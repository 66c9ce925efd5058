/*
 * view_read.h - a screen that was sent.			Process: web.
 */
#ifndef ATOLL_WEB_VIEW_READ_H
#define ATOLL_WEB_VIEW_READ_H

/* What is in that memfd, as of screen/view.h, VIEW_MAX bytes of it at most.  NULL: nothing
 * is.  It is there until the next call. */
const char *view_read(int fd);

#endif
