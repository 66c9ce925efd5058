/* lab.c - what an instructor does with lab files: atoll lab ... */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "gateway/admin/command.h"
#include "gateway/admin/exchange.h"
#include "gateway/admin/lab/labcheck.h"
#include "gateway/admin/lab/labnew.h"
#include "gateway/admin/print.h"
#include "gateway/base/array.h"
#include "gateway/base/sibling.h"

#define EXPORT_SECONDS 3600 /* a disk full of files, to a slow pipe */

/* A program of its own: its parser of shell files has no place in this one,
 * which may run as root. */
static enum status
from_islet(const struct invocation *in, struct err *e)
{
	size_t count = (size_t)in->count;
	char program[PATH_SIZE];
	char **args = calloc(count + 2, sizeof(*args));

	sibling_path("atoll-islet", program, sizeof(program));
	if (args != NULL) {
		args[0] = program;
		memcpy(args + 1, in->words, count * sizeof(*args));
		execv(program, args);
	}
	err_set(e, errno, "cannot run %s", program);
	free(args);
	return FAILED;
}

static enum status
make_lab(const struct invocation *in, struct err *e)
{
	return labnew(in->words[0], in->image, in->config, e) == 0 ? DONE
								   : FAILED;
}

static enum status
check(const struct invocation *in, struct err *e)
{
	return labcheck(in->words, in->count, in->config, e) == 0 ? DONE
								  : FAILED;
}

/* The builder writes to our standard output, which it is handed; the answer
 * comes when it has written all, so this waits longer than for others. */
static int
export_seat(const struct invocation *in, const struct msg *request,
    struct err *e)
{
	const struct timeval patience = { .tv_sec = EXPORT_SECONDS };
	struct answer a = { 0 };
	struct chan c;
	int status;

	if (ask_open(&c, in->socket, e) == -1)
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

static enum status
export_work(const struct invocation *in, struct err *e)
{
	const char *seat = in->words[0];
	struct msg request;

	MSG_NEW(&request, ADMIN_EXPORT, admin_export);
	request.fd[0] = STDOUT_FILENO;
	if (!name_split_login(seat, request.admin_export.account,
		request.admin_export.lab) ||
	    request.admin_export.lab[0] == '\0') {
		err_set(e, 0,
		    "%s is not a seat: write account+lab, as 'atoll ls' shows"
		    " them",
		    seat);
		return USAGE;
	}
	/* Names in it are the student's, and may be escape sequences. */
	if (isatty(STDOUT_FILENO)) {
		err_set(e, 0,
		    "an archive is not for a terminal: write it to a file, as "
		    "in"
		    " 'atoll lab export %s >work.tar'",
		    seat);
		return USAGE;
	}
	return export_seat(in, &request, e) == -1 ? FAILED : DONE;
}

static const struct command commands[] = {
	{ "new", "NAME", 1, 1, "i", "write NAME.conf, a commented lab file",
	    make_lab, NULL },
	{ "check", "FILE...", 1, 64, "",
	    "what is wrong with lab files; as root, tries a sandbox of each",
	    check, NULL },
	{ "export", "SEAT", 1, 1, "",
	    "write what a student has changed to stdout, as a tar archive",
	    export_work, NULL },
	{ "from-islet", "FILE...", 1, 64, "",
	    "make a lab file of one of ISLET's", from_islet, NULL },
};

const struct family lab_family = { "lab", "lab files, and what students made",
	commands, COUNT_OF(commands) };
