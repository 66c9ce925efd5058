/* findings.c - what gave out first in a rehearsal, and what to set. */
#include "gateway/admin/rehearse/findings.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/admin/print.h"
#include "gateway/base/array.h"

static struct finding *
add(struct outcome *o, double first_s)
{
	struct finding *f = &o->findings[o->finding_count];

	if (o->finding_count == FINDINGS_MAX)
		return &o->findings[FINDINGS_MAX - 1];
	o->finding_count++;
	*f = (struct finding){ .first_s = first_s };
	return f;
}

static void __attribute__((format(printf, 2, 3)))
put(char to[ERR_TEXT_SIZE], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(to, ERR_TEXT_SIZE, format, args);
	va_end(args);
}

/* --- places ------------------------------------------------------------------ */

static void
look_at_places(struct outcome *o)
{
	bool is_labs = o->lab_max > 0 && o->lab_max <= o->sandboxes_max;
	uint32_t max = is_labs ? o->lab_max : o->sandboxes_max;
	char size[SHORT_TEXT_SIZE];
	struct finding *f;

	if (o->waiting == 0 && o->queue.count == 0)
		return;
	f = add(o, o->waiting_s);
	put(f->what,
	    "sandboxes_max = %" PRIu32 "%s%s: %" PRIu32
	    " students waited in the queue at a time, one of them %.1f s",
	    max, is_labs ? " of lab " : "", is_labs ? o->lab : "", o->waiting,
	    o->queue.max / 1000);
	size_text(size, o->lab_memory * o->students);
	put(f->cure,
	    "sandboxes_max = %u; holds them all; if each used all of its"
	    " memory, that were %s",
	    o->students * o->lab_machines, size);
}

/* --- the host ---------------------------------------------------------------- */

/* A second or two of a class that all come at once are no lack. */
static bool
was_busy(const struct host_seen *h)
{
	return h->looks >= 4 && h->busy * 2 > h->looks;
}

static void
look_at_host(struct outcome *o)
{
	const struct host_seen *h = &o->host;
	char least[SHORT_TEXT_SIZE], all[SHORT_TEXT_SIZE];
	struct finding *f;

	if (h->memory_s > 0) {
		size_text(least, h->memory_least);
		size_text(all, h->memory);
		f = add(o, h->memory_s);
		put(f->what, "memory: %s of this host's %s were left", least,
		    all);
		put(f->cure,
		    "a smaller memory for the lab, fewer sandboxes_max, or a"
		    " larger host");
	}
	if (was_busy(h)) {
		f = add(o, h->busy_s);
		put(f->what, "processor: above 90 %% in %u of %u looks%s",
		    h->busy, h->looks,
		    o->is_here ? ", the students' own clients included" : "");
		put(f->cure,
		    "a smaller cpus for the lab, warm = N; for those who come"
		    " at once, or more processors%s",
		    o->is_here ? "; --through another machine leaves the"
				 " clients out"
			       : "");
	}
	if (h->tasks_s > 0) {
		f = add(o, h->tasks_s);
		put(f->what,
		    "processes: %" PRIu64 " of this host's %" PRIu64 " numbers",
		    h->tasks, h->tasks_max);
		put(f->cure,
		    "a smaller pids for the lab, or sysctl kernel.pid_max and"
		    " kernel.threads-max");
	}
	if (h->disk_s > 0) {
		size_text(least, h->disk_least);
		size_text(all, h->disk);
		f = add(o, h->disk_s);
		put(f->what, "disk: %s of the %s of state_dir were free", least,
		    all);
		put(f->cure,
		    "a smaller disk for the lab, a shorter keep of recordings,"
		    " or a larger disk");
	}
}

/* --- refusals ---------------------------------------------------------------- */

static const struct {
	const char *part, *cure;
} cures[] = {
	{ "(unauthenticated_max)",
	    "a larger unauthenticated_max: so many may be logging in at once" },
	{ "(connections_per_account)",
	    "a larger connections_per_account: who comes back has two for a"
	    " moment" },
	{ "(allow_from, deny_from)",
	    "allow_from and deny_from, for where the clients are" },
	{ "(unused_timeout)", "a longer unused_timeout" },
	{ "failed logins",
	    "penalty and penalty_failures: this address has guessed" },
	{ "out of memory", "more memory, or fewer sandboxes_max" },
	{ "draining", "'atoll drain off'" },
	{ "Connection refused",
	    "is the port reached from where the clients are?" },
	{ "Connection reset",
	    "is PROXY protocol wanted of this address (proxy_from)?" },
	{ "imeout", "the host was too slow, or dropped packets: see processor,"
		    " and what is between" },
	{ "too many open files", "ulimit -n, for the clients" },
	{ "a thread for a client",
	    "a smaller -n, or --through another machine: this host had no room"
	    " for the clients" },
	{ "solve: ", "'atoll lab check' tries solve in one sandbox" },
	{ "lab check after solve: ",
	    "'atoll lab check' tries it in one sandbox" },
};

static void
look_at_refusals(struct outcome *o)
{
	for (size_t i = 0; i < o->refusal_count; i++) {
		const struct refusal *r = &o->refusals[i];
		struct finding *f = add(o, r->first_s);

		put(f->what, "refused %u times: %.400s", r->times, r->text);
		put(f->cure, "'atoll log ACCOUNT' says more, and the log of"
			     " these minutes");
		for (size_t k = 0; k < COUNT_OF(cures); k++) {
			if (strstr(r->text, cures[k].part) == NULL)
				continue;
			put(f->cure, "%s", cures[k].cure);
			break;
		}
	}
}

static int
by_time(const void *left, const void *right)
{
	const struct finding *l = left, *r = right;

	return (l->first_s > r->first_s) - (l->first_s < r->first_s);
}

void
findings_make(struct outcome *o)
{
	o->finding_count = 0;
	look_at_places(o);
	look_at_host(o);
	look_at_refusals(o);
	qsort(o->findings, o->finding_count, sizeof(o->findings[0]), by_time);
}
