/* labimage.c - the options of a lab that an image has values for. */
#include "gateway/admin/lab/labimage.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libconfig.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/name.h"
#include "gateway/base/quote.h"
#include "gateway/base/scope.h"

#define IMAGES "/var/lib/atoll/images"

/* --- where it is -------------------------------------------------------- */

/* The site's image_dir: a path that is not absolute begins in the folder of the
 * site's file. */
static void
find_images(const char *site, char to[PATH_MAX])
{
	char full[PATH_MAX];
	const char *value = NULL, *below = "";
	config_t cf;

	config_init(&cf);
	if (config_read_file(&cf, site) != CONFIG_TRUE)
		fprintf(stderr,
		    "atoll: %s cannot be read (%s): images are looked for in "
		    "%s;"
		    " -c FILE names another configuration\n",
		    site, config_error_text(&cf), IMAGES);
	if (!config_lookup_string(&cf, "image_dir", &value) ||
	    value[0] == '\0') {
		value = NULL;
		below = "/images";
		config_lookup_string(&cf, "state_dir", &value);
	}
	if (value == NULL)
		snprintf(to, PATH_MAX, "%s", IMAGES);
	else if (value[0] == '/' || realpath(site, full) == NULL)
		snprintf(to, PATH_MAX, "%s%s", value, below);
	else
		snprintf(to, PATH_MAX, "%s/%s%s", dirname(full), value, below);
	config_destroy(&cf);
}

static int
read_manifest(config_t *cf, const char *site, const char *image, struct err *e)
{
	char images[PATH_MAX], path[PATH_MAX + NAME_SIZE + 16];
	FILE *f;
	int rc;

	find_images(site, images);
	snprintf(path, sizeof(path), "%s/%s/manifest.conf", images, image);
	f = fopen(path, "re");
	if (f == NULL)
		return err_set(e, errno,
		    "image %s: cannot read %s ('atoll-image list' shows the "
		    "images"
		    " there are; some can be read by root only)",
		    image, path);
	rc = config_read(cf, f);
	fclose(f);
	if (rc != CONFIG_TRUE)
		return err_set(e, 0,
		    "image %s: %s:%d: %s: build or import it anew", image, path,
		    config_error_line(cf), config_error_text(cf));
	return 0;
}

/* --- as options --------------------------------------------------------- */

static void
put_string(FILE *to, const char *key, const char *value)
{
	fprintf(to, "%s = ", key);
	quote(to, value);
	fputc(';', to);
}

static void
put_command(FILE *to, const config_setting_t *command)
{
	int n = command == NULL ? 0 : config_setting_length(command);

	if (n <= 0)
		return;
	fputs("\n# What the image starts; without this, the user's shell.\n"
	      "command = [",
	    to);
	for (int i = 0; i < n; i++) {
		const char *word = config_setting_get_string_elem(command, i);

		fputs(i == 0 ? " " : ", ", to);
		quote(to, word == NULL ? "" : word);
	}
	fputs(" ];\n", to);
}

/* Does libconfig take this for the name of a setting?  An environment variable
 * may have others, as "_" or "2FA". */
static bool
is_setting(const char *text, size_t n)
{
	if (n == 0 || !isalpha((unsigned char)text[0]))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!isalnum((unsigned char)text[i]) && text[i] != '_')
			return false;
	}
	return true;
}

static bool
are_settings(const config_setting_t *list)
{
	for (int i = 0; i < config_setting_length(list); i++) {
		const char *text = config_setting_get_string_elem(list, i);

		if (text == NULL || !is_setting(text, strcspn(text, "=")))
			return false;
	}
	return true;
}

/* { NAME = "value"; }, or where a name forbids it [ "NAME=value" ]. */
static void
put_environment(FILE *to, const config_setting_t *list)
{
	int n = list == NULL ? 0 : config_setting_length(list);
	bool grouped = n > 0 && are_settings(list);

	if (n <= 0)
		return;
	fprintf(to,
	    "\n# The image's; a lab without environment has the same.\n"
	    "environment = %s\n",
	    grouped ? "{" : "[");
	for (int i = 0; i < n; i++) {
		const char *text = config_setting_get_string_elem(list, i);
		size_t length = text == NULL ? 0 : strcspn(text, "=");

		if (length == 0 || text[length] != '=')
			continue;
		if (grouped)
			fprintf(to, "    %.*s = ", (int)length, text);
		else
			fputs("    ", to);
		quote(to, grouped ? text + length + 1 : text);
		fputs(grouped ? ";\n" : i + 1 < n ? ",\n" : "\n", to);
	}
	fputs(grouped ? "};\n" : "];\n", to);
}

int
labimage_write(FILE *to, const char *site, const char *image, struct err *e)
{
	const char *user = "", *workdir = "";
	config_t cf;

	if (!is_name(image))
		return err_set(e, 0,
		    "%s cannot be the name of an image: 'atoll-image list' "
		    "shows"
		    " the images there are",
		    image);
	config_init(&cf);
	if (read_manifest(&cf, site, image, e) == -1) {
		config_destroy(&cf);
		return -1;
	}
	put_string(to, "image", image);
	config_lookup_string(&cf, "lab.user", &user);
	config_lookup_string(&cf, "lab.workdir", &workdir);
	fputc('\n', to);
	put_string(to, "user", user[0] == '\0' ? "student" : user);
	fputs(" # must exist in the image\n", to);
	if (workdir[0] == '/') {
		fputs("\n# Where shells and commands start.\n", to);
		put_string(to, "workdir", workdir);
		fputc('\n', to);
	}
	put_command(to, config_lookup(&cf, "lab.command"));
	put_environment(to, config_lookup(&cf, "lab.environment"));
	config_destroy(&cf);
	return 0;
}
