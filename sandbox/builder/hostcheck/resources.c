/*
 * resources.c - how many sandboxes does this host hold, and what gives out
 * first?
 *
 * Limits of labs are what a sandbox may take, not what it is given beforehand:
 * that all of them could not be at their limits at once is no more than a
 * warning.  What a sandbox takes when it starts must be there for all.
 */
#include "sandbox/builder/hostcheck/resources.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/reserve.h"
#include "gateway/base/scope.h"
#include "sandbox/builder/fs/idmap.h"
#include "sandbox/builder/fs/mounts.h"
#include "sandbox/builder/fs/store.h"
#include "sandbox/builder/hostcheck/buffers.h"
#include "sandbox/builder/hostcheck/container.h"
#include "sandbox/builder/hostcheck/cow.h"
#include "sandbox/builder/hostcheck/lxcfs.h"
#include "sandbox/builder/hostcheck/preflight.h"
#include "sandbox/builder/hostcheck/profile_check.h"
#include "sandbox/builder/procfile.h"
#include "sandbox/builder/sweep.h"

#define MIB	     20
#define FILTERS_EACH (96 << 10) /* three programs, of 5000 instructions */
#define KEYS_EACH    8 /* keyrings that the processes of one user have */
#define IDLE_EACH                                                              \
	(1280 << 10)	     /* memory of one with a shell, see check_idle() */
#define IDLE_OWN (128 << 20) /* and of the host and the gateway without any */

/* --- what a start takes ------------------------------------------------- */

static void
check_id_ranges(const struct demand *d, struct host_rows *f)
{
	struct host_row *row = host_row_add(f, LEVEL_OK, "ranges of user ids",
	    "%u, one each", IDMAP_RANGES);

	host_row_holds(row, WHEN_STARTED, IDMAP_RANGES, d->sandboxes);
	host_row_cure(row, "set sandboxes_max to %u or less", IDMAP_RANGES);
}

static void
check_own_files(const struct demand *d, struct host_rows *f)
{
	uint64_t need = (uint64_t)d->sandboxes * FILES_EACH + FILES_OWN;
	struct rlimit files = { 0 };
	struct host_row *row;

	getrlimit(RLIMIT_NOFILE, &files);
	row = host_row_add(f, LEVEL_OK, "open files of the builder",
	    "%" PRIu64 ", %d each", (uint64_t)files.rlim_max, FILES_EACH);
	host_row_holds(row, WHEN_STARTED,
	    demand_held(files.rlim_max, FILES_OWN, FILES_EACH), d->sandboxes);
	host_row_cure(row,
	    "raise it to %" PRIu64 " (ulimit -Hn, or LimitNOFILE= of the"
	    " service), or lower sandboxes_max",
	    need);
}

/* The scarcest of those kinds that this kernel counts. */
static void
check_namespaces(const struct demand *d, struct host_rows *f)
{
	static const char *const kinds[] = { "user", "mnt", "pid", "net", "uts",
		"ipc", "cgroup" };
	const char *scarce = NULL;
	uint64_t least = UINT64_MAX, n;
	struct host_row *row;

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		char path[64];

		snprintf(path, sizeof(path), "/proc/sys/user/max_%s_namespaces",
		    kinds[i]);
		if (procfile_number(path, &n) && n < least) {
			least = n;
			scarce = kinds[i];
		}
	}
	if (scarce == NULL)
		return;
	row = host_row_add(f, LEVEL_OK, "number of namespaces",
	    "%" PRIu64 " of kind %s, one each", least, scarce);
	host_row_holds(row, WHEN_STARTED, least, d->sandboxes);
	host_row_cure(row, "sysctl -w user.max_%s_namespaces=%u", scarce,
	    d->sandboxes * 2);
}

/* Sandboxes have them from the host's one pool, which keeps some back for the
 * host's own terminals. */
static void
check_terminals(const struct demand *d, struct host_rows *f)
{
	uint64_t max, reserve;
	struct host_row *row;

	if (!procfile_number("/proc/sys/kernel/pty/max", &max) ||
	    !procfile_number("/proc/sys/kernel/pty/reserve", &reserve))
		return;
	row = host_row_add(f, LEVEL_OK, "terminals",
	    "%" PRIu64 ", and %" PRIu64 " for the host; one each",
	    max - reserve, reserve);
	host_row_holds(row, WHEN_STARTED, demand_held(max, reserve, 1),
	    d->sandboxes);
	host_row_cure(row, "sysctl -w kernel.pty.max=%" PRIu64,
	    reserve + d->sandboxes);
	row = host_row_add(f, LEVEL_OK, "terminals, all of a lab",
	    "up to %" PRIu64 " each", d->ptys);
	host_row_holds(row, WHEN_FULL, demand_held(max, reserve, d->ptys),
	    d->sandboxes);
	host_row_cure(row, "sysctl -w kernel.pty.max=%" PRIu64,
	    reserve + d->ptys * d->sandboxes);
}

