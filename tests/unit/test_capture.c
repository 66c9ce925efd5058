/* test_capture.c - what passes an interface, in a network namespace of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/child.h"
#include "gateway/base/packet_socket.h"
#include "sandbox/init/capture_process.h"
#include "sandbox/init/pcap.h"

#define LOOPBACK 1
#define HEAD	 42 /* of Ethernet, IP and UDP before what is sent */
#define PORT	 4242

/* The kernel's bound is twice SO_RCVBUF, and one frame more. */
#define WAITING_MAX (4 << 20)

struct fixture {
	int packets, udp;
	int ends[2]; /* of the stream */
	struct err e;
};

/* --- bytes ---------------------------------------------------------------- */

static void
a_file_begins_as_tcpdump_wants_it(void **state)
{
	const uint8_t want[24] = { 0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 0, 0, 0 };
	const struct pcap_file file = pcap_begin();

	(void)state;
	assert_int_equal(sizeof(file), sizeof(want));
	if (htonl(1) != 1) /* each machine writes its own order */
		assert_memory_equal(&file, want, sizeof(want));
}

static void
a_frame_says_when_it_was_and_how_long(void **state)
{
	const struct timespec at = { 1764508859, 999999999 };
	const size_t sizes[] = { 0, 60, PCAP_FRAME_MAX, PCAP_FRAME_MAX + 14 };
	struct pcap_record r;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		r = pcap_frame(&at, sizes[i]);
		assert_int_equal(r.seconds, 1764508859);
		assert_int_equal(r.microseconds, 999999);
		assert_int_equal(r.whole, sizes[i]);
		assert_int_equal(r.size, i == 3 ? PCAP_FRAME_MAX : sizes[i]);
	}
}

/* --- a network ------------------------------------------------------------ */

static int
enter_network(void **state)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	const struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons(PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	f->packets = -1;
	if (unshare(CLONE_NEWNET) == -1)
		return 0; /* each test skips */
	f->udp = socket(AF_INET, SOCK_DGRAM, 0);
	f->packets = packet_socket_open(&f->e);
	return f->packets == -1 || ioctl(f->udp, SIOCSIFFLAGS, &lo) == -1 ||
		       connect(f->udp, (const struct sockaddr *)&at,
			   sizeof(at)) == -1
		   ? -1
		   : 0;
}

static int
leave_network(void **state)
{
	struct fixture *f = *state;

	close(f->packets);
	close(f->udp);
	free(f);
	return 0;
}

static struct fixture *
network(void **state)
{
	struct fixture *f = *state;

	if (f->packets == -1)
		skip(); /* who runs this may make no namespace */
	return f;
}

/* To a port that nobody listens at: each second time that is told instead. */
static void
send_one(const struct fixture *f, char what, size_t n)
{
	static char bytes[60000];

	memset(bytes, what, n);
	while (send(f->udp, bytes, n, 0) == -1)
		assert_int_equal(errno, ECONNREFUSED);
}

static bool
waits(const struct fixture *f)
{
	struct pollfd p = { f->packets, POLLIN, 0 };

	return poll(&p, 1, 0) == 1;
}

static void
a_socket_hears_only_while_it_is_told_to(void **state)
{
	struct fixture *f = network(state);

	assert_true(packet_socket_is(f->packets));
	assert_false(packet_socket_is(f->udp));
	assert_false(packet_socket_is(999));
	send_one(f, 'a', 1);
	assert_false(waits(f));
	assert_int_equal(packet_socket_hear(f->packets, LOOPBACK, &f->e), 0);
	send_one(f, 'b', 1);
	assert_true(waits(f));
	packet_socket_stop(f->packets);
	assert_true(waits(f));
	packet_socket_rest(f->packets);
	assert_false(waits(f));
	send_one(f, 'c', 1);
	assert_false(waits(f));
	/* and no interface is an error, after which all is as before */
	assert_int_equal(packet_socket_hear(f->packets, 77, &f->e), -1);
	send_one(f, 'd', 1);
	assert_false(waits(f));
}

static void
what_nobody_reads_is_bounded_and_counted(void **state)
{
	struct fixture *f = network(state);
	size_t bytes = 0;
	char one;
	ssize_t n;

	assert_int_equal(packet_socket_hear(f->packets, LOOPBACK, &f->e), 0);
	for (int i = 0; i < 500; i++)
		send_one(f, 'x', 60000);
	packet_socket_stop(f->packets);
	assert_true(packet_socket_lost(f->packets) > 0);
	assert_int_equal(packet_socket_lost(f->packets), 0);
	while ((n = recv(f->packets, &one, 1, MSG_TRUNC | MSG_DONTWAIT)) != -1)
		bytes += (size_t)n;
	assert_in_range(bytes, 60000, WAITING_MAX);
	packet_socket_rest(f->packets);
}

