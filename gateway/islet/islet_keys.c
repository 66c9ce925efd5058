/*
 * islet_keys.c - what becomes of each key of ISLET's.
 *
 * Each is a row: a function that writes what it is here, or why nothing is.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/array.h"
#include "gateway/base/quote.h"
#include "gateway/base/scope.h"
#include "gateway/islet/islet_lab.h"

#define TEXT_MAX  4000 /* of banner and motd */
#define TITLE_MAX 200

/* --- one function a key ------------------------------------------------- */

static void
on_image(struct islet_lab *l, const struct shellvar *v)
{
	const char *base = strrchr(v->value, '/');
	char plain[128], name[NAME_SIZE];

	snprintf(plain, sizeof(plain), "%s",
	    base == NULL ? v->value : base + 1);
	plain[strcspn(plain, ":")] = '\0';
	islet_make_name(plain, name);
	islet_set_string(l, "image", name);
	islet_note(l, v->line,
	    "%s=\"%s\": import it, 'skopeo copy docker://%s docker-archive:"
	    "%s.tar' and 'atoll-image import %s %s.tar'",
	    v->name, v->value, v->value, name, name, name);
}

static void
on_description(struct islet_lab *l, const struct shellvar *v)
{
	char title[TITLE_MAX + 1];

	snprintf(title, sizeof(title), "%s", v->value);
	islet_set_string(l, "title", title);
}

static void
on_basename(struct islet_lab *l, const struct shellvar *v)
{
	char name[NAME_SIZE];

	islet_make_name(v->value, name);
	islet_note(l, v->line,
	    "BASENAME=\"%s\": a lab has the name of its file: save"
	    " it as %s.conf in labs_dir",
	    v->value, name);
}

static void
on_user(struct islet_lab *l, const struct shellvar *v)
{
	islet_set_string(l, "user", v->value);
}

static void
on_shares(struct islet_lab *l, const struct shellvar *v)
{
	uint64_t weight = strtoull(v->value, NULL, 10) * 100 / 1024;

	if (weight < 1 || weight > 10000)
		islet_note(l, v->line,
		    "%s=\"%s\": cpu_weight is 1 to 10000, 100 for"
		    " 1024 shares",
		    v->name, v->value);
	else
		fprintf(l->out, "cpu_weight = %" PRIu64 ";\n", weight);
}

static void
on_cpu(struct islet_lab *l, const struct shellvar *v)
{
	char *end;
	double cpus = strtod(v->value, &end);

	if (*end != '\0' || !(cpus >= 0.05 && cpus <= 128))
		islet_note(l, v->line,
		    "CPU=\"%s\" is not a number of processors: set cpus",
		    v->value);
	else
		fprintf(l->out, "cpus = %.2f;\n", cpus);
}

static void
on_memory(struct islet_lab *l, const struct shellvar *v)
{
	islet_set_size(l, "memory", v);
}

static void
on_swap(struct islet_lab *l, const struct shellvar *v)
{
	if (strcmp(v->value, "-1") == 0)
		islet_note(l, v->line,
		    "SWAP=\"-1\": swap cannot be without limit: set swap");
	else
		islet_set_swap(l, v);
}

static void
on_hostname(struct islet_lab *l, const struct shellvar *v)
{
	char name[NAME_SIZE];

	islet_make_name(v->value, name);
	islet_set_string(l, "hostname", name);
}

static void
on_network(struct islet_lab *l, const struct shellvar *v)
{
	islet_set_string(l, "network", "none");
	if (strcmp(v->value, "none") != 0)
		islet_note(l, v->line,
		    "NETWORK=\"%s\": a sandbox has no network but"
		    " its loopback; ssh -L reaches its ports",
		    v->value);
}

static void
on_dns(struct islet_lab *l, const struct shellvar *v)
{
	if (strcmp(v->value, "127.0.0.1") == 0)
		return; /* it kept the resolver quiet, and so does ours */
	fputs("dns = [ ", l->out);
	quote(l->out, v->value);
	fputs(" ];\n", l->out);
}

static void
on_workdir(struct islet_lab *l, const struct shellvar *v)
{
	islet_set_string(l, "workdir", v->value);
}

