/*
 * locale.h - which locales an image has.
 *
 * It is asked in the student's process, before its exec, about files that root
 * of the sandbox may have written: nothing here trusts them.
 */
#ifndef ATOLL_INIT_LOCALE_H
#define ATOLL_INIT_LOCALE_H

#include <stdbool.h>

/* The one that glibc has built in since 2.35, and Debian's before. */
#define LOCALE_FALLBACK "C.UTF-8"

/* Is this variable ("NAME=value" or a name) one that chooses a locale? */
bool locale_is_variable(const char *text);

/* Can programs under the root directory (a descriptor of it) use that locale?
 * With musl they can use any. */
bool locale_is_installed(int root, const char *name);

#endif
