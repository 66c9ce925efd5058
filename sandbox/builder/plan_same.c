/* plan_same.c - did a reload change a lab, so that its sandboxes differ? */
#include "sandbox/builder/plan_same.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "gateway/base/scope.h"

bool
plan_is_same_file(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

static bool
are_same_numbers(const struct numbers *a, const struct numbers *b)
{
	return a->count == b->count &&
	       memcmp(a->at, b->at, a->count * sizeof(a->at[0])) == 0;
}

bool
plan_is_placed_same(const struct plan *a, const struct plan *b)
{
	return are_same_numbers(&a->spec.links, &b->spec.links) &&
	       are_same_numbers(&a->spec.routes, &b->spec.routes);
}

/* The lab as it would be sent: all its texts, whatever they are made of. */
static int
encode(const struct plan *p, struct buf *to)
{
	struct err ignored;
	struct msg m;

	MSG_NEW(&m, LAB_PLAN, lab_plan);
	m.lab_plan = p->spec;
	m.lab_plan.warm = m.lab_plan.sandboxes_max = 0;
	m.lab_plan.may_freeze = 0;
	return msg_encode(&m, to, &ignored);
}

static bool
is_same_spec(const struct plan *a, const struct plan *b)
{
	FREES uint8_t *room = malloc((size_t)2 * MSG_WIRE_MAX);
	struct buf x, y;

	if (room == NULL)
		return false;
	buf_init(&x, room, MSG_WIRE_MAX);
	buf_init(&y, room + MSG_WIRE_MAX, MSG_WIRE_MAX);
	return encode(a, &x) == 0 && encode(b, &y) == 0 && x.at == y.at &&
	       memcmp(x.data, y.data, x.at) == 0;
}

static bool
is_same_mount(const struct plan_mount *a, const struct plan_mount *b)
{
	return strcmp(a->source, b->source) == 0 &&
	       strcmp(a->target, b->target) == 0 &&
	       strcmp(a->own, b->own) == 0 &&
	       a->is_writable == b->is_writable &&
	       a->is_mapped == b->is_mapped &&
	       a->is_optional == b->is_optional &&
	       plan_is_same_file(a->fd, b->fd);
}

static bool
are_same_mounts(const struct plan *a, const struct plan *b)
{
	if (a->mount_count != b->mount_count)
		return false;
	for (size_t i = 0; i < a->mount_count; i++) {
		if (!is_same_mount(&a->mounts[i], &b->mounts[i]))
			return false;
	}
	return true;
}

/* Each load copies it anew: what counts are the bytes. */
static bool
is_same_program(const struct plan_program *a, const struct plan_program *b)
{
	struct stat x, y;
	bool is_same;
	void *p, *q;

	if (a->seconds != b->seconds)
		return false;
	if (a->fd == -1 || b->fd == -1)
		return a->fd == b->fd;
	if (fstat(a->fd, &x) == -1 || fstat(b->fd, &y) == -1 ||
	    x.st_size != y.st_size)
		return false;
	if (x.st_size == 0)
		return true;
	p = mmap(NULL, (size_t)x.st_size, PROT_READ, MAP_SHARED, a->fd, 0);
	q = mmap(NULL, (size_t)x.st_size, PROT_READ, MAP_SHARED, b->fd, 0);
	is_same = p != MAP_FAILED && q != MAP_FAILED &&
		  memcmp(p, q, (size_t)x.st_size) == 0;
	if (p != MAP_FAILED)
		munmap(p, (size_t)x.st_size);
	if (q != MAP_FAILED)
		munmap(q, (size_t)x.st_size);
	return is_same;
}

bool
plan_is_same(const struct plan *a, const struct plan *b)
{
	for (int i = 0; i < PROGRAMS; i++) {
		if (!is_same_program(&a->program[i], &b->program[i]))
			return false;
	}
	return plan_is_same_file(a->rootfs, b->rootfs) && is_same_spec(a, b) &&
	       are_same_mounts(a, b);
}
