/* rights.c - is this root the host's, with what making sandboxes needs? */
#include "sandbox/builder/hostcheck/rights.h"

#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "sandbox/builder/procfile.h"

/* Those without which no sandbox can be made; MKNOD only to start with. */
static const struct {
	unsigned number;
	const char *name;
} needed[] = {
	{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
	{ CAP_SETUID, "CAP_SETUID" },
	{ CAP_SETGID, "CAP_SETGID" },
	{ CAP_SETFCAP, "CAP_SETFCAP" },
	{ CAP_CHOWN, "CAP_CHOWN" },
	{ CAP_DAC_OVERRIDE, "CAP_DAC_OVERRIDE" },
	{ CAP_FOWNER, "CAP_FOWNER" },
	{ CAP_KILL, "CAP_KILL" },
	{ CAP_SETPCAP, "CAP_SETPCAP" },
	{ CAP_SYS_CHROOT, "CAP_SYS_CHROOT" },
	{ CAP_MKNOD, "CAP_MKNOD" },
};

/* What this process lacks, with blanks between. */
static void
list_missing(char *text, size_t size)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct have[2] = { 0 };
	uint64_t effective;
	size_t at = 0;

	text[0] = '\0';
	if (syscall(SYS_capget, &head, have) == -1)
		return;
	effective = (uint64_t)have[1].effective << 32 | have[0].effective;
	for (size_t i = 0; i < COUNT_OF(needed) && at < size; i++) {
		if ((effective >> needed[i].number & 1) == 0)
			at += (size_t)snprintf(text + at, size - at, "%s%s",
			    at == 0 ? "" : " ", needed[i].name);
	}
}

/* The initial namespace maps every id to itself, see user_namespaces(7). */
static bool
is_users_namespace(void)
{
	unsigned inside, outside, length;
	char map[80];

	return procfile_text("/proc/self/uid_map", map, sizeof(map)) &&
	       (sscanf(map, "%u %u %u", &inside, &outside, &length) != 3 ||
		   inside != 0 || outside != 0 || length != UINT32_MAX);
}

bool
rights_find(struct host_rows *f)
{
	char missing[160];
	struct host_row *row;

	list_missing(missing, sizeof(missing));
	if (is_users_namespace()) {
		row = host_row_add(f, LEVEL_ERROR, "capabilities",
		    "this is root of a user namespace, whose capabilities"
		    " (CAP_SYS_ADMIN first) are not the host's");
		host_row_cure(row,
		    "start it on the host itself, or in a container without a"
		    " user namespace of its own");
		return false;
	}
	if (missing[0] != '\0') {
		row = host_row_add(f, LEVEL_ERROR, "capabilities",
		    "missing: %s", missing);
		host_row_cure(row,
		    "a container has withheld them: 'docker run --privileged',"
		    " or start it on the host itself");
		return false;
	}
	host_row_add(f, LEVEL_OK, "capabilities", "all that are needed");
	return true;
}
