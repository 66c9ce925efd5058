/*
 * libssh2.c - a client on libssh2, as curl, git's libgit2 and PHP have it.
 *
 * usage: libssh2 PORT USER key FILE | password TEXT  run COMMAND
 *					| terminal COMMAND | put FILE | get FILE
 *
 * run and put read stdin, get writes stdout; the exit status is the command's.
 */
#include <libssh2.h>
#include <libssh2_sftp.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static LIBSSH2_SESSION *session;

static void
must(int ok, const char *what)
{
	char *text = NULL;

	if (ok)
		return;
	if (session != NULL)
		libssh2_session_last_error(session, &text, NULL, 0);
	fprintf(stderr, "libssh2: %s: %s\n", what, text == NULL ? "" : text);
	exit(255);
}

static void
log_in(const char *port, const char *user, const char *how, const char *secret)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((unsigned short)atoi(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int rc;

	must(connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0, "connect");
	session = libssh2_session_init();
	must(libssh2_session_handshake(session, fd) == 0, "handshake");
	if (strcmp(how, "key") == 0)
		rc = libssh2_userauth_publickey_fromfile(session, user, NULL,
		    secret, "");
	else
		rc = libssh2_userauth_password(session, user, secret);
	must(rc == 0, "login");
}

static void
copy_in(LIBSSH2_CHANNEL *channel)
{
	char block[4096];
	ssize_t n;

	while ((n = read(STDIN_FILENO, block, sizeof(block))) > 0) {
		for (ssize_t at = 0; at < n;) {
			ssize_t sent = libssh2_channel_write(channel,
			    block + at, (size_t)(n - at));

			must(sent > 0, "write");
			at += sent;
		}
	}
	libssh2_channel_send_eof(channel);
}

static void
copy_out(LIBSSH2_CHANNEL *channel, int stream, FILE *to)
{
	char block[4096];
	ssize_t n;

	while ((n = libssh2_channel_read_ex(channel, stream, block,
		    sizeof(block))) > 0)
		fwrite(block, 1, (size_t)n, to);
	must(n == 0, "read");
	fflush(to);
}

static int
run(const char *command, int tty)
{
	LIBSSH2_CHANNEL *channel = libssh2_channel_open_session(session);

	must(channel != NULL, "channel");
	if (tty)
		must(libssh2_channel_request_pty_ex(channel, "vt100", 5, NULL,
			 0, 100, 40, 0, 0) == 0,
		    "terminal");
	must(libssh2_channel_exec(channel, command) == 0, "exec");
	if (!tty)
		copy_in(channel);
	copy_out(channel, 0, stdout);
	copy_out(channel, SSH_EXTENDED_DATA_STDERR, stderr);
	libssh2_channel_close(channel);
	libssh2_channel_wait_closed(channel);
	return libssh2_channel_get_exit_status(channel);
}

static int
transfer(const char *path, int put)
{
	LIBSSH2_SFTP *sftp = libssh2_sftp_init(session);
	LIBSSH2_SFTP_HANDLE *file;
	char block[30000];
	ssize_t n;

	must(sftp != NULL, "sftp");
	file = libssh2_sftp_open(sftp, path,
	    put ? LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT : LIBSSH2_FXF_READ,
	    0600);
	must(file != NULL, path);
	while (put && (n = read(STDIN_FILENO, block, sizeof(block))) > 0) {
		for (ssize_t at = 0; at < n;) {
			ssize_t sent = libssh2_sftp_write(file, block + at,
			    (size_t)(n - at));

			must(sent > 0, "write");
			at += sent;
		}
	}
	while (!put && (n = libssh2_sftp_read(file, block, sizeof(block))) > 0)
		fwrite(block, 1, (size_t)n, stdout);
	libssh2_sftp_close(file);
	libssh2_sftp_shutdown(sftp);
	return 0;
}

int
main(int argc, char *argv[])
{
	int status;

	must(argc == 7 && libssh2_init(0) == 0, "usage");
	log_in(argv[1], argv[2], argv[3], argv[4]);
	if (strcmp(argv[5], "put") == 0 || strcmp(argv[5], "get") == 0)
		status = transfer(argv[6], argv[5][0] == 'p');
	else
		status = run(argv[6], strcmp(argv[5], "terminal") == 0);
	libssh2_session_disconnect(session, "bye");
	libssh2_session_free(session);
	return status;
}
