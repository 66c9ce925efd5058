/*
 * home_placing.h - a home that is kept comes into a sandbox that stands there
 * already, see warm.h.
 *
 * A process enters the sandbox's namespaces and attaches the home, as the
 * sandbox's own process does while it is built.  It may wait for the home's disk,
 * so the builder does not wait for it.
 */
#ifndef ATOLL_BUILDER_HOME_HOME_PLACING_H
#define ATOLL_BUILDER_HOME_HOME_PLACING_H

#include <stdbool.h>

#include "gateway/base/err.h"

struct builder;
struct sandbox;

/* Begin.  s has its home, which is open, and nobody is in s but its init: no
 * program of the lab has run.  Then its SOURCE_PLACED event follows. */
int home_placing_begin(struct builder *b, struct sandbox *s, struct err *e);

/* After that event: 0 when it did its work. */
int home_placing_end(struct builder *b, struct sandbox *s, struct err *e);

/* s is being ended: kill it. */
void home_placing_kill(struct sandbox *s);

/* True when there is no helper any more: ask again else. */
bool home_placing_is_over(struct sandbox *s);

#endif
