/* image.c - what a lab needs to know of its image. */
#include "gateway/loader/image.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/openat2.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/scope.h"
#include "gateway/base/tools.h"
#include "gateway/loader/conftext.h"
#include "gateway/loader/imageenv.h"
#include "gateway/loader/imagever.h"
#include "gateway/loader/sealed.h"
#include "gateway/loader/signature.h"
#include "gateway/wire/msg.h"

#define ETC_FILE_MAX (1 << 20)
#define IDS_INSIDE   65536 /* ids of one sandbox */

/* A diagnostic about the image stands at the lab's line that names it. */
struct image {
	struct config *c;
	struct lab *lab;
	struct diagnostics *out;
	int line;
	bool has_environment; /* of its own */
	int folder, rootfs;   /* directories */
	int manifest;	      /* -1: there is none */
};

#define DIAGNOSE(im, ...)                                                      \
	diagnose((im)->out, (im)->lab->file, (im)->line, __VA_ARGS__)

static void
close_file(FILE **f)
{
	if (*f != NULL)
		fclose(*f);
}
#define CLOSES_FILE __attribute__((cleanup(close_file)))

/* Open a file of the image, whatever its links say, without leaving it. */
static FILE *
open_inside(const struct image *im, const char *path)
{
	struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	CLOSES int fd =
	    (int)syscall(SYS_openat2, im->rootfs, path, &how, sizeof(how));
	struct stat st;
	FILE *f;

	if (fd == -1 || fstat(fd, &st) == -1)
		return NULL;
	if (!S_ISREG(st.st_mode) || st.st_size > ETC_FILE_MAX) {
		errno = EFBIG;
		return NULL;
	}
	f = fdopen(fd, "r");
	if (f != NULL)
		take_fd(&fd);
	return f;
}

static bool
has_program(const struct image *im, const char *path)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	CLOSES int fd =
	    (int)syscall(SYS_openat2, im->rootfs, path, &how, sizeof(how));
	struct stat st;

	return fd != -1 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	       (st.st_mode & 0111) != 0;
}

static bool
has_one_of(const struct image *im, const char *const *path, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (has_program(im, path[i]))
			return true;
	}
	return false;
}

/* Can files be sent to it as it is? */
static void
find_tools(const struct image *im)
{
	static const char *const scp[] = { "/usr/bin/scp", "/bin/scp",
		"/usr/local/bin/scp" };

	im->lab->needs_tools =
	    !has_one_of(im, scp, COUNT_OF(scp)) ||
	    !has_one_of(im, sftp_servers, COUNT_OF(sftp_servers));
}

/* Every group of the image that lists the user. */
static void
find_groups(const struct image *im)
{
	CLOSES_FILE FILE *f = open_inside(im, "etc/group");
	struct ids *ids = &im->lab->supplementary;
	struct group *g;

	ids->count = 0;
	while (f != NULL && (g = fgetgrent(f)) != NULL) {
		for (char **m = g->gr_mem; *m != NULL; m++) {
			if (strcmp(*m, im->lab->user) == 0 &&
			    ids->count < IDS_MAX && g->gr_gid < IDS_INSIDE)
				ids->id[ids->count++] = g->gr_gid;
		}
	}
}

static void
find_user(const struct image *im)
{
	CLOSES_FILE FILE *f = open_inside(im, "etc/passwd");
	struct lab *lab = im->lab;
	struct passwd *pw;

	if (f == NULL) {
		DIAGNOSE(im, "image %s: etc/passwd: %s", lab->image,
		    strerror(errno));
		return;
	}
	while ((pw = fgetpwent(f)) != NULL && strcmp(pw->pw_name, lab->user))
		;
	if (pw == NULL) {
		DIAGNOSE(im,
		    "user %s does not exist in image %s: name one of its"
		    " etc/passwd, or build the image with it",
		    lab->user, lab->image);
		return;
	}
	if (pw->pw_uid >= IDS_INSIDE || pw->pw_gid >= IDS_INSIDE) {
		DIAGNOSE(im, "user %s of image %s has ids %u:%u; at most %d",
		    lab->user, lab->image, pw->pw_uid, pw->pw_gid,
		    IDS_INSIDE - 1);
		return;
	}
	lab->uid = pw->pw_uid;
	lab->gid = pw->pw_gid;
	lab->home = arena_text(&im->c->arena, pw->pw_dir);
	lab->shell = arena_text(&im->c->arena,
	    pw->pw_shell[0] ? pw->pw_shell : "/bin/sh");
	if (lab->home[0] != '/' || strlen(lab->home) >= PATH_SIZE ||
	    lab->shell[0] != '/' || strlen(lab->shell) >= PATH_SIZE)
		DIAGNOSE(im,
		    "user %s of image %s: home and shell must be"
		    " absolute paths",
		    lab->user, lab->image);
	find_groups(im);
}

