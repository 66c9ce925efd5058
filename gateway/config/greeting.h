/*
 * greeting.h - the placeholders of banner, motd and help.
 *						Process: monitor, loader.
 */
#ifndef ATOLL_CONFIG_GREETING_H
#define ATOLL_CONFIG_GREETING_H

#include "gateway/config/settings.h"

/* Longest, as text and as file. */
#define GREETING_MAX	    4000
#define GREETING_VALUE_SIZE 512 /* longest of a placeholder's */
/* Every placeholder there is, for a format. */
#define GREETING_PLACEHOLDERS                                                  \
	"%%account %%lab %%title %%user %%hostname %%memory %%cpus %%disk "    \
	"%%inodes"                                                             \
	" %%pids %%time_limit %%idle_limit %%time_left %%until"

/* What holds for one student. */
struct greeting_facts {
	const struct lab *lab;
	const char *account;
	int64_t seconds_left; /* INT64_MAX: for ever */
};

/* How long the placeholder's name at this percent sign is; 0 for none: "5 %"
 * needs no care. */
size_t greeting_name_length(const char *percent);

/* The value of a placeholder, by the first n bytes of name; false when there is
 * none of that name. */
bool greeting_value(const char *name, size_t n, const struct greeting_facts *f,
    char to[GREETING_VALUE_SIZE]);

/* The text with its placeholders replaced, cut to what fits. */
void greeting_write(const char *text, const struct greeting_facts *f,
    char to[LINE_SIZE]);

#endif
