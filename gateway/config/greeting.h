/*
 * greeting.h - banner, motd and help: from a text or a file, with placeholders.
 *						Process: monitor, loader.
 */
#ifndef ATOLL_CONFIG_GREETING_H
#define ATOLL_CONFIG_GREETING_H

#include "gateway/loader/check.h"

/* Longest, as text and as file. */
#define GREETING_MAX 4000

/* Where a text may come from; the file's takes the text's place. */
struct greeting {
	const char *name; /* of the option; "NAME_file" is the other one */
	const char **text, **file;
};

/* Read the file if there is one, which by may show.  Both at once are an error,
 * and so is what cannot be read, is too long, or no text. */
void greeting_load(struct arena *a, const struct greeting *g,
    const char *config_file, const struct author *by, config_setting_t *group,
    struct complaints *out);

/* A lab's: no unknown placeholder. */
void greeting_check(const struct lab *lab, const struct greeting *g,
    config_setting_t *group, struct complaints *out);

/* What holds for one student. */
struct greeting_facts {
	const struct lab *lab;
	const char *account;
	int64_t seconds_left; /* INT64_MAX: for ever */
};

/* The text with its placeholders replaced, cut to what fits. */
void greeting_write(const char *text, const struct greeting_facts *f,
    char to[LINE_SIZE]);

#endif
