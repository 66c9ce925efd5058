/*
 * labsolve.h - does a lab's check see that the lab is solved, and only then?
 *
 * Process: atoll, as root.
 */
#ifndef ATOLL_ADMIN_LAB_LABSOLVE_H
#define ATOLL_ADMIN_LAB_LABSOLVE_H

#include <stdio.h>

#include "gateway/admin/lab/labsandbox.h"

/* A program that solves a lab, as the loader has checked it. */
struct solution {
	char *program; /* NULL: there is none */
	size_t size;
	unsigned seconds;
};

/* Read one from what atoll-loader -s writes, the lab's name, and the step that it
 * solves; 0: the whole lab.  1, 0 at the end of it, -1 with the reason. */
int solution_read(FILE *from, char *lab, unsigned *step, struct solution *to,
    struct err *e);

/* Run it as the student: it must end with 0, in time. */
int solution_run(struct lab_sandbox *s, const char *file,
    const struct solution *solution, struct err *e);
void solution_free(struct solution *s);

/*
 * In a sandbox in which nobody has done anything yet: run the check, which must
 * give less than all points; the program as the student; and the check again,
 * which must give all.  Without a program the first of these alone is done, and
 * all points are worth a warning.  What is wrong, and what was printed, is told
 * on stderr, in lines that begin with file.  The scores are those before and
 * after.
 */
int labsolve(struct lab_sandbox *s, const char *file,
    const struct solution *solution, struct lab_score score[2], struct err *e);

#endif
