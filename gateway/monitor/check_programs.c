/* check_programs.c - the programs that a lab has run inside. */
#include "gateway/monitor/check.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/monitor/image.h"
#include "gateway/shared/scope.h"

#define HEAD_SIZE 256

/* "/bin/sh" for "#!/bin/sh -e"; NULL for what is no script.  Writes to head. */
static const char *
interpreter_of(char *head)
{
	char *name = head + 2;

	if (strncmp(head, "#!", 2) != 0)
		return NULL;
	name += strspn(name, " \t");
	name[strcspn(name, " \t\r\n")] = '\0';
	return name;
}

/* A program's first bytes, with a NUL; NULL with errno, or 0 for what cannot be
 * a program. */
static const char *
read_head(const char *file, char head[HEAD_SIZE])
{
	CLOSES int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	ssize_t n;

	if (fd == -1 || fstat(fd, &st) == -1)
		return NULL;
	errno = 0;
	if (!S_ISREG(st.st_mode))
		return NULL;
	n = read(fd, head, HEAD_SIZE - 1);
	if (n == -1)
		return NULL;
	head[n] = '\0';
	errno = 0;
	if (st.st_size > PROGRAM_SIZE_MAX ||
	    (strncmp(head, "#!", 2) != 0 && strncmp(head, "\177ELF", 4) != 0))
		return NULL;
	return head;
}

static void
check_program(const struct lab *lab, const char *member, const char *file,
    config_setting_t *group, struct complaints *out)
{
	int line = line_of(group, member);
	char head[HEAD_SIZE];
	const char *interpreter;

	if (file[0] == '\0')
		return;
	if (read_head(file, head) == NULL) {
		if (errno != 0)
			complain(out, lab->file, line, "%s = \"%s\": %s",
			    member, file, strerror(errno));
		else
			complain(out, lab->file, line,
			    "%s = \"%s\" is no program: it must be a file of"
			    " at most %dM that is executable code, or a script"
			    " whose first line is such as #!/bin/sh",
			    member, file, PROGRAM_SIZE_MAX >> 20);
		return;
	}
	interpreter = interpreter_of(head);
	if (interpreter != NULL && lab->rootfs != NULL &&
	    !image_has_program(lab, interpreter))
		complain(out, lab->file, line,
		    "%s = \"%s\": image %s has no %s, which the first line"
		    " names",
		    member, file, lab->image, interpreter);
}

/* With one of these, whoever is not root inside can become it, or look where
 * only root can. */
static const uint64_t root_like =
    UINT64_C(1) << CAP_DAC_OVERRIDE | UINT64_C(1) << CAP_CHOWN |
    UINT64_C(1) << CAP_FOWNER | UINT64_C(1) << CAP_KILL |
    UINT64_C(1) << CAP_SETUID | UINT64_C(1) << CAP_SYS_PTRACE;

/* They run as root of the sandbox, and are its secrets. */
static void
warn_of_root(const struct lab *lab, config_setting_t *group,
    struct complaints *out)
{
	if (lab->uid == 0)
		warn_of(out, lab->file, line_of(group, "user"),
		    "students are root inside and can read setup, check and"
		    " the seat's secret");
	else if ((lab->capability_mask & root_like) != 0)
		warn_of(out, lab->file, line_of(group, "capabilities"),
		    "with one of chown, dac_override, fowner, kill, setuid"
		    " and sys_ptrace, students can read or disturb setup,"
		    " check and the seat's secret");
}

void
check_programs(const struct lab *lab, config_setting_t *group,
    struct complaints *out)
{
	check_program(lab, "setup", lab->setup, group, out);
	check_program(lab, "check", lab->check, group, out);
	if (lab->setup[0] != '\0' || lab->check[0] != '\0')
		warn_of_root(lab, group, out);
}
