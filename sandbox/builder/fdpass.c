/* fdpass.c - descriptors from the builder to the child it has cloned. */
#include "sandbox/builder/fdpass.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "gateway/wire/rights.h"

/* The overlay, /dev, the lab's mounts and the home, and last lxcfs. */
#define FDS_MAX (2 + MOUNTS_MAX + 1 + 1)
_Static_assert(FDS_MAX <= RIGHTS_MAX, "one message");

#define GO	 'g'
#define GO_LXCFS 'l' /* the last descriptor is that */

int
fdpass_pair(int ends[2], struct err *e)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == -1)
		return err_set(e, errno, "socketpair");
	return 0;
}

int
fdpass_send(int sock, const struct rootfs_parts *parts, struct err *e)
{
	int fds[FDS_MAX] = { parts->overlay, parts->dev };
	unsigned count = 2 + (unsigned)parts->mount_count;
	char go = parts->lxcfs == -1 ? GO : GO_LXCFS;

	memcpy(fds + 2, parts->mount, parts->mount_count * sizeof(int));
	if (parts->lxcfs != -1)
		fds[count++] = parts->lxcfs;
	if (rights_send(sock, &go, 1, fds, count) == -1)
		return err_set(e, errno, "hand over mounts");
	return 0;
}

int
fdpass_receive(int sock, struct rootfs_parts *parts, struct err *e)
{
	struct rights r;
	char go;

	if (rights_recv(sock, &go, 1, FDS_MAX, &r) != 1) {
		rights_close(&r);
		return err_set(e, EPIPE, "no mounts from the builder");
	}
	/* Fewer arrive than were sent where we may have no more of them. */
	if (!r.whole || r.count < (go == GO_LXCFS ? 3 : 2)) {
		rights_close(&r);
		return err_set(e, EBADMSG,
		    "%u descriptors of mounts from the builder, and not all",
		    r.count);
	}
	parts->overlay = r.fd[0];
	parts->dev = r.fd[1];
	if (go == GO_LXCFS)
		parts->lxcfs = r.fd[--r.count];
	parts->mount_count = r.count - 2;
	memcpy(parts->mount, r.fd + 2, parts->mount_count * sizeof(int));
	return 0;
}

/* --- one descriptor of the child's ---------------------------------------- */

#define LISTENER 'l'
#define NETNS	 'w'

static int
send_one(int sock, char word, int fd, const char *what, struct err *e)
{
	if (rights_send(sock, &word, 1, &fd, 1) == -1)
		return err_set(e, errno, "hand over %s", what);
	return 0;
}

/* Only when the next word is that one. */
static int
take_one(int sock, char wanted)
{
	struct rights r;
	char word;

	if (recv(sock, &word, 1, MSG_PEEK | MSG_DONTWAIT) != 1 ||
	    word != wanted || rights_recv(sock, &word, 1, 1, &r) != 1)
		return -1;
	if (r.whole && r.count == 1)
		return r.fd[0];
	rights_close(&r);
	return -1;
}

int
fdpass_send_listener(int sock, int listener, struct err *e)
{
	return send_one(sock, LISTENER, listener, "the listener", e);
}

int
fdpass_take_listener(int sock)
{
	return take_one(sock, LISTENER);
}

int
fdpass_send_netns(int sock, int netns, struct err *e)
{
	return send_one(sock, NETNS, netns, "the network namespace", e);
}

int
fdpass_take_netns(int sock)
{
	return take_one(sock, NETNS);
}

/* --- the network ------------------------------------------------------------ */

#define NETWORK 'u'

/* A child that is dead is noticed by its pidfd. */
void
fdpass_say_network(int sock)
{
	const char word = NETWORK;

	if (send(sock, &word, 1, MSG_NOSIGNAL) == -1)
		return;
}

int
fdpass_wait_network(int sock, struct err *e)
{
	char word = '\0';

	if (recv(sock, &word, 1, 0) != 1 || word != NETWORK)
		return err_set(e, EPIPE, "no network from the builder");
	return 0;
}

/* --- the lab ---------------------------------------------------------------- */

int
fdpass_say_lab(int sock, const char *lab, struct err *e)
{
	if (send(sock, lab, strlen(lab), MSG_NOSIGNAL) == -1)
		return err_set(e, errno, "tell the lab");
	return 0;
}

int
fdpass_wait_lab(int sock, char lab[NAME_SIZE], struct err *e)
{
	ssize_t n = recv(sock, lab, NAME_SIZE - 1, 0);

	if (n <= 0)
		return err_set(e, EPIPE, "no lab from the builder");
	lab[n] = '\0';
	return 0;
}

/* --- words -------------------------------------------------------------- */

/* The first byte says which it is. */
static void
say(int sock, enum fdpass_word kind, const char *text)
{
	char word[1 + ERR_TEXT_SIZE];

	word[0] = (char)kind;
	text_copy(word + 1, ERR_TEXT_SIZE, text);
	if (send(sock, word, 1 + strlen(word + 1), MSG_NOSIGNAL) == -1)
		return; /* the builder sees an end without a word */
}

void
fdpass_fail(int sock, const struct err *e)
{
	say(sock, HANDOVER_FAILURE, e->text);
}

void
fdpass_note(int sock, const char *text)
{
	say(sock, HANDOVER_NOTE, text);
}

enum fdpass_word
fdpass_heard(int sock, char text[ERR_TEXT_SIZE])
{
	char word[1 + ERR_TEXT_SIZE];
	ssize_t n = recv(sock, word, sizeof(word) - 1, MSG_DONTWAIT);

	text[0] = '\0';
	if (n <= 0 || (word[0] != HANDOVER_FAILURE && word[0] != HANDOVER_NOTE))
		return HANDOVER_NOTHING;
	word[n] = '\0';
	text_copy(text, ERR_TEXT_SIZE, word + 1);
	return (enum fdpass_word)word[0];
}
