/* imageenv.c - the variables that an image's programs expect. */
#include "gateway/loader/imageenv.h"

#include <stdbool.h>
#include <string.h>

#include "gateway/wire/msg.h"

static bool
is_variable(const char *text)
{
	return text != NULL && text[0] != '=' && strchr(text, '=') != NULL;
}

int
imageenv_take(struct arena *a, struct lab *lab, const config_t *manifest,
    size_t *count, size_t *bytes)
{
	const config_setting_t *list =
	    config_lookup(manifest, "lab.environment");
	int n = list == NULL ? 0 : config_setting_length(list);
	struct texts found = { 0 };

	*count = *bytes = 0;
	if (n <= 0)
		return 0;
	found.at = arena_alloc(a, (size_t)n * sizeof(char *));
	for (int i = 0; i < n; i++) {
		const char *text = config_setting_get_string_elem(list, i);

		if (!is_variable(text))
			continue;
		found.at[found.count++] = arena_text(a, text);
		*bytes += strlen(text) + 1;
	}
	*count = found.count;
	if (found.count > STRINGS_MAX || *bytes > STRINGS_SIZE)
		return -1;
	lab->environment = found;
	return 0;
}
