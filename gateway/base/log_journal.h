/*
 * log_journal.h - a line of the log with fields, for systemd's journal.
 *
 * The protocol is a datagram of NAME=value lines, as its documentation
 * (JOURNAL_NATIVE_PROTOCOL) has it.  libsystemd would do the same with compression
 * and cryptography in the process, and would open its socket at the first line, when
 * the monitor is jailed already.
 */
#ifndef ATOLL_BASE_LOG_JOURNAL_H
#define ATOLL_BASE_LOG_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/base/log_pairs.h"

/* Of systemd-journald, for datagrams. */
#define LOG_JOURNAL_SOCKET "/run/systemd/journal/socket"

/* True where standard error is the journal (systemd.exec(5), JOURNAL_STREAM). */
bool log_is_to_journal(void);

/* Where it is, connect to its socket, for lines of this process and of none that it
 * forks.  Before a jail.  Without: lines go to standard error as ever. */
void log_journal_open(void);

/* The build that this process becomes may not open one: it gets ours. */
void log_journal_leave(void);

/* False: it was not sent.  line has printable ASCII only. */
bool log_journal_send(int priority, const struct log_pairs *pairs,
    const char *line, size_t length);

#endif
