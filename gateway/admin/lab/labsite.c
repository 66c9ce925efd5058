/* labsite.c - a configuration for lab files that are checked, like the site's. */
#include "gateway/admin/lab/labsite.h"

#include <errno.h>
#include <libconfig.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/array.h"
#include "gateway/base/quote.h"

#define IMAGES "/var/lib/atoll/images"

static void
put_string(FILE *to, const char *key, const char *value)
{
	fprintf(to, "%s = ", key);
	quote(to, value);
	fputs(";\n", to);
}

/* A path of the site's configuration: one that is not absolute begins in the
 * folder of that file, and ours is elsewhere. */
static void
absolute(const char *site, const char *value, char to[2 * PATH_MAX])
{
	char full[PATH_MAX];

	if (value[0] == '/' || realpath(site, full) == NULL)
		snprintf(to, 2 * PATH_MAX, "%s", value);
	else
		snprintf(to, 2 * PATH_MAX, "%s/%s", dirname(full), value);
}

static void
put_path(FILE *to, const config_t *cf, const char *site, const char *key,
    const char *fallback)
{
	char path[2 * PATH_MAX];
	const char *value = NULL;

	if (!config_lookup_string(cf, key, &value) || value[0] == '\0')
		value = fallback;
	if (value == NULL)
		return;
	absolute(site, value, path);
	put_string(to, key, path);
}

static void
put_paths(FILE *to, const config_t *cf, const char *site, const char *key)
{
	const config_setting_t *list = config_lookup(cf, key);
	int n = list == NULL ? 0 : config_setting_length(list);
	char path[2 * PATH_MAX];

	fprintf(to, "%s = [ ", key);
	for (int i = 0; i < n; i++) {
		const char *value = config_setting_get_string_elem(list, i);

		absolute(site, value == NULL ? "" : value, path);
		fputs(i == 0 ? "" : ", ", to);
		quote(to, path);
	}
	fputs(" ];\n", to);
}

/* The first line of our configuration: room for so many sandboxes, or for as many
 * as there is by default where that is 0.  It is as long in any case. */
static void
put_places(FILE *to, int places)
{
	if (places == 0)
		fprintf(to, "%27s\n", "");
	else
		fprintf(to, "sandboxes_max = %10d;\n", places);
}

/* The options of the site that a lab's checks depend on.  The others are left
 * out: an instructor's lab is not wrong because the site's file is. */
static void
put_site(FILE *to, const char *site, int *places)
{
	static const char *const users[] = { "user", "session_user",
		"signer_user", "recorder_user", "web_user", "net_user",
		"names_user", "collector_user" };
	char images[PATH_MAX + 8] = IMAGES;
	const char *value;
	config_t cf;

	config_init(&cf);
	if (config_read_file(&cf, site) != CONFIG_TRUE)
		fprintf(stderr,
		    "atoll: %s cannot be read (%s): images are looked for in "
		    "%s;"
		    " -c FILE names another configuration\n",
		    site, config_error_text(&cf), IMAGES);
	if (config_lookup_string(&cf, "state_dir", &value))
		snprintf(images, sizeof(images), "%s/images", value);
	config_lookup_int(&cf, "sandboxes_max", places);
	put_path(to, &cf, site, "image_dir", images);
	put_path(to, &cf, site, "libexec_dir", NULL);
	put_path(to, &cf, site, "lxcfs", NULL);
	put_paths(to, &cf, site, "mount_sources");
	for (size_t i = 0; i < COUNT_OF(users); i++) {
		if (config_lookup_string(&cf, users[i], &value))
			put_string(to, users[i], value);
	}
	config_destroy(&cf);
}

int
labsite_write(const char *file, const char *site, struct err *e)
{
	FILE *f = fopen(file, "wxe");
	int places = 0;

	if (f == NULL)
		return err_set(e, errno, "%s", file);
	put_places(f, 0);
	fputs("listen = ( { address = \"127.0.0.1\"; port = 0; } );\n"
	      "host_keys = [ \"key\" ];\n"
	      "run_dir = \"run\";\nstate_dir = \"state\";\n"
	      "labs_dir = \"labs\";\n",
	    f);
	put_site(f, site, &places);
	if (fseek(f, 0, SEEK_SET) == 0)
		put_places(f, places);
	return fclose(f) == 0 ? 0 : err_set(e, errno, "%s", file);
}

int
labsite_places(const char *file, int most, struct err *e)
{
	FILE *f = fopen(file, "r+e");

	if (f == NULL)
		return err_set(e, errno, "%s", file);
	put_places(f, most > 1 ? most : 1);
	return fclose(f) == 0 ? 0 : err_set(e, errno, "%s", file);
}
