/* password.c - passwords: asked for, made up, hashed. */
#include "gateway/admin/account/password.h"

#include <crypt.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/scope.h"

#define THREADS_MAX 64

/* The cost of yescrypt for passwords that were made up (crypt(5)): 2 MiB and 4
 * ms.  A slow hash protects passwords that can be guessed; to try all of 59
 * bits takes 10^15 s of a processor even so. */
#define COST_OF_MADE 2

#define QUIET_SECONDS 2 /* before and between two lines about the progress */

/* What a handler can reach: the signal that ended the question, or 0. */
static volatile sig_atomic_t interrupted;

static void
on_signal(int number)
{
	interrupted = number;
}

/* Wait until there is something to read.  Signals come in here and nowhere
 * else: one that came between a look at interrupted and poll(2) would be
 * noticed only after the next key (see select(2) on pselect(2)). */
static int
wait_readable(int fd, const sigset_t *mask, struct err *e)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	while (ppoll(&p, 1, NULL, mask) == -1) {
		if (errno != EINTR || interrupted != 0)
			return err_set(e, errno, "read a password");
	}
	return 0;
}

/* A line without its end; -1 at the end of the file or when it is too long.
 * The mask is for wait_readable(), NULL where no signal is of interest. */
static int
read_line(int fd, const sigset_t *mask, char password[PASSWORD_SIZE],
    struct err *e)
{
	size_t n = 0;
	char c;

	for (;;) {
		ssize_t got;

		if (mask != NULL && wait_readable(fd, mask, e) == -1)
			return -1;
		got = read(fd, &c, 1);
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			return err_set(e, errno, "read a password");
		if (got == 0 || c == '\n')
			break;
		if (c == '\0' || n == PASSWORD_SIZE - 1)
			return err_set(e, 0,
			    "the password must have at most %d bytes, and no "
			    "NUL",
			    PASSWORD_SIZE - 1);
		password[n++] = c;
	}
	password[n] = '\0';
	return n > 0
		   ? 0
		   : err_set(e, 0,
			 "the password is empty: type one, or use --generate");
}

/* Ask without echo.  The terminal gets its echo back whatever ends this, a
 * signal too: that is raised again when all is as before. */
static int
prompt(int tty, const char *text, char password[PASSWORD_SIZE], struct err *e)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	const struct sigaction catch = { .sa_handler = on_signal };
	struct sigaction before[4];
	struct termios was, quiet;
	sigset_t held, mask;
	int rc;

	if (tcgetattr(tty, &was) == -1)
		return err_set(e, errno, "terminal");
	sigemptyset(&held);
	for (size_t i = 0; i < 4; i++)
		sigaddset(&held, signals[i]);
	sigprocmask(SIG_BLOCK, &held, &mask);
	for (size_t i = 0; i < 4; i++)
		sigaction(signals[i], &catch, &before[i]);
	quiet = was;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(tty, TCSAFLUSH, &quiet);
	dprintf(tty, "%s", text);
	rc = read_line(tty, &mask, password, e);
	tcsetattr(tty, TCSAFLUSH, &was);
	dprintf(tty, "\n");
	for (size_t i = 0; i < 4; i++)
		sigaction(signals[i], &before[i], NULL);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	if (interrupted != 0)
		raise(interrupted);
	return rc;
}

int
password_ask(char password[PASSWORD_SIZE], const char *who, struct err *e)
{
	CLOSES int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
	char text[128], again[PASSWORD_SIZE];
	bool same;

	if (tty == -1)
		return err_set(e, 0,
		    "no terminal to ask for a password: use --stdin or"
		    " --generate");
	snprintf(text, sizeof(text), "Password for %s: ", who);
	if (prompt(tty, text, password, e) == -1 ||
	    prompt(tty, "The same again: ", again, e) == -1)
		return -1;
	same = strcmp(password, again) == 0;
	explicit_bzero(again, sizeof(again));
	return same ? 0 : err_set(e, 0, "the two passwords differ");
}

