/* option_text.c - settings that are a text, or a list of texts. */
#include <inttypes.h>
#include <string.h>

#include "gateway/base/name.h"
#include "gateway/config/option_load.h"
#include "gateway/config/texts.h"

#define PAIR_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"

bool
load_is_sequence(const struct load *l)
{
	if (config_setting_is_array(l->setting) ||
	    config_setting_is_list(l->setting))
		return true;
	DIAGNOSE(l, "%s must be a list such as [ \"a\", \"b\" ]", l->o->name);
	return false;
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

void
load_text(const struct load *l)
{
	const char *text = load_one_text(l, l->setting, l->o->type);

	if (text != NULL)
		*(const char **)l->field = text;
}

/* One text alone stands for a list of it. */
static void
load_only_text(const struct load *l)
{
	struct texts *to = l->field;
	const char *text = load_one_text(l, l->setting, OPTION_TEXT);

	if (text == NULL)
		return;
	to->at = arena_alloc(l->src->arena, sizeof(char *));
	to->at[0] = text;
	to->count = 1;
}

void
load_texts(const struct load *l)
{
	struct texts *to = l->field;
	int n = config_setting_length(l->setting);

	if ((l->o->flags & OPTION_ONE) != 0 &&
	    config_setting_type(l->setting) == CONFIG_TYPE_STRING) {
		load_only_text(l);
		return;
	}
	if (!load_is_sequence(l))
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
void
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
