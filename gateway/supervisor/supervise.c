/* supervise.c - the life of a gateway as its first process sees it. */
#include "gateway/supervisor/supervise.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/child.h"
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "gateway/base/sibling.h"
#include "gateway/supervisor/kept.h"
#include "gateway/supervisor/notify.h"

/* So many crashes in so long are a defect that another start does not mend. */
#define CRASHES_MAX 5
#define CRASHES_MS  60000

/* Then signals and children have their turn: a flood is to delay nobody's stop. */
#define MESSAGES_PER_TURN 64

#define BUILDER_MS 15000 /* for the builder to demolish what is left */
#define REST_MS	   2000	 /* for whoever ends because those two have */

enum life { LIFE_OPENING, LIFE_WATCHING, LIFE_ENDING, LIVES };

struct supervisor {
	const char *config;
	enum life life;			/* step() alone writes it */
	int signals;			/* a signalfd */
	sigset_t before;		/* the mask that we were started with */
	struct chan monitor, builder;	/* fd -1: there is none */
	pid_t monitor_pid, builder_pid; /* 0: there is none */
	struct kept_fds kept;
	bool is_serving;	       /* this monitor has said so */
	bool was_announced;	       /* to the service manager, as is */
	bool is_end_told;	       /* that it ends */
	bool is_reload_due;	       /* when it serves */
	unsigned stops;		       /* signals that ask for the end */
	unsigned crashes;	       /* ever */
	int64_t crash_ms[CRASHES_MAX]; /* of the last ones, in a ring */
	uint64_t started;	       /* seconds since the epoch */
	int status;		       /* of the whole */
};

#define TO(life) (1U << (life))

static const struct {
	const char *name;
	unsigned next;
} steps[LIVES] = {
	[LIFE_OPENING] = { "opening", TO(LIFE_WATCHING) | TO(LIFE_ENDING) },
	[LIFE_WATCHING] = { "watching", TO(LIFE_ENDING) },
	[LIFE_ENDING] = { "ending", 0 },
};

/* Whoever may ask for a step may do so twice: what is not possible is not done. */
static bool
step(struct supervisor *s, enum life next)
{
	if ((steps[s->life].next & TO(next)) == 0)
		return false;
	log_debug(NULL, "gateway step from=%s to=%s", steps[s->life].name,
	    steps[next].name);
	s->life = next;
	return true;
}

/* Clients are refused from now on, rather than left waiting. */
static void
begin_end(struct supervisor *s)
{
	step(s, LIFE_ENDING); /* a signal may have taken it already */
	if (s->is_end_told)
		return;
	s->is_end_told = true;
	kept_close(&s->kept);
	notify("STOPPING=1");
}

static void
describe(int status, char *to, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(to, size, "killed by signal %d", WTERMSIG(status));
	else
		snprintf(to, size, "exit status %d", WEXITSTATUS(status));
}

/* --- a monitor ------------------------------------------------------------ */

/* A group of its own: Ctrl-C on a terminal is for us, who pass it on, and must not
 * count twice.  It may write there all the same (SIGTTOU in termios(3)). */
static int
exec_monitor(const void *arg)
{
	const struct supervisor *s = arg;
	char program[PATH_SIZE];

	sibling_path("atoll-monitor", program, sizeof(program));
	setpgid(0, 0);
	signal(SIGTTOU, SIG_IGN);
	sigprocmask(SIG_SETMASK, &s->before, NULL);
	execl(program, "atoll-monitor", "-c", s->config, (char *)NULL);
	log_error(NULL, "cannot run %s: %s", program, strerror(errno));
	return 127;
}

/* A new link for it and the builder; sandboxes and the sockets are as they were. */
static int
hand_over_kept(struct supervisor *s, struct err *e)
{
	CLOSES int theirs = -1;
	CLOSES int builders = -1;
	int ends[2];
	struct msg m;

	if (chan_pair(ends, e) == -1)
		return -1;
	theirs = ends[0];
	builders = ends[1];
	MSG_NEW(&m, NEXT_MONITOR, next_monitor);
	m.fd[0] = builders;
	if (chan_send(&s->builder, &m, e) == -1)
		return err_wrap(e, "the builder");
	MSG_NEW(&m, STILL_OPEN, still_open);
	m.still_open.kind = KEPT_BUILDER;
	m.fd[0] = theirs;
	if (chan_send(&s->monitor, &m, e) == -1)
		return -1;
	return kept_tell(&s->kept, &s->monitor, e);
}

