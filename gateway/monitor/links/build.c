/* build.c - what the monitor asks of the builder. */
#include "gateway/monitor/links/build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "gateway/base/scope.h"
#include "gateway/base/sibling.h"
#include "gateway/monitor/accounts/accounts.h"
#include "gateway/monitor/accounts/purge.h"
#include "gateway/monitor/accounts/registration.h"
#include "gateway/monitor/links/command.h"
#include "gateway/monitor/links/zygote_link.h"
#include "gateway/monitor/seats/seating.h"

#define BUILDER_LINK 3 /* descriptors of the new program */
#define BUILDER_LOCK 4

/* In the child: put the two descriptors where the builder expects them. */
static void
exec_builder(const struct monitor *m, const char *config_file, int link_fd,
    int lock_fd)
{
	char program[PATH_SIZE + 32];
	char loader[PATH_SIZE];
	int link_copy = fcntl(link_fd, F_DUPFD, 10);
	int lock_copy = fcntl(lock_fd, F_DUPFD, 10);

	snprintf(program, sizeof(program), "%s/atoll-builder",
	    m->config->libexec_dir);
	if (link_copy == -1 || lock_copy == -1 ||
	    dup2(link_copy, BUILDER_LINK) == -1 ||
	    dup2(lock_copy, BUILDER_LOCK) == -1)
		_exit(127);
	close(link_copy);
	close(lock_copy);
	sibling_path("atoll-loader", loader, sizeof(loader));
	execl(program, "atoll-builder", "-c", config_file, "-l", loader,
	    (char *)NULL);
	log_error(NULL, "cannot run %s: %s", program, strerror(errno));
	_exit(127);
}

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
	m->builder_pid = fork();
	if (m->builder_pid == -1)
		return err_set(e, errno, "fork");
	if (m->builder_pid == 0)
		exec_builder(m, config_file, theirs, lock_fd);
	if (chan_nonblock(ours, e) == -1)
		return -1;
	return take_fd(&ours);
}

static void
on_hello(struct monitor *m, struct msg *msg)
{
	struct err e = { 0 };

	if (link_check_hello(m->builder, msg, &e) == -1) {
		log_error(NULL, "builder: %s", e.text);
		monitor_stop(m, 1, "the builder is of another build");
	}
}

/* The plans are in force with the builder; take the same over here. */
static void
on_loaded(struct monitor *m, struct msg *msg)
{
	FREES char *text = config_read_fd(msg->fd[0]);
	struct complaints out;
	struct config *next;

	m->loading = false;
	complaints_init(&out);
	next = text == NULL ? NULL : config_parse(text, &out);
	if (next == NULL) {
		complaints_log(&out);
		command_loaded(m, "the effective configuration was unreadable");
	} else {
		/* Two names of the file are kept: what people typed. */
		next->file = arena_text(&next->arena, m->config->file);
		config_free(m->config);
		m->config = next;
		m->loaded = (uint64_t)time(NULL);
		accounts_compare(m);
		log_info(NULL, "configuration loaded labs=%zu accounts=%zu",
		    next->lab_count, next->account_count);
		text_copy(m->cgroup_mode, sizeof(m->cgroup_mode),
		    msg->loaded.cgroup);
		zygote_renew(m); /* with the host keys of today */
		if (!zygote_is_renewing(m))
			command_loaded(m, NULL);
	}
	complaints_free(&out);
	m->builder_ready = true;
	monitor_check_ready(m);
}

static void
on_load_failed(struct monitor *m, struct msg *msg)
{
	if (msg->load_failed.more) {
		log_error(NULL, "%s", msg->load_failed.reason);
		command_load_error(m, msg->load_failed.reason);
		return;
	}
	m->loading = false;
	command_loaded(m, "the old configuration stays in force");
	if (m->builder_ready)
		log_error(NULL, "reload refused: the old one stays in force");
	else
		monitor_stop(m, 1, "the configuration has errors");
}

static void
on_built(struct monitor *m, struct msg *msg)
{
	seating_built(m, &msg->built, take_fd(&msg->fd[0]));
}

static void
on_build_failed(struct monitor *m, struct msg *msg)
{
	seating_build_failed(m, msg->build_failed.sandbox,
	    msg->build_failed.reason, msg->build_failed.by_setup != 0);
}

static void
on_limit_hit(struct monitor *m, struct msg *msg)
{
	seating_limit_hit(m, msg->limit_hit.sandbox, msg->limit_hit.limit);
}

static void
on_ended(struct monitor *m, struct msg *msg)
{
	seating_ended(m, &msg->ended);
}

static void
on_usage(struct monitor *m, struct msg *msg)
{
	struct seat *s = seat_by_sandbox(&m->registry, msg->usage.sandbox);

	if (s == NULL)
		return;
	s->usage = (struct usage){ .cpu_us = msg->usage.cpu_us,
		.memory = msg->usage.memory,
		.pids = msg->usage.pids };
}

static void
on_usage_end(struct monitor *m, struct msg *msg)
{
	command_usage_told(m, msg->serial);
}

