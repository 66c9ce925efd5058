/*
 * include.h - does a text of libconfig's read another file?
 */
#ifndef ATOLL_BASE_INCLUDE_H
#define ATOLL_BASE_INCLUDE_H

/* Number of the first line that libconfig could take for an @include, from 1;
 * 0 when there is none. */
int include_line(const char *text);

#endif
