/*
 * owner.h - to be the owner of a sandbox's user namespace for a moment.
 *
 * Only the owner may look into its processes (/proc/PID/ns, /proc/PID/fdinfo):
 * root would need CAP_SYS_PTRACE, which the builder does not have.
 */
#ifndef ATOLL_BUILDER_OWNER_H
#define ATOLL_BUILDER_OWNER_H

#include <sys/types.h>

/* Take on that effective id, or 0 to be root again.  Capabilities are kept, and
 * so are the real and saved ids: no process of the sandbox may touch us. */
void owner_be(uid_t uid);

#endif
