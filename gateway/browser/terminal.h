/*
 * terminal.h - one student's terminal: the SSH client, and who is at the browser.
 *							Process: a fork of browser.
 *
 * It trusts neither side with anything but its own bytes: atoll-web says who logs in and
 * what is typed, the session what is shown.  The session's host key is not compared with
 * anything, since its socket is no network: it came from the monitor.
 */
#ifndef ATOLL_BROWSER_TERMINAL_H
#define ATOLL_BROWSER_TERMINAL_H

/*
 * Log in, as atoll-web says, and move bytes until either side has ended.  When atoll-web
 * is gone, so is the connection, without a word: as for anybody whose network went, the
 * lab decides what becomes of the terminal (reattach, linger).
 */
void terminal_run(int ssh, int link, int bytes);

#endif
