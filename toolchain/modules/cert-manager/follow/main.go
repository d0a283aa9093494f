// follow runs a server and tells it when its certificate was renewed: it sends SIGHUP when the content of a file in the folder has changed.
// The kubelet replaces the files of a mounted Secret all at once. As process 1 of its container, follow passes signals on and reaps orphans.
package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// The kubelet itself needs up to a minute and a half.
const pause = 5 * time.Second

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: follow FOLDER PROGRAM [ARGUMENT...]")
		os.Exit(2)
	}
	folder, command := os.Args[1], os.Args[2:]
	program, err := exec.LookPath(command[0])
	stopUnless(err)
	// This comes before the program reads the files, so that a renewal during its start is not missed.
	seen, err := digest(folder)
	stopUnless(err)
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2)
	child, err := syscall.ForkExec(program, command, &syscall.ProcAttr{Env: os.Environ(), Files: []uintptr{0, 1, 2}})
	stopUnless(err)
	go func() {
		for received := range signals {
			_ = syscall.Kill(child, received.(syscall.Signal))
		}
	}()
	go watch(folder, seen, child)
	os.Exit(untilEnd(child))
}

// untilEnd returns the child's exit code as a shell does.
func untilEnd(child int) int {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case err != nil && err != syscall.EINTR:
			stopUnless(err)
		case pid == child && status.Exited():
			return status.ExitStatus()
		case pid == child && status.Signaled():
			return 128 + int(status.Signal())
		}
	}
}

func watch(folder string, seen [sha256.Size]byte, child int) {
	for range time.Tick(pause) {
		found, err := digest(folder)
		if err != nil {
			fmt.Fprintln(os.Stderr, "follow:", err)
			continue
		}
		if found != seen {
			seen = found
			fmt.Fprintln(os.Stderr, "follow: renewed:", folder)
			_ = syscall.Kill(child, syscall.SIGHUP)
		}
	}
}

// digest covers names and contents of the files; names that begin with two dots belong to the kubelet.
func digest(folder string) ([sha256.Size]byte, error) {
	files, err := os.ReadDir(folder)
	if err != nil {
		return [sha256.Size]byte{}, err
	}
	sum := sha256.New()
	for _, file := range files {
		if strings.HasPrefix(file.Name(), "..") {
			continue
		}
		content, err := os.ReadFile(filepath.Join(folder, file.Name()))
		if err != nil {
			return [sha256.Size]byte{}, err
		}
		fmt.Fprintf(sum, "%s %d\n%s", file.Name(), len(content), content)
	}
	return [sha256.Size]byte(sum.Sum(nil)), nil
}

func stopUnless(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "follow:", err)
		os.Exit(1)
	}
}
