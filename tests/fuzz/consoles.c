/*
 * consoles.c - what a student asks of another machine, and what that answers.
 *
 * Input: how many bytes the words are, and 128 more when a descriptor comes with the
 * packet; the words; a packet of the machine's init, which may have been taken over.
 */
#include "sandbox/init/consoles.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "gateway/wire/rights.h"
#include "tests/fuzz/fuzz.h"

struct scene {
	struct consoles consoles;
	struct lab_socket lab;
	struct msg_init_plan plan;
	int machine, answer, given; /* our ends */
};

static int
pair(int *ours)
{
	struct err e;
	int ends[2];

	MUST(chan_pair(ends, &e) == 0);
	*ours = ends[1];
	return ends[0];
}

/* A descriptor stays the caller's. */
static void
on_dialled(void *self, struct msg *m)
{
	MUST(self != NULL &&
	     (m->type == MSG_DIALLED || m->type == MSG_FORWARD_FAILED));
	MUST((m->fd[0] != -1) == (m->type == MSG_DIALLED));
}

static void
set_up(struct scene *s)
{
	struct msg m;

	consoles_init(&s->consoles);
	consoles_hear(&s->consoles, on_dialled, s);
	lab_socket_init(&s->lab);
	strcpy(s->plan.machine, "desk");
	MSG_NEW(&m, MACHINE, machine);
	strcpy(m.machine.name, "web");
	m.fd[0] = pair(&s->machine);
	consoles_add(&s->consoles, &s->lab, &m);
	MUST(m.fd[0] == -1);
	MUST(consoles_machine(&s->consoles, "web") != NULL);
	MUST(consoles_machine(&s->consoles, "we") == NULL);
}

static void
ask(struct scene *s, const char *words, size_t size)
{
	struct lab_client *c = &s->lab.client[0];

	*c = (struct lab_client){ .fd = pair(&s->answer),
		.serial = 1,
		.command = LAB_COMMAND_CONSOLE,
		.number = (uint32_t)size * 0x01010101,
		.words = words,
		.words_size = size,
		.passed = pair(&s->given) };
	consoles_open(&s->consoles, &s->plan, c);
	scope_close(&c->passed);
}

static void
serve(struct scene *s)
{
	struct pollfd fds[CONSOLES_POLL];

	consoles_wants(&s->consoles, fds);
	if (poll(fds, CONSOLES_POLL, 0) > 0)
		consoles_serve(&s->consoles, &s->lab, fds);
}

/* Whoever asked has an answer, or a console is free for another. */
static void
check(const struct scene *s)
{
	int taken = 0;

	for (int i = 0; i < CONSOLES_MAX; i++)
		taken += s->consoles.console[i].sock != -1;
	MUST(taken <= 1);
	MUST(s->lab.client[0].fd == -1 || taken == 1);
}

static void
tear_down(struct scene *s)
{
	scope_close(&s->machine);
	serve(s);
	check(s);
	for (int i = 0; i < CONSOLES_MAX; i++)
		MUST(s->consoles.console[i].sock == -1);
	MUST(s->lab.client[0].fd == -1);
	scope_close(&s->consoles.at[0].chan.fd);
	scope_close(&s->answer);
	scope_close(&s->given);
}

/* The lowest free number: nothing was left open when it is the same again. */
static int
lowest_free(void)
{
	int fd = dup(STDERR_FILENO);

	MUST(fd != -1);
	close(fd);
	return fd;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct scene s;
	int before = lowest_free(), given = STDERR_FILENO;
	unsigned fds;
	size_t n;
	char *words;

	if (size < 1)
		return 0;
	fds = data[0] >> 7;
	n = data[0] & 0x7f;
	n = n < size - 1 ? n : size - 1;
	words = fuzz_text(data + 1, n);
	s = (struct scene){ .machine = -1 };
	set_up(&s);
	ask(&s, words, n + 1);
	free(words);
	check(&s);
	data += 1 + n;
	size -= 1 + n;
	if (size > 0 && size < 60000) {
		rights_offer(s.machine, data, size, &given, fds);
		serve(&s);
		check(&s);
	}
	tear_down(&s);
	MUST(lowest_free() == before);
	return 0;
}
