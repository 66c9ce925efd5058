/* loader_run.c - have atolld read the configuration, and take its plans. */
#include "sandbox/builder/loader_run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/child.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"

/* Descriptors of the loader; it closes the last one itself. */
enum { LINK_FD = CHILD_FD, RUNNING_FD, START_DIR_FD };

void
loader_init(struct loader *l)
{
	*l = (struct loader){ .chan = { -1, BUILDER, LOADER }, .running = -1 };
}

struct start {
	const char *loader, *config;
	bool is_first; /* there is no running configuration yet */
};

static int
exec_loader(const void *arg)
{
	const struct start *s = arg;

	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	/* Relative paths are relative to where the daemon was started. */
	if (fchdir(START_DIR_FD) == -1) {
		log_error(NULL, "loader: descriptors: %s", strerror(errno));
		return 126;
	}
	close(START_DIR_FD);
	execl(s->loader, "atoll-loader", "-c", s->config,
	    s->is_first ? "-b" : "-r", (char *)NULL);
	log_error(NULL, "loader: %s: %s", s->loader, strerror(errno));
	return 127;
}

int
loader_start(struct loader *l, const char *loader, const char *config, int dir,
    uint32_t serial, struct err *e)
{
	int ends[2];

	if (l->chan.fd != -1)
		return err_set(e, EBUSY, "another load is under way");
	if (chan_pair(ends, e) == -1)
		return -1;
	l->table = plan_table_new();
	if (l->table != NULL)
		l->pid = child_start(exec_loader,
		    &(struct start){ loader, config, l->running == -1 },
		    (const int[]){ ends[1], l->running, dir }, 3);
	else
		l->pid = -1;
	close(ends[1]);
	if (l->pid == -1) {
		err_set(e, errno, "start %s", loader);
		close(ends[0]);
		plan_table_free(take_ptr(&l->table));
		return -1;
	}
	l->chan.fd = ends[0];
	l->serial = serial;
	l->has_refused = l->is_early = false;
	return 0;
}

/* It is gone without LOAD_END. */
static enum loader_step
lost(const struct loader *l, struct err *e)
{
	if (l->has_refused)
		e->text[0] = '\0'; /* its reasons were passed on */
	else
		err_set(e, 0,
		    "atoll-loader ended without an answer: the log says why");
	return LOADER_FAILED;
}

static enum loader_step
take_message(struct loader *l, struct msg *m, struct err *e)
{
	switch (m->type) {
	case MSG_HELLO:
		return chan_check_hello(&l->chan, m, e) == 0 ? LOADER_MORE
							     : LOADER_FAILED;
	case MSG_LOAD_ERROR:
		l->has_refused = true;
		e->code = 0;
		text_copy(e->text, sizeof(e->text), m->load_error.reason);
		return LOADER_REASON;
	case MSG_LOAD_END:
		if (l->has_refused)
			return lost(l, e);
		return plan_table_end(l->table, m->load_end.labs, e) == 0
			   ? LOADER_DONE
			   : LOADER_FAILED;
	default:
		return plan_table_tell(l->table, m, e) == 0 ? LOADER_MORE
							    : LOADER_FAILED;
	}
}

enum loader_step
loader_read(struct loader *l, struct msg *m, struct err *e)
{
	enum loader_step step;

	switch (chan_recv(&l->chan, m, e)) {
	case CHAN_EMPTY:
		return LOADER_MORE;
	case CHAN_CLOSED:
		return lost(l, e);
	case CHAN_UNKNOWN:
	case CHAN_BROKEN:
		return LOADER_FAILED;
	case CHAN_MESSAGE:
		break;
	}
	step = take_message(l, m, e);
	if (step != LOADER_DONE)
		msg_close(m);
	return step;
}

struct plan_table *
loader_take(struct loader *l)
{
	return take_ptr(&l->table);
}

void
loader_keep(struct loader *l, int fd)
{
	scope_close(&l->running);
	l->running = fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

void
loader_end(struct loader *l)
{
	if (l->chan.fd == -1)
		return;
	scope_close(&l->chan.fd);
	plan_table_free(take_ptr(&l->table));
	/* It has nothing left to do but exit. */
	kill(l->pid, SIGKILL);
	waitpid(l->pid, NULL, 0);
	l->is_early = false;
}
