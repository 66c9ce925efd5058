/* control.c - run_dir/admin.sock, for the administrator's tool. */
#include "gateway/monitor/links/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "gateway/monitor/links/client.h"
#include "gateway/wire/state_file.h"

#define CLIENTS_MAX   128 /* each may have LINK_QUEUE_TRUSTED waiting for it */
#define WALL_ORDERS   30  /* of a wall at once, and then one in so many */
#define WALL_ORDER_MS 500

struct control {
	uv_poll_t poll;
	int fd;
	gid_t group;
	uint32_t last_number; /* given to a client */
	bool closed;
};

/* Is the peer root, or in the group?  The socket's mode said so already; this
 * holds when an administrator has loosened that.  The kernel noted ids and
 * groups at connect(2) (unix(7)): a descriptor that was handed on keeps them.
 * With more groups than there is room for the peer is refused. */
static bool
may_administer(const struct control *ctl, int fd, struct ucred *peer)
{
	socklen_t size = sizeof(*peer);
	gid_t groups[256];
	socklen_t bytes = sizeof(groups);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, peer, &size) == -1)
		return false;
	if (peer->uid == 0 || peer->gid == ctl->group)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &bytes) == -1)
		return false;
	for (size_t i = 0; i < bytes / sizeof(groups[0]); i++) {
		if (groups[i] == ctl->group)
			return true;
	}
	return false;
}

/* Why it is not served, or NULL. */
static const char *
find_refusal(const struct monitor *m, int fd, struct ucred *peer)
{
	if (!may_administer(m->control, fd, peer))
		return "neither root nor of the group of option user";
	if (m->client_count >= CLIENTS_MAX)
		return "too many tools are connected";
	return NULL;
}

/* staff is whose rights it has, or empty; wall the lab that it is confined to, or empty. */
static int
serve_client(struct monitor *m, int fd, const struct log_tag *tag,
    const char *staff, const char *wall, struct err *e)
{
	struct client *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		close(fd);
		return err_set(e, ENOMEM, "client");
	}
	c->number = ++m->control->last_number;
	c->tag = *tag;
	text_copy(c->staff, sizeof(c->staff), staff);
	text_copy(c->wall, sizeof(c->wall), wall);
	c->link = link_open(&m->loop, fd, m->routes->admin, c, e);
	if (c->link == NULL) {
		free(c);
		return -1;
	}
	client_add(m, c);
	return 0;
}

static void
greet(struct monitor *m, int client_fd)
{
	CLOSES int fd = client_fd;
	struct log_tag tag;
	struct ucred peer = { 0 };
	struct err e = { 0 };
	const char *why = find_refusal(m, fd, &peer);

	if (why != NULL) {
		log_warn(NULL, "administrator refused uid=%u reason=%s",
		    peer.uid, why);
		return;
	}
	snprintf(tag.text, sizeof(tag.text), "admin uid=%u pid=%d", peer.uid,
	    peer.pid);
	if (serve_client(m, take_fd(&fd), &tag, "", "", &e) == -1)
		log_error(NULL, "cannot serve an administrator: %s", e.text);
}

int
control_serve_staff(struct monitor *m, int fd, const struct conn *c,
    struct err *e)
{
	struct log_tag tag;

	snprintf(tag.text, sizeof(tag.text), "staff=%s conn=%u", c->account,
	    c->id);
	return serve_client(m, fd, &tag, c->account, "", e);
}

int
control_serve_report(struct monitor *m, int fd, const char *lab, struct err *e)
{
	struct log_tag tag;

	snprintf(tag.text, sizeof(tag.text), "report=%s", lab);
	if (serve_client(m, fd, &tag, "", "", e) == -1)
		return -1;
	text_copy(TAILQ_LAST(&m->clients, clients)->report, NAME_SIZE, lab);
	return 0;
}

