/*
 * terminal_kinds.h - what kinds of terminals can do, for a process without files.
 *
 * Process: staff.  ncurses reads the description of a terminal from a file, or from
 * TERMINFO where that has one itself ("b64:...", terminfo(5)).  The files of common
 * kinds are read before the jail; a command gets the one that its client named.
 */
#ifndef ATOLL_STAFF_TERMINAL_KINDS_H
#define ATOLL_STAFF_TERMINAL_KINDS_H

/* Before the jail.  A kind that this host does not know is left out. */
void terminal_kinds_read(void);

/* Set TERM and TERMINFO for a client's name of its terminal: as itself, or as what such
 * terminals understand; or as "dumb", where nothing can be said of it. */
void terminal_kinds_set(const char *term);

#endif
