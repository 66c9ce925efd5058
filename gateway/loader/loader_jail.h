/*
 * loader_jail.h - what atoll-loader gives up before it parses a byte.
 *							Process: loader.
 *
 * It is root, since the files may be for root only, and parses what instructors have
 * written.  So it keeps the right to read, and no other: no file can be written,
 * nothing be reached by a network, and no other process be touched.
 */
#ifndef ATOLL_LOADER_LOADER_JAIL_H
#define ATOLL_LOADER_LOADER_JAIL_H

#include "gateway/base/err.h"

/* CAP_DAC_READ_SEARCH is left of the capabilities (where a host withholds that one,
 * CAP_DAC_OVERRIDE), no_new_privs is set, and there are Landlock, where the kernel
 * has it, and a seccomp filter.  For good, and for ssh-keygen, which it runs, too.
 * Works without root as well.  After -1 the process must end. */
int loader_jail_enter(struct err *e);

#endif
