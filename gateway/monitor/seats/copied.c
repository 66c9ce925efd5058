/* copied.c - secrets of one seat that another hands in. */
#include "gateway/monitor/seats/copied.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/base/secret_word.h"
#include "gateway/config/policy.h"
#include "gateway/monitor/accounts/writer.h"
#include "gateway/monitor/seats/copied_store.h"
#include "gateway/monitor/seats/staff_notice.h"
#include "gateway/monitor/seats/standing.h"

/* Each is some work for the disk, and may be lines on terminals of staff. */
#define TAKES_MAX 5	/* at once, */
#define TAKE_MS	  10000 /* and then one each */

void
copied_fill(struct seat *s)
{
	s->copied.has_mark = false;
	bucket_fill(&s->copied.takes, TAKES_MAX, TAKE_MS);
}

/* --- digests -------------------------------------------------------------- */

static bool
are_words(const struct strings *words)
{
	const char *word = NULL;

	if (words->count > SECRET_WORDS_MAX)
		return false;
	while ((word = strings_next(words, word)) != NULL) {
		if (!is_secret_word(word, strlen(word)))
			return false;
	}
	return true;
}

/* No secret of a seat, see secret.c, is of a text that begins with a NUL. */
static bool
add_digest(const struct seat *s, const char *word, struct word_macs *to)
{
	unsigned char text[1 + NAME_SIZE + SECRET_WORD_MOST];
	unsigned char mac[EVP_MAX_MD_SIZE];
	const struct secret *key = &s->monitor->secret;
	size_t lab = strlen(s->lab) + 1, n = strlen(word);
	unsigned size = 0;

	text[0] = '\0';
	memcpy(text + 1, s->lab, lab);
	memcpy(text + 1 + lab, word, n);
	if (HMAC(EVP_sha256(), key->key, sizeof(key->key), text, 1 + lab + n,
		mac, &size) == NULL ||
	    size < WORD_MAC_SIZE)
		return false;
	memcpy(to->at[to->count++], mac, WORD_MAC_SIZE);
	return true;
}

static bool
digest(const struct seat *s, const struct strings *words, struct word_macs *to)
{
	const char *word = NULL;

	while ((word = strings_next(words, word)) != NULL) {
		if (!add_digest(s, word, to))
			return false;
	}
	return true;
}

/* Of all words of a check, to know the next that names the same. */
static bool
make_mark(const struct copied_job *j, unsigned char mark[COPIED_MARK_SIZE])
{
	struct word_macs both[2] = { j->own, j->foreign };
	unsigned char whole[EVP_MAX_MD_SIZE];
	unsigned size = 0;

	if (EVP_Digest(both, sizeof(both), whole, &size, EVP_sha256(), NULL) !=
		1 ||
	    size < COPIED_MARK_SIZE)
		return false;
	memcpy(mark, whole, COPIED_MARK_SIZE);
	return true;
}

/* --- what was found ------------------------------------------------------- */

static void
tell(struct copied_job *j, const struct copied_pair *p)
{
	struct seat *s = seat_find(&j->monitor->registry, p->account, j->lab);
	char text[TEXT_SIZE];

	log_warn(&j->tag, "a secret was copied by=%s of=%s lab=%s", p->account,
	    p->owner, j->lab);
	if (s != NULL)
		standing_copied(s, p->owner);
	snprintf(text, sizeof(text), "%s+%s handed in a secret of %s",
	    p->account, j->lab, p->owner);
	staff_notice(j->monitor, j->lab, p->account, text);
}

static void
on_stored(void *data, const struct err *e)
{
	struct copied_job *j = data;
	struct seat *s = seat_find(&j->monitor->registry, j->account, j->lab);

	if (e != NULL) {
		log_error(&j->tag,
		    "secrets could not be compared in " DB_NAME
		    ", its next check does it again: %s",
		    e->text);
		if (s != NULL)
			s->copied.has_mark = false;
	}
	for (size_t i = 0; e == NULL && i < j->pair_count; i++)
		tell(j, &j->pairs[i]);
	if (e == NULL && j->more > 0)
		log_warn(&j->tag,
		    "more secrets were copied, 'atoll results %s' has them:"
		    " count=%u",
		    j->lab, j->more);
	free(j);
}

/* --- a check -------------------------------------------------------------- */

static void
tell_left_out(const struct seat *s, const struct msg_checked *m)
{
	if (m->left_out > 0)
		log_warn(&s->tag,
		    "its check's secret and foreign lines have words that are"
		    " not compared: %d to %d bytes, no control characters, %d"
		    " of each are the limits count=%u",
		    SECRET_WORD_LEAST, SECRET_WORD_MOST, SECRET_WORDS_MAX,
		    m->left_out);
}

static struct copied_job *
make_job(const struct seat *s, const struct msg_checked *m)
{
	struct copied_job *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return NULL;
	j->monitor = s->monitor;
	j->tag = s->tag;
	j->time = (int64_t)time(NULL);
	text_copy(j->account, NAME_SIZE, s->account);
	text_copy(j->lab, NAME_SIZE, s->lab);
	if (digest(s, &m->secrets, &j->own) &&
	    digest(s, &m->foreign, &j->foreign))
		return j;
	free(j);
	return NULL;
}

/* Most checks name what the one before did; and a sandbox that was taken over may
 * not keep the disk busy. */
static bool
is_due(struct seat *s, const unsigned char mark[COPIED_MARK_SIZE])
{
	struct copied *c = &s->copied;

	if (c->has_mark && memcmp(c->mark, mark, COPIED_MARK_SIZE) == 0)
		return false;
	c->has_mark =
	    bucket_take(&c->takes, (int64_t)uv_now(&s->monitor->loop));
	memcpy(c->mark, mark, COPIED_MARK_SIZE);
	return c->has_mark;
}

bool
copied_take(struct seat *s, const struct msg_checked *m)
{
	unsigned char mark[COPIED_MARK_SIZE];
	struct copied_job *j;

	tell_left_out(s, m);
	if (m->secrets.count == 0 && m->foreign.count == 0)
		return true;
	if (!are_words(&m->secrets) || !are_words(&m->foreign))
		return false;
	/* As for results: see init_requests.c. */
	if (policy_is_anonymous(s->account) || s->is_disowned)
		return true;
	j = make_job(s, m);
	if (j == NULL || !make_mark(j, mark)) {
		log_error(&s->tag,
		    "secrets are not compared: out of memory, or OpenSSL makes"
		    " no HMAC-SHA256");
		free(j);
	} else if (is_due(s, mark)) {
		writer_add(s->monitor->writer, copied_store, on_stored, j);
	} else {
		free(j);
	}
	return true;
}
