/*
 * islet.c - a lab file from a configuration of ISLET.
 *
 * Each of its keys is a row: what becomes of it here, or why nothing does.
 */
#include "gateway/admin/islet.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gateway/admin/print.h"
#include "gateway/admin/shellvars.h"
#include "gateway/shared/name.h"
#include "gateway/shared/scope.h"

#define FILE_MAX  (1 << 20)
#define MOTD_MAX  4000
#define TITLE_MAX 200

#define VARIABLES_MAX 64 /* as many as environment may have */
#define COUNT(a)      (sizeof(a) / sizeof((a)[0]))

/* What a lab file holds more than once is gathered first. */
struct lab {
	FILE *out, *notes;
	struct shellvars vars;
	char given[VARIABLES_MAX][64]; /* names in environment */
	size_t given_count;
	FILE *mounts, *capabilities, *environment, *ulimits;
};

__attribute__((format(printf, 3, 4))) static void
note(struct lab *l, int line, const char *fmt, ...)
{
	char text[1024], safe[4 * sizeof(text)], name[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text_escape(safe, sizeof(safe), text);
	text_escape(name, sizeof(name), l->vars.file);
	fprintf(l->notes, "%s:%d: %s\n", name, line, safe);
}

static void
on_note(void *arg, int line, const char *text)
{
	note(arg, line, "%s", text);
}

/* --- libconfig text ----------------------------------------------------- */

static void
put_string(FILE *to, const char *text)
{
	fputc('"', to);
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			fprintf(to, "\\%c", c);
		else if (c == '\n')
			fputs(text[1] == '\0' ? "\\n" : "\\n\"\n    \"", to);
		else if (c == '\t')
			fputs("\\t", to);
		else if (c < 0x20 || c == 0x7f)
			fprintf(to, "\\x%02x", c);
		else
			fputc(c, to);
	}
	fputc('"', to);
}

static void
set_string(struct lab *l, const char *key, const char *value)
{
	fprintf(l->out, "%s = ", key);
	put_string(l->out, value);
	fputs(";\n", l->out);
}

/* --- values ------------------------------------------------------------- */

static bool
is_yes(const char *value)
{
	return strcasecmp(value, "yes") == 0;
}

/* A name of ours from whatever it was called; "" when nothing is left. */
static void
make_name(const char *from, char to[NAME_SIZE])
{
	size_t n = 0;

	for (; *from != '\0' && n < NAME_SIZE - 1; from++) {
		char c = (char)tolower((unsigned char)*from);

		if (n == 0 && !isalnum((unsigned char)c))
			continue;
		to[n++] =
		    strchr("abcdefghijklmnopqrstuvwxyz0123456789_.-", c) == NULL
			? '-'
			: c;
	}
	to[n] = '\0';
}

/* "256m" as docker-run(1) has it; 0 when it is no size. */
static uint64_t
size_of(const char *value)
{
	static const char units[] = "bkmg";
	char *end;
	uint64_t n = strtoull(value, &end, 10);
	const char *unit =
	    *end == '\0' ? units : strchr(units, tolower((unsigned char)*end));

	if (!isdigit((unsigned char)value[0]) || unit == NULL ||
	    (*end != '\0' && end[1] != '\0') || n > UINT64_MAX >> 30)
		return 0;
	return n << (10 * (unit - units));
}

static void
put_size(FILE *to, uint64_t bytes)
{
	if (bytes % (1 << 20) == 0)
		fprintf(to, "\"%" PRIu64 "M\"", bytes >> 20);
	else
		fprintf(to, "\"%" PRIu64 "K\"", (bytes + 1023) >> 10);
}

static void
set_size(struct lab *l, const char *key, const struct shellvar *v)
{
	uint64_t bytes = size_of(v->value);

	if (bytes == 0) {
		note(l, v->line, "%s=\"%s\" is not a size: it is left out",
		    v->name, v->value);
		return;
	}
	fprintf(l->out, "%s = ", key);
	put_size(l->out, bytes);
	fputs(";\n", l->out);
}

/* --- one function a key ------------------------------------------------- */

static void
on_image(struct lab *l, const struct shellvar *v)
{
	const char *base = strrchr(v->value, '/');
	char plain[128], name[NAME_SIZE];

	snprintf(plain, sizeof(plain), "%s",
	    base == NULL ? v->value : base + 1);
	plain[strcspn(plain, ":")] = '\0';
	make_name(plain, name);
	set_string(l, "image", name);
	note(l, v->line,
	    "%s=\"%s\": import it, 'skopeo copy docker://%s docker-archive:"
	    "%s.tar' and 'atoll-image import %s %s.tar'",
	    v->name, v->value, v->value, name, name, name);
}

