/* upgrade.c - the builder that is installed now takes over. */
#include "sandbox/builder/upgrade/upgrade.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "gateway/base/trial.h"
#include "sandbox/builder/upgrade/save.h"

static void
program_path(const struct builder *b, char path[PATH_SIZE + 16])
{
	snprintf(path, PATH_SIZE + 16, "%s/atoll-builder",
	    b->table->site.libexec_dir);
}

/* --- trials ------------------------------------------------------------- */

/* The configuration is read anew when the next builder is there: by then it must
 * be one that can be. */
static int
try_loader(const struct builder *b, struct err *e)
{
	const char *const argv[] = { b->loader_program, "-c", b->config, "-t",
		NULL };
	char said[ERR_TEXT_SIZE];

	return trial_run("the configuration", argv, b->start_dir, said, e);
}

static int
try_builder(struct builder *b, struct err *e)
{
	char path[PATH_SIZE + 16], number[12], said[ERR_TEXT_SIZE];
	const char *const argv[] = { path, "-c", b->config, "-l",
		b->loader_program, "-u", number, "-R", NULL };
	CLOSES int state = save_state(b, e);

	if (state == -1)
		return -1;
	program_path(b, path);
	snprintf(number, sizeof(number), "%d", state);
	return trial_run("the installed atoll-builder", argv, b->start_dir,
	    said, e);
}

static void
answer(struct builder *b, uint32_t serial, enum upgrade_answer how,
    const char *reason)
{
	struct msg m;

	MSG_NEW(&m, UPGRADE_ANSWER, upgrade_answer);
	m.serial = serial;
	m.upgrade_answer.answer = how;
	text_copy(m.upgrade_answer.reason, TEXT_SIZE, reason);
	tell_monitor(b, &m);
}

/* What was kept open for a trial is nobody else's. */
static void
close_on_exec(void)
{
	close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
}

void
upgrade_prepare(struct builder *b, uint32_t serial)
{
	const char *why = save_obstacle(b);
	struct err e;
	int rc;

	if (why != NULL) {
		answer(b, serial, UPGRADE_BUSY, why);
		return;
	}
	if (b->table == NULL) {
		answer(b, serial, UPGRADE_REFUSED,
		    "no configuration is in force");
		return;
	}
	rc = try_loader(b, &e) == -1 || try_builder(b, &e) == -1 ? -1 : 0;
	close_on_exec();
	answer(b, serial, rc == 0 ? UPGRADE_READY : UPGRADE_REFUSED,
	    rc == 0 ? "" : e.text);
}

/* --- the exec ----------------------------------------------------------- */

void
upgrade_begin(struct builder *b)
{
	b->is_upgrading = true;
}

/* After it there is no way back: what can fail was tried. */
static void
take_over(struct builder *b, struct err *e)
{
	char path[PATH_SIZE + 16], number[12];
	CLOSES int state = save_state(b, e);

	if (state == -1)
		return;
	program_path(b, path);
	snprintf(number, sizeof(number), "%d", state);
	execl(path, "atoll-builder", "-c", b->config, "-l", b->loader_program,
	    "-u", number, (char *)NULL);
	err_set(e, errno, "exec %s", path);
}

void
upgrade_try(struct builder *b)
{
	struct err e;

	if (!b->is_upgrading || save_obstacle(b) != NULL)
		return;
	log_info(NULL, "upgrading sandboxes=%zu", b->sandboxes.count);
	take_over(b, &e);
	close_on_exec();
	log_error(NULL, "cannot upgrade, and go on as before: %s", e.text);
	b->is_upgrading = false;
	chan_hello(&b->monitor, &e);
}
