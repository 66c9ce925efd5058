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
#include "sandbox/builder/upgrade/try.h"
#include "sandbox/builder/spare.h"
#include "sandbox/builder/warm.h"

static void
program_path(const struct builder *b, char path[PATH_SIZE + 16])
{
	snprintf(path, PATH_SIZE + 16, "%s/atoll-builder",
	    b->table->site.libexec_dir);
}

/* --- trials ------------------------------------------------------------- */

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
	return trial_run("the installed atoll-builder", argv, b->start_dir, -1,
	    TRIAL_SECONDS, said, e);
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
upgrade_begin_trying(struct builder *b, uint32_t serial)
{
	struct err e = { 0 };

	if (b->table == NULL)
		err_set(&e, 0, "no configuration is in force");
	else if (try_begin(b, serial, &e) == 0)
		return;
	answer(b, serial, UPGRADE_REFUSED, e.text);
}

void
upgrade_tried(struct builder *b)
{
	uint32_t serial = b->trying.serial;
	struct err e;

	if (try_is_over(b, &e))
		answer(b, serial,
		    e.text[0] == '\0' ? UPGRADE_READY : UPGRADE_REFUSED,
		    e.text);
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
	rc = try_builder(b, &e);
	close_on_exec();
	answer(b, serial, rc == 0 ? UPGRADE_READY : UPGRADE_REFUSED,
	    rc == 0 ? "" : e.text);
}

/* --- the exec ----------------------------------------------------------- */

void
upgrade_begin(struct builder *b)
{
	b->is_upgrading = true;
	warm_end_all(b);
	spare_end_all(b);
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

	if (!b->is_upgrading || !warm_is_over(b) || !spare_is_over(b) ||
	    save_obstacle(b) != NULL)
		return;
	log_info(NULL, "upgrading sandboxes=%zu", b->sandboxes.count);
	take_over(b, &e);
	close_on_exec();
	log_error(NULL, "cannot upgrade, and go on as before: %s", e.text);
	b->is_upgrading = false;
	chan_hello(&b->monitor, &e);
}
