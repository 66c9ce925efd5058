/* islet_environment.c - keys that set variables of the student's environment. */
#include <string.h>

#include "gateway/base/quote.h"
#include "gateway/base/scope.h"
#include "gateway/islet/islet_lab.h"

/* A variable that is told twice has its first value: GLOBAL_ENV and ENVS often
 * name the same. */
static void
add_variable(struct islet_lab *l, int line, const char *name, const char *value)
{
	for (size_t i = 0; i < l->given_count; i++) {
		if (strcmp(l->given[i], name) == 0)
			return;
	}
	if (l->given_count == VARIABLES_MAX ||
	    strlen(name) >= sizeof(l->given[0])) {
		islet_note(l, line, "%s does not fit into environment", name);
		return;
	}
	strcpy(l->given[l->given_count++], name);
	fprintf(l->environment, "    %s = ", name);
	quote(l->environment, value);
	fputs(";\n", l->environment);
}

/* "A=b C=d" */
void
islet_on_env(struct islet_lab *l, const struct shellvar *v)
{
	FREES char *copy = strdup(v->value);
	char *rest = copy, *word;

	while (rest != NULL && (word = strsep(&rest, " \t\n")) != NULL) {
		char *value = strchr(word, '=');

		if (*word == '\0')
			continue;
		if (value == NULL) {
			islet_note(l, v->line, "%s: %s sets no variable",
			    v->name, word);
			continue;
		}
		*value = '\0';
		add_variable(l, v->line, word, value + 1);
	}
}

/* Names of variables of this file. */
void
islet_on_envs(struct islet_lab *l, const struct shellvar *v)
{
	FREES char *copy = strdup(v->value);
	char *rest = copy, *word;

	while (rest != NULL && (word = strsep(&rest, " \t\n")) != NULL) {
		const char *value = shellvars_get(&l->vars, word);

		if (*word == '\0')
			continue;
		if (value == NULL)
			islet_note(l, v->line,
			    "ENVS: %s is not set in this file", word);
		else
			add_variable(l, v->line, word, value);
	}
}
