/* watch.c - which limits a sandbox has just met. */
#include "sandbox/builder/watch.h"

#include <sys/vfs.h>

#include "sandbox/builder/home/home_table.h"

#define BIT(limit) (1U << (limit))

/* A fork bomb is refused a thousand forks a second: one notice is enough, which
 * says how many. */
static unsigned
tell(struct sandbox *s, enum limit limit, uint64_t count, int64_t now_ms)
{
	s->hits[limit] += count;
	if (s->hits[limit] == 0 ||
	    (s->told_ms[limit] != 0 &&
		now_ms - s->told_ms[limit] < WATCH_PAUSE_MS))
		return 0;
	s->told_ms[limit] = now_ms;
	return BIT(limit);
}

unsigned
watch_memory(struct site *site, struct sandbox *s, int64_t now_ms)
{
	return tell(s, LIMIT_MEMORY,
	    cgroup_new_ooms(&site->cgroups, &s->cgroup), now_ms);
}

unsigned
watch_memory_late(struct sandbox *s, int64_t now_ms)
{
	return tell(s, LIMIT_MEMORY, 0, now_ms);
}

unsigned
watch_pids(struct site *site, struct sandbox *s, int64_t now_ms)
{
	return tell(s, LIMIT_PIDS,
	    cgroup_new_refused_forks(&site->cgroups, &s->cgroup), now_ms);
}

static unsigned
full(struct sandbox *s, enum limit limit, bool is_full)
{
	bool is_new = is_full && !s->is_full[limit];

	s->is_full[limit] = is_full;
	s->hits[limit] += is_new;
	return is_new ? BIT(limit) : 0;
}

/* A file system with delayed allocation refuses a write while it keeps its last
 * blocks for itself: so nearly full counts as full. */
#define NEARLY(total) ((total) / 256)

static unsigned
full_there(struct sandbox *s, int root, enum limit bytes, enum limit files)
{
	struct statfs st;

	if (root == -1 || fstatfs(root, &st) == -1)
		return 0;
	return full(s, bytes, st.f_bavail <= NEARLY(st.f_blocks)) |
	       full(s, files, st.f_ffree == 0);
}

unsigned
watch_disk(struct sandbox *s)
{
	int home = s->home == NULL ? -1 : s->home->mount;

	return full_there(s, s->layer.root, LIMIT_DISK, LIMIT_INODES) |
	       full_there(s, home, LIMIT_HOME_DISK, LIMIT_HOME_INODES);
}
