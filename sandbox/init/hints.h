/*
 * hints.h - the hints of one file, divided by lines of three dashes.
 *
 * Pure.
 */
#ifndef ATOLL_INIT_HINTS_H
#define ATOLL_INIT_HINTS_H

#include <stddef.h>

/* How many there are; blank ones do not count. */
unsigned hints_count(const char *text);

/* Hint number (from 1), and as many bytes of it as *size says; NULL: there is
 * none. */
const char *hints_find(const char *text, unsigned number, size_t *size);

#endif
