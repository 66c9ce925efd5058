/*
 * capture.c - who wants the packet socket of lab capture, or confuses who has it.
 *
 * usage: capture steal PID [UID]	all that one process may do to another
 *	  capture pass			what is no stream to write to, with a request
 *
 * It says how each ends.  Static: it is put into a sandbox of any image.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/wire/lab_protocol.h"

static void
say(const char *name, long rc)
{
	printf("%s: %s\n", name, rc == -1 ? strerror(errno) : "done");
}

/* --- steal ------------------------------------------------------------------ */

static int
open_of(pid_t pid, const char *name, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return open(path, flags);
}

static void
steal(pid_t pid)
{
	char byte;
	struct iovec here = { &byte, 1 }, there = { (void *)&here, 1 };
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);

	say("stop", kill(pid, SIGSTOP));
	say("attach", ptrace(PTRACE_ATTACH, pid, NULL, NULL));
	say("seize", ptrace(PTRACE_SEIZE, pid, NULL, NULL));
	say("descriptor 3", syscall(SYS_pidfd_getfd, pidfd, 3, 0));
	say("descriptor 4", syscall(SYS_pidfd_getfd, pidfd, 4, 0));
	say("descriptors", open_of(pid, "fd", O_RDONLY | O_DIRECTORY) == -1
			       ? -1
			       : open_of(pid, "fd/3", O_RDONLY));
	say("memory", open_of(pid, "mem", O_RDWR));
	say("reading", process_vm_readv(pid, &here, 1, &there, 1, 0));
	say("socket", socket(AF_PACKET, SOCK_RAW, 0));
	kill(pid, SIGCONT);
}

static int
become(uid_t uid)
{
	if (setgroups(0, NULL) == -1 || setresgid(uid, uid, uid) == -1 ||
	    setresuid(uid, uid, uid) == -1)
		return -1;
	return 0;
}

/* --- pass ------------------------------------------------------------------- */

static int
connect_init(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				     sizeof(LAB_SOCKET_NAME));
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	memcpy(at.sun_path + 1, LAB_SOCKET_NAME, sizeof(LAB_SOCKET_NAME) - 1);
	if (fd == -1 || connect(fd, (struct sockaddr *)&at, size) == -1)
		exit(1);
	return fd;
}

static void
ask(const char *name, int passed, const char *word)
{
	const struct lab_request r = { LAB_VERSION, LAB_COMMAND_CAPTURE, 0 };
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = { 0 };
	char bytes[sizeof(r) + 512];
	size_t n = word == NULL ? 0 : strlen(word) + 1;
	struct iovec iov = { bytes, sizeof(r) + n };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct lab_piece piece = { .text = "" };
	int sock = connect_init();

	memcpy(bytes, &r, sizeof(r));
	if (n > 0)
		memcpy(bytes + sizeof(r), word, n);
	if (passed != -1) {
		h.msg_control = control;
		h.msg_controllen = CMSG_LEN(sizeof(int));
		CMSG_FIRSTHDR(&h)->cmsg_level = SOL_SOCKET;
		CMSG_FIRSTHDR(&h)->cmsg_type = SCM_RIGHTS;
		CMSG_FIRSTHDR(&h)->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&h)), &passed, sizeof(int));
	}
	if (sendmsg(sock, &h, 0) == -1 ||
	    recv(sock, &piece, sizeof(piece), 0) <= 0)
		puts("no answer");
	printf("%s: %.60s\n", name, strtok(piece.text, "\n"));
	close(sock);
}

static void
pass(void)
{
	int pipes[2], streams[2], packets[2];
	char many[301];

	memset(many, 'x', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	if (pipe(pipes) == -1 ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, streams) == -1 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, packets) == -1)
		exit(1);
	ask("nothing", -1, NULL);
	ask("pipe", pipes[1], NULL);
	ask("file", open("/tmp/file", O_RDWR | O_CREAT, 0600), NULL);
	ask("packets", packets[1], NULL);
	ask("tcp", socket(AF_INET, SOCK_STREAM, 0), NULL);
	ask("no name", streams[1], "");
	ask("long name", streams[1], many);
	ask("odd name", streams[1], "%n%s../\033[2J");
	close(streams[0]);
	ask("closed", streams[1], "lo");
}

int
main(int argc, char **argv)
{
	if (argc >= 3 && strcmp(argv[1], "steal") == 0) {
		if (argc == 4 && become((uid_t)atoi(argv[3])) == -1)
			return 1;
		steal((pid_t)atoi(argv[2]));
	} else if (argc == 2 && strcmp(argv[1], "pass") == 0) {
		pass();
	} else {
		return 2;
	}
	return 0;
}
