/*
 * main.c - atoll-monitor: the order of steps.		Process: monitor.
 *
 * As root: read the configuration, open the sockets, start the builder.  Then
 * root is given up for good, the jail is entered, and the loop serves.  The monitor
 * that follows one that crashed, or an upgrade, finds all of that there, and takes it
 * over from supervisor and builder.
 *
 * Descriptor 3 is the link to atolld, the supervisor, which starts this program.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "gateway/base/array.h"
#include "gateway/base/log_journal.h"
#include "gateway/base/privs.h"
#include "gateway/base/scope.h"
#include "gateway/monitor/accounts/accounts.h"
#include "gateway/monitor/accounts/browser_code.h"
#include "gateway/monitor/accounts/db.h"
#include "gateway/monitor/accounts/purge.h"
#include "gateway/monitor/accounts/rehearsal.h"
#include "gateway/monitor/accounts/registration.h"
#include "gateway/monitor/accounts/writer.h"
#include "gateway/monitor/adopt.h"
#include "gateway/monitor/admission/admission.h"
#include "gateway/monitor/admission/listen.h"
#include "gateway/monitor/event_loop.h"
#include "gateway/monitor/initial.h"
#include "gateway/monitor/links/answer.h"
#include "gateway/monitor/links/browser.h"
#include "gateway/monitor/links/build.h"
#include "gateway/monitor/links/control.h"
#include "gateway/monitor/links/keys.h"
#include "gateway/monitor/links/collector.h"
#include "gateway/monitor/links/lab_report.h"
#include "gateway/monitor/links/recorder.h"
#include "gateway/monitor/links/signers.h"
#include "gateway/monitor/links/staff.h"
#include "gateway/monitor/links/supervisor_link.h"
#include "gateway/monitor/links/wall.h"
#include "gateway/monitor/links/publish.h"
#include "gateway/monitor/links/web.h"
#include "gateway/monitor/links/zygote_link.h"
#include "gateway/monitor/phase.h"
#include "gateway/monitor/reload.h"
#include "gateway/monitor/route/routes.h"
#include "gateway/monitor/seats/allowance.h"
#include "gateway/monitor/seats/announce.h"
#include "gateway/monitor/seats/copied.h"
#include "gateway/monitor/seats/hand.h"
#include "gateway/monitor/seats/ending.h"
#include "gateway/monitor/diary/diary.h"
#include "gateway/monitor/seats/results.h"
#include "gateway/monitor/tick.h"
#include "gateway/monitor/upgrade/restore.h"
#include "gateway/monitor/upgrade/takeover.h"
#include "gateway/monitor/upgrade/upgrade.h"

#define TICK_MS	   1000
#define LOCK_TRIES 100 /* of 100 ms, while an earlier builder cleans up */
#define OPEN_FILES 65536

struct options {
	const char *config;
	int state;     /* of the build before, or -1 */
	bool is_trial; /* could we take it over? */
};

/* The number of a descriptor that is open. */
static int
read_number(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (*end != '\0' || end == text || n < 0 || n > INT_MAX ||
	    fcntl((int)n, F_GETFD) == -1) {
		fprintf(stderr, "atoll-monitor: -u is for an upgrade, see"
				" 'atoll upgrade'\n");
		exit(2);
	}
	return (int)n;
}

static void
parse_options(struct options *o, int argc, char **argv)
{
	int opt;

	*o = (struct options){ .state = -1 };
	while ((opt = getopt(argc, argv, "c:u:R")) != -1) {
		switch (opt) {
		case 'u': /* these two are for upgrade/ alone */
			o->state = read_number(optarg);
			break;
		case 'R':
			o->is_trial = true;
			break;
		case 'c':
			o->config = optarg;
			break;
		default:
			exit(2);
		}
	}
	if (optind == argc && o->config != NULL)
		return;
	fputs("usage: atoll-monitor -c FILE\n"
	      "atolld starts this program: see atolld(8).\n",
	    stderr);
	exit(2);
}

