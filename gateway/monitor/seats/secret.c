/* secret.c - a secret of each seat. */
#include "gateway/monitor/seats/secret.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/name.h"
#include "gateway/base/scope.h"
#include "gateway/monitor/accounts/db.h"

#define KEY_FILE "secret.key"
#define NEW_FILE KEY_FILE ".new"
#define CURE                                                                   \
	"restore it from a backup; or, if every seat may get a new secret,"    \
	" and so every student other flags: head -c 32 /dev/urandom >"

/* The database is made after the key: where there is a database there was a
 * key, and flags that students have already were made from it. */
static int
check_first(int dir, const char *state_dir, struct err *e)
{
	if (faccessat(dir, DB_NAME, F_OK, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT ? 0 : err_set(e, errno, DB_NAME);
	return err_set(e, 0,
	    KEY_FILE " is lost, and " DB_NAME " is there: " CURE "%s/" KEY_FILE
		     " and chmod 600 it",
	    state_dir);
}

/* Under another name first, synced and then renamed: a file of the final name
 * is always a whole key, whenever the power fails. */
static int
make_key(int dir, struct err *e)
{
	unsigned char key[SECRET_KEY_SIZE];
	CLOSES int fd = -1;

	if (unlinkat(dir, NEW_FILE, 0) == -1 && errno != ENOENT)
		return err_set(e, errno, "remove " NEW_FILE);
	fd = openat(dir, NEW_FILE,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1)
		return err_set(e, errno, "make " KEY_FILE);
	if (getrandom(key, sizeof(key), 0) != sizeof(key) ||
	    write(fd, key, sizeof(key)) != sizeof(key) || fsync(fd) == -1 ||
	    renameat(dir, NEW_FILE, dir, KEY_FILE) == -1)
		return err_set(e, errno, "write " KEY_FILE);
	fsync(dir);
	return 0;
}

static int
read_key(struct secret *s, int fd, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return err_set(e, errno, KEY_FILE);
	/* A key that another user can read gives away every student's flag. */
	if (!S_ISREG(st.st_mode) || st.st_uid != 0 || (st.st_mode & 077) != 0)
		return err_set(e, 0,
		    KEY_FILE " is not root's alone: 'chown root' and"
			     " 'chmod 600' it, if nobody else has read it");
	if (st.st_size != SECRET_KEY_SIZE ||
	    read(fd, s->key, sizeof(s->key)) != sizeof(s->key))
		return err_set(e, 0,
		    KEY_FILE " is not a key of %d bytes: " CURE KEY_FILE
			     " there",
		    SECRET_KEY_SIZE);
	return 0;
}

int
secret_open(struct secret *s, const char *state_dir, struct err *e)
{
	CLOSES int dir = -1;
	CLOSES int fd = -1;

	if (mkdir(state_dir, 0755) == -1 && errno != EEXIST)
		return err_set(e, errno, "make state_dir %s", state_dir);
	dir = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir == -1)
		return err_set(e, errno, "state_dir %s", state_dir);
	fd = openat(dir, KEY_FILE, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1 && errno == ENOENT) {
		if (check_first(dir, state_dir, e) == -1 ||
		    make_key(dir, e) == -1)
			return err_wrap(e, "state_dir %s", state_dir);
		fd = openat(dir, KEY_FILE, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	}
	if (fd == -1)
		return err_set(e, errno, "%s/" KEY_FILE, state_dir);
	if (read_key(s, fd, e) == -1)
		return err_wrap(e, "state_dir %s", state_dir);
	return 0;
}

int
secret_sign(const struct secret *s, const void *text, size_t size,
    char hex[SECRET_HEX_SIZE])
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (HMAC(EVP_sha256(), s->key, sizeof(s->key), text, size, mac, &n) ==
		NULL ||
	    n != (SECRET_HEX_SIZE - 1) / 2)
		return -1;
	for (unsigned i = 0; i < n; i++)
		snprintf(hex + (size_t)2 * i, 3, "%02x", mac[i]);
	return 0;
}

int
secret_of_seat(const struct secret *s, const char *account, const char *lab,
    char hex[SECRET_HEX_SIZE], struct err *e)
{
	unsigned char text[2 * NAME_SIZE];
	size_t a = strlen(account), l = strlen(lab);

	assert(a < NAME_SIZE && l < NAME_SIZE); /* is_name() was true of both */
	/* With the NUL between them: no other account and lab give the same. */
	memcpy(text, account, a + 1);
	memcpy(text + a + 1, lab, l + 1);
	if (secret_sign(s, text, a + 1 + l, hex) == -1)
		return err_set(e, 0,
		    "the secret of the seat: OpenSSL makes no HMAC-SHA256");
	return 0;
}
