/*
 * handout_html.c - handouts for a browser to print.
 *
 * Every text is escaped: a full name comes from a roster, and is markup for
 * none.
 */
#include "gateway/admin/account/handout_pages.h"

#include <stdbool.h>
#include <string.h>

#include "gateway/admin/html.h"

#define HASH_PART     8	 /* letters of a fingerprint that stay together */
#define PASSWORD_PART 24 /* and of a long password */

static const char style[] =
    "@page { size: A4; margin: 10mm; }\n"
    "* { box-sizing: border-box; }\n"
    "body { font-family: sans-serif; margin: 0; }\n"
    ".sheet { break-after: page; display: grid; }\n"
    ".sheet:last-child { break-after: auto; }\n"
    "section { break-inside: avoid; padding: 1.5em; min-width: 0; }\n"
    ".many { min-height: 275mm; font-size: 10pt; }\n"
    ".many section { border: 1px dashed #888; padding: 1em; }\n"
    ".small { font-size: 7.5pt; }\n"
    ".small section { padding: .7em; }\n"
    "h1 { font-size: 1.5em; margin: 0 0 .5em; overflow-wrap: anywhere; }\n"
    ".title { margin: 0 0 .4em; overflow-wrap: anywhere; }\n"
    "table { border-collapse: collapse; }\n"
    "th { text-align: left; padding: .1em 1em .1em 0; white-space: nowrap;"
    " vertical-align: top; }\n"
    "td { font-family: monospace; font-size: 1.1em; }\n"
    /* A word goes to the next line whole.  One that is longer than a line is
     * broken where the text says so: never at a hyphen, which a reader could
     * take for the printer's. */
    ".word { display: inline-block; white-space: pre; }\n"
    ".word wbr { white-space: normal; }\n";

/* Print a word, and where a line may end in it: of a login with a host before @
 * and dots, of a fingerprint after some letters, of anything else nowhere. */
static void
print_word(FILE *to, const char *word, size_t n)
{
	bool is_hash = strncmp(word, "SHA256:", 7) == 0;
	bool is_place = memchr(word, '@', n) != NULL;

	fputs("<span class=\"word\">", to);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && ((is_hash && i % HASH_PART == 7) ||
				 (is_place && strchr("@.:", word[i]) != NULL)))
			fputs("<wbr>", to);
		html_char(to, word[i]);
	}
	fputs("</span>", to);
}

static void
print_words(FILE *to, const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, " \n");

		if (n > 0)
			print_word(to, text, n);
		text += n;
		if (*text != '\0')
			fputs(*text++ == '\n' ? "<br>" : " ", to);
	}
}

static void
print_row(FILE *to, const char *title, const char *value)
{
	fprintf(to, "<tr><th>%s</th><td>", title);
	print_words(to, value);
	fputs("</td></tr>\n", to);
}

/* May a line end here?  Not where the reader could not see what is there. */
static bool
may_break(const char *before, const char *after)
{
	return (*(const unsigned char *)after & 0xc0) != 0x80 &&
	       strchr("- ", *before) == NULL && strchr("- ", *after) == NULL;
}

/* A password may have blanks: white-space: pre shows each, as each is to be
 * typed. */
static void
print_password(FILE *to, const char *password)
{
	size_t part = 0;

	fputs("<tr><th>Password</th><td><span class=\"word\">", to);
	for (const char *c = password; *c != '\0'; c++, part++) {
		if (part >= PASSWORD_PART && may_break(c - 1, c)) {
			fputs("<wbr>", to);
			part = 0;
		}
		html_char(to, *c);
	}
	fputs("</span></td></tr>\n", to);
}

static void
card(FILE *to, const struct handout *h, const struct person *who)
{
	char line[HANDOUT_LINE_SIZE], expires[HANDOUT_TIME_SIZE];

	fputs("<section>\n", to);
	if (h->title[0] != '\0') {
		fputs("<p class=\"title\">", to);
		html_text(to, h->title);
		fputs("</p>\n", to);
	}
	fputs("<h1>", to);
	html_text(to, who->full_name[0] != '\0' ? who->full_name : who->name);
	fputs("</h1>\n<table>\n", to);
	handout_ssh_line(h, who->name, line, sizeof(line));
	print_row(to, "Connect", line);
	print_row(to, "Name", who->name);
	if (who->password != NULL)
		print_password(to, who->password);
	else
		print_row(to, "Password", "none: use your key");
	print_row(to, "Host key", h->fingerprints);
	handout_expiry(h, expires);
	if (expires[0] != '\0')
		print_row(to, "Expires", expires);
	fputs("</table>\n<p>The first time, ssh shows the host key: it must be"
	      " the one above.</p>\n</section>\n",
	    to);
}

static void
sheet_begin(FILE *to, const struct handout *h)
{
	unsigned across = h->per_sheet <= 4 ? 1 : 2;
	unsigned down = (h->per_sheet + across - 1) / across;

	if (h->per_sheet == 1)
		fputs("<div class=\"sheet\">\n", to);
	else
		fprintf(to,
		    "<div class=\"sheet many%s\" style=\"grid-template:"
		    " repeat(%u, minmax(min-content, 1fr)) / repeat(%u, "
		    "1fr)\">\n",
		    h->per_sheet > 4 ? " small" : "", down, across);
}

void
handout_html(FILE *to, const struct handout *h, const struct people *p)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	      "<meta charset=\"utf-8\">\n<title>",
	    to);
	html_text(to, h->title[0] != '\0' ? h->title : "Accounts");
	fprintf(to, "</title>\n<style>\n%s</style>\n</head>\n<body>\n", style);
	for (size_t i = 0; i < p->count; i++) {
		if (i % h->per_sheet == 0)
			sheet_begin(to, h);
		card(to, h, &p->at[i]);
		if (i % h->per_sheet == h->per_sheet - 1 || i == p->count - 1)
			fputs("</div>\n", to);
	}
	fputs("</body>\n</html>\n", to);
}
