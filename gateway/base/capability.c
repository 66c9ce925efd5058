/* capability.c - the capabilities that a lab may give its user. */
#include "gateway/base/capability.h"

#include <string.h>

bool
capability_is_allowed(const char *name)
{
	const char *list = LAB_CAPABILITIES;
	size_t n = strlen(name);

	for (; *list != '\0'; list += list[0] == ' ') {
		size_t word = strcspn(list, " ");

		if (word == n && memcmp(list, name, n) == 0)
			return true;
		list += word;
	}
	return false;
}
