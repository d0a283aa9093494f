// pulumi-journal keeps the state of an update as a journal of one line for each step. A folder as back end has the whole state written twice
// for each step, which takes longer the more resources there are.
//
// It speaks that part of the service's protocol which `pulumi up`, `refresh`, `destroy` and `import` need, on loopback and
// for one CLI. Before an update and after it the state is where a folder keeps it, in the same file, under the same lock:
// every other program reads and writes states in the folder. docs/decisions/journal.md.
//
//	pulumi-journal serve DIR CREDENTIALS   prints its URL, and ends when its standard input does
//	pulumi-journal recover DIR             puts what killed updates left behind into their states
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/gofrs/uuid"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	switch {
	case len(args) == 3 && args[0] == "serve":
		return serve(ctx, args[1], args[2])
	case len(args) == 2 && args[0] == "recover":
		return recoverAll(ctx, args[1])
	}
	return fmt.Errorf("usage: pulumi-journal serve DIR CREDENTIALS | pulumi-journal recover DIR")
}

func serve(ctx context.Context, dir, credentials string) error {
	// The terminal's Ctrl-C is meant for the CLI, which then still has steps to report.
	signal.Ignore(syscall.SIGINT, syscall.SIGHUP)
	states, err := openStates(ctx, dir)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	url := "http://" + listener.Addr().String()
	token, err := uuid.NewV4()
	if err != nil {
		return err
	}
	if err := logIn(credentials, url, token.String()); err != nil {
		return err
	}
	service := &service{states: states, token: token.String(), updates: map[string]*update{}}
	server := &http.Server{Handler: service.handler()}
	go func() { _ = server.Serve(listener) }()
	fmt.Println(url)
	// The CLI holds standard input, and lets it go however the CLI ends.
	released, end := signal.NotifyContext(ctx, syscall.SIGTERM)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		end()
	}()
	<-released.Done()
	_ = server.Shutdown(ctx)
	return service.close(ctx)
}

// logIn leaves the token where the CLI looks for it, and only the owner can read it.
func logIn(folder, url, token string) error {
	if err := os.Setenv(workspace.PulumiCredentialsPathEnvVar, folder); err != nil {
		return err
	}
	return workspace.StoreAccount(url, workspace.Account{AccessToken: token, Username: organization}, true)
}
