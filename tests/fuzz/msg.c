/* msg.c - any bytes as a message, between any two processes. */
#include <string.h>

#include "gateway/wire/chan.h"
#include "tests/fuzz/fuzz.h"

/* The bytes of a message in its one form against those that it came in: only
 * those of a lasting link may be shorter or longer. */
static void
check_same(enum msg_type type, const uint8_t *form, size_t whole,
    const uint8_t *data, size_t size)
{
	MUST(size == whole || msg_lasts(type));
	MUST(memcmp(form, data, size < whole ? size : whole) == 0);
	for (size_t i = size; i < whole; i++)
		MUST(form[i] == 0);
}

/* What was accepted from one side can be sent on from there, and only from
 * there, and has one form only: no two byte strings mean the same. */
static void
check_pair(struct msg *m, enum role from, enum role to, const uint8_t *data,
    size_t size)
{
	static uint8_t wire[MSG_WIRE_MAX];
	struct chan c = { .fd = -1, .self = from, .peer = to };
	struct err e;
	struct buf b;
	int rc;

	for (unsigned i = 0; i < MSG_FDS_MAX; i++)
		m->fd[i] = i < msg_fds(m->type) ? (int)i : -1;
	buf_init(&b, wire, sizeof(wire));
	rc = chan_pack(&c, m, &b, &e);
	MUST((rc == 0) == msg_is_allowed(m->type, from, to));
	if (rc == 0)
		check_same(m->type, wire, b.at, data, size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* From the heap, each time: what a decoder leaves out is not zero by
	 * luck, and what it writes too far is noticed. */
	struct msg *m = malloc(sizeof(*m));
	uint8_t *bytes = malloc(size + 1);
	struct err e = { 0 };
	struct buf b;

	MUST(m != NULL && bytes != NULL);
	memset(m, 0xa5, sizeof(*m));
	memcpy(bytes, data, size);
	buf_init(&b, bytes, size);
	if (msg_decode(m, &b, &e) == -1) {
		MUST(e.text[0] != '\0' && strlen(e.text) < ERR_TEXT_SIZE);
	} else {
		MUST(m->type > MSG_NONE && m->type < MSG_COUNT);
		for (int from = MONITOR; from < ANY; from++) {
			for (int to = MONITOR; to < ANY; to++)
				check_pair(m, (enum role)from, (enum role)to,
				    data, size);
		}
	}
	free(bytes);
	free(m);
	return 0;
}
