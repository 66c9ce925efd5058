/* step_score.c - points of one step of a lab, as a text. */
#include "gateway/base/step_score.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/utf8.h"

/* C1 too, which terminals obey. */
static bool
is_control(uint32_t code)
{
	return code < ' ' || (code >= 0x7f && code < 0xa0);
}

bool
step_name(char to[STEP_NAME_SIZE], const char *from, size_t length)
{
	const char *end = from + length;
	size_t at = 0, n;
	uint32_t code;

	for (; from < end; from += n) {
		n = utf8_next(from, &code);
		if (is_control(code) || (code == 0xfffd && n == 1)) {
			code = '?';
			n = 1;
		}
		if (code == ' ' && at == 0)
			continue;
		if (at + n >= STEP_NAME_SIZE)
			break;
		if (code == '?')
			to[at] = '?';
		else
			memcpy(to + at, from, n);
		at += n;
	}
	while (at > 0 && to[at - 1] == ' ')
		at--;
	to[at] = '\0';
	return at > 0;
}

bool
step_add(struct step_score *list, size_t *count, const struct step_score *one)
{
	for (size_t i = 0; i < *count; i++) {
		if (strcmp(list[i].name, one->name) != 0)
			continue;
		list[i].points += one->points;
		list[i].most += one->most;
		return true;
	}
	if (*count == STEP_SCORES_MAX)
		return false;
	list[(*count)++] = *one;
	return true;
}

void
step_write(char to[STEP_TEXT_SIZE], const struct step_score *s)
{
	snprintf(to, STEP_TEXT_SIZE, "%" PRIu32 "/%" PRIu32 " %s", s->points,
	    s->most, s->name);
}

static const char *
read_number(const char *p, uint32_t *n)
{
	const char *begin = p;

	for (*n = 0; *p >= '0' && *p <= '9' && *n <= STEP_POINTS_MAX; p++)
		*n = *n * 10 + (uint32_t)(*p - '0');
	return p == begin || *n > STEP_POINTS_MAX ? NULL : p;
}

bool
step_read(struct step_score *s, const char *text)
{
	const char *p = read_number(text, &s->points);

	if (p == NULL || *p != '/')
		return false;
	p = read_number(p + 1, &s->most);
	if (p == NULL || *p != ' ' || s->most == 0 || s->points > s->most)
		return false;
	p++;
	return step_name(s->name, p, strlen(p)) && strcmp(s->name, p) == 0;
}
