/* test_plan_same.c - did a reload change a lab, so that its sandboxes differ? */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/base/scope.h"
#include "sandbox/builder/plan_same.h"

/* A lab with a mount and a setup, each time with descriptors of its own. */
struct lab {
	struct plan plan;
	struct plan_mount mount;
	char room[64];
};

static int
program(const char *text)
{
	int fd = memfd_create("program", MFD_CLOEXEC);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	return fd;
}

static void
lab_make(struct lab *l)
{
	struct plan *p = &l->plan;

	memset(l, 0, sizeof(*l));
	strcpy(p->spec.lab, "c101");
	p->spec.rootfs = "/images/one/rootfs";
	p->spec.home_dir = "/home/student";
	p->spec.hosts = "127.0.0.1 localhost\n";
	p->spec.memory = 64 << 20;
	p->spec.warm = 3;
	p->spec.environment = strings_in(l->room, sizeof(l->room));
	strings_add(&p->spec.environment, "COURSE=c101");
	p->rootfs = open("/", O_PATH | O_CLOEXEC);
	strcpy(l->mount.source, "/etc");
	strcpy(l->mount.target, "/srv");
	l->mount.fd = open("/etc", O_PATH | O_CLOEXEC);
	p->mounts = &l->mount;
	p->mount_count = 1;
	p->program[PROGRAM_SETUP].seconds = 30;
	p->program[PROGRAM_SETUP].fd = program("#!/bin/sh\ntrue\n");
	p->program[PROGRAM_CHECK].fd = p->program[PROGRAM_STEPS].fd = -1;
}

static void
lab_close(struct lab *l)
{
	scope_close(&l->plan.rootfs);
	scope_close(&l->mount.fd);
	for (int i = 0; i < PROGRAMS; i++)
		scope_close(&l->plan.program[i].fd);
}

static void
nothing(struct lab *l)
{
	(void)l;
}

static void
how_many(struct lab *l)
{
	l->plan.spec.warm = 7;
	l->plan.spec.sandboxes_max = 9;
}

static void
memory(struct lab *l)
{
	l->plan.spec.memory++;
}

static void
hosts(struct lab *l)
{
	l->plan.spec.hosts = "127.0.0.1 localhosts\n";
}

static void
environment(struct lab *l)
{
	strings_add(&l->plan.spec.environment, "MORE=1");
}

static void
image(struct lab *l)
{
	scope_close(&l->plan.rootfs);
	l->plan.rootfs = open("/etc", O_PATH | O_CLOEXEC);
}

static void
mount_target(struct lab *l)
{
	strcpy(l->mount.target, "/srv/etc");
}

static void
mount_rights(struct lab *l)
{
	l->mount.is_writable = true;
}

/* Another directory, of the same name. */
static void
mount_source(struct lab *l)
{
	scope_close(&l->mount.fd);
	l->mount.fd = open("/", O_PATH | O_CLOEXEC);
}

static void
no_mount(struct lab *l)
{
	l->plan.mount_count = 0;
}

static void
setup_time(struct lab *l)
{
	l->plan.program[PROGRAM_SETUP].seconds = 31;
}

/* As long as the one of before. */
static void
setup_text(struct lab *l)
{
	scope_close(&l->plan.program[PROGRAM_SETUP].fd);
	l->plan.program[PROGRAM_SETUP].fd = program("#!/bin/sh\nfals\n");
}

static void
a_check(struct lab *l)
{
	l->plan.program[PROGRAM_CHECK].fd = program("#!/bin/sh\ntrue\n");
}

static void
what_makes_a_sandbox_different_is_seen(void **state)
{
	static const struct {
		void (*change)(struct lab *l);
		bool is_same;
	} rows[] = { { nothing, true }, { how_many, true }, { memory, false },
		{ hosts, false }, { environment, false }, { image, false },
		{ mount_target, false }, { mount_rights, false },
		{ mount_source, false }, { no_mount, false },
		{ setup_time, false }, { setup_text, false },
		{ a_check, false } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lab a, b;

		lab_make(&a);
		lab_make(&b);
		rows[i].change(&b);
		if (plan_is_same(&a.plan, &b.plan) != rows[i].is_same ||
		    plan_is_same(&b.plan, &a.plan) != rows[i].is_same)
			fail_msg("row %zu", i);
		lab_close(&a);
		lab_close(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_makes_a_sandbox_different_is_seen),
	};

	return cmocka_run_group_tests_name("plan_same", tests, NULL, NULL);
}