/* An upgrade ends it, as it ends 'atoll top'. */
int
control_serve_wall(struct monitor *m, int fd, const char *lab,
    const char *staff, struct err *e)
{
	struct log_tag tag;
	struct client *c;

	snprintf(tag.text, sizeof(tag.text), "wall=%s staff=%s", lab,
	    staff[0] == '\0' ? "-" : staff);
	if (m->client_count >= CLIENTS_MAX) {
		close(fd);
		return err_set(e, EAGAIN, "too many tools are connected");
	}
	if (serve_client(m, fd, &tag, staff, lab, e) == -1)
		return -1;
	c = TAILQ_LAST(&m->clients, clients);
	c->is_watching = c->is_top = true;
	bucket_fill(&c->wall_orders, WALL_ORDERS, WALL_ORDER_MS);
	return 0;
}

/* One in each turn of the loop: the poll is level-triggered, and a tool is not
 * in a hurry that logins would have to wait for. */
static void
on_readable(uv_poll_t *handle, int status, int events)
{
	struct monitor *m = handle->data;
	int fd =
	    accept4(m->control->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)status;
	(void)events;
	if (fd != -1)
		greet(m, fd);
}

/* The socket, with its owner and mode set before anybody can connect: until
 * listen(2), connect(2) says ECONNREFUSED.  An old name is of an earlier
 * daemon, since this one has the lock of run_dir. */
static int
bind_socket(const char *path, gid_t group, struct err *e)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	CLOSES int fd =
	    socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (strlen(path) >= sizeof(sun.sun_path))
		return err_set(e, ENAMETOOLONG, "%s", path);
	text_copy(sun.sun_path, sizeof(sun.sun_path), path);
	if (unlink(path) == -1 && errno != ENOENT)
		return err_set(e, errno, "remove old %s", path);
	if (fd == -1 || bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
	    chown(path, 0, group) == -1 || chmod(path, 0660) == -1 ||
	    listen(fd, 16) == -1)
		return err_set(e, errno, "make %s", path);
	return take_fd(&fd);
}

static int
make(struct monitor *m, gid_t group, struct err *e)
{
	m->control = calloc(1, sizeof(*m->control));
	if (m->control == NULL)
		return err_set(e, ENOMEM, "control");
	TAILQ_INIT(&m->clients);
	m->control->group = group;
	return 0;
}

static int
serve(struct monitor *m, int fd, struct err *e)
{
	m->control->fd = fd;
	m->control->poll.data = m;
	if (uv_poll_init(&m->loop, &m->control->poll, m->control->fd) != 0 ||
	    uv_poll_start(&m->control->poll, UV_READABLE, on_readable) != 0)
		return err_set(e, ENOMEM, "poll admin.sock");
	return 0;
}

int
control_open(struct monitor *m, gid_t group, struct err *e)
{
	char path[PATH_SIZE];
	int fd;

	if (make(m, group, e) == -1)
		return -1;
	snprintf(path, sizeof(path), "%s/admin.sock", m->config->run_dir);
	fd = bind_socket(path, group, e);
	return fd == -1 ? -1 : serve(m, fd, e);
}

int
control_take(struct monitor *m, gid_t group, int fd, struct err *e)
{
	return make(m, group, e) == -1 ? -1 : serve(m, fd, e);
}

int
control_fd(const struct monitor *m)
{
	return m->control->fd;
}

void
control_save(const struct monitor *m, struct msg_state_monitor *row)
{
	row->control = state_keep(m->control->fd);
	row->control_group = m->control->group;
	row->control_number = m->control->last_number;
}

int
control_restore(struct monitor *m, const struct msg_state_monitor *row, int fd,
    struct err *e)
{
	if (make(m, row->control_group, e) == -1)
		return -1;
	m->control->last_number = row->control_number;
	return serve(m, fd, e);
}

static void
on_control_closed(uv_handle_t *h)
{
	struct monitor *m = h->data;

	close(m->control->fd);
}

/* The name stays in run_dir, which is root's: the next start removes it. */
void
control_close(struct monitor *m)
{
	struct client *c;

	if (m->control == NULL || m->control->closed)
		return;
	m->control->closed = true;
	TAILQ_FOREACH(c, &m->clients, all)
		link_close(c->link, "stopping");
	uv_close((uv_handle_t *)&m->control->poll, on_control_closed);
}

void
control_free(struct monitor *m)
{
	free(m->control);
	m->control = NULL;
}
