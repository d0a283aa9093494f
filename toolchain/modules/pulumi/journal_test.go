package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
)

// A limit on a file's size fails a write like a full disk does: in the middle, with the first part left behind.
func limitFiles(t *testing.T, bytes uint64) func() {
	t.Helper()
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	return func() { _ = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before) }
}

func TestWhatDoesNotFitLeavesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data-embassy", "tallinn.jsonl")
	j, err := createJournal(path, header{Base: "base"})
	if err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(path)
	lift := limitFiles(t, uint64(len(before)+5))
	err = j.appendRaw([]byte(`{"entries":[{"version":1,"kind":0,"sequenceID":1,"operationID":1}]}`))
	lift()
	if err == nil {
		t.Fatal("a line that did not fit was taken")
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Fatalf("half a line stayed: %q", after)
	}
	if err := j.appendRaw([]byte(`{"entries":[{"version":1,"kind":0,"sequenceID":2,"operationID":2}]}`)); err != nil {
		t.Fatal(err)
	}
	found, err := readJournal(path)
	if err != nil || len(found.entries) != 1 || found.header.Base != "base" {
		t.Fatalf("%+v, %v", found, err)
	}
}

func TestAFileThatDoesNotFitLeavesTheOneBefore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tallinn.json")
	if err := replace(path, []byte("before")); err != nil {
		t.Fatal(err)
	}
	lift := limitFiles(t, 8)
	err := replace(path, []byte("a longer one"))
	lift()
	if text, _ := os.ReadFile(path); err == nil || string(text) != "before" {
		t.Fatalf("%q, %v", text, err)
	}
	if _, err := os.Stat(path + ".new"); !os.IsNotExist(err) {
		t.Fatal("a draft was left")
	}
}

// Makes a disk of 64 KiB that can be filled: a tmpfs that only this test sees, because its thread has a mount namespace of its own.
func fullableDisk(t *testing.T) string {
	t.Helper()
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		t.Skip("only root on Linux mounts a disk for itself")
	}
	// The thread stays locked: it ends with the test, and the namespace with it.
	runtime.LockOSThread()
	if err := syscall.Unshare(syscall.CLONE_NEWNS); err != nil {
		t.Skipf("no mount namespace here: %v", err)
	}
	dir := t.TempDir()
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k,mode=0700"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

func entry(number int) []byte {
	return []byte(fmt.Sprintf(`{"entries":[{"version":1,"kind":0,"sequenceID":%d,"operationID":%d,"error":"%0900d"}]}`, number, number, 0))
}

func TestADiskThatIsFullKeepsWhatWasAcknowledged(t *testing.T) {
	dir := fullableDisk(t)
	filler := filepath.Join(dir, "filler")
	if err := os.WriteFile(filler, make([]byte, 16<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "data-embassy", "tallinn.jsonl")
	j, err := createJournal(path, header{Base: "base"})
	if err != nil {
		t.Fatal(err)
	}
	acknowledged := 0
	for ; err == nil; acknowledged++ {
		if acknowledged > 1000 {
			t.Fatal("the disk does not fill")
		}
		err = j.appendRaw(entry(acknowledged))
	}
	acknowledged--
	if acknowledged == 0 {
		t.Fatal("nothing fitted")
	}
	// The engine tries again and again: no attempt may add to what is there.
	for range 3 {
		if j.appendRaw(entry(-1)) == nil {
			t.Fatal("a line was taken by a full disk")
		}
	}
	text, _ := os.ReadFile(path)
	found, err := readJournal(path)
	if err != nil || len(found.entries) != acknowledged || found.whole != int64(len(text)) {
		t.Fatalf("%d were acknowledged; %+v, %v", acknowledged, found, err)
	}
	if _, err := createJournal(filepath.Join(dir, "data-embassy", "luxembourg.jsonl"), header{Base: string(make([]byte, 4<<10))}); err == nil {
		t.Fatal("an update began on a full disk")
	}
	if _, err := os.Stat(filepath.Join(dir, "data-embassy", "luxembourg.jsonl")); !os.IsNotExist(err) {
		t.Fatal("a journal without a header was left")
	}
	state := filepath.Join(dir, "tallinn.json")
	if err := replace(state, make([]byte, 32<<10)); err == nil {
		t.Fatal("a state was written to a full disk")
	}
	if _, err := os.Stat(state + ".new"); !os.IsNotExist(err) {
		t.Fatal("a draft was left")
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if err := j.appendRaw(entry(acknowledged)); err != nil {
		t.Fatal(err)
	}
	if found, err := readJournal(path); err != nil || len(found.entries) != acknowledged+1 {
		t.Fatalf("%+v, %v", found, err)
	}
}
