/*
 * test_config.c - atoll.conf and the lab files.
 *
 * Each test writes files into a directory of its own and loads them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "gateway/base/array.h"
#include "gateway/config/config.h"
#include "gateway/config/policy.h"
#include "gateway/loader/load.h"

#define SITE                                                                   \
	"listen = ( { address = \"127.0.0.1\"; port = 0; } );\n"               \
	"host_keys = [ \"key\" ]; signer_user = \"daemon\";\n"                 \
	"image_dir = \"images\";\n"                                            \
	"labs_dir = \"labs\";\n"
#define HASH                                                                   \
	"$y$j9T$ZFtsrFOy3xwxwqMNSiFSL.$"                                       \
	"TV.ynGYS8dKUD.1OGkZHD7fbCHSHoXd9hkRU7NCAn2D"
#define ACCOUNTS                                                               \
	"accounts = ( { name = \"alice\"; password = \"" HASH "\";"            \
	" groups = [ \"c101\" ]; } );\n"
#define LAB "image = \"tiny\"; groups = [ \"c101\" ];\n"

static void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int
set_up(void **state)
{
	static char dir[64];

	strcpy(dir, "/tmp/atoll-test-config-XXXXXX");
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	mkdir("labs", 0755);
	mkdir("images", 0755);
	mkdir("images/tiny", 0755);
	mkdir("images/tiny/rootfs", 0755);
	mkdir("images/tiny/rootfs/etc", 0755);
	put("images/tiny/rootfs/etc/passwd",
	    "root:x:0:0::/root:/bin/sh\n"
	    "student:x:1000:1001::/home/student:/bin/sh\n");
	put("images/tiny/rootfs/etc/group",
	    "root:x:0:\nlab:x:7:student\nother:x:8:root\n");
	put("images/tiny/manifest.conf",
	    "name = \"tiny\"; sha256 = \"0123456789abcdef0123456789abcdef"
	    "0123456789abcdef0123456789abcdef\";");
	put("key", "");
	chmod("key", 0600);
	put("atoll.conf", SITE ACCOUNTS);
	put("labs/web.conf", LAB);
	*state = dir;
	return 0;
}

static int
tear_down(void **state)
{
	char command[128];

	assert_int_equal(chdir("/"), 0);
	snprintf(command, sizeof(command), "rm -rf %s", (char *)*state);
	return system(command);
}

/* Load what stands there and expect it to be right. */
static struct config *
load(void)
{
	struct diagnostics out;
	struct config *c;

	diagnostics_init(&out);
	c = config_load("atoll.conf", &out);
	for (struct diagnostic *w = out.first; w != NULL; w = w->next)
		print_error("%s\n", w->text);
	diagnostics_free(&out);
	assert_non_null(c);
	return c;
}

/* Take every "DIR/" out of the text: tests do not know their directory. */
static void
cut_directory(char *text)
{
	char dir[128];
	char *at;

	assert_non_null(getcwd(dir, sizeof(dir) - 1));
	strcat(dir, "/");
	while ((at = strstr(text, dir)) != NULL)
		memmove(at, at + strlen(dir), strlen(at + strlen(dir)) + 1);
}

/* Load and expect exactly these errors, one a line. */
static void
expect_errors(const char *expected)
{
	char all[4096] = "";
	struct diagnostics out;

	diagnostics_init(&out);
	assert_null(config_load("atoll.conf", &out));
	for (struct diagnostic *w = out.first; w != NULL; w = w->next) {
		strcat(all, w->text);
		strcat(all, "\n");
	}
	diagnostics_free(&out);
	cut_directory(all);
	assert_string_equal(all, expected);
}

static void
a_lab_has_its_name_from_its_file_and_its_user_from_the_image(void **state)
{
	struct config *c = load();
	const struct lab *lab = config_lab(c, "web");

	(void)state;
	assert_non_null(lab);
	assert_int_equal(lab->uid, 1000);
	assert_int_equal(lab->gid, 1001);
	assert_int_equal(lab->supplementary.count, 1);
	assert_int_equal(lab->supplementary.id[0], 7);
	assert_string_equal(lab->home, "/home/student");
	assert_string_equal(lab->title, "web");
	assert_int_equal(lab->memory, 256 << 20);
	config_free(c);
}

static void
units_are_understood(void **state)
{
	struct config *c;

	(void)state;
	put("labs/web.conf",
	    LAB "memory = \"1G\"; disk = \"300K\"; linger = \"2h\";"
		" cpus = 0.25; pids = 9;");
	c = load();
	assert_int_equal(c->labs[0].memory, 1 << 30);
	assert_int_equal(c->labs[0].disk, 300 << 10);
	assert_int_equal(c->labs[0].linger, 7200);
	assert_int_equal(c->labs[0].cpus, 25);
	assert_int_equal(c->labs[0].pids, 9);
	config_free(c);
}

