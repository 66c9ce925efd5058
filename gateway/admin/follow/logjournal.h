/*
 * logjournal.h - the lines of an account or a seat, as systemd's journal has them.
 *
 * Process: atoll.
 */
#ifndef ATOLL_ADMIN_FOLLOW_LOGJOURNAL_H
#define ATOLL_ADMIN_FOLLOW_LOGJOURNAL_H

#include <stdbool.h>

#include "gateway/admin/follow/logfile.h"
#include "gateway/admin/follow/logmatch.h"

/* Has journalctl(1) find them. */
int logjournal_read(const struct logmatch *m, bool follow, logfile_line *line,
    void *self, struct err *e);

#endif
