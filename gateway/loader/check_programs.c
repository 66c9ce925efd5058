/* check_programs.c - the programs that a lab has run inside. */
#include "gateway/loader/check.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "gateway/base/tools.h"
#include "gateway/loader/authored.h"
#include "gateway/loader/image.h"
#include "gateway/loader/sealed.h"

#define HEAD_SIZE 256
#define NO_PROGRAM                                                             \
	"%s = \"%s\" is no program: it must be a file of at most %dM that is"  \
	" executable code, or a script whose first line is such as #!/bin/sh"

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

/* The first bytes of a program, with a NUL; false for what cannot be one. */
static bool
read_head(int fd, char head[HEAD_SIZE])
{
	ssize_t n = pread(fd, head, HEAD_SIZE - 1, 0);

	if (n == -1)
		return false;
	head[n] = '\0';
	return strncmp(head, "#!", 2) == 0 || strncmp(head, "\177ELF", 4) == 0;
}

/* One of the lab's programs, while it is checked. */
struct candidate {
	struct config *c;
	struct lab *lab;
	enum lab_program which;
	const char *file;
	int line;
	struct diagnostics *out;
};

/* Opened once, and copied: from here on nobody changes it. */
static int
copy_program(const struct candidate *p)
{
	struct err e = { 0 };
	CLOSES int file = authored_open(&p->lab->by, p->file, &e);
	int copy = file == -1 ? -1
			      : sealed_copy(file, PROGRAM_SIZE_MAX,
				    program_names[p->which], &e);

	if (copy == -1 && e.code != EFBIG)
		diagnose(p->out, p->lab->file, p->line, "%s = \"%s\": %s",
		    program_names[p->which], p->file,
		    e.code != 0 ? strerror(e.code) : e.text);
	else if (copy == -1)
		diagnose(p->out, p->lab->file, p->line, NO_PROGRAM,
		    program_names[p->which], p->file, PROGRAM_SIZE_MAX >> 20);
	return copy;
}

static void
check_program(const struct candidate *p)
{
	const char *member = program_names[p->which], *interpreter;
	char head[HEAD_SIZE];
	int copy;

	if (p->file[0] == '\0')
		return;
	copy = copy_program(p);
	if (copy == -1)
		return;
	p->lab->program[p->which] = held_add(&p->c->held, &p->c->arena, copy);
	if (!read_head(copy, head)) {
		diagnose(p->out, p->lab->file, p->line, NO_PROGRAM, member,
		    p->file, PROGRAM_SIZE_MAX >> 20);
		return;
	}
	interpreter = interpreter_of(head);
	if (interpreter != NULL && p->lab->rootfs != NULL &&
	    !image_has_program(p->lab, interpreter))
		diagnose(p->out, p->lab->file, p->line,
		    "%s = \"%s\": image %s has no %s, which the first line"
		    " names",
		    member, p->file, p->lab->image, interpreter);
}

/* With one of these, whoever is not root inside can become it, or look where
 * only root can. */
static const uint64_t root_like =
    UINT64_C(1) << CAP_DAC_OVERRIDE | UINT64_C(1) << CAP_CHOWN |
    UINT64_C(1) << CAP_FOWNER | UINT64_C(1) << CAP_KILL |
    UINT64_C(1) << CAP_SETUID | UINT64_C(1) << CAP_SYS_PTRACE;

/* setup and check run as root of the sandbox, and hold its secrets. */
static void
warn_of_root(const struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	if (lab->uid == 0)
		diagnose_warning(out, lab->file, line_of(group, "user"),
		    "students are root inside and can read setup, check and"
		    " the seat's secret");
	else if ((lab->capability_mask & root_like) != 0)
		diagnose_warning(out, lab->file, line_of(group, "capabilities"),
		    "with one of chown, dac_override, fowner, kill, setuid"
		    " and sys_ptrace, students can read or disturb setup,"
		    " check and the seat's secret");
}

void
check_programs(struct config *c, struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	const char *const file[PROGRAMS] = { [PROGRAM_SETUP] = lab->setup,
		[PROGRAM_CHECK] = lab->check };

	for (int i = 0; i < PROGRAMS; i++) {
		const struct candidate p = { .c = c,
			.lab = lab,
			.which = (enum lab_program)i,
			.file = file[i],
			.line = line_of(group, program_names[i]),
			.out = out };

		check_program(&p);
	}
	if (lab->setup[0] != '\0' || lab->check[0] != '\0')
		warn_of_root(lab, group, out);
}