/* Of the same version as the rootfs, whatever takes its place meanwhile: what
 * was read is what a signature is checked over. */
static int
open_manifest(int folder)
{
	CLOSES int fd = openat(folder, "manifest.conf",
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct err ignored;
	struct stat st;

	if (fd == -1 || fstat(fd, &st) == -1)
		return -1;
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return -1;
	}
	return sealed_copy(fd, ETC_FILE_MAX, "manifest.conf", &ignored);
}

/* Labs often share an image, whose signature is checked once. */
static bool
was_checked(const struct image *im)
{
	for (size_t i = 0; i < im->c->lab_count; i++) {
		const struct lab *l = &im->c->labs[i];

		if (l != im->lab && l->is_vouched_for &&
		    l->rootfs_inode == im->lab->rootfs_inode &&
		    strcmp(l->image, im->lab->image) == 0)
			return true;
	}
	return false;
}

static void
check_signature(const struct image *im)
{
	struct err e = { 0 };

	if (im->c->image_signers[0] == '\0' || im->lab->image_sha256[0] == '\0')
		return;
	if (was_checked(im) || signature_check(im->folder, im->manifest,
				   im->c->image_signers, &e) == 0)
		im->lab->is_vouched_for = true;
	else
		DIAGNOSE(im,
		    "image %s: %s, as image_signers wants: atoll-image verify"
		    " and atoll-image sign it, or name another image",
		    im->lab->image, e.text);
}

static void
take_environment(const struct image *im, const config_t *manifest)
{
	size_t count, bytes;

	if (im->has_environment)
		return;
	if (imageenv_take(&im->c->arena, im->lab, manifest, &count, &bytes) ==
	    -1)
		DIAGNOSE(im,
		    "image %s has an environment of %zu variables of %zu bytes;"
		    " at most %d of %d: give the lab an environment of its own",
		    im->lab->image, count, bytes, STRINGS_MAX, STRINGS_SIZE);
}

/* Is it of this image?  Its digest, or NULL. */
static const char *
digest_of(const struct image *im, const config_t *cf)
{
	const char *name = NULL, *digest = NULL;

	if (!config_lookup_string(cf, "name", &name) ||
	    strcmp(name, im->lab->image) != 0 ||
	    !config_lookup_string(cf, "sha256", &digest) ||
	    strlen(digest) != 64 || strspn(digest, "0123456789abcdef") != 64)
		return NULL;
	return arena_text(&im->c->arena, digest);
}

static void
read_manifest(const struct image *im, const char *path)
{
	struct err e = { 0 };
	const char *digest;
	int line = 0;
	FREES char *text = conftext_plain(im->manifest, &line, &e);
	config_t cf;

	config_init(&cf);
	if (text == NULL)
		DIAGNOSE(im, "image %s: %s:%d: %s: build it anew",
		    im->lab->image, path, line, e.text);
	else if (config_read_string(&cf, text) != CONFIG_TRUE)
		DIAGNOSE(im, "image %s: %s:%d: %s: build it anew",
		    im->lab->image, path, config_error_line(&cf),
		    config_error_text(&cf));
	else if ((digest = digest_of(im, &cf)) == NULL)
		DIAGNOSE(im,
		    "image %s: %s lacks name = \"%s\" or a sha256 of 64 hex"
		    " digits: build it anew",
		    im->lab->image, path, im->lab->image);
	else {
		im->lab->image_sha256 = digest;
		take_environment(im, &cf);
	}
	config_destroy(&cf);
}

