/*
 * locale.c - which locales an image has.
 *
 * setlocale(3) would tell, but it parses files of the sandbox in a process that
 * still has init's memory, and for one C library only.  Here a locale is there
 * when glibc would find it by name: as a directory or in its archive.
 */
#include "sandbox/init/locale.h"

#include <ctype.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/scope.h"

#define DIRECTORY   "usr/lib/locale"
#define LOCALE_SIZE 64 /* of the longest name, without its end */

/* Of glibc's locale/locarchive.h, as far as names go. */
#define ARCHIVE_MAGIC	  0xde020109U
#define ARCHIVE_NAMES_MAX 65536
struct archive_head {
	uint32_t magic, serial;
	uint32_t names_at, names_used, names_size;
};
struct archive_name {
	uint32_t hash, text_at, record_at; /* record 0: a free place */
};

bool
locale_is_variable(const char *text)
{
	static const char *const names[] = { "LANG", "LC_ALL", "LC_ADDRESS",
		"LC_COLLATE", "LC_CTYPE", "LC_IDENTIFICATION", "LC_MEASUREMENT",
		"LC_MESSAGES", "LC_MONETARY", "LC_NAME", "LC_NUMERIC",
		"LC_PAPER", "LC_TELEPHONE", "LC_TIME" };
	size_t n = strcspn(text, "=");

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (strlen(names[i]) == n && memcmp(names[i], text, n) == 0)
			return true;
	}
	return false;
}

/* "de_DE.UTF-8@euro" is filed as "de_DE.utf8@euro": the letters and digits of
 * the character set, in lower case, and "iso" before what is digits only. */
static void
normalise(const char *name, char to[LOCALE_SIZE + 8])
{
	const char *set = strchr(name, '.');
	size_t at = set == NULL ? strlen(name) : (size_t)(set - name);
	bool is_number = true;

	memcpy(to, name, at);
	if (set != NULL) {
		const char *end = set + strcspn(set, "@");

		to[at++] = '.';
		for (const char *c = set + 1; c < end; c++)
			is_number = is_number && !isalpha((unsigned char)*c);
		if (is_number) {
			memcpy(to + at, "iso", 3);
			at += 3;
		}
		for (const char *c = set + 1; c < end; c++) {
			if (isalnum((unsigned char)*c))
				to[at++] = (char)tolower((unsigned char)*c);
		}
		for (const char *c = end; *c != '\0'; c++)
			to[at++] = *c;
	}
	to[at] = '\0';
}

/* A locale has this one, whatever it lacks; a part of one is no locale. */
static bool
has_directory(int root, const char *name)
{
	char path[sizeof(DIRECTORY) + LOCALE_SIZE + 32];

	snprintf(path, sizeof(path), DIRECTORY "/%s/LC_CTYPE", name);
	return faccessat(root, path, R_OK, 0) == 0;
}

static bool
read_at(int fd, void *to, size_t size, uint32_t at)
{
	return pread(fd, to, size, (off_t)at) == (ssize_t)size;
}

static bool
has_name(int fd, const struct archive_name *all, size_t count, const char *name)
{
	size_t size = strlen(name) + 1;
	char text[LOCALE_SIZE + 8];

	for (size_t i = 0; i < count; i++) {
		if (all[i].record_at != 0 &&
		    read_at(fd, text, size, all[i].text_at) &&
		    memcmp(text, name, size) == 0)
			return true;
	}
	return false;
}

static bool
is_archived(int root, const char *name)
{
	/* It could be a fifo. */
	CLOSES int fd = openat(root, DIRECTORY "/locale-archive",
	    O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	FREES struct archive_name *all = NULL;
	struct archive_head head;
	struct stat st;
	size_t size;

	if (fd == -1 || fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) ||
	    !read_at(fd, &head, sizeof(head), 0) ||
	    head.magic != ARCHIVE_MAGIC || head.names_size > ARCHIVE_NAMES_MAX)
		return false;
	size = head.names_size * sizeof(*all);
	all = malloc(size);
	return all != NULL && read_at(fd, all, size, head.names_at) &&
	       has_name(fd, all, head.names_size, name);
}

/* Its setlocale(3) takes every name for UTF-8. */
static bool
has_musl(int root)
{
	return faccessat(root, "lib/ld-musl-x86_64.so.1", F_OK, 0) == 0 ||
	       faccessat(root, "lib/ld-musl-aarch64.so.1", F_OK, 0) == 0;
}

bool
locale_is_installed(int root, const char *name)
{
	static const char *const always[] = { "C", "POSIX", "C.UTF-8",
		"C.utf8" };
	char normal[LOCALE_SIZE + 8];

	for (size_t i = 0; i < COUNT_OF(always); i++) {
		if (strcmp(name, always[i]) == 0)
			return true;
	}
	/* Letters, digits and the few marks that names of locales have: no
	 * path. */
	if (strlen(name) > LOCALE_SIZE || !isalpha((unsigned char)name[0]) ||
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.@")] !=
		'\0')
		return false;
	normalise(name, normal);
	return has_directory(root, name) || has_directory(root, normal) ||
	       is_archived(root, normal) || is_archived(root, name) ||
	       has_musl(root);
}
