/* nftlist.c - what nft(8) prints, of which students' packets made the numbers. */
#include "gateway/net/nftlist.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

/* It comes to an end, and goes on behind what it has read. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	const char *at = text, *next;
	struct nftlisted l;

	for (; (next = nftlist_next(at, &l)) != NULL; at = next) {
		MUST(next > at && next <= text + strlen(text));
		MUST(l.protocol <= 255 && l.port <= 65535);
	}
	free(text);
	return 0;
}