static void
terminals_wait_where_the_sandbox_does(void **state)
{
	static const struct {
		const char *text;
		bool waits;
	} rows[] = {
		{ LAB, false },
		{ LAB "linger = \"0s\";", false },
		{ LAB "linger = \"1s\";", true },
		{ LAB "linger = \"1h\"; reattach = false;", false },
		{ LAB "linger = \"1h\"; reattach = true;", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct config *c;

		put("labs/web.conf", rows[i].text);
		c = load();
		assert_int_equal(c->labs[0].reattach, rows[i].waits);
		config_free(c);
	}
	put("labs/web.conf", LAB "reattach = true;\n");
	expect_errors("labs/web.conf:2: reattach = true needs a sandbox that"
		      " waits: set linger, such as linger = \"15m\", or leave"
		      " reattach out\n");
}

static void
every_error_is_told_with_its_line(void **state)
{
	(void)state;
	put("atoll.conf", SITE "\nlogin_grace = 0;\nbogus = 1;\n"
			       "auth_tries = \"six\";\n");
	put("labs/web.conf", "user = \"student\";\nmemory = \"2P\";\n"
			     "open = 1;\nimage = \"none\";\n");
	expect_errors(
	    "atoll.conf:7: unknown option bogus (see atoll.conf(5))\n"
	    "atoll.conf:6: login_grace = 0 is outside 1s..1h\n"
	    "atoll.conf:8: auth_tries must be a whole number\n"
	    "labs/web.conf:2: memory = \"2P\" is not a size: a number, with"
	    " K, M, G or T\n"
	    "labs/web.conf:3: open must be true or false\n"
	    "labs/web.conf:4: image none: images/none/rootfs: No such file or"
	    " directory; build it with 'atoll-image build none'\n" +
	    0);
}

static void
a_key_that_others_can_read_is_refused(void **state)
{
	(void)state;
	chmod("key", 0640);
	expect_errors("atoll.conf:2: host key key can be read by others"
		      " (mode 0640): cure it with 'chmod 600 key'\n");
}

static void
a_user_that_the_image_lacks_is_refused(void **state)
{
	(void)state;
	put("labs/web.conf", "image = \"tiny\";\nuser = \"teacher\";\n");
	expect_errors("labs/web.conf:2: user teacher does not exist in image"
		      " tiny: name one of its etc/passwd, or build the image"
		      " with it\n");
}

static void
a_broken_manifest_is_refused(void **state)
{
	(void)state;
	put("images/tiny/manifest.conf", "name = \"tiny\";");
	expect_errors("labs/web.conf:1: image tiny: images/tiny/manifest.conf"
		      " lacks name = \"tiny\" or a sha256 of 64 hex digits:"
		      " build it anew\n");
}

static void
an_image_cannot_lead_us_out_of_itself(void **state)
{
	(void)state;
	unlink("images/tiny/rootfs/etc/passwd");
	assert_int_equal(symlink("/../../../../../../etc/passwd",
			     "images/tiny/rootfs/etc/passwd"),
	    0);
	expect_errors("labs/web.conf:1: image tiny: etc/passwd: Too many"
		      " levels of symbolic links\n");
}

static void
a_disk_that_does_not_fit_the_memory_it_lies_in_is_refused(void **state)
{
	(void)state;
	put("labs/web.conf", LAB "memory = \"64M\";\ndisk = \"64M\";\n");
	expect_errors("labs/web.conf:3: disk (65536K) must be at most three"
		      " quarters of memory (65536K): the writable layer lies"
		      " in memory and counts there, unless storage ="
		      " \"disk\"\n");
	put("labs/web.conf",
	    LAB "memory = \"64M\";\ndisk = \"2G\";\nstorage = \"disk\";\n");
	config_free(load());
}

static char *
print(const struct config *c)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	config_print(c, f, true);
	fclose(f);
	return text;
}

static void
what_is_printed_loads_as_the_same(void **state)
{
	struct diagnostics out;
	struct config *c, *again;

	(void)state;
	put("labs/web.conf",
	    LAB "motd = \"a\\\"b\\\\\\n\"; environment = { A = \"x\"; };"
		" mounts = ( { source = \"/usr\"; target = \"/x\"; } );"
		" memory = \"8G\"; cpus = 1.5; command = [ \"/bin/sh\" ];");
	c = load();
	diagnostics_init(&out);
	{
		FREES char *text = print(c);

		again = config_parse(text, &out);
		assert_non_null(again);
		{
			FREES char *twice = print(again);

			assert_string_equal(text, twice);
		}
	}
	assert_int_equal(out.errors, 0);
	assert_int_equal(again->labs[0].memory, 8LL << 30);
	diagnostics_free(&out);
	config_free(again);
	config_free(c);
}

static void
only_live_options_may_change(void **state)
{
	struct config *a = load(), *b;
	struct diagnostics out;

	(void)state;
	put("atoll.conf", SITE "sandboxes_max = 7;\n");
	b = load();
	diagnostics_init(&out);
	config_check_change(a, b, &out);
	assert_int_equal(out.errors, 0);
	config_free(b);
	put("atoll.conf", SITE "run_dir = \"/run/elsewhere\";\n");
	b = load();
	config_check_change(a, b, &out);
	assert_int_equal(out.errors, 1);
	assert_non_null(strstr(out.first->text, "run_dir cannot change"));
	diagnostics_free(&out);
	config_free(b);
	config_free(a);
}

