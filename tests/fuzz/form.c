/* form.c - the body of a request: every byte is read, and none beyond. */
#include "gateway/web/form.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *body = malloc(size == 0 ? 1 : size);
	char text[64];

	MUST(body != NULL);
	if (size > 0)
		memcpy(body, data, size);
	if (form_text(body, size, "text", text, sizeof(text)))
		MUST(strlen(text) < sizeof(text) && strlen(text) <= size);
	else
		MUST(text[0] == '\0');
	MUST(form_number(body, size, "minutes", 1440) <= 1440);
	free(body);
	return 0;
}
