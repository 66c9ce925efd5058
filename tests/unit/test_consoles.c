/* test_consoles.c - what init asks of other machines, and what it takes from them. */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/base/scope.h"
#include "gateway/wire/rights.h"
#include "sandbox/init/consoles.h"

struct fixture {
	struct consoles consoles;
	struct lab_socket lab;
	struct msg_init_plan plan;
	struct chan web;   /* the other machine's init: ours to play */
	int answer, given; /* the lab program's ends of its two sockets */
};

static void
add_web(struct fixture *f)
{
	struct err e;
	struct msg m;
	int ends[2];

	assert_int_equal(chan_pair(ends, &e), 0);
	f->web = (struct chan){ ends[1], INIT, SESSION };
	MSG_NEW(&m, MACHINE, machine);
	strcpy(m.machine.name, "web");
	m.machine.addresses = (struct ids){ 2, { 0x0a00000c, 0xc0a80750 } };
	m.fd[0] = ends[0];
	consoles_add(&f->consoles, &f->lab, &m);
	assert_int_equal(m.fd[0], -1);
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	consoles_init(&f->consoles);
	lab_socket_init(&f->lab);
	strcpy(f->plan.machine, "desk");
	f->plan.addresses = (struct ids){ 1, { 0x0a00000b } };
	add_web(f);
	f->answer = f->given = -1;
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	scope_close(&f->consoles.at[0].chan.fd);
	scope_close(&f->web.fd);
	scope_close(&f->answer);
	scope_close(&f->given);
	for (int i = 0; i < CONSOLES_MAX; i++)
		scope_close(&f->consoles.console[i].sock);
	free(f);
	return 0;
}

/* A client in the first place, as lab_socket.c would have it, and what it asks. */
static void
ask(struct fixture *f, uint32_t serial, const char *words, size_t size)
{
	struct lab_client *c = &f->lab.client[0];
	struct err e;
	int ends[2];

	scope_close(&f->answer);
	scope_close(&f->given);
	assert_int_equal(chan_pair(ends, &e), 0);
	*c = (struct lab_client){ .fd = ends[0],
		.serial = serial,
		.command = LAB_COMMAND_CONSOLE,
		.number = 24 << 16 | 80,
		.words = words,
		.words_size = size };
	f->answer = ends[1];
	assert_int_equal(chan_pair(ends, &e), 0);
	c->passed = ends[0];
	f->given = ends[1];
	consoles_open(&f->consoles, &f->plan, c);
	scope_close(&c->passed);
}

static void
ask_web(struct fixture *f, uint32_t serial)
{
	ask(f, serial, "web\0xterm", 10);
}

/* What was answered; -1 when nothing was. */
static int
answered(struct fixture *f, char text[LAB_TEXT_MAX + 1])
{
	struct lab_piece p;
	ssize_t n = recv(f->answer, &p, sizeof(p), MSG_DONTWAIT);

	if (n < (ssize_t)LAB_PIECE_HEAD)
		return -1;
	n -= (ssize_t)LAB_PIECE_HEAD;
	memcpy(text, p.text, (size_t)n);
	text[n] = '\0';
	return (int)p.status;
}

static void
serve(struct fixture *f)
{
	struct pollfd fds[CONSOLES_POLL];

	consoles_wants(&f->consoles, fds);
	if (poll(fds, CONSOLES_POLL, 0) > 0)
		consoles_serve(&f->consoles, &f->lab, fds);
}

static void
say(struct fixture *f, struct msg *m, uint32_t serial)
{
	struct err e;

	m->serial = serial;
	assert_int_equal(chan_send(&f->web, m, &e), 0);
	msg_close(m);
	serve(f);
}

static void
say_spawned(struct fixture *f, uint32_t serial)
{
	struct msg m;

	MSG_NEW(&m, SPAWNED_PTY, spawned_pty);
	m.fd[0] = open("/dev/null", O_RDWR | O_CLOEXEC);
	say(f, &m, serial);
}

static void
say_dialled(struct fixture *f, uint32_t serial)
{
	struct msg m;

	MSG_NEW(&m, DIALLED, dialled);
	m.fd[0] = open("/dev/null", O_RDWR | O_CLOEXEC);
	say(f, &m, serial);
}

static void
say_exited(struct fixture *f, uint32_t serial, uint32_t status, uint32_t number)
{
	struct msg m;

	MSG_NEW(&m, EXITED, exited);
	m.exited.status = status;
	m.exited.signal = number;
	say(f, &m, serial);
}

