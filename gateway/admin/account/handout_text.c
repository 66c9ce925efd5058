/* handout_text.c - handouts for a line printer, or a letter. */
#include "gateway/admin/account/handout_pages.h"

#include "gateway/base/utf8.h"

/* The line to cut along, between two cards of a sheet. */
#define CUT                                                                    \
	"\n- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -\n\n"

static void
card(FILE *to, const struct handout *h, const struct person *who)
{
	char line[HANDOUT_LINE_SIZE], expires[HANDOUT_TIME_SIZE];
	char title[4 * TEXT_SIZE];

	handout_ssh_line(h, who->name, line, sizeof(line));
	handout_expiry(h, expires);
	utf8_printable(title, sizeof(title), h->title);
	if (title[0] != '\0')
		fprintf(to, "%s\n\n", title);
	fprintf(to, "%s\n\n",
	    who->full_name[0] != '\0' ? who->full_name : who->name);
	fprintf(to, "  Connect    %s\n  Name       %s\n  Password   %s\n", line,
	    who->name,
	    who->password != NULL ? who->password : "none: use your key");
	fputs("  Host key   ", to);
	for (const char *c = h->fingerprints; *c != '\0'; c++) {
		fputc(*c, to);
		if (*c == '\n')
			fputs("             ", to);
	}
	if (expires[0] != '\0')
		fprintf(to, "\n  Expires    %s", expires);
	fputs("\n\nThe first time, ssh shows the host key: it must be the one"
	      " above.\n",
	    to);
}

/* A form feed between two sheets: a printer takes a new one. */
void
handout_text(FILE *to, const struct handout *h, const struct people *p)
{
	for (size_t i = 0; i < p->count; i++) {
		if (i > 0)
			fputs(i % h->per_sheet == 0 ? "\f" : CUT, to);
		card(to, h, &p->at[i]);
	}
}
