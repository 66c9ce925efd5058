/* labnew.c - a lab file to begin with. */
#include "gateway/admin/lab/labnew.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/admin/lab/labimage.h"
#include "gateway/base/name.h"
#include "gateway/base/scope.h"

static const char head[] =
    "# The lab %s.  Every option there is: atoll.conf(5).\n"
    "\n"
    "# What the menu shows.\n"
    "title = \"%s\";\n"
    "\n";

static const char image_head[] =
    "# An image in image_dir: 'atoll-image list' shows them, 'atoll-image"
    " build'\n"
    "# makes one of a recipe, 'atoll-image import' of a docker or OCI"
    " archive.\n";

static const char some_image[] =
    "image = \"debian-dev\";\n"
    "user = \"student\";             # must exist in the image\n";

static const char body[] =
    "\n"
    "# Limits of one sandbox.  The writable layer (disk) lies in memory and "
    "counts\n"
    "# there, unless storage = \"disk\".\n"
    "memory = \"256M\";\n"
    "cpus = 0.5;\n"
    "pids = 64;\n"
    "disk = \"64M\";\n"
    "\n"
    "# What is left of it: a home that is kept for each student (\"seat\": for "
    "this\n"
    "# lab, \"persistent\": for all labs that say so), or nothing.\n"
    "home = \"fresh\";\n"
    "# home_disk = \"256M\";\n"
    "\n"
    "# How long a sandbox waits for a student who has lost the connection.\n"
    "linger = \"15m\";\n"
    "# time_limit = \"2h\";           # whole life of a sandbox\n"
    "\n"
    "# Files for the students, read-only unless writable = true.\n"
    "# mounts = ( { source = \"/srv/exercises\"; target = \"/exercises\"; } "
    ");\n"
    "\n"
    "# A program that prepares each sandbox, run as its root before the "
    "student\n"
    "# enters.\n"
    "# setup = \"setup.sh\";\n"
    "\n"
    "# A program that says how far a student is, run as root when the student\n"
    "# types 'lab check'.\n"
    "# check = \"check.sh\";\n"
    "\n"
    "# A program that solves it as a student would: with it 'atoll lab check'\n"
    "# tests check.\n"
    "# solve = \"solve.sh\";\n"
    "\n"
    "# Shown before the first prompt.\n"
    "motd = \"Welcome.\";\n"
    "\n"
    "# Who may enter: members of these groups, or with open = true everybody.\n"
    "# groups = [ \"cs101\" ];\n"
    "open = false;\n"
    "\n"
    "# Who sees and helps in it by ssh: members of these groups.\n"
    "# staff = [ \"teachers\" ];\n";

static int
write_lab(FILE *to, const char *name, const char *image, const char *site,
    struct err *e)
{
	fprintf(to, head, name, name);
	fputs(image_head, to);
	if (image == NULL)
		fputs(some_image, to);
	else if (labimage_write(to, site, image, e) == -1)
		return -1;
	fputs(body, to);
	return 0;
}

/* All of the text before there is a file: one that is half written would be
 * taken for a lab. */
static int
make_text(char **text, size_t *size, const char *name, const char *image,
    const char *site, struct err *e)
{
	FILE *f = open_memstream(text, size);
	int rc;

	if (f == NULL)
		return err_set(e, errno, "a lab file");
	rc = write_lab(f, name, image, site, e);
	if (fclose(f) != 0 && rc == 0)
		return err_set(e, errno, "a lab file");
	return rc;
}

int
labnew(const char *name, const char *image, const char *site, struct err *e)
{
	char path[NAME_SIZE + 8];
	FREES char *text = NULL;
	CLOSES int fd = -1;
	size_t size;

	if (!is_name(name))
		return err_set(e, 0,
		    "a lab's name is up to 32 of a-z 0-9 _ . - and begins with"
		    " a letter, a digit or _");
	if (make_text(&text, &size, name, image, site, e) == -1)
		return -1;
	snprintf(path, sizeof(path), "%s.conf", name);
	/* O_EXCL: a lab that is there is not replaced by an empty one. */
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd == -1)
		return err_set(e, errno,
		    errno == EEXIST ? "%s: choose another name, or remove it"
				    : "%s",
		    path);
	if (dprintf(fd, "%s", text) < 0)
		return err_set(e, errno, "write %s", path);
	printf("%s: change it, try it with 'atoll lab check %s', move it to"
	       " labs_dir and run 'atoll reload'\n",
	    path, path);
	return 0;
}