static void
on_description(struct lab *l, const struct shellvar *v)
{
	char title[TITLE_MAX + 1];

	snprintf(title, sizeof(title), "%s", v->value);
	set_string(l, "title", title);
}

static void
on_basename(struct lab *l, const struct shellvar *v)
{
	char name[NAME_SIZE];

	make_name(v->value, name);
	note(l, v->line,
	    "BASENAME=\"%s\": a lab is called as its file is: save"
	    " it as %s.conf in labs_dir",
	    v->value, name);
}

static void
on_user(struct lab *l, const struct shellvar *v)
{
	set_string(l, "user", v->value);
}

static void
on_shares(struct lab *l, const struct shellvar *v)
{
	uint64_t weight = strtoull(v->value, NULL, 10) * 100 / 1024;

	if (weight < 1 || weight > 10000)
		note(l, v->line,
		    "%s=\"%s\": cpu_weight is 1 to 10000, 100 for"
		    " 1024 shares",
		    v->name, v->value);
	else
		fprintf(l->out, "cpu_weight = %" PRIu64 ";\n", weight);
}

static void
on_cpu(struct lab *l, const struct shellvar *v)
{
	char *end;
	double cpus = strtod(v->value, &end);

	if (*end != '\0' || !(cpus >= 0.05 && cpus <= 128))
		note(l, v->line, "CPU=\"%s\" is no number of processors",
		    v->value);
	else
		fprintf(l->out, "cpus = %.2f;\n", cpus);
}

static void
on_memory(struct lab *l, const struct shellvar *v)
{
	set_size(l, "memory", v);
}

static void
on_swap(struct lab *l, const struct shellvar *v)
{
	if (strcmp(v->value, "-1") == 0)
		note(l, v->line, "SWAP=\"-1\": swap cannot be without limit");
	else
		set_size(l, "swap", v);
}

static void
on_hostname(struct lab *l, const struct shellvar *v)
{
	char name[NAME_SIZE];

	make_name(v->value, name);
	set_string(l, "hostname", name);
}

static void
on_network(struct lab *l, const struct shellvar *v)
{
	set_string(l, "network", "none");
	if (strcmp(v->value, "none") != 0)
		note(l, v->line,
		    "NETWORK=\"%s\": a sandbox has no network but"
		    " its loopback; ssh -L reaches its ports",
		    v->value);
}

static void
on_dns(struct lab *l, const struct shellvar *v)
{
	if (strcmp(v->value, "127.0.0.1") == 0)
		return; /* it kept the resolver quiet, and so does ours */
	fputs("dns = [ ", l->out);
	put_string(l->out, v->value);
	fputs(" ];\n", l->out);
}

/* One "/src:/dst:ro". */
static void
add_mount(struct lab *l, int line, char *spec)
{
	char *source = strsep(&spec, ":");
	char *target = strsep(&spec, ":");
	bool is_read_only = spec != NULL && strncmp(spec, "ro", 2) == 0;

	if (target == NULL || source[0] != '/' || target[0] != '/') {
		note(l, line, "the mount %s is not /source:/target:ro", source);
		return;
	}
	fprintf(l->mounts,
	    "%s\n    { source = ", ftell(l->mounts) == 0 ? "" : ",");
	put_string(l->mounts, source);
	fputs("; target = ", l->mounts);
	put_string(l->mounts, target);
	fprintf(l->mounts, "; writable = %s; }",
	    is_read_only ? "false" : "true");
}

static void
add_capability(struct lab *l, int line, const char *given)
{
	static const char *const allowed[] = { "chown", "dac_override",
		"fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
		"net_bind_service", "net_raw", "sys_chroot", "sys_ptrace",
		"sys_nice", "audit_write", "setfcap" };
	char name[64];
	size_t n = 0;

	for (; given[n] != '\0' && n < sizeof(name) - 1; n++)
		name[n] = (char)tolower((unsigned char)given[n]);
	name[n] = '\0';
	for (size_t i = 0; i < COUNT(allowed); i++) {
		if (strcmp(name, allowed[i]) == 0) {
			fprintf(l->capabilities, "%s\"%s\"",
			    ftell(l->capabilities) == 0 ? "" : ", ", name);
			return;
		}
	}
	note(l, line, "capability %s is not one that a lab may have", name);
}