static void
on_exported(struct monitor *m, struct msg *msg)
{
	command_exported(m, msg);
}

static void
on_home(struct monitor *m, struct msg *msg)
{
	command_home_told(m, msg);
	register_home_told(m, msg);
}

static void
on_homes_end(struct monitor *m, struct msg *msg)
{
	command_home_done(m, msg->serial, "");
	register_homes_told(m, msg->serial);
}

static void
on_home_removed(struct monitor *m, struct msg *msg)
{
	command_home_done(m, msg->serial, msg->home_removed.reason);
	sweep_told(m, msg);
}

static void
on_home_restored(struct monitor *m, struct msg *msg)
{
	command_home_done(m, msg->serial, msg->home_restored.reason);
}

static void (*const handlers[MSG_COUNT])(struct monitor *, struct msg *) = {
	[MSG_HELLO] = on_hello,
	[MSG_LOADED] = on_loaded,
	[MSG_LOAD_FAILED] = on_load_failed,
	[MSG_BUILT] = on_built,
	[MSG_BUILD_FAILED] = on_build_failed,
	[MSG_LIMIT_HIT] = on_limit_hit,
	[MSG_ENDED] = on_ended,
	[MSG_EXPORTED] = on_exported,
	[MSG_HOME] = on_home,
	[MSG_HOMES_END] = on_homes_end,
	[MSG_HOME_REMOVED] = on_home_removed,
	[MSG_HOME_RESTORED] = on_home_restored,
	[MSG_USAGE] = on_usage,
	[MSG_USAGE_END] = on_usage_end,
};

static void
on_message(void *self, struct msg *msg)
{
	handlers[msg->type](self, msg); /* chan checked the direction */
}

static void
on_closed(void *self, const char *why)
{
	struct monitor *m = self;

	m->builder = NULL;
	if (m->phase != STOPPING) {
		log_error(NULL, "lost the builder: %s", why);
		monitor_stop(m, 1, "the gateway lost its builder");
	}
	monitor_check_stopped(m);
}

int
build_attach(struct monitor *m, int fd, struct err *e)
{
	struct link_owner owner = { .self = m,
		.on_message = on_message,
		.on_closed = on_closed };

	m->builder =
	    link_open(&m->loop, fd, BUILDER, LINK_QUEUE_TRUSTED, &owner, e);
	if (m->builder == NULL)
		return -1;
	link_hello(m->builder);
	return 0;
}

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

	MSG_NEW(&msg, BUILD, build);
	msg.build.sandbox = sandbox;
	text_copy(msg.build.account, NAME_SIZE, account);
	text_copy(msg.build.lab, NAME_SIZE, lab);
	secret_of_seat(&m->secret, account, lab, msg.build.secret);
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
build_zygote(struct monitor *m, int fd)
{
	struct msg msg;

	MSG_NEW(&msg, ZYGOTE_START, zygote_start);
	msg.fd[0] = fd;
	send_to_builder(m, &msg);
}

void
build_load(struct monitor *m)
{
	struct msg msg;

	if (m->loading)
		return; /* its answer is everybody's */
	m->loading = true;
	MSG_NEW(&msg, LOAD, load);
	msg.serial = ++m->load_serial;
	send_to_builder(m, &msg);
}

void
build_ask_usage(struct monitor *m)
{
	struct msg msg;

	MSG_NEW(&msg, USAGE_GET, usage_get);
	msg.serial = ++m->usage_serial;
	send_to_builder(m, &msg);
}

void
build_export(struct monitor *m, uint32_t sandbox, int fd)
{
	struct msg msg;

	MSG_NEW(&msg, EXPORT, export);
	msg.serial = ++m->export_serial;
	msg.export.sandbox = sandbox;
	msg.fd[0] = fd;
	send_to_builder(m, &msg);
}

void
build_ask_homes(struct monitor *m)
{
	struct msg msg;

	MSG_NEW(&msg, HOMES_GET, homes_get);
	msg.serial = ++m->home_serial;
	send_to_builder(m, &msg);
}

void
build_remove_home(struct monitor *m, const char *account, const char *lab,
    bool to_trash)
{
	struct msg msg;

	MSG_NEW(&msg, HOME_REMOVE, home_remove);
	msg.serial = ++m->home_serial;
	msg.home_remove.to_trash = to_trash;
	text_copy(msg.home_remove.account, NAME_SIZE, account);
	text_copy(msg.home_remove.lab, NAME_SIZE, lab);
	send_to_builder(m, &msg);
}

void
build_restore_homes(struct monitor *m, const char *account, int64_t since)
{
	struct msg msg;

	MSG_NEW(&msg, HOME_RESTORE, home_restore);
	msg.serial = ++m->home_serial;
	msg.home_restore.since = (uint64_t)since;
	text_copy(msg.home_restore.account, NAME_SIZE, account);
	send_to_builder(m, &msg);
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
	/* The link need not have ended with it: a process that it forked may
	 * have a copy. */
	if (m->builder != NULL)
		link_finish(m->builder, why);
	monitor_check_stopped(m);
}
