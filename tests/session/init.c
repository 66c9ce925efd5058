/* init.c - a played init: starts processes on this machine, as nobody. */
#include "tests/session/peers.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES_MAX 64

struct process {
	pid_t pid;
	uint32_t serial;
};

static _Noreturn void
run(const struct msg_spawn *s)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (const char *v = strings_next(&s->environment, NULL); v != NULL;
	     v = strings_next(&s->environment, v))
		putenv(strdup(v));
	if (s->kind == SPAWN_SFTP)
		execl("/usr/lib/openssh/sftp-server", "sftp-server", NULL);
	if (s->kind == SPAWN_EXEC)
		execl("/bin/sh", "sh", "-c", s->command, NULL);
	setenv("PS1", "prompt> ", 1);
	execl("/bin/sh", "sh", "-i", NULL);
	_exit(127);
}

static pid_t
spawn_on_pty(const struct msg_spawn *s, struct msg *answer)
{
	struct winsize size = { .ws_row = (uint16_t)s->rows,
		.ws_col = (uint16_t)s->cols };
	int master;
	pid_t pid = forkpty(&master, NULL, NULL, &size);

	if (pid == 0)
		run(s);
	MSG_NEW(answer, SPAWNED_PTY, spawned_pty);
	answer->fd[0] = master;
	return pid;
}

static pid_t
spawn_on_pipes(const struct msg_spawn *s, struct msg *answer)
{
	int in[2], out[2], err[2];
	pid_t pid;

	if (pipe2(in, O_CLOEXEC) == -1 || pipe2(out, O_CLOEXEC) == -1 ||
	    pipe2(err, O_CLOEXEC) == -1)
		die("pipe2");
	pid = fork();
	if (pid == 0) {
		setsid();
		dup2(in[0], 0);
		dup2(out[1], 1);
		dup2(err[1], 2);
		run(s);
	}
	close(in[0]);
	close(out[1]);
	close(err[1]);
	MSG_NEW(answer, SPAWNED_PIPES, spawned_pipes);
	answer->fd[0] = in[1];
	answer->fd[1] = out[0];
	answer->fd[2] = err[0];
	return pid;
}

static void
init_reap(const struct chan *session, struct process *all)
{
	struct msg m;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (int i = 0; i < PROCESSES_MAX; i++) {
			if (all[i].pid != pid)
				continue;
			MSG_NEW(&m, EXITED, exited);
			m.serial = all[i].serial;
			if (WIFSIGNALED(status))
				m.exited.signal = (uint32_t)WTERMSIG(status);
			else
				m.exited.status = (uint32_t)WEXITSTATUS(status);
			all[i].pid = 0;
			say(session, &m);
		}
	}
}

static void
init_on_message(const struct chan *session, const char *account,
    struct process *all, struct msg *m)
{
	static struct msg answer;
	uint32_t serial = m->serial;
	int number = m->type == MSG_HANGUP ? SIGHUP : 0;

	if (m->type == MSG_SPAWN) {
		struct process *p = all;

		while (p->pid != 0)
			p++;
		p->serial = serial;
		p->pid = m->spawn.pty ? spawn_on_pty(&m->spawn, &answer)
				      : spawn_on_pipes(&m->spawn, &answer);
		if (m->spawn.keep == KEEP_TERMINAL)
			play_attached(account, &answer);
		answer.serial = serial;
		say(session, &answer);
	} else if (m->type == MSG_SIGNAL) {
		number = (int)m->signal.number;
	}
	for (int i = 0; number != 0 && i < PROCESSES_MAX; i++) {
		if (all[i].pid != 0 && all[i].serial == serial)
			kill(-all[i].pid, number);
	}
}

_Noreturn void
play_init(int fd, const char *account)
{
	bool is_short_lived = strcmp(account, "lost") == 0;
	struct chan session = { fd, INIT, SESSION };
	static struct process all[PROCESSES_MAX];
	static struct msg m;
	struct passwd *nobody = getpwnam("nobody");
	sigset_t chld;
	struct err e;
	int signals;

	signal(SIGCHLD, SIG_DFL);
	if (setgid(nobody->pw_gid) == -1 || setuid(nobody->pw_uid) == -1 ||
	    chdir("/tmp") == -1)
		die("become nobody");
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* setuid(2) forgets it */
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	signals = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
	for (;;) {
		struct pollfd fds[2] = { { session.fd, POLLIN, 0 },
			{ signals, POLLIN, 0 } };
		struct signalfd_siginfo told;

		if (poll(fds, 2, is_short_lived ? 500 : -1) == 0)
			_exit(0);
		while (read(signals, &told, sizeof(told)) > 0)
			continue;
		init_reap(&session, all);
		if (fds[0].revents == 0)
			continue;
		if (chan_recv(&session, &m, &e) != CHAN_MESSAGE)
			break;
		init_on_message(&session, account, all, &m);
	}
	for (int i = 0; i < PROCESSES_MAX; i++) {
		if (all[i].pid != 0)
			kill(-all[i].pid, SIGKILL);
	}
	_exit(0);
}
