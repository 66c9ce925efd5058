/* candidate.c - a program that a lab wants to have run inside: is it one? */
#include "gateway/loader/candidate.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/scope.h"
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

/* Opened once, and copied. */
static int
copy(const struct candidate *p)
{
	struct err e = { 0 };
	CLOSES int file = authored_open(&p->lab->by, p->file, &e);
	int fd = file == -1
		     ? -1
		     : sealed_copy(file, PROGRAM_SIZE_MAX, p->member, &e);

	if (fd == -1 && e.code != EFBIG)
		diagnose(p->out, p->lab->file, p->line, "%s = \"%s\": %s",
		    p->member, p->file,
		    e.code != 0 ? strerror(e.code) : e.text);
	else if (fd == -1)
		diagnose(p->out, p->lab->file, p->line, NO_PROGRAM, p->member,
		    p->file, PROGRAM_SIZE_MAX >> 20);
	return fd;
}

int
candidate_copy(const struct candidate *p)
{
	CLOSES int fd = copy(p);
	const char *interpreter;
	char head[HEAD_SIZE];

	if (fd == -1)
		return -1;
	if (!read_head(fd, head)) {
		diagnose(p->out, p->lab->file, p->line, NO_PROGRAM, p->member,
		    p->file, PROGRAM_SIZE_MAX >> 20);
		return -1;
	}
	interpreter = interpreter_of(head);
	if (interpreter != NULL && p->lab->rootfs != NULL &&
	    !image_has_program(p->lab, interpreter)) {
		diagnose(p->out, p->lab->file, p->line,
		    "%s = \"%s\": image %s has no %s, which the first line"
		    " names",
		    p->member, p->file, p->lab->image, interpreter);
		return -1;
	}
	return take_fd(&fd);
}
