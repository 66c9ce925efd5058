/* markdown.c - Markdown, as CommonMark has it, shown on a terminal. */
#include "sandbox/lab/markdown.h"

#include <cmark.h>
#include <string.h>

#include "sandbox/lab/wrap.h"

struct page {
	struct wrap wrap;
	bool has_block; /* something stands above: a blank line divides */
	unsigned strong, emphasis, links;
};

static bool
is_entering(cmark_event_type event)
{
	return event == CMARK_EVENT_ENTER;
}

static const char *
literal(cmark_node *node)
{
	const char *text = cmark_node_get_literal(node);

	return text == NULL ? "" : text;
}

/* Nothing divides the items of a tight list, and what is in them. */
static bool
is_in_tight_list(cmark_node *node)
{
	cmark_node *at = cmark_node_parent(node);

	if (cmark_node_get_type(node) == CMARK_NODE_LIST &&
	    (at == NULL || cmark_node_get_type(at) != CMARK_NODE_ITEM))
		return false;
	while (at != NULL && cmark_node_get_type(at) != CMARK_NODE_LIST) {
		if (cmark_node_get_type(at) == CMARK_NODE_BLOCK_QUOTE)
			return false;
		at = cmark_node_parent(at);
	}
	return at != NULL && cmark_node_get_list_tight(at);
}

/* Before a block: the first of a container follows its marker at once. */
static void
divide(struct page *p, cmark_node *node)
{
	wrap_end_line(&p->wrap);
	if (p->has_block && !is_in_tight_list(node))
		wrap_blank_line(&p->wrap);
	p->has_block = false;
}

static unsigned
style_of(const struct page *p)
{
	return (p->strong > 0 ? STYLE_BOLD : 0) |
	       (p->emphasis > 0 || p->links > 0 ? STYLE_UNDERLINE : 0);
}

/* --- blocks ------------------------------------------------------------- */

static void
heading(struct page *p, cmark_node *node, cmark_event_type event)
{
	int level = cmark_node_get_heading_level(node);

	if (is_entering(event)) {
		divide(p, node);
		p->wrap.widest = 0;
		p->strong++;
		return;
	}
	p->strong--;
	wrap_end_line(&p->wrap);
	if (!p->wrap.has_colours && p->wrap.widest > 0)
		wrap_rule(&p->wrap, level == 1 ? '=' : '-', p->wrap.widest);
	p->has_block = true;
}

static void
paragraph(struct page *p, cmark_node *node, cmark_event_type event)
{
	if (is_entering(event)) {
		divide(p, node);
		return;
	}
	wrap_end_line(&p->wrap);
	p->has_block = true;
}

static void
quote(struct page *p, cmark_node *node, cmark_event_type event)
{
	if (is_entering(event)) {
		divide(p, node);
		wrap_indent(&p->wrap, "| ", "| ");
		return;
	}
	wrap_outdent(&p->wrap);
	p->has_block = true;
}

static unsigned
number_of(cmark_node *item)
{
	cmark_node *list = cmark_node_parent(item);
	unsigned n = (unsigned)cmark_node_get_list_start(list);

	while ((item = cmark_node_previous(item)) != NULL)
		n++;
	return n;
}

static void
item(struct page *p, cmark_node *node, cmark_event_type event)
{
	cmark_node *list = cmark_node_parent(node);

	if (!is_entering(event)) {
		wrap_outdent(&p->wrap);
		p->has_block = true;
		return;
	}
	divide(p, node);
	if (cmark_node_get_list_type(list) == CMARK_ORDERED_LIST)
		wrap_indent_number(&p->wrap, number_of(node),
		    cmark_node_get_list_delim(list) == CMARK_PAREN_DELIM ? ')'
									 : '.');
	else
		wrap_indent(&p->wrap, "- ", "  ");
}

/* Without colours fences say where it begins and ends. */
static void
code_block(struct page *p, cmark_node *node)
{
	bool has_fences = !p->wrap.has_colours;

	divide(p, node);
	if (has_fences)
		wrap_verbatim(&p->wrap, "```\n", STYLE_PLAIN);
	wrap_verbatim(&p->wrap, literal(node), STYLE_CODE);
	if (has_fences)
		wrap_verbatim(&p->wrap, "```\n", STYLE_PLAIN);
	p->has_block = true;
}

static void
thematic_break(struct page *p, cmark_node *node)
{
	divide(p, node);
	wrap_rule(&p->wrap, '-', WRAP_COLUMNS_MAX);
	p->has_block = true;
}

/* Behind the tag or comment at the start of a text; NULL: none is there, as "<"
 * alone is none. */
static const char *
behind_tag(const char *text)
{
	const char *end = strncmp(text, "<!--", 4) == 0 ? strstr(text, "-->")
			  : *text == '<'		? strchr(text, '>')
							: NULL;

	return end == NULL ? NULL : strchr(end, '>') + 1;
}

/* What is between tags is for people, the tags are not. */
static void
show_html(struct page *p, const char *text)
{
	while (*text != '\0') {
		const char *end = behind_tag(text);
		char one[5] = { *text };
		size_t n = 1;

		if (end != NULL) {
			text = end;
			continue;
		}
		while (
		    n < 4 && (one[0] & 0x80) != 0 && (text[n] & 0xc0) == 0x80) {
			one[n] = text[n];
			n++;
		}
		wrap_text(&p->wrap, one, style_of(p), false);
		text += n;
	}
}

