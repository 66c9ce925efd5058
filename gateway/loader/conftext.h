/*
 * conftext.h - one configuration file, opened once.	Process: monitor, loader.
 */
#ifndef ATOLL_LOADER_CONFTEXT_H
#define ATOLL_LOADER_CONFTEXT_H

#include <libconfig.h>
#include <stdbool.h>

#include "gateway/base/arena.h"
#include "gateway/config/diagnostic.h"
#include "gateway/loader/authored.h"

/* Read a file of the administrator's, who may @include others; or report it. */
bool conftext_read(config_t *cf, const char *file, struct arena *a,
    struct author *by, struct diagnostics *out);

/* Read a file whose owner may be less than root: its text is all that is
 * read.  Says who wrote it; or reports. */
bool conftext_read_plain(config_t *cf, const char *file, struct arena *a,
    struct author *by, struct diagnostics *out);

/* The text of an open file, of at most a megabyte and without NUL or @include;
 * NULL with the reason, and its line or 0.  Free it. */
char *conftext_plain(int fd, int *line, struct err *e);

#endif
