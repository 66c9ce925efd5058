/* serve.c - the builder's loop: one epoll set, nothing that waits. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "sandbox/builder/builder.h"
#include "sandbox/builder/export/export.h"
#include "sandbox/builder/home/home.h"
#include "sandbox/builder/network.h"
#include "sandbox/builder/network_names.h"
#include "sandbox/builder/rounds.h"
#include "sandbox/builder/trap.h"
#include "sandbox/builder/upgrade/upgrade.h"
#include "sandbox/builder/spare.h"
#include "sandbox/builder/warm.h"
#include "sandbox/builder/watch.h"

#define EVENTS_MAX 64

/* How long the last sandboxes may take to die when the supervisor is gone. */
#define FAREWELL_MS 10000

int
loop_add(struct builder *b, int fd, uint32_t events, enum source source,
    uint32_t sandbox, struct err *e)
{
	struct epoll_event ev = { .events = events,
		.data.u64 = (uint64_t)source << 32 | sandbox };

	if (epoll_ctl(b->epoll, EPOLL_CTL_ADD, fd, &ev) == -1)
		return err_set(e, errno, "epoll");
	return 0;
}

void
loop_remove(struct builder *b, int fd)
{
	if (fd != -1)
		epoll_ctl(b->epoll, EPOLL_CTL_DEL, fd, NULL);
}

void
timer_set(int timer, int ms)
{
	struct timespec t = { .tv_sec = ms / 1000,
		.tv_nsec = (long)(ms % 1000) * 1000000 };
	struct itimerspec both = { t, t };

	timerfd_settime(timer, 0, &both, NULL);
}

void
tell_monitor(struct builder *b, const struct msg *m)
{
	struct err e;

	if (!b->has_monitor || chan_send(&b->monitor, m, &e) == 0)
		return;
	/* Else its end will be read, once this message's cause is done with. */
	if (e.code != EPIPE && e.code != ECONNRESET)
		log_error(NULL, "monitor: %s", e.text);
}

static int
open_timer(struct builder *b, enum source source, int *timer, struct err *e)
{
	*timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (*timer == -1)
		return err_set(e, errno, "timerfd");
	return loop_add(b, *timer, EPOLLIN, source, 0, e);
}

int
builder_open(struct builder *b, struct err *e)
{
	b->start_dir = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	b->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (b->start_dir == -1 || b->epoll == -1)
		return err_set(e, errno, "start");
	idmap_pool_init(&b->site.ids);
	b->site.staging.devices = b->site.staging.store.dir = -1;
	b->homes.dir = -1;
	b->site.init = b->audit = -1;
	loader_init(&b->loader);
	network_init(&b->network);
	b->trying.in = -1;
	if (open_timer(b, SOURCE_WATCH, &b->watch_timer, e) == -1 ||
	    open_timer(b, SOURCE_LOOK, &b->look_timer, e) == -1 ||
	    open_timer(b, SOURCE_SWEEP, &b->sweep_timer, e) == -1 ||
	    open_timer(b, SOURCE_WARM, &b->warm.timer, e) == -1 ||
	    open_timer(b, SOURCE_SPARES, &b->spares.timer, e) == -1 ||
	    open_timer(b, SOURCE_NETWORK_AGAIN, &b->network.timer, e) == -1 ||
	    open_timer(b, SOURCE_NAMES_AGAIN, &b->network.names.timer, e) ==
		-1 ||
	    open_timer(b, SOURCE_TRAPS, &b->traps.timer, e) == -1)
		return -1;
	bucket_fill(&b->traps.answers, TRAPS_A_SECOND / 10,
	    1000 / TRAPS_A_SECOND);
	if (fcntl(b->monitor.fd, F_SETFD, FD_CLOEXEC) == -1 ||
	    fcntl(b->monitor.fd, F_SETFL, 0) == -1)
		return err_set(e, errno, "link to the monitor");
	b->has_monitor = true;
	return loop_add(b, b->monitor.fd, EPOLLIN, SOURCE_MONITOR, 0, e);
}

/* --- dispatch ----------------------------------------------------------- */

static int
on_monitor(struct builder *b, struct err *e)
{
	struct msg m;
	int rc;

	switch (chan_recv(&b->monitor, &m, e)) {
	case CHAN_EMPTY:
		return 0;
	case CHAN_CLOSED:
		heir_wait(b);
		return 0;
	case CHAN_UNKNOWN:
	case CHAN_BROKEN:
		return err_wrap(e, "monitor");
	case CHAN_MESSAGE:
		break;
	}
	rc = on_request(b, &m, e);
	msg_close(&m);
	return rc;
}