/* --- what a sandbox may take -------------------------------------------- */

/* What a sandbox takes in which nobody does anything: processes, page tables,
 * name spaces and sockets, see tests/bench.  It is an estimate: no error. */
static void
check_idle(const struct demand *d, uint64_t bytes, struct host_rows *f)
{
	struct host_row *row = host_row_add(f, LEVEL_OK, "memory, of a shell",
	    "%" PRIu64 "M, about %dK each", bytes >> MIB, IDLE_EACH >> 10);

	host_row_holds(row, WHEN_STARTED,
	    demand_held(bytes, IDLE_OWN, IDLE_EACH), d->sandboxes);
	if (row->level == LEVEL_ERROR)
		row->level = LEVEL_WARNING;
	host_row_cure(row,
	    "add memory, or set sandboxes_max to %" PRIu32
	    ": who comes later waits for a place then",
	    row->holds);
}

/* Of the host, or of the container that this is. */
static bool
find_memory(uint64_t *bytes)
{
	uint64_t kib, limit;

	if (!procfile_value("/proc/meminfo", "MemTotal:", &kib))
		return false;
	*bytes = kib << 10;
	if (container_memory(&limit) && limit < *bytes)
		*bytes = limit;
	return true;
}

static void
check_memory(const struct demand *d, struct host_rows *f)
{
	struct host_row *row;
	uint64_t bytes;

	if (!find_memory(&bytes))
		return;
	check_idle(d, bytes, f);
	row = host_row_add(f, LEVEL_OK, "memory",
	    "%" PRIu64 "M, up to %" PRIu64 "M each", bytes >> MIB,
	    d->memory >> MIB);
	host_row_holds(row, WHEN_FULL, demand_held(bytes, 0, d->memory),
	    d->sandboxes);
	host_row_cure(row,
	    "lower sandboxes_max or the memory of labs, where students use all"
	    " of it; most use far less");
	host_row_add(f, LEVEL_OK, "swap", "%s",
	    sweep_host_has_swap() ? "there is some; labs cannot use it"
				  : "none");
}

/* The host's numbers, what it keeps, and what a sandbox may take. */
static const struct shared {
	const char *what, *sysctl, *path;
	uint64_t keeps;
	size_t each; /* of struct demand; 0: it is the constant */
	const char *constant;
} shared[] = {
#define EACH(field) offsetof(struct demand, field), NULL
	{ "process ids", "kernel.pid_max", "/proc/sys/kernel/pid_max", 1024,
	    EACH(pids) },
	{ "threads", "kernel.threads-max", "/proc/sys/kernel/threads-max", 1024,
	    EACH(pids) },
	{ "open files of the host", "fs.file-max", "/proc/sys/fs/file-max",
	    65536, EACH(files) },
	{ "inotify instances", "fs.inotify.max_user_instances",
	    "/proc/sys/fs/inotify/max_user_instances", 64, 0,
	    INOTIFY_INSTANCES },
	{ "inotify watches", "fs.inotify.max_user_watches",
	    "/proc/sys/fs/inotify/max_user_watches", 8192, 0, INOTIFY_WATCHES },
#undef EACH
};

static void
check_shared(const struct demand *d, const struct shared *s,
    struct host_rows *f)
{
	uint64_t has, each;
	struct host_row *row;

	if (!procfile_number(s->path, &has))
		return;
	if (s->constant != NULL)
		each = strtoull(s->constant, NULL, 10);
	else
		memcpy(&each, (const char *)d + s->each, sizeof(each));
	row = host_row_add(f, LEVEL_OK, s->what,
	    "%" PRIu64 ", up to %" PRIu64 " each", has, each);
	host_row_holds(row, WHEN_FULL, demand_held(has, s->keeps, each),
	    d->sandboxes);
	host_row_cure(row, "sysctl -w %s=%" PRIu64, s->sysctl,
	    s->keeps + each * d->sandboxes);
}

