/*
 * rekey.c - atoll-session, asking for new keys every megabyte.
 *
 * libssh does so by itself after a gigabyte, which is too much for a test.  The
 * linker puts this before ssh_bind_accept_fd() (--wrap); all else is the
 * product.
 */
#include <libssh/server.h>
#include <stdint.h>

#define EVERY_BYTES (1ULL << 20)

typedef int accept_fn(ssh_bind, ssh_session, socket_t);
accept_fn __real_ssh_bind_accept_fd, __wrap_ssh_bind_accept_fd;

int
__wrap_ssh_bind_accept_fd(ssh_bind offer, ssh_session ssh, socket_t fd)
{
	uint64_t limit = EVERY_BYTES;

	if (ssh_options_set(ssh, SSH_OPTIONS_REKEY_DATA, &limit) != SSH_OK)
		return SSH_ERROR;
	return __real_ssh_bind_accept_fd(offer, ssh, fd);
}
