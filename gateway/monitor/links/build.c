/* build.c - what the monitor asks of the builder. */
#include "gateway/monitor/links/build.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "gateway/base/child.h"
#include "gateway/base/scope.h"
#include "gateway/base/sibling.h"

struct builder_run {
	const char *libexec_dir, *config_file;
};

/* It finds its link as descriptor 3, and the lock of run_dir as 4. */
static int
exec_builder(const void *arg)
{
	const struct builder_run *r = arg;
	char program[PATH_SIZE + 32];
	char loader[PATH_SIZE];

	snprintf(program, sizeof(program), "%s/atoll-builder", r->libexec_dir);
	sibling_path("atoll-loader", loader, sizeof(loader));
	execl(program, "atoll-builder", "-c", r->config_file, "-l", loader,
	    (char *)NULL);
	log_error(NULL, "cannot run %s: %s", program, strerror(errno));
	return 127;
}

/* The builder is given the file's name, not what we have read: what a lab is it
 * must not have from the monitor, which speaks with sessions. */
int
build_spawn(struct monitor *m, const char *config_file, int lock_fd,
    struct err *e)
{
	CLOSES int theirs = -1;
	CLOSES int ours = -1;
	int ends[2];

	if (chan_pair(ends, e) == -1)
		return -1;
	ours = ends[0];
	theirs = ends[1];
	m->builder_pid = child_start(exec_builder,
	    &(struct builder_run){ m->config->libexec_dir, config_file },
	    (const int[]){ theirs, lock_fd }, 2);
	if (m->builder_pid == -1)
		return err_set(e, errno, "fork");
	if (chan_nonblock(ours, e) == -1)
		return -1;
	return take_fd(&ours);
}

int
build_attach(struct monitor *m, int fd, struct err *e)
{
	m->builder = link_open(&m->loop, fd, m->routes->builder, m, e);
	if (m->builder == NULL)
		return -1;
	link_hello(m->builder);
	return 0;
}

/* Without a builder the monitor is about to end, and nobody waits for long. */
static void
send_to_builder(struct monitor *m, const struct msg *msg)
{
	if (m->builder != NULL)
		link_send(m->builder, msg);
}

void
build_start(struct monitor *m, uint32_t sandbox, const char *account,
    const char *lab)
{
	struct msg msg;
	struct err e;

	MSG_NEW(&msg, BUILD, build);
	msg.build.sandbox = sandbox;
	text_copy(msg.build.account, NAME_SIZE, account);
	text_copy(msg.build.lab, NAME_SIZE, lab);
	/* Without one the builder refuses: the seat ends as after any build
	 * that fails. */
	if (secret_of_seat(&m->secret, account, lab, msg.build.secret, &e) ==
	    -1)
		log_error(NULL, "account=%s lab=%s: %s", account, lab, e.text);
	send_to_builder(m, &msg);
}

void
build_demolish(struct monitor *m, uint32_t sandbox)
{
	struct msg msg;

	MSG_NEW(&msg, DEMOLISH, demolish);
	msg.demolish.sandbox = sandbox;
	send_to_builder(m, &msg);
}

int
build_zygote(struct monitor *m, int fd, struct err *e)
{
	struct msg msg;

	MSG_NEW(&msg, ZYGOTE_START, zygote_start);
	msg.fd[0] = fd;
	return m->builder == NULL ? 0 : link_pass(m->builder, &msg, e);
}

/* Without a builder the request is dropped: the monitor ends before an answer
 * is missed. */
static int
pass_call(struct monitor *m, struct msg *msg, link_reply *on_reply, void *self,
    struct err *e)
{
	return m->builder == NULL
		   ? 0
		   : link_call(m->builder, msg, on_reply, self, e);
}

/* For a request without descriptors: only the copies of those can be refused
 * while the link goes on, see link_pass(). */
static void
call_builder(struct monitor *m, struct msg *msg, link_reply *on_reply,
    void *self)
{
	struct err ignored;

	pass_call(m, msg, on_reply, self, &ignored);
}

void
build_load(struct monitor *m, link_reply *on_reply, void *self)
{
	struct msg msg;

	MSG_NEW(&msg, LOAD, load);
	call_builder(m, &msg, on_reply, self);
}

void
build_prepare_upgrade(struct monitor *m, link_reply *on_reply, void *self)
{
	struct msg msg;

	MSG_NEW(&msg, UPGRADE_PREPARE, upgrade_prepare);
	call_builder(m, &msg, on_reply, self);
}

void
build_upgrade(struct monitor *m)
{
	struct msg msg;

	MSG_NEW(&msg, UPGRADE, upgrade);
	send_to_builder(m, &msg);
}

void
build_ask_usage(struct monitor *m, link_reply *on_reply, void *self)
{
	struct msg msg;

	MSG_NEW(&msg, USAGE_GET, usage_get);
	call_builder(m, &msg, on_reply, self);
}

int
build_export(struct monitor *m, uint32_t sandbox, int fd, link_reply *on_reply,
    void *self, struct err *e)
{
	struct msg msg;

	MSG_NEW(&msg, EXPORT, export);
	msg.export.sandbox = sandbox;
	msg.fd[0] = fd;
	return pass_call(m, &msg, on_reply, self, e);
}

void
build_ask_homes(struct monitor *m, link_reply *on_reply, void *self)
{
	struct msg msg;

	MSG_NEW(&msg, HOMES_GET, homes_get);
	call_builder(m, &msg, on_reply, self);
}

void
build_remove_home(struct monitor *m, const struct home_removal *h,
    link_reply *on_reply, void *self)
{
	struct msg msg;

	MSG_NEW(&msg, HOME_REMOVE, home_remove);
	msg.home_remove.to_trash = h->to_trash;
	text_copy(msg.home_remove.account, NAME_SIZE, h->account);
	text_copy(msg.home_remove.lab, NAME_SIZE, h->lab);
	call_builder(m, &msg, on_reply, self);
}

void
build_restore_homes(struct monitor *m, const char *account, int64_t since,
    link_reply *on_reply, void *self)
{
	struct msg msg;

	MSG_NEW(&msg, HOME_RESTORE, home_restore);
	msg.home_restore.since = (uint64_t)since;
	text_copy(msg.home_restore.account, NAME_SIZE, account);
	call_builder(m, &msg, on_reply, self);
}

void
build_empty_trash(struct monitor *m, int64_t before)
{
	struct msg msg;

	MSG_NEW(&msg, TRASH_EMPTY, trash_empty);
	msg.trash_empty.before = (uint64_t)before;
	send_to_builder(m, &msg);
}

void
build_ended(struct monitor *m, int status)
{
	char why[48];

	m->builder_pid = 0;
	if (WIFSIGNALED(status))
		snprintf(why, sizeof(why), "killed by signal %d",
		    WTERMSIG(status));
	else
		snprintf(why, sizeof(why), "exit status %d",
		    WEXITSTATUS(status));
	if (m->phase != STOPPING || status != 0)
		log_error(NULL, "builder ended: %s", why);
	/* Its link need not have ended with the builder: a process that it
	 * forked may have a copy of the other end. */
	if (m->builder != NULL)
		link_finish(m->builder, why);
}