static void __attribute__((noreturn)) fatal(const char *text)
{
	log_error(NULL, "%s", text);
	exit(1);
}

/* The run directory, and the lock that keeps a second daemon out of it.  An
 * earlier life's builder holds it too until it has cleaned up. */
static int
lock_run_dir(const char *path, struct err *e)
{
	CLOSES int fd = -1;

	if (mkdir(path, 0755) == -1 && errno != EEXIST)
		return err_set(e, errno, "run_dir %s", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return err_set(e, errno, "run_dir %s", path);
	for (int i = 0; i < LOCK_TRIES; i++) {
		struct timespec pause = { .tv_nsec = 100 * 1000 * 1000 };

		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return take_fd(&fd);
		nanosleep(&pause, NULL);
	}
	return err_set(e, 0,
	    "another atolld runs in %s: stop it, or give this one a run_dir"
	    " of its own",
	    path);
}

/* Descriptors: three for a connection, one for a sandbox.  The limit itself can
 * be raised by a root that has CAP_SYS_RESOURCE. */
static void
raise_open_files(void)
{
	struct rlimit rl, wanted = { OPEN_FILES, OPEN_FILES };

	if (getrlimit(RLIMIT_NOFILE, &rl) == -1)
		return;
	if (rl.rlim_max < OPEN_FILES && setrlimit(RLIMIT_NOFILE, &wanted) == 0)
		return;
	rl.rlim_cur = rl.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &rl) == -1)
		log_warn(NULL, "open files stay as they are: %s",
		    strerror(errno));
}

/* That of keys_command alone: the builder and zygotes are the supervisor's. */
static void
reap(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
}

static void
on_signal(uv_signal_t *handle, int signum)
{
	struct monitor *m = handle->data;

	if (signum == SIGCHLD)
		reap();
	else if (signum == SIGHUP)
		reload_begin(m);
	else
		phase_stop(m, 0, "the gateway is shutting down");
}

/* What is served from the loop. */
struct started {
	int supervisor_fd, builder_fd;
	int keys_fd;	 /* -1 without keys_command */
	bool is_adopted; /* it is of a monitor that crashed */
};

/* For the monitor that follows a crash. */
static int
keep_sockets(struct monitor *m, int link, struct err *e)
{
	for (size_t i = 0; i < listeners_count(m); i++) {
		if (supervisor_keep(link, KEPT_LISTENER, listener_fd(m, i), 0,
			e) == -1)
			return -1;
	}
	for (size_t i = 0; i < web_count(m); i++) {
		if (supervisor_keep(link, KEPT_WEB, web_fd(m, i), 0, e) == -1)
			return -1;
	}
	for (size_t i = 0; i < publish_count(m); i++) {
		if (supervisor_keep(link, KEPT_PUBLISH, publish_fd(m, i), 0,
			e) == -1)
			return -1;
	}
	if (supervisor_keep(link, KEPT_CONTROL, control_fd(m), 0, e) == -1)
		return -1;
	return supervisor_keep_end(link, e);
}

/* The first monitor's: the sockets, and the builder.  The lock is first, so that a
 * second daemon on the same run_dir replaces nothing of the one that runs. */
static int
open_all(struct monitor *m, const char *config, gid_t gid, struct started *s,
    struct err *e)
{
	FREES char *full = realpath(config, NULL);
	int lock = lock_run_dir(m->config->run_dir, e);

	if (lock == -1 || listeners_open(m, e) == -1 ||
	    control_open(m, gid, e) == -1 || web_open(m, e) == -1 ||
	    publish_open(m, e) == -1)
		return -1;
	s->builder_fd = build_spawn(m, full, lock, s->supervisor_fd, e);
	if (s->builder_fd == -1)
		return -1;
	return keep_sockets(m, s->supervisor_fd, e);
}

