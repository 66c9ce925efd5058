/*
 * filter_short.h - a seccomp program that is shorter and answers the same.
 *
 * The kernel translates a program each time that it is installed, instruction by
 * instruction, and runs it once for every call.  libseccomp asks for each call by
 * its number, and for each bit of an argument apart; who installs a program for
 * each login wants neither.
 */
#ifndef ATOLL_BASE_FILTER_SHORT_H
#define ATOLL_BASE_FILTER_SHORT_H

#include <linux/filter.h>

/* In place; how many instructions it has now.  What is not understood, or would not
 * be shorter, stays as it is. */
unsigned short filter_shorten(struct sock_filter *insns, unsigned short count);

#endif
