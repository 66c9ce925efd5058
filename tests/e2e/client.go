// client.go - a client on golang.org/x/crypto/ssh, as Terraform, Packer, rclone
// and most tools in Go have it.
//
// usage: client PORT USER key FILE | password TEXT  run COMMAND
//	| terminal COMMAND | put FILE | get FILE
//
// run and put read stdin, get writes stdout; the exit status is the command's.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "x/crypto:", err)
		os.Exit(255)
	}
}

func method(how, secret string) ssh.AuthMethod {
	if how == "password" {
		return ssh.Password(secret)
	}
	text, err := os.ReadFile(secret)
	must(err)
	key, err := ssh.ParsePrivateKey(text)
	must(err)
	return ssh.PublicKeys(key)
}

// leave ends with the command's exit status.
func leave(err error) {
	if exit, ok := err.(*ssh.ExitError); ok {
		os.Exit(exit.ExitStatus())
	}
	must(err)
}

func start(client *ssh.Client) *ssh.Session {
	session, err := client.NewSession()
	must(err)
	session.Stdout, session.Stderr = os.Stdout, os.Stderr
	return session
}

func terminal(client *ssh.Client, command string) {
	session := start(client)
	must(session.RequestPty("xterm", 40, 100, ssh.TerminalModes{ssh.ECHO: 0}))
	leave(session.Run(command))
}

func transfer(client *ssh.Client, verb, name string) {
	files, err := sftp.NewClient(client)
	must(err)
	if verb == "put" {
		to, err := files.Create(name)
		must(err)
		_, err = io.Copy(to, os.Stdin)
		must(err)
		must(to.Close())
		return
	}
	from, err := files.Open(name)
	must(err)
	_, err = io.Copy(os.Stdout, from)
	must(err)
}

func main() {
	port, user, how, secret := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	verb, word := os.Args[5], os.Args[6]
	client, err := ssh.Dial("tcp", "127.0.0.1:"+port, &ssh.ClientConfig{
		User:            user,
		Auth:            []ssh.AuthMethod{method(how, secret)},
		HostKeyCallback: ssh.InsecureIgnoreHostKey(),
	})
	must(err)
	switch verb {
	case "run":
		session := start(client)
		session.Stdin = os.Stdin
		leave(session.Run(word))
	case "terminal":
		terminal(client, word)
	default:
		transfer(client, verb, word)
	}
}
