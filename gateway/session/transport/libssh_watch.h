/*
 * libssh_watch.h - whose packets pass through libssh, and what is in them.
 *
 * Some packets pass through here on their way into libssh, by ld's --wrap; for
 * that libssh is linked statically.  With SHARED_LIBSSH=1 the shared library is
 * linked, nothing passes through, and this is what a student loses: the modes
 * of the terminal, the break request, security keys, forwarding to Unix
 * sockets, an answer to a signature that does not verify, for which the client
 * then waits until the login grace is over, what is said of requests that libssh
 * does not answer, or answers without a reason, and the speed of uploads, which
 * libssh reads by 4 KB.
 */
#ifndef ATOLL_SESSION_TRANSPORT_LIBSSH_WATCH_H
#define ATOLL_SESSION_TRANSPORT_LIBSSH_WATCH_H

#include <libssh/libssh.h>
#include <stdbool.h>

#include "gateway/base/ssh_bytes.h"

#ifdef SHARED_LIBSSH
#define LIBSSH_IS_WATCHED false
#else
#define LIBSSH_IS_WATCHED true
#endif

struct session;

/* From here on this session's packets are looked at. */
void libssh_watch(struct session *s);

/* What follows is for the functions that --wrap puts in front of libssh's. */

#define PACKET_USED 1 /* libssh's SSH_PACKET_USED */

typedef int packet_handler(ssh_session, uint8_t, ssh_buffer, void *);

/* The session; NULL for the handshakes of warmup.c. */
struct session *libssh_owner(ssh_session ssh);

/* The same where libssh says nothing of a session. */
struct session *libssh_watched(void);

/* libssh's: NULL for a number that is none of ours. */
ssh_channel ssh_channel_from_local(ssh_session ssh, uint32_t number);

struct wire libssh_contents(ssh_buffer packet);

#endif
