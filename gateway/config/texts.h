/* texts.h - a list of texts, as options have it.	Process: monitor, loader. */
#ifndef ATOLL_CONFIG_TEXTS_H
#define ATOLL_CONFIG_TEXTS_H

#include <stddef.h>

/* Both the list and the texts live in the configuration's arena. */
struct texts {
	size_t count;
	const char **at;
};

#endif