static int
start_monitor(struct supervisor *s, struct err *e)
{
	CLOSES int theirs = -1;
	struct msg m;
	int ends[2];

	if (chan_pair(ends, e) == -1)
		return -1;
	s->monitor.fd = ends[0];
	theirs = ends[1];
	s->is_serving = false;
	s->monitor_pid = child_start(exec_monitor, s, &theirs, 1);
	if (s->monitor_pid == -1) {
		s->monitor_pid = 0;
		return err_set(e, errno, "fork");
	}
	/* One that ends before it has heard that is reaped as any. */
	if (s->life == LIFE_WATCHING && hand_over_kept(s, e) == -1 &&
	    e->code != EPIPE)
		return -1;
	MSG_NEW(&m, STILL_OPEN_END, still_open_end);
	m.still_open_end.started = s->started;
	m.still_open_end.crashes = s->crashes;
	if (chan_send(&s->monitor, &m, e) == -1 && e->code != EPIPE)
		return -1;
	return chan_nonblock(s->monitor.fd, e);
}

static int
keep(struct supervisor *s, struct msg *m, struct err *e)
{
	if (m->keep.kind != KEPT_BUILDER)
		return kept_add(&s->kept, m->keep.kind, take_fd(&m->fd[0]), e);
	scope_close(&s->builder.fd);
	s->builder.fd = take_fd(&m->fd[0]);
	s->builder_pid = (pid_t)m->keep.pid;
	return 0;
}

static void
on_phase(struct supervisor *s, uint32_t phase)
{
	if (phase == TOLD_STOPPING) {
		begin_end(s);
		return;
	}
	if (phase == TOLD_JSON)
		log_set_json(true);
	if (phase != TOLD_SERVING || s->life != LIFE_WATCHING)
		return;
	s->is_serving = true;
	if (!s->was_announced)
		notify("READY=1");
	s->was_announced = true;
	if (s->is_reload_due)
		kill(s->monitor_pid, SIGHUP);
	s->is_reload_due = false;
}

static int
on_message(struct supervisor *s, struct msg *m, struct err *e)
{
	switch (m->type) {
	case MSG_KEEP:
		if (s->life != LIFE_OPENING)
			return err_set(e, EPROTO, "KEEP of one without root");
		return keep(s, m, e);
	case MSG_KEEP_END:
		if (s->life == LIFE_OPENING && s->builder.fd != -1)
			step(s, LIFE_WATCHING);
		return 0;
	case MSG_MONITOR_PHASE:
		on_phase(s, m->monitor_phase.phase);
		return 0;
	default:
		return err_set(e, EPROTO, "%s of the monitor",
		    msg_name(m->type));
	}
}

/* What it has said.  One that says what it must not has been taken over, or is
 * broken: it crashes here. */
static void
hear_monitor(struct supervisor *s)
{
	for (int i = 0; i < MESSAGES_PER_TURN && s->monitor.fd != -1; i++) {
		struct msg m;
		struct err e;
		int rc;

		switch (chan_recv(&s->monitor, &m, &e)) {
		case CHAN_MESSAGE:
			rc = on_message(s, &m, &e);
			msg_close(&m);
			break;
		case CHAN_UNKNOWN: /* of a newer build */
			continue;
		case CHAN_EMPTY:
			return;
		case CHAN_CLOSED:
			rc = err_set(&e, 0, "its link is closed");
			break;
		default:
			rc = -1;
			break;
		}
		if (rc == 0)
			continue;
		log_debug(NULL, "monitor: %s", e.text);
		scope_close(&s->monitor.fd);
		if (s->monitor_pid != 0)
			kill(s->monitor_pid, SIGKILL);
	}
}

/* --- its crash ------------------------------------------------------------ */

/* True for one crash too many. */
static bool
count_crash(struct supervisor *s)
{
	int64_t now = clock_ms();
	int64_t *at = &s->crash_ms[s->crashes % CRASHES_MAX];
	bool is_loop = *at != 0 && now - *at < CRASHES_MS;

	*at = now;
	s->crashes++;
	return is_loop;
}

static void
replace_monitor(struct supervisor *s, const char *how)
{
	struct err e;

	if (count_crash(s)) {
		log_error(NULL,
		    "the monitor has crashed again (%s), %d times in a minute"
		    " before: everything ends",
		    how, CRASHES_MAX);
		begin_end(s);
		return;
	}
	log_error(NULL,
	    "the monitor has crashed (%s): another starts, sandboxes live on",
	    how);
	if (start_monitor(s, &e) == 0)
		return;
	log_error(NULL, "cannot start a monitor: %s: everything ends", e.text);
	begin_end(s);
}

