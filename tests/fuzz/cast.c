/*
 * cast.c - what a student's program prints, as lines of a recording.
 *
 * Whatever that is, each line is whole, UTF-8, and JSON as far as this file's own
 * checker looks: its strings are closed, and nothing but what may stands in them.
 */
#include "gateway/recorder/cast.h"

#include <stdbool.h>
#include <string.h>

#include "gateway/base/utf8.h"
#include "tests/fuzz/fuzz.h"

/* Behind a string's first quote; returns where its last one is. */
static const char *
check_string(const char *at)
{
	static const char hex[] = "0123456789abcdef";

	for (; *at != '"'; at++) {
		MUST((unsigned char)*at >= 0x20 && *at != 0x7f);
		if (*at != '\\')
			continue;
		at++;
		if (*at == 'u') {
			for (int i = 1; i <= 4; i++)
				MUST(at[i] != '\0' && strchr(hex, at[i]));
			at += 4;
		} else {
			MUST(*at != '\0' && strchr("\"\\nr", *at) != NULL);
		}
	}
	return at;
}

static void
check_line(const char *line)
{
	MUST(utf8_is_valid(line));
	MUST(strlen(line) < CAST_LINE_MAX && line[0] == '[');
	line = strchr(line, '"');
	MUST(line != NULL && (line[1] == 'o' || line[1] == 'm'));
	MUST(strncmp(line + 2, "\", \"", 4) == 0);
	line = check_string(line + 6);
	MUST(strcmp(line, "\"]") == 0);
}

static void
take(void *self, const char *lines, size_t n)
{
	char *text = fuzz_text((const uint8_t *)lines, n);

	(void)self;
	MUST(n > 0 && text[n - 1] == '\n' && strlen(text) == n);
	for (char *line = text, *end; *line != '\0'; line = end + 1) {
		end = strchr(line, '\n');
		*end = '\0';
		check_line(line);
	}
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cast *c = malloc(sizeof(*c));
	char *text = fuzz_text(data, size);
	size_t piece = size > 0 ? data[0] % 7 + 1 : 1;

	MUST(c != NULL);
	cast_begin(c, NULL, take);
	for (size_t at = 0; at < size; at += piece)
		cast_output(c, at, data + at,
		    piece < size - at ? piece : size - at);
	cast_output(c, size, data, size);
	cast_marker(c, size, text);
	free(text);
	free(c);
	return 0;
}
