/*
 * option_load.h - load one setting into one field, a function for each type.
 *						Process: monitor, loader.
 *
 * Private to option*.c.  A value that is wrong leaves the field at its default, and
 * is a diagnostic that names file, line, option, value and what is allowed.
 */
#ifndef ATOLL_CONFIG_OPTION_LOAD_H
#define ATOLL_CONFIG_OPTION_LOAD_H

#include "gateway/config/option.h"

/* One setting being loaded into one field. */
struct load {
	const struct option *o;
	const struct option_source *src;
	config_setting_t *setting;
	void *field;
};

#define DIAGNOSE(l, ...)                                                       \
	diagnose((l)->src->out, (l)->src->file,                                \
	    config_setting_source_line((l)->setting), __VA_ARGS__)

/* Numbers, and words of which there is a list (option_value.c). */
void load_int(const struct load *l);
void load_bool(const struct load *l);
void load_cpus(const struct load *l);
void load_choice(const struct load *l);
void load_set(const struct load *l);
void load_unit(const struct load *l);

/* Texts, and lists of them (option_text.c). */
void load_text(const struct load *l);
void load_texts(const struct load *l);
void load_pairs(const struct load *l);

/* Is the setting an array or a list?  Anything else is a diagnostic. */
bool load_is_sequence(const struct load *l);

#endif
