/*
 * csvtext.c - a text as a cell of a CSV file that is safe in spreadsheets.
 *
 * The attack is known as CSV or formula injection: a student prints
 * =HYPERLINK(...) in a check, and the instructor's spreadsheet sends the grades
 * away.
 */
#include "gateway/admin/account/csvtext.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "gateway/base/utf8.h"

#define REPLACEMENT 0xfffd

static bool
is_control(uint32_t code)
{
	return (code < ' ' && code != '\n') || (code >= 0x7f && code <= 0x9f);
}

/* In ASCII or its full-width form: Excel takes both for the start of a
 * formula. */
static bool
begins_formula(uint32_t code)
{
	return code == '=' || code == '+' || code == '-' || code == '@' ||
	       code == 0xff1d || code == 0xff0b || code == 0xff0d ||
	       code == 0xff20;
}

/* May a program that splits the file its own way begin a cell behind it? */
static bool
ends_cell(uint32_t code)
{
	return code < 0x80 && strchr(",;|\t\r\n\"", (int)code) != NULL;
}

static bool
is_blank(uint32_t code)
{
	return code == ' ' || code == 0xa0 || code == 0xfeff ||
	       code == 0x3000 || (code >= 0x2000 && code <= 0x200b);
}

void
csvtext(FILE *out, const char *text)
{
	const char *begin = text;
	bool at_begin = true;
	uint32_t code;

	fputc('"', out);
	for (size_t n; *text != '\0'; text += n) {
		n = utf8_next(text, &code);
		if ((at_begin && begins_formula(code)) ||
		    (text == begin && (code == '\t' || code == '\r')))
			fputc('\'', out);
		at_begin = ends_cell(code) || is_control(code) ||
			   (at_begin && is_blank(code));
		if (is_control(code) || (code == REPLACEMENT && n == 1))
			fputc('?', out);
		else if (code == '"')
			fputs("\"\"", out);
		else
			fwrite(text, 1, n, out);
	}
	fputc('"', out);
}