/* The next byte that the lab program was given, and whether a descriptor came. */
static int
given(struct fixture *f, bool *has_fd)
{
	struct pollfd p = { .fd = f->given, .events = POLLIN };
	unsigned char byte;
	struct rights r;

	*has_fd = false;
	if (poll(&p, 1, 0) != 1 || rights_recv(f->given, &byte, 1, 3, &r) != 1)
		return -1;
	*has_fd = r.count > 0;
	rights_close(&r);
	return byte;
}

static void
a_console_is_a_shell_on_a_pty_there(void **state)
{
	struct fixture *f = *state;
	char text[LAB_TEXT_MAX + 1];
	struct err e;
	struct msg m;
	bool has_fd;

	ask_web(f, 7);
	assert_int_equal(chan_recv(&f->web, &m, &e), CHAN_MESSAGE);
	assert_int_equal(m.type, MSG_SPAWN);
	assert_int_equal(m.serial, 7);
	assert_int_equal(m.spawn.kind, SPAWN_SHELL);
	assert_int_equal(m.spawn.pty, 1);
	assert_int_equal(m.spawn.rows, 24);
	assert_int_equal(m.spawn.cols, 80);
	assert_string_equal(strings_next(&m.spawn.environment, NULL),
	    "TERM=xterm");
	assert_int_equal(answered(f, text), -1);
	say_spawned(f, 7);
	assert_int_equal(given(f, &has_fd), LAB_CONSOLE_BEGINS);
	assert_true(has_fd);
	assert_int_equal(answered(f, text), LAB_DONE);
	say_exited(f, 7, 3, 0);
	assert_int_equal(given(f, &has_fd), 3);
	assert_false(has_fd);
	assert_int_equal(f->consoles.console[0].sock, -1);
}

static void
a_command_has_pipes(void **state)
{
	struct fixture *f = *state;
	char text[LAB_TEXT_MAX + 1];
	struct err e;
	struct msg m;
	bool has_fd;

	ask(f, 7, "web\0\0cat /etc/hosts", 20);
	assert_int_equal(chan_recv(&f->web, &m, &e), CHAN_MESSAGE);
	assert_int_equal(m.spawn.kind, SPAWN_EXEC);
	assert_int_equal(m.spawn.pty, 0);
	assert_string_equal(m.spawn.command, "cat /etc/hosts");
	assert_null(strings_next(&m.spawn.environment, NULL));
	MSG_NEW(&m, SPAWNED_PIPES, spawned_pipes);
	for (int i = 0; i < 3; i++)
		m.fd[i] = open("/dev/null", O_RDWR | O_CLOEXEC);
	say(f, &m, 7);
	assert_int_equal(given(f, &has_fd), LAB_CONSOLE_BEGINS);
	assert_true(has_fd);
	assert_int_equal(answered(f, text), LAB_DONE);
	say_exited(f, 7, 1, 0);
	assert_int_equal(given(f, &has_fd), 1);
}

static void
who_goes_away_hangs_it_up(void **state)
{
	struct fixture *f = *state;
	struct pollfd p = { .fd = f->web.fd, .events = POLLIN };
	struct err e;
	struct msg m;
	bool has_fd;

	ask_web(f, 7);
	assert_int_equal(chan_recv(&f->web, &m, &e), CHAN_MESSAGE);
	say_spawned(f, 7);
	assert_int_equal(given(f, &has_fd), LAB_CONSOLE_BEGINS);
	serve(f);
	assert_int_equal(poll(&p, 1, 0), 0);
	scope_close(&f->given);
	serve(f);
	assert_int_equal(chan_recv(&f->web, &m, &e), CHAN_MESSAGE);
	assert_int_equal(m.type, MSG_HANGUP);
	assert_int_equal(m.serial, 7);
	assert_int_equal(f->consoles.console[0].sock, -1);
}

static void
a_signal_ends_it_as_in_a_shell(void **state)
{
	struct fixture *f = *state;
	bool has_fd;

	ask_web(f, 7);
	say_spawned(f, 7);
	given(f, &has_fd);
	say_exited(f, 7, 0, 9);
	assert_int_equal(given(f, &has_fd), 128 + 9);
}

