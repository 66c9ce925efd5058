/* test_plans.c - what an instructor wrote reaches the builder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/config/config_table.h"
#include "gateway/loader/plans.h"
#include "gateway/wire/msg_fields.h"

/* What is found or derived, and not written so in a lab file. */
static const char *const found[] = { "lab", "sha256", "rootfs", "home_dir",
	"shell", "hosts", "resolv_conf", "calls", "capabilities", "uid", "gid",
	"groups", "ulimits", "tell_calls", "may_freeze", "egress",
	"egress_names", "egress_rate", "egress_connections", "egress_new",
	"machine", "links", "link_names", "routes", "router", "service" };

static const struct option *
planned_option(const char *name)
{
	for (size_t i = 0; i < lab_option_count; i++) {
		if ((lab_options[i].flags & OPTION_PLAN) != 0 &&
		    strcmp(lab_options[i].name, name) == 0)
			return &lab_options[i];
	}
	return NULL;
}

static bool
fits(enum option_type option, enum msg_field_type field)
{
	switch (option) {
	case OPTION_INT:
	case OPTION_BOOL:
	case OPTION_SIZE:
	case OPTION_TIME:
	case OPTION_CPUS:
	case OPTION_CHOICE:
	case OPTION_SET:
		return field == FIELD_u32 || field == FIELD_u64;
	case OPTION_NAME:
		return field == FIELD_name;
	case OPTION_TEXT:
	case OPTION_PATH:
		return field == FIELD_name || field == FIELD_text ||
		       field == FIELD_path || field == FIELD_line;
	case OPTION_TEXTS:
	case OPTION_PATHS:
	case OPTION_PAIRS:
		return field == FIELD_strings;
	case OPTION_ROWS:
		break;
	}
	return false;
}

static void
every_planned_option_has_a_field(void **state)
{
	unsigned count = 0;

	(void)state;
	for (size_t i = 0; i < lab_option_count; i++) {
		const struct option *o = &lab_options[i];
		struct msg_field f;

		if ((o->flags & OPTION_PLAN) == 0)
			continue;
		count++;
		if (!msg_field_find(MSG_LAB_PLAN, o->name, &f))
			fail_msg("LAB_PLAN has no field %s", o->name);
		if (!fits(o->type, f.type))
			fail_msg("%s of LAB_PLAN cannot hold the option",
			    o->name);
		/* The largest value must fit, too. */
		if (f.type == FIELD_u32)
			assert_true(o->max <= UINT32_MAX);
	}
	assert_int_equal(count, 28);
}

static void
every_field_is_an_option_or_found(void **state)
{
	struct msg_field f;

	(void)state;
	for (size_t i = 0; msg_field(MSG_LAB_PLAN, i, &f); i++) {
		bool is_found = false;

		for (size_t k = 0; k < sizeof(found) / sizeof(found[0]); k++)
			is_found = is_found || strcmp(found[k], f.name) == 0;
		if (is_found == (planned_option(f.name) != NULL))
			fail_msg("%s of LAB_PLAN is %s", f.name,
			    is_found ? "an option and found" : "neither");
	}
}

static void
values_arrive(void **state)
{
	const char *command[] = { "/bin/sh", "-l" };
	char room[64];
	struct msg_lab_plan *to = calloc(1, sizeof(*to));
	const struct lab lab = { .image = "web",
		.user = "student",
		.workdir = "/srv",
		.hostname = "web101",
		.memory = INT64_C(8) << 30,
		.cpus = 150,
		.storage = STORAGE_DISK,
		.home_kind = HOME_SEAT,
		.seccomp = SECCOMP_DEBUG,
		.command = { 2, command } };

	(void)state;
	assert_non_null(to);
	to->command = strings_in(room, sizeof(room));
	plan_options(&lab, to);
	assert_string_equal(to->image, "web");
	assert_string_equal(to->user, "student");
	assert_string_equal(to->workdir, "/srv");
	assert_string_equal(to->hostname, "web101");
	assert_int_equal(to->memory, UINT64_C(8) << 30);
	assert_int_equal(to->cpus, 150);
	assert_int_equal(to->storage, STORAGE_DISK);
	assert_int_equal(to->home, HOME_SEAT);
	assert_int_equal(to->seccomp, SECCOMP_DEBUG);
	assert_int_equal(to->command.count, 2);
	assert_memory_equal(to->command.data, "/bin/sh\0-l", 11);
	free(to);
}

static void
fields_lie_where_the_struct_has_them(void **state)
{
	static const struct {
		const char *name;
		size_t at;
	} some[] = {
#define AT(f) { #f, offsetof(struct msg_lab_plan, f) }
		AT(lab),
		AT(image),
		AT(rootfs),
		AT(memory),
		AT(cpus),
		AT(swap),
		AT(calls),
		AT(capabilities),
		AT(uid),
		AT(groups),
		AT(ulimits),
		AT(environment),
#undef AT
	};

	(void)state;
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		struct msg_field f;

		assert_true(msg_field_find(MSG_LAB_PLAN, some[i].name, &f));
		assert_int_equal(f.at, some[i].at);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_planned_option_has_a_field),
		cmocka_unit_test(every_field_is_an_option_or_found),
		cmocka_unit_test(values_arrive),
		cmocka_unit_test(fields_lie_where_the_struct_has_them),
	};

	return cmocka_run_group_tests_name("plans", tests, NULL, NULL);
}
