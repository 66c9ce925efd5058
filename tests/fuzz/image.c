/*
 * image.c - passwd, group and manifest of an image that may be anybody's.
 *
 * Input: the three files, with a NUL between them.
 */
#include "gateway/loader/image.h"

#include <string.h>
#include <sys/stat.h>

#include "gateway/wire/msg.h"
#include "tests/fuzz/folder.h"

static const char *const folders[] = { "i", "i/rootfs", "i/rootfs/etc" };
static const char *const files[] = { "i/rootfs/etc/passwd",
	"i/rootfs/etc/group", "i/manifest.conf" };
static struct fuzz_folder folder = FUZZ_FOLDER;

static void
remove_folder(void)
{
	for (size_t i = 0; i < 3; i++)
		unlinkat(folder.fd, files[i], 0);
	for (size_t i = 3; i-- > 0;)
		unlinkat(folder.fd, folders[i], AT_REMOVEDIR);
	rmdir(folder.path);
}

static void
make_folder(void)
{
	fuzz_folder_make(&folder);
	for (size_t i = 0; i < 3; i++)
		MUST(mkdirat(folder.fd, folders[i], 0755) == 0);
	atexit(remove_folder);
}

/* The bytes before a NUL into that file; returns how many were taken. */
static size_t
write_file(const char *path, const uint8_t *data, size_t size)
{
	const uint8_t *end = size == 0 ? NULL : memchr(data, '\0', size);
	size_t n = end == NULL ? size : (size_t)(end - data);

	fuzz_folder_write(&folder, path, data, n);
	return n < size ? n + 1 : n;
}

static void
check(const struct lab *lab)
{
	MUST(lab->uid < 65536 && lab->gid < 65536);
	MUST(lab->home[0] == '/' && strlen(lab->home) < PATH_SIZE);
	MUST(lab->shell[0] == '/' && strlen(lab->shell) < PATH_SIZE);
	MUST(lab->environment.count <= STRINGS_MAX);
	for (size_t i = 0; i < lab->environment.count; i++)
		MUST(strchr(lab->environment.at[i], '=') != NULL);
	MUST(lab->supplementary.count <= IDS_MAX);
	for (uint32_t i = 0; i < lab->supplementary.count; i++)
		MUST(lab->supplementary.id[i] < 65536);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config c = { .image_dir = folder.path, .image_signers = "" };
	struct lab lab = { .name = "l",
		.file = "l.conf",
		.image = "i",
		.user = "student",
		.workdir = "" };
	struct diagnostics out;
	config_t cf;

	if (folder.fd == -1)
		make_folder();
	for (size_t i = 0; i < 3; i++) {
		size_t n = write_file(files[i], data, size);

		data += n;
		size -= n;
	}
	diagnostics_init(&out);
	config_init(&cf);
	image_check(&c, &lab, config_root_setting(&cf), &out);
	if (out.errors == 0)
		check(&lab);
	config_destroy(&cf);
	diagnostics_free(&out);
	arena_free(&c.arena);
	return 0;
}
