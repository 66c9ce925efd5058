/*
 * option_walk.c - the walker over option tables: load and check.
 *
 * Single settings are in option_value.c and option_text.c, printing and
 * comparing in option_print.c.
 */
#include <string.h>

#include "gateway/config/option_load.h"
#include "gateway/config/texts.h"

/* A list of groups; one group alone stands for a list of it. */
static void
load_rows(const struct load *l, void *parent)
{
	const struct option_rows *r = l->o->rows;
	bool is_one = config_setting_is_group(l->setting);
	size_t n = is_one ? 1 : (size_t)config_setting_length(l->setting);
	char *rows;

	if (!is_one && !config_setting_is_list(l->setting)) {
		DIAGNOSE(l, "%s must be a list such as ( { ... }, { ... } )",
		    l->o->name);
		return;
	}
	rows = arena_alloc(l->src->arena, (n + 1) * r->size);
	for (size_t i = 0; i < n; i++) {
		config_setting_t *row =
		    is_one ? l->setting
			   : config_setting_get_elem(l->setting, (unsigned)i);

		if (!config_setting_is_group(row))
			DIAGNOSE(l, "%s: element %zu must be { ... }",
			    l->o->name, i + 1);
		else
			options_load(r->options, r->count, l->src, row,
			    rows + i * r->size);
	}
	*(void **)l->field = rows;
	*(size_t *)((char *)parent + r->rows_offset) = n;
}

static void
load_setting(const struct load *l, void *parent)
{
	switch (l->o->type) {
	case OPTION_INT:
		load_int(l);
		break;
	case OPTION_BOOL:
		load_bool(l);
		break;
	case OPTION_CHOICE:
		load_choice(l);
		break;
	case OPTION_SET:
		load_set(l);
		break;
	case OPTION_SIZE:
	case OPTION_TIME:
		load_unit(l);
		break;
	case OPTION_CPUS:
		load_cpus(l);
		break;
	case OPTION_TEXT:
	case OPTION_NAME:
	case OPTION_PATH:
		load_text(l);
		break;
	case OPTION_TEXTS:
	case OPTION_PATHS:
		load_texts(l);
		break;
	case OPTION_PAIRS:
		load_pairs(l);
		break;
	case OPTION_ROWS:
		load_rows(l, parent);
		break;
	}
}

/* A list from a text of its words. */
static void
set_words(struct texts *to, struct arena *a, const char *words)
{
	size_t most = strlen(words) / 2 + 1;

	to->at = arena_alloc(a, most * sizeof(char *));
	to->count = 0;
	for (size_t n; *words != '\0'; words += n + (words[n] == ' ')) {
		n = strcspn(words, " ");
		to->at[to->count++] = arena_print(a, "%.*s", (int)n, words);
	}
}

static void
set_fallback(const struct option *o, const struct option_source *src,
    void *field)
{
	switch (o->type) {
	case OPTION_INT:
	case OPTION_BOOL:
	case OPTION_SIZE:
	case OPTION_TIME:
	case OPTION_CPUS:
	case OPTION_CHOICE:
	case OPTION_SET:
		*(int64_t *)field = o->fallback;
		break;
	case OPTION_TEXT:
	case OPTION_NAME:
		*(const char **)field =
		    o->fallback_text != NULL ? o->fallback_text : "";
		break;
	case OPTION_PATH:
		*(const char **)field =
		    o->fallback_text == NULL
			? ""
			: option_path(src->arena, src->folder,
			      o->fallback_text);
		break;
	case OPTION_TEXTS:
		if (o->fallback_text != NULL)
			set_words(field, src->arena, o->fallback_text);
		break;
	case OPTION_PATHS:
	case OPTION_PAIRS:
	case OPTION_ROWS:
		break; /* zeroed memory is an empty list */
	}
}

static void
diagnose_unknown(const struct option *options, size_t count,
    const struct option_source *src, config_setting_t *group)
{
	for (int i = 0; i < config_setting_length(group); i++) {
		config_setting_t *s =
		    config_setting_get_elem(group, (unsigned)i);
		bool known = false;

		for (size_t k = 0; k < count && !known; k++)
			known = strcmp(options[k].name,
				    config_setting_name(s)) == 0;
		if (!known)
			diagnose(src->out, src->file,
			    config_setting_source_line(s),
			    "unknown option %s (see atoll.conf(5))",
			    config_setting_name(s));
	}
}

void
options_load(const struct option *options, size_t count,
    const struct option_source *src, config_setting_t *group, void *to)
{
	diagnose_unknown(options, count, src, group);
	for (size_t i = 0; i < count; i++) {
		const struct option *o = &options[i];
		struct load l = { .o = o,
			.src = src,
			.setting = config_setting_get_member(group, o->name),
			.field = (char *)to + o->offset };

		set_fallback(o, src, l.field);
		if (l.setting != NULL)
			load_setting(&l, to);
		else if ((o->flags & OPTION_REQUIRED) != 0)
			diagnose(src->out, src->file,
			    config_setting_source_line(group),
			    "%s is missing: %s", o->name, o->help);
	}
}
