/*
 * head.c - what a browser and a student's server say first, and bodies in chunks.
 *
 * Whatever is passed on is taken apart once more: it must be one head, whole, and have
 * nothing that was to be taken out.
 */
#include "gateway/publish/head.h"

#include <string.h>

#include "gateway/publish/chunks.h"
#include "gateway/publish/request.h"
#include "gateway/publish/response.h"
#include "tests/fuzz/fuzz.h"

#define OURS "__Host-atoll="

static char room[4 * HEAD_MAX];

static const struct publish_url url = { true, ".labs.example.org", "" };

static void
look_at_request(const struct head *h)
{
	struct lines t = { .to = room, .room = sizeof(room) };
	struct part v = { NULL, 0 };
	struct request r;
	struct head passed;

	if (request_read(&r, h, &url) != 0)
		return;
	MUST(publish_url_has(&url, r.host));
	MUST(strlen(r.cookie) < sizeof(r.cookie));
	request_write(&t, &r, h, &url);
	MUST(!t.is_cut);
	MUST(head_size(room, t.at) == t.at);
	if (h->fields < HEAD_FIELDS_MAX - 8) {
		MUST(head_read(&passed, room, t.at, false));
		MUST(head_count(&passed, "host", &v) == 1);
		MUST(head_count(&passed, "connection", &v) == 1);
		MUST(part_is(&v, r.is_upgrade ? "upgrade" : "close"));
		MUST(head_count(&passed, "content-length", &v) +
			 head_count(&passed, "transfer-encoding", &v) <=
		     1);
		MUST(r.body == 0 ||
		     head_count(&passed, "content-length", &v) == 1);
		MUST(!r.is_chunked ||
		     head_count(&passed, "transfer-encoding", &v) == 1);
		MUST(head_count(&passed, "x-forwarded-for", &v) == 0);
		MUST(head_count(&passed, "cookie", &v) == 0 ||
		     v.size < strlen(OURS) ||
		     memcmp(v.text, OURS, strlen(OURS)) != 0);
	}
}

static void
look_at_response(const struct head *h)
{
	struct lines t = { .to = room, .room = sizeof(room) };
	struct part v = { NULL, 0 };
	struct head passed;
	enum response_kind kind = response_read(h, true);

	if (kind == RESPONSE_NONE)
		return;
	response_write(&t, h, "__Host-atoll", kind == RESPONSE_SWITCH);
	MUST(!t.is_cut);
	MUST(head_size(room, t.at) == t.at);
	if (h->fields < HEAD_FIELDS_MAX - 2) {
		MUST(head_read(&passed, room, t.at, true));
		MUST(head_count(&passed, "connection", &v) == 1);
		MUST(head_count(&passed, "x-accel-redirect", &v) == 0);
		MUST(head_count(&passed, "content-length", &v) +
			 head_count(&passed, "transfer-encoding", &v) <=
		     1);
	}
}

/* However it is cut into pieces, it ends at the same place. */
static void
look_at_chunks(const char *bytes, size_t size)
{
	struct chunks whole = { 0 }, pieces = { 0 };
	size_t n = chunks_take(&whole, bytes, size), got = 0;

	MUST(n <= size);
	for (size_t at = 0; at < size; at++)
		got += chunks_take(&pieces, bytes + at, 1);
	MUST(got == n && pieces.state == whole.state);
	MUST(n == size || whole.state >= CHUNKS_END);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = malloc(size == 0 ? 1 : size);
	struct head h;
	size_t n;

	if (bytes == NULL)
		abort();
	for (size_t i = 0; i < size; i++)
		bytes[i] = (char)data[i];
	n = head_size(bytes, size);
	MUST(n <= size);
	if (n > 0 && n <= HEAD_MAX && head_read(&h, bytes, n, false))
		look_at_request(&h);
	if (n > 0 && n <= HEAD_MAX && head_read(&h, bytes, n, true))
		look_at_response(&h);
	look_at_chunks(bytes, size);
	free(bytes);
	return 0;
}