/* Options of docker-run(1), as far as they are mounts and capabilities. */
static void
on_options(struct lab *l, const struct shellvar *v)
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
			note(l, v->line, "%s: docker's %s has no counterpart",
			    v->name, word);
		is_capability = !is_mount && !is_capability &&
				strcmp(word, "--cap-add") == 0;
		is_mount = !is_mount && (strcmp(word, "-v") == 0 ||
					    strcmp(word, "--volume") == 0);
	}
}

static void
on_all(struct lab *l, const struct shellvar *v)
{
	if (is_yes(v->value) && v->name[0] == 'A')
		note(l, v->line,
		    "ADD_ALL=\"yes\": capabilities names them one by one, and"
		    " some are for no lab");
}

/* A variable that is told twice has its first value: GLOBAL_ENV and ENVS often
 * name the same. */
static void
add_variable(struct lab *l, int line, const char *name, const char *value)
{
	for (size_t i = 0; i < l->given_count; i++) {
		if (strcmp(l->given[i], name) == 0)
			return;
	}
	if (l->given_count == VARIABLES_MAX ||
	    strlen(name) >= sizeof(l->given[0])) {
		note(l, line, "%s does not fit into environment", name);
		return;
	}
	strcpy(l->given[l->given_count++], name);
	fprintf(l->environment, "    %s = ", name);
	put_string(l->environment, value);
	fputs(";\n", l->environment);
}

/* "A=b C=d" */
static void
on_env(struct lab *l, const struct shellvar *v)
{
	FREES char *copy = strdup(v->value);
	char *rest = copy, *word;

	while (rest != NULL && (word = strsep(&rest, " \t\n")) != NULL) {
		char *value = strchr(word, '=');

		if (*word == '\0')
			continue;
		if (value == NULL) {
			note(l, v->line, "%s: %s sets no variable", v->name,
			    word);
			continue;
		}
		*value = '\0';
		add_variable(l, v->line, word, value + 1);
	}
}

/* Names of variables of this file. */
static void
on_envs(struct lab *l, const struct shellvar *v)
{
	FREES char *copy = strdup(v->value);
	char *rest = copy, *word;

	while (rest != NULL && (word = strsep(&rest, " \t\n")) != NULL) {
		const char *value = shellvars_get(&l->vars, word);

		if (*word == '\0')
			continue;
		if (value == NULL)
			note(l, v->line, "ENVS: %s is not set in this file",
			    word);
		else
			add_variable(l, v->line, word, value);
	}
}

static void
on_workdir(struct lab *l, const struct shellvar *v)
{
	set_string(l, "workdir", v->value);
}

/* To become the user is what a lab's sandbox begins with. */
static void
on_command(struct lab *l, const struct shellvar *v)
{
	if (strncmp(v->value, "su ", 3) == 0 &&
	    strchr(v->value + 3, ' ') == NULL)
		return;
	fputs("command = [ \"/bin/sh\", \"-c\", ", l->out);
	put_string(l->out, v->value);
	fputs(" ];\n", l->out);
}

static void
on_ulimit(struct lab *l, const struct shellvar *v)
{
	static const char *const known[] = { "cpu", "data", "fsize", "memlock",
		"msgqueue", "nofile", "nproc", "sigpending", "stack" };
	const char *name = v->name + strlen("ULIMIT_");

	if (strcmp(v->value, "no") == 0)
		return;
	for (size_t i = 0; i < COUNT(known); i++) {
		if (strcasecmp(name, known[i]) != 0)
			continue;
		fprintf(l->ulimits, "    %s = ", known[i]);
		put_string(l->ulimits, v->value);
		fputs(";\n", l->ulimits);
		return;
	}
	note(l, v->line, "%s=\"%s\": this one is not a lab's to set", v->name,
	    v->value);
}

static void
on_capability(struct lab *l, const struct shellvar *v)
{
	if (is_yes(v->value))
		add_capability(l, v->line, v->name + strlen("CAP_"));
}

/* What was attached to again for days is a home that is kept. */
static void
on_remove(struct lab *l, const struct shellvar *v)
{
	if (is_yes(v->value))
		fputs("home = \"fresh\";  linger = 0;\n", l->out);
	else
		fputs("home = \"seat\";  linger = \"15m\";\n", l->out);
}

static void
on_timeout(struct lab *l, const struct shellvar *v)
{
	size_t digits = strspn(v->value, "0123456789");
	const char *unit = v->value + digits;

	if (digits == 0 || digits > 6 ||
	    (*unit != '\0' && (strchr("smhd", *unit) == NULL || unit[1])))
		note(l, v->line, "TIMEOUT=\"%s\" is no time", v->value);
	else
		set_string(l, "time_limit", v->value);
}

