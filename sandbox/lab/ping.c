/*
 * ping.c - lab ping: what makes the terminal slow, if it is?
 *
 * Three numbers: the way to the student's machine, the gateway's own part of an
 * echo, and how busy this host is.
 */
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "sandbox/lab/ask.h"
#include "sandbox/lab/commands.h"

#define TIMES_MAX 100
#define ANSWER_S  10

struct answer {
	uint32_t link_us, echo_us, echoes;
};

/* A status of exit(3). */
static int
ask_once(struct answer *a)
{
	const struct question q = { LAB_COMMAND_PING, 0, { NULL }, -1 };
	const struct timeval patience = { .tv_sec = ANSWER_S };
	char text[1024] = "";
	int fd = ask_begin(&q), status;

	if (fd == -1)
		return LAB_FAILED;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	status = ask_end(fd, text, sizeof(text));
	if (status == LAB_DONE &&
	    sscanf(text, "%" SCNu32 " %" SCNu32 " %" SCNu32, &a->link_us,
		&a->echo_us, &a->echoes) == 3)
		return LAB_DONE;
	fputs(text, stderr);
	return LAB_FAILED;
}

static const char *
word_for(uint32_t us)
{
	return us < 50000    ? "you will not notice it"
	       : us < 150000 ? "you may feel it when you type"
			     : "typing feels slow";
}

static double
ms(uint32_t us)
{
	return us / 1000.0;
}

static void
tell_link(const struct answer *a)
{
	printf("link: %.1f ms to your machine and back; %s\n", ms(a->link_us),
	    word_for(a->link_us));
}

static void
tell_echo(const struct answer *a)
{
	if (a->echoes == 0)
		puts("echo: not known yet; type something at a prompt first");
	else
		printf("echo: %.1f ms from a key to its echo, inside the"
		       " gateway; %s\n",
		    ms(a->echo_us), word_for(a->echo_us));
}

/* What sysinfo(2) tells is of the whole host. */
static void
tell_load(void)
{
	struct sysinfo host;
	cpu_set_t set;
	int count = 1;
	double load, each;

	if (sysinfo(&host) == -1)
		return;
	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		count = CPU_COUNT(&set);
	load = (double)host.loads[0] / (1 << SI_LOAD_SHIFT);
	each = load / count;
	printf("host: %.1f programs want its %d processor%s, over the last"
	       " minute; %s\n",
	    load, count, count == 1 ? "" : "s",
	    each < 0.7	 ? "it is not busy"
	    : each < 1.5 ? "it is busy"
			 : "it is overloaded, and everything takes longer");
}

static int
by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* The links alone, one a second, and then all three. */
static int
run_times(unsigned times)
{
	uint32_t us[TIMES_MAX] = { 0 };
	struct answer a = { 0 };

	for (unsigned i = 0; i < times; i++) {
		if (i > 0)
			sleep(1);
		if (ask_once(&a) != LAB_DONE)
			return LAB_FAILED;
		us[i] = a.link_us;
		if (times > 1)
			printf("%u: %.1f ms\n", i + 1, ms(a.link_us));
		fflush(stdout);
	}
	qsort(us, times, sizeof(us[0]), by_value);
	if (times > 1)
		printf("least %.1f ms, most %.1f ms\n", ms(us[0]),
		    ms(us[times - 1]));
	a.link_us = us[times / 2];
	tell_link(&a);
	tell_echo(&a);
	tell_load();
	return LAB_DONE;
}

int
run_ping(int count, char **words)
{
	unsigned long times = 1;
	char *end;

	if (count == 0)
		return run_times(1);
	if (count == 2 && strcmp(words[0], "-c") == 0) {
		times = strtoul(words[1], &end, 10);
		if (words[1][0] >= '0' && words[1][0] <= '9' && *end == '\0' &&
		    times >= 1 && times <= TIMES_MAX)
			return run_times((unsigned)times);
		fprintf(stderr,
		    "lab: -c %.40s: it takes how often, from 1 to %d\n",
		    words[1], TIMES_MAX);
		return LAB_USAGE;
	}
	fputs("usage: lab ping [-c TIMES]\n", stderr);
	return LAB_USAGE;
}
