/* test_denials.c - AppArmor's refusals in the log, each with its seat. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/builder/apparmor/denials.h"

/* The kernel's end, and where the log goes. */
struct scene {
	struct builder *b;
	int kernel, log, stderr_before;
	char text[8192];
};

static void
add_sandbox(struct builder *b, uint32_t id, const char *account, uint32_t base)
{
	struct plan *p = plan_new();
	struct sandbox *s = sandbox_add(&b->sandboxes, id, p);

	assert_non_null(s);
	text_copy(p->spec.lab, NAME_SIZE, "c101");
	text_copy(s->account, NAME_SIZE, account);
	s->base = base;
	plan_unref(p);
}

static int
set_up(void **state)
{
	struct scene *v = calloc(1, sizeof(*v));
	int ends[2];

	assert_non_null(v);
	v->b = calloc(1, sizeof(*v->b));
	assert_non_null(v->b);
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends), 0);
	v->b->audit = ends[0];
	v->kernel = ends[1];
	v->log = memfd_create("log", MFD_CLOEXEC);
	assert_int_not_equal(v->log, -1);
	add_sandbox(v->b, 7, "alice", IDMAP_FIRST + 3 * IDMAP_COUNT);
	add_sandbox(v->b, 8, "bob", IDMAP_FIRST + 4 * IDMAP_COUNT);
	*state = v;
	return 0;
}

static void
forget(struct sandbox *s, void *arg)
{
	s->base = 0;
	sandbox_remove(arg, s);
}

static int
tear_down(void **state)
{
	struct scene *v = *state;

	sandbox_each(&v->b->sandboxes, forget, &v->b->sandboxes);
	close(v->b->audit);
	close(v->kernel);
	close(v->log);
	free(v->b);
	free(v);
	return 0;
}

static void
say(const struct scene *v, uint32_t uid, const char *profile)
{
	char record[512] = { 0 };
	int n = snprintf(record + NLMSG_HDRLEN, sizeof(record) - NLMSG_HDRLEN,
	    "audit(1.2:3): apparmor=\"DENIED\" operation=\"open\" "
	    "profile=\"%s\" name=\"/proc/kcore\" pid=812 comm=\"cat\" "
	    "denied_mask=\"r\" fsuid=%u ouid=0",
	    profile, uid);
	size_t size = NLMSG_HDRLEN + (size_t)n;

	assert_int_equal(write(v->kernel, record, size), size);
}

/* What the log has after one call. */
static const char *
told(struct scene *v)
{
	ssize_t n;

	assert_int_equal(ftruncate(v->log, 0), 0);
	assert_int_equal(lseek(v->log, 0, SEEK_SET), 0);
	v->stderr_before = dup(STDERR_FILENO);
	dup2(v->log, STDERR_FILENO);
	denials_tell(v->b);
	dup2(v->stderr_before, STDERR_FILENO);
	close(v->stderr_before);
	n = pread(v->log, v->text, sizeof(v->text) - 1, 0);
	assert_true(n >= 0);
	v->text[n] = '\0';
	return v->text;
}

static unsigned
lines(const char *text)
{
	unsigned n = 0;

	for (; (text = strchr(text, '\n')) != NULL; text++)
		n++;
	return n;
}

static void
a_refusal_is_told_with_its_seat(void **state)
{
	struct scene *v = *state;

	say(v, IDMAP_FIRST + 3 * IDMAP_COUNT + 1000, "atoll-sandbox");
	say(v, IDMAP_FIRST + 4 * IDMAP_COUNT, "atoll-sandbox");
	assert_string_equal(told(v),
	    "<4>sandbox=7 AppArmor refused account=alice lab=c101 "
	    "operation=open what=\"/proc/kcore\" wanted=r program=\"cat\" "
	    "pid=812 untold=0\n"
	    "<4>sandbox=8 AppArmor refused account=bob lab=c101 "
	    "operation=open what=\"/proc/kcore\" wanted=r program=\"cat\" "
	    "pid=812 untold=0\n");
	assert_string_equal(told(v), "");
}

static void
what_is_nobodys_has_no_seat(void **state)
{
	struct scene *v = *state;

	say(v, IDMAP_FIRST + 5 * IDMAP_COUNT + 1000, "atoll-sandbox");
	assert_non_null(
	    strstr(told(v), "<4>AppArmor refused account=? lab=? "));
	say(v, 1000, "atoll-sandbox");
	assert_non_null(strstr(told(v), "account=? lab=? "));
	say(v, IDMAP_FIRST + 3 * IDMAP_COUNT, "another");
	assert_string_equal(told(v), "");
}

/* One student's flood takes no other's lines. */
static void
a_flood_is_told_in_few_lines(void **state)
{
	struct scene *v = *state;

	for (int i = 0; i < 9; i++)
		say(v, IDMAP_FIRST + 3 * IDMAP_COUNT, "atoll-sandbox");
	say(v, IDMAP_FIRST + 4 * IDMAP_COUNT, "atoll-sandbox");
	assert_int_equal(lines(told(v)), 6);
	assert_non_null(strstr(v->text, "sandbox=8 "));
	assert_int_equal(sandbox_find(&v->b->sandboxes, 7)->denials.untold, 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_refusal_is_told_with_its_seat,
		    set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_nobodys_has_no_seat,
		    set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_flood_is_told_in_few_lines,
		    set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
