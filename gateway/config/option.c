/*
 * option.c - the walker over option tables: load and check.
 *
 * Printing and comparing are in option_print.c.
 */
#include "gateway/config/option.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/name.h"
#include "gateway/config/texts.h"
#include "gateway/config/unit.h"

#define PAIR_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"

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

static void
store_number(const struct load *l, int64_t v, const char *shown)
{
	const struct option *o = l->o;
	char least[UNIT_SIZE], most[UNIT_SIZE];

	if (v >= o->min && v <= o->max) {
		*(int64_t *)l->field = v;
		return;
	}
	unit_text(o->type, o->min, least);
	unit_text(o->type, o->max, most);
	DIAGNOSE(l, "%s = %s is outside %s..%s", o->name, shown, least, most);
}

static void
load_int(const struct load *l)
{
	char shown[32];
	long long v;

	if (config_setting_type(l->setting) != CONFIG_TYPE_INT &&
	    config_setting_type(l->setting) != CONFIG_TYPE_INT64) {
		DIAGNOSE(l, "%s must be a whole number", l->o->name);
		return;
	}
	v = config_setting_get_int64(l->setting);
	snprintf(shown, sizeof(shown), "%lld", v);
	store_number(l, v, shown);
}

static void
load_bool(const struct load *l)
{
	if (config_setting_type(l->setting) == CONFIG_TYPE_BOOL)
		*(int64_t *)l->field = config_setting_get_bool(l->setting);
	else
		DIAGNOSE(l, "%s must be true or false", l->o->name);
}

static void
load_cpus(const struct load *l)
{
	int type = config_setting_type(l->setting);
	char shown[32];
	double v;

	if (type == CONFIG_TYPE_FLOAT) {
		v = config_setting_get_float(l->setting);
	} else if (type == CONFIG_TYPE_INT) {
		v = config_setting_get_int(l->setting);
	} else {
		DIAGNOSE(l, "%s must be a number such as 0.5", l->o->name);
		return;
	}
	snprintf(shown, sizeof(shown), "%g", v);
	if (v * 100 >= (double)l->o->min && v * 100 <= (double)l->o->max)
		*(int64_t *)l->field = (int64_t)(v * 100 + 0.5);
	else
		DIAGNOSE(l, "%s = %s is outside %g..%g", l->o->name, shown,
		    (double)l->o->min / 100, (double)l->o->max / 100);
}

int
option_word(const struct option *o, const char *word)
{
	for (int i = 0; o->words[i] != NULL; i++) {
		if (strcmp(o->words[i], word) == 0)
			return i;
	}
	return -1;
}

void
option_words_text(const struct option *o, char to[OPTION_WORDS_SIZE])
{
	size_t at = 0;

	to[0] = '\0';
	for (size_t i = 0; o->words[i] != NULL && at < OPTION_WORDS_SIZE; i++)
		at += (size_t)snprintf(to + at, OPTION_WORDS_SIZE - at,
		    "%s\"%s\"",
		    i == 0		      ? ""
		    : o->words[i + 1] == NULL ? " or "
					      : ", ",
		    o->words[i]);
}

/* The number of the word that a setting is; -1 after a diagnostic. */
static int
load_word(const struct load *l, config_setting_t *setting)
{
	const char *text = config_setting_get_string(setting);
	char words[OPTION_WORDS_SIZE];
	int which = text == NULL ? -1 : option_word(l->o, text);

	if (which != -1)
		return which;
	option_words_text(l->o, words);
	if (text == NULL)
		DIAGNOSE(l, "%s must be %s", l->o->name, words);
	else
		DIAGNOSE(l, "%s = \"%s\" must be %s", l->o->name, text, words);
	return -1;
}

static void
load_choice(const struct load *l)
{
	int which = load_word(l, l->setting);

	if (which != -1)
		*(int64_t *)l->field = which;
}

static bool
is_sequence(const struct load *l)
{
	if (config_setting_is_array(l->setting) ||
	    config_setting_is_list(l->setting))
		return true;
	DIAGNOSE(l, "%s must be a list such as [ \"a\", \"b\" ]", l->o->name);
	return false;
}

static void
load_set(const struct load *l)
{
	int64_t bits = 0;

	if (!is_sequence(l))
		return;
	for (int i = 0; i < config_setting_length(l->setting); i++) {
		int which = load_word(l,
		    config_setting_get_elem(l->setting, (unsigned)i));

		if (which != -1)
			bits |= INT64_C(1) << which;
	}
	*(int64_t *)l->field = bits;
}

