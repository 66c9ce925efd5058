/* option_value.c - settings that are a number, or words of which there is a list. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/config/option_load.h"
#include "gateway/config/unit.h"

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

void
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

void
load_bool(const struct load *l)
{
	if (config_setting_type(l->setting) == CONFIG_TYPE_BOOL)
		*(int64_t *)l->field = config_setting_get_bool(l->setting);
	else
		DIAGNOSE(l, "%s must be true or false", l->o->name);
}

void
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

void
load_choice(const struct load *l)
{
	int which = load_word(l, l->setting);

	if (which != -1)
		*(int64_t *)l->field = which;
}

void
load_set(const struct load *l)
{
	int64_t bits = 0;

	if (!load_is_sequence(l))
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
void
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
