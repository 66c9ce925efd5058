/*
 * lab_socket.h - where the student's lab program asks.
 *
 * Any process may connect here, as often as it likes: so there are few clients
 * at a time, none of them for long without a request, only so many a second,
 * and all that is read of them is one message of bounded size.  Nothing here
 * waits.
 */
#ifndef ATOLL_INIT_LAB_SOCKET_H
#define ATOLL_INIT_LAB_SOCKET_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "gateway/base/bucket.h"
#include "gateway/base/err.h"
#include "gateway/wire/lab_protocol.h"

#define LAB_CLIENTS    8
#define LAB_SOCKET_FDS (1 + LAB_CLIENTS)

struct lab_client {
	int fd;		  /* -1: free */
	int64_t since_ms; /* of its coming; without a request it must go */
	uint32_t serial;  /* of its request; 0: none was read */
	enum lab_command command;
	uint32_t number; /* of a terminal, or 0 */
	pid_t pid;	 /* who connected, of the sandbox's numbers */
	/* While asked() runs: what came with the request. */
	const char *words; /* so many bytes, the last of them a NUL; or none */
	size_t words_size;
	int passed; /* a descriptor, or -1; the caller's to take */
};

/* The next of its words; NULL when there is none. */
const char *lab_client_word(struct lab_client *c);

struct lab_socket {
	int listener; /* -1 before lab_socket_open() */
	uid_t user;   /* who may ask, beside root */
	uint32_t serials;
	struct lab_client client[LAB_CLIENTS];
	struct bucket accepts;
	/* What was read last, wiped when it has been heard; one byte more than
	 * a request: what is larger is seen to be. */
	char bytes[sizeof(struct lab_request) + LAB_WORDS_MAX + 1];
};

void lab_socket_init(struct lab_socket *d);

/* Listen.  Before any process of the student's is started. */
int lab_socket_open(struct lab_socket *d, uid_t user, struct err *e);

/* What to poll for, and for how long at most (milliseconds, -1 for ever). */
void lab_socket_wants(const struct lab_socket *d,
    struct pollfd fds[LAB_SOCKET_FDS]);
int lab_socket_timeout(const struct lab_socket *d, int64_t now_ms);

/* After each poll: accept clients, and close those that send nothing, send
 * something that is no request, or have left; gone() is told of those that had
 * asked. */
struct lab_socket_hears {
	void *self;
	void (*asked)(void *self, struct lab_client *c);
	void (*gone)(void *self, const struct lab_client *c);
};
void lab_socket_serve(struct lab_socket *d,
    const struct pollfd fds[LAB_SOCKET_FDS], int64_t now_ms,
    const struct lab_socket_hears *to);

/* True when these bytes are a whole request, which is put into *r, and perhaps
 * words behind it. */
bool lab_socket_read_request(const void *bytes, size_t size,
    struct lab_request *r);

/* The client that asked with this serial; NULL when it has left. */
struct lab_client *lab_socket_find(struct lab_socket *d, uint32_t serial);

/* Send a part of an answer; false when that client is gone, or does not read. */
bool lab_socket_say(const struct lab_client *c, enum lab_kind kind,
    const char *text, size_t size);

/* Send the whole answer, or the end of it, and close the client. */
void lab_socket_answer(struct lab_client *c, enum lab_status status,
    const char *text);

/* The same with LAB_FAILED and a text that is made here, LAB_TEXT_MAX at most. */
void lab_socket_refuse(struct lab_client *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
