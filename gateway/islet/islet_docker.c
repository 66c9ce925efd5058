/*
 * islet_docker.c - keys that hold options of docker-run(1), as far as they are
 * mounts and capabilities.
 */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "gateway/base/capability.h"
#include "gateway/base/quote.h"
#include "gateway/base/scope.h"
#include "gateway/islet/islet_lab.h"

/* One "/src:/dst:ro". */
static void
add_mount(struct islet_lab *l, int line, char *spec)
{
	char *source = strsep(&spec, ":");
	char *target = strsep(&spec, ":");
	bool is_read_only = spec != NULL && strncmp(spec, "ro", 2) == 0;

	if (target == NULL || source[0] != '/' || target[0] != '/') {
		islet_note(l, line, "the mount %s is not /source:/target:ro",
		    source);
		return;
	}
	fprintf(l->mounts,
	    "%s\n    { source = ", ftell(l->mounts) == 0 ? "" : ",");
	quote(l->mounts, source);
	fputs("; target = ", l->mounts);
	quote(l->mounts, target);
	fprintf(l->mounts, "; writable = %s; }",
	    is_read_only ? "false" : "true");
}

static bool
is_for_root(const struct islet_lab *l)
{
	const char *user = shellvars_get(&l->vars, "VIRTUSER");

	return user != NULL && strcmp(user, "root") == 0;
}

/* Docker's are a bounding set: a process of root's has them, one of another
 * user only by way of a set-id program.  Ours are given to whoever the user
 * is, so only a lab whose user is root gets the same. */
static void
add_capability(struct islet_lab *l, int line, const char *given)
{
	char name[64];
	size_t n = 0;

	for (; given[n] != '\0' && n < sizeof(name) - 1; n++)
		name[n] = (char)tolower((unsigned char)given[n]);
	name[n] = '\0';
	if (!is_for_root(l))
		islet_note(l, line,
		    "capability %s was for set-id programs of ISLET's user;"
		    " capabilities would give it to each process of the"
		    " student: add it only if the lab needs that",
		    name);
	else if (capability_is_allowed(name))
		fprintf(l->capabilities, "%s\"%s\"",
		    ftell(l->capabilities) == 0 ? "" : ", ", name);
	else
		islet_note(l, line,
		    "capability %s is not one that a lab may have", name);
}

/* Options of docker-run(1), as far as they are mounts and capabilities. */
void
islet_on_options(struct islet_lab *l, const struct shellvar *v)
{
	FREES char *copy = strdup(v->value);
	char *rest = copy, *word;
	bool is_mount = false, is_capability = false;

	while (rest != NULL && (word = strsep(&rest, " \t\n")) != NULL) {
		if (*word == '\0')
			continue;
		if (is_mount)
			add_mount(l, v->line, word);
		else if (is_capability)
			add_capability(l, v->line, word);
		else if (strncmp(word, "--cap-add=", 10) == 0)
			add_capability(l, v->line, word + 10);
		else if (strncmp(word, "--volume=", 9) == 0)
			add_mount(l, v->line, word + 9);
		else if (strcmp(word, "-v") != 0 &&
			 strcmp(word, "--volume") != 0 &&
			 strcmp(word, "--cap-add") != 0)
			islet_note(l, v->line,
			    "%s: docker's %s has no counterpart", v->name,
			    word);
		is_capability = !is_mount && !is_capability &&
				strcmp(word, "--cap-add") == 0;
		is_mount = !is_mount && (strcmp(word, "-v") == 0 ||
					    strcmp(word, "--volume") == 0);
	}
}

void
islet_on_add_all(struct islet_lab *l, const struct shellvar *v)
{
	if (islet_is_yes(v->value))
		islet_note(l, v->line,
		    "ADD_ALL=\"yes\": capabilities names them one by one, and"
		    " some are for no lab");
}

/* Another user than root has none here, whatever ISLET's file says. */
void
islet_on_drop_all(struct islet_lab *l, const struct shellvar *v)
{
	if (islet_is_yes(v->value) && is_for_root(l))
		islet_note(l, v->line,
		    "DROP_ALL=\"yes\": root of a sandbox keeps what administers"
		    " it (chown, dac_override, setuid and the like, over its"
		    " own files and processes); give VIRTUSER another name for"
		    " a lab without");
}

void
islet_on_capability(struct islet_lab *l, const struct shellvar *v)
{
	if (islet_is_yes(v->value))
		add_capability(l, v->line, v->name + strlen("CAP_"));
}
