/* test_plan.c - what a loader may tell. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>

#include "gateway/base/tools.h"
#include "sandbox/builder/plan.h"

struct fixture {
	struct plan_table *table;
	struct msg m;
	struct err e;
};

static int
tell(struct fixture *f)
{
	return plan_table_tell(f->table, &f->m, &f->e);
}

static void
make_lab(struct fixture *f, const char *lab)
{
	MSG_NEW(&f->m, LAB_PLAN, lab_plan);
	snprintf(f->m.lab_plan.lab, NAME_SIZE, "%s", lab);
	f->m.lab_plan.rootfs = "/images/one";
	strcpy(f->m.lab_plan.hostname, "islet");
	strcpy(f->m.lab_plan.user, "student");
	f->m.lab_plan.home_dir = "/home/student";
	f->m.lab_plan.shell = "/bin/sh";
	f->m.lab_plan.workdir = "";
	f->m.lab_plan.memory = f->m.lab_plan.disk = 64 << 20;
	f->m.lab_plan.cpus = 50;
	f->m.lab_plan.cpu_weight = 100;
	f->m.lab_plan.pids = 32;
	f->m.lab_plan.inodes = 1000;
	f->m.lab_plan.open_files = 256;
	f->m.lab_plan.uid = f->m.lab_plan.gid = 1000;
}

static void
make_mount(struct fixture *f, const char *source, const char *target)
{
	MSG_NEW(&f->m, LAB_MOUNT, lab_mount);
	f->m.lab_mount.source = source;
	f->m.lab_mount.target = target;
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->table = plan_table_new();
	MSG_NEW(&f->m, SITE_PLAN, site_plan);
	f->m.site_plan.run_dir = "/run/atoll";
	f->m.site_plan.state_dir = "/var/lib/atoll";
	f->m.site_plan.libexec_dir = "/usr/libexec/atoll";
	f->m.site_plan.lxcfs = "/var/lib/lxcfs";
	f->m.site_plan.session_uid = f->m.site_plan.session_gid = 999;
	assert_int_equal(tell(f), 0);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	plan_table_free(f->table);
	free(f);
	return 0;
}

static void
labs_are_found_by_name(void **state)
{
	struct fixture *f = *state;

	make_lab(f, "web101");
	assert_int_equal(tell(f), 0);
	make_lab(f, "web102");
	assert_int_equal(tell(f), 0);
	assert_string_equal(plan_find(f->table, "web102")->spec.lab, "web102");
	assert_null(plan_find(f->table, "web10"));
	assert_int_equal(plan_table_end(f->table, 2, &f->e), 0);
	assert_int_equal(plan_table_end(f->table, 3, &f->e), -1);
}

static void
a_lab_is_told_once(void **state)
{
	struct fixture *f = *state;

	make_lab(f, "web101");
	assert_int_equal(tell(f), 0);
	assert_int_equal(tell(f), -1);
	assert_string_equal(f->e.text, "lab web101: told twice");
}

static void
a_value_out_of_range_is_named(void **state)
{
	struct fixture *f = *state;

	make_lab(f, "web101");
	f->m.lab_plan.uid = 65536;
	assert_int_equal(tell(f), -1);
	assert_string_equal(f->e.text,
	    "lab web101: uid = 65536 is outside 0..65535");
	make_lab(f, "web101");
	f->m.lab_plan.memory = 0;
	assert_int_equal(tell(f), -1);
	make_lab(f, "web101");
	f->m.lab_plan.capabilities = UINT64_C(1) << 41;
	assert_int_equal(tell(f), -1);
	make_lab(f, "web101");
	f->m.lab_plan.groups.count = 1;
	f->m.lab_plan.groups.id[0] = 70000;
	assert_int_equal(tell(f), -1);
	make_lab(f, "web101");
	f->m.lab_plan.home = HOME_KINDS;
	assert_int_equal(tell(f), -1);
	make_lab(f, "web101");
	f->m.lab_plan.home = HOME_SEAT;
	f->m.lab_plan.home_inodes = 64;
	f->m.lab_plan.home_disk = 1 << 20;
	assert_int_equal(tell(f), -1);
	assert_int_equal(f->table->count, 0);
}

static void
paths_are_absolute_and_plain(void **state)
{
	struct fixture *f = *state;

	make_lab(f, "web101");
	f->m.lab_plan.rootfs = "images/one";
	assert_int_equal(tell(f), -1);
	make_lab(f, "web101");
	f->m.lab_plan.shell = "/bin/../sh";
	assert_int_equal(tell(f), -1);
	make_lab(f, "web101");
	f->m.lab_plan.home_dir = "/home/..";
	assert_int_equal(tell(f), -1);
}

static void
mounts_belong_to_the_lab_before_them(void **state)
{
	struct fixture *f = *state;

	make_mount(f, "/srv/x", "/x");
	assert_int_equal(tell(f), -1);
	make_lab(f, "web101");
	assert_int_equal(tell(f), 0);
	make_mount(f, "/srv/x", "/x");
	assert_int_equal(tell(f), 0);
	make_mount(f, "/srv/x", "//");
	assert_int_equal(tell(f), -1);
	make_mount(f, "/srv/x", "/../x");
	assert_int_equal(tell(f), -1);
	assert_int_equal(plan_find(f->table, "web101")->mount_count, 1);
}

static void
mounts_are_counted(void **state)
{
	struct fixture *f = *state;

	make_lab(f, "web101");
	assert_int_equal(tell(f), 0);
	make_mount(f, "/srv/x", "/x");
	for (int i = 0; i < MOUNTS_MAX; i++)
		assert_int_equal(tell(f), 0);
	assert_int_equal(tell(f), -1);
}

static void
make_program(struct fixture *f, uint32_t which, int seals)
{
	msg_close(&f->m);
	MSG_NEW(&f->m, LAB_PROGRAM, lab_program);
	f->m.lab_program.which = which;
	f->m.lab_program.seconds = 30;
	f->m.fd[0] = memfd_create("program", MFD_ALLOW_SEALING);
	assert_int_equal(fcntl(f->m.fd[0], F_ADD_SEALS, seals), 0);
}

static void
programs_belong_to_the_lab_before_them(void **state)
{
	struct fixture *f = *state;
	const struct plan *p;

	make_program(f, PROGRAM_SETUP, PROGRAM_SEALS);
	assert_int_equal(tell(f), -1);
	make_lab(f, "web101");
	assert_int_equal(tell(f), 0);
	make_program(f, PROGRAM_SETUP, PROGRAM_SEALS);
	assert_int_equal(tell(f), 0);
	assert_int_equal(tell(f), -1); /* twice */
	make_program(f, PROGRAM_CHECK, PROGRAM_SEALS);
	assert_int_equal(tell(f), 0);
	p = plan_find(f->table, "web101");
	assert_int_not_equal(p->program[PROGRAM_SETUP].fd, -1);
	assert_int_not_equal(p->program[PROGRAM_CHECK].fd, -1);
}

