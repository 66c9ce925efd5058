/*
 * console.h - what runs on another machine of the seat, and is seen here.
 */
#ifndef ATOLL_LAB_CONSOLE_H
#define ATOLL_LAB_CONSOLE_H

#include <stdbool.h>

/* Copy between that master and this terminal.  True when what runs there has ended, and
 * not the student left. */
bool console_terminal(int master, const char *name);

/* Copy between this program's stdin, stdout and stderr and those of a command; the three
 * are closed.  sock says when it has ended: a byte is there to be read, then. */
void console_command(int stdio[3], int sock);

#endif
