/* lab.c - what an instructor does with lab files: atoll lab ... */
#include "gateway/admin/lab/lab.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "gateway/admin/exchange.h"
#include "gateway/admin/lab/labcheck.h"
#include "gateway/admin/lab/labnew.h"
#include "gateway/admin/print.h"
#include "gateway/base/escape.h"
#include "gateway/base/sibling.h"

#define EXPORT_SECONDS 3600

enum status { DONE = 0, FAILED = 1, USAGE = 2 };

struct where {
	const char *config, *socket;
};

static int usage(FILE *out);

static int
failed(const struct err *e)
{
	char safe[ERR_TEXT_SIZE];

	text_escape(safe, sizeof(safe), e->text);
	fprintf(stderr, "atoll: %s\n", safe);
	return FAILED;
}

/* A parser of shell is not needed for anything else: it is a program. */
static int
from_islet(const struct where *w, int count, char *const *words)
{
	char program[PATH_SIZE];
	char **args = calloc((size_t)count + 2, sizeof(*args));
	struct err e = { 0 };

	(void)w;
	sibling_path("atoll-islet", program, sizeof(program));
	if (args != NULL) {
		args[0] = program;
		memcpy(args + 1, words, (size_t)count * sizeof(*args));
		execv(program, args);
	}
	err_set(&e, errno, "cannot run %s", program);
	free(args);
	return failed(&e);
}

/* NAME and --image IMAGE, in any order. */
static int new (const struct where *w, int count, char *const *words)
{
	static const char option[] = "--image";
	const char *name = NULL, *image = NULL;
	struct err e = { 0 };

	for (int i = 0; i < count; i++) {
		size_t n = strlen(option);

		if (strcmp(words[i], option) == 0 && i + 1 < count)
			image = words[++i];
		else if (strncmp(words[i], option, n) == 0 &&
			 words[i][n] == '=')
			image = words[i] + n + 1;
		else if (name == NULL && words[i][0] != '-')
			name = words[i];
		else
			return usage(stderr);
	}
	if (name == NULL)
		return usage(stderr);
	if (labnew(name, image, w->config, &e) == -1)
		return failed(&e);
	return DONE;
}

static int
check(const struct where *w, int count, char *const *words)
{
	struct err e = { 0 };
	int rc = labcheck(words, count, w->config, &e);

	if (rc == -1)
		return failed(&e);
	return rc == 0 ? DONE : FAILED;
}

/* The gateway writes to our standard output itself, for as long as it takes. */
static int
export_seat(const struct where *w, const struct msg *request, struct err *e)
{
	const struct timeval patience = { .tv_sec = EXPORT_SECONDS };
	struct answer a = { 0 };
	struct chan c;
	int status;

	if (ask_open(&c, w->socket, e) == -1)
		return -1;
	setsockopt(c.fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	status = ask(&c, request, &a, e) == -1 ? -1 : (int)a.end.status;
	if (status == 0 && a.end.text[0] != '\0')
		print_line(stderr, a.end.text);
	else if (status > 0)
		status = err_set(e, 0, "%s", a.end.text);
	close(c.fd);
	answer_free(&a);
	return status;
}

static int export(const struct where *w, int count, char *const *words)
{
	struct err e = { 0 };
	struct msg request;

	(void)count;
	MSG_NEW(&request, ADMIN_EXPORT, admin_export);
	request.fd[0] = STDOUT_FILENO;
	if (!name_split_login(words[0], request.admin_export.account,
		request.admin_export.lab) ||
	    request.admin_export.lab[0] == '\0') {
		err_set(&e, 0,
		    "%s is not a seat: write account+lab, as ls does",
		    words[0]);
		failed(&e);
		return USAGE;
	}
	if (isatty(STDOUT_FILENO)) {
		err_set(&e, 0, "an archive is not for a terminal: > work.tar");
		failed(&e);
		return USAGE;
	}
	return export_seat(w, &request, &e) == -1 ? failed(&e) : DONE;
}

static const struct {
	const char *name, *argument, *does;
	int least, most; /* words after it */
	int (*run)(const struct where *w, int count, char *const *words);
} commands[] = {
	{ "new", "NAME",
	    "write NAME.conf, a commented lab file; --image IMAGE: for that "
	    "one",
	    1, 3, new },
	{ "check", "FILE...",
	    "what is wrong with lab files; as root, tries a sandbox of each", 1,
	    64, check },
	{ "export", "SEAT",
	    "write what a student has changed to stdout, as a tar archive", 1,
	    1, export },
	{ "from-islet", "FILE...", "make a lab file of one of ISLET's", 1, 64,
	    from_islet },
};
#define COUNT (sizeof(commands) / sizeof(commands[0]))

static int
usage(FILE *out)
{
	fprintf(out, "usage: atoll lab COMMAND ...\n\ncommands:\n");
	for (size_t i = 0; i < COUNT; i++)
		fprintf(out, "  %-10s %-8s %s\n", commands[i].name,
		    commands[i].argument, commands[i].does);
	return USAGE;
}

int
lab_main(int count, char *const *words, const char *config, const char *socket)
{
	const struct where w = { config, socket };

	if (count == 2 && strcmp(words[1], "--help") == 0) {
		usage(stdout);
		return DONE;
	}
	for (size_t i = 0; count > 1 && i < COUNT; i++) {
		if (strcmp(commands[i].name, words[1]) == 0 &&
		    count - 2 >= commands[i].least &&
		    count - 2 <= commands[i].most)
			return commands[i].run(&w, count - 2, words + 2);
	}
	return usage(stderr);
}
