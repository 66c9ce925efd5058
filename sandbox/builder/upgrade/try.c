/* try.c - do the installed programs start? */
#include "sandbox/builder/upgrade/try.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/scope.h"
#include "gateway/base/trial.h"
#include "sandbox/builder/forked.h"
#include "sandbox/builder/zygote_start.h"

/* The configuration is read anew when the next builder is there: by then it must
 * be one that can be. */
static int
try_loader(const struct builder *b, struct err *e)
{
	const char *const argv[] = { b->loader_program, "-c", b->config, "-t",
		NULL };
	char said[ERR_TEXT_SIZE];

	return trial_run("the configuration", argv, b->start_dir, -1,
	    TRIAL_SECONDS, said, e);
}

/* What begins with nothing to do: that it can be started is all that there is to
 * know of it. */
static int
try_program(const struct builder *b, const char *name, const char *option,
    struct err *e)
{
	char path[PATH_SIZE + 16], what[64], said[ERR_TEXT_SIZE];
	const char *const argv[] = { path, option, NULL };

	snprintf(path, sizeof(path), "%s/%s", b->table->site.libexec_dir, name);
	snprintf(what, sizeof(what), "the installed %s", name);
	return trial_run(what, argv, b->start_dir, -1, TRIAL_SECONDS, said, e);
}

static int
try_all(const struct builder *b, struct err *e)
{
	static const struct {
		const char *name, *option;
	} programs[] = {
		{ "atoll-init", "-V" },
		{ "atoll-lab", "-h" },
		{ "atoll-keys", "-V" },
		{ "atoll-staff", "-V" },
		{ "atoll-recorder", "-V" },
		{ "atoll-signer", "-V" },
		{ "atoll-web", "-V" },
		{ "atoll-net", "-V" },
		{ "atoll-names", "-V" },
		{ "atoll-collector", "-V" },
		{ "atoll-publish", "-V" },
		{ "atoll-browser", "-V" },
	};

	for (size_t i = 0; i < COUNT_OF(programs); i++) {
		if (try_program(b, programs[i].name, programs[i].option, e) ==
		    -1)
			return -1;
	}
	if (try_loader(b, e) == -1 ||
	    (HAS_SIGNER && signer_try(&b->table->site, e) == -1))
		return -1;
	return zygote_try(&b->table->site, e);
}

/* In the child: the reason why not, or nothing. */
static _Noreturn void
tell(const struct builder *b, int out)
{
	struct err e = { 0 };
	size_t length = 0;

	if (try_all(b, &e) == -1)
		length = strlen(e.text);
	_exit(write(out, e.text, length) == (ssize_t)length ? 0 : 1);
}

int
try_begin(struct builder *b, uint32_t serial, struct err *e)
{
	struct trying *t = &b->trying;
	pid_t self = getpid();
	int ends[2];

	if (t->in != -1)
		return err_set(e, EBUSY, "the programs are being tried");
	if (pipe2(ends, O_CLOEXEC) == -1)
		return err_set(e, errno, "pipe");
	t->in = ends[0];
	t->serial = serial;
	t->pid = fork();
	if (t->pid == 0) {
		forked_begin(self);
		tell(b, ends[1]);
	}
	close(ends[1]);
	if (t->pid != -1 && loop_add(b, t->in, EPOLLIN, SOURCE_TRY, 0, e) == 0)
		return 0;
	if (t->pid == -1)
		err_set(e, errno, "fork");
	scope_close(&t->in);
	return -1;
}

bool
try_is_over(struct builder *b, struct err *e)
{
	struct trying *t = &b->trying;
	int status = 1;
	ssize_t n;

	if (t->in == -1)
		return false;
	*e = (struct err){ 0 };
	n = read(t->in, e->text, sizeof(e->text) - 1);
	loop_remove(b, t->in);
	scope_close(&t->in);
	waitpid(t->pid, &status, 0);
	e->text[n > 0 ? n : 0] = '\0';
	if (e->text[0] == '\0' && status != 0)
		err_set(e, 0, "the installed programs could not be tried");
	return true;
}

/* What it tries ends with it, see trial.c; so it is not waited for for long. */
void
try_abandon(struct builder *b)
{
	struct trying *t = &b->trying;

	if (t->in == -1)
		return;
	kill(t->pid, SIGKILL);
	loop_remove(b, t->in);
	scope_close(&t->in);
	waitpid(t->pid, NULL, 0);
}