/* "su USER" only becomes the user, which a sandbox does by itself. */
static void
on_command(struct islet_lab *l, const struct shellvar *v)
{
	if (strncmp(v->value, "su ", 3) == 0 &&
	    strchr(v->value + 3, ' ') == NULL)
		return;
	fputs("command = [ \"/bin/sh\", \"-c\", ", l->out);
	quote(l->out, v->value);
	fputs(" ];\n", l->out);
}

static void
on_ulimit(struct islet_lab *l, const struct shellvar *v)
{
	static const char *const known[] = { "cpu", "data", "fsize", "memlock",
		"msgqueue", "nofile", "nproc", "sigpending", "stack" };
	const char *name = v->name + strlen("ULIMIT_");

	if (strcmp(v->value, "no") == 0)
		return;
	for (size_t i = 0; i < COUNT_OF(known); i++) {
		if (strcasecmp(name, known[i]) != 0)
			continue;
		fprintf(l->ulimits, "    %s = ", known[i]);
		quote(l->ulimits, v->value);
		fputs(";\n", l->ulimits);
		return;
	}
	islet_note(l, v->line, "%s=\"%s\": a lab cannot set this limit",
	    v->name, v->value);
}

/* ISLET attached a student to the same container for days: a home that is kept
 * is what comes nearest. */
static void
on_remove(struct islet_lab *l, const struct shellvar *v)
{
	if (islet_is_yes(v->value))
		fputs("home = \"fresh\";  linger = 0;\n", l->out);
	else
		fputs("home = \"seat\";  linger = \"15m\";\n", l->out);
}

static void
on_timeout(struct islet_lab *l, const struct shellvar *v)
{
	size_t digits = strspn(v->value, "0123456789");
	const char *unit = v->value + digits;

	if (digits == 0 || digits > 6 ||
	    (*unit != '\0' && (strchr("smhd", *unit) == NULL || unit[1])))
		islet_note(l, v->line,
		    "TIMEOUT=\"%s\" is not a time: set time_limit", v->value);
	else
		islet_set_string(l, "time_limit", v->value);
}

static void
on_max_size(struct islet_lab *l, const struct shellvar *v)
{
	fputs("storage = \"disk\";  ", l->out);
	islet_set_size(l, "disk", v);
}

static void
on_port(struct islet_lab *l, const struct shellvar *v)
{
	islet_note(l, v->line,
	    "%s=\"%s\": students forward it themselves, ssh -L"
	    " %s:localhost:%s ...; forwarding allows it",
	    v->name, v->value, v->value, v->value);
}

/* The banner is shown on every terminal, the motd by every shell. */
static void
on_text(struct islet_lab *l, const struct shellvar *v)
{
	const char *key = strcmp(v->name, "BANNER") == 0 ? "banner" : "motd";
	FREES char *text = islet_double_percents(v->value);

	if (text == NULL || strlen(text) > TEXT_MAX)
		islet_note(l, v->line,
		    "%s has more than %d bytes: put it into a file, and name"
		    " that as %s_file",
		    v->name, TEXT_MAX, key);
	else
		islet_set_string(l, key, text);
}

static void
on_visible(struct islet_lab *l, const struct shellvar *v)
{
	if (!islet_is_yes(v->value))
		fputs("hidden = true;\n", l->out);
}

/* --- the table ---------------------------------------------------------- */

/* A key that ends in * stands for all keys that begin so.  A key without a
 * function has no counterpart: why says what there is instead, or is NULL for
 * what only ISLET itself needed. */