static void
what_was_not_asked_for_is_nobodys(void **state)
{
	struct fixture *f = *state;
	char text[LAB_TEXT_MAX + 1];
	bool has_fd;

	say_spawned(f, 7);
	ask_web(f, 8);
	say_spawned(f, 7);
	say_exited(f, 7, 0, 0);
	assert_int_equal(given(f, &has_fd), -1);
	assert_int_equal(answered(f, text), -1);
	/* nor is a second one */
	say_spawned(f, 8);
	assert_int_equal(given(f, &has_fd), LAB_CONSOLE_BEGINS);
	say_spawned(f, 8);
	assert_int_equal(given(f, &has_fd), -1);
}

static void
why_there_is_none_is_told(void **state)
{
	struct fixture *f = *state;
	char text[LAB_TEXT_MAX + 1];
	struct msg m;

	ask(f, 1, "mars\0", 6);
	assert_int_equal(answered(f, text), LAB_FAILED);
	assert_string_equal(text,
	    "There is no machine mars: 'lab machines' lists them.\n");
	ask(f, 2, "desk\0", 6);
	assert_int_equal(answered(f, text), LAB_FAILED);
	assert_string_equal(text, "This is desk.\n");
	ask(f, 3, "web", 4);
	assert_int_equal(answered(f, text), LAB_FAILED);
	ask_web(f, 4);
	MSG_NEW(&m, SPAWN_FAILED, spawn_failed);
	strcpy(m.spawn_failed.reason, "too many processes");
	say(f, &m, 4);
	assert_int_equal(answered(f, text), LAB_FAILED);
	assert_string_equal(text, "web: too many processes\n");
	ask_web(f, 5);
	say_exited(f, 5, 0, 0);
	assert_int_equal(answered(f, text), LAB_FAILED);
	assert_string_equal(text, "web: its shell has ended\n");
	f->plan.machine[0] = '\0';
	ask_web(f, 6);
	assert_int_equal(answered(f, text), LAB_FAILED);
	assert_string_equal(text,
	    "This lab has no other machines than this one.\n");
}

static void
a_machine_that_dies_ends_what_was_asked_of_it(void **state)
{
	struct fixture *f = *state;
	char text[LAB_TEXT_MAX + 1];

	ask_web(f, 7);
	scope_close(&f->web.fd);
	serve(f);
	assert_int_equal(answered(f, text), LAB_FAILED);
	assert_string_equal(text, "web: it has ended\n");
	assert_int_equal(f->consoles.at[0].chan.fd, -1);
	ask_web(f, 8);
	assert_int_equal(answered(f, text), LAB_FAILED);
}

static void
one_that_is_made_anew_takes_its_place(void **state)
{
	struct fixture *f = *state;
	char text[LAB_TEXT_MAX + 1];
	bool has_fd;

	ask_web(f, 7);
	say_spawned(f, 7);
	assert_int_equal(given(f, &has_fd), LAB_CONSOLE_BEGINS);
	scope_close(&f->web.fd);
	serve(f);
	ask_web(f, 8);
	assert_int_equal(answered(f, text), LAB_FAILED);
	assert_string_equal(text,
	    "web is being made anew: try again in a moment.\n");
	add_web(f);
	assert_int_equal(f->consoles.count, 1);
	ask_web(f, 9);
	say_spawned(f, 9);
	assert_int_equal(given(f, &has_fd), LAB_CONSOLE_BEGINS);
	/* also when the end of the one before is yet to be read */
	scope_close(&f->web.fd);
	add_web(f);
	assert_int_equal(f->consoles.count, 1);
	assert_int_equal(f->consoles.console[0].sock, -1);
}

struct heard {
	int count;
	uint32_t serial;
	bool has_fd;
};

static void
on_dialled(void *self, struct msg *m)
{
	struct heard *h = self;

	h->count++;
	h->serial = m->serial;
	h->has_fd = m->fd[0] != -1;
}

