/*
 * accept_env.h - the few variables that a client may set, after the AcceptEnv
 * of Debian's sshd: locale and colours, never what changes how programs are
 * loaded.
 *
 * The session asks when a client sends one, and init, which does not trust the
 * session, when a program starts.
 */
#ifndef ATOLL_BASE_ACCEPT_ENV_H
#define ATOLL_BASE_ACCEPT_ENV_H

#include <stdbool.h>
#include <stddef.h>

/* Of the name that is the first n bytes. */
bool accept_env(const char *name, size_t n);

#endif
