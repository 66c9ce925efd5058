/* kept.c - descriptors that outlive a monitor. */
#include "gateway/supervisor/kept.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "gateway/base/scope.h"

int
kept_add(struct kept_fds *k, uint32_t kind, int fd, struct err *e)
{
	CLOSES int own = fd;

	if (kind >= KEPT_KINDS || kind == KEPT_BUILDER)
		return err_set(e, EBADMSG, "KEEP of kind %" PRIu32, kind);
	if (k->count == KEPT_MAX)
		return err_set(e, E2BIG, "KEEP");
	k->at[k->count].kind = (enum kept_kind)kind;
	k->at[k->count++].fd = take_fd(&own);
	return 0;
}

int
kept_tell(const struct kept_fds *k, const struct chan *monitor, struct err *e)
{
	struct msg m;

	for (size_t i = 0; i < k->count; i++) {
		MSG_NEW(&m, STILL_OPEN, still_open);
		m.still_open.kind = k->at[i].kind;
		m.fd[0] = k->at[i].fd;
		if (chan_send(monitor, &m, e) == -1)
			return -1;
	}
	return 0;
}

void
kept_close(struct kept_fds *k)
{
	while (k->count > 0)
		scope_close(&k->at[--k->count].fd);
}