/* Also while a console of the same serial runs: those are numbered by another. */
static void
what_answers_a_dial_is_passed_on(void **state)
{
	struct fixture *f = *state;
	struct heard h = { 0 };
	bool has_fd;
	struct msg m;

	assert_null(consoles_machine(&f->consoles, "desk"));
	assert_ptr_equal(consoles_machine(&f->consoles, "web"),
	    &f->consoles.at[0].chan);
	ask_web(f, 7);
	say_spawned(f, 7);
	assert_int_equal(given(f, &has_fd), LAB_CONSOLE_BEGINS);
	say_dialled(f, 7); /* nobody wants it */
	consoles_hear(&f->consoles, on_dialled, &h);
	say_dialled(f, 7);
	assert_int_equal(h.count, 1);
	assert_int_equal(h.serial, 7);
	assert_true(h.has_fd);
	MSG_NEW(&m, FORWARD_FAILED, forward_failed);
	say(f, &m, 8);
	assert_int_equal(h.count, 2);
	assert_int_equal(h.serial, 8);
	assert_false(h.has_fd);
	assert_int_not_equal(f->consoles.console[0].sock, -1);
	scope_close(&f->web.fd);
	serve(f);
	assert_null(consoles_machine(&f->consoles, "web"));
}

static void
there_are_only_so_many(void **state)
{
	struct fixture *f = *state;
	char text[LAB_TEXT_MAX + 1];
	int kept[CONSOLES_MAX];
	bool has_fd;

	for (uint32_t i = 1; i <= CONSOLES_MAX; i++) {
		ask_web(f, i);
		say_spawned(f, i);
		assert_int_equal(given(f, &has_fd), LAB_CONSOLE_BEGINS);
		kept[i - 1] = take_fd(&f->given);
	}
	ask_web(f, CONSOLES_MAX + 1);
	assert_int_equal(answered(f, text), LAB_FAILED);
	assert_non_null(strstr(text, "There are 16 consoles already"));
	say_exited(f, 3, 0, 0);
	ask_web(f, CONSOLES_MAX + 2);
	say_spawned(f, CONSOLES_MAX + 2);
	assert_int_equal(given(f, &has_fd), LAB_CONSOLE_BEGINS);
	for (int i = 0; i < CONSOLES_MAX; i++)
		close(kept[i]);
}

/* Its student may have filled it: init waits for nobody. */
static void
a_socket_that_takes_nothing_is_left(void **state)
{
	struct fixture *f = *state;

	ask_web(f, 7);
	while (send(f->consoles.console[0].sock, "x", 1, MSG_DONTWAIT) == 1)
		continue;
	say_spawned(f, 7);
	assert_int_equal(f->consoles.console[0].sock, -1);
}

static void
list(struct fixture *f, char text[LAB_TEXT_MAX + 1])
{
	struct lab_client *c = &f->lab.client[0];
	struct err e;
	int ends[2];

	scope_close(&f->answer);
	assert_int_equal(chan_pair(ends, &e), 0);
	*c = (struct lab_client){ .fd = ends[0],
		.serial = 1,
		.command = LAB_COMMAND_MACHINES };
	f->answer = ends[1];
	consoles_list(&f->consoles, &f->plan, c);
	assert_int_equal(answered(f, text), LAB_DONE);
}

static void
every_address_has_a_row(void **state)
{
	struct fixture *f = *state;
	char text[LAB_TEXT_MAX + 1];
	struct msg m;
	int ends[2];
	struct err e;

	list(f, text);
	assert_string_equal(text,
	    "MACHINE          ADDRESS        \n"
	    "desk             10.0.0.11        (this one)\n"
	    "web              10.0.0.12        \n"
	    "                 192.168.7.80     \n");
	/* A builder that knew of one network only says one. */
	assert_int_equal(chan_pair(ends, &e), 0);
	MSG_NEW(&m, MACHINE, machine);
	strcpy(m.machine.name, "web");
	m.machine.address = 0x0a000007;
	m.fd[0] = ends[0];
	consoles_add(&f->consoles, &f->lab, &m);
	close(ends[1]);
	list(f, text);
	assert_string_equal(text,
	    "MACHINE          ADDRESS        \n"
	    "desk             10.0.0.11        (this one)\n"
	    "web              10.0.0.7         \n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_console_is_a_shell_on_a_pty_there),
		TEST(a_command_has_pipes),
		TEST(who_goes_away_hangs_it_up),
		TEST(a_signal_ends_it_as_in_a_shell),
		TEST(what_was_not_asked_for_is_nobodys),
		TEST(why_there_is_none_is_told),
		TEST(a_machine_that_dies_ends_what_was_asked_of_it),
		TEST(one_that_is_made_anew_takes_its_place),
		TEST(what_answers_a_dial_is_passed_on),
		TEST(there_are_only_so_many),
		TEST(a_socket_that_takes_nothing_is_left),
		TEST(every_address_has_a_row),
	};

	return cmocka_run_group_tests_name("consoles", tests, NULL, NULL);
}
