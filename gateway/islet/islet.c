/* islet.c - a lab file from a configuration of ISLET. */
#include "gateway/islet/islet.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/escape.h"
#include "gateway/base/scope.h"
#include "gateway/islet/islet_lab.h"

#define FILE_MAX (1 << 20)

static void
on_note(void *arg, int line, const char *text)
{
	islet_note(arg, line, "%s", text);
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
		return NULL; /* cppcheck-suppress memleak ; FREES */
	}
	if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX) {
		err_set(e, 0, "%s is not a file of at most %d bytes", path,
		    FILE_MAX);
		return NULL; /* cppcheck-suppress memleak ; FREES */
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
read_all(struct islet_lab *l, char *const *files, int count, struct err *e)
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
convert_all(struct islet_lab *l, char *const texts[4])
{
	char name[512];

	text_escape(name, sizeof(name), l->vars.file);
	fprintf(l->out, "# Made of %s by 'atoll lab from-islet'.\n", name);
	for (size_t i = 0; i < l->vars.count; i++)
		islet_convert_one(l, &l->vars.at[i]);
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
	struct islet_lab l = { .out = out, .notes = notes };
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