static bool
has_words(const char *html)
{
	while (*html != '\0') {
		const char *end = behind_tag(html);

		if (end != NULL)
			html = end;
		else if (strchr(" \t\r\n", *html++) == NULL)
			return true;
	}
	return false;
}

static void
html_block(struct page *p, cmark_node *node)
{
	if (!has_words(literal(node)))
		return;
	divide(p, node);
	show_html(p, literal(node));
	wrap_end_line(&p->wrap);
	p->has_block = true;
}

/* --- within a line ------------------------------------------------------ */

/* What can be typed stands on one line where there is room. */
static void
code_span(struct page *p, cmark_node *node)
{
	const char *text = literal(node);
	bool is_whole = wrap_width(text) + 2 <= wrap_room(&p->wrap);
	const char *mark = p->wrap.has_colours ? "" : "`";

	wrap_text(&p->wrap, mark, STYLE_PLAIN, true);
	wrap_text(&p->wrap, text, style_of(p) | STYLE_CODE, is_whole);
	wrap_text(&p->wrap, mark, STYLE_PLAIN, true);
}

static void
emphasis(struct page *p, unsigned *depth, cmark_event_type event)
{
	if (!p->wrap.has_colours)
		wrap_text(&p->wrap, depth == &p->strong ? "**" : "*",
		    STYLE_PLAIN, true);
	*depth += is_entering(event) ? 1U : -1U;
}

/* The address follows, unless it is what the link says. */
static void
link_to(struct page *p, cmark_node *node, cmark_event_type event)
{
	const char *url = cmark_node_get_url(node);
	cmark_node *first = cmark_node_first_child(node);

	if (is_entering(event)) {
		p->links++;
		return;
	}
	p->links--;
	if (url == NULL || url[0] == '\0' ||
	    (first != NULL && cmark_node_next(first) == NULL &&
		cmark_node_get_type(first) == CMARK_NODE_TEXT &&
		strcmp(literal(first), url) == 0))
		return;
	wrap_text(&p->wrap, " <", style_of(p), false);
	wrap_text(&p->wrap, url, style_of(p), true);
	wrap_text(&p->wrap, ">", style_of(p), false);
}

static void
image(struct page *p, cmark_node *node, cmark_event_type event)
{
	if (is_entering(event)) {
		wrap_text(&p->wrap, "[image: ", style_of(p), false);
		return;
	}
	wrap_text(&p->wrap, "]", style_of(p), false);
	link_to(p, node, CMARK_EVENT_ENTER);
	link_to(p, node, event);
}

static void
html_inline(struct page *p, cmark_node *node)
{
	if (strncmp(literal(node), "<br", 3) == 0)
		wrap_end_line(&p->wrap);
}

/* --- all of it ---------------------------------------------------------- */

static void
show_inline(struct page *p, cmark_node *node, cmark_event_type event)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_TEXT:
		wrap_text(&p->wrap, literal(node), style_of(p), false);
		break;
	case CMARK_NODE_SOFTBREAK:
		wrap_text(&p->wrap, " ", style_of(p), false);
		break;
	case CMARK_NODE_LINEBREAK:
		wrap_end_line(&p->wrap);
		break;
	case CMARK_NODE_CODE:
		code_span(p, node);
		break;
	case CMARK_NODE_HTML_INLINE:
		html_inline(p, node);
		break;
	case CMARK_NODE_EMPH:
		emphasis(p, &p->emphasis, event);
		break;
	case CMARK_NODE_STRONG:
		emphasis(p, &p->strong, event);
		break;
	case CMARK_NODE_LINK:
		link_to(p, node, event);
		break;
	case CMARK_NODE_IMAGE:
		image(p, node, event);
		break;
	default:
		break;
	}
}

static void
show(struct page *p, cmark_node *node, cmark_event_type event)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_HEADING:
		heading(p, node, event);
		break;
	case CMARK_NODE_PARAGRAPH:
		paragraph(p, node, event);
		break;
	case CMARK_NODE_BLOCK_QUOTE:
		quote(p, node, event);
		break;
	case CMARK_NODE_LIST:
		if (is_entering(event))
			divide(p, node);
		break;
	case CMARK_NODE_ITEM:
		item(p, node, event);
		break;
	case CMARK_NODE_CODE_BLOCK:
		code_block(p, node);
		break;
	case CMARK_NODE_HTML_BLOCK:
		html_block(p, node);
		break;
	case CMARK_NODE_THEMATIC_BREAK:
		thematic_break(p, node);
		break;
	default:
		show_inline(p, node, event);
		break;
	}
}

void
markdown_show(FILE *to, const char *text, size_t size, unsigned columns,
    bool has_colours)
{
	static struct page page; /* large for a stack */
	cmark_node *root =
	    cmark_parse_document(text, size, CMARK_OPT_VALIDATE_UTF8);
	cmark_event_type event;
	cmark_iter *each;

	if (root == NULL)
		return;
	memset(&page, 0, sizeof(page));
	wrap_init(&page.wrap, to, columns, has_colours);
	each = cmark_iter_new(root);
	while ((event = cmark_iter_next(each)) != CMARK_EVENT_DONE)
		show(&page, cmark_iter_get_node(each), event);
	wrap_end_line(&page.wrap);
	cmark_iter_free(each);
	cmark_node_free(root);
}