static void
groups_open_labs(void **state)
{
	struct account in = { .name = "a" }, outside = { .name = "b" };
	const char *groups[] = { "c101" };
	struct lab lab = { .groups = { 1, groups } };

	(void)state;
	in.groups = (struct texts){ 1, groups };
	assert_true(policy_may_enter(&in, &lab));
	assert_false(policy_may_enter(&outside, &lab));
	assert_false(policy_may_enter(NULL, &lab));
	lab.open = 1;
	assert_true(policy_may_enter(&outside, &lab));
	assert_false(policy_may_enter(NULL, &lab));
}

/* Who came by a code of that lab has no more than a student there. */
static void
an_only_lab_is_the_only_one(void **state)
{
	const char *groups[] = { "teachers" };
	struct account ann = { .name = "ann", .groups = { 1, groups } };
	struct account guest = { .name = "anon-7", .only_lab = "open" };
	struct lab lab = { .name = "c101", .staff = { 1, groups } };
	struct lab open = { .name = "open", .open = 1 };

	(void)state;
	assert_true(policy_may_enter(&ann, &lab));
	assert_true(policy_is_staff(&ann, &lab));
	assert_true(policy_may_enter(&ann, &open));
	ann.only_lab = "c101";
	assert_true(policy_may_enter(&ann, &lab));
	assert_false(policy_is_staff(&ann, &lab));
	assert_false(policy_may_enter(&ann, &open));
	ann.only_lab = "open";
	assert_false(policy_may_enter(&ann, &lab));
	assert_true(policy_may_enter(&ann, &open));
	ann.groups.count = 0; /* what it may not enter it may not so either */
	ann.only_lab = "c101";
	assert_false(policy_may_enter(&ann, &lab));
	/* An account without a name is in a lab for those alone. */
	assert_false(policy_may_enter(&guest, &open));
	open.anonymous = 1;
	assert_true(policy_may_enter(&guest, &open));
	lab.anonymous = 1;
	assert_false(policy_may_enter(&guest, &lab));
}

static void
put_program(const char *path)
{
	put(path, "#!/bin/sh\n");
	assert_int_equal(chmod(path, 0755), 0);
}

static bool
needs_tools(void)
{
	struct config *c = load();
	bool needs = c->labs[0].needs_tools;

	config_free(c);
	return needs;
}

static void
an_image_without_sftp_server_or_scp_needs_ours(void **state)
{
	(void)state;
	assert_true(needs_tools());
	mkdir("images/tiny/rootfs/usr", 0755);
	mkdir("images/tiny/rootfs/usr/bin", 0755);
	mkdir("images/tiny/rootfs/usr/lib", 0755);
	put_program("images/tiny/rootfs/usr/bin/scp");
	assert_true(needs_tools());
	/* Of the image, and not of the host. */
	assert_int_equal(
	    symlink("/usr/bin/scp", "images/tiny/rootfs/usr/lib/sftp-server"),
	    0);
	assert_false(needs_tools());
	unlink("images/tiny/rootfs/usr/lib/sftp-server");
	assert_int_equal(
	    symlink("/bin/sh", "images/tiny/rootfs/usr/lib/sftp-server"), 0);
	assert_true(needs_tools());
}

static void
expect_forwarding(const char *option, uint32_t bits)
{
	struct config *c;
	char text[128];

	snprintf(text, sizeof(text), LAB "%s", option);
	put("labs/web.conf", text);
	c = load();
	assert_int_equal(c->labs[0].forwarding, bits);
	config_free(c);
}

static void
forwarding_is_the_lab_s_choice(void **state)
{
	(void)state;
	expect_forwarding("", FORWARDING_LOCAL | FORWARDING_REMOTE);
	expect_forwarding("forwarding = [];", 0);
	expect_forwarding("forwarding = [ \"agent\" ];", FORWARDING_AGENT);
	put("labs/web.conf", LAB "forwarding = [ \"local\", \"all\" ];\n");
	expect_errors("labs/web.conf:2: forwarding = \"all\" must be \"local\","
		      " \"remote\" or \"agent\"\n");
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(
		    a_lab_has_its_name_from_its_file_and_its_user_from_the_image),
		TEST(units_are_understood),
		TEST(terminals_wait_where_the_sandbox_does),
		TEST(every_error_is_told_with_its_line),
		TEST(a_key_that_others_can_read_is_refused),
		TEST(a_user_that_the_image_lacks_is_refused),
		TEST(a_broken_manifest_is_refused),
		TEST(an_image_cannot_lead_us_out_of_itself),
		TEST(a_disk_that_does_not_fit_the_memory_it_lies_in_is_refused),
		TEST(what_is_printed_loads_as_the_same),
		TEST(only_live_options_may_change),
		TEST(groups_open_labs),
		TEST(an_only_lab_is_the_only_one),
		TEST(forwarding_is_the_lab_s_choice),
		TEST(an_image_without_sftp_server_or_scp_needs_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
