/* log_journal.c - a line of the log with fields, for systemd's journal. */
#include "gateway/base/log_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/log_bytes.h"
#include "gateway/base/scope.h"

#define INHERITED "ATOLL_JOURNAL" /* its number, for log_journal_leave() */

/* Of this process.  A fork has its number as well, but may have closed it and opened
 * something else there: what it logs goes to standard error. */
static struct {
	int fd;
	pid_t owner; /* 0: there is none */
} journal;

/* What an organizer looks for.  Everything else is in the message. */
static const struct {
	const char *pair, *field;
} fields[] = {
	{ "conn", "ATOLL_CONN" },
	{ "account", "ATOLL_ACCOUNT" },
	{ "lab", "ATOLL_LAB" },
	{ "sandbox", "ATOLL_SANDBOX" },
};

bool
log_is_to_journal(void)
{
	const char *told = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	return told != NULL &&
	       sscanf(told, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device &&
	       st.st_ino == inode;
}

static int
take_inherited(void)
{
	const char *number = getenv(INHERITED);
	struct stat st;
	int fd;

	if (number == NULL)
		return -1;
	fd = atoi(number);
	unsetenv(INHERITED);
	if (fd <= STDERR_FILENO || fstat(fd, &st) == -1 ||
	    !S_ISSOCK(st.st_mode) || fcntl(fd, F_SETFD, FD_CLOEXEC) == -1)
		return -1;
	return fd;
}

static int
connect_socket(void)
{
	const struct sockaddr_un to = { AF_UNIX, LOG_JOURNAL_SOCKET };
	CLOSES int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd == -1 ||
	    connect(fd, (const struct sockaddr *)&to, sizeof(to)) == -1)
		return -1;
	return take_fd(&fd);
}

void
log_journal_open(void)
{
	int fd;

	if (!log_is_to_journal())
		return;
	fd = take_inherited();
	if (fd == -1)
		fd = connect_socket();
	journal.fd = fd;
	journal.owner = fd == -1 ? 0 : getpid();
}

void
log_journal_leave(void)
{
	char number[12];

	if (journal.owner == 0 || fcntl(journal.fd, F_SETFD, 0) == -1)
		return;
	snprintf(number, sizeof(number), "%d", journal.fd);
	setenv(INHERITED, number, 1);
}

static void
put_field(struct log_bytes *to, const char *name, const char *value,
    size_t length)
{
	log_bytes_say(to, name);
	log_bytes_say(to, "=");
	log_bytes_escape(to, value, length, false);
	log_bytes_say(to, "\n");
}

static const struct log_pair *
find_field(const struct log_pairs *pairs, const char *name)
{
	const struct log_pair *p = log_pairs_get(pairs, name);

	/* Before a login it has the name that was tried. */
	if (p == NULL && strcmp(name, "account") == 0 &&
	    log_pairs_get(pairs, "conn") != NULL)
		p = log_pairs_get(pairs, "name");
	return p;
}

bool
log_journal_send(int priority, const struct log_pairs *pairs, const char *line,
    size_t length)
{
	const char *process = program_invocation_short_name;
	struct log_bytes b;
	char digit[] = { (char)('0' + priority), '\0' };
	ssize_t n;

	if (journal.owner == 0 || journal.owner != getpid())
		return false;
	log_bytes_init(&b, LOG_BYTES_MAX);
	put_field(&b, "PRIORITY", digit, 1);
	put_field(&b, "SYSLOG_IDENTIFIER", process, strlen(process));
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		const struct log_pair *p = find_field(pairs, fields[i].pair);

		if (p != NULL)
			put_field(&b, fields[i].field, p->value, p->length);
	}
	put_field(&b, "MESSAGE", line, length);
	do {
		n = send(journal.fd, b.at, b.count, MSG_NOSIGNAL);
	} while (n == -1 && errno == EINTR);
	return n == (ssize_t)b.count;
}
