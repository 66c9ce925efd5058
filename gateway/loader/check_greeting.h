/*
 * check_greeting.h - banner, motd and help: from a text or from a file.
 *							Process: loader.
 */
#ifndef ATOLL_LOADER_CHECK_GREETING_H
#define ATOLL_LOADER_CHECK_GREETING_H

#include <libconfig.h>

#include "gateway/config/config.h"

/* Where a text may come from; the file's takes the text's place. */
struct greeting {
	const char *name; /* of the option; "NAME_file" is the other one */
	const char **text, **file;
};

/* Read the file if there is one, which by may show.  Both at once are an error,
 * and so is what cannot be read, is too long, or no text. */
void greeting_load(struct arena *a, const struct greeting *g,
    const char *config_file, const struct author *by, config_setting_t *group,
    struct diagnostics *out);

/* A lab's: no unknown placeholder. */
void greeting_check(const struct lab *lab, const struct greeting *g,
    config_setting_t *group, struct diagnostics *out);

#endif
