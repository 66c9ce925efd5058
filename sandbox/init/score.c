/*
 * score.c - what a check printed, as points and as a text for the student.
 *
 * The check is the instructor's; but what it prints may quote the student's
 * files, so no control character is let through.
 */
#include "sandbox/init/score.h"

#include <stdio.h>
#include <string.h>

#define WORD	 "points "
#define SUM_MAX	 (100 * SCORE_POINTS_MAX)
#define END_SIZE 192 /* kept for the last lines */

#define MORE_STEPS "(Results name the first 64 steps alone.)\n"

_Static_assert(SUM_MAX == STEP_POINTS_MAX, "lines of one name, added up");
_Static_assert(STEP_SCORES_MAX == STRINGS_MAX &&
		   STEP_SCORES_MAX * STEP_TEXT_SIZE <= STRINGS_SIZE,
    "a message has room for all steps");

/* Up to SCORE_POINTS_MAX; NULL for anything else. */
static const char *
read_number(const char *text, uint32_t *n)
{
	const char *p = text;

	for (*n = 0; *p >= '0' && *p <= '9' && *n <= SCORE_POINTS_MAX; p++)
		*n = *n * 10 + (uint32_t)(*p - '0');
	return p == text || *n > SCORE_POINTS_MAX ? NULL : p;
}

/* rest: what follows the points, a name perhaps. */
static bool
read_points(const char *line, size_t length, uint32_t *points, uint32_t *most,
    const char **rest)
{
	const char *p = line + sizeof(WORD) - 1, *end = line + length;

	if (length < sizeof(WORD) || strncmp(line, WORD, sizeof(WORD) - 1) != 0)
		return false;
	p = read_number(p, points);
	if (p == NULL || *p != '/')
		return false;
	p = read_number(p + 1, most);
	*rest = p;
	return p != NULL && (p == end || *p == ' ') && *points <= *most &&
	       *most > 0;
}

static void
append(struct score *s, size_t *at, const char *text, size_t length)
{
	for (size_t i = 0; i < length && *at + END_SIZE < sizeof(s->text);
	     i++) {
		unsigned char c = (unsigned char)text[i];
		bool is_plain =
		    (c >= ' ' && c != 0x7f) || c == '\n' || c == '\t';

		s->text[(*at)++] = is_plain ? (char)c : '?';
	}
	s->text[*at] = '\0';
}

static void
append_text(struct score *s, size_t *at, const char *text)
{
	append(s, at, text, strlen(text));
}

/* A line without a name is a step of its own, which is called by its place. */
static void
add_points(struct score *s, struct step_score *line, const char *rest,
    const char *end)
{
	s->points += line->points;
	s->most += line->most;
	s->lines++;
	if (!step_name(line->name, rest, (size_t)(end - rest)))
		snprintf(line->name, sizeof(line->name), "line %u", s->lines);
	if (!step_add(s->steps, &s->step_count, line))
		s->has_more_steps = true;
}

/* Three kinds of lines, of which the first counts and the second is not shown. */
static bool
take_line(struct score *s, size_t *at, const char *line, size_t length)
{
	static const char bad[] =
	    " (does not count: it is \"points N/M TEXT\", N at most M)";
	struct step_score step;
	const char *rest;
	bool counts;

	if (words_take(&s->words, line, length))
		return false;
	counts = read_points(line, length, &step.points, &step.most, &rest) &&
		 s->most + step.most <= SUM_MAX;

	if (counts) {
		add_points(s, &step, rest, line + length);
		line += sizeof(WORD) - 1;
		length -= sizeof(WORD) - 1;
	}
	append(s, at, line, length);
	if (!counts && strncmp(line, WORD, sizeof(WORD) - 1) == 0)
		append_text(s, at, bad);
	append_text(s, at, "\n");
	return counts;
}

void
score_read(const char *output, bool is_cut, bool is_good, struct score *s)
{
	bool is_scored = false;
	size_t at = 0;

	s->points = s->most = s->lines = 0;
	s->step_count = 0;
	s->has_more_steps = false;
	s->words.secrets.count = s->words.foreign.count = 0;
	s->words.left_out = 0;
	s->text[0] = '\0';
	while (*output != '\0') {
		size_t n = strcspn(output, "\n");

		/* Half a line would be less than what was meant. */
		if (is_cut && output[n] == '\0')
			break;
		is_scored = take_line(s, &at, output, n) || is_scored;
		output += n + (output[n] == '\n');
	}
	if (!is_scored) {
		s->most = 1;
		s->points = is_good ? 1 : 0;
	}
	snprintf(s->text + at, END_SIZE, "%s%sPoints: %u of %u\n",
	    s->has_more_steps ? MORE_STEPS : "",
	    is_cut ? "(The check printed more, which was cut.)\n" : "",
	    s->points, s->most);
}
