/*
 * hostcheck.h - "atoll check-host": everything that was found, told in rows.
 */
#ifndef ATOLL_BUILDER_HOSTCHECK_HOSTCHECK_H
#define ATOLL_BUILDER_HOSTCHECK_HOSTCHECK_H

#include "gateway/base/err.h"
#include "gateway/wire/chan.h"

/*
 * Look at this host and at the configuration, and tell atoll over the link:
 * HOST_ROW for each row, then HOST_END.  Makes no sandbox, and leaves those of
 * a running gateway alone.
 */
int hostcheck(const struct chan *admin, const char *config, const char *loader,
    struct err *e);

#endif