static void
an_odd_program_is_refused(void **state)
{
	struct fixture *f = *state;

	make_lab(f, "web101");
	assert_int_equal(tell(f), 0);
	make_program(f, PROGRAMS, PROGRAM_SEALS);
	assert_int_equal(tell(f), -1);
	make_program(f, PROGRAM_CHECK, F_SEAL_GROW | F_SEAL_SHRINK);
	assert_int_equal(tell(f), -1);
	assert_string_equal(f->e.text,
	    "lab web101: check: not sealed: Operation not permitted");
	make_program(f, PROGRAM_CHECK, PROGRAM_SEALS);
	f->m.lab_program.seconds = 0;
	assert_int_equal(tell(f), -1);
	f->m.lab_program.seconds = PROGRAM_SECONDS_MAX + 1;
	assert_int_equal(tell(f), -1);
	f->m.lab_program.seconds = PROGRAM_SECONDS_MAX;
	assert_int_equal(tell(f), 0);
}

static void
a_plan_outlives_its_table(void **state)
{
	struct fixture *f = *state;
	struct plan *p;

	make_lab(f, "web101");
	assert_int_equal(tell(f), 0);
	p = plan_ref(plan_find(f->table, "web101"));
	plan_table_free(f->table);
	f->table = NULL;
	assert_string_equal(p->spec.lab, "web101");
	plan_unref(p);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

static void
make_machine(struct fixture *f, const char *lab, const char *name)
{
	make_lab(f, lab);
	f->m.lab_plan.network = NETWORK_LAB;
	f->m.lab_plan.links = (struct numbers){ 1, { 0x0a00000b } };
	snprintf(f->m.lab_plan.machine, NAME_SIZE, "%s", name);
}

static void
machines_of_a_lab_follow_each_other(void **state)
{
	struct fixture *f = *state;
	struct plan *p;

	make_machine(f, "two", "desk");
	assert_int_equal(tell(f), 0);
	make_machine(f, "two", "web");
	assert_int_equal(tell(f), 0);
	make_lab(f, "one");
	assert_int_equal(tell(f), 0);
	assert_int_equal(plan_table_end(f->table, 2, &f->e), 0);
	p = plan_find(f->table, "two");
	assert_string_equal(p->spec.machine, "desk");
	assert_string_equal(p->next_machine->spec.machine, "web");
	assert_null(p->next_machine->next_machine);
	assert_null(plan_find(f->table, "one")->next_machine);
}

static void
a_machine_belongs_to_the_lab_before_it(void **state)
{
	struct fixture *f = *state;

	make_machine(f, "two", "desk");
	assert_int_equal(tell(f), 0);
	make_lab(f, "one");
	assert_int_equal(tell(f), 0);
	make_machine(f, "two", "web");
	assert_int_equal(tell(f), -1);
	assert_string_equal(f->e.text, "lab two: told twice");
}

static void
a_machine_has_a_network_and_an_address(void **state)
{
	struct fixture *f = *state;

	make_machine(f, "two", "desk");
	f->m.lab_plan.network = NETWORK_NONE;
	assert_int_equal(tell(f), -1);
	make_machine(f, "two", "desk");
	f->m.lab_plan.links.count = 0;
	assert_int_equal(tell(f), -1);
	make_machine(f, "two", "");
	assert_int_equal(tell(f), -1);
}

static void
links_and_routes_are_of_a_machine(void **state)
{
	static const struct {
		struct numbers links, routes;
		bool is_well;
	} rows[] = {
		/* two networks, and a third by way of the second */
		{ { 2, { 0x0a00000b, (UINT64_C(1) << 40) | 0x0a00010b } },
		    { 2, { (UINT64_C(24) << 32) | 0x0a000200,
			     (UINT64_C(1) << 32) | 0x0a00010c } },
		    true },
		/* twice on one network; on one beyond; without an address */
		{ { 2, { 0x0a00000b, 0x0a00000c } }, { 0 }, false },
		{ { 1, { (UINT64_C(4) << 40) | 0x0a00000b } }, { 0 }, false },
		{ { 1, { UINT64_C(1) << 40 } }, { 0 }, false },
		/* half a route; by no interface; of no bits, and too many; by
		 * nobody */
		{ { 1, { 0x0a00000b } }, { 1, { 0 } }, false },
		{ { 1, { 0x0a00000b } },
		    { 2, { UINT64_C(24) << 32, (UINT64_C(1) << 32) | 1 } },
		    false },
		{ { 1, { 0x0a00000b } }, { 2, { 0, 1 } }, false },
		{ { 1, { 0x0a00000b } }, { 2, { UINT64_C(33) << 32, 1 } },
		    false },
		{ { 1, { 0x0a00000b } }, { 2, { UINT64_C(24) << 32, 0 } },
		    false },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		make_machine(f, i == 0 ? "two" : "other", "desk");
		f->m.lab_plan.links = rows[i].links;
		f->m.lab_plan.routes = rows[i].routes;
		assert_int_equal(tell(f), rows[i].is_well ? 0 : -1);
	}
}

static struct strings
names(char *room, size_t size, const char *first, const char *second)
{
	struct strings s = strings_in(room, size);

	assert_true(strings_add(&s, first));
	if (second != NULL)
		assert_true(strings_add(&s, second));
	return s;
}

static void
assert_link(struct fixture *f, const struct plan *p, const char *network,
    int place, const char *why)
{
	f->e.text[0] = '\0';
	assert_int_equal(plan_link(p, network, &f->e), place);
	assert_string_equal(f->e.text, why);
}

static void
a_link_is_found_by_its_network(void **state)
{
	struct fixture *f = *state;
	const struct plan *p;
	char room[64];

	make_machine(f, "one", "desk");
	assert_int_equal(tell(f), 0);
	make_machine(f, "two", "gate");
	f->m.lab_plan.links = (struct numbers){ 2,
		{ 0x0a00000b, (UINT64_C(1) << 40) | 0x0a00010b } };
	f->m.lab_plan.link_names = names(room, sizeof(room), "office", "dmz");
	assert_int_equal(tell(f), 0);
	assert_int_equal(plan_table_end(f->table, 2, &f->e), 0);
	p = plan_find(f->table, "one");
	assert_link(f, p, "", 0, "");
	assert_link(f, p, "office", -1, "desk is on no network office");
	p = plan_find(f->table, "two");
	assert_link(f, p, "office", 0, "");
	assert_link(f, p, "dmz", 1, "");
	assert_link(f, p, "home", -1, "gate is on no network home");
	assert_link(f, p, "", -1,
	    "gate is on 2 networks: say which one is meant, as in"
	    " gate:office");
}

static void
all_links_have_names_or_none(void **state)
{
	struct fixture *f = *state;
	char room[64];

	make_machine(f, "two", "gate");
	f->m.lab_plan.link_names = names(room, sizeof(room), "office", "dmz");
	assert_int_equal(tell(f), -1);
	make_machine(f, "other", "gate");
	f->m.lab_plan.link_names = names(room, sizeof(room), "office", NULL);
	assert_int_equal(tell(f), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(labs_are_found_by_name),
		TEST(a_lab_is_told_once),
		TEST(a_value_out_of_range_is_named),
		TEST(paths_are_absolute_and_plain),
		TEST(mounts_belong_to_the_lab_before_them),
		TEST(mounts_are_counted),
		TEST(programs_belong_to_the_lab_before_them),
		TEST(an_odd_program_is_refused),
		TEST(machines_of_a_lab_follow_each_other),
		TEST(a_machine_belongs_to_the_lab_before_it),
		TEST(a_machine_has_a_network_and_an_address),
		TEST(links_and_routes_are_of_a_machine),
		TEST(a_link_is_found_by_its_network),
		TEST(all_links_have_names_or_none),
		TEST(a_plan_outlives_its_table),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
