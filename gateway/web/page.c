/* page.c - the files of the wall's page, which are in the program itself. */
#include "gateway/web/page.h"

/* As they are in the folder page, put here by the assembler: this process opens no
 * file. */
#define INCLUDE(symbol, file)                                                  \
	__asm__(".pushsection .rodata\n"                                       \
		".global " #symbol "_begin\n"                                  \
		".global " #symbol "_end\n" #symbol "_begin:\n"                \
		".incbin \"gateway/web/page/" file "\"\n" #symbol "_end:\n"    \
		".byte 0\n"                                                    \
		".popsection\n");                                              \
	extern const char symbol##_begin[], symbol##_end[]

INCLUDE(page_html, "wall.html");
INCLUDE(page_css, "wall.css");
INCLUDE(page_js, "wall.js");

const struct page pages[PAGES] = {
	{ "/wall", "text/html; charset=utf-8", page_html_begin, page_html_end },
	{ "/wall/wall.css", "text/css; charset=utf-8", page_css_begin,
	    page_css_end },
	{ "/wall/wall.js", "text/javascript; charset=utf-8", page_js_begin,
	    page_js_end },
};