static const struct rule {
	const char *key;
	void (*convert)(struct islet_lab *l, const struct shellvar *v);
	const char *why;
} rules[] = {
	{ "IMAGE", on_image, NULL },
	{ "ENVIRONMENT", on_image, NULL },
	{ "DESCRIPTION", on_description, NULL },
	{ "BASENAME", on_basename, NULL },
	{ "VISIBLE", on_visible, NULL },
	{ "ENABLE", on_visible, NULL },
	{ "VIRTUSER", on_user, NULL },
	{ "CPUSHARES", on_shares, NULL },
	{ "CPUSHARE", on_shares, NULL },
	{ "CPU", on_cpu, NULL },
	{ "CPUSET", NULL,
	    "a lab cannot choose which processors it has; cpus says how many" },
	{ "MEMORY", on_memory, NULL },
	{ "RAM", on_memory, NULL },
	{ "SWAP", on_swap, NULL },
	{ "HOSTNAME", on_hostname, NULL },
	{ "NETWORK", on_network, NULL },
	{ "DNS", on_dns, NULL },
	{ "MOUNT", islet_on_options, NULL },
	{ "OPTIONS", islet_on_options, NULL },
	{ "LOCAL_OPTIONS", islet_on_options, NULL },
	{ "GLOBAL_OPTIONS", islet_on_options, NULL },
	{ "ADD_ALL", islet_on_add_all, NULL },
	{ "DROP_ALL", islet_on_drop_all, NULL },
	{ "CAP_*", islet_on_capability, NULL },
	{ "ULIMIT_*", on_ulimit, NULL },
	{ "LOCAL_ENV", islet_on_env, NULL },
	{ "GLOBAL_ENV", islet_on_env, NULL },
	{ "ENVS", islet_on_envs, NULL },
	{ "WORKDIR", on_workdir, NULL },
	{ "COMMAND", on_command, NULL },
	{ "REMOVE", on_remove, NULL },
	{ "TIMEOUT", on_timeout, NULL },
	{ "MAX_SIZE", on_max_size, NULL },
	{ "VIRTUAL_PORT", on_port, NULL },
	{ "DAYS", NULL,
	    "how long an account and its homes live is the"
	    " account's, see 'atoll account'" },
	{ "FAILURE_COUNT", NULL, "it is auth_tries of atoll.conf" },
	{ "MIN_PASSWD_LEN", NULL,
	    "registration wants 8 characters, and atoll.conf has no"
	    " key for it" },
	{ "USER", NULL, "students log in as themselves" },
	{ "GROUP", NULL, "who may enter is groups, or open = true" },
	{ "HOST_PORT", NULL, NULL },
	{ "INTERFACE", NULL, NULL },
	{ "BIND", NULL, NULL },
	{ "CONFIG_DIR", NULL, NULL },
	{ "INSTALL_DIR", NULL, NULL },
	{ "LIBISLET", NULL, NULL },
	{ "SHELL", NULL, NULL },
	{ "LAUNCH_CONTAINER", NULL, NULL },
	{ "DB", NULL, NULL },
	{ "DOCKER_DIR", NULL, NULL },
	{ "STORAGE_BACKEND", NULL, NULL },
	{ "CONTAINER_PATH", NULL, NULL },
	{ "METADATA", NULL, NULL },
	{ "MODULE", NULL, NULL },
	{ "DEBUG", NULL, NULL },
	{ "VERSION", NULL, NULL },
	{ "LOG", NULL, NULL },
	{ "INTERVAL", NULL, NULL },
	{ "INFOLEVEL", NULL, NULL },
	{ "MOTD", on_text, NULL },
	{ "BANNER", on_text, NULL },
};

static const struct rule *
rule_of(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(rules); i++) {
		size_t n = strlen(rules[i].key);
		bool is_family = rules[i].key[n - 1] == '*';

		if (is_family ? strncmp(rules[i].key, name, n - 1) == 0
			      : strcmp(rules[i].key, name) == 0)
			return &rules[i];
	}
	return NULL;
}

/* Older versions of ISLET had other names for these. */
static bool
is_superseded(const struct islet_lab *l, const char *name)
{
	static const char *const names[][2] = { { "ENVIRONMENT", "IMAGE" },
		{ "RAM", "MEMORY" }, { "VISIBLE", "ENABLE" } };

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (strcmp(name, names[i][0]) == 0 &&
		    shellvars_get(&l->vars, names[i][1]) != NULL)
			return true;
	}
	return false;
}

void
islet_convert_one(struct islet_lab *l, const struct shellvar *v)
{
	const struct rule *r = rule_of(v->name);

	l->vars.file = v->file;
	if (r == NULL) {
		if (!v->is_exported)
			islet_note(l, v->line,
			    "%s=\"%s\" is not a key of ISLET's", v->name,
			    v->value);
	} else if (v->value[0] == '\0' || is_superseded(l, v->name)) {
		return;
	} else if (r->convert != NULL) {
		r->convert(l, v);
	} else if (r->why == NULL) {
		islet_note(l, v->line,
		    "%s is of ISLET's own machinery: not needed", v->name);
	} else {
		islet_note(l, v->line, "%s=\"%s\": %s", v->name, v->value,
		    r->why);
	}
}
