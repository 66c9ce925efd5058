/* libssh_watch.c - the session whose packets pass through libssh, and what is
 * in them. */
#include "gateway/session/transport/libssh_watch.h"

#include "gateway/session/session.h"

/* The linker's wrapping has no place for a context, and libssh tells nobody
 * the userdata of its callbacks.  A process serves one connection. */
static struct session *watched;

void
libssh_watch(struct session *s)
{
	watched = s;
}

struct session *
libssh_watched(void)
{
	return watched;
}

struct session *
libssh_owner(ssh_session ssh)
{
	return watched != NULL && watched->ssh == ssh ? watched : NULL;
}

struct wire
libssh_contents(ssh_buffer packet)
{
	return (struct wire){ .at = ssh_buffer_get(packet),
		.left = ssh_buffer_get_len(packet) };
}
