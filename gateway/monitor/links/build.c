/* build.c - what the monitor asks of the builder. */
#include "gateway/monitor/links/build.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/child.h"
#include "gateway/base/scope.h"
#include "gateway/base/sibling.h"
#include "gateway/monitor/links/supervisor_link.h"
#include "gateway/monitor/seats/progress.h"

struct builder_run {
	const char *libexec_dir, *config_file;
};

/* It finds its link as descriptor 3, the lock of run_dir as 4, and its link to the
 * supervisor as 5. */
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
    int supervisor, struct err *e)
{
	CLOSES int theirs = -1;
	CLOSES int ours = -1;
	CLOSES int supervisors = -1;
	CLOSES int supervised = -1;
	int ends[2];
	pid_t pid;

	if (chan_link(&ours, &theirs, e) == -1 || chan_pair(ends, e) == -1)
		return -1;
	supervisors = ends[0];
	supervised = ends[1];
	pid = child_start_beside(exec_builder,
	    &(struct builder_run){ m->config->libexec_dir, config_file },
	    (const int[]){ theirs, lock_fd, supervised }, 3);
	if (pid == -1)
		return err_set(e, errno, "clone");
	if (supervisor_keep(supervisor, KEPT_BUILDER, supervisors, pid, e) ==
	    -1)
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
build_start(struct monitor *m, const struct seat *s)
{
	struct msg msg;
	struct err e;

	MSG_NEW(&msg, BUILD, build);
	msg.build.sandbox = s->sandbox;
	text_copy(msg.build.account, NAME_SIZE, s->account);
	text_copy(msg.build.lab, NAME_SIZE, s->lab);
	msg.build.since = s->since;
	msg.build.linger = (uint64_t)s->linger;
	msg.build.reattach = s->reattach;
	msg.build.time_limit = (uint64_t)s->time_limit;
	msg.build.memory_max = (uint64_t)s->memory_max;
	msg.build.pids_max = (uint64_t)s->pids_max;
	text_copy(msg.build.address, TEXT_SIZE, s->first_peer.text);
	msg.build.port = s->first_peer.port;
	/* Without one the builder refuses: the seat ends as after any build
	 * that fails. */
	if (secret_of_seat(&m->secret, s->account, s->lab, msg.build.secret,
		&e) == -1)
		log_error(&s->tag, "%s", e.text);
	progress_read(m, s, &msg.build.progress);
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

void
build_note_drain(struct monitor *m)
{
	struct msg msg;

	MSG_NEW(&msg, DRAINING, draining);
	msg.draining.is_on = drain_is_on(&m->drain);
	msg.draining.ends_ms = m->drain.ends_ms;
	send_to_builder(m, &msg);
}

int
build_program(struct monitor *m, enum jailed_program program, int fd,
    struct err *e)
{
	struct msg msg;

	MSG_NEW(&msg, ZYGOTE_START, zygote_start);
	msg.zygote_start.program = program;
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

	if (drain_is_on(&m->drain)) /* a builder that is new does not know */
		build_note_drain(m);
	MSG_NEW(&msg, LOAD, load);
	call_builder(m, &msg, on_reply, self);
}

void
build_try_programs(struct monitor *m, link_reply *on_reply, void *self)
{
	struct msg msg;

	MSG_NEW(&msg, UPGRADE_TRY, upgrade_try);
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
build_ask_usage(struct monitor *m, uint32_t sandbox, link_reply *on_reply,
    void *self)
{
	struct msg msg;

	MSG_NEW(&msg, USAGE_GET, usage_get);
	msg.usage_get.sandbox = sandbox;
	call_builder(m, &msg, on_reply, self);
}

void
build_ask_refusals(struct monitor *m, uint32_t sandbox, link_reply *on_reply,
    void *self)
{
	struct msg msg;

	MSG_NEW(&msg, REFUSALS_GET, refusals_get);
	msg.refusals_get.sandbox = sandbox;
	call_builder(m, &msg, on_reply, self);
}

void
build_restrain(struct monitor *m, uint32_t sandbox, enum restraint how,
    link_reply *on_reply, void *self)
{
	struct msg msg;

	MSG_NEW(&msg, RESTRAIN, restrain);
	msg.restrain.sandbox = sandbox;
	msg.restrain.restraint = how;
	call_builder(m, &msg, on_reply, self);
}

void
build_again(struct monitor *m, uint32_t sandbox, const char *machine,
    link_reply *on_reply, void *self)
{
	struct msg msg;

	MSG_NEW(&msg, REBUILD, rebuild);
	msg.rebuild.sandbox = sandbox;
	text_copy(msg.rebuild.machine, NAME_SIZE, machine);
	call_builder(m, &msg, on_reply, self);
}

void
build_switch_link(struct monitor *m, uint32_t sandbox,
    const struct msg_self_link *what, link_reply *on_reply, void *self)
{
	struct msg msg;

	MSG_NEW(&msg, LAN_SWITCH, lan_switch);
	msg.lan_switch.sandbox = sandbox;
	text_copy(msg.lan_switch.machine, NAME_SIZE, what->machine);
	text_copy(msg.lan_switch.network, NAME_SIZE, what->network);
	msg.lan_switch.is_on = what->is_on;
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

int
build_self_export(struct monitor *m, uint32_t sandbox, int fd,
    link_reply *on_reply, void *self, struct err *e)
{
	struct msg msg;

	MSG_NEW(&msg, EXPORT, export);
	msg.export.sandbox = sandbox;
	msg.export.by_student = 1;
	msg.fd[0] = fd;
	return pass_call(m, &msg, on_reply, self, e);
}

void
build_stop_export(struct monitor *m, uint32_t sandbox)
{
	struct msg msg;

	MSG_NEW(&msg, EXPORT_STOP, export_stop);
	msg.export_stop.sandbox = sandbox;
	send_to_builder(m, &msg);
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
build_ended(struct monitor *m, const char *how)
{
	if (m->builder != NULL)
		link_finish(m->builder, how);
}
