/* conftext.c - one configuration file, opened once. */
#include "gateway/loader/conftext.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/include.h"
#include "gateway/base/scope.h"
#include "gateway/loader/rooted.h"
#include "gateway/wire/msg.h"

#define TEXT_MAX (1 << 20)

/* Of what is open, wherever links led to it. */
static int
find_author(int fd, struct arena *a, struct author *by, struct err *e)
{
	char path[PATH_SIZE];
	struct err why = { 0 };
	struct stat st;

	if (fstat(fd, &st) == -1)
		return err_set(e, errno, "fstat");
	if (rooted_path(fd, path, sizeof(path), e) == -1)
		return -1;
	by->uid = st.st_uid;
	by->is_root = rooted_check(path, &why) == 0;
	by->why_not = arena_text(a, why.text);
	by->folder = arena_text(a, dirname(path));
	return 0;
}

bool
conftext_read(config_t *cf, const char *file, struct arena *a,
    struct author *by, struct diagnostics *out)
{
	FILE *f = fopen(file, "re");
	struct err e = { 0 };
	bool ok;

	if (f == NULL) {
		diagnose(out, file, 0, "%s", strerror(errno));
		return false;
	}
	ok = find_author(fileno(f), a, by, &e) == 0;
	if (!ok)
		diagnose(out, file, 0, "%s", e.text);
	else if (config_read(cf, f) != CONFIG_TRUE) {
		diagnose(out, file, config_error_line(cf), "%s",
		    config_error_text(cf));
		ok = false;
	}
	fclose(f);
	return ok;
}

char *
conftext_plain(int fd, int *line, struct err *e)
{
	FREES char *text = malloc(TEXT_MAX + 1);
	size_t n = 0;
	ssize_t got = 1;

	*line = 0;
	if (text == NULL) {
		err_set(e, ENOMEM, "a text");
		return NULL;
	}
	while (n <= TEXT_MAX && got > 0) {
		got = pread(fd, text + n, TEXT_MAX + 1 - n, (off_t)n);
		n += got > 0 ? (size_t)got : 0;
	}
	if (got == -1)
		err_set(e, errno, "read");
	else if (n > TEXT_MAX)
		err_set(e, 0, "longer than a megabyte");
	else if (memchr(text, '\0', n) != NULL)
		err_set(e, 0, "not a text: it has NUL bytes");
	if (got == -1 || n > TEXT_MAX || memchr(text, '\0', n) != NULL)
		return NULL;
	text[n] = '\0';
	*line = include_line(text);
	if (*line == 0)
		return take_ptr(&text);
	err_set(e, 0,
	    "@include is for atoll.conf: write here what it would"
	    " bring");
	return NULL;
}

bool
conftext_read_plain(config_t *cf, const char *file, struct arena *a,
    struct author *by, struct diagnostics *out)
{
	struct err e = { 0 };
	CLOSES int fd = authored_open_any(file, &e);
	FREES char *text = NULL;
	int line = 0;

	if (fd == -1) {
		diagnose(out, file, 0, "%s",
		    e.code == 0 ? "not a file" : strerror(e.code));
		return false;
	}
	if (find_author(fd, a, by, &e) == 0)
		text = conftext_plain(fd, &line, &e);
	if (text == NULL) {
		diagnose(out, file, line, "%s", e.text);
		return false;
	}
	if (config_read_string(cf, text) == CONFIG_TRUE)
		return true;
	diagnose(out, file, config_error_line(cf), "%s", config_error_text(cf));
	return false;
}
