/* test_chan.c - a link, and what a peer can do to it: end it, and no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "gateway/wire/chan.h"
#include "gateway/wire/lasting.h"

struct pair {
	struct chan monitor, session; /* the two ends of one link */
	int fds_before;
};

static struct msg sent, got;

static int
open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static int
link_up(void **state)
{
	static struct pair p;
	struct err e;
	int ends[2];

	p.fds_before = open_fds();
	if (chan_pair(ends, &e) == -1)
		return -1;
	p.monitor = (struct chan){ ends[0], MONITOR, SESSION };
	p.session = (struct chan){ ends[1], SESSION, MONITOR };
	*state = &p;
	return 0;
}

/* Every test must leave the table of descriptors as it found it. */
static int
link_down(void **state)
{
	struct pair *p = *state;

	scope_close(&p->monitor.fd);
	scope_close(&p->session.fd);
	if (open_fds() == p->fds_before)
		return 0;
	print_error("%d descriptors leaked\n", open_fds() - p->fds_before);
	return -1;
}

/* Send these bytes with count descriptors, past all checks of the sender. */
static void
send_raw(int fd, const void *bytes, size_t n, unsigned count)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(16 * sizeof(int))];
	struct iovec iov = { .iov_base = (void *)(uintptr_t)bytes,
		.iov_len = n };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };

	assert_in_range(count, 0, 16);
	if (count > 0) {
		struct cmsghdr *cm = (struct cmsghdr *)(void *)control;
		int passed[16];

		for (unsigned i = 0; i < count; i++)
			passed[i] = STDIN_FILENO;
		h.msg_control = control;
		h.msg_controllen = CMSG_SPACE(count * sizeof(int));
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(cm), passed, count * sizeof(int));
	}
	assert_int_equal(sendmsg(fd, &h, 0), n);
}

/* The bytes of a SEAT_READY, which carries one descriptor, with count. */
static void
send_seat_ready(const struct pair *p, unsigned count)
{
	uint8_t wire[256];
	struct err e;
	struct buf b;

	MSG_NEW(&sent, SEAT_READY, seat_ready);
	buf_init(&b, wire, sizeof(wire));
	assert_int_equal(msg_encode(&sent, &b, &e), 0);
	send_raw(p->monitor.fd, wire, b.at, count);
}

