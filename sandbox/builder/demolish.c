/* demolish.c - end a sandbox, whatever state it is in, without a trace. */
#include "sandbox/builder/demolish.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "sandbox/builder/home/home_placing.h"
#include "sandbox/builder/restrain.h"

void
demolish(struct site *site, struct sandbox *s)
{
	if (s->state == SANDBOX_ENDING || s->state == SANDBOX_SWEEPING)
		return;
	sandbox_step(s, SANDBOX_ENDING);
	scope_close(&s->link);
	/* So that the end of the last mount is its processes' work. */
	layer_release(&s->layer);
	home_placing_kill(s);
	if (s->pidfd == -1)
		return; /* it never came to a process */
	/* The death of PID 1 ends its pid namespace.  The group is killed as
	 * well where that is one write: a child that has not yet joined
	 * cannot be missed then. */
	syscall(SYS_pidfd_send_signal, s->pidfd, SIGKILL, NULL, 0);
	cgroup_kill(&site->cgroups, &s->cgroup);
	restrain_let_die(site, s);
}

/* The raw call: glibc's waitid() has no rusage.  It counts what init had
 * reaped, which is everything. */
static bool
reap(struct sandbox *s)
{
	struct rusage used = { 0 };
	siginfo_t info = { 0 };

	if (s->pidfd == -1)
		return true;
	if (syscall(SYS_waitid, P_PIDFD, s->pidfd, &info, WEXITED | WNOHANG,
		&used) == -1)
		return true; /* ECHILD: it was not ours to wait for */
	if (info.si_pid == 0)
		return false;
	s->pid = 0;
	s->cpu_us =
	    (uint64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 +
	    (uint64_t)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
	return true;
}

bool
demolish_reap(struct site *site, struct sandbox *s)
{
	uint64_t cpu_us;

	if (!reap(s))
		return false;
	cpu_us = cgroup_cpu_us(&site->cgroups, &s->cgroup);
	if (cpu_us != 0)
		s->cpu_us = cpu_us - s->cpu_before_us;
	s->memory_peak = cgroup_memory_peak(&site->cgroups, &s->cgroup);
	if (s->state != SANDBOX_ENDING)
		sandbox_step(s, SANDBOX_ENDING); /* it died by itself */
	sandbox_step(s, SANDBOX_SWEEPING);
	layer_release(&s->layer);
	return true;
}

bool
demolish_sweep(struct site *site, struct sandbox *s)
{
	if (!home_placing_is_over(s) ||
	    cgroup_remove(&site->cgroups, &s->cgroup) == -1 ||
	    !layer_remove(&site->staging.store, &s->layer))
		return false;
	idmap_give(&site->ids, s->base);
	s->base = 0;
	return true;
}