/* --- the process ---------------------------------------------------------- */

static pid_t
begin(struct fixture *f)
{
	pid_t pid;

	assert_int_equal(packet_socket_hear(f->packets, LOOPBACK, &f->e), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, f->ends), 0);
	pid = child_start(capture_process, NULL,
	    (const int[]){ f->packets, f->ends[1] }, 2);
	assert_true(pid > 0);
	close(f->ends[1]);
	return pid;
}

static void
ends_well(const struct fixture *f, pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	packet_socket_rest(f->packets);
}

static void
read_all(int fd, void *to, size_t n)
{
	assert_int_equal(recv(fd, to, n, MSG_WAITALL), n);
}

/* The next frame of UDP; others tell that nobody listens.  false: the end. */
static bool
next(const struct fixture *f, struct pcap_record *r, uint8_t *frame)
{
	do {
		if (recv(f->ends[0], r, sizeof(*r), MSG_WAITALL) == 0)
			return false;
		read_all(f->ends[0], frame, r->size);
	} while (frame[23] != IPPROTO_UDP);
	return true;
}

static void
read_begin(const struct fixture *f)
{
	const struct pcap_file want = pcap_begin();
	struct pcap_file file;

	read_all(f->ends[0], &file, sizeof(file));
	assert_memory_equal(&file, &want, sizeof(want));
}

static void
each_frame_is_written_once_and_whole(void **state)
{
	struct fixture *f = network(state);
	static uint8_t frame[PCAP_FRAME_MAX];
	struct pcap_record r;
	pid_t pid = begin(f);
	const size_t sizes[] = { 1, 1000, 60000 };

	read_begin(f);
	for (size_t i = 0; i < 3; i++) {
		send_one(f, (char)('a' + i), sizes[i]);
		assert_true(next(f, &r, frame));
		assert_int_equal(r.size, HEAD + sizes[i]);
		assert_int_equal(r.whole, r.size);
		assert_in_range(r.seconds, time(NULL) - 60, time(NULL));
		assert_int_equal(frame[HEAD], 'a' + i);
		assert_int_equal(frame[r.size - 1], 'a' + i);
	}
	/* told to end it writes what it has, and ends */
	shutdown(f->ends[0], SHUT_WR);
	assert_false(next(f, &r, frame));
	ends_well(f, pid);
	close(f->ends[0]);
}

static void
it_ends_when_its_reader_is_gone(void **state)
{
	struct fixture *f = network(state);
	pid_t pid = begin(f);

	read_begin(f);
	close(f->ends[0]);
	ends_well(f, pid);
}

/* Its buffer and the socket's are full, and then it is told to end. */
static void
what_it_has_room_for_is_there_when_a_reader_goes_on(void **state)
{
	struct fixture *f = network(state);
	static uint8_t frame[PCAP_FRAME_MAX];
	struct pcap_record r;
	pid_t pid = begin(f);
	unsigned got = 0, lost;

	for (int i = 0; i < 300; i++)
		send_one(f, 'x', 30000);
	lost = packet_socket_lost(f->packets);
	assert_true(lost > 0);
	read_begin(f);
	shutdown(f->ends[0], SHUT_WR);
	while (next(f, &r, frame)) {
		assert_int_equal(r.size, HEAD + 30000);
		assert_int_equal(frame[r.size - 1], 'x');
		got++;
	}
	/* the loopback has each twice, of which one is kept */
	lost += packet_socket_lost(f->packets);
	assert_in_range(got, 1, 299);
	assert_true(got + lost >= 300);
	ends_well(f, pid);
	close(f->ends[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_begins_as_tcpdump_wants_it),
		cmocka_unit_test(a_frame_says_when_it_was_and_how_long),
		cmocka_unit_test(a_socket_hears_only_while_it_is_told_to),
		cmocka_unit_test(what_nobody_reads_is_bounded_and_counted),
		cmocka_unit_test(each_frame_is_written_once_and_whole),
		cmocka_unit_test(it_ends_when_its_reader_is_gone),
		cmocka_unit_test(
		    what_it_has_room_for_is_there_when_a_reader_goes_on),
	};

	return cmocka_run_group_tests_name("capture", tests, enter_network,
	    leave_network);
}
