/*
 * fold.h - the ASCII letters of a text in Latin script.
 *
 * Process: atoll.  Pure.
 */
#ifndef ATOLL_ADMIN_ACCOUNT_FOLD_H
#define ATOLL_ADMIN_ACCOUNT_FOLD_H

#include <stdint.h>

/*
 * The character in lower case and without its accent: "a" for A, "e" for an E
 * with an acute, "ss" for a sharp s; "" for an accent of its own, NULL for what
 * is of no Latin alphabet of Europe.  It lives until the next call with the
 * same buffer.
 */
const char *fold(uint32_t code, char buffer[2]);

#endif
