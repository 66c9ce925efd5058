/*
 * inside.h - the child's half of a sandbox: from clone3 to the exec of its init.
 */
#ifndef ATOLL_BUILDER_INSIDE_H
#define ATOLL_BUILDER_INSIDE_H

#include <sys/types.h>

#define SPARE_NAME "atoll-spare" /* of one that waits, as ps(1) shows it */

struct sandbox;
struct site;

/* In the child, with its ends of the link and of the status socket.  Where s has no
 * plan it waits for the name of one in its namespaces, see spare.h. */
_Noreturn void inside_run(struct site *site, struct sandbox *s, int link,
    int status, pid_t builder);

#endif
