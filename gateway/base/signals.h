/*
 * signals.h - the signals that RFC 4254, 6.9 and 6.10, names, without SIG.
 *
 * A client may send these, and learns of these by name.
 */
#ifndef ATOLL_BASE_SIGNALS_H
#define ATOLL_BASE_SIGNALS_H

/* The number, or 0 for another name; the name, or NULL for another number. */
int signal_number(const char *name);
const char *signal_name(unsigned number);

#endif
