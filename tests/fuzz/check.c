/*
 * check.c - atoll.conf and a lab file, as somebody may have written them.
 *
 * Input: atoll.conf, a NUL, the lab file.  What is accepted is printed and read
 * again, as the monitor does.
 */
#include <string.h>
#include <sys/stat.h>

#include "gateway/config/config.h"
#include "gateway/loader/load.h"
#include "tests/fuzz/folder.h"

static struct fuzz_folder folder = FUZZ_FOLDER;

static const struct {
	const char *path, *text;
} files[] = {
	{ "images", NULL },
	{ "images/i", NULL },
	{ "images/i/rootfs", NULL },
	{ "images/i/rootfs/etc", NULL },
	{ "images/i/rootfs/etc/passwd",
	    "root:x:0:0::/root:/bin/sh\nstudent:x:1000:1000::/:/bin/sh\n" },
	{ "images/i/rootfs/etc/group", "lab:x:50:student\n" },
	{ "images/i/manifest.conf",
	    "name = \"i\";\nsha256 = \"0123456789abcdef0123456789abcdef"
	    "0123456789abcdef0123456789abcdef\";\n" },
	{ "labs", NULL },
	{ "labs/l.conf", "" },
	{ "atoll.conf", "" },
	{ "key", "" },
};
#define FILES (sizeof(files) / sizeof(files[0]))

static void
remove_folder(void)
{
	for (size_t i = FILES; i-- > 0;)
		unlinkat(folder.fd, files[i].path,
		    files[i].text == NULL ? AT_REMOVEDIR : 0);
	rmdir(folder.path);
}

static void
make_folder(void)
{
	fuzz_folder_make(&folder);
	for (size_t i = 0; i < FILES; i++) {
		if (files[i].text == NULL)
			MUST(mkdirat(folder.fd, files[i].path, 0755) == 0);
		else
			fuzz_folder_write(&folder, files[i].path, files[i].text,
			    strlen(files[i].text));
	}
	MUST(fchmodat(folder.fd, "key", 0600, 0) == 0);
	atexit(remove_folder);
}

static void
print_and_read_again(const struct config *c, struct diagnostics *out)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	struct config *again;

	MUST(f != NULL);
	config_print(c, f, true);
	fclose(f);
	again = config_parse(text, out);
	if (again == NULL)
		fprintf(stderr, "%s\n", text);
	MUST(again != NULL);
	config_check_change(c, again, out);
	MUST(out->errors == 0);
	MUST(again->lab_count == 1 && is_name(again->labs[0].name));
	config_free(again);
	free(text);
}

static bool
includes(const uint8_t *data, size_t size)
{
	return memmem(data, size, "@include", strlen("@include")) != NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size == 0 ? NULL : memchr(data, '\0', size);
	size_t n = end == NULL ? size : (size_t)(end - data);
	struct diagnostics out;
	struct config *c;
	char file[192];

	/* Files that it would include are not its input. */
	if (includes(data, size))
		return 0;
	if (folder.fd == -1)
		make_folder();
	fuzz_folder_write(&folder, "atoll.conf", data, n);
	fuzz_folder_write(&folder, "labs/l.conf", end == NULL ? data : end + 1,
	    end == NULL ? 0 : size - n - 1);
	snprintf(file, sizeof(file), "%s/atoll.conf", folder.path);
	diagnostics_init(&out);
	c = config_load(file, &out);
	MUST((c == NULL) == (out.errors > 0));
	for (const struct diagnostic *w = out.first; w != NULL; w = w->next)
		MUST(w->text[0] != '\0');
	if (c != NULL)
		print_and_read_again(c, &out);
	config_free(c);
	diagnostics_free(&out);
	return 0;
}
