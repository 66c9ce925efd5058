/* furnish.c - what an image cannot have. */
#include "sandbox/init/furnish.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/scope.h"

#define PASSWD_MAX	 (1 << 20)
#define XATTR_CAPABILITY "security.capability"

/* --- /run --------------------------------------------------------------- */

/* As systemd-tmpfiles(8) makes them when a system starts. */
static const struct {
	const char *program, *directory;
	mode_t mode;
} directories[] = {
	/* screen(1) wants this mode where it is not set-group-id. */
	{ "usr/bin/screen", "run/screen", 01777 },
	{ "usr/sbin/sshd", "run/sshd", 0755 },
};

void
furnish_run(int root)
{
	size_t count = COUNT_OF(directories);
	mode_t mask = umask(0);

	for (size_t i = 0; i < count; i++) {
		if (faccessat(root, directories[i].program, X_OK, 0) == 0)
			mkdirat(root, directories[i].directory,
			    directories[i].mode);
	}
	umask(mask);
}

/* --- ping --------------------------------------------------------------- */

void
furnish_ping(int root, const struct msg_init_plan *plan)
{
	CLOSES int fd = -1;

	if ((plan->capabilities >> CAP_NET_RAW & 1) != 0)
		return;
	/* /bin is a link to here, or has one of its own. */
	fd = openat(root, "usr/bin/ping",
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1)
		fd = openat(root, "bin/ping",
		    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	/* Without one, it must not be copied up. */
	if (fd != -1 && fgetxattr(fd, XATTR_CAPABILITY, NULL, 0) > 0)
		fremovexattr(fd, XATTR_CAPABILITY);
}

/* --- /etc/passwd -------------------------------------------------------- */

/* All of a small file, to be freed; NULL when it is none. */
static char *
read_all(int fd, size_t *size)
{
	struct stat st;
	char *text;

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) ||
	    st.st_size > PASSWD_MAX)
		return NULL;
	*size = (size_t)st.st_size;
	text = calloc(1, *size + 1);
	if (text != NULL && pread(fd, text, *size, 0) != (ssize_t)*size) {
		free(text);
		text = NULL;
	}
	return text;
}

static bool
is_taken(const char *passwd, const char *name)
{
	size_t n = strlen(name);

	for (const char *line = passwd; line != NULL;
	     line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, n) == 0 && line[n] == ':')
			return true;
	}
	return false;
}

/* chown(1) and others take a number for an id only if it is no name. */
static bool
is_number(const char *name)
{
	return name[strspn(name, "0123456789")] == '\0';
}

static void
add_line(char *to, size_t size, const char *name,
    const struct msg_init_plan *plan)
{
	size_t at = strlen(to);

	snprintf(to + at, size - at, "%s:x:%u:%u::%s:%s\n", name, plan->uid,
	    plan->gid, plan->home, plan->shell);
}

static int
open_passwd(int root)
{
	return openat(root, "etc/passwd", O_RDWR | O_CLOEXEC | O_NOFOLLOW);
}

/* Who opens it to write has it copied up, see overlayfs. */
void
furnish_names_begin(int root, const struct msg_init_plan *plan)
{
	int fd = plan->uid == 0 ? -1 : open_passwd(root);

	if (fd != -1)
		close(fd);
}

void
furnish_names(int root, const struct msg_init_plan *plan)
{
	CLOSES int fd = open_passwd(root);
	char full[2 * NAME_SIZE + 2];
	char lines[2 * (2 * PATH_SIZE + sizeof(full) + 64)] = "";
	FREES char *passwd = NULL;
	size_t size, length;

	if (fd == -1 || plan->uid == 0 || is_number(plan->account))
		return;
	passwd = read_all(fd, &size);
	if (passwd == NULL)
		return;
	snprintf(full, sizeof(full), "%s+%s", plan->account, plan->lab);
	if (size > 0 && passwd[size - 1] != '\n')
		strcpy(lines, "\n");
	if (!is_taken(passwd, plan->account))
		add_line(lines, sizeof(lines), plan->account, plan);
	if (!is_taken(passwd, full))
		add_line(lines, sizeof(lines), full, plan);
	length = strlen(lines);
	/* Half a line would be worse than none. */
	if (pwrite(fd, lines, length, (off_t)size) != (ssize_t)length &&
	    ftruncate(fd, (off_t)size) == -1)
		return;
}