/* Seccomp programs of sandboxes and sessions are compiled into one pool. */
static void
check_filters(const struct demand *d, struct host_rows *f)
{
	uint64_t limit, enabled;
	struct host_row *row;

	if (!procfile_number("/proc/sys/net/core/bpf_jit_enable", &enabled) ||
	    !procfile_number("/proc/sys/net/core/bpf_jit_limit", &limit) ||
	    enabled == 0)
		return;
	row = host_row_add(f, LEVEL_OK, "compiled filters",
	    "%" PRIu64 "M, up to %dK each", limit >> MIB, FILTERS_EACH >> 10);
	host_row_holds(row, WHEN_STARTED,
	    demand_held(limit, FILTERS_EACH, FILTERS_EACH), d->sandboxes);
	host_row_cure(row, "sysctl -w net.core.bpf_jit_limit=%" PRIu64,
	    (uint64_t)FILTERS_EACH * (d->sandboxes + 1));
}

/* Each sandbox is another user to the kernel, with a quota of its own. */
static void
check_keys(struct host_rows *f)
{
	struct host_row *row;
	uint64_t n;

	if (!procfile_number("/proc/sys/kernel/keys/maxkeys", &n))
		return;
	row = host_row_add(f, n < KEYS_EACH ? LEVEL_ERROR : LEVEL_OK,
	    "keyrings", "%" PRIu64 " of each user", n);
	if (n < KEYS_EACH)
		host_row_cure(row, "sysctl -w kernel.keys.maxkeys=200");
}

/* --- file systems ------------------------------------------------------- */

static void
check_storage(const struct demand *d, const char *state_dir,
    struct host_rows *f)
{
	CLOSES int dir = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct store s = { .dir = dir };
	struct host_row *row;
	struct statvfs st;
	struct err e;

	if (d->disk == 0)
		return;
	if (dir == -1 || fstatvfs(dir, &st) == -1) {
		row = host_row_add(f, LEVEL_ERROR, "state_dir", "%s: %m",
		    state_dir);
		host_row_cure(row, "mkdir -p %s", state_dir);
		return;
	}
	if (store_probe(&s, &e) == -1) {
		host_row_add(f, LEVEL_ERROR, "storage on disk", "%s", e.text);
		return;
	}
	row = host_row_add(f, LEVEL_OK, "storage on disk",
	    "by %s; %" PRIu64 "M left, %" PRIu64
	    "M of it in reserve, up to %" PRIu64 "M each",
	    store_way(&s), (uint64_t)st.f_bavail * st.f_frsize >> MIB,
	    (uint64_t)ROOM_RESERVE >> MIB, d->disk >> MIB);
	host_row_holds(row, WHEN_FULL,
	    demand_held((uint64_t)st.f_bavail * st.f_frsize, ROOM_RESERVE,
		d->disk),
	    d->sandboxes);
	host_row_cure(row,
	    "make room in %s, or lower sandboxes_max or the disk of labs:"
	    " sandboxes are refused until there is room",
	    state_dir);
}

/* Images are shown to each sandbox with other owners. */
static void
check_images(const struct plan_table *t, struct host_rows *f)
{
	dev_t last = 0;

	for (size_t i = 0; i < t->count; i++) {
		const char *rootfs = t->plan[i]->spec.rootfs;
		struct host_row *row;
		struct stat st;
		int code;

		if (fstat(t->plan[i]->rootfs, &st) == 0 && st.st_dev == last)
			continue;
		last = st.st_dev;
		code = preflight_idmap(t->plan[i]->rootfs);
		row = host_row_add(f, code == 0 ? LEVEL_OK : LEVEL_ERROR,
		    "id-mapped mounts", "%s%s%s", rootfs, code == 0 ? "" : ": ",
		    code == 0 ? "" : strerror(code));
		if (code != 0)
			host_row_cure(row,
			    "have images on ext4, xfs, btrfs or another file"
			    " system with id-mapped mounts");
	}
}

void
resources_check(const struct plan_table *t, struct host_rows *f)
{
	struct demand d = demand_of(t);

	check_images(t, f);
	lxcfs_check(t, f);
	profile_check(t, f);
	check_storage(&d, t->site.state_dir, f);
	if (d.keeps_files)
		cow_find(t->site.state_dir, f);
	check_keys(f);
	check_id_ranges(&d, f);
	check_own_files(&d, f);
	check_namespaces(&d, f);
	check_terminals(&d, f);
	check_filters(&d, f);
	buffers_check(&d, f);
	check_memory(&d, f);
	for (size_t i = 0; i < COUNT_OF(shared); i++)
		check_shared(&d, &shared[i], f);
	container_check(&d, f);
}
