/*
 * screen_signals.h - the signals that a command with a whole screen looks at.
 *							Process: atoll.
 */
#ifndef ATOLL_ADMIN_SCREEN_SIGNALS_H
#define ATOLL_ADMIN_SCREEN_SIGNALS_H

#include <stdbool.h>

#include "gateway/base/err.h"

/* The descriptor, see signalfd(2), on which another size of the terminal and what ends
 * the command are told from now on, and with stops what stops it (SIGTSTP).  Close it;
 * the signals stay blocked. */
int screen_signals_open(bool stops, struct err *e);

#endif
