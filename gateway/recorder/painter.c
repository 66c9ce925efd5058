/* painter.c - the pictures of terminals, made elsewhere. */
#include "gateway/recorder/painter.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "gateway/base/child.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "gateway/recorder/painter_server.h"
#include "gateway/wire/rights.h"

static void
end(struct painter *p, struct painting *one, struct snapshot *made)
{
	LIST_REMOVE(one, next);
	p->count--;
	one->number = 0;
	if (one->done != NULL)
		one->done(one->self, made);
}

/* --- starting it -------------------------------------------------------- */

static int
become_server(const void *confinement)
{
	struct err e = { 0 };

	if (painter_server(CHILD_FD, confinement, &e) == 0)
		return EXIT_SUCCESS;
	log_error(NULL, "atoll-recorder: pictures: %s", e.text);
	return EXIT_FAILURE;
}

int
painter_start(struct painter *p, const struct confinement *c, struct err *e)
{
	CLOSES int theirs = -1;
	int ends[2];

	*p = (struct painter){ .fd = -1 };
	LIST_INIT(&p->all);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == -1)
		return err_set(e, errno, "socketpair");
	p->fd = ends[0];
	theirs = ends[1];
	if (fcntl(p->fd, F_SETFL, O_NONBLOCK) == -1 ||
	    child_start(become_server, c, &theirs, 1) == -1) {
		painter_stop(p);
		return err_set(e, errno, "process of pictures");
	}
	return 0;
}

void
painter_stop(struct painter *p)
{
	struct painting *one;

	scope_close(&p->fd);
	while ((one = LIST_FIRST(&p->all)) != NULL) {
		snapshot_cancel(&one->run);
		end(p, one, NULL);
	}
}

/* --- pictures ----------------------------------------------------------- */

bool
painter_has_room(const struct painter *p)
{
	return p->fd != -1 && p->count < PAINTINGS_MAX;
}

int
painter_ask(struct painter *p, struct painting *one,
    const struct snapshot_order *order, struct err *e)
{
	int files[SNAPSHOT_FILES], rc;
	struct painter_order ask = { .number = ++p->last,
		.has_base = order->base != NULL };

	if (!painter_has_room(p))
		return err_set(e, EAGAIN, "pictures");
	if (snapshot_prepare(&one->run, order, files, e) == -1)
		return -1;
	rc = rights_send(p->fd, &ask, sizeof(ask), files,
	    order->base == NULL ? SNAPSHOT_FILES - 1 : SNAPSHOT_FILES);
	close(files[1]);
	if (rc == -1) {
		err_set(e, errno, "pictures");
		snapshot_cancel(&one->run);
		return -1;
	}
	one->number = ask.number;
	LIST_INSERT_HEAD(&p->all, one, next);
	p->count++;
	return 0;
}

void
painter_cancel(struct painter *p, struct painting *one)
{
	if (one->number == 0)
		return;
	one->done = NULL;
	snapshot_cancel(&one->run);
	end(p, one, NULL);
}

static void
on_result(struct painter *p, const struct painter_result *r)
{
	struct snapshot made;
	struct painting *one;
	struct err why = { 0 };

	LIST_FOREACH(one, &p->all, next) {
		if (one->number == r->number)
			break;
	}
	if (one == NULL)
		return; /* it was cancelled */
	if (snapshot_take(&one->run, r->status, &made, &why) == -1) {
		log_debug(NULL, "%s", why.text);
		end(p, one, NULL);
		return;
	}
	/* Whoever is given it may not change what others are given. */
	fcntl(made.file, F_ADD_SEALS,
	    F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
	end(p, one, &made);
}

void
painter_serve(struct painter *p)
{
	struct painter_result r;

	for (;;) {
		ssize_t n = recv(p->fd, &r, sizeof(r), MSG_DONTWAIT);

		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n != sizeof(r)) {
			log_error(NULL, "lost the process that makes pictures"
					" of terminals");
			painter_stop(p);
			return;
		}
		on_result(p, &r);
	}
}
