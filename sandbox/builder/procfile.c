/* procfile.c - small files of the kernel's and of the host's, read whole. */
#include "sandbox/builder/procfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/scope.h"

static void
close_file(FILE **f)
{
	if (*f != NULL)
		fclose(*f);
}
#define CLOSES_FILE __attribute__((cleanup(close_file)))

char *
procfile_whole(const char *path)
{
	CLOSES_FILE FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	if (f == NULL)
		return NULL;
	/* These files hold no NUL: up to one is all of it. */
	if (getdelim(&text, &size, '\0', f) == -1) {
		free(text);
		return NULL;
	}
	return text;
}

bool
procfile_text(const char *path, char *to, size_t size)
{
	FREES char *text = procfile_whole(path);

	if (text == NULL)
		return false;
	snprintf(to, size, "%.*s", (int)strcspn(text, "\n"), text);
	return true;
}

static bool
number(const char *text, uint64_t *n)
{
	char *end;

	errno = 0;
	*n = strtoull(text, &end, 10);
	return errno == 0 && end != text;
}

bool
procfile_number(const char *path, uint64_t *n)
{
	FREES char *text = procfile_whole(path);

	return text != NULL && number(text, n);
}

bool
procfile_find(const char *text, const char *key, uint64_t *n)
{
	size_t length = strlen(key);

	for (const char *at = text; at != NULL; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (strncmp(at, key, length) == 0)
			return number(at + length, n);
	}
	return false;
}

bool
procfile_value(const char *path, const char *key, uint64_t *n)
{
	FREES char *text = procfile_whole(path);

	return procfile_find(text, key, n);
}
