/*
 * plan.c - what a loader tells the builder, in any order.
 *
 * Input: packets, each a length of three bytes (little-endian) and its bytes.
 * Each goes through the socket and the code that reads a real loader's.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/builder/loader_run.h"
#include "tests/fuzz/fuzz.h"

/* What the builder relies on when it makes a sandbox of a plan. */
static void
check_plan(const struct plan *p)
{
	const struct msg_lab_plan *lab = &p->spec;

	MUST(is_name(lab->lab) && is_name(lab->hostname) && is_name(lab->user));
	MUST(lab->rootfs[0] == '/' && lab->home_dir[0] == '/');
	MUST(lab->shell[0] == '/' && strstr(lab->rootfs, "/../") == NULL);
	MUST(lab->uid < 65536 && lab->gid < 65536);
	MUST(lab->memory > 0 && lab->cpus > 0 && lab->pids > 0);
	MUST(lab->groups.count <= IDS_MAX && p->mount_count <= MOUNTS_MAX);
	for (uint32_t i = 0; i < lab->groups.count; i++)
		MUST(lab->groups.id[i] < 65536);
	for (size_t i = 0; i < p->mount_count; i++) {
		MUST(p->mounts[i].source[0] == '/');
		MUST(p->mounts[i].target[0] == '/');
		MUST(p->mounts[i].fd != -1);
	}
}

static void
check_table(const struct plan_table *t)
{
	if (t->has_site)
		MUST(t->site.session_uid != 0 && t->site.session_gid != 0);
	MUST(t->count <= LABS_MAX && (t->has_site || t->count == 0));
	for (size_t i = 0; i < t->count; i++) {
		check_plan(t->plan[i]);
		MUST(plan_find(t, t->plan[i]->spec.lab) == t->plan[i]);
	}
}

static unsigned
fds_of(uint32_t type)
{
	return type < MSG_COUNT && msg_fds((enum msg_type)type) > 0;
}

/* One packet, with a descriptor where it has one. */
static void
tell(int to, const uint8_t *data, size_t size)
{
	struct buf b = { (uint8_t *)(uintptr_t)data, size, size, false };
	struct buf head = { (uint8_t *)(uintptr_t)data, size, 0, false };
	const int fds[MSG_FDS_MAX] = { STDERR_FILENO, -1, -1 };
	struct err e;

	chan_send_packed(to, &b, fds, fds_of(buf_get_u32(&head)), &e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum loader_step step = LOADER_MORE;
	struct loader l;
	struct msg *m = malloc(sizeof(*m));
	struct err e = { 0 };
	int ends[2];

	loader_init(&l);
	l.table = plan_table_new();
	MUST(m != NULL && l.table != NULL && chan_pair(ends, &e) == 0);
	MUST(chan_nonblock(ends[0], &e) == 0);
	l.chan.fd = ends[0];
	while (size > 3 && (step == LOADER_MORE || step == LOADER_REASON)) {
		size_t n = data[0] | data[1] << 8 | (size_t)data[2] << 16;

		n = n > size - 3 ? size - 3 : n;
		if (n == 0)
			break;
		tell(ends[1], data + 3, n);
		step = loader_read(&l, m, &e);
		check_table(l.table);
		data += 3 + n;
		size -= 3 + n;
	}
	if (step == LOADER_DONE) {
		MUST(l.table->has_site && !l.has_refused);
		MUST(m->load_end.labs == l.table->count && m->fd[0] != -1);
		msg_close(m);
	}
	close(ends[0]);
	close(ends[1]);
	plan_table_free(loader_take(&l));
	free(m);
	return 0;
}
