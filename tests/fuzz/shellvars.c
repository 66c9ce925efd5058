/* shellvars.c - a file of ISLET's, or whatever somebody calls so. */
#include "gateway/islet/shellvars.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

static void
on_note(void *arg, int line, const char *text)
{
	unsigned *notes = arg;

	MUST(line > 0 && text[0] != '\0');
	(*notes)++;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	unsigned notes = 0;
	struct shellvars v = { .note = on_note, .arg = &notes, .file = "f" };
	struct err e = { 0 };

	if (shellvars_read(&v, text, &e) == -1)
		MUST(e.text[0] != '\0');
	for (size_t i = 0; i < v.count; i++) {
		MUST(v.at[i].line > 0);
		MUST(shellvars_get(&v, v.at[i].name) == v.at[i].value);
		/* Nothing is made of a variable but what stands there. */
		MUST(strpbrk(v.at[i].name, " =$`\"'\\;\n") == NULL);
	}
	shellvars_free(&v);
	free(text);
	return 0;
}
