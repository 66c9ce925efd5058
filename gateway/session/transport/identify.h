/*
 * identify.h - the line that each side begins with (RFC 4253, section 4.2).
 *
 * libssh 0.10 says ours only when it has read the client's without a fault, and
 * takes no more than 127 bytes.  So ours is sent from here, the client's is
 * looked at before libssh reads it, and one that libssh would find too long is
 * read here.  With SHARED_LIBSSH=1 all of that is libssh's.
 */
#ifndef ATOLL_SESSION_TRANSPORT_IDENTIFY_H
#define ATOLL_SESSION_TRANSPORT_IDENTIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct session;

/* Send ours and await the client's; false when the session is to end. */
bool identify(struct session *s);

/* Is this libssh's, of what was said already?  Once. */
bool identify_was_said(struct session *s, const void *line, size_t length);

/* In the place of recv(2), while to_read is not 0: read the client's line, and
 * give libssh a short one instead. */
ssize_t identify_read(struct session *s, void *to, size_t size);

/* The client's line for the short one; NULL for any other text. */
const char *identify_restore(const struct session *s, const char *text);

#endif
