/* capture.c - what passes an interface of the sandbox, for the student to read. */
#include "sandbox/init/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "gateway/base/child.h"
#include "gateway/base/packet_socket.h"
#include "gateway/base/scope.h"
#include "sandbox/init/capture_process.h"

#define FIRST "eth0"
#define ALONE "lo" /* of a sandbox without a network */

void
capture_init(struct capture *p)
{
	p->socket = -1;
	if (packet_socket_is(PACKET_SOCKET_FD) &&
	    fcntl(PACKET_SOCKET_FD, F_SETFD, FD_CLOEXEC) == 0)
		p->socket = PACKET_SOCKET_FD;
}

/* --- its beginning -------------------------------------------------------- */

/* A stream of the sandbox's own: who is there is seen to go, and to want no more.  A
 * program of another build would have passed something else. */
static bool
is_stream(int fd)
{
	int family = 0, type = 0;
	socklen_t size = sizeof(int);

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size) == 0 &&
	       family == AF_UNIX &&
	       getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
	       type == SOCK_STREAM;
}

static void
refuse_interface(struct lab_client *c, const char *name)
{
	struct if_nameindex *all = if_nameindex();
	char names[LAB_TEXT_MAX / 2] = "";
	size_t at = 0;

	for (size_t i = 0; all != NULL && all[i].if_index != 0 &&
			   at + IF_NAMESIZE + 2 < sizeof(names);
	     i++)
		at += (size_t)snprintf(names + at, sizeof(names) - at, " %s",
		    all[i].if_name);
	if (all != NULL)
		if_freenameindex(all);
	lab_socket_refuse(c, "There is no interface %.40s here, but%s.\n", name,
	    names);
}

/* 0: c is answered. */
static unsigned
find_interface(struct lab_client *c, const char *name)
{
	unsigned interface;

	if (name == NULL) {
		interface = if_nametoindex(FIRST);
		return interface != 0 ? interface : if_nametoindex(ALONE);
	}
	interface = if_nametoindex(name);
	if (interface == 0)
		refuse_interface(c, name);
	return interface;
}

static bool
may_begin(const struct capture *p, struct lab_client *c)
{
	if (p->socket == -1)
		lab_socket_refuse(c, "This lab has no captures: its instructor "
				     "can have them with"
				     " capture = true in its lab file.\n");
	else if (c->passed == -1 || !is_stream(c->passed))
		lab_socket_refuse(c,
		    "This is no request: is lab of another build?\n");
	else if (p->pid != 0)
		lab_socket_refuse(c,
		    "A capture of this machine is running, and there is one at"
		    " a time: end that one first.\n");
	else
		return true;
	return false;
}

void
capture_asked(struct capture *p, struct lab_client *c)
{
	const char *name = lab_client_word(c);
	unsigned interface;
	struct err e;
	pid_t pid;

	if (!may_begin(p, c))
		return;
	interface = find_interface(c, name);
	if (interface == 0)
		return;
	if (packet_socket_hear(p->socket, interface, &e) == -1) {
		lab_socket_refuse(c, "There is no capture of it: %s.\n",
		    e.text);
		return;
	}
	pid = child_start(capture_process, NULL,
	    (const int[]){ p->socket, c->passed }, 2);
	if (pid == -1) {
		packet_socket_rest(p->socket);
		lab_socket_refuse(c, "No process could be made for it: %s.\n",
		    strerror(errno));
		return;
	}
	p->pid = pid;
	p->serial = c->serial;
}

/* --- its end -------------------------------------------------------------- */

void
capture_gone(const struct capture *p, uint32_t serial)
{
	if (p->pid != 0 && p->serial == serial)
		kill(p->pid, SIGKILL);
}

static void
tell_lost(struct lab_client *c, uint32_t lost)
{
	char text[160] = "";

	if (lost != 0)
		snprintf(text, sizeof(text),
		    "%" PRIu32 " %s lost: more came than was read in time.\n",
		    lost, lost == 1 ? "frame was" : "frames were");
	lab_socket_answer(c, LAB_DONE, text);
}

bool
capture_reaped(struct capture *p, struct lab_socket *lab, pid_t pid, int status)
{
	struct lab_client *c;
	uint32_t lost;

	if (p->pid == 0 || pid != p->pid)
		return false;
	p->pid = 0;
	lost = packet_socket_lost(p->socket);
	packet_socket_rest(p->socket);
	c = lab_socket_find(lab, p->serial);
	if (c == NULL)
		return true;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		tell_lost(c, lost);
	else
		lab_socket_refuse(c,
		    "The capture was ended before its time: begin another.\n");
	return true;
}
