/* config.c - an effective configuration: read, print, read again. */
#include "gateway/config/config.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

/* The configuration as text.  Free it. */
static char *
print(const struct config *c, bool secrets)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	MUST(f != NULL);
	config_print(c, f, secrets);
	fclose(f);
	return text;
}

static void
print_and_read_again(const struct config *c, struct diagnostics *out)
{
	char *first = print(c, true), *second;
	struct config *again = config_parse(first, out);

	if (again == NULL)
		fprintf(stderr, "%s\n%s\n", first,
		    out->first == NULL ? "" : out->first->text);
	MUST(again != NULL);
	second = print(again, true);
	MUST(strcmp(first, second) == 0);
	config_check_change(c, again, out);
	MUST(out->errors == 0);
	free(second);
	second = print(c, false);
	free(second);
	free(first);
	config_free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct diagnostics out;
	struct config *c;

	diagnostics_init(&out);
	/* Files that it would include are not its input. */
	c = strstr(text, "@include") == NULL ? config_parse(text, &out) : NULL;
	if (c != NULL)
		print_and_read_again(c, &out);
	config_free(c);
	diagnostics_free(&out);
	free(text);
	return 0;
}
