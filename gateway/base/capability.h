/*
 * capability.h - the capabilities that a lab may give its user.
 *
 * In a user namespace of its own a sandbox may hold any of these without
 * reaching the host; the kernel code behind the others is where the escapes of
 * recent years were.
 */
#ifndef ATOLL_BASE_CAPABILITY_H
#define ATOLL_BASE_CAPABILITY_H

#include <stdbool.h>

/* As in capabilities(7), without "cap_". */
#define LAB_CAPABILITIES                                                       \
	"chown dac_override fowner fsetid kill setgid setuid setpcap"          \
	" net_bind_service net_raw sys_chroot sys_ptrace sys_nice"             \
	" audit_write setfcap"

bool capability_is_allowed(const char *name);

#endif
