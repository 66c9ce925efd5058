/* proxy.c - what a load balancer, or who came in its place, sends first. */
#include "gateway/monitor/admission/proxy.h"

#include "tests/fuzz/fuzz.h"

/* A copy that ends where the bytes do: reading one too many is a report. */
static enum proxy_got
parse(struct proxy_header *h, const uint8_t *data, size_t count)
{
	uint8_t *bytes = malloc(count == 0 ? 1 : count);
	struct err e = { 0 };
	enum proxy_got got;

	if (bytes == NULL)
		abort();
	for (size_t i = 0; i < count; i++)
		bytes[i] = data[i];
	got = proxy_parse(h, bytes, count, &e);
	free(bytes);
	MUST((got == PROXY_BAD) == (e.text[0] != '\0'));
	return got;
}

/* The bytes come one by one, as they may from a network. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (size_t count = 0; count <= size; count++) {
		struct proxy_header h = { 0 };
		enum proxy_got got = parse(&h, data, count);

		if (got == PROXY_BAD)
			return 0;
		MUST(h.size <= PROXY_SIZE_MAX);
		if (got == PROXY_MORE) {
			MUST(h.size > count); /* it lacks what it asks for */
			continue;
		}
		MUST(h.size == count);
		MUST(got == PROXY_SELF || h.address.text[0] != '\0');
		return 0;
	}
	return 0;
}
