/* html.c - texts that are markup for none. */
#include "gateway/admin/html.h"

void
html_char(FILE *to, char c)
{
	switch (c) {
	case '&':
		fputs("&amp;", to);
		break;
	case '<':
		fputs("&lt;", to);
		break;
	case '>':
		fputs("&gt;", to);
		break;
	case '"':
		fputs("&quot;", to);
		break;
	default:
		fputc(c, to);
	}
}

void
html_text(FILE *to, const char *text)
{
	for (; *text != '\0'; text++)
		html_char(to, *text);
}