/* The manifest must be readable and be this image's. */
static void
check_manifest(struct image *im, const char *path)
{
	im->manifest = open_manifest(im->folder);
	if (im->manifest != -1) {
		read_manifest(im, path);
		check_signature(im);
	} else if (errno != ENOENT) {
		DIAGNOSE(im, "image %s: %s: %s", im->lab->image, path,
		    strerror(errno));
	} else if (im->c->image_signers[0] != '\0') {
		DIAGNOSE(im,
		    "image %s has no manifest.conf, so nobody can have signed"
		    " it, as image_signers wants: atoll-image import a tar of"
		    " it, and atoll-image sign that",
		    im->lab->image);
	} else {
		diagnose_warning(im->out, im->lab->file, im->line,
		    "image %s has no manifest.conf and cannot be verified",
		    im->lab->image);
	}
	scope_close(&im->manifest);
}

/* A mount, or the lab's setup, may make it yet. */
static void
look_for_workdir(const struct image *im, int line)
{
	const char *path = im->lab->workdir;
	struct open_how how = { .flags = O_PATH | O_CLOEXEC | O_DIRECTORY,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	CLOSES int fd = -1;

	if (path[0] == '\0')
		return;
	for (size_t i = 0; i < im->lab->mount_count; i++) {
		const char *target = im->lab->mounts[i].target;

		if (strncmp(target, path, strlen(target)) == 0)
			return;
	}
	fd = (int)syscall(SYS_openat2, im->rootfs, path, &how, sizeof(how));
	if (fd == -1)
		diagnose_warning(im->out, im->lab->file, line,
		    "workdir %s is not in image %s: unless it is made later,"
		    " students start in their home",
		    path, im->lab->image);
}

/* Opened once: what is checked here is what the builder is given. */
static bool
open_image(struct image *im)
{
	struct err e = { 0 };
	int rootfs = -1;
	struct stat st;

	if (imagever_open(im->c->image_dir, im->lab->image, &im->folder,
		&rootfs, &e) == -1) {
		/* Images may be readable by root only, and this may run as
		 * another user: then only the file is checked. */
		if (e.code == EACCES && geteuid() != 0) {
			diagnose_warning(im->out, im->lab->file, im->line,
			    "image %s: only root can look into it",
			    im->lab->image);
			return false;
		}
		DIAGNOSE(im,
		    "image %s: %s: %s; build it with"
		    " 'atoll-image build %s'",
		    im->lab->image, im->lab->rootfs,
		    e.code != 0 ? strerror(e.code) : e.text, im->lab->image);
		return false;
	}
	im->rootfs = rootfs;
	im->lab->root = held_add(&im->c->held, &im->c->arena, rootfs);
	if (fstat(rootfs, &st) == 0)
		im->lab->rootfs_inode = st.st_ino;
	return true;
}

void
image_check(struct config *c, struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	const char *folder =
	    arena_print(&c->arena, "%s/%s", c->image_dir, lab->image);
	struct image im = { .c = c,
		.lab = lab,
		.out = out,
		.line = line_of(group, "image"),
		.has_environment =
		    config_setting_get_member(group, "environment") != NULL,
		.folder = -1,
		.rootfs = -1,
		.manifest = -1 };

	lab->rootfs = arena_print(&c->arena, "%s/rootfs", folder);
	lab->home = lab->shell = "/";
	lab->image_sha256 = "";
	if (!open_image(&im))
		return;
	find_tools(&im);
	look_for_workdir(&im, line_of(group, "workdir"));
	check_manifest(&im, arena_print(&c->arena, "%s/manifest.conf", folder));
	scope_close(&im.folder);
	if (config_setting_get_member(group, "user") != NULL)
		im.line = line_of(group, "user");
	find_user(&im);
}

bool
image_has_program(const struct lab *lab, const char *path)
{
	const struct image im = { .rootfs = held_fd(lab->root) };

	/* One warning is enough. */
	return im.rootfs == -1 || has_program(&im, path);
}
