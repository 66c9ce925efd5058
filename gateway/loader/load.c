/* load.c - atoll.conf and the lab files, read whole or not at all. */
#include "gateway/loader/load.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/name.h"
#include "gateway/config/config_table.h"
#include "gateway/config/hours.h"
#include "gateway/loader/check.h"
#include "gateway/loader/check_greeting.h"
#include "gateway/loader/conftext.h"

#define LAB_SUFFIX ".conf"

/* "web101" for "web101.conf", or NULL. */
static const char *
lab_name(struct arena *a, const char *file)
{
	size_t n = strlen(file), suffix = strlen(LAB_SUFFIX);

	if (n <= suffix || strcmp(file + n - suffix, LAB_SUFFIX) != 0)
		return NULL;
	return arena_print(a, "%.*s", (int)(n - suffix), file);
}

static void
load_greetings(struct config *c, struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	const struct greeting banner = { "banner", &lab->banner,
		&lab->banner_file };
	const struct greeting motd = { "motd", &lab->motd, &lab->motd_file };
	const struct greeting help = { "help", &lab->help, &lab->help_file };

	greeting_load(&c->arena, &banner, lab->file, &lab->by, group, out);
	greeting_load(&c->arena, &motd, lab->file, &lab->by, group, out);
	greeting_load(&c->arena, &help, lab->file, &lab->by, group, out);
	greeting_check(lab, &banner, group, out);
	greeting_check(lab, &motd, group, out);
	greeting_check(lab, &help, group, out);
}

static void
load_lab(struct config *c, struct lab *lab, const char *name, const char *file,
    struct diagnostics *out)
{
	struct option_source src = { .arena = &c->arena,
		.out = out,
		.file = file };
	struct author by;
	config_t cf;

	config_init(&cf);
	if (!is_name(name)) {
		diagnose(out, file, 0,
		    "the file's name is the lab's name: up to 32 of"
		    " a-z 0-9 _ . - before " LAB_SUFFIX);
	} else if (conftext_read_plain(&cf, file, &c->arena, &by, out)) {
		src.folder = by.folder;
		options_load(lab_options + LAB_OPTIONS_INLINE,
		    lab_option_count - LAB_OPTIONS_INLINE, &src,
		    config_root_setting(&cf), lab);
		lab->name = name;
		lab->file = file;
		lab->by = by;
		hours_derive(lab);
		load_greetings(c, lab, config_root_setting(&cf), out);
		check_lab(c, lab, config_root_setting(&cf), out);
	}
	config_destroy(&cf);
	if (!c->keeps_open)
		held_close(&c->held);
}

static int
is_lab_file(const struct dirent *d)
{
	size_t n = strlen(d->d_name), suffix = strlen(LAB_SUFFIX);

	return d->d_name[0] != '.' && n > suffix &&
	       strcmp(d->d_name + n - suffix, LAB_SUFFIX) == 0;
}

static void
load_labs(struct config *c, struct diagnostics *out)
{
	struct dirent **found;
	int n = scandir(c->labs_dir, &found, is_lab_file, alphasort);

	if (n == -1) {
		diagnose(out, c->labs_dir, 0, "labs_dir: %s", strerror(errno));
		return;
	}
	c->labs = arena_alloc(&c->arena, ((size_t)n + 1) * sizeof(*c->labs));
	for (int i = 0; i < n; i++) {
		load_lab(c, &c->labs[c->lab_count++],
		    lab_name(&c->arena, found[i]->d_name),
		    arena_print(&c->arena, "%s/%s", c->labs_dir,
			found[i]->d_name),
		    out);
		free(found[i]);
	}
	free(found);
	if (n == 0)
		diagnose_warning(out, c->labs_dir, 0,
		    "there is no lab file here");
}

/* Each lab's fit, and all of them together need not. */
static void
check_all_warm(const struct config *c, config_setting_t *group,
    struct diagnostics *out)
{
	int64_t sum = 0;

	for (size_t i = 0; i < c->lab_count; i++)
		sum += c->labs[i].warm;
	if (sum > c->sandboxes_max)
		diagnose_warning(out, c->file, line_of(group, "sandboxes_max"),
		    "sandboxes_max = %" PRId64 " is less than the labs' warm"
		    " together, which is %" PRId64 ": some are never ready",
		    c->sandboxes_max, sum);
}

/* Helpers live beside atolld unless the configuration says otherwise. */
static const char *
own_folder(struct arena *a)
{
	char self[PATH_SIZE];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n <= 0)
		return "/usr/libexec/atoll";
	self[n] = '\0';
	return arena_text(a, dirname(self));
}

/* Defaults that depend on other things than the table. */
static void
derive_defaults(struct config *c)
{
	if (c->libexec_dir[0] == '\0')
		c->libexec_dir = own_folder(&c->arena);
	if (c->image_dir[0] == '\0')
		c->image_dir =
		    arena_print(&c->arena, "%s/images", c->state_dir);
}

static struct config *
load(const char *file, bool keeps_open, struct diagnostics *out)
{
	struct config *c = config_new(file);
	struct option_source src = { .out = out, .file = file };
	struct greeting banner = { .name = "banner" };
	config_t cf;

	if (c == NULL)
		return NULL;
	c->keeps_open = keeps_open;
	banner.text = &c->banner;
	banner.file = &c->banner_file;
	src.arena = &c->arena;
	config_init(&cf);
	if (conftext_read(&cf, file, &c->arena, &c->by, out)) {
		src.folder = c->by.folder;
		options_load(site_options, site_file_option_count, &src,
		    config_root_setting(&cf), c);
		derive_defaults(c);
		config_derive(c);
		greeting_load(&c->arena, &banner, file, &c->by,
		    config_root_setting(&cf), out);
		check_site(c, config_root_setting(&cf), out);
		load_labs(c, out);
		check_all_warm(c, config_root_setting(&cf), out);
		if (out->errors == 0)
			check_shared_homes(c, out);
	}
	config_destroy(&cf);
	if (out->errors == 0)
		return c;
	config_free(c);
	return NULL;
}

struct config *
config_load(const char *file, struct diagnostics *out)
{
	return load(file, false, out);
}

struct config *
config_load_open(const char *file, struct diagnostics *out)
{
	return load(file, true, out);
}
