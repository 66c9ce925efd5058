/* cast_line.c - a line of a recording, whoever wrote it. */
#include "gateway/base/cast_line.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = malloc(size + 1);
	struct cast_event event;
	struct cast_size of;
	struct err e;

	MUST(line != NULL);
	if (size > 0)
		memcpy(line, data, size);
	line[size] = '\0';
	cast_line_header(line, &of, &e);
	if (cast_line_event(line, &event, &e) == 0) {
		MUST(event.text >= line && event.length <= size);
		MUST(event.text + event.length <= line + size);
		MUST(event.text[event.length] == '\0');
		if (cast_line_size(event.text, &of))
			MUST(of.rows != 0 && of.cols != 0);
	}
	free(line);
	return 0;
}