static void
on_max_size(struct lab *l, const struct shellvar *v)
{
	fputs("storage = \"disk\";  ", l->out);
	set_size(l, "disk", v);
}

static void
on_port(struct lab *l, const struct shellvar *v)
{
	note(l, v->line,
	    "%s=\"%s\": students forward it themselves, ssh -L"
	    " %s:localhost:%s ...; forwarding allows it",
	    v->name, v->value, v->value, v->value);
}

static void
on_visible(struct lab *l, const struct shellvar *v)
{
	if (!is_yes(v->value))
		note(l, v->line,
		    "%s=\"%s\": a lab without groups is nobody's; this one has"
		    " open = true",
		    v->name, v->value);
}

/* --- the table ---------------------------------------------------------- */

/* A key that ends in * stands for all that begin so.  Without a function, why
 * says what is here instead; without that, it is ISLET's own machinery. */
static const struct rule {
	const char *key;
	void (*convert)(struct lab *l, const struct shellvar *v);
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
	{ "CPU", on_cpu, NULL },
	{ "CPUSET", NULL, "which processors is not a lab's to say: see cpus" },
	{ "MEMORY", on_memory, NULL },
	{ "RAM", on_memory, NULL },
	{ "SWAP", on_swap, NULL },
	{ "HOSTNAME", on_hostname, NULL },
	{ "NETWORK", on_network, NULL },
	{ "DNS", on_dns, NULL },
	{ "MOUNT", on_options, NULL },
	{ "OPTIONS", on_options, NULL },
	{ "LOCAL_OPTIONS", on_options, NULL },
	{ "GLOBAL_OPTIONS", on_options, NULL },
	{ "ADD_ALL", on_all, NULL },
	{ "DROP_ALL", on_all, NULL },
	{ "CAP_*", on_capability, NULL },
	{ "ULIMIT_*", on_ulimit, NULL },
	{ "LOCAL_ENV", on_env, NULL },
	{ "GLOBAL_ENV", on_env, NULL },
	{ "ENVS", on_envs, NULL },
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
	    "it holds for self-registration, which is"
	    " atoll.conf's" },
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
	{ "INFOLEVEL", NULL, NULL },
	{ "MOTD", NULL, "" }, /* these two are one text: put_motd() */
	{ "BANNER", NULL, "" },
};

