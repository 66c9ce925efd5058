/* labsay.h - what is told of a lab file, line by line. */
#ifndef ATOLL_ADMIN_LAB_LABSAY_H
#define ATOLL_ADMIN_LAB_LABSAY_H

#include <stdio.h>

/* The lines of a text, each after the file's name and what it is; escaped. */
void labsay(FILE *out, const char *file, const char *what, const char *text);

#endif