/* What a sandbox's descriptors lead to; the others are in dispatch(). */
static void (*const of_sandbox[SOURCE_COUNT])(struct builder *b,
    struct sandbox *s) = {
	[SOURCE_LINK] = on_link,
	[SOURCE_PIDFD] = on_pidfd,
	[SOURCE_OOM] = on_oom,
	[SOURCE_PIDS] = on_refused_fork,
	[SOURCE_PLACED] = on_placed,
	[SOURCE_STATUS] = on_status,
	[SOURCE_TRAP] = on_trap,
};

static void
on_timer(struct builder *b, int timer, void (*react)(struct builder *b))
{
	uint64_t times;

	if (read(timer, &times, sizeof(times)) == sizeof(times))
		react(b);
}

static int
dispatch(struct builder *b, uint64_t key, struct err *e)
{
	enum source source = (enum source)(key >> 32);
	struct sandbox *s;

	switch (source) {
	case SOURCE_MONITOR:
		return on_monitor(b, e);
	case SOURCE_SUPERVISOR:
		return on_supervisor(b, e);
	case SOURCE_LOADER:
		on_loader(b);
		return 0;
	case SOURCE_WATCH:
		on_timer(b, b->watch_timer, on_watch_timer);
		return 0;
	case SOURCE_LOOK:
		on_timer(b, b->look_timer, on_look_timer);
		return 0;
	case SOURCE_SWEEP:
		on_timer(b, b->sweep_timer, on_sweep_timer);
		return 0;
	case SOURCE_WARM:
		on_timer(b, b->warm.timer, on_warm_timer);
		return 0;
	case SOURCE_SPARES:
		on_timer(b, b->spares.timer, on_spare_timer);
		return 0;
	case SOURCE_SPARE:
		on_spare_end(b, (uint32_t)key);
		return 0;
	case SOURCE_TRAPS:
		on_timer(b, b->traps.timer, on_trap_timer);
		return 0;
	case SOURCE_NETWORK:
		on_network(b);
		return 0;
	case SOURCE_NAMES:
		on_names(b);
		return 0;
	case SOURCE_NAMES_AGAIN:
		on_timer(b, b->network.names.timer, on_names_timer);
		return 0;
	case SOURCE_NETWORK_AGAIN:
		on_timer(b, b->network.timer, on_network_timer);
		return 0;
	case SOURCE_TRY:
		upgrade_tried(b);
		return 0;
	case SOURCE_EXPORT:
		on_export(b, (uint32_t)key);
		return 0;
	case SOURCE_HOME:
		on_home(b, (uint32_t)key);
		return 0;
	default:
		s = sandbox_find(&b->sandboxes, (uint32_t)key);
		if (s != NULL)
			of_sandbox[source](b, s);
		return 0;
	}
}

static int
turn(struct builder *b, int timeout_ms, struct err *e)
{
	struct epoll_event ev[EVENTS_MAX];
	int n = epoll_wait(b->epoll, ev, EVENTS_MAX, timeout_ms);

	if (n == -1 && errno != EINTR)
		return err_set(e, errno, "epoll_wait");
	for (int i = 0; i < n; i++) {
		if (dispatch(b, ev[i].data.u64, e) == -1)
			return -1;
	}
	upgrade_try(b);
	return 0;
}

/* --- the end ------------------------------------------------------------ */

static void
end_one(struct sandbox *s, void *arg)
{
	life_end(arg, s);
}

static int
demolish_all(struct builder *b, struct err *e)
{
	int64_t until = clock_ms() + FAREWELL_MS;

	loop_remove(b, b->monitor.fd);
	loop_remove(b, b->supervisor.fd);
	load_end(b);
	sandbox_each(&b->sandboxes, end_one, b);
	spare_end_all(b);
	while ((b->sandboxes.count > 0 || b->homes.first != NULL ||
		   !spare_is_over(b)) &&
	       clock_ms() < until) {
		if (turn(b, 100, e) == -1)
			return -1;
	}
	if (b->sandboxes.count > 0)
		return err_set(e, 0, "%zu sandboxes do not end",
		    b->sandboxes.count);
	homes_close(&b->homes);
	cgroups_leave(&b->site.cgroups);
	staging_close(&b->site.staging);
	plan_table_free(take_ptr(&b->table));
	return 0;
}

int
builder_serve(struct builder *b, struct err *e)
{
	struct err ignored;

	if (b->supervisor.fd != -1 && loop_add(b, b->supervisor.fd, EPOLLIN,
					  SOURCE_SUPERVISOR, 0, e) == -1)
		return -1;
	while (!b->is_over) {
		if (turn(b, -1, e) == -1) {
			demolish_all(b, &ignored);
			return -1;
		}
	}
	return demolish_all(b, e);
}
