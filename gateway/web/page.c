/* page.c - the files of both pages, which are in the program itself. */
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
INCLUDE(replay_js, "replay.js");
INCLUDE(terminal_html, "terminal.html");
INCLUDE(terminal_css, "terminal.css");
INCLUDE(terminal_js, "terminal.js");
INCLUDE(xterm_css, "xterm/xterm.css");
INCLUDE(xterm_js, "xterm/xterm.js");
INCLUDE(xterm_license, "xterm/LICENSE");

#define PAGE(path, type, symbol)                                               \
	{                                                                      \
		path, type "; charset=utf-8", symbol##_begin, symbol##_end     \
	}

const struct page pages[PAGES] = {
	PAGE("/wall", "text/html", page_html),
	PAGE("/wall/wall.css", "text/css", page_css),
	PAGE("/wall/wall.js", "text/javascript", page_js),
	PAGE("/wall/replay.js", "text/javascript", replay_js),
	PAGE("/terminal", "text/html", terminal_html),
	PAGE("/terminal/terminal.css", "text/css", terminal_css),
	PAGE("/terminal/terminal.js", "text/javascript", terminal_js),
	PAGE("/terminal/xterm.css", "text/css", xterm_css),
	PAGE("/terminal/xterm.js", "text/javascript", xterm_js),
	PAGE("/terminal/xterm.LICENSE", "text/plain", xterm_license),
};