static const struct rule *
rule_of(const char *name)
{
	for (size_t i = 0; i < COUNT(rules); i++) {
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
is_superseded(const struct lab *l, const char *name)
{
	static const char *const names[][2] = { { "ENVIRONMENT", "IMAGE" },
		{ "RAM", "MEMORY" }, { "VISIBLE", "ENABLE" } };

	for (size_t i = 0; i < COUNT(names); i++) {
		if (strcmp(name, names[i][0]) == 0 &&
		    shellvars_get(&l->vars, names[i][1]) != NULL)
			return true;
	}
	return false;
}

static void
convert_one(struct lab *l, const struct shellvar *v)
{
	const struct rule *r = rule_of(v->name);

	l->vars.file = v->file;
	if (r == NULL) {
		if (!v->is_exported)
			note(l, v->line, "%s=\"%s\" is not a key of ISLET's",
			    v->name, v->value);
	} else if (v->value[0] == '\0' || is_superseded(l, v->name)) {
		return;
	} else if (r->convert != NULL) {
		r->convert(l, v);
	} else if (r->why == NULL) {
		note(l, v->line, "%s is of ISLET's own machinery: not needed",
		    v->name);
	} else if (r->why[0] != '\0') {
		note(l, v->line, "%s=\"%s\": %s", v->name, v->value, r->why);
	}
}

/* A percent sign begins a placeholder in ours. */
static char *
double_percents(const char *text)
{
	char *doubled = malloc(2 * strlen(text) + 1);
	char *to = doubled;

	if (doubled == NULL)
		return NULL;
	for (; *text != '\0'; text++) {
		if (*text == '%')
			*to++ = '%';
		*to++ = *text;
	}
	*to = '\0';
	return doubled;
}

/* The banner is art more often than not; it is shown where the motd is. */
static void
put_motd(struct lab *l)
{
	const char *banner = shellvars_get(&l->vars, "BANNER");
	const char *motd = shellvars_get(&l->vars, "MOTD");
	size_t a = banner == NULL ? 0 : strlen(banner);
	size_t b = motd == NULL ? 0 : strlen(motd);
	FREES char *both = NULL;
	FREES char *ours = NULL;

	if (a + b + 1 > MOTD_MAX) {
		note(l, 0,
		    "BANNER has %zu bytes and is left out: motd may have"
		    " %d",
		    a, MOTD_MAX);
		a = 0;
	}
	if (a + b == 0 || a + b + 1 > MOTD_MAX)
		return;
	if (asprintf(&both, "%s%s%s", a == 0 ? "" : banner,
		a == 0 || b == 0 ? "" : "\n", b == 0 ? "" : motd) == -1)
		return;
	ours = double_percents(both);
	if (ours != NULL)
		set_string(l, "motd", ours);
}

/* --- files -------------------------------------------------------------- */

static char *
read_file(const char *path, struct err *e)
{
	CLOSES int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	FREES char *text = malloc(FILE_MAX + 1);
	size_t size = 0;
	struct stat st;
	ssize_t n;

	if (fd == -1 || fstat(fd, &st) == -1 || text == NULL) {
		err_set(e, errno, "%s", path);
		return NULL;
	}
	if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX) {
		err_set(e, 0, "%s is not a file of at most %d bytes", path,
		    FILE_MAX);
		return NULL;
	}
	while ((n = read(fd, text + size, FILE_MAX - size)) > 0)
		size += (size_t)n;
	text[size] = '\0';
	if (n == 0 && strlen(text) == size)
		return take_ptr(&text);
	err_set(e, 0, "%s is not a text", path);
	return NULL;
}

static int
read_all(struct lab *l, char *const *files, int count, struct err *e)
{
	for (int i = 0; i < count; i++) {
		FREES char *text = read_file(files[i], e);

		l->vars.file = files[i];
		if (text == NULL)
			return -1;
		if (shellvars_read(&l->vars, text, e) == -1)
			return err_wrap(e, "%s", files[i]);
	}
	if (shellvars_get(&l->vars, "PLUGIN") != NULL)
		return err_set(e, 0,
		    "%s is a plugin of ISLET's menu: no lab is made of it. 'lab"
		    " reset' inside does what restart and del_container did",
		    l->vars.file);
	if (shellvars_get(&l->vars, "IMAGE") == NULL &&
	    shellvars_get(&l->vars, "ENVIRONMENT") == NULL)
		return err_set(e, 0,
		    "%s names no IMAGE: it is not of an environment of ISLET's",
		    l->vars.file);
	return 0;
}

static void
put_gathered(FILE *out, const char *begin, const char *text, const char *end)
{
	if (text[0] != '\0')
		fprintf(out, "%s%s%s", begin, text, end);
}

static void
convert_all(struct lab *l, char *const texts[4])
{
	char name[512];

	text_escape(name, sizeof(name), l->vars.file);
	fprintf(l->out, "# Made of %s by 'atoll lab from-islet'.\n", name);
	for (size_t i = 0; i < l->vars.count; i++)
		convert_one(l, &l->vars.at[i]);
	put_motd(l);
	fflush(l->mounts);
	fflush(l->capabilities);
	fflush(l->environment);
	fflush(l->ulimits);
	put_gathered(l->out, "mounts = (", texts[0], "\n);\n");
	put_gathered(l->out, "capabilities = [ ", texts[1], " ];\n");
	put_gathered(l->out, "environment = {\n", texts[2], "};\n");
	put_gathered(l->out, "ulimits = {\n", texts[3], "};\n");
	fputs("\n# ISLET let every account in.\nopen = true;\n", l->out);
}

int
islet_convert(char *const *files, int count, FILE *out, FILE *notes,
    struct err *e)
{
	struct lab l = { .out = out, .notes = notes };
	char *texts[4] = { NULL };
	size_t sizes[4];
	FILE **const to[] = { &l.mounts, &l.capabilities, &l.environment,
		&l.ulimits };
	int rc = 0;

	l.vars.note = on_note;
	l.vars.arg = &l;
	for (int i = 0; i < 4; i++) {
		*to[i] = open_memstream(&texts[i], &sizes[i]);
		if (*to[i] == NULL)
			rc = err_set(e, errno, "memory");
	}
	if (rc == 0)
		rc = read_all(&l, files, count, e);
	if (rc == 0)
		convert_all(&l, texts);
	for (int i = 0; i < 4; i++) {
		if (*to[i] != NULL)
			fclose(*to[i]);
		free(texts[i]);
	}
	shellvars_free(&l.vars);
	return rc;
}