/* A size or a time: a number, or a text of digits and a unit. */
static void
load_unit(const struct load *l)
{
	const char *text = config_setting_get_string(l->setting);
	int64_t factor;
	char *end;
	long long v;

	if (text == NULL) {
		load_int(l);
		return;
	}
	v = strtoll(text, &end, 10);
	factor = unit_factor(l->o->type, end);
	if (end == text || v < 0 || factor == 0 || v > INT64_MAX / factor)
		DIAGNOSE(l, "%s = \"%s\" is not a %s", l->o->name, text,
		    l->o->type == OPTION_SIZE
			? "size: a number, with K, M, G or T"
			: "time: a number, with s, m, h or d");
	else
		store_number(l, v * factor, text);
}

const char *
option_path(struct arena *a, const char *folder, const char *path)
{
	if (path[0] == '/' || path[0] == '\0')
		return arena_text(a, path);
	return arena_print(a, "%s/%s", folder, path);
}

/* The text of a setting, checked and made what its type says; or NULL. */
static const char *
load_one_text(const struct load *l, config_setting_t *setting,
    enum option_type type)
{
	const char *text = config_setting_get_string(setting);

	if (text == NULL) {
		DIAGNOSE(l, "%s must be text in quotes", l->o->name);
		return NULL;
	}
	if (strlen(text) > (size_t)l->o->max) {
		DIAGNOSE(l, "%s is longer than %" PRId64 " bytes", l->o->name,
		    l->o->max);
		return NULL;
	}
	if (type == OPTION_NAME && !is_name(text)) {
		DIAGNOSE(l,
		    "%s = \"%s\" is not a name: up to 32 of a-z 0-9 _ . -,"
		    " first a letter, digit or _",
		    l->o->name, text);
		return NULL;
	}
	if (type == OPTION_PATH)
		return option_path(l->src->arena, l->src->folder, text);
	return arena_text(l->src->arena, text);
}

static void
load_text(const struct load *l)
{
	const char *text = load_one_text(l, l->setting, l->o->type);

	if (text != NULL)
		*(const char **)l->field = text;
}

static void
load_texts(const struct load *l)
{
	struct texts *to = l->field;
	int n = config_setting_length(l->setting);

	if (!is_sequence(l))
		return;
	to->at = arena_alloc(l->src->arena, (size_t)(n + 1) * sizeof(char *));
	to->count = 0;
	for (int i = 0; i < n; i++) {
		const char *text = load_one_text(l,
		    config_setting_get_elem(l->setting, (unsigned)i),
		    l->o->type == OPTION_PATHS ? OPTION_PATH : OPTION_TEXT);

		if (text != NULL)
			to->at[to->count++] = text;
	}
}

/* One setting of a group, as "NAME=value"; or NULL. */
static const char *
load_member(const struct load *l, config_setting_t *s)
{
	const char *value = config_setting_get_string(s);

	if (config_setting_type(s) == CONFIG_TYPE_INT ||
	    config_setting_type(s) == CONFIG_TYPE_INT64)
		value = arena_print(l->src->arena, "%lld",
		    config_setting_get_int64(s));
	if (value == NULL) {
		DIAGNOSE(l, "%s.%s must be text in quotes", l->o->name,
		    config_setting_name(s));
		return NULL;
	}
	return arena_print(l->src->arena, "%s=%s", config_setting_name(s),
	    value);
}

/* One text of a list, which is "NAME=value" already; or NULL. */
static const char *
load_pair(const struct load *l, config_setting_t *s)
{
	const char *text = config_setting_get_string(s);
	size_t n = text == NULL ? 0 : strspn(text, PAIR_LETTERS "0123456789.-");

	if (n == 0 || text[n] != '=' || strchr(PAIR_LETTERS, text[0]) == NULL) {
		DIAGNOSE(l,
		    "%s: %s%s%s must be \"NAME=value\", with a NAME of letters,"
		    " digits, _ . and -, first a letter or _",
		    l->o->name, text == NULL ? "an element" : "\"",
		    text == NULL ? "" : text, text == NULL ? "" : "\"");
		return NULL;
	}
	return arena_text(l->src->arena, text);
}

/* A group, or a list: in a group libconfig has no name that begins with _. */
static void
load_pairs(const struct load *l)
{
	bool is_group = config_setting_is_group(l->setting);
	struct texts *to = l->field;
	int n = config_setting_length(l->setting);

	if (!is_group && !config_setting_is_array(l->setting) &&
	    !config_setting_is_list(l->setting)) {
		DIAGNOSE(l,
		    "%s must be a group such as { NAME = \"value\"; }, or a"
		    " list such as [ \"NAME=value\" ]",
		    l->o->name);
		return;
	}
	to->at = arena_alloc(l->src->arena, (size_t)(n + 1) * sizeof(char *));
	to->count = 0;
	for (int i = 0; i < n; i++) {
		config_setting_t *s =
		    config_setting_get_elem(l->setting, (unsigned)i);
		const char *pair =
		    is_group ? load_member(l, s) : load_pair(l, s);

		if (pair != NULL)
			to->at[to->count++] = pair;
	}
}

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
