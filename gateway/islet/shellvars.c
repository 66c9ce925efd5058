/* shellvars.c - the variables that a shell script would set, without a shell. */
#include "gateway/islet/shellvars.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/scope.h"

#define VARS_MAX  1024
#define VALUE_MAX 65536 /* of what variables make */

static const char letters[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
static const char name_bytes[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

struct reader {
	struct shellvars *v;
	const char *at;
	int line;
};

__attribute__((format(printf, 2, 3))) static void
note(const struct reader *r, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	r->v->note(r->v->arg, r->line, text);
}

/* --- variables ---------------------------------------------------------- */

static struct shellvar *
find(const struct shellvars *v, const char *name, size_t n)
{
	for (size_t i = 0; i < v->count; i++) {
		if (strlen(v->at[i].name) == n &&
		    memcmp(v->at[i].name, name, n) == 0)
			return &v->at[i];
	}
	return NULL;
}

const char *
shellvars_get(const struct shellvars *v, const char *name)
{
	const struct shellvar *found = find(v, name, strlen(name));

	return found == NULL ? NULL : found->value;
}

/* The variable of that name, new and empty when there is none; NULL without
 * memory, or when there are too many. */
static struct shellvar *
provide(struct shellvars *v, const char *name, size_t n)
{
	struct shellvar *found = find(v, name, n), *grown, new = { 0 };

	if (found != NULL || v->count == VARS_MAX)
		return found;
	grown = reallocarray(v->at, v->count + 1, sizeof(*grown));
	if (grown == NULL)
		return NULL;
	v->at = grown;
	new.name = strndup(name, n);
	new.value = strdup("");
	if (new.name == NULL || new.value == NULL) {
		free(new.name);
		free(new.value);
		return NULL;
	}
	v->at[v->count] = new;
	return &v->at[v->count++];
}

void
shellvars_free(struct shellvars *v)
{
	for (size_t i = 0; i < v->count; i++) {
		free(v->at[i].name);
		free(v->at[i].value);
	}
	free(v->at);
	v->at = NULL;
	v->count = 0;
}

/* --- values ------------------------------------------------------------- */

/* $(...) and `...`: to its end. */
static void
skip_command(struct reader *r)
{
	char end = *r->at == '`' ? '`' : ')';
	unsigned depth = 1;

	note(r, "a command in a value, which is not run: it is left out");
	for (r->at++; *r->at != '\0'; r->at++) {
		if (*r->at == '\n')
			r->line++;
		if (*r->at == '(' && end == ')')
			depth++;
		if (*r->at == end && (end == '`' || --depth == 0)) {
			r->at++;
			return;
		}
	}
}

static void
put_variable(struct reader *r, const char *name, size_t n, FILE *to)
{
	const struct shellvar *found = find(r->v, name, n);

	/* A variable of a variable of one has no end otherwise. */
	if (found != NULL && ftell(to) + (long)strlen(found->value) > VALUE_MAX)
		note(r, "$%.*s makes this value too long: it is left out",
		    (int)n, name);
	else if (found != NULL)
		fputs(found->value, to);
	else
		note(r, "$%.*s is not set in this file: it is left out", (int)n,
		    name);
}

/* At the byte after a $. */
static void
expand(struct reader *r, FILE *to)
{
	bool is_braced = *r->at == '{';
	const char *name = r->at + is_braced;
	size_t n = strspn(name, letters) == 0 ? 0 : strspn(name, name_bytes);

	if (*r->at == '(') {
		skip_command(r);
	} else if (n == 0) {
		fputc('$', to);
	} else if (!is_braced) {
		put_variable(r, name, n, to);
		r->at = name + n;
	} else if (name[n] == '}') {
		put_variable(r, name, n, to);
		r->at = name + n + 1;
	} else {
		size_t rest = strcspn(name, "}\n");

		note(r, "${%.*s} is more than a variable: it is left out",
		    (int)rest, name);
		r->at = name + rest + (name[rest] == '}');
	}
}

static int
quoted(struct reader *r, FILE *to, struct err *e)
{
	int begun = r->line;
	char quote = *r->at++;

	while (*r->at != quote) {
		if (*r->at == '\0')
			return err_set(e, 0,
			    "line %d: a quotation that does not end", begun);
		if (*r->at == '\n')
			r->line++;
		if (quote == '"' && *r->at == '`') {
			skip_command(r);
		} else if (quote == '"' && *r->at == '$') {
			r->at++;
			expand(r, to);
		} else if (quote == '"' && *r->at == '\\' && r->at[1] != '\0' &&
			   strchr("$`\"\\\n", r->at[1]) != NULL) {
			if (r->at[1] == '\n')
				r->line++;
			else
				fputc(r->at[1], to);
			r->at += 2;
		} else {
			fputc(*r->at++, to);
		}
	}
	r->at++;
	return 0;
}

/* Up to the blank that ends it. */
static int
word(struct reader *r, FILE *to, struct err *e)
{
	while (*r->at != '\0' && strchr(" \t\r\n;&|<>", *r->at) == NULL) {
		if (*r->at == '"' || *r->at == '\'') {
			if (quoted(r, to, e) == -1)
				return -1;
		} else if (*r->at == '`') {
			skip_command(r);
		} else if (*r->at == '$') {
			r->at++;
			expand(r, to);
		} else if (*r->at == '\\' && r->at[1] == '\n') {
			r->line++;
			r->at += 2;
		} else {
			r->at += *r->at == '\\' && r->at[1] != '\0';
			fputc(*r->at++, to);
		}
	}
	return 0;
}

static int
read_word(struct reader *r, char **value, struct err *e)
{
	size_t size;
	FILE *to = open_memstream(value, &size);
	int rc;

	if (to == NULL)
		return err_set(e, errno, "a value");
	rc = word(r, to, e);
	if (fclose(to) != 0 && rc == 0)
		rc = err_set(e, errno, "a value");
	return rc;
}

/* --- statements --------------------------------------------------------- */

static size_t
assignment(const char *at)
{
	size_t n = strspn(at, letters) == 0 ? 0 : strspn(at, name_bytes);

	return at[n] == '=' ? n : 0;
}

static int
assign(struct reader *r, size_t n, bool is_exported, struct err *e)
{
	const char *name = r->at;
	int line = r->line;
	FREES char *value = NULL;
	struct shellvar *to;

	r->at += n + 1;
	if (read_word(r, &value, e) == -1)
		return -1;
	to = provide(r->v, name, n);
	if (to == NULL)
		return err_set(e, ENOMEM, "line %d: variables", line);
	free(to->value);
	to->value = take_ptr(&value);
	to->file = r->v->file;
	to->line = line;
	to->is_exported |= is_exported;
	return 0;
}

/* A name alone is exported as it is. */
static int export(struct reader *r, struct err *e)
{
	FREES char *name = NULL;
	struct shellvar *found;

	if (read_word(r, &name, e) == -1)
		return -1;
	found = find(r->v, name, strlen(name));
	if (found != NULL)
		found->is_exported = true;
	else if (name[0] != '\0')
		note(r, "export %s: it is not set in this file", name);
	return 0;
}

static void
skip_line(struct reader *r)
{
	r->at += strcspn(r->at, "\n");
}

/* One that is no assignment. */
static int
command(struct reader *r, bool *exports, struct err *e)
{
	static const char *const sources[] = { "source", "." };
	size_t n = strcspn(r->at, " \t\r\n;&|<>");
	size_t all = strcspn(r->at, "\n");

	for (size_t i = 0; i < 2; i++) {
		if (strlen(sources[i]) == n &&
		    strncmp(sources[i], r->at, n) == 0) {
			note(r,
			    "%.*s: that file is not read; name it before this"
			    " one",
			    (int)all, r->at);
			skip_line(r);
			return 0;
		}
	}
	if (n == 6 && strncmp("export", r->at, n) == 0) {
		*exports = true;
		r->at += n;
		return 0;
	}
	if (*exports)
		return export(r, e);
	note(r, "%.*s: a command, which is not run", (int)all, r->at);
	skip_line(r);
	return 0;
}

int
shellvars_read(struct shellvars *v, const char *text, struct err *e)
{
	struct reader r = { .v = v, .at = text, .line = 1 };
	bool exports = false;

	while (*r.at != '\0') {
		size_t n = assignment(r.at);
		int rc = 0;

		if (*r.at == '\n' || *r.at == ';') {
			exports = false;
			r.line += *r.at++ == '\n';
		} else if (strchr(" \t\r", *r.at) != NULL) {
			r.at++;
		} else if (*r.at == '#') {
			skip_line(&r);
		} else if (strchr("&|<>", *r.at) != NULL) {
			note(&r, "%.*s: is not understood",
			    (int)strcspn(r.at, "\n"), r.at);
			skip_line(&r);
		} else if (n > 0) {
			rc = assign(&r, n, exports, e);
		} else {
			rc = command(&r, &exports, e);
		}
		if (rc == -1)
			return -1;
	}
	return 0;
}
