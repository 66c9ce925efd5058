/*
 * solutions.h - what solves the labs, written for a trial of them.
 *							Process: loader.
 */
#ifndef ATOLL_LOADER_SOLUTIONS_H
#define ATOLL_LOADER_SOLUTIONS_H

#include <stdio.h>

/* Load the configuration; for each lab with solve write a line "LAB STEP
 * SECONDS BYTES" and so many bytes, the program; STEP is 0 for that of the whole
 * lab.  Returns an exit status; the reason is
 * in the log. */
int solutions_write(const char *file, FILE *to);

#endif
