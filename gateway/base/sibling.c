/* sibling.c - where atoll's other programs are. */
#include "gateway/base/sibling.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

void
sibling_path(const char *name, char *to, size_t size)
{
	char self[PATH_MAX] = "";
	const char *folder;

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) == -1)
		self[0] = '\0';
	folder = dirname(self);
	snprintf(to, size, "%s/%s", folder, name);
	if (access(to, X_OK) == -1)
		snprintf(to, size, "%s/../libexec/atoll/%s", folder, name);
}
