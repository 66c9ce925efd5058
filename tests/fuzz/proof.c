/*
 * proof.c - anything as what a client signed to log in, and as its signature.
 *
 * Input: how long the first of the two is, in two bytes; both.  The session's
 * identifier is "id".
 */
#include "gateway/signer/proof.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

/* In memory of its own, so that the sanitizer sees one byte too many being read. */
static struct wire
copy(const uint8_t *data, size_t size)
{
	uint8_t *own = malloc(size == 0 ? 1 : size);

	MUST(own != NULL);
	if (size > 0)
		memcpy(own, data, size);
	return (struct wire){ own, size, false };
}

static bool
lies_in(struct wire part, struct wire whole)
{
	return part.at >= whole.at &&
	       part.at + part.left <= whole.at + whole.left;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t id[] = { 'i', 'd' };
	struct wire request, signature;
	struct proof p;
	size_t n;

	if (size < 2)
		return 0;
	n = (size_t)data[0] << 8 | data[1];
	data += 2;
	size -= 2;
	if (n > size)
		n = size;
	request = copy(data, n);
	signature = copy(data + n, size - n);
	if (proof_check((struct wire){ id, sizeof(id), false }, request,
		signature, &p)) {
		MUST(lies_in(p.user, request) && lies_in(p.key, request));
		MUST(p.key.left > 0 && p.type != NULL);
		/* Of another session it proves nothing. */
		MUST(!proof_check((struct wire){ id, 1, false }, request,
		    signature, &p));
	}
	free((void *)(uintptr_t)request.at);
	free((void *)(uintptr_t)signature.at);
	return 0;
}
