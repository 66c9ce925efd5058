/* denial.c - anything as a record of the kernel's audit. */
#include "sandbox/builder/apparmor/denial.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* In memory of its own, so that the sanitizer sees one byte too many. */
	char *text = malloc(size == 0 ? 1 : size);
	struct denial d;

	MUST(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	if (denial_parse(text, size, "atoll-sandbox", &d))
		MUST(size >= strlen("apparmor=DENIED profile=atoll-sandbox"));
	MUST(memchr(d.operation, '\0', sizeof(d.operation)) != NULL);
	MUST(memchr(d.what, '\0', sizeof(d.what)) != NULL);
	MUST(memchr(d.wanted, '\0', sizeof(d.wanted)) != NULL);
	MUST(memchr(d.program, '\0', sizeof(d.program)) != NULL);
	free(text);
	return 0;
}