static void
monitor_ended(struct supervisor *s, int status)
{
	char how[48];

	s->monitor_pid = 0;
	hear_monitor(s); /* that it stops, perhaps */
	scope_close(&s->monitor.fd);
	describe(status, how, sizeof(how));
	s->status = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	if (s->life == LIFE_WATCHING) {
		s->status = 1;
		replace_monitor(s, how);
		return;
	}
	if (WIFSIGNALED(status) && s->stops > 0)
		s->status = 0; /* we have passed it on */
	else if (WIFSIGNALED(status))
		log_error(NULL, "monitor ended: %s", how);
	begin_end(s);
}

static void
builder_ended(struct supervisor *s, int status)
{
	struct err ignored; /* a monitor that is dead, too */
	char how[48];
	struct msg m;

	s->builder_pid = 0;
	describe(status, how, sizeof(how));
	if (s->life == LIFE_ENDING && s->builder.fd == -1 && status == 0)
		return;
	log_error(NULL, "builder ended: %s", how);
	s->status = 1;
	begin_end(s);
	if (s->monitor.fd == -1)
		return;
	/* Its link to the builder need not have ended: a process that the
	 * builder forked may have a copy of the other end. */
	MSG_NEW(&m, BUILDER_GONE, builder_gone);
	text_copy(m.builder_gone.how, TEXT_SIZE, how);
	chan_send(&s->monitor, &m, &ignored);
}

/* --- signals -------------------------------------------------------------- */

/* Zygotes are ours as well, and whoever has lost its parent. */
static bool
reap(struct supervisor *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == s->monitor_pid)
			monitor_ended(s, status);
		else if (pid == s->builder_pid)
			builder_ended(s, status);
	}
	return pid == 0; /* or there is nobody left */
}

static void
on_signal(struct supervisor *s, int number)
{
	if (number == SIGCHLD)
		return; /* reap() is called at each turn */
	if (number == SIGHUP) {
		s->is_reload_due = !s->is_serving;
		if (s->is_serving)
			kill(s->monitor_pid, SIGHUP);
		return;
	}
	s->stops++;
	if (s->monitor_pid != 0)
		kill(s->monitor_pid, number);
	/* Only that it is not replaced: it says itself when it stops. */
	step(s, LIFE_ENDING);
}

static int
catch_signals(struct supervisor *s, struct err *e)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, &s->before) == -1)
		return err_set(e, errno, "signals");
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->signals == -1 ? err_set(e, errno, "signalfd") : 0;
}

/* One turn, which waits for so long at most, or for as long as it takes (-1).
 * False: we have no children. */
static bool
turn(struct supervisor *s, int ms)
{
	struct pollfd fds[] = { { s->signals, POLLIN, 0 },
		{ s->monitor.fd, POLLIN, 0 } };
	struct signalfd_siginfo info;

	poll(fds, 2, ms);
	while (read(s->signals, &info, sizeof(info)) == sizeof(info))
		on_signal(s, (int)info.ssi_signo);
	hear_monitor(s);
	return reap(s);
}

/* --- the whole ------------------------------------------------------------ */

/* The monitor is gone: the builder ends with our link, and everybody else with
 * those two.  Who asks twice does not wait. */
static void
finish(struct supervisor *s)
{
	int64_t until = clock_ms() + BUILDER_MS;

	begin_end(s);
	kept_close(&s->kept);
	scope_close(&s->builder.fd);
	while (s->builder_pid != 0 && s->stops < 2 && clock_ms() < until)
		turn(s, 100);
	if (s->builder_pid != 0 && s->stops < 2)
		log_error(NULL, "the builder does not end");
	until = clock_ms() + REST_MS;
	while (s->stops < 2 && clock_ms() < until && turn(s, 20))
		continue;
}

int
supervise(const char *config, struct err *e)
{
	static struct supervisor s; /* too large for a stack */

	s = (struct supervisor){ .config = config,
		.monitor = { -1, SUPERVISOR, MONITOR },
		.builder = { -1, SUPERVISOR, BUILDER },
		.started = (uint64_t)time(NULL) };
	signal(SIGPIPE, SIG_IGN);
	/* Whoever loses its parent is reaped here, and waited for at the end:
	 * what a crashed monitor or a dead builder leaves. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (catch_signals(&s, e) == -1 || start_monitor(&s, e) == -1)
		return -1;
	while (s.monitor_pid != 0)
		turn(&s, -1);
	finish(&s);
	return s.status;
}