int
password_read(char password[PASSWORD_SIZE], struct err *e)
{
	int rc = read_line(STDIN_FILENO, NULL, password, e);
	size_t n = rc == 0 ? strlen(password) : 0;

	/* A file from Windows ends its line with CRLF. */
	if (n > 0 && password[n - 1] == '\r')
		password[n - 1] = '\0';
	return rc;
}

int
password_make(char password[MADE_SIZE], struct err *e)
{
	static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
	const unsigned kinds = sizeof(letters) - 1;
	size_t at = 0;

	while (at < MADE_SIZE - 1) {
		unsigned char byte;

		if (getrandom(&byte, 1, 0) != 1)
			return err_set(e, errno, "getrandom");
		if (byte >= 256 / kinds * kinds)
			continue; /* so that each letter is as likely */
		password[at++] = letters[byte % kinds];
		if (at % 5 == 4 && at < MADE_SIZE - 1)
			password[at++] = '-';
	}
	password[at] = '\0';
	return 0;
}

int
password_hash(const char *password, bool is_made, char hash[HASH_SIZE],
    struct err *e)
{
	unsigned long cost = is_made ? COST_OF_MADE : 0; /* 0: crypt(5)'s */
	struct crypt_data *data = calloc(1, sizeof(*data));
	char salt[CRYPT_GENSALT_OUTPUT_SIZE];
	const char *got = NULL;

	if (data != NULL &&
	    crypt_gensalt_rn("$y$", cost, NULL, 0, salt, sizeof(salt)) != NULL)
		got = crypt_r(password, salt, data);
	if (got == NULL || got[0] == '*' || strlen(got) >= HASH_SIZE) {
		free(data);
		return err_set(e, errno, "hash a password");
	}
	strcpy(hash, got);
	explicit_bzero(data, sizeof(*data));
	free(data);
	return 0;
}

struct work {
	struct hashing *secrets;
	size_t count;
	atomic_size_t next;
	atomic_bool failed;
};

static bool
hash_next(struct work *w)
{
	size_t i = atomic_fetch_add(&w->next, 1);
	struct err ignored;
	struct hashing *s;

	if (i >= w->count)
		return false;
	s = &w->secrets[i];
	if (password_hash(s->password, s->is_made, s->hash, &ignored) == -1)
		atomic_store(&w->failed, true);
	return true;
}

static void *
hash_some(void *data)
{
	while (hash_next(data))
		continue;
	return NULL;
}

/* The first thread hashes, too, and shows the progress now and then. */
static void
hash_and_tell(struct work *w)
{
	bool is_terminal = isatty(STDERR_FILENO), told = false;
	time_t last = time(NULL);

	while (hash_next(w)) {
		size_t next = atomic_load(&w->next);

		if (time(NULL) - last < QUIET_SECONDS || next >= w->count)
			continue;
		last = time(NULL);
		told = true;
		fprintf(stderr, "%satoll: hashing passwords: %zu of %zu%s",
		    is_terminal ? "\r" : "", next, w->count,
		    is_terminal ? "" : "\n");
	}
	if (told && is_terminal)
		fputc('\n', stderr);
}

int
password_hash_all(struct hashing *secrets, size_t count, struct err *e)
{
	struct work w = { .secrets = secrets, .count = count };
	long wanted = sysconf(_SC_NPROCESSORS_ONLN);
	pthread_t threads[THREADS_MAX];
	long started = 0;

	if (wanted > THREADS_MAX)
		wanted = THREADS_MAX;
	while (started < wanted - 1 && (size_t)started + 1 < count &&
	       pthread_create(&threads[started], NULL, hash_some, &w) == 0)
		started++;
	hash_and_tell(&w);
	while (started > 0)
		pthread_join(threads[--started], NULL);
	return w.failed ? err_set(e, 0, "a password could not be hashed") : 0;
}