static void
a_message_arrives_with_its_descriptor(void **state)
{
	struct pair *p = *state;
	struct err e = { 0 };
	int ends[2];
	char c = 0;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	MSG_NEW(&sent, SEAT_READY, seat_ready);
	strcpy(sent.seat_ready.lab, "web101");
	sent.fd[0] = ends[0];
	assert_int_equal(chan_send(&p->monitor, &sent, &e), 0);
	msg_close(&sent);
	assert_int_equal(chan_recv(&p->session, &got, &e), CHAN_MESSAGE);
	assert_int_equal(got.type, MSG_SEAT_READY);
	assert_string_equal(got.seat_ready.lab, "web101");
	assert_int_equal(fcntl(got.fd[0], F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(got.fd[1], -1);
	assert_int_equal(write(ends[1], "x", 1), 1);
	assert_int_equal(read(got.fd[0], &c, 1), 1);
	assert_int_equal(c, 'x');
	close(ends[1]);
	msg_close(&got);
	assert_int_equal(got.fd[0], -1);
}

static void
three_descriptors_keep_their_order(void **state)
{
	struct pair *p = *state;
	struct chan init = { p->monitor.fd, INIT, SESSION };
	struct chan session = { p->session.fd, SESSION, INIT };
	struct err e = { 0 };

	MSG_NEW(&sent, SPAWNED_PIPES, spawned_pipes);
	for (int i = 0; i < 3; i++) {
		sent.fd[i] = open("/dev/null", O_RDWR | O_CLOEXEC);
		assert_int_equal(lseek(sent.fd[i], 0, SEEK_SET), 0);
		assert_int_equal(
		    fcntl(sent.fd[i], F_SETFL, i == 1 ? O_APPEND : 0), 0);
	}
	assert_int_equal(chan_send(&init, &sent, &e), 0);
	msg_close(&sent);
	assert_int_equal(chan_recv(&session, &got, &e), CHAN_MESSAGE);
	for (int i = 0; i < 3; i++)
		assert_int_equal(fcntl(got.fd[i], F_GETFL) & O_APPEND,
		    i == 1 ? O_APPEND : 0);
	msg_close(&got);
}

static void
a_second_descriptor_ends_the_link(void **state)
{
	struct pair *p = *state;
	struct err e = { 0 };

	send_seat_ready(p, 2);
	assert_int_equal(chan_recv(&p->session, &got, &e), CHAN_BROKEN);
	assert_string_equal(e.text, "SEAT_READY descriptor count: Bad message");
}

static void
a_missing_descriptor_ends_the_link(void **state)
{
	struct pair *p = *state;
	struct err e = { 0 };

	send_seat_ready(p, 0);
	assert_int_equal(chan_recv(&p->session, &got, &e), CHAN_BROKEN);
	assert_string_equal(e.text, "SEAT_READY descriptor count: Bad message");
}

static void
more_descriptors_than_any_message_has_end_the_link(void **state)
{
	struct pair *p = *state;
	struct err e = { 0 };

	for (unsigned n = MSG_FDS_MAX + 1; n <= 16; n++) {
		send_seat_ready(p, n);
		assert_int_equal(chan_recv(&p->session, &got, &e), CHAN_BROKEN);
		assert_int_equal(e.code, EBADMSG);
	}
}

static void
descriptors_without_a_message_are_closed(void **state)
{
	struct pair *p = *state;
	struct err e = { 0 };

	send_raw(p->monitor.fd, NULL, 0, 2);
	assert_int_equal(chan_recv(&p->session, &got, &e), CHAN_CLOSED);
}

static void
descriptors_of_a_malformed_message_are_closed(void **state)
{
	struct pair *p = *state;
	struct err e = { 0 };

	send_raw(p->monitor.fd, "garbage", 7, 3);
	assert_int_equal(chan_recv(&p->session, &got, &e), CHAN_BROKEN);
	assert_int_equal(e.code, EBADMSG);
}

static void
what_the_peer_may_not_say_ends_the_link(void **state)
{
	struct pair *p = *state;
	struct chan forged = { p->session.fd, MONITOR, SESSION };
	struct err e = { 0 };

	MSG_NEW(&sent, NOTICE, notice);
	assert_int_equal(chan_send(&forged, &sent, &e), 0);
	assert_int_equal(chan_recv(&p->monitor, &got, &e), CHAN_BROKEN);
	assert_string_equal(e.text, "NOTICE from the wrong side: Bad message");
}

static void
what_we_may_not_say_is_not_sent(void **state)
{
	struct pair *p = *state;
	struct err e = { 0 };

	MSG_NEW(&sent, NOTICE, notice);
	assert_int_equal(chan_send(&p->session, &sent, &e), -1);
	assert_int_equal(e.code, EPERM);
	MSG_NEW(&sent, SEAT_READY, seat_ready); /* without its descriptor */
	assert_int_equal(chan_send(&p->monitor, &sent, &e), -1);
	assert_int_equal(e.code, EINVAL);
	assert_int_equal(chan_nonblock(p->monitor.fd, &e), 0);
	assert_int_equal(chan_nonblock(p->session.fd, &e), 0);
	assert_int_equal(chan_recv(&p->monitor, &got, &e), CHAN_EMPTY);
	assert_int_equal(chan_recv(&p->session, &got, &e), CHAN_EMPTY);
}

static void
a_message_too_large_ends_the_link(void **state)
{
	static uint8_t large[MSG_WIRE_MAX + 1];
	struct pair *p = *state;
	struct err e = { 0 };

	large[0] = (uint8_t)msg_number(MSG_NOTICE);
	send_raw(p->monitor.fd, large, sizeof(large), 1);
	assert_int_equal(chan_recv(&p->session, &got, &e), CHAN_BROKEN);
	assert_int_equal(e.code, EBADMSG);
}

static void
a_peer_that_is_gone_shows_on_both_ways(void **state)
{
	struct pair *p = *state;
	struct err e = { 0 };

	scope_close(&p->session.fd);
	assert_int_equal(chan_recv(&p->monitor, &got, &e), CHAN_CLOSED);
	MSG_NEW(&sent, NOTICE, notice);
	assert_int_equal(chan_send(&p->monitor, &sent, &e), -1);
	assert_int_equal(e.code, EPIPE);
}

static void
what_was_said_before_the_end_still_arrives(void **state)
{
	struct pair *p = *state;
	struct err e = { 0 };

	MSG_NEW(&sent, GOODBYE, goodbye);
	strcpy(sent.goodbye.text, "time is up");
	assert_int_equal(chan_send(&p->monitor, &sent, &e), 0);
	scope_close(&p->monitor.fd);
	assert_int_equal(chan_recv(&p->session, &got, &e), CHAN_MESSAGE);
	assert_string_equal(got.goodbye.text, "time is up");
	assert_int_equal(chan_recv(&p->session, &got, &e), CHAN_CLOSED);
}

static void
a_full_link_says_so_and_nothing_is_lost(void **state)
{
	struct pair *p = *state;
	struct err e = { 0 };
	unsigned n = 0;

	assert_int_equal(chan_nonblock(p->monitor.fd, &e), 0);
	assert_int_equal(chan_nonblock(p->session.fd, &e), 0);
	MSG_NEW(&sent, SEAT_WAIT, seat_wait);
	do {
		sent.seat_wait.place = n;
	} while (chan_send(&p->monitor, &sent, &e) == 0 && ++n < 1000000);
	assert_int_equal(e.code, EAGAIN);
	assert_true(n > 0);
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(chan_recv(&p->session, &got, &e),
		    CHAN_MESSAGE);
		assert_int_equal(got.seat_wait.place, i);
	}
	assert_int_equal(chan_recv(&p->session, &got, &e), CHAN_EMPTY);
}

/* A message of this number, with one descriptor, between these two. */
static enum chan_got
receive_number(const struct pair *p, enum role self, enum role peer,
    uint32_t number, struct err *e)
{
	struct chan to = { p->monitor.fd, self, peer };
	uint8_t wire[64];
	struct buf b;

	buf_init(&b, wire, sizeof(wire));
	buf_put_u32(&b, number);
	buf_put_u32(&b, 0);
	buf_put_bytes(&b, "the future", 10);
	send_raw(p->session.fd, wire, b.at, 1);
	return chan_recv(&to, &got, e);
}

/* Its descriptor is closed, as link_down() sees. */
static void
what_only_a_newer_build_knows_is_to_be_ignored_on_lasting_links(void **state)
{
	struct pair *p = *state;
	struct err e = { 0 };

	assert_int_equal(receive_number(p, MONITOR, SESSION, 999, &e),
	    CHAN_UNKNOWN);
	assert_string_equal(e.text,
	    "unknown message 999: No message of desired type");
	assert_int_equal(receive_number(p, MONITOR, INIT, 999, &e),
	    CHAN_UNKNOWN);
	assert_int_equal(receive_number(p, SESSION, INIT, 999, &e),
	    CHAN_UNKNOWN);
	assert_int_equal(receive_number(p, INIT, BUILDER, 999, &e),
	    CHAN_UNKNOWN);
	assert_int_equal(receive_number(p, ZYGOTE, MONITOR, 999, &e),
	    CHAN_UNKNOWN);
	assert_int_equal(receive_number(p, MONITOR, ADMIN, 999, &e),
	    CHAN_BROKEN);
	assert_int_equal(receive_number(p, MONITOR, BUILDER, 999, &e),
	    CHAN_BROKEN);
	assert_int_equal(
	    receive_number(p, MONITOR, SESSION, LASTING_MAX + MSG_COUNT, &e),
	    CHAN_BROKEN);
	assert_int_equal(receive_number(p, MONITOR, SESSION, 0, &e),
	    CHAN_BROKEN);
}

static void
a_peer_of_another_build_is_refused(void **state)
{
	struct pair *p = *state;
	struct chan builder = { p->session.fd, BUILDER, MONITOR };
	struct chan monitor = { p->monitor.fd, MONITOR, BUILDER };
	struct err e = { 0 };

	assert_int_equal(chan_hello(&builder, &e), 0);
	assert_int_equal(chan_recv(&monitor, &got, &e), CHAN_MESSAGE);
	assert_int_equal(chan_check_hello(&monitor, &got, &e), 0);
	got.hello.protocol ^= 1;
	assert_int_equal(chan_check_hello(&monitor, &got, &e), -1);
	assert_non_null(strstr(e.text, "another build"));
	MSG_NEW(&got, LOAD, load);
	assert_int_equal(chan_check_hello(&monitor, &got, &e), -1);
	assert_string_equal(e.text, "LOAD before HELLO: Protocol error");
}

static void
a_lasting_link_takes_older_and_newer_builds(void **state)
{
	struct pair *p = *state;
	struct err e = { 0 };

	assert_int_equal(chan_hello(&p->session, &e), 0);
	assert_int_equal(chan_recv(&p->monitor, &got, &e), CHAN_MESSAGE);
	assert_int_equal(got.hello.protocol, LASTING_SESSION);
	assert_int_equal(chan_check_hello(&p->monitor, &got, &e), 0);
	got.hello.protocol = LASTING_SESSION_OLDEST;
	assert_int_equal(chan_check_hello(&p->monitor, &got, &e), 0);
	got.hello.protocol = LASTING_SESSION + 7;
	assert_int_equal(chan_check_hello(&p->monitor, &got, &e), 0);
	got.hello.protocol = LASTING_SESSION_OLDEST - 1;
	assert_int_equal(chan_check_hello(&p->monitor, &got, &e), -1);
	assert_non_null(strstr(e.text, "another build (session link 0, "
				       "understood are 1 and later)"));
	got.hello.protocol = UINT64_C(0x123456789abcdef0); /* a hash */
	assert_int_equal(chan_check_hello(&p->monitor, &got, &e), -1);
	MSG_NEW(&got, LABS_GET, labs_get);
	assert_int_equal(chan_check_hello(&p->monitor, &got, &e), -1);
	assert_string_equal(e.text, "LABS_GET before HELLO: Protocol error");
}

static void
only_our_end_of_a_link_does_not_block(void **state)
{
	struct err e;
	int ours, theirs;

	(void)state;
	assert_int_equal(chan_link(&ours, &theirs, &e), 0);
	assert_int_equal(fcntl(ours, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	assert_int_equal(fcntl(theirs, F_GETFL) & O_NONBLOCK, 0);
	assert_int_equal(fcntl(theirs, F_GETFD), FD_CLOEXEC);
	close(ours);
	close(theirs);
}

#define LINKED(test) cmocka_unit_test_setup_teardown(test, link_up, link_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LINKED(a_message_arrives_with_its_descriptor),
		LINKED(three_descriptors_keep_their_order),
		LINKED(a_second_descriptor_ends_the_link),
		LINKED(a_missing_descriptor_ends_the_link),
		LINKED(more_descriptors_than_any_message_has_end_the_link),
		LINKED(descriptors_without_a_message_are_closed),
		LINKED(descriptors_of_a_malformed_message_are_closed),
		LINKED(what_the_peer_may_not_say_ends_the_link),
		LINKED(what_we_may_not_say_is_not_sent),
		LINKED(a_message_too_large_ends_the_link),
		LINKED(a_peer_that_is_gone_shows_on_both_ways),
		LINKED(what_was_said_before_the_end_still_arrives),
		LINKED(a_full_link_says_so_and_nothing_is_lost),
		cmocka_unit_test(only_our_end_of_a_link_does_not_block),
		LINKED(a_peer_of_another_build_is_refused),
		LINKED(a_lasting_link_takes_older_and_newer_builds),
		LINKED(
		    what_only_a_newer_build_knows_is_to_be_ignored_on_lasting_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
