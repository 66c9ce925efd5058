/* devices.h - the template of every sandbox's /dev.	Process: builder. */
#ifndef ATOLL_BUILDER_FS_DEVICES_H
#define ATOLL_BUILDER_FS_DEVICES_H

#include "gateway/base/err.h"

/* A detached, read-only mount whose directory "dev" is complete but for what is
 * mounted in it; the caller closes it.  It takes CAP_MKNOD. */
int devices_make(struct err *e);

#endif