/* A crashed monitor's, which the supervisor has kept. */
static int
take_all(struct monitor *m, gid_t gid, const struct inherited *in,
    struct err *e)
{
	for (size_t i = 0; i < in->count; i++) {
		if (listener_restore(m, in->listener[i], e) == -1)
			return -1;
	}
	for (size_t i = 0; i < in->web_count; i++) {
		if (web_take(m, in->web[i], e) == -1)
			return -1;
	}
	for (size_t i = 0; i < in->publish_count; i++) {
		if (publish_take(m, in->publish[i], e) == -1)
			return -1;
	}
	return control_take(m, gid, in->control, e);
}

/* Everything that needs root: a port below 1024, the mode of admin.sock,
 * secret.key, the files of state_dir.  The builder moves all of us to our control
 * group, so that whatever else is started is started before. */
static int
open_as_root(struct monitor *m, const char *config, const struct inherited *in,
    struct started *s, struct err *e)
{
	uid_t uid;
	gid_t gid;
	int rc;

	if (privs_user(m->config->user, &uid, &gid, e) == -1)
		return -1;
	raise_open_files();
	if (secret_open(&m->secret, m->config->state_dir, e) == -1 ||
	    db_make(m->config->state_dir, uid, gid, &m->state_dir, e) == -1 ||
	    keys_spawn(m->config, &s->keys_fd, e) == -1)
		return -1;
	rc = s->is_adopted ? take_all(m, gid, in, e)
			   : open_all(m, config, gid, s, e);
	return rc == -1 ? -1 : privs_drop(uid, gid, e);
}

/* The writer's connection first: it makes the tables. */
static int
open_db(struct monitor *m, int state_fd, struct err *e)
{
	struct db *db = db_open(state_fd, DB_WRITE, e);
	struct seat *s;

	if (db == NULL)
		return -1;
	m->writer = writer_start(&m->loop, db, e);
	m->db = m->writer == NULL ? NULL : db_open(state_fd, DB_READ, e);
	if (m->db == NULL || accounts_open(m, e) == -1 ||
	    allowance_open(m, e) == -1 || announce_open(m, e) == -1)
		return -1;
	TAILQ_FOREACH(s, &m->registry.seats, all) {
		allowance_fill(m, s); /* of the build before */
		hand_fill(m, s);
		copied_fill(s);
	}
	allowance_refresh(m);
	return 0;
}

static int
serve(struct monitor *m, const struct started *s, struct err *e)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGCHLD };
	/* Not on the stack: a signal that comes between here and exit(3) has
	 * libuv's handler look for its handles. */
	static uv_signal_t handles[COUNT_OF(signals)];
	static uv_timer_t tick;

	tick.data = m;
	for (size_t i = 0; i < COUNT_OF(signals); i++) {
		handles[i].data = m;
		if (uv_signal_init(&m->loop, &handles[i]) != 0 ||
		    uv_signal_start(&handles[i], on_signal, signals[i]) != 0)
			return err_set(e, ENOMEM, "signals");
	}
	takeover_release_signals(); /* the build before held them */
	monitor_jail_log();
	if (supervisor_attach(m, s->supervisor_fd, e) == -1)
		return -1;
	/* After root was given up: the writer's thread would keep it, since ids
	 * are each thread's own for the kernel (nptl(7)). */
	if (open_db(m, m->state_dir, e) == -1 ||
	    build_attach(m, s->builder_fd, e) == -1 ||
	    keys_attach(m, s->keys_fd, e) == -1)
		return -1;
	uv_timer_init(&m->loop, &tick);
	uv_timer_start(&tick, monitor_tick, TICK_MS, TICK_MS);
	phase_open(m);
	build_note_drain(m); /* the builder of before an upgrade knew it */
	if (s->is_adopted)
		adopt_settle(m);
	if (!m->builder_ready)
		reload_begin(m);
	listeners_resume(m); /* after an upgrade: else phase.c does it */
	uv_run(&m->loop, UV_RUN_DEFAULT);
	return 0;
}

/* From here on it opens what monitor_places.h says, and nothing else. */
static int
jail(struct monitor *m, struct err *e)
{
	return monitor_jail_enter(&m->jail, takeover_program(), m->state_dir,
	    e);
}

