/* memfd.c - a file that is memory, to be handed to another process. */
#include "gateway/base/memfd.h"

#include <errno.h>
#include <sys/mman.h>

/* Of Linux 6.3: nothing in it is ever a program.  A host may refuse all others,
 * see vm.memfd_noexec in sysctl(8). */
#define NOEXEC_SEAL 0x0008U

int
memfd_make(const char *name)
{
	const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int fd = memfd_create(name, flags | NOEXEC_SEAL);

	if (fd == -1 && errno == EINVAL)
		fd = memfd_create(name, flags);
	return fd;
}
