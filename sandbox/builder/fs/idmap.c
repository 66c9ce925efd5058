/* idmap.c - which of the host's user ids a sandbox has. */
#include "sandbox/builder/fs/idmap.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "gateway/base/scope.h"

void
idmap_pool_init(struct idmap_pool *p)
{
	p->head = 0;
	p->count = IDMAP_RANGES;
	for (unsigned i = 0; i < IDMAP_RANGES; i++)
		p->range[i] = (uint16_t)i;
}

uint32_t
idmap_take(struct idmap_pool *p)
{
	uint32_t range;

	if (p->count == 0)
		return 0;
	range = p->range[p->head];
	p->head = (p->head + 1) % IDMAP_RANGES;
	p->count--;
	return IDMAP_FIRST + range * IDMAP_COUNT;
}

bool
idmap_claim(struct idmap_pool *p, uint32_t base)
{
	/* The first of the queue takes its place. */
	for (unsigned i = 0; i < p->count; i++) {
		uint16_t *at = &p->range[(p->head + i) % IDMAP_RANGES];

		if (IDMAP_FIRST + *at * IDMAP_COUNT != base)
			continue;
		*at = p->range[p->head];
		idmap_take(p);
		return true;
	}
	return false;
}

void
idmap_give(struct idmap_pool *p, uint32_t base)
{
	if (base == 0)
		return;
	p->range[(p->head + p->count) % IDMAP_RANGES] =
	    (uint16_t)((base - IDMAP_FIRST) / IDMAP_COUNT);
	p->count++;
}

static int
write_map(pid_t pid, const char *file, uint32_t base, struct err *e)
{
	char path[48], line[48];
	CLOSES int fd = -1;
	int n = snprintf(line, sizeof(line), "0 %" PRIu32 " %u\n", base,
	    IDMAP_COUNT);

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd == -1 || write(fd, line, (size_t)n) != n)
		return err_set(e, errno, "%s", file);
	return 0;
}

int
idmap_write(pid_t pid, uint32_t base, struct err *e)
{
	if (write_map(pid, "uid_map", base, e) == -1 ||
	    write_map(pid, "gid_map", base, e) == -1)
		return -1;
	return 0;
}