/* The first start: the configuration, and all that needs root.  Or a start after a
 * crash: with the configuration that is in force, whatever its file says now. */
static int
start(struct monitor *m, const struct options *o, struct started *s,
    struct err *e)
{
	struct inherited in;

	if (supervisor_hear(SUPERVISOR_FD, &in, e) == -1)
		return -1;
	m->started = in.started;
	m->metrics.site.at[METRIC_RESTARTS][LOST_MONITOR] = in.crashes;
	*s = (struct started){ .supervisor_fd = SUPERVISOR_FD,
		.builder_fd = in.builder,
		.is_adopted = in.builder != -1 };
	if (s->is_adopted && adopt(m, o->config, in.builder, e) == -1)
		return -1;
	if (m->config == NULL)
		m->config = initial_config(o->config, e);
	if (m->config == NULL)
		return -1;
	log_set_json(m->config->log == LOG_AS_JSON);
	if (admission_init(m, e) == -1 || zygote_init(m, e) == -1 ||
	    signers_init(m, e) == -1)
		return -1;
	if (open_as_root(m, o->config, &in, s, e) == -1)
		return -1;
	return jail(m, e);
}

/* The build before has left all that there is, root excepted; and its jail, when it
 * had one. */
static int
take_over(struct monitor *m, const struct options *o, struct started *s,
    struct err *e)
{
	struct restored r;
	int rc = -1;

	if (privs_stay_dropped(e) == 0 && admission_init(m, e) == 0 &&
	    zygote_init(m, e) == 0 && signers_init(m, e) == 0)
		rc = restore_state(m, o->state, &r, e);
	if (rc == 0 && m->jail.number == 0)
		rc = jail(m, e);
	if (o->is_trial)
		takeover_tell_trial(rc, e);
	close(o->state);
	if (rc == -1)
		return -1;
	*s = (struct started){ .supervisor_fd = r.supervisor,
		.builder_fd = r.builder,
		.keys_fd = r.keys };
	upgrade_go_on(m, r.client, r.version);
	return 0;
}

int
main(int argc, char **argv)
{
	/* Not on the stack: what it still holds when the loop has stopped is
	 * in use until exit, and a leak checker must see that. */
	static struct monitor m;
	static const struct registry_ends ends = { answer_abort, ending_abort };
	struct options o;
	struct err e = { 0 };
	struct started started;
	int rc;

	log_journal_open();
	takeover_remember_program();
	parse_options(&o, argc, argv);
	m.routes = &routes;
	m.metrics.started = (uint64_t)time(NULL);
	signal(SIGPIPE, SIG_IGN); /* a write says EPIPE, where it is handled */
	/* libcrypto's own configuration is a file, and may name programs. */
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	registry_init(&m.registry, &ends);
	results_init(&m);
	diary_init(&m);
	TAILQ_INIT(&m.announcements);
	methods_init(&m.methods);
	if (event_loop_init(&m.loop, &e) == -1)
		fatal(e.text);
	m.hashing = hashing_new(&m.loop);
	if (m.hashing == NULL)
		fatal("out of memory");
	rc = o.state == -1 ? start(&m, &o, &started, &e)
			   : take_over(&m, &o, &started, &e);
	if (rc == -1 || serve(&m, &started, &e) == -1)
		fatal(e.text);
	hashing_free(m.hashing);
	diary_flush(&m);
	writer_stop(m.writer);
	results_close(&m);
	diary_close(&m);
	allowance_close(&m);
	announce_close(&m);
	staff_free(&m);
	recorder_free(&m);
	collector_free(&m);
	web_free(&m);
	publish_free(&m);
	lab_report_free(&m);
	wall_free(&m);
	browser_free(&m);
	browser_code_free(&m);
	metrics_free(&m.metrics);
	signers_free(&m);
	purge_free(&m);
	rehearsal_free(&m);
	register_free(&m);
	accounts_close(&m);
	db_close(m.db);
	log_info(NULL, "stopped status=%d", m.exit_status);
	return m.exit_status;
}
