/* terminals.c - typing for others, and taking their terminals. */
#include "tests/escape/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define IOCTL(name, number, bits)                                              \
	{                                                                      \
		name, CALL(SYS_ioctl, NONE, (bits) | (number), BAD),           \
		    SAYS(EPERM), BARE(PLAIN, EBADF)                            \
	}

/* Type into the terminal that one is on. */
static int
type_into_own(const struct told *t)
{
	int master, slave;

	(void)t;
	if (openpty(&master, &slave, NULL, NULL, NULL) == -1)
		return UNTRIED;
	if (setsid() == -1 || ioctl(slave, TIOCSCTTY, 0) == -1)
		return UNTRIED;
	return answer_of(ioctl(slave, TIOCSTI, "x"));
}

static int
discipline(const struct told *t)
{
	int master, slave, plain = 0;

	(void)t;
	if (openpty(&master, &slave, NULL, NULL, NULL) == -1)
		return UNTRIED;
	return answer_of(ioctl(slave, TIOCSETD, &plain));
}

/* A session of somebody's, with a terminal. */
static pid_t
owner(int slave)
{
	int ready[2];
	char c;
	pid_t pid;

	if (pipe(ready) == -1)
		return -1;
	pid = fork();
	if (pid == 0) {
		setsid();
		ioctl(slave, TIOCSCTTY, 0);
		c = 'x';
		if (write(ready[1], &c, 1) == 1)
			pause();
		_exit(0);
	}
	return read(ready[0], &c, 1) == 1 ? pid : -1;
}

static int
steal(const struct told *t)
{
	int master, slave, answer;
	pid_t other;

	(void)t;
	if (openpty(&master, &slave, NULL, NULL, NULL) == -1)
		return UNTRIED;
	other = owner(slave);
	if (other == -1 || setsid() == -1)
		return UNTRIED;
	answer = answer_of(ioctl(slave, TIOCSCTTY, 1));
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	return answer;
}

static int
console(const struct told *t)
{
	(void)t;
	return answer_of(open("/dev/console", O_RDWR | O_NOCTTY));
}

static int
first_console(const struct told *t)
{
	(void)t;
	return answer_of(open("/dev/tty1", O_RDWR | O_NOCTTY));
}

/* Terminals of the host have numbers, too; ours are in another directory. */
static int
other_numbers(const struct told *t)
{
	char path[32];

	(void)t;
	for (int i = 0; i < 64; i++) {
		int fd;

		snprintf(path, sizeof(path), "/dev/pts/%d", i);
		fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
		if (fd != -1 || errno != ENOENT)
			return fd == -1 ? errno : WORKS;
	}
	return ENOENT;
}

static int
take_console(const struct told *t)
{
	int master, slave;

	(void)t;
	if (openpty(&master, &slave, NULL, NULL, NULL) == -1)
		return UNTRIED;
	return answer_of(ioctl(slave, TIOCCONS, 0));
}

static int
new_terminal(const struct told *t)
{
	int master, slave;

	(void)t;
	return answer_of(openpty(&master, &slave, NULL, NULL, NULL));
}

static const struct attempt attempts[] = {
	IOCTL("TIOCSTI", 0x5412, 0),
	IOCTL("TIOCSTI, high bits", 0x5412, HIGH),
	IOCTL("TIOCLINUX", 0x541c, 0),
	IOCTL("TIOCLINUX, high bits", 0x541c, HIGH),
	IOCTL("TIOCSETD", 0x5423, 0),
	IOCTL("TIOCSETD, high bits", 0x5423, HIGH << 8),
	{ "TIOCSTI, the real thing", ACT(type_into_own), SAYS(EPERM),
	    BARE(PLAIN, DIFFERS),
	    BECAUSE("typing for the shell that one was started from") },
	{ "TIOCSETD, the real thing", ACT(discipline), SAYS(EPERM),
	    BARE(PLAIN, WORKS),
	    BECAUSE("line disciplines are drivers, and full of holes") },
	{ "steal a terminal from its session", ACT(steal), SAYS(EPERM),
	    BARE(HOST, WORKS), BECAUSE("root of a sandbox is no root") },
	{ "take the console's output", ACT(take_console), SAYS(EPERM),
	    BARE(PLAIN, EPERM) },
	{ "/dev/console", ACT(console), SAYS(ENOENT), BARE(NOBODY, SAME) },
	{ "/dev/tty1", ACT(first_console), SAYS(ENOENT), BARE(NOBODY, SAME) },
	{ "terminals of the host by number", ACT(other_numbers), SAYS(ENOENT),
	    BARE(NOBODY, SAME), BECAUSE("devpts is the sandbox's own") },
	{ "a terminal of one's own", ACT(new_terminal), SAYS(WORKS),
	    BARE(PLAIN, WORKS), BECAUSE("programs need it") },
};

const struct area area_terminals = { "terminals",
	"A terminal is shared between whoever types and whoever runs.",
	ROWS(attempts) };
