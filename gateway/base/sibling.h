/*
 * sibling.h - where atoll's other programs are.
 *
 * Before there is a configuration, which has libexec_dir, only a program's own
 * place can tell.
 */
#ifndef ATOLL_BASE_SIBLING_H
#define ATOLL_BASE_SIBLING_H

#include <stddef.h>

/* The path of the program of that name: beside this one, as in a build
 * directory, else in ../libexec/atoll of there, as installed. */
void sibling_path(const char *name, char *to, size_t size);

#endif
