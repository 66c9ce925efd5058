/*
 * inside.h - what libssh knows and does not tell.
 *
 * Some packets pass through here on their way into libssh, by ld's --wrap; for
 * that libssh is linked statically.  With SHARED_LIBSSH=1 the shared library is
 * linked, nothing passes through, and this is what a student loses: the modes
 * of the terminal, the break request, security keys, forwarding to Unix
 * sockets, and an answer to a signature that does not verify, for which the
 * client then waits until the login grace is over.
 */
#ifndef ATOLL_SESSION_INSIDE_H
#define ATOLL_SESSION_INSIDE_H

#ifdef SHARED_LIBSSH
#define INSIDE_SEES false
#else
#define INSIDE_SEES true
#endif

struct session;

/* From here on this session's packets are looked at. */
void inside_watch(struct session *s);

#endif
