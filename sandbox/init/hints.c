/* hints.c - the hints of one file, divided by lines of three dashes. */
#include "sandbox/init/hints.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "gateway/base/steps.h"

static bool
is_rule(const char *line)
{
	size_t n = strlen(STEP_HINT_RULE);

	if (strncmp(line, STEP_HINT_RULE, n) != 0)
		return false;
	line += n + strspn(line + n, " \t\r");
	return *line == '\n' || *line == '\0';
}

static bool
is_fence(const char *line)
{
	line += strspn(line, " ");
	return strncmp(line, "```", 3) == 0 || strncmp(line, "~~~", 3) == 0;
}

/* Where the hint ends that begins at text. */
static const char *
end_of(const char *text)
{
	bool is_in_code = false;

	while (*text != '\0') {
		if (is_fence(text))
			is_in_code = !is_in_code;
		else if (!is_in_code && is_rule(text))
			break;
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return text;
}

static bool
is_blank(const char *text, const char *end)
{
	return text + strspn(text, " \t\r\n") >= end;
}

/* The hint of that number; and in *count how many were seen. */
static const char *
look(const char *text, unsigned number, size_t *size, unsigned *count)
{
	*count = 0;
	while (*text != '\0') {
		const char *end = end_of(text);

		if (!is_blank(text, end) && ++*count == number) {
			*size = (size_t)(end - text);
			return text;
		}
		text = end + strcspn(end, "\n");
		text += *text == '\n';
	}
	return NULL;
}

const char *
hints_find(const char *text, unsigned number, size_t *size)
{
	unsigned count;

	return number == 0 ? NULL : look(text, number, size, &count);
}

unsigned
hints_count(const char *text)
{
	unsigned count;
	size_t size;

	look(text, UINT_MAX, &size, &count);
	return count;
}
