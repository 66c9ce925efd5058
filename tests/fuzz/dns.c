/* dns.c - what a student asks, and what whoever owns a name answers. */
#include "gateway/names/dns.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

/* Whatever is asked, its reply can be read, and answers that question. */
static void
as_question(const uint8_t *data, size_t size)
{
	const struct dns_answer said = { .count = DNS_ADDRESSES_MAX,
		.seconds = 60 };
	uint8_t reply[DNS_REPLY_MAX];
	struct dns_question q;
	struct dns_answer a;
	size_t length;

	if (!dns_question_read(&q, data, size))
		return;
	MUST(q.name[0] == '\0' || is_host_name(q.name));
	MUST(q.size > 4 && q.size <= sizeof(q.bytes) && q.size + 12 <= size);
	length = dns_reply_write(reply, &q, DNS_FINE, &said);
	MUST(length <= sizeof(reply));
	if (q.name[0] == '\0' || q.type != DNS_TYPE_A || !q.is_internet)
		return;
	MUST(dns_answer_read(&a, q.id, q.name, reply, length) == DNS_HAS);
	MUST(a.count > 0 && a.seconds == 60);
}

/* To the question of the corpus; its number is that of the input, since no chance
 * finds it. */
static void
as_answer(const uint8_t *data, size_t size)
{
	struct dns_answer a;
	uint16_t id = 0;

	if (size >= 2)
		id = (uint16_t)(data[0] << 8 | data[1]);
	switch (dns_answer_read(&a, id, "a.test", data, size)) {
	case DNS_HAS:
		MUST(a.count > 0 && a.count <= DNS_ADDRESSES_MAX);
		MUST(a.seconds <= INT32_MAX);
		break;
	case DNS_OTHER:
	case DNS_HAS_NONE:
	case DNS_HAS_NO_NAME:
	case DNS_FAILED:
		MUST(a.count == 0);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* No byte beyond its end. */
	uint8_t *copy = calloc(1, size + 1);

	if (copy == NULL)
		abort();
	if (size > 0)
		memcpy(copy + 1, data, size);
	as_question(copy + 1, size);
	as_answer(copy + 1, size);
	free(copy);
	return 0;
}
