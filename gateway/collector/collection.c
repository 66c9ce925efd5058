/* collection.c - where the work of seats lies. */
#include "gateway/collector/collection.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/dir.h"
#include "gateway/base/scope.h"
#include "gateway/collector/small_file.h"
#include "gateway/collector/sshsig.h"

#define CHUNK_SIZE (256U << 10)
#define FILE_SIZE  64

enum part { ARCHIVE, ARCHIVE_NEW, RECEIPT, SIGNATURE };

static void
name_of(const struct collection *c, enum part part, char name[FILE_SIZE])
{
	static const char *const suffixes[] = {
		[ARCHIVE] = ".tar",
		[ARCHIVE_NEW] = ".tar.new",
		[RECEIPT] = ".receipt",
		[SIGNATURE] = ".receipt.sig",
	};
	char date[RECEIPT_DATE_SIZE];

	receipt_date(c, date);
	snprintf(name, FILE_SIZE, "%s%s", date, suffixes[part]);
}

void
collection_file(const struct collection *c, char file[TEXT_SIZE])
{
	char name[FILE_SIZE];

	name_of(c, ARCHIVE, name);
	snprintf(file, TEXT_SIZE, "%s/%s/%s", c->lab, c->account, name);
}

/* Made, it is on the disk in the directory above. */
static int
enter(int dir, const char *name, bool is_made)
{
	if (is_made && mkdirat(dir, name, 0700) == 0 && fsync(dir) == -1)
		return -1;
	return openat(dir, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int
enter_both(int dir, const struct collection *c, bool is_made, struct err *e)
{
	CLOSES int lab = enter(dir, c->lab, is_made);
	int fd = lab == -1 ? -1 : enter(lab, c->account, is_made);

	return fd == -1
		   ? err_set(e, errno, "collected/%s/%s", c->lab, c->account)
		   : fd;
}

int
collection_create(int dir, const struct collection *c, struct err *e)
{
	CLOSES int own = enter_both(dir, c, true, e);
	char name[FILE_SIZE];
	int fd;

	if (own == -1)
		return -1;
	name_of(c, ARCHIVE_NEW, name);
	fd = small_file_begin(own, name);
	return fd == -1 ? err_set(e, errno, "collected/%s/%s/%s", c->lab,
			      c->account, name)
			: fd;
}

/* --- the hash ------------------------------------------------------------------- */

static bool
hash_all(EVP_MD_CTX *ctx, int fd, struct receipt *r)
{
	static uint8_t chunk[CHUNK_SIZE]; /* not on the stack: it is large */
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) > 0) {
		if (EVP_DigestUpdate(ctx, chunk, (size_t)n) != 1)
			return false;
		r->size += (uint64_t)n;
	}
	return n == 0;
}

static int
hash(int fd, struct receipt *r)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned size = 0;
	bool ok;

	r->size = 0;
	ok = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1 &&
	     hash_all(ctx, fd, r) &&
	     EVP_DigestFinal_ex(ctx, digest, &size) == 1;
	EVP_MD_CTX_free(ctx);
	for (unsigned i = 0; i < size; i++)
		snprintf(r->sha256 + 2 * i, 3, "%02x", digest[i]);
	return ok ? 0 : -1;
}

/* It is on the disk before it is signed. */
static int
hash_archive(int own, struct receipt *r, struct err *e)
{
	char name[FILE_SIZE];
	CLOSES int fd = -1;

	name_of(&r->of, ARCHIVE_NEW, name);
	fd = openat(own, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1 || fsync(fd) == -1 || hash(fd, r) == -1)
		return err_set(e, errno, "collected/%s/%s/%s", r->of.lab,
		    r->of.account, name);
	return 0;
}

/* --- the receipt ---------------------------------------------------------------- */

static int
write_receipt(int own, const struct signing_key *k, const struct receipt *r,
    struct err *e)
{
	char name[FILE_SIZE], text[RECEIPT_SIZE], signature[SSHSIG_SIZE];
	size_t n = receipt_write(r, text);

	if (sshsig_sign(k->pkey, text, n, signature, e) == -1)
		return -1;
	name_of(&r->of, RECEIPT, name);
	if (small_file_write(own, name, text, n, e) == -1)
		return -1;
	name_of(&r->of, SIGNATURE, name);
	return small_file_write(own, name, signature, strlen(signature), e);
}

static int
give_name(int own, const struct collection *c, struct err *e)
{
	char from[FILE_SIZE], to[FILE_SIZE];

	name_of(c, ARCHIVE_NEW, from);
	name_of(c, ARCHIVE, to);
	if (fsync(own) == -1 || renameat(own, from, own, to) == -1 ||
	    fsync(own) == -1)
		return err_set(e, errno, "collected/%s/%s/%s", c->lab,
		    c->account, to);
	return 0;
}

int
collection_finish(int dir, const struct signing_key *k, struct receipt *r,
    struct err *e)
{
	CLOSES int own = enter_both(dir, &r->of, false, e);

	if (own == -1 || hash_archive(own, r, e) == -1 ||
	    write_receipt(own, k, r, e) == -1)
		return -1;
	return give_name(own, &r->of, e);
}

int
collection_find(int dir, struct receipt *r, struct err *e)
{
	CLOSES int own = enter_both(dir, &r->of, false, e);
	char name[FILE_SIZE], text[RECEIPT_SIZE];
	struct stat st;

	if (own == -1)
		return e->code == ENOENT ? 0 : -1;
	name_of(&r->of, ARCHIVE, name);
	if (fstatat(own, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT ? 0
				       : err_set(e, errno, "collected/%s/%s/%s",
					     r->of.lab, r->of.account, name);
	name_of(&r->of, RECEIPT, name);
	if (small_file_read(own, name, text, sizeof(text)) == -1)
		return err_set(e, errno, "collected/%s/%s/%s", r->of.lab,
		    r->of.account, name);
	if (!receipt_read(r, text))
		return err_set(e, 0, "collected/%s/%s/%s is no receipt of ours",
		    r->of.lab, r->of.account, name);
	return 1;
}
